//! Rules that cannot be used: each is told with its file, line and column, and with a cure.

use std::fs;

use crate::harness::entward_in;

const LOG: &str = "logsource: {product: azure, service: auditlogs}\n";

/// A rule whose detection has one item.
fn rule(item: &str, condition: &str) -> String {
    format!("title: T\nname: t\n{LOG}detection:\n    a: {{{item}}}\n    condition: {condition}\n")
}

/// The same with a correlation over it.
fn correlated(correlation: &str) -> String {
    format!("{}---\ntitle: C\ncorrelation: {{{correlation}}}\n", rule("OperationName: Add application", "a"))
}

/// What is wrong, the file, where it stands, and a word of the cure.
fn broken() -> Vec<(&'static str, Vec<u8>, &'static str, &'static str)> {
    let deep = format!("a: {}x{}", "[".repeat(3000), "]".repeat(3000));
    let aliases: String =
        (1..10).map(|at| format!("b{at}: &b{at} [{}]\n", vec![format!("*b{}", at - 1); 10].join(","))).collect();
    let bomb = format!("title: T\nb0: &b0 [x,x,x,x,x,x,x,x,x,x]\n{aliases}");
    let utf16: Vec<u8> = "\u{feff}title: T\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let text = |text: String| text.into_bytes();
    vec![
        ("unknown modifier", text(rule("A|containz: x", "a")), "5:9", "did you mean `contains`"),
        ("a list for a title", text(format!("title: [a, b]\n{LOG}")), "1:8", "single value"),
        ("no condition", text(format!("title: T\n{LOG}detection:\n    a: {{x: 1}}\n")), "3:1", "condition: selection"),
        ("no log source", b"title: T\ndetection:\n    a: {x: 1}\n    condition: a\n".to_vec(), "1:1", "product"),
        ("unknown selection", text(rule("A: x", "a and b")), "6:22", "the rule defines"),
        ("open parenthesis", text(rule("A: x", "(a and a")), "6:24", "parentheses"),
        ("an expression", text(rule("A|re: 'a(b'", "a")), "5:15", "look-around"),
        ("a network", text(rule("A|cidr: 10.0.0.0/99", "a")), "5:17", "192.0.2.0/24"),
        ("a word for a number", text(rule("A|gt: many", "a")), "5:15", "write a number"),
        ("an unset placeholder", text(rule("A|expand: '%who%'", "a")), "5:19", "give the placeholder"),
        ("an unknown level", text(format!("level: hgih\n{}", rule("A: x", "a"))), "1:8", "informational"),
        ("a key twice", text(format!("title: T\ntitle: U\n{LOG}")), "2:1", "stood first in line 1"),
        (
            "a timespan",
            text(correlated("type: event_count, rules: [t], timespan: 5 minutes, condition: {gte: 2}")),
            "9:56",
            "90m",
        ),
        (
            "a type",
            text(correlated("type: event_cuont, rules: [t], timespan: 5m, condition: {gte: 2}")),
            "9:21",
            "event_count",
        ),
        (
            "no such rule",
            text(correlated("type: event_count, rules: [tt2], timespan: 5m, condition: {gte: 2}")),
            "9:42",
            "load the file",
        ),
        (
            "no field",
            text(correlated("type: value_count, rules: [t], timespan: 5m, condition: {gte: 2}")),
            "9:71",
            "add `field:`",
        ),
        (
            "an id twice",
            text(format!(
                "id: x\n{}---\nid: X\ntitle: U\n{LOG}detection:\n    a: {{x: 1}}\n    condition: a\n",
                rule("A: x", "a")
            )),
            "9:1",
            "id of its own",
        ),
        (
            "a circle",
            b"title: A\nname: a\ncorrelation: {type: event_count, rules: [a], timespan: 5m, condition: {gte: 2}}\n"
                .to_vec(),
            "1:1",
            "take one of the references out",
        ),
        ("tabs", text(format!("title: T\n{LOG}detection:\n\ta: {{x: 1}}\n")), "4:2", "never with tabs"),
        ("an open quote", text(format!("title: 'T\n{LOG}")), "1:8", "close the quotation mark"),
        (
            "columns that differ",
            b"title: T\nlogsource:\n  product: azure\n service: x\n".to_vec(),
            "4:2",
            "same column",
        ),
        ("a zero byte", b"title: T\0\n".to_vec(), "1:9", "take the character out"),
        ("an unknown alias", text(rule("A: *nowhere", "a")), "5:12", "in quotes"),
        ("aliases that grow", text(bomb), "7:18", "split the file"),
        ("brackets in brackets", text(deep), "1:", "take brackets out"),
        ("no UTF-8", b"title: T\ndescription: \xc4rger\n".to_vec(), "2:14", "save the file as UTF-8"),
        ("UTF-16", utf16, "1:1", "save the file as UTF-8"),
    ]
}

#[test]
fn every_broken_rule_is_told_with_its_place_and_its_cure() {
    let mut missed = Vec::new();
    for (what, bytes, place, cure) in broken() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("broken.yml"), bytes).expect("a file");
        let run = entward_in(folder.path(), &["rules", "list", "--rules", "broken.yml"], &[]).exits(5);
        let is_told = |line: &str| line.contains(&format!("broken.yml:{place}")) && line.contains(cure);
        if !run.err.lines().any(is_told) {
            missed.push(format!("{what}: {place} … {cure}: {}", run.err.trim()));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn a_mark_at_the_beginning_and_lines_that_end_in_two_characters_are_no_trouble() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = format!("\u{feff}{}", rule("OperationName: Add application", "a")).replace('\n', "\r\n");
    fs::write(folder.path().join("rule.yml"), text).expect("a file");
    let run = entward_in(folder.path(), &["rules", "lint", "rule.yml", "--format", "json"], &[]).exits(0);
    assert_eq!(run.json()["rules"][0]["verdict"], "can-fire");
}

#[test]
fn a_rule_of_very_many_values_is_looked_at_in_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let values: String = (0..20_000).map(|at| format!("            - Invent application {at}\n")).collect();
    let text =
        format!("title: T\nlevel: low\n{LOG}detection:\n    a:\n        OperationName:\n{values}    condition: a\n");
    fs::write(folder.path().join("rule.yml"), text).expect("a file");
    let run = entward_in(folder.path(), &["rules", "lint", "rule.yml", "--format", "json"], &[]).exits(1);
    let reasons = run.json()["rules"][0]["reasons"].as_array().map(Vec::len);
    assert_eq!(reasons, Some(50), "the first are told");
}
