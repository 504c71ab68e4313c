//! Exceptions that are granted, and those that are refused.

use crate::harness::{Run, entward, entward_in, folder_with, project};

const PIPELINE: &str = "1f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f";

fn tune(rule: &str, field: &str, value: &str, options: &[&str]) -> Run {
    let fixed = ["--owner", "identity@contoso.example", "--reason", "the pipeline rotates its secrets each night"];
    let mut arguments = vec!["rules", "tune", rule, "--field", field, "--value", value];
    arguments.extend(fixed);
    if !options.contains(&"--expires") {
        arguments.extend(["--expires", "2099-06-30"]);
    }
    arguments.extend(options);
    entward(&arguments)
}

#[test]
fn a_narrow_exception_is_written_and_silences_nothing_else() {
    let run = tune("application_secret_added", "InitiatedBy.app.appId", PIPELINE, &[]).exits(0);
    assert!(run.err.contains("tried on the samples and on the rule's cases"), "{}", run.err);
    insta::assert_snapshot!(redacted(run.text()), @r#"
    title: "Exception from: Secret Added to an Application"
    id: 91c428ae-b951-8862-bf58-36a8d7d4e89c
    status: stable
    description: "the pipeline rotates its secrets each night"
    author: "identity@contoso.example"
    date: …
    logsource:
        product: "azure"
        service: "auditlogs"
    filter:
        rules:
            - "d595937c-596e-4943-b9f1-c82229a02d1b"
        selection:
            "InitiatedBy.app.appId":
                - "1f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f"
        condition: not selection
    x_entward:
        owner: "identity@contoso.example"
        reason: "the pipeline rotates its secrets each night"
        expires: "2099-06-30"
    "#);
    // It loads, covers the rule, and scan makes the same of the samples.
    let folder = folder_with("pipeline.yml", run.text().as_bytes());
    let rules = folder.path().to_str().expect("UTF-8");
    let scan = |options: &[&str]| {
        let mut lines = entward(&[&["scan", "--format", "ndjson", "samples"], options].concat()).exits(0).lines();
        lines.retain(|alert| alert["id"].is_string());
        lines
    };
    assert_eq!(scan(&["--rules", rules]), scan(&[]));
    // A record of the pipeline's is silent with it, and only with it.
    let cases = project().join("rules/entra/audit/application_secret_added.cases.toml");
    let text = std::fs::read_to_string(cases).expect("the cases");
    let record = text.split("record = '''").nth(1).and_then(|rest| rest.split("'''").next()).expect("a record");
    let mut record: serde_json::Value = serde_json::from_str(record).expect("JSON");
    record["properties"]["initiatedBy"] = serde_json::json!({ "app": { "appId": PIPELINE, "displayName": "Deploy" } });
    let found = |options: &[&str]| {
        let arguments = [&["scan", "--quiet", "--format", "matches", "-"], options].concat();
        let run = entward_in(&project(), &arguments, record.to_string().as_bytes()).exits(0);
        run.lines().iter().any(|found| found["rule_title"] == "Secret Added to an Application")
    };
    assert!(found(&[]));
    assert!(!found(&["--rules", rules]));
}

/// The document without the day on which it was written.
fn redacted(text: &str) -> String {
    let lines = text.lines().map(|line| if line.starts_with("date: ") { "date: …" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn refused(run: Run, code: i32, says: &str) {
    let run = run.exits(code);
    assert!(run.out.is_empty(), "a refusal writes nothing");
    assert!(run.err.starts_with("error: ") && run.err.contains(says), "{}", run.err);
}

#[test]
fn what_would_hide_an_attack_is_refused() {
    let secret = "application_secret_added";
    // Every case of the rule has this result.
    refused(tune(secret, "Result", "success", &[]), 6, "the rule would no longer find `");
    refused(tune(secret, "LoggedByService", "Core Directory", &[]), 6, "and ");
    // The one who acts in the samples.
    let alerts = entward(&["scan", "--format", "ndjson", "samples"]).exits(0).lines();
    let worst = &alerts[0];
    let actor = worst["actor"]["id"].as_str().expect("the actor's id");
    let rule = worst["rules"][0]["id"].as_str().expect("a rule");
    refused(tune(rule, "InitiatedBy.user.id", actor, &[]), 6, "of the samples would be");
}

#[test]
fn names_that_an_attacker_chooses_are_refused() {
    let secret = "application_secret_added";
    refused(tune(secret, "TargetResources.displayName", "Contoso Deploy", &[]), 6, "whoever makes it chooses");
    refused(tune(secret, "InitiatedBy.app.displayName", "Contoso Deploy", &[]), 6, "except an id instead");
    refused(tune(secret, "AdditionalDetails.User-Agent", "terraform", &[]), 6, "a user agent");
    refused(tune(secret, "Changes.DisplayName.New", "Contoso Deploy", &[]), 6, "a display name");
}

#[test]
fn what_makes_no_sense_is_a_usage_error() {
    let secret = "application_secret_added";
    refused(
        tune(secret, "InitiatedBy.app.apId", PIPELINE, &[]),
        2,
        "the exception could never hold: `InitiatedBy.app.apId`",
    );
    refused(tune(secret, "InitiatedBy.app.appId", PIPELINE, &["--expires", "2020-01-01"]), 2, "is past");
    refused(tune(secret, "InitiatedBy.app.appId", PIPELINE, &["--expires", "soon"]), 2, "is no date");
    refused(tune(secret, "InitiatedBy.app.appId", " ", &[]), 2, "--value is empty");
    refused(tune("no_such_rule", "InitiatedBy.app.appId", PIPELINE, &[]), 2, "no_such_rule");
}

#[test]
fn an_exception_ends_with_its_last_day() {
    let filter = |expires: &str| {
        format!(
            "title: Nothing counts\nid: 6a2d7f50-0c1e-4b7a-9b2c-1d2e3f4a5b6c\nlogsource: {{product: azure}}\nfilter:\n    rules: any\n    \
             selection: {{TenantId|contains: '-'}}\n    condition: not selection\n\
             x_entward: {{owner: ops@contoso.example, reason: a test, expires: {expires}}}\n"
        )
    };
    let scan = |expires: &str| {
        let folder = folder_with("filter.yml", filter(expires).as_bytes());
        let rules = folder.path().to_str().expect("UTF-8");
        entward(&["scan", "--format", "json", "--rules", rules, "samples/entra-audit.jsonl"]).exits(0)
    };
    let over = scan("2026-01-31");
    let without = entward(&["scan", "--format", "json", "samples/entra-audit.jsonl"]).exits(0).json();
    assert_eq!(over.json()["alerts"], without["alerts"]);
    assert!(without["alerts"].as_array().is_some_and(|alerts| alerts.len() > 5));
    let told = &over.json()["summary"]["rules"]["expired"][0]["message"];
    assert_eq!(told, "the exception `Nothing counts` of ops@contoso.example ended on 2026-01-31");
    assert!(over.err.contains("the exception `Nothing counts`"), "{}", over.err);
    let holds = scan("2099-01-31").json();
    assert_eq!(holds["alerts"].as_array().map(Vec::len), Some(0));
    assert!(holds["summary"]["rules"].get("expired").is_none());
}
