//! Exceptions from a rule: who stands for one, why, and until when.
//!
//! An exception is a Sigma filter. Owner, reason and end are in its custom map, where other tools pass them over:
//!
//! ```yaml
//! x_entward:
//!     owner: identity-team@contoso.example
//!     reason: The deployment pipeline rotates these secrets each night
//!     expires: 2027-06-30
//! ```

use std::fmt::Write as _;

use entward_model::Timestamp;
use entward_sigma::{LogSource, Rule};
use serde_json::Value;

use crate::fold::stable_hash;

/// A day, in nanoseconds.
const DAY: i64 = 86_400_000_000_000;

/// Until when an exception holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// It says no end.
    Never,
    /// Before this instant.
    Before(Timestamp),
    /// What it says is no date.
    Unreadable,
}

/// Until when a filter with these custom attributes holds. A date alone means through the end of that day, UTC.
pub fn expiry(custom: &Value) -> Expiry {
    match &custom["expires"] {
        Value::Null => Expiry::Never,
        Value::String(text) => read(text).map_or(Expiry::Unreadable, Expiry::Before),
        _ => Expiry::Unreadable,
    }
}

/// Reads the end of an exception: a date such as `2027-06-30`, through its end, or an instant. `None` where it is neither.
pub fn read(text: &str) -> Option<Timestamp> {
    let instant = Timestamp::parse(text).ok()?;
    let is_date_alone = text.trim().len() <= "2027-06-30".len();
    let end = if is_date_alone { instant.nanos().checked_add(DAY)? } else { instant.nanos() };
    Some(Timestamp::from_nanos(end))
}

/// Whether an exception's time is over. One whose end cannot be read is over too: the rule would be silent for ever
/// otherwise. Where nobody knows what time it is, nothing is over.
pub fn is_over(custom: &Value, now: Option<Timestamp>) -> bool {
    match (expiry(custom), now) {
        (Expiry::Never, _) | (Expiry::Before(_), None) => false,
        (Expiry::Before(end), Some(now)) => now >= end,
        (Expiry::Unreadable, _) => true,
    }
}

/// An exception that somebody asks for: the rule is silent where the field has one of the values.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// The rule.
    pub rule: &'r Rule,
    /// The field.
    pub field: &'r str,
    /// The values, as the records have them; nothing in them is a wildcard.
    pub values: &'r [String],
    /// Who stands for it.
    pub owner: &'r str,
    /// Why.
    pub reason: &'r str,
    /// Until when, as [`read`] reads it.
    pub expires: &'r str,
    /// The day on which it is granted: `2026-11-25`.
    pub today: &'r str,
}

impl Request<'_> {
    /// The exception as a Sigma filter. `None` where the rule has neither an id nor a name by which a filter could call it.
    ///
    /// The same request has the same id, so that it cannot be granted twice beside itself.
    pub fn document(&self) -> Option<String> {
        let called = self.rule.about.id.as_deref().or(self.rule.about.name.as_deref())?;
        let seed = [called, self.field, &self.values.join("\u{0}")].join("\u{0}");
        let mut text = String::new();
        let quoted = |text: &str| Value::from(text).to_string();
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "title: {}\nid: {}\nstatus: stable\ndescription: {}\nauthor: {}\ndate: {}\n{}filter:\n    rules:\n        - {}\n    selection:\n        {}:\n",
            quoted(&format!("Exception from: {}", self.rule.about.title)),
            id(&seed),
            quoted(self.reason),
            quoted(self.owner),
            quoted(self.today),
            logsource(&self.rule.logsource),
            quoted(called),
            quoted(self.field),
        );
        for value in self.values {
            let _ = writeln!(text, "            - {}", quoted(&escaped(value)));
        }
        let _ = write!(
            text,
            "    condition: not selection\nx_entward:\n    owner: {}\n    reason: {}\n    expires: {}\n",
            quoted(self.owner),
            quoted(self.reason),
            quoted(self.expires),
        );
        Some(text)
    }

    /// A rule that finds exactly what the exception leaves out, to be asked whether it can find anything.
    pub fn inverted(&self) -> String {
        let quoted = |text: &str| Value::from(text).to_string();
        let values: Vec<String> = self.values.iter().map(|value| quoted(&escaped(value))).collect();
        format!(
            "title: Exception\n{}detection:\n    selection:\n        {}: [{}]\n    condition: selection\n",
            logsource(&self.rule.logsource),
            quoted(self.field),
            values.join(", ")
        )
    }
}

