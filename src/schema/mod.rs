//! The blocks and settings of the language as data: read by the parser, the resolver, suggestions, documentation and the grammar tests.
//! A new setting is one line of [`SETTINGS`] (and its meaning in `resolve/`).

pub mod kind;

use kind::{Kind, Set};

/// A block in which entries stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Block {
    /// The file itself.
    File,
    /// `defaults { … }`
    Defaults,
    /// `site x { … }`
    Site,
    /// `template x() { … }`
    Template,
    /// `user journey x { … }`
    Journey,
    /// `step x { … }`
    Step,
    /// `sli x { … }`
    Sli,
    /// The block after a call: `sli x = t() { … }`
    Call,
    /// `alerts { … }`
    Alerts,
}

impl Block {
    /// How messages call it.
    pub fn text(self) -> &'static str {
        match self {
            Block::File => "the file",
            Block::Defaults => "`defaults`",
            Block::Site => "a `site`",
            Block::Template => "a `template`",
            Block::Journey => "a `journey`",
            Block::Step => "a `step`",
            Block::Sli => "an `sli`",
            Block::Call => "the block after a call",
            Block::Alerts => "`alerts`",
        }
    }

    /// The words that begin an entry where this block stands. Settings and measures may begin one in every block,
    /// so that one in the wrong place is understood and named (`misplaced-setting`) instead of being a syntax error.
    pub const fn starts(self) -> Set {
        match self {
            Block::File => FILE,
            Block::Journey => ENTRIES.or(Set::of(&[Kind::Step, Kind::Sli])),
            Block::Step => ENTRIES.or(Set::of(&[Kind::Sli])),
            Block::Alerts => ALERTS,
            Block::Defaults | Block::Site | Block::Template | Block::Sli | Block::Call => ENTRIES,
        }
    }

    /// What an entry of the block is, in few words, for messages.
    pub fn classes(self) -> Set {
        match self {
            Block::File => Set::of(&[Kind::Declaration]),
            Block::Journey => Set::of(&[Kind::Step, Kind::Sli, Kind::Setting]),
            Block::Step => Set::of(&[Kind::Sli, Kind::Setting]),
            Block::Sli | Block::Template => Set::of(&[Kind::Measure, Kind::Setting]),
            Block::Defaults | Block::Call => Set::of(&[Kind::Setting]),
            Block::Site => Set::of(&[Kind::ExternalLabels, Kind::Evaluate, Kind::Scrape, Kind::Counters]),
            Block::Alerts => ALERTS,
        }
    }
}

/// The words that begin a declaration.
pub const FILE: Set = Set::of(&[
    Kind::Use,
    Kind::Defaults,
    Kind::Site,
    Kind::Template,
    Kind::User,
    Kind::Developer,
    Kind::Operator_,
    Kind::Journey,
]);
/// The audiences of journeys.
pub const AUDIENCE: Set = Set::of(&[Kind::User, Kind::Developer, Kind::Operator_]);
/// The words that begin a measure.
pub const MEASURES: Set =
    Set::of(&[Kind::Good, Kind::Bad, Kind::Total, Kind::Latency, Kind::Up, Kind::Age, Kind::Holds]);
/// The words that begin a line of `alerts`.
pub const ALERTS: Set = Set::of(&[Kind::Page, Kind::Ticket, Kind::Need, Kind::NoData, Kind::Left, Kind::Blocked]);
/// Settings and measures.
pub const ENTRIES: Set = MEASURES.or(Set::of(&SETTING_KEYS));

/// What follows the name of a setting.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// One of these tokens.
    One(Set),
    /// One of these words.
    Word(&'static [&'static str]),
    /// One or more, with commas between them.
    List(Set),
    /// Two, one after the other.
    Then(Set, Set),
    /// `2% in 1h, 5% in 6h`
    Rows,
    /// `{ … }` with the lines of `alerts`
    Alerts,
    /// `{ key "value", … }`
    Pairs,
}

/// How a setting of a near block meets the same setting of a far one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Merge {
    /// The nearest one wins, whole.
    Nearest,
    /// Kind by kind (alerts) or key by key (labels).
    ByKey,
    /// It holds only where it stands.
    Own,
}

