//! One value against what a rule seeks, as a comparison of Kusto.
//!
//! Why each operator (<https://learn.microsoft.com/kusto/query/datatypes-string-operators>):
//!
//! - `=~`, `in~`, `contains`, `startswith`, `endswith` mind no letter case, of ASCII alone; beyond ASCII both sides go
//!   through `tolower`. `contains` and not `has`: a rule means any part of the text, `has` only whole words.
//! - A comparison of numbers with null is null, and `not(null)` is no row; so each has a `coalesce` around it.
//!   Comparing texts is never null.
//! - A string column is never null: empty stands for missing there.

use entward_sigma::tree::{Piece, Relation, Side, Sought, TimePart};

use super::formula::Formula;
use super::place::{Kind, Value};
use super::text::{self, quoted};
use crate::detect::mapping::Fold;
use crate::detect::place::Transform;
use crate::detect::vocabulary::{OUTCOMES, folding_of};

/// How a leaf compares.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    pub(super) cased: bool,
    pub(super) fold: Option<Fold>,
}

/// A value's text before it is folded.
pub(super) fn raw_text(value: &Value) -> Result<String, String> {
    let plain = match value.kind {
        Kind::Text => value.expression.clone(),
        Kind::Time => {
            return Err(
                "Log Analytics keeps a time and not how it was written, so it has no text to compare".to_owned()
            );
        }
        _ => format!("tostring({})", value.expression),
    };
    Ok(match value.transform {
        Transform::None => plain,
        Transform::Outcome => {
            format!("case(isempty({plain}), \"\", trim(@\"\\s+\", {plain}) == \"0\", \"Success\", \"Failure\")")
        }
        Transform::Http => {
            format!(
                "case(toint({plain}) between (200 .. 399), \"Success\", toint({plain}) >= 400, \"Failure\", {plain})"
            )
        }
        Transform::Object => format!("extract(@\"_([0-9A-Fa-f-]{{36}})$\", 1, {plain})"),
        Transform::Words => format!("trim_start(\" \", replace_regex({plain}, @\"(\\p{{Lu}})\", @\" \\1\"))"),
    })
}

fn folded_text(raw: &str, fold: Option<Fold>) -> String {
    match fold {
        None => raw.to_owned(),
        Some(Fold::Operation) => format!("folded({raw})"),
        Some(Fold::Outcome) => format!("outcome({raw})"),
        Some(Fold::Blanks) => format!("replace_regex({raw}, @\"[\\s\\pZ]+\", \"\")"),
    }
}

/// Whether the value is there.
pub(super) fn present(value: &Value) -> String {
    match value.kind {
        Kind::Text => format!("isnotempty({})", value.expression),
        _ => format!("isnotnull({})", value.expression),
    }
}

/// Any of several tests on one value.
pub(super) fn any(sought: &[Sought], value: &Value, manner: Manner) -> Result<Formula, String> {
    let mut parts = Vec::new();
    let exact: Vec<String> = sought.iter().filter_map(literal).collect();
    if !exact.is_empty() && value.kind != Kind::Object {
        parts.push(one_of(&exact, value, manner)?);
    }
    let (needles, others): (Vec<&Sought>, Vec<&Sought>) =
        sought.iter().filter(|test| literal(test).is_none()).partition(|test| needle(test).is_some());
    if needles.len() > MANY_NEEDLES && !manner.cased && manner.fold.is_none() {
        let needles: Vec<&str> = needles.into_iter().filter_map(needle).collect();
        let test = format!("matches regex {}", text::alternatives(&needles, false));
        parts.push(inside_too(value, &raw_text(value)?, false, |text| format!("{text} {test}")));
    } else {
        for test in needles {
            parts.push(one(test, value, manner)?);
        }
    }
    for test in others {
        parts.push(one(test, value, manner)?);
    }
    Ok(Formula::any(parts))
}

