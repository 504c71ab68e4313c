//! What is wrong with a rule that can fire all the same.

use entward_model::Shape;
use entward_sigma::Rule;
use entward_sigma::tree::{Sought, Tree};

use super::members::{self, Holding};
use super::{Reason, field, leaves, reach, values};
use crate::detect::mapping::{Mapping, Written};
use crate::knowledge::{Knowledge, Listed};

pub(super) fn of_rule(rule: &Rule, tree: &Tree, mapping: &Mapping, knowledge: &Knowledge) -> Vec<Reason> {
    let mut warnings = of_author(
        rule.about.id.as_deref(),
        rule.about.level.is_some(),
        &rule.about.tags,
        &rule.about.custom,
        knowledge,
    );
    leaves(tree, false, &mut |leaf, is_excluded| {
        let Some(name) = leaf.field.as_deref() else { return };
        let Some(why) = field::chosen_by_attacker(mapping, name) else { return };
        let cost = if is_excluded { "who takes that name goes unseen" } else { "who takes another name goes unseen" };
        let warning = Reason::new("chosen", Some(name), format!("`{name}` is {why}: {cost}"));
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    });
    warnings
}

/// What the author left out, and techniques that are no more.
pub(super) fn of_author(
    id: Option<&str>,
    has_level: bool,
    tags: &[String],
    custom: &serde_json::Value,
    knowledge: &Knowledge,
) -> Vec<Reason> {
    let mut warnings = Vec::new();
    if id.is_none() {
        let text = "it has no id: alerts and exceptions can name it by its place only".to_owned();
        warnings.push(Reason::new("id", None, text));
    }
    if !has_level {
        warnings.push(Reason::new("level", None, "it has no level: its matches count as informational".to_owned()));
    }
    for tag in tags {
        warnings.extend(of_tag(tag, knowledge));
    }
    for (version, other) in [("v18", Listed::In19), ("v19", Listed::In18)] {
        for id in custom["attack"][version].as_array().into_iter().flatten().filter_map(|id| id.as_str()) {
            let technique = knowledge.technique(id);
            if technique.is_none_or(|known| known.listed_in == other || known.listed_in == Listed::Neither) {
                let mut warning = Reason::new("attack", None, format!("ATT&CK {version} has no technique {id}"));
                warning.nearest = technique.and_then(|known| known.instead).map(str::to_ascii_uppercase);
                warnings.push(warning);
            }
        }
    }
    warnings
}

/// What is wrong with a tag of ATT&CK.
fn of_tag(tag: &str, knowledge: &Knowledge) -> Option<Reason> {
    let word = tag.to_ascii_lowercase();
    let word = word.strip_prefix("attack.")?;
    let numbered =
        |letter: char| word.strip_prefix(letter).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if numbered('g') || numbered('s') || numbered('c') || word.starts_with("ta0") {
        return None;
    }
    if !numbered('t') {
        let text = format!("`{tag}` names no tactic of ATT&CK");
        return (!knowledge.is_tactic(word)).then(|| Reason::new("attack", None, text));
    }
    let technique = knowledge.technique(word);
    let text = match technique.map(|technique| technique.listed_in) {
        Some(Listed::Both | Listed::In19) => return None,
        Some(Listed::In18) => format!("`{tag}` was retired with ATT&CK 19"),
        Some(Listed::Neither) => format!("`{tag}` was retired before ATT&CK 18"),
        None => format!("`{tag}` is no technique of ATT&CK 18 or 19"),
    };
    let mut warning = Reason::new("attack", None, text);
    warning.nearest = technique.and_then(|technique| technique.instead).map(|id| format!("attack.{id}"));
    Some(warning)
}

/// Numbers compared with text, and text with numbers, wherever the rule can fire.
pub(super) fn of_types(tree: &Tree, shapes: &[Shape], mapping: &Mapping) -> Vec<Reason> {
    let mut warnings: Vec<Reason> = Vec::new();
    leaves(tree, false, &mut |leaf, _| {
        let Some(name) = leaf.field.as_deref() else { return };
        let mut holdings = shapes.iter().flat_map(|shape| holdings(mapping, name, *shape)).peekable();
        if holdings.peek().is_none() {
            return;
        }
        let holdings: Vec<Holding> = holdings.collect();
        for sought in leaf.groups.iter().flatten() {
            let text = match sought {
                Sought::Text(pieces) if holdings.iter().all(|holding| *holding == Holding::Number) => {
                    match values::literal(pieces) {
                        Some(text) if text.trim().parse::<f64>().is_err() => {
                            format!("`{name}` holds numbers, and {} is none", reach::shown(sought))
                        }
                        _ => continue,
                    }
                }
                Sought::Number(_, limit)
                    if holdings.iter().all(|holding| matches!(holding, Holding::Object | Holding::Flag)) =>
                {
                    format!("`{name}` holds no numbers to compare with {limit}")
                }
                _ => continue,
            };
            let warning = Reason::new("type", Some(name), text);
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
    });
    warnings
}

fn holdings(mapping: &Mapping, name: &str, shape: Shape) -> Vec<Holding> {
    let found = field::find(mapping, name, shape, false);
    let holding = |place: &Written| match place {
        Written::Path { path, .. } => members::at(shape, path),
        // A constant is text; of what changed properties hold nothing is known.
        Written::Constant(_) => Some(Holding::Text),
        Written::Change { .. } => Some(Holding::Open),
    };
    found.places.iter().map(|place| holding(place).unwrap_or(Holding::Open)).collect()
}

/// The techniques of ATT&CK that tags name, in upper case (`T1098.001`), each once.
pub fn techniques(tags: &[String]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for tag in tags {
        let word = tag.to_ascii_uppercase();
        let Some(id) = word.strip_prefix("ATTACK.T").filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        else {
            continue;
        };
        let id = format!("T{id}");
        if !found.contains(&id) {
            found.push(id);
        }
    }
    found
}
