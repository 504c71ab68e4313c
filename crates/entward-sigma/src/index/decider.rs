//! Candidates by the values of one field.

use rustc_hash::FxHashMap;

use super::needles::Needles;
use crate::fold::{self, Folding};
use crate::leaf::Buffers;
use crate::value::FieldId;

/// Finds candidates by the values of one field.
pub(crate) struct Decider {
    /// Different for every decider of the index.
    pub(crate) number: u32,
    pub(crate) field: FieldId,
    pub(super) folding: Option<Folding>,
    /// Rules, and crowds of rules.
    pub(super) exact: FxHashMap<Box<str>, Vec<u32>>,
    /// The lengths of the exact texts, as bits; the last bit stands for all longer ones.
    pub(super) lengths: u64,
    pub(super) needles: Option<Needles>,
    /// For what is looked for in values before they are folded.
    pub(super) unfolded: Option<Needles>,
}

impl Decider {
    /// Whether a value concerns nobody, seen from its length alone.
    pub(crate) fn passes_over(&self, text: &str) -> bool {
        // What is folded may change its length, but for the letter case of ASCII.
        self.needles.is_none()
            && self.unfolded.is_none()
            && self.folding.is_none()
            && self.lengths & length_bit(text) == 0
            && text.is_ascii()
    }

    /// Calls `add` with the rules that a value concerns, some maybe twice.
    pub(crate) fn decide(&self, text: &str, buffers: &mut Buffers, add: &mut impl FnMut(&[u32])) {
        // A table needs the folded value; an automaton only where it cannot fold itself.
        if !self.exact.is_empty() || self.folding.is_some() {
            fold::fold_into(&mut buffers.folded, text, self.folding);
            if let Some(rules) = self.exact.get(buffers.folded.as_str()) {
                add(rules);
            }
            if let Some(needles) = &self.needles {
                needles.search(&buffers.folded, add);
            }
        } else if let Some(needles) = &self.needles {
            needles.search_unfolded(text, &mut buffers.folded, add);
        }
        if let Some(needles) = &self.unfolded {
            needles.search_unfolded(text, &mut buffers.folded, add);
        }
    }

    /// The same for the JSON text of an object, into which only needles look.
    pub(crate) fn decide_json(&self, json: &str, buffers: &mut Buffers, add: &mut impl FnMut(&[u32])) {
        if self.needles.is_none() && self.unfolded.is_none() {
            return;
        }
        let Buffers { folded, unescaped, .. } = buffers;
        let mut search = |text: &str| {
            if let Some(needles) = &self.needles {
                if self.folding.is_some() {
                    fold::fold_into(folded, text, self.folding);
                    needles.search(folded, add);
                } else {
                    needles.search_unfolded(text, folded, add);
                }
            }
            if let Some(needles) = &self.unfolded {
                needles.search_unfolded(text, folded, add);
            }
        };
        search(json);
        if memchr::memchr(b'\\', json.as_bytes()).is_some() {
            fold::unescape_into(unescaped, json);
            search(unescaped);
        }
    }
}

/// The length of a text as a bit.
pub(super) fn length_bit(text: &str) -> u64 {
    1 << text.len().min(63)
}
