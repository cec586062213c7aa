//! What the resolver says, in words. Each message states what is wrong and what would be right; each label names its end.

mod queries;

pub use queries::*;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::catalogue as c;
use crate::model::Named;
use crate::promql::write::duration;
use crate::schema::kind::Kind;
use crate::schema::{Block, Setting};
use crate::source::Place;

fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|w| format!("`{w}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} or {last}", init.join(", ")),
    }
}

fn meant(d: Diagnostic, place: Place, near: Option<&str>) -> Diagnostic {
    match near {
        Some(near) => d.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), place, near),
        None => d,
    }
}

// Names.

/// A template that is known in modules that ship, but not here.
pub fn template_of_modules(name: &Named, modules: &[&str]) -> Diagnostic {
    let called: Vec<String> = modules.iter().map(|module| format!("{module}.{}", name.text)).collect();
    let called: Vec<&str> = called.iter().map(String::as_str).collect();
    Diagnostic::new(&c::UNKNOWN_NAME, format!("there is no template `{}`", name.text), name.place, "not known here")
        .help(match modules {
            [one] => format!("`use std.{one}` at the top of the file, and {} here", list(&called)),
            _ => {
                format!("modules that ship have {}; `use std.…` at the top of the file gives the prefix", list(&called))
            }
        })
}

/// A name that nothing has.
pub fn unknown_name(at: Place, what: &str, name: &str, near: Option<&str>) -> Diagnostic {
    meant(Diagnostic::new(&c::UNKNOWN_NAME, format!("there is no {what} `{name}`"), at, "not known here"), at, near)
}

/// A prefix that no `use` gave.
pub fn unknown_prefix(prefix: &Named, near: Option<&str>) -> Diagnostic {
    let d = Diagnostic::new(
        &c::UNKNOWN_NAME,
        format!("nothing is called `{}.…`: no `use` in this file gives that prefix", prefix.text),
        prefix.place,
        "not known here",
    );
    let known = crate::stdlib::find(&prefix.text).is_some();
    match near {
        None if known => d.help(format!("`use std.{}` at the top of the file gives it", prefix.text)),
        near => meant(d, prefix.place, near),
    }
}

/// A template of a module by the whole name of the module. `prefix` is what it is called by here, if a `use` says so; `near` is the
/// template that was meant, if the module has such a one.
pub fn whole_path(at: Place, written: &str, module: &str, prefix: Option<&str>, near: Option<&str>) -> Diagnostic {
    let message = format!("a template is called by the prefix that `use` gives, not by `{written}`");
    let d = Diagnostic::new(&c::UNKNOWN_NAME, message, at, "not known here");
    let called = near.map(|name| format!("{}.{name}", prefix.unwrap_or(module)));
    match (called, prefix) {
        (Some(called), Some(_)) => {
            d.help(format!("did you mean `{called}`?")).fix(format!("write `{called}`"), at, called)
        }
        (Some(called), None) => d.help(format!("`use std.{module}` at the top of the file, and `{called}` here")).fix(
            format!("write `{called}`"),
            at,
            called,
        ),
        (None, _) => d.help(format!("`tabi std {module}` lists what that module has")),
    }
}

/// A template that a module does not have.
pub fn unknown_in_module(name: &Named, prefix: &str, near: Option<&str>, names: &[&str]) -> Diagnostic {
    let mut names = names.to_vec();
    names.sort_unstable();
    let d = Diagnostic::new(
        &c::UNKNOWN_NAME,
        format!("there is no template `{}` in `{prefix}`", name.text),
        name.place,
        "not known here",
    );
    match near {
        None => d.help(format!("it has {}", list(&names))),
        near => meant(d, name.place, near),
    }
}

