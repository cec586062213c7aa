//! Trees, questions, rewriting, and that nothing panics.

use super::ast::Expr;
use super::tests_tables::{ACCEPTED, params};
use super::{
    Range, Value, aggregation_labels, has_at_or_negative_offset, has_subquery, literal_ranges, parse, selectors,
    squeeze, substitute, walk, with_bool, write,
};

fn tree(text: &str) -> Expr {
    match parse(text, &params) {
        Ok(expr) => expr,
        Err(error) => panic!("{text}: {error:?}"),
    }
}

/// The expression with all parentheses that the grammar implies.
fn grouped(expr: &Expr, text: &str) -> String {
    match expr {
        Expr::Binary(node) => {
            format!("({} {} {})", grouped(&node.left, text), node.op_span.of(text), grouped(&node.right, text))
        }
        Expr::Unary(node) => format!("(-{})", grouped(&node.expr, text)),
        other => other.span().of(text).to_owned(),
    }
}

#[test]
fn groups_operators() {
    for (text, expected) in [
        ("a + b * c", "(a + (b * c))"),
        ("a - b - c", "((a - b) - c)"),
        ("a ^ b ^ c", "(a ^ (b ^ c))"),
        ("-a ^ b", "(-(a ^ b))"),
        ("-a * b", "((-a) * b)"),
        ("2 ^ -b * c", "((2 ^ (-b)) * c)"),
        ("2 ^ -b ^ c", "(2 ^ (-(b ^ c)))"),
        ("a or b and c unless d or e", "((a or ((b and c) unless d)) or e)"),
        ("a > b + c and d", "((a > (b + c)) and d)"),
        ("a < b < c", "((a < b) < c)"),
        ("a * b atan2 c % d", "(((a * b) atan2 c) % d)"),
        ("-a offset 5m + b", "((-a offset 5m) + b)"),
        ("a unless b offset 2m and on (x) c", "((a unless b offset 2m) and c)"),
    ] {
        assert_eq!(grouped(&tree(text), text), expected);
    }
}

#[test]
fn placeholders_are_found_in_what_is_only_begun() {
    let found = |text: &'static str| super::placeholders(text).iter().map(|r| r.of(text)).collect::<Vec<_>>();
    assert_eq!(found("rate(a{b=$x,c=\"$no\"}[$window]) < $limit # $no"), ["$x", "$window", "$limit"]);
    assert_eq!(found("rate(a{b=$x"), ["$x"]);
    assert_eq!(found("a{b=$x} < 'open $no"), ["$x"]);
}

#[test]
fn spans_cover_their_text() {
    for text in ACCEPTED {
        let expr = tree(text);
        let trimmed = squeeze(text);
        walk(&expr, &mut |node| {
            let part = node.span().of(text);
            assert!(!part.is_empty(), "{text}");
            assert!(squeeze(part).len() <= trimmed.len(), "{text}: {part}");
            let whole = tree(part);
            assert_eq!(whole.value_type(), node.value_type(), "{text}: {part}");
        });
    }
    let text = "sum(rate( foo{a=\"b\"}[5m] offset 1h )) by (x)";
    let expr = tree(text);
    assert_eq!(expr.span().of(text), text);
    let found = selectors(&expr);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].span.of(text), "foo{a=\"b\"}");
    assert_eq!(found[0].braces.unwrap_or_default().of(text), "{a=\"b\"}");
    assert_eq!(found[0].matchers[0].span.of(text), "a=\"b\"");
}

#[test]
fn answers_questions() {
    let text = "rate(a[5m]) + rate(b[$window]) + max_over_time(c[1h:1m]) + rate(d[10m] offset 1h)";
    let expr = tree(text);
    let parts: Vec<&str> = literal_ranges(&expr).into_iter().map(|r| r.of(text)).collect();
    assert_eq!(parts, ["5m", "10m"]);
    assert_eq!(selectors(&expr).len(), 4);
    assert!(has_subquery(&expr));
    assert!(!has_subquery(&tree("rate(a[5m])")));
    assert!(has_at_or_negative_offset(&tree("a + b @ 1")));
    assert!(has_at_or_negative_offset(&tree("rate(a[5m] offset -$d)")));
    assert!(has_at_or_negative_offset(&tree("a[1h:] @ end()")));
    assert!(!has_at_or_negative_offset(&tree("a offset 5m")));
    let labels = |text: &str| aggregation_labels(&tree(text)).map(|list| list.join(","));
    assert_eq!(labels("sum by (a, b) (x)").as_deref(), Some("a,b"));
    assert_eq!(labels("((sum(x) by (a)))").as_deref(), Some("a"));
    assert_eq!(labels("sum(x)").as_deref(), Some(""));
    assert_eq!(labels("sum without (a) (x)"), None);
    assert_eq!(labels("topk by (a) (1, x)"), None);
    assert_eq!(labels("count_values by (a) (\"v\", x)").as_deref(), Some("a,v"));
    assert_eq!(labels("sum by (a) (x) / 2"), None);
}

