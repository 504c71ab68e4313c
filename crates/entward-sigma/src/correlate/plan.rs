//! The ways from a rule's events up through the correlations that refer to it.

use std::hash::Hasher;

use rustc_hash::FxHashMap;
use siphasher::sip128::{Hasher128, SipHasher13};

use crate::collection::Collection;
use crate::correlation::{Correlation, CorrelationKind, Member};
use crate::rule::Rule;

/// One way up: correlations with the place that each gives to what is below it, lowest first.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub(crate) steps: Vec<(usize, usize)>,
}

/// More ways than this come from chains that fork at every step.
pub(crate) const MOST_PATHS: usize = 1_024;

/// Every way up from a rule, each before those that it is the beginning of; at most [`MOST_PATHS`] and one.
pub(crate) fn paths(from: Member, correlations: &[Correlation]) -> Vec<Path> {
    let mut paths = Vec::new();
    climb(from, &[], correlations, &mut paths);
    paths
}

fn climb(from: Member, below: &[(usize, usize)], correlations: &[Correlation], paths: &mut Vec<Path>) {
    for (number, correlation) in correlations.iter().enumerate() {
        let Some(member) = correlation.members.iter().position(|member| *member == from) else { continue };
        if paths.len() > MOST_PATHS {
            return;
        }
        let mut steps = below.to_vec();
        steps.push((number, member));
        paths.push(Path { steps: steps.clone() });
        climb(Member::Correlation(number), &steps, correlations, paths);
    }
}

impl Path {
    /// The correlation at the end of the way, and what its member is to it.
    pub(crate) fn end(&self) -> (usize, usize) {
        self.steps.last().copied().unwrap_or_default()
    }

    /// The fields of the rule's events that the grouping and then the counting at the end of the way
    /// ask for; `None` where an alias leaves the rule out.
    pub(crate) fn wanted<'c>(&self, correlations: &'c [Correlation]) -> Vec<Option<&'c str>> {
        let (end, _) = self.end();
        let Some(correlation) = correlations.get(end) else { return Vec::new() };
        correlation.group_by.iter().chain(&correlation.fields).map(|name| self.field(name, correlations)).collect()
    }

    /// A name is looked up from the end of the way down: the match of a correlation has the fields of
    /// the event that completed it, under the correlation's own aliases.
    fn field<'c>(&self, name: &'c str, correlations: &'c [Correlation]) -> Option<&'c str> {
        self.steps.iter().rev().try_fold(name, |name, &(number, member)| correlations[number].field_of(name, member))
    }
}

/// What becomes of a rule's events.
pub(super) struct Way {
    /// The fields whose values are fed.
    pub(super) fields: Vec<String>,
    /// For a first-seen rule, which of them name the entity, and which the entity and the value; carried
    /// first.
    pub(super) novelty: Vec<Vec<usize>>,
    pub(super) slots: Vec<Slot>,
    /// The slots of the correlations that name the rule itself.
    pub(super) lowest: Vec<usize>,
    /// What the rule says, and the correlations above it.
    pub(super) identity: String,
}

/// A correlation that a rule's events may come to.
pub(super) struct Slot {
    pub(super) correlation: usize,
    pub(super) member: usize,
    /// Which of what an event carries is for it.
    pub(super) carried: usize,
    /// Which of the fed values make the group; `None` where an alias leaves the rule out.
    pub(super) group: Vec<Option<usize>>,
    pub(super) counted: Counted,
    /// The slots to which a match that begins here is an event.
    pub(super) above: Vec<usize>,
}

/// What of an event is counted.
pub(super) enum Counted {
    Nothing,
    Member,
    /// The values of these fields together.
    Text(Vec<Option<usize>>),
    Number(Option<usize>),
}

