//! The alert of records that a correlation found together.
//!
//! No single one of them is the news; that they came together is. So the title is the
//! correlation's, with how many there were, and an actor is named only if it is the same in all.

use entward_model::{Actor, Alert, Because, RuleRef, StoryRecord, Target, Timestamp};

use super::{operations, pages, places, targets};
use crate::alert::missing;
use crate::fold::{identity, stable_hash};
use crate::knowledge::pages::Quotes;

/// What a correlation found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Together {
    /// The correlation.
    pub rule: RuleRef,
    /// How many records there are, listed or not.
    pub total: u64,
    /// The time of the earliest and of the latest.
    pub span: (Timestamp, Timestamp),
}

/// The alert of a correlation's match; `records` are those of its records that are at hand, in the order of time.
pub fn together(found: &Together, records: &[StoryRecord], quotes: &mut Quotes<'_>) -> Alert {
    let targets = targets(records);
    let actor = common_actor(records);
    let rule = &found.rule;
    let counted = format!("{}: {} records within {}", rule.title, found.total, length(found.span));
    Alert {
        id: format!("{:016x}", id(rule, records)),
        level: rule.level,
        title: title(rule, found.total, &actor),
        operations: operations(records),
        because: vec![Because { level: rule.level, reason: counted, rule: Some(rule.id.clone()) }],
        not_in_the_log: not_in_the_log(records, &actor, &targets),
        rules: vec![rule.clone()],
        pages: pages(records, quotes),
        records: places(records),
        first_seen: Some(found.span.0),
        last_seen: Some(found.span.1),
        tenant: records.iter().find_map(|record| record.event.tenant.clone()),
        subscription: records.iter().find_map(|record| record.event.subscription.clone()),
        duplicates: 0,
        actor,
        targets,
    }
}

/// What one actor's records leave out; where several acted, a difference is no gap.
fn not_in_the_log(records: &[StoryRecord], actor: &Actor, targets: &[Target]) -> Vec<String> {
    if records.iter().all(|record| record.event.actor == *actor) {
        missing::missing(records, actor, targets)
    } else {
        Vec::new()
    }
}

fn title(rule: &RuleRef, total: u64, actor: &Actor) -> String {
    let times = if total == 1 { "once".to_owned() } else { format!("{total} times") };
    match actor.name.as_deref().or(actor.id.as_deref()) {
        Some(who) => format!("{}, {times} by {who}", rule.title),
        None => format!("{}, {times}", rule.title),
    }
}

/// Derived from the correlation and the first record, so that a match which grows keeps its alert.
fn id(rule: &RuleRef, records: &[StoryRecord]) -> u64 {
    let first = records.first().map_or(0, |record| identity(&record.event));
    stable_hash(&[rule.id.as_bytes(), &first.to_be_bytes()].concat())
}

/// The actor, as far as it is the same in all records.
fn common_actor(records: &[StoryRecord]) -> Actor {
    let mut actors = records.iter().map(|record| &record.event.actor);
    let Some(first) = actors.next() else { return Actor::default() };
    let mut common = first.clone();
    for actor in actors {
        let keep = |part: &mut Option<String>, other: &Option<String>| {
            if part != other {
                *part = None;
            }
        };
        keep(&mut common.id, &actor.id);
        keep(&mut common.name, &actor.name);
        keep(&mut common.address, &actor.address);
        keep(&mut common.user_agent, &actor.user_agent);
        keep(&mut common.app_id, &actor.app_id);
        if common.kind != actor.kind {
            common.kind = Actor::default().kind;
        }
    }
    common
}

/// How long it took, for people.
fn length((first, last): (Timestamp, Timestamp)) -> String {
    let seconds = last.nanos().saturating_sub(first.nanos()) / 1_000_000_000;
    match seconds {
        0..=1 => "a second".to_owned(),
        2..120 => format!("{seconds} seconds"),
        120..7_200 => format!("{} minutes", seconds / 60),
        7_200..172_800 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use entward_model::{Level, Shape};
    use serde_json::json;

    use super::*;
    use crate::knowledge::Knowledge;
    use crate::normalize::normalize;

    fn record(second: i64, actor: &str) -> StoryRecord {
        let record = json!({
            "category": "ApplicationManagement", "activityDisplayName": "Add service principal", "result": "success",
            "initiatedBy": {"user": {"id": actor}}, "targetResources": []
        });
        let mut event = normalize(Knowledge::bundled(), Shape::GraphDirectoryAudit, &record);
        event.time = Some(Timestamp::from_nanos(second * 1_000_000_000));
        StoryRecord { event, rules: Vec::new(), level: None }
    }

    #[test]
    fn the_actor_is_named_only_if_all_records_have_it() {
        let rule = RuleRef { id: "r".to_owned(), title: "Many Applications".to_owned(), level: Level::High };
        let span = (Timestamp::from_nanos(0), Timestamp::from_nanos(300_000_000_000));
        let found = Together { rule, total: 2, span };
        let alert = together(&found, &[record(0, "ada"), record(300, "ada")], &mut Quotes::new(&[]));
        assert_eq!(alert.title, "Many Applications, 2 times by ada");
        assert_eq!(alert.because[0].reason, "Many Applications: 2 records within 5 minutes");
        let alert = together(&found, &[record(0, "ada"), record(300, "bob")], &mut Quotes::new(&[]));
        assert_eq!((alert.title.as_str(), alert.actor.id), ("Many Applications, 2 times", None));
    }
}
