//! Rules as queries of Kusto, for the tables of Log Analytics.
//!
//! ```text
//! rule ─tree─► formula (over the places of one table) ─► query ─► Sentinel rule
//! ```
//!
//! A query finds what the engine finds in rows of the same table. Where Kusto can only come near, the query
//! says so in a comment; what it cannot say at all is refused ([`Refusal`]).
//!
//! Correlations are not said yet. They can be put on top of [`Converted::expression`], which is a rule as an expression over
//! tables without anything around it: `summarize` by the group and the time behind it, or a `union` of several with the
//! rule's name in a column; [`Converted::functions`] then goes before the whole.

mod changes;
mod compare;
mod formula;
mod leaf;
mod place;
mod query;
mod sentinel;
pub(crate) mod tables;
#[cfg(test)]
mod tests;
mod text;

use entward_sigma::Rule;

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

/// Turns a rule into a query.
///
/// # Errors
///
/// A [`Refusal`] when Kusto cannot say what the rule says, or none of its tables has what the rule asks for.
pub fn convert(rule: &Rule, mapping: &Mapping, options: Options) -> Result<Converted, Refusal> {
    let refuse = |field: Option<String>, reason: String| Refusal { rule: rule.title.clone(), field, reason };
    let logs = logs_of(&rule.logsource, mapping);
    let candidates: Vec<&'static Table> = tables().iter().filter(|table| logs.contains(&table.log)).collect();
    if candidates.is_empty() {
        return Err(refuse(None, "its log source is in none of the tables that are known here".to_owned()));
    }
    let tree = rule.tree();
    let mut converted = Converted::new(rule);
    let mut missing = Vec::new();
    for table in candidates {
        let mut converter = Converter::new(table, mapping, options);
        let formula = converter.tree(&tree).map_err(|(field, reason)| refuse(Some(field), reason))?;
        if formula == Formula::Known(false) {
            missing.push((table.name, converter.missing));
            continue;
        }
        converted.add(table, &formula, converter, options);
    }
    if converted.is_empty() {
        let mut fields: Vec<String> = missing.iter().flat_map(|(_, fields)| fields.clone()).collect();
        fields.sort();
        fields.dedup();
        let tables: Vec<&str> = missing.iter().map(|(table, _)| *table).collect();
        let reason = format!("it can match no row of {}", tables.join(", "));
        let reason = if fields.is_empty() { reason } else { format!("{reason}: no column for {}", fields.join(", ")) };
        return Err(refuse(None, reason));
    }
    converted.leave_out(&missing);
    Ok(converted)
}
