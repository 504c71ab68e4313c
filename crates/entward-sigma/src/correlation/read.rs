//! From the document of a correlation to what can be resolved.

use super::threshold::{Limit, Threshold};
use super::{CorrelationCondition, CorrelationKind, Expression, Timespan};
use crate::condition::{self, Condition};
use crate::document::Reader;
use crate::error::{Place, RuleError, RuleErrorKind};
use crate::rule::About;
use crate::yaml::{Entry, Kind, Node};

/// A correlation whose references are still words.
pub(crate) struct Draft {
    pub(crate) about: About,
    pub(crate) kind: CorrelationKind,
    pub(crate) members: Vec<(String, Place)>,
    pub(crate) group_by: Vec<String>,
    pub(crate) timespan: Timespan,
    pub(crate) condition: CorrelationCondition,
    pub(crate) fields: Vec<String>,
    pub(crate) aliases: Vec<DraftAlias>,
    pub(crate) generate: bool,
}

/// An alias, and the field of each rule that it names.
pub(crate) struct DraftAlias {
    pub(crate) name: String,
    pub(crate) fields: Vec<(String, Place, String)>,
}

const KEYS: &[&str] = &["type", "rules", "group-by", "timespan", "condition", "aliases", "generate", "field"];

/// Presence is a bit of a word.
const MOST_MEMBERS: usize = 64;

/// Reads a document with `correlation:`.
pub(crate) fn read(file: &str, document: &Node, entry: &Entry) -> Result<Draft, Vec<RuleError>> {
    let mut reader = Reader::new(file);
    let about = reader.about(document);
    let draft = match &entry.value.kind {
        Kind::Map(_) => body(&mut reader, document, &entry.value),
        _ => {
            reader.wrong_type(&entry.value, "correlation", "a map (`type:`, `rules:`, `timespan:`, …)");
            None
        }
    };
    match (about, draft) {
        (Some(about), Some(draft)) if reader.errors.is_empty() => Ok(Draft { about, ..draft }),
        _ => Err(reader.errors),
    }
}

fn body(reader: &mut Reader<'_>, document: &Node, map: &Node) -> Option<Draft> {
    if let Kind::Map(entries) = &map.kind {
        for entry in entries.iter().filter(|entry| !KEYS.contains(&entry.key.as_str())) {
            let word = entry.key.clone();
            reader.at(entry, RuleErrorKind::UnknownWord { what: "key of a correlation", word, known: KEYS });
        }
    }
    let kind = kind(reader, map);
    let timespan = Timespan::read(reader, map, "timespan");
    let mut members = members(reader, map);
    let group_by = reader.texts(map, "group-by");
    let generate = generate(reader, document) | generate(reader, map);
    let aliases = aliases(reader, map);
    let kind = kind?;
    let condition = condition(reader, map, kind, &mut members)?;
    if members.is_empty() {
        reader.missing(map, "rules");
    }
    if members.len() > MOST_MEMBERS {
        let why = format!("it names {} rules", members.len());
        reader.unfit(
            map,
            "rules",
            why,
            format!("correlate at most {MOST_MEMBERS} at once; chain correlations for more"),
        );
    }
    let followed = kind != CorrelationKind::TemporalOrdered
        || members.len() > MOST_MEMBERS
        || crate::correlate::alternatives(members.len(), &condition).is_some();
    if !followed {
        let why = "there are too many ways in which the rules may follow each other";
        reader.unfit(map, "condition", why, "write several correlations");
    }
    let (kind, fields) = fields(reader, map, kind);
    let timespan = timespan?;
    Some(Draft { about: About::default(), kind, members, group_by, timespan, condition, fields, aliases, generate })
}

fn kind(reader: &mut Reader<'_>, map: &Node) -> Option<CorrelationKind> {
    let word = reader.required(map, "type")?;
    let kind = CorrelationKind::parse(&word);
    if let (None, Some(entry)) = (kind, map.get("type")) {
        reader.unknown(&entry.value, "correlation type", &word, CorrelationKind::WORDS);
    }
    kind
}

