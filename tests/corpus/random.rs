//! Random sentences of a grammar, from a seed: the same seed gives the same text on every machine.

use super::ebnf::{Expr, Grammar};

/// A small generator of numbers (xorshift).
pub struct Dice(u64);

impl Dice {
    /// From a seed.
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }
    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides
    }
    /// One of these.
    pub fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.roll(of.len())]
    }
}

/// A token of a sentence.
#[derive(Clone, Debug)]
pub struct Token {
    /// The terminal of the grammar: a quoted text, or a production in capitals.
    pub terminal: String,
    /// How it is written here.
    pub text: String,
    /// Whether it must stand on the line of the token before it: a name or a value that is spelled like a keyword.
    pub same_line: bool,
    /// Whether nothing may stand before it: the inner parts of a metric's name.
    pub glued: bool,
}

/// A random file of the grammar.
pub fn sentence(grammar: &Grammar, dice: &mut Dice) -> Vec<Token> {
    let mut out = Vec::new();
    phrase(grammar, &Expr::Ref("file".into()), dice, 0, &mut out);
    out
}

fn phrase(grammar: &Grammar, expr: &Expr, dice: &mut Dice, depth: usize, out: &mut Vec<Token>) {
    match expr {
        Expr::Seq(all) => all.iter().for_each(|e| phrase(grammar, e, dice, depth, out)),
        Expr::Alt(all) => phrase(grammar, &all[dice.roll(all.len())], dice, depth, out),
        Expr::Opt(e) if dice.roll(2) == 0 => phrase(grammar, e, dice, depth, out),
        Expr::Rep(e) => (0..dice.roll(5).saturating_sub(depth / 8)).for_each(|_| phrase(grammar, e, dice, depth, out)),
        Expr::Opt(_) => {}
        Expr::Ref(name) if name == "EOF" => {}
        Expr::Ref(name) if Grammar::is_phrase(name) => {
            let from = out.len();
            phrase(grammar, &grammar.rules[name], dice, depth + 1, out);
            if name == "metric" {
                out[from + 1..].iter_mut().for_each(|t| t.glued = true);
            }
            if name == "severity" {
                out[from..].iter_mut().for_each(|t| t.same_line = true);
            }
        }
        Expr::Ref(name) => {
            let keyword = matches!(name.as_str(), "NAME" | "IDENT") && dice.roll(8) == 0;
            let mut text = String::new();
            if keyword {
                text.push_str(dice.pick(&["page", "target", "user", "step", "off", "in", "good", "journey", "sli"]));
            } else {
                letters(grammar, &grammar.rules[name], dice, &mut text);
            }
            let keyword = tabi::schema::kind::keyword(&text).is_keyword();
            out.push(Token { terminal: name.clone(), text, same_line: keyword, glued: false });
        }
        Expr::Text(text) => {
            out.push(Token { terminal: text.clone(), text: text.clone(), same_line: false, glued: false });
        }
        Expr::Said(words) => panic!("no token is said in words: {words}"),
    }
}

fn letters(grammar: &Grammar, expr: &Expr, dice: &mut Dice, out: &mut String) {
    match expr {
        Expr::Seq(all) => all.iter().for_each(|e| letters(grammar, e, dice, out)),
        Expr::Alt(all) => letters(grammar, &all[dice.roll(all.len())], dice, out),
        Expr::Opt(e) if dice.roll(2) == 0 => letters(grammar, e, dice, out),
        Expr::Rep(e) => (0..dice.roll(4)).for_each(|_| letters(grammar, e, dice, out)),
        Expr::Opt(_) => {}
        Expr::Ref(name) => letters(grammar, &grammar.rules[name], dice, out),
        Expr::Text(text) => out.push_str(text),
        // a character; neither a quote nor a backtick
        Expr::Said(_) => {
            out.push_str(dice.pick(&["a", "B", "7", " ", "日本", "#", "{", "}", "$x", "(", "|", "é", "🦀"]));
        }
    }
}

/// One way to write a sentence: any blanks, line ends and comments that the language allows between its tokens.
pub fn written(tokens: &[Token], comments: bool, dice: &mut Dice) -> String {
    let mut text = String::new();
    for (at, token) in tokens.iter().enumerate() {
        let starts = at == 0;
        let gap = match dice.roll(12) {
            _ if token.glued || starts => "",
            _ if token.same_line => " ",
            0 => "\n",
            1 => "\n\n\n  ",
            2 => "\t",
            3 => "  \n    ",
            4 if comments => "# behind\n",
            5 if comments => "\n # between\n",
            6 if comments => "   # behind\n\n## 説明\n#\n\n",
            7 if comments => "\n\n#tight  \n",
            _ => " ",
        };
        text.push_str(gap);
        text.push_str(&token.text);
    }
    text.push_str(if comments {
        dice.pick(&["", "\n", " # the end", "\n\n# the end\n\n"])
    } else {
        dice.pick(&["", "\n"])
    });
    text
}
