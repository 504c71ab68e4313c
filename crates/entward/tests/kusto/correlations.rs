//! Correlations in Kusto: all pass the parser, and their matches are the correlator's.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;

use entward_analysis::detect::{Detector, Filter, Hit, Sink, Trouble};
use entward_analysis::knowledge::Knowledge;
use entward_analysis::kql::{self, Options};
use entward_model::Summary;
use entward_sigma::{Collection, Finding, Limits, Loader};
use serde_json::{Value, json};

/// The rules that are correlated.
const RULES: &str = "
title: Failed
id: 11111111-2222-4333-8444-000000000001
name: failed
logsource: {product: azure, service: signinlogs}
detection: {s: {ResultType: [50126, 50053]}, condition: s}
---
title: Any
id: 11111111-2222-4333-8444-000000000002
name: any
logsource: {product: azure, service: signinlogs}
detection: {s: {ResultType|exists: true}, condition: s}
---
title: Worked
id: 11111111-2222-4333-8444-000000000003
name: worked
logsource: {product: azure, service: signinlogs}
detection: {s: {ResultType: 0}, condition: s}
---
title: Role
id: 11111111-2222-4333-8444-000000000004
name: role
logsource: {product: azure, service: auditlogs}
detection: {s: {OperationName: Add member to role}, condition: s}
";

/// Correlations of every kind, with every limit, groups and aliases.
const CORRELATIONS: &[&str] = &[
    "type: event_count, rules: [failed], group-by: [IPAddress], timespan: 1m, condition: {gte: 3}",
    "type: event_count, rules: [failed, any], group-by: [IPAddress], timespan: 90s, condition: {gt: 4}",
    "type: event_count, rules: [role], timespan: 2m, condition: {gte: 2}",
    "type: event_count, rules: [failed], timespan: 1m, condition: {gte: 1}",
    "type: event_count, rules: [failed], group-by: [UserPrincipalName], timespan: 1m, condition: {lt: 3}",
    "type: event_count, rules: [failed], group-by: [UserPrincipalName], timespan: 1m, condition: {lte: 2, gte: 2}",
    "type: event_count, rules: [failed], timespan: 1m, condition: {eq: 3}",
    "type: event_count, rules: [failed], timespan: 1m, condition: {neq: 3}",
    "type: event_count, rules: [failed], timespan: 1m, condition: {eq: 2.5}",
    "type: value_count, rules: [failed], group-by: [IPAddress], timespan: 1m, condition: {field: UserPrincipalName, gte: 2}",
    "type: value_count, rules: [failed, any], group-by: [IPAddress], timespan: 1h, condition: {field: [UserPrincipalName, AppDisplayName], gt: 3}",
    "type: value_count, rules: [any], group-by: [IPAddress, UserPrincipalName], timespan: 2m, condition: {field: AppDisplayName, lt: 2}",
    "type: value_sum, rules: [role], group-by: [TargetResources.userPrincipalName], timespan: 3m, condition: {field: DurationMs, gte: 20}",
    "type: value_avg, rules: [role], timespan: 1m, condition: {field: DurationMs, gt: 4.5}",
    "type: value_percentile, rules: [role], timespan: 3m, condition: {field: DurationMs, percentile: 50, gte: 6}",
    "type: value_percentile, rules: [role], timespan: 5m, condition: {field: DurationMs, percentile: 95, lte: 9}",
    "type: value_percentile, rules: [any], timespan: 5m, condition: {field: AppDisplayName, lte: 20}",
    "type: temporal, rules: [failed, worked], group-by: [IPAddress], timespan: 1m",
    "type: temporal, rules: [failed, worked, role], timespan: 30s, condition: {gte: 2}",
    "type: temporal, rules: [failed, worked, role], timespan: 1m, condition: (failed or worked) and role",
    "type: temporal, rules: [failed, role], timespan: 1m, condition: failed and not role",
    "type: temporal_ordered, rules: [failed, worked], group-by: [UserPrincipalName], timespan: 1m",
    "type: temporal_ordered, rules: [failed, worked, role], timespan: 2m, condition: {gte: 2}",
    "type: temporal_ordered, rules: [failed, worked, role], timespan: 2m, condition: failed and role and not worked",
    "type: temporal_ordered, rules: [failed, worked, role], group-by: [who], timespan: 3m, \
            aliases: {who: {failed: UserPrincipalName, worked: UserPrincipalName, role: TargetResources.userPrincipalName}}",
    "type: event_count, rules: [role], group-by: [Changes.Role.TemplateId.New], timespan: 2m, condition: {gte: 2}",
    "type: value_count, rules: [role], timespan: 4m, condition: {field: Changes.Role.TemplateId.New, gte: 2}",
    "type: temporal, rules: [failed, role], group-by: [address], timespan: 3m, \
            aliases: {address: {failed: IPAddress, role: InitiatedBy.user.ipAddress}}",
];

