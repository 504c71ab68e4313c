//! What two published parsers take from the same audit records, and where we say otherwise.

use std::collections::BTreeSet;

use entward_analysis::knowledge::Knowledge;
use entward_analysis::normalize::normalize;
use entward_model::{Event, Log};
use serde_json::Value;

use crate::files;

/// File, what is asked, why our answer is right.
const DISAGREEMENTS: &[(&str, &str, &str)] = &[(
    "sekoia-intake-formats/entraid-graphapi/test_event_0077.json",
    "user_name",
    "they take the display name; the principal name is unique in the tenant, a display name is anybody's choice",
)];

#[test]
fn each_disagreement_with_published_parsers_has_its_reason() {
    let Some(folder) = files::corpora() else { return };
    let shapes = files::listed();
    let text = std::fs::read_to_string(folder.join("normalisation_truth.jsonl")).unwrap();
    let mut found = BTreeSet::new();
    let mut answers = Vec::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let path = line["file"].as_str().unwrap();
        let Some((_, shape)) = shapes.iter().find(|(listed, _)| listed == path) else { continue };
        if shape.log() != Log::Audit {
            continue;
        }
        let event = normalize(Knowledge::bundled(), *shape, &line["event"]);
        for (asked, said) in line["truth"].as_object().unwrap() {
            let Some(said) = said.as_str() else { continue };
            let Some(ours) = ours(asked, &event) else { continue };
            if !agrees(asked, said, &ours) {
                answers.push(format!("{path}: {asked}: they say `{said}`, we say `{ours}`"));
                found.insert((path.to_owned(), asked.clone()));
            }
        }
    }
    let listed: BTreeSet<_> =
        DISAGREEMENTS.iter().map(|(path, asked, _)| ((*path).to_owned(), (*asked).to_owned())).collect();
    assert_eq!(found, listed, "{answers:#?}");
}

/// Our answer; `None` where the event has no place for what is asked (the resource id is the tenant's path).
fn ours(asked: &str, event: &Event) -> Option<String> {
    let answer = match asked {
        "time" => event.time.map(|time| time.to_string()),
        "action" => Some(event.operation_seen.clone()),
        "outcome" => Some(event.outcome.as_str().to_owned()),
        "source_ip" => event.actor.address.clone(),
        "user_id" => event.actor.id.clone(),
        "user_name" => event.actor.name.clone(),
        "tenant_id" => event.tenant.clone(),
        "correlation_id" => event.correlation_id.clone(),
        _ => return None,
    };
    Some(answer.unwrap_or_default())
}

fn agrees(asked: &str, said: &str, ours: &str) -> bool {
    match asked {
        // They cut to milliseconds or microseconds.
        "time" => ours.starts_with(said.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.')),
        _ => said.eq_ignore_ascii_case(ours),
    }
}
