//! Every query of our rules passes Microsoft's own Kusto parser with the tables declared, and ten of them stand
//! written out in `tests/kusto/queries/`.
//!
//! The parser is `@kusto/language-service-next` of npm (MIT), pinned by `tests/kusto/package-lock.json`; it is for tests
//! only and is shipped with nothing. It knows whether a query is well formed, each name exists and types fit. What a
//! query finds is tried out on an evaluator of somebody else's, for no engine of Microsoft's is to be had.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a test that cannot look says so")]

#[path = "kusto/correlations.rs"]
mod correlations;
#[path = "kusto/first_seen.rs"]
mod first_seen;

use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use entward_analysis::detect::{Detector, Filter, Hit, Mapping, Sink, Trouble};
use entward_analysis::knowledge::Knowledge;
use entward_analysis::kql::{self, Options};
use entward_model::Summary;
use entward_sigma::{Collection, Rule, parse};
use serde_json::{Value, json};

/// Rules whose queries stand written out: together they use everything that our pack uses.
const WRITTEN_OUT: &[&str] = &[
    "entra/audit/application_registered",
    "entra/audit/application_registered_by_application",
    "entra/audit/application_owner_added_by_another",
    "entra/audit/application_redirect_uri_insecure",
    "entra/audit/application_secret_added",
    "entra/audit/requested_permissions_changed",
    "entra/audit/tenant_wide_delegated_permission_granted",
    "entra/sign_in/consent_declined_at_sign_in",
    "azure/activity/azure_role_assigned_at_root_or_management_group",
    "azure/activity/azure_role_definition_can_assign_roles",
];

/// What no rule of ours uses, so that it is parsed too.
const OTHER_WAYS: &[(&str, &str)] = &[
    ("signinlogs", "IPAddress|cidr: [192.0.2.0/24, '2001:db8::/32']"),
    ("signinlogs", "DeviceDetail.trustType: null"),
    ("signinlogs", "ConditionalAccessPolicies.enforcedGrantControls: mfa"),
    ("signinlogs", "LocationDetails.geoCoordinates.latitude|gt: 47.5"),
    ("signinlogs", "OriginalTransferMethod: deviceCodeFlow"),
    ("signinlogs", "properties.message: Device Code"),
    ("signinlogs", "Status: Failure"),
    ("signinlogs", "CreatedDateTime|hour|gte: 22"),
    ("signinlogs", "CreatedDateTime|week: 7"),
    ("signinlogs", "UserAgent|base64offset|contains: curl"),
    ("signinlogs", "UserAgent|windash|contains: ' -x'"),
    ("signinlogs", "UserAgent|neq: x"),
    ("signinlogs", "UserPrincipalName|startswith|fieldref: AlternateSignInName"),
    ("signinlogs", "IsInteractive: true"),
    ("auditlogs", "TargetResources|contains: 'a\"b'"),
    ("auditlogs", "TargetResources.id|exists: false"),
    ("auditlogs", "InitiatedBy.user.roles|contains: admin"),
    ("auditlogs", "InitiatedBy.user|contains|all: [a, b]"),
    ("auditlogs", "Result|contains: suc"),
    ("auditlogs", "Category: 'ä*ö?'"),
    ("auditlogs", "Changes.RequiredResourceAccess.Old|re: 'x'"),
    ("auditlogs", "Changes.DelegatedPermissionGrant.Scope.Removed: Mail.Read"),
    ("auditlogs", "DurationMs|lte: -1"),
    ("activitylogs", "Claims.appid: x"),
    ("activitylogs", "Authorization.evidence.role|endswith: Owner"),
    ("activitylogs", "properties.responseBody.properties.roleName: x"),
    ("riskdetection", "riskEventType: unfamiliarFeatures"),
    ("riskdetection", "AdditionalInfo.userAgent|contains: x"),
    ("graphactivitylogs", "ResponseStatusCode|gt: 399"),
    ("graphactivitylogs", "RequestUri|contains: '/users'"),
    ("provisioninglogs", "ModifiedProperties.displayName: x"),
];

