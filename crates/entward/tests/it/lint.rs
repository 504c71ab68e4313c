//! What is said of rules that can never fire, held against what does fire.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::community::{CANNOT, RULES, records};
use crate::harness::{Run, corpora, entward, entward_in, folder_with, project};

/// The reports on rules, by their titles.
fn reports(run: &Run) -> BTreeMap<String, Value> {
    let document = run.json();
    let rules = document["rules"].as_array().expect("a list of rules").iter();
    rules.map(|report| (report["title"].as_str().expect("a title").to_owned(), report.clone())).collect()
}

/// Rules and the shapes of the records that they match.
fn fired(folder: &Path, rules: &[&str], paths: &[&str], input: &[u8]) -> BTreeSet<(String, String)> {
    let events = entward_in(folder, &[&["events", "--quiet"], paths].concat(), input);
    let shape_of: BTreeMap<(String, u64), String> = events
        .lines()
        .iter()
        .map(|event| (place(event), event["shape"].as_str().expect("a shape").to_owned()))
        .collect();
    let arguments = [&["scan", "--quiet", "--format", "matches"], rules, paths].concat();
    let found = entward_in(folder, &arguments, input).lines();
    found
        .iter()
        .map(|found| (found["rule_title"].as_str().expect("a title").to_owned(), shape_of[&place(found)].clone()))
        .collect()
}

fn place(line: &Value) -> (String, u64) {
    (line["file"].as_str().unwrap_or_default().to_owned(), line["index"].as_u64().unwrap_or_default())
}

/// No rule that matched a record of a shape may be said to be unable to, there or at all.
#[track_caller]
fn agrees(reports: &BTreeMap<String, Value>, fired: &BTreeSet<(String, String)>) {
    for (title, shape) in fired {
        let report = &reports[title];
        assert_ne!(report["verdict"], "cannot-fire", "{title} fires: {report}");
        let shapes = report["shapes"].as_array().expect("shapes");
        assert!(shapes.iter().any(|known| known == shape), "{title} fires in {shape}: {report}");
    }
}

#[test]
fn every_rule_of_ours_can_fire_and_says_so_of_the_shapes_in_which_it_does() {
    let run = entward(&["rules", "lint", "--format", "json"]).exits(0);
    let reports = reports(&run);
    for report in reports.values() {
        assert!(report["verdict"].as_str().is_some_and(|verdict| verdict.starts_with("can-fire")), "{report}");
        // Of several spellings of an operation, one may be known from documents alone.
        let warnings = report["warnings"].as_array().expect("warnings");
        assert!(warnings.iter().all(|warning| warning["kind"] == "value"), "{report}");
    }
    let fired = fired(&project(), &[], &["samples", "fixtures/logs"], &[]);
    assert!(fired.len() > 20);
    agrees(&reports, &fired);
}

#[test]
fn the_cases_of_our_rules_are_where_lint_says_the_rules_can_fire() {
    let reports = reports(&entward(&["rules", "lint", "--format", "json"]).exits(0));
    let mut waiting = vec![project().join("rules")];
    let (mut titles, mut records) = (Vec::new(), String::new());
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                waiting.push(path);
                continue;
            }
            if path.extension().is_none_or(|extension| extension != "yml") {
                continue;
            }
            let rule = std::fs::read_to_string(&path).expect("a rule");
            // The cases of a correlation hold records of several rules.
            if rule.contains("\ncorrelation:") {
                continue;
            }
            let title = rule.lines().find_map(|line| line.strip_prefix("title: ")).expect("a title");
            let cases = std::fs::read_to_string(path.with_extension("cases.toml")).expect("cases");
            let cases: toml::Value = toml::from_str(&cases).expect("TOML");
            for case in cases["case"].as_array().expect("cases") {
                let record = case
                    .get("record")
                    .and_then(toml::Value::as_str)
                    .filter(|_| case["expect"].as_str() == Some("match"));
                if let Some(record) = record {
                    titles.push(title.trim_matches(['"', '\'']).to_owned());
                    records.push_str(&record.replace(['\n', '\r'], " "));
                    records.push('\n');
                }
            }
        }
    }
    let events = entward_in(&project(), &["events", "--quiet", "-"], records.as_bytes()).exits(0).lines();
    assert_eq!(events.len(), titles.len());
    let shapes = events.iter().map(|event| event["shape"].as_str().expect("a shape").to_owned());
    agrees(&reports, &titles.into_iter().zip(shapes).collect());
}

