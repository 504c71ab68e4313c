//! What can be wrong with a rule, where, and how to mend it.
//!
//! A bad rule never takes the others with it: [`parse`](crate::parse) and
//! [`RuleSet::compile`](crate::RuleSet::compile) return the good rules and these
//! errors together.

use std::fmt;

/// A spot in a rule file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The file, as the caller named it.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A rule that cannot be used, with its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {kind}")]
pub struct RuleError {
    /// Where the trouble stands.
    pub place: Place,
    /// What the trouble is.
    pub kind: RuleErrorKind,
}

impl RuleError {
    /// What to do about it, as a fragment, if there is something to say that the
    /// message does not.
    pub fn hint(&self) -> Option<String> {
        self.kind.hint()
    }
}

/// The kinds of trouble.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleErrorKind {
    /// The text is not YAML.
    #[error("not readable as YAML: {0}")]
    Yaml(String),
    /// A key stands twice in one map.
    #[error("the key `{key}` stands twice in one map")]
    DuplicateKey {
        /// The key.
        key: String,
        /// The line where it stood first, from 1.
        first_line: u32,
    },
    /// The document, expanded through its aliases, is unreasonably large.
    #[error("the file expands to more than {0} YAML nodes")]
    TooLarge(usize),
    /// A part that every rule needs is not there.
    #[error("the rule has no `{0}`")]
    Missing(&'static str),
    /// A part is there, but of another kind.
    #[error("`{key}` is {found}, expected {expected}")]
    WrongType {
        /// The key as written.
        key: String,
        /// What was expected.
        expected: &'static str,
        /// What was found.
        found: &'static str,
    },
    /// A level that Sigma does not know.
    #[error("unknown level `{0}`")]
    UnknownLevel(String),
    /// A kind of document that is not handled yet.
    #[error("{0} are not yet supported")]
    NotYetSupported(&'static str),
    /// A modifier that Sigma 2.1 does not know.
    #[error("unknown modifier `{modifier}` in `{key}`")]
    UnknownModifier {
        /// The modifier as written.
        modifier: String,
        /// The whole key.
        key: String,
        /// The most similar valid modifier, if one is similar.
        nearest: Option<&'static str>,
    },
    /// Modifiers that cannot be used together, or not here.
    #[error("`{key}`: {why}")]
    Modifiers {
        /// The whole key.
        key: String,
        /// What does not fit.
        why: String,
    },
    /// A value that its modifiers cannot use.
    #[error("`{key}`: the value `{value}` {why}")]
    Value {
        /// The whole key.
        key: String,
        /// The value as written.
        value: String,
        /// What is wrong with it.
        why: String,
        /// What would be right.
        cure: Option<&'static str>,
    },
    /// A placeholder that nobody gives a value.
    #[error("`{key}`: the placeholder `%{name}%` has no value")]
    Placeholder {
        /// The whole key.
        key: String,
        /// The placeholder, without its signs.
        name: String,
        /// The placeholders that have values.
        defined: Vec<String>,
    },
    /// A word of a closed list that is not in it.
    #[error("unknown {what} `{word}`")]
    UnknownWord {
        /// What the word should name.
        what: &'static str,
        /// The word as written.
        word: String,
        /// The words that there are.
        known: &'static [&'static str],
    },
    /// A part that cannot be used here.
    #[error("`{key}`: {why}")]
    Unfit {
        /// The key as written.
        key: String,
        /// What does not fit.
        why: String,
        /// What would.
        cure: String,
    },
    /// A rule is referred to that is not loaded.
    #[error("`{reference}` is no rule that is loaded")]
    UnknownRule {
        /// The id or name as written.
        reference: String,
        /// The most similar name, if one is similar.
        nearest: Option<String>,
    },
    /// An id or a name that another document has already.
    #[error("another document has the {what} `{word}` already")]
    Repeated {
        /// Whether it is the id or the name.
        what: &'static str,
        /// The id or name.
        word: String,
        /// Where it stood first.
        first: Place,
    },
    /// Correlations that refer to each other in a circle.
    #[error("the correlation refers to itself: {}", .0.join(" → "))]
    Cycle(Vec<String>),
    /// A list or map with nothing in it.
    #[error("`{0}` is empty")]
    Empty(String),
    /// The condition is not well formed.
    #[error("the condition cannot be read: {0}")]
    Condition(String),
    /// The condition uses the old aggregation syntax.
    #[error("the condition aggregates with `|`, which Sigma 2 has replaced by correlation rules")]
    Aggregation,
    /// The condition names a selection that is not there.
    #[error("the condition names `{name}`, which the rule does not define")]
    UnknownSelection {
        /// The name or pattern as written.
        name: String,
        /// The selections of the rule.
        defined: Vec<String>,
    },
    /// More rules or fields than the engine numbers.
    #[error("too many different {0} over all rules")]
    TooMany(&'static str),
}

/// What is mostly behind a message of the YAML reader.
fn yaml_hint(message: &str) -> &'static str {
    if message.contains("quote") || message.contains("quoted") {
        "close the quotation mark; within single quotes, two of them stand for one"
    } else if message.contains("unexpected character") || message.contains("control character") {
        "take the character out; between double quotes it can be written as an escape, such as `\\u0000`"
    } else if message.contains("recursion") {
        "no rule nests so deeply: take brackets out"
    } else {
        "let the keys of one map begin in the same column, and put text with `: `, ` #` or brackets in quotes"
    }
}

