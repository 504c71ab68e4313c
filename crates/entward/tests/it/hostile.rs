//! Names that an attacker chooses, shown to the person who looks.
//!
//! Whoever may register an application chooses its name, and that name is shown in
//! terminals, spreadsheets and web pages.

use serde_json::Value;

use crate::harness::{Run, csv, entward_in};
use crate::records::add_application;

const NAMES: &[&str] = &[
    "<script>alert(1)</script>",
    "\u{1b}[2J\u{1b}]0;owned\u{7}gone",
    "invoice\u{202e}gpj.exe\u{2066}\u{200b}",
    "=HYPERLINK(\"https://login-portal.example\",\"open\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3",
    "+1",
    "\t=1+1",
    "two\nlines\r\nhigh  forged alert",
    "a,\"b\";c",
    "\u{0}nul\u{9b}31m",
    "%s%n{}$(id)`id`",
    "🦀 ünïcödé 名前",
];

fn scan(name: &str, format: &str) -> Run {
    let record = format!("{}\n", add_application(1, name));
    entward_in(&crate::harness::project(), &["scan", "--quiet", "--format", format, "-"], record.as_bytes()).exits(0)
}

/// The name of the application in the alert about it.
fn told_name(alert: &Value) -> &str {
    let targets = alert["targets"].as_array().expect("targets");
    targets
        .iter()
        .find(|target| target["kind"] == "application")
        .and_then(|target| target["name"].as_str())
        .expect("the application")
}

#[test]
fn json_carries_every_name_unchanged() {
    for name in NAMES {
        let lines = scan(name, "ndjson").lines();
        assert_eq!(lines.len(), 1, "{name:?}");
        assert_eq!(told_name(&lines[0]), *name);
        assert_eq!(scan(name, "ocsf").lines().len(), 1, "{name:?}");
    }
}

#[test]
fn a_terminal_gets_no_control_and_no_direction_characters() {
    for name in NAMES {
        let table = scan(name, "table");
        let bad = table.text().chars().find(|character| {
            (character.is_control() && *character != '\n')
                || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        });
        assert_eq!(bad, None, "{name:?}");
        assert!(!table.text().lines().any(|line| line.starts_with("high  forged")), "a name forges no alert");
    }
}

#[test]
fn a_spreadsheet_gets_no_formula() {
    for name in NAMES {
        let rows = csv(scan(name, "csv").text());
        assert_eq!(rows.len(), 2, "{name:?}");
        assert_eq!(rows[0].len(), rows[1].len(), "{name:?}");
        for cell in &rows[1] {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{name:?} gives the cell {cell:?}");
        }
    }
}

#[test]
fn events_as_csv_and_table_are_guarded_too() {
    for name in NAMES {
        let record = format!("{}\n", add_application(1, name));
        let of = |format: &str| {
            entward_in(&crate::harness::project(), &["events", "--quiet", "--format", format, "-"], record.as_bytes())
                .exits(0)
        };
        let rows = csv(of("csv").text());
        assert_eq!(rows.len(), 2, "{name:?}");
        assert!(rows[1].iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])), "{name:?}");
        assert!(of("table").text().chars().all(|character| character == '\n' || !character.is_control()), "{name:?}");
    }
}

#[test]
fn a_name_of_ten_thousand_characters_stays_readable() {
    let name = "x".repeat(10_000);
    assert_eq!(told_name(&scan(&name, "ndjson").lines()[0]), name);
    let table = scan(&name, "table");
    assert!(table.text().lines().all(|line| line.chars().count() <= 80));
    assert!(table.text().lines().count() < 200, "it does not push everything else off the screen");
    assert_eq!(csv(scan(&name, "csv").text()).len(), 2);
}
