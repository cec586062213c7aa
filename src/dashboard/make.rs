//! Panels with what all of their kind share, so that a panel's own file says only what is its own.

use super::look;
use super::model::{
    Datasource, Defaults, FieldConfig, GridPos, Kind, Matcher, Override, Panel, Property, Target, Transformation,
};
use serde_json::{Value, json};

/// The data source that people choose at the top of the dashboard.
pub const DATASOURCE: Datasource = Datasource { kind: "prometheus", uid: "${datasource}" };

/// A version that every Grafana takes for a new panel, so that it changes nothing in it.
const PLUGIN_VERSION: &str = "10.4.0";

impl Panel {
    fn new(kind: Kind, key: &str, title: &str, description: &str) -> Panel {
        Panel {
            id: 0,
            key: key.to_string(),
            kind,
            title: title.to_string(),
            description: description.to_string(),
            grid_pos: GridPos::default(),
            collapsed: None,
            panels: None,
            datasource: None,
            plugin_version: None,
            time_from: None,
            targets: Vec::new(),
            transformations: Vec::new(),
            field_config: None,
            options: None,
        }
    }

    fn asking(kind: Kind, key: &str, title: &str, description: &str, defaults: Defaults, options: Value) -> Panel {
        Panel {
            datasource: Some(DATASOURCE),
            plugin_version: Some(PLUGIN_VERSION),
            field_config: Some(FieldConfig { defaults, overrides: Vec::new() }),
            options: Some(options),
            ..Panel::new(kind, key, title, description)
        }
    }

    /// A heading.
    pub fn row(key: &str, title: &str, collapsed: bool) -> Panel {
        let mut row = Panel::new(Kind::Row, key, title, "");
        row.collapsed = Some(collapsed);
        row.panels = Some(Vec::new());
        row
    }

    /// One or a few numbers, as they are now.
    pub fn stat(key: &str, title: &str, description: &str, defaults: Defaults) -> Panel {
        let options = json!({
            "colorMode": "background",
            "graphMode": "none",
            "justifyMode": "center",
            "orientation": "auto",
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": false},
            "textMode": "auto",
        });
        let defaults = Defaults { no_value: Some(look::NO_DATA), ..defaults };
        Panel::asking(Kind::Stat, key, title, description, defaults, options)
    }

