//! The correlator against a reference that sorts everything and counts each window anew.

use entward_sigma::{Correlator, Ending, Finding, Limits, Loader};
use proptest::prelude::*;

const SECOND: i64 = 1_000_000_000;
const LATENESS: i64 = 30;
const RULES: [&str; 3] = ["a", "b", "c"];

#[derive(Clone, Copy, Debug)]
struct Event {
    time: i64,
    reference: u64,
    rule: usize,
    group: u8,
    value: i64,
    delay: i64,
}

/// What is asked, as a rule and as a function of the window.
#[derive(Clone, Debug)]
struct Asked {
    kind: &'static str,
    condition: String,
    holds: Holds,
}

#[derive(Clone, Debug)]
enum Holds {
    Number(&'static str, Operation, i64),
    Present(Tree),
    Ordered(Tree),
    OrderedCount(usize),
}

#[derive(Clone, Copy, Debug)]
enum Operation {
    Count,
    Different,
    Rules,
    Sum,
    Mean,
    Median,
    Share,
}

#[derive(Clone, Debug)]
enum Tree {
    Rule(usize),
    Not(Box<Tree>),
    And(Box<Tree>, Box<Tree>),
    Or(Box<Tree>, Box<Tree>),
}

impl Tree {
    fn text(&self) -> String {
        match self {
            Tree::Rule(rule) => RULES[*rule].to_owned(),
            Tree::Not(inner) => format!("not ({})", inner.text()),
            Tree::And(left, right) => format!("({} and {})", left.text(), right.text()),
            Tree::Or(left, right) => format!("({} or {})", left.text(), right.text()),
        }
    }

