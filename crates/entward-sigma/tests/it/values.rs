//! Values as records really hold them.

use crate::support::check;

#[test]
fn a_number_equals_its_text_and_a_rule_keeps_the_text_that_was_written() {
    check("ResultType: 50053", r#"{"ResultType": "50053"}"#, true);
    check("ResultType: '50053'", r#"{"ResultType": 50053}"#, true);
    check("ResultType: 50053", r#"{"ResultType": 50053}"#, true);
    check("State: '0'", r#"{"State": 0}"#, true);
    check("State: 0", r#"{"State": "0"}"#, true);
    check("State: 0", r#"{"State": ""}"#, false);
    check("Code: 0050", r#"{"Code": "0050"}"#, true);
    check("Code: 0050", r#"{"Code": "50"}"#, false);
    check("Code: 1.50", r#"{"Code": "1.50"}"#, true);
    check("Day: 2026-11-24", r#"{"Day": "2026-11-24"}"#, true);
    check("Answer: yes", r#"{"Answer": "YES"}"#, true);
    check("Version: 1e3", r#"{"Version": "1e3"}"#, true);
}

#[test]
fn a_boolean_equals_its_text_in_any_case() {
    check("Enabled: true", r#"{"Enabled": true}"#, true);
    check("Enabled: True", r#"{"Enabled": true}"#, true);
    check("Enabled: 'true'", r#"{"Enabled": true}"#, true);
    check("Enabled: true", r#"{"Enabled": "True"}"#, true);
    check("Enabled: false", r#"{"Enabled": true}"#, false);
    check("Enabled: false", r#"{}"#, false);
    check("Enabled: 1", r#"{"Enabled": true}"#, false);
}

#[test]
fn null_is_missing_or_null_and_nothing_else() {
    check("Name: null", r#"{}"#, true);
    check("Name: null", r#"{"Name": null}"#, true);
    check("Name:", r#"{"Name": null}"#, true);
    check("Name: ~", r#"{"Name": ""}"#, false);
    check("Name: null", r#"{"Name": "null"}"#, false);
    check("Name: 'null'", r#"{"Name": null}"#, false);
    check("Name: null", r#"{"Name": []}"#, false);
    check("Name: [null, x]", r#"{"Name": "x"}"#, true);
    check("Name: [null, x]", r#"{}"#, true);
    check("Name: [null, x]", r#"{"Name": "y"}"#, false);
    check("Name|neq: null", r#"{"Name": "y"}"#, true);
    check("Name|neq: null", r#"{}"#, false);
}

#[test]
fn the_empty_text_is_only_itself() {
    check("Name: ''", r#"{"Name": ""}"#, true);
    check("Name: ''", r#"{"Name": " "}"#, false);
    check("Name: ''", r#"{}"#, false);
    check("Name: ''", r#"{"Name": null}"#, false);
    check("Name: ''", r#"{"Name": []}"#, false);
}

#[test]
fn arrays_match_by_any_element_and_an_empty_one_by_nothing() {
    check("Target.Type: app", r#"{"Target": [{"Type": "User"}, {"Type": "App"}]}"#, true);
    check("Target.Type: app", r#"{"Target": []}"#, false);
    check("Target: '[]'", r#"{"Target": []}"#, false);
    check("Target: '[]'", r#"{"Target": "[]"}"#, true);
    check("Target: a", r#"{"Target": [["b"], ["a"]]}"#, true);
}

#[test]
fn an_object_is_searched_but_never_equal() {
    check("Target|contains: 'abc-1'", r#"{"Target": [{"id": "ABC-1"}]}"#, true);
    check("Target: '*abc-1*'", r#"{"Target": {"id": "ABC-1"}}"#, true);
    check("Target|re: 'ABC-\\d'", r#"{"Target": {"id": "ABC-1"}}"#, true);
    check("Target: '{\"id\":\"ABC-1\"}'", r#"{"Target": {"id": "ABC-1"}}"#, false);
    check("Target|startswith: '{'", r#"{"Target": {"id": "ABC-1"}}"#, false);
    check("Target|endswith: '}'", r#"{"Target": {"id": "ABC-1"}}"#, false);
    check("Target: '*'", r#"{"Target": {"id": "ABC-1"}}"#, true);
}

#[test]
fn an_object_is_searched_with_its_escapes_undone_too() {
    let record = r#"{"Target": {"new": "[{\"State\":0,\"path\":\"a\\\\b\"}]"}}"#;
    check(r#"Target|contains: '"State":0'"#, record, true);
    check(r#"Target|contains: '\"State\"'"#, record, true);
    check(r#"Target|re: '"State":\d'"#, record, true);
    check(r#"Target|contains: '"State":1'"#, record, false);
}

#[test]
fn a_folding_of_the_embedder_applies_to_both_sides() {
    check("OperationName: Add member to role", r#"{"OperationName": "add-member–to role."}"#, true);
    check("OperationName|contains: 'member to'", r#"{"OperationName": "Add-member-to-role"}"#, true);
    check("OperationName|startswith: 'Add m'", r#"{"OperationName": "Add-member"}"#, true);
    check("OperationName|cased: 'Add member'", r#"{"OperationName": "Add-member"}"#, false);
    check("OperationName|cased: 'Add member'", r#"{"OperationName": "Add member"}"#, true);
    check("OperationName|re: 'Add member'", r#"{"OperationName": "Add member"}"#, true);
    check("OperationName|re: 'Add member'", r#"{"OperationName": "Add-member"}"#, false);
    check("OperationName|contains|cased: 'd m'", r#"{"OperationName": "Add member"}"#, true);
    check("Other: Add member", r#"{"Other": "Add-member"}"#, false);
}

#[test]
fn keywords_are_held_by_any_string_of_the_record() {
    let selection = "[listKeys, 'Microsoft.Compute/snapshots/write']";
    check(selection, r#"{"a": {"b": ["x", "Microsoft.Storage/LISTKEYS/action"]}}"#, true);
    check(selection, r#"{"a": "Microsoft.Compute\/snapshots\/write"}"#, true);
    check(selection, r#"{"a": "Microsoft.Compute/snap"}"#, false);
    check(selection, r#"{"listKeys": "x"}"#, false);
    check(selection, r#"{"a": "list\u004beys"}"#, true);
    check(selection, "{\"a\": \"list\u{212a}eys\"}", true);
    check("'|all': [one1, two2]", r#"{"a": "xone1x", "b": "TWO2"}"#, true);
    check("'|all': [one1, two2]", r#"{"a": "xone1x"}"#, false);
    check("'|re': 'on.1'", r#"{"a": "xone1x"}"#, true);
    check("justone", r#"{"a": "it is JUSTONE."}"#, true);
    check("['a*c', é]", r#"{"a": "xabcx"}"#, true);
    check("['a*c', é]", r#"{"a": "É"}"#, true);
    check("['\"']", r#"{"a": "say \"x\""}"#, true);
}

#[test]
fn very_many_keywords_are_found_as_one_is() {
    let words: Vec<String> = (0..300).map(|number| format!("'keyword/{number}x'")).collect();
    let selection = format!("[{}]", words.join(", "));
    check(&selection, r#"{"a": ["nothing", "has KEYWORD\/217X inside"]}"#, true);
    check(&selection, r#"{"a": ["nothing", "keyword/300x"]}"#, false);
}
