//! `FederatedIdentityCredentials`: whose tokens an application accepts in place of a secret.

use entward_model::{Credential, CredentialKind, Typed};
use serde_json::Value;

use crate::json;
use crate::knowledge::Knowledge;

pub(super) fn read(_knowledge: &Knowledge, old: &Value, new: &Value) -> Option<Typed> {
    Some(Typed::Credentials { old: credentials(old), new: credentials(new) })
}

fn credentials(value: &Value) -> Vec<Credential> {
    json::listed(value).iter().map(|element| credential(&json::opened(element))).collect()
}

/// A flexible credential has no subject but an expression over claims, which then tells what is trusted.
fn credential(object: &Value) -> Credential {
    Credential {
        kind: CredentialKind::Federated,
        key_id: json::text(object, &["Id"]).map(|id| id.to_ascii_lowercase()),
        name: json::text(object, &["Name"]),
        valid_from: None,
        valid_to: None,
        issuer: json::text(object, &["Issuer"]),
        subject: json::text(object, &["Subject"])
            .or_else(|| json::text(object, &["ClaimsMatchingExpressionValue"]))
            .or_else(|| json::text(object, &["claimsMatchingExpression", "value"])),
    }
}
