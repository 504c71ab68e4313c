//! Exit codes, streams, formats and filters.

use std::fs;

use serde_json::Value;

use crate::harness::{Run, csv, entward, entward_in, folder_with, project};
use crate::records::{TENANT, add_application, guid};

/// The alerts of the bundled samples, under some further options.
fn alerts(options: &[&str]) -> Vec<Value> {
    let mut arguments = vec!["scan", "--format", "ndjson", "samples/entra-audit.jsonl"];
    arguments.extend(options);
    entward(&arguments).exits(0).lines()
}

/// Checks that the program refused, said why on standard error only, and how.
#[track_caller]
fn refused(run: Run, says: &str) {
    let run = run.exits(2);
    assert!(run.out.is_empty(), "a refusal writes nothing to standard output");
    assert!(run.err.starts_with("error: ") && run.err.contains(says), "{}", run.err);
}

#[test]
fn a_complete_scan_exits_with_0_and_keeps_talk_off_standard_output() {
    let run = entward(&["scan", "--format", "ndjson", "samples/entra-audit.jsonl"]).exits(0);
    assert_eq!(run.lines().len(), 8);
    assert!(run.err.contains("132 records"), "the summary goes to standard error: {}", run.err);
}

#[test]
fn quiet_says_nothing_on_standard_error() {
    let run = entward(&["scan", "--quiet", "--format", "ndjson", "samples/entra-audit.jsonl"]).exits(0);
    assert_eq!(run.err, "");
}

#[test]
fn fail_on_exits_with_1_from_its_level_on() {
    let file = "samples/activity-log-page.json";
    let worst = &entward(&["scan", "--format", "ndjson", file]).exits(0).lines()[0]["level"];
    assert_eq!(worst, "high");
    for level in ["informational", "low", "medium", "high"] {
        entward(&["scan", "--format", "ndjson", "--fail-on", level, file]).exits(1);
    }
    entward(&["scan", "--format", "ndjson", "--fail-on", "critical", file]).exits(0);
    entward(&["scan", "--format", "matches", "--fail-on", "high", file]).exits(1);
}

#[test]
fn what_cannot_be_meant_is_refused_with_2() {
    refused(entward(&["scan", "no-such-folder"]), "no-such-folder: no such file or folder");
    refused(entward(&["events", "samples/*.nothing"]), "samples/*.nothing");
    refused(entward(&["scan", "--no-such-flag", "samples"]), "--no-such-flag");
    refused(entward(&["scan"]), "PATH");
    refused(entward(&["scan", "--level", "severe", "samples"]), "informational, low, medium, high, critical");
    refused(entward(&["scan", "--since", "yesterday", "samples"]), "2026-03-04T09:00:00Z");
    refused(entward(&["scan", "--threads", "0", "samples"]), "--threads");
    refused(entward(&["scan", "--clobber", "samples"]), "--output");
    refused(entward(&["scan", "--rules", "no-such-rules", "samples"]), "no-such-rules");
    refused(
        entward(&["scan", "--since", "2026-11-18T10:00:00Z", "--until", "2026-11-18T10:00:00Z", "samples"]),
        "is not before",
    );
}

#[test]
fn an_output_file_is_not_overwritten_unasked() {
    let folder = folder_with("out.ndjson", b"precious");
    let out = folder.path().join("out.ndjson");
    let name = out.to_str().expect("UTF-8");
    let arguments = ["scan", "--format", "ndjson", "-o", name, "samples/entra-audit.jsonl"];
    refused(entward(&arguments), "--clobber");
    assert_eq!(fs::read(&out).expect("the file"), b"precious");
    let run = entward(&[&arguments[..], &["--clobber"]].concat()).exits(0);
    assert!(run.out.is_empty());
    assert_eq!(fs::read_to_string(&out).expect("the file").lines().count(), 8);
    let left = fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(left, 1, "no temporary file stays behind");
}

#[test]
fn something_unread_exits_with_5_and_the_rest_is_read() {
    let folder = folder_with("good.jsonl", format!("{}\n", add_application(1, "Invoice Sync")).as_bytes());
    fs::write(folder.path().join("bad.jsonl"), "{\"time\": tru\n").expect("a file");
    let run = entward_in(folder.path(), &["scan", "--format", "ndjson", "."], &[]).exits(5);
    assert_eq!(run.lines().len(), 1);
    assert!(run.err.contains("bad.jsonl") && run.err.contains("at byte 0"), "{}", run.err);
}

#[test]
fn a_rule_that_cannot_load_is_named_and_exits_with_5() {
    let folder = folder_with(
        "broken.yml",
        b"title: Broken\nlogsource: {product: azure}\ndetection:\n  one: {a: b}\n  condition: two\n",
    );
    let rules = folder.path().to_str().expect("UTF-8");
    let run = entward(&["scan", "--format", "ndjson", "--rules", rules, "samples/entra-audit.jsonl"]).exits(5);
    assert_eq!(run.lines().len(), 8, "the other rules go on");
    assert!(run.err.contains("broken.yml") && run.err.contains("two"), "{}", run.err);
}

