//! The condition of a rule, from text to a tree of selections.

use crate::error::{RuleError, RuleErrorKind};
use crate::pattern::{Matcher, Pattern};
use crate::yaml::{Kind, Node};

/// A condition over selections, which are given by their number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Selection(usize),
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
    AtLeast(usize, Vec<Condition>),
}

/// More nesting than this is no rule that a person wrote.
const MAXIMUM_DEPTH: usize = 64;

/// Nor is a longer one.
const MAXIMUM_WORDS: usize = 2_000;

/// Reads `condition:`, which may be a list of which one has to hold.
pub(crate) fn parse_all(file: &str, node: &Node, names: &[&str]) -> Result<Vec<Condition>, RuleError> {
    let texts: Vec<&Node> = match &node.kind {
        Kind::Scalar { .. } => vec![node],
        Kind::List(nodes) if !nodes.is_empty() => nodes.iter().collect(),
        Kind::Null | Kind::List(_) => {
            return Err(RuleError { place: node.place(file), kind: RuleErrorKind::Empty("condition".to_owned()) });
        }
        Kind::Map(_) => return Err(not_text(file, node)),
    };
    texts.into_iter().map(|node| parse_one(file, node, names)).collect()
}

fn not_text(file: &str, node: &Node) -> RuleError {
    let kind = RuleErrorKind::WrongType {
        key: "condition".to_owned(),
        expected: "text or a list of texts",
        found: node.describe(),
    };
    RuleError { place: node.place(file), kind }
}

fn parse_one(file: &str, node: &Node, names: &[&str]) -> Result<Condition, RuleError> {
    let Kind::Scalar { text, plain } = &node.kind else { return Err(not_text(file, node)) };
    let mut parser = Parser { words: split(text), next: 0, names, end: text.len(), depth: 0 };
    let too_long = parser.words.len() > MAXIMUM_WORDS;
    let read = if too_long { Err(parser.trouble("it is too long")) } else { parser.any() };
    let read = read.and_then(|condition| match parser.peek() {
        None => Ok(condition),
        Some(")") => Err(parser.trouble("a `)` has no `(`")),
        Some(word) => Err(parser.trouble(&format!("`{word}` cannot stand here"))),
    });
    read.map_err(|(at, kind)| {
        let mut place = node.place(file);
        // Over several lines the offset says nothing about the column.
        if !text.contains('\n') {
            let before = text.get(..at).map_or(0, |text| text.chars().count());
            place.column += u32::try_from(before + usize::from(!plain)).unwrap_or(0);
        }
        RuleError { place, kind }
    })
}

/// Words and parentheses with their byte offsets.
fn split(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, character) in text.char_indices() {
        let alone = matches!(character, '(' | ')' | '|');
        if alone || character.is_whitespace() {
            if let Some(start) = start.take() {
                words.push((start, &text[start..at]));
            }
            if alone {
                words.push((at, &text[at..at + 1]));
            }
        } else if start.is_none() {
            start = Some(at);
        }
    }
    if let Some(start) = start {
        words.push((start, &text[start..]));
    }
    words
}

type Trouble = (usize, RuleErrorKind);

