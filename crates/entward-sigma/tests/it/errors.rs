//! Bad rules: where, what, and how to mend it.

use entward_sigma::{Level, parse};

use crate::support::rule_text;

/// The errors of a text, one per line, each with its hint behind `=`.
fn errors(text: &str) -> String {
    let (_, errors) = parse("r.yml", text);
    let shown: Vec<String> = errors
        .iter()
        .map(|error| match error.hint() {
            Some(hint) => format!("{error} = {hint}"),
            None => error.to_string(),
        })
        .collect();
    shown.join("\n")
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(errors(text), expected, "{text}");
}

#[track_caller]
fn check_detection(detection: &str, expected: &str) {
    check(&rule_text(detection), expected);
}

#[test]
fn an_unknown_selection_is_named_with_those_that_there_are() {
    check_detection(
        "selection:\n    A: 1\nfilter_x:\n    B: 1\ncondition: selection and not filter_pim",
        "r.yml:9:34: the condition names `filter_pim`, which the rule does not define = the rule defines: selection, filter_x",
    );
    check_detection(
        "selection:\n    A: 1\ncondition: 1 of flt*",
        "r.yml:7:21: the condition names `flt*`, which the rule does not define = the rule defines: selection",
    );
}

#[test]
fn an_unknown_modifier_is_shown_with_the_nearest_one() {
    check_detection(
        "selection:\n    A|contain: 1\ncondition: selection",
        "r.yml:6:9: unknown modifier `contain` in `A|contain` = did you mean `contains`?",
    );
    let shown = errors(&rule_text("selection:\n    A|frobnicate: 1\ncondition: selection"));
    assert!(shown.contains("the modifiers are: all, cased, contains"), "{shown}");
}

#[test]
fn modifiers_that_do_not_go_together_are_refused() {
    for key in [
        "A|contains|startswith",
        "A|re|contains",
        "A|i",
        "A|exists|all",
        "A|re|cased",
        "A|cidr|base64",
        "A|fieldref|re",
        "A|fieldref|base64",
        "A|hour|contains",
        "A|gt|neq",
        "A|wide",
        "A|base64|wide",
        "A|base64offset",
        "A|gt|all",
        "A|hour|day",
        "A|base64|base64",
        "'|startswith'",
        "'|cidr'",
    ] {
        let (rules, errors) = parse("r.yml", &rule_text(&format!("selection:\n    {key}: 1\ncondition: selection")));
        assert!(rules.is_empty() && errors.len() == 1, "{key} was taken");
        assert_eq!((errors[0].place.line, errors[0].place.column), (6, 9), "{key}: {}", errors[0]);
    }
}

#[test]
fn values_that_their_modifier_cannot_use_are_refused_with_a_cure() {
    check_detection(
        "selection:\n    A|gt: many\ncondition: selection",
        "r.yml:6:15: `A|gt`: the value `many` is no number = write a number",
    );
    check_detection(
        "selection:\n    A|cidr: 300.0.0.1\ncondition: selection",
        "r.yml:6:17: `A|cidr`: the value `300.0.0.1` is no network = write it as `192.0.2.0/24` or `2001:db8::/32`",
    );
    check_detection(
        "selection:\n    A|exists: maybe\ncondition: selection",
        "r.yml:6:19: `A|exists`: the value `maybe` does not say whether the field exists = write `true` or `false`",
    );
    check_detection(
        "selection:\n    A|re: '('\ncondition: selection",
        "r.yml:6:15: `A|re`: the value `(` is no regular expression: unclosed group = look-around and back-references cannot be used",
    );
    check_detection(
        "selection:\n    A|expand: '%admins%'\ncondition: selection",
        "r.yml:6:19: `A|expand`: the placeholder `%admins%` has no value = give the placeholder `admins` a list of values in the configuration",
    );
    check_detection(
        "selection:\n    A|contains: null\ncondition: selection",
        "r.yml:6:21: `A|contains`: the value `null` is no text = put the value in quotes; `null` goes with a plain field only",
    );
    check_detection(
        "selection:\n    A:\n        B: 1\ncondition: selection",
        "r.yml:7:13: `A` is a map, expected a single value or a list of single values = write `A:` as a single value or a list of single values",
    );
    check_detection(
        "selection:\n    A|base64: 'a*'\ncondition: selection",
        "r.yml:6:19: `A|base64`: the value `a*` has wildcards, which an encoding cannot carry",
    );
    check_detection(
        "selection:\n    A: []\ncondition: selection",
        "r.yml:6:9: `A` is empty = give it at least one value, or take it out",
    );
}

