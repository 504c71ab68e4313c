//! Many documents: what they say of each other, and what is told when it does not fit.

use entward_sigma::{
    Collection, CorrelationCondition, CorrelationKind, Expression, Limit, Loader, Member, Placeholders, Relation,
    RuleSet, Scratch,
};

use crate::support::{JsonRecord, TestVocabulary};

pub(crate) fn load(text: &str) -> (Collection, String) {
    load_with(text, Placeholders::default())
}

pub(crate) fn load_with(text: &str, placeholders: Placeholders) -> (Collection, String) {
    let mut loader = Loader::new(placeholders);
    loader.add("r.yml", text);
    let (collection, errors) = loader.finish();
    let shown: Vec<String> = errors
        .iter()
        .map(|error| match error.hint() {
            Some(hint) => format!("{error} = {hint}"),
            None => panic!("no cure: {error}"),
        })
        .collect();
    (collection, shown.join("\n"))
}

#[track_caller]
pub(crate) fn good(text: &str) -> Collection {
    let (collection, errors) = load(text);
    assert_eq!(errors, "", "{text}");
    collection
}

/// A rule of a name that asks for `Kind` to be that name.
pub(crate) fn rule(name: &str) -> String {
    format!(
        "title: The rule {name}\nname: {name}\nlogsource: {{product: azure}}\ndetection: {{s: {{Kind: {name}}}, condition: s}}\n---\n"
    )
}

fn matched(collection: &Collection, record: &str) -> Vec<String> {
    let (set, errors) = RuleSet::compile(collection.rules.clone(), &TestVocabulary);
    assert!(errors.is_empty());
    let record = JsonRecord::new(record, &set);
    let mut out = Vec::new();
    set.matches(&record, &mut Scratch::new(), &mut out);
    out.iter().map(|rule| set.rules()[*rule as usize].about.title.clone()).collect()
}

#[test]
fn a_correlation_finds_its_rules_by_name_and_by_id_in_any_order() {
    let collection = good(&format!(
        "title: Both\nid: 11111111-2222-4333-8444-555555555555\ncorrelation:\n    type: temporal\n    rules: [second, AAAAAAAA-0000-4000-8000-000000000001]\n    group-by: [User]\n    timespan: 90m\n---\n{}---\ntitle: First\nid: aaaaaaaa-0000-4000-8000-000000000001\nlogsource: {{product: azure}}\ndetection: {{s: {{A: 1}}, condition: s}}\n",
        rule("second").trim_end_matches("---\n"),
    ));
    let correlation = &collection.correlations[0];
    assert_eq!(correlation.members, [Member::Rule(0), Member::Rule(1)]);
    assert_eq!(correlation.kind, CorrelationKind::Temporal);
    assert_eq!(correlation.timespan.nanoseconds(), 90 * 60 * 1_000_000_000);
    let all = Expression::All(vec![Expression::Member(0), Expression::Member(1)]);
    assert_eq!(correlation.condition, CorrelationCondition::Expression(all));
    assert!(correlation.standalone && !collection.is_standalone(0));
}

#[test]
fn every_type_condition_and_timespan_is_read() {
    for (kind, condition) in [
        ("event_count", "{gte: 10}"),
        ("value_count", "{field: A, gt: 1, lte: 5}"),
        ("value_count", "{field: [A, B], neq: 3}"),
        ("value_sum", "{field: A, gt: 1.5}"),
        ("value_avg", "{field: A, lt: -2}"),
        ("value_percentile", "{field: A, percentile: 95, gt: 100}"),
        ("value_percentile", "{field: A, lte: 1}"),
        ("temporal", "{gte: 1}"),
        ("temporal", "a or not a"),
        ("temporal_ordered", "{gt: 0}"),
        ("temporal_ordered", "a"),
    ] {
        for (timespan, seconds) in [
            ("1s", 1),
            ("2m", 120),
            ("3h", 10_800),
            ("1d", 86_400),
            ("1w", 604_800),
            ("1M", 2_629_746),
            ("1y", 31_556_952),
        ] {
            let collection = good(&format!(
                "{}title: X\ncorrelation:\n    type: {kind}\n    rules: [a]\n    timespan: {timespan}\n    condition: {condition}\n",
                rule("a"),
            ));
            let correlation = &collection.correlations[0];
            assert_eq!(correlation.kind.as_str(), kind);
            assert_eq!(correlation.timespan.nanoseconds(), seconds * 1_000_000_000);
        }
    }
    let collection = good(&format!(
        "{}title: X\ncorrelation:\n    type: event_count\n    rules: a\n    timespan: 1h\n    condition: {{gt: 100, lte: 200}}\n",
        rule("a"),
    ));
    let CorrelationCondition::Threshold(threshold) = &collection.correlations[0].condition else { panic!() };
    assert_eq!(threshold.limits, [(Limit::Above, 100.0), (Limit::AtMost, 200.0)]);
}

