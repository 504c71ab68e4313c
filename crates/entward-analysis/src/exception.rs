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

use entward_model::Timestamp;
use serde_json::Value;

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
}
