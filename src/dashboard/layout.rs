//! Puts panels into the grid and gives them their ids.

use super::model::{GridPos, Panel};
use crate::source::fnv1a;
use std::collections::BTreeSet;

/// The grid of Grafana has so many columns.
pub const COLUMNS: u32 = 24;

/// A heading with its panels.
pub struct Section {
    /// What makes the id of the heading.
    pub key: &'static str,
    /// The heading.
    pub title: String,
    /// Whether it is folded, so that its panels ask nothing until somebody opens it.
    pub folded: bool,
    /// Its panels with their sizes.
    pub panels: Vec<Panel>,
}

impl Section {
    /// What some panel files made, under a heading.
    pub fn of<const N: usize>(key: &'static str, title: &str, folded: bool, panels: [Vec<Panel>; N]) -> Section {
        Section { key, title: title.to_string(), folded, panels: panels.into_iter().flatten().collect() }
    }
}

/// All panels of a dashboard, from left to right and from top to bottom; sections without panels are left out.
pub fn place(sections: Vec<Section>) -> Vec<Panel> {
    let (mut placed, mut y) = (Vec::new(), 0);
    for section in sections.into_iter().filter(|s| !s.panels.is_empty()) {
        let mut row = Panel::row(section.key, &section.title, section.folded);
        row.grid_pos = GridPos { h: 1, w: COLUMNS, x: 0, y };
        y += 1;
        let (panels, end) = flow(section.panels, y);
        if section.folded {
            row.panels = Some(panels);
            placed.push(row);
        } else {
            placed.push(row);
            placed.extend(panels);
            y = end;
        }
    }
    number(&mut placed);
    placed
}

/// How high a panel is that shows so many things below each other: a few have much room, many just enough for a line of text each.
pub fn height(things: usize) -> u32 {
    let things = u32::try_from(things).unwrap_or(u32::MAX);
    5 + things.min(6) + things.saturating_sub(6).div_ceil(2).min(24)
}

/// Panels in lines from a row on, and the first row below them.
fn flow(mut panels: Vec<Panel>, mut y: u32) -> (Vec<Panel>, u32) {
    let (mut x, mut height) = (0, 0);
    for panel in &mut panels {
        let GridPos { w, h, .. } = panel.grid_pos;
        if x + w > COLUMNS {
            (x, y, height) = (0, y + height, 0);
        }
        panel.grid_pos = GridPos { h, w, x, y };
        x += w;
        height = height.max(h);
    }
    (panels, y + height)
}

/// Ids come from keys, so that what is added or moved renumbers nothing else. Of two that meet, the later one moves on.
fn number(panels: &mut [Panel]) {
    fn each(panels: &mut [Panel], taken: &mut BTreeSet<u32>) {
        for panel in panels {
            let mut id = u32::try_from(fnv1a(panel.key.as_bytes()) % 999_983).unwrap_or(0) + 1;
            while !taken.insert(id) {
                id += 1;
            }
            panel.id = id;
            each(panel.panels.as_deref_mut().unwrap_or_default(), taken);
        }
    }
    each(panels, &mut BTreeSet::new());
}
