//! What two published parsers take from the same records, and where we say otherwise.

use std::collections::BTreeSet;

use entward_analysis::knowledge::Knowledge;
use entward_analysis::normalize::normalize;
use entward_model::{Event, Log};
use serde_json::Value;

use crate::files;

const EMISSION: &str = "they give the time of emission, we that of the sign-in (`createdDateTime`)";
const ACTIVITY: &str = "they give the time of emission, we that of the risky activity (`activityDateTime`)";
const KEY: &str =
    "they give `UserKey`, which is a key of the log and at times a PUID; we the object id that the record has";
const NO_ID: &str = "they give `UserKey`; the record has no object id of the person, so we give none";
const NO_STATUS: &str = "the record has no `ResultStatus`; they take every record for a success";

/// File, what is asked, why our answer is right.
const DISAGREEMENTS: &[(&str, &str, &str)] = &[
    (
        "elastic-integrations/signinlogs/test-non-interactive-user.log",
        "user_name",
        "they cut the principal name at its `@`",
    ),
    ("sekoia-intake-formats/azure-ad/sign-in_activity5.json", "time", EMISSION),
    ("sekoia-intake-formats/azure-ad/sign-in_activity7.json", "time", EMISSION),
    ("sekoia-intake-formats/azure-ad/user_risk_detection.json", "time", ACTIVITY),
    ("sekoia-intake-formats/azure-ad/user_risk_detection_3.json", "time", ACTIVITY),
    (
        "sekoia-intake-formats/entraid-graphapi/test_signin.json",
        "user_name",
        "they give the display name, we the principal name",
    ),
    ("sekoia-intake-formats/o365/ad.json", "user_id", KEY),
    (
        "sekoia-intake-formats/o365/ad_1.json",
        "user_name",
        "they give `UserId`, we the principal name in the bag of the actor",
    ),
    ("sekoia-intake-formats/o365/ad_2.json", "user_id", KEY),
    ("sekoia-intake-formats/o365/browser_log.json", "outcome", NO_STATUS),
    ("sekoia-intake-formats/o365/browser_log.json", "user_id", NO_ID),
    ("sekoia-intake-formats/o365/external_user.json", "outcome", NO_STATUS),
    ("sekoia-intake-formats/o365/external_user.json", "user_id", NO_ID),
    (
        "sekoia-intake-formats/o365/extra_fields_2.json",
        "user_name",
        "they give the person whom the alert is about; the actor is the alert service of the record",
    ),
    ("sekoia-intake-formats/o365/operation_properties_03.json", "user_id", NO_ID),
    ("sekoia-intake-formats/o365/source_log.json", "outcome", NO_STATUS),
    ("sekoia-intake-formats/o365/source_log.json", "user_id", NO_ID),
    ("sekoia-intake-formats/o365/test_appName_field.json", "user_id", KEY),
    ("sekoia-intake-formats/o365/user_logged_in.json", "user_id", KEY),
    ("sekoia-intake-formats/o365/user_logged_in_2.json", "user_id", KEY),
];

#[test]
fn each_disagreement_with_published_parsers_has_its_reason() {
    let Some(folder) = files::corpora() else { return };
    let shapes = files::listed();
    let text = std::fs::read_to_string(folder.join("normalisation_truth.jsonl")).unwrap();
    let mut found = BTreeSet::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let path = line["file"].as_str().unwrap();
        let Some((_, shape)) = shapes.iter().find(|(listed, _)| listed == path) else { continue };
        if shape.log() == Log::Audit {
            continue;
        }
        let event = normalize(Knowledge::bundled(), *shape, &line["event"]);
        for (asked, said) in line["truth"].as_object().unwrap() {
            let Some(said) = said.as_str() else { continue };
            let Some(ours) = ours(asked, &event) else { continue };
            if !agrees(asked, said, &ours) {
                eprintln!("{path}: {asked}: they say `{said}`, we say `{ours}`");
                found.insert((path.to_owned(), asked.clone()));
            }
        }
    }
    let listed: BTreeSet<_> =
        DISAGREEMENTS.iter().map(|(path, asked, _)| ((*path).to_owned(), (*asked).to_owned())).collect();
    assert_eq!(found, listed);
}

/// Our answer; `None` where the event has no place for what is asked.
fn ours(asked: &str, event: &Event) -> Option<String> {
    // The parsers call the person at risk the user; to us nobody acted, and that person is the target.
    let (id, name) = match event.log {
        Log::Risk => (event.targets[0].id.clone(), event.targets[0].name.clone()),
        _ => (event.actor.id.clone(), event.actor.name.clone()),
    };
    let answer = match asked {
        "time" => event.time.map(|time| time.to_string()),
        "action" => Some(event.operation_seen.clone()),
        "outcome" => Some(event.outcome.as_str().to_owned()),
        "source_ip" => event.actor.address.clone(),
        "user_id" => id,
        // Of the two names a principal has, the event holds the one that is unique.
        "user_name" => name,
        "tenant_id" => event.tenant.clone(),
        "subscription_id" => event.subscription.clone(),
        "correlation_id" => event.correlation_id.clone(),
        // Elsewhere it is the path of the tenant, which the event holds as the tenant.
        "resource_id" if matches!(event.log, Log::Activity | Log::Resource) => event.targets[0].id.clone(),
        _ => return None,
    };
    Some(answer.unwrap_or_default())
}

fn agrees(asked: &str, said: &str, ours: &str) -> bool {
    match asked {
        // They cut to milliseconds or microseconds.
        "time" => {
            let cut = said.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.');
            ours.starts_with(cut)
        }
        "action" => said == ours.trim_end_matches('.'),
        _ => said.eq_ignore_ascii_case(ours),
    }
}
