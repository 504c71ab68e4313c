//! Our engine against another one, on generated rules and events: pySigma's SQLite backend (LGPL, for tests only, run as a
//! program of its own), evaluated by SQLite. Whatever they say differently is listed in `known.rs`, with the reason.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "a test starts the other engine, which the crate itself must not"
)]
#![allow(clippy::print_stderr, reason = "a test that says how much it compared")]

mod ask;
mod correlations;
mod dice;
mod engine;
mod events;
mod known;
mod rules;

use serde_json::{Value, json};

use dice::Dice;

#[test]
fn generated_rules_match_what_another_engine_matches() {
    let mut dice = Dice(20_260_304);
    let mut questions = Vec::new();
    for batch in 0..8 {
        let events = events::events(&mut dice, 40);
        for number in 0..75 {
            questions
                .push(json!({ "name": format!("{batch}/{number}"), "rule": rules::rule(&mut dice), "events": events }));
        }
    }
    let (mut verdicts, mut matches, mut wrong) = (0, 0, Vec::new());
    for (question, answer) in questions.iter().zip(ask::ask(&questions)) {
        let rule = question["rule"].as_str().unwrap();
        let events = question["events"].as_array().unwrap();
        let ours = engine::matches(rule, events);
        let Some(theirs) = answer["found"].as_array() else {
            wrong.push(format!("{}\n{rule}", answer["error"]));
            continue;
        };
        for ((event, ours), theirs) in events.iter().zip(&ours).zip(theirs) {
            verdicts += 1;
            matches += usize::from(*ours);
            if *theirs != Value::Bool(*ours) {
                wrong.push(format!("we say {ours}, they say {theirs}: {event}\n{rule}"));
            }
        }
    }
    eprintln!("{} rules, {verdicts} verdicts, {matches} matches", questions.len());
    assert!(verdicts > 20_000 && matches > 2_000, "{verdicts} verdicts, {matches} matches");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong[..wrong.len().min(8)].join("\n"));
}
