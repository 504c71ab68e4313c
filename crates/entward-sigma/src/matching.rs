//! The hot path: from a record to the rules it meets.

use std::hash::Hasher;
use std::ops::ControlFlow;
use std::sync::Arc;

use rustc_hash::FxHasher;

use crate::compile::{Node, RuleSet};
use crate::index::{CROWD, Decider, Index, Stage, StreamIndex};
use crate::leaf::{Buffers, Leaf, boolean};
use crate::value::{Record, Value};

/// What matching needs from one record to the next: room that is not allocated
/// again, and what the index said about the values it has seen.
///
/// One per thread. It may be used with several rule sets in turn; it forgets
/// what it knew when the set changes. Its size is bounded.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The rule set that the rest is about.
    identity: Option<Arc<()>>,
    listing: Listing,
    /// Per leaf: the record's number twice, plus one if the leaf held.
    verdicts: Vec<u64>,
    buffers: Buffers,
    memory: Memory,
}

impl RuleSet {
    /// The rules that `record` meets: numbers into [`rules`](RuleSet::rules), ascending, written to
    /// `out`, which is emptied first.
    pub fn matches(&self, record: &impl Record, scratch: &mut Scratch, out: &mut Vec<u32>) {
        out.clear();
        if self.find_candidates(record, scratch) {
            self.confirm(record, scratch, out);
        }
    }

    /// Whether any rule could be met, from the [deciding fields](RuleSet::deciding_fields) and the keywords
    /// alone. If so, [`confirm`](RuleSet::confirm) on the same scratch says which are.
    ///
    /// With the two steps apart, an embedder gathers the other fields only for
    /// records that may matter.
    pub fn find_candidates(&self, record: &impl Record, scratch: &mut Scratch) -> bool {
        scratch.begin(self);
        let Some(stream) = self.index.stream(record.stream()) else { return false };
        find_candidates(&self.index, stream, record, scratch);
        !scratch.listing.candidates.is_empty()
    }

    /// The rules that are met among the candidates that
    /// [`find_candidates`](RuleSet::find_candidates) found last with this scratch; `record` has
    /// to be the same. Ascending, added to `out`.
    pub fn confirm(&self, record: &impl Record, scratch: &mut Scratch, out: &mut Vec<u32>) {
        if !scratch.belongs_to(self) {
            return;
        }
        let Scratch { verdicts, listing, buffers, .. } = scratch;
        listing.candidates.sort_unstable();
        let mut evaluation = Evaluation { leaves: &self.leaves, record, number: listing.record, verdicts, buffers };
        for rule in &listing.candidates {
            if let Some(leaf) = self.index.certain(*rule) {
                evaluation.holds_for_certain(leaf);
            }
            if evaluation.holds(&self.programs[*rule as usize].root) {
                out.push(*rule);
            }
        }
    }
}

fn find_candidates(index: &Index, stream: &StreamIndex, record: &impl Record, scratch: &mut Scratch) {
    let Scratch { listing, buffers, memory, .. } = scratch;
    look_up(&stream.stage, record, listing, buffers, memory);
    if let Some(keywords) = &stream.keywords {
        keywords.decide(record, buffers, &mut |entries| listing.add(entries));
    }
    while let Some(stage) = listing.crowds.pop().and_then(|entry| index.crowd(entry)) {
        look_up(stage, record, listing, buffers, memory);
    }
}

/// Asks the deciders of a stage.
fn look_up(stage: &Stage, record: &impl Record, listing: &mut Listing, buffers: &mut Buffers, memory: &mut Memory) {
    listing.add(&stage.always);
    let mut add = |entries: &[u32]| listing.add(entries);
    for decider in &stage.deciders {
        record.values(decider.field, &mut |value| {
            match value {
                Value::Text(text) | Value::Number(text) => memory.decide(decider, text, buffers, &mut add),
                Value::Bool(value) => memory.decide(decider, boolean(value), buffers, &mut add),
                Value::Json(json) => decider.decide_json(json, buffers, &mut add),
                Value::Null => {}
            }
            ControlFlow::Continue(())
        });
    }
}

/// What the index says of one record.
#[derive(Debug, Default)]
struct Listing {
    /// Counts records; what carries another number is out of date.
    record: u64,
    /// Per rule, and behind them per crowd: the record for which it was listed.
    listed: Vec<u64>,
    rules: usize,
    candidates: Vec<u32>,
    /// Crowds of which the record has the common text, not looked into yet.
    crowds: Vec<u32>,
}