/// A setting: all that is known of it without its meaning.
#[derive(Debug)]
pub struct Setting {
    /// Its word.
    pub key: Kind,
    /// What follows the word.
    pub shape: Shape,
    /// Whether `off` may follow instead.
    pub off: bool,
    /// Where it may stand.
    pub places: &'static [Block],
    /// How it is inherited.
    pub merge: Merge,
    /// What holds where nobody says anything.
    pub default: &'static str,
    /// One line for people.
    pub doc: &'static str,
}

use Block as B;
const STR: Set = Set::of(&[Kind::Str]);
const NAME: Set = Set::of(&[Kind::Name]);
const DURATION: Set = Set::of(&[Kind::Duration]);
const PERCENT: Set = Set::of(&[Kind::Percent]);
const NUMBER: Set = Set::of(&[Kind::Number]);
/// `page` or `ticket`.
pub const SEVERITY: Set = Set::of(&[Kind::Page, Kind::Ticket]);
const DJSI: &[Block] = &[B::Defaults, B::Journey, B::Step, B::Sli, B::Call];
const DJSIT: &[Block] = &[B::Defaults, B::Journey, B::Step, B::Sli, B::Call, B::Template];
const PDJSIT: &[Block] = &[B::Site, B::Defaults, B::Journey, B::Step, B::Sli, B::Call, B::Template];

const fn setting(
    key: Kind,
    shape: Shape,
    places: &'static [Block],
    merge: Merge,
    default: &'static str,
    doc: &'static str,
) -> Setting {
    Setting { key, shape, off: false, places, merge, default, doc }
}

const fn or_off(mut setting: Setting) -> Setting {
    setting.off = true;
    setting
}

