//! Which rules a record could meet at all, found without looking at the rules.
//!
//! Every rule is filed under one of its demands ([`crate::demand`]), the one that is
//! expected to cost least. Per stream there is one [`Decider`] per field: a table
//! of exact values and one automaton of all needles. What a decider says about a value
//! depends on the value alone, so a scratch remembers it, and a record that
//! concerns nobody costs a few look-ups however many rules there are.

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use rustc_hash::FxHashMap;

use crate::compile::{Compiler, Program, fields_of_node};
use crate::demand::{self, Demand, Wanted};
use crate::fold::{self, Folding};
use crate::fragment::Fragments;
use crate::keyword::Keywords;
use crate::leaf::Buffers;
use crate::value::FieldId;
use crate::vocabulary::Vocabulary;

/// The index of all streams.
pub(crate) struct Index {
    /// By the number of the stream's bit.
    streams: Vec<StreamIndex>,
}

/// The rules about one stream.
pub(crate) struct StreamIndex {
    pub(crate) deciders: Vec<Decider>,
    pub(crate) keywords: Option<Keywords>,
    /// Rules that demand nothing which could be looked up.
    pub(crate) always: Vec<u32>,
    pub(crate) deciding_fields: Vec<FieldId>,
}

/// Finds candidates by the values of one field.
pub(crate) struct Decider {
    /// Different for every decider of the index.
    pub(crate) number: u32,
    pub(crate) field: FieldId,
    folding: Option<Folding>,
    exact: FxHashMap<Box<str>, Vec<u32>>,
    /// The lengths of the exact texts, as bits; the last bit stands for all longer ones.
    lengths: u64,
    needles: Option<Needles>,
}

/// Texts to be found in other texts, and the rules that want them. Letter case of
/// ASCII is folded while searching; other text has to be folded before.
pub(crate) struct Needles {
    automaton: AhoCorasick,
    /// Tells most long texts without a needle much faster than the automaton does.
    fragments: Option<Fragments>,
    rules: Vec<Vec<u32>>,
}

fn length_bit(text: &str) -> u64 {
    1 << text.len().min(63)
}

/// From about this length on, looking for fragments first pays.
const LONG_TEXT: usize = 128;

impl Index {
    pub(crate) fn stream(&self, stream: u64) -> Option<&StreamIndex> {
        self.streams.get(stream.trailing_zeros() as usize)
    }
}

impl Decider {
    /// Whether a value concerns nobody, seen from its length alone.
    pub(crate) fn passes_over(&self, text: &str) -> bool {
        // What is folded may change its length, but for the letter case of ASCII.
        self.needles.is_none() && self.folding.is_none() && self.lengths & length_bit(text) == 0 && text.is_ascii()
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
    }

