//! Which rules a record could meet at all, found without looking at the rules.
//!
//! Every rule is filed under one of its demands ([`crate::demand`]), the one that is
//! expected to cost least. Per stream there is one [`Decider`] per field: a table
//! of exact values and one automaton of all needles. What a decider says about a value
//! depends on the value alone, so a scratch remembers it, and a record that
//! concerns nobody costs a few look-ups however many rules there are.
//!
//! Where many rules are filed under one text (an operation of every day, each rule with
//! an actor of its own), they stand there as a **crowd**: a stage of its own with
//! deciders for what these rules demand besides. A record that has the common text is
//! looked up once more, and not held against every rule of the crowd.

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};
use rustc_hash::FxHashMap;

use crate::compile::{Compiler, Program, fields_of_node};
use crate::demand::{self, Demand, Wanted};
use crate::fold::{self, Folding};
use crate::fragment::{Commonplace, Fragments};
use crate::keyword::Keywords;
use crate::leaf::Buffers;
use crate::value::FieldId;
use crate::vocabulary::Vocabulary;

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

/// Fewer rules than this are evaluated sooner than told apart.
const FEW: usize = 2;

/// Crowds within crowds within crowds.
const DEEPEST: usize = 3;

/// Finds candidates by the values of one field.
pub(crate) struct Decider {
    /// Different for every decider of the index.
    pub(crate) number: u32,
    pub(crate) field: FieldId,
    folding: Option<Folding>,
    /// Rules, and crowds of rules.
    exact: FxHashMap<Box<str>, Vec<u32>>,
    /// The lengths of the exact texts, as bits; the last bit stands for all longer ones.
    lengths: u64,
    needles: Option<Needles>,
    /// For what is looked for in values before they are folded.
    unfolded: Option<Needles>,
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

impl Needles {
    /// `None` if there is nothing to look for, or too much to build. With `commonplace` long texts are searched for
    /// fragments first, which takes some time to prepare.
    pub(crate) fn new(
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
    let commonplace = Commonplace::new(vocabulary.commonplace());
    let mut builder = Builder { demands: &demands, compiler, vocabulary, commonplace, number: 0, crowds: Vec::new() };
    let rules: Vec<u32> = (0..u32::try_from(programs.len()).unwrap_or(CROWD).min(CROWD)).collect();
    let chosen = builder.choose(&rules, &[]);
    let used = programs.iter().fold(0_u64, |bits, program| bits | program.streams);
    let streams = (0..64 - used.leading_zeros()).map(|bit| {
        let mut drawers = Drawers::default();
        let mut deciding_fields = Vec::new();
        for (rule, demand) in rules.iter().zip(&chosen) {
            let program = &programs[*rule as usize];
            if program.streams >> bit & 1 == 0 {
                continue;
            }
            match demand {
                Some((_, demand)) => drawers.file(*rule, demand),
                None => {
                    drawers.always.push(*rule);
                    fields_of_node(&program.root, &compiler.leaves, &mut deciding_fields);
                }
            }
        }
        let keywords = builder.keywords(&mut drawers);
        let stage = builder.stage(drawers, &[], &mut FxHashMap::default());
        builder.fields_of_stage(&stage, &mut deciding_fields);
        deciding_fields.sort_unstable();
        deciding_fields.dedup();
        StreamIndex { stage, keywords, deciding_fields }
    });
    let streams = streams.collect();
    let certain = chosen.iter().map(|chosen| chosen.and_then(|(_, demand)| demand.leaf)).collect();
    Index { streams, crowds: builder.crowds, certain }
}

/// What rules are filed under, while a stage is being built.
#[derive(Default)]
struct Drawers {
    exact: FxHashMap<FieldId, FxHashMap<Box<str>, Vec<u32>>>,
    needles: FxHashMap<FieldId, FxHashMap<String, Vec<u32>>>,
    unfolded: FxHashMap<FieldId, FxHashMap<String, Vec<u32>>>,
    keywords: FxHashMap<String, Vec<u32>>,
    always: Vec<u32>,
}

impl Drawers {
    fn file(&mut self, rule: u32, demand: &Demand) {
        for text in &demand.texts {
            let rules = match demand.wanted {
                Wanted::Exact(field) => self.exact.entry(field).or_default().entry(text.as_str().into()).or_default(),
                Wanted::Needle(field) => self.needles.entry(field).or_default().entry(text.clone()).or_default(),
                Wanted::Unfolded(field) => self.unfolded.entry(field).or_default().entry(text.clone()).or_default(),
                Wanted::Keyword => self.keywords.entry(text.clone()).or_default(),
            };
            // A rule may want the same text twice; its turn comes only once.
            if rules.last() != Some(&rule) {
                rules.push(rule);
            }
        }
    }
}

/// Crowds that were made of the same rules are one.
type KnownCrowds = FxHashMap<Vec<u32>, Vec<u32>>;

struct Builder<'b, 'v> {
    /// Of each rule.
    demands: &'b [Vec<Demand>],
    compiler: &'b Compiler<'v>,
    vocabulary: &'b dyn Vocabulary,
    commonplace: Commonplace,
    /// The next decider's.
    number: u32,
    crowds: Vec<Stage>,
}

impl<'b> Builder<'b, '_> {
    fn keywords(&mut self, drawers: &mut Drawers) -> Option<Keywords> {
        let texts = std::mem::take(&mut drawers.keywords);
        let mut unbuilt: Vec<u32> = texts.values().flatten().copied().collect();
        let keywords = Keywords::new(texts, &self.commonplace);
        if keywords.is_none() {
            drawers.always.append(&mut unbuilt);
        }
        keywords
    }