fn members(reader: &mut Reader<'_>, map: &Node) -> Vec<(String, Place)> {
    let Some(entry) = map.get("rules") else { return Vec::new() };
    let members = reader.placed_texts(entry);
    for (at, (member, place)) in members.iter().enumerate() {
        if members[..at].iter().any(|(before, _)| before == member) {
            let why = format!("`{member}` stands twice");
            let cure = "name each rule once".to_owned();
            let kind = RuleErrorKind::Unfit { key: "rules".to_owned(), why, cure };
            reader.errors.push(RuleError { place: place.clone(), kind });
        }
    }
    members
}

/// Sigma puts it beside `correlation:`; pySigma reads it inside.
fn generate(reader: &mut Reader<'_>, map: &Node) -> bool {
    let Some(word) = reader.text(map, "generate") else { return false };
    let answer = match word.to_ascii_lowercase().as_str() {
        "true" | "yes" => Some(true),
        "false" | "no" => Some(false),
        _ => None,
    };
    if let (None, Some(entry)) = (answer, map.get("generate")) {
        reader.unfit(&entry.value, "generate", format!("`{word}` is neither yes nor no"), "write `true` or `false`");
    }
    answer.unwrap_or(false)
}

fn aliases(reader: &mut Reader<'_>, map: &Node) -> Vec<DraftAlias> {
    let Some(entry) = map.get("aliases") else { return Vec::new() };
    let Kind::Map(entries) = &entry.value.kind else {
        if !matches!(entry.value.kind, Kind::Null) {
            reader.wrong_type(&entry.value, "aliases", "a map from an alias to a map from rules to fields");
        }
        return Vec::new();
    };
    let mut aliases = Vec::new();
    for alias in entries {
        let Kind::Map(rules) = &alias.value.kind else {
            reader.wrong_type(&alias.value, &alias.key, "a map from rules to fields");
            continue;
        };
        let mut fields = Vec::new();
        for rule in rules {
            let Some(field) = reader.text(&alias.value, &rule.key) else {
                reader.at(rule, RuleErrorKind::Empty(rule.key.clone()));
                continue;
            };
            let place = crate::yaml::place(reader.file, rule.line, rule.column);
            fields.push((rule.key.clone(), place, field));
        }
        aliases.push(DraftAlias { name: alias.key.clone(), fields });
    }
    aliases
}

fn condition(
    reader: &mut Reader<'_>,
    map: &Node,
    kind: CorrelationKind,
    members: &mut Vec<(String, Place)>,
) -> Option<CorrelationCondition> {
    let Some(entry) = map.get("condition") else {
        if kind.is_temporal() {
            // Sigma: all of the rules.
            let all = (0..members.len()).map(Expression::Member).collect();
            return Some(CorrelationCondition::Expression(Expression::All(all)));
        }
        reader.push(map, RuleErrorKind::Missing("condition of the correlation"));
        return None;
    };
    match &entry.value.kind {
        Kind::Map(entries) => threshold(reader, &entry.value, entries, kind, members.len()),
        Kind::Scalar { text, .. } if kind.is_temporal() => {
            if members.is_empty() {
                *members = names(text).into_iter().map(|name| (name, entry.value.place(reader.file))).collect();
            }
            let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
            match condition::parse_all(reader.file, &entry.value, &names) {
                Ok(mut read) if read.len() == 1 => {
                    Some(CorrelationCondition::Expression(expression(read.swap_remove(0))))
                }
                Ok(_) => None,
                Err(error) => {
                    reader.errors.push(error);
                    None
                }
            }
        }
        _ => {
            let expected = if kind.is_temporal() {
                "a map such as `gte: 2`, or text such as `rule_a and rule_b`"
            } else {
                "a map such as `gte: 10`"
            };
            reader.wrong_type(&entry.value, "condition", expected);
            None
        }
    }
}

/// The rules that an extended condition names, in the order in which it does.
fn names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for word in text.split(|character: char| character.is_whitespace() || matches!(character, '(' | ')')) {
        let reserved = ["", "and", "or", "not"].iter().any(|reserved| word.eq_ignore_ascii_case(reserved));
        if !reserved && !names.iter().any(|name| name == word) {
            names.push(word.to_owned());
        }
    }
    names
}

