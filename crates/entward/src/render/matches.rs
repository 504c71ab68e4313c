//! Matches as NDJSON: one line per rule and record.

use std::io;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::json;

/// A rule that matched a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Match<'a> {
    /// The file, as named on the command line or found below it.
    pub(crate) file: &'a str,
    /// The record's ordinal in its file, from 0.
    pub(crate) index: u64,
    /// The rule's id.
    pub(crate) rule_id: &'a str,
    /// The rule's title.
    pub(crate) rule_title: &'a str,
}

/// Writes one match as a line.
///
/// # Errors
///
/// Those of the writer.
pub(crate) fn line<W: io::Write + ?Sized>(out: &mut W, found: &Match<'_>) -> io::Result<()> {
    json::line(out, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_match_says_which_rule_met_which_record() {
        let mut out = Vec::new();
        let found = Match { file: "logs/audit.json", index: 3, rule_id: "a5b1c7d2", rule_title: "A \"rule\"" };
        line(&mut out, &found).expect("a vector takes everything");
        assert_eq!(
            String::from_utf8_lossy(&out),
            "{\"file\":\"logs/audit.json\",\"index\":3,\"rule_id\":\"a5b1c7d2\",\"rule_title\":\"A \\\"rule\\\"\"}\n"
        );
    }
}
