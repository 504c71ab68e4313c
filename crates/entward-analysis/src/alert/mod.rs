//! Makes of a story the one alert that a person reads.
//!
//! An alert says who did what to which object, from where, which permissions and
//! credentials changed, why it has its level, and what the records did not say. Its id is
//! derived from the story's first record, so the same records give the same alert.

mod because;
mod missing;
mod title;
mod together;

use entward_model::{Actor, Alert, Level, PageRef, RecordRef, RuleRef, Story, StoryRecord, Target};
use entward_sigma::Rule;

use crate::fold::{identity, stable_hash};
use crate::knowledge::pages::Quotes;
use crate::normalize::name_apis;

pub use together::{Together, together};

/// The alert of a story; `rules` are those that the story's records name by position, `quotes` the pages that say more.
pub fn alert(story: &Story, rules: &[RuleRef], quotes: &mut Quotes<'_>) -> Alert {
    let records = &story.records;
    let rule_refs = rule_refs(story, rules);
    let because = because::because(story, &rule_refs);
    let level = because.first().map_or(Level::Informational, |reason| reason.level);
    let actor = actor(records);
    let targets = targets(records);
    let title = title::title(&actor, story, &targets);
    let events = || records.iter().map(|record| &record.event);
    Alert {
        id: format!("{:016x}", id(records)),
        level,
        title,
        operations: operations(records),
        because,
        not_in_the_log: missing::missing(records, &actor, &targets),
        rules: rule_refs,
        pages: pages(records, quotes),
        records: places(records),
        first_seen: events().filter_map(|event| event.time).min(),
        last_seen: events().filter_map(|event| event.time).max(),
        tenant: events().find_map(|event| event.tenant.clone()),
        subscription: events().find_map(|event| event.subscription.clone()),
        duplicates: story.duplicates,
        actor,
        targets,
    }
}

/// Each operation once, in order of first appearance.
fn operations(records: &[StoryRecord]) -> Vec<String> {
    let mut operations: Vec<String> = Vec::new();
    for record in records {
        if !operations.contains(&record.event.operation) {
            operations.push(record.event.operation.clone());
        }
    }
    operations
}

/// The pages of the operations, each once, that of the worst record first, and among equals the one that the title tells.
fn pages(records: &[StoryRecord], quotes: &mut Quotes<'_>) -> Vec<PageRef> {
    let mut by_level: Vec<&StoryRecord> = records.iter().collect();
    by_level.sort_by_key(|record| (std::cmp::Reverse(record.level), title::rank(&record.event).unwrap_or(usize::MAX)));
    let mut pages: Vec<PageRef> = Vec::new();
    for event in by_level.iter().map(|record| &record.event) {
        let changes = event.targets.iter().flat_map(|target| &target.changes);
        for page in quotes.of(&event.operation, changes.map(|change| change.property.as_str())) {
            if !pages.contains(page) {
                pages.push(page.clone());
            }
        }
    }
    pages
}

/// Where the records stand, in the order of the input.
fn places(records: &[StoryRecord]) -> Vec<RecordRef> {
    let place = |record: &StoryRecord| RecordRef { file: record.event.file.clone(), index: record.event.index };
    let mut places: Vec<RecordRef> = records.iter().map(place).collect();
    places.sort();
    places
}

/// Derived from the first record that a rule matched: context that arrives later, or an
/// export that begins earlier, does not rename an alert.
fn id(records: &[StoryRecord]) -> u64 {
    let seed = records.iter().find(|record| record.level.is_some()).or(records.first());
    seed.map_or(0, |record| stable_hash(&identity(&record.event).to_be_bytes()))
}

/// Each matching rule once, worst first, then by title.
fn rule_refs(story: &Story, rules: &[RuleRef]) -> Vec<RuleRef> {
    let mut positions: Vec<u32> = story.records.iter().flat_map(|record| record.rules.iter().copied()).collect();
    positions.sort_unstable();
    positions.dedup();
    let mut refs: Vec<RuleRef> =
        positions.into_iter().filter_map(|position| rules.get(position as usize)).cloned().collect();
    refs.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| a.title.cmp(&b.title)).then_with(|| a.id.cmp(&b.id)));
    refs
}

/// The id of a rule; the place of one that has none, so that it can be told apart.
pub fn rule_id(rule: &Rule) -> String {
    rule.about.id.clone().unwrap_or_else(|| rule.about.place.to_string())
}

/// The actor of the worst record; what that record leaves out is taken from others of the
/// same actor.
fn actor(records: &[StoryRecord]) -> Actor {
    let told = |actor: &Actor| actor.id.is_some() || actor.name.is_some();
    let worst = records
        .iter()
        .enumerate()
        .filter(|(_, record)| told(&record.event.actor))
        .max_by_key(|(position, record)| (record.level, std::cmp::Reverse(*position)))
        .map(|(_, record)| record);
    let mut actor = worst.or(records.first()).map(|record| record.event.actor.clone()).unwrap_or_default();
    for other in records.iter().map(|record| &record.event.actor) {
        let same_id = actor.id.is_some() && actor.id == other.id;
        let same_name = actor.name.is_some() && actor.name == other.name;
        if same_id || same_name {
            let fill = |part: &mut Option<String>, from: &Option<String>| {
                if part.is_none() {
                    part.clone_from(from);
                }
            };
            fill(&mut actor.id, &other.id);
            fill(&mut actor.name, &other.name);
            fill(&mut actor.address, &other.address);
            fill(&mut actor.user_agent, &other.user_agent);
            fill(&mut actor.app_id, &other.app_id);
        }
    }
    actor
}

/// Every object once, in order of first appearance, with all that changed on it.
fn targets(records: &[StoryRecord]) -> Vec<Target> {
    let mut merged: Vec<Target> = Vec::new();
    for target in records.iter().flat_map(|record| &record.event.targets) {
        let same = |known: &&mut Target| {
            known.kind == target.kind && known.id == target.id && (known.id.is_some() || known.name == target.name)
        };
        match merged.iter_mut().find(same) {
            Some(known) => {
                if known.name.is_none() {
                    known.name.clone_from(&target.name);
                }
                if known.app_id.is_none() {
                    known.app_id.clone_from(&target.app_id);
                }
                for change in &target.changes {
                    if !known.changes.contains(change) {
                        known.changes.push(change.clone());
                    }
                }
            }
            None => merged.push(target.clone()),
        }
    }
    name_apis(&mut merged);
    merged
}
