//! Rules as queries of Kusto, for the tables of Log Analytics.
//!
//! ```text
//! rule ─tree─► formula (over the places of one table) ─► query ─► Sentinel rule
//! ```
//!
//! A query finds what the engine finds in rows of the same table. Where Kusto can only come near, the query
//! says so in a comment; what it cannot say at all is refused ([`Refusal`]).
//!
//! ```text
//! correlation ─► events (its rules' rows, with group and value) ─► instants at which it holds ─► matches
//! ```
//!
//! A correlation slides over the events of each group as `entward_sigma::Correlator` does; its query has a row for each match.

mod changes;
mod compare;
mod correlation;
mod events;
mod formula;
mod leaf;
mod novelty;
mod place;
mod query;
mod sentinel;
pub(crate) mod tables;
#[cfg(test)]
mod tests;
mod text;
mod windows;

use entward_sigma::{Collection, Rule};

pub use correlation::{Script, convert_correlation};
pub use novelty::convert_first_seen;
pub use query::Converted;
pub use sentinel::template;
pub use tables::{Column, Table, tables};

use crate::detect::mapping::Mapping;
use crate::detect::vocabulary::logs_of;
use formula::Formula;
use leaf::Converter;

/// Why a rule cannot be said in Kusto.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: {}{reason}", .field.as_ref().map(|field| format!("`{field}`: ")).unwrap_or_default())]
pub struct Refusal {
    /// The rule's title.
    pub rule: String,
    /// The key of the rule that is meant.
    pub field: Option<String>,
    /// What cannot be said, as a sentence fragment.
    pub reason: String,
}

/// What a query is for, beyond finding rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Look only at rows that arrived within so many hours, and name the columns of whoever acted, as a
    /// scheduled rule of Sentinel needs it.
    pub scheduled_hours: Option<u32>,
    /// Leave out what only makes the query quicker or easier to read.
    pub terse: bool,
}

/// The queries of the rules and correlations of a collection that speak for themselves, each with its title and notes.
pub fn convert_all(collection: &Collection, mapping: &Mapping, options: Options) -> Vec<Result<String, Refusal>> {
    let rules = collection.rules.iter().enumerate().filter(|(place, _)| collection.is_standalone(*place));
    let rules = rules.map(|(_, rule)| match &rule.first_seen {
        None => convert(rule, mapping, options).map(|query| query.to_string()),
        Some(_) => convert_first_seen(rule, mapping, options).map(|query| query.to_string()),
    });
    let correlations = collection.correlations.iter().filter(|correlation| correlation.standalone);
    let correlations = correlations.map(|correlation| {
        convert_correlation(collection, correlation, mapping, options).map(|query| query.to_string())
    });
    rules.chain(correlations).collect()
}

/// A table in which a rule can match, and how.
struct Found<'m> {
    table: &'static Table,
    formula: Formula,
    converter: Converter<'m>,
}

/// Names of tables in which a rule cannot match, with the fields that each lacks.
type Missing = Vec<(&'static str, Vec<String>)>;

/// Turns a rule into a query.
///
/// # Errors
///
/// A [`Refusal`] when Kusto cannot say what the rule says, or none of its tables has what the rule asks for.
pub fn convert(rule: &Rule, mapping: &Mapping, options: Options) -> Result<Converted, Refusal> {
    if rule.first_seen.is_some() {
        let reason = "it speaks when a value is new; what converts first-seen rules says that";
        return Err(Refusal { rule: rule.about.title.clone(), field: None, reason: reason.to_owned() });
    }
    let (found, missing) = find(rule, mapping, options)?;
    let mut converted = Converted::new(rule);
    for Found { table, formula, converter } in found {
        converted.add(table, &formula, converter, options);
    }
    converted.leave_out(&missing);
    Ok(converted)
}

/// The tables in which a rule can match; at least one.
fn find<'m>(rule: &Rule, mapping: &'m Mapping, options: Options) -> Result<(Vec<Found<'m>>, Missing), Refusal> {
    let refuse = |field: Option<String>, reason: String| Refusal { rule: rule.about.title.clone(), field, reason };
    let logs = logs_of(&rule.logsource, mapping);
    let candidates: Vec<&'static Table> = tables().iter().filter(|table| logs.contains(&table.log)).collect();
    if candidates.is_empty() {
        return Err(refuse(None, "its log source is in none of the tables that are known here".to_owned()));
    }
    let tree = rule.tree();
    let (mut found, mut missing) = (Vec::new(), Missing::new());
    for table in candidates {
        let mut converter = Converter::new(table, mapping, options);
        let formula = converter.tree(&tree).map_err(|(field, reason)| refuse(Some(field), reason))?;
        if formula == Formula::Known(false) {
            missing.push((table.name, converter.missing));
            continue;
        }
        found.push(Found { table, formula, converter });
    }
    if found.is_empty() {
        let mut fields: Vec<String> = missing.iter().flat_map(|(_, fields)| fields.clone()).collect();
        fields.sort();
        fields.dedup();
        let tables: Vec<&str> = missing.iter().map(|(table, _)| *table).collect();
        let reason = format!("it can match no row of {}", tables.join(", "));
        let reason = if fields.is_empty() { reason } else { format!("{reason}: no column for {}", fields.join(", ")) };
        return Err(refuse(None, reason));
    }
    Ok((found, missing))
}