/// The text that a test wants the whole value to be.
pub(super) fn literal(sought: &Sought) -> Option<String> {
    match sought {
        Sought::Text(pieces) => match pieces.as_slice() {
            [] => Some(String::new()),
            [Piece::Literal(text)] => Some(text.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// From so many on, one expression with alternatives is shorter to read and quicker than as many comparisons.
/// Not `has_any`, which finds whole words only.
const MANY_NEEDLES: usize = 3;

/// From so many values on, an expression takes the place of a list: a scheduled rule of Sentinel has little room.
const MANY_VALUES: usize = 100;

/// A plain text of ASCII, without quotes and the like, that may stand anywhere in the value.
fn needle(sought: &Sought) -> Option<&str> {
    match sought {
        Sought::Text(pieces) => match pieces.as_slice() {
            [Piece::Any, Piece::Literal(text), Piece::Any]
                if text.is_ascii() && !text.contains(['"', '\\']) && !text.contains(char::is_control) =>
            {
                Some(text)
            }
            _ => None,
        },
        _ => None,
    }
}

fn one_of(texts: &[String], value: &Value, manner: Manner) -> Result<Formula, String> {
    let raw = raw_text(value)?;
    let mut parts = Vec::new();
    if texts.iter().any(String::is_empty) {
        parts.push(Formula::scalar(match value.kind {
            Kind::Inside | Kind::Mixed => format!("({raw} == \"\" and gettype({}) == \"string\")", value.expression),
            _ => format!("isempty({raw})"),
        }));
    }
    let texts: Vec<&String> = texts.iter().filter(|text| !text.is_empty()).collect();
    if manner.cased {
        if matches!(value.kind, Kind::Bool) {
            return Err("letter case cannot be told in a column of booleans".to_owned());
        }
        parts.extend(list(&raw, &texts.into_iter().cloned().collect::<Vec<_>>(), true));
        return Ok(Formula::any(parts));
    }
    if manner.fold == Some(Fold::Outcome) {
        let (mut twins, mut others) = (Vec::new(), Vec::new());
        for text in texts {
            match OUTCOMES.iter().find(|(_, words)| words.iter().any(|word| word.eq_ignore_ascii_case(text.trim()))) {
                Some((_, words)) => twins.extend(words.iter().map(|word| (*word).to_owned())),
                None => others.push(text.clone()),
            }
        }
        twins.dedup();
        parts.extend(list(&format!("trim(@\"\\s+\", {raw})"), &twins, false));
        parts.extend(list(&raw, &others, false));
        return Ok(Formula::any(parts));
    }
    let folded: Vec<String> = match manner.fold {
        Some(fold) => texts.iter().map(|text| folding_of(fold)(text).into_owned()).collect(),
        None => texts.into_iter().cloned().collect(),
    };
    parts.extend(list(&folded_text(&raw, manner.fold), &folded, false));
    Ok(Formula::any(parts))
}

/// `=~` or `in~`; what is not ASCII goes through `tolower`.
fn list(of: &str, wanted: &[String], cased: bool) -> Vec<Formula> {
    let mut wanted: Vec<&String> = wanted.iter().collect();
    let mut seen = rustc_hash::FxHashSet::default();
    wanted.retain(|text| seen.insert(if cased { (*text).clone() } else { text.to_lowercase() }));
    if wanted.len() > MANY_VALUES && !cased && wanted.iter().all(|text| text.is_ascii()) {
        let wanted: Vec<&str> = wanted.into_iter().map(String::as_str).collect();
        return vec![Formula::scalar(format!("{of} matches regex {}", text::alternatives(&wanted, true)))];
    }
    let (ascii, others): (Vec<&String>, Vec<&String>) = wanted.into_iter().partition(|text| cased || text.is_ascii());
    let compare = |of: &str, wanted: Vec<String>, same: &str, among: &str| match wanted.as_slice() {
        [] => None,
        [single] => Some(Formula::scalar(format!("{of} {same} {single}"))),
        several => Some(Formula::scalar(format!("{of} {among} ({})", several.join(", ")))),
    };
    let ascii = ascii.into_iter().map(|text| quoted(text)).collect();
    let others = others.into_iter().map(|text| quoted(&text.to_lowercase())).collect();
    let (same, among) = if cased { ("==", "in") } else { ("=~", "in~") };
    compare(of, ascii, same, among).into_iter().chain(compare(&format!("tolower({of})"), others, "==", "in")).collect()
}

/// One test that is not a plain text.
fn one(sought: &Sought, value: &Value, manner: Manner) -> Result<Formula, String> {
    let exact_only =
        |formula: Result<Formula, String>| if value.kind == Kind::Object { Ok(Formula::Known(false)) } else { formula };
    match sought {
        // The leaf sees to these: they are about the field and not about a value.
        Sought::Null | Sought::Exists(_) | Sought::Reference(..) => Ok(Formula::Known(false)),
        Sought::Text(pieces) => pattern(pieces, value, manner),
        Sought::Regex(expression) => {
            let test = format!("matches regex {}", text::expression(expression));
            let found = inside_too(value, &raw_text(value)?, true, |text| format!("{text} {test}"));
            Ok(if expression.meets_empty { Formula::all(vec![Formula::scalar(present(value)), found]) } else { found })
        }
        Sought::Cidr { network, v6 } => exact_only(raw_text(value).map(|text| {
            let test = if *v6 { "ipv6_is_in_range(address" } else { "ipv4_is_in_range(address4" };
            Formula::scalar(format!("coalesce({test}({text}), {}), false)", quoted(network)))
        })),
        Sought::Number(side, limit) => exact_only(number(value, *side, limit)),
        Sought::TimePart(part, side, wanted) => exact_only(time_part(value, *part, *side, wanted)),
    }
}

fn pattern(pieces: &[Piece], value: &Value, manner: Manner) -> Result<Formula, String> {
    if matches!(pieces, [Piece::Any]) {
        return Ok(Formula::scalar(present(value)));
    }
    let is_open = pieces.first() == Some(&Piece::Any) && pieces.last() == Some(&Piece::Any);
    if value.kind == Kind::Object && !is_open {
        return Ok(Formula::Known(false));
    }
    let raw = raw_text(value)?;
    let fold = manner.fold.filter(|_| !manner.cased);
    let folding = |piece: &Piece| match (piece, fold) {
        (Piece::Literal(text), Some(fold)) => {
            let folded = folding_of(fold)(text).into_owned();
            Piece::Literal(if folded.is_empty() { text.to_lowercase() } else { folded })
        }
        (other, _) => other.clone(),
    };
    let pieces: Vec<Piece> = pieces.iter().map(folding).collect();
    let text = folded_text(&raw, fold);
    let literal = pieces.iter().filter_map(|piece| match piece {
        Piece::Literal(text) => Some(text.as_str()),
        _ => None,
    });
    let literal: String = literal.collect();
    let operator = match pieces.as_slice() {
        [Piece::Literal(_), Piece::Any] => Some("startswith"),
        [Piece::Any, Piece::Literal(_)] => Some("endswith"),
        [Piece::Any, Piece::Literal(_), Piece::Any] => Some("contains"),
        _ => None,
    };
    // What was written with an escape stands between the pieces only when it is looked for.
    let escapes = literal.contains(['"', '\\']) || literal.contains(char::is_control) || operator.is_none();
    let test = |text: &str| match operator {
        Some(operator) if manner.cased => format!("{text} {operator}_cs {}", quoted(&literal)),
        Some(operator) if literal.is_ascii() => format!("{text} {operator} {}", quoted(&literal)),
        Some(operator) => format!("tolower({text}) {operator}_cs {}", quoted(&literal.to_lowercase())),
        None => format!("{text} matches regex {}", text::wildcards(&pieces, manner.cased)),
    };
    Ok(inside_too(value, &text, escapes && is_open, test))
}

/// A test on a text, and where the value may be an object also on its text with the escapes undone.
fn inside_too(value: &Value, text: &str, escapes: bool, test: impl Fn(&str) -> String) -> Formula {
    let plain = Formula::Scalar(test(text));
    let undone = Formula::Scalar(test(&format!("unescaped({text})")));
    match value.kind {
        Kind::Object if escapes => Formula::any(vec![plain, undone]),
        Kind::Mixed if escapes => {
            let is_object = Formula::scalar(format!("gettype({}) == \"dictionary\"", value.expression));
            Formula::any(vec![plain, Formula::all(vec![is_object, undone])])
        }
        _ => plain,
    }
}

fn operator(side: Side) -> &'static str {
    match side {
        Side::Less => "<",
        Side::LessOrEqual => "<=",
        Side::Greater => ">",
        Side::GreaterOrEqual => ">=",
    }
}

/// Beyond this a whole number is not exact as a real one.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

fn number(value: &Value, side: Side, limit: &str) -> Result<Formula, String> {
    if limit.parse::<f64>().is_ok_and(|limit| limit.abs() > LARGEST_EXACT) {
        return Err(format!("{limit} is too large for Kusto to compare exactly"));
    }
    let found = match value.kind {
        Kind::Number => value.expression.clone(),
        _ => format!("todouble(trim(@\"\\s+\", {}))", raw_text(value)?),
    };
    Ok(Formula::scalar(format!("coalesce({found} {} {limit}, false)", operator(side))))
}

fn time_part(value: &Value, part: TimePart, side: Option<Side>, wanted: &str) -> Result<Formula, String> {
    let time = match value.kind {
        Kind::Time => value.expression.clone(),
        _ => format!("todatetime({})", raw_text(value)?),
    };
    let part = match part {
        TimePart::Minute => "minute",
        TimePart::Hour => "hour",
        TimePart::Day => "day",
        TimePart::Week => "week_of_year",
        TimePart::Month => "month",
        TimePart::Year => "year",
    };
    let operator = side.map_or("==", operator);
    Ok(Formula::scalar(format!("coalesce(datetime_part(\"{part}\", {time}) {operator} {wanted}, false)")))
}

/// A value against a value of another field. Both go through `tolower`, which knows more letters than `=~`.
pub(super) fn relation(
    value: &Value,
    manner: Manner,
    relation: Relation,
    other: &Value,
    other_fold: Option<Fold>,
) -> Result<Formula, String> {
    let side = |value: &Value, fold: Option<Fold>| {
        raw_text(value).map(|raw| if manner.cased { raw } else { format!("tolower({})", folded_text(&raw, fold)) })
    };
    let (left, right) = (side(value, manner.fold)?, side(other, other_fold)?);
    let operator = match relation {
        Relation::Equals => "==",
        Relation::Contains => "contains_cs",
        Relation::StartsWith => "startswith_cs",
        Relation::EndsWith => "endswith_cs",
    };
    // Nothing is equal to what is missing, which Kusto would take for empty text.
    Ok(Formula::all(vec![
        Formula::scalar(format!("isnotempty({})", raw_text(other)?)),
        Formula::scalar(format!("{left} {operator} {right}")),
    ]))
}
