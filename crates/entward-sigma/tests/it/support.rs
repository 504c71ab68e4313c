//! A record over `serde_json`, a small vocabulary, and the `check` that all tests are data for.

use std::borrow::Cow;
use std::ops::ControlFlow;

use entward_sigma::{FieldId, Folding, LogSource, Presence, Record, Rule, RuleSet, Scratch, Value, Vocabulary, parse};

/// Field names are paths; arrays are walked wherever they stand.
pub(crate) struct JsonRecord<'a> {
    pub(crate) json: serde_json::Value,
    pub(crate) text: String,
    pub(crate) names: &'a [String],
    pub(crate) stream: u64,
}

impl<'a> JsonRecord<'a> {
    pub(crate) fn new(text: &str, set: &'a RuleSet) -> JsonRecord<'a> {
        let json = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        JsonRecord { json, text: text.to_owned(), names: set.field_names(), stream: 1 }
    }
}

impl Record for JsonRecord<'_> {
    fn stream(&self) -> u64 {
        self.stream
    }

    fn values(&self, field: FieldId, visit: &mut dyn FnMut(Value<'_>) -> ControlFlow<()>) -> Presence {
        let path: Vec<&str> = self.names[field.index()].split('.').collect();
        let mut present = false;
        let _ = walk(&self.json, &path, &mut present, visit);
        if present { Presence::Present } else { Presence::Missing }
    }

    fn strings(&self, visit: &mut dyn FnMut(&str) -> ControlFlow<()>) {
        let _ = all_strings(&self.json, visit);
    }

    fn raw(&self) -> Option<&[u8]> {
        Some(self.text.as_bytes())
    }
}

fn walk(
    json: &serde_json::Value,
    path: &[&str],
    present: &mut bool,
    visit: &mut dyn FnMut(Value<'_>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    match (json, path) {
        (serde_json::Value::Array(elements), path) => {
            *present |= path.is_empty();
            elements.iter().try_for_each(|element| walk(element, path, present, visit))
        }
        (serde_json::Value::Object(members), [name, rest @ ..]) => match members.get(*name) {
            Some(member) => walk(member, rest, present, visit),
            None => ControlFlow::Continue(()),
        },
        (_, [_, ..]) => ControlFlow::Continue(()),
        (leaf, []) => {
            *present = true;
            match leaf {
                serde_json::Value::Null => visit(Value::Null),
                serde_json::Value::Bool(value) => visit(Value::Bool(*value)),
                serde_json::Value::Number(number) => visit(Value::Number(&number.to_string())),
                serde_json::Value::String(text) => visit(Value::Text(text)),
                object => visit(Value::Json(&object.to_string())),
            }
        }
    }
}

fn all_strings(json: &serde_json::Value, visit: &mut dyn FnMut(&str) -> ControlFlow<()>) -> ControlFlow<()> {
    match json {
        serde_json::Value::String(text) => visit(text),
        serde_json::Value::Array(elements) => elements.iter().try_for_each(|element| all_strings(element, visit)),
        serde_json::Value::Object(members) => members.values().try_for_each(|member| all_strings(member, visit)),
        _ => ControlFlow::Continue(()),
    }
}

/// Folds blanks and dashes of `OperationName`; `product: other` is not ours, and
/// `service: second` is stream 2.
pub(crate) struct TestVocabulary;

impl Vocabulary for TestVocabulary {
    fn folding(&self, field: &str) -> Option<Folding> {
        (field == "OperationName").then_some(without_dashes as Folding)
    }

    fn streams(&self, source: &LogSource) -> u64 {
        match (source.product.as_deref(), source.service.as_deref()) {
            (Some("other"), _) => 0,
            (_, Some("second")) => 2,
            _ => 1,
        }
    }
}

fn without_dashes(text: &str) -> Cow<'_, str> {
    let is_dash = |character: char| matches!(character, '-' | '–' | ' ' | '.');
    if !text.contains(is_dash) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|character| !is_dash(*character)).collect())
}

/// A whole rule around a detection.
pub(crate) fn rule_text(detection: &str) -> String {
    let indented: String = detection.trim().lines().map(|line| format!("    {line}\n")).collect();
    format!("title: Test\nlogsource:\n    product: azure\ndetection:\n{indented}")
}

#[track_caller]
pub(crate) fn rules(text: &str) -> Vec<Rule> {
    let (rules, errors) = parse("test.yml", text);
    let shown: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert!(errors.is_empty(), "{}\n{text}", shown.join("\n"));
    rules
}

#[track_caller]
pub(crate) fn compile(text: &str) -> RuleSet {
    let (set, errors) = RuleSet::compile(rules(text), &TestVocabulary);
    assert!(errors.is_empty());
    set
}

/// Checks a detection (its `condition:` included) against a record.
#[track_caller]
pub(crate) fn check_detection(detection: &str, record: &str, expected: bool) {
    let set = compile(&rule_text(detection));
    let record = JsonRecord::new(record, &set);
    let mut out = Vec::new();
    set.matches(&record, &mut Scratch::new(), &mut out);
    assert_eq!(!out.is_empty(), expected, "{detection}\n{}", record.text);
    assert_eq!(set.explain(0, &record).holds, expected, "explained otherwise: {detection}\n{}", record.text);
}

/// Checks one selection, written in YAML's flow style, against a record.
#[track_caller]
pub(crate) fn check(selection: &str, record: &str, expected: bool) {
    check_detection(&format!("selection:\n    {selection}\ncondition: selection"), record, expected);
}
