//! Expressions that Go's `regexp` was asked about, and what it said.

use super::parse;

/// Printed by `gocheck` with the regexp package of Go 1.26: texts in the
/// first line, then each pattern and which of the texts it matches as
/// `^(?s:pattern)$`, or `-` if it does not compile.
const GO: &str = include_str!("go_table.txt");

fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(found) = chars.next() {
        plain.push(match found {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                other => other.unwrap_or('\\'),
            },
            other => other,
        });
    }
    plain
}

#[test]
fn agrees_with_go() {
    let mut lines = GO.split('\n');
    let texts: Vec<String> = lines.next().unwrap_or("").split('\t').map(plain).collect();
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in lines.filter(|line| !line.is_empty()) {
        let (pattern, expected) = line.rsplit_once('\t').expect("two columns");
        let pattern = plain(pattern);
        count += 1;
        let Ok(regex) = parse(&pattern) else {
            if expected != "-" {
                wrong.push(format!("{pattern:?}: refused"));
            }
            continue;
        };
        if expected == "-" {
            wrong.push(format!("{pattern:?}: accepted"));
            continue;
        }
        for (text, bit) in texts.iter().zip(expected.chars()) {
            if regex.matches(text) != (bit == '1') {
                wrong.push(format!("{pattern:?} on {text:?}: Go says {bit}"));
            }
        }
        if let Some(example) = regex.example().found() {
            assert!(regex.matches(&example));
        }
        if let Some(literals) = regex.literals() {
            for literal in &literals {
                assert!(regex.matches(literal), "{pattern:?} {literal:?}");
            }
            for text in &texts {
                assert_eq!(regex.matches(text), literals.contains(text), "{pattern:?} {text:?}");
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 1000, "{count}");
}

fn literals(text: &str) -> Option<Vec<String>> {
    parse(text).expect(text).literals()
}

#[test]
fn lists_literals() {
    let found = |list: &[&str]| Some(list.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(literals("a|b"), found(&["a", "b"]));
    assert_eq!(literals("5(00|03)"), found(&["500", "503"]));
    assert_eq!(literals("^(a|b)$"), found(&["a", "b"]));
    assert_eq!(literals("60([.]0)?"), found(&["60", "60.0"]));
    assert_eq!(literals("foo\\.bar"), found(&["foo.bar"]));
    assert_eq!(literals("(?i)503"), found(&["503"]));
    assert_eq!(literals("50[0-3]"), found(&["500", "501", "502", "503"]));
    assert_eq!(literals("5.."), None);
    assert_eq!(literals("a*"), None);
    assert_eq!(literals("[0-9]{2}"), None);
    assert_eq!(literals("[0-9]{1}").map(|list| list.len()), Some(10));
    assert_eq!(literals(""), found(&[""]));
}

#[test]
fn says_where() {
    for (text, start, end) in [
        ("a(b", 1, 2),
        ("ab)", 2, 3),
        ("a**", 2, 3),
        ("x[a", 1, 2),
        ("[z-a]", 1, 4),
        ("a(?=b)", 1, 4),
        ("a\\1", 1, 3),
        ("é\\y", 2, 4),
        ("a{1001}", 1, 7),
        ("\\p{Foo}", 0, 7),
    ] {
        let error = parse(text).expect_err(text);
        assert_eq!((error.at.start, error.at.end), (start, end), "{text}: {}", error.message);
    }
}

#[test]
fn hostile_input_is_harmless() {
    let many = 3_000;
    for text in [
        "(".repeat(many),
        "[".repeat(many),
        "a|".repeat(many),
        "a(?i)*".repeat(many),
        "(a+)+".repeat(1000),
        "a".to_owned() + &"(?i)*".repeat(290),
        "a".to_owned() + &"(?i)*".repeat(5000),
        "a".to_owned() + &"(?i){1}".repeat(290),
        "(b|c".repeat(88) + "a" + &")*".repeat(88),
        "((((((((((a{2}){2}){2}){2}){2}){2}){2}){2}){2}){2}){2}".to_owned(),
        "(".repeat(88) + "a" + &")*".repeat(88),
        "(".repeat(88) + "a" + &")+".repeat(88),
        "(".repeat(88) + "a" + &")?".repeat(88),
    ] {
        if let Ok(regex) = parse(&text) {
            assert!(!regex.matches(&("a".repeat(2000) + "!")));
            let _ = regex.example();
            let _ = regex.literals();
            let _ = regex.matches_nothing();
        }
    }
}

#[test]
fn what_matches_nothing_is_known() {
    for text in ["a^b", "a$b", "(a|b)^c", "$a", "a(^)", "(x^|y^)z", "(a^b)+"] {
        assert!(parse(text).expect(text).matches_nothing(), "{text}");
    }
    for text in ["", "^a$", "(^a|b)c", "(a^b)*", "a|b^c", "$", "(^)a", "a*^b", "^^a$$", "(?m)a$\\n^b", "a?b"] {
        let regex = parse(text).expect(text);
        assert!(!regex.matches_nothing(), "{text}");
        assert!(regex.example().found().is_some_and(|example| regex.matches(&example)), "{text}");
    }
}