fn expression(condition: Condition) -> Expression {
    let all = |parts: Vec<Condition>| parts.into_iter().map(expression).collect();
    match condition {
        Condition::Selection(number) => Expression::Member(number),
        Condition::Not(inner) => Expression::Not(Box::new(expression(*inner))),
        Condition::All(parts) => Expression::All(all(parts)),
        Condition::Any(parts) => Expression::Any(all(parts)),
        Condition::AtLeast(needed, parts) => Expression::AtLeast(needed, all(parts)),
    }
}

const CONDITION_KEYS: &[&str] = &["gt", "gte", "lt", "lte", "eq", "neq", "field", "percentile"];

fn threshold(
    reader: &mut Reader<'_>,
    node: &Node,
    entries: &[Entry],
    kind: CorrelationKind,
    members: usize,
) -> Option<CorrelationCondition> {
    let mut limits = Vec::new();
    for entry in entries {
        let Some(limit) = Limit::parse(&entry.key) else {
            if !CONDITION_KEYS.contains(&entry.key.as_str()) {
                let word = entry.key.clone();
                let known = CONDITION_KEYS;
                reader.at(entry, RuleErrorKind::UnknownWord { what: "part of a condition", word, known });
            }
            continue;
        };
        let text = reader.text(node, &entry.key).unwrap_or_default();
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite() && number.abs() <= 1e15);
        match number {
            Some(number) => limits.push((limit, number)),
            None => reader.unfit(&entry.value, &entry.key, format!("`{text}` is no number"), "write a number"),
        }
    }
    if limits.is_empty() {
        if reader.errors.is_empty() {
            let cure = "add one of gt, gte, lt, lte, eq, neq, for example `gte: 10`";
            reader.unfit(node, "condition", "it holds no limit", cure);
        }
        return None;
    }
    let monotone = limits.iter().all(|(limit, _)| matches!(limit, Limit::Above | Limit::AtLeast));
    if kind == CorrelationKind::TemporalOrdered && !monotone {
        let cure = "use `gt` or `gte`, or write which rules have to follow each other: `rule_a and rule_b`";
        reader.unfit(node, "condition", "how many rules followed each other has no upper limit", cure);
    }
    let needs_more = limits.iter().any(|(limit, number)| match limit {
        Limit::AtLeast | Limit::Exactly => *number > members as f64,
        Limit::Above => *number >= members as f64,
        _ => false,
    });
    if kind.is_temporal() && needs_more && members > 0 {
        let why = format!("it asks for more rules than the {members} that there are");
        reader.unfit(node, "condition", why, "ask for at most as many as `rules:` names");
    }
    Some(CorrelationCondition::Threshold(Threshold { limits }))
}

/// The counted fields, and the kind with its percentile.
fn fields(reader: &mut Reader<'_>, map: &Node, kind: CorrelationKind) -> (CorrelationKind, Vec<String>) {
    // Sigma puts `field` into the condition; a few rules have it beside.
    let condition = map.get("condition").map(|entry| &entry.value);
    let holder = condition.filter(|node| node.get("field").is_some()).unwrap_or(map);
    let fields = reader.texts(holder, "field");
    if kind.needs_field() && fields.is_empty() {
        reader.push(condition.unwrap_or(map), RuleErrorKind::Missing("field in the condition"));
    }
    if fields.len() > 1 && kind != CorrelationKind::ValueCount {
        let cure = "name one field; several are counted together by `value_count` only";
        reader.unfit(holder, "field", format!("`{}` looks at one field", kind.as_str()), cure);
    }
    let Some(entry) = condition.and_then(|node| node.get("percentile")) else { return (kind, fields) };
    if !matches!(kind, CorrelationKind::ValuePercentile(_)) {
        reader.unfit(&entry.value, "percentile", "only `value_percentile` has one", "take it out");
        return (kind, fields);
    }
    let text = condition.and_then(|node| reader.text(node, "percentile")).unwrap_or_default();
    let number = text.parse::<f64>().ok().filter(|number| (0.0..=100.0).contains(number));
    if number.is_none() {
        let why = format!("`{text}` is no percentile");
        reader.unfit(&entry.value, "percentile", why, "write a number from 0 to 100");
    }
    (CorrelationKind::ValuePercentile(number), fields)
}
