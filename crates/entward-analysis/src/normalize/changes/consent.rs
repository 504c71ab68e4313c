//! `ConsentAction.*` and `ConsentContext.*`: what was agreed to, by whom, for whom.
//!
//! `ConsentAction.Permissions` is no JSON but `before => after; `, each a list of bracketed grants with named fields.
//! The grants name an API by its object id in the tenant only. Another target or another record may know which API that is
//! ([`name_apis`]); where none does, the id stands.

use entward_model::{Change, Consent, ConsentScope, GrantKind, Permission, Target, TargetKind, Typed};
use serde_json::Value;

use super::{grants, said};
use crate::json;
use crate::knowledge::Knowledge;

/// Reads `ConsentAction.Permissions` alone; [`relate`] adds what the neighbours say.
pub(super) fn read(_knowledge: &Knowledge, old: &Value, new: &Value) -> Option<Typed> {
    let text = json::as_text(new).or_else(|| json::as_text(old))?;
    let (before, after) = text.split_once("=>")?;
    let (before, after) = (read_set(before), read_set(after));
    let added: Vec<&Grant> = after.iter().filter(|grant| !before.contains(grant)).collect();
    Some(Typed::Consent(Consent {
        scope: widest(&added),
        by_admin: None,
        principal_id: added.iter().find_map(|grant| grant.principal_id.clone()),
        old: permissions(&before),
        new: permissions(&after),
        reason: None,
    }))
}

/// Completes the consent with its context; where the permissions are missing, as on a refusal, the context carries it.
pub(super) fn relate(targets: &mut [Target]) {
    const CARRIERS: [&str; 5] = [
        "ConsentAction.Permissions",
        "ConsentContext.OnBehalfOfAll",
        "ConsentContext.IsAdminConsent",
        "ConsentAction.Reason",
        "ConsentContext.IsAppOnly",
    ];
    let Some((target_at, change_at)) = CARRIERS.iter().find_map(|property| said::place(targets, property)) else {
        return;
    };
    let word = |property: &str| said::find(targets, property).and_then(said::either);
    let flag = |property: &str| word(property).and_then(|word| as_flag(&word));
    let for_all = flag("ConsentContext.OnBehalfOfAll");
    let by_admin = flag("ConsentContext.IsAdminConsent");
    let reason = word("ConsentAction.Reason").or_else(|| word("MethodExecutionResult."));
    let carrier: &mut Change = &mut targets[target_at].changes[change_at];
    let mut consent = match carrier.typed.take() {
        Some(Typed::Consent(consent)) => consent,
        _ => nothing_agreed(),
    };
    consent.scope = match for_all {
        Some(true) => ConsentScope::AllPrincipals,
        Some(false) if consent.scope == ConsentScope::Unknown => ConsentScope::Principal,
        _ => consent.scope,
    };
    consent.by_admin = by_admin;
    consent.reason = reason;
    carrier.typed = Some(Typed::Consent(consent));
    name_apis(targets);
}

/// Names the APIs that consents know by object id only, where one of these targets is that API.
pub(crate) fn name_apis(targets: &mut [Target]) {
    let apis: Vec<(String, Option<String>, Option<String>)> = targets
        .iter()
        .filter(|target| target.kind == TargetKind::ServicePrincipal)
        .filter_map(|target| Some((target.id.clone()?, target.app_id.clone(), target.name.clone())))
        .collect();
    let permissions =
        targets.iter_mut().flat_map(|target| &mut target.changes).filter_map(|change| match &mut change.typed {
            Some(Typed::Consent(consent)) => Some(consent.old.iter_mut().chain(&mut consent.new)),
            _ => None,
        });
    for permission in permissions.flatten().filter(|permission| permission.resource_app_id.is_none()) {
        let Some((_, app_id, name)) = apis.iter().find(|(id, ..)| permission.resource_id.as_ref() == Some(id)) else {
            continue;
        };
        permission.resource_app_id.clone_from(app_id);
        permission.resource_name.clone_from(name);
    }
}

