//! What a rule demands of every record that it matches, so that the index can pass
//! over all others.
//!
//! A demand is necessary, never sufficient: *if* the rule matches, *then* some value of
//! the field is one of these texts (or holds one of them). Whatever is negated demands
//! nothing. Texts are folded as the leaf's own texts are.

use std::collections::BTreeMap;

use regex_syntax::hir::literal::{ExtractKind, Extractor};

use crate::compile::Node;
use crate::detection::{Item, Test};
use crate::fold::{self, Folding};
use crate::pattern::Pattern;
use crate::value::FieldId;

/// Where the texts of a demand are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Wanted {
    /// Some value of the field is the text.
    Exact(FieldId),
    /// Some value of the field holds the text.
    Needle(FieldId),
    /// Some value of the field holds the text, letter case apart, before the field's own folding: what regular expressions
    /// and `cased` see of a field that has one.
    Unfolded(FieldId),
    /// Some string of the record holds the text.
    Keyword,
}

/// One of these texts has to be met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Demand {
    pub(crate) wanted: Wanted,
    pub(crate) texts: Vec<String>,
    /// The leaf that holds wherever the demand is met.
    pub(crate) leaf: Option<u32>,
}

impl Demand {
    fn new(wanted: Wanted, texts: Vec<String>) -> Demand {
        Demand { wanted, texts, leaf: None }
    }
}

/// More demands of one rule than this only cost time when rules are loaded.
const MAXIMUM_DEMANDS: usize = 48;

/// The demands of one leaf, which has the number `leaf`.
pub(crate) fn of_item(item: &Item, leaf: u32, field: Option<FieldId>, folding: Option<Folding>) -> Vec<Demand> {
    if item.negated {
        return Vec::new();
    }
    let groups: Vec<&[Test]> = item.groups.iter().map(Vec::as_slice).collect();
    let mut demands = Vec::new();
    if item.all {
        for group in groups.into_iter().take(MAXIMUM_DEMANDS / 2) {
            of_group(group, item.cased, field, folding, &mut demands);
        }
    } else {
        of_group(&groups.concat(), item.cased, field, folding, &mut demands);
        for demand in &mut demands {
            let is_enough = matches!(demand.wanted, Wanted::Exact(_)) && !item.cased;
            demand.leaf = is_enough.then_some(leaf);
        }
    }
    demands
}

fn of_group(tests: &[Test], cased: bool, field: Option<FieldId>, folding: Option<Folding>, demands: &mut Vec<Demand>) {
    let needles: Option<Vec<Vec<String>>> = tests.iter().map(|test| needles(test, cased, folding)).collect();
    let needles = needles.map(|texts| texts.concat());
    let Some(field) = field else {
        demands.extend(needles.map(|texts| Demand::new(Wanted::Keyword, texts)));
        return;
    };
    let exact: Option<Vec<String>> = tests.iter().map(|test| exact(test, folding)).collect();
    demands.extend(exact.map(|texts| Demand::new(Wanted::Exact(field), texts)));
    demands.extend(needles.map(|texts| Demand::new(Wanted::Needle(field), texts)));
    if folding.is_some() {
        let unfolded: Option<Vec<Vec<String>>> = tests.iter().map(|test| unfolded(test, cased)).collect();
        demands.extend(unfolded.map(|texts| Demand::new(Wanted::Unfolded(field), texts.concat())));
    }
}

/// The text that a value has to be. Texts that are equal with their case are equal
/// without it, so `cased` needs no care here.
fn exact(test: &Test, folding: Option<Folding>) -> Option<String> {
    match test {
        Test::Text(pattern) => Some(fold::folded(pattern.as_literal()?, folding)),
        _ => None,
    }
}

/// The texts of which a value has to hold one.
fn needles(test: &Test, cased: bool, folding: Option<Folding>) -> Option<Vec<String>> {
    match test {
        // An embedder's folding may do more than go letter by letter, so it says
        // nothing about a part of a text that was compared unfolded.
        Test::Text(_) if cased && folding.is_some() => None,
        Test::Text(pattern) => needle_of(pattern, folding).map(|needle| vec![needle]),
        Test::Regex(regex) if folding.is_none() => needles_of_regex(regex.as_str()),
        _ => None,
    }
}

