//! What selectors match nothing, each once with all SLIs that have it: a target that is not there, or a job that is called otherwise, mostly is
//! in many.

use super::look::Looked;
use super::{JourneyPast, SliPast};

/// A selector that matches nothing.
pub struct Hint<'p> {
    /// The names of the SLIs that have it.
    pub names: Vec<String>,
    /// What was found of it.
    pub looked: &'p Looked,
}

impl Hint<'_> {
    /// What it means for the SLIs.
    pub fn verdict(&self) -> &'static str {
        match (self.looked.is_wrong(), self.names.len()) {
            (false, _) => "worth a look",
            (true, 1) => "it cannot be measured",
            (true, _) => "they cannot be measured",
        }
    }

    /// Where nothing ever happens there is nothing that counts it: no mistake, unless another name is near.
    pub fn may_be_well(&self) -> bool {
        let may_be_meant = self.looked.help.as_ref().is_some_and(|help| help.starts_with("did you mean"));
        !self.looked.role.must_match() && self.looked.role != super::ask::Role::Up && !may_be_meant
    }
}

/// All of them, those first without which nothing can be measured, else in the order of the SLIs.
pub fn hints(journeys: &[JourneyPast]) -> Vec<Hint<'_>> {
    let mut found: Vec<Hint<'_>> = Vec::new();
    for sli in journeys.iter().flat_map(|j| &j.slis) {
        for looked in sli.looked.iter().filter(|l| !l.matches) {
            match found.iter_mut().find(|hint| same(hint.looked, looked)) {
                Some(hint) => hint.names.push(sli.name()),
                None => found.push(Hint { names: vec![sli.name()], looked }),
            }
        }
    }
    found.sort_by_key(|hint| !hint.looked.is_wrong());
    found
}

fn same(a: &Looked, b: &Looked) -> bool {
    (a.role, &a.selector, &a.why, &a.help) == (b.role, &b.selector, &b.why, &b.help)
}

/// Those that match series and have no numbers all the same.
pub fn without_numbers(journeys: &[JourneyPast]) -> Vec<String> {
    let silent = |sli: &&SliPast| sli.budgets.is_empty() && sli.looked.iter().all(|l| l.matches || !l.is_wrong());
    journeys.iter().flat_map(|j| &j.slis).filter(silent).map(SliPast::name).collect()
}

/// So many are named, of long ones fewer: all together no more than so many letters.
const NAMED: usize = 6;
const LETTERS: usize = 200;

/// Names in a line.
pub fn listed(names: &[String]) -> String {
    let mut letters = 0;
    let fits = |name: &&String| {
        letters += name.chars().count();
        letters <= LETTERS
    };
    let named = names.iter().take(NAMED).take_while(fits).count().max(1);
    let first = names.iter().take(named).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(named) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