fn values(name: &str) -> Option<Value> {
    Some(match name {
        "s" => Value::String("a\"b\\".to_owned()),
        "r" => Value::Regex("5\\d+".to_owned()),
        "d" => Value::Duration(300),
        "window" => Value::Duration(5_400_000),
        "n" => Value::Number("-1".to_owned()),
        _ => return None,
    })
}

#[test]
fn substitutes() {
    for (text, expected) in [
        ("rate(x{a=$s,b=~$r}[$window])", "rate(x{a=\"a\\\"b\\\\\",b=~\"5\\\\d+\"}[1h30m])"),
        ("x[$window:$d] offset -$window", "x[1h30m:300ms] offset -1h30m"),
        ("x > $d or x / $window", "x > 0.3 or x / 5400"),
        ("x offset$window and$n > bool$n", "x offset 1h30m and (-1) > bool (-1)"),
        ("clamp_min(x, $n) ^ $n", "clamp_min(x, -1) ^ (-1)"),
        ("x @ $n", "x @ -1"),
        (
            "label_replace(x, $s, '$1', \"$s\", $s) # $n",
            "label_replace(x, \"a\\\"b\\\\\", '$1', \"$s\", \"a\\\"b\\\\\") # $n",
        ),
        ("- $n", "- (-1)"),
        ("($n)", "(-1)"),
    ] {
        // Set operators refuse scalars, so that case is substituted unparsed.
        let Ok(expr) = parse(text, &params) else {
            assert!(text.contains("and$n"), "{text}");
            continue;
        };
        assert_eq!(substitute(text, &expr, &values), expected);
        assert!(parse(expected, &params).is_ok(), "{expected}");
    }
    let expr = tree("x offset$window > bool$n");
    let result = substitute("x offset$window > bool$n", &expr, &values);
    assert_eq!(result, "x offset 1h30m > bool (-1)");
    assert_eq!(substitute("x + $n", &tree("x + $n"), &|_| None), "x + $n");
}

#[test]
fn inserts_bool() {
    for (text, expected) in [
        ("a > 5", "a > bool 5"),
        ("a>b", "a> bool b"),
        ("((a <= 5))", "((a <= bool 5))"),
        ("a > bool 5", "a > bool 5"),
        ("a > on (x) b", "a > bool on (x) b"),
        ("a and b > 5", "a and b > 5"),
        ("a + 5", "a + 5"),
        ("a < b < c", "a < b < bool c"),
    ] {
        let result = with_bool(text, &tree(text));
        assert_eq!(result, expected);
        tree(&result);
    }
}

#[test]
fn squeezes() {
    for (text, expected) in [
        ("\n a # x\n  + \t b  \n", "a + b"),
        ("a{x=\"#  y\\\"  #\"} # z", "a{x=\"#  y\\\"  #\"}"),
        ("a{x='  \"# '}\n#c\n#d\n", "a{x='  \"# '}"),
        ("# only", ""),
        ("a#b\n+c", "a +c"),
    ] {
        assert_eq!(squeeze(text), expected);
    }
    for text in ACCEPTED {
        let line = squeeze(text);
        assert!(!line.contains('\n'));
        assert_eq!(tree(&line).value_type(), tree(text).value_type());
    }
}

