//! Single-event rules: every modifier that the other engine has, in every form of selection and condition.

use crate::dice::Dice;
use crate::events::{HIDDEN, NUMBERS, TEXTS, WORDS};

/// A rule as text.
pub(crate) fn rule(dice: &mut Dice) -> String {
    let mut text = String::from("title: Generated\nstatus: test\nlogsource:\n    product: azure\ndetection:\n");
    let names: Vec<String> =
        (0..1 + dice.below(4)).map(|number| format!("{}_{number}", dice.pick(&["sel", "other"]))).collect();
    for name in &names {
        text.push_str(&format!("    {name}:\n{}", selection(dice)));
    }
    let conditions: Vec<String> = (0..if dice.one_in(8) { 2 } else { 1 }).map(|_| condition(dice, &names, 2)).collect();
    match conditions.as_slice() {
        [one] => text.push_str(&format!("    condition: {one}\n")),
        several => {
            text.push_str("    condition:\n");
            several.iter().for_each(|one| text.push_str(&format!("        - {one}\n")));
        }
    }
    text
}

fn condition(dice: &mut Dice, names: &[String], depth: usize) -> String {
    if depth == 0 || dice.one_in(3) {
        let prefix = names[0].split('_').next().unwrap_or_default();
        return match dice.below(6) {
            0 => format!("1 of {prefix}_*"),
            1 => format!("all of {prefix}_*"),
            2 => "1 of them".to_owned(),
            3 => "all of them".to_owned(),
            _ => dice.pick(names),
        };
    }
    let left = condition(dice, names, depth - 1);
    let right = condition(dice, names, depth - 1);
    match dice.below(6) {
        0 => format!("not {left}"),
        1 => format!("{left} and not ({right})"),
        2 => format!("({left} or {right})"),
        3 => format!("{left} or {right} and {left}"),
        4 => format!("not ({left} and {right})"),
        _ => format!("{left} and {right}"),
    }
}

fn selection(dice: &mut Dice) -> String {
    let map = |dice: &mut Dice, first: &str| {
        let mut fields: Vec<String> = Vec::new();
        let mut text = String::new();
        for number in 0..1 + dice.below(2) {
            let (key, values) = item(dice);
            if fields.contains(&key) {
                continue;
            }
            text.push_str(&format!("{}{key}:{}\n", if number == 0 { first } else { "          " }, listed(&values)));
            fields.push(key);
        }
        text
    };
    match dice.below(10) {
        0 => (0..2).map(|_| map(dice, "        - ")).collect(),
        1 => (0..1 + dice.below(2)).map(|_| format!("        - {}\n", quoted(&keyword(dice)))).collect(),
        2 => format!(
            "        '|all':\n            - {}\n            - {}\n",
            quoted(&keyword(dice)),
            quoted(&keyword(dice))
        ),
        _ => map(dice, "          "),
    }
}

fn keyword(dice: &mut Dice) -> String {
    dice.pick(&["alpha", "Beta", "100", "server", "delta", "*alpha*", "nothing"]).to_owned()
}

fn listed(values: &[String]) -> String {
    match values {
        [one] => format!(" {one}"),
        several => several.iter().map(|value| format!("\n              - {value}")).collect(),
    }
}

