//! Filters: the same exception for many rules, kept apart from them.
//!
//! A filter's condition joins the rule's with `and`, as the specification and pySigma have it. So
//! an exception is written as `not selection`, and `selection` alone narrows the rule to it.

use crate::condition::Condition;
use crate::detection::{self, Detection, Selection};
use crate::document::Reader;
use crate::error::{Place, RuleError};
use crate::placeholder::Placeholders;
use crate::rule::{About, LogSource, Rule};
use crate::yaml::{Entry, Node};

/// A filter that was applied.
#[derive(Clone, Debug)]
pub struct Filter {
    /// What its author says about it; who stands for it, why and until when are in its custom map.
    pub about: About,
    /// The logs that it is about.
    pub logsource: LogSource,
    /// The rules it was applied to, as places in [`Collection::rules`](crate::Collection).
    pub rules: Vec<usize>,
}

/// A filter whose references are still words.
pub(crate) struct FilterDraft {
    pub(crate) about: About,
    pub(crate) logsource: LogSource,
    /// `None`: every rule about these logs.
    pub(crate) rules: Option<Vec<(String, Place)>>,
    pub(crate) detection: Detection,
    /// Where `rules:` stands.
    pub(crate) place: Place,
}

/// Reads a document with `filter:`.
pub(crate) fn read(
    file: &str,
    document: &Node,
    entry: &Entry,
    placeholders: &Placeholders,
) -> Result<FilterDraft, Vec<RuleError>> {
    let mut reader = Reader::new(file);
    let about = reader.about(document);
    let logsource = reader.logsource(document);
    let mut place = entry.value.place(file);
    let mut rules = Vec::new();
    match entry.value.get("rules") {
        Some(named) => {
            place = crate::yaml::place(file, named.line, named.column);
            rules = reader.placed_texts(named);
            if rules.is_empty() {
                reader.at(named, crate::RuleErrorKind::Empty("rules".to_owned()));
            }
        }
        None => reader.missing(&entry.value, "rules"),
    }
    let detection = detection::parse(file, entry, placeholders).map_err(|mut found| reader.errors.append(&mut found));
    let any = matches!(rules.as_slice(), [(word, _)] if word.eq_ignore_ascii_case("any"));
    match (about, logsource, detection) {
        (Some(about), Some(logsource), Ok(detection)) if reader.errors.is_empty() => {
            Ok(FilterDraft { about, logsource, rules: (!any).then_some(rules), detection, place })
        }
        _ => Err(reader.errors),
    }
}

/// Joins a filter's condition to a rule's.
pub(crate) fn apply(filter: &FilterDraft, rule: &mut Rule) {
    let Detection { selections, conditions } = &mut rule.detection;
    let offset = selections.len();
    let called = filter.about.call();
    selections.extend(
        filter
            .detection
            .selections
            .iter()
            .map(|selection| Selection { name: format!("{called}: {}", selection.name), body: selection.body.clone() }),
    );
    let own = any(std::mem::take(conditions));
    let added = any(filter.detection.conditions.iter().map(|condition| shifted(condition, offset)).collect());
    conditions.push(Condition::All(vec![own, added]));
}

fn any(mut conditions: Vec<Condition>) -> Condition {
    if conditions.len() == 1 { conditions.swap_remove(0) } else { Condition::Any(conditions) }
}

/// The same condition over selections that come later.
fn shifted(condition: &Condition, offset: usize) -> Condition {
    let all = |parts: &[Condition]| parts.iter().map(|part| shifted(part, offset)).collect();
    match condition {
        Condition::Selection(number) => Condition::Selection(number + offset),
        Condition::Not(inner) => Condition::Not(Box::new(shifted(inner, offset))),
        Condition::All(parts) => Condition::All(all(parts)),
        Condition::Any(parts) => Condition::Any(all(parts)),
        Condition::AtLeast(needed, parts) => Condition::AtLeast(*needed, all(parts)),
    }
}