/// The same for what is compared with values as they stand.
fn unfolded(test: &Test, cased: bool) -> Option<Vec<String>> {
    match test {
        Test::Text(pattern) if cased => needle_of(pattern, None).map(|needle| vec![needle]),
        Test::Regex(regex) => needles_of_regex(regex.as_str()),
        _ => None,
    }
}

fn needle_of(pattern: &Pattern, folding: Option<Folding>) -> Option<String> {
    let folded = pattern.mapped(|text| fold::folded(text, folding));
    folded.longest_piece().filter(|piece| !piece.is_empty()).map(str::to_owned)
}

/// The literals of which every match of the expression begins, or ends, with one.
///
/// The flags that stand beside the expression are not known here, so it is read as if
/// letter case did not matter: the needles are folded anyway. The other flags only
/// change what a dot and an anchor may be, which are no literals. Beyond ASCII two
/// foldings could differ, so such literals are not used.
fn needles_of_regex(expression: &str) -> Option<Vec<String>> {
    let hir = regex_syntax::parse(expression).ok()?;
    let best = [ExtractKind::Prefix, ExtractKind::Suffix].into_iter().filter_map(|kind| {
        let sequence = Extractor::new().kind(kind).limit_class(8).limit_total(64).extract(&hir);
        let literals = sequence.literals()?;
        let texts: Option<Vec<String>> = literals
            .iter()
            .map(|literal| Some(std::str::from_utf8(literal.as_bytes()).ok()?.to_ascii_lowercase()))
            .collect();
        let usable = |text: &String| text.len() > 1 && text.is_ascii();
        let mut texts = texts.filter(|texts| !texts.is_empty() && texts.iter().all(usable))?;
        texts.sort_unstable();
        texts.dedup();
        Some(texts)
    });
    best.max_by_key(|texts| texts.iter().map(String::len).min())
}

/// The demands of a compiled condition, given those of its leaves.
pub(crate) fn of_node(node: &Node, leaves: &[Vec<Demand>]) -> Vec<Demand> {
    match node {
        Node::Leaf(leaf) => leaves[*leaf as usize].clone(),
        Node::Named(_, inner) => of_node(inner, leaves),
        Node::Not(_) => Vec::new(),
        Node::All(parts) => {
            let mut demands: Vec<Demand> = parts.iter().flat_map(|part| of_node(part, leaves)).collect();
            demands.sort_by_key(|demand| demand.texts.len());
            demands.truncate(MAXIMUM_DEMANDS);
            demands
        }
        // At least one of them holds, whatever the number asked for.
        Node::Any(parts) | Node::AtLeast(_, parts) => of_alternatives(parts, leaves),
    }
}

/// A demand that every alternative makes in the same place, their texts together.
fn of_alternatives(parts: &[Node], leaves: &[Vec<Demand>]) -> Vec<Demand> {
    let mut common: Option<BTreeMap<Wanted, Vec<String>>> = None;
    for part in parts {
        let mut best: BTreeMap<Wanted, Demand> = BTreeMap::new();
        for demand in of_node(part, leaves) {
            match best.get(&demand.wanted) {
                Some(known) if share(&known.texts) <= share(&demand.texts) => {}
                _ => drop(best.insert(demand.wanted, demand)),
            }
        }
        common = Some(match common {
            None => best.into_iter().map(|(wanted, demand)| (wanted, demand.texts)).collect(),
            Some(known) => known
                .into_iter()
                .filter_map(|(wanted, mut texts)| {
                    texts.extend(best.remove(&wanted)?.texts);
                    Some((wanted, texts))
                })
                .collect(),
        });
    }
    common.unwrap_or_default().into_iter().map(|(wanted, texts)| Demand::new(wanted, texts)).collect()
}

/// The share of records that is expected to meet one of the texts, from their
/// length alone: long texts are rare.
pub(crate) fn share(texts: &[String]) -> f64 {
    let of_text = |text: &String| match text.as_str() {
        "true" | "false" | "success" | "failure" | "null" => 0.5,
        text => match text.len() {
            0..=1 => 0.4,
            2 => 0.3,
            3..=4 => 0.15,
            5..=7 => 0.06,
            8..=11 => 0.03,
            12..=19 => 0.01,
            _ => 0.005,
        },
    };
    texts.iter().map(of_text).sum::<f64>().min(1.0)
}