/// Ways to compare that are tried out on rows besides those of our rules.
const TRIED_OUT: &[(&str, &str)] = &[
    ("auditlogs", "Category|startswith: role"),
    ("auditlogs", "Category|neq: RoleManagement"),
    ("auditlogs", "Category: 'role*m?nt'"),
    ("auditlogs", "Category|re: '^Role'"),
    ("auditlogs", "Category|cased: rolemanagement"),
    ("auditlogs", "OperationName|contains: 'application - cert'"),
    ("auditlogs", "OperationName|endswith: management"),
    ("auditlogs", "OperationName|contains|all: [add, role]"),
    ("auditlogs", "Result|contains: cess"),
    ("auditlogs", "ResultReason|exists: false"),
    ("auditlogs", "TargetResources.displayName|endswith: sync"),
    ("auditlogs", "TargetResources.type: 'Service Principal'"),
    ("auditlogs", "TargetResources.type|neq: User"),
    ("auditlogs", "TargetResources|contains: '\"type\":\"Role\"'"),
    ("auditlogs", "TargetResources.type|exists: true"),
    ("auditlogs", "TargetResources.userPrincipalName|fieldref: InitiatedBy.user.userPrincipalName"),
    ("auditlogs", "targetResources.modifiedProperties.newValue|contains: keytype"),
    ("auditlogs", "TargetResources.modifiedProperties.displayName|contains|all: ['Role.', 'Included']"),
    ("auditlogs", "TargetResources.modifiedProperties.displayName|contains: [AppId, KeyDesc, Scope, Issuer, Role]"),
    ("auditlogs", "InitiatedBy.user.id: null"),
    ("auditlogs", "InitiatedBy.app.displayName: ['Deploy Robot', other]"),
    ("auditlogs", "InitiatedBy.app.displayName|exists: true"),
    ("auditlogs", "InitiatedBy.user|contains: ada@"),
    ("auditlogs", "InitiatedBy.user.ipAddress|cidr: 203.0.113.0/28"),
    ("auditlogs", "AdditionalDetails.User-Agent|contains: mozilla"),
    ("auditlogs", "AdditionalDetails.value|contains: mozilla"),
    ("auditlogs", "Changes.KeyDescription.Old|exists: true"),
    ("auditlogs", "Changes.KeyDescription.New|re: 'KeyType=(Password|Symmetric)'"),
    ("auditlogs", "Changes.DelegatedPermissionGrant.Scope.New: user.read"),
    ("auditlogs", "Changes.RequiredResourceAccess.New|contains: '00000003-0000-0000-c000-000000000000'"),
    ("auditlogs", "Changes.AppAddress.Added: null"),
    ("activitylogs", "ResourceId|contains: /roleassignments/"),
    ("activitylogs", "ResultType: Succeeded"),
    ("activitylogs", "ResultType|startswith: st"),
    ("activitylogs", "Authorization.evidence.role: owner"),
    ("activitylogs", "Claims.name|contains: a"),
    ("activitylogs", "properties.statusCode: created"),
    ("activitylogs", "properties.requestbody|contains: principalid"),
    ("activitylogs", "properties.responseBody.properties.principalType: serviceprincipal"),
    ("signinlogs", "ResultType|gte: 50000"),
    ("signinlogs", "Status: Failure"),
];