/// A field with its modifiers, and values.
fn item(dice: &mut Dice) -> (String, Vec<String>) {
    let field = dice.pick(TEXTS);
    let number = dice.pick(NUMBERS);
    let several = if dice.one_in(3) { 2 } else { 1 };
    let texts = |dice: &mut Dice| -> Vec<String> { (0..several).map(|_| quoted(&text(dice))).collect() };
    match dice.below(22) {
        0..=2 => {
            let mut values = texts(dice);
            if dice.one_in(4) {
                values.push(dice.pick(&["null", "''"]).to_owned());
            }
            (field.to_owned(), values)
        }
        3..=6 => {
            let how = dice.pick(&["contains", "startswith", "endswith"]);
            let cased = dice.pick(&["", "", "|cased"]);
            let all = if several > 1 { dice.pick(&["", "|all"]) } else { "" };
            (format!("{field}|{how}{cased}{all}"), texts(dice))
        }
        7 => (format!("{field}|cased"), texts(dice)),
        8 | 9 => {
            let flags = dice.pick(&["", "", "|i", "|i|s", "|m", "|s"]);
            let all = if several > 1 { dice.pick(&["", "|all"]) } else { "" };
            (format!("{field}|re{flags}{all}"), (0..several).map(|_| quoted(&expression(dice))).collect())
        }
        10 => {
            let networks = [
                "203.0.113.0/24",
                "203.0.113.0/28",
                "203.0.112.0/23",
                "198.51.100.7/32",
                "2001:db8::/32",
                "2001:db8:1::/48",
            ];
            ("Address|cidr".to_owned(), (0..several).map(|_| dice.pick(&networks).to_owned()).collect())
        }
        11 => {
            let part = dice.pick(&["minute", "hour", "day", "month", "year"]);
            let value = match part {
                "year" => dice.pick(&["2024", "2025", "2026"]),
                "minute" => dice.pick(&["12", "59", "0", "30"]),
                _ => dice.pick(&["9", "12", "3", "4", "31", "0"]),
            };
            (format!("Moment|{part}"), vec![value.to_owned()])
        }
        12 | 13 => {
            let limit = dice.pick(&["lt", "lte", "gt", "gte"]);
            (format!("{number}|{limit}"), vec![dice.pick(&["-3", "0", "2", "4.5", "7", "11"]).to_owned()])
        }
        14 => (number.to_owned(), (0..several).map(|_| dice.pick(&["0", "3", "4.5", "7", "-2"]).to_owned()).collect()),
        15 => (format!("{}|exists", dice.pick(&[field, number])), vec![dice.pick(&["true", "false"]).to_owned()]),
        16 => (dice.pick(&[field, number]).to_owned(), vec!["null".to_owned()]),
        17 => ("Flag".to_owned(), vec![dice.pick(&["true", "false"]).to_owned()]),
        18 => {
            let how = dice.pick(&[
                "base64",
                "base64offset|contains",
                "wide|base64offset|contains",
                "utf16|base64offset|contains",
                "utf16be|base64offset|contains",
            ]);
            (format!("{field}|{how}"), vec![quoted(dice.pick(HIDDEN))])
        }
        19 => (
            format!("{field}|windash|{}", dice.pick(&["contains", "startswith", "contains|all"])),
            vec![quoted(dice.pick(&["-x", " -y", "/x"]))],
        ),
        20 => {
            let how = dice.pick(&["", "|startswith", "|endswith", "|contains"]);
            (format!("{field}|fieldref{how}"), vec![dice.pick(TEXTS).to_owned()])
        }
        _ => (format!("{field}|neq"), vec![quoted(&text(dice))]),
    }
}

/// A value near some word: whole, a part, in another case, or with wildcards.
fn text(dice: &mut Dice) -> String {
    let word: Vec<char> = dice.pick(WORDS).chars().filter(|character| *character != '\n').collect();
    let (mut from, mut to) = (0, word.len());
    if dice.one_in(2) && word.len() > 2 {
        from = dice.below(word.len() - 1);
        to = from + 1 + dice.below(word.len() - from);
    }
    let mut out = String::new();
    if dice.one_in(8) {
        out.push('*');
    }
    for character in &word[from..to.min(word.len())] {
        match character {
            '*' | '?' if !dice.one_in(3) => out.extend(['\\', *character]),
            '\\' => out.push_str(r"\\"),
            _ if dice.one_in(14) => out.push('?'),
            _ if dice.one_in(5) => out.extend(character.to_uppercase()),
            _ => out.push(*character),
        }
    }
    if dice.one_in(8) {
        out.push('*');
    }
    out
}

fn expression(dice: &mut Dice) -> String {
    let core = dice.pick(&[
        "alpha",
        "Al",
        r"[a-z]+_b",
        r"\d{2,3}",
        "(alpha|beta)",
        r"b\w*a",
        r"\.exe",
        "first.second",
        r"x'y",
        r"\\Windows\\",
        "^second",
        "a.b",
        "[^a-z ]",
    ]);
    let start = dice.pick(&["", "", "^", ".*"]);
    let end = dice.pick(&["", "", "$", ".*"]);
    format!("{start}{core}{end}")
}

/// A text for YAML in single quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
