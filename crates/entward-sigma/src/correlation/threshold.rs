//! Limits that a count, a sum or a mean is held against.

use std::cmp::Ordering;

/// Limits that all have to be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// The limits, in the order of the file; never empty.
    pub limits: Vec<(Limit, f64)>,
}

/// How a number is held against a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Greater.
    Above,
    /// Greater or equal.
    AtLeast,
    /// Less.
    Below,
    /// Less or equal.
    AtMost,
    /// Equal.
    Exactly,
    /// Not equal.
    Other,
}

impl Limit {
    pub(crate) fn parse(word: &str) -> Option<Limit> {
        Some(match word {
            "gt" => Limit::Above,
            "gte" => Limit::AtLeast,
            "lt" => Limit::Below,
            "lte" => Limit::AtMost,
            "eq" => Limit::Exactly,
            "neq" => Limit::Other,
            _ => return None,
        })
    }

    fn allows(self, order: Ordering) -> bool {
        match self {
            Limit::Above => order == Ordering::Greater,
            Limit::AtLeast => order != Ordering::Less,
            Limit::Below => order == Ordering::Less,
            Limit::AtMost => order != Ordering::Greater,
            Limit::Exactly => order == Ordering::Equal,
            Limit::Other => order != Ordering::Equal,
        }
    }
}

/// A number as a fraction of whole billionths, so that sums come out the same in whatever
/// order they are added up and taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Measure {
    pub(crate) sum: i128,
    /// Above 0.
    pub(crate) over: i128,
}

impl Measure {
    pub(crate) fn whole(count: u64) -> Measure {
        Measure { sum: i128::from(count) * BILLION, over: 1 }
    }
}

pub(crate) const BILLION: i128 = 1_000_000_000;

/// Beyond this a number is taken to be this, so that no sum can overflow.
const LARGEST: f64 = 1e18;

/// A number in whole billionths.
pub(crate) fn billionths(number: f64) -> i128 {
    (number.clamp(-LARGEST, LARGEST) * 1e9).round() as i128
}

impl Threshold {
    /// Whether a count keeps all limits.
    pub fn is_met(&self, count: u64) -> bool {
        self.holds(Measure::whole(count))
    }

    pub(crate) fn holds(&self, measure: Measure) -> bool {
        self.limits.iter().all(|(limit, number)| {
            let wanted = billionths(*number).saturating_mul(measure.over);
            limit.allows(measure.sum.cmp(&wanted))
        })
    }

    /// The largest number that decides anything.
    pub(crate) fn largest(&self) -> f64 {
        self.limits.iter().map(|(_, number)| *number).fold(0.0, f64::max)
    }
}
