//! Whether a correlation can find anything: whether enough of its rules can.

use entward_sigma::{Correlation, CorrelationCondition, CorrelationKind, Expression, Member};

use super::asked::Known;
use super::{Reason, Report, Verdict, advice};
use crate::knowledge::Knowledge;

/// Reports on the correlations of a collection.
pub(super) fn lint(known: Known<'_>, knowledge: &Knowledge) -> Vec<Report> {
    let correlations = &known.collection.correlations;
    let mut verdicts: Vec<Option<Verdict>> = vec![None; correlations.len()];
    // A correlation may refer to one that stands below it. A chain has an end, so each round settles some.
    for _ in 0..correlations.len() {
        for (at, correlation) in correlations.iter().enumerate() {
            let members: Option<Vec<Verdict>> = (0..correlation.members.len())
                .map(|member| {
                    let verdict = verdict_of(correlation.members[member], known.rules, &verdicts)?;
                    // What lacks a field that it is asked for gives the correlation nothing.
                    Some(if known.shapes_for(correlation, member).is_err() { Verdict::CannotFire } else { verdict })
                })
                .collect();
            if let (None, Some(members)) = (verdicts[at], members) {
                verdicts[at] = Some(verdict(correlation, &members));
            }
        }
    }
    correlations
        .iter()
        .zip(&verdicts)
        .map(|(correlation, verdict)| {
            report(correlation, verdict.unwrap_or(Verdict::CannotFire), known, &verdicts, knowledge)
        })
        .collect()
}

fn verdict_of(member: Member, rules: &[Report], correlations: &[Option<Verdict>]) -> Option<Verdict> {
    match member {
        Member::Rule(rule) => rules.get(rule).map(|report| report.verdict),
        Member::Correlation(correlation) => correlations.get(correlation).copied().flatten(),
    }
}

fn verdict(correlation: &Correlation, members: &[Verdict]) -> Verdict {
    let can = |member: usize| members.get(member).is_some_and(|verdict| *verdict != Verdict::CannotFire);
    let is_temporal = matches!(correlation.kind, CorrelationKind::Temporal | CorrelationKind::TemporalOrdered);
    let possible = match &correlation.condition {
        CorrelationCondition::Expression(expression) => may_hold(expression, &can),
        // So many of the rules are needed, at most as many as can fire.
        CorrelationCondition::Threshold(threshold) if is_temporal => {
            let most = (0..members.len()).filter(|member| can(*member)).count();
            (1..=most).any(|count| threshold.is_met(u64::try_from(count).unwrap_or(u64::MAX)))
        }
        CorrelationCondition::Threshold(_) => (0..members.len()).any(can),
    };
    let mapped = members.iter().filter(|verdict| **verdict != Verdict::CannotFire).max();
    match (possible, mapped) {
        (true, Some(verdict)) => *verdict,
        _ => Verdict::CannotFire,
    }
}

fn may_hold(expression: &Expression, can: &dyn Fn(usize) -> bool) -> bool {
    match expression {
        Expression::Member(member) => can(*member),
        Expression::Not(_) => true,
        Expression::All(parts) => parts.iter().all(|part| may_hold(part, can)),
        Expression::Any(parts) => parts.iter().any(|part| may_hold(part, can)),
        Expression::AtLeast(needed, parts) => parts.iter().filter(|part| may_hold(part, can)).count() >= *needed,
    }
}

fn report(
    correlation: &Correlation,
    verdict: Verdict,
    known: Known<'_>,
    verdicts: &[Option<Verdict>],
    knowledge: &Knowledge,
) -> Report {
    let about = &correlation.about;
    let Known { collection, rules, .. } = known;
    let mut reasons: Vec<Reason> = Vec::new();
    let mut shapes = Vec::new();
    for (at, member) in correlation.members.iter().enumerate() {
        if verdict_of(*member, rules, verdicts).is_none_or(|verdict| verdict == Verdict::CannotFire) {
            let title = match member {
                Member::Rule(rule) => collection.rules.get(*rule).map(|rule| rule.about.title.as_str()),
                Member::Correlation(other) => {
                    collection.correlations.get(*other).map(|other| other.about.title.as_str())
                }
            };
            reasons.push(Reason::new("member", None, format!("its rule `{}` cannot fire", title.unwrap_or_default())));
            continue;
        }
        match known.shapes_for(correlation, at) {
            Ok(mut found) => shapes.append(&mut found),
            Err(mut lacking) => reasons.append(&mut lacking),
        }
    }
    let mut warnings =
        advice::of_author(about.id.as_deref(), about.level.is_some(), &about.tags, &about.custom, knowledge);
    if verdict != Verdict::CannotFire {
        warnings.append(&mut reasons);
    }
    shapes.sort_unstable();
    shapes.dedup();
    Report {
        id: about.id.clone().unwrap_or_else(|| about.place.to_string()),
        title: about.title.clone(),
        place: about.place.to_string(),
        verdict,
        shapes: if verdict == Verdict::CannotFire { Vec::new() } else { shapes },
        names: Vec::new(),
        reasons,
        warnings,
    }
}
