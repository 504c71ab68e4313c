//! The detection of a rule: selections of items, and the condition that joins them.
//!
//! Everything that can be wrong with a value is found here, with its place; what
//! leaves this room only has to be made fast.

use ipnet::IpNet;
use regex::Regex;

use crate::condition::{self, Condition};
use crate::encode::encode;
use crate::error::{RuleError, RuleErrorKind};
use crate::modifier::{Comparison, ModifierTrouble, Modifiers, Operator, TimePart};
use crate::number::Number;
use crate::pattern::Pattern;
use crate::placeholder::Placeholders;
use crate::yaml::{Entry, Kind, Node};

/// What a rule looks for.
#[derive(Clone, Debug)]
pub(crate) struct Detection {
    pub(crate) selections: Vec<Selection>,
    /// One of these has to hold.
    pub(crate) conditions: Vec<Condition>,
}

/// A named part of a detection.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    pub(crate) name: String,
    pub(crate) body: Body,
}

#[derive(Clone, Debug)]
pub(crate) enum Body {
    All(Vec<Body>),
    Any(Vec<Body>),
    Item(Item),
}

/// One field and what its values are compared with.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// `None`: any string of the record.
    pub(crate) field: Option<String>,
    /// The key as written, for people.
    pub(crate) written: String,
    /// The values as written, for people.
    pub(crate) expected: Vec<String>,
    pub(crate) cased: bool,
    pub(crate) all: bool,
    pub(crate) negated: bool,
    /// One group per value as written: alternatives that an encoding made of it.
    pub(crate) groups: Vec<Vec<Test>>,
}

/// One comparison.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    Null,
    Text(Pattern),
    Regex(Regex),
    Cidr(IpNet),
    Compare(Comparison, Number),
    TimePart(TimePart, Option<Comparison>, Number),
    Exists(bool),
    Reference(String, Operator),
}

/// Reads a rule's `detection:`, or a filter's `filter:`.
pub(crate) fn parse(file: &str, entry: &Entry, placeholders: &Placeholders) -> Result<Detection, Vec<RuleError>> {
    let reader = Reader { file, placeholders };
    let filter = entry.key == "filter";
    let Kind::Map(entries) = &entry.value.kind else {
        return Err(vec![reader.wrong_type(&entry.value, &entry.key, "a map of selections and a condition")]);
    };
    let mut errors = Vec::new();
    let mut selections = Vec::new();
    let mut condition = None;
    for part in entries {
        match part.key.as_str() {
            "condition" => condition = Some(&part.value),
            // Left from Sigma 1: it speaks to aggregations only.
            "timeframe" => {}
            "rules" if filter => {}
            name => match reader.selection(name, &part.value) {
                Ok(body) => selections.push(Selection { name: name.to_owned(), body }),
                Err(error) => errors.push(error),
            },
        }
    }
    let Some(condition) = condition else {
        let place = crate::yaml::place(file, entry.line, entry.column);
        errors.push(RuleError { place, kind: RuleErrorKind::Missing("condition") });
        return Err(errors);
    };
    // A broken selection would be reported a second time as not defined.
    let names: Vec<&str> = if errors.is_empty() {
        selections.iter().map(|selection| selection.name.as_str()).collect()
    } else {
        return Err(errors);
    };
    match condition::parse_all(file, condition, &names) {
        Ok(conditions) => Ok(Detection { selections, conditions }),
        Err(error) => Err(vec![error]),
    }
}

struct Reader<'f> {
    file: &'f str,
    placeholders: &'f Placeholders,
}

