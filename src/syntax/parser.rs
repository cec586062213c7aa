//! Tokens to ast. One function for each production, its line of `grammar/tabi.ebnf` above it.

use super::ast::Block as Braces;
use super::ast::{
    Arg, Call, Defaults, Entry, File, Item, Journey, Matcher, Measure, Name, Pair, Param, Query, Selector, Setting,
    Site, Sli, Step, Template, Use, UsePath, Word,
};
use super::cursor::{Brackets, Context, Cursor, Report, Res, Rule, class, commas, group, must, spanned, to_the_end};
use super::lexer::{Lexed, Token};
use super::recover;
use crate::schema::kind::{Kind as K, Set};
use crate::schema::{self, AUDIENCE, Block, MEASURES, Shape};
use crate::source::Span;
use nom::Parser;
use nom::branch::alt;
use nom::combinator::opt;
use nom::sequence::preceded;

const VALUES: Set = Set::of(&[K::Str, K::Number, K::Duration]);
const OPERATORS: Set = Set::of(&[K::Eq, K::Ne, K::Re, K::Nre]);

/// file = { use | defaults | site | template | journey } EOF ;
pub fn parse(lexed: &Lexed) -> (File, Vec<Report>) {
    let context = Context::new(&lexed.tokens);
    let start = Cursor { at: 0, context: &context };
    let declaration = class(Set::of(&[K::Declaration]), alt((use_, defaults, site, template, journey)));
    let items = to_the_end(start, schema::FILE, Item::Error, declaration);
    (File { items }, context.into_reports())
}

/// use = "use" ( STRING | module [ "as" NAME ] ) ;
fn use_(i: Cursor) -> Res<Item> {
    let module = (path.map(UsePath::Module), opt(preceded(K::As, must(name))));
    let file = (string.map(UsePath::File), opt(name_of_a_file));
    spanned((K::Use, must(alt((module, file)))))
        .map(|((_, used), span)| {
            let (what, alias) = used.unzip();
            Item::Use(Use { span, what, alias: alias.flatten().flatten() })
        })
        .parse(i)
}

/// `as NAME` behind a file, where no name can be given: it is read, so that only this is said.
fn name_of_a_file(i: Cursor) -> Res<Option<Name>> {
    if i.kind() != K::As {
        return i.not_here(Set::NONE);
    }
    i.report(Set::NONE, None, None);
    preceded(K::As, opt(name)).parse(i)
}

/// defaults = "defaults" [ audience ] "{" { setting } "}" ;
fn defaults(i: Cursor) -> Res<Item> {
    spanned((K::Defaults, opt(audience), must(block(Block::Defaults))))
        .map(|((_, audience, body), span)| Item::Defaults(Defaults { span, audience, body }))
        .parse(i)
}

/// site = "site" NAME [ STRING ] "{" { `site_item` } "}" ;
fn site(i: Cursor) -> Res<Item> {
    spanned((K::Site, must(name), opt(title), must(block(Block::Site))))
        .map(|((_, name, title, body), span)| Item::Site(Site { span, name, title, body }))
        .parse(i)
}

/// template = "template" NAME "(" [ params ] ")" "{" { measure | setting } "}" ;
fn template(i: Cursor) -> Res<Item> {
    let how = Brackets { open: K::LParen, starts: Set::of(&[K::Name]), classes: Set::NONE, separated: true };
    let params = group(how, |_| None, param);
    spanned((K::Template, must(name), must(params), must(block(Block::Template))))
        .map(|((_, name, params, body), span)| Item::Template(Template { span, name, params, body }))
        .parse(i)
}

/// param = NAME ":" type [ "=" literal ] ;
fn param(i: Cursor) -> Res<Param> {
    let ty = alt((recover::no_type.map(|()| None), (must(K::Colon), must(name)).map(|(_, ty)| ty)));
    spanned((parameter_name, ty, opt(preceded(K::Eq, must(literal)))))
        .map(|((name, ty, default), span)| Param { span, name, ty, default: default.flatten() })
        .parse(i)
}

/// journey = audience "journey" NAME [ STRING ] "{" { step | sli | setting } "}" ;
fn journey(i: Cursor) -> Res<Item> {
    let before = forgotten(K::Journey, class(Set::of(&[K::Audience]), one_of(AUDIENCE)));
    let audience = alt((audience.map(Some), before, recover::misspelt_audience.map(Some)));
    let word = alt((K::Journey, recover::misspelt_journey));
    spanned((audience, must(word), must(name), opt(title), must(block(Block::Journey))))
        .map(|((audience, _, name, title, body), span)| Item::Journey(Journey { span, audience, name, title, body }))
        .parse(i)
}