/// What Kusto cannot say, and why.
const REFUSED: &[(&str, &str)] = &[
    (
        "type: event_count, rules: [failed], group-by: [NoSuch], timespan: 1m, condition: {gte: 3}",
        "no table of `Failed` has a column for NoSuch",
    ),
    (
        "type: event_count, rules: [role], group-by: [Changes.Role.TemplateId.Added], timespan: 1m, condition: {gte: 3}",
        "`Changes.Role.TemplateId.Added`: Kusto gives the values of this side in no order",
    ),
];

fn collection(correlation: &str) -> Collection {
    let mut loader = Loader::default();
    loader.add(
        "c.yml",
        &format!(
            "{RULES}---\ntitle: {}\nid: 11111111-2222-4333-8444-555555555555\ncorrelation: {{{correlation}}}\n",
            json!(correlation)
        ),
    );
    // A filter is part of the rule that it is about.
    loader.add(
        "f.yml",
        "title: Not the scanner\nlogsource: {product: azure, service: signinlogs}\nfilter: {rules: [failed], s: {AppDisplayName: Scanner}, condition: not s}\n",
    );
    let (collection, errors) = loader.finish();
    assert!(errors.is_empty(), "{errors:?}");
    collection
}

/// Correlations of the matches of `burst` and `many`, which are correlations themselves.
const CHAINS: &[&str] = &[
    "type: temporal_ordered, rules: [burst, worked], group-by: [IPAddress], timespan: 3m",
    "type: temporal, rules: [burst, many], group-by: [IPAddress], timespan: 5m",
    "type: event_count, rules: [burst, role], timespan: 5m, condition: {gte: 3}",
];

fn chain(correlation: &str) -> Collection {
    let mut loader = Loader::default();
    let id = "id: 11111111-2222-4333-8444-555555555555";
    loader.add("c.yml", &format!("{RULES}---\ntitle: Chain\n{id}\ncorrelation: {{{correlation}}}\n"));
    let below = [
        ("burst", "type: event_count, rules: [failed], group-by: [IPAddress], timespan: 1m, condition: {gte: 2}"),
        (
            "many",
            "type: value_count, rules: [any], group-by: [IPAddress], timespan: 2m, condition: {field: AppDisplayName, gte: 2}",
        ),
    ];
    for (name, body) in below.iter().filter(|(name, _)| correlation.contains(name)) {
        loader.add("b.yml", &format!("title: {name}\nname: {name}\ncorrelation: {{{body}}}\n"));
    }
    let (collection, errors) = loader.finish();
    assert!(errors.is_empty(), "{errors:?}");
    collection
}

