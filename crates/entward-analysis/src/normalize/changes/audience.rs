//! `AvailableToOtherTenants` and `SignInAudience`: who may sign in to an application.

use entward_model::{Target, Typed};
use serde_json::Value;

use super::said;
use crate::knowledge::Knowledge;

/// The flag knows two audiences only. `true` may include personal accounts; `SignInAudience` says so where it is in the
/// record, and [`relate`] then prefers its words.
pub(super) fn read_flag(_knowledge: &Knowledge, old: &Value, new: &Value) -> Option<Typed> {
    let words = |value: &Value| {
        let flag = said::scalar(value)?;
        match flag.to_ascii_lowercase().as_str() {
            "true" => Some("AzureADMultipleOrgs".to_owned()),
            "false" => Some("AzureADMyOrg".to_owned()),
            _ => None,
        }
    };
    audience(words(old), words(new))
}

pub(super) fn read_words(_knowledge: &Knowledge, old: &Value, new: &Value) -> Option<Typed> {
    audience(said::scalar(old), said::scalar(new))
}

/// Lets the flag speak in the words of `SignInAudience` where a target has both, so that one change is told once.
pub(super) fn relate(targets: &mut [Target]) {
    for target in targets {
        let Some(words) = said::on(target, "SignInAudience").and_then(|change| change.typed.clone()) else { continue };
        let flags =
            target.changes.iter_mut().filter(|change| change.property.eq_ignore_ascii_case("AvailableToOtherTenants"));
        for flag in flags {
            flag.typed = Some(words.clone());
        }
    }
}

fn audience(old: Option<String>, new: Option<String>) -> Option<Typed> {
    if old.is_none() && new.is_none() { None } else { Some(Typed::Audience { old, new }) }
}
