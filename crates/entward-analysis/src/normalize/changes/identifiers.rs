//! Which application a target is.
//!
//! A target carries its object id; its application id stands in one property or another, at times on the target beside
//! it. Names help people, ids join records, so both are brought home before anything else is read.

use entward_model::{Target, TargetKind};
use serde_json::Value;

use super::said;
use crate::json;

/// Fills in application ids, and names that stand beside the target they belong to.
pub(super) fn relate(targets: &mut [Target]) {
    for target in targets.iter_mut() {
        if target.app_id.is_none() {
            target.app_id = own_app_id(target);
        }
    }
    for prefix in ["Application", "ServicePrincipal"] {
        bring_home(targets, prefix);
    }
    for target in targets.iter_mut().filter(|target| target.kind == TargetKind::ServicePrincipal) {
        // Grant records name the grantee by its application id.
        if target.app_id.is_none()
            && let Some(name) = target.name.as_deref()
            && said::is_guid(name)
        {
            target.app_id = Some(name.to_ascii_lowercase());
        }
    }
}

/// The application id among service principal names: a GUID by itself, else one before a slash
/// (`00000003-0000-0000-c000-000000000000/graph.contoso.example`).
pub(super) fn app_id_among(names: &str) -> Option<String> {
    let parts = || names.split(';').map(str::trim);
    parts()
        .find(|part| said::is_guid(part))
        .or_else(|| parts().filter_map(|part| part.split('/').next()).find(|part| said::is_guid(part)))
        .map(str::to_ascii_lowercase)
}

fn own_app_id(target: &Target) -> Option<String> {
    for property in ["AppId", "AppPrincipalId"] {
        if let Some(id) = said::on(target, property).and_then(said::either)
            && said::is_guid(&id)
        {
            return Some(id.to_ascii_lowercase());
        }
    }
    if target.kind != TargetKind::ServicePrincipal {
        return None;
    }
    ["TargetId.ServicePrincipalNames", "ServicePrincipalName"].iter().find_map(|property| {
        let change = said::on(target, property)?;
        app_id_in(&change.new).or_else(|| app_id_in(&change.old))
    })
}

fn app_id_in(names: &Value) -> Option<String> {
    match names {
        Value::Array(elements) => elements.iter().filter_map(json::as_text).find(|name| said::is_guid(name)),
        other => json::as_text(other).and_then(|text| app_id_among(&text)),
    }
    .map(|id| id.to_ascii_lowercase())
}

/// `Application.ObjectID` and its neighbours describe another target of the record: gives it what it lacks.
fn bring_home(targets: &mut [Target], prefix: &str) {
    let value =
        |targets: &[Target], name: &str| said::find(targets, &format!("{prefix}.{name}")).and_then(said::either);
    let Some(object_id) = value(targets, "ObjectID").map(|id| id.to_ascii_lowercase()) else { return };
    let app_id = value(targets, "AppId").filter(|id| said::is_guid(id)).map(|id| id.to_ascii_lowercase());
    let name = value(targets, "DisplayName");
    for target in targets.iter_mut().filter(|target| target.id.as_deref() == Some(object_id.as_str())) {
        if target.app_id.is_none() {
            target.app_id = app_id.clone();
        }
        let nameless = target.name.as_deref().is_none_or(said::is_guid);
        if nameless && name.is_some() {
            if target.app_id.is_none() {
                target.app_id = target.name.take().map(|id| id.to_ascii_lowercase());
            }
            target.name = name.clone();
        }
    }
}
