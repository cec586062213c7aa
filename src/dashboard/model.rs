//! Grafana's classic dashboard model, as much of it as we write. Fields are written in the order in which they stand here.
//!
//! `schemaVersion` 42 is what Grafana 12.4 and 13 need; older versions go only up from their own number, and all forms used here are known to
//! Grafana 10. Shapes are held to Grafana's own types by `tests/grafana/`.

use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// A dashboard.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Dashboard {
    /// What it is. Stands first: the output directory knows our files by it.
    pub description: String,
    /// Its identity: links and stars hang on it.
    pub uid: String,
    /// Its name.
    pub title: String,
    /// What it is found by.
    pub tags: Vec<String>,
    /// Whether the UI may change it; what is provisioned would be overwritten.
    pub editable: bool,
    /// 1: one crosshair over all panels.
    pub graph_tooltip: u8,
    /// How often it asks again.
    pub refresh: &'static str,
    /// The version of this model.
    pub schema_version: u8,
    /// What is shown at first.
    pub time: Time,
    /// The browser's.
    pub timezone: &'static str,
    /// Variables.
    pub templating: List<Variable>,
    /// Marks on all panels.
    pub annotations: List<Annotation>,
    /// Links at the top.
    pub links: Vec<DashboardLink>,
    /// Panels and rows.
    pub panels: Vec<Panel>,
}

/// A span of time as people write it.
#[derive(Clone, Debug, Serialize)]
pub struct Time {
    /// Since when.
    pub from: &'static str,
    /// Until when.
    pub to: &'static str,
}

/// A list in a map.
#[derive(Clone, Debug, Serialize)]
pub struct List<T> {
    /// The list.
    pub list: Vec<T>,
}

/// A variable.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Variable {
    /// `datasource`, `query` or `constant`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// How queries name it.
    pub name: String,
    /// How people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What it is made from.
    pub query: String,
    /// 0: shown, 2: hidden.
    pub hide: u8,
    /// The data source that is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub datasource: Option<Datasource>,
    /// 2: asked again when the time changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh: Option<u8>,
    /// Whether several values can be chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multi: Option<bool>,
    /// Whether all can be chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_all: Option<bool>,
    /// What stands for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all_value: Option<String>,
    /// 1: in order of their names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<u8>,
    /// What is chosen at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<Chosen>,
}

/// A value that is chosen.
#[derive(Clone, Debug, Serialize)]
pub struct Chosen {
    /// What is shown.
    pub text: String,
    /// What it is.
    pub value: String,
}

/// Which data source is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Datasource {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its uid.
    pub uid: &'static str,
}

/// Marks on all panels.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Annotation {
    /// Whether Grafana ships it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub built_in: Option<u8>,
    /// Who is asked.
    pub datasource: Datasource,
    /// Whether it is on.
    pub enable: bool,
    /// Whether its switch is hidden.
    pub hide: bool,
    /// Its colour.
    pub icon_color: &'static str,
    /// Its name.
    pub name: &'static str,
    /// `dashboard` for the one that Grafana ships.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// The query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<AnnotationTarget>,
    /// Labels that become tags, with commas and no blanks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag_keys: Option<&'static str>,
    /// The text of a mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_format: Option<&'static str>,
    /// The title of a mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_format: Option<&'static str>,
}

/// What is asked for marks.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AnnotationTarget {
    /// Always `Anno`.
    pub ref_id: &'static str,
    /// `PromQL`.
    pub expr: String,
    /// The smallest step.
    pub interval: &'static str,
}

/// A link at the top of a dashboard.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools, reason = "so it is in Grafana's model")]
pub struct DashboardLink {
    /// Always `link`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What it says.
    pub title: String,
    /// Where it leads.
    pub url: String,
    /// Its picture.
    pub icon: &'static str,
    /// What is said of it.
    pub tooltip: String,
    /// Unused for links.
    pub tags: Vec<String>,
    /// Unused for links.
    pub as_dropdown: bool,
    /// Whether it opens a new page.
    pub target_blank: bool,
    /// Whether variables go along.
    pub include_vars: bool,
    /// Whether the time goes along.
    pub keep_time: bool,
}

/// A link of a value.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DataLink {
    /// What it says.
    pub title: String,
    /// Where it leads.
    pub url: String,
    /// Whether it opens a new page.
    pub target_blank: bool,
}