    /// Lines over time.
    pub fn graph(key: &str, title: &str, description: &str, defaults: Defaults) -> Panel {
        let options = json!({
            "legend": {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": true},
            "tooltip": {"mode": "multi", "sort": "desc"},
        });
        let custom = defaults.custom.clone().unwrap_or_else(line);
        let defaults = Defaults { custom: Some(custom), ..defaults };
        Panel::asking(Kind::TimeSeries, key, title, description, defaults, options)
    }

    /// States over time, with their words.
    pub fn timeline(key: &str, title: &str, description: &str, defaults: Defaults) -> Panel {
        let options = json!({
            "alignValue": "left",
            "legend": {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": true},
            "mergeValues": true,
            "rowHeight": 0.85,
            "showValue": "auto",
            "tooltip": {"mode": "single", "sort": "none"},
        });
        let defaults = Defaults { custom: Some(json!({"fillOpacity": 85, "lineWidth": 0})), ..defaults };
        Panel::asking(Kind::StateTimeline, key, title, description, defaults, options)
    }

    /// A table.
    pub fn table(key: &str, title: &str, description: &str) -> Panel {
        let defaults = Defaults {
            mappings: look::missing(),
            no_value: Some(look::NO_DATA),
            custom: Some(json!({"align": "auto", "cellOptions": {"type": "auto"}, "inspect": false})),
            ..Defaults::default()
        };
        Panel::asking(Kind::Table, key, title, description, defaults, json!({"cellHeight": "sm", "showHeader": true}))
    }

    /// Bars.
    pub fn bars(key: &str, title: &str, description: &str, defaults: Defaults) -> Panel {
        let options = json!({
            "displayMode": "basic",
            "minVizHeight": 10,
            "minVizWidth": 0,
            "orientation": "horizontal",
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": false},
            "showUnfilled": true,
            // else Grafana writes names as large as a bar is high, and cuts them off
            "text": {"titleSize": 14, "valueSize": 18},
            "valueMode": "color",
        });
        let defaults = Defaults { no_value: Some(look::NO_DATA), ..defaults };
        Panel::asking(Kind::BarGauge, key, title, description, defaults, options)
    }

    /// Words, as HTML.
    pub fn words(key: &str, title: &str, content: &str) -> Panel {
        let mut panel = Panel::new(Kind::Text, key, title, "");
        panel.plugin_version = Some(PLUGIN_VERSION);
        panel.options = Some(json!({"content": content, "mode": "html"}));
        panel
    }

    /// So many columns wide and rows high.
    pub fn size(mut self, w: u32, h: u32) -> Panel {
        self.grid_pos = GridPos { h, w, ..GridPos::default() };
        self
    }

    /// Always shows this span of time.
    pub fn spanning(mut self, time: String) -> Panel {
        self.time_from = Some(time);
        self
    }

    /// Asks for what is now.
    pub fn now(self, expr: impl Into<String>, interval: &str, legend: &str) -> Panel {
        self.target(expr.into(), interval, legend, true, "time_series")
    }

    /// Asks for a time.
    pub fn over_time(self, expr: impl Into<String>, interval: &str, legend: &str) -> Panel {
        self.target(expr.into(), interval, legend, false, "time_series")
    }

    /// Asks for what is now, as rows of a table.
    pub fn rows(self, expr: impl Into<String>, interval: &str) -> Panel {
        self.target(expr.into(), interval, "", true, "table")
    }

    fn target(mut self, expr: String, interval: &str, legend: &str, instant: bool, format: &'static str) -> Panel {
        self.targets.push(Target {
            ref_id: ref_id(self.targets.len()),
            datasource: DATASOURCE,
            expr,
            format,
            instant,
            range: !instant,
            interval: interval.to_string(),
            legend_format: if legend.is_empty() { "__auto".to_string() } else { legend.to_string() },
            editor_mode: "code",
        });
        self
    }

    /// Something that is done to the answers.
    pub fn then(mut self, id: &'static str, options: Value) -> Panel {
        self.transformations.push(Transformation { id, options });
        self
    }

    /// What is other for values of this name.
    pub fn named(self, name: &str, properties: &[(&'static str, Value)]) -> Panel {
        self.overridden("byName", name, properties)
    }

    /// What is other for the answer to this query.
    pub fn of_query(self, ref_id: &str, properties: &[(&'static str, Value)]) -> Panel {
        self.overridden("byFrameRefID", ref_id, properties)
    }

    fn overridden(mut self, id: &'static str, options: &str, properties: &[(&'static str, Value)]) -> Panel {
        let properties = properties.iter().map(|(id, value)| Property { id, value: value.clone() }).collect();
        if let Some(config) = &mut self.field_config {
            config.overrides.push(Override { matcher: Matcher { id, options: options.to_string() }, properties });
        }
        self
    }
}

/// What a line looks like. Gaps stay gaps: no data is no zero.
pub fn line() -> Value {
    json!({
        "drawStyle": "line",
        "fillOpacity": 0,
        "lineWidth": 2,
        "showPoints": "never",
        "spanNulls": false,
    })
}

/// A line with limits drawn across.
pub fn line_with_limits() -> Value {
    let mut custom = line();
    custom["thresholdsStyle"] = json!({"mode": "dashed"});
    custom
}

/// Lines of what is left of budgets, with a limit at nothing.
pub fn budgets() -> Defaults {
    Defaults {
        unit: Some("percentunit".into()),
        decimals: Some(0),
        max: Some(1.0),
        color: Some(look::by_series()),
        thresholds: Some(look::limits("transparent", &[(0.0, look::RED), (0.000_001, "transparent")])),
        mappings: look::missing(),
        custom: Some(line_with_limits()),
        ..Defaults::default()
    }
}

/// Lines of burn rates with limits in their colours.
pub fn burns(limits: &[(f64, &'static str)]) -> Defaults {
    let mut custom = line_with_limits();
    // symlog and not log: what does not burn is 0, and is to be seen
    custom["scaleDistribution"] = json!({"type": "symlog", "log": 2, "linearThreshold": 1});
    Defaults {
        unit: Some("suffix:×".into()),
        decimals: Some(1),
        min: Some(0.0),
        color: Some(look::by_series()),
        thresholds: Some(look::limits("transparent", limits)),
        mappings: look::missing(),
        custom: Some(custom),
        ..Defaults::default()
    }
}

/// `A`, `B`, … `Z`, `AA`, …
pub fn ref_id(mut index: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + u8::try_from(index % 26).unwrap_or(0)));
        if index < 26 {
            return letters.iter().rev().collect();
        }
        index = index / 26 - 1;
    }
}

/// A value of the model as JSON, for overrides.
pub fn value(of: &impl serde::Serialize) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn queries_have_letters() {
        let ids = [0, 25, 26, 27, 51, 52, 701, 702].map(super::ref_id);
        assert_eq!(ids, ["A", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA"]);
    }
}