/// Every setting, in the order of the language guide.
pub const SETTINGS: &[Setting] = &[
    setting(
        Kind::Owner,
        Shape::One(NAME.or(STR)),
        DJSI,
        Merge::Nearest,
        "none",
        "Who answers for it; a label on alerts.",
    ),
    setting(
        Kind::Window,
        Shape::One(DURATION),
        &[B::Defaults, B::Journey],
        Merge::Nearest,
        "28d",
        "The period of the budget: rolling, 1d to 1y.",
    ),
    setting(
        Kind::Target,
        Shape::One(PERCENT),
        &[B::Journey, B::Sli, B::Call],
        Merge::Own,
        "required for an sli",
        "The share of events that must be good.",
    ),
    setting(
        Kind::Compose,
        Shape::Word(&["all", "weakest", "weighted"]),
        &[B::Defaults, B::Journey],
        Merge::Nearest,
        "all",
        "How steps make the journey's number: product, minimum or mean by weight.",
    ),
    setting(
        Kind::Weight,
        Shape::One(NUMBER),
        &[B::Step, B::Sli, B::Call],
        Merge::Own,
        "1",
        "Its part in the journey's number; 0 leaves it out.",
    ),
    setting(
        Kind::Delivers,
        Shape::List(NAME),
        &[B::Journey],
        Merge::Own,
        "none",
        "The user journeys that this journey ships fixes for.",
    ),
    setting(
        Kind::At,
        Shape::List(NAME),
        DJSI,
        Merge::Nearest,
        "the one Prometheus that loads the file",
        "The sites where it is measured.",
    ),
    setting(
        Kind::By,
        Shape::List(NAME),
        &[B::Sli, B::Call, B::Template],
        Merge::Nearest,
        "none",
        "Labels: one budget for each value.",
    ),
    setting(
        Kind::Traffic,
        Shape::One(Set::of(&[Kind::Rate])),
        &[B::Journey, B::Step, B::Sli, B::Call, B::Template],
        Merge::Nearest,
        "unknown",
        "How many events to expect; lints reckon with it.",
    ),
    or_off(setting(
        Kind::Alerts,
        Shape::Alerts,
        DJSI,
        Merge::ByKey,
        "page 2% in 1h, 5% in 6h; ticket 10% in 1d, 10% in 3d",
        "Who is told what, and when.",
    )),
    setting(
        Kind::Labels,
        Shape::Pairs,
        DJSI,
        Merge::ByKey,
        "none",
        "Labels of alerts and of the info series, never of recorded numbers.",
    ),
    setting(
        Kind::Runbook,
        Shape::One(STR),
        DJSI,
        Merge::Nearest,
        "none",
        "Link in alerts; $journey, $step and $sli are filled in.",
    ),
    or_off(setting(
        Kind::Exclude,
        Shape::One(Set::of(&[Kind::Raw])),
        DJSI,
        Merge::Nearest,
        "off",
        "While this PromQL yields anything, nothing is counted.",
    )),
    setting(
        Kind::Buckets,
        Shape::List(DURATION),
        DJSIT,
        Merge::Nearest,
        "unknown",
        "The histogram's bounds; a latency bound must be one of them.",
    ),
    setting(
        Kind::Histogram,
        Shape::Word(&["classic", "native"]),
        DJSIT,
        Merge::Nearest,
        "classic",
        "Which kind of histogram is scraped.",
    ),
    setting(
        Kind::Unit,
        Shape::Word(&["s", "ms", "us", "ns"]),
        DJSIT,
        Merge::Nearest,
        "from the metric's name",
        "The unit of the histogram or timestamp.",
    ),
    setting(
        Kind::Counters,
        Shape::Word(&["scraped", "pushed"]),
        PDJSIT,
        Merge::Nearest,
        "scraped",
        "Whether `up` tells when a counter's target was there.",
    ),
    setting(
        Kind::Scrape,
        Shape::One(DURATION),
        PDJSIT,
        Merge::Nearest,
        "30s",
        "The longest scrape interval of its metrics.",
    ),
    setting(
        Kind::Evaluate,
        Shape::One(DURATION),
        &[B::Site, B::Defaults],
        Merge::Nearest,
        "1m",
        "How often the rules run: whole minutes, 1m to 5m.",
    ),
    setting(
        Kind::ExternalLabels,
        Shape::Pairs,
        &[B::Site],
        Merge::Own,
        "required with two sites",
        "The labels that this Prometheus adds to what it sends away.",
    ),
    or_off(setting(
        Kind::Page,
        Shape::Rows,
        &[B::Alerts],
        Merge::Nearest,
        "2% in 1h, 5% in 6h",
        "Wake somebody when this share of the budget burns in this time.",
    )),
    or_off(setting(
        Kind::Ticket,
        Shape::Rows,
        &[B::Alerts],
        Merge::Nearest,
        "10% in 1d, 10% in 3d",
        "Open a ticket when this share of the budget burns in this time.",
    )),
    setting(
        Kind::Need,
        Shape::One(NUMBER),
        &[B::Alerts],
        Merge::Nearest,
        "3",
        "Bad events in the long window, at least.",
    ),
    or_off(setting(
        Kind::NoData,
        Shape::Then(DURATION, SEVERITY),
        &[B::Alerts],
        Merge::Nearest,
        "15m ticket",
        "Tell when the numbers stop coming.",
    )),
    or_off(setting(
        Kind::Left,
        Shape::Then(PERCENT, SEVERITY),
        &[B::Alerts],
        Merge::Nearest,
        "25% ticket",
        "Tell when less than this share of the budget is left.",
    )),
    or_off(setting(
        Kind::Blocked,
        Shape::One(SEVERITY),
        &[B::Alerts],
        Merge::Nearest,
        "page",
        "A developer journey burns while a user journey that it delivers burns.",
    )),
];

/// The settings that may begin an entry outside `alerts`.
const SETTING_KEYS: [Kind; 20] = [
    Kind::Owner,
    Kind::Window,
    Kind::Target,
    Kind::Compose,
    Kind::Weight,
    Kind::Delivers,
    Kind::At,
    Kind::By,
    Kind::Traffic,
    Kind::Alerts,
    Kind::Labels,
    Kind::Runbook,
    Kind::Exclude,
    Kind::Buckets,
    Kind::Histogram,
    Kind::Unit,
    Kind::Counters,
    Kind::Scrape,
    Kind::Evaluate,
    Kind::ExternalLabels,
];

/// The entry of a setting's word.
pub fn find(key: Kind) -> Option<&'static Setting> {
    SETTINGS.iter().find(|s| s.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_one_line_and_every_line_a_key() {
        for (i, s) in SETTINGS.iter().enumerate() {
            assert!(SETTINGS[i + 1..].iter().all(|t| t.key != s.key), "{} twice", s.key);
            assert_eq!(ALERTS.has(s.key), s.places == [Block::Alerts], "{}", s.key);
            assert!(ALERTS.has(s.key) || ENTRIES.has(s.key), "{} begins no entry", s.key);
        }
        assert!(SETTING_KEYS.iter().all(|k| find(*k).is_some()));
    }
}