#[test]
fn lint_agrees_with_what_public_rules_find() {
    let Some(folder) = corpora() else { return };
    let run = entward_in(&folder, &["rules", "lint", "--format", "json", RULES], &[]).exits(1);
    let public = reports(&run);
    assert_eq!(public.len(), 41);
    let input: String = records().iter().map(|record| format!("{record}\n")).collect();
    let only_theirs = ["--no-own-rules", "--rules", RULES];
    let made = fired(&folder, &only_theirs, &["-"], input.as_bytes());
    agrees(&public, &made);
    agrees(&public, &fired(&folder, &only_theirs, &["."], &[]));
    agrees(&reports(&entward(&["rules", "lint", "--format", "json"])), &fired(&folder, &[], &["."], &[]));
    // And the other way: what nothing can match is said to be so, and nothing else is.
    let silent: BTreeSet<&str> = public
        .iter()
        .filter(|(_, report)| report["verdict"] == "cannot-fire")
        .map(|(title, _)| title.as_str())
        .collect();
    assert_eq!(silent, CANNOT.iter().map(|(title, _)| *title).collect());
    let found: BTreeSet<&str> = made.iter().map(|(title, _)| title.as_str()).collect();
    assert_eq!(found.len() + silent.len(), 41);
}

/// The log source of a shape's records, where rules have a word for it.
fn service(shape: &str) -> Option<&'static str> {
    [
        ("GraphActivity", "graphactivitylogs"),
        ("Activity", "activitylogs"),
        ("AuditLogs", "auditlogs"),
        ("directoryAudit", "auditlogs"),
        ("SignIn", "signinlogs"),
        ("signIn", "signinlogs"),
        ("Signin", "signinlogs"),
        ("Risk", "riskdetection"),
        ("risk", "riskdetection"),
        ("rovisioning", "provisioninglogs"),
    ]
    .into_iter()
    .find(|(part, _)| shape.contains(part) && !shape.starts_with("la.Office"))
    .map(|(_, service)| service)
}

/// The records of a file of JSON, pages and envelopes undone, in the order in which they are read.
fn json_records(text: &str) -> Option<Vec<Value>> {
    fn flatten(value: Value, records: &mut Vec<Value>) {
        match value {
            Value::Array(elements) => elements.into_iter().for_each(|element| flatten(element, records)),
            Value::Object(mut object) => {
                match ["value", "records"].iter().find(|key| object.get(**key).is_some_and(Value::is_array)) {
                    Some(key) => flatten(object.remove(*key).unwrap_or_default(), records),
                    None => records.push(Value::Object(object)),
                }
            }
            _ => {}
        }
    }
    let mut records = Vec::new();
    for value in serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}')).into_iter() {
        flatten(value.ok()?, &mut records);
    }
    Some(records)
}

/// Every single value in a record with the path to it.
fn values(value: &Value, path: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                values(value, &path, found);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| values(element, path, found)),
        Value::Null => {}
        Value::String(text) if text.is_empty() => {}
        Value::String(text) => found.push((path.to_owned(), text.clone())),
        other => found.push((path.to_owned(), other.to_string())),
    }
}

