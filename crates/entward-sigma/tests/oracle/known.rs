//! What the two engines are known to say differently, each with the reason why we say what we say.

use serde_json::json;

use crate::{ask, engine};

/// A detection, an event, what we say, what they say (nothing: they refuse the rule), and why.
type Known = (&'static str, &'static str, bool, Option<bool>, &'static str);

const KNOWN: &[Known] = &[
    (
        "{s: {Alpha: ÄRGER}, condition: s}",
        r#"{"Alpha":"ärger"}"#,
        true,
        Some(false),
        "Sigma compares without letter case; SQLite folds ASCII only, and names of people are not ASCII",
    ),
    (
        "{s: {'Alpha|contains': ÄRGER}, condition: s}",
        r#"{"Alpha":"viel ärger"}"#,
        true,
        Some(false),
        "the same for SQLite's LIKE",
    ),
    (
        "{s: {'Alpha|exists': true}, condition: s}",
        r#"{"Alpha":null}"#,
        true,
        Some(false),
        "a field that holds null exists; a table cannot tell it from one that is missing",
    ),
    (
        "{s: {Alpha: 100}, condition: s}",
        r#"{"Alpha":"100"}"#,
        true,
        Some(false),
        "logs write one and the same code as a number here and as a text there; SQLite minds the type",
    ),
    ("{s: {Count: '3'}, condition: s}", r#"{"Count":3}"#, true, Some(false), "the same the other way around"),
    (
        "{s: {Flag: 'true'}, condition: s}",
        r#"{"Flag":true}"#,
        true,
        Some(false),
        "a boolean equals its text; Python hands SQLite a 1",
    ),
    (
        "{s: {Count: 3}, condition: s}",
        r#"{"Count":3.0}"#,
        false,
        Some(true),
        "Sigma 2.1 takes all values for strings, so `0050` stays itself (docs/decisions/0008-a-value-is-a-text.md); whoever \
         means the number writes `gte: 3` and `lte: 3`",
    ),
    (
        "{s: {'Count|gte': 3, 'Count|lte': 3}, condition: s}",
        r#"{"Count":3.0}"#,
        true,
        Some(true),
        "as said in the line before: no difference",
    ),
    (
        "{s: {'Alpha|gt': 5}, condition: s}",
        r#"{"Alpha":"alpha"}"#,
        false,
        Some(true),
        "what is no number is not greater than one; to SQLite every text is greater than every number",
    ),
    (
        "{s: {'Moment|week': 1}, condition: s}",
        r#"{"Moment":"2025-12-31T00:00:00Z"}"#,
        true,
        Some(false),
        "weeks are those of ISO 8601 as calendars show them; SQLite's %W counts from the year's first Monday",
    ),
    (
        "{s: {'Moment|hour': 9}, condition: s}",
        r#"{"Moment":"2026-03-04T09:12:44+02:00"}"#,
        true,
        Some(false),
        "the hour is the one that is written; SQLite goes to UTC first",
    ),
    (
        "{s: {'Alpha|re': 'alpha$'}, condition: s}",
        "{\"Alpha\":\"alpha\\n\"}",
        false,
        Some(true),
        "the end is the end of the text; Python's `$` also stands before a last line feed",
    ),
    (
        "{s: {'Address|cidr': '2001:db8::/32'}, condition: s}",
        r#"{"Address":"2001:0DB8:0::1"}"#,
        true,
        Some(false),
        "an address is a number however it is written; the backend compares texts",
    ),
    (
        "{s: {'Address|cidr': '203.0.113.0/24'}, condition: s}",
        r#"{"Address":"203.0.113.example"}"#,
        false,
        Some(true),
        "the same the other way around: a name is no address",
    ),
    (
        "{s: ['one*two'], condition: s}",
        r#"{"Alpha":"one","Beta":"two"}"#,
        false,
        Some(true),
        "a keyword is looked for in one value; the backend has all values in one column",
    ),
    (
        "{a: {Alpha: x}, b: {Beta: x}, c: {Gamma: x}, condition: 2 of them}",
        r#"{"Alpha":"x","Gamma":"x"}"#,
        true,
        None,
        "Sigma's grammar has a number before `of`; pySigma reads 1 and all",
    ),
    (
        "{s: {'Alpha|utf16le|base64': ab}, condition: s}",
        r#"{"Alpha":"YQBiAA=="}"#,
        true,
        None,
        "the modifier is in the specification's appendix; pySigma knows it as `wide`",
    ),
];

#[test]
fn what_differs_is_known_and_has_a_reason() {
    let mut questions = Vec::new();
    let rule = |detection: &str| {
        format!("title: Known\nstatus: test\nlogsource: {{product: azure}}\ndetection: {detection}\n")
    };
    for (detection, event, ..) in KNOWN {
        let event: serde_json::Value = serde_json::from_str(event).unwrap();
        questions.push(json!({ "name": detection, "rule": rule(detection), "events": [event] }));
    }
    let mut wrong = Vec::new();
    for ((detection, event, ours, theirs, why), answer) in KNOWN.iter().zip(ask::ask(&questions)) {
        let said = answer["found"][0].as_bool();
        let we_say = engine::matches(&rule(detection), &[serde_json::from_str(event).unwrap()])[0];
        if we_say != *ours || said != *theirs {
            wrong
                .push(format!("{detection} on {event}: we say {we_say}, they say {said:?} {}; {why}", answer["error"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
