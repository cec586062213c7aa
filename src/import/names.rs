//! Names of Tabi from those of other tools, and what can be guessed from them.

use crate::syntax::names::{corrected, is_name};
use std::collections::BTreeSet;

/// Words at the end of an SLO's name that say what is measured, not of what.
const KINDS: [&str; 22] = [
    "availability",
    "available",
    "latency",
    "error",
    "errors",
    "success",
    "successes",
    "duration",
    "freshness",
    "throughput",
    "correctness",
    "quality",
    "saturation",
    "durability",
    "completeness",
    "slow",
    "fast",
    "uptime",
    "ratio",
    "threshold",
    "failures",
    "rate",
];

/// Parts of names that speak of people who change the product.
const DEVELOPER: [&str; 31] = [
    "ci",
    "cd",
    "cicd",
    "build",
    "builds",
    "builder",
    "deploy",
    "deploys",
    "deployment",
    "deployments",
    "delivery",
    "runner",
    "runners",
    "pipeline",
    "pipelines",
    "argocd",
    "argo",
    "flux",
    "tekton",
    "jenkins",
    "buildkite",
    "bazel",
    "artifactory",
    "harbor",
    "registry",
    "gitlab",
    "actions",
    "github",
    "rollout",
    "rollouts",
    "gerrit",
];

/// Parts of names that speak of people on call.
const OPERATOR: [&str; 4] = ["alertmanager", "oncall", "paging", "incident"];

/// A name as Tabi has them, and something in place of one that has no letters that could be used.
pub fn name(text: &str, otherwise: &str) -> String {
    let ascii: String = text.chars().map(|c| if c.is_ascii() { c } else { '-' }).collect();
    if let Some(name) = corrected(&ascii) {
        return name;
    }
    let numbered = corrected(&format!("{otherwise}_{ascii}")).filter(|n| n != otherwise);
    numbered.unwrap_or_else(|| otherwise.to_string())
}

/// A name that nobody has yet: with a number where there is one.
pub fn unique(wanted: &str, taken: &mut BTreeSet<String>) -> String {
    let mut found = wanted.to_string();
    let mut number = 2;
    while !taken.insert(found.clone()) {
        found = format!("{wanted}_{number}");
        number += 1;
    }
    debug_assert!(is_name(&found), "{found}");
    found
}

/// The step and the SLI of an SLO's name: `requests-availability` is the availability of requests.
pub fn step_and_sli(text: &str) -> (String, Option<String>) {
    let whole = name(text, "slo");
    for kind in KINDS {
        if let Some(step) = whole.strip_suffix(kind).and_then(|rest| rest.strip_suffix('_')).filter(|s| is_name(s)) {
            return (step.to_string(), Some(kind.to_string()));
        }
    }
    (whole, None)
}

/// Who takes a journey, by the words of its name and of its SLOs.
pub fn audience<'a>(names: impl IntoIterator<Item = &'a str>) -> &'static str {
    for text in names {
        let whole = name(text, "slo");
        if whole.split('_').any(|part| DEVELOPER.contains(&part)) {
            return "developer";
        }
        if whole.split('_').any(|part| OPERATOR.contains(&part)) {
            return "operator";
        }
    }
    "user"
}

/// The words that all names begin with, `_` between them.
pub fn common<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut common: Option<Vec<&str>> = None;
    for text in names {
        let words: Vec<&str> = text.split('_').collect();
        common = Some(match common {
            None => words,
            Some(before) => before.iter().zip(&words).take_while(|(a, b)| a == b).map(|(a, _)| *a).collect(),
        });
    }
    common.unwrap_or_default().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_of_anything() {
        assert_eq!(name("My Service", "service"), "my_service");
        assert_eq!(name("requestsAvailability", "slo"), "requests_availability");
        assert_eq!(name("5xx-errors", "slo"), "slo_5xx_errors");
        assert_eq!(name("日本", "service"), "service");
        assert_eq!(name("", "slo"), "slo");
        assert_eq!(name("a..b//c", "slo"), "a_b_c");
    }

    #[test]
    fn duplicates_get_numbers() {
        let mut taken = BTreeSet::new();
        let all = ["a", "a", "a_2", "a"].map(|n| unique(n, &mut taken));
        assert_eq!(all, ["a", "a_2", "a_2_2", "a_3"]);
    }

    #[test]
    fn guesses() {
        assert_eq!(step_and_sli("requests-availability"), ("requests".into(), Some("availability".into())));
        assert_eq!(step_and_sli("availability"), ("availability".into(), None));
        assert_eq!(audience(["checkout", "pay-latency"]), "user");
        assert_eq!(audience(["arc-runner-set"]), "developer");
        assert_eq!(audience(["specific"]), "user");
        assert_eq!(common(["nginx_api", "nginx_api"]), "nginx_api");
        assert_eq!(common(["apiserver_read", "apiserver_write"]), "apiserver");
    }
}
