//! What the resolver says of selectors, PromQL, histograms and labels.

use super::Diagnostic;
use crate::diagnostic::catalogue as c;
use crate::measure::Matcher;
use crate::model::Named;
use crate::promql::Error;
use crate::promql::ast::MatchOp;
use crate::promql::write::duration;
use crate::source::Place;

/// PromQL that Prometheus would refuse.
pub fn bad_promql(at: Place, error: Error) -> Diagnostic {
    let mut d = Diagnostic::new(&c::BAD_PROMQL, error.message, at, "here");
    if let Some(help) = error.help {
        d = d.help(help);
    }
    match error.replacement {
        Some(text) => d.fix(format!("write `{text}`"), at, text),
        None => d,
    }
}

/// `holds` over comparisons that drop what is false.
pub fn holds_filters(at: Place) -> Diagnostic {
    Diagnostic::new(
        &c::BAD_PROMQL,
        "`holds` needs 0 or 1: joined like this, a comparison that is false leaves no series, and nothing would ever be bad",
        at,
        "drops what is false",
    )
    .help("compare with `bool` and multiply: `(queue_age <= bool 300) * (workers > bool 1)`; or make two SLIs of it")
}

/// `up` of a comparison: what is false would be no series at all; `word` is `up` itself.
pub fn up_compares(at: Place, word: Place, inside: &str) -> Diagnostic {
    let shown = if inside.chars().count() > 60 || inside.contains('\n') { "…" } else { inside.trim() };
    Diagnostic::new(
        &c::BAD_PROMQL,
        "`up` reads a gauge of 0 and 1: a comparison drops what is false, and nothing would ever be bad",
        at,
        "drops what is false",
    )
    .and(word, "of a gauge")
    .help(format!("`holds` takes a comparison: `` holds `{shown}` ``"))
    .fix("write `holds`", word, "holds")
}

/// PromQL of another type than an instant vector; `selector` where it is one with a range, which would do without it.
pub fn not_a_vector(at: Place, ty: &str, selector: Option<&str>) -> Diagnostic {
    let d = Diagnostic::new(
        &c::BAD_PROMQL,
        format!("this PromQL gives {ty}; an instant vector is needed"),
        at,
        "not an instant vector",
    );
    match selector {
        Some(selector) => d
            .help(format!("a selector stands without a range, and without backticks: `{selector}`"))
            .fix("write the selector", at, selector),
        None => d,
    }
}

/// A selector without a metric.
pub fn nameless_selector(at: Place) -> Diagnostic {
    Diagnostic::new(&c::BAD_PROMQL, "a selector names its metric", at, "which metric?")
        .help("`http_requests_total{…}`, or `{\"http.requests\", …}` for a name with other characters")
}

/// A selector with two names.
pub fn two_names(at: Place, first_at: Place, first: &str, second: &str) -> Diagnostic {
    Diagnostic::new(
        &c::MANY_METRICS,
        format!("one selector cannot be of two metrics, `{first}` and `{second}`"),
        at,
        "the second name",
    )
    .and(first_at, "the first name")
}

/// A regular expression for the name of a counter.
pub fn many_metrics(at: Place) -> Diagnostic {
    Diagnostic::new(
        &c::MANY_METRICS,
        "a counter selector names one metric: differences of two metrics with the same labels cannot be told apart",
        at,
        "may match several metrics",
    )
    .help("write the name itself, or PromQL in backticks that adds the metrics up")
}

/// A regular expression that Prometheus would refuse.
pub fn bad_regex(at: Place, message: &str) -> Diagnostic {
    Diagnostic::new(&c::BAD_REGEX, format!("this regular expression cannot be used: {message}"), at, "here")
        .help("Prometheus reads RE2: no look-around, no back-references")
}

/// A regular expression that no text matches.
pub fn regex_of_nothing(matcher: &Matcher) -> Diagnostic {
    let so = if matcher.op == MatchOp::Match { "the selector is always empty" } else { "the matcher excludes nothing" };
    Diagnostic::new(
        &c::BAD_REGEX,
        format!("no text matches `{}`: {so}", matcher.value),
        matcher.place,
        "matches nothing",
    )
    .help("Prometheus matches the whole value: `^` and `$` are not needed, and in the middle nothing can match them")
}

