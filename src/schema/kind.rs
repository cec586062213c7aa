//! Kinds of tokens and sets of them. The words of the language are listed here once.

/// Declares the kinds, their texts and the list of keywords from one table, so that they cannot drift apart.
macro_rules! kinds {
    ($($name:ident $text:literal)*; classes $($class:ident $classtext:literal)*; keywords $($kw:ident $kwtext:literal)*) => {
        /// What a token is; a class stands for several kinds in messages and is never lexed; every word is a kind.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        #[allow(missing_docs, reason = "the table gives each kind its text")]
        pub enum Kind { $($name,)* $($class,)* $($kw,)* }
        const TEXT: &[&str] = &[$($text,)* $($classtext,)* $($kwtext,)*];
        const ALL: &[Kind] = &[$(Kind::$name,)* $(Kind::$class,)* $(Kind::$kw,)*];
        /// Every word that is a keyword somewhere.
        pub const KEYWORDS: &[Kind] = &[$(Kind::$kw,)*];
        /// The kind of a word: a keyword, or [`Kind::Name`].
        pub fn keyword(text: &str) -> Kind {
            match text { $($kwtext => Kind::$kw,)* _ => Kind::Name }
        }
    };
}

kinds! {
    Eof "the end of the file" Unknown "an unknown character"
    Name "a name" Param "a parameter" Str "a string" Raw "PromQL in backticks"
    Number "a number" Percent "a percentage" Duration "a duration" Rate "an event rate" BadNumber "a malformed number"
    LBrace "`{`" RBrace "`}`" LParen "`(`" RParen "`)`" Comma "`,`" Dot "`.`" Colon "`:`"
    Eq "`=`" Ne "`!=`" Re "`=~`" Nre "`!~`"
    ; classes
    Setting "a setting" Measure "a measure" Selector "a selector" Value "a string, a duration or a number"
    Operator "`=`, `!=`, `=~` or `!~`" Title "a title"
    Audience "`user`, `developer` or `operator`" Declaration "a declaration"
    ; keywords
    Use "use" As "as" Defaults "defaults" User "user" Developer "developer" Operator_ "operator" Site "site" Template "template"
    Journey "journey" Step "step" Sli "sli"
    Good "good" Bad "bad" Total "total" Latency "latency" Under "under" Up "up" Age "age" Holds "holds"
    Owner "owner" Window "window" Target "target" Compose "compose" Weight "weight" Delivers "delivers" At "at" By "by"
    Traffic "traffic" Runbook "runbook" Labels "labels" Exclude "exclude" Alerts "alerts" Buckets "buckets"
    Histogram "histogram" Unit "unit" Counters "counters" Scrape "scrape" Evaluate "evaluate"
    ExternalLabels "external_labels"
    Page "page" Ticket "ticket" Need "need" NoData "no_data" Left "left" Blocked "blocked" In "in" Off "off"
}

impl Kind {
    /// The word itself for keywords, a noun phrase for the rest.
    pub fn text(self) -> &'static str {
        TEXT[self as usize]
    }
    /// Whether the kind is a word of the language.
    pub fn is_keyword(self) -> bool {
        self as u8 >= Kind::Use as u8
    }
    /// No word is reserved: every keyword may be a name by its place.
    pub fn is_name(self) -> bool {
        self == Kind::Name || self.is_keyword()
    }
    /// The bracket that closes this one.
    pub fn closer(self) -> Option<Kind> {
        match self {
            Kind::LBrace => Some(Kind::RBrace),
            Kind::LParen => Some(Kind::RParen),
            _ => None,
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_keyword() { write!(f, "`{}`", self.text()) } else { f.write_str(self.text()) }
    }
}

/// A set of kinds; small and `Copy`, so that expectations cost nothing while parsing.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Set(u128);

impl Set {
    /// The empty set.
    pub const NONE: Set = Set(0);
    /// The set of these kinds.
    pub const fn of(kinds: &[Kind]) -> Set {
        let (mut set, mut i) = (0, 0);
        while i < kinds.len() {
            set |= 1u128 << kinds[i] as u32;
            i += 1;
        }
        Set(set)
    }
    /// Union.
    pub const fn or(self, other: Set) -> Set {
        Set(self.0 | other.0)
    }
    /// Without this kind.
    pub const fn without(self, kind: Kind) -> Set {
        Set(self.0 & !(1u128 << kind as u32))
    }
    /// Whether the kind is in it.
    pub const fn has(self, kind: Kind) -> bool {
        (self.0 >> kind as u32) & 1 == 1
    }
    /// Its kinds in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        ALL.iter().copied().filter(move |k| self.has(*k))
    }
    /// How many kinds it has.
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }
    /// Whether it has none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// "a title or `{`"
impl std::fmt::Display for Set {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let n = self.len();
        for (i, kind) in self.iter().enumerate() {
            if i > 0 {
                f.write_str(if i + 1 == n { " or " } else { ", " })?;
            }
            write!(f, "{kind}")?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Set {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

const _: () = assert!(ALL.len() <= 128);