    /// `chosen` are those that follow each other, `present` those that are there at all: what
    /// is negated must not be there at all.
    fn holds(&self, chosen: &[bool; 3], present: &[bool; 3], negated: bool) -> bool {
        match self {
            Tree::Rule(rule) if negated => !present[*rule],
            Tree::Rule(rule) => chosen[*rule],
            Tree::Not(inner) => inner.holds(chosen, present, !negated),
            Tree::And(left, right) if negated => {
                left.holds(chosen, present, true) || right.holds(chosen, present, true)
            }
            Tree::Or(left, right) if negated => left.holds(chosen, present, true) && right.holds(chosen, present, true),
            Tree::And(left, right) => left.holds(chosen, present, false) && right.holds(chosen, present, false),
            Tree::Or(left, right) => left.holds(chosen, present, false) || right.holds(chosen, present, false),
        }
    }
}

fn follow(chosen: &[usize], window: &[Event], from: i64) -> bool {
    let Some((first, rest)) = chosen.split_first() else { return true };
    window.iter().any(|event| event.rule == *first && event.time >= from && follow(rest, window, event.time))
}

fn subsets() -> impl Iterator<Item = [bool; 3]> {
    (0..8).map(|bits| [bits & 1 == 1, bits & 2 == 2, bits & 4 == 4])
}

fn in_order(chosen: &[bool; 3], window: &[Event]) -> bool {
    let chain: Vec<usize> = (0..3).filter(|rule| chosen[*rule]).collect();
    follow(&chain, window, i64::MIN)
}

impl Holds {
    fn of(&self, window: &[Event]) -> bool {
        let present = [0, 1, 2].map(|rule| window.iter().any(|event| event.rule == rule));
        match self {
            Holds::Present(tree) => tree.holds(&present, &present, false),
            Holds::Ordered(tree) => {
                subsets().any(|chosen| in_order(&chosen, window) && tree.holds(&chosen, &present, false))
            }
            Holds::OrderedCount(needed) => subsets()
                .any(|chosen| chosen.iter().filter(|chosen| **chosen).count() == *needed && in_order(&chosen, window)),
            Holds::Number(limit, operation, wanted) => {
                let mut values: Vec<i64> = window.iter().map(|event| event.value).collect();
                let newest = values.last().copied().unwrap_or_default();
                values.sort_unstable();
                let count = values.len() as i64;
                let sum: i64 = values.iter().sum();
                let (found, over) = match operation {
                    Operation::Count => (count, 1),
                    Operation::Different => {
                        let mut different = values.clone();
                        different.dedup();
                        (different.len() as i64, 1)
                    }
                    Operation::Rules => (present.iter().filter(|present| **present).count() as i64, 1),
                    Operation::Sum => (sum, 1),
                    Operation::Mean => (sum, count),
                    Operation::Median => (values[(values.len() - 1) / 2], 1),
                    Operation::Share => (100 * values.iter().filter(|value| **value == newest).count() as i64, count),
                };
                match *limit {
                    "gt" => found > wanted * over,
                    "gte" => found >= wanted * over,
                    "lt" => found < wanted * over,
                    "lte" => found <= wanted * over,
                    "eq" => found == wanted * over,
                    _ => found != wanted * over,
                }
            }
        }
    }
}

type Told = (i64, i64, i64, u64, Vec<u64>);

/// Sorts, and asks of every window from its events alone. Beginnings with the window, ends with everything.
fn reference(asked: &Asked, timespan: i64, events: &[Event]) -> (Vec<Told>, Vec<Told>) {
    let mut events = events.to_vec();
    events.sort_by_key(|event| (event.time, event.reference, event.rule));
    let (mut began, mut ended) = (Vec::new(), Vec::new());
    for group in 0..3 {
        let mine: Vec<Event> = events.iter().copied().filter(|event| event.group == group).collect();
        let mut open: Option<Told> = None;
        let mut before = i64::MIN;
        for (at, event) in mine.iter().enumerate() {
            let window: Vec<Event> =
                mine[..=at].iter().copied().filter(|other| other.time >= event.time - timespan).collect();
            if before < event.time - timespan {
                ended.extend(open.take());
            }
            before = event.time;
            match (&mut open, asked.holds.of(&window)) {
                (None, true) => {
                    let references: Vec<u64> = window.iter().map(|event| event.reference).collect();
                    let told = (window[0].time, event.time, event.time, window.len() as u64, references);
                    began.push(told.clone());
                    open = Some(told);
                }
                (Some((_, _, last, total, references)), true) => {
                    *last = event.time;
                    *total += 1;
                    references.push(event.reference);
                }
                (Some(_), false) => ended.extend(open.take()),
                (None, false) => {}
            }
        }
        ended.extend(open);
    }
    began.sort();
    ended.sort();
    (began, ended)
}

fn correlator(asked: &Asked, timespan: i64) -> Correlator {
    let mut text = String::new();
    for rule in RULES {
        text += &format!(
            "title: {rule}\nname: {rule}\nlogsource: {{product: azure}}\ndetection: {{s: {{K: {rule}}}, condition: s}}\n---\n"
        );
    }
    text += &format!(
        "title: X\ncorrelation:\n    type: {}\n    rules: [a, b, c]\n    group-by: [G]\n    timespan: {timespan}s\n    condition: {}\n",
        asked.kind, asked.condition
    );
    let mut loader = Loader::default();
    loader.add("r.yml", &text);
    let (collection, errors) = loader.finish();
    assert!(errors.is_empty(), "{errors:?}\n{text}");
    let limits = Limits { lateness: LATENESS * SECOND, references: 1_000, ..Limits::default() };
    Correlator::new(&collection, limits)
}

fn feed(correlator: &mut Correlator, event: &Event, found: &mut Vec<Finding>) {
    let (group, value) = (event.group.to_string(), event.value.to_string());
    let values = [Some(group.as_str()), Some(value.as_str())];
    let wanted = correlator.fields(event.rule as u32).len();
    let taken = correlator.feed(event.rule as u32, event.time * SECOND, event.reference, &values[..wanted], found);
    assert_eq!(taken, entward_sigma::Taken::Accepted);
}

fn run(correlator: &mut Correlator, events: &[Event]) -> Vec<Finding> {
    let mut found = Vec::new();
    events.iter().for_each(|event| feed(correlator, event, &mut found));
    correlator.flush(&mut found);
    assert_eq!(correlator.groups(), 0);
    found
}

fn told(findings: &[Finding]) -> (Vec<Told>, Vec<Told>) {
    let (mut began, mut ended) = (Vec::new(), Vec::new());
    for finding in findings {
        let (list, told) = match finding {
            Finding::Began(told) => (&mut began, told),
            Finding::Ended(told, ending) => {
                assert_ne!(*ending, Ending::Evicted);
                (&mut ended, told)
            }
            Finding::New { .. } => panic!("no rule looks for new values"),
        };
        let seconds = |time: i64| time / SECOND;
        let times = (seconds(told.first_time), seconds(told.fired_time), seconds(told.last_time));
        list.push((times.0, times.1, times.2, told.total, told.references.clone()));
    }
    began.sort();
    ended.sort();
    (began, ended)
}

fn trees() -> impl Strategy<Value = Tree> {
    (0..3_usize).prop_map(Tree::Rule).prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|tree| Tree::Not(Box::new(tree))),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| Tree::And(Box::new(left), Box::new(right))),
            (inner.clone(), inner).prop_map(|(left, right)| Tree::Or(Box::new(left), Box::new(right))),
        ]
    })
}