/// Two matchers that no series satisfies.
pub fn contradictory(a: &Matcher, b: &Matcher) -> Diagnostic {
    Diagnostic::new(
        &c::CONTRADICTORY_MATCHERS,
        format!("no value of `{}` satisfies both matchers: the selector is always empty", a.label),
        b.place,
        "contradicts the other",
    )
    .and(a.place, "the other")
}

/// A literal range where `$window` belongs.
pub fn missing_window(at: Place, written: &str) -> Diagnostic {
    Diagnostic::new(
        &c::MISSING_WINDOW,
        format!("a range in `good`, `bad` and `total` is `$window`, not `{written}`: each event must be counted once"),
        at,
        "a fixed range",
    )
    .help("`$window` is the window in which the rules count")
    .fix("write `$window`", at, "$window")
}

/// Good or bad events that are not all counted in total.
pub fn outside_total(word: &str, part: Place, own: Option<&Matcher>, wanted: &Matcher) -> Diagnostic {
    let d = match own {
        Some(own) => Diagnostic::new(
            &c::GOOD_OUTSIDE_TOTAL,
            format!(
                "what `{word}` counts is not part of `total`: their matchers on `{}` contradict each other",
                wanted.label
            ),
            own.place,
            format!("`{word}` counts these"),
        ),
        None => Diagnostic::new(
            &c::GOOD_OUTSIDE_TOTAL,
            format!("`{word}` counts more than `total`: it does not ask for `{}`", wanted.label),
            part,
            format!("`{word}` is wider"),
        ),
    };
    d.and(wanted.place, "`total` counts only these")
}

/// A matcher on `le` in a latency; `whole` is what goes with it.
pub fn le_in_latency(at: Place, whole: Place) -> Diagnostic {
    Diagnostic::new(
        &c::RESERVED_LABEL,
        "`latency` picks the bucket itself: the bound after `under` says which",
        at,
        "picks a bucket",
    )
    .help("leave the matcher on `le` out")
    .fix("remove the matcher on `le`", whole, "")
}

/// A summary as a histogram; `better` compares the quantile.
pub fn summary_in_latency(at: Place, better: &str) -> Diagnostic {
    Diagnostic::new(
        &c::BAD_PROMQL,
        "`latency` counts in the buckets of a histogram; what has quantiles is a summary and has no buckets",
        at,
        "a quantile of a summary",
    )
    .help(format!("its quantile can be compared minute by minute: `` holds `{better}` ``"))
}

/// A histogram with one of its suffixes.
pub fn histogram_with_suffix(at: Place, suffix: &str, base: &str) -> Diagnostic {
    Diagnostic::new(
        &c::BAD_PROMQL,
        format!("`latency` takes the histogram's name without `{suffix}`"),
        at,
        format!("ends with `{suffix}`"),
    )
    .help(format!("the histogram is `{base}`"))
    .fix(format!("write `{base}`"), at, base)
}

/// A time bound on something that is no time.
pub fn unit_mismatch(bound: Place, metric: Place, suffix: &str) -> Diagnostic {
    Diagnostic::new(
        &c::UNIT_MISMATCH,
        format!("a bound in time is asked of a metric that ends with `{suffix}`"),
        bound,
        "a time",
    )
    .and(metric, "not a time")
}

/// A bound that is no bucket.
pub fn no_such_bucket(at: Place, bound: u64, written: &str, buckets: &[(u64, Place)]) -> Diagnostic {
    // the same number in another unit was probably meant: `500s` where there is 500ms
    let digits: String = written.chars().take_while(char::is_ascii_digit).collect();
    let other_unit = |bucket: u64| {
        let rest = duration(bucket);
        rest.strip_prefix(digits.as_str())
            .is_some_and(|unit| !digits.is_empty() && unit.chars().all(char::is_alphabetic))
    };
    let slip = buckets.iter().find(|(bucket, _)| other_unit(*bucket));
    let nearest = slip.or_else(|| buckets.iter().min_by_key(|(bucket, _)| (bucket.abs_diff(bound), *bucket)));
    let (nearest, nearest_at) = nearest.copied().unwrap_or((bound, at));
    let nearest = duration(nearest);
    let bound_text = duration(bound);
    let asked = if written.ends_with(char::is_alphabetic) && written != bound_text {
        format!("{written}, which are {bound_text}")
    } else {
        bound_text
    };
    let where_to = if buckets.iter().all(|(bucket, _)| *bucket < bound) {
        "above all buckets"
    } else if buckets.iter().all(|(bucket, _)| *bucket > bound) {
        "below all buckets"
    } else {
        "between two buckets"
    };
    let d = match slip {
        Some(_) => Diagnostic::new(
            &c::NO_SUCH_BUCKET,
            format!("the histogram has no bucket at {asked}; it has one at {nearest}"),
            at,
            where_to,
        )
        .and(nearest_at, "this bucket")
        .help(format!("did you mean `{nearest}`?")),
        None => Diagnostic::new(
            &c::NO_SUCH_BUCKET,
            format!("the histogram has no bucket at {asked}; the nearest is {nearest}"),
            at,
            where_to,
        )
        .and(nearest_at, "the nearest bucket")
        .help("a histogram only knows how many observations were below each of its bounds"),
    };
    d.fix(format!("write `{nearest}`"), at, nearest)
}

