//! Files are edited one after the other, and what the compiler keeps of the others must not show: each time it says what it says of the
//! same files when it sees them for the first time.

mod corpus;

use corpus::random::Dice;
use corpus::{files, read, root};
use std::sync::Arc;
use tabi::diagnostic::{self, Diagnostic, Severity};
use tabi::model::Model;
use tabi::project::{Options, Unit, in_memory};
use tabi::syntax::Parsed;

/// What one file lends to others, in every way there is.
const LENDING: [(&str, &str); 4] = [
    (
        "lend/base.tabi",
        "use std.http\n\ndefaults {\n  owner base\n  alerts { page 2% in 1h, 60% in 2h }\n}\ndefaults user { window 14d }\n\n\
         site east { external_labels { region \"east\" } }\nsite west { external_labels { region \"west\" } }\n\n\
         ## Good ones.\ntemplate good(job: string, code: regex = \"5..\") {\n  bad a_total{job=$job, code=~$code}\n  total a_total{job=$job}\n}\n",
    ),
    (
        "lend/one.tabi",
        "use \"./base.tabi\"\nuse std.grpc as g\n\nuser journey one \"One\" {\n  at east, west\n  step a {\n    sli x = good(job: \"j\") { target 99% }\n  }\n  target 98%\n}\n",
    ),
    (
        "lend/two.tabi",
        "use \"./base.tabi\"\nuse \"./more.tabi\"\n\ndeveloper journey two \"Two\" {\n  delivers one\n  step a {\n    sli x = good(job: \"k\", code: \"4..\") { target 90% }\n    sli y = extra() { target 90% }\n  }\n}\n",
    ),
    (
        "lend/more.tabi",
        "# tabi: allow(missing-runbook) none yet\nuser journey more {\n  step b { sli up { up {job=\"m\"} target 99% } }\n}\n\n## More.\ntemplate extra() { up {job=\"e\"} by zone }\n\ndefaults { owner more }\n",
    ),
];

/// What somebody might type.
const TYPED: [&str; 22] = [
    "x",
    " ",
    "\n",
    "{",
    "}",
    "\"",
    "`",
    "## words\n",
    "# tabi: allow(missing-owner) why\n",
    "user journey one { ",
    "step a { ",
    "template good() { up {job=\"z\"} }\n",
    "site north { external_labels { region \"north\" } }\n",
    "defaults { window 7d }\n",
    "defaults { target 9% }\n",
    "use std.argocd\n",
    "use \"./base.tabi\"\n",
    "delivers more\n",
    "by region\n",
    "weight 0\n",
    "alerts { page 70% in 1h }\n",
    "exclude `a`\n",
];

fn edited(text: &str, dice: &mut Dice) -> String {
    let ends: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
    let at = dice.roll(ends.len());
    let (mut new, from) = (text.to_string(), ends[at]);
    let line = text[..from].rfind('\n').map_or(0, |i| i + 1);
    match dice.roll(5) {
        0 => new.replace_range(from..ends[(at + dice.roll(8)).min(ends.len() - 1)], ""),
        1 => new.insert_str(line, dice.pick(&TYPED)),
        2 => new.insert_str(from, dice.pick(&TYPED)),
        3 => new.replace_range(line..text[from..].find('\n').map_or(text.len(), |i| from + i), ""),
        _ => new.insert(line, '\n'),
    }
    new
}

fn said(mut all: Vec<Diagnostic>, more: Vec<Diagnostic>) -> Vec<Diagnostic> {
    all.extend(more);
    diagnostic::sort(&mut all);
    all
}

#[test]
fn what_is_kept_does_not_show() {
    let mut original: Vec<(String, String)> = LENDING.map(|(name, text)| (name.to_string(), text.to_string())).to_vec();
    for path in files("examples/shop", "tabi").into_iter().chain(files("examples/github-eks", "tabi")) {
        let path = path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
        original.push((path.clone(), read(&path)));
    }
    let mut texts = original.clone();
    let mut dice = Dice::new(7);
    let mut kept = tabi::Kept::default();
    let mut before: Vec<(String, Arc<Parsed>)> = Vec::new();
    let (mut quiet, mut shared) = (0, 0);
    let mut last = Model::default();
    for round in 0..600 {
        let (mut sources, mut units, syntax) = in_memory(&texts);
        let options = Options::default();
        let broken = syntax.iter().any(|d| d.severity == Severity::Error);
        let (model, found) = tabi::compile(&mut sources.clone(), &units, &options, broken);
        let fresh = said(syntax.clone(), found);
        for (unit, ((_, text), (known, parsed))) in units.iter_mut().zip(texts.iter().zip(&before)) {
            if text == known {
                unit.parsed = parsed.clone();
            }
        }
        let (again, found) = tabi::compile_again(&mut sources, &units, &options, broken, &mut kept);
        let context = || format!("round {round}:\n{:#?}", texts.iter().map(|(_, t)| t).collect::<Vec<_>>());
        assert!(format!("{again:?}") == format!("{model:?}"), "another model in {}", context());
        assert_eq!(format!("{:#?}", said(syntax, found)), format!("{fresh:#?}"), "{}", context());
        quiet += usize::from(!broken);
        shared += again.journeys.iter().filter(|j| last.journeys.iter().any(|old| Arc::ptr_eq(old, j))).count();
        last = again;
        before = texts.iter().zip(units).map(|((_, t), Unit { parsed, .. })| (t.clone(), parsed)).collect();
        // files that lend are edited as often as all the others together
        let among = if dice.roll(2) == 0 { LENDING.len() } else { texts.len() };
        let file = dice.roll(among);
        if dice.roll(3) == 0 {
            texts.clone_from(&original);
        }
        texts[file].1 = edited(&texts[file].1, &mut dice);
    }
    assert!(quiet > 100 && shared > 200, "too little was tried: {quiet} rounds without errors, {shared} journeys kept");
}