#[test]
fn every_query_passes_the_parser_of_kusto() {
    let mapping = mapping();
    let mut queries: Vec<(String, String)> = Vec::new();
    let rules = rules();
    for (path, rule) in &rules {
        let query = kql::convert(rule, &mapping, Options::default()).unwrap_or_else(|refusal| panic!("{refusal}"));
        queries.push((path.clone(), query.to_string()));
    }
    let collection =
        Collection { rules: rules.iter().map(|(_, rule)| rule.clone()).collect(), ..Collection::default() };
    let (template, refusals) = kql::template(&collection, &mapping);
    assert!(refusals.is_empty(), "{refusals:?}");
    for resource in template["resources"].as_array().unwrap() {
        let properties = &resource["properties"];
        let text = |name: &str| properties[name].as_str().unwrap().to_owned();
        queries.push((format!("{} (Sentinel)", text("displayName")), text("query")));
    }
    for (service, item) in OTHER_WAYS.iter().chain(TRIED_OUT) {
        let rule = rule_of(service, item, "s");
        let query = kql::convert(&rule, &mapping, Options::default()).unwrap_or_else(|refusal| panic!("{refusal}"));
        queries.push(((*item).to_owned(), query.to_string()));
    }
    let mut wrong = String::new();
    for (name, diagnostics) in parsed(&queries) {
        for diagnostic in diagnostics {
            writeln!(wrong, "{name}: {diagnostic}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Public rules, where they lie beside the project: each is converted or refused, and what is converted parses.
#[test]
fn public_rules_are_converted_or_refused() {
    let folder = root().join("../shared/corpora/sigma-azure-sample");
    if !folder.is_dir() {
        eprintln!("skipped: the public rules (../shared/corpora) are not here");
        return;
    }
    let mapping = mapping();
    let mut queries = Vec::new();
    for path in files_below(&folder) {
        let (rules, _) = parse(&path.to_string_lossy(), &std::fs::read_to_string(&path).unwrap());
        for rule in rules {
            if let Ok(query) = kql::convert(&rule, &mapping, Options::default()) {
                queries.push((rule.about.title.clone(), query.to_string()));
            }
        }
    }
    assert!(queries.len() > 35, "most can be said: {}", queries.len());
    let wrong: Vec<_> = parsed(&queries).into_iter().filter(|(_, diagnostics)| !diagnostics.is_empty()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// A test that never fails proves nothing.
#[test]
fn the_parser_finds_what_is_wrong() {
    let wrong =
        ["AuditLogs | where Nothing == 1", "AuditLogs | where Category > 1", "AuditLogs | where (Category == 'x'"];
    let queries: Vec<(String, String)> = wrong.iter().map(|query| ((*query).to_owned(), (*query).to_owned())).collect();
    for (query, diagnostics) in parsed(&queries) {
        assert_eq!(diagnostics.len(), 1, "{query}: {diagnostics:?}");
    }
}

/// Each query finds the rows that the engine finds, on rows made of all cases of all rules. The evaluator is
/// streaming-kql of PyPI (Apache-2.0), which has nothing to do with Microsoft's: an agreement shows that the query means
/// what the rule means, as far as somebody else has understood Kusto.
#[test]
fn queries_find_what_the_engine_finds() {
    let mapping = mapping();
    let rows = rows();
    assert!(rows.len() > 150, "{} rows", rows.len());
    let mut lines = String::new();
    let mut expected = Vec::new();
    let mut tried = rules();
    for (service, item) in TRIED_OUT {
        // Both ways, for null turns a condition around into nothing.
        for condition in ["s", "not s"] {
            tried.push((format!("{condition}: {item}"), rule_of(service, item, condition)));
        }
    }
    for (path, rule) in tried {
        let query = kql::convert(&rule, &mapping, Options::default()).unwrap();
        let (detector, _) =
            Detector::new(Collection { rules: vec![rule], ..Collection::default() }, &mapping, Knowledge::bundled());
        for table in kql::tables().iter().filter(|table| query.tables().any(|name| name == table.name)) {
            let rows: Vec<&Value> = rows.iter().filter(|row| row["Type"] == table.name).collect();
            if rows.is_empty() {
                continue;
            }
            let columns: serde_json::Map<String, Value> =
                table.columns.iter().map(|column| (column.name.to_owned(), json!(column.kind))).collect();
            let name = format!("{path} on {}", table.name);
            let line = json!({ "name": name, "query": query.to_string(), "table": table.name, "columns": columns, "rows": rows });
            writeln!(lines, "{line}").unwrap();
            let found: Vec<bool> = rows.iter().map(|row| meets(&detector, row)).collect();
            expected.push((name, rows.into_iter().cloned().collect::<Vec<_>>(), found));
        }
    }
    let matches: usize = expected.iter().map(|(.., found)| found.iter().filter(|found| **found).count()).sum();
    assert!(matches > 100, "rows that match: {matches}");
    let verdicts: usize = expected.iter().map(|(.., found)| found.len()).sum();
    eprintln!("{} queries, {} rows, {verdicts} verdicts, {matches} matches", expected.len(), rows.len());
    let mut command = Command::new("python3");
    command.arg(root().join("tests/kusto/run.py")).env("PYTHONPATH", modules()).env("PYTHONDONTWRITEBYTECODE", "1");
    let answers = answers(command, lines);
    assert_eq!(answers.len(), expected.len());
    let mut wrong = String::new();
    for (answer, (name, rows, found)) in answers.iter().zip(&expected) {
        let Some(answered) = answer["found"].as_array() else {
            writeln!(wrong, "{name}: {}", answer["error"]).unwrap();
            continue;
        };
        for ((row, engine), query) in rows.iter().zip(found).zip(answered) {
            if *query != json!(engine) {
                writeln!(wrong, "{name}: the engine says {engine}, the query {query}: {row}").unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// A rule of one item.
fn rule_of(service: &str, item: &str, condition: &str) -> Rule {
    let text = format!(
        "title: T\nlogsource: {{ product: azure, service: {service} }}\ndetection:\n  s:\n    {item}\n  condition: {condition}\n"
    );
    let (mut rules, errors) = parse("other.yml", &text);
    assert!(errors.is_empty(), "{item}: {errors:?}");
    rules.remove(0)
}

/// Whether the engine finds a row.
fn meets(detector: &Detector, row: &Value) -> bool {
    struct Found(bool);
    impl Sink for Found {
        fn hit(&mut self, hit: Hit) {
            self.0 |= !hit.rules.is_empty();
        }
        fn trouble(&mut self, trouble: Trouble) {
            panic!("{}", trouble.reason);
        }
    }
    let mut found = Found(false);
    let row = row.to_string();
    detector.worker().scan(row.as_bytes(), None, &mut 0, &Filter::default(), &mut Summary::default(), &mut found);
    found.0
}

/// The records of all cases as rows of Log Analytics, where they are of a log that is kept there.
fn rows() -> Vec<Value> {
    let mut rows = Vec::new();
    for path in files_below(&root().join("rules")) {
        let cases = std::fs::read_to_string(path.with_extension("cases.toml")).unwrap();
        for record in cases.split("record = \'\'\'").skip(1).filter_map(|rest| rest.split("\'\'\'").next()) {
            rows.extend(serde_json::from_str(record).ok().and_then(|record: Value| row(&record)));
        }
    }
    rows
}

fn row(record: &Value) -> Option<Value> {
    let inside = if record["properties"].is_object() { &record["properties"] } else { record };
    let either = |name: &str| if inside[name].is_null() { record[name].clone() } else { inside[name].clone() };
    let category = record["category"].as_str().unwrap_or_default();
    let mut row = if inside["targetResources"].is_array() {
        let name = either("activityDisplayName");
        let name = if name.is_null() { either("operationName") } else { name };
        json!({
            "Type": "AuditLogs", "OperationName": name, "ActivityDisplayName": name, "Category": inside["category"],
            "Result": inside["result"], "ResultReason": inside["resultReason"], "LoggedByService": inside["loggedByService"],
            "AADOperationType": inside["operationType"], "InitiatedBy": inside["initiatedBy"],
            "TargetResources": inside["targetResources"], "AdditionalDetails": inside["additionalDetails"],
        })
    } else if category.ends_with("SignInLogs") {
        json!({
            "Type": "SigninLogs", "OperationName": "Sign-in activity", "ResultType": record["resultType"],
            "UserPrincipalName": inside["userPrincipalName"], "AppId": inside["appId"], "Status": inside["status"],
        })
    } else if record["identity"]["authorization"].is_object() || category == "Administrative" {
        json!({
            "Type": "AzureActivity", "OperationNameValue": record["operationName"], "ActivityStatusValue": record["resultType"],
            "CategoryValue": category, "ResourceId": record["resourceId"], "CallerIpAddress": record["callerIpAddress"],
            "Claims_d": record["identity"]["claims"], "Authorization_d": record["identity"]["authorization"],
            "Properties": record["properties"].to_string(), "Properties_d": record["properties"],
        })
    } else {
        return None;
    };
    // A row leaves out what it does not have, and an empty text is as good as nothing there.
    row.as_object_mut().unwrap().retain(|_, value| !value.is_null() && value != "");
    row["TimeGenerated"] = json!("2026-03-04T09:12:44.5120000Z");
    row["CorrelationId"] = either("correlationId");
    Some(row)
}

#[test]
fn ten_queries_stand_written_out() {
    let mapping = mapping();
    let rules = rules();
    let mut differing = Vec::new();
    for name in WRITTEN_OUT {
        let (_, rule) = rules.iter().find(|(path, _)| path == name).unwrap_or_else(|| panic!("no rule {name}"));
        let query = kql::convert(rule, &mapping, Options::default()).unwrap().to_string() + "\n";
        let file = root().join(format!("tests/kusto/queries/{}.kql", name.rsplit('/').next().unwrap()));
        if std::fs::read_to_string(&file).unwrap_or_default() != query {
            std::fs::write(&file, query).unwrap();
            differing.push(*name);
        }
    }
    assert!(differing.is_empty(), "written anew, look at the difference and commit it: {differing:?}");
}

/// Each query with what the parser says against it.
fn parsed(queries: &[(String, String)]) -> Vec<(String, Vec<String>)> {
    let tables: Vec<Value> = kql::tables()
        .iter()
        .map(|table| {
            let columns = table.columns.iter().filter(|column| column.is_everywhere);
            let columns: Vec<Value> =
                columns.map(|column| json!({ "name": column.name, "type": column.kind })).collect();
            json!({ "name": table.name, "columns": columns })
        })
        .collect();
    let mut lines = json!({ "tables": tables }).to_string() + "\n";
    for (name, query) in queries {
        writeln!(lines, "{}", json!({ "name": name, "query": query })).unwrap();
    }
    let mut command = Command::new("node");
    command.arg(root().join("tests/kusto/check.mjs")).arg(parser_folder());
    let read = |value: Value| {
        let diagnostics = value["diagnostics"].as_array().unwrap();
        let texts = diagnostics.iter().map(|text| text.as_str().unwrap().to_owned()).collect();
        (value["name"].as_str().unwrap().to_owned(), texts)
    };
    let answers: Vec<_> = answers(command, lines).into_iter().map(read).collect();
    assert_eq!(answers.len(), queries.len(), "an answer for each query");
    answers
}

/// What a program answers, one JSON value a line, to lines on its standard input.
fn answers(mut command: Command, lines: String) -> Vec<Value> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{name}: {error}; scripts/test.sh installs it"));
    let mut stdin = child.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "{name}: {}", String::from_utf8_lossy(&done.stderr));
    feeder.join().unwrap().unwrap();
    let out = String::from_utf8(done.stdout).unwrap();
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Where scripts/test.sh keeps what these tests need.
fn cache() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    Some(cache.or_else(home)?.join("entward/kusto"))
}

/// Where the evaluator is installed.
fn modules() -> PathBuf {
    let modules = cache().unwrap_or_default().join("python");
    assert!(
        modules.join("streaming_kql").is_dir(),
        "the evaluator is not installed: run scripts/test.sh, or `python3 -m pip install --target {} -r tests/kusto/requirements.txt`",
        modules.display()
    );
    modules
}

/// Where the parser is installed.
fn parser_folder() -> PathBuf {
    let here = root().join("tests/kusto");
    let lock = std::fs::read(here.join("package-lock.json")).unwrap();
    let installed = |folder: &PathBuf| {
        folder.join("node_modules/@kusto/language-service-next/package.json").is_file()
            && std::fs::read(folder.join("package-lock.json")).is_ok_and(|found| found == lock)
    };
    let folders = [Some(here), cache()];
    folders.into_iter().flatten().find(installed).unwrap_or_else(|| {
        panic!("the parser of Kusto is not installed: run `npm ci --prefix tests/kusto`, or scripts/test.sh")
    })
}

fn mapping() -> Mapping {
    let files: Vec<(String, String)> = files_below(&root().join("mappings"))
        .iter()
        .map(|path| (path.to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap()))
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    Mapping::read(&files).unwrap()
}

/// Our rules, by their path below `rules/` without its ending. Correlations, and the rules that speak only together
/// with others, are not converted yet.
fn rules() -> Vec<(String, Rule)> {
    let folder = root().join("rules");
    let mut rules = Vec::new();
    for path in files_below(&folder)
        .into_iter()
        .filter(|path| !["correlations", "costly"].iter().any(|name| path.starts_with(folder.join(name))))
    {
        let shown = path.strip_prefix(&folder).unwrap().with_extension("").to_string_lossy().into_owned();
        let (read, errors) = parse(&shown, &std::fs::read_to_string(&path).unwrap());
        assert!(errors.is_empty(), "{errors:?}");
        rules.extend(read.into_iter().map(|rule| (shown.clone(), rule)));
    }
    rules
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every YAML file below a folder, sorted.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut waiting = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yml") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}