    /// Makes deciders of what was filed; `above` is what the rules were filed under already.
    fn stage(&mut self, drawers: Drawers, above: &[Wanted], known: &mut KnownCrowds) -> Stage {
        let Drawers { mut exact, mut needles, mut unfolded, mut always, .. } = drawers;
        let mut fields: Vec<FieldId> = exact.keys().chain(needles.keys()).chain(unfolded.keys()).copied().collect();
        fields.sort_unstable();
        fields.dedup();
        let mut deciders = Vec::new();
        for field in fields {
            let mut exact = exact.remove(&field).unwrap_or_default();
            self.crowds_of(exact.iter_mut(), Wanted::Exact(field), above, known);
            let mut needles = needles.remove(&field).unwrap_or_default();
            self.crowds_of(needles.iter_mut(), Wanted::Needle(field), above, known);
            let mut unfolded = unfolded.remove(&field).unwrap_or_default();
            self.crowds_of(unfolded.iter_mut(), Wanted::Unfolded(field), above, known);
            let lengths = exact.keys().fold(0, |bits, text| bits | length_bit(text));
            let needles = self.needles(needles, above, &mut always);
            let unfolded = self.needles(unfolded, above, &mut always);
            let (number, folding) = (self.number, self.compiler.foldings[field.index()]);
            self.number += 1;
            deciders.push(Decider { number, field, folding, exact, lengths, needles, unfolded });
        }
        always.sort_unstable();
        always.dedup();
        Stage { deciders, always }
    }

    /// What cannot be built goes to the rules that are always looked at.
    fn needles(&self, texts: FxHashMap<String, Vec<u32>>, above: &[Wanted], always: &mut Vec<u32>) -> Option<Needles> {
        let mut unbuilt: Vec<u32> = texts.values().flatten().copied().collect();
        let has_any = !texts.is_empty();
        // Few records come to a crowd.
        let needles = Needles::new(texts, above.is_empty().then_some(&self.commonplace));
        if has_any && needles.is_none() {
            always.append(&mut unbuilt);
        }
        needles
    }

    fn crowds_of<'t, T: AsRef<str> + 't>(
        &mut self,
        lists: impl Iterator<Item = (&'t T, &'t mut Vec<u32>)>,
        wanted: Wanted,
        above: &[Wanted],
        known: &mut KnownCrowds,
    ) {
        let above: Vec<Wanted> = above.iter().copied().chain([wanted]).collect();
        let mut lists: Vec<(&str, &mut Vec<u32>)> =
            lists.filter(|(_, rules)| rules.len() >= FEW).map(|(text, rules)| (text.as_ref(), rules)).collect();
        // In the order of the texts, so that the same rules give the same index.
        lists.sort_unstable_by_key(|(text, _)| *text);
        for (_, rules) in lists {
            self.crowd(rules, &above, known);
        }
    }

