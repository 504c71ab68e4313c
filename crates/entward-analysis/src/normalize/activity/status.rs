//! How an operation of the Activity Log ended.
//!
//! Four vocabularies name four ends, and one operation leaves two or three records:
//! begun, accepted, done.

use entward_model::Outcome;
use serde_json::Value;

use super::Parts;
use crate::json::{as_text, opened};
use crate::normalize::reading::{find, find_object, seek};

/// Where a status stands, the one that decides first.
const STATUS: &[&str] = &[
    "ActivityStatusValue",
    "status.value",
    "status",
    "resultType",
    "evt.outcome",
    "ActivityStatus",
    "properties.activityStatusValue",
    "resultSignature",
];

/// The HTTP status beside it, for records whose status says something else or nothing.
const SUB_STATUS: &[&str] = &[
    "ActivitySubstatusValue",
    "subStatus.value",
    "subStatus",
    "ActivitySubstatus",
    "properties.statusCode",
    "statusCode",
    "properties.statusText",
    "statusText",
];

/// The outcome, and for a failure the reason in the record's own words.
pub(super) fn read(parts: &Parts<'_>) -> (Outcome, Option<String>) {
    let words = |paths: &'static [&'static str]| {
        paths.iter().filter_map(|path| find(&parts.event, &[path])).find_map(|word| fold(&word))
    };
    let outcome = words(STATUS).or_else(|| from_event_type(parts)).or_else(|| words(SUB_STATUS)).unwrap_or_default();
    let reason = if outcome == Outcome::Failure { reason(parts) } else { None };
    (outcome, reason)
}

/// Event Grid names the end in the type: `Microsoft.Resources.ResourceWriteFailure`.
fn from_event_type(parts: &Parts<'_>) -> Option<Outcome> {
    let event_type = find(parts.record, &["eventType"])?.to_ascii_lowercase();
    let ends = [("success", Outcome::Success), ("failure", Outcome::Failure), ("cancel", Outcome::Failure)];
    ends.into_iter().find(|(end, _)| event_type.ends_with(end)).map(|(_, outcome)| outcome)
}

/// One of the many words as one of the four ends; `None` for words that name no end, such as `Active`.
pub(in crate::normalize) fn fold(word: &str) -> Option<Outcome> {
    // `resultSignature` holds both levels: `Failed.NotFound`.
    let first = word.split('.').next().unwrap_or_default();
    let squeezed: String = first.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_ascii_lowercase();
    if let Ok(code) = squeezed.parse::<u32>() {
        return match code {
            0 | 200..400 => Some(Outcome::Success),
            400..600 => Some(Outcome::Failure),
            _ => None,
        };
    }
    match squeezed.as_str() {
        "start" | "started" | "accept" | "accepted" | "inprogress" | "running" | "begin" => Some(Outcome::Started),
        "success" | "succeeded" | "successful" | "ok" | "resolved" | "completed" | "created" | "nocontent"
        | "notmodified" => Some(Outcome::Success),
        "failure"
        | "failed"
        | "fail"
        | "error"
        | "canceled"
        | "cancelled"
        | "denied"
        | "clientfailure"
        | "serverfailure"
        | "badrequest"
        | "unauthorized"
        | "forbidden"
        | "notfound"
        | "methodnotallowed"
        | "conflict"
        | "gone"
        | "preconditionfailed"
        | "toomanyrequests"
        | "internalservererror"
        | "badgateway"
        | "serviceunavailable"
        | "gatewaytimeout" => Some(Outcome::Failure),
        _ => None,
    }
}

fn reason(parts: &Parts<'_>) -> Option<String> {
    let message = seek(&parts.properties, "statusMessage").and_then(|message| words_of(&opened(&message)));
    let described = || find(&parts.event, &["resultDescription"]);
    message.or_else(described).or_else(|| find(&parts.event, SUB_STATUS))
}

/// `code: message` of the error that a status message holds, or the message as it is.
fn words_of(message: &Value) -> Option<String> {
    let error = find_object(message, &["error"]);
    let holder = if error.is_object() { &*error } else { message };
    let parts = [find(holder, &["code"]), find(holder, &["message"])];
    let words: Vec<String> = parts.into_iter().flatten().collect();
    if words.is_empty() { as_text(message) } else { Some(words.join(": ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_end_is_one_of_four() {
        for word in ["Start", "Started", "Started.", "Accept", "Accepted", "In Progress"] {
            assert_eq!(fold(word), Some(Outcome::Started), "{word}");
        }
        for word in ["Success", "Succeeded", "Succeeded.Created", "OK", "Resolved", "Created", "201", "0"] {
            assert_eq!(fold(word), Some(Outcome::Success), "{word}");
        }
        for word in ["Failure", "Failed.NotFound", "Forbidden", "403", "Canceled"] {
            assert_eq!(fold(word), Some(Outcome::Failure), "{word}");
        }
        for word in ["Active", "Updated", "", "."] {
            assert_eq!(fold(word), None, "{word}");
        }
    }
}
