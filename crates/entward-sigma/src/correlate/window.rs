//! One correlation's groups, each with the events of its sliding window.

use serde::{Deserialize, Serialize};

use super::events::{Events, Kept, List};
use super::table::{Key, NONE, Table};
use super::tally::{Question, Tally};
use super::{Counts, Ending, Finding, Limits, Match};
use crate::correlation::{CorrelationCondition, CorrelationKind};

pub(super) struct Window {
    /// The correlation's place in its collection.
    correlation: usize,
    question: Question,
    /// Its matches are told, not only handed on.
    speaks: bool,
    /// A record that meets several of the rules is one event.
    dedupes: bool,
    most_groups: usize,
    most_events: u32,
    most_references: usize,
    groups: Table<Group>,
    events: Events,
    extras: Vec<Extra>,
    free_extras: Vec<u32>,
    scratch: Tally,
}

#[derive(Clone, Copy)]
struct Group {
    events: List,
    /// The place of what only few groups have.
    extra: u32,
}

#[derive(Default)]
struct Extra {
    open: Option<Open>,
    tally: Option<Tally>,
}

/// A match that goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Open {
    number: u64,
    first: i64,
    fired: i64,
    last: i64,
    total: u64,
    references: Vec<u64>,
}

/// A group as it is written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct GroupState {
    key: Key,
    /// Time, reference and value of each event.
    events: Vec<(i64, u64, u64)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    open: Option<Open>,
}

/// Up to so many events a window is counted anew each time; beyond, its tally is kept.
const FEW: u32 = 8;

/// So many groups are not in the processor's caches any more.
const MANY: usize = 50_000;

impl Window {
    pub(super) fn new(correlation: usize, question: Question, speaks: bool, dedupes: bool, limits: &Limits) -> Window {
        // A count can only be told from a limit when one event more is kept.
        let decisive = match &question.condition {
            CorrelationCondition::Threshold(threshold) if !question.kind.is_temporal() => threshold.largest() + 1.0,
            _ => 2.0,
        };
        let decisive = match question.kind {
            CorrelationKind::EventCount | CorrelationKind::ValueCount => decisive.min(f64::from(u32::MAX)) as u32,
            _ => 2,
        };
        let with_values = question.kind != CorrelationKind::EventCount;
        Window {
            correlation,
            question,
            speaks,
            dedupes,
            most_groups: limits.groups.max(1),
            most_events: limits.events_per_group.max(decisive),
            most_references: limits.references,
            groups: Table::new(),
            events: Events::new(with_values),
            extras: Vec::new(),
            free_extras: Vec::new(),
            scratch: Tally::default(),
        }
    }

    pub(super) fn timespan(&self) -> i64 {
        self.question.timespan
    }

    pub(super) fn groups(&self) -> usize {
        self.groups.len()
    }

    /// Reads what [`take`](Window::take) will need of a group, so that the memory of several groups is waited for at
    /// once and not one after the other. What it returns means nothing.
    pub(super) fn look_ahead(&self, key: Key) -> u64 {
        if self.groups.len() < MANY {
            return 0;
        }
        let Some(place) = self.groups.find(key) else { return 0 };
        let tail = self.events.last(&self.groups.value(place).events).map_or(0, |last| last.reference);
        tail ^ self.groups.neighbours(place)
    }

    /// Takes the next event in the order of time. True when it begins a match.
    pub(super) fn take(
        &mut self,
        key: Key,
        event: Kept,
        matches: &mut u64,
        counts: &mut Counts,
        found: &mut Vec<Finding>,
    ) -> bool {
        let earliest = event.time.saturating_sub(self.question.timespan);
        self.expire(earliest, found);
        let Some((place, is_new)) = self.groups.touch(key, Group { events: List::EMPTY, extra: NONE }) else {
            counts.events_dropped += 1;
            return false;
        };
        if is_new && self.groups.len() > self.most_groups {
            counts.groups_evicted += 1;
            if let Some(oldest) = self.groups.oldest() {
                self.forget(oldest, Ending::Evicted, found);
            }
        }
        let mut group = *self.groups.value(place);
        if self.dedupes
            && let Some(last) = self.events.last(&group.events)
            && (last.time, last.reference) == (event.time, event.reference)
        {
            return false;
        }
        while let Some(first) = self.events.first(&group.events)
            && first.time < earliest
        {
            self.drop_first(&mut group);
        }
        // More than one only when a restored group was kept under another limit.
        while group.events.count >= self.most_events {
            counts.events_dropped += 1;
            self.drop_first(&mut group);
        }
        if !self.events.push(&mut group.events, event) {
            counts.events_dropped += 1;
            *self.groups.value_mut(place) = group;
            return false;
        }
        let holds = self.holds(&mut group, event);
        *self.groups.value_mut(place) = group;
        self.judge(place, holds, event, matches, counts, found)
    }

    fn drop_first(&mut self, group: &mut Group) {
        let Some(first) = self.events.pop(&mut group.events) else { return };
        if group.extra != NONE
            && let Some(tally) = &mut self.extras[group.extra as usize].tally
        {
            tally.remove(&self.question, first);
        }
    }

