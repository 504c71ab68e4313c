//! Public examples with a label: what other rule authors expect of their own rules.

use std::fs;

use serde_json::Value;

use crate::harness::{corpora, entward_in};

/// The titles of our rules that match each record of an input.
fn matches(input: &str, count: usize) -> Vec<Vec<String>> {
    let run =
        entward_in(&crate::harness::project(), &["scan", "--quiet", "--format", "matches", "-"], input.as_bytes())
            .exits(0);
    let mut titles = vec![Vec::new(); count];
    for found in run.lines() {
        let index = found["index"].as_u64().and_then(|index| usize::try_from(index).ok()).expect("an index");
        titles[index].push(found["rule_title"].as_str().unwrap_or("").to_owned());
    }
    titles
}

/// The Panther examples are about resources, sign-ins and policies; none shows a change to an application, to
/// consent, to a directory role or an Azure role, a lock or a diagnostic setting. So none of their labels
/// speaks of a rule of ours, and none of our rules may match: a deleted lock is not a deleted storage account.
#[test]
fn no_rule_of_ours_takes_a_panther_example_for_what_it_is_not() {
    let Some(folder) = corpora() else { return };
    for (file, count) in [("panther_azure_activity", 114), ("panther_azure_audit", 16), ("panther_m365_audit", 7)] {
        let text = fs::read_to_string(folder.join(format!("panther-analysis/{file}.jsonl"))).expect("the file");
        let examples: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("an example")).collect();
        assert_eq!(examples.len(), count);
        let events: String = examples.iter().map(|example| format!("{}\n", example["event"])).collect();
        let read = entward_in(&folder, &["events", "--quiet", "-"], events.as_bytes()).exits(0).lines();
        assert_eq!(read.len(), count, "{file}: every event is read");
        for (example, titles) in examples.iter().zip(matches(&events, count)) {
            assert!(titles.is_empty(), "{} ({}): {titles:?}", example["rule_title"], example["test_name"]);
        }
        for example in &examples {
            let operation = example["event"]["operationName"].as_str().unwrap_or("").to_lowercase();
            let ours = [
                "microsoft.authorization/role",
                "/elevateaccess/",
                "/locks/",
                "/diagnosticsettings/delete",
                "service principal",
                "consent",
            ];
            assert!(!ours.iter().any(|part| operation.contains(part)), "{operation} is ours, and needs a line here");
        }
    }
}

/// A published search about applications or consent, and the rules of ours that see the same thing.
const SPLUNK: &[(&str, &[&str])] = &[
    (
        "Azure AD Service Principal Owner Added",
        &["Owner Added to an Application", "Owner Added to a Service Principal"],
    ),
    ("Azure AD Service Principal Created", &["Service Principal Created"]),
    ("Azure AD FullAccessAsApp Permission Assigned", &["Permission to Read Everybody's Data Requested"]),
];

#[test]
fn the_splunk_examples_about_applications_match_as_labelled() {
    let Some(folder) = corpora() else { return };
    let text = fs::read_to_string(folder.join("splunk-data-sources/detection_labels.jsonl")).expect("the labels");
    let mut checked = 0;
    for label in text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a label")) {
        let file = label["file"].as_str().expect("a file");
        let Some((title, ours)) = SPLUNK.iter().find(|(title, _)| label["rule_title"] == *title) else { continue };
        // The searches read one log; ours read the same change from the unified audit log too.
        if !file.contains("/azure_active_directory_") {
            continue;
        }
        let run = entward_in(&folder, &["scan", "--quiet", "--format", "matches", file], &[]).exits(0);
        let matched = run.lines().iter().any(|found| ours.iter().any(|rule| found["rule_title"] == *rule));
        assert_eq!(Some(matched), label["expected"].as_bool(), "{title} on {file}");
        checked += 1;
    }
    assert!(checked >= 3, "{checked} labels were checked");
}