/// The word that begins an entry, of which [`entry`] knows what it is or stands for.
#[allow(clippy::unnecessary_wraps, reason = "a rule of the parser")]
fn word(i: Cursor) -> Res<Token> {
    Ok((i.next(), i.token()))
}

/// step = "step" NAME [ STRING ] "{" { sli | setting } "}" ;
fn step(i: Cursor) -> Res<Entry> {
    spanned((word, must(name), opt(title), must(block(Block::Step))))
        .map(|((_, name, title, body), span)| Entry::Step(Step { span, name, title, body }))
        .parse(i)
}

/// sli = "sli" NAME [ STRING ] ( "{" { measure | setting } "}" | "=" call ) ;
fn sli(i: Cursor) -> Res<Entry> {
    let measured = block(Block::Sli).map(|body| (None, Some(body)));
    let called = (preceded(alt((K::Eq, recover::forgotten_equals)), must(call)), must(block(Block::Call)));
    spanned((word, must(name), opt(title), must(alt((called, measured)))))
        .map(|((_, name, title, what), span)| {
            let (call, body) = what.unwrap_or_default();
            Entry::Sli(Sli { span, name, title, call, body })
        })
        .parse(i)
}

/// call = NAME [ "." NAME ] "(" [ args ] ")" "{" { setting } "}" ; (the block is parsed by `sli`)
fn call(i: Cursor) -> Res<Call> {
    let how = Brackets { open: K::LParen, starts: VALUES, classes: Set::NONE, separated: true };
    let args = group(how, |_| None, arg);
    let args = alt((args.map(Some), recover::matchers_for_arguments));
    (path, must(args)).map(|(path, args)| Call { path, args: args.flatten() }).parse(i)
}

/// arg = [ NAME ":" ] literal ;
fn arg(i: Cursor) -> Res<Arg> {
    let named = (parameter_name, must(K::Colon), must(literal)).map(|(name, _, value)| (Some(name), value));
    let plain = literal.map(|value| (None, Some(value)));
    spanned(alt((named, plain))).map(|((name, value), span)| Arg { span, name, value }).parse(i)
}

/// The entries of a block.
fn block<'a>(block: Block) -> impl Rule<'a, Braces<Entry>> {
    let how = Brackets { open: K::LBrace, starts: block.starts(), classes: block.classes(), separated: false };
    group(how, |span| Some(Entry::Error(span)), entry(block))
}

fn entry<'a>(block: Block) -> impl Rule<'a, Entry> {
    move |i: Cursor<'a>| match i.kind() {
        kind if !block.starts().has(kind) => match recover::declaration_meant(i, block) {
            Some(K::Step) => step(i),
            Some(_) => sli(i),
            None if block == Block::Sli && i.calls() && i.begins() => call_inside(i),
            None => i.not_here(block.classes()),
        },
        K::Step => step(i),
        K::Sli => sli(i),
        kind if MEASURES.has(kind) => measure(i),
        _ => setting(i),
    }
}

/// `sli x { http.available(job: "shop") … }`, with `use` before it or not: it is read, so that only this is said.
fn call_inside(i: Cursor) -> Res<Entry> {
    i.report(Set::of(&[K::Measure]), None, None);
    spanned(preceded(opt(K::Use), call)).map(|(_, span)| Entry::Error(span)).parse(i)
}

/// measure = "good" query | "bad" query | "total" query | "latency" selector "under" bound
///         | "up" query | "age" query "under" bound | "holds" RAW ;
fn measure(i: Cursor) -> Res<Entry> {
    let key = i.kind();
    let key_span = i.token().span;
    let rest = |i| match key {
        K::Latency => {
            let histogram = class(Set::of(&[K::Selector]), selector.map(Query::Selector));
            (must(histogram), opt(range), must(K::Under), must(bound)).map(|(q, _, _, d)| (q, d)).parse(i)
        }
        K::Age => (must(query), opt(range), must(K::Under), must(bound)).map(|(q, _, _, d)| (q, d)).parse(i),
        K::Holds => must(raw.map(Query::Raw)).map(|q| (q, None)).parse(i),
        _ => (must(query), opt(range)).map(|(q, _)| (q, None)).parse(i),
    };
    spanned(preceded(key, rest))
        .map(|((query, under), span)| Entry::Measure(Measure { span, key, key_span, query, under }))
        .parse(i)
}

/// query = selector | RAW ;
fn query(i: Cursor) -> Res<Query> {
    class(Set::of(&[K::Selector, K::Raw]), alt((selector.map(Query::Selector), raw.map(Query::Raw)))).parse(i)
}

