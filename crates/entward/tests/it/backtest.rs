//! What another set of rules makes of the same logs.

use serde_json::{Value, json};

use crate::harness::{entward, entward_in, folder_with, project};

const SAMPLE: &str = "samples/entra-audit.jsonl";

/// A bundled rule's text, changed.
fn changed(rule: &str, from: &str, to: &str) -> tempfile::TempDir {
    let text = std::fs::read_to_string(project().join("rules").join(rule)).expect("a rule");
    assert!(text.contains(from), "{rule} has {from}");
    folder_with("rule.yml", text.replace(from, to).as_bytes())
}

fn rules(folder: &tempfile::TempDir) -> String {
    folder.path().to_str().expect("UTF-8").to_owned()
}

fn counts(document: &Value) -> [u64; 3] {
    ["lost", "gained", "changed"].map(|what| document["counts"][what].as_u64().expect("a number"))
}

#[test]
fn the_same_rules_change_nothing() {
    let folder = changed("entra/audit/application_registered.yml", "status: experimental", "status: test");
    let run = entward(&["rules", "backtest", "--format", "json", "--rules", &rules(&folder), "samples"]).exits(0);
    let document = run.json();
    assert_eq!(counts(&document), [0, 0, 0]);
    assert_eq!(document["counts"]["before"], document["counts"]["after"]);
    assert!(document["counts"]["before"].as_u64() > Some(5));
}

#[test]
fn an_alert_that_other_rules_still_give_is_at_another_level() {
    let rule = changed(
        "entra/audit/global_administrator_assigned.yml",
        "detection:\n",
        "detection:\n    nothing: {CorrelationId: none}\n",
    );
    let path = rule.path().join("rule.yml");
    let text = std::fs::read_to_string(&path).expect("the rule");
    let condition = text.lines().find(|line| line.trim_start().starts_with("condition:")).expect("a condition");
    std::fs::write(&path, text.replace(condition, "    condition: nothing")).expect("the rule");
    let run = entward(&["rules", "backtest", "--format", "json", "--rules", &rules(&rule), SAMPLE]);
    // Other rules speak of the same record: the alert stays, lower.
    let document = run.json();
    assert_eq!(counts(&document), [0, 0, 1], "{document}");
    let change = &document["changed"][0];
    assert_eq!((&change["before"]["level"], &change["after"]["level"]), (&json!("critical"), &json!("high")));
    assert_eq!(run.exits(0).err.lines().last(), Some("8 alerts before, 8 after: 0 lost, 0 gained, 1 at another level"));
}

#[test]
fn a_lost_alert_of_level_high_fails_the_run() {
    let old = folder_with("old.yml", rule("Add application", "high").as_bytes());
    let new = folder_with("new.yml", rule("Hard Delete application", "high").as_bytes());
    let low = folder_with("low.yml", rule("Add application", "low").as_bytes());
    let run = |against: &tempfile::TempDir, to: &tempfile::TempDir, code: i32| {
        let arguments =
            ["rules", "backtest", "--format", "json", "--against", &rules(against), "--rules", &rules(to), SAMPLE];
        counts(&entward(&arguments).exits(code).json())
    };
    let [lost, gained, _] = run(&old, &new, 1);
    assert!(lost > 0 && gained == 0);
    let [lost_again, gained, _] = run(&new, &old, 0);
    assert_eq!((lost_again, gained), (0, lost));
    assert_eq!(run(&old, &low, 0), [0, 0, lost]);
    assert_eq!(run(&low, &new, 0)[0], lost, "a lost alert of level low does not fail it");
}

fn rule(operation: &str, level: &str) -> String {
    format!(
        "title: {operation}\nid: 3b8e5c1e-5a3f-4b53-a0b5-6d0f3b1c2a90\nlevel: {level}\nlogsource: {{product: azure, service: auditlogs}}\n\
         detection:\n    selection: {{OperationName: {operation}}}\n    condition: selection\n"
    )
}

#[test]
fn the_table_fits_and_a_pipe_is_refused() {
    let folder = folder_with("rule.yml", rule("Update user", "high").as_bytes());
    let run = entward(&["rules", "backtest", "--rules", &rules(&folder), SAMPLE]).exits(0);
    assert!(run.text().starts_with("alerts lost (0)\nalerts gained ("), "{}", run.text());
    assert!(run.text().lines().all(|line| line.chars().count() <= 80));
    let run = entward_in(&project(), &["rules", "backtest", "--rules", &rules(&folder), "-"], b"{}").exits(2);
    assert!(run.err.contains("can be read once only"), "{}", run.err);
}
