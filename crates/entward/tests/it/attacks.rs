//! Public logs of attacks: what an attacker did to applications, consent and roles is told.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::harness::{corpora, csv, entward_in};

/// Whether a record of this operation, as its text stands in the log, belongs into an alert.
fn counts(operation: &str) -> bool {
    let operation = operation.trim().trim_end_matches('.').replace('–', "-");
    let whole = [
        "Add application",
        "Add service principal",
        "Consent to application",
        "Update application - Certificates and secrets management",
        "Update application-Certificates and secrets management",
        "Add service principal credentials",
        "Add member to role",
        "Add delegated permission grant",
        "Add OAuth2PermissionGrant",
    ];
    whole.contains(&operation.trim())
        || operation.starts_with("Add owner to application")
        || operation.starts_with("Add owner to service principal")
        || operation.starts_with("Add app role assignment")
}

/// A record to look for: its ordinal in the file, its own id, its operation.
type Wanted = (u64, String, String);

/// Checks that every one of these records of the file is in an alert, itself or as the duplicate
/// (same id) of one that is: exports of overlapping spans hold a record twice.
#[track_caller]
fn told(file: &str, wanted: &[Wanted], at_least: usize) {
    let Some(folder) = corpora() else { return };
    assert!(wanted.len() >= at_least, "only {} records were looked for", wanted.len());
    let alerts = entward_in(&folder, &["scan", "--quiet", "--format", "ndjson", file], &[]).exits(0).lines();
    let records = alerts.iter().flat_map(|alert| alert["records"].as_array().cloned().unwrap_or_default());
    let seen: BTreeSet<u64> = records.filter_map(|record| record["index"].as_u64()).collect();
    let ids: BTreeSet<&String> =
        wanted.iter().filter(|(index, ..)| seen.contains(index)).map(|(_, id, _)| id).collect();
    let missing: Vec<&Wanted> = wanted.iter().filter(|(_, id, _)| !ids.contains(id)).collect();
    assert!(missing.is_empty(), "{} of {} are in no alert: {missing:?}", missing.len(), wanted.len());
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

#[test]
fn the_unified_audit_log_of_an_attack_is_told_completely() {
    const FILE: &str = "invictus-o365-dataset/ual_azuread_set1.csv";
    let Some(folder) = corpora() else { return };
    let rows = csv(fs::read_to_string(folder.join(FILE)).expect("the file").trim_start_matches('\u{feff}'));
    let column = rows[0].iter().position(|title| title == "AuditData").expect("the column of the record");
    let record = |row: &Vec<String>| serde_json::from_str::<Value>(&row[column]).expect("a record");
    let rows: Vec<Value> = rows[1..].iter().map(record).collect();
    let succeeded = rows.iter().enumerate().filter(|(_, record)| record["ResultStatus"] == "Success");
    let wanted: Vec<Wanted> = succeeded
        .map(|(index, record)| (index as u64, text(&record["Id"]), text(&record["Operation"])))
        .filter(|(.., operation)| counts(operation))
        .collect();
    told(FILE, &wanted, 10);
}

#[test]
fn the_graph_download_of_a_consent_attack_is_told_completely() {
    const FILE: &str = "azuread-monitoring-research/consent/PrincipalConsentWithFewRiskyPermission.json";
    let Some(folder) = corpora() else { return };
    let json = fs::read_to_string(folder.join(FILE)).expect("the file");
    let whole: Value = serde_json::from_str(json.trim_start_matches('\u{feff}')).expect("JSON");
    let records = whole.as_array().or_else(|| whole["value"].as_array()).expect("records");
    let succeeded = records.iter().enumerate().filter(|(_, record)| record["result"] == "success");
    let wanted: Vec<Wanted> = succeeded
        .map(|(index, record)| (index as u64, text(&record["id"]), text(&record["activityDisplayName"])))
        .filter(|(.., operation)| counts(operation))
        .collect();
    // The manifest counts 1 application, 1 service principal, 1 credential, 3 app roles, 3 consents, 3 grants, 2 owners.
    told(FILE, &wanted, 10);
}
