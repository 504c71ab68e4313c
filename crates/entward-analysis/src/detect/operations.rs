//! Recognises the operation of every record without looking it up twice.

use entward_model::{Log, Summary};
use rustc_hash::FxHashMap;

use super::view::operation_slots;
use crate::decode::Gathered;
use crate::knowledge::Knowledge;

/// What is known of an operation's spelling.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Recognized {
    /// Whether a catalogue lists it.
    known: bool,
    /// Whether a record of it may belong to the story of a change, matched or not.
    pub(super) tells_a_story: bool,
}

/// Spellings seen so far. Bounded: an input of invented operations must not fill memory.
#[derive(Debug, Default)]
pub(super) struct Operations {
    seen: [FxHashMap<Box<[u8]>, Recognized>; 8],
}

const MOST_SPELLINGS: usize = 8_192;

/// Operations whose records explain a change that a rule found: the empty twins of a
/// credential change, the service principal that comes with an application, the grants
/// behind a consent.
const STORY_FAMILIES: &[&str] = &[
    "entra.application.",
    "entra.service-principal.",
    "entra.delegated-grant.",
    "entra.role.",
    "azure.authorization.",
    "azure.managedidentity.",
];

/// Operations of those families that services write all day long. A rule finds the few that
/// matter; reading all others in full would cost more than everything else.
const EVERYDAY: &[&str] = &["entra.application.update", "entra.service-principal.update"];

impl Operations {
    /// Recognises the operation of a record; counts one that nobody knows.
    #[inline]
    pub(super) fn recognize(
        &mut self,
        knowledge: &Knowledge,
        record: &Gathered<'_>,
        summary: &mut Summary,
    ) -> Recognized {
        let log = record.shape.log();
        // Requests to Graph and sign-ins have one operation each; resource logs are no concern of ours.
        if matches!(log, Log::GraphActivity | Log::SignIn | Log::Resource | Log::Risk | Log::Provisioning) {
            return Recognized::default();
        }
        let Some(text) = operation_slots(record.shape).iter().find_map(|slot| record.text(*slot)) else {
            return Recognized::default();
        };
        let seen = &mut self.seen[log as usize];
        if let Some(recognized) = seen.get(text) {
            if !recognized.known {
                summary.new_operations.add(&spelled(text), 1);
            }
            return *recognized;
        }
        let spelling = spelled(text);
        let operation = knowledge.operation(log, &spelling);
        let tells_a_story = STORY_FAMILIES.iter().any(|family| operation.id.starts_with(family))
            && !EVERYDAY.contains(&operation.id.as_ref());
        // Other workloads of the unified log and other providers of Azure have thousands of operations, and none of
        // them is ours to know.
        let elsewhere = log == Log::Activity || operation.id.starts_with("m365.");
        let known = operation.known || elsewhere;
        let recognized = Recognized { known, tells_a_story };
        if !known {
            summary.new_operations.add(&spelling, 1);
        }
        if seen.len() >= MOST_SPELLINGS {
            seen.clear();
        }
        seen.insert(text.into(), recognized);
        recognized
    }
}

/// The text of an operation, from a JSON string without its quotes or from a cell.
fn spelled(text: &[u8]) -> String {
    // The management API wraps it: {"value": …, "localizedValue": …}.
    if text.first() == Some(&b'{') {
        let value: serde_json::Value = serde_json::from_slice(text).unwrap_or_default();
        return crate::json::text(&value, &["value"]).unwrap_or_default();
    }
    let text = String::from_utf8_lossy(text);
    if !text.contains('\\') {
        return text.into_owned();
    }
    serde_json::from_str(&format!("\"{text}\"")).unwrap_or_else(|_| text.into_owned())
}
