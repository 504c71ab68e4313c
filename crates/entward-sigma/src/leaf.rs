//! The leaves of compiled rules: one field against its values.

use std::net::{IpAddr, SocketAddr};
use std::ops::ControlFlow;

use ipnet::IpNet;
use regex::Regex;
use rustc_hash::FxHashSet;

use crate::detection::{Item, Test};
use crate::fold::{self, Folding};
use crate::modifier::{Comparison, Operator, TimePart};
use crate::number::{Number, time_part};
use crate::pattern::Matcher;
use crate::value::{FieldId, Presence, Record, Value};

/// A field and what it is compared with. Equal leaves of different rules are one.
#[derive(Debug)]
pub(crate) struct Leaf {
    /// `None`: any string of the record.
    pub(crate) field: Option<FieldId>,
    pub(crate) written: String,
    pub(crate) expected: Vec<String>,
    folding: Option<Folding>,
    cased: bool,
    negated: bool,
    /// A missing field holds the leaf.
    null: bool,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Exists(bool),
    /// Some value has to equal one of many texts.
    OneOf(FxHashSet<Box<str>>),
    /// Some value has to pass some check.
    Any(Vec<Check>),
    /// Of every group, some check has to be passed by some value.
    All(Vec<Vec<Check>>),
}

#[derive(Debug)]
enum Check {
    Null,
    Text(Matcher),
    Regex(Regex),
    Cidr(IpNet),
    Compare(Comparison, Number),
    TimePart(TimePart, Option<Comparison>, Number),
    Reference(FieldId, Option<Folding>, Operator),
}

/// Texts that are written anew for every value, kept so that nothing is allocated.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    pub(crate) folded: String,
    pub(crate) unescaped: String,
    other: String,
    met: Vec<bool>,
}

/// Gives the id and the folding of a field by its name in a rule; `None` when there are
/// more fields than can be numbered.
pub(crate) type Resolve<'r> = dyn FnMut(&str) -> Option<(FieldId, Option<Folding>)> + 'r;

/// A hash set pays from about this many texts on.
const MANY_TEXTS: usize = 8;

impl Leaf {
    /// `resolve` gives the id and the folding of a field named by `fieldref`.
    pub(crate) fn new(
        item: &Item,
        field: Option<FieldId>,
        folding: Option<Folding>,
        resolve: &mut Resolve<'_>,
    ) -> Option<Leaf> {
        let folding = if item.cased { None } else { folding };
        let mut groups = Vec::new();
        for group in &item.groups {
            let mut checks = Vec::new();
            for test in group {
                checks.push(match test {
                    Test::Null => Check::Null,
                    Test::Text(pattern) if item.cased => Check::Text(Matcher::new(pattern)),
                    Test::Text(pattern) => {
                        Check::Text(Matcher::new(&pattern.mapped(|text| fold::folded(text, folding))))
                    }
                    Test::Regex(regex) => Check::Regex(regex.clone()),
                    Test::Cidr(network) => Check::Cidr(*network),
                    Test::Compare(comparison, limit) => Check::Compare(*comparison, *limit),
                    Test::TimePart(part, comparison, number) => Check::TimePart(*part, *comparison, *number),
                    Test::Exists(wanted) => return Some(Leaf::with(item, field, folding, Kind::Exists(*wanted))),
                    Test::Reference(name, operator) => {
                        let (other, other_folding) = resolve(name)?;
                        let other_folding = if item.cased { None } else { other_folding };
                        Check::Reference(other, other_folding, *operator)
                    }
                });
            }
            groups.push(checks);
        }
        let kind = if item.all && groups.len() > 1 {
            Kind::All(groups)
        } else {
            one_of_or_any(groups.into_iter().flatten().collect(), item.cased)
        };
        Some(Leaf::with(item, field, folding, kind))
    }

    fn with(item: &Item, field: Option<FieldId>, folding: Option<Folding>, kind: Kind) -> Leaf {
        let is_null = |test: &Test| matches!(test, Test::Null);
        let null = if item.all {
            item.groups.iter().all(|group| group.iter().any(is_null))
        } else {
            item.groups.iter().flatten().any(is_null)
        };
        Leaf {
            field,
            written: item.written.clone(),
            expected: item.expected.clone(),
            folding,
            cased: item.cased,
            negated: item.negated,
            null,
            kind,
        }
    }