#[test]
fn what_cannot_be_read_in_a_correlation_is_told_with_its_place() {
    let check = |body: &str, expected: &str| {
        let (collection, errors) = load(&format!("{}title: X\ncorrelation:\n{body}", rule("abc")));
        assert_eq!(errors, expected, "{body}");
        assert!(collection.correlations.is_empty());
    };
    check(
        "    type: count\n    rules: [abc]\n    timespan: 1h\n",
        "r.yml:8:11: unknown correlation type `count` = the correlation types are: event_count, value_count, temporal, temporal_ordered, value_sum, value_avg, value_percentile",
    );
    check(
        "    type: event_count\n    rules: [abx]\n    timespan: 1h\n    condition: {gt: 1}\n",
        "r.yml:9:13: `abx` is no rule that is loaded = did you mean `abc`? Else load the file that holds it",
    );
    check(
        "    type: event_count\n    rules: [abc]\n    timespan: 1 hour\n    condition: {gt: 1}\n",
        "r.yml:10:15: `timespan`: `1 hour` is no span of time = write a whole number above 0 and one of s, m, h, d, w, M (months), y: `90m`",
    );
    check(
        "    type: event_count\n    rules: [abc]\n    timespan: 1h\n    condition: {more: 1}\n",
        "r.yml:11:17: unknown part of a condition `more` = the parts of a condition are: gt, gte, lt, lte, eq, neq, field, percentile",
    );
    check(
        "    type: event_count\n    rules: [abc]\n    timespan: 1h\n    condition: {gt: many}\n",
        "r.yml:11:21: `gt`: `many` is no number = write a number",
    );
    check(
        "    type: event_count\n    rules: [abc]\n    timespan: 1h\n    condition: abc\n",
        "r.yml:11:16: `condition` is a single value, expected a map such as `gte: 10` = write `condition:` as a map such as `gte: 10`",
    );
    check(
        "    type: value_count\n    rules: [abc]\n    timespan: 1h\n    condition: {gt: 1}\n",
        "r.yml:11:16: the rule has no `field in the condition` = add `field:` to the condition, with the field whose values count",
    );
    check(
        "    type: temporal\n    rules: [abc]\n    timespan: 1h\n    condition: abc and b\n",
        "r.yml:11:24: the condition names `b`, which the rule does not define = the rule defines: abc",
    );
    check(
        "    type: temporal\n    rules: [abc]\n    timespan: 1h\n    condition: {gte: 2}\n",
        "r.yml:11:16: `condition`: it asks for more rules than the 1 that there are = ask for at most as many as `rules:` names",
    );
    check(
        "    type: temporal_ordered\n    rules: [abc]\n    timespan: 1h\n    condition: {lt: 2}\n",
        "r.yml:11:16: `condition`: how many rules followed each other has no upper limit = use `gt` or `gte`, or write which rules have to follow each other: `rule_a and rule_b`",
    );
    check(
        "    type: event_count\n    rules: [abc]\n    timespan: 1h\n    window: 3\n    condition: {gt: 1}\n",
        "r.yml:11:5: unknown key of a correlation `window` = the keys of a correlation are: type, rules, group-by, timespan, condition, aliases, generate, field",
    );
    check(
        "    type: event_count\n    rules: [abc]\n    timespan: 1h\n",
        "r.yml:8:5: the rule has no `condition of the correlation` = add `condition:`, for example `condition: {gte: 10}`",
    );
    check(
        "    type: event_count\n    rules: [abc, abc]\n    timespan: 1h\n    condition: {gt: 1}\n",
        "r.yml:9:18: `rules`: `abc` stands twice = name each rule once",
    );
}

