//! `entward rules`: list, show, test, explain; and rules that look at several records.

use std::fs;

use crate::harness::entward;

/// Correlations and a first-seen rule over what the samples hold.
const SEVERAL: &str = "
title: Failed Sign-in
name: failed_sign_in
logsource: {product: azure, service: auditlogs}
detection:
    selection: {OperationName: Add service principal}
    condition: selection
---
title: Service Principals Created Together
id: 11111111-aaaa-4bbb-8ccc-000000000001
level: high
correlation:
    type: event_count
    rules: [failed_sign_in]
    timespan: 12h
    condition: {gte: 3}
---
title: New Address of a User
id: 11111111-aaaa-4bbb-8ccc-000000000002
level: low
logsource: {product: azure, service: signinlogs}
detection:
    selection: {ResultType: 0}
    condition: selection
x_entward:
    first_seen: {field: IPAddress, per: [UserPrincipalName], learn: 1h, forget: 30d}
";

#[test]
fn rules_are_listed_worst_first() {
    let rows = entward(&["rules", "list", "--format", "ndjson"]).exits(0).lines();
    assert!(rows.len() > 90, "{}", rows.len());
    assert_eq!(rows[0]["level"], "critical");
    let table = entward(&["rules", "list"]).exits(0);
    assert!(table.text().lines().all(|line| line.chars().count() <= 80), "{}", table.text());
}

#[test]
fn a_rule_is_shown_by_id_title_or_file_name() {
    for word in ["application_registered", "Application Registered", "bef2eed6-aab0-4a0e-bb65-602c68854340"] {
        let run = entward(&["rules", "show", word]).exits(0);
        assert!(run.text().starts_with("Application Registered\n"), "{}", run.text());
        assert!(run.text().contains("condition:"), "the rule's text follows");
    }
    let run = entward(&["rules", "show", "application registration"]).exits(2);
    assert!(run.err.contains("did you mean `"), "{}", run.err);
}

#[test]
fn an_explanation_says_what_each_part_saw() {
    let record = "samples/directory-audits-page.json:0";
    let run = entward(&["rules", "explain", "Global Administrator Assigned", record]).exits(0);
    assert!(run.text().contains("saw `Add member to role`"), "{}", run.text());
    let run = entward(&["rules", "explain", "application_registered", record]).exits(1);
    assert!(run.text().contains("no  selection"), "{}", run.text());
    let run =
        entward(&["rules", "explain", "application_registered", "samples/directory-audits-page.json:999"]).exits(2);
    assert!(run.err.contains("no record 999"), "{}", run.err);
}

#[test]
fn an_alert_is_explained_by_its_records_and_rules() {
    let alerts = entward(&["scan", "--format", "ndjson", "--quiet", "samples"]).exits(0).lines();
    let alert = &alerts[0];
    let (id, title) = (alert["id"].as_str().unwrap(), alert["rules"][0]["title"].as_str().unwrap());
    let run = entward(&["rules", "explain", id, "samples"]).exits(0);
    assert!(run.text().contains(id) && run.text().contains("yes"), "{}", run.text());
    assert!(run.text().replace("\n", " ").contains(title), "{}", run.text());
    let place = format!("{}:{}", alert["records"][0]["file"].as_str().unwrap(), alert["records"][0]["index"]);
    assert!(run.text().replace('\n', "").contains(&place), "{}", run.text());
    assert!(!run.text().contains("not the rule"), "{}", run.text());
    let run = entward(&["rules", "explain", "0123456789abcdef", "samples"]).exits(2);
    assert!(run.err.contains("no alert has the id 0123456789abcdef"), "{}", run.err);
    let run = entward(&["rules", "explain", id, "-"]).exits(2);
    assert!(run.err.contains("standard input can be read once only"), "{}", run.err);
}

#[test]
fn a_correlation_is_explained_by_its_group_its_window_and_its_records() {
    let folder = tempfile::tempdir().unwrap();
    let rules = SEVERAL.replace("    timespan: 12h\n", "    group-by: [LoggedByService]\n    timespan: 12h\n");
    fs::write(folder.path().join("several.yml"), rules).unwrap();
    let path = folder.path().to_str().unwrap();
    let run =
        entward(&["rules", "explain", "Service Principals Created Together", "--rules", path, "samples"]).exits(0);
    let text = run.text().split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "correlation Service Principals Created Together (event_count)",
        "asks for at least 3 records within 12h",
        "group LoggedByService `Core Directory`",
        "window 2026-",
        "rule Failed Sign-in",
        "saw `Add service principal`",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let options = ["scan", "--no-own-rules", "--rules", path, "--format", "ndjson", "--quiet", "samples"];
    let alerts = entward(&options).exits(0).lines();
    let new = alerts.iter().find(|alert| alert["level"] == "low").expect("the first-seen rule's alert");
    let run = entward(&["rules", "explain", new["id"].as_str().unwrap(), "--rules", path, "samples"]).exits(0);
    let text = run.text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("new IPAddress `198.51.100.77` for UserPrincipalName `"), "{text}");
    let quiet = SEVERAL.replace("gte: 3", "gte: 3000");
    fs::write(folder.path().join("several.yml"), quiet).unwrap();
    entward(&["rules", "explain", "Service Principals Created Together", "--rules", path, "samples"]).exits(1);
}

