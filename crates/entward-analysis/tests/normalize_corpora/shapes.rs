//! Every record of every shape is read, and says at least what all of its kind say.

use std::collections::BTreeMap;

use entward_analysis::knowledge::Knowledge;
use entward_analysis::normalize::normalize;
use entward_model::{ActorKind, Event, Log, Outcome, SHAPES, Shape, Typed};
use serde_json::Value;

use crate::files;

fn events(wanted: impl Fn(&str, Shape) -> bool) -> Vec<(String, Event)> {
    let files = files::listed().into_iter().filter(|(path, shape)| wanted(path, *shape));
    let events = files.flat_map(|(path, shape)| {
        let records = files::records(&path);
        records.into_iter().map(move |record| (path.clone(), normalize(Knowledge::bundled(), shape, &record)))
    });
    events.collect()
}

#[test]
fn every_record_has_a_time_an_operation_and_somebody_or_something() {
    // Published cut short, about time formats alone, an alert of the old security API under the wrong name, a
    // time with 65 seconds.
    const ODD: &[&str] = &[
        "stratus-red-team-docs/",
        "test-time-formats-corner-cases.log",
        "sentinelone-ai-siem/m365_audit_sample.json",
        "o365_userloginfailed.json",
    ];
    for (path, event) in events(|path, _| !ODD.iter().any(|odd| path.contains(odd))) {
        assert!(event.time.is_some(), "{path}: {event:?}");
        assert!(!event.operation.is_empty() && !event.operation_seen.is_empty(), "{path}: {event:?}");
        // Three published rows have an empty `AuditData` and the word `Certificate` for a user.
        if event.shape == Shape::UalCsv && event.tenant.is_none() {
            continue;
        }
        let actor = &event.actor;
        let says_who = [&actor.name, &actor.id, &actor.app_id, &actor.address].into_iter().any(Option::is_some);
        // Office workloads write records about nobody and nothing, such as a search for a status.
        assert!(says_who || event.operation.starts_with("m365.") || !event.targets.is_empty(), "{path}: {event:?}");
    }
}

#[test]
fn a_record_read_as_any_shape_is_no_reason_to_stop() {
    for (path, _) in files::listed() {
        for record in files::records(&path).iter().take(3) {
            for shape in SHAPES {
                normalize(Knowledge::bundled(), *shape, record);
            }
        }
    }
}

#[test]
fn members_of_odd_types_leave_their_part_empty() {
    let odd = [Value::Null, Value::Bool(true), Value::from(7), Value::from("{"), serde_json::json!([[{}]])];
    for (path, shape) in files::listed() {
        let Some(Value::Object(record)) = files::records(&path).into_iter().next() else { continue };
        for name in record.keys() {
            for value in &odd {
                let mut bent = record.clone();
                bent.insert(name.clone(), value.clone());
                normalize(Knowledge::bundled(), shape, &Value::Object(bent));
            }
        }
    }
}

#[test]
fn the_sign_ins_of_two_logs_have_one_operation_and_an_end() {
    let mut ends: BTreeMap<(Log, &str), u32> = BTreeMap::new();
    for (path, event) in events(|_, shape| matches!(shape.log(), Log::SignIn | Log::Unified)) {
        // The time formats stand alone, and the example of the reference has an empty `status`.
        let says_no_end = path.contains("test-time-formats-corner-cases") || path.contains("beta-signin-list");
        if event.operation != "entra.sign-in" || says_no_end {
            continue;
        }
        assert_ne!(event.outcome, Outcome::Unknown, "{path}: {event:?}");
        if event.operation_seen == "UserLoginFailed" {
            assert_eq!(event.outcome, Outcome::Failure, "{path}");
        }
        *ends.entry((event.log, event.outcome.as_str())).or_default() += 1;
    }
    if files::corpora().is_some() {
        assert_eq!(ends.len(), 4, "{ends:?}");
    }
}

#[test]
fn role_assignments_name_principal_and_role_where_a_body_does() {
    let mut typed = 0;
    for (path, event) in events(|path, _| path.contains("test_role_assignment_audits")) {
        let roles = event.targets.iter().flat_map(|target| &target.changes).filter_map(|change| change.typed.as_ref());
        for role in roles {
            let Typed::Role { old, new } = role else { panic!("{path}: {role:?}") };
            let role = old.as_ref().or(new.as_ref()).unwrap();
            assert!(role.id.is_some() && role.scope.is_some(), "{path}: {role:?}");
            typed += 1;
        }
    }
    if files::corpora().is_some() {
        assert!(typed > 100, "{typed}");
    }
}

#[test]
fn changes_of_the_directory_name_their_actor_in_the_unified_log_too() {
    for (path, event) in events(|_, shape| shape.log() == Log::Unified) {
        if !event.operation.starts_with("entra.") || event.operation == "entra.sign-in" {
            continue;
        }
        let is_empty_row = event.targets.is_empty() && event.tenant.is_none();
        if is_empty_row {
            continue;
        }
        assert_ne!(event.actor.kind, ActorKind::Unknown, "{path}: {event:?}");
        assert!(event.actor.name.is_some() || event.actor.id.is_some(), "{path}: {event:?}");
        assert!(event.targets.iter().any(|target| target.id.is_some()), "{path}: {event:?}");
    }
}
