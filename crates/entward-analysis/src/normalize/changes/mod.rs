//! What changed properties mean.
//!
//! [`change`] reads one property: its values are unpacked, and typed where the property alone says what they mean.
//! [`relate`] then looks at all the targets of a record at once, because some meanings are spread over several
//! properties or targets: which role of which API was granted, for whom a consent holds, what a new owner owns.
//! One meaning is carried by one change, so that nobody counts it twice.
//!
//! Both logs that tell of changes, the audit log and the unified log, come through here with their own packing; past
//! this room a value looks the same whichever log told it. Properties are found by name, never by position.
//!
//! To teach a property: a reader in the file of its kind, a line in [`meaning`] or a call in [`relate`], a test.

mod addresses;
mod audience;
mod consent;
mod decode;
mod exposed;
mod federated;
mod grants;
mod identifiers;
mod keys;
mod owners;
mod required_access;
mod roles;
mod said;

use entward_model::{Change, Target, Typed};
use serde_json::Value;

use crate::knowledge::Knowledge;

pub(crate) use consent::name_apis;
pub(super) use roles::{as_scope, gives_a_role};
pub(crate) use said::is_guid;

/// One changed property, with its values decoded (JSON in strings, `\r\n` pretty-printing, lone scalars) and, where one property
/// alone says it, its meaning. `old` and `new` arrive as they stand in the record.
pub(super) fn change(knowledge: &Knowledge, property: &str, old: Value, new: Value) -> Change {
    let old = decode::decode(old);
    let new = decode::decode(new);
    let typed = meaning(knowledge, property, &old, &new);
    Change { property: property.to_owned(), old, new, typed }
}

/// Gives meaning to what several properties or targets say together: app role and delegated grants, roles, owners.
/// `operation` is the canonical id.
///
/// Also fills in the application ids and names that one target's properties tell about another target.
pub(super) fn relate(knowledge: &Knowledge, operation: &str, targets: &mut [Target]) {
    identifiers::relate(targets);
    grants::relate(knowledge, operation, targets);
    consent::relate(targets);
    audience::relate(targets);
    owners::relate(operation, targets);
    roles::relate(knowledge, operation, targets);
}

/// What one property says by itself.
fn meaning(knowledge: &Knowledge, property: &str, old: &Value, new: &Value) -> Option<Typed> {
    type Reader = fn(&Knowledge, &Value, &Value) -> Option<Typed>;
    const READERS: &[(&str, Reader)] = &[
        ("RequiredResourceAccess", required_access::read),
        ("KeyDescription", keys::read),
        ("FederatedIdentityCredentials", federated::read),
        ("AppAddress", addresses::read),
        ("AvailableToOtherTenants", audience::read_flag),
        ("SignInAudience", audience::read_words),
        ("ConsentAction.Permissions", consent::read),
        ("Entitlement", exposed::read),
        // Not seen in any public record; documented as another name of the same.
        ("EntitlementEncoded", exposed::read),
    ];
    let (_, reader) = READERS.iter().find(|(name, _)| name.eq_ignore_ascii_case(property))?;
    reader(knowledge, old, new)
}

#[cfg(test)]
pub(super) mod tests;