#[test]
fn cases_that_go_another_way_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let rule = "title: Any\nlogsource: {product: azure, service: auditlogs}\n\
        detection:\n    selection: {OperationName: Add application}\n    condition: selection\n";
    fs::write(folder.path().join("any.yml"), rule).unwrap();
    let record = r#"{"category":"ApplicationManagement","activityDisplayName":"Add application","result":"success","activityDateTime":"2026-03-04T09:20:11Z","initiatedBy":{},"targetResources":[]}"#;
    let cases = |expect: &str| format!("[[case]]\nname = \"one\"\nexpect = \"{expect}\"\nrecord = '''{record}'''\n");
    let path = folder.path().to_str().unwrap().to_owned();
    fs::write(folder.path().join("any.cases.toml"), cases("match")).unwrap();
    entward(&["rules", "test", &path]).exits(0);
    fs::write(folder.path().join("any.cases.toml"), cases("quiet")).unwrap();
    let run = entward(&["rules", "test", &path]).exits(1);
    assert!(run.text().contains("one: it matches, and should not"), "{}", run.text());
    let run = entward(&["rules", "test", &path, "--format", "junit"]).exits(1);
    assert!(run.text().contains("<failure message=\"it matches, and should not\"/>"), "{}", run.text());
    let expected = |alert: &str| format!("{}[case.alert]\n{alert}\n", cases("match"));
    fs::write(folder.path().join("any.cases.toml"), expected("level = \"informational\"")).unwrap();
    entward(&["rules", "test", &path]).exits(0);
    let wrong = "title = \"Other\"\nlevel = \"high\"\nactor = \"ada@contoso.example\"\nobjects = [\"Payroll\"]";
    fs::write(folder.path().join("any.cases.toml"), expected(wrong)).unwrap();
    let run = entward(&["rules", "test", &path]).exits(1);
    for part in [
        "the alert's title is `somebody registered the application an object`, and should be `Other`",
        "the alert's level is informational, and should be high",
        "the alert's actor is nobody that is named, and should be ada@contoso.example",
        "the alert has no object Payroll",
    ] {
        assert!(run.text().contains(part), "{part}: {}", run.text());
    }
    fs::write(folder.path().join("any.cases.toml"), format!("{}[case.alert]\nlevel = \"low\"\n", cases("quiet")))
        .unwrap();
    let run = entward(&["rules", "test", &path]).exits(1);
    assert!(run.text().contains("a case that expects quiet has no alert"), "{}", run.text());
    fs::write(folder.path().join("any.cases.toml"), "[[case]]\nnam = 1\n").unwrap();
    let run = entward(&["rules", "test", &path]).exits(3);
    assert!(run.text().contains("any.cases.toml"), "{}", run.text());
}

#[test]
fn what_several_records_show_is_an_alert_of_its_own_whatever_the_threads() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("several.yml"), SEVERAL).unwrap();
    let path = folder.path().to_str().unwrap();
    let scan = |threads: &str| {
        let options =
            ["scan", "--no-own-rules", "--rules", path, "--format", "ndjson", "--threads", threads, "samples"];
        entward(&options).exits(0)
    };
    let one = scan("1");
    assert_eq!(one.out, scan("4").out);
    let alerts = one.lines();
    let together: Vec<_> = alerts.iter().filter(|alert| alert["level"] == "high").collect();
    let [together] = together.as_slice() else { panic!("one alert of the correlation: {}", one.text()) };
    assert_eq!(together["rules"][0]["id"], "11111111-aaaa-4bbb-8ccc-000000000001");
    assert!(together["records"].as_array().unwrap().len() >= 3);
    // The rule that is only correlated says nothing by itself; the first-seen rule finds the attacker's address.
    assert!(alerts.iter().all(|alert| alert["rules"][0]["title"] != "Failed Sign-in"));
    assert!(alerts.iter().any(|alert| alert["level"] == "low" && alert["actor"]["address"] == "198.51.100.77"));
}

#[test]
fn placeholders_come_from_a_file_and_an_unset_one_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let rule = "title: By an Administrator\nlogsource: {product: azure, service: auditlogs}\n\
        detection:\n    selection:\n        InitiatedBy.user.userPrincipalName|expand: '%admins%'\n    condition: selection\n";
    fs::write(folder.path().join("admins.yml"), rule).unwrap();
    let path = folder.path().to_str().unwrap();
    let run = entward(&["scan", "--no-own-rules", "--rules", path, "samples"]).exits(5);
    assert!(run.err.contains("admins"), "{}", run.err);
    let values = folder.path().join("values.txt");
    fs::write(&values, "admins: [mira.koch@contoso.example]\n").unwrap();
    let options = ["scan", "--no-own-rules", "--rules", path, "--placeholders", values.to_str().unwrap(), "samples"];
    let run = entward(&options).exits(0);
    assert!(run.lines().iter().all(|alert| alert["actor"]["name"] == "mira.koch@contoso.example"));
    assert!(!run.out.is_empty());
}
