//! `KeyDescription`: the secrets and certificates of an application.
//!
//! Each is a text of its own grammar,
//! `[KeyIdentifier=…,KeyType=…,KeyUsage=…,DisplayName=…]`, whose last field may hold commas, equal signs and brackets and
//! may be cut short; or an object, where a pipeline has rewritten it.

use entward_model::{Credential, CredentialKind, Timestamp, Typed};
use serde_json::Value;

use crate::json;
use crate::knowledge::Knowledge;

pub(super) fn read(_knowledge: &Knowledge, old: &Value, new: &Value) -> Option<Typed> {
    Some(Typed::Credentials { old: credentials(old), new: credentials(new) })
}

fn credentials(value: &Value) -> Vec<Credential> {
    match value {
        Value::Array(elements) => elements.iter().filter_map(credential).collect(),
        other => credential(other).into_iter().collect(),
    }
}

fn credential(element: &Value) -> Option<Credential> {
    match json::opened(element).as_ref() {
        Value::String(text) => bracketed(text),
        object @ Value::Object(_) => Some(described(object)),
        _ => None,
    }
}

/// The directory's own text. Only the first three commas separate: the rest is the name.
fn bracketed(text: &str) -> Option<Credential> {
    let text = text.trim();
    let inner = text.strip_prefix('[')?;
    let inner = inner.strip_suffix(']').unwrap_or(inner);
    let mut found = empty();
    for field in inner.splitn(4, ',') {
        let Some((name, value)) = field.split_once('=') else { continue };
        let value = value.trim();
        if value.is_empty() {
            continue;
        }
        match name.trim().to_ascii_lowercase().as_str() {
            "keyidentifier" => found.key_id = Some(value.to_ascii_lowercase()),
            "keytype" => found.kind = kind(value),
            "displayname" => found.name = Some(value.to_owned()),
            _ => {}
        }
    }
    found.key_id.is_some().then_some(found)
}

fn described(object: &Value) -> Credential {
    let any = |names: &[&str]| names.iter().find_map(|name| json::text(object, &[name]));
    let instant =
        |names: &[&str]| any(names).map(|text| Timestamp::parse(&text).map_or(text, |instant| instant.to_string()));
    Credential {
        kind: any(&["KeyType", "type"]).map_or(CredentialKind::Other, |word| kind(&word)),
        key_id: any(&["KeyIdentifier", "keyId"]).map(|id| id.to_ascii_lowercase()),
        name: any(&["DisplayName"]),
        valid_from: instant(&["StartDate", "startDateTime"]),
        valid_to: instant(&["EndDate", "endDateTime"]),
        ..empty()
    }
}

fn kind(word: &str) -> CredentialKind {
    let word = word.to_ascii_lowercase();
    if word == "password" {
        CredentialKind::Password
    } else if word.contains("x509") {
        CredentialKind::Certificate
    } else {
        CredentialKind::Other
    }
}

fn empty() -> Credential {
    Credential {
        kind: CredentialKind::Other,
        key_id: None,
        name: None,
        valid_from: None,
        valid_to: None,
        issuer: None,
        subject: None,
    }
}