/// A module that does not ship with the program.
pub fn unknown_module(at: Place, path: &[Named], near: Option<&str>) -> Diagnostic {
    let written: Vec<&str> = path.iter().map(|p| p.text.as_str()).collect();
    let d = Diagnostic::new(&c::UNKNOWN_NAME, format!("there is no module `{}`", written.join(".")), at, "not known");
    let modules: Vec<&str> = crate::stdlib::ALL.iter().map(|m| m.name).collect();
    match near {
        None => d.help(format!(
            "modules ship with the program: `std.` and {}; a file is used by its path, `use \"./file.tabi\"`",
            list(&modules)
        )),
        near => meant(d, at, near),
    }
}

/// A name that is none of those that are known here. Where nothing is near it the help names them, or says how one comes to be.
fn not_one_of(name: &Named, what: &str, known: &[&str], none: &str) -> Diagnostic {
    let near = crate::diagnostic::did_you_mean(&name.text, known.iter().copied());
    let d = unknown_name(name.place, what, &name.text, near);
    match (near, known) {
        (None, []) => d.help(none),
        (None, [one]) => d.help(format!("the only {what} here is `{one}`")),
        (None, known) if known.len() <= 8 => d.help(format!("what could stand here: {}", list(known))),
        _ => d,
    }
}

/// A journey that is none of those that users take.
pub fn unknown_user_journey(name: &Named, known: &[&str]) -> Diagnostic {
    not_one_of(name, "user journey", known, "the project has no `user journey` that could be delivered")
}

/// A site that this file does not see.
pub fn unknown_site(name: &Named, known: &[&str], elsewhere: Option<(Place, &str)>) -> Diagnostic {
    let Some((place, file)) = elsewhere else {
        let declared = format!("`site {} {{ external_labels {{ region \"…\" }} }}`", name.text);
        return not_one_of(name, "site", known, &format!("a site is declared at the top of a file: {declared}"));
    };
    unknown_name(name.place, "site", &name.text, None)
        .and(place, "declared in another file")
        .help(format!("`use` the file that declares it: {file}"))
}

/// A parameter that a template does not have, or one outside of templates.
pub fn unknown_param(at: Place, name: &str, names: &[&str], in_template: bool) -> Diagnostic {
    let d = Diagnostic::new(&c::UNKNOWN_NAME, format!("there is no parameter `${name}`"), at, "not known here");
    if !in_template {
        return d.help("parameters exist in templates only; here a value is written as it is");
    }
    match crate::diagnostic::did_you_mean(name, names.iter().copied()) {
        Some(near) => {
            d.help(format!("did you mean `${near}`?")).fix(format!("write `${near}`"), at, format!("${near}"))
        }
        None if names.is_empty() => d.help("this template has no parameters"),
        None => d.help(format!("the template's parameters: {}", list(names))),
    }
}

/// A second declaration of a name.
pub fn duplicate_name(at: Place, first: Place, what: &str, name: &str) -> Diagnostic {
    Diagnostic::new(
        &c::DUPLICATE_NAME,
        format!("the {what} `{name}` is declared twice; a name belongs to one"),
        at,
        "declared again here",
    )
    .and(first, "first declared here")
}

/// A template that two files lend.
pub fn met_twice(at: Place, first: Place, second: Place, what: &str, name: &str) -> Diagnostic {
    Diagnostic::new(&c::DUPLICATE_NAME, format!("this `use` brings a second {what} `{name}`"), at, "brings it in")
        .and(first, "the first one")
        .and(second, "the second one")
        .help("rename one of them")
}

/// A `use` that leads nowhere.
pub fn missing_file(at: Place, written: &str, reason: &str, near: &[String]) -> Diagnostic {
    let d = Diagnostic::new(&c::MISSING_FILE, format!("{written} cannot be used: {reason}"), at, "used here");
    match near {
        [] => d.help("a path begins at the file in which it stands, and stays in the project"),
        [one] => d.help(format!("did you mean \"{one}\"?")).fix(format!("write \"{one}\""), at, format!("\"{one}\"")),
        [one, ..] => d.help(format!("did you mean \"{one}\"?")),
    }
}

