//! Owners: records that add or remove one put what is owned among the properties of the owner.

use entward_model::{Target, Typed};

use super::said;

/// Marks the owner's change that names the application or service principal.
pub(super) fn relate(operation: &str, targets: &mut [Target]) {
    if !operation.contains(".owner.") {
        return;
    }
    for property in ["Application.ObjectID", "ServicePrincipal.ObjectID"] {
        let Some((target_at, change_at)) = said::place(targets, property) else { continue };
        let change = &mut targets[target_at].changes[change_at];
        change.typed = Some(Typed::Owner { of: said::either(change).map(|id| id.to_ascii_lowercase()) });
        return;
    }
}
