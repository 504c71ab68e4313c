//! Flat events, whose values are made so that rules often just match and often just not.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::dice::Dice;

/// Fields that hold texts.
pub(crate) const TEXTS: &[&str] = &["Alpha", "Beta", "Gamma"];
/// Fields that hold numbers.
pub(crate) const NUMBERS: &[&str] = &["Count", "Size"];
/// What the texts are. Backslashes, SQL's and Sigma's wildcards and quotes are what engines stumble over.
pub(crate) const WORDS: &[&str] = &[
    "alpha",
    "ALPHA",
    "Alpha Beta",
    "alphabet",
    "beta",
    "abeta",
    "gamma delta",
    "delta",
    "100%",
    "100 percent",
    "a_b",
    "axb",
    "a*b",
    "a?b",
    "a.b",
    "[alpha]",
    "x'y",
    "x\"y",
    r"C:\Windows\alpha.exe",
    r"C:\Windows\System32\beta.exe",
    r"\\server\share",
    r"ends in \",
    "tool -x /y",
    "tool /x -y",
    "first\nsecond",
    "Add service principal",
    " alpha ",
    "",
];
/// What is written in base64 in some texts.
pub(crate) const HIDDEN: &[&str] = &["http://", "secret", "Get-Item"];
/// Addresses, as whoever writes them canonically does.
const ADDRESSES: &[&str] = &[
    "203.0.113.0",
    "203.0.113.7",
    "203.0.113.15",
    "203.0.113.16",
    "203.0.113.255",
    "203.0.114.1",
    "198.51.100.7",
    "198.51.100.70",
    "20.30.11.37",
    "2001:db8:1::1",
    "2001:db8:2::1",
    "2001:db9::1",
];
const MOMENTS: &[&str] = &[
    "2026-03-04T09:12:44Z",
    "2026-03-04T23:59:59Z",
    "2025-12-31T00:00:00Z",
    "2026-07-01T12:30:00Z",
    "2024-02-29T09:05:00Z",
];

pub(crate) fn events(dice: &mut Dice, count: usize) -> Vec<Value> {
    (0..count).map(|_| event(dice)).collect()
}

fn event(dice: &mut Dice) -> Value {
    let mut event = Map::new();
    for field in TEXTS {
        if !dice.one_in(6) {
            let text = if dice.one_in(6) { encoded(dice) } else { dice.pick(WORDS).to_owned() };
            event.insert((*field).to_owned(), json!(text));
        }
    }
    for field in NUMBERS {
        if !dice.one_in(6) {
            let number = match dice.below(4) {
                // Never whole: how `3.0` is written matters, see `known.rs`.
                0 => json!(0.5 + (dice.below(10) as f64)),
                1 => json!(-(dice.below(10) as i64)),
                _ => json!(dice.below(12)),
            };
            event.insert((*field).to_owned(), number);
        }
    }
    if !dice.one_in(4) {
        event.insert("Flag".to_owned(), json!(dice.one_in(2)));
    }
    if !dice.one_in(6) {
        event.insert("Address".to_owned(), json!(dice.pick(ADDRESSES)));
    }
    if !dice.one_in(6) {
        event.insert("Moment".to_owned(), json!(dice.pick(MOMENTS)));
    }
    Value::Object(event)
}

/// A text with something else in base64 somewhere in it.
fn encoded(dice: &mut Dice) -> String {
    let hidden = format!("{}{}", ["", "a", "ab", "abc"][dice.below(4)], dice.pick(HIDDEN));
    let bytes = match dice.below(5) {
        0 => hidden.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        1 => hidden.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        2 => [0xff, 0xfe].into_iter().chain(hidden.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
        _ => hidden.into_bytes(),
    };
    let text = STANDARD.encode(bytes);
    if dice.one_in(3) { format!("-enc {text}") } else { text }
}
