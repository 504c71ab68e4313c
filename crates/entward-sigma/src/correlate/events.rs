//! The events that groups keep, all in one store: a list per group, oldest first.

use super::table::{Blocks, NONE};

/// What is kept of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) time: i64,
    pub(super) reference: u64,
    /// What the correlation counts; 0 where it counts events alone.
    pub(super) value: u64,
}

/// A group's events.
#[derive(Clone, Copy)]
pub(super) struct List {
    head: u32,
    tail: u32,
    pub(super) count: u32,
}

/// In halves, so that an event takes 20 bytes and not 24.
#[derive(Clone, Copy)]
struct Event {
    time: [u32; 2],
    reference: [u32; 2],
    next: u32,
}

pub(super) struct Events {
    events: Blocks<Event>,
    /// Only where something is counted.
    values: Option<Blocks<u64>>,
    free: u32,
}

impl List {
    pub(super) const EMPTY: List = List { head: NONE, tail: NONE, count: 0 };
}

fn halves(whole: u64) -> [u32; 2] {
    [whole as u32, (whole >> 32) as u32]
}

fn whole([low, high]: [u32; 2]) -> u64 {
    u64::from(low) | u64::from(high) << 32
}

impl Events {
    pub(super) fn new(with_values: bool) -> Events {
        Events { events: Blocks::new(), values: with_values.then(Blocks::new), free: NONE }
    }

    fn at(&self, place: u32) -> Kept {
        let event = self.events.get(place);
        let value = self.values.as_ref().map_or(0, |values| *values.get(place));
        Kept { time: whole(event.time).cast_signed(), reference: whole(event.reference), value }
    }

    /// Adds an event at the end; false when there is no room for its number.
    pub(super) fn push(&mut self, list: &mut List, kept: Kept) -> bool {
        let event = Event { time: halves(kept.time.cast_unsigned()), reference: halves(kept.reference), next: NONE };
        let place = if self.free == NONE {
            let Some(place) = self.events.push(event) else { return false };
            if let Some(values) = &mut self.values {
                values.push(kept.value);
            }
            place
        } else {
            let place = self.free;
            self.free = self.events.get(place).next;
            *self.events.get_mut(place) = event;
            if let Some(values) = &mut self.values {
                *values.get_mut(place) = kept.value;
            }
            place
        };
        match list.tail {
            NONE => list.head = place,
            tail => self.events.get_mut(tail).next = place,
        }
        list.tail = place;
        list.count += 1;
        true
    }

    pub(super) fn first(&self, list: &List) -> Option<Kept> {
        (list.head != NONE).then(|| self.at(list.head))
    }

    pub(super) fn last(&self, list: &List) -> Option<Kept> {
        (list.tail != NONE).then(|| self.at(list.tail))
    }

    pub(super) fn pop(&mut self, list: &mut List) -> Option<Kept> {
        let first = self.first(list)?;
        let place = list.head;
        let event = self.events.get_mut(place);
        list.head = std::mem::replace(&mut event.next, self.free);
        self.free = place;
        list.count -= 1;
        if list.head == NONE {
            list.tail = NONE;
        }
        Some(first)
    }

    pub(super) fn clear(&mut self, list: &mut List) {
        while self.pop(list).is_some() {}
    }

    pub(super) fn iter(&self, list: &List) -> impl Iterator<Item = Kept> {
        let next = |place: u32| (place != NONE).then_some(place);
        std::iter::successors(next(list.head), move |place| next(self.events.get(*place).next))
            .map(|place| self.at(place))
    }
}
