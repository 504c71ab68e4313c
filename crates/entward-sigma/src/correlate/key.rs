//! From values to hashed groups.

use std::hash::Hasher;

use siphasher::sip128::{Hasher128, SipHasher13};

use super::buffer::Carried;
use super::plan::{Counted, Slot, Way};
use super::table::Key;
use crate::fold;
use crate::number::Number;

/// Hashes the values of groups, and keeps room for it.
pub(super) struct Hashing {
    hasher: SipHasher13,
    folded: String,
}

impl Hashing {
    pub(super) fn new([first, second]: [u64; 2]) -> Hashing {
        Hashing { hasher: SipHasher13::new_with_keys(first, second), folded: String::new() }
    }

    /// What each slot of a rule needs of an event.
    pub(super) fn carried(&mut self, way: &Way, values: &[Option<&str>]) -> (Carried, Option<Box<[Carried]>>) {
        let mut all = way.novelty.iter().map(Wanted::Fields).chain(way.slots.iter().map(Wanted::Slot));
        let first = all.next().map(|wanted| self.one(wanted, values)).unwrap_or_default();
        let rest: Vec<Carried> = all.map(|wanted| self.one(wanted, values)).collect();
        (first, (!rest.is_empty()).then(|| rest.into_boxed_slice()))
    }

    fn one(&mut self, wanted: Wanted<'_>, values: &[Option<&str>]) -> Carried {
        match wanted {
            Wanted::Fields(fields) => {
                let key = self.key(fields.iter().map(|field| Some(*field)), values);
                Carried { key: key.unwrap_or_default(), value: 0, usable: key.is_some() }
            }
            Wanted::Slot(slot) => {
                let key = self.key(slot.group.iter().copied(), values);
                let value = self.value(slot, values);
                match key.zip(value) {
                    Some((key, value)) => Carried { key, value, usable: true },
                    None => Carried::default(),
                }
            }
        }
    }

    /// `None` if one of the values is missing.
    fn key(&mut self, fields: impl Iterator<Item = Option<usize>>, values: &[Option<&str>]) -> Option<Key> {
        let mut hasher = self.hasher;
        for field in fields {
            let text = (*values.get(field?)?)?;
            fold::fold_into(&mut self.folded, text, None);
            // With its length, so that `ab`, `c` is not `a`, `bc`.
            hasher.write(&(self.folded.len() as u64).to_le_bytes());
            hasher.write(self.folded.as_bytes());
        }
        let hash = hasher.finish128();
        Some([hash.h1, hash.h2])
    }

    fn value(&mut self, slot: &Slot, values: &[Option<&str>]) -> Option<u64> {
        match &slot.counted {
            Counted::Nothing => Some(0),
            Counted::Member => Some(slot.member as u64),
            Counted::Text(fields) => self.key(fields.iter().copied(), values).map(|key| key[0]),
            Counted::Number(field) => {
                let text = (*values.get((*field)?)?)?;
                let number = match Number::parse(text)? {
                    Number::Whole(whole) => whole as f64,
                    Number::Real(real) => real,
                };
                number.is_finite().then_some(number.to_bits())
            }
        }
    }
}

enum Wanted<'w> {
    Fields(&'w Vec<usize>),
    Slot(&'w Slot),
}
