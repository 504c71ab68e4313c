//! Meanings as one line of text each, for tests to compare.

use entward_model::{Consent, Credential, Permission, RoleRef, Typed};

/// A meaning in one line.
pub(in crate::normalize) fn told(typed: &Typed) -> String {
    match typed {
        Typed::PermissionsRequested { old, new } => {
            format!("requested [{}] -> [{}]", list(old, permission), list(new, permission))
        }
        Typed::PermissionsGranted { old, new } => {
            format!("granted [{}] -> [{}]", list(old, permission), list(new, permission))
        }
        Typed::Credentials { old, new } => {
            format!("credentials [{}] -> [{}]", list(old, credential), list(new, credential))
        }
        Typed::Owner { of } => format!("owner of {}", or_dash(of)),
        Typed::RedirectUris { old, new } => {
            let uri = |uri: &entward_model::RedirectUri| format!("{} {}", uri.uri, uri.platform);
            format!("redirects [{}] -> [{}]", list(old, uri), list(new, uri))
        }
        Typed::Audience { old, new } => format!("audience {} -> {}", or_dash(old), or_dash(new)),
        Typed::Role { old, new } => format!("role {} -> {}", role(old.as_ref()), role(new.as_ref())),
        Typed::Consent(consent) => told_consent(consent),
        Typed::AppRolesExposed { old, new } => {
            let offered = |role: &entward_model::AppRole| format!("{} {}", or_dash(&role.id), or_dash(&role.value));
            format!("exposed [{}] -> [{}]", list(old, offered), list(new, offered))
        }
    }
}

fn told_consent(consent: &Consent) -> String {
    let scope = serde_json::to_value(consent.scope).unwrap();
    let name = |permission: &Permission| or_dash(&permission.name);
    let mut text = format!("consent {}", scope.as_str().unwrap());
    if let Some(principal) = &consent.principal_id {
        text += &format!(" of {principal}");
    }
    if let Some(by_admin) = consent.by_admin {
        text += if by_admin { " by admin" } else { " by user" };
    }
    text += &format!(" [{}] -> [{}]", list(&consent.old, name), list(&consent.new, name));
    if let Some(reason) = &consent.reason {
        text += &format!(" because {reason}");
    }
    text
}

fn permission(permission: &Permission) -> String {
    let name = permission.name.clone().or_else(|| permission.id.clone()).unwrap_or_default();
    let resource = permission.resource_name.clone().or_else(|| permission.resource_app_id.clone());
    let parts = [Some(name), Some(permission.granted_as.as_str().to_owned()), resource, permission.tier.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn credential(credential: &Credential) -> String {
    let mut text =
        format!("{} {} {}", credential.kind.as_str(), or_dash(&credential.key_id), or_dash(&credential.name));
    if let Some(end) = &credential.valid_to {
        text += &format!(" until {end}");
    }
    if let Some(issuer) = &credential.issuer {
        text += &format!(" trusts {issuer} {}", or_dash(&credential.subject));
    }
    text
}

fn role(role: Option<&RoleRef>) -> String {
    let Some(role) = role else { return "-".to_owned() };
    let privileged = match role.privileged {
        Some(true) => " privileged",
        Some(false) => " ordinary",
        None => "",
    };
    format!("{} {}{privileged}", or_dash(&role.id), or_dash(&role.name))
}

fn list<T>(items: &[T], shown: impl Fn(&T) -> String) -> String {
    items.iter().map(shown).collect::<Vec<_>>().join(", ")
}

fn or_dash(text: &Option<String>) -> String {
    text.clone().unwrap_or_else(|| "-".to_owned())
}