/// Files that use each other.
pub fn cyclic_use(at: Place, others: &[Place]) -> Diagnostic {
    let message = if others.is_empty() { "this file uses itself" } else { "these files use each other in a circle" };
    let mut d = Diagnostic::new(&c::CYCLIC_USE, message, at, "closes the circle");
    for other in others {
        d = d.and(*other, "leads on");
    }
    d.help("move what they share into a file that uses none of them")
}

// Settings.

/// A setting in a block where it means nothing.
pub fn misplaced_setting(at: Place, setting: &Setting, block: Block) -> Diagnostic {
    let mut places: Vec<&str> = Vec::new();
    for place in setting.places.iter().filter(|b| **b != Block::Call) {
        places.push(place.text());
    }
    let places = match places.as_slice() {
        [] => String::new(),
        [one] => (*one).to_string(),
        [init @ .., last] => format!("{} or {last}", init.join(", ")),
    };
    Diagnostic::new(
        &c::MISPLACED_SETTING,
        format!("`{}` does not belong into {}; it stands in {places}", setting.key.text(), block.text()),
        at,
        "not here",
    )
}

/// A measure outside of an SLI.
pub fn measure_outside(at: Place, key: Kind, block: Block) -> Diagnostic {
    let message = if block == Block::Call {
        format!("`{}` does not belong after a call: the template brings the measure", key.text())
    } else {
        format!("`{}` does not belong into {}; it stands in an `sli` or a `template`", key.text(), block.text())
    };
    Diagnostic::new(&c::MISPLACED_SETTING, message, at, "not here")
}

/// `delivers` of a user journey.
pub fn user_delivers(at: Place, journey: Place) -> Diagnostic {
    Diagnostic::new(
        &c::MISPLACED_SETTING,
        "a user journey delivers nothing; `delivers` stands in the developer journey that ships its fixes",
        at,
        "not here",
    )
    .and(journey, "a user journey")
}

/// `traffic` of a measure whose events are minutes.
pub fn traffic_of_minutes(at: Place) -> Diagnostic {
    Diagnostic::new(
        &c::MISPLACED_SETTING,
        "the events of `up`, `age` and `holds` are minutes: their number is known and `traffic` says nothing",
        at,
        "not here",
    )
}

/// A setting for the second time.
pub fn duplicate_setting(at: Place, first: Place, word: &str) -> Diagnostic {
    Diagnostic::new(&c::DUPLICATE_SETTING, format!("`{word}` is said twice; only one can hold"), at, "said again here")
        .and(first, "said first here")
}

/// A word that is none of those which may stand there.
pub fn unknown_word(at: Place, key: Kind, word: &str, known: &[&str]) -> Diagnostic {
    let what = if key == Kind::Param { "the type of a parameter".to_string() } else { format!("`{}`", key.text()) };
    let d = Diagnostic::new(
        &c::SYNTAX,
        format!("expected {} for {what}, found `{word}`", list(known)),
        at,
        "not one of them",
    );
    meant(d, at, crate::diagnostic::did_you_mean(word, known.iter().copied()))
}

/// A duration that cannot be read.
pub fn bad_duration(at: Place, text: &str) -> Diagnostic {
    Diagnostic::new(&c::SYNTAX, format!("`{text}` is no duration"), at, "not understood")
        .help("units fall and stand once each, as in `1h30m`; they are y w d h m s ms")
}

/// A value outside of its bounds.
pub fn out_of_bounds(at: Place, why: &str) -> Diagnostic {
    Diagnostic::new(&c::BAD_WINDOW, why, at, "out of bounds")
}