#[test]
fn a_json_document_holds_the_alerts_that_ndjson_has_one_a_line() {
    let document = entward(&["scan", "--format", "json", "samples"]).exits(0).json();
    let lines = entward(&["scan", "--format", "ndjson", "samples"]).exits(0).lines();
    assert_eq!(document["alerts"], Value::Array(lines.clone()));
    assert_eq!(document["summary"]["files"], 6);
    let counted: u64 =
        document["summary"]["alerts"].as_object().expect("by level").values().filter_map(Value::as_u64).sum();
    assert_eq!(counted, lines.len() as u64);
    for field in [
        "id",
        "level",
        "title",
        "operations",
        "actor",
        "targets",
        "because",
        "rules",
        "records",
        "first_seen",
        "last_seen",
    ] {
        assert!(lines.iter().all(|alert| alert.get(field).is_some()), "every alert has `{field}`");
    }
}

#[test]
fn every_format_says_the_same_alerts() {
    let lines = alerts(&[]);
    let of = |format: &str| entward(&["scan", "--format", format, "samples/entra-audit.jsonl"]).exits(0);
    let rows = csv(of("csv").text());
    assert_eq!(rows.len(), lines.len() + 1, "a header and a row for each alert");
    assert!(rows.iter().all(|row| row.len() == rows[0].len()));
    let ids: Vec<&str> = lines.iter().filter_map(|alert| alert["id"].as_str()).collect();
    assert_eq!(rows[1..].iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ids);
    let findings = of("ocsf").lines();
    assert_eq!(findings.len(), lines.len());
    assert!(findings.iter().all(|finding| finding["class_uid"] == 2004));
    let table = of("table");
    assert!(ids.iter().all(|id| table.text().contains(id)));
    assert!(
        table.text().lines().all(|line| line.chars().count() <= 80),
        "it fits 80 columns where there is no terminal"
    );
    let matches = of("matches").lines();
    let fields: Vec<&String> = matches[0].as_object().expect("an object").keys().collect();
    assert_eq!(fields, ["file", "index", "rule_id", "rule_title"]);
}

#[test]
fn events_have_one_line_a_record_in_every_format() {
    let lines = entward(&["events", "samples/entra-audit.jsonl"]).exits(0).lines();
    assert_eq!(lines.len(), 132);
    let indexes: Vec<u64> = lines.iter().filter_map(|event| event["index"].as_u64()).collect();
    assert_eq!(indexes, (0..132).collect::<Vec<u64>>());
    let fields: Vec<&String> = lines[0].as_object().expect("an object").keys().collect();
    assert_eq!(
        fields,
        [
            "file",
            "index",
            "shape",
            "time",
            "log",
            "operation",
            "operation_seen",
            "outcome",
            "actor",
            "targets",
            "tenant",
            "subscription",
            "correlation_id",
            "record_id"
        ]
    );
    let rows = csv(entward(&["events", "--format", "csv", "samples/entra-audit.jsonl"]).exits(0).text());
    assert_eq!(rows.len(), 133);
    entward(&["events", "--format", "table", "samples/entra-audit.jsonl"]).exits(0);
}

#[test]
fn filters_keep_what_they_name() {
    let all = alerts(&[]);
    let high: Vec<Value> =
        all.iter().filter(|alert| alert["level"] == "high" || alert["level"] == "critical").cloned().collect();
    assert_eq!(alerts(&["--level", "high"]), high);
    assert_eq!(alerts(&["--tenant", TENANT]), all);
    assert_eq!(alerts(&["--tenant", &guid(0)]), Vec::<Value>::new());
    for name in ["mira.koch@contoso.example", "fc27ed12-b108-47a9-8bf2-7734ac103525"] {
        let found = alerts(&["--actor", name]);
        assert!(
            !found.is_empty() && found.iter().all(|alert| alert["actor"]["name"] == "mira.koch@contoso.example"),
            "{name}"
        );
    }
    for app in ["build-agent-eu-west", "112021ac-e4a7-48ea-b7b5-29e4fa64053c", "8d3da711-8a32-4388-9ed8-2fc1f8e94694"] {
        let found = alerts(&["--app", app]);
        assert!(!found.is_empty() && found.len() < all.len(), "{app}");
        assert!(
            found
                .iter()
                .all(|alert| alert["title"].as_str().is_some_and(|title| title.contains("build-agent-eu-west"))),
            "{app}"
        );
    }
    let by_id = alerts(&["--operation", "entra.application.consent"]);
    assert!(!by_id.is_empty());
    assert!(by_id.iter().all(|alert| alert["operations"] == serde_json::json!(["entra.application.consent"])));
    assert_eq!(alerts(&["--operation", "CONSENT TO APPLICATION."]), by_id, "any spelling will do");
}

