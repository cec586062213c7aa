//! What people bring from other languages: words for types and values, and forms of a module's name.

use super::Diagnostic;
use crate::diagnostic::catalogue as c;
use crate::source::Place;

/// A module that ships in another form than `std.NAME`.
pub fn module_in_another_form(at: Place, written: &str, module: &str) -> Diagnostic {
    let right = format!("std.{module}");
    Diagnostic::new(&c::UNKNOWN_NAME, format!("the module that ships is not called {written}"), at, "not known")
        .help(format!("`use {right}`"))
        .fix(format!("write `{right}`"), at, right)
}

/// What a word of other languages is called here, among types and the words that settings take.
pub fn word_meant(word: &str) -> Option<&'static str> {
    Some(match word {
        "str" | "text" | "label" => "string",
        "re" | "regexp" | "pattern" => "regex",
        "time" | "timespan" | "interval" => "duration",
        "int" | "integer" | "float" | "num" | "count" => "number",
        "average" | "avg" | "mean" => "weighted",
        "min" | "minimum" | "worst" => "weakest",
        "product" | "and" | "every" => "all",
        "seconds" | "sec" => "s",
        "milliseconds" | "msec" => "ms",
        "exponential" | "sparse" => "native",
        "push" | "pushgateway" | "otlp" => "pushed",
        "pull" | "scrape" => "scraped",
        _ => return None,
    })
}