#[test]
fn a_condition_that_cannot_be_read_is_shown_where_it_breaks() {
    let hint =
        " = a condition is made of selection names, `and`, `or`, `not`, parentheses, `1 of name*`, `all of them`";
    for (condition, column, what) in [
        ("selection and", 29, "it ends where a selection should follow"),
        ("(selection", 26, "a `(` is not closed"),
        ("selection)", 25, "a `)` has no `(`"),
        ("selection selection", 26, "`selection` cannot stand here"),
        ("and selection", 16, "`and` stands where a selection should"),
        ("x of them", 16, "`x of` is no count; write `1 of` or `all of`"),
        ("3 of them", 16, "3 of `them` can never hold, for it names 1 selections"),
        ("1 of", 20, "`of` has to be followed by a name, a pattern or `them`"),
    ] {
        check_detection(
            &format!("selection:\n    A: 1\ncondition: {condition}"),
            &format!("r.yml:7:{column}: the condition cannot be read: {what}{hint}"),
        );
    }
    check_detection(
        "selection:\n    A: 1\ncondition: selection | count() > 5",
        "r.yml:7:26: the condition aggregates with `|`, which Sigma 2 has replaced by correlation rules = put what stands after `|` into a correlation rule of its own",
    );
    check_detection(
        "selection:\n    A: 1\ncondition:",
        "r.yml:7:14: `condition` is empty = give it at least one value, or take it out",
    );
}

#[test]
fn missing_parts_are_named() {
    check(
        "title: X\nlogsource: {product: a}\n",
        "r.yml:1:1: the rule has no `detection` = add `detection:` with at least one selection and a `condition:`",
    );
    check(
        "title: X\ndetection: {s: {A: 1}, condition: s}\n",
        "r.yml:1:1: the rule has no `logsource` = add `logsource:` with `product:` and `service:` or `category:`",
    );
    check(
        "title: X\nlogsource: {product: a}\ndetection: {s: {A: 1}}\n",
        "r.yml:3:1: the rule has no `condition` = add `condition:` under `detection:`, for example `condition: selection`",
    );
    check(
        "logsource: {product: a}\ndetection: {s: {A: 1}, condition: s}\n",
        "r.yml:1:1: the rule has no `title` = add `title:`",
    );
}

#[test]
fn an_unknown_level_is_shown_with_the_levels_there_are() {
    check(
        &format!("{}level: severe\n", rule_text("s:\n    A: 1\ncondition: s")),
        "r.yml:8:8: unknown level `severe` = the levels are: informational, low, medium, high, critical",
    );
    let (rules, _) = parse("r.yml", &format!("{}level: High\n", rule_text("s:\n    A: 1\ncondition: s")));
    assert_eq!(rules[0].about.level, Some(Level::High));
}

#[test]
fn trouble_with_the_yaml_itself_has_its_place() {
    check(
        &rule_text("selection:\n    A: 1\n    A: 2\ncondition: selection"),
        "r.yml:7:9: the key `A` stands twice in one map = it stood first in line 6; put several values into one list, or the maps into a list of maps",
    );
    let shown = errors("title: X\ndetection:\n\tselection: 1\n");
    assert!(shown.starts_with("r.yml:3:") && shown.contains("never with tabs"), "{shown}");
    let shown = errors("title: X\ndetection:\n    s:\n        A: *x\n");
    assert!(shown.starts_with("r.yml:4:12") && shown.contains("has to stand in quotes"), "{shown}");
    let shown = errors("title: X\ndetection:\n    s: [1, 2\n");
    assert!(shown.starts_with("r.yml:"), "{shown}");
    check(
        "- a\n- b\n",
        "r.yml:1:1: `rule` is a list, expected a map (`title:`, `logsource:`, `detection:`, …) = write `rule:` as a map (`title:`, `logsource:`, `detection:`, …)",
    );
    check("", "");
}

#[test]
fn correlations_and_filters_are_said_to_come_later() {
    check(
        "title: X\ncorrelation:\n    type: event_count\n",
        "r.yml:2:1: correlation rules are not yet supported = take the document out, or keep it for a later version",
    );
    check(
        "title: X\nfilter:\n    rules: any\n",
        "r.yml:2:1: filters are not yet supported = take the document out, or keep it for a later version",
    );
}

#[test]
fn one_bad_document_leaves_the_others_and_all_its_errors_are_told() {
    let good = rule_text("s:\n    A: 1\ncondition: s");
    let bad = rule_text("s:\n    A|gt: x\n    B: 1\nt:\n    C|foo: 1\ncondition: s");
    let (rules, errors) = parse("r.yml", &format!("{good}---\n{bad}---\n{good}"));
    assert_eq!((rules.len(), errors.len()), (2, 2));
    assert_eq!(rules[1].about.place.line, 20);
    let doubled = rule_text("s:\n    A: 1\n    A: 1\ncondition: s");
    let (rules, errors) = parse("r.yml", &format!("{doubled}---\n{good}"));
    assert_eq!((rules.len(), errors.len()), (1, 1));
}

#[test]
fn an_alias_bomb_is_refused_and_deep_nesting_is_survived() {
    let mut bomb = "a: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let line = format!("k{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", "));
        bomb.push_str(&line);
    }
    assert!(errors(&bomb).contains("expands to more than"), "{}", errors(&bomb));
    let deep = "[".repeat(100_000);
    assert!(!errors(&deep).is_empty());
    let deep = rule_text(&format!("s:\n    A: 1\ncondition: {}s", "not ".repeat(1_000)));
    assert!(errors(&deep).contains("nested too deep"));
    let long = rule_text(&format!("s:\n    A: 1\ncondition: s{}", " or s".repeat(10_000)));
    assert!(errors(&long).contains("too long"));
}
