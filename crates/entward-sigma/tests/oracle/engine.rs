//! Our engine over flat events.

use std::ops::ControlFlow;

use entward_sigma::{FieldId, Folding, LogSource, Presence, Record, Rule, RuleSet, Scratch, Value, Vocabulary, parse};

/// No log is told from another, and nothing is folded.
struct Plain;

impl Vocabulary for Plain {
    fn folding(&self, _field: &str) -> Option<Folding> {
        None
    }

    fn streams(&self, _source: &LogSource) -> u64 {
        1
    }
}

struct Flat<'e> {
    event: &'e serde_json::Value,
    names: &'e [String],
}

impl Record for Flat<'_> {
    fn stream(&self) -> u64 {
        1
    }

    fn values(&self, field: FieldId, visit: &mut dyn FnMut(Value<'_>) -> ControlFlow<()>) -> Presence {
        let Some(value) = self.event.get(&self.names[field.index()]) else { return Presence::Missing };
        let _ = match value {
            serde_json::Value::Null => visit(Value::Null),
            serde_json::Value::Bool(value) => visit(Value::Bool(*value)),
            serde_json::Value::String(text) => visit(Value::Text(text)),
            number => visit(Value::Number(&number.to_string())),
        };
        Presence::Present
    }

    fn strings(&self, visit: &mut dyn FnMut(&str) -> ControlFlow<()>) {
        let texts = self.event.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_str());
        let _ = texts.into_iter().try_for_each(visit);
    }

    fn raw(&self) -> Option<&[u8]> {
        None
    }
}

/// Which events a rule matches.
pub(crate) fn matches(rule: &str, events: &[serde_json::Value]) -> Vec<bool> {
    let (rules, errors) = parse("generated.yml", rule);
    assert!(errors.is_empty(), "{errors:?}\n{rule}");
    let (set, errors) = RuleSet::compile(rules, &Plain);
    assert!(errors.is_empty(), "{errors:?}\n{rule}");
    let (mut scratch, mut found) = (Scratch::new(), Vec::new());
    let matches = events.iter().map(|event| {
        set.matches(&Flat { event, names: set.field_names() }, &mut scratch, &mut found);
        !found.is_empty()
    });
    matches.collect()
}

/// Each rule's place and the place of an event that it matches, event by event.
pub(crate) fn all_matches(rules: Vec<Rule>, events: &[serde_json::Value]) -> Vec<(u32, usize)> {
    let (set, errors) = RuleSet::compile(rules, &Plain);
    assert!(errors.is_empty(), "{errors:?}");
    let (mut scratch, mut found, mut all) = (Scratch::new(), Vec::new(), Vec::new());
    for (place, event) in events.iter().enumerate() {
        set.matches(&Flat { event, names: set.field_names() }, &mut scratch, &mut found);
        all.extend(found.iter().map(|rule| (*rule, place)));
    }
    all
}
