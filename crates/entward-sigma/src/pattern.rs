//! Text with wildcards, from how a rule writes it to how it is compared.

use memchr::memmem::Finder;

use crate::modifier::Operator;

/// A text value: literal pieces and wildcards.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct Pattern {
    pub(crate) tokens: Vec<Token>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Token {
    Literal(String),
    /// `*`: any text, also none.
    Any,
    /// `?`: one character.
    One,
}

impl Pattern {
    /// Reads wildcards and escapes: `\*`, `\?` and `\\` are the characters
    /// themselves, any other backslash is a backslash.
    pub(crate) fn parse(text: &str) -> Pattern {
        let mut tokens = Vec::new();
        let mut literal = String::new();
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let wildcard = match character {
                '*' => Token::Any,
                '?' => Token::One,
                '\\' => {
                    literal.push(characters.next_if(|next| matches!(next, '*' | '?' | '\\')).unwrap_or('\\'));
                    continue;
                }
                _ => {
                    literal.push(character);
                    continue;
                }
            };
            if !literal.is_empty() {
                tokens.push(Token::Literal(std::mem::take(&mut literal)));
            }
            if wildcard != Token::Any || tokens.last() != Some(&Token::Any) {
                tokens.push(wildcard);
            }
        }
        if !literal.is_empty() {
            tokens.push(Token::Literal(literal));
        }
        Pattern { tokens }
    }

    /// A text without wildcards.
    pub(crate) fn literal(text: String) -> Pattern {
        Pattern { tokens: if text.is_empty() { Vec::new() } else { vec![Token::Literal(text)] } }
    }

    /// The text, if there is no wildcard in it.
    pub(crate) fn as_literal(&self) -> Option<&str> {
        match self.tokens.as_slice() {
            [] => Some(""),
            [Token::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The pattern opened at the sides where `operator` lets anything stand.
    pub(crate) fn opened(mut self, operator: Operator) -> Pattern {
        let before = matches!(operator, Operator::Contains | Operator::EndsWith);
        let after = matches!(operator, Operator::Contains | Operator::StartsWith);
        if before && self.tokens.first() != Some(&Token::Any) {
            self.tokens.insert(0, Token::Any);
        }
        if after && self.tokens.last() != Some(&Token::Any) {
            self.tokens.push(Token::Any);
        }
        self
    }

    /// The pattern with every literal piece run through `change`. A piece beside a
    /// wildcard that would vanish stays, for the pattern would then match anything.
    pub(crate) fn mapped(&self, change: impl Fn(&str) -> String) -> Pattern {
        let alone = self.tokens.len() == 1;
        let map = |token: &Token| match token {
            Token::Literal(text) => {
                let changed = change(text);
                Token::Literal(if changed.is_empty() && !alone { text.to_lowercase() } else { changed })
            }
            other => other.clone(),
        };
        Pattern { tokens: self.tokens.iter().map(map).collect() }
    }

    /// The longest literal piece: text that matches holds it.
    pub(crate) fn longest_piece(&self) -> Option<&str> {
        let pieces = self.tokens.iter().filter_map(|token| match token {
            Token::Literal(text) => Some(text.as_str()),
            _ => None,
        });
        pieces.max_by_key(|piece| piece.len())
    }
}

/// A [`Pattern`] made ready for comparing.
#[derive(Debug)]
pub(crate) enum Matcher {
    Exact(Box<str>),
    Prefix(Box<str>),
    Suffix(Box<str>),
    Contains(Box<Finder<'static>>),
    Anything,
    Glob(Glob),
}

impl Matcher {
    pub(crate) fn new(pattern: &Pattern) -> Matcher {
        match pattern.tokens.as_slice() {
            [] => Matcher::Exact("".into()),
            [Token::Literal(text)] => Matcher::Exact(text.as_str().into()),
            [Token::Any] => Matcher::Anything,
            [Token::Literal(text), Token::Any] => Matcher::Prefix(text.as_str().into()),
            [Token::Any, Token::Literal(text)] => Matcher::Suffix(text.as_str().into()),
            [Token::Any, Token::Literal(text), Token::Any] => {
                Matcher::Contains(Box::new(Finder::new(text).into_owned()))
            }
            tokens => Matcher::Glob(Glob::new(tokens)),
        }
    }

    /// Whether the whole of `text` fits.
    pub(crate) fn fits(&self, text: &str) -> bool {
        match self {
            Matcher::Exact(wanted) => **wanted == *text,
            Matcher::Prefix(prefix) => text.starts_with(&**prefix),
            Matcher::Suffix(suffix) => text.ends_with(&**suffix),
            Matcher::Contains(finder) => finder.find(text.as_bytes()).is_some(),
            Matcher::Anything => true,
            Matcher::Glob(glob) => glob.fits(text),
        }
    }

    /// Whether anything may stand before and after, which is what makes sense on
    /// the text of an object.
    pub(crate) fn is_open(&self) -> bool {
        match self {
            Matcher::Contains(_) | Matcher::Anything => true,
            Matcher::Glob(glob) => glob.open_start && glob.open_end,
            Matcher::Exact(_) | Matcher::Prefix(_) | Matcher::Suffix(_) => false,
        }
    }
}

/// Runs between stars, each of which has to be found after the one before.
#[derive(Debug)]
pub(crate) struct Glob {
    runs: Vec<Run>,
    open_start: bool,
    open_end: bool,
}

/// Literals and single-character wildcards.
#[derive(Debug)]
struct Run {
    tokens: Vec<Token>,
    /// The run, if it is plain text.
    finder: Option<Finder<'static>>,
}

impl Glob {
    fn new(tokens: &[Token]) -> Glob {
        let runs = tokens
            .split(|token| *token == Token::Any)
            .filter(|run| !run.is_empty())
            .map(|run| {
                let finder = match run {
                    [Token::Literal(text)] => Some(Finder::new(text).into_owned()),
                    _ => None,
                };
                Run { tokens: run.to_vec(), finder }
            })
            .collect();
        let open_start = tokens.first() == Some(&Token::Any);
        let open_end = tokens.last() == Some(&Token::Any);
        Glob { runs, open_start, open_end }
    }

    fn fits(&self, text: &str) -> bool {
        let mut rest = text;
        let mut runs = self.runs.as_slice();
        if !self.open_start
            && let [first, others @ ..] = runs
        {
            let Some(length) = first.length_at_start(rest) else { return false };
            rest = &rest[length..];
            runs = others;
            if runs.is_empty() && !self.open_end && self.runs.len() == 1 {
                return rest.is_empty();
            }
        }
        let last = if self.open_end {
            None
        } else if let [others @ .., last] = runs {
            runs = others;
            Some(last)
        } else {
            None
        };
        for run in runs {
            let Some(end) = run.find_end(rest) else { return false };
            rest = &rest[end..];
        }
        last.is_none_or(|last| last.ends(rest))
    }
}

impl Run {
    /// How many bytes the run takes at the start of `text`.
    fn length_at_start(&self, text: &str) -> Option<usize> {
        let mut rest = text;
        for token in &self.tokens {
            rest = match token {
                Token::Literal(literal) => rest.strip_prefix(literal.as_str())?,
                Token::One | Token::Any => {
                    let mut characters = rest.chars();
                    characters.next()?;
                    characters.as_str()
                }
            };
        }
        Some(text.len() - rest.len())
    }

    /// The end of the first place where the run stands.
    fn find_end(&self, text: &str) -> Option<usize> {
        if let (Some(finder), [Token::Literal(literal)]) = (&self.finder, self.tokens.as_slice()) {
            return Some(finder.find(text.as_bytes())? + literal.len());
        }
        let starts = text.char_indices().map(|(start, _)| start);
        starts.into_iter().find_map(|start| Some(start + self.length_at_start(&text[start..])?))
    }

    /// Whether `text` ends with the run.
    fn ends(&self, text: &str) -> bool {
        let mut rest = text;
        for token in self.tokens.iter().rev() {
            let shorter = match token {
                Token::Literal(literal) => rest.strip_suffix(literal.as_str()),
                Token::One | Token::Any => {
                    let mut characters = rest.chars();
                    characters.next_back().map(|_| characters.as_str())
                }
            };
            match shorter {
                Some(shorter) => rest = shorter,
                None => return false,
            }
        }
        true
    }
}
