//! Joins the records that one change caused into one story.
//!
//! One click in the portal writes four records under two correlation ids; one `az` command
//! writes an Entra audit record, a unified audit record and two Activity Log twins. Read
//! one by one they are noise; read together they say who did what. Records join when they
//! share a *key* (see `keys.rs`) and follow each other closely enough.
//!
//! Records must arrive in the order of their time, ties in the order of the input; then
//! the stories do not depend on how the input was cut or by how many threads it was read.
//! Memory is bounded: at most [`MOST_OPEN`] stories are open at a time, and a story keeps
//! at most [`MOST_RECORDS`] records. What is closed early or left out is counted.

mod identity;
mod keys;
mod pim;

use std::collections::BTreeMap;

use entward_model::{Event, Story, StoryRecord};
use rustc_hash::FxHashMap;

pub use identity::{identity, stable_hash};
pub(crate) use pim::is_carried_out;

use keys::{Key, keys_of};

/// Stories that may be open at one time; beyond that the oldest is closed.
pub const MOST_OPEN: usize = 20_000;

/// Records that a story keeps; the rest are counted in it.
pub const MOST_RECORDS: usize = 400;

/// Repetitions of a record are recognised this long after it (nanoseconds): the same
/// record has the same time in every export, give or take how finely it is written.
pub const REPEATS_WITHIN: i64 = 5 * 60 * 1_000_000_000;

/// Joins records into stories.
#[derive(Debug, Default)]
pub struct Folder {
    open: FxHashMap<u64, Open>,
    /// Deadline and number of each open story: who is closed next.
    deadlines: BTreeMap<(i64, u64), ()>,
    /// Key → the story that has it.
    by_key: FxHashMap<u64, u64>,
    seen: FxHashMap<u64, (i64, u64)>,
    next: u64,
    /// Stories that were closed early because too many were open.
    pub closed_early: u64,
    /// Records that a story did not keep.
    pub left_out: u64,
    /// Records that said again what another already said.
    pub duplicates: u64,
}

#[derive(Debug)]
struct Open {
    story: Story,
    keys: Vec<u64>,
    deadline: i64,
    matched: bool,
}

impl Folder {
    /// A folder without stories.
    pub fn new() -> Folder {
        Folder::default()
    }

    /// Takes the next record; hands out the stories that no later record can join.
    pub fn push(&mut self, record: StoryRecord, closed: &mut impl FnMut(Story)) {
        let now = record.event.time.map_or(i64::MIN, |time| time.nanos());
        self.close_before(now, closed);
        let identity = identity(&record.event);
        if let Some((seen_at, story)) = self.seen.get(&identity).copied()
            && now.saturating_sub(seen_at) <= REPEATS_WITHIN
        {
            self.duplicates += 1;
            if let Some(open) = self.open.get_mut(&story) {
                open.story.duplicates += 1;
                let again = open.story.records.iter().rposition(|kept| says_the_same(&kept.event, &record.event));
                add_rules(open, &record, again);
            }
            return;
        }
        let keys = keys_of(&record);
        let number = self.story_for(&keys, &record, now);
        self.seen.insert(identity, (now, number));
        self.add(number, record, &keys, now);
        if self.open.len() > MOST_OPEN
            && let Some(((_, oldest), ())) = self.deadlines.pop_first()
        {
            self.closed_early += 1;
            self.close(oldest, closed);
        }
    }

    /// Hands out all stories that are still open.
    pub fn finish(mut self, closed: &mut impl FnMut(Story)) -> Folder {
        while let Some(((_, number), ())) = self.deadlines.pop_first() {
            self.close(number, closed);
        }
        self
    }

    /// The open story that a record joins. Several become one; none makes a new one.
    fn story_for(&mut self, keys: &[Key], record: &StoryRecord, now: i64) -> u64 {
        let mut found: Vec<u64> = Vec::new();
        for key in keys {
            if let Some(number) = self.by_key.get(&key.hash)
                && let Some(open) = self.open.get(number)
                && !found.contains(number)
                && last_time(&open.story) >= now.saturating_sub(key.within)
                && same_tenant(&open.story, record)
            {
                found.push(*number);
            }
        }
        found.sort_unstable();
        let Some((&first, others)) = found.split_first() else {
            let number = self.next;
            self.next += 1;
            let story = Story { records: Vec::new(), duplicates: 0 };
            self.open.insert(number, Open { story, keys: Vec::new(), deadline: i64::MIN, matched: false });
            return number;
        };
        for other in others {
            self.merge(first, *other);
        }
        first
    }

