//! Dashboards of Grafana: bare files and a provider for them, `ConfigMap`s for its sidecar, or resources for its operator.

use super::HEADER;
use super::yaml::Document;
use crate::dashboard::{self, All, Page, model::Dashboard};
use crate::model::Model;
use crate::project::{Dashboards, Options};
use crate::source::Sources;

/// The files of one journey: its dashboard, and that of a user journey beside what delivers it.
pub fn journey(model: &Model, sources: &Sources, options: &Options, index: usize) -> Vec<(String, String)> {
    if options.grafana.dashboards == Dashboards::None {
        return Vec::new();
    }
    let page = Page::new(model, sources, options, index);
    let name = &model.journeys[index].name.text;
    let mut files = vec![file(&format!("journeys/{name}"), &dashboard::journey(&page), options)];
    files.extend(dashboard::coexistence(&page).map(|d| file(&format!("coexistence/{name}"), &d, options)));
    files
}

/// The files of all journeys together.
pub fn overview(model: &Model, options: &Options) -> Vec<(String, String)> {
    if options.grafana.dashboards == Dashboards::None || model.journeys.is_empty() {
        return Vec::new();
    }
    let mut files = vec![file("overview", &dashboard::overview(&All { model, options }), options)];
    if options.grafana.dashboards == Dashboards::Json {
        files.push(("dashboards/provider.yml".to_string(), provider(options)));
    }
    files
}

fn file(path: &str, dashboard: &Dashboard, options: &Options) -> (String, String) {
    let text = dashboard::json(dashboard);
    match options.grafana.dashboards {
        Dashboards::ConfigMap => (format!("dashboards/{path}.yml"), config_map(dashboard, &text, options)),
        Dashboards::Operator => (format!("dashboards/{path}.yml"), resource(dashboard, &text, options)),
        Dashboards::Json | Dashboards::None => (format!("dashboards/{path}.json"), text),
    }
}

/// What a file of Grafana's `provisioning/dashboards` says. The path is where these files are mounted.
fn provider(options: &Options) -> String {
    let mut document = Document::new(&[&format!(
        "{HEADER}. Copy it to provisioning/dashboards/ of Grafana, and mount the files beside it at `path`."
    )]);
    document.map(|file| {
        file.int("apiVersion", 1);
        file.list("providers", |list| {
            list.map(|map| {
                map.string("name", &options.grafana.uid_prefix);
                map.int("orgId", 1);
                map.string("folder", &options.grafana.folder);
                map.string("type", "file");
                map.bool("disableDeletion", false);
                map.int("updateIntervalSeconds", 30);
                map.bool("allowUiUpdates", false);
                map.map("options", |map| map.string("path", "/var/lib/grafana/dashboards/tabi"));
            });
        });
    });
    document.finish()
}

/// The name of a resource: what a uid may have and Kubernetes does not take, is replaced.
fn resource_name(dashboard: &Dashboard) -> String {
    dashboard.uid.to_ascii_lowercase().replace('_', "-").trim_matches('-').to_string()
}

fn header(dashboard: &Dashboard) -> Document {
    Document::new(&[&dashboard.description])
}

fn config_map(dashboard: &Dashboard, text: &str, options: &Options) -> String {
    let mut document = header(dashboard);
    document.map(|file| {
        file.string("apiVersion", "v1");
        file.string("kind", "ConfigMap");
        file.map("metadata", |map| {
            map.string("name", &resource_name(dashboard));
            map.map("labels", |map| map.string("grafana_dashboard", "1"));
            map.map("annotations", |map| map.string("grafana_folder", &options.grafana.folder));
        });
        file.map("data", |map| map.string(&format!("{}.json", dashboard.uid), text));
    });
    document.finish()
}

fn resource(dashboard: &Dashboard, text: &str, options: &Options) -> String {
    let mut document = header(dashboard);
    document.map(|file| {
        file.string("apiVersion", "grafana.integreatly.org/v1beta1");
        file.string("kind", "GrafanaDashboard");
        file.map("metadata", |map| map.string("name", &resource_name(dashboard)));
        file.map("spec", |map| {
            map.map("instanceSelector", |map| map.map("matchLabels", |map| map.string("dashboards", "grafana")));
            map.string("folder", &options.grafana.folder);
            map.string("resyncPeriod", "10m");
            map.string("json", text);
        });
    });
    document.finish()
}
