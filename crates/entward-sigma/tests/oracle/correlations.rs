//! Correlations against those of the other engine, which turns them into queries over windows.
//!
//! Both slide: at each instant at which an event comes to a group, the condition is asked of the timespan that ends there
//! (`docs/decisions/0007-correlation-by-event-time.md`). What is compared is whether it holds, at every such instant. Left out,
//! because the two mean different things there:
//!
//! - `not` in an extended condition: we look back from an event, they wait until a window after it is over. An alert that
//!   waits for an absence cannot be told at once.
//! - A percentile other than 0 and 100: ours is a value that was there (nearest rank), theirs lies between two.
//!   Without `percentile:` they refuse.
//! - Events of one instant with `temporal_ordered` (we accept either order, they ask for strictly later times) and with limits
//!   that can be passed upwards (we ask after each event, they after all of the instant).
//! - Chains: to us the beginning of a match is an event, to them every instant of it.
//! - Several limits at once, several fields and `median`, which one of the two has not.
//! - An instant at which only events come that lack the counted field: these are nothing to us, and instants to them.

use std::collections::{BTreeMap, BTreeSet};

use entward_sigma::{Correlator, Finding, Limits, Loader};
use serde_json::{Map, Value, json};

use crate::dice::Dice;
use crate::{ask, engine};

/// An instant in seconds, and the group's values.
type Instant = (i64, Vec<String>);

struct Case {
    rules: String,
    events: Vec<Value>,
    group: Vec<String>,
    /// The counted field, and whether it has to hold a number.
    field: Option<(String, bool)>,
    /// By rule: the values of `Kind` that it takes, and the field behind the alias `who`.
    members: Vec<(Vec<&'static str>, &'static str)>,
}

const KINDS: &[&str] = &["a", "b", "c", "d"];

fn case(dice: &mut Dice) -> Case {
    let kind = dice.pick(&[
        "event_count",
        "value_count",
        "temporal",
        "temporal_ordered",
        "value_sum",
        "value_avg",
        "value_percentile",
    ]);
    let is_temporal = kind.starts_with("temporal");
    let limit = if kind == "temporal_ordered" {
        dice.pick(&["gt", "gte"])
    } else {
        dice.pick(&["gte", "gte", "gt", "lt", "lte", "eq", "neq"])
    };
    let count = if is_temporal { 2 + dice.below(2) } else { 1 + dice.below(2) };
    let group = match dice.below(6) {
        0 => vec![],
        1 | 2 => vec!["who"],
        3 => vec!["User", "Host"],
        _ => vec!["User"],
    };
    let aliased = group.contains(&"who");
    // Where it matters which rule an event met, it meets one only.
    let overlapping = !aliased && kind != "temporal_ordered" && matches!(limit, "gt" | "gte");
    let members: Vec<(Vec<&str>, &str)> = (0..count)
        .map(|number| {
            let mut kinds = vec![KINDS[number]];
            if overlapping && dice.one_in(3) {
                kinds.push(KINDS[(number + 1) % 3]);
            }
            (kinds, dice.pick(&["User", "Host"]))
        })
        .collect();
    let field = match kind {
        "value_count" => Some(("Host".to_owned(), false)),
        "value_sum" | "value_avg" | "value_percentile" => Some(("Amount".to_owned(), true)),
        _ => None,
    };
    let mut rules = String::new();
    for (number, (kinds, _)) in members.iter().enumerate() {
        rules.push_str(&format!(
            "title: R{number}\nname: r{number}\nstatus: test\nlogsource: {{product: azure}}\ndetection: {{s: {{Kind: [{}]}}, condition: s}}\n---\n",
            kinds.join(", ")
        ));
    }
    let names: Vec<String> = (0..count).map(|number| format!("r{number}")).collect();
    rules.push_str(&format!(
        "title: X\nstatus: test\ncorrelation:\n    type: {kind}\n    rules: [{}]\n",
        names.join(", ")
    ));
    rules.push_str(&format!("    timespan: {}\n", dice.pick(&["5s", "20s", "1m"])));
    if !group.is_empty() {
        rules.push_str(&format!("    group-by: [{}]\n", group.join(", ")));
    }
    if aliased {
        let fields: Vec<String> =
            members.iter().enumerate().map(|(number, (_, field))| format!("r{number}: {field}")).collect();
        rules.push_str(&format!("    aliases: {{who: {{{}}}}}\n", fields.join(", ")));
    }
    rules.push_str(&condition(dice, kind, limit, &names, field.as_ref()));
    let ties = kind != "temporal_ordered"
        && matches!(limit, "gt" | "gte")
        && field.as_ref().is_none_or(|(_, numeric)| !numeric);
    let events = events(dice, ties);
    Case { rules, events, group: group.into_iter().map(str::to_owned).collect(), field, members }
}

