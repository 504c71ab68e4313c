//! Correlations and first-seen rules from outside: what is fed, what is found, what is let go.

use entward_sigma::{Collection, Correlator, Ending, Finding, Limits, RestoreError, Taken};

use crate::collections::{good, rule};

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * SECOND;

/// One event: rule, seconds, and the values; the reference is its place in the list, from 1.
type Event<'e> = (u32, i64, &'e [&'e str]);

fn limits() -> Limits {
    Limits { lateness: 60 * SECOND, ..Limits::default() }
}

fn run_with(collection: &Collection, limits: Limits, events: &[Event<'_>]) -> (Correlator, Vec<Finding>) {
    let mut correlator = Correlator::new(collection, limits);
    let mut found = Vec::new();
    for (at, (rule, seconds, values)) in events.iter().enumerate() {
        let values: Vec<Option<&str>> = values.iter().map(|value| (*value != "-").then_some(*value)).collect();
        assert_eq!(values.len(), correlator.fields(*rule).len(), "{:?}", correlator.fields(*rule));
        correlator.feed(*rule, seconds * SECOND, at as u64 + 1, &values, &mut found);
    }
    correlator.flush(&mut found);
    (correlator, found)
}

/// The references of each match when it began, in order.
fn began(collection: &Collection, events: &[Event<'_>]) -> Vec<Vec<u64>> {
    let (_, found) = run_with(collection, limits(), events);
    references(&found)
}

fn references(found: &[Finding]) -> Vec<Vec<u64>> {
    let began = found.iter().filter_map(|finding| match finding {
        Finding::Began(told) => Some(told.references.clone()),
        _ => None,
    });
    began.collect()
}

fn correlation(rules: &[&str], body: &str) -> Collection {
    let names = rules.join(", ");
    let rules: String = rules.iter().map(|name| rule(name)).collect();
    let body: String = body.lines().map(|line| format!("    {line}\n")).collect();
    good(&format!("{rules}title: X\nname: x\ncorrelation:\n    rules: [{names}]\n{body}"))
}

#[test]
fn a_hundred_failures_within_an_hour_are_guessing() {
    // The specification's example of `event_count`, with other names.
    let collection =
        correlation(&["failed"], "type: event_count\ngroup-by: [Device]\ntimespan: 1h\ncondition: {gte: 100}");
    let slow: Vec<Event<'_>> = (0..200).map(|number| (0, number * 40, ["a"].as_slice())).collect();
    assert!(began(&collection, &slow).is_empty());
    let quick: Vec<Event<'_>> = (0..200)
        .map(|number| (0, number * 30, if number % 2 == 0 { ["A"].as_slice() } else { ["a"].as_slice() }))
        .collect();
    let (_, found) = run_with(&collection, limits(), &quick);
    let [Finding::Began(first), Finding::Ended(whole, Ending::Flushed)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((first.total, first.fired_time, first.number), (100, 99 * 30 * SECOND, whole.number));
    assert_eq!((whole.total, whole.references.len(), whole.last_time), (200, 100, 199 * 30 * SECOND));
}

#[test]
fn a_match_is_told_once_until_the_condition_fails() {
    let collection = correlation(&["a"], "type: event_count\ntimespan: 10s\ncondition: {gte: 2}");
    let times = [0, 5, 6, 30, 100, 101].map(|seconds| (0, seconds, [].as_slice()));
    assert_eq!(began(&collection, &times), [vec![1, 2], vec![5, 6]]);
}

#[test]
fn different_values_are_counted_together_over_several_fields() {
    let collection = correlation(
        &["failed"],
        "type: value_count\ngroup-by: [Address]\ntimespan: 1d\ncondition: {field: [User, App], gte: 3}",
    );
    let events: &[Event<'_>] = &[
        (0, 0, &["x", "ada", "mail"]),
        (0, 1, &["x", "ADA", "Mail"]),
        (0, 2, &["x", "ada", "files"]),
        (0, 3, &["y", "bob", "mail"]),
        (0, 4, &["x", "-", "mail"]),
        (0, 5, &["x", "bob", "mail"]),
    ];
    let (correlator, found) = run_with(&collection, limits(), events);
    assert_eq!(references(&found), [vec![1, 2, 3, 6]]);
    assert_eq!(correlator.counts().unusable, 1, "a value that is not there is none");
}

#[test]
fn many_failures_and_then_a_success_are_a_chain() {
    // The specification's closing example. The outer group is looked up in the event that completed the inner
    // match, under the aliases of each.
    let collection = good(&format!(
        "{}{}title: Many failures\nname: many\ncorrelation:\n    type: event_count\n    rules: [failed]\n    group-by: [User, Device]\n    timespan: 5m\n    condition: {{gte: 3}}\n---\ntitle: And in\ncorrelation:\n    type: temporal_ordered\n    rules: [many, success]\n    group-by: [who]\n    timespan: 10m\n    aliases: {{who: {{many: User, success: Account}}}}\n",
        rule("failed"),
        rule("success"),
    ));
    let events: &[Event<'_>] = &[
        (1, 0, &["ada"]),
        (0, 10, &["ada", "one"]),
        (0, 20, &["ada", "two"]),
        (0, 30, &["ada", "one"]),
        (0, 40, &["ada", "one"]),
        (1, 50, &["bob"]),
        (1, 60, &["ada"]),
    ];
    let (_, found) = run_with(&collection, limits(), events);
    assert_eq!(references(&found), [vec![1, 5, 7]], "the inner match has the reference of what completed it");
    assert!(found.iter().all(|finding| !matches!(finding, Finding::Began(told) if told.correlation == 0)));
}

#[test]
fn one_name_stands_for_crossed_fields() {
    // The specification's example of aliases: an error on one side, a connection back from the other.
    let collection = correlation(
        &["error", "connection"],
        "type: temporal\ngroup-by: [inner, outer]\ntimespan: 10s\naliases:\n    inner: {error: To, connection: From}\n    outer: {error: From, connection: To}",
    );
    let correlator = Correlator::new(&collection, limits());
    assert_eq!(
        (correlator.fields(0), correlator.fields(1)),
        (["To", "From"].map(String::from).as_slice(), ["From", "To"].map(String::from).as_slice())
    );
    assert_eq!(began(&collection, &[(0, 0, &["in", "out"]), (1, 5, &["in", "out"])]), [vec![1, 2]]);
    assert!(began(&collection, &[(0, 0, &["in", "out"]), (1, 5, &["out", "in"])]).is_empty());
}

#[test]
fn a_record_that_meets_two_rules_is_one_event() {
    let collection = correlation(&["a", "b"], "type: event_count\ntimespan: 10s\ncondition: {gte: 2}");
    let mut correlator = Correlator::new(&collection, limits());
    let mut found = Vec::new();
    correlator.feed(0, 0, 7, &[], &mut found);
    correlator.feed(1, 0, 7, &[], &mut found);
    correlator.flush(&mut found);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn what_is_too_late_or_too_early_is_left_out_and_counted() {
    let collection = correlation(&["a"], "type: event_count\ntimespan: 1h\ncondition: {gte: 2}");
    let mut correlator = Correlator::new(&collection, limits());
    let mut found = Vec::new();
    let mut feed = |correlator: &mut Correlator, seconds: i64| correlator.feed(0, seconds * SECOND, 1, &[], &mut found);
    correlator.allow_until(2_000 * SECOND);
    assert_eq!(feed(&mut correlator, 1_000), Taken::Accepted);
    assert_eq!(feed(&mut correlator, 940), Taken::Accepted);
    assert_eq!(feed(&mut correlator, 939), Taken::TooLate);
    assert_eq!(feed(&mut correlator, 2_001), Taken::TooEarly);
    assert_eq!(correlator.feed(9, 0, 1, &[], &mut found), Taken::NotCorrelated);
    let counts = correlator.counts();
    assert_eq!((counts.accepted, counts.too_late, counts.too_early), (2, 1, 1));
}

#[test]
fn memory_is_bounded_and_what_is_let_go_is_counted() {
    let collection = correlation(&["a"], "type: event_count\ngroup-by: [G]\ntimespan: 1h\ncondition: {gte: 3}");
    let few = Limits { groups: 2, events_per_group: 1, references: 2, ..limits() };
    let events: &[Event<'_>] = &[
        (0, 0, &["x"]),
        (0, 1, &["x"]),
        (0, 2, &["x"]),
        (0, 3, &["x"]),
        (0, 4, &["x"]),
        (0, 5, &["y"]),
        (0, 6, &["z"]),
    ];
    let (correlator, found) = run_with(&collection, few, events);
    let [Finding::Began(first), Finding::Ended(whole, Ending::Evicted)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((first.total, first.references.as_slice(), whole.total), (3, [1, 2].as_slice(), 5));
    let counts = correlator.counts();
    // Four events are kept, whatever the limit says: with fewer, 3 could not be told from more.
    assert_eq!((counts.groups_evicted, counts.events_dropped, counts.references_dropped), (1, 1, 3));

    let waiting = Limits { waiting: 2, ..limits() };
    let events: Vec<Event<'_>> = (0..10).map(|number| (0, number * 5, ["x"].as_slice())).collect();
    let (correlator, found) = run_with(&collection, waiting, &events);
    assert!(correlator.counts().released_early > 0);
    assert_eq!(references(&found), [vec![1, 2, 3]]);

    // More at one instant than may wait: what follows in order is still taken.
    let burst: Vec<Event<'_>> = (0..10).map(|_| (0, 0, ["x"].as_slice())).collect();
    let (correlator, found) = run_with(&collection, waiting, &burst);
    assert_eq!((correlator.counts().accepted, references(&found)), (10, vec![vec![1, 2, 3]]));
}

#[test]
fn rare_values_are_found_by_their_share() {
    let collection = correlation(
        &["started"],
        "type: value_percentile\ngroup-by: [Device]\ntimespan: 24h\ncondition: {field: Program, lte: 1}",
    );
    let mut events: Vec<Event<'_>> = (0..120).map(|number| (0, number, ["x", "common"].as_slice())).collect();
    events.push((0, 200, &["x", "rare"]));
    let (_, found) = run_with(&collection, limits(), &events);
    assert!(matches!(found.first(), Some(Finding::Began(told)) if told.fired_time == 200 * SECOND), "{found:?}");
}

fn first_seen() -> Collection {
    good(&format!(
        "{}x_entward: {{first_seen: {{field: Address, per: [User], learn: 14d, forget: 90d}}}}\n---\n{}title: New and then\ncorrelation:\n    type: temporal_ordered\n    rules: [signed_in, changed]\n    group-by: [User]\n    timespan: 1h\n",
        rule("signed_in").trim_end_matches("---\n"),
        rule("changed"),
    ))
}

fn feed_days(correlator: &mut Correlator, events: &[(i64, &str, &str)], found: &mut Vec<Finding>) {
    for (day, user, address) in events {
        let taken = correlator.feed(0, day * DAY, *day as u64, &[Some(address), Some(user)], found);
        assert_eq!(taken, Taken::Accepted);
    }
}

fn new_days(found: &[Finding]) -> Vec<u64> {
    let new = found.iter().filter_map(|finding| match finding {
        Finding::New { rule: 0, reference, .. } => Some(*reference),
        _ => None,
    });
    new.collect()
}

const HABITS: &[(i64, &str, &str)] = &[
    (0, "ada", "198.51.100.1"),
    (13, "ada", "198.51.100.2"), // still learning
    (14, "Ada", "198.51.100.1"), // known
    (15, "ada", "203.0.113.9"),  // new
    (16, "ada", "203.0.113.9"),  // known by now
    (17, "bob", "203.0.113.9"),  // bob is learnt first
    (106, "ada", "203.0.113.9"), // 90 days after
    (197, "ada", "203.0.113.9"), // both forgotten, the entity too
];

#[test]
fn a_value_is_new_once_its_entity_is_known() {
    let mut correlator = Correlator::new(&first_seen(), limits());
    let mut found = Vec::new();
    assert_eq!(correlator.fields(0), ["Address", "User"]);
    feed_days(&mut correlator, HABITS, &mut found);
    correlator.flush(&mut found);
    assert_eq!(new_days(&found), [15]);
}

#[test]
fn what_was_learnt_is_stored_and_taken_up_again() {
    for cut in 0..HABITS.len() {
        let mut correlator = Correlator::new(&first_seen(), limits());
        let mut found = Vec::new();
        feed_days(&mut correlator, &HABITS[..cut], &mut found);
        let stored = serde_json::to_string(&correlator.export()).expect("a state can be written");
        let mut correlator = Correlator::new(&first_seen(), limits());
        correlator.restore(serde_json::from_str(&stored).expect("a state can be read")).expect("it fits");
        feed_days(&mut correlator, &HABITS[cut..], &mut found);
        correlator.flush(&mut found);
        assert_eq!(new_days(&found), [15], "cut at {cut}");
    }
}

#[test]
fn a_first_seen_rule_is_correlated_only_when_the_value_is_new() {
    let mut correlator = Correlator::new(&first_seen(), limits());
    let mut found = Vec::new();
    feed_days(&mut correlator, HABITS, &mut found);
    let mut correlator = Correlator::new(&first_seen(), limits());
    found.clear();
    feed_days(&mut correlator, &HABITS[..4], &mut found);
    correlator.feed(1, 15 * DAY + SECOND, 99, &[Some("ada")], &mut found);
    feed_days(&mut correlator, &HABITS[4..5], &mut found);
    correlator.feed(1, 16 * DAY + SECOND, 100, &[Some("ada")], &mut found);
    correlator.flush(&mut found);
    assert_eq!(references(&found), [vec![15, 99]]);
}

#[test]
fn what_first_seen_rules_remember_is_bounded() {
    let bounded = Limits { entities: 2, values: 3, values_per_entity: 2, ..limits() };
    let mut correlator = Correlator::new(&first_seen(), bounded);
    let mut found = Vec::new();
    feed_days(&mut correlator, &[(0, "ada", "1"), (1, "ada", "2"), (20, "ada", "3")], &mut found);
    feed_days(&mut correlator, &[(21, "bob", "1"), (22, "bob", "2"), (23, "eve", "1")], &mut found);
    correlator.flush(&mut found);
    assert!(new_days(&found).is_empty(), "one that shows ever new values surprises nobody");
    let counts = correlator.counts();
    assert_eq!((counts.values_refused, counts.values_evicted, counts.entities_evicted), (1, 2, 1));
}

#[test]
fn a_state_fits_only_what_it_was_made_of() {
    let collection = |count: u32| {
        correlation(&["a"], &format!("type: event_count\ngroup-by: [G]\ntimespan: 1h\ncondition: {{gte: {count}}}"))
    };
    let mut correlator = Correlator::new(&collection(2), limits());
    let mut found = Vec::new();
    correlator.feed(0, 0, 1, &[Some("x")], &mut found);
    correlator.feed(0, 1_000 * SECOND, 2, &[Some("y")], &mut found);
    let state = correlator.export();
    assert_eq!((correlator.groups(), correlator.waiting()), (1, 1));

    let mut changed = Correlator::new(&collection(3), limits());
    changed.restore(state.clone()).expect("other rules begin anew");
    assert_eq!((changed.groups(), changed.waiting(), changed.counts().lost_on_restore), (0, 0, 2));
    let mut other = Correlator::new(&collection(2), Limits { hash_key: [1, 2], ..limits() });
    assert_eq!(other.restore(state.clone()), Err(RestoreError::HashKey));
    let text =
        serde_json::to_string(&state).expect("a state can be written").replacen("\"version\":1", "\"version\":9", 1);
    let newer = serde_json::from_str(&text).expect("a state can be read");
    assert_eq!(Correlator::new(&collection(2), limits()).restore(newer), Err(RestoreError::Version(9)));
    let mut same = Correlator::new(&collection(2), limits());
    same.restore(state).expect("it fits");
    same.feed(0, 1_010 * SECOND, 3, &[Some("x")], &mut found);
    same.flush(&mut found);
    assert_eq!(references(&found), [vec![1, 3]]);
}

#[test]
fn rules_that_say_the_same_keep_their_own_memory() {
    // Two files under one title, as copies come; no id tells them apart.
    let rule = |value: &str| {
        format!(
            "title: Twice\nlogsource: {{product: azure}}\ndetection: {{selection: {{F: {value}}}, condition: selection}}\n\
             x_entward: {{first_seen: {{field: Address, per: [User], learn: 14d, forget: 90d}}}}\n"
        )
    };
    let collection = good(&format!("{}---\n{}", rule("a"), rule("b")));
    let mut correlator = Correlator::new(&collection, limits());
    let mut found = Vec::new();
    for (rule, user) in [(0, "ada"), (1, "bob"), (1, "eve")] {
        correlator.feed(rule, 0, u64::from(rule), &[Some("203.0.113.7"), Some(user)], &mut found);
        correlator.feed(rule, DAY, 5, &[Some("203.0.113.8"), Some(user)], &mut found);
    }
    let state = correlator.export();
    let mut resumed = Correlator::new(&collection, limits());
    resumed.restore(state.clone()).expect("it fits");
    assert_eq!(resumed.export(), state);
}
