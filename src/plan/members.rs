//! Selectors for some of a journey's SLIs, as short as they can be.

use crate::model::{Journey, Sli, Step};
use std::collections::BTreeSet;

/// An SLI with its step.
pub type Member<'m> = (Option<&'m Step>, &'m Sli);

fn step_name<'m>(member: &Member<'m>) -> &'m str {
    member.0.map_or("", |s| s.name.text.as_str())
}

fn sli_name<'m>(member: &Member<'m>) -> &'m str {
    &member.1.name.text
}

/// Matchers in braces that together select just `members` out of `all`; several where one cannot. `base` is what all share.
pub fn selectors(base: &str, members: &[Member<'_>], all: &[Member<'_>]) -> Vec<String> {
    let same = |a: &Member<'_>, b: &Member<'_>| std::ptr::eq(a.1, b.1);
    let others: Vec<&Member<'_>> = all.iter().filter(|a| !members.iter().any(|m| same(a, m))).collect();
    if others.is_empty() {
        return vec![format!("{{{base}}}")];
    }
    for label in ["sli", "step"] {
        let name = |m: &Member<'_>| (if label == "sli" { sli_name(m) } else { step_name(m) }).to_string();
        let inside: BTreeSet<String> = members.iter().map(name).collect();
        let outside: BTreeSet<String> = others.iter().map(|m| name(m)).collect();
        if inside.is_disjoint(&outside) {
            return vec![format!("{{{base},{}}}", shortest(label, &inside, &outside))];
        }
    }
    let mut steps: Vec<&str> = Vec::new();
    for member in members {
        if !steps.contains(&step_name(member)) {
            steps.push(step_name(member));
        }
    }
    steps
        .iter()
        .map(|step| {
            let of = |m: &&Member<'_>| step_name(m) == *step;
            let inside: BTreeSet<String> = members.iter().filter(of).map(|m| sli_name(m).to_string()).collect();
            let outside: BTreeSet<String> =
                others.iter().copied().filter(of).map(|m| sli_name(m).to_string()).collect();
            if outside.is_empty() {
                format!("{{{base},step=\"{step}\"}}")
            } else {
                format!("{{{base},step=\"{step}\",{}}}", matcher("sli", &inside, ""))
            }
        })
        .collect()
}

fn shortest(label: &str, inside: &BTreeSet<String>, outside: &BTreeSet<String>) -> String {
    if inside.len() <= outside.len() { matcher(label, inside, "") } else { matcher(label, outside, "!") }
}

/// `sli="a"`, `sli=~"a|b"`, `sli!="a"`, `sli!~"a|b"`
fn matcher(label: &str, names: &BTreeSet<String>, not: &str) -> String {
    let joined = names.iter().map(String::as_str).collect::<Vec<_>>().join("|");
    match (names.len(), not) {
        (1, "") => format!("{label}=\"{joined}\""),
        (1, _) => format!("{label}!=\"{joined}\""),
        (_, "") => format!("{label}=~\"{joined}\""),
        _ => format!("{label}!~\"{joined}\""),
    }
}

/// `a` or `(a or b)`: the series of a name under several selectors, usable beside an operator.
pub fn union(selectors: &[String], of: impl Fn(&str) -> String) -> String {
    let parts: Vec<String> = selectors.iter().map(|s| of(s)).collect();
    if parts.len() == 1 { parts.concat() } else { format!("({})", parts.join(" or ")) }
}

impl Journey {
    /// All SLIs with their steps, as members.
    pub fn members(&self) -> Vec<Member<'_>> {
        self.all_slis().collect()
    }
    /// The SLIs that make its number.
    pub fn counted(&self) -> Vec<Member<'_>> {
        self.counted_slis().map(|(step, sli)| (Some(step), sli)).collect()
    }
    /// All labels of `by`, in order of their names.
    pub fn by_labels(&self) -> BTreeSet<&str> {
        self.all_slis().flat_map(|(_, sli)| sli.by.iter().map(|b| b.text.as_str())).collect()
    }
}