fn chain(name: &str, of: &str) -> String {
    format!(
        "title: {name}\nname: {name}\ncorrelation:\n    type: event_count\n    rules: [{of}]\n    timespan: 1h\n    condition: {{gte: 2}}\n---\n"
    )
}

#[test]
fn circles_are_refused_and_take_what_refers_to_them_along() {
    let (collection, errors) = load(&format!(
        "{}{}{}{}{}",
        rule("a"),
        chain("x", "y"),
        chain("y", "x"),
        chain("above", "y"),
        chain("good", "a")
    ));
    assert_eq!(
        errors,
        "r.yml:6:1: the correlation refers to itself: x → y → x = take one of the references out\n\
         r.yml:26:13: `rules`: `y` is a correlation that cannot be used = see what is said about it, and mend it first"
    );
    assert_eq!(collection.correlations.len(), 1);
    let (_, errors) = load(&chain("x", "x"));
    assert_eq!(errors, "r.yml:1:1: the correlation refers to itself: x → x = take one of the references out");
    let long: String = (0..40).map(|number| chain(&format!("c{number}"), &format!("c{}", number + 1))).collect();
    let (collection, errors) = load(&format!("{long}{}{}", chain("c40", "a"), rule("a")));
    assert!(errors.contains("the end of a chain of 41 correlations"), "{errors}");
    assert_eq!(collection.correlations.len(), 16);
}

#[test]
fn chains_resolve_and_only_the_outermost_speaks() {
    let collection = good(&format!("{}{}{}", chain("outer", "inner"), chain("inner", "a"), rule("a")));
    assert_eq!(collection.correlations[0].members, [Member::Correlation(1)]);
    assert!(collection.correlations[0].standalone && !collection.correlations[1].standalone);
    let collection =
        good(&format!("{}generate: true\n---\n{}", chain("outer", "a").trim_end_matches("---\n"), rule("a")));
    assert!(collection.is_standalone(0));
}

#[test]
fn two_documents_with_one_name_or_id_are_told_and_the_first_stands() {
    let (collection, errors) = load(&format!("{}{}", rule("a"), rule("a")));
    assert_eq!(collection.rules.len(), 1);
    assert_eq!(
        errors,
        "r.yml:6:1: another document has the name `a` already = it stood first in r.yml:1:1; give each document a name of its own, or name each folder once"
    );
}

#[test]
fn aliases_give_one_name_to_different_fields() {
    let aliased = |aliases: &str| {
        load(&format!(
            "{}{}{}title: X\ncorrelation:\n    type: temporal\n    rules: [a, b]\n    group-by: [user]\n    timespan: 1h\n    aliases: {{user: {aliases}}}\n",
            rule("a"),
            rule("b"),
            rule("c"),
        ))
    };
    let (collection, errors) = aliased("{a: Actor, b: UserPrincipalName}");
    assert_eq!(errors, "");
    let correlation = &collection.correlations[0];
    assert_eq!(
        (correlation.field_of("user", 0), correlation.field_of("user", 1)),
        (Some("Actor"), Some("UserPrincipalName"))
    );
    assert_eq!(correlation.field_of("Other", 1), Some("Other"));
    let (_, errors) = aliased("{a: Actor, c: X}");
    assert_eq!(
        errors,
        "r.yml:22:32: `user`: `c` is not among the rules of the correlation = add it to `rules:`, or take it out here"
    );
}

const FILTER: &str = "title: Our administrators\nname: administrators\nlogsource: {product: azure}\nfilter:\n    rules: [a]\n    selection: {User|startswith: adm_}\n    condition: not selection\nx_entward: {owner: ada@contoso.example, expires: 2027-01-01}\n";

