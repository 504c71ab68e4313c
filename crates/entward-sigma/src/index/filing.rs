//! Under which demand each rule is filed, and what is looked up for it.

use rustc_hash::FxHashMap;

use super::commonplace::Commonplace;
use super::decider::{Decider, length_bit};
use super::demand::{self, Demand, Wanted};
use super::keywords::Keywords;
use super::needles::Needles;
use super::{CROWD, Index, Stage, StreamIndex};
use crate::compile::{Compiler, Program, fields_of_node};
use crate::value::FieldId;
use crate::vocabulary::Vocabulary;

/// Fewer rules than this are evaluated sooner than told apart.
const FEW: usize = 2;

/// Crowds within crowds within crowds.
const DEEPEST: usize = 3;

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
        // Few records come to a crowd.
        let needles = Needles::new(texts, above.is_empty().then_some(&self.commonplace));
        if needles.is_none() {
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
