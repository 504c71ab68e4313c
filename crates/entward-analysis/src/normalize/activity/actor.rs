//! Who called Azure Resource Manager, from the claims of the token.
//!
//! The names of claims are addresses, some of them a hundred characters long, and a guest
//! has others than a member. Nothing here decides by a display name.

use entward_model::{Actor, ActorKind};
use serde_json::Value;

use super::Parts;
use crate::json::text;
use crate::normalize::address;
use crate::normalize::changes::is_guid;
use crate::normalize::reading::{find, find_identifier, identifier};

const OBJECT_ID: &[&str] = &["http://schemas.microsoft.com/identity/claims/objectidentifier", "oid"];
const UPN: &[&str] = &["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", "upn"];
const EMAIL: &[&str] = &["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "email"];
const UNIQUE_NAME: &[&str] = &["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", "unique_name"];
const SCOPE: &[&str] = &["http://schemas.microsoft.com/identity/claims/scope", "scp"];
const SERVICE: &[&str] = &["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/spn", "spn"];
const MANAGED_IDENTITY: &[&str] = &[
    "xms_mirid",
    "http://schemas.microsoft.com/identity/claims/xms_mirid",
    "http://schemas.microsoft.com/identity/claims/mirid",
];

/// The first of these claims that the token has.
pub(super) fn claim(claims: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| text(claims, &[name])).map(|found| found.trim().to_owned())
}

pub(super) fn read(parts: &Parts<'_>) -> Actor {
    let caller = find(&parts.event, &["caller", "properties.caller", "Properties_d.caller"]);
    let caller_id = caller.as_deref().map(identifier).filter(|caller| is_guid(caller));
    let kind = kind(parts, caller.as_deref());
    let id = claim(&parts.claims, OBJECT_ID).map(|id| identifier(&id)).or(caller_id).or_else(|| witnessed_id(parts));
    Actor {
        kind,
        id,
        name: name(parts, caller),
        address: address(parts),
        user_agent: find(&parts.event, &["httpRequest.userAgent", "properties.userAgentHeader", "userAgent"]),
        app_id: claim(&parts.claims, &["appid", "azp"]).map(|id| identifier(&id)),
    }
}

fn kind(parts: &Parts<'_>, caller: Option<&str>) -> ActorKind {
    let has = |names: &[&str]| claim(&parts.claims, names).is_some();
    if has(MANAGED_IDENTITY) {
        return ActorKind::ManagedIdentity;
    }
    match claim(&parts.claims, &["idtyp"]).map(|kind| kind.to_ascii_lowercase()).as_deref() {
        Some("user") => return ActorKind::User,
        Some("app") => return ActorKind::Application,
        _ => {}
    }
    // A scope is a permission to act for somebody: only tokens of people have it.
    let mail = claim(&parts.claims, EMAIL);
    let has_mail = mail.as_deref().is_some_and(|mail| mail.contains('@'));
    if has(UPN) || has_mail || has(SCOPE) || caller.is_some_and(|caller| caller.contains('@')) {
        return ActorKind::User;
    }
    // The holder of the role that allowed the call; a group says nothing about its member.
    match find(&parts.authorization, &["evidence.principalType"]).map(|kind| kind.to_ascii_lowercase()).as_deref() {
        Some("user" | "foreignuser") => return ActorKind::User,
        Some("msi" | "managedidentity") => return ActorKind::ManagedIdentity,
        Some("serviceprincipal" | "application") => return ActorKind::Application,
        _ => {}
    }
    if has(OBJECT_ID) || has(&["appid"]) || caller.is_some_and(|caller| is_guid(&identifier(caller))) {
        return ActorKind::Application;
    }
    // Platform callers have no object in the directory, only a service name. The platform
    // writes `caller`; nobody in the tenant can choose it.
    let is_service_name = |caller: &str| {
        let lower = caller.to_ascii_lowercase();
        lower.starts_with("microsoft") || lower.starts_with("azure") || lower.starts_with("windows azure")
    };
    // Advisor puts its name where a guest has a mail address.
    let named = caller.or(mail.as_deref());
    if has(SERVICE) || named.is_some_and(is_service_name) { ActorKind::Microsoft } else { ActorKind::Unknown }
}

/// A principal name where there is one: a guest has only a mail address, in a claim of its
/// own or after the `#` of `live.com#mail`.
fn name(parts: &Parts<'_>, caller: Option<String>) -> Option<String> {
    let of_guest = || {
        let unique = claim(&parts.claims, UNIQUE_NAME)?;
        let mail = unique.rsplit('#').next().unwrap_or_default();
        if mail.contains('@') { Some(mail.to_owned()) } else { None }
    };
    let called = |wanted_mail: bool| {
        caller.clone().filter(|caller| caller.contains('@') == wanted_mail && !is_guid(&identifier(caller)))
    };
    claim(&parts.claims, UPN)
        .or_else(|| claim(&parts.claims, EMAIL))
        .or_else(of_guest)
        .or_else(|| called(true))
        .or_else(|| claim(&parts.claims, &["name"]))
        .or_else(|| called(false))
        .or_else(|| claim(&parts.claims, SERVICE))
        // Resource logs write the name of a person or service straight into `identity`.
        .or_else(|| find(&parts.event, &["identity"]).filter(|text| !text.starts_with(['{', '['])))
}

/// The principal that the role assignment names, unless it is a group that the caller is in.
fn witnessed_id(parts: &Parts<'_>) -> Option<String> {
    let kind = find(&parts.authorization, &["evidence.principalType"])?;
    if kind.eq_ignore_ascii_case("group") {
        return None;
    }
    find_identifier(&parts.authorization, &["evidence.principalId"])
}

fn address(parts: &Parts<'_>) -> Option<String> {
    let places = [
        "httpRequest.clientIpAddress",
        "callerIpAddress",
        "properties.httpRequest.clientIpAddress",
        "properties.clientIpAddress",
    ];
    let claimed = || claim(&parts.claims, &["ipaddr"]).and_then(|text| address::plain(&text));
    let found = places.iter().filter_map(|place| find(&parts.event, &[place])).find_map(|text| address::plain(&text));
    found.or_else(claimed)
}
