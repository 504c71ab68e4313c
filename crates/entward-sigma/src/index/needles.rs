//! Texts that are looked for inside other texts, all at once.

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};
use rustc_hash::FxHashMap;

use super::commonplace::Commonplace;
use super::fragments::Fragments;
use crate::fold;

/// Texts to be found in other texts, and the rules that want them. Letter case of
/// ASCII is folded while searching; other text has to be folded before.
pub(super) struct Needles {
    automaton: AhoCorasick,
    /// Tells most long texts without a needle much faster than the automaton does.
    fragments: Option<Fragments>,
    /// For each text.
    pub(super) rules: Vec<Vec<u32>>,
}

/// From about this length on, looking for fragments first pays.
const LONG_TEXT: usize = 128;

impl Needles {
    /// `None` if there is nothing to look for, or too much to build. With `commonplace` long texts are searched for
    /// fragments first, which takes some time to prepare.
    pub(super) fn new(
        rules_by_text: FxHashMap<String, Vec<u32>>,
        commonplace: Option<&Commonplace>,
    ) -> Option<Needles> {
        if rules_by_text.is_empty() {
            return None;
        }
        let mut sorted: Vec<(String, Vec<u32>)> = rules_by_text.into_iter().collect();
        sorted.sort_unstable();
        let (texts, rules): (Vec<String>, Vec<Vec<u32>>) = sorted.into_iter().unzip();
        let fragments = commonplace.and_then(|commonplace| Fragments::new(&texts, commonplace));
        // What it says of a short text is remembered, so it is made for being built soon.
        let automaton = AhoCorasickBuilder::new()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(texts)
            .ok()?;
        Some(Needles { automaton, fragments, rules })
    }

    /// Whether a needle may stand in a text, or in the JSON text of a record.
    pub(super) fn may_stand_in(&self, raw: &[u8]) -> bool {
        self.fragments.as_ref().is_none_or(|fragments| fragments.may_stand_in(raw))
    }

    pub(super) fn search_unfolded(&self, text: &str, folded: &mut String, add: &mut impl FnMut(&[u32])) {
        if text.is_ascii() {
            self.search(text, add);
        } else {
            fold::fold_into(folded, text, None);
            self.search(folded, add);
        }
    }

    pub(super) fn search(&self, text: &str, add: &mut impl FnMut(&[u32])) {
        if text.len() >= LONG_TEXT && !self.may_stand_in(text.as_bytes()) {
            return;
        }
        for found in self.automaton.find_overlapping_iter(text) {
            add(&self.rules[found.pattern().as_usize()]);
        }
    }
}