impl RuleErrorKind {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            RuleErrorKind::Yaml(message) if message.contains('\t') || message.contains("tab") => {
                "YAML indents with blanks, never with tabs".to_owned()
            }
            RuleErrorKind::Yaml(message) if message.contains("anchor") => {
                "a value that begins with `*` or `&` has to stand in quotes".to_owned()
            }
            RuleErrorKind::Yaml(message) if message.contains("alias") => {
                "a value that begins with `*` has to stand in quotes".to_owned()
            }
            RuleErrorKind::Yaml(message) => yaml_hint(message).to_owned(),
            RuleErrorKind::DuplicateKey { first_line, .. } => {
                format!(
                    "it stood first in line {first_line}; put several values into one list, or the maps into a list of maps"
                )
            }
            RuleErrorKind::TooLarge(_) => "write the aliases out, or split the file".to_owned(),
            RuleErrorKind::Missing("detection") => {
                "add `detection:` with at least one selection and a `condition:`".to_owned()
            }
            RuleErrorKind::Missing("condition") => {
                "add `condition:` under `detection:`, for example `condition: selection`".to_owned()
            }
            RuleErrorKind::Missing("logsource") => {
                "add `logsource:` with `product:` and `service:` or `category:`".to_owned()
            }
            RuleErrorKind::Missing("condition of the correlation") => {
                "add `condition:`, for example `condition: {gte: 10}`".to_owned()
            }
            RuleErrorKind::Missing("field in the condition") => {
                "add `field:` to the condition, with the field whose values count".to_owned()
            }
            RuleErrorKind::Missing(what) => format!("add `{what}:`"),
            RuleErrorKind::WrongType { key, expected, .. } => format!("write `{key}:` as {expected}"),
            RuleErrorKind::UnknownLevel(_) => "the levels are: informational, low, medium, high, critical".to_owned(),
            RuleErrorKind::NotYetSupported(_) => "take the document out, or keep it for a later version".to_owned(),
            RuleErrorKind::UnknownModifier { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`?"),
            RuleErrorKind::UnknownModifier { nearest: None, .. } => {
                let names: Vec<&str> = crate::modifier::names().collect();
                format!("the modifiers are: {}", names.join(", "))
            }
            RuleErrorKind::Modifiers { .. } => return None,
            RuleErrorKind::Value { cure, .. } => return cure.map(str::to_owned),
            RuleErrorKind::Placeholder { name, defined, .. } => {
                let others = match defined.as_slice() {
                    [] => String::new(),
                    defined => format!("; those that have values are: {}", defined.join(", ")),
                };
                format!("give the placeholder `{name}` a list of values in the configuration{others}")
            }
            RuleErrorKind::UnknownWord { what, known, .. } => {
                // "part of a condition" makes "parts of a condition".
                let (noun, rest) =
                    what.split_once(" of ").map_or((*what, String::new()), |(noun, of)| (noun, format!(" of {of}")));
                format!("the {noun}s{rest} are: {}", known.join(", "))
            }
            RuleErrorKind::Unfit { cure, .. } => cure.clone(),
            RuleErrorKind::UnknownRule { nearest: Some(nearest), .. } => {
                format!("did you mean `{nearest}`? Else load the file that holds it")
            }
            RuleErrorKind::UnknownRule { nearest: None, .. } => {
                "load the file that holds it too, or write the `id:` or `name:` of a rule that is loaded".to_owned()
            }
            RuleErrorKind::Repeated { what, first, .. } => {
                format!("it stood first in {first}; give each document a {what} of its own, or name each folder once")
            }
            RuleErrorKind::Cycle(_) => "take one of the references out".to_owned(),
            RuleErrorKind::Empty(_) => "give it at least one value, or take it out".to_owned(),
            RuleErrorKind::Condition(_) => {
                "a condition is made of selection names, `and`, `or`, `not`, parentheses, `1 of name*`, `all of them`"
                    .to_owned()
            }
            RuleErrorKind::Aggregation => "put what stands after `|` into a correlation rule of its own".to_owned(),
            RuleErrorKind::UnknownSelection { defined, .. } => format!("the rule defines: {}", defined.join(", ")),
            RuleErrorKind::TooMany(_) => "load fewer rules".to_owned(),
        };
        Some(hint)
    }
}