    fn merge(&mut self, into: u64, from: u64) {
        let Some(from_story) = self.open.remove(&from) else { return };
        self.deadlines.remove(&(from_story.deadline, from));
        for key in &from_story.keys {
            self.by_key.insert(*key, into);
        }
        let Some(open) = self.open.get_mut(&into) else { return };
        open.keys.extend(from_story.keys);
        open.matched |= from_story.matched;
        open.story.duplicates += from_story.story.duplicates;
        open.story.records.extend(from_story.story.records);
        open.story.records.sort_by(|a, b| order_of(a).cmp(&order_of(b)));
        if from_story.deadline > open.deadline {
            self.deadlines.remove(&(open.deadline, into));
            open.deadline = from_story.deadline;
            self.deadlines.insert((open.deadline, into), ());
        }
    }

    fn add(&mut self, number: u64, record: StoryRecord, keys: &[Key], now: i64) {
        let Some(open) = self.open.get_mut(&number) else { return };
        let widest = keys.iter().map(|key| key.within).max().unwrap_or(0);
        let deadline = now.saturating_add(widest).max(open.deadline);
        self.deadlines.remove(&(open.deadline, number));
        open.deadline = deadline;
        self.deadlines.insert((deadline, number), ());
        for key in keys {
            if self.by_key.insert(key.hash, number) != Some(number) {
                open.keys.push(key.hash);
            }
        }
        open.matched |= record.level.is_some();
        if open.story.records.len() < MOST_RECORDS {
            open.story.records.push(record);
        } else {
            self.left_out += 1;
            add_rules(open, &record, None);
        }
    }

    fn close_before(&mut self, now: i64, closed: &mut impl FnMut(Story)) {
        while let Some(entry) = self.deadlines.first_entry()
            && entry.key().0 < now
        {
            let number = entry.key().1;
            entry.remove();
            self.close(number, closed);
        }
        if self.seen.len() > 4 * MOST_OPEN {
            self.seen.retain(|_, (at, _)| now.saturating_sub(*at) <= REPEATS_WITHIN);
        }
    }

    /// Hands out a story in which a rule matched; any other was only ever context.
    fn close(&mut self, number: u64, closed: &mut impl FnMut(Story)) {
        let Some(mut open) = self.open.remove(&number) else { return };
        for key in &open.keys {
            if self.by_key.get(key) == Some(&number) {
                self.by_key.remove(key);
            }
        }
        if open.matched {
            pim::set_aside(&mut open.story);
            closed(open.story);
        }
    }
}

/// Whether one of two records repeats the other, as far as its id tells.
fn says_the_same(kept: &Event, again: &Event) -> bool {
    kept.time == again.time && kept.operation == again.operation && kept.record_id == again.record_id
}

/// A record that is not kept still lends its rules to the one at `to`, else to the story's last record, so that a
/// rule which matched only there is not lost.
fn add_rules(open: &mut Open, record: &StoryRecord, to: Option<usize>) {
    open.matched |= record.level.is_some();
    let to = to.unwrap_or(open.story.records.len().saturating_sub(1));
    let Some(last) = open.story.records.get_mut(to) else { return };
    for rule in &record.rules {
        if !last.rules.contains(rule) {
            last.rules.push(*rule);
        }
    }
    last.level = last.level.max(record.level);
}

fn order_of(record: &StoryRecord) -> (Option<i64>, &str, u64) {
    (record.event.time.map(|time| time.nanos()), &record.event.file, record.event.index)
}

fn last_time(story: &Story) -> i64 {
    story.records.last().and_then(|record| record.event.time).map_or(i64::MIN, |time| time.nanos())
}

/// Nothing of one tenant joins a story of another; a record that names none joins any.
fn same_tenant(story: &Story, record: &StoryRecord) -> bool {
    let Some(tenant) = &record.event.tenant else { return true };
    story.records.iter().filter_map(|other| other.event.tenant.as_ref()).all(|other| other == tenant)
}
