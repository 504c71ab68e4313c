//! Who made a change, by the audit log.
//!
//! `initiatedBy` holds a `user` or an `app`, at times both, at times neither: then the envelope's `identity` is all
//! there is. A service that works for somebody names that somebody in `additionalDetails`.

use entward_model::{Actor, ActorKind};
use serde_json::Value;

use super::{Details, Record};
use crate::json;
use crate::knowledge::Knowledge;
use crate::normalize::address;

/// Services of the directory that act without any object in the tenant.
///
/// A name proves nothing, since anybody may call an application `MS-PIM`; but an application that somebody made has a
/// service principal, and its records name it. So a name counts only where the record has neither of the two ids.
const SERVICES_WITHOUT_IDS: &[&str] = &[
    "AAD App Management",
    "Azure AD Cloud Sync",
    "Azure AD PIM",
    "Device Registration Service",
    "Managed Service Identity",
    "Microsoft Approval Management",
    "Microsoft Managed Policy Manager",
    "Microsoft Substrate Management",
    "Microsoft.Azure.SyncFabric",
    "MS-PIM",
];

pub(super) fn read(knowledge: &Knowledge, record: &Record<'_>, details: &Details) -> Actor {
    let initiated_by = record.member("initiatedBy").map(json::opened);
    let part = |name: &str| initiated_by.as_deref().and_then(|by| json::member(by, name));
    let user = part("user").filter(|user| names_anybody(user));
    let app = part("app").filter(|app| names_anybody(app));
    let mut actor = match (user, app) {
        (Some(user), app) => person(user, app),
        (None, Some(app)) => application(knowledge, app),
        (None, None) => only_a_name(record.text(&["identity"])),
    };
    if user.is_none()
        && let Some((kind, id)) = behind(details)
    {
        actor.kind = kind;
        actor.id = Some(id);
    }
    actor.address = source_address(record, details, part("user"), app);
    actor.user_agent = details.get("User-Agent").map(str::to_owned).or_else(|| record.text(&["userAgent"]));
    actor
}

fn person(user: &Value, app: Option<&Value>) -> Actor {
    Actor {
        kind: if is_agent(user) { ActorKind::Agent } else { ActorKind::User },
        id: json::text(user, &["id"]).map(|id| id.to_ascii_lowercase()),
        name: json::text(user, &["userPrincipalName"]).or_else(|| json::text(user, &["displayName"])),
        app_id: app.and_then(app_id),
        ..Actor::default()
    }
}

fn application(knowledge: &Knowledge, app: &Value) -> Actor {
    let id = json::text(app, &["servicePrincipalId"]).map(|id| id.to_ascii_lowercase());
    let app_id = app_id(app);
    let name = json::text(app, &["displayName"]).or_else(|| json::text(app, &["servicePrincipalName"]));
    let kind = if is_agent(app) {
        ActorKind::Agent
    } else if json::text(app, &["servicePrincipalType"])
        .is_some_and(|kind| kind.eq_ignore_ascii_case("ManagedIdentity"))
    {
        ActorKind::ManagedIdentity
    } else if app_id.as_deref().is_some_and(|id| knowledge.app(id).is_some())
        || (id.is_none() && app_id.is_none() && name.as_deref().is_some_and(is_service_without_ids))
    {
        ActorKind::Microsoft
    } else {
        ActorKind::Application
    };
    Actor { kind, id, name, app_id, ..Actor::default() }
}

/// The envelope's `identity` is filled when the actor is an application.
fn only_a_name(name: Option<String>) -> Actor {
    let kind = match name.as_deref() {
        None => ActorKind::Unknown,
        Some(name) if name.contains('@') => ActorKind::User,
        Some(name) if is_service_without_ids(name) => ActorKind::Microsoft,
        Some(_) => ActorKind::Application,
    };
    Actor { kind, name, ..Actor::default() }
}

/// Whom a service acted for: `Source` holds `{"TYPE":"USER","OBJECT ID":"…"}`.
///
/// That principal is the actor then. The record has no name for it, so the service's name stays, and the service's
/// application id tells through what it was done.
fn behind(details: &Details) -> Option<(ActorKind, String)> {
    let source = json::unpacked(&Value::String(details.get("Source")?.to_owned()));
    let id = ["OBJECT ID", "OBJECTID", "ObjectId"].iter().find_map(|name| json::text(&source, &[name]))?;
    let kind = match json::text(&source, &["TYPE"]).unwrap_or_default().to_ascii_uppercase().as_str() {
        "USER" => ActorKind::User,
        "SERVICEPRINCIPAL" | "SERVICE PRINCIPAL" | "APPLICATION" | "APP" => ActorKind::Application,
        _ => return None,
    };
    Some((kind, id.to_ascii_lowercase()))
}

/// The first of the places that holds an address; `<null>` and blanks are none.
fn source_address(record: &Record<'_>, details: &Details, user: Option<&Value>, app: Option<&Value>) -> Option<String> {
    let initiator = |part: Option<&Value>| part.and_then(|part| json::text(part, &["ipAddress"]));
    let candidates =
        [initiator(user), initiator(app), record.text(&["callerIpAddress"]), details.get("ipaddr").map(str::to_owned)];
    candidates.into_iter().flatten().find_map(|text| address::plain(&text))
}

fn app_id(app: &Value) -> Option<String> {
    json::text(app, &["appId"]).map(|id| id.to_ascii_lowercase())
}

/// Whether a part of `initiatedBy` says more than that it is there.
fn names_anybody(part: &Value) -> bool {
    const NAMES: [&str; 7] =
        ["id", "userPrincipalName", "displayName", "appId", "servicePrincipalId", "servicePrincipalName", "agentType"];
    NAMES.iter().any(|name| json::text(part, &[name]).is_some())
}

fn is_agent(part: &Value) -> bool {
    json::text(part, &["agentType"]).is_some_and(|kind| {
        !["notAgentic", "unknownFutureValue", "none"].iter().any(|word| word.eq_ignore_ascii_case(&kind))
    })
}

fn is_service_without_ids(name: &str) -> bool {
    SERVICES_WITHOUT_IDS.contains(&name)
}