#[test]
fn nothing_that_stands_in_a_public_record_is_said_not_to() {
    let Some(folder) = corpora() else { return };
    // A page of documentation writes one member of a placeholder record in the singular. Rules do that by mistake.
    const SLIP: &str = "targetResource.";
    let events = entward_in(&folder, &["events", "--quiet", "."], &[]).lines();
    let mut shapes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for event in &events {
        let shape = event["shape"].as_str().expect("a shape").to_owned();
        shapes.entry(event["file"].as_str().expect("a file").to_owned()).or_default().push(shape);
    }
    let mut seen: BTreeMap<(&str, String), String> = BTreeMap::new();
    for (file, shapes) in &shapes {
        let text = std::fs::read_to_string(folder.join(file)).unwrap_or_default();
        let Some(records) = json_records(&text).filter(|records| records.len() == shapes.len()) else { continue };
        for (record, shape) in records.iter().zip(shapes) {
            let Some(service) = service(shape) else { continue };
            let mut found = Vec::new();
            values(record, "", &mut found);
            for (path, value) in found.into_iter().filter(|(path, _)| !path.starts_with(SLIP)) {
                seen.entry((service, path)).or_insert(value);
            }
        }
    }
    assert!(seen.len() > 500, "{} members", seen.len());
    let rules: Vec<String> = seen
        .iter()
        .map(|((service, path), value)| {
            let value = value.replace('\\', "\\\\").replace('*', "\\*").replace('?', "\\?");
            format!(
                "title: {}\nlogsource: {{product: azure, service: {service}}}\ndetection:\n    s: {{{}: {}}}\n    condition: s\n",
                Value::from(format!("{service} {path}")),
                Value::from(path.as_str()),
                Value::from(value)
            )
        })
        .collect();
    let made = folder_with("made.yml", rules.join("---\n").as_bytes());
    let made = made.path().to_str().expect("UTF-8");
    let reports = reports(&entward(&["rules", "lint", "--format", "json", made]));
    let mut fired = fired(&folder, &["--no-own-rules", "--rules", made], &["."], &[]);
    // Logs of resources come in the same envelope, and are no concern of rules about the Activity Log.
    fired.retain(|(_, shape)| shape != "diag.PlatformLogs");
    assert!(fired.len() > 500, "{} fired", fired.len());
    agrees(&reports, &fired);
}

/// Rules, each wrong in its own way.
const ODD: &str = r"
title: One value that is to be two
id: 5d0c8a51-2f0b-4a57-93a4-4b8e3c1f6a01
level: high
tags: [attack.t1562.008]
logsource: {product: azure, service: auditlogs}
detection:
    added: {OperationName: Add application, Result: success}
    failed: {properties.result: failure}
    condition: added and failed
---
title: Excludes itself
level: low
logsource: {product: azure, service: auditlogs}
detection:
    added: {OperationName: [Add application, Add service principal]}
    filter: {OperationName: [Add application, Add service principal, Add owner to application]}
    condition: added and not filter
---
title: Excludes itself in pieces
level: low
logsource: {product: azure, service: auditlogs}
detection:
    added: {OperationName: [Add application, Add service principal]}
    filter_one: {OperationName: Add application}
    filter_two: {OperationName|startswith: Add service}
    condition: added and not 1 of filter_*
---
title: A slip in an operation
logsource: {product: azure, service: activitylogs}
detection:
    written: {operationName: Microsoft.Authorization/roleAssignment/write}
    condition: written
---
title: A slip in a name
logsource: {product: azure, service: signinlogs}
detection:
    risky: {RiskLevelDuringSignin2: high}
    condition: risky
---
title: Another cloud
logsource: {product: aws, service: cloudtrail}
detection:
    any: {eventName: CreateUser}
    condition: any
---
title: One alternative is dead
id: 5d0c8a51-2f0b-4a57-93a4-4b8e3c1f6a02
level: high
logsource: {product: azure, service: auditlogs}
detection:
    added: {OperationName: [Add application, Add aplication]}
    filter_ours: {AppDisplayName: Contoso Deploy}
    condition: added and not filter_ours
---
title: A word for a number
id: 5d0c8a51-2f0b-4a57-93a4-4b8e3c1f6a03
level: low
logsource: {product: azure, service: graphactivitylogs}
detection:
    refused: {ResponseStatusCode: Forbidden}
    condition: refused
";

