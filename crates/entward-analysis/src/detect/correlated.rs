//! What the correlator has to be told of a record, and how rules and correlations are named.

use std::ops::ControlFlow;

use entward_model::RuleRef;
use entward_sigma::{Collection, FieldId, Record, Rule, RuleSet, Value};
use serde::{Deserialize, Serialize};

use super::{Role, level_of};

/// A match that is an event to the correlator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correlated {
    /// The rule's number in its collection.
    pub rule: u32,
    /// The values of the fields that the correlator asks for, in its order; `None` where the record has none.
    pub values: Vec<Option<String>>,
}

/// What the correlator wants of the rules that a record matched.
pub(super) fn of(matched: &[u32], roles: &[Role], set: &RuleSet, record: &impl Record) -> Vec<Correlated> {
    let wanted = matched.iter().filter(|rule| roles[**rule as usize].correlates);
    wanted
        .map(|rule| Correlated {
            rule: set.rules()[*rule as usize].number(),
            values: set.correlated_fields(*rule).iter().map(|field| first_value(*field, record)).collect(),
        })
        .collect()
}

/// The first value of a field, as text.
fn first_value(field: FieldId, record: &impl Record) -> Option<String> {
    let mut found = None;
    record.values(field, &mut |value| {
        found = match value {
            Value::Text(text) | Value::Number(text) | Value::Json(text) => Some(text.to_owned()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null => None,
        };
        if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    found.filter(|text| !text.is_empty())
}

/// Rules, and behind them correlations, as alerts name them.
pub(super) fn book(rules: &[Rule], collection: &Collection) -> Vec<RuleRef> {
    let rules = rules.iter().map(|rule| RuleRef {
        id: crate::alert::rule_id(rule),
        title: rule.about.title.clone(),
        level: level_of(rule.about.level),
    });
    let correlations = collection.correlations.iter().map(|correlation| RuleRef {
        id: correlation.about.id.clone().unwrap_or_else(|| correlation.about.place.to_string()),
        title: correlation.about.title.clone(),
        level: level_of(correlation.about.level),
    });
    rules.chain(correlations).collect()
}
