//! What a rule says besides what it looks for.

use entward_sigma::tree::Sought;
use entward_sigma::{Level, RuleSet, parse};

use crate::support::{TestVocabulary, rule_text, rules};

#[test]
fn all_parts_of_a_rule_are_read() {
    let text = r#"
title: Secret added to an application
id: not-a-uuid
status: test
description: |
    Two
    lines
references:
    - https://contoso.example/a
author: Alice
date: 2026-11-24
tags: [attack.t1098.001]
logsource: {product: azure, service: auditlogs, definition: any}
detection: {selection: {A: 1}, condition: selection}
falsepositives:
    - Rotation: every quarter
level: critical
some_new_key: {x: 1}
x_entward: {story: credential, remedies: [one, two], count: 3, on: true, text: '3'}
"#;
    let rule = rules(text).remove(0);
    assert_eq!(rule.about.id.as_deref(), Some("not-a-uuid"));
    assert_eq!(rule.about.title, "Secret added to an application");
    assert_eq!(rule.about.description.as_deref(), Some("Two\nlines"));
    assert_eq!(rule.about.date.as_deref(), Some("2026-11-24"));
    assert_eq!(rule.about.references, ["https://contoso.example/a"]);
    assert_eq!(rule.about.tags, ["attack.t1098.001"]);
    assert_eq!(rule.about.falsepositives, ["Rotation: every quarter"]);
    assert_eq!(rule.about.level, Some(Level::Critical));
    assert_eq!(rule.logsource.service.as_deref(), Some("auditlogs"));
    let custom =
        serde_json::json!({"story": "credential", "remedies": ["one", "two"], "count": 3, "on": true, "text": "3"});
    assert_eq!(rule.about.custom, custom);
    assert_eq!((rule.about.place.line, rule.about.place.file.as_str()), (2, "test.yml"));
}

#[test]
fn anchors_aliases_and_merges_are_followed() {
    let text =
        rule_text("one: &common\n    A: 1\n    B: 2\ntwo:\n    <<: *common\n    B: 3\nthree: *common\ncondition: two");
    let set = crate::support::compile(&text);
    let record = crate::support::JsonRecord::new(r#"{"A": 1, "B": 3}"#, &set);
    assert!(set.explain(0, &record).holds);
}

#[test]
fn a_byte_order_mark_and_windows_lines_do_no_harm() {
    let text = format!("\u{feff}{}", rule_text("s:\n    A: 1\ncondition: s").replace('\n', "\r\n"));
    assert_eq!(parse("r.yml", &text).0.len(), 1);
}

#[test]
fn rules_about_other_logs_are_kept_apart() {
    let ours = rule_text("s:\n    A: 1\ncondition: s");
    let theirs = ours.replace("azure", "other");
    let (set, errors) = RuleSet::compile(rules(&format!("{ours}---\n{theirs}")), &TestVocabulary);
    assert!(errors.is_empty());
    assert_eq!((set.rules().len(), set.foreign().len()), (1, 1));
}

#[test]
fn a_rule_can_be_laid_open_for_a_translator() {
    let rule = "title: T\nlogsource: { product: azure }\ndetection:\n  one:\n    A|re|i: x\n    B|contains|all: [p, q]\n  two:\n    C|startswith|cased: r*s\n  condition: one and not two\n";
    let (rules, errors) = entward_sigma::parse("t.yml", rule);
    assert!(errors.is_empty(), "{errors:?}");
    let entward_sigma::tree::Tree::All(parts) = rules[0].tree() else { panic!("a conjunction") };
    let entward_sigma::tree::Tree::All(one) = &parts[0] else { panic!("two items") };
    let entward_sigma::tree::Tree::Leaf(regex) = &one[0] else { panic!("an item") };
    assert!(matches!(&regex.groups[0][0], Sought::Regex(expression) if expression.ignore_case && !expression.dot_all));
    let entward_sigma::tree::Tree::Leaf(all) = &one[1] else { panic!("an item") };
    assert_eq!(all.groups.len(), 2, "each of `all` stands alone");
    assert_eq!(all.groups[0][0].fits("xPx", false, None), Some(true));
    let entward_sigma::tree::Tree::Not(two) = &parts[1] else { panic!("a negation") };
    let entward_sigma::tree::Tree::Leaf(cased) = two.as_ref() else { panic!("an item") };
    let Sought::Text(pieces) = &cased.groups[0][0] else { panic!("a text") };
    assert_eq!(pieces.len(), 4, "r, anything, s, anything");
    assert_eq!(cased.groups[0][0].fits("R1s2", true, None), Some(false));
}
