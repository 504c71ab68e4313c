//! The portal's CSV downloads: the audit log, the sign-in logs, the Activity Log.
//!
//! They are made for spreadsheets. Column names carry blanks at their ends and inside, one is there twice, ids of
//! records are missing, and the audit download cuts off what does not fit: a fourth target, a sixth changed property.
//! What it has is read; what it lacks stays empty.

mod activity;
mod audit;
mod sign_in;

use entward_model::{Event, Shape};
use serde_json::Value;

use crate::json;
use crate::knowledge::Knowledge;

pub(super) fn normalize(knowledge: &Knowledge, shape: Shape, record: &Value) -> Event {
    let row = Row(record);
    match shape {
        Shape::PortalSignInCsv => sign_in::normalize(knowledge, shape, &row),
        Shape::PortalActivityCsv => activity::normalize(knowledge, shape, &row),
        _ => audit::normalize(knowledge, shape, &row),
    }
}

/// One row: an object of column name to text.
struct Row<'a>(&'a Value);

impl Row<'_> {
    /// The cell under this name, letter case and blanks set aside; an empty cell is nothing.
    fn cell(&self, column: &str) -> Option<String> {
        if let Some(found) = json::text(self.0, &[column]) {
            return Some(found);
        }
        let (_, found) = self.0.as_object()?.iter().find(|(name, _)| same_column(name, column))?;
        json::as_text(found)
    }

    /// The cell as an id: trimmed, in lower case.
    fn id(&self, column: &str) -> Option<String> {
        self.cell(column).map(|id| id.trim().to_ascii_lowercase())
    }

    /// The first cell under any of these names.
    fn first(&self, columns: &[&str]) -> Option<String> {
        columns.iter().find_map(|column| self.cell(column))
    }
}

/// Whether two column names are the same but for case and blanks.
fn same_column(one: &str, other: &str) -> bool {
    let letters = |name: &str| -> Vec<u8> {
        name.bytes().filter(|byte| !byte.is_ascii_whitespace()).map(|byte| byte.to_ascii_lowercase()).collect()
    };
    letters(one) == letters(other)
}

#[cfg(test)]
mod tests;
