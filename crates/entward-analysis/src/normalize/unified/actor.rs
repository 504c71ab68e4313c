//! Who acted, by the unified audit log.
//!
//! For a change of the directory the bag tells; for a sign-in its claim and principal name;
//! for everything else `UserId`, which holds a mail address, an account of a service, or a
//! word that names nobody.

use entward_model::{Actor, ActorKind};
use serde_json::Value;

use super::Record;
use super::bag::{Bag, is_nobody, prefixed};
use crate::knowledge::Knowledge;
use crate::normalize::address;
use crate::normalize::changes::is_guid;
use crate::normalize::reading::find;

pub(super) fn read(knowledge: &Knowledge, record: &Record<'_>, signs_in: bool) -> Actor {
    let bag = Bag::of(&record.data, "Actor");
    let user_id =
        record.text(&["UserId"], &["userPrincipalName", "UserIds", "UserId"]).filter(|user_id| !is_nobody(user_id));
    let principal = bag.principal().or_else(|| user_id.as_deref().and_then(prefixed));
    let class = principal.as_ref().map(|(class, _)| class.clone()).or_else(|| bag.class().map(str::to_owned));
    let mut kind = kind(class.as_deref(), record, signs_in);
    if signs_in && principal.is_none() && user_id.is_none() && bag.claim().is_none() {
        kind = ActorKind::Unknown;
    }
    let id = principal.map(|(_, id)| id).or_else(|| id(record, &bag, signs_in));
    let app_id = client(record, &bag, id.as_deref(), signs_in);
    if kind == ActorKind::Application && app_id.as_deref().is_some_and(|id| knowledge.app(id).is_some()) {
        kind = ActorKind::Microsoft;
    }
    let mut actor = Actor {
        name: name(kind, record, &bag, user_id),
        address: address(record),
        user_agent: record
            .detail("User-Agent")
            .or_else(|| record.extended("UserAgent"))
            .or_else(|| find(&record.data, &["UserAgent"])),
        kind,
        id,
        app_id,
    };
    if actor.kind != ActorKind::User
        && let Some((kind, id)) = behind(record)
    {
        actor.kind = kind;
        actor.id = Some(id);
    }
    actor
}

/// By the class in the bag; without one by the type of account that the log names.
fn kind(class: Option<&str>, record: &Record<'_>, signs_in: bool) -> ActorKind {
    match class {
        Some("User") => return ActorKind::User,
        Some("ServicePrincipal" | "Application") => return ActorKind::Application,
        _ => {}
    }
    let account = record.text(&["UserType"], &["userType"]).unwrap_or_default().to_ascii_lowercase();
    match account.as_str() {
        "5" | "application" | "6" | "serviceprincipal" => ActorKind::Application,
        _ if signs_in => ActorKind::User,
        // A data-centre administrator is an operator or a service of Microsoft's, as are system accounts.
        "3" | "dcadmin" | "4" | "system" | "8" | "systempolicy" => ActorKind::Microsoft,
        "0" | "regular" | "2" | "admin" | "9" | "partnertechnician" | "10" | "guest" => ActorKind::User,
        _ => ActorKind::Unknown,
    }
}

fn id(record: &Record<'_>, bag: &Bag, signs_in: bool) -> Option<String> {
    let claimed = if signs_in { bag.claim().filter(|claim| !claim.contains('@')) } else { None };
    let named = || record.extended("actorObjectId").filter(|id| !is_nobody(id));
    // The key is the object id in newer records, a PUID or nothing in others.
    let key = || record.text(&["UserKey"], &[]).filter(|key| is_guid(key) && !is_nobody(key));
    claimed.or_else(named).or_else(key).map(|id| id.to_ascii_lowercase())
}

/// The application through which somebody acted, or that acted: a GUID of the bag that is
/// not the principal's own id.
fn client(record: &Record<'_>, bag: &Bag, own: Option<&str>, signs_in: bool) -> Option<String> {
    let in_bag = if signs_in { None } else { bag.guids().find(|guid| Some(guid.as_str()) != own) };
    let named = || record.text(&["ApplicationId", "ClientAppId", "AppId"], &[]).filter(|id| !is_nobody(id));
    in_bag.or_else(named).or_else(|| record.extended("actorAppID")).map(|id| id.to_ascii_lowercase())
}

/// A person's principal name, an application's display name. The display name in a
/// person's bag is that of the client.
fn name(kind: ActorKind, record: &Record<'_>, bag: &Bag, user_id: Option<String>) -> Option<String> {
    let written = user_id.filter(|user_id| prefixed(user_id).is_none() && !is_guid(user_id));
    // `urn:spo:guest#ada@contoso.example` is a guest of a site.
    let written = written.map(|name| match name.split_once('#') {
        Some((scheme, mail)) if scheme.starts_with("urn:") => mail.to_owned(),
        _ => name,
    });
    let upn = bag.upn().or_else(|| record.extended("actorUPN"));
    if kind == ActorKind::User { upn.or(written) } else { bag.name().or(upn).or(written) }
}

fn address(record: &Record<'_>) -> Option<String> {
    let places = ["ClientIP", "ActorIpAddress", "ClientIPAddress", "Client_IPAddress", "ClientIP_"];
    let own = places.iter().filter_map(|place| find(&record.data, &[place]));
    own.chain(find(record.wrapper, &["clientIp"])).find_map(|text| address::plain(&text))
}

/// Whom a service acted for: `Source` in the details holds `{"TYPE":"USER","OBJECT ID":"…"}`.
fn behind(record: &Record<'_>) -> Option<(ActorKind, String)> {
    let source = Value::String(record.detail("Source")?);
    let source = crate::json::opened(&source);
    let id = find(&source, &["OBJECT ID", "OBJECTID", "ObjectId"]).filter(|id| !is_nobody(id))?;
    let kind = match find(&source, &["TYPE"]).unwrap_or_default().to_ascii_uppercase().as_str() {
        "USER" => ActorKind::User,
        "SERVICEPRINCIPAL" | "SERVICE PRINCIPAL" | "APPLICATION" | "APP" => ActorKind::Application,
        _ => return None,
    };
    Some((kind, id.to_ascii_lowercase()))
}