// Labels.

/// A label that the rules need for themselves.
pub fn reserved_label(label: &Named, reason: &str) -> Diagnostic {
    let help = if label.text == "severity" {
        "what a receiver needs on all pages stands in tabi.toml: `[alerts.page] labels = { severity = \"critical\" }`"
    } else {
        "give it another name"
    };
    Diagnostic::new(
        &c::RESERVED_LABEL,
        format!("the label `{}` cannot be declared: {reason}", label.text),
        label.place,
        "reserved",
    )
    .help(help)
}

/// A label of `by` on which `word` has a matcher that `total` has not.
pub fn by_decides_bad(label: &Named, matcher: &Matcher, word: &str, other: &str) -> Diagnostic {
    Diagnostic::new(
        &c::BY_DECIDES_BAD,
        format!(
            "`by {}` makes one budget for each of its values, and `{word}` asks for some of them only: what is bad is known from the label",
            label.text
        ),
        label.place,
        "one budget for each value",
    )
    .and(matcher.place, format!("`{word}` counts these, `{other}` others"))
    .help(format!("leave `{}` out of `by`, or ask for the same values in `{word}` and `{other}`", label.text))
}

/// A label of `by` that is also a key of `labels`.
pub fn by_and_labels(by: &Named, labels: Place) -> Diagnostic {
    Diagnostic::new(
        &c::RESERVED_LABEL,
        format!("`{}` is a label of `by` and of `labels` in one journey: on an alert they would be one", by.text),
        by.place,
        "one budget for each value",
    )
    .and(labels, "a label of alerts")
}

// Sites.

/// A site that cannot be told from the others.
pub fn no_site_labels(site: &Named, model: Option<&Named>) -> Diagnostic {
    let d = Diagnostic::new(
        &c::SITE_LABELS,
        format!("with two sites each needs `external_labels`; `{}` has none", site.text),
        site.place,
        "cannot be told from the others",
    );
    match model {
        Some(model) => d.and(model.place, "has some"),
        None => d,
    }
    .help("the labels that this Prometheus adds on remote write or federation: `external_labels { region \"ap-northeast-1\" }`")
}

/// A label of a site that says nothing.
pub fn empty_site_label(label: &Named, site: &Named) -> Diagnostic {
    Diagnostic::new(
        &c::SITE_LABELS,
        format!("`{}` of `{}` is empty: to Prometheus a label without a value is not there", label.text, site.text),
        label.place,
        "says nothing",
    )
    .help("give it a value, such as the name of the account")
}

/// A site with other keys.
pub fn other_site_keys(site: &Named, model: &Named) -> Diagnostic {
    Diagnostic::new(
        &c::SITE_LABELS,
        format!(
            "`{}` and `{}` have different keys in `external_labels`; all sites have the same",
            site.text, model.text
        ),
        site.place,
        "other keys",
    )
    .and(model.place, "than this one")
}

/// A site with the same values.
pub fn same_site_labels(site: &Named, other: &Named) -> Diagnostic {
    Diagnostic::new(
        &c::SITE_LABELS,
        format!(
            "`{}` and `{}` have the same `external_labels`: their series could not be told apart",
            site.text, other.text
        ),
        site.place,
        "the same values",
    )
    .and(other.place, "as this one")
}
