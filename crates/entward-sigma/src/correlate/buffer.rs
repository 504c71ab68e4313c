//! Events in the order of time, once nothing earlier can come.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::table::Key;

/// An event that waits for its turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Waiting {
    pub(super) time: i64,
    pub(super) reference: u64,
    pub(super) rule: u32,
    pub(super) first: Carried,
    /// Most rules carry one thing only.
    pub(super) rest: Option<Box<[Carried]>>,
}

/// What one correlation needs of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Carried {
    pub(super) key: Key,
    pub(super) value: u64,
    /// All its fields were there, and were numbers where numbers are asked for.
    pub(super) usable: bool,
}

impl Waiting {
    pub(super) fn carried(&self, at: usize) -> Carried {
        match at {
            0 => self.first,
            at => self.rest.as_ref().and_then(|rest| rest.get(at - 1)).copied().unwrap_or_default(),
        }
    }
}

/// Drawers of equal spans of time; a drawer is sorted when it is emptied.
pub(super) struct Buffer {
    drawers: BTreeMap<i64, Vec<Waiting>>,
    width: i64,
    lateness: i64,
    len: usize,
    most: usize,
    /// The greatest time seen.
    pub(super) newest: i64,
    /// Everything before has been released.
    pub(super) released: i64,
}

const SECOND: i64 = 1_000_000_000;

impl Buffer {
    pub(super) fn new(lateness: i64, most: usize) -> Buffer {
        let width = (lateness / 16).max(SECOND);
        let (newest, released) = (i64::MIN, i64::MIN);
        Buffer { drawers: BTreeMap::new(), width, lateness, len: 0, most: most.max(1), newest, released }
    }

    /// Whether an event of that time could no longer take its place.
    pub(super) fn is_late(&self, time: i64) -> bool {
        time < self.released || time < self.watermark()
    }

    fn watermark(&self) -> i64 {
        self.newest.saturating_sub(self.lateness)
    }

    pub(super) fn push(&mut self, waiting: Waiting) {
        self.newest = self.newest.max(waiting.time);
        self.drawers.entry(waiting.time.div_euclid(self.width)).or_default().push(waiting);
        self.len += 1;
    }

    pub(super) fn is_over_full(&self) -> bool {
        self.len > self.most
    }

    /// The next drawer whose time has come, sorted; any, if `forced`.
    pub(super) fn next(&mut self, forced: bool) -> Option<Vec<Waiting>> {
        let entry = self.drawers.first_entry()?;
        let end = entry.key().saturating_add(1).saturating_mul(self.width);
        if !forced && end > self.newest.saturating_sub(self.lateness) {
            return None;
        }
        let mut waiting = entry.remove();
        self.len -= waiting.len();
        let order = |waiting: &Waiting| (waiting.time, waiting.reference, waiting.rule);
        // A record with several values may have been fed once for each.
        waiting.sort_unstable_by(|left, right| {
            order(left).cmp(&order(right)).then_with(|| (&left.first, &left.rest).cmp(&(&right.first, &right.rest)))
        });
        // What is released before its time may be followed by more of the same span, and in order.
        let until = if forced { waiting.last().map_or(end, |last| last.time) } else { end };
        self.released = self.released.max(until);
        Some(waiting)
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Waiting> {
        self.drawers.values().flatten()
    }
}