#[test]
fn since_takes_its_instant_in_and_until_leaves_it_out() {
    let events = entward(&["events", "samples/directory-audits-page.json"]).exits(0).lines();
    let time = events[0]["time"].as_str().expect("a time");
    let records = |option: &str| {
        let run =
            entward(&["scan", "--format", "json", option, time, "samples/directory-audits-page.json"]).exits(0).json();
        let found = run["alerts"].as_array().expect("alerts").clone();
        found
            .iter()
            .flat_map(|alert| alert["records"].as_array().cloned().unwrap_or_default())
            .any(|record| record["index"] == 0)
    };
    assert!(records("--since"));
    assert!(!records("--until"));
}

#[test]
fn the_same_bytes_come_out_whatever_the_thread_count() {
    for format in ["json", "ndjson", "csv", "ocsf", "matches"] {
        let with = |threads: &str| {
            entward(&["scan", "--quiet", "--format", format, "--threads", threads, "samples"]).exits(0).out
        };
        let one = with("1");
        assert!(one == with("2") && one == with("8"), "{format}");
    }
    let events = |threads: &str| entward(&["events", "--quiet", "--threads", threads, "samples"]).exits(0).out;
    let one = events("1");
    assert!(one == events("2") && one == events("8"));
}

#[test]
fn standard_input_is_read_as_a_file_named_dash() {
    let bytes = fs::read(project().join("samples/activity-log.jsonl.gz")).expect("a sample");
    let run = entward_in(&project(), &["events", "-"], &bytes).exits(0);
    let from_file = entward(&["events", "samples/activity-log.jsonl.gz"]).exits(0);
    assert_eq!(run.lines().len(), from_file.lines().len());
    assert_eq!(run.lines()[0]["operation"], from_file.lines()[0]["operation"]);
}

#[test]
fn completions_and_manual_pages_are_generated() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(entward(&["completion", shell]).exits(0).text().contains("entward"), "{shell}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    entward_in(folder.path(), &["man", "pages"], &[]).exits(0);
    for page in ["entward.1", "entward-scan.1", "entward-events.1"] {
        assert!(fs::read_to_string(folder.path().join("pages").join(page)).expect("a page").contains(".TH"), "{page}");
    }
}

#[test]
fn rules_are_converted_and_what_cannot_be_said_is_refused() {
    let run = entward(&["rules", "convert", "--to", "kql"]).exits(0);
    assert!(run.text().contains("\nAuditLogs\n| where "), "queries on standard output");
    let (converted, rules) = run.err.lines().last().and_then(|line| line.split_once(" of ")).expect("how many");
    assert_eq!(rules, format!("{converted} rules converted"), "nothing is refused");
    // Sentinel refuses a few more: those that look back further than a scheduled query may, and chains.
    let template = entward(&["rules", "convert", "--to", "kql", "--format", "sentinel"]).exits(5);
    let resources = template.json()["resources"].as_array().expect("resources").len();
    let said = template.err.lines().last().and_then(|line| line.split_once(" of ")).expect("how many").0;
    assert_eq!(resources.to_string(), said);
    assert!(resources <= converted.parse().expect("a number") && resources > 170, "{}", template.err);
    let rule = "title: T\nlogsource: { product: azure, service: auditlogs }\ndetection:\n  s:\n    NoSuch: x\n  condition: s\n";
    let folder = folder_with("rule.yml", rule.as_bytes());
    let run = entward_in(folder.path(), &["rules", "convert", "--to", "kql", "rule.yml"], &[]).exits(5);
    assert!(run.err.contains("refused: T: it can match no row of AuditLogs: no column for NoSuch"), "{}", run.err);
    let correlated = "title: Part\nname: part\nlogsource: { product: azure, service: signinlogs }\ndetection: { s: { ResultType: 50126 }, condition: s }\n---\n\
        title: Guessing\nid: 11111111-2222-4333-8444-555555555555\nlevel: high\n\
        correlation: { type: event_count, rules: [part], group-by: [IPAddress], timespan: 90m, condition: { gte: 20 } }\n";
    let folder = folder_with("rule.yml", correlated.as_bytes());
    let run = entward_in(folder.path(), &["rules", "convert", "--to", "kql", "rule.yml"], &[]).exits(0);
    assert!(run.text().starts_with("// Guessing\n"), "what is only a part is no query of its own: {}", run.text());
    assert_eq!(run.err.trim(), "1 of 1 rules converted");
    let run = entward_in(folder.path(), &["rules", "convert", "--to", "kql", "--format", "sentinel", "rule.yml"], &[])
        .exits(0);
    let properties = &run.json()["resources"][0]["properties"];
    assert_eq!((properties["severity"].as_str(), properties["queryPeriod"].as_str()), (Some("High"), Some("PT26H")));
    refused(entward(&["rules", "convert", "--to", "kql", "no-such-rules"]), "no-such-rules");
    refused(entward(&["rules", "convert"]), "--to");
}
