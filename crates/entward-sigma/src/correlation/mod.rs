//! A correlation as its author wrote it: which rules, grouped how, within what time, and
//! what has to come together.

pub(crate) mod read;
mod threshold;
mod timespan;

pub(crate) use threshold::{BILLION, Measure, billionths};
pub use threshold::{Limit, Threshold};
pub use timespan::Timespan;

use crate::rule::About;

/// A rule over the matches of other rules.
#[derive(Clone, Debug)]
pub struct Correlation {
    /// What its author says about it.
    pub about: About,
    /// How events come together.
    pub kind: CorrelationKind,
    /// The rules whose matches are correlated, in the order of the file.
    pub members: Vec<Member>,
    /// The fields (or aliases) whose values tell groups apart; none: one group for all.
    pub group_by: Vec<String>,
    /// How far apart the events of a match may be, at most.
    pub timespan: Timespan,
    /// What has to hold of the events within the timespan.
    pub condition: CorrelationCondition,
    /// The fields that are counted or summed: of `value_count` maybe several, whose values together
    /// are one; of the other `value_` kinds one.
    pub fields: Vec<String>,
    /// Names for fields that are called differently in different rules.
    pub aliases: Vec<Alias>,
    /// The rules it refers to speak for themselves too.
    pub generate: bool,
    /// It speaks for itself: nothing refers to it, or only what has `generate`.
    pub standalone: bool,
}

/// How events come together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CorrelationKind {
    /// How many events there are.
    EventCount,
    /// How many different values of a field.
    ValueCount,
    /// How many of the rules were met, in any order.
    Temporal,
    /// The same, in the order in which the rules are listed.
    TemporalOrdered,
    /// The sum of a field's values.
    ValueSum,
    /// The mean of a field's values.
    ValueAverage,
    /// With a percentile from 0 to 100: the value of that rank (nearest rank). Without one: how many
    /// percent of the events have the value that the newest has, so that `lte: 1` finds rare values.
    ValuePercentile(Option<f64>),
}

impl CorrelationKind {
    pub(crate) const WORDS: &[&str] =
        &["event_count", "value_count", "temporal", "temporal_ordered", "value_sum", "value_avg", "value_percentile"];

    pub(crate) fn parse(word: &str) -> Option<CorrelationKind> {
        Some(match word {
            "event_count" => CorrelationKind::EventCount,
            "value_count" => CorrelationKind::ValueCount,
            "temporal" => CorrelationKind::Temporal,
            "temporal_ordered" => CorrelationKind::TemporalOrdered,
            "value_sum" => CorrelationKind::ValueSum,
            "value_avg" => CorrelationKind::ValueAverage,
            "value_percentile" => CorrelationKind::ValuePercentile(None),
            _ => return None,
        })
    }

    /// The word that Sigma uses.
    pub fn as_str(self) -> &'static str {
        match self {
            CorrelationKind::EventCount => "event_count",
            CorrelationKind::ValueCount => "value_count",
            CorrelationKind::Temporal => "temporal",
            CorrelationKind::TemporalOrdered => "temporal_ordered",
            CorrelationKind::ValueSum => "value_sum",
            CorrelationKind::ValueAverage => "value_avg",
            CorrelationKind::ValuePercentile(_) => "value_percentile",
        }
    }

    /// Whether values of a field are looked at.
    pub(crate) fn needs_field(self) -> bool {
        !self.is_temporal() && self != CorrelationKind::EventCount
    }

    pub(crate) fn is_temporal(self) -> bool {
        matches!(self, CorrelationKind::Temporal | CorrelationKind::TemporalOrdered)
    }
}

/// What a correlation refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Member {
    /// A single-event rule, by its place in [`Collection::rules`](crate::Collection).
    Rule(usize),
    /// A correlation, by its place in [`Collection::correlations`](crate::Collection).
    Correlation(usize),
}

/// What has to hold of the events within the timespan.
#[derive(Clone, Debug, PartialEq)]
pub enum CorrelationCondition {
    /// A number against limits.
    Threshold(Threshold),
    /// Which of the rules were met (extended condition of `temporal` and `temporal_ordered`).
    Expression(Expression),
}

/// Which rules have to be met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// This one, by its place in [`Correlation::members`].
    Member(usize),
    /// Not this.
    Not(Box<Expression>),
    /// All of these.
    All(Vec<Expression>),
    /// One of these.
    Any(Vec<Expression>),
    /// So many of these.
    AtLeast(usize, Vec<Expression>),
}

impl Expression {
    /// Whether it holds, given which members were met.
    pub fn holds(&self, met: &dyn Fn(usize) -> bool) -> bool {
        match self {
            Expression::Member(member) => met(*member),
            Expression::Not(inner) => !inner.holds(met),
            Expression::All(parts) => parts.iter().all(|part| part.holds(met)),
            Expression::Any(parts) => parts.iter().any(|part| part.holds(met)),
            Expression::AtLeast(needed, parts) => parts.iter().filter(|part| part.holds(met)).count() >= *needed,
        }
    }
}

/// One name for fields that are called differently in different rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The name that `group-by` and `field` use.
    pub name: String,
    /// What stands for it in the events of each member, by the member's place.
    pub fields: Vec<(usize, String)>,
}

impl Correlation {
    /// The field of a member's events that `name`, a field or an alias, stands for. `None` if
    /// it is an alias that leaves the member out.
    pub fn field_of<'a>(&'a self, name: &'a str, member: usize) -> Option<&'a str> {
        let Some(alias) = self.aliases.iter().find(|alias| alias.name == name) else { return Some(name) };
        alias.fields.iter().find(|(of, _)| *of == member).map(|(_, field)| field.as_str())
    }

    /// The ways in which the rules of a `temporal_ordered` correlation may follow each other: the members that have to,
    /// in this order, and the members that must not be met. Empty for other kinds.
    pub fn orders(&self) -> Vec<(Vec<usize>, Vec<usize>)> {
        let orders = crate::correlate::orders(self).into_iter();
        let absent = |bits: u64| (0..self.members.len()).filter(|member| bits >> member & 1 == 1).collect();
        orders.map(|order| (order.chain, absent(order.absent))).collect()
    }
}