/// `AllPrincipals` or `Principal`.
pub(super) fn scope_from_word(word: &str) -> ConsentScope {
    match word.trim().to_ascii_lowercase().as_str() {
        "allprincipals" => ConsentScope::AllPrincipals,
        "principal" => ConsentScope::Principal,
        _ => ConsentScope::Unknown,
    }
}

/// One grant of the list.
#[derive(PartialEq, Eq)]
struct Grant {
    principal_id: Option<String>,
    resource_id: Option<String>,
    scope: ConsentScope,
    scopes: Vec<String>,
}

/// The grants of `[[…], […]]`.
fn read_set(text: &str) -> Vec<Grant> {
    let text = text.trim().trim_end_matches(';').trim();
    let inner = text.strip_prefix('[').unwrap_or(text);
    let inner = inner.strip_suffix(']').unwrap_or(inner);
    let mut grants = Vec::new();
    let mut rest = inner;
    while let Some(start) = rest.find('[') {
        let body = &rest[start + 1..];
        let end = body.find(']').unwrap_or(body.len());
        grants.push(read_grant(&body[..end]));
        rest = &body[end..];
    }
    grants
}

/// The fields of one grant. A blank-separated scope list may hold commas of its own, so a part that begins with no
/// field's name belongs to the field before it.
fn read_grant(text: &str) -> Grant {
    const FIELDS: [&str; 8] = [
        "Id",
        "ClientId",
        "PrincipalId",
        "ResourceId",
        "ConsentType",
        "Scope",
        "CreatedDateTime",
        "LastModifiedDateTime",
    ];
    let mut fields: Vec<(&str, String)> = Vec::new();
    for part in text.split(", ") {
        let (name, value) = part.split_once(':').unwrap_or_else(|| part.split_once(' ').unwrap_or((part, "")));
        match FIELDS.iter().find(|field| field.eq_ignore_ascii_case(name.trim())) {
            Some(field) => fields.push((field, value.trim().to_owned())),
            None => {
                if let Some((_, earlier)) = fields.last_mut() {
                    earlier.push_str(", ");
                    earlier.push_str(part);
                }
            }
        }
    }
    let field = |wanted: &str| {
        let found = fields.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    };
    Grant {
        principal_id: field("PrincipalId").filter(|id| !said::is_zero(id)).map(str::to_ascii_lowercase),
        resource_id: field("ResourceId").filter(|id| said::is_guid(id)).map(str::to_ascii_lowercase),
        scope: field("ConsentType").map_or(ConsentScope::Unknown, scope_from_word),
        scopes: field("Scope").map(grants::tokens).unwrap_or_default(),
    }
}

/// For everybody, when any of the grants is.
fn widest(grants: &[&Grant]) -> ConsentScope {
    let any = |scope| grants.iter().any(|grant| grant.scope == scope);
    if any(ConsentScope::AllPrincipals) {
        ConsentScope::AllPrincipals
    } else if any(ConsentScope::Principal) {
        ConsentScope::Principal
    } else {
        ConsentScope::Unknown
    }
}

fn permissions(set: &[Grant]) -> Vec<Permission> {
    let mut found: Vec<Permission> = Vec::new();
    for (grant, name) in set.iter().flat_map(|grant| grant.scopes.iter().map(move |name| (grant, name))) {
        let known =
            |earlier: &Permission| earlier.name.as_deref() == Some(name) && earlier.resource_id == grant.resource_id;
        if !found.iter().any(known) {
            found.push(Permission {
                name: Some(name.clone()),
                id: None,
                granted_as: GrantKind::Delegated,
                resource_app_id: None,
                resource_id: grant.resource_id.clone(),
                resource_name: None,
                tier: None,
            });
        }
    }
    found
}

fn nothing_agreed() -> Consent {
    Consent {
        scope: ConsentScope::Unknown,
        by_admin: None,
        principal_id: None,
        old: Vec::new(),
        new: Vec::new(),
        reason: None,
    }
}

fn as_flag(word: &str) -> Option<bool> {
    match word.trim().to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}
