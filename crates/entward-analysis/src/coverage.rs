//! Which techniques of ATT&CK a set of rules is about.
//!
//! The numbering changed with version 19. A rule that names its techniques in both versions
//! (`x_entward.attack`) is taken at its word; the tags of any other are read as whichever version they are from
//! and carried over.

use entward_model::{Level, RuleRef};
use entward_sigma::Collection;
use serde::Serialize;

use crate::detect::level_of;
use crate::knowledge::{Knowledge, Listed, Technique};
use crate::lint::techniques;

/// A version of ATT&CK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 18, of October 2025.
    V18,
    /// 19, of April 2026.
    V19,
}

/// What a set of rules covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// The version of ATT&CK: `18` or `19`.
    pub version: &'static str,
    /// The techniques, in the order of their ids.
    pub techniques: Vec<Covered>,
    /// Rules that name no technique: some behaviours have none.
    pub untagged: Vec<Covering>,
    /// Techniques that ATT&CK lists for identity providers, and no rule is about, nor about a part of them.
    pub uncovered: Vec<Named>,
}

/// A technique and the rules that are about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Covered {
    /// `T1098.001`
    pub id: String,
    /// Its name; `None` where the version has no such technique.
    pub name: Option<&'static str>,
    /// The worst level of the rules.
    pub level: Level,
    /// The rules, worst first.
    pub rules: Vec<Covering>,
}

/// A rule that is about a technique.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Covering {
    /// The rule.
    #[serde(flatten)]
    pub rule: RuleRef,
    /// The part that its records play in the story of a change, where it says so.
    pub behaviour: Option<String>,
}

/// A technique by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// `T1098.001`
    pub id: String,
    /// Its name.
    pub name: &'static str,
}

impl Version {
    /// Its number.
    pub fn number(self) -> &'static str {
        match self {
            Version::V18 => "18",
            Version::V19 => "19",
        }
    }

    fn has(self, technique: &Technique) -> bool {
        match self {
            Version::V18 => matches!(technique.listed_in, Listed::Both | Listed::In18),
            Version::V19 => matches!(technique.listed_in, Listed::Both | Listed::In19),
        }
    }
}

/// What the rules and correlations of a collection cover, in the numbering of a version.
///
/// What is only a part of correlations gives no alert, so it covers nothing by itself.
pub fn coverage(collection: &Collection, version: Version, knowledge: &Knowledge) -> Coverage {
    let rules = collection.rules.iter().enumerate().filter(|(place, _)| collection.is_standalone(*place));
    let rules = rules.map(|(_, rule)| {
        let about = RuleRef {
            id: crate::alert::rule_id(rule),
            title: rule.about.title.clone(),
            level: level_of(rule.about.level),
        };
        (about, &rule.about.tags, &rule.about.custom)
    });
    let correlations = collection.correlations.iter().filter(|correlation| correlation.standalone);
    let correlations = correlations.map(|correlation| {
        let about = &correlation.about;
        let id = about.id.clone().unwrap_or_else(|| about.place.to_string());
        (RuleRef { id, title: about.title.clone(), level: level_of(about.level) }, &about.tags, &about.custom)
    });
    let mut covered: Vec<Covered> = Vec::new();
    let mut untagged = Vec::new();
    for (rule, tags, custom) in rules.chain(correlations) {
        let behaviour = custom["story"].as_str().map(str::to_owned);
        let covering = Covering { rule, behaviour };
        let ids = named(tags, custom, version, knowledge);
        if ids.is_empty() {
            untagged.push(covering);
            continue;
        }
        for id in ids {
            match covered.iter_mut().find(|known| known.id == id) {
                Some(known) => known.rules.push(covering.clone()),
                None => {
                    let technique = knowledge.technique(&id).filter(|technique| version.has(technique));
                    let name = technique.map(|technique| technique.name);
                    covered.push(Covered { id, name, level: Level::default(), rules: vec![covering.clone()] });
                }
            }
        }
    }
    for technique in &mut covered {
        sort(&mut technique.rules);
        technique.level = technique.rules.iter().map(|covering| covering.rule.level).max().unwrap_or_default();
    }
    covered.sort_by(|one, other| one.id.cmp(&other.id));
    sort(&mut untagged);
    let is_touched = |id: &str| {
        covered
            .iter()
            .any(|known| known.id == id || known.id.strip_prefix(id).is_some_and(|rest| rest.starts_with('.')))
    };
    let uncovered = knowledge.techniques().iter().filter(|technique| technique.of_identity && version.has(technique));
    let uncovered = uncovered.map(|technique| Named { id: technique.id.to_ascii_uppercase(), name: technique.name });
    let uncovered = uncovered.filter(|technique| !is_touched(&technique.id)).collect();
    Coverage { version: version.number(), techniques: covered, untagged, uncovered }
}

/// Worst first, then by title.
fn sort(rules: &mut [Covering]) {
    rules.sort_by(|one, other| {
        other.rule.level.cmp(&one.rule.level).then_with(|| one.rule.title.cmp(&other.rule.title))
    });
}

/// The techniques of a rule, in upper case and in the numbering of a version.
fn named(tags: &[String], custom: &serde_json::Value, version: Version, knowledge: &Knowledge) -> Vec<String> {
    let key = format!("v{}", version.number());
    if let Some(ids) = custom["attack"][key.as_str()].as_array() {
        return ids.iter().filter_map(|id| id.as_str()).map(str::to_ascii_uppercase).collect();
    }
    let mut ids: Vec<String> = Vec::new();
    for id in techniques(tags) {
        let carried = match (version, knowledge.technique(&id)) {
            (Version::V19, Some(technique)) => technique.instead.map(str::to_ascii_uppercase),
            // The way back has several ends; that of the same name, else the first in order, is as good as any.
            (Version::V18, Some(technique)) if technique.listed_in == Listed::In19 => {
                let mut before = knowledge.techniques().iter().filter(|old| old.instead == Some(technique.id));
                let same = before.clone().find(|old| old.name == technique.name);
                same.or_else(|| before.next()).map(|old| old.id.to_ascii_uppercase())
            }
            _ => None,
        };
        let id = carried.unwrap_or(id);
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}
