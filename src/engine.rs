//! The engines that rules are written for: their words, what they allow, and what a project says of its own.

use std::collections::BTreeMap;

/// A rule engine, and with it the form of the files with rules.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Target {
    /// Rule files of Prometheus.
    #[default]
    Prometheus,
    /// `PrometheusRule` resources of the Prometheus operator.
    Operator,
    /// Grafana Mimir and Grafana Cloud, by way of `mimirtool`.
    Mimir,
    /// Thanos Ruler.
    Thanos,
    /// `vmalert` of `VictoriaMetrics`.
    VictoriaMetrics,
    /// Amazon Managed Service for Prometheus.
    Amp,
    /// Azure Monitor managed service for Prometheus.
    Azure,
    /// Google Cloud Managed Service for Prometheus.
    Gmp,
}

impl Target {
    /// The words for them, in `tabi.toml` and on the command line.
    pub const WORDS: [(&'static str, Target); 8] = [
        ("prometheus", Target::Prometheus),
        ("prometheus-operator", Target::Operator),
        ("mimir", Target::Mimir),
        ("thanos", Target::Thanos),
        ("victoriametrics", Target::VictoriaMetrics),
        ("amp", Target::Amp),
        ("azure", Target::Azure),
        ("gmp", Target::Gmp),
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        Target::WORDS.iter().find(|(_, target)| *target == self).map_or("", |(word, _)| word)
    }

    /// What the engine allows unless it is told otherwise.
    pub fn limits(self) -> Limits {
        let none = Limits::default();
        match self {
            Target::Prometheus | Target::Thanos | Target::VictoriaMetrics => none,
            // one resource becomes one file in a ConfigMap of the operator, which takes half of a Secret at most
            Target::Operator => Limits { file_bytes: Some(512 << 10), ..none },
            Target::Mimir => Limits { rules_per_group: Some(20), groups: Some(70), ..none },
            Target::Amp => Limits { rules: Some(2000), file_bytes: Some(1_000_000), range_days: Some(32), ..none },
            Target::Azure => Limits {
                rules_per_group: Some(20),
                groups: Some(500),
                range_days: Some(32),
                interval: Some(15),
                ..none
            },
            // what etcd takes of one object; the operator puts the rules of a whole cluster into one
            Target::Gmp => Limits { file_bytes: Some(1 << 20), bytes: Some(1 << 20), ..none },
        }
    }
}

/// What an engine allows; none is without a limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Limits {
    /// Rules in one group.
    pub rules_per_group: Option<u64>,
    /// Groups of all journeys together.
    pub groups: Option<u64>,
    /// Rules of all journeys together.
    pub rules: Option<u64>,
    /// The length of a file.
    pub file_bytes: Option<u64>,
    /// The length of all files together.
    pub bytes: Option<u64>,
    /// Minutes from one evaluation of a group to the next.
    pub interval: Option<u64>,
    /// Days that a query may look back.
    pub range_days: Option<u64>,
}

/// Which series the rules of Google's engine see.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Scope {
    /// Those of one namespace: `Rules`.
    Namespace,
    /// Those of one cluster: `ClusterRules`.
    #[default]
    Cluster,
    /// All: `GlobalRules`.
    Global,
}

impl Scope {
    /// The words for them.
    pub const WORDS: [(&'static str, Scope); 3] =
        [("namespace", Scope::Namespace), ("cluster", Scope::Cluster), ("global", Scope::Global)];
}

/// What `tabi.toml` says of the engine.
#[derive(Clone, Debug)]
pub struct Engine {
    /// Which one.
    pub target: Target,
    /// Limits of yours that are not those of [`Target::limits`]; 0 is without a limit.
    pub own_limits: Limits,
    /// What the namespaces of Mimir, the names of resources and of Azure's groups begin with.
    pub prefix: String,
    /// The namespace of Kubernetes for resources; none is that of `kubectl`.
    pub namespace: Option<String>,
    /// Labels of resources; those of a `PrometheusRule` must be what `ruleSelector` asks for.
    pub labels: BTreeMap<String, String>,
    /// Thanos: go on without the stores that do not answer.
    pub partial: bool,
    /// Thanos: the ruler sends what it records away and has no storage of its own.
    pub stateless: bool,
    /// Google: which series the rules see.
    pub scope: Scope,
    /// Azure: the resource id of the Azure Monitor workspace.
    pub workspace: Option<String>,
    /// Azure: the region; none is that of the resource group.
    pub location: Option<String>,
    /// Azure: the only cluster whose series are read.
    pub cluster: Option<String>,
    /// Azure: the action group of pages.
    pub page_action: Option<String>,
    /// Azure: the action group of tickets.
    pub ticket_action: Option<String>,
}

impl Limits {
    /// These, and those of another place where nothing is said here.
    #[must_use]
    pub fn or(self, far: Limits) -> Limits {
        Limits {
            rules_per_group: self.rules_per_group.or(far.rules_per_group),
            groups: self.groups.or(far.groups),
            rules: self.rules.or(far.rules),
            file_bytes: self.file_bytes.or(far.file_bytes),
            range_days: self.range_days.or(far.range_days),
            bytes: self.bytes.or(far.bytes),
            interval: self.interval.or(far.interval),
        }
    }
}

impl Default for Engine {
    fn default() -> Self {
        Engine {
            target: Target::default(),
            own_limits: Limits::default(),
            prefix: "tabi".to_string(),
            namespace: None,
            labels: BTreeMap::new(),
            partial: false,
            stateless: false,
            scope: Scope::default(),
            workspace: None,
            location: None,
            cluster: None,
            page_action: None,
            ticket_action: None,
        }
    }
}

impl Engine {
    /// What the engine allows, with the project's own word on it.
    pub fn limits(&self) -> Limits {
        let (of, own) = (self.target.limits(), self.own_limits);
        let either = |own: Option<u64>, of: Option<u64>| own.or(of).filter(|n| *n > 0);
        Limits {
            rules_per_group: either(own.rules_per_group, of.rules_per_group),
            groups: either(own.groups, of.groups),
            rules: either(own.rules, of.rules),
            file_bytes: of.file_bytes,
            bytes: either(own.bytes, of.bytes),
            interval: of.interval,
            range_days: either(own.range_days, of.range_days),
        }
    }

    /// The same for another target, with what the project says of its limits.
    #[must_use]
    pub fn of_another(&self, target: Target, own_limits: Limits) -> Engine {
        Engine { target, own_limits, ..self.clone() }
    }

    /// The same where the rules of sites are added up: it must see what all of them sent.
    #[must_use]
    pub fn adding_up(&self) -> Engine {
        Engine { scope: Scope::Global, ..self.clone() }
    }

    /// Whether a rule does not see what the rule before it has recorded a moment ago: the engine sends it to a storage, and asks that
    /// storage again.
    pub fn sees_late(&self) -> bool {
        match self.target {
            Target::VictoriaMetrics | Target::Gmp => true,
            Target::Thanos => self.stateless,
            Target::Prometheus | Target::Operator | Target::Mimir | Target::Amp | Target::Azure => false,
        }
    }
}
