//! Finding the function someone meant.

use super::functions::all_names;

/// The known function nearest to a wrong name, if one is near.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    // Long names cost time and are no typing mistake of a known one.
    if name.len() > 40 {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    let most = (lower.len() / 3).clamp(1, 3);
    all_names()
        .map(|known| (distance(&lower, known), known))
        .filter(|(steps, _)| *steps <= most)
        .min_by_key(|(steps, known)| (*steps, known.len().abs_diff(lower.len())))
        .map(|(_, known)| known)
}

/// The number of single-character changes (with swaps of neighbours as one)
/// between two words.
pub(super) fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    let mut left_before = None;
    for (row, left_char) in left.chars().enumerate() {
        let mut now = vec![row + 1];
        let mut diagonal = row;
        for (column, right_char) in right.iter().enumerate() {
            let up = last.get(column + 1).copied().unwrap_or(0);
            let beside = now.last().copied().unwrap_or(0);
            let mut best = (diagonal + usize::from(left_char != *right_char)).min(up + 1).min(beside + 1);
            let right_before = column.checked_sub(1).and_then(|at| right.get(at));
            if right_before == Some(&left_char)
                && left_before == Some(*right_char)
                && let Some(swapped) = column.checked_sub(1).and_then(|at| before.get(at))
            {
                best = best.min(swapped + 1);
            }
            now.push(best);
            diagonal = up;
        }
        before = last;
        last = now;
        left_before = Some(left_char);
    }
    last.last().copied().unwrap_or(0)
}
