//! First-seen rules: a row for each event whose value is new for its entity.

use entward_sigma::{
    Collection, Correlation, CorrelationCondition, CorrelationKind, FirstSeen, Member, Rule, Threshold, Timespan,
};

use super::correlation::{Script, names};
use super::events::{events, group_columns};
use super::windows::{NEVER, scan, written};
use super::{Options, Refusal};
use crate::detect::mapping::Mapping;

/// Turns a first-seen rule into a query.
///
/// An entity is known from its first event on, until it showed none for `forget`; a value until it was not seen for as long. So the
/// query is right about what lies `learn` and `forget` together behind the beginning of the range of time that it is asked
/// about.
///
/// # Errors
///
/// A [`Refusal`] when Kusto cannot say what the rule says, or when it is no first-seen rule.
pub fn convert_first_seen(rule: &Rule, mapping: &Mapping, options: Options) -> Result<Script, Refusal> {
    let Some(FirstSeen { fields, per, learn, forget }) = &rule.first_seen else {
        let reason = "it does not ask whether a value is new".to_owned();
        return Err(Refusal { rule: rule.about.title.clone(), field: None, reason });
    };
    // Its events are those of a correlation by entity that counts values.
    let mut plain = rule.clone();
    plain.first_seen = None;
    let correlation = Correlation {
        about: rule.about.clone(),
        kind: CorrelationKind::ValueCount,
        members: vec![Member::Rule(0)],
        group_by: per.clone(),
        timespan: forget.clone(),
        condition: CorrelationCondition::Threshold(Threshold { limits: Vec::new() }),
        fields: fields.clone(),
        aliases: Vec::new(),
        generate: false,
        standalone: true,
    };
    let collection = Collection { rules: vec![plain], ..Collection::default() };
    let events = events(&collection, &correlation, mapping, options, "")?;
    let mut text = format!("let Events = materialize({});\nEvents", events.expression);
    let mut shown: Vec<String> =
        group_columns(&correlation).iter().zip(names(per)).map(|(column, name)| format!("{name} = {column}")).collect();
    shown.push("NewValue = Value".to_owned());
    if options.scheduled_hours.is_some() {
        shown.push("EntwardActor, EntwardAddress".to_owned());
    }
    for line in lines(learn, forget, options, &shown) {
        text.push('\n');
        text.push_str(&line);
    }
    let note = format!(
        "Ask about {} + {} more than you want to know of: what came before the range of time is not known.",
        written(learn),
        written(forget)
    );
    let mut notes = vec![note];
    notes.push("Wider: the engine passes over new values of an entity that has shown very many.".to_owned());
    notes.extend(events.notes);
    Ok(Script::new(&correlation.about, notes, events.tables, text))
}

fn lines(learn: &Timespan, forget: &Timespan, options: Options, shown: &[String]) -> Vec<String> {
    let (learn, forget) = (written(learn), written(forget));
    let mut lines = vec!["| sort by Key asc, TimeGenerated asc".to_owned()];
    let since = format!(
        "case(Before.Key == Key and TimeGenerated - Before.TimeGenerated <= {forget}, Before.Since, TimeGenerated)"
    );
    lines.extend(scan(&[("Since".to_owned(), since)]));
    lines.push("| sort by Key asc, Value asc, TimeGenerated asc".to_owned());
    lines.push(format!(
        "| serialize IsKnown = prev(Key, 1, \"\") == Key and prev(Value, 1, \"\") == Value and TimeGenerated - prev(TimeGenerated, 1, {NEVER}) <= {forget}"
    ));
    lines.push(format!("| where not(IsKnown) and TimeGenerated - Since >= {learn}"));
    if let Some(hours) = options.scheduled_hours {
        lines.push(format!("| where Arrived > ago({hours}h)"));
    }
    lines.push(format!("| project TimeGenerated, {}", shown.join(", ")));
    lines.push("| sort by TimeGenerated asc".to_owned());
    lines
}