/// Which kinds of panels there are. Every other kind is gone, deprecated, or not in every Grafana from 10 on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A heading; with panels inside while it is folded.
    Row,
    /// Numbers, big.
    Stat,
    /// Lines over time.
    TimeSeries,
    /// States over time.
    #[serde(rename = "state-timeline")]
    StateTimeline,
    /// A table.
    Table,
    /// Bars.
    BarGauge,
    /// Words.
    Text,
}

/// A panel or a row.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Panel {
    /// Unique in the dashboard, and the same in each build: links to a panel hang on it.
    pub id: u32,
    /// What makes the id.
    #[serde(skip)]
    pub key: String,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Its heading.
    pub title: String,
    /// What it says and what to do.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Where it stands.
    pub grid_pos: GridPos,
    /// Rows only: whether it is folded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collapsed: Option<bool>,
    /// Rows only: what is inside while it is folded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub panels: Option<Vec<Panel>>,
    /// Who is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub datasource: Option<Datasource>,
    /// Without it Grafana takes the panel for one of before version 7 and changes its limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin_version: Option<&'static str>,
    /// The time that it always shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_from: Option<String>,
    /// What is asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
    /// What is done to the answers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transformations: Vec<Transformation>,
    /// How values look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field_config: Option<FieldConfig>,
    /// How the panel looks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<Value>,
}

/// A place in a grid of 24 columns.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct GridPos {
    /// Rows of 30 pixels.
    pub h: u32,
    /// Columns.
    pub w: u32,
    /// The first column.
    pub x: u32,
    /// The first row.
    pub y: u32,
}

/// A query.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// `A`, `B`, …
    pub ref_id: String,
    /// Who is asked.
    pub datasource: Datasource,
    /// `PromQL`.
    pub expr: String,
    /// `table` or `time_series`.
    pub format: &'static str,
    /// Only the newest value.
    pub instant: bool,
    /// Values over time.
    pub range: bool,
    /// The smallest step: how often the rules run.
    pub interval: String,
    /// How a series is called.
    pub legend_format: String,
    /// Which editor opens.
    pub editor_mode: &'static str,
}

/// Something that is done to the answers.
#[derive(Clone, Debug, Serialize)]
pub struct Transformation {
    /// What.
    pub id: &'static str,
    /// How.
    pub options: Value,
}

/// How values look.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FieldConfig {
    /// All values.
    pub defaults: Defaults,
    /// Some values.
    pub overrides: Vec<Override>,
}

/// How all values look.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Defaults {
    /// The unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Digits after the dot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u32>,
    /// The lower end of an axis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The upper end of an axis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// Where colours come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// Limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thresholds: Option<Thresholds>,
    /// Texts for values.
    pub mappings: Vec<Mapping>,
    /// What stands where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_value: Option<&'static str>,
    /// Links of values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<DataLink>,
    /// What only this kind of panel has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom: Option<Value>,
}

/// Where colours come from.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Color {
    /// `thresholds`, `fixed` or `palette-classic`.
    pub mode: &'static str,
    /// The one colour of `fixed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed_color: Option<&'static str>,
}

/// Limits, ascending.
#[derive(Clone, Debug, Serialize)]
pub struct Thresholds {
    /// Always `absolute`.
    pub mode: &'static str,
    /// The first has no value.
    pub steps: Vec<Step>,
}

/// From here on, a colour.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// From where; nothing is from below on.
    pub value: Option<f64>,
    /// Which.
    pub color: &'static str,
}

/// Texts for values.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", content = "options", rename_all = "lowercase")]
pub enum Mapping {
    /// Of some numbers.
    Value(BTreeMap<String, Shown>),
    /// Of what is no number.
    Special {
        /// `null+nan`.
        r#match: &'static str,
        /// What is shown.
        result: Shown,
    },
}

/// A text and a colour.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// The text.
    pub text: String,
    /// The colour.
    pub color: &'static str,
    /// The place in the legend.
    pub index: usize,
}

/// How some values look.
#[derive(Clone, Debug, Serialize)]
pub struct Override {
    /// Which.
    pub matcher: Matcher,
    /// How.
    pub properties: Vec<Property>,
}

/// Which values.
#[derive(Clone, Debug, Serialize)]
pub struct Matcher {
    /// `byName`, `byFrameRefID`, …
    pub id: &'static str,
    /// The name.
    pub options: String,
}

/// One thing that is other than the default.
#[derive(Clone, Debug, Serialize)]
pub struct Property {
    /// What.
    pub id: &'static str,
    /// How.
    pub value: Value,
}
