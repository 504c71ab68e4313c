//! Why a rule matches a record, or why not.

use std::ops::ControlFlow;

use crate::compile::{Node, RuleSet};
use crate::leaf::{Buffers, Leaf};
use crate::value::{Presence, Record, Value};

/// A part of a rule's condition with its verdict on one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Whether the record meets this part.
    pub holds: bool,
    /// What the part is.
    pub reason: Reason,
}

/// What a part of a condition is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// All of these have to hold.
    All(Vec<Explanation>),
    /// One of these has to hold.
    Any(Vec<Explanation>),
    /// So many of these have to hold.
    AtLeast(usize, Vec<Explanation>),
    /// This must not hold.
    Not(Box<Explanation>),
    /// A selection of the rule, by its name.
    Selection(String, Box<Explanation>),
    /// A field against its values.
    Leaf(LeafExplanation),
}

/// A field against its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafExplanation {
    /// The key as a rule wrote it, with its modifiers (`keywords` for plain keywords).
    pub written: String,
    /// The values as the rule wrote them.
    pub expected: Vec<String>,
    /// The values of the field in the record, at most 20, each cut after 200 characters;
    /// none for keywords.
    pub seen: Vec<String>,
    /// The record has no such field.
    pub missing: bool,
}

const MOST_SEEN: usize = 20;
const LONGEST_SEEN: usize = 200;

impl RuleSet {
    /// Evaluates one rule and says what each part of its condition came to.
    ///
    /// Every part is evaluated, also where an earlier one has already decided. The
    /// record's stream is not looked at. A number that is no rule gives an empty
    /// condition that does not hold.
    pub fn explain(&self, rule: u32, record: &impl Record) -> Explanation {
        let Some((program, rule)) = self.programs.get(rule as usize).zip(self.rules.get(rule as usize)) else {
            return Explanation { holds: false, reason: Reason::Any(Vec::new()) };
        };
        let names: Vec<&str> = rule.detection.selections.iter().map(|selection| selection.name.as_str()).collect();
        Explainer { leaves: &self.leaves, names: &names, record, buffers: Buffers::default() }.node(&program.root)
    }
}

struct Explainer<'a, R> {
    leaves: &'a [Leaf],
    names: &'a [&'a str],
    record: &'a R,
    buffers: Buffers,
}

impl<R: Record> Explainer<'_, R> {
    fn node(&mut self, node: &Node) -> Explanation {
        match node {
            Node::Leaf(leaf) => self.leaf(&self.leaves[*leaf as usize]),
            Node::Named(number, inner) => {
                let inner = self.node(inner);
                let name = self.names.get(*number).copied().unwrap_or_default().to_owned();
                Explanation { holds: inner.holds, reason: Reason::Selection(name, Box::new(inner)) }
            }
            Node::Not(inner) => {
                let inner = self.node(inner);
                Explanation { holds: !inner.holds, reason: Reason::Not(Box::new(inner)) }
            }
            Node::All(parts) => {
                let parts = self.nodes(parts);
                Explanation { holds: parts.iter().all(|part| part.holds), reason: Reason::All(parts) }
            }
            Node::Any(parts) => {
                let parts = self.nodes(parts);
                Explanation { holds: parts.iter().any(|part| part.holds), reason: Reason::Any(parts) }
            }
            Node::AtLeast(needed, parts) => {
                let parts = self.nodes(parts);
                let held = parts.iter().filter(|part| part.holds).count();
                Explanation { holds: held >= *needed, reason: Reason::AtLeast(*needed, parts) }
            }
        }
    }

    fn nodes(&mut self, nodes: &[Node]) -> Vec<Explanation> {
        nodes.iter().map(|node| self.node(node)).collect()
    }

    fn leaf(&mut self, leaf: &Leaf) -> Explanation {
        let mut seen = Vec::new();
        let mut presence = Presence::Present;
        if let Some(field) = leaf.field {
            presence = self.record.values(field, &mut |value| {
                seen.push(shown(value));
                if seen.len() == MOST_SEEN { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
        }
        Explanation {
            holds: leaf.holds(self.record, &mut self.buffers),
            reason: Reason::Leaf(LeafExplanation {
                written: leaf.written.clone(),
                expected: leaf.expected.clone(),
                seen,
                missing: presence == Presence::Missing,
            }),
        }
    }
}

fn shown(value: Value<'_>) -> String {
    let text = match value {
        Value::Null => "null",
        Value::Text(text) | Value::Number(text) | Value::Json(text) => text,
        Value::Bool(value) => crate::leaf::boolean(value),
    };
    match text.char_indices().nth(LONGEST_SEEN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
