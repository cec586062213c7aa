//! Rules as Kubernetes resources: `PrometheusRule` of the Prometheus operator, `Rules`, `ClusterRules` and `GlobalRules` of Google's.

use super::prometheus::{groups, header, pairs};
use super::yaml::Document;
use crate::engine::{Engine, Scope, Target};
use crate::plan::JourneyRules;
use crate::source::{Sources, fnv1a};

/// The resource of a journey, or of one part of it.
pub fn file(rules: &JourneyRules, part: usize, sources: &Sources, engine: &Engine) -> String {
    let (version, kind) = match (engine.target, engine.scope) {
        (Target::Gmp, Scope::Namespace) => ("monitoring.googleapis.com/v1", "Rules"),
        (Target::Gmp, Scope::Cluster) => ("monitoring.googleapis.com/v1", "ClusterRules"),
        (Target::Gmp, Scope::Global) => ("monitoring.googleapis.com/v1", "GlobalRules"),
        _ => ("monitoring.coreos.com/v1", "PrometheusRule"),
    };
    let mut document = Document::new(&[&header(rules, sources)]);
    document.map(|file| {
        file.string("apiVersion", version);
        file.string("kind", kind);
        file.map("metadata", |map| {
            map.string("name", &name(&engine.prefix, &rules.journey, part));
            if let Some(namespace) = engine.namespace.as_ref().filter(|_| matches!(kind, "Rules" | "PrometheusRule")) {
                map.string("namespace", namespace);
            }
            let labels: Vec<(String, String)> = engine.labels.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
            pairs(map, "labels", &labels);
        });
        file.map("spec", |map| groups(map, rules, sources, &|_| {}));
    });
    document.finish()
}

/// The name of a resource: lower case, no `_`. A name that had to give up more than that is told from others by a hash.
fn name(prefix: &str, journey: &str, part: usize) -> String {
    let (prefix, plain) = (prefix.replace('_', "-"), journey.to_ascii_lowercase().replace('_', "-"));
    let whole =
        plain == journey.replace('_', "-") && !plain.starts_with('-') && !plain.ends_with('-') && plain.len() < 150;
    let name = if whole {
        format!("{prefix}-{plain}")
    } else {
        let cut: String = plain.trim_matches('-').chars().take(150).collect();
        format!("{prefix}-{cut}-{:08x}", fnv1a(journey.as_bytes()) & 0xffff_ffff)
    };
    if part == 0 { name } else { format!("{name}.{}", part + 1) }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn names_are_those_of_kubernetes_and_their_own() {
        assert_eq!(name("tabi", "check_out", 0), "tabi-check-out");
        assert_eq!(name("tabi", "checkout", 1), "tabi-checkout.2");
        assert_eq!(name("tabi.site_a", "checkout", 0), "tabi.site-a-checkout");
        assert_eq!(name("tabi", "Checkout", 0), "tabi-checkout-f53c9239");
        assert_eq!(name("tabi", "_a", 0).len(), "tabi-a-00000000".len());
        assert!(name("tabi", &"x".repeat(400), 3).len() <= 253);
    }
}