/// A rate that cannot be read.
pub fn bad_rate(at: Place, text: &str) -> Diagnostic {
    let units: Vec<String> = crate::syntax::leaf::RATE_UNITS.iter().map(|(u, _)| format!("/{u}")).collect();
    let units: Vec<&str> = units.iter().map(String::as_str).collect();
    Diagnostic::new(&c::SYNTAX, format!("`{text}` is no rate of events above 0"), at, "not understood")
        .help(format!("its unit is {}, as in `60/day` or `1k/h`", list(&units)))
}

/// A label that PromQL does not take.
pub fn bad_label_name(at: Place, name: &str) -> Diagnostic {
    let fixed = name.replace(':', "_");
    Diagnostic::new(&c::SYNTAX, format!("`{name}` is no name of a label: colons belong to metrics"), at, "not a label")
        .fix(format!("write `{fixed}`"), at, fixed)
}

/// A weight of an SLI that is neither 0 nor 1.
pub fn sli_weight(at: Place) -> Diagnostic {
    Diagnostic::new(
        &c::SYNTAX,
        "the weight of an sli is 0 or 1: it counts in its step or it does not",
        at,
        "neither 0 nor 1",
    )
    .help("steps can weigh more than others: there any number stands")
}

/// `blocked` below a journey.
pub fn blocked_inside(at: Place) -> Diagnostic {
    let message = "`blocked` speaks of a whole journey; it stands in the `alerts` of a journey or of `defaults`";
    Diagnostic::new(&c::MISPLACED_SETTING, message, at, "would change nothing here")
}

/// A weight beyond reason.
pub fn huge_weight(at: Place) -> Diagnostic {
    Diagnostic::new(&c::SYNTAX, "a weight is at most 1000000: only its ratio to the others counts", at, "too much")
}

/// `need` that is no whole number.
pub fn bad_need(at: Place, text: &str) -> Diagnostic {
    Diagnostic::new(
        &c::SYNTAX,
        format!("`need` takes a whole number of bad events, at least 1; found `{text}`"),
        at,
        "not a whole number",
    )
}

// Numbers.

/// A target that leaves no budget, or nothing but budget.
pub fn bad_target(at: Place, text: &str) -> Diagnostic {
    let d = Diagnostic::new(
        &c::BAD_TARGET,
        format!("a share that can be kept or missed lies between 0 % and 100 %; `{text}` does not"),
        at,
        "no such share",
    );
    let decimals = text.trim_end_matches('%').split_once('.').map_or(0, |(_, decimals)| decimals.len());
    match text.trim_end_matches('%').parse::<f64>() {
        Ok(share) if share > 100.0 => {
            d.help("more than all events cannot be good; name the share that people notice, such as `99.9%`")
        }
        Ok(share) if share <= 0.0 => {
            d.help("0 % promises nothing, so that nothing could miss it; name the share that people notice, such as `99.9%`")
        }
        Ok(_) if decimals > 12 => d.help("a target has at most 12 decimals; such as `99.9%`"),
        _ => d.help("100 % leaves no error budget: the first failure would break it for a whole window. Name the share that people notice, such as `99.9%`"),
    }
}

/// A share of a budget that is none.
pub fn bad_share(at: Place, text: &str) -> Diagnostic {
    Diagnostic::new(
        &c::BAD_TARGET,
        format!("a part of a budget is above 0 % and at most 100 %; `{text}` is not"),
        at,
        "no such share",
    )
}

/// A period that cannot be one.
pub fn bad_window(at: Place, milliseconds: u64) -> Diagnostic {
    const DAY: u64 = 86_400_000;
    let (message, help) = match milliseconds {
        ms if ms < DAY => (
            format!(
                "the window of a budget is at least 1d, not {}: in so short a time alerts could not tell trouble from what the target allows",
                duration(ms)
            ),
            "`window 1d` is the shortest; in `window 28d` every day of the week weighs the same".to_string(),
        ),
        ms if ms > 365 * DAY => (
            format!(
                "the window of a budget is at most 1y: hardly any Prometheus still has what was {} days ago",
                ms / DAY
            ),
            "`window 1y` is the longest; in `window 28d` every day of the week weighs the same".to_string(),
        ),
        ms => (
            format!(
                "the window of a budget is whole minutes: {} is {} minutes and {}s",
                duration(ms),
                ms / 60_000,
                ms % 60_000 / 1000
            ),
            format!(
                "`window {}`, or `window 28d`, in which every day of the week weighs the same",
                duration(ms / 60_000 * 60_000)
            ),
        ),
    };
    Diagnostic::new(&c::BAD_WINDOW, message, at, "out of bounds").help(help)
}

