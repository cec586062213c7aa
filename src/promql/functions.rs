//! The functions and aggregations every Prometheus from 2.42 on has, and the
//! names of those only some have.

use super::ValueType::{self, Matrix, Scalar, String, Vector};

/// The shape of a function.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    /// The types of the arguments; the last also of any more.
    pub(super) args: &'static [ValueType],
    /// How many arguments there must be.
    pub(super) least: usize,
    /// How many there may be.
    pub(super) most: usize,
    pub(super) returns: ValueType,
}

const fn one(name: &'static str, arg: &'static [ValueType]) -> Function {
    Function { name, args: arg, least: arg.len(), most: arg.len(), returns: Vector }
}

const fn optional(name: &'static str, args: &'static [ValueType]) -> Function {
    Function { name, args, least: args.len() - 1, most: args.len(), returns: Vector }
}

const fn scalar(name: &'static str, args: &'static [ValueType]) -> Function {
    Function { name, args, least: args.len(), most: args.len(), returns: Scalar }
}

const MANY: usize = usize::MAX;

/// Sorted by name, for the binary search.
static FUNCTIONS: &[Function] = &[
    one("abs", &[Vector]),
    one("absent", &[Vector]),
    one("absent_over_time", &[Matrix]),
    one("acos", &[Vector]),
    one("acosh", &[Vector]),
    one("asin", &[Vector]),
    one("asinh", &[Vector]),
    one("atan", &[Vector]),
    one("atanh", &[Vector]),
    one("avg_over_time", &[Matrix]),
    one("ceil", &[Vector]),
    one("changes", &[Matrix]),
    one("clamp", &[Vector, Scalar, Scalar]),
    one("clamp_max", &[Vector, Scalar]),
    one("clamp_min", &[Vector, Scalar]),
    one("cos", &[Vector]),
    one("cosh", &[Vector]),
    one("count_over_time", &[Matrix]),
    optional("day_of_month", &[Vector]),
    optional("day_of_week", &[Vector]),
    optional("day_of_year", &[Vector]),
    optional("days_in_month", &[Vector]),
    one("deg", &[Vector]),
    one("delta", &[Matrix]),
    one("deriv", &[Matrix]),
    one("exp", &[Vector]),
    one("floor", &[Vector]),
    one("histogram_avg", &[Vector]),
    one("histogram_count", &[Vector]),
    one("histogram_fraction", &[Scalar, Scalar, Vector]),
    one("histogram_quantile", &[Scalar, Vector]),
    one("histogram_stddev", &[Vector]),
    one("histogram_stdvar", &[Vector]),
    one("histogram_sum", &[Vector]),
    optional("hour", &[Vector]),
    one("idelta", &[Matrix]),
    one("increase", &[Matrix]),
    one("irate", &[Matrix]),
    Function { name: "label_join", args: &[Vector, String, String, String], least: 3, most: MANY, returns: Vector },
    one("label_replace", &[Vector, String, String, String, String]),
    one("last_over_time", &[Matrix]),
    one("ln", &[Vector]),
    one("log10", &[Vector]),
    one("log2", &[Vector]),
    one("max_over_time", &[Matrix]),
    one("min_over_time", &[Matrix]),
    optional("minute", &[Vector]),
    optional("month", &[Vector]),
    scalar("pi", &[]),
    one("predict_linear", &[Matrix, Scalar]),
    one("present_over_time", &[Matrix]),
    one("quantile_over_time", &[Scalar, Matrix]),
    one("rad", &[Vector]),
    one("rate", &[Matrix]),
    one("resets", &[Matrix]),
    optional("round", &[Vector, Scalar]),
    scalar("scalar", &[Vector]),
    one("sgn", &[Vector]),
    one("sin", &[Vector]),
    one("sinh", &[Vector]),
    one("sort", &[Vector]),
    one("sort_desc", &[Vector]),
    one("sqrt", &[Vector]),
    one("stddev_over_time", &[Matrix]),
    one("stdvar_over_time", &[Matrix]),
    one("sum_over_time", &[Matrix]),
    one("tan", &[Vector]),
    one("tanh", &[Vector]),
    scalar("time", &[]),
    one("timestamp", &[Vector]),
    one("vector", &[Scalar]),
    optional("year", &[Vector]),
];

/// Functions behind a feature flag, or of some versions only.
const UNUSABLE: &[(&str, &str)] = &[
    (
        "double_exponential_smoothing",
        "is experimental: Prometheus has it only with the feature flag `promql-experimental-functions`",
    ),
    ("end", "is experimental outside `@`"),
    (
        "first_over_time",
        "is experimental: Prometheus has it only with the feature flag `promql-experimental-functions`",
    ),
    (
        "histogram_quantiles",
        "is experimental: Prometheus has it only with the feature flag `promql-experimental-functions`",
    ),
    ("holt_winters", "is gone in Prometheus 3"),
    ("info", "is experimental: Prometheus has it only with the feature flag `promql-experimental-functions`"),
    ("limit_ratio", "is experimental: Prometheus has it only with the feature flag `promql-experimental-functions`"),
    ("limitk", "is experimental: Prometheus has it only with the feature flag `promql-experimental-functions`"),
    ("mad_over_time", "is experimental: Prometheus has it only with the feature flag `promql-experimental-functions`"),
    ("max_of", "is experimental"),
    ("min_of", "is experimental"),
    ("range", "is experimental"),
    ("sort_by_label", "is experimental: Prometheus has it only with the feature flag `promql-experimental-functions`"),
    (
        "sort_by_label_desc",
        "is experimental: Prometheus has it only with the feature flag `promql-experimental-functions`",
    ),
    ("start", "is experimental outside `@`"),
    ("step", "is experimental"),
    (
        "ts_of_first_over_time",
        "is experimental: Prometheus has it only with the feature flag `promql-experimental-functions`",
    ),
    (
        "ts_of_last_over_time",
        "is experimental: Prometheus has it only with the feature flag `promql-experimental-functions`",
    ),
    (
        "ts_of_max_over_time",
        "is experimental: Prometheus has it only with the feature flag `promql-experimental-functions`",
    ),
    (
        "ts_of_min_over_time",
        "is experimental: Prometheus has it only with the feature flag `promql-experimental-functions`",
    ),
];

/// An aggregation and the type of its first argument, if it has two.
pub(super) type Aggregation = (&'static str, Option<ValueType>);

static AGGREGATIONS: &[Aggregation] = &[
    ("avg", None),
    ("bottomk", Some(Scalar)),
    ("count", None),
    ("count_values", Some(String)),
    ("group", None),
    ("max", None),
    ("min", None),
    ("quantile", Some(Scalar)),
    ("stddev", None),
    ("stdvar", None),
    ("sum", None),
    ("topk", Some(Scalar)),
];

/// The function of that name.
pub(super) fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.binary_search_by(|function| function.name.cmp(name)).ok().and_then(|index| FUNCTIONS.get(index))
}

/// The aggregation of that name, in any case.
pub(super) fn aggregation(name: &str) -> Option<Aggregation> {
    AGGREGATIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).copied()
}

/// Why a function that exists somewhere is not to be used.
pub(super) fn why_unusable(name: &str) -> Option<&'static str> {
    UNUSABLE.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, why)| *why)
}

/// All names that may stand before arguments.
pub(super) fn all_names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.name).chain(AGGREGATIONS.iter().map(|(name, _)| *name))
}