fn condition(dice: &mut Dice, kind: &str, limit: &str, names: &[String], field: Option<&(String, bool)>) -> String {
    let number = match kind {
        "temporal" | "temporal_ordered" if dice.one_in(4) => return String::new(),
        "temporal" | "temporal_ordered" if dice.one_in(2) => {
            let text = match names {
                [first, second, third] => dice
                    .pick(&[
                        format!("{first} and {second} and {third}"),
                        format!("({first} or {second}) and {third}"),
                        format!("{third} and {second} and {first}"),
                    ])
                    .clone(),
                _ => names.join(" and "),
            };
            return format!("    condition: {text}\n");
        }
        "temporal" | "temporal_ordered" => {
            if limit == "gt" {
                1
            } else {
                2
            }
        }
        "value_sum" => 3 + dice.below(30),
        "value_avg" | "value_percentile" => 1 + dice.below(9),
        _ => 1 + dice.below(4),
    };
    let field = field.map(|(field, _)| format!("field: {field}, ")).unwrap_or_default();
    let percentile = if kind == "value_percentile" { dice.pick(&["percentile: 0, ", "percentile: 100, "]) } else { "" };
    format!("    condition: {{{field}{percentile}{limit}: {number}}}\n")
}

fn events(dice: &mut Dice, ties: bool) -> Vec<Value> {
    let mut time = 1_772_000_000_i64;
    let mut events = Vec::new();
    for _ in 0..40 {
        if !(ties && dice.one_in(5)) {
            time += [1, 1, 2, 3, 5, 9, 20, 21, 70][dice.below(9)];
        }
        let mut event = Map::new();
        event.insert("time".to_owned(), json!(time));
        event.insert("Kind".to_owned(), json!(dice.pick(KINDS)));
        for (field, values) in [("User", ["ada", "Ada", "bob"]), ("Host", ["h1", "h2", "H2"])] {
            if !dice.one_in(10) {
                event.insert(field.to_owned(), json!(dice.pick(&values)));
            }
        }
        match dice.below(10) {
            0 => None,
            1 => event.insert("Amount".to_owned(), json!("none")),
            2 => event.insert("Amount".to_owned(), json!(-(dice.below(5) as i64))),
            _ => event.insert("Amount".to_owned(), json!(dice.below(12))),
        };
        events.push(Value::Object(event));
    }
    events
}

impl Case {
    /// The instants at which an event comes to a group that can be used, with the event's place.
    fn instants(&self) -> BTreeMap<usize, Instant> {
        let mut instants = BTreeMap::new();
        for (place, event) in self.events.iter().enumerate() {
            let kind = event["Kind"].as_str().unwrap();
            let Some((_, alias)) = self.members.iter().find(|(kinds, _)| kinds.contains(&kind)) else { continue };
            let field = |name: &String| event.get(if name == "who" { alias } else { name.as_str() }).cloned();
            let values = self.group.iter().map(|name| Some(field(name)?.as_str()?.to_lowercase()));
            let Some(group) = values.collect::<Option<Vec<String>>>() else { continue };
            let usable = match &self.field {
                None => true,
                Some((field, true)) => event[field].is_number(),
                Some((field, false)) => event.get(field).is_some(),
            };
            if usable {
                instants.insert(place, (event["time"].as_i64().unwrap(), group));
            }
        }
        instants
    }

