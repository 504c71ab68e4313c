//! Every modifier of Sigma 2.1.

use crate::support::check;

#[test]
fn without_a_modifier_a_value_is_equal_but_for_its_case() {
    check("Name: Alice", r#"{"Name": "ALICE"}"#, true);
    check("Name: Alice", r#"{"Name": "Alice B"}"#, false);
    check("Name: ÄRGER", r#"{"Name": "ärger"}"#, true);
    check("Name: ΣΟΦΟΣ", r#"{"Name": "σοφος"}"#, true);
    check("Name: ΣΟΦΟΣ", r#"{"Name": "σοφός"}"#, false);
    check("Name: kelvin", "{\"Name\": \"\u{212a}elvin\"}", true);
}

#[test]
fn wildcards_stand_for_any_text_and_for_one_character() {
    check("Name: 'svc-*'", r#"{"Name": "SVC-backup"}"#, true);
    check("Name: 'svc-*'", r#"{"Name": "my svc-backup"}"#, false);
    check("Name: '*backup'", r#"{"Name": "svc-Backup"}"#, true);
    check("Name: '*back*'", r#"{"Name": "svc-backup"}"#, true);
    check("Name: 's?c-*p'", r#"{"Name": "svc-backup"}"#, true);
    check("Name: 's?c-*p'", r#"{"Name": "sc-backup"}"#, false);
    check("Name: 's?c'", r#"{"Name": "süc"}"#, true);
    check("Name: 's?c'", r#"{"Name": "svcc"}"#, false);
    check("Name: 'a*b*c'", r#"{"Name": "a--b--b--c"}"#, true);
    check("Name: 'a*bc*c'", r#"{"Name": "abc"}"#, false);
    check("Name: 'a*a'", r#"{"Name": "a"}"#, false);
    check("Name: '*'", r#"{"Name": "x"}"#, true);
    check("Name: '*'", r#"{}"#, false);
    check("Name: '?'", r#"{"Name": ""}"#, false);
}

#[test]
fn a_backslash_makes_a_wildcard_or_a_backslash_plain() {
    check(r"Name: 'a\*b'", r#"{"Name": "a*b"}"#, true);
    check(r"Name: 'a\*b'", r#"{"Name": "axb"}"#, false);
    check(r"Name: 'a\?b'", r#"{"Name": "axb"}"#, false);
    check(r"Name: 'a\b'", r#"{"Name": "a\\b"}"#, true);
    check(r"Name: 'a\\b'", r#"{"Name": "a\\b"}"#, true);
    check(r"Name: 'a\\*'", r#"{"Name": "a\\anything"}"#, true);
    check(r"Name: 'a\\*'", r#"{"Name": "a*"}"#, false);
    check(r"Name: 'a\\\*'", r#"{"Name": "a\\*"}"#, true);
    check(r"Name: 'a\'", r#"{"Name": "a\\"}"#, true);
}

#[test]
fn contains_startswith_and_endswith_look_at_a_part() {
    check("Name|contains: LIC", r#"{"Name": "alice"}"#, true);
    check("Name|contains: lix", r#"{"Name": "alice"}"#, false);
    check("Name|contains: 'a*e'", r#"{"Name": "xaxxex"}"#, true);
    check("Name|startswith: AL", r#"{"Name": "alice"}"#, true);
    check("Name|startswith: li", r#"{"Name": "alice"}"#, false);
    check("Name|endswith: CE", r#"{"Name": "alice"}"#, true);
    check("Name|endswith: al", r#"{"Name": "alice"}"#, false);
    check("Name|contains: ''", r#"{"Name": "alice"}"#, true);
}

#[test]
fn all_wants_every_value_and_a_list_wants_one() {
    check("Name|contains: [ali, bob]", r#"{"Name": "alice"}"#, true);
    check("Name|contains|all: [ali, bob]", r#"{"Name": "alice"}"#, false);
    check("Name|contains|all: [ali, ice]", r#"{"Name": "alice"}"#, true);
    check("Name|all: [alice, bob]", r#"{"Name": ["bob", "alice"]}"#, true);
    check("Name|all: [alice, bob]", r#"{"Name": ["alice"]}"#, false);
}

#[test]
fn cased_minds_the_letter_case() {
    check("Name|cased: Alice", r#"{"Name": "Alice"}"#, true);
    check("Name|cased: Alice", r#"{"Name": "alice"}"#, false);
    check("Name|contains|cased: LIC", r#"{"Name": "alice"}"#, false);
    check("Name|contains|cased: lic", r#"{"Name": "alice"}"#, true);
    check("Name|cased: 'True'", r#"{"Name": true}"#, true);
}

#[test]
fn exists_asks_for_the_field_alone() {
    check("Name|exists: true", r#"{"Name": "x"}"#, true);
    check("Name|exists: true", r#"{"Name": null}"#, true);
    check("Name|exists: true", r#"{"Name": []}"#, true);
    check("Name|exists: true", r#"{}"#, false);
    check("Name|exists: false", r#"{}"#, true);
    check("Name|exists: false", r#"{"Name": null}"#, false);
    check("A.B|exists: true", r#"{"A": [{"C": 1}, {"B": 2}]}"#, true);
}

#[test]
fn re_is_looked_for_anywhere_and_minds_the_case_unless_told() {
    check("Name|re: 'l.c'", r#"{"Name": "alice"}"#, true);
    check("Name|re: '^l.c'", r#"{"Name": "alice"}"#, false);
    check("Name|re: 'ALICE'", r#"{"Name": "alice"}"#, false);
    check("Name|re|i: 'ALICE'", r#"{"Name": "alice"}"#, true);
    check("Name|re|i: 'S3cret'", "{\"Name\": \"\u{17f}3CRET\"}", true);
    check("Name|re|m: '^two$'", r#"{"Name": "one\ntwo"}"#, true);
    check("Name|re: '^two$'", r#"{"Name": "one\ntwo"}"#, false);
    check("Name|re|s: 'one.two'", r#"{"Name": "one\ntwo"}"#, true);
    check("Name|re: 'one.two'", r#"{"Name": "one\ntwo"}"#, false);
    check("Name|re|i|s: 'ONE.two'", r#"{"Name": "one\ntwo"}"#, true);
    check(r"Name|re: 'a\*b'", r#"{"Name": "a*b"}"#, true);
    check("Name|re: '50\\d{3}'", r#"{"Name": 50053}"#, true);
}

#[test]
fn base64_and_its_offsets_find_encoded_values() {
    check("Name|base64: 'secret'", r#"{"Name": "c2VjcmV0"}"#, true);
    check("Name|base64|contains: 'secret'", r#"{"Name": "x c2VjcmV0 y"}"#, true);
    // `secret`, `asecret`, `absecret`, each with a letter behind.
    check("Name|base64offset|contains: 'secret'", r#"{"Name": "c2VjcmV0eA=="}"#, true);
    check("Name|base64offset|contains: 'secret'", r#"{"Name": "YXNlY3JldHg="}"#, true);
    check("Name|base64offset|contains: 'secret'", r#"{"Name": "YWJzZWNyZXR4"}"#, true);
    check("Name|base64offset|contains: 'secret'", r#"{"Name": "aGFybWxlc3M="}"#, false);
}

#[test]
fn utf16_goes_before_base64() {
    check("Name|wide|base64|contains: 'ab'", r#"{"Name": "YQBiAA=="}"#, true);
    check("Name|utf16le|base64: 'ab'", r#"{"Name": "YQBiAA=="}"#, true);
    check("Name|utf16be|base64: 'ab'", r#"{"Name": "AGEAYg=="}"#, true);
    check("Name|utf16|base64: 'ab'", r#"{"Name": "//5hAGIA"}"#, true);
    check("Name|wide|base64offset|contains: 'abc'", r#"{"Name": "eGEAYgBjAA=="}"#, true);
}

#[test]
fn windash_takes_any_dash_before_an_option() {
    check("Line|windash|contains: ' -enc'", r#"{"Line": "run /enc x"}"#, true);
    check("Line|windash|contains: ' -enc'", r#"{"Line": "run –enc x"}"#, true);
    check("Line|windash|contains: ' -enc'", r#"{"Line": "run -enc x"}"#, true);
    check("Line|windash|contains: ' /a -b'", r#"{"Line": "run -a /b"}"#, true);
    check("Line|windash|contains: 'a-b'", r#"{"Line": "a/b"}"#, false);
}

#[test]
fn cidr_takes_addresses_of_both_families_with_a_port_or_mapped() {
    check("Ip|cidr: 203.0.113.0/24", r#"{"Ip": "203.0.113.7"}"#, true);
    check("Ip|cidr: 203.0.113.0/24", r#"{"Ip": "203.0.114.7"}"#, false);
    check("Ip|cidr: 203.0.113.0/24", r#"{"Ip": "203.0.113.7:443"}"#, true);
    check("Ip|cidr: 203.0.113.0/24", r#"{"Ip": "::ffff:203.0.113.7"}"#, true);
    check("Ip|cidr: [198.51.100.0/24, '2001:db8::/32']", r#"{"Ip": "[2001:db8::1]:443"}"#, true);
    check("Ip|cidr: 203.0.113.7", r#"{"Ip": "203.0.113.7"}"#, true);
    check("Ip|cidr: 203.0.113.0/24", r#"{"Ip": "no address"}"#, false);
    check("Ip|cidr: 203.0.113.9/24", r#"{"Ip": "203.0.113.7"}"#, true);
}

#[test]
fn numbers_are_compared_as_numbers_also_when_they_are_text() {
    check("Count|gt: 10", r#"{"Count": 11}"#, true);
    check("Count|gt: 10", r#"{"Count": "9"}"#, false);
    check("Count|gte: 10", r#"{"Count": "10"}"#, true);
    check("Count|lt: 10", r#"{"Count": 9.5}"#, true);
    check("Count|lte: 10", r#"{"Count": 10.5}"#, false);
    check("Count|gt: 9007199254740992", r#"{"Count": 9007199254740993}"#, true);
    check("Count|gt: 1", r#"{"Count": "many"}"#, false);
    check("Count|lt: 1", r#"{}"#, false);
}

#[test]
fn neq_holds_when_no_value_equals() {
    check("Name|neq: alice", r#"{"Name": "bob"}"#, true);
    check("Name|neq: alice", r#"{"Name": "Alice"}"#, false);
    check("Name|neq: alice", r#"{"Name": ["bob", "alice"]}"#, false);
    check("Name|neq: [alice, bob]", r#"{"Name": "bob"}"#, false);
    check("Name|neq: alice", r#"{}"#, true);
    check("Name|contains|neq: lic", r#"{"Name": "alice"}"#, false);
}

#[test]
fn fieldref_compares_with_another_field() {
    check("A|fieldref: B", r#"{"A": "x", "B": "X"}"#, true);
    check("A|fieldref: B", r#"{"A": "x", "B": "y"}"#, false);
    check("A|fieldref: B", r#"{"A": "x"}"#, false);
    check("A|fieldref|neq: B", r#"{"A": "x", "B": "y"}"#, true);
    check("A|fieldref|cased: B", r#"{"A": "x", "B": "X"}"#, false);
    check("A|fieldref|endswith: B", r#"{"A": "alice@contoso.example", "B": "contoso.example"}"#, true);
    check("A|fieldref|startswith: B", r#"{"A": "alice@contoso.example", "B": ["bob", "alice"]}"#, true);
    check("A|fieldref|contains: B", r#"{"A": "alice@contoso.example", "B": "@"}"#, true);
    check("A|fieldref: B", r#"{"A": 5, "B": "5"}"#, true);
}

#[test]
fn parts_of_dates_are_compared_as_numbers() {
    let record = r#"{"Time": "2026-11-24T09:05:59.123Z"}"#;
    check("Time|minute: 5", record, true);
    check("Time|hour: 9", record, true);
    check("Time|hour|gte: 9", record, true);
    check("Time|hour|lt: 9", record, false);
    check("Time|day: 24", record, true);
    check("Time|week: 48", record, true);
    check("Time|month: [10, 11]", record, true);
    check("Time|year: 2026", record, true);
    check("Time|year: 2025", record, false);
    check("Time|hour: 9", r#"{"Time": "2026-11-24"}"#, false);
    check("Time|hour: 9", r#"{"Time": "nine"}"#, false);
    check("Time|week: 53", r#"{"Time": "2027-01-01"}"#, true);
    check("Time|week: 1", r#"{"Time": "2024-12-30"}"#, true);
    check("Time|week: 1", r#"{"Time": "2024-01-01"}"#, true);
    check("Time|week: 52", r#"{"Time": "2023-01-01"}"#, true);
}