fn asked() -> impl Strategy<Value = Asked> {
    let limit = prop_oneof![Just("gt"), Just("gte"), Just("lt"), Just("lte"), Just("eq"), Just("neq")];
    let operation = prop_oneof![
        Just(("event_count", "", Operation::Count, 8)),
        Just(("value_count", "field: V, ", Operation::Different, 5)),
        Just(("value_sum", "field: V, ", Operation::Sum, 20)),
        Just(("value_avg", "field: V, ", Operation::Mean, 5)),
        Just(("value_percentile", "field: V, percentile: 50, ", Operation::Median, 5)),
        Just(("value_percentile", "field: V, ", Operation::Share, 100)),
        Just(("temporal", "", Operation::Rules, 2)),
    ];
    let numbers = (operation, limit, 0..=100_i64).prop_map(|((kind, field, operation, most), limit, wanted)| {
        let wanted = wanted % (most + 1);
        Asked {
            kind,
            condition: format!("{{{field}{limit}: {wanted}}}"),
            holds: Holds::Number(limit, operation, wanted),
        }
    });
    prop_oneof![
        4 => numbers,
        1 => trees().prop_map(|tree| Asked { kind: "temporal", condition: tree.text(), holds: Holds::Present(tree) }),
        2 => trees().prop_map(|tree| Asked { kind: "temporal_ordered", condition: tree.text(), holds: Holds::Ordered(tree) }),
        1 => (1..=3_usize).prop_map(|needed| Asked {
            kind: "temporal_ordered",
            condition: format!("{{gte: {needed}}}"),
            holds: Holds::OrderedCount(needed),
        }),
    ]
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = (0..120_i64, 0..3_usize, 0..3_u8, 0..5_i64, 0..=LATENESS);
    proptest::collection::vec(event, 0..90).prop_map(|events| {
        let with_reference = |(at, (time, rule, group, value, delay)): (usize, (i64, usize, u8, i64, i64))| Event {
            time,
            // References say nothing of the order of time.
            reference: (at as u64).wrapping_mul(7_919) % 1_000_003,
            rule,
            group,
            value: value - 1,
            delay,
        };
        events.into_iter().enumerate().map(with_reference).collect()
    })
}

/// The references of events whose value was not seen for its entity within the time to forget, and whose entity
/// has been known for the time to learn.
fn new_values(learn: i64, forget: i64, events: &[Event]) -> Vec<u64> {
    let mut events = events.to_vec();
    events.sort_by_key(|event| (event.time, event.reference));
    let mut new = Vec::new();
    for (at, event) in events.iter().enumerate() {
        let before: Vec<&Event> = events[..at].iter().filter(|other| other.group == event.group).collect();
        // The entity is forgotten where no event came for long enough.
        let mut since = event.time;
        for other in before.iter().rev().scan(event.time, |last, other| {
            (other.time >= *last - forget).then(|| {
                *last = other.time;
                other
            })
        }) {
            since = other.time;
        }
        let is_known = before.iter().any(|other| other.value == event.value && other.time >= event.time - forget);
        if event.time - since >= learn && !is_known {
            new.push(event.reference);
        }
    }
    new
}

fn found_new(learn: i64, forget: i64, events: &[Event]) -> Vec<u64> {
    let mut loader = Loader::default();
    loader.add(
        "r.yml",
        &format!(
            "title: X\nlogsource: {{product: azure}}\ndetection: {{s: {{K: 1}}, condition: s}}\nx_entward: {{first_seen: {{field: V, per: [G], learn: {learn}s, forget: {forget}s}}}}\n"
        ),
    );
    let (collection, errors) = loader.finish();
    assert!(errors.is_empty(), "{errors:?}");
    let limits = Limits { lateness: LATENESS * SECOND, ..Limits::default() };
    let mut correlator = Correlator::new(&collection, limits);
    let mut found = Vec::new();
    for event in events {
        let (group, value) = (event.group.to_string(), event.value.to_string());
        correlator.feed(0, event.time * SECOND, event.reference, &[Some(&value), Some(&group)], &mut found);
    }
    correlator.flush(&mut found);
    let new = found.iter().filter_map(|finding| match finding {
        Finding::New { reference, .. } => Some(*reference),
        _ => None,
    });
    new.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_order_or_late_the_correlator_finds_what_the_reference_finds(
        asked in asked(), timespan in 5..60_i64, events in events(), cut in 0..90_usize,
    ) {
        let expected = reference(&asked, timespan, &events);
        let mut ordered = events.clone();
        ordered.sort_by_key(|event| (event.time, event.reference));
        let findings = run(&mut correlator(&asked, timespan), &ordered);
        prop_assert_eq!(&told(&findings), &expected);
        let mut late = events;
        late.sort_by_key(|event| event.time + event.delay);
        prop_assert_eq!(&run(&mut correlator(&asked, timespan), &late), &findings, "late");
        // Stopped anywhere, written down and taken up again, nothing changes.
        let cut = cut.min(late.len());
        let mut first = correlator(&asked, timespan);
        let mut resumed = Vec::new();
        late[..cut].iter().for_each(|event| feed(&mut first, event, &mut resumed));
        let stored = serde_json::to_string(&first.export()).expect("a state can be written");
        let mut second = correlator(&asked, timespan);
        second.restore(serde_json::from_str(&stored).expect("a state can be read")).expect("a state fits its rules");
        prop_assert_eq!(second.counts().lost_on_restore, 0);
        resumed.extend(run(&mut second, &late[cut..]));
        prop_assert_eq!(&resumed, &findings, "resumed");
    }

    #[test]
    fn what_is_new_is_what_the_reference_finds_new(
        learn in 1..40_i64, more in 0..40_i64, events in events(),
    ) {
        let expected = new_values(learn, learn + more, &events);
        let mut late = events;
        late.sort_by_key(|event| event.time + event.delay);
        prop_assert_eq!(found_new(learn, learn + more, &late), expected);
    }
}