#[test]
fn writes_literals() {
    assert_eq!(write::quote("a\"b\\c\nd\u{1}é$"), "\"a\\\"b\\\\c\\nd\\u0001é$\"");
    for (length, text) in [
        (60_000, "1m"),
        (90_000, "1m30s"),
        (5_400_000, "1h30m"),
        (86_400_000, "1d"),
        (28 * 86_400_000, "28d"),
        (365 * 86_400_000, "365d"),
        (1, "1ms"),
        (0, "0s"),
        (90_061_001, "1d1h1m1s1ms"),
    ] {
        assert_eq!(write::duration(length), text);
    }
    for (length, text) in [(300, "0.3"), (60_000, "60"), (1_050, "1.05"), (1, "0.001"), (0, "0")] {
        assert_eq!(write::seconds(length), text);
    }
    for (value, text) in [
        (1.0 - 0.999, "0.001"),
        (0.1 + 0.2, "0.3"),
        (14.4, "14.4"),
        (-0.0, "0"),
        (1e6, "1000000"),
        (1e20, "1e20"),
        (1e-12, "1e-12"),
        (1.0 / 3.0, "0.333333333333"),
        (f64::NAN, "NaN"),
        (f64::NEG_INFINITY, "-Inf"),
    ] {
        assert_eq!(write::number(value), text);
        tree(text);
    }
    assert!(write::label_name_is_plain("a_1"));
    assert!(!write::label_name_is_plain("1a"));
    assert!(!write::label_name_is_plain("a.b"));
    assert!(!write::label_name_is_plain(""));
}

#[test]
fn deep_nesting_is_refused() {
    let many = 100_000;
    println!("size of a node: {}", size_of::<Expr>());
    for text in [
        "(".repeat(many),
        "-".repeat(many) + "1",
        "1^".repeat(many) + "1",
        "1+".repeat(many) + "1",
        "abs(".repeat(many),
        "a[1h:".repeat(many),
        "a".to_owned() + &"[1h:]".repeat(many),
        "a or ".repeat(many) + "b",
        "{".repeat(many),
        "a offset 5m".repeat(many),
    ] {
        assert!(parse(&text, &params).is_err());
    }
    let regex = "(b|c".repeat(88) + "a" + &")*".repeat(88);
    let both = "(".repeat(98) + "a{b=~\"" + &regex + "\"}" + &")".repeat(98);
    tree(&both);
    let most = "(".repeat(98) + &"1+".repeat(499) + "1" + &")".repeat(98);
    let expr = tree(&most);
    assert_eq!(literal_ranges(&expr), Vec::<Range>::new());
    assert_eq!(expr.clone(), expr);
}

/// A small generator of random numbers, the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % most.max(1)
    }
}

#[test]
fn mutations_never_panic() {
    let mut random = Random(0x1234_5678_9ABC_DEF1);
    let mut accepted = 0;
    for _ in 0..60_000 {
        let base = ACCEPTED[random.below(ACCEPTED.len())];
        let other = ACCEPTED[random.below(ACCEPTED.len())];
        let mut parts: Vec<char> = base.chars().collect();
        for _ in 0..=random.below(3) {
            let at = random.below(parts.len());
            match random.below(4) {
                0 if !parts.is_empty() => drop(parts.remove(at)),
                1 if !parts.is_empty() => parts.insert(at, parts[at]),
                2 => {
                    let from: Vec<char> = other.chars().collect();
                    let start = random.below(from.len());
                    let end = (start + 1 + random.below(6)).min(from.len());
                    parts.splice(at..at, from[start..end].iter().copied());
                }
                _ => {
                    let odd = ['\\', '"', '$', '(', ')', '[', '{', '}', ':', '#', 'é', '\0', '~'];
                    parts.insert(at, odd[random.below(odd.len())]);
                }
            }
        }
        let text: String = parts.into_iter().collect();
        let _ = squeeze(&text);
        match parse(&text, &params) {
            Ok(expr) => {
                accepted += 1;
                let result = substitute(&text, &expr, &values);
                assert!(parse(&result, &params).is_ok(), "{text} -> {result}");
                let line = squeeze(&text);
                assert!(parse(&line, &params).is_ok(), "{text} -> {line}");
                let compared = with_bool(&text, &expr);
                assert!(parse(&compared, &params).is_ok(), "{text} -> {compared}");
            }
            Err(error) => {
                assert!(text.get(error.at.start as usize..error.at.end as usize).is_some(), "{text}: {error:?}");
            }
        }
    }
    assert!(accepted > 1000, "{accepted}");
}

#[test]
fn speed() {
    let text = "sum by (x) (rate(foo_total{a=\"b\"}[5m]))";
    let count = 100_000;
    let start = std::time::Instant::now();
    for _ in 0..count {
        assert!(parse(std::hint::black_box(text), &params).is_ok());
    }
    println!("parse: {:?} each", start.elapsed() / count);
}
