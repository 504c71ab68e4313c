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

/// A Panther example, by its rule and its test, and the rules of ours that match it.
///
/// The examples are about resources, sign-ins and policies; none shows a change to an application, to consent, to a
/// directory role or an Azure role, a lock or a diagnostic setting. What is not listed here no rule of ours may match:
/// a deleted lock is not a deleted storage account.
///
/// Three of them are labelled as harmless because of what their author knows of the tenant, which a rule for every
/// tenant does not: the guest's own organization, a client that may use an old protocol, and a record whose two names
/// for its operation differ.
const PANTHER: &[(&str, &str, &[&str])] = &[
    (
        "Azure Device Code Authentication with Broker Client",
        "Device Code Auth with Broker Client",
        &["Sign-In by Device Code", "Sign-In by Device Code to the Authentication Broker"],
    ),
    ("Azure Invite External Users", "Successful Invite external user", &["Guest Invited"]),
    ("Azure Invite External Users", "Same org successful invite", &["Guest Invited"]),
    ("Azure Invite External Users", "Not external invite", &["Guest Invited"]),
    (
        "Azure SignIn via Legacy Authentication Protocol",
        "Sign-In with legacy auth",
        &["Sign-In by a Legacy Mail Client"],
    ),
    (
        "Azure SignIn via Legacy Authentication Protocol",
        "Sign-In with legacy auth, KNOWN_EXCEPTION",
        &["Sign-In by a Legacy Mail Client"],
    ),
    (
        "Azure Protection Multiple Alerts for User",
        "Risk Event Counts Toward Threshold",
        &["Sign-In of High Risk Succeeded"],
    ),
    ("Azure Policy Changed", "Policy Changed", &["Conditional Access Policy Deleted"]),
    ("Azure Policy Changed", "Policy Updated", &["Directory Policy Written or Deleted"]),
];

#[test]
fn our_rules_take_a_panther_example_only_for_what_it_is() {
    let Some(folder) = corpora() else { return };
    let mut seen = 0;
    for (file, count) in [("panther_azure_activity", 114), ("panther_azure_audit", 16), ("panther_m365_audit", 7)] {
        let text = fs::read_to_string(folder.join(format!("panther-analysis/{file}.jsonl"))).expect("the file");
        let examples: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("an example")).collect();
        assert_eq!(examples.len(), count);
        let events: String = examples.iter().map(|example| format!("{}\n", example["event"])).collect();
        let read = entward_in(&folder, &["events", "--quiet", "-"], events.as_bytes()).exits(0).lines();
        assert_eq!(read.len(), count, "{file}: every event is read");
        for (example, mut titles) in examples.iter().zip(matches(&events, count)) {
            let ours =
                PANTHER.iter().find(|(rule, test, _)| example["rule_title"] == *rule && example["test_name"] == *test);
            seen += usize::from(ours.is_some());
            titles.sort();
            let expected = ours.map_or(&[][..], |(.., titles)| *titles);
            assert_eq!(titles, expected, "{} ({})", example["rule_title"], example["test_name"]);
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
    assert_eq!(seen, PANTHER.len(), "each line is about an example that is there");
}

/// A published search, and the rules of ours that see the same thing.
const SPLUNK: &[(&str, &[&str])] = &[
    (
        "Azure AD Service Principal Owner Added",
        &["Owner Added to an Application", "Owner Added to a Service Principal"],
    ),
    ("Azure AD Service Principal Created", &["Service Principal Created"]),
    ("Azure AD FullAccessAsApp Permission Assigned", &["Permission to Read Everybody's Data Requested"]),
    ("Azure AD Multi-Factor Authentication Disabled", &["MFA Disabled for a User"]),
    ("Azure AD New MFA Method Registered For User", &["Authentication Method Registered by a User"]),
    ("Azure AD New Custom Domain Added", &["Custom Domain Added"]),
    ("Azure AD New Federated Domain Added", &["Domain Made Federated"]),
    ("Azure AD User ImmutableId Attribute Updated", &["Immutable Id of a User Changed"]),
    ("Azure AD External Guest User Invited", &["Guest Invited"]),
];

#[test]
fn the_splunk_examples_match_as_labelled() {
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