fn logsource(source: &LogSource) -> String {
    let parts = [("product", &source.product), ("category", &source.category), ("service", &source.service)];
    let mut text = "logsource:\n".to_owned();
    for (key, part) in parts {
        if let Some(part) = part {
            let _ = writeln!(text, "    {key}: {}", Value::from(part.as_str()));
        }
    }
    text
}

/// A value in which Sigma sees no wildcard.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('*', "\\*").replace('?', "\\?")
}

/// An id in the writing of a UUID (version 8, of one's own making) from a text.
fn id(seed: &str) -> String {
    let high = stable_hash(seed.as_bytes());
    let low = stable_hash(format!("{seed}\u{0}low").as_bytes());
    format!(
        "{:08x}-{:04x}-8{:03x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48 & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_exception_holds_through_its_last_day() {
        check(json!({}), "2026-11-25T00:00:00Z", false);
        check(json!({ "expires": "2026-11-24" }), "2026-11-24T23:59:59Z", false);
        check(json!({ "expires": "2026-11-24" }), "2026-11-25T00:00:00Z", true);
        check(json!({ "expires": "2026-11-24T12:00:00Z" }), "2026-11-24T11:59:59Z", false);
        check(json!({ "expires": "2026-11-24T12:00:00Z" }), "2026-11-24T12:00:00Z", true);
    }

    #[test]
    fn an_end_that_is_no_date_is_over() {
        check(json!({ "expires": "next summer" }), "2026-11-24T12:00:00Z", true);
        check(json!({ "expires": 2027 }), "2026-11-24T12:00:00Z", true);
        assert!(!is_over(&json!({ "expires": "2020-01-01" }), None));
    }

    #[track_caller]
    fn check(custom: Value, now: &str, expected: bool) {
        assert_eq!(is_over(&custom, Timestamp::parse(now).ok()), expected, "{custom} at {now}");
    }

    #[test]
    fn a_request_becomes_a_filter_that_means_its_values_literally() {
        let rule = "title: Added\nid: 5d0c8a51-2f0b-4a57-93a4-4b8e3c1f6a01\nlogsource: {product: azure, service: auditlogs}\n\
                    detection:\n    a: {OperationName: Add application}\n    condition: a\n";
        let (rules, _) = entward_sigma::parse("rule.yml", rule);
        let values = ["C:\\temp\\*?\"".to_owned()];
        let request = Request {
            rule: &rules[0],
            field: "InitiatedBy.app.appId",
            values: &values,
            owner: "ops: \"team\"",
            reason: "because # not a comment",
            expires: "2027-06-30",
            today: "2026-11-25",
        };
        let document = request.document().unwrap();
        assert_eq!(request.document().as_ref(), Some(&document), "the same request, the same id");
        let mut loader = entward_sigma::Loader::default();
        loader.add("rule.yml", rule);
        loader.add("filter.yml", &document);
        let (collection, errors) = loader.finish();
        assert_eq!(errors, []);
        let filter = &collection.filters[0];
        assert_eq!(filter.rules, [0]);
        assert_eq!(filter.about.custom["owner"], "ops: \"team\"");
        assert_eq!(filter.about.custom["reason"], "because # not a comment");
        assert_eq!(expiry(&filter.about.custom), Expiry::Before(Timestamp::parse("2027-07-01").unwrap()));
        let tree = format!("{:?}", collection.rules[0].tree());
        assert!(tree.contains(r#"Literal("C:\\temp\\*?\"")"#), "{tree}");
        let (inverted, errors) = entward_sigma::parse("inverted.yml", &request.inverted());
        assert!(errors.is_empty() && inverted.len() == 1);
    }
}