impl Way {
    pub(super) fn new(number: usize, collection: &Collection) -> Way {
        let Collection { rules, correlations, .. } = collection;
        let rule = &rules[number];
        let place = |field: &str| rule.reads.iter().position(|read| read == field);
        let novelty: Vec<Vec<usize>> = match &rule.first_seen {
            None => Vec::new(),
            Some(first_seen) => {
                let entity: Vec<usize> = first_seen.per.iter().filter_map(|field| place(field)).collect();
                let value = first_seen.fields.iter().filter_map(|field| place(field));
                let both = entity.iter().copied().chain(value).collect();
                vec![entity, both]
            }
        };
        let paths = paths(Member::Rule(number), correlations);
        let mut slots: Vec<Slot> = Vec::new();
        let mut lowest = Vec::new();
        let mut identity = format!("{} {:?}", identity_of_rule(rule), rule.first_seen);
        for (at, path) in paths.iter().enumerate() {
            let (end, member) = path.end();
            let correlation = &correlations[end];
            let mut wanted: Vec<Option<usize>> =
                path.wanted(correlations).into_iter().map(|field| field.and_then(place)).collect();
            let counted = wanted.split_off(correlation.group_by.len());
            let counted = match correlation.kind {
                CorrelationKind::EventCount => Counted::Nothing,
                CorrelationKind::Temporal | CorrelationKind::TemporalOrdered => Counted::Member,
                CorrelationKind::ValueCount | CorrelationKind::ValuePercentile(None) => Counted::Text(counted),
                _ => Counted::Number(counted.first().copied().flatten()),
            };
            identity.push_str(&format!(" {:?} {:?}", path.steps.len(), describe(correlation)));
            let carried = novelty.len() + at;
            slots.push(Slot { correlation: end, member, carried, group: wanted, counted, above: Vec::new() });
            match path.steps.split_last() {
                Some((_, [])) | None => lowest.push(at),
                Some((_, below)) => {
                    if let Some(below) = paths[..at].iter().position(|path| path.steps == below) {
                        slots[below].above.push(at);
                    }
                }
            }
        }
        Way { fields: rule.reads.clone(), novelty, slots, lowest, identity: digest(&identity) }
    }

    pub(super) fn is_wanted(&self) -> bool {
        !self.novelty.is_empty() || !self.slots.is_empty()
    }
}

fn identity_of_rule(rule: &Rule) -> &str {
    let about = &rule.about;
    about.id.as_deref().or(about.name.as_deref()).unwrap_or(&about.title)
}

/// What a correlation says, as far as it decides what a group is.
fn describe(correlation: &Correlation) -> String {
    let Correlation { about, kind, group_by, timespan, condition, fields, aliases, .. } = correlation;
    format!("{} {kind:?} {group_by:?} {timespan:?} {condition:?} {fields:?} {aliases:?}", about.call())
}

/// What each correlation and its members say, by place.
pub(super) fn identities(collection: &Collection) -> Vec<String> {
    let Collection { rules, correlations, .. } = collection;
    let member = |member: &Member| match member {
        Member::Rule(rule) => rules.get(*rule).map_or("", identity_of_rule).to_owned(),
        Member::Correlation(below) => correlations.get(*below).map(describe).unwrap_or_default(),
    };
    let mut identities: Vec<String> = correlations
        .iter()
        .map(|correlation| {
            let members: Vec<String> = correlation.members.iter().map(member).collect();
            digest(&format!("{} {members:?}", describe(correlation)))
        })
        .collect();
    tell_apart(identities.iter_mut());
    identities
}

/// Numbers those that say the same, as two rules without an id under one title do.
pub(super) fn tell_apart<'i>(identities: impl Iterator<Item = &'i mut String>) {
    let mut seen: FxHashMap<String, usize> = FxHashMap::default();
    for identity in identities {
        let times = seen.entry(identity.clone()).or_default();
        *times += 1;
        if *times > 1 {
            identity.push_str(&format!("-{times}"));
        }
    }
}

/// A short form that stays the same from one build to the next.
fn digest(text: &str) -> String {
    let mut hasher = SipHasher13::new();
    hasher.write(text.as_bytes());
    let hash = hasher.finish128();
    format!("{:016x}{:016x}", hash.h1, hash.h2)
}