/// A row whose window does not fit.
pub fn row_out_of_window(at: Place, long: u64, window: u64, shortest: u64) -> Diagnostic {
    let too_long = long > window;
    let written = |minutes: u64| duration(minutes * 60_000);
    let message = if too_long {
        format!("an alert over {} looks back further than its budget's window, {}", written(long), written(window))
    } else {
        format!(
            "an alert's window is at least {} here: its short window, then {}, must see two evaluations and two scrapes",
            written(shortest),
            written(shortest / 2)
        )
    };
    Diagnostic::new(&c::BAD_WINDOW, message, at, if too_long { "too long" } else { "too short" })
}

// What is missing.

/// A journey without anything to measure.
pub fn missing_step(at: Place) -> Diagnostic {
    Diagnostic::new(&c::MISSING_STEP, "a journey has at least one step, or an sli of its own", at, "measures nothing")
        .help("`step pay { sli available { … } }`")
}

/// A journey's target that has no steps to hold for.
pub fn target_without_steps(at: Place, journey: Place) -> Diagnostic {
    Diagnostic::new(
        &c::MISSING_STEP,
        "a journey's target is what its steps make together, and none of them counts",
        at,
        "asks for a number that nothing makes",
    )
    .and(journey, "has no step that counts")
    .help("the journey's own sli has a target of its own; give the journey a step with a `weight` above 0, or drop this line")
}

/// A step without an SLI.
pub fn step_without_sli(at: Place) -> Diagnostic {
    Diagnostic::new(&c::MISSING_MEASURE, "a step has at least one sli", at, "measures nothing")
        .help("`sli available { … }` inside it")
}

/// An SLI without a measure.
pub fn missing_measure(at: Place) -> Diagnostic {
    Diagnostic::new(&c::MISSING_MEASURE, "it does not say what is measured", at, "no measure")
        .help("one of: `good` and `total`, `bad` and `total`, `good` and `bad`, `latency … under …`, `up`, `age … under …`, `holds`")
}

/// One of `good`, `bad` and `total` alone.
pub fn half_a_measure(at: Place, key: Kind) -> Diagnostic {
    let other = if key == Kind::Total {
        "`good` or `bad`"
    } else if key == Kind::Good {
        "`total` or `bad`"
    } else {
        "`total` or `good`"
    };
    Diagnostic::new(
        &c::MISSING_MEASURE,
        format!("`{}` alone is half a measure; {other} belongs to it", key.text()),
        at,
        "the other half is missing",
    )
}

/// Measures that exclude each other.
pub fn mixed_measures(places: &[Place], keys: &[Kind]) -> Diagnostic {
    let all_events = keys.iter().all(|k| matches!(k, Kind::Good | Kind::Bad | Kind::Total));
    let message = if all_events {
        "two of `good`, `bad` and `total` say it all; the third could contradict them".to_string()
    } else {
        let words: Vec<&str> = keys.iter().map(|k| k.text()).collect();
        format!("an sli has one measure; {} are several", list(&words).replace(" or ", " and "))
    };
    let last = places.len() - 1;
    let mut d = Diagnostic::new(&c::MIXED_MEASURES, message, places[last], "one too many");
    for place in &places[..last] {
        d = d.and(*place, "also here");
    }
    if all_events { d } else { d.help("make two SLIs of them, each with its target") }
}

