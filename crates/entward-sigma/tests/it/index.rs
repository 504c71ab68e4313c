//! The index finds what looking at every rule would find: random rules, random records.

use entward_sigma::{RuleSet, Scratch};

use crate::support::{JsonRecord, TestVocabulary, rule_text, rules};

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

const FIELDS: &[&str] = &["OperationName", "A", "B", "C", "Nested.D", "E"];
const TEXTS: &[&str] = &[
    "add member",
    "Add-Member",
    "ADD",
    "member",
    "remove",
    "true",
    "0",
    "50053",
    "",
    "söß",
    "STRASSE",
    "a.b",
    "x*y",
    "k",
    "\u{212a}ey",
    "ſecret",
    "secret",
    "keys/list",
    "State\":0",
    "a\\\\b",
    "İstanbul",
    "success",
    "null",
    "-",
];
const PATTERNS: &[&str] = &["add*", "*member*", "?dd", "*", "re?ove", "*s*", "a\\*b", "x*", "*e*e*"];
const EXPRESSIONS: &[&str] =
    &["add", "mem.er", "^(add|remove)", "s.*t", "\\d+", "(?i)KEY", "[ar]e?", "er$", "^$", "sec|list"];

fn random_selection(random: &mut Random) -> String {
    let quoted = |text: &str| format!("'{text}'");
    if random.below(8) == 0 {
        let count = 1 + random.below(3);
        let words: Vec<String> = (0..count)
            .map(|_| quoted(random.pick(&["member", "secret", "Keys/", "söß", "a", "50053", "list", "State"])))
            .collect();
        return match random.below(3) {
            0 => format!("{{'|all': [{}]}}", words.join(", ")),
            _ => format!("[{}]", words.join(", ")),
        };
    }
    let mut lines = Vec::new();
    for number in 0..=random.below(2) {
        let field = FIELDS[(random.below(3) * 2 + number) % FIELDS.len()];
        let (modifiers, choices) = match random.below(12) {
            0 => ("|contains", TEXTS),
            1 => ("|startswith", TEXTS),
            2 => ("|endswith", TEXTS),
            3 => ("|contains|all", TEXTS),
            4 => ("|re", EXPRESSIONS),
            5 => ("|re|i", EXPRESSIONS),
            6 => ("|cased", TEXTS),
            7 => ("|contains|cased", TEXTS),
            8 => ("|neq", TEXTS),
            9 => ("", PATTERNS),
            _ => ("", TEXTS),
        };
        let most = if random.below(6) == 0 { 12 } else { 3 };
        let count = 1 + random.below(most);
        let mut values: Vec<String> = (0..count).map(|_| quoted(random.pick(choices))).collect();
        if modifiers.is_empty() && random.below(10) == 0 {
            values.push("null".to_owned());
        }
        lines.push(format!("'{field}{modifiers}': [{}]", values.join(", ")));
    }
    format!("{{{}}}", lines.join(", "))
}

fn random_rule(random: &mut Random) -> String {
    let selections: Vec<String> =
        ["a1", "a2", "b1"].iter().map(|name| format!("{name}: {}", random_selection(random))).collect();
    let condition = random.pick(&[
        "a1",
        "a1",
        "a1 and a2",
        "a1 or a2",
        "a1 and not b1",
        "not a1",
        "1 of a*",
        "all of a*",
        "2 of them",
        "not (a1 and not b1)",
        "(a1 or a2) and b1",
        "a1 or (a2 and b1)",
        "1 of them",
    ]);
    let text = rule_text(&format!("{}\ncondition: {condition}", selections.join("\n")));
    if random.below(4) == 0 { text.replace("product: azure", "service: second") } else { text }
}

fn random_value(random: &mut Random, depth: usize) -> serde_json::Value {
    match random.below(14) {
        0 => serde_json::Value::Null,
        1 => serde_json::Value::Bool(random.below(2) == 0),
        2 => serde_json::json!([0, 50053, 7, -1][random.below(4)]),
        3 if depth < 2 => {
            let elements = (0..random.below(3)).map(|_| random_value(random, depth + 1));
            serde_json::Value::Array(elements.collect())
        }
        4 if depth < 2 => {
            let inner = random_value(random, depth + 1);
            serde_json::json!({"inner": inner, "text": inner.to_string()})
        }
        5 => serde_json::Value::String(format!("{} {}", random.pick(TEXTS), random.pick(TEXTS))),
        6 => {
            serde_json::Value::String(format!("{}{}", random.pick(TEXTS).to_uppercase(), "x".repeat(random.below(300))))
        }
        _ => serde_json::Value::String(random.pick(TEXTS).to_owned()),
    }
}

fn random_record(random: &mut Random) -> String {
    let mut record = serde_json::Map::new();
    for field in ["OperationName", "A", "B", "C", "E"] {
        if random.below(4) != 0 {
            record.insert(field.to_owned(), random_value(random, 0));
        }
    }
    if random.below(2) == 0 {
        let nested = random_value(random, 1);
        record.insert("Nested".to_owned(), serde_json::json!([{"D": nested}, {"D": "member"}, {}]));
    }
    let text = serde_json::Value::Object(record).to_string();
    // The same record with its letters escaped, as some writers do.
    if random.below(6) == 0 { text.replace("ec", "\\u0065\\u0063").replace('k', "\\u006b") } else { text }
}