#[test]
fn a_filter_narrows_its_rules_and_is_seen_in_the_explanation() {
    let collection = good(&format!("{}{}{FILTER}", rule("a"), rule("b")));
    assert_eq!(collection.filters[0].rules, [0]);
    assert_eq!(collection.filters[0].about.custom["owner"], "ada@contoso.example");
    assert_eq!(matched(&collection, r#"{"Kind": "a", "User": "ada"}"#), ["The rule a"]);
    assert!(matched(&collection, r#"{"Kind": "a", "User": "adm_ada"}"#).is_empty());
    assert_eq!(matched(&collection, r#"{"Kind": "b", "User": "adm_ada"}"#), ["The rule b"]);
    let (set, _) = RuleSet::compile(collection.rules, &TestVocabulary);
    let record = JsonRecord::new(r#"{"Kind": "a", "User": "adm_ada"}"#, &set);
    let shown = format!("{:?}", set.explain(0, &record));
    assert!(shown.contains("administrators: selection") && shown.contains("User|startswith"), "{shown}");
}

#[test]
fn a_filter_for_any_rule_takes_those_of_its_logs() {
    let text = format!("{}{}{}", rule("a"), rule("b"), FILTER.replace("[a]", "any"));
    assert_eq!(good(&text).filters[0].rules, [0, 1]);
    let (_, errors) = load(&text.replace("logsource: {product: azure}\nfilter", "logsource: {product: m365}\nfilter"));
    assert_eq!(
        errors,
        "r.yml:15:5: `rules`: no rule is about m365 = load the rules too, or write the log source that they have"
    );
}

#[test]
fn a_filter_that_would_not_apply_is_told() {
    let check = |filter: String, expected: &str| {
        let (collection, errors) = load(&format!("{}{}{filter}", rule("a"), chain("c", "a")));
        assert_eq!(errors, expected, "{filter}");
        assert!(collection.filters.is_empty());
        assert_eq!(matched(&collection, r#"{"Kind": "a", "User": "adm_x"}"#), ["The rule a"]);
    };
    check(
        FILTER.replace("[a]", "[a, nobody]"),
        "r.yml:18:16: `nobody` is no rule that is loaded = load the file that holds it too, or write the `id:` or `name:` of a rule that is loaded",
    );
    check(
        FILTER.replace("product: azure", "product: azure, service: auditlogs"),
        "r.yml:18:13: `rules`: `a` is about azure, the filter about azure/auditlogs = give the filter the log source of its rules, or less of it",
    );
    check(
        FILTER.replace("[a]", "[c]"),
        "r.yml:18:13: `rules`: `c` is a correlation, which has no events of its own = name the rules that it correlates",
    );
    check(FILTER.replace("    rules: [a]\n", ""), "r.yml:18:5: the rule has no `rules` = add `rules:`");
}

#[test]
fn placeholders_are_filled_from_outside() {
    let placeholders = || -> Placeholders {
        [("admins", vec!["ada", "bob*"]), ("tenant", vec!["contoso"]), ("none", vec![])].into_iter().collect()
    };
    let load = |value: &str| {
        let text = format!(
            "title: T\nlogsource: {{product: azure}}\ndetection:\n    s:\n        User|expand: '{value}'\n    condition: s\n"
        );
        load_with(&text, placeholders())
    };
    let (collection, errors) = load("%admins%@%tenant%.example");
    assert_eq!(errors, "");
    assert_eq!(matched(&collection, r#"{"User": "ADA@contoso.example"}"#), ["T"]);
    assert_eq!(matched(&collection, r#"{"User": "bobby@contoso.example"}"#), ["T"]);
    assert!(matched(&collection, r#"{"User": "adam@contoso.example"}"#).is_empty());
    let (_, errors) = load("%nobody%");
    assert_eq!(
        errors,
        "r.yml:5:22: `User|expand`: the placeholder `%nobody%` has no value = give the placeholder `nobody` a list of values in the configuration; those that have values are: admins, tenant"
    );
    let (_, errors) = load("%none%");
    assert!(errors.starts_with("r.yml:5:22: `User|expand`: the placeholder `%none%` has no value"), "{errors}");
    let (_, errors) = load("100 %");
    assert_eq!(
        errors,
        "r.yml:5:22: `User|expand`: the value `100 %` holds no placeholder = write it as `%name%`, or take `expand` out"
    );
}

#[test]
fn what_a_rule_says_of_others_and_of_its_language_is_read() {
    let with = |more: &str| load(&format!("{}{more}", rule("a").trim_end_matches("---\n")));
    let (collection, errors) = with("related:\n    - {id: x, type: obsoletes}\n    - {id: y, type: similar}\n");
    assert_eq!(errors, "");
    let related: Vec<Relation> = collection.rules[0].about.related.iter().map(|related| related.relation).collect();
    assert_eq!(related, [Relation::Obsolete, Relation::Similar]);
    let (_, errors) = with("related:\n    - {id: x, type: like}\n");
    assert_eq!(
        errors,
        "r.yml:6:21: unknown relation `like` = the relations are: derived, obsolete, merged, renamed, similar"
    );
    let (collection, errors) = with("taxonomy: ecs\n");
    assert!(collection.rules.is_empty());
    assert_eq!(
        errors,
        "r.yml:5:11: `taxonomy`: the taxonomy `ecs` is not understood = write the rule in Sigma's own field names, or translate it first"
    );
    let mut loader = Loader::default();
    loader.understand("ecs");
    loader.add("r.yml", &format!("{}taxonomy: ecs\n", rule("a").trim_end_matches("---\n")));
    assert_eq!(loader.finish().0.rules.len(), 1);
}

#[test]
fn actions_of_old_collections_are_carried_out() {
    let collection = good(
        "action: global\nlogsource: {product: azure}\nlevel: high\n---\n\
         title: One\ndetection: {s: {A: 1}, condition: s}\n---\n\
         action: repeat\ntitle: Two\ndetection: {s: {A: 2}}\n---\n\
         action: reset\n---\n\
         title: Three\nlogsource: {product: m365}\ndetection: {s: {A: 3}, condition: s}\n",
    );
    let shown: Vec<(&str, bool)> =
        collection.rules.iter().map(|rule| (rule.about.title.as_str(), rule.about.level.is_some())).collect();
    assert_eq!(shown, [("One", true), ("Two", true), ("Three", false)]);
    assert_eq!(matched(&collection, r#"{"A": 2}"#), ["Two"]);
    let (_, errors) = load("action: again\ntitle: X\n");
    assert_eq!(errors, "r.yml:1:9: unknown action `again` = the actions are: global, reset, repeat");
    let (_, errors) = load("action: repeat\ntitle: X\n");
    assert_eq!(errors, "r.yml:1:1: `action`: there is nothing to repeat = put the document that it repeats before it");
}

#[test]
fn first_seen_is_read_from_the_custom_map() {
    let with =
        |body: &str| load(&format!("{}x_entward:\n    first_seen: {body}\n", rule("a").trim_end_matches("---\n")));
    let (collection, errors) = with("{field: IPAddress, per: [User], learn: 14d, forget: 90d}");
    assert_eq!(errors, "");
    let first_seen = collection.rules[0].first_seen.as_ref().expect("read");
    assert_eq!(
        (first_seen.fields.as_slice(), first_seen.learn.written()),
        (["IPAddress".to_owned()].as_slice(), "14d")
    );
    let (_, errors) = with("{field: IPAddress, learn: 14d, forget: 2d}");
    assert_eq!(
        errors,
        "r.yml:6:17: `first_seen`: what is learnt would be forgotten before learning ends = let `forget` be at least as long as `learn`"
    );
    let (_, errors) = with("{field: IPAddress, learn: 14d, forget: 90d, for: x}");
    assert_eq!(
        errors,
        "r.yml:6:61: unknown key of first_seen `for` = the keys of first_seen are: field, per, learn, forget"
    );
    let (_, errors) = with("{learn: soon, forget: 90d}");
    assert!(errors.contains("`field`") && errors.contains("`soon` is no span of time"), "{errors}");
}

#[test]
fn filters_that_are_not_wanted_are_taken_out_and_told() {
    let filter = |title: &str, id: &str| {
        format!(
            "title: {title}\nid: {id}\nlogsource: {{product: azure}}\nfilter:\n    rules: any\n    selection: {{a: 2}}\n    \
             condition: not selection\nx_entward: {{expires: {title}}}\n"
        )
    };
    let mut loader = entward_sigma::Loader::default();
    loader.add(
        "rule.yml",
        "title: Rule\nid: r\nlogsource: {product: azure}\ndetection:\n    s: {a: 1}\n    condition: s\n",
    );
    loader.add("old.yml", &filter("old", "one"));
    loader.add("new.yml", &filter("new", "two"));
    let out = loader.leave_out_filters(|about| about.custom["expires"] == "old");
    assert_eq!(out.iter().map(|about| about.title.as_str()).collect::<Vec<_>>(), ["old"]);
    let (collection, errors) = loader.finish();
    assert_eq!(errors, []);
    assert_eq!(collection.filters.iter().map(|filter| filter.about.title.as_str()).collect::<Vec<_>>(), ["new"]);
}
