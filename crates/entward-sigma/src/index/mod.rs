//! Which rules a record could meet at all, found without looking at the rules.
//!
//! Every rule is filed under one of its demands ([`demand`]), the one that is
//! expected to cost least. Per stream there is one [`Decider`] per field: a table
//! of exact values and one automaton of all needles. What a decider says about a value
//! depends on the value alone, so a scratch remembers it, and a record that
//! concerns nobody costs a few look-ups however many rules there are.
//!
//! Where many rules are filed under one text (an operation of every day, each rule with
//! an actor of its own), they stand there as a **crowd**: a stage of its own with
//! deciders for what these rules demand besides. A record that has the common text is
//! looked up once more, and not held against every rule of the crowd.

mod commonplace;
mod decider;
pub(crate) mod demand;
mod filing;
mod fragments;
mod keywords;
mod needles;

pub(crate) use decider::Decider;
pub(crate) use filing::build;

use crate::value::FieldId;
use keywords::Keywords;

/// The index of all streams.
pub(crate) struct Index {
    /// By the number of the stream's bit.
    streams: Vec<StreamIndex>,
    crowds: Vec<Stage>,
    /// For each rule, the leaf that holds whenever it is a candidate.
    certain: Vec<Option<u32>>,
}

/// The rules about one stream.
pub(crate) struct StreamIndex {
    pub(crate) stage: Stage,
    pub(crate) keywords: Option<Keywords>,
    pub(crate) deciding_fields: Vec<FieldId>,
}

/// What is looked up in one go.
pub(crate) struct Stage {
    pub(crate) deciders: Vec<Decider>,
    /// Rules that demand nothing which could be looked up.
    pub(crate) always: Vec<u32>,
}

/// Marks an entry that is no rule but the number of a crowd.
pub(crate) const CROWD: u32 = 1 << 31;

impl Index {
    pub(crate) fn stream(&self, stream: u64) -> Option<&StreamIndex> {
        self.streams.get(stream.trailing_zeros() as usize)
    }

    /// The stage behind an entry, if that is a crowd.
    pub(crate) fn crowd(&self, entry: u32) -> Option<&Stage> {
        self.crowds.get((entry ^ CROWD) as usize)
    }

    pub(crate) fn crowds(&self) -> usize {
        self.crowds.len()
    }

    /// The leaf that holds whenever a rule is a candidate, if there is one.
    pub(crate) fn certain(&self, rule: u32) -> Option<u32> {
        self.certain.get(rule as usize).copied().flatten()
    }
}
