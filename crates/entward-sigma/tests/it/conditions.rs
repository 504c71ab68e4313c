//! Lists, maps and conditions.

use crate::support::check_detection;

const ABC: &str = "sel_a:\n    A: 1\nsel_b:\n    B: 1\nfilter_c:\n    C: 1\n_hidden:\n    D: 1\n";

#[track_caller]
fn check(condition: &str, record: &str, expected: bool) {
    check_detection(&format!("{ABC}condition: {condition}"), record, expected);
}

#[test]
fn and_or_not_and_parentheses_bind_as_expected() {
    check("sel_a and sel_b", r#"{"A": 1, "B": 1}"#, true);
    check("sel_a and sel_b", r#"{"A": 1}"#, false);
    check("sel_a or sel_b", r#"{"B": 1}"#, true);
    check("sel_a and not filter_c", r#"{"A": 1}"#, true);
    check("sel_a and not filter_c", r#"{"A": 1, "C": 1}"#, false);
    check("sel_a or sel_b and filter_c", r#"{"A": 1}"#, true);
    check("(sel_a or sel_b) and filter_c", r#"{"A": 1}"#, false);
    check("not (sel_a or sel_b)", r#"{"C": 1}"#, true);
    check("not not sel_a", r#"{"A": 1}"#, true);
    check("sel_a AND NOT filter_c", r#"{"A": 1}"#, true);
}

#[test]
fn some_of_many_selections() {
    check("1 of sel_*", r#"{"B": 1}"#, true);
    check("1 of sel_*", r#"{"C": 1}"#, false);
    check("any of sel_*", r#"{"B": 1}"#, true);
    check("all of sel_*", r#"{"A": 1, "B": 1}"#, true);
    check("all of sel_*", r#"{"A": 1}"#, false);
    check("1 of them", r#"{"C": 1}"#, true);
    check("1 of them", r#"{"D": 1}"#, false);
    check("1 of _*", r#"{"D": 1}"#, true);
    check("all of them", r#"{"A": 1, "B": 1, "C": 1}"#, true);
    check("2 of them", r#"{"A": 1, "C": 1}"#, true);
    check("2 of them", r#"{"A": 1}"#, false);
    check("sel_a and not 1 of filter_*", r#"{"A": 1}"#, true);
    check("sel_a and not 1 of filter_*", r#"{"A": 1, "C": 1}"#, false);
    check("1 of *_a", r#"{"A": 1}"#, true);
}

#[test]
fn of_several_conditions_one_has_to_hold() {
    check("[sel_a, sel_b and filter_c]", r#"{"A": 1}"#, true);
    check("[sel_a, sel_b and filter_c]", r#"{"B": 1, "C": 1}"#, true);
    check("[sel_a, sel_b and filter_c]", r#"{"B": 1}"#, false);
}

#[test]
fn a_map_wants_all_and_a_list_of_maps_wants_one() {
    let map = "sel:\n    A: 1\n    B: 1\ncondition: sel";
    check_detection(map, r#"{"A": 1, "B": 1}"#, true);
    check_detection(map, r#"{"A": 1}"#, false);
    let list = "sel:\n    - A: 1\n      B: 1\n    - C: 1\ncondition: sel";
    check_detection(list, r#"{"C": 1}"#, true);
    check_detection(list, r#"{"A": 1}"#, false);
    let mixed = "sel:\n    - needle\n    - C: 1\ncondition: sel";
    check_detection(mixed, r#"{"C": 1}"#, true);
    check_detection(mixed, r#"{"x": "a needle"}"#, true);
    check_detection(mixed, r#"{"x": "hay"}"#, false);
}