    fn holds(&mut self, group: &mut Group, event: Kept) -> bool {
        if self.question.kind == CorrelationKind::EventCount {
            let CorrelationCondition::Threshold(threshold) = &self.question.condition else { return false };
            return threshold.holds(crate::correlation::Measure::whole(u64::from(group.events.count)));
        }
        if group.extra != NONE
            && let Some(tally) = &mut self.extras[group.extra as usize].tally
        {
            tally.add(&self.question, event);
            return tally.holds(&self.question, event.time);
        }
        self.scratch.clear();
        for kept in self.events.iter(&group.events) {
            self.scratch.add(&self.question, kept);
        }
        let holds = self.scratch.holds(&self.question, event.time);
        if group.events.count > FEW {
            let tally = self.scratch.clone();
            self.extra(group).tally = Some(tally);
        }
        holds
    }

    fn extra(&mut self, group: &mut Group) -> &mut Extra {
        if group.extra == NONE {
            group.extra = self.free_extras.pop().unwrap_or_else(|| {
                self.extras.push(Extra::default());
                (self.extras.len() - 1) as u32
            });
        }
        &mut self.extras[group.extra as usize]
    }

    /// Begins, continues or ends the match of a group.
    fn judge(
        &mut self,
        place: u32,
        holds: bool,
        event: Kept,
        matches: &mut u64,
        counts: &mut Counts,
        found: &mut Vec<Finding>,
    ) -> bool {
        let mut group = *self.groups.value(place);
        let open = (group.extra != NONE).then(|| self.extras[group.extra as usize].open.as_mut()).flatten();
        match (open, holds) {
            (None, false) => false,
            (Some(open), true) => {
                open.last = event.time;
                open.total += 1;
                if open.references.len() < self.most_references {
                    open.references.push(event.reference);
                } else {
                    counts.references_dropped += 1;
                }
                false
            }
            (Some(_), false) => {
                self.end(place, Ending::Over, found);
                false
            }
            (None, true) => {
                let references: Vec<u64> =
                    self.events.iter(&group.events).map(|kept| kept.reference).take(self.most_references).collect();
                let total = u64::from(group.events.count);
                counts.references_dropped += total - references.len() as u64;
                let first = self.events.first(&group.events).map_or(event.time, |first| first.time);
                let open = Open { number: *matches, first, fired: event.time, last: event.time, total, references };
                *matches += 1;
                if self.speaks {
                    found.push(Finding::Began(self.told(self.groups.key(place), &open)));
                }
                self.extra(&mut group).open = Some(open);
                *self.groups.value_mut(place) = group;
                true
            }
        }
    }

    fn told(&self, key: Key, open: &Open) -> Match {
        Match {
            correlation: self.correlation,
            number: open.number,
            group: u128::from(key[0]) << 64 | u128::from(key[1]),
            first_time: open.first,
            fired_time: open.fired,
            last_time: open.last,
            total: open.total,
            references: open.references.clone(),
        }
    }

    fn end(&mut self, place: u32, ending: Ending, found: &mut Vec<Finding>) {
        let Group { extra, .. } = *self.groups.value(place);
        if extra != NONE
            && let Some(open) = self.extras[extra as usize].open.take()
            && self.speaks
        {
            found.push(Finding::Ended(self.told(self.groups.key(place), &open), ending));
        }
    }

    fn forget(&mut self, place: u32, ending: Ending, found: &mut Vec<Finding>) {
        self.end(place, ending, found);
        let mut group = *self.groups.value(place);
        self.events.clear(&mut group.events);
        if group.extra != NONE {
            self.extras[group.extra as usize] = Extra::default();
            self.free_extras.push(group.extra);
        }
        self.groups.remove(place);
    }

    /// Lets go of groups whose last event is before `earliest`.
    pub(super) fn expire(&mut self, earliest: i64, found: &mut Vec<Finding>) {
        while let Some(oldest) = self.groups.oldest()
            && self.events.last(&self.groups.value(oldest).events).is_none_or(|last| last.time < earliest)
        {
            self.forget(oldest, Ending::Over, found);
        }
    }

    /// Lets go of everything at the end of the input.
    pub(super) fn flush(&mut self, found: &mut Vec<Finding>) {
        while let Some(oldest) = self.groups.oldest() {
            self.forget(oldest, Ending::Flushed, found);
        }
    }

    pub(super) fn export(&self) -> Vec<GroupState> {
        let group = |place: u32| {
            let group = self.groups.value(place);
            let events = self.events.iter(&group.events).map(|kept| (kept.time, kept.reference, kept.value));
            let open = (group.extra != NONE).then(|| self.extras[group.extra as usize].open.clone()).flatten();
            GroupState { key: self.groups.key(place), events: events.collect(), open }
        };
        self.groups.places().map(group).collect()
    }

    pub(super) fn restore(&mut self, groups: Vec<GroupState>, counts: &mut Counts) {
        for state in groups {
            if state.events.is_empty() || self.groups.find(state.key).is_some() {
                continue;
            }
            let Some((place, _)) = self.groups.touch(state.key, Group { events: List::EMPTY, extra: NONE }) else {
                continue;
            };
            let mut group = *self.groups.value(place);
            let mut last = None;
            for (time, reference, value) in state.events {
                let event = Kept { time, reference, value };
                self.events.push(&mut group.events, event);
                last = Some(event);
            }
            if let Some(last) = last
                && self.question.kind != CorrelationKind::EventCount
            {
                // Counts anew, and keeps the tally if the window is long.
                self.holds(&mut group, last);
            }
            if state.open.is_some() {
                self.extra(&mut group).open = state.open;
            }
            *self.groups.value_mut(place) = group;
            if self.groups.len() > self.most_groups
                && let Some(oldest) = self.groups.oldest()
            {
                counts.groups_evicted += 1;
                self.forget(oldest, Ending::Evicted, &mut Vec::new());
            }
        }
    }
}