    /// The fields that the leaf reads.
    pub(crate) fn fields(&self) -> impl Iterator<Item = FieldId> {
        let groups: &[Vec<Check>] = match &self.kind {
            Kind::All(groups) => groups,
            Kind::Any(checks) => std::slice::from_ref(checks),
            Kind::Exists(_) | Kind::OneOf(_) => &[],
        };
        let others = groups.iter().flatten().filter_map(|check| match check {
            Check::Reference(other, ..) => Some(*other),
            _ => None,
        });
        self.field.into_iter().chain(others)
    }

    /// Whether the record meets the leaf.
    pub(crate) fn holds(&self, record: &impl Record, buffers: &mut Buffers) -> bool {
        let met = match self.field {
            Some(field) => self.field_holds(field, record, buffers),
            None => self.keywords_hold(record, buffers),
        };
        met != self.negated
    }

    fn field_holds(&self, field: FieldId, record: &impl Record, buffers: &mut Buffers) -> bool {
        let mut met = false;
        let presence = match &self.kind {
            Kind::Exists(wanted) => {
                let presence = record.values(field, &mut |_| ControlFlow::Break(()));
                return (presence == Presence::Present) == *wanted;
            }
            Kind::OneOf(texts) => record.values(field, &mut |value| {
                met = self.is_one_of(texts, value, buffers);
                stop_if(met)
            }),
            Kind::Any(checks) => record.values(field, &mut |value| {
                met = self.passes_any(checks, value, record, buffers);
                stop_if(met)
            }),
            Kind::All(groups) => {
                let mut groups_met = std::mem::take(&mut buffers.met);
                groups_met.clear();
                groups_met.resize(groups.len(), false);
                let presence = record.values(field, &mut |value| {
                    for (group, group_met) in groups.iter().zip(&mut groups_met) {
                        *group_met = *group_met || self.passes_any(group, value, record, buffers);
                    }
                    met = groups_met.iter().all(|met| *met);
                    stop_if(met)
                });
                buffers.met = groups_met;
                presence
            }
        };
        met || (self.null && presence == Presence::Missing)
    }

    fn keywords_hold(&self, record: &impl Record, buffers: &mut Buffers) -> bool {
        let mut met = false;
        match &self.kind {
            Kind::Any(checks) => record.strings(&mut |text| {
                met = self.passes_any(checks, Value::Text(text), record, buffers);
                stop_if(met)
            }),
            Kind::All(groups) => {
                let mut groups_met = std::mem::take(&mut buffers.met);
                groups_met.clear();
                groups_met.resize(groups.len(), false);
                record.strings(&mut |text| {
                    for (group, group_met) in groups.iter().zip(&mut groups_met) {
                        *group_met = *group_met || self.passes_any(group, Value::Text(text), record, buffers);
                    }
                    met = groups_met.iter().all(|met| *met);
                    stop_if(met)
                });
                buffers.met = groups_met;
            }
            Kind::OneOf(_) | Kind::Exists(_) => {}
        }
        met
    }

    fn is_one_of(&self, texts: &FxHashSet<Box<str>>, value: Value<'_>, buffers: &mut Buffers) -> bool {
        let text = match value {
            Value::Text(text) | Value::Number(text) => text,
            Value::Bool(value) => boolean(value),
            Value::Null | Value::Json(_) => return false,
        };
        fold::fold_into(&mut buffers.folded, text, self.folding);
        texts.contains(buffers.folded.as_str())
    }