    /// The instants at which our condition holds: from where a match begins to where it ends.
    fn ours(&self, instants: &BTreeMap<usize, Instant>) -> BTreeSet<Instant> {
        let mut loader = Loader::default();
        loader.add("generated.yml", &self.rules);
        let (collection, errors) = loader.finish();
        assert!(errors.is_empty(), "{errors:?}\n{}", self.rules);
        let mut correlator = Correlator::new(&collection, Limits::default());
        let mut found = Vec::new();
        for (rule, met) in engine::all_matches(collection.rules, &self.events) {
            let event = &self.events[met];
            let fields = correlator.fields(rule).to_vec();
            let values: Vec<Option<String>> = fields
                .iter()
                .map(|field| {
                    event.get(field).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                })
                .collect();
            let values: Vec<Option<&str>> = values.iter().map(Option::as_deref).collect();
            let time = event["time"].as_i64().unwrap() * 1_000_000_000;
            correlator.feed(rule, time, met as u64, &values, &mut found);
        }
        correlator.flush(&mut found);
        let mut held = BTreeSet::new();
        for finding in &found {
            let Finding::Ended(told, _) = finding else { continue };
            let (_, group) = &instants[&(told.references[0] as usize)];
            let span = told.fired_time / 1_000_000_000..=told.last_time / 1_000_000_000;
            held.extend(instants.values().filter(|(time, of)| of == group && span.contains(time)).cloned());
        }
        held
    }

    fn theirs(&self, answer: &Value, instants: &BTreeMap<usize, Instant>) -> Option<BTreeSet<Instant>> {
        let rows = answer["found"].as_array()?;
        let held = rows.iter().map(|row| {
            let group = self.group.iter().map(|name| row[1][name].as_str().unwrap_or_default().to_owned());
            (row[0].as_f64().unwrap_or_default() as i64, group.collect())
        });
        let usable: BTreeSet<&Instant> = instants.values().collect();
        Some(held.filter(|instant| usable.contains(instant)).collect())
    }
}

#[test]
fn generated_correlations_hold_when_those_of_another_engine_do() {
    let mut dice = Dice(7);
    let cases: Vec<Case> = (0..400).map(|_| case(&mut dice)).collect();
    let questions: Vec<Value> =
        cases.iter().map(|case| json!({ "name": "", "rules": case.rules, "events": case.events })).collect();
    let (mut verdicts, mut holding, mut wrong) = (0, 0, Vec::new());
    for (case, answer) in cases.iter().zip(ask::ask(&questions)) {
        let instants = case.instants();
        let ours = case.ours(&instants);
        let Some(theirs) = case.theirs(&answer, &instants) else {
            wrong.push(format!("{}\n{}", answer["error"], case.rules));
            continue;
        };
        verdicts += instants.values().collect::<BTreeSet<_>>().len();
        holding += ours.len();
        if ours != theirs {
            let only = |left: &BTreeSet<Instant>, right: &BTreeSet<Instant>| {
                format!("{:?}", left.difference(right).collect::<Vec<_>>())
            };
            let events: Vec<String> = case.events.iter().map(Value::to_string).collect();
            wrong.push(format!(
                "only we: {}, only they: {}\n{}{}",
                only(&ours, &theirs),
                only(&theirs, &ours),
                case.rules,
                events.join("\n")
            ));
        }
    }
    eprintln!("{} correlations, {verdicts} instants, {holding} at which they hold", cases.len());
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong[..wrong.len().min(5)].join("\n"));
    assert!(verdicts > 5_000 && holding > 1_500, "{verdicts} instants, {holding} at which they hold");
}