struct Parser<'a> {
    words: Vec<(usize, &'a str)>,
    next: usize,
    names: &'a [&'a str],
    end: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn any(&mut self) -> Result<Condition, Trouble> {
        let mut parts = vec![self.all()?];
        while self.accept("or") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Condition::Any(parts) })
    }

    fn all(&mut self) -> Result<Condition, Trouble> {
        let mut parts = vec![self.not()?];
        while self.accept("and") {
            parts.push(self.not()?);
        }
        Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Condition::All(parts) })
    }

    fn not(&mut self) -> Result<Condition, Trouble> {
        self.depth += 1;
        if self.depth > MAXIMUM_DEPTH {
            return Err(self.trouble("it is nested too deep"));
        }
        let read =
            if self.accept("not") { self.not().map(|inner| Condition::Not(Box::new(inner))) } else { self.part() };
        self.depth -= 1;
        read
    }

    fn part(&mut self) -> Result<Condition, Trouble> {
        let Some(&(at, word)) = self.words.get(self.next) else {
            return Err(self.trouble("it ends where a selection should follow"));
        };
        if word == "|" {
            return Err((at, RuleErrorKind::Aggregation));
        }
        if self.accept("(") {
            let inner = self.any()?;
            return if self.accept(")") { Ok(inner) } else { Err(self.trouble("a `(` is not closed")) };
        }
        if word == ")" || ["and", "or", "of"].iter().any(|reserved| word.eq_ignore_ascii_case(reserved)) {
            return Err(self.trouble(&format!("`{word}` stands where a selection should")));
        }
        self.next += 1;
        if self.peek().is_some_and(|following| following.eq_ignore_ascii_case("of")) {
            self.next += 1;
            return self.some_of(at, word);
        }
        if self.peek() == Some("|") {
            return Err((self.offset(), RuleErrorKind::Aggregation));
        }
        match self.names.iter().position(|name| *name == word) {
            Some(selection) => Ok(Condition::Selection(selection)),
            None => Err((at, self.unknown(word))),
        }
    }

    /// `1 of …`, `all of …`, `3 of …`; the `of` is already read.
    fn some_of(&mut self, at: usize, count: &str) -> Result<Condition, Trouble> {
        let Some(&(pattern_at, pattern)) = self.words.get(self.next) else {
            return Err(self.trouble("`of` has to be followed by a name, a pattern or `them`"));
        };
        self.next += 1;
        let parts = self.selected(pattern);
        if parts.is_empty() {
            return Err((pattern_at, self.unknown(pattern)));
        }
        if count.eq_ignore_ascii_case("all") {
            return Ok(Condition::All(parts));
        }
        let needed = if count.eq_ignore_ascii_case("any") { Ok(1) } else { count.parse::<usize>() };
        match needed {
            Ok(1) => Ok(Condition::Any(parts)),
            Ok(needed) if needed > 1 && needed < parts.len() => Ok(Condition::AtLeast(needed, parts)),
            Ok(needed) if needed > 1 && needed == parts.len() => Ok(Condition::All(parts)),
            Ok(needed) if needed > 1 => {
                let what = format!("{needed} of `{pattern}` can never hold, for it names {} selections", parts.len());
                Err((at, RuleErrorKind::Condition(what)))
            }
            _ => Err((at, RuleErrorKind::Condition(format!("`{count} of` is no count; write `1 of` or `all of`")))),
        }
    }

    /// The selections that a pattern names. Those that begin with `_` are left out
    /// unless the pattern begins so too.
    fn selected(&self, pattern: &str) -> Vec<Condition> {
        let them = pattern.eq_ignore_ascii_case("them");
        let matcher = Matcher::new(&Pattern::parse(if them { "*" } else { pattern }));
        let hidden_too = pattern.starts_with('_');
        let fits = |name: &str| matcher.fits(name) && (hidden_too || !name.starts_with('_'));
        let numbers = (0..self.names.len()).filter(|&number| fits(self.names[number]));
        numbers.map(Condition::Selection).collect()
    }

    fn unknown(&self, name: &str) -> RuleErrorKind {
        let defined = self.names.iter().map(|name| (*name).to_owned()).collect();
        RuleErrorKind::UnknownSelection { name: name.to_owned(), defined }
    }

    fn peek(&self) -> Option<&'a str> {
        self.words.get(self.next).map(|(_, word)| *word)
    }

    fn accept(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|next| next.eq_ignore_ascii_case(word));
        self.next += usize::from(found);
        found
    }

    fn offset(&self) -> usize {
        self.words.get(self.next).map_or(self.end, |(at, _)| *at)
    }

    fn trouble(&self, what: &str) -> Trouble {
        let kind = match self.peek() {
            Some("|") => RuleErrorKind::Aggregation,
            _ => RuleErrorKind::Condition(what.to_owned()),
        };
        (self.offset(), kind)
    }
}
