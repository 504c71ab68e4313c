//! Which rules have to follow each other, as alternatives.

use crate::correlation::{Correlation, CorrelationCondition, CorrelationKind, Expression, Limit};

/// One way in which an ordered correlation is met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Alternative {
    /// The members that have to follow each other, in the order in which they are listed.
    pub(crate) chain: Vec<usize>,
    /// The members that must not be there, as bits.
    pub(crate) absent: u64,
}

/// More ways than this, and a person would have written several correlations.
const MOST: usize = 256;

/// The alternatives of an ordered correlation; `None` if there are too many.
pub(crate) fn alternatives(members: usize, condition: &CorrelationCondition) -> Option<Vec<Alternative>> {
    let all: Vec<Expression>;
    let met = match condition {
        CorrelationCondition::Expression(expression) => ways(expression, false)?,
        CorrelationCondition::Threshold(threshold) => {
            let needed = threshold.limits.iter().map(|(limit, number)| match limit {
                Limit::Above => number.floor() + 1.0,
                _ => number.ceil(),
            });
            let needed = needed.fold(0.0, f64::max).min(members as f64) as usize;
            all = (0..members).map(Expression::Member).collect();
            ways(&Expression::AtLeast(needed, all), false)?
        }
    };
    let alternative = |(present, absent): (u64, u64)| Alternative {
        chain: (0..members).filter(|member| present >> member & 1 == 1).collect(),
        absent,
    };
    Some(met.into_iter().filter(|(present, absent)| present & absent == 0).map(alternative).collect())
}

pub(crate) fn of(correlation: &Correlation) -> Vec<Alternative> {
    if correlation.kind != CorrelationKind::TemporalOrdered {
        return Vec::new();
    }
    alternatives(correlation.members.len(), &correlation.condition).unwrap_or_default()
}

type Way = (u64, u64);

/// An expression as alternatives of what is present and what is absent.
fn ways(expression: &Expression, negated: bool) -> Option<Vec<Way>> {
    match expression {
        Expression::Member(member) => {
            let bit = 1_u64.checked_shl(u32::try_from(*member).ok()?)?;
            Some(vec![if negated { (0, bit) } else { (bit, 0) }])
        }
        Expression::Not(inner) => ways(inner, !negated),
        Expression::All(parts) if negated => any(parts, negated),
        Expression::Any(parts) if negated => all(parts.iter(), negated),
        Expression::All(parts) => all(parts.iter(), negated),
        Expression::Any(parts) => any(parts, negated),
        // Fewer than so many are there when so many others are not.
        Expression::AtLeast(needed, parts) if negated => at_least(parts.len() + 1 - needed, parts, negated),
        Expression::AtLeast(needed, parts) => at_least(*needed, parts, negated),
    }
}

fn any(parts: &[Expression], negated: bool) -> Option<Vec<Way>> {
    let mut found = Vec::new();
    for part in parts {
        found.extend(ways(part, negated)?);
    }
    bounded(found)
}

fn all<'e>(parts: impl Iterator<Item = &'e Expression>, negated: bool) -> Option<Vec<Way>> {
    let mut found: Vec<Way> = vec![(0, 0)];
    for part in parts {
        let more = ways(part, negated)?;
        let joined = found.iter().flat_map(|left| more.iter().map(move |right| (left.0 | right.0, left.1 | right.1)));
        found = bounded(joined.collect())?;
    }
    Some(found)
}

fn at_least(needed: usize, parts: &[Expression], negated: bool) -> Option<Vec<Way>> {
    if needed == 0 {
        return Some(vec![(0, 0)]);
    }
    if needed > parts.len() {
        return Some(Vec::new());
    }
    // With the first part, or without it.
    let (first, rest) = parts.split_first()?;
    let mut found = Vec::new();
    let first = ways(first, negated)?;
    for right in at_least(needed - 1, rest, negated)? {
        found.extend(first.iter().map(|left| (left.0 | right.0, left.1 | right.1)));
    }
    found.extend(at_least(needed, rest, negated)?);
    bounded(found)
}

fn bounded(mut ways: Vec<Way>) -> Option<Vec<Way>> {
    ways.sort_unstable();
    ways.dedup();
    (ways.len() <= MOST).then_some(ways)
}