impl Reader<'_> {
    fn selection(&self, name: &str, node: &Node) -> Result<Body, RuleError> {
        match &node.kind {
            Kind::Map(entries) => self.map(name, node, entries),
            Kind::List(nodes) if nodes.is_empty() => Err(self.error(node, RuleErrorKind::Empty(name.to_owned()))),
            Kind::List(nodes) => {
                let (maps, keywords): (Vec<&Node>, Vec<&Node>) =
                    nodes.iter().partition(|node| matches!(node.kind, Kind::Map(_) | Kind::List(_)));
                let mut bodies = Vec::new();
                if !keywords.is_empty() {
                    bodies.push(self.item("", node, &keywords)?);
                }
                for map in maps {
                    bodies.push(self.selection(name, map)?);
                }
                Ok(if bodies.len() == 1 { bodies.swap_remove(0) } else { Body::Any(bodies) })
            }
            Kind::Scalar { .. } => self.item("", node, &[node]),
            Kind::Null => Err(self.error(node, RuleErrorKind::Empty(name.to_owned()))),
        }
    }

    fn map(&self, name: &str, node: &Node, entries: &[Entry]) -> Result<Body, RuleError> {
        if entries.is_empty() {
            return Err(self.error(node, RuleErrorKind::Empty(name.to_owned())));
        }
        let mut bodies = Vec::new();
        for entry in entries {
            let values: Vec<&Node> = match &entry.value.kind {
                Kind::List(nodes) => nodes.iter().collect(),
                _ => vec![&entry.value],
            };
            let key_node = Node { line: entry.line, column: entry.column, kind: Kind::Null };
            bodies.push(self.item(&entry.key, &key_node, &values)?);
        }
        Ok(if bodies.len() == 1 { bodies.swap_remove(0) } else { Body::All(bodies) })
    }

    /// `key` is empty for plain keywords; `node` says where the key stands.
    fn item(&self, key: &str, node: &Node, values: &[&Node]) -> Result<Body, RuleError> {
        let mut parts = key.split('|').map(str::trim);
        let field = parts.next().filter(|field| !field.is_empty()).map(str::to_owned);
        let shown = if key.is_empty() { "keywords" } else { key };
        let modifiers = Modifiers::parse(parts, field.is_none()).map_err(|trouble| {
            let key = shown.to_owned();
            let kind = match trouble {
                ModifierTrouble::Unknown { modifier, nearest } => {
                    RuleErrorKind::UnknownModifier { modifier, key, nearest }
                }
                ModifierTrouble::Misfit(why) => RuleErrorKind::Modifiers { key, why },
            };
            self.error(node, kind)
        })?;
        if values.is_empty() {
            return Err(self.error(node, RuleErrorKind::Empty(shown.to_owned())));
        }
        let mut groups = Vec::new();
        let mut expected = Vec::new();
        for value in values {
            groups.push(self.value(shown, field.is_none(), &modifiers, value, &mut expected)?);
        }
        Ok(Body::Item(Item {
            field,
            written: shown.to_owned(),
            expected,
            cased: modifiers.cased,
            all: modifiers.all,
            negated: modifiers.negated,
            groups,
        }))
    }

    /// The tests that a value stands for; `expected` gains it as written, or what stands for its placeholders.
    fn value(
        &self,
        key: &str,
        keyword: bool,
        modifiers: &Modifiers,
        node: &Node,
        expected: &mut Vec<String>,
    ) -> Result<Vec<Test>, RuleError> {
        let text = match &node.kind {
            Kind::Scalar { text, .. } => text,
            Kind::Null if !keyword && modifiers.operator == Operator::Equals && modifiers.part.is_none() => {
                expected.push("null".to_owned());
                return Ok(vec![Test::Null]);
            }
            Kind::Null => {
                let cure = "put the value in quotes; `null` goes with a plain field only";
                return Err(self.bad_value(key, node, "null", "is no text", Some(cure)));
            }
            Kind::List(_) | Kind::Map(_) => {
                return Err(self.wrong_type(node, key, "a single value or a list of single values"));
            }
        };
        if !modifiers.expand {
            expected.push(text.clone());
            return self.tests(key, keyword, modifiers, node, text);
        }
        let texts = self.placeholders.expand(key, text).map_err(|kind| self.error(node, kind))?;
        let mut tests = Vec::new();
        for text in texts {
            tests.append(&mut self.tests(key, keyword, modifiers, node, &text)?);
            expected.push(text);
        }
        Ok(tests)
    }

    fn tests(
        &self,
        key: &str,
        keyword: bool,
        modifiers: &Modifiers,
        node: &Node,
        text: &str,
    ) -> Result<Vec<Test>, RuleError> {
        let bad = |why: &str, cure| self.bad_value(key, node, text, why, cure);
        if modifiers.reference {
            return Ok(vec![Test::Reference(text.to_owned(), modifiers.operator)]);
        }
        if let Some(part) = modifiers.part {
            let number = Number::parse(text).ok_or_else(|| bad("is no number", Some("write a whole number")))?;
            let comparison = match modifiers.operator {
                Operator::Compare(comparison) => Some(comparison),
                _ => None,
            };
            return Ok(vec![Test::TimePart(part, comparison, number)]);
        }
        let tests = match modifiers.operator {
            Operator::Equals | Operator::Contains | Operator::StartsWith | Operator::EndsWith => {
                let operator = if keyword { Operator::Contains } else { modifiers.operator };
                let patterns = encode(Pattern::parse(text), &modifiers.encodings).map_err(|why| bad(why, None))?;
                patterns.into_iter().map(|pattern| Test::Text(pattern.opened(operator))).collect()
            }
            Operator::Regex { ignore_case, multi_line, dot_all } => {
                let built = regex::RegexBuilder::new(text)
                    .case_insensitive(ignore_case)
                    .multi_line(multi_line)
                    .dot_matches_new_line(dot_all)
                    .size_limit(4 << 20)
                    .build();
                vec![Test::Regex(built.map_err(|error| {
                    let cure = "look-around and back-references cannot be used";
                    bad(&format!("is no regular expression: {}", last_line(&error.to_string())), Some(cure))
                })?)]
            }
            Operator::Cidr => {
                let cure = Some("write it as `192.0.2.0/24` or `2001:db8::/32`");
                vec![Test::Cidr(parse_network(text).ok_or_else(|| bad("is no network", cure))?)]
            }
            Operator::Compare(comparison) => {
                let number = Number::parse(text).ok_or_else(|| bad("is no number", Some("write a number")))?;
                vec![Test::Compare(comparison, number)]
            }
            Operator::Exists => match text.to_ascii_lowercase().as_str() {
                "true" | "yes" => vec![Test::Exists(true)],
                "false" | "no" => vec![Test::Exists(false)],
                _ => return Err(bad("does not say whether the field exists", Some("write `true` or `false`"))),
            },
        };
        Ok(tests)
    }

    fn error(&self, node: &Node, kind: RuleErrorKind) -> RuleError {
        RuleError { place: node.place(self.file), kind }
    }

    fn wrong_type(&self, node: &Node, key: &str, expected: &'static str) -> RuleError {
        self.error(node, RuleErrorKind::WrongType { key: key.to_owned(), expected, found: node.describe() })
    }

    fn bad_value(&self, key: &str, node: &Node, value: &str, why: &str, cure: Option<&'static str>) -> RuleError {
        let kind = RuleErrorKind::Value { key: key.to_owned(), value: value.to_owned(), why: why.to_owned(), cure };
        self.error(node, kind)
    }
}

/// A network, or a single address as a network of one.
fn parse_network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    text.parse::<IpNet>()
        .ok()
        .or_else(|| text.parse::<std::net::IpAddr>().ok().map(IpNet::from))
        .map(|network| network.trunc())
}

/// A regex error draws the expression over several lines; its reason comes last.
fn last_line(message: &str) -> &str {
    let line = message.trim_end().lines().next_back().unwrap_or(message).trim();
    line.strip_prefix("error: ").unwrap_or(line)
}
