//! What a window's events come to, kept up to date as they come and go.

use rustc_hash::FxHashMap;

use super::events::Kept;
use super::order::Alternative;
use crate::correlation::{BILLION, CorrelationCondition, CorrelationKind, Measure, billionths};

/// What a correlation asks, ready to be answered.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) kind: CorrelationKind,
    pub(super) condition: CorrelationCondition,
    pub(super) alternatives: Vec<Alternative>,
    pub(super) members: usize,
    pub(super) timespan: i64,
}

/// The sums, counts and orders of one window. Each kind of correlation uses some of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    count: u64,
    /// How often each value (or member) is there.
    values: FxHashMap<u64, u32>,
    /// In billionths: whole numbers, so that what was added can be taken away again exactly.
    sum: i128,
    sorted: Vec<f64>,
    newest: u64,
    /// When each member was met last.
    met: Vec<i64>,
    /// Per alternative and place in its chain: the latest beginning of a chain up to there.
    begun: Vec<Vec<i64>>,
}

/// Before all time.
const NEVER: i64 = i64::MIN;

impl Tally {
    pub(super) fn clear(&mut self) {
        self.count = 0;
        self.values.clear();
        self.sum = 0;
        self.sorted.clear();
        self.met.clear();
        self.begun.clear();
    }

    pub(super) fn add(&mut self, question: &Question, event: Kept) {
        self.count += 1;
        self.newest = event.value;
        match question.kind {
            CorrelationKind::EventCount => {}
            CorrelationKind::ValueCount | CorrelationKind::Temporal | CorrelationKind::ValuePercentile(None) => {
                *self.values.entry(event.value).or_default() += 1;
            }
            CorrelationKind::ValueSum | CorrelationKind::ValueAverage => {
                self.sum += billionths(f64::from_bits(event.value));
            }
            CorrelationKind::ValuePercentile(Some(_)) => {
                let number = f64::from_bits(event.value);
                let at = self.sorted.partition_point(|other| other.total_cmp(&number).is_lt());
                self.sorted.insert(at, number);
            }
            CorrelationKind::TemporalOrdered => {
                *self.values.entry(event.value).or_default() += 1;
                self.follow(question, event.value as usize, event.time);
            }
        }
    }

    pub(super) fn remove(&mut self, question: &Question, event: Kept) {
        self.count -= 1;
        match question.kind {
            CorrelationKind::EventCount => {}
            CorrelationKind::ValueCount
            | CorrelationKind::Temporal
            | CorrelationKind::TemporalOrdered
            | CorrelationKind::ValuePercentile(None) => {
                if let Some(count) = self.values.get_mut(&event.value) {
                    *count -= 1;
                    if *count == 0 {
                        self.values.remove(&event.value);
                    }
                }
            }
            CorrelationKind::ValueSum | CorrelationKind::ValueAverage => {
                self.sum -= billionths(f64::from_bits(event.value));
            }
            CorrelationKind::ValuePercentile(Some(_)) => {
                let number = f64::from_bits(event.value);
                let at = self.sorted.partition_point(|other| other.total_cmp(&number).is_lt());
                if at < self.sorted.len() {
                    self.sorted.remove(at);
                }
            }
        }
    }

    /// Whether the condition holds at `time`, that of the newest event.
    pub(super) fn holds(&self, question: &Question, time: i64) -> bool {
        if question.kind == CorrelationKind::TemporalOrdered {
            return self.ordered(question, time);
        }
        match &question.condition {
            CorrelationCondition::Expression(expression) => {
                expression.holds(&|member| self.values.contains_key(&(member as u64)))
            }
            CorrelationCondition::Threshold(threshold) => {
                self.measure(question.kind).is_some_and(|measure| threshold.holds(measure))
            }
        }
    }

    fn measure(&self, kind: CorrelationKind) -> Option<Measure> {
        Some(match kind {
            CorrelationKind::EventCount => Measure::whole(self.count),
            CorrelationKind::ValueCount | CorrelationKind::Temporal | CorrelationKind::TemporalOrdered => {
                Measure::whole(self.values.len() as u64)
            }
            CorrelationKind::ValueSum => Measure { sum: self.sum, over: 1 },
            CorrelationKind::ValueAverage => Measure { sum: self.sum, over: i128::from(self.count.max(1)) },
            CorrelationKind::ValuePercentile(Some(percentile)) => {
                let rank = (percentile / 100.0 * self.sorted.len() as f64).ceil().max(1.0) as usize;
                Measure { sum: billionths(*self.sorted.get(rank - 1)?), over: 1 }
            }
            CorrelationKind::ValuePercentile(None) => {
                let same = self.values.get(&self.newest).copied().unwrap_or_default();
                Measure { sum: i128::from(same) * 100 * BILLION, over: i128::from(self.count.max(1)) }
            }
        })
    }

    /// A member was met: chains that wait for it go on. Events of one instant have no order among
    /// themselves, so a member met at the same instant may take its place after those before it.
    fn follow(&mut self, question: &Question, member: usize, time: i64) {
        if self.met.is_empty() {
            self.met.resize(question.members, NEVER);
            self.begun.extend(question.alternatives.iter().map(|alternative| vec![NEVER; alternative.chain.len()]));
        }
        if let Some(met) = self.met.get_mut(member) {
            *met = time;
        }
        for (alternative, begun) in question.alternatives.iter().zip(&mut self.begun) {
            let Some(at) = alternative.chain.iter().position(|link| *link == member) else { continue };
            begun[at] = if at == 0 { time } else { begun[at].max(begun[at - 1]) };
            for next in at + 1..begun.len() {
                if self.met[alternative.chain[next]] != time {
                    break;
                }
                begun[next] = begun[next].max(begun[next - 1]);
            }
        }
    }

    fn ordered(&self, question: &Question, time: i64) -> bool {
        let earliest = time.saturating_sub(question.timespan);
        question.alternatives.iter().zip(&self.begun).any(|(alternative, begun)| {
            let is_absent =
                |member: &usize| alternative.absent >> member & 1 == 0 || !self.values.contains_key(&(*member as u64));
            let in_time = begun.last().is_none_or(|begun| *begun != NEVER && *begun >= earliest);
            in_time && (0..question.members).all(|member| is_absent(&member))
        })
    }
}
