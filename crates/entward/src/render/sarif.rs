//! What lint has to say, for build servers and code hosts: SARIF 2.1.0
//! (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html>).
//!
//! What keeps a rule from firing or from loading is an error, what is wrong besides a warning; a rule of which nothing is to
//! be said has no result.

use std::fmt::Write as _;

use entward_analysis::lint::{Reason, Report};
use entward_model::RuleProblem;
use serde_json::{Value, json};

/// What a result may be about: its id here, and what it means.
const KINDS: &[(&str, &str)] = &[
    ("load", "The rule does not load"),
    ("logsource", "The log source is none that is read"),
    ("field", "The field stands in no record of the log"),
    ("mapping", "The mappings take the field for another thing"),
    ("value", "The log never writes the value"),
    ("contradiction", "What is asked cannot hold together"),
    ("member", "A rule of the correlation cannot fire"),
    ("type", "The value is of another type than the field"),
    ("chosen", "An attacker chooses what the rule rests on"),
    ("attack", "The technique is none of ATT&CK, or no more"),
    ("level", "The rule has no level"),
    ("id", "The rule has no id"),
];

/// The log of one run of lint.
pub(crate) fn log(reports: &[Report], failed: &[RuleProblem]) -> Value {
    let mut results = Vec::new();
    for report in reports {
        for reason in &report.reasons {
            results.push(result(reason, "error", &format!("`{}` cannot fire: ", report.title), &report.place));
        }
        for reason in &report.warnings {
            results.push(result(reason, "warning", &format!("`{}`: ", report.title), &report.place));
        }
    }
    for problem in failed {
        let cure = problem.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
        results.push(told("load", "error", format!("{}{cure}", problem.message), &problem.place));
    }
    let kinds: Vec<Value> = KINDS
        .iter()
        .map(|(id, what)| json!({ "id": id, "shortDescription": { "text": what }, "helpUri": HELP }))
        .collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Entward", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": kinds
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// What Sigma says of rules; what is wrong with one is said in the message.
const HELP: &str = "https://sigmahq.io/sigma-specification/specification/sigma-rules-specification.html";

fn result(reason: &Reason, level: &str, before: &str, place: &str) -> Value {
    let mut text = format!("{before}{}", reason.text);
    if let Some(nearest) = &reason.nearest {
        // Writing to a string does not fail.
        let _ = write!(text, "; the nearest is `{nearest}`");
    }
    if !reason.shapes.is_empty() {
        let shapes: Vec<&str> = reason.shapes.iter().map(|shape| shape.name()).collect();
        let _ = write!(text, " (in {})", shapes.join(", "));
    }
    told(reason.kind, level, text, place)
}

fn told(kind: &str, level: &str, text: String, place: &str) -> Value {
    let (file, region) = position(place);
    let mut location = json!({ "artifactLocation": { "uri": uri(file) } });
    if let Some((line, column)) = region {
        location["region"] = json!({ "startLine": line, "startColumn": column });
    }
    let mut result = json!({
        "ruleId": kind,
        "level": level,
        "message": { "text": text },
        "locations": [{ "physicalLocation": location }],
    });
    if let Some(index) = KINDS.iter().position(|(known, _)| *known == kind) {
        result["ruleIndex"] = json!(index);
    }
    result
}

/// The file of a place, and the line and column behind it, where it has them; both count from 1.
fn position(place: &str) -> (&str, Option<(u64, u64)>) {
    let mut parts = place.rsplitn(3, ':');
    let (column, line, file) = (parts.next(), parts.next(), parts.next());
    let number = |text: Option<&str>| text?.parse::<u64>().ok().filter(|number| *number > 0);
    match (file, number(line), number(column)) {
        (Some(file), Some(line), Some(column)) => (file, Some((line, column))),
        _ => (place, None),
    }
}

/// A path as a reference of RFC 3986: an absolute one begins with `file:///`.
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let has_drive = path.as_bytes().get(1) == Some(&b':');
    let mut uri = match path.as_bytes().first() {
        Some(b'/') => "file://".to_owned(),
        _ if has_drive => "file:///".to_owned(),
        _ => String::new(),
    };
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            b':' if has_drive => uri.push(':'),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_paths_are_told_as_sarif_wants_them() {
        assert_eq!(position("rules/a.yml:3:5"), ("rules/a.yml", Some((3, 5))));
        assert_eq!(position("C:/rules/a.yml:3:5"), ("C:/rules/a.yml", Some((3, 5))));
        assert_eq!(position("rules/a.yml"), ("rules/a.yml", None));
        assert_eq!(uri("rules/my rule: 1.yml"), "rules/my%20rule%3A%201.yml");
        assert_eq!(uri("/srv/rules/a.yml"), "file:///srv/rules/a.yml");
        assert_eq!(uri(r"C:\rules\ä.yml"), "file:///C:/rules/%C3%A4.yml");
    }
}