/// `[5m]` behind a selector, where no range stands: it is read, so that only this is said.
fn range(i: Cursor) -> Res<()> {
    let after = i.next().next().next();
    let signs = (i.kind(), i.second(), i.next().second()) == (K::Unknown, K::Duration, K::Unknown);
    let ends = after.token().first_on_line || matches!(after.kind(), K::Under | K::RBrace | K::Eof);
    if !signs || !ends || i.token().first_on_line {
        return i.not_here(Set::NONE);
    }
    i.report(Set::NONE, None, None);
    Ok((after, ()))
}

/// selector = metric [ matchers ] | matchers ;
fn selector(i: Cursor) -> Res<Selector> {
    let named = (name, opt(matchers)).map(|(name, matchers)| (Some(name), matchers));
    let bare = matchers.map(|matchers| (None, Some(matchers)));
    spanned(alt((named, bare))).map(|((name, matchers), span)| Selector { span, name, matchers }).parse(i)
}

/// matchers = "{" [ `matcher_list` ] "}" ;
fn matchers(i: Cursor) -> Res<Braces<Matcher>> {
    group(Brackets { open: K::LBrace, starts: Set::NONE, classes: Set::NONE, separated: true }, |_| None, matcher)
        .parse(i)
}

/// matcher = IDENT op value | STRING [ op value ] ;
fn matcher(i: Cursor) -> Res<Matcher> {
    let operator = || class(Set::of(&[K::Operator]), one_of(OPERATORS));
    let value = || one_of(Set::of(&[K::Str, K::Raw, K::Param]));
    let named = (label_name, must(operator()), must(value()))
        .map(|(label, op, value)| (label, op.map(|o: Word| o.kind), value));
    let quoted = (one_of(Set::of(&[K::Str])), opt((operator(), must(value())))).map(|(label, rest)| match rest {
        Some((op, value)) => (label, Some(op.kind), value),
        None => (label, None, None),
    });
    spanned(alt((named, quoted))).map(|((label, op, value), span)| Matcher { span, label, op, value }).parse(i)
}

/// A label's name may be any keyword, on any line: an operator follows it.
fn label_name(i: Cursor) -> Res<Word> {
    if i.kind().is_name() && OPERATORS.has(i.second()) {
        return Ok((i.next(), Word { kind: K::Name, span: i.token().span }));
    }
    name_word(i)
}

/// A parameter's name may be any keyword, on any line: a colon follows it.
fn parameter_name(i: Cursor) -> Res<Name> {
    if i.kind().is_name() && i.second() == K::Colon {
        return Ok((i.next(), Name { span: i.token().span }));
    }
    name(i)
}

/// setting = KEY ( "off" | what its shape in `schema` says ) ;
fn setting(i: Cursor) -> Res<Entry> {
    let Some(known) = schema::find(i.kind()) else { return i.not_here(Set::of(&[K::Setting])) };
    let key_span = i.token().span;
    spanned(preceded(known.key, must(alt((|i| off(known.off, i), |i| shape(known.shape, i))))))
        .map(|(found, span)| {
            let Found { values, body, pairs } = found.unwrap_or_default();
            Entry::Setting(Setting { span, key: known.key, key_span, values, body, pairs })
        })
        .parse(i)
}

fn off(allowed: bool, i: Cursor) -> Res<Found> {
    if !allowed {
        return i.not_here(Set::NONE);
    }
    one_of(Set::of(&[K::Off])).map(|v| Found { values: vec![v], ..Found::default() }).parse(i)
}

#[derive(Default)]
struct Found {
    values: Vec<Word>,
    body: Option<Braces<Entry>>,
    pairs: Option<Braces<Pair>>,
}

fn shape(shape: Shape, i: Cursor) -> Res<Found> {
    let values = |values: Vec<Word>| Found { values, ..Found::default() };
    match shape {
        Shape::One(of) => leaf(of).map(|v| values(vec![v])).parse(i),
        Shape::Word(_) => name_word.map(|v| values(vec![v])).parse(i),
        Shape::List(of) => match commas(leaf(of)).parse(i) {
            Ok((rest, all)) => {
                let (rest, all) = recover::without_commas(of, rest, all);
                Ok((rest, values(all)))
            }
            Err(_) => recover::list_in_another_form(of, i).map(|(rest, all)| (rest, values(all))),
        },
        Shape::Then(first, second) => {
            let swapped = |i| recover::swapped(first, second, i).map(|(rest, all)| (rest, values(all)));
            if let Ok(found) = swapped(i) {
                return Ok(found);
            }
            (leaf(first), must(leaf(second))).map(|(a, b)| values(std::iter::once(a).chain(b).collect())).parse(i)
        }
        Shape::Rows => {
            let (mut rest, mut all) = commas(row).parse(i)?;
            while recover::comma_forgotten(Set::of(&[K::Percent]), rest) {
                let (after, more) = commas(row).parse(rest)?;
                rest = after;
                all.extend(more);
            }
            Ok((rest, values(all.concat())))
        }
        Shape::Alerts => block(Block::Alerts).map(|b| Found { body: Some(b), ..Found::default() }).parse(i),
        Shape::Pairs => {
            let how = Brackets { open: K::LBrace, starts: Set::NONE, classes: Set::NONE, separated: true };
            group(how, |_| None, pair).map(|p| Found { pairs: Some(p), ..Found::default() }).parse(i)
        }
    }
}