#[test]
fn each_kind_of_trouble_is_told_with_its_cure() {
    let folder = folder_with("odd.yml", ODD.as_bytes());
    let run = entward_in(folder.path(), &["rules", "lint", "--format", "json", "odd.yml"], &[]).exits(1);
    let reports = reports(&run);
    let told = |title: &str, part: &str| -> String {
        let list = reports[title][part].as_array().expect("a list").iter();
        list.map(|reason| {
            let nearest = reason["nearest"].as_str().map(|nearest| format!(" → {nearest}")).unwrap_or_default();
            format!(
                "{}: {}{nearest}",
                reason["kind"].as_str().expect("a kind"),
                reason["text"].as_str().expect("a text")
            )
        })
        .collect::<Vec<_>>()
        .join("\n")
    };
    assert_eq!(
        told("One value that is to be two", "reasons"),
        "contradiction: `Result` has one value, and all of `success` and `failure` is asked of it"
    );
    assert_eq!(
        told("One value that is to be two", "warnings"),
        "attack: `attack.t1562.008` was retired with ATT&CK 19 → attack.t1685.002"
    );
    assert_eq!(told("Excludes itself", "reasons"), "contradiction: what it excludes is all that it looks for");
    assert!(told("Excludes itself in pieces", "reasons").starts_with("contradiction: `OperationName` has one value"));
    assert_eq!(
        told("A slip in an operation", "reasons"),
        "value: `operationName`: `Microsoft.Authorization/roleAssignment/write` is the name of no operation → \
         Microsoft.Authorization/roleAssignments/write"
    );
    assert_eq!(
        told("A slip in a name", "reasons"),
        "field: `RiskLevelDuringSignin2` stands in no record of the sign-in or unified log → RiskLevelDuringSignIn"
    );
    assert_eq!(
        told("Another cloud", "reasons"),
        "logsource: its log source aws/cloudtrail is none of the logs that are read here"
    );
    assert_eq!(reports["One alternative is dead"]["verdict"], "can-fire");
    assert_eq!(
        told("One alternative is dead", "warnings"),
        "chosen: `AppDisplayName` is the name of an application, which whoever registers it chooses: who takes that name \
         goes unseen\n\
         value: one alternative is never met: `OperationName`: `Add aplication` is the name of no operation → Add application"
    );
    assert_eq!(
        told("A word for a number", "warnings"),
        "type: `ResponseStatusCode` holds numbers, and `Forbidden` is none"
    );
}

#[test]
fn the_exit_code_and_the_text_tell_the_worst() {
    let rule = "title: Broken\nlogsource: {product: azure}\ndetection:\n    a: {x|foo: 1}\n    condition: a\n";
    let folder = folder_with("broken.yml", rule.as_bytes());
    let run = entward_in(folder.path(), &["rules", "lint", "broken.yml"], &[]).exits(3);
    assert!(run.text().contains("does not load") && run.text().contains("unknown modifier `foo`"), "{}", run.text());
    std::fs::write(folder.path().join("odd.yml"), ODD).expect("a file");
    let run = entward_in(folder.path(), &["rules", "lint", "odd.yml"], &[]).exits(1);
    assert!(run.text().lines().all(|line| line.chars().count() <= 80));
    assert!(run.err.contains("8 rules: 2 can fire, 0 can fire after our mapping, 6 cannot fire"), "{}", run.err);
}

#[test]
fn a_correlation_fires_if_enough_of_its_rules_do() {
    let rules = r"
title: Added
name: added
level: low
logsource: {product: azure, service: auditlogs}
detection:
    added: {OperationName: Add application}
    condition: added
---
title: Never
name: never
level: low
logsource: {product: azure, service: auditlogs}
detection:
    added: {OperationName: Invent application}
    condition: added
---
title: Both
level: high
correlation: {type: temporal, rules: [added, never], timespan: 10m}
---
title: Either
level: high
correlation: {type: event_count, rules: [added, never], timespan: 10m, condition: {gte: 3}}
";
    let folder = folder_with("rules.yml", rules.as_bytes());
    let run = entward_in(folder.path(), &["rules", "lint", "--format", "json", "rules.yml"], &[]).exits(1);
    let reports = reports(&run);
    assert_eq!(reports["Both"]["verdict"], "cannot-fire");
    assert_eq!(reports["Both"]["reasons"][0]["text"], "its rule `Never` cannot fire");
    assert_eq!(reports["Either"]["verdict"], "can-fire");
}

#[test]
fn a_build_server_reads_the_same_in_sarif() {
    let broken = "title: Broken\nlogsource: {product: azure}\ndetection:\n    a: {x|foo: 1}\n    condition: a\n";
    let folder = folder_with("broken rule.yml", broken.as_bytes());
    std::fs::write(folder.path().join("odd.yml"), ODD).expect("a file");
    let log = entward_in(folder.path(), &["rules", "lint", "--format", "sarif", "."], &[]).exits(3).json();
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(log["runs"].as_array().map(Vec::len), Some(1));
    let run = &log["runs"][0];
    let kinds: Vec<&str> = run["tool"]["driver"]["rules"]
        .as_array()
        .expect("what results may be about")
        .iter()
        .map(|kind| kind["id"].as_str().expect("an id"))
        .collect();
    let results = run["results"].as_array().expect("a list");
    let mut errors = 0;
    for result in results {
        // What SARIF 2.1.0 asks of a result (sections 3.27, 3.28, 3.29 and 3.30).
        let index = result["ruleIndex"].as_u64().and_then(|index| usize::try_from(index).ok()).expect("an index");
        assert_eq!(result["ruleId"], kinds[index], "{result}");
        assert!(result["message"]["text"].as_str().is_some_and(|text| !text.is_empty()), "{result}");
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["artifactLocation"]["uri"].as_str().is_some_and(|uri| !uri.contains([' ', '\\'])), "{result}");
        assert!(place["region"]["startLine"].as_u64().is_some_and(|line| line > 0), "{result}");
        errors += usize::from(result["level"] == "error");
    }
    let broken = results.iter().find(|result| result["ruleId"] == "load").expect("the broken rule");
    let place = &broken["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "./broken%20rule.yml");
    assert_eq!(place["region"], serde_json::json!({ "startLine": 4, "startColumn": 9 }));
    assert!(broken["message"]["text"].as_str().is_some_and(|text| text.contains("unknown modifier `foo`")));
    assert!(errors >= 7 && errors < results.len(), "{errors} of {}", results.len());
}