impl Listing {
    fn add(&mut self, entries: &[u32]) {
        for entry in entries {
            let is_crowd = entry & CROWD != 0;
            let place = (entry & !CROWD) as usize + if is_crowd { self.rules } else { 0 };
            if self.listed[place] != self.record {
                self.listed[place] = self.record;
                if is_crowd { self.crowds.push(*entry) } else { self.candidates.push(*entry) }
            }
        }
    }
}

/// One record against conditions, each leaf asked once.
pub(crate) struct Evaluation<'a, R> {
    leaves: &'a [Leaf],
    record: &'a R,
    number: u64,
    verdicts: &'a mut [u64],
    buffers: &'a mut Buffers,
}

impl<R: Record> Evaluation<'_, R> {
    fn holds(&mut self, node: &Node) -> bool {
        match node {
            Node::Leaf(leaf) => self.leaf_holds(*leaf),
            Node::Named(_, inner) => self.holds(inner),
            Node::Not(inner) => !self.holds(inner),
            Node::All(parts) => parts.iter().all(|part| self.holds(part)),
            Node::Any(parts) => parts.iter().any(|part| self.holds(part)),
            Node::AtLeast(needed, parts) => {
                parts.iter().filter(|part| self.holds(part)).take(*needed).count() == *needed
            }
        }
    }

    fn holds_for_certain(&mut self, leaf: u32) {
        self.verdicts[leaf as usize] = self.number << 1 | 1;
    }

    fn leaf_holds(&mut self, leaf: u32) -> bool {
        let verdict = self.verdicts[leaf as usize];
        if verdict >> 1 == self.number {
            return verdict & 1 == 1;
        }
        let holds = self.leaves[leaf as usize].holds(self.record, self.buffers);
        self.verdicts[leaf as usize] = self.number << 1 | u64::from(holds);
        holds
    }
}

impl Scratch {
    /// An empty scratch; it grows with its first record.
    pub fn new() -> Scratch {
        Scratch::default()
    }

    fn begin(&mut self, set: &RuleSet) {
        if !self.belongs_to(set) {
            let leaves = set.leaves.len();
            let rules = set.rules.len();
            let listed = vec![0; rules + set.index.crowds()];
            *self = Scratch {
                identity: Some(Arc::clone(&set.identity)),
                verdicts: vec![0; leaves],
                listing: Listing { listed, rules, ..Listing::default() },
                memory: Memory::new(),
                ..Scratch::default()
            };
        }
        self.listing.record += 1;
        self.listing.candidates.clear();
    }

    fn belongs_to(&self, set: &RuleSet) -> bool {
        self.identity.as_ref().is_some_and(|identity| Arc::ptr_eq(identity, &set.identity))
    }
}

/// What deciders said about the values seen lately.
///
/// A table in which a value has one place and a newer one takes it: no growth,
/// and no allocation once the places have room for what comes.
#[derive(Debug, Default)]
struct Memory {
    places: Vec<Remembered>,
}

#[derive(Clone, Debug, Default)]
struct Remembered {
    hash: u64,
    /// 0 is an empty place; else the decider's number plus one.
    decider: u32,
    text: String,
    rules: Vec<u32>,
}

/// A power of two. Some values are names or ids that differ in every record;
/// the few that come again and again fit well.
const PLACES: usize = 2048;

/// Longer values hardly come twice.
const LONGEST_REMEMBERED: usize = 192;

impl Memory {
    fn new() -> Memory {
        Memory { places: vec![Remembered::default(); PLACES] }
    }

    fn decide(&mut self, decider: &Decider, text: &str, buffers: &mut Buffers, add: &mut impl FnMut(&[u32])) {
        if decider.passes_over(text) {
            return;
        }
        if text.len() > LONGEST_REMEMBERED {
            return decider.decide(text, buffers, add);
        }
        let mut hasher = FxHasher::default();
        hasher.write(text.as_bytes());
        hasher.write_u32(decider.number);
        let hash = hasher.finish();
        let place = &mut self.places[hash as usize % PLACES];
        if place.hash != hash || place.decider != decider.number + 1 || place.text != text {
            place.hash = hash;
            place.decider = decider.number + 1;
            place.text.clear();
            place.text.push_str(text);
            place.rules.clear();
            let rules = &mut place.rules;
            decider.decide(text, buffers, &mut |found| rules.extend_from_slice(found));
            rules.sort_unstable();
            rules.dedup();
        }
        if !place.rules.is_empty() {
            add(&place.rules);
        }
    }
}