fn leaf<'a>(of: Set) -> impl Rule<'a, Word> {
    move |i: Cursor<'a>| {
        if of.has(K::Name) && i.kind().is_name() {
            return if i.begins_entry() { i.not_here(of) } else { name_word(i) };
        }
        if i.begins_entry() { i.not_here(of) } else { one_of(of).parse(i) }
    }
}

/// row = PERCENT "in" DURATION ;
fn row(i: Cursor) -> Res<Vec<Word>> {
    (one_of(Set::of(&[K::Percent])), must(K::In), must(one_of(Set::of(&[K::Duration]))))
        .map(|(p, _, d)| std::iter::once(p).chain(d).collect())
        .parse(i)
}

/// `pair_list` = IDENT STRING [ "," [ `pair_list` ] ] ;
fn pair(i: Cursor) -> Res<Pair> {
    (pair_name, must(string)).map(|(name, value)| Pair { name, value }).parse(i)
}

/// A key may be any keyword, on any line: a string follows it.
fn pair_name(i: Cursor) -> Res<Name> {
    if i.kind().is_name() && i.second() == K::Str {
        return Ok((i.next(), Name { span: i.token().span }));
    }
    name(i)
}

// Leaves.

/// literal = STRING | DURATION | NUMBER ;
fn literal(i: Cursor) -> Res<Word> {
    class(Set::of(&[K::Value]), one_of(VALUES)).parse(i)
}

/// bound = DURATION | PARAM ;
fn bound(i: Cursor) -> Res<Word> {
    one_of(Set::of(&[K::Duration, K::Param])).parse(i)
}

fn raw(i: Cursor) -> Res<Span> {
    K::Raw.map(|t: Token| t.span).parse(i)
}

fn string(i: Cursor) -> Res<Span> {
    K::Str.map(|t: Token| t.span).parse(i)
}

fn title(i: Cursor) -> Res<Span> {
    class(Set::of(&[K::Title]), string).parse(i)
}

fn audience(i: Cursor) -> Res<Word> {
    class(Set::of(&[K::Audience]), one_of(AUDIENCE)).parse(i)
}

/// module = NAME { "." NAME } ;
fn path(i: Cursor) -> Res<Vec<Name>> {
    let (mut i, first) = name(i)?;
    let mut all = vec![first];
    while let Ok((rest, more)) = preceded(alt((K::Dot, recover::slash_for_a_dot)), must(name)).parse(i) {
        all.extend(more);
        i = rest;
    }
    Ok((i, all))
}

/// Keywords are names too, except one that begins a line where it is wanted.
fn name(i: Cursor) -> Res<Name> {
    name_word.map(|v| Name { span: v.span }).parse(i)
}

fn name_word(i: Cursor) -> Res<Word> {
    if i.kind().is_name() && !i.begins_entry() {
        return Ok((i.next(), Word { kind: K::Name, span: i.token().span }));
    }
    i.not_here(Set::of(&[K::Name]))
}

fn one_of<'a>(set: Set) -> impl Rule<'a, Word> {
    move |i: Cursor<'a>| {
        if set.has(i.kind()) {
            return Ok((i.next(), Word { kind: i.kind(), span: i.token().span }));
        }
        i.not_here(set)
    }
}

/// The production begins at `kind`, but what should stand before it is missing.
fn forgotten<'a, T>(kind: K, mut rule: impl Rule<'a, T>) -> impl Rule<'a, Option<Word>> {
    move |i: Cursor<'a>| -> Res<'a, Option<Word>> {
        if i.kind() != kind {
            return i.not_here(Set::of(&[kind]));
        }
        // only for what it would have expected
        let _ = rule.parse(i);
        i.report(Set::NONE, None, None);
        Ok((i, None))
    }
}