    fn passes_any(&self, checks: &[Check], value: Value<'_>, record: &impl Record, buffers: &mut Buffers) -> bool {
        let text = match value {
            Value::Null => return checks.iter().any(|check| matches!(check, Check::Null)),
            Value::Text(text) | Value::Number(text) => text,
            Value::Bool(value) => boolean(value),
            Value::Json(json) => return self.looks_into(checks, json, buffers),
        };
        let mut is_folded = false;
        checks.iter().any(|check| match check {
            Check::Null => false,
            Check::Text(matcher) if self.cased => match value {
                Value::Bool(true) => ["true", "True", "TRUE"].iter().any(|text| matcher.fits(text)),
                Value::Bool(false) => ["false", "False", "FALSE"].iter().any(|text| matcher.fits(text)),
                _ => matcher.fits(text),
            },
            Check::Text(matcher) => {
                if !is_folded {
                    fold::fold_into(&mut buffers.folded, text, self.folding);
                    is_folded = true;
                }
                matcher.fits(&buffers.folded)
            }
            Check::Regex(regex) => regex.is_match(text),
            Check::Cidr(network) => address(text).is_some_and(|address| network.contains(&address)),
            Check::Compare(comparison, limit) => {
                Number::parse(text).is_some_and(|number| number.fits(*comparison, *limit))
            }
            Check::TimePart(part, comparison, wanted) => {
                time_part(text, *part).map(Number::Whole).is_some_and(|found| match comparison {
                    Some(comparison) => found.fits(*comparison, *wanted),
                    None => found.order(*wanted) == Some(std::cmp::Ordering::Equal),
                })
            }
            Check::Reference(other, other_folding, operator) => {
                is_folded = false;
                self.refers(text, *other, *other_folding, *operator, record, buffers)
            }
        })
    }

    /// Whether `text` compares with some value of another field.
    fn refers(
        &self,
        text: &str,
        other: FieldId,
        other_folding: Option<Folding>,
        operator: Operator,
        record: &impl Record,
        buffers: &mut Buffers,
    ) -> bool {
        if !self.cased {
            fold::fold_into(&mut buffers.folded, text, self.folding);
        }
        let Buffers { folded, other: other_folded, .. } = buffers;
        let text = if self.cased { text } else { folded.as_str() };
        let mut met = false;
        record.values(other, &mut |value| {
            let wanted = match value {
                Value::Text(wanted) | Value::Number(wanted) => wanted,
                Value::Bool(value) => boolean(value),
                Value::Null | Value::Json(_) => return ControlFlow::Continue(()),
            };
            let wanted = if self.cased {
                wanted
            } else {
                fold::fold_into(other_folded, wanted, other_folding);
                other_folded.as_str()
            };
            met = match operator {
                Operator::Contains => text.contains(wanted),
                Operator::StartsWith => text.starts_with(wanted),
                Operator::EndsWith => text.ends_with(wanted),
                _ => text == wanted,
            };
            stop_if(met)
        });
        met
    }

    /// Whether a check finds something in the text of an object, or in that text
    /// with its escapes undone: objects often hold JSON inside a string.
    fn looks_into(&self, checks: &[Check], json: &str, buffers: &mut Buffers) -> bool {
        if self.finds(checks, json, &mut buffers.folded) {
            return true;
        }
        if memchr::memchr(b'\\', json.as_bytes()).is_none() {
            return false;
        }
        fold::unescape_into(&mut buffers.unescaped, json);
        self.finds(checks, &buffers.unescaped, &mut buffers.folded)
    }

    fn finds(&self, checks: &[Check], text: &str, folded: &mut String) -> bool {
        let mut is_folded = false;
        checks.iter().any(|check| match check {
            Check::Text(matcher) if !matcher.is_open() => false,
            Check::Text(matcher) if self.cased => matcher.fits(text),
            Check::Text(matcher) => {
                if !is_folded {
                    fold::fold_into(folded, text, self.folding);
                    is_folded = true;
                }
                matcher.fits(folded)
            }
            Check::Regex(regex) => regex.is_match(text),
            _ => false,
        })
    }
}

fn one_of_or_any(checks: Vec<Check>, cased: bool) -> Kind {
    let all_exact = checks.iter().all(|check| matches!(check, Check::Text(Matcher::Exact(_))));
    if cased || !all_exact || checks.len() < MANY_TEXTS {
        return Kind::Any(checks);
    }
    let texts = checks.into_iter().filter_map(|check| match check {
        Check::Text(Matcher::Exact(text)) => Some(text),
        _ => None,
    });
    Kind::OneOf(texts.collect())
}

fn stop_if(met: bool) -> ControlFlow<()> {
    if met { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

pub(crate) fn boolean(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

/// An address, also with a port behind it, IPv4 inside IPv6 taken out.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<IpAddr>().ok();
    let address = text
        .parse::<IpAddr>()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .or_else(bracketed)?;
    Some(address.to_canonical())
}
