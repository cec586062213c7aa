//! What can be measured. One file for each measure: its fields, and how it *lowers* to the two recorded numbers, bad and total events
//! per second. All later stages know only bad and total. A new measure is a new file, a variant of [`Measure`] and its arms here.

pub mod age;
pub mod counting;
pub mod events;
pub mod holds;
pub mod latency;
pub mod query;
pub mod up;

pub use query::{Matcher, Query, Raw, Selector};

/// What an SLI measures.
#[derive(Clone, Debug, PartialEq)]
pub enum Measure {
    /// `good` and `total`, `bad` and `total`, or `good` and `bad`.
    Events(events::Events),
    /// `latency … under …`
    Latency(latency::Latency),
    /// `up …`
    Up(up::Up),
    /// `age … under …`
    Age(age::Age),
    /// `holds …`
    Holds(holds::Holds),
}

/// What a measure needs to know of its SLI to lower itself.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The matchers of the SLI's own series: `{journey="checkout",step="pay",sli="fast"}`.
    pub identity: String,
    /// The labels of `by`.
    pub by: Vec<String>,
    /// The window of level 1 in seconds, `R` of the design: twice `evaluate`, never below twice the scrape interval.
    pub range: u64,
    /// Whether counters are pushed, so that there is no `up`.
    pub pushed: bool,
    /// The matchers of the one site that it is about, where one engine evaluates for all; else nothing.
    pub site: String,
    /// PromQL that, while it yields anything, makes both numbers 0.
    pub exclude: Option<String>,
}

/// One of the two recorded numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Series {
    /// `tabi:slo_total_events:rate`
    Total,
    /// `tabi:slo_bad_events:rate`
    Bad,
}

impl Series {
    /// The name of the recorded series, in events per second.
    pub fn name(self) -> &'static str {
        match self {
            Series::Total => "tabi:slo_total_events:rate",
            Series::Bad => "tabi:slo_bad_events:rate",
        }
    }
}

/// The two rules of an SLI in the order in which they must be evaluated: the second may read the first.
pub type Lowered = [(Series, String); 2];

impl Measure {
    /// The two numbers as PromQL.
    pub fn lower(&self, frame: &Frame) -> Lowered {
        let lowered = match self {
            Measure::Events(x) => x.lower(frame),
            Measure::Latency(x) => x.lower(frame),
            Measure::Up(x) => x.lower(frame),
            Measure::Age(x) => x.lower(frame),
            Measure::Holds(x) => x.lower(frame),
        };
        lowered.map(|(series, expr)| (series, frame.masked(expr)))
    }

    /// The same of one site only, where one engine has the series of all: every selector gets the site's labels.
    pub fn at(&self, site: &[(String, String)]) -> Measure {
        match self {
            Measure::Events(x) => Measure::Events(x.at(site)),
            Measure::Latency(x) => Measure::Latency(latency::Latency { selector: x.selector.at(site), ..x.clone() }),
            Measure::Up(x) => Measure::Up(up::Up { query: x.query.at(site) }),
            Measure::Age(x) => Measure::Age(age::Age { query: x.query.at(site), ..x.clone() }),
            Measure::Holds(x) => Measure::Holds(holds::Holds { expr: x.expr.at(site) }),
        }
    }

    /// What counts as bad, in a few words that end up in alerts: "slower than 300ms".
    pub fn bad_when(&self) -> String {
        match self {
            Measure::Events(x) => x.bad_when(),
            Measure::Latency(x) => x.bad_when(),
            Measure::Up(x) => x.bad_when(),
            Measure::Age(x) => x.bad_when(),
            Measure::Holds(x) => x.bad_when(),
        }
    }

    /// What an event is, for people: "requests" cannot be known, "minutes" can.
    pub fn event(&self) -> &'static str {
        match self {
            Measure::Events(_) | Measure::Latency(_) => "events",
            Measure::Up(_) | Measure::Holds(_) => "series-minutes",
            Measure::Age(_) => "minutes",
        }
    }

    /// Whether its events are minutes, so that its traffic is known.
    pub fn counts_minutes(&self) -> bool {
        !matches!(self, Measure::Events(_) | Measure::Latency(_))
    }

    /// What it reads, in the order written.
    pub fn queries(&self) -> Vec<&Query> {
        match self {
            Measure::Events(x) => x.queries(),
            Measure::Latency(_) | Measure::Holds(_) => Vec::new(),
            Measure::Up(x) => vec![&x.query],
            Measure::Age(x) => vec![&x.query],
        }
    }

    /// The selectors whose counters are differenced, so that births are counted.
    pub fn counters(&self) -> Vec<&Selector> {
        match self {
            Measure::Events(x) => x.queries().into_iter().filter_map(Query::selector).collect(),
            Measure::Latency(x) => vec![&x.selector],
            _ => Vec::new(),
        }
    }

    /// The measure written in one way, whatever its layout: equal text is an equal measure.
    pub fn canonical(&self) -> String {
        match self {
            Measure::Events(x) => x.canonical(),
            Measure::Latency(x) => format!("latency {} {}", x.selector.canonical(), x.bound),
            Measure::Up(x) => format!("up {}", x.query.canonical()),
            Measure::Age(x) => format!("age {} {}", x.query.canonical(), x.bound),
            Measure::Holds(x) => format!("holds {}", x.expr.text),
        }
    }
}

impl Frame {
    /// `sum by (dest) (…)`, with what is inside on lines of its own where it has several.
    pub fn aggregate(&self, operator: &str, inside: &str) -> String {
        let by = if self.by.is_empty() { String::new() } else { format!("by ({}) ", self.by.join(", ")) };
        if inside.contains('\n') {
            format!("{operator} {by}(\n{}\n)", indent(inside))
        } else {
            format!("{operator} {by}({inside})")
        }
    }

    /// The SLI's own recorded series.
    pub fn recorded(&self, series: Series) -> String {
        format!("{}{}", series.name(), self.identity)
    }

    /// Both numbers are 0 while the exclusion yields anything, and for `range` after it, so that nothing of it leaks in.
    fn masked(&self, expr: String) -> String {
        let Some(exclude) = &self.exclude else { return expr };
        let range = crate::promql::write::duration(self.range * 1000);
        let body = if expr.contains('\n') { format!("(\n{}\n)", indent(&expr)) } else { format!("({expr})") };
        format!("{body} * scalar(absent(count_over_time(({exclude})[{range}:1m])) or vector(0))")
    }
}

/// Two blanks before each line.
pub fn indent(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for (i, line) in text.split('\n').enumerate() {
        if i > 0 {
            out.push('\n');
        }
        out.push_str("  ");
        out.push_str(line);
    }
    out
}
