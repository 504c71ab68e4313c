//! Which techniques of ATT&CK the rules are about.

use serde_json::{Value, json};

use crate::harness::{corpora, entward, entward_in, folder_with};

fn technique<'a>(coverage: &'a Value, id: &str) -> Option<&'a Value> {
    coverage["techniques"].as_array().expect("techniques").iter().find(|technique| technique["id"] == id)
}

#[test]
fn the_bundled_rules_are_listed_by_technique_in_either_numbering() {
    let new = entward(&["rules", "coverage", "--format", "json"]).exits(0).json();
    let old = entward(&["rules", "coverage", "--format", "json", "--attack", "18"]).exits(0).json();
    assert_eq!((&new["version"], &old["version"]), (&json!("19"), &json!("18")));
    let consent = technique(&new, "T1528").expect("consent phishing");
    assert_eq!(consent["name"], "Steal Application Access Token");
    let levels: Vec<&str> = consent["rules"]
        .as_array()
        .expect("rules")
        .iter()
        .map(|rule| rule["level"].as_str().expect("a level"))
        .collect();
    assert_eq!(levels.first(), consent["level"].as_str().as_ref(), "the worst rule first");
    // Removing a diagnostic setting was renumbered.
    let titles = |coverage: &Value, id: &str| technique(coverage, id).map(|found| found["rules"][0]["title"].clone());
    assert_eq!(titles(&new, "T1685.002"), titles(&old, "T1562.008"));
    assert!(technique(&new, "T1562.008").is_none() && technique(&old, "T1685.002").is_none());
    let listed = |coverage: &Value| {
        let mut techniques = coverage["techniques"].as_array().expect("techniques").iter();
        techniques.all(|technique| technique["name"].is_string())
    };
    assert!(listed(&new) && listed(&old), "every technique of ours exists in its version");
    let uncovered = new["uncovered"].as_array().expect("a list");
    assert!(uncovered.iter().all(|gap| technique(&new, gap["id"].as_str().expect("an id")).is_none()));
}

#[test]
fn tags_are_carried_over_and_what_has_none_is_told() {
    let rules = r"
title: Old numbering
level: high
tags: [attack.t1562.008]
logsource: {product: azure, service: activitylogs}
detection: {a: {operationName: Microsoft.Insights/diagnosticSettings/delete}, condition: a}
---
title: New numbering
level: low
tags: [attack.t1685.002]
logsource: {product: azure, service: activitylogs}
detection: {a: {operationName: Microsoft.Insights/diagnosticSettings/delete}, condition: a}
---
title: No technique
logsource: {product: azure, service: activitylogs}
detection: {a: {operationName: Microsoft.Insights/diagnosticSettings/write}, condition: a}
";
    let folder = folder_with("rules.yml", rules.as_bytes());
    let run = |options: &[&str]| {
        entward_in(folder.path(), &[&["rules", "coverage", "rules.yml"], options].concat(), &[]).exits(0)
    };
    let new = run(&["--format", "json"]).json();
    assert_eq!(technique(&new, "T1685.002").expect("renumbered")["rules"].as_array().map(Vec::len), Some(2));
    let old = run(&["--format", "json", "--attack", "18"]).json();
    assert_eq!(technique(&old, "T1562.008").expect("the way back")["rules"].as_array().map(Vec::len), Some(2));
    assert_eq!(new["untagged"][0]["title"], "No technique");
    let table = run(&[]);
    assert!(table.text().starts_with(
        "T1685.002 Disable or Modify Cloud Log\n  high          Old numbering\n  low           New numbering\nno technique\n"
    ));
    assert!(table.text().lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn the_navigator_gets_a_layer_of_its_format() {
    let layer = entward(&["rules", "coverage", "--format", "navigator"]).exits(0).json();
    assert_eq!(layer["domain"], "enterprise-attack");
    assert_eq!((&layer["versions"]["attack"], &layer["versions"]["layer"]), (&json!("19"), &json!("4.5")));
    let techniques = layer["techniques"].as_array().expect("techniques");
    let most = techniques.iter().map(|technique| technique["score"].as_u64().expect("a score")).max();
    assert_eq!(layer["gradient"]["maxValue"].as_u64(), most);
    for technique in techniques {
        let id = technique["techniqueID"].as_str().expect("an id");
        assert!(id.starts_with('T') && id[1..].bytes().all(|byte| byte == b'.' || byte.is_ascii_digit()), "{id}");
        let lines = technique["comment"].as_str().expect("a comment").lines().count();
        assert_eq!(Some(lines as u64), technique["score"].as_u64());
    }
}

#[test]
fn public_rules_have_a_layer_too() {
    let Some(folder) = corpora() else { return };
    let run = entward_in(&folder, &["rules", "coverage", "--format", "json", "sigma-azure-sample"], &[]).exits(0);
    assert!(run.err.contains("41 rules about"), "{}", run.err);
    assert!(technique(&run.json(), "T1078.004").is_some());
}
