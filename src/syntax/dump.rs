//! An ast as text, with the words instead of spans: for comparing two files that should say the same, and for snapshots.

use super::ast::{Arg, Block, Entry, File, Item, Matcher, Name, Pair, Param, Query, Sli, UsePath, Word};
use crate::source::Span;

/// The ast, one node a line, children two spaces deeper. What is missing is `?`, what was not understood `error`.
pub fn dump(text: &str, file: &File) -> String {
    let mut dump = Dump { text, out: String::new(), depth: 0 };
    file.items.iter().for_each(|item| dump.item(item));
    dump.out
}

struct Dump<'a> {
    text: &'a str,
    out: String,
    depth: usize,
}

impl Dump<'_> {
    fn line(&mut self, parts: &[String]) {
        self.out.extend(std::iter::repeat_n("  ", self.depth));
        let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|p| !p.is_empty()).collect();
        self.out.push_str(&parts.join(" "));
        self.out.push('\n');
    }

    fn span(&self, span: Span) -> String {
        span.of(self.text).replace("\r\n", "\n")
    }

    fn name(&self, name: Option<Name>) -> String {
        name.map_or("?".into(), |n| self.span(n.span))
    }

    fn word(&self, word: Option<Word>) -> String {
        word.map_or("?".into(), |w| self.span(w.span))
    }

    fn maybe(&self, span: Option<Span>) -> String {
        span.map_or(String::new(), |s| self.span(s))
    }

    fn path(&self, path: &[Name]) -> String {
        path.iter().map(|n| self.span(n.span)).collect::<Vec<_>>().join(".")
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Use(u) => {
                let what = match &u.what {
                    None => "?".to_string(),
                    Some(UsePath::Module(path)) => self.path(path),
                    Some(UsePath::File(span)) => self.span(*span),
                };
                let alias = u.alias.map_or(String::new(), |n| format!("as {}", self.name(Some(n))));
                self.line(&["use".into(), what, alias]);
            }
            Item::Defaults(d) => {
                let audience = d.audience.map_or(String::new(), |w| self.word(Some(w)));
                self.line(&["defaults".into(), audience]);
            }
            Item::Site(s) => self.line(&["site".into(), self.name(s.name), self.maybe(s.title)]),
            Item::Template(t) => {
                self.line(&["template".into(), self.name(t.name)]);
                self.list("params", t.params.as_ref(), |d, p: &Param| {
                    let default = p.default.map_or(String::new(), |w| format!("= {}", d.word(Some(w))));
                    format!("{}: {} {default}", d.name(Some(p.name)), d.name(p.ty)).trim_end().into()
                });
            }
            Item::Journey(j) => {
                let (audience, name) = (self.word(j.audience), self.name(j.name));
                self.line(&[audience, "journey".into(), name, self.maybe(j.title)]);
            }
            Item::Error(_) => self.line(&["error".into()]),
        }
        self.block(item.body());
    }

    fn block(&mut self, block: Option<&Block<Entry>>) {
        self.depth += 1;
        for entry in block.map(|b| b.items.as_slice()).unwrap_or_default() {
            self.entry(entry);
        }
        self.depth -= 1;
    }

    fn list<T>(&mut self, what: &str, list: Option<&Block<T>>, text_of: impl Fn(&Self, &T) -> String) {
        let Some(list) = list else { return };
        self.depth += 1;
        self.line(&[what.into()]);
        self.depth += 1;
        for item in &list.items {
            let text = text_of(self, item);
            self.line(&[text]);
        }
        self.depth -= 2;
    }

    fn entry(&mut self, entry: &Entry) {
        match entry {
            Entry::Setting(s) => {
                let values: Vec<String> = s.values.iter().map(|w| self.word(Some(*w))).collect();
                self.line(&[s.key.text().into(), values.join(" ")]);
                self.list("pairs", s.pairs.as_ref(), |d, p: &Pair| {
                    format!("{} {}", d.name(Some(p.name)), p.value.map_or("?".into(), |v| d.span(v)))
                });
            }
            Entry::Measure(m) => {
                let under = m.under.map_or(String::new(), |w| format!("under {}", self.word(Some(w))));
                let query = match &m.query {
                    None => "?".to_string(),
                    Some(Query::Raw(span)) => self.span(*span),
                    Some(Query::Selector(s)) => s.name.map_or("(no name)".into(), |n| self.name(Some(n))),
                };
                self.line(&[m.key.text().into(), query, under]);
                if let Some(Query::Selector(selector)) = &m.query {
                    self.list("matchers", selector.matchers.as_ref(), |d, m: &Matcher| {
                        let op = m.op.map_or("", |op| op.text().trim_matches('`'));
                        format!("{} {op} {}", d.word(Some(m.label)), m.value.map_or(String::new(), |v| d.word(Some(v))))
                    });
                }
            }
            Entry::Step(s) => self.line(&["step".into(), self.name(s.name), self.maybe(s.title)]),
            Entry::Sli(s) => self.sli(s),
            Entry::Error(_) => self.line(&["error".into()]),
        }
        self.block(entry.body());
    }

    fn sli(&mut self, sli: &Sli) {
        let call = sli.call.as_ref().map_or(String::new(), |c| format!("= {}", self.path(&c.path)));
        self.line(&["sli".into(), self.name(sli.name), self.maybe(sli.title), call]);
        let args = sli.call.as_ref().and_then(|c| c.args.as_ref());
        self.list("args", args, |d, a: &Arg| {
            let name = a.name.map_or(String::new(), |n| format!("{}: ", d.name(Some(n))));
            format!("{name}{}", d.word(a.value))
        });
    }
}