    /// Puts a crowd in place of those of the rules that are told apart more cheaply than they are evaluated.
    fn crowd(&mut self, rules: &mut Vec<u32>, above: &[Wanted], known: &mut KnownCrowds) {
        if above.len() > DEEPEST {
            return;
        }
        if let Some(told_apart) = known.get(rules) {
            rules.clone_from(told_apart);
            return;
        }
        let mut drawers = Drawers::default();
        let mut rest = Vec::new();
        let mut moved = 0;
        for (rule, demand) in rules.iter().zip(self.choose(rules, above)) {
            match demand {
                Some((cost, demand)) if cost < EVALUATION / 2.0 => {
                    drawers.file(*rule, demand);
                    moved += 1;
                }
                _ => rest.push(*rule),
            }
        }
        if moved >= FEW {
            let stage = self.stage(drawers, above, known);
            rest.push(CROWD | self.crowds.len() as u32);
            self.crowds.push(stage);
            let before = std::mem::replace(rules, rest.clone());
            known.insert(before, rest);
        }
    }

    /// The demand under which each rule is filed, with its cost, if it makes any beside those `above`.
    fn choose(&self, rules: &[u32], above: &[Wanted]) -> Vec<Option<(f64, &'b Demand)>> {
        let demands = |rule: &u32| {
            // A crowd is small; its records are not searched for keywords again.
            let is_open = |wanted: Wanted| above.is_empty() || (wanted != Wanted::Keyword && !above.contains(&wanted));
            self.demands[*rule as usize].iter().filter(move |demand| is_open(demand.wanted))
        };
        // A look-up is paid once per record for all rules that share it.
        let mut popularity: FxHashMap<Wanted, u32> = FxHashMap::default();
        for demand in rules.iter().flat_map(demands) {
            *popularity.entry(demand.wanted).or_default() += 1;
        }
        let cost = |demand: &Demand| {
            let sharers = popularity.get(&demand.wanted).copied().unwrap_or(1);
            let (look_up, selectivity) = self.look_up(demand.wanted);
            let look_up = match (above.is_empty(), demand.wanted) {
                (true, _) => look_up,
                // The records that come to a crowd are read by its rules anyway.
                (false, Wanted::Exact(_)) => look_up.min(DEAREST_IN_CROWD),
                // An automaton has to be built, and that for few records.
                (false, _) => look_up.min(DEAREST_IN_CROWD) + AUTOMATON_IN_CROWD,
            };
            let share = demand::share(&demand.texts) * 0.5_f64.powi(i32::from(selectivity));
            look_up / f64::from(sharers) + EVALUATION * share
        };
        let cheapest = |rule: &u32| {
            demands(rule).map(|demand| (cost(demand), demand)).min_by(|left, right| left.0.total_cmp(&right.0))
        };
        rules.iter().map(cheapest).collect()
    }

    /// What a look-up costs, in nanoseconds, roughly, and how well it tells records apart.
    fn look_up(&self, wanted: Wanted) -> (f64, u8) {
        let (look_up, field) = match wanted {
            Wanted::Exact(field) => (15.0, field),
            Wanted::Needle(field) => (60.0, field),
            Wanted::Unfolded(field) => (80.0, field),
            Wanted::Keyword => return (400.0, 0),
        };
        let name = &self.compiler.field_names[field.index()];
        (look_up + f64::from(self.vocabulary.look_up_cost(name)), selectivity(name, self.vocabulary))
    }

    fn fields_of_stage(&self, stage: &Stage, fields: &mut Vec<FieldId>) {
        for decider in &stage.deciders {
            fields.push(decider.field);
            let needles = [&decider.needles, &decider.unfolded].into_iter().flatten();
            let needles = needles.flat_map(|needles| needles.rules.iter());
            for entry in decider.exact.values().chain(needles).flatten().filter(|entry| **entry >= CROWD) {
                if let Some(stage) = self.crowds.get((entry ^ CROWD) as usize) {
                    self.fields_of_stage(stage, fields);
                }
            }
        }
    }
}

/// Evaluating a rule in vain, in nanoseconds, roughly.
const EVALUATION: f64 = 200.0;

const DEAREST_IN_CROWD: f64 = 1_500.0;

const AUTOMATON_IN_CROWD: f64 = 500.0;

/// What was done tells records apart better than almost anything else.
fn selectivity(field: &str, vocabulary: &dyn Vocabulary) -> u8 {
    let named_so = field.to_ascii_lowercase().contains("operation");
    vocabulary.selectivity(field).saturating_add(if named_so { 2 } else { 0 })
}