#[test]
fn indexed_matching_equals_looking_at_every_rule() {
    let mut random = Random(20_261_124);
    let mut matches = 0;
    for round in 0..60 {
        let count = 1 + random.below(if round % 10 == 0 { 150 } else { 12 });
        let texts: Vec<String> = (0..count).map(|_| random_rule(&mut random)).collect();
        let (set, errors) = RuleSet::compile(rules(&texts.join("---\n")), &TestVocabulary);
        assert!(errors.is_empty());
        let mut scratch = Scratch::new();
        let mut out = Vec::new();
        for _ in 0..150 {
            let text = random_record(&mut random);
            let mut record = JsonRecord::new(&text, &set);
            record.stream = 1 << random.below(2);
            let expected: Vec<u32> = (0..set.rules().len() as u32)
                .filter(|rule| set.streams_of(*rule) & record.stream != 0 && set.explain(*rule, &record).holds)
                .collect();
            set.matches(&record, &mut scratch, &mut out);
            if let Some(rule) = expected.iter().chain(&out).find(|rule| expected.contains(rule) != out.contains(rule)) {
                panic!("expected {}:\n{}\n{text}", expected.contains(rule), texts[*rule as usize]);
            }
            assert_eq!(out, expected);
            matches += out.len();
        }
    }
    assert!(matches > 5_000, "only {matches} matches: the records hardly meet the rules");
}

#[test]
fn a_scratch_may_go_from_one_rule_set_to_another() {
    let first = crate::support::compile(&rule_text("s:\n    A: one\ncondition: s"));
    let second = crate::support::compile(&rule_text("s:\n    A: two\ncondition: s"));
    let mut scratch = Scratch::new();
    let mut out = Vec::new();
    for _ in 0..3 {
        first.matches(&JsonRecord::new(r#"{"A": "two"}"#, &first), &mut scratch, &mut out);
        assert!(out.is_empty());
        second.matches(&JsonRecord::new(r#"{"A": "two"}"#, &second), &mut scratch, &mut out);
        assert_eq!(out, [0]);
    }
}

#[test]
fn an_exact_value_decides_before_a_needle_does() {
    let text = rule_text("s:\n    OperationName: Add member\n    A|contains: something\n    B|re: x\ncondition: s");
    let set = crate::support::compile(&text);
    let names: Vec<&str> =
        set.deciding_fields(1).iter().map(|field| set.field_names()[field.index()].as_str()).collect();
    assert_eq!(names, ["OperationName"]);
    assert_eq!(set.fields_of(1).len(), 3);
    assert!(set.deciding_fields(2).is_empty());
    assert!(!set.reads_strings(1));
}

#[test]
fn what_is_negated_decides_nothing() {
    let set = crate::support::compile(&rule_text("s:\n    A: x\nf:\n    OperationName: y\ncondition: s and not f"));
    let names: Vec<&str> =
        set.deciding_fields(1).iter().map(|field| set.field_names()[field.index()].as_str()).collect();
    assert_eq!(names, ["A"]);
}

#[test]
fn rules_of_one_operation_are_told_apart_by_what_else_they_demand() {
    let rule = |user: usize| {
        rule_text(&format!("s:\n    OperationName: Update user\n    Actor: u{user}\n    Result: success\ncondition: s"))
    };
    let texts: Vec<String> = (0..40).map(rule).collect();
    let (set, errors) = RuleSet::compile(rules(&texts.join("---\n")), &TestVocabulary);
    assert!(errors.is_empty());
    let names: Vec<&str> =
        set.deciding_fields(1).iter().map(|field| set.field_names()[field.index()].as_str()).collect();
    assert_eq!(names, ["OperationName", "Actor"]);
    let (mut scratch, mut out) = (Scratch::new(), Vec::new());
    let record = |actor: &str| format!(r#"{{"OperationName":"Update User","Actor":"{actor}","Result":"success"}}"#);
    for (actor, expected) in [("u7", vec![7]), ("u41", vec![]), ("", vec![])] {
        set.matches(&JsonRecord::new(&record(actor), &set), &mut scratch, &mut out);
        assert_eq!(out, expected);
    }
    assert!(!set.find_candidates(&JsonRecord::new(&record("u41"), &set), &mut scratch));
}

#[test]
fn a_regular_expression_over_a_folded_field_is_looked_up_by_its_literals() {
    let set = crate::support::compile(&rule_text("s:\n    OperationName|re: '^Add - (owner|member)$'\ncondition: s"));
    let (mut scratch, mut out) = (Scratch::new(), Vec::new());
    for (operation, expected) in [("Add - owner", vec![0]), ("Add owner", vec![]), ("add - owner", vec![])] {
        let text = format!(r#"{{"OperationName":"{operation}"}}"#);
        set.matches(&JsonRecord::new(&text, &set), &mut scratch, &mut out);
        assert_eq!(out, expected, "{operation}");
    }
    assert!(!set.find_candidates(&JsonRecord::new(r#"{"OperationName":"Add owner"}"#, &set), &mut scratch));
}

#[test]
fn a_fragment_that_stands_elsewhere_is_no_keyword() {
    // Every piece of four letters of the keyword stands in the record, the keyword does not.
    let set = crate::support::compile(&rule_text("keywords:\n    - abcdefgh\ncondition: keywords"));
    let (mut scratch, mut out) = (Scratch::new(), Vec::new());
    let record = |text: &str| format!(r#"{{"A":"{text}"}}"#);
    for (text, expected) in [
        ("abcd bcde cdef defg efgh", vec![]),
        ("abcdefg abcdefgh", vec![0]),
        ("x ABCDEFGH", vec![0]),
        ("abcd\\u0065fgh", vec![0]),
        ("abcdefg", vec![]),
    ] {
        set.matches(&JsonRecord::new(&record(text), &set), &mut scratch, &mut out);
        assert_eq!(out, expected, "{text}");
    }
}
