//! A table of groups that knows which has been idle longest.
//!
//! Made for many small groups: a group's key and links stand beside what is kept of it, in
//! blocks that never move, and the index holds eight bytes for each. So nothing is
//! copied when it grows but the index.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// A hashed group.
pub(super) type Key = [u64; 2];

/// No place.
pub(super) const NONE: u32 = u32::MAX;

pub(super) struct Table<T> {
    index: HashTable<(u32, u32)>,
    slots: Blocks<Slot<T>>,
    free: Vec<u32>,
    oldest: u32,
    newest: u32,
}

struct Slot<T> {
    key: Key,
    older: u32,
    newer: u32,
    value: T,
}

/// Elements in blocks of equal size, by number.
pub(super) struct Blocks<T> {
    blocks: Vec<Vec<T>>,
}

const BLOCK: usize = 1 << 13;

impl<T> Blocks<T> {
    pub(super) fn new() -> Self {
        Blocks { blocks: Vec::new() }
    }

    /// Adds an element; `None` when numbers run out.
    pub(super) fn push(&mut self, value: T) -> Option<u32> {
        if self.blocks.last().is_none_or(|block| block.len() == BLOCK) {
            self.blocks.push(Vec::with_capacity(if self.blocks.is_empty() { 16 } else { BLOCK }));
        }
        let number = (self.blocks.len() - 1) * BLOCK + self.blocks.last()?.len();
        let number = u32::try_from(number).ok().filter(|number| *number < NONE)?;
        self.blocks.last_mut()?.push(value);
        Some(number)
    }

    pub(super) fn get(&self, number: u32) -> &T {
        &self.blocks[number as usize / BLOCK][number as usize % BLOCK]
    }

    pub(super) fn get_mut(&mut self, number: u32) -> &mut T {
        &mut self.blocks[number as usize / BLOCK][number as usize % BLOCK]
    }
}

/// 32 bits tell where an entry belongs in an index of up to 2^25 places, and its tag from the rest.
fn spread(short: u32) -> u64 {
    u64::from(short) << 32 | u64::from(short)
}

impl<T: Copy> Table<T> {
    pub(super) fn new() -> Self {
        Table { index: HashTable::new(), slots: Blocks::new(), free: Vec::new(), oldest: NONE, newest: NONE }
    }

    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    pub(super) fn find(&self, key: Key) -> Option<u32> {
        let short = key[0] as u32;
        let slots = &self.slots;
        let same = |entry: &(u32, u32)| entry.0 == short && slots.get(entry.1).key == key;
        self.index.find(spread(short), same).map(|entry| entry.1)
    }

    /// The place of a key, made with `value` if it is new, and whether it is. It becomes the one
    /// that was idle last. `None` when numbers run out.
    pub(super) fn touch(&mut self, key: Key, value: T) -> Option<(u32, bool)> {
        let short = key[0] as u32;
        let slots = &self.slots;
        let same = |entry: &(u32, u32)| entry.0 == short && slots.get(entry.1).key == key;
        let entry = self.index.entry(spread(short), same, |entry| spread(entry.0));
        match entry {
            Entry::Occupied(found) => {
                let place = found.get().1;
                if place != self.newest {
                    self.unlink(place);
                    self.link(place);
                }
                Some((place, false))
            }
            Entry::Vacant(vacant) => {
                let slot = Slot { key, older: NONE, newer: NONE, value };
                let place = match self.free.pop() {
                    Some(place) => {
                        *self.slots.get_mut(place) = slot;
                        place
                    }
                    None => self.slots.push(slot)?,
                };
                vacant.insert((short, place));
                self.link(place);
                Some((place, true))
            }
        }
    }

    /// Reads the groups that are linked with one.
    pub(super) fn neighbours(&self, place: u32) -> u64 {
        let slot = self.slots.get(place);
        let key = |place: u32| if place == NONE { 0 } else { self.slots.get(place).key[0] };
        key(slot.older) ^ key(slot.newer)
    }

    /// The place that has been idle longest.
    pub(super) fn oldest(&self) -> Option<u32> {
        (self.oldest != NONE).then_some(self.oldest)
    }

    pub(super) fn value(&self, place: u32) -> &T {
        &self.slots.get(place).value
    }

    pub(super) fn value_mut(&mut self, place: u32) -> &mut T {
        &mut self.slots.get_mut(place).value
    }

    pub(super) fn key(&self, place: u32) -> Key {
        self.slots.get(place).key
    }

    pub(super) fn remove(&mut self, place: u32) {
        let short = self.slots.get(place).key[0] as u32;
        if let Ok(entry) = self.index.find_entry(spread(short), |entry| entry.1 == place) {
            entry.remove();
            self.unlink(place);
            self.free.push(place);
        }
    }

    /// All places, the one that has been idle longest first.
    pub(super) fn places(&self) -> impl Iterator<Item = u32> {
        let next = |place: u32| (place != NONE).then_some(place);
        std::iter::successors(next(self.oldest), move |place| next(self.slots.get(*place).newer))
    }

    fn link(&mut self, place: u32) {
        let before = self.newest;
        let slot = self.slots.get_mut(place);
        slot.older = before;
        slot.newer = NONE;
        match before {
            NONE => self.oldest = place,
            before => self.slots.get_mut(before).newer = place,
        }
        self.newest = place;
    }

    fn unlink(&mut self, place: u32) {
        let Slot { older, newer, .. } = *self.slots.get(place);
        match older {
            NONE => self.oldest = newer,
            older => self.slots.get_mut(older).newer = newer,
        }
        match newer {
            NONE => self.newest = older,
            newer => self.slots.get_mut(newer).older = older,
        }
    }
}
