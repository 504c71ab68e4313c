//! What a correlation asks for, in words.

use entward_sigma::{
    Collection, Correlation, CorrelationCondition, CorrelationKind, Expression, Limit, Member, Threshold,
};

/// What has to come together, and within what time.
pub(crate) fn asks(correlation: &Correlation, collection: &Collection) -> String {
    let fields = correlation.fields.join(", ");
    let what = match &correlation.condition {
        CorrelationCondition::Expression(expression) => expressed(expression, correlation, collection),
        CorrelationCondition::Threshold(threshold) => {
            let limits = limits(threshold);
            match correlation.kind {
                CorrelationKind::EventCount => format!("{limits} records"),
                CorrelationKind::ValueCount => format!("{limits} values of {fields}"),
                CorrelationKind::Temporal | CorrelationKind::TemporalOrdered => format!("{limits} of its rules"),
                CorrelationKind::ValueSum => format!("a sum of {fields} that is {limits}"),
                CorrelationKind::ValueAverage => format!("a mean of {fields} that is {limits}"),
                CorrelationKind::ValuePercentile(Some(rank)) => {
                    format!("a percentile {rank} of {fields} that is {limits}")
                }
                CorrelationKind::ValuePercentile(None) => format!("a value of {fields} in {limits} percent of records"),
            }
        }
    };
    let order = if correlation.kind == CorrelationKind::TemporalOrdered { ", in this order," } else { "" };
    format!("{what}{order} within {}", correlation.timespan.written())
}

fn limits(threshold: &Threshold) -> String {
    let words = threshold.limits.iter().map(|(limit, number)| {
        let words = match limit {
            Limit::Above => "more than",
            Limit::AtLeast => "at least",
            Limit::Below => "less than",
            Limit::AtMost => "at most",
            Limit::Exactly => "exactly",
            Limit::Other => "other than",
        };
        format!("{words} {number}")
    });
    words.collect::<Vec<_>>().join(" and ")
}

/// The title of a correlation's member.
pub(crate) fn title(member: Member, collection: &Collection) -> &str {
    let about = match member {
        Member::Rule(rule) => collection.rules.get(rule).map(|rule| &rule.about),
        Member::Correlation(other) => collection.correlations.get(other).map(|other| &other.about),
    };
    about.map_or("", |about| about.title.as_str())
}

fn expressed(expression: &Expression, correlation: &Correlation, collection: &Collection) -> String {
    let inner = |part: &Expression| {
        let text = expressed(part, correlation, collection);
        if matches!(part, Expression::Member(_) | Expression::Not(_)) { text } else { format!("({text})") }
    };
    let listed = |parts: &[Expression], between: &str| parts.iter().map(inner).collect::<Vec<_>>().join(between);
    match expression {
        Expression::Member(member) => {
            correlation.members.get(*member).map_or(String::new(), |member| format!("`{}`", title(*member, collection)))
        }
        Expression::Not(part) => format!("not {}", inner(part)),
        Expression::All(parts) => listed(parts, " and "),
        Expression::Any(parts) => listed(parts, " or "),
        Expression::AtLeast(needed, parts) => format!("{needed} of {}", listed(parts, ", ")),
    }
}