/// An SLI without a target.
pub fn missing_target(at: Place) -> Diagnostic {
    Diagnostic::new(&c::MISSING_TARGET, "an sli needs its own target; it is never inherited", at, "no target")
        .help("`target 99.9%` inside its block")
}

/// `delivers` of something that is no user journey.
pub fn wrong_journey(name: &Named, other: Place, audience: &str) -> Diagnostic {
    let article = if audience == "operator" { "an" } else { "a" };
    Diagnostic::new(
        &c::WRONG_JOURNEY,
        format!("`{}` is {article} {audience} journey; `delivers` names user journeys", name.text),
        name.place,
        "delivered here",
    )
    .and(other, format!("declared as {article} {audience} journey"))
}

// Arguments.

/// An argument for a parameter that does not exist.
/// `near` is what was probably meant, or where it is `missing` the only one that has no argument yet.
pub fn no_such_parameter(at: Place, name: &str, names: &[String], near: Option<&str>, missing: bool) -> Diagnostic {
    let d =
        Diagnostic::new(&c::WRONG_ARGUMENT, format!("the template has no parameter `{name}`"), at, "not a parameter");
    match near {
        None if names.is_empty() => d.help("it takes no arguments"),
        None => d.help(format!("it takes {}", names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", "))),
        Some(near) if missing => {
            d.help(format!("the argument `{near}` is missing: was it meant?")).fix(format!("write `{near}`"), at, near)
        }
        near => meant(d, at, near),
    }
}

/// More arguments than parameters.
pub fn too_many_arguments(at: Place, names: &[String], given: usize) -> Diagnostic {
    let takes = match names.len() {
        0 => "no argument".to_string(),
        1 => "one argument".to_string(),
        n => format!("{n} arguments"),
    };
    let (message, label) = match given.saturating_sub(names.len()) {
        0 | 1 => (format!("the template takes {takes}"), "one too many".to_string()),
        more => (format!("the template takes {takes}, not {given}"), format!("{more} too many")),
    };
    let d = Diagnostic::new(&c::WRONG_ARGUMENT, message, at, label);
    if names.is_empty() {
        d
    } else {
        d.help(format!("it takes {}", names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")))
    }
}

/// A parameter with two arguments.
pub fn argument_twice(at: Place, name: &str) -> Diagnostic {
    Diagnostic::new(&c::WRONG_ARGUMENT, format!("`{name}` is given twice"), at, "given again")
}

/// A parameter without argument and default.
pub fn missing_argument(at: Place, name: &str, ty: &str, declared: Place) -> Diagnostic {
    Diagnostic::new(&c::WRONG_ARGUMENT, format!("the argument `{name}` is missing; it is {ty}"), at, "called here")
        .and(declared, "has no default")
}

/// An argument of another type.
pub fn wrong_argument(at: Place, name: &str, ty: &str, declared: Place) -> Diagnostic {
    Diagnostic::new(&c::WRONG_ARGUMENT, format!("`{name}` takes {ty}"), at, format!("not {ty}"))
        .and(declared, "declared here")
}

/// A parameter as a matcher's value where its type does not fit the operator.
pub fn param_in_wrong_place(at: Place, name: &str, ty: &str, regex: bool) -> Diagnostic {
    let (wants, operators) = if regex { ("a regex", "`=~` and `!~`") } else { ("a string", "`=` and `!=`") };
    Diagnostic::new(
        &c::WRONG_ARGUMENT,
        format!("`${name}` is {ty}; {operators} compare with {wants}"),
        at,
        format!("not {wants}"),
    )
}

/// A bound that is no duration.
pub fn param_is_no_duration(at: Place, name: &str, ty: &str) -> Diagnostic {
    Diagnostic::new(&c::WRONG_ARGUMENT, format!("`${name}` is {ty}; a bound is a duration"), at, "not a duration")
}
