//! What records of one story have in common.

use entward_model::{Actor, Event, Log, StoryRecord, Target, TargetKind, Typed};

use super::identity::stable_hash;
use super::pim;

/// Something that two records may share, and how long after one the other may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) hash: u64,
    /// Nanoseconds.
    pub(super) within: i64,
}

const MINUTE: i64 = 60 * 1_000_000_000;

/// Records of one request carry one correlation id; an asynchronous outcome may take minutes.
const REQUEST: i64 = 10 * MINUTE;

/// One person's work on one object: requests of one action follow within two minutes.
const ACTION: i64 = 2 * MINUTE;

/// Sign-ins and risks of one principal that one rule matched: one alert an hour is enough.
const SERIES: i64 = 60 * MINUTE;

/// The keys of a record, strongest first.
pub(super) fn keys_of(record: &StoryRecord) -> Vec<Key> {
    let event = &record.event;
    let mut keys = Vec::new();
    if matches!(event.log, Log::SignIn | Log::Risk) || event.operation == "entra.sign-in" {
        return vec![series(record)];
    }
    if let Some(correlation) = event.correlation_id.as_deref().filter(|id| is_meaningful(id)) {
        // One deployment of Azure resources has one correlation id for all of them: there the operation and the
        // resource belong to the key, or everything that a template creates would be one story.
        let key = if event.log == Log::Activity {
            key("request", &[correlation, &event.operation, object_ids(event).first().map_or("", |id| id)], REQUEST)
        } else {
            key("request", &[correlation], REQUEST)
        };
        keys.push(key);
    }
    let actor = actor_key(&event.actor);
    for id in object_ids(event) {
        keys.push(key("object", &[&actor, &id], ACTION));
    }
    for (member, role) in pim::held(event) {
        keys.push(key("held", &[&member, &role], ACTION));
    }
    if keys.is_empty() {
        keys.push(key("alone", &[&super::identity(event).to_string()], 0));
    }
    keys
}

fn series(record: &StoryRecord) -> Key {
    let event = &record.event;
    let rules: Vec<String> = record.rules.iter().map(u32::to_string).collect();
    let whom = match actor_key(&event.actor) {
        actor if actor.is_empty() => object_ids(event).into_iter().next().unwrap_or_default(),
        actor => actor,
    };
    key("series", &[event.tenant.as_deref().unwrap_or_default(), &whom, &rules.join(",")], SERIES)
}

fn key(kind: &str, parts: &[&str], within: i64) -> Key {
    let mut text = kind.to_owned();
    for part in parts {
        text.push('\u{1f}');
        text.push_str(part);
    }
    Key { hash: stable_hash(text.as_bytes()), within }
}

/// A correlation id of zeros or blanks joins what has nothing to do with each other.
fn is_meaningful(id: &str) -> bool {
    id.chars().any(|character| character.is_ascii_alphanumeric() && character != '0')
}

fn actor_key(actor: &Actor) -> String {
    [&actor.id, &actor.name, &actor.app_id]
        .into_iter()
        .flatten()
        .next()
        .map(|part| part.to_lowercase())
        .unwrap_or_default()
}

/// The ids of the objects that a record is about.
///
/// A grant names the API that is opened and the client it is opened for; an owner record
/// names the new owner and what is owned. The story is about the client and about what is
/// owned, and these are found by the properties that say so, not by position.
fn object_ids(event: &Event) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let mut add = |id: Option<String>| {
        if let Some(id) = id.map(|id| id.trim().to_lowercase()).filter(|id| is_meaningful(id))
            && !ids.contains(&id)
        {
            ids.push(id);
        }
    };
    let has_registration = event.targets.iter().any(is_registration);
    for target in &event.targets {
        let named = named_objects(target);
        if !named.is_empty() {
            named.into_iter().for_each(|id| add(Some(id)));
            continue;
        }
        let is_the_point = if has_registration { is_registration(target) } else { target.kind != TargetKind::Role };
        if is_the_point && !grants_something(target) {
            add(target.id.clone());
            add(target.app_id.clone());
        }
    }
    ids
}

fn is_registration(target: &Target) -> bool {
    matches!(target.kind, TargetKind::Application | TargetKind::ServicePrincipal)
}

/// Whether the target is the API of a grant whose client no property names.
fn grants_something(target: &Target) -> bool {
    target.kind == TargetKind::ServicePrincipal
        && target.changes.iter().any(|change| {
            matches!(change.typed, Some(Typed::PermissionsGranted { .. }))
                && !change.property.starts_with("ConsentAction")
        })
        && target.app_id.as_deref() == Some("00000003-0000-0000-c000-000000000000")
}

/// The objects that a target's properties name as what the record is about.
fn named_objects(target: &Target) -> Vec<String> {
    const NAMES: [&str; 4] =
        ["ServicePrincipal.ObjectID", "ServicePrincipal.AppId", "Application.ObjectID", "Application.AppId"];
    let mut ids = Vec::new();
    for change in &target.changes {
        if NAMES.iter().any(|name| change.property.eq_ignore_ascii_case(name)) {
            ids.extend([&change.new, &change.old].into_iter().filter_map(|value| value.as_str()).map(str::to_owned));
        }
    }
    ids.retain(|id| is_meaningful(id));
    ids
}