    /// The same for the JSON text of an object, into which only needles look.
    pub(crate) fn decide_json(&self, json: &str, buffers: &mut Buffers, add: &mut impl FnMut(&[u32])) {
        let Some(needles) = &self.needles else { return };
        let Buffers { folded, unescaped, .. } = buffers;
        let mut search = |text: &str| {
            if self.folding.is_some() {
                fold::fold_into(folded, text, self.folding);
                needles.search(folded, add);
            } else {
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

impl Needles {
    /// `None` if there is nothing to look for, or too much to build.
    pub(crate) fn new(rules_by_text: FxHashMap<String, Vec<u32>>, commonplace: &str) -> Option<Needles> {
        if rules_by_text.is_empty() {
            return None;
        }
        let mut sorted: Vec<(String, Vec<u32>)> = rules_by_text.into_iter().collect();
        sorted.sort_unstable();
        let (texts, rules): (Vec<String>, Vec<Vec<u32>>) = sorted.into_iter().unzip();
        let fragments = Fragments::new(&texts, commonplace);
        let automaton =
            AhoCorasickBuilder::new().ascii_case_insensitive(true).match_kind(MatchKind::Standard).build(texts).ok()?;
        Some(Needles { automaton, fragments, rules })
    }

    /// Whether a needle may stand in a text, or in the JSON text of a record.
    pub(crate) fn may_stand_in(&self, raw: &[u8]) -> bool {
        self.fragments.as_ref().is_none_or(|fragments| fragments.may_stand_in(raw))
    }

    pub(crate) fn search_unfolded(&self, text: &str, folded: &mut String, add: &mut impl FnMut(&[u32])) {
        if text.is_ascii() {
            self.search(text, add);
        } else {
            fold::fold_into(folded, text, None);
            self.search(folded, add);
        }
    }

    fn search(&self, text: &str, add: &mut impl FnMut(&[u32])) {
        if text.len() >= LONG_TEXT && !self.may_stand_in(text.as_bytes()) {
            return;
        }
        for found in self.automaton.find_overlapping_iter(text) {
            add(&self.rules[found.pattern().as_usize()]);
        }
    }
}

/// Files every rule under its cheapest demand, in every stream it is about.
pub(crate) fn build(programs: &[Program], compiler: &Compiler<'_>, vocabulary: &dyn Vocabulary) -> Index {
    let demands: Vec<Vec<Demand>> =
        programs.iter().map(|program| demand::of_node(&program.root, &compiler.demands)).collect();
    let chosen = choose(&demands, compiler, vocabulary);
    let used = programs.iter().fold(0_u64, |bits, program| bits | program.streams);
    let mut number = 0;
    let streams = (0..64 - used.leading_zeros()).map(|bit| {
        let mut drawers = Drawers::default();
        for (rule, (program, demand)) in programs.iter().zip(&chosen).enumerate() {
            if program.streams >> bit & 1 == 1 {
                drawers.file(u32::try_from(rule).unwrap_or(u32::MAX), program, *demand, compiler);
            }
        }
        drawers.close(compiler, vocabulary.commonplace(), &mut number)
    });
    Index { streams: streams.collect() }
}

/// What a stream's rules are filed under, while it is being built.
#[derive(Default)]
struct Drawers {
    exact: FxHashMap<FieldId, FxHashMap<Box<str>, Vec<u32>>>,
    needles: FxHashMap<FieldId, FxHashMap<String, Vec<u32>>>,
    keywords: FxHashMap<String, Vec<u32>>,
    always: Vec<u32>,
    deciding_fields: Vec<FieldId>,
}

impl Drawers {
    fn file(&mut self, rule: u32, program: &Program, demand: Option<&Demand>, compiler: &Compiler<'_>) {
        let Some(demand) = demand else {
            self.always.push(rule);
            fields_of_node(&program.root, &compiler.leaves, &mut self.deciding_fields);
            return;
        };
        for text in &demand.texts {
            let rules = match demand.wanted {
                Wanted::Exact(field) => self.exact.entry(field).or_default().entry(text.as_str().into()).or_default(),
                Wanted::Needle(field) => self.needles.entry(field).or_default().entry(text.clone()).or_default(),
                Wanted::Keyword => self.keywords.entry(text.clone()).or_default(),
            };
            // A rule may want the same text twice; its turn comes only once.
            if rules.last() != Some(&rule) {
                rules.push(rule);
            }
        }
    }

    fn close(mut self, compiler: &Compiler<'_>, commonplace: &str, number: &mut u32) -> StreamIndex {
        let mut fields: Vec<FieldId> = self.exact.keys().chain(self.needles.keys()).copied().collect();
        fields.sort_unstable();
        fields.dedup();
        let mut always = self.always;
        let mut deciders = Vec::new();
        for field in &fields {
            let texts = self.needles.remove(field).unwrap_or_default();
            let unbuilt: Vec<u32> = texts.values().flatten().copied().collect();
            let has_needles = !texts.is_empty();
            let needles = Needles::new(texts, commonplace);
            if has_needles && needles.is_none() {
                always.extend(unbuilt);
            }
            let exact = self.exact.remove(field).unwrap_or_default();
            let folding = compiler.foldings[field.index()];
            let lengths = exact.keys().fold(0, |bits, text| bits | length_bit(text));
            deciders.push(Decider { number: *number, field: *field, folding, exact, lengths, needles });
            *number += 1;
        }
        let unbuilt: Vec<u32> = self.keywords.values().flatten().copied().collect();
        let has_keywords = !self.keywords.is_empty();
        let keywords = Keywords::new(self.keywords, commonplace);
        if has_keywords && keywords.is_none() {
            always.extend(unbuilt);
        }
        always.sort_unstable();
        always.dedup();
        let mut deciding_fields = self.deciding_fields;
        deciding_fields.extend(fields);
        deciding_fields.sort_unstable();
        deciding_fields.dedup();
        StreamIndex { deciders, keywords, always, deciding_fields }
    }
}

/// The demand under which each rule is filed, if it makes any that pays.
fn choose<'d>(
    demands: &'d [Vec<Demand>],
    compiler: &Compiler<'_>,
    vocabulary: &dyn Vocabulary,
) -> Vec<Option<&'d Demand>> {
    // A look-up is paid once per record for all rules that share it.
    let mut popularity: FxHashMap<Wanted, u32> = FxHashMap::default();
    for demand in demands.iter().flatten() {
        *popularity.entry(demand.wanted).or_default() += 1;
    }
    let cost = |demand: &Demand| {
        // In nanoseconds, roughly: of the look-up, and of evaluating a rule in vain.
        let (look_up, field) = match demand.wanted {
            Wanted::Exact(field) => (15.0, Some(field)),
            Wanted::Needle(field) => (60.0, Some(field)),
            Wanted::Keyword => (400.0, None),
        };
        let look_up = look_up
            + field.map_or(0.0, |field| f64::from(vocabulary.look_up_cost(&compiler.field_names[field.index()])));
        let sharers = popularity.get(&demand.wanted).copied().unwrap_or(1);
        let selectivity = field.map_or(0, |field| selectivity(&compiler.field_names[field.index()], vocabulary));
        let share = demand::share(&demand.texts) * 0.5_f64.powi(i32::from(selectivity));
        look_up / f64::from(sharers) + 200.0 * share
    };
    let cheapest = |demands: &'d Vec<Demand>| {
        demands.iter().map(|demand| (cost(demand), demand)).min_by(|left, right| left.0.total_cmp(&right.0))
    };
    demands.iter().map(|demands| cheapest(demands).map(|(_, demand)| demand)).collect()
}

/// What was done tells records apart better than almost anything else.
fn selectivity(field: &str, vocabulary: &dyn Vocabulary) -> u8 {
    let named_so = field.to_ascii_lowercase().contains("operation");
    vocabulary.selectivity(field).saturating_add(if named_so { 2 } else { 0 })
}
