//! How long a record takes that concerns nobody, by the number of rules. Run with
//! `cargo test --release -p entward-sigma -- --ignored --nocapture speed`.

use std::ops::ControlFlow;
use std::time::Instant;

use entward_sigma::{FieldId, Presence, Record, RuleSet, Scratch, Value};

use crate::support::{TestVocabulary, rule_text, rules};

/// A record that has gathered its values before, as an embedder does.
struct Gathered<'a> {
    values: Vec<Option<&'a str>>,
    raw: &'a str,
}

impl Record for Gathered<'_> {
    fn stream(&self) -> u64 {
        1
    }

    fn values(&self, field: FieldId, visit: &mut dyn FnMut(Value<'_>) -> ControlFlow<()>) -> Presence {
        match self.values[field.index()] {
            Some(text) => {
                let _ = visit(Value::Text(text));
                Presence::Present
            }
            None => Presence::Missing,
        }
    }

    fn strings(&self, visit: &mut dyn FnMut(&str) -> ControlFlow<()>) {
        for text in self.values.iter().flatten() {
            let _ = visit(text);
        }
    }

    fn raw(&self) -> Option<&[u8]> {
        Some(self.raw.as_bytes())
    }
}

fn nanoseconds(rule_count: usize, keywords: bool, operation: &str) -> f64 {
    let mut texts: Vec<String> = (0..rule_count)
        .map(|number| {
            rule_text(&format!(
                "s:\n    OperationName: Operation number {number}\n    Target|contains: part{number}\nf:\n    Result: failure\ncondition: s and not f"
            ))
        })
        .collect();
    if keywords {
        texts.push(rule_text("k: ['Microsoft.Storage/listKeys/action', 'Microsoft.Compute/snapshots/write', 'Microsoft.Network/networkSecurityGroups/write']\ncondition: k"));
    }
    let (set, _) = RuleSet::compile(rules(&texts.join("---\n")), &TestVocabulary);
    let raw = r#"{"time":"2026-11-24T09:05:59Z","resourceId":"/tenants/x","properties":{"a":"\"b\""}},"#.repeat(30);
    let values = set.field_names().iter().map(|name| Some(if name == "OperationName" { operation } else { "other" }));
    let record = Gathered { values: values.collect(), raw: &raw };
    let mut scratch = Scratch::new();
    let mut out = Vec::new();
    let rounds = 1_000_000;
    let begun = Instant::now();
    for _ in 0..rounds {
        set.matches(std::hint::black_box(&record), &mut scratch, &mut out);
    }
    begun.elapsed().as_secs_f64() * 1e9 / f64::from(rounds)
}

#[test]
#[ignore = "measures time"]
fn speed_by_number_of_rules() {
    for rule_count in [1, 130, 3_000] {
        let quiet = nanoseconds(rule_count, false, "Update user");
        let candidate = nanoseconds(rule_count, false, "Operation number 0");
        let keywords = nanoseconds(rule_count, true, "Update user");
        eprintln!(
            "{rule_count} rules: quiet {quiet:.0} ns, one candidate {candidate:.0} ns, with keywords {keywords:.0} ns"
        );
    }
}

#[test]
#[ignore = "measures time"]
fn speed_with_sample_rules() {
    let Some(folder) = crate::samples::samples() else { return };
    let mut files = Vec::new();
    crate::samples::rule_files(&folder, &mut files);
    let texts: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).expect("a text")).collect();
    let (set, _) = RuleSet::compile(rules(&texts.join("\n---\n")), &TestVocabulary);
    let names: Vec<&str> =
        set.deciding_fields(1).iter().map(|field| set.field_names()[field.index()].as_str()).collect();
    eprintln!("decided by {names:?}");
    let long =
        r#"[{"id":"00000000-0000-4000-8000-000000000000","displayName":"Alice","modifiedProperties":[]}]"#.repeat(20);
    let values =
        set.field_names().iter().map(|name| Some(if name.contains("Target") { long.as_str() } else { "other" }));
    let record = Gathered { values: values.collect(), raw: &long };
    let mut scratch = Scratch::new();
    let mut out = Vec::new();
    let begun = Instant::now();
    for _ in 0..200_000 {
        set.matches(std::hint::black_box(&record), &mut scratch, &mut out);
    }
    eprintln!("{} rules over all logs at once: {:.0} ns", set.rules().len(), begun.elapsed().as_secs_f64() * 1e9 / 2e5);
}
