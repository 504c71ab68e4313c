//! The JSON Schemas of what leaves the program, generated from the types.
//!
//! They are published in `docs/reference/`. The tests compare; where they differ they write
//! the file and fail, so the repair is to look at the difference and commit it. A member
//! may come; none may go or change its meaning under the same major version.

use std::path::Path;

use entward_model::{Alert, Event, Level, SCHEMA_VERSION, Summary};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::matches::Match;
use super::{json as writer, sample};

/// What `scan --format json` writes: one document for a whole scan.
///
/// The document itself is written piece by piece, so that its alerts need not be held; this type gives it its schema.
#[derive(JsonSchema, serde::Serialize)]
struct Scan {
    /// The version of this schema.
    schema_version: String,
    /// What was read, what was skipped and why, and how many alerts there are.
    summary: Summary,
    /// The alerts, worst first, then by time.
    alerts: Vec<Alert>,
}

/// The schema of one noun, as text.
fn schema<T: JsonSchema>(name: &str) -> Value {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<T>().to_value();
    if let Some(members) = schema.as_object_mut() {
        members.insert("$id".to_owned(), json!(format!("urn:entward:schema:{name}:{SCHEMA_VERSION}")));
    }
    schema
}

#[track_caller]
fn check(name: &str, schema: &Value) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference");
    let path = folder.join(format!("{name}.schema.json"));
    let mut expected = serde_json::to_string_pretty(schema).expect("a schema is JSON");
    expected.push('\n');
    if std::fs::read_to_string(&path).ok().as_ref() == Some(&expected) {
        return;
    }
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    std::fs::write(&path, expected).expect("the schema can be written");
    panic!("docs/reference/{name}.schema.json was out of date and has been written: look at it and commit it");
}

#[track_caller]
fn check_valid(schema: &Value, noun: &Value) {
    let validator = jsonschema::draft202012::new(schema).expect("the schema is a JSON Schema");
    let errors: Vec<String> =
        validator.iter_errors(noun).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert!(!validator.is_valid(&json!({})), "the schema demands nothing");
}

#[test]
fn the_published_schema_of_an_event_is_up_to_date() {
    check("event", &schema::<Event>("event"));
}

#[test]
fn the_published_schema_of_an_alert_is_up_to_date() {
    check("alert", &schema::<Alert>("alert"));
}

#[test]
fn the_published_schema_of_a_match_is_up_to_date() {
    check("match", &schema::<Match<'_>>("match"));
}

#[test]
fn the_published_schema_of_a_scan_is_up_to_date() {
    check("scan", &schema::<Scan>("scan"));
}

#[test]
fn the_document_of_a_scan_is_valid_by_its_schema_and_holds_nothing_else() {
    let schema = schema::<Scan>("scan");
    let mut summary = Summary { files: 1, ..Summary::default() };
    summary.count_alert(Level::Critical);
    for alerts in [vec![], vec![sample::registration(), sample::hostile()]] {
        let mut out = Vec::new();
        writer::document(&mut out, &summary, &alerts).expect("a vector takes everything");
        let document: Value = serde_json::from_slice(&out).expect("the document is JSON");
        check_valid(&schema, &document);
        let named = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
        assert_eq!(named(&document), named(&schema["properties"]));
        let whole = Scan { schema_version: SCHEMA_VERSION.to_owned(), summary: summary.clone(), alerts };
        assert_eq!(document, serde_json::to_value(whole).expect("a scan is JSON"));
    }
}

#[test]
fn what_is_written_is_valid_by_its_schema() {
    let value = |noun: Result<Value, serde_json::Error>| noun.expect("a noun is JSON");
    check_valid(&schema::<Event>("event"), &value(serde_json::to_value(sample::event())));
    for alert in [sample::registration(), sample::hostile()] {
        check_valid(&schema::<Alert>("alert"), &value(serde_json::to_value(alert)));
    }
    let found = Match { file: "logs/audit.json", index: 3, rule_id: "a5b1c7d2", rule_title: "A rule" };
    check_valid(&schema::<Match<'_>>("match"), &value(serde_json::to_value(found)));
}