/// What correlations and first-seen rules ask of records beside the detection.
const ASKED: &str = r"
title: Added
name: added
level: low
logsource: {product: azure, service: auditlogs}
detection: {added: {OperationName: Add application}, condition: added}
---
title: Signed In
name: signed_in
level: low
logsource: {product: azure, service: signinlogs}
detection: {signed_in: {ResultType: 0}, condition: signed_in}
---
title: By a slip
level: high
correlation: {type: event_count, rules: [signed_in], group-by: [UserPrincipalNam], timespan: 10m, condition: {gte: 3}}
---
title: Counts a slip
level: high
correlation: {type: value_count, rules: [signed_in], group-by: [UserPrincipalName], timespan: 10m, condition: {gte: 3, field: IPAdress}}
---
title: By an alias
level: high
correlation:
    type: temporal
    rules: [added, signed_in]
    group-by: [who]
    aliases: {who: {added: ActorId, signed_in: NoUserId}}
    timespan: 10m
---
title: One of two
level: high
correlation: {type: event_count, rules: [added, signed_in], group-by: [ConditionalAccessStatus], timespan: 10m, condition: {gte: 3}}
---
title: New Somewhere
level: high
logsource: {product: azure, service: signinlogs}
detection: {signed_in: {ResultType: 0}, condition: signed_in}
x_entward: {first_seen: {field: IPAddres, per: [UserId], learn: 1d, forget: 30d}}
---
title: New for Somebody
level: high
logsource: {product: azure, service: signinlogs}
detection: {signed_in: {ResultType: 0}, condition: signed_in}
x_entward: {first_seen: {field: IPAddress, per: [UserId], learn: 1d, forget: 30d}}
";

#[test]
fn what_correlations_and_first_seen_rules_ask_for_has_to_be_in_the_log_too() {
    let folder = folder_with("asked.yml", ASKED.as_bytes());
    let run = entward_in(folder.path(), &["rules", "lint", "--format", "json", "asked.yml"], &[]).exits(1);
    let reports = reports(&run);
    let told: Vec<String> = reports
        .values()
        .filter(|report| !["Added", "Signed In"].contains(&report["title"].as_str().expect("a title")))
        .flat_map(|report| {
            let words = |part: &str| -> Vec<String> {
                let list = report[part].as_array().expect("a list").iter();
                let list = list.filter(|reason| reason["kind"] == "field");
                list.map(|reason| {
                    format!(
                        "{} ({part}): {} →{}",
                        report["title"].as_str().expect("a title"),
                        reason["text"].as_str().expect("a text"),
                        reason["nearest"].as_str().map(|name| format!(" {name}")).unwrap_or_default()
                    )
                })
                .collect()
            };
            [words("reasons"), words("warnings")].concat()
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    By a slip (reasons): no record that `Signed In` finds has `UserPrincipalNam` → UserPrincipalName
    By an alias (reasons): no record that `Signed In` finds has `NoUserId`, which `who` stands for → User ID
    Counts a slip (reasons): no record that `Signed In` finds has `IPAdress` → IP address
    New Somewhere (reasons): `IPAddres` stands in no record of the sign-in or unified log → IP address
    One of two (warnings): no record that `Added` finds has `ConditionalAccessStatus` →
    ");
    assert_eq!(reports["One of two"]["verdict"], "can-fire");
    assert_eq!(reports["New for Somebody"]["verdict"], "can-fire");
}