#[test]
fn chains_are_said_in_queries_that_are_not_scheduled() {
    let (mut queries, mut lines, mut expected) = (Vec::new(), String::new(), Vec::new());
    for (seed, text) in CHAINS.iter().enumerate() {
        let whole = chain(text);
        queries.push(((*text).to_owned(), converted(&whole, Options::default()).unwrap().to_string()));
        let scheduled = converted(&whole, Options { scheduled_hours: Some(1), terse: false }).unwrap_err();
        assert!(scheduled.to_string().contains("only a query that is not scheduled"), "{scheduled}");
        for round in 0..10 {
            let collection = chain(text);
            let rows = rows(3_000 + seed as u64 * 100 + round);
            // Only what is correlated at the end speaks, and is the one query.
            let query = kql::convert_all(&collection, &super::mapping(), Options::default()).pop().unwrap().unwrap();
            assert!(query.starts_with("// Chain\n"), "{query}");
            lines.push_str(&question(text, &collection, &rows));
            expected.push((text, told(collection, &rows)));
        }
    }
    let wrong: Vec<_> =
        super::parsed(&queries).into_iter().filter(|(_, diagnostics)| !diagnostics.is_empty()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let mut matches = 0;
    for (answer, (text, told)) in evaluated(lines).iter().zip(&expected) {
        let found = answer["rows"].as_array().unwrap_or_else(|| panic!("{text}: {}", answer["error"]));
        let mut found: Vec<Told> = found.iter().map(read).collect();
        found.sort();
        assert_eq!(found, *told, "{text}");
        matches += told.len();
    }
    assert!(matches > 30, "{matches} matches");
}

fn converted(collection: &Collection, options: Options) -> Result<kql::Script, kql::Refusal> {
    kql::convert_correlation(collection, &collection.correlations[0], &super::mapping(), options)
}

#[test]
fn every_correlation_passes_the_parser_of_kusto() {
    let mut queries = Vec::new();
    for text in CORRELATIONS {
        let collection = collection(text);
        for terse in [false, true] {
            for scheduled_hours in [None, Some(1)] {
                let query = converted(&collection, Options { scheduled_hours, terse }).unwrap();
                queries.push((format!("{text} ({scheduled_hours:?})"), query.to_string()));
            }
        }
        let (template, refusals) = kql::template(&collection, &super::mapping());
        assert!(refusals.is_empty(), "{refusals:?}");
        let last = template["resources"].as_array().unwrap().last().unwrap();
        assert_eq!(last["properties"]["displayName"], *text);
    }
    let wrong: Vec<_> =
        super::parsed(&queries).into_iter().filter(|(_, diagnostics)| !diagnostics.is_empty()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_kusto_cannot_say_is_refused_with_the_reason() {
    for (text, reason) in REFUSED {
        let refusal = converted(&collection(text), Options::default()).unwrap_err().to_string();
        assert!(refusal.contains(reason), "{refusal}");
    }
}

/// Three stand written out, one of each way to look at windows.
#[test]
fn three_correlations_stand_written_out() {
    let written = [
        (
            "correlation_count",
            "type: event_count, rules: [failed], group-by: [IPAddress], timespan: 10m, condition: {gte: 20}",
        ),
        (
            "correlation_values",
            "type: value_count, rules: [failed], group-by: [IPAddress], timespan: 1h, condition: {field: UserPrincipalName, gte: 10}",
        ),
        (
            "correlation_ordered",
            "type: temporal_ordered, rules: [failed, worked, role], group-by: [who], timespan: 1h, \
             aliases: {who: {failed: UserPrincipalName, worked: UserPrincipalName, role: TargetResources.userPrincipalName}}",
        ),
    ];
    let mut differing = Vec::new();
    for (name, text) in written {
        let query = converted(&collection(text), Options::default()).unwrap().to_string() + "\n";
        let file = super::root().join(format!("tests/kusto/queries/{name}.kql"));
        if std::fs::read_to_string(&file).unwrap_or_default() != query {
            std::fs::write(&file, query).unwrap();
            differing.push(name);
        }
    }
    assert!(differing.is_empty(), "written anew, look at the difference and commit it: {differing:?}");
}

/// A match: when it began, when it held last, and its group.
type Told = (String, String, Vec<String>);

/// The matches of the query, on the same evaluator as single rules, are those of the correlator.
#[test]
fn queries_find_the_matches_of_the_correlator() {
    let mut lines = String::new();
    let mut expected = Vec::new();
    for (seed, text) in CORRELATIONS.iter().enumerate() {
        for round in 0..10 {
            let collection = collection(text);
            let rows = rows(seed as u64 * 100 + round);
            lines.push_str(&question(text, &collection, &rows));
            expected.push((text, rows.clone(), told(collection, &rows)));
        }
    }
    let answers = evaluated(lines);
    assert_eq!(answers.len(), expected.len());
    let (mut matches, mut wrong) = (0, String::new());
    for (answer, (text, rows, told)) in answers.iter().zip(&expected) {
        let Some(found) = answer["rows"].as_array() else {
            writeln!(wrong, "{text}: {}", answer["error"]).unwrap();
            continue;
        };
        let mut found: Vec<Told> = found.iter().map(read).collect();
        found.sort();
        matches += told.len();
        if found != *told {
            let rows: Vec<String> = rows.iter().map(Value::to_string).collect();
            writeln!(wrong, "{text}\n  engine {told:?}\n  query  {found:?}\n{}", rows.join("\n")).unwrap();
        }
    }
    eprintln!("{} runs, {matches} matches", expected.len());
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(matches > 800, "{matches} matches");
}

/// A line for `tests/kusto/correlate.py`.
pub(super) fn question(name: &str, collection: &Collection, rows: &[Value]) -> String {
    asked(name, collection, rows, None)
}

/// The same for a scheduled rule that runs at a certain time.
fn asked(name: &str, collection: &Collection, rows: &[Value], now: Option<&str>) -> String {
    let options = Options { scheduled_hours: now.map(|_| 1), terse: false };
    let query = kql::convert_all(collection, &super::mapping(), options).pop().unwrap().unwrap();
    let mut tables: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    rows.iter().for_each(|row| tables.entry(row["Type"].as_str().unwrap()).or_default().push(row));
    let columns = kql::tables().iter().map(|table| {
        let columns = table.columns.iter().map(|column| (column.name.to_owned(), json!(column.kind)));
        (table.name.to_owned(), Value::Object(columns.collect()))
    });
    let columns = Value::Object(columns.collect());
    format!("{}\n", json!({ "name": name, "query": query, "columns": columns, "rows": tables, "now": now }))
}

pub(super) fn evaluated(lines: String) -> Vec<Value> {
    let mut command = Command::new("python3");
    command
        .arg(super::root().join("tests/kusto/correlate.py"))
        .env("PYTHONPATH", super::modules())
        .env("PYTHONDONTWRITEBYTECODE", "1");
    super::answers(command, lines)
}

/// Of two runs an hour apart, one tells of each match, and only once.
#[test]
fn scheduled_rules_tell_of_each_match_once() {
    let (mut lines, mut expected) = (String::new(), Vec::new());
    for (seed, text) in CORRELATIONS.iter().enumerate() {
        let collection = collection(text);
        let rows = rows(900 + seed as u64);
        for minute in [27, 33] {
            for hour in ["09", "10"] {
                let now = format!("2026-03-04T{hour}:{minute}:00.0000000Z");
                lines.push_str(&asked(text, &collection, &rows, Some(&now)));
            }
            expected.push((text, told(collection.clone(), &rows)));
        }
    }
    let mut by_the_first = 0;
    for (runs, (text, told)) in evaluated(lines).chunks(2).zip(&expected) {
        let mut found = Vec::new();
        for (place, run) in runs.iter().enumerate() {
            let rows = run["rows"].as_array().unwrap_or_else(|| panic!("{text}: {}", run["error"]));
            by_the_first += if place == 0 { rows.len() } else { 0 };
            found.extend(rows.iter().map(read));
        }
        let mut found: Vec<_> = found.into_iter().map(|(began, _, group)| (began, group)).collect();
        found.sort();
        let mut told: Vec<_> = told.iter().map(|(began, _, group)| (began.clone(), group.clone())).collect();
        told.sort();
        assert_eq!(found, told, "{text}");
    }
    assert!(by_the_first > 30, "{by_the_first} matches in the first runs");
}

/// Rules that are met at one instant have no order, so either one is accepted.
#[test]
fn events_of_one_instant_may_follow_each_other_both_ways() {
    let row = |place: usize, result: &str| {
        json!({
            "Type": "SigninLogs", "TimeGenerated": "2026-03-04T09:21:00.0000000Z", "Category": "SignInLogs", "ResultType": result,
            "UserPrincipalName": "ada@contoso.example", "CorrelationId": format!("aaaaaaaa-0000-4000-8000-{place:012}"),
        })
    };
    let text = "type: temporal_ordered, rules: [failed, worked], group-by: [UserPrincipalName], timespan: 1m";
    let mut lines = String::new();
    for results in [["0", "50126"], ["50126", "0"]] {
        let rows: Vec<Value> = results.iter().enumerate().map(|(place, result)| row(place, result)).collect();
        let collection = collection(text);
        lines.push_str(&question(text, &collection, &rows));
        assert_eq!(told(collection, &rows).len(), 1);
    }
    for answer in evaluated(lines) {
        assert_eq!(answer["rows"].as_array().map(Vec::len), Some(1), "{answer}");
    }
}

fn read(row: &Value) -> Told {
    let time = |name: &str| row[name].as_str().unwrap()[..19].to_owned();
    let members = row.as_object().unwrap().iter();
    let others = ["TimeGenerated", "LastTime", "EntwardActor", "EntwardAddress"];
    let group = members.filter(|(name, _)| !others.contains(&name.as_str()));
    let mut group: Vec<String> = group.map(|(_, value)| value.as_str().unwrap().to_owned()).collect();
    group.sort();
    (time("TimeGenerated"), time("LastTime"), group)
}

/// What the correlator tells of rows.
fn told(collection: Collection, rows: &[Value]) -> Vec<Told> {
    let correlation = collection.correlations[0].clone();
    let mut groups = BTreeMap::new();
    let found = fed(collection, rows, &mut |reference, rule, fields, values| {
        let member = entward_sigma::Member::Rule(rule as usize);
        // What comes up through a correlation has the same fields, for no test gives them other names there.
        let member = correlation.members.iter().position(|of| *of == member).unwrap_or_default();
        let group = correlation.group_by.iter().map(|name| {
            let field = correlation.field_of(name, member)?;
            values[fields.iter().position(|known| known == field)?].map(str::to_lowercase)
        });
        if let Some(mut group) = group.collect::<Option<Vec<String>>>() {
            group.sort();
            groups.insert(reference, group);
        }
    });
    let mut told: Vec<Told> = Vec::new();
    for finding in &found {
        let Finding::Ended(ended, _) = finding else { continue };
        told.push((shown(ended.fired_time), shown(ended.last_time), groups[&ended.references[0]].clone()));
    }
    told.sort();
    told
}

/// What is done with an event: its reference, its rule, and its fields with their values.
type Each<'e> = &'e mut dyn FnMut(u64, u32, &[String], &[Option<&str>]);

/// What the correlator finds in rows.
pub(super) fn fed(collection: Collection, rows: &[Value], each: Each<'_>) -> Vec<Finding> {
    struct Fed(Vec<Hit>);
    impl Sink for Fed {
        fn hit(&mut self, hit: Hit) {
            self.0.push(hit);
        }
        fn trouble(&mut self, trouble: Trouble) {
            panic!("{}", trouble.reason);
        }
    }
    let (detector, errors) = Detector::new(collection, &super::mapping(), Knowledge::bundled());
    assert!(errors.is_empty());
    let mut correlator = detector.correlator(Limits::default());
    let mut found = Vec::new();
    for (reference, row) in rows.iter().enumerate() {
        let mut hits = Fed(Vec::new());
        let text = row.to_string();
        detector.worker().scan(text.as_bytes(), None, &mut 0, &Filter::default(), &mut Summary::default(), &mut hits);
        for hit in hits.0 {
            let time = hit.event.time.unwrap().nanos();
            for event in &hit.correlated {
                let values: Vec<Option<&str>> = event.values.iter().map(Option::as_deref).collect();
                each(reference as u64, event.rule, correlator.fields(event.rule), &values);
                correlator.feed(event.rule, time, reference as u64, &values, &mut found);
            }
        }
    }
    correlator.flush(&mut found);
    found
}

/// Rows begin at this second of 4 March 2026.
const START: i64 = 1_772_616_000;

pub(super) fn shown(nanos: i64) -> String {
    let seconds = nanos / 1_000_000_000 - START;
    format!("2026-03-04T{:02}:{:02}:{:02}", 9 + (1_200 + seconds) / 3_600, (1_200 + seconds) / 60 % 60, seconds % 60)
}

/// Forty rows of two tables, no two at one instant: there the engine asks after each and the query after all.
pub(super) fn rows(seed: u64) -> Vec<Value> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1;
    let mut below = |end: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % end
    };
    let mut seconds = 0;
    let mut rows = Vec::new();
    for _ in 0..40 {
        seconds += [1, 3, 8, 15, 30, 60, 61, 150][below(8) as usize];
        let time = format!("{}.0000000Z", shown((START + seconds) * 1_000_000_000));
        let user = ["ada@contoso.example", "Ada@contoso.example", "bob@contoso.example", ""][below(4) as usize];
        let address = ["203.0.113.7", "203.0.113.8"][below(2) as usize];
        let result = ["0", "50126", "50126", "50053"][below(4) as usize];
        let app = ["Mail", "mail", "Portal", "Scanner"][below(4) as usize];
        // Of several values the first counts.
        let role =
            [json!("\"t-1\""), json!("\"T-1\""), json!("[\"t-2\",\"t-1\"]"), Value::Null][rows.len() % 4].clone();
        let changed = json!([{ "displayName": "Role.TemplateId", "oldValue": null, "newValue": role }]);
        rows.push(if below(4) == 0 {
            json!({
                "Type": "AuditLogs", "TimeGenerated": time, "OperationName": "Add member to role",
                "ActivityDisplayName": "Add member to role", "Category": "RoleManagement", "Result": "success",
                "InitiatedBy": { "user": { "userPrincipalName": "eve@contoso.example", "ipAddress": address } },
                "TargetResources": [{ "type": "Role", "userPrincipalName": null }, { "type": "User", "userPrincipalName": user, "modifiedProperties": changed }],
                "DurationMs": below(12), "CorrelationId": format!("aaaaaaaa-0000-4000-8000-{:012}", rows.len()),
            })
        } else {
            json!({
                "Type": "SigninLogs", "TimeGenerated": time, "OperationName": "Sign-in activity", "Category": "SignInLogs",
                "ResultType": result, "UserPrincipalName": user,
                "IPAddress": address, "AppDisplayName": app,
                "CorrelationId": format!("aaaaaaaa-0000-4000-8000-{:012}", rows.len()),
            })
        });
    }
    rows
}
