//! Sites: their labels, which must tell them apart.

use super::Resolver;
use super::layer::Layer;
use super::messages as say;
use super::scope::Own;
use crate::diagnostic::Diagnostic;
use crate::model::{Model, Named, Site, reserved};
use crate::project::Options;
use crate::schema::Block;
use crate::source::FileId;
use crate::syntax::ast;
use std::collections::BTreeMap;

/// Labels that `tabi.toml` puts on all pages or tickets: one that tells sites apart would be the same at all of them.
pub fn check_alert_labels(model: &Model, options: &Options) -> Vec<Diagnostic> {
    let of_sites = |label: &str| model.sites.iter().any(|site| site.external_labels.contains_key(label));
    let taken = options.label_places.iter().filter(|(label, _)| of_sites(label));
    taken
        .map(|(label, place)| {
            say::reserved_label(&Named { text: label.clone(), place: *place }, "it tells the sites apart")
        })
        .collect()
}

impl Resolver<'_> {
    /// Reads a site and adds it to the project's.
    pub fn declare_site(&mut self, file: FileId, site: &ast::Site, own: &mut Own<'_>) {
        let mut layer = Layer::default();
        self.read_layer(file, Block::Site, site.body.as_ref().map_or(&[][..], |b| &b.items), &mut layer);
        let Some(name) = site.name.map(|n| self.named(file, n)) else { return };
        if let Some(first) = self.sites.iter().find(|s| s.name.text == name.text) {
            let first = first.name.place;
            self.found.push(say::duplicate_name(name.place, first, "site", &name.text));
            return;
        }
        let mut external_labels = BTreeMap::new();
        for (key, value) in &layer.external_labels {
            if let Some(reason) = reserved(&key.text) {
                self.found.push(say::reserved_label(key, reason));
            }
            if value.value.is_empty() {
                self.found.push(say::empty_site_label(key, &name));
            }
            external_labels.insert(key.text.clone(), value.clone());
            self.site_keys.insert(key.text.clone());
        }
        own.sites.insert(name.text.clone(), (self.sites.len(), name.place));
        self.sites.push(Site { title: self.title(file, site.title), name, external_labels });
        self.site_layers.push(layer);
        self.site_used.push(false);
    }

    /// With two sites: each has external labels, the same keys everywhere, and no two the same values.
    pub fn check_sites(&mut self) {
        if self.sites.len() < 2 {
            return;
        }
        let Some(model) = self.sites.iter().find(|s| !s.external_labels.is_empty()) else {
            let first = &self.sites[0];
            self.found.push(say::no_site_labels(&first.name, None));
            return;
        };
        let keys: Vec<&String> = model.external_labels.keys().collect();
        for (i, site) in self.sites.iter().enumerate() {
            if site.external_labels.is_empty() {
                self.found.push(say::no_site_labels(&site.name, Some(&model.name)));
            } else if site.external_labels.keys().collect::<Vec<_>>() != keys {
                self.found.push(say::other_site_keys(&site.name, &model.name));
            } else if let Some(same) = self.sites[..i].iter().find(|s| {
                s.external_labels.values().map(|v| &v.value).eq(site.external_labels.values().map(|v| &v.value))
                    && s.external_labels.keys().eq(site.external_labels.keys())
            }) {
                self.found.push(say::same_site_labels(&site.name, &same.name));
            }
        }
    }
}
