//! Says in lines what one change of an event did: what was added, what was taken away.
//!
//! A typed change holds the state before and after; the lines are the difference of the
//! two. The same lines serve people (wrapped and escaped by [`layout`](super::layout))
//! and the compact cells of CSV (raw).

use entward_model::{
    AppRole, Change, Consent, ConsentScope, Credential, CredentialKind, Permission, RedirectUri, RoleRef, Target, Typed,
};
use serde_json::Value;

use super::layout::Text;

/// One line about a change.
pub(super) struct Line {
    /// What the line is about, in one word or two.
    pub(super) label: &'static str,
    /// Whether it was added or taken away.
    pub(super) sign: Sign,
    /// What it is.
    pub(super) text: Text,
}

/// Whether something was added or taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// It is there now and was not before.
    Added,
    /// It was there before and is not now.
    Removed,
    /// Neither: a remark, or a value that became another.
    None,
}

impl Sign {
    /// The sign as it is written before a line.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Sign::Added => "+ ",
            Sign::Removed => "- ",
            Sign::None => "",
        }
    }
}

/// The lines that a change is worth. `others` are all targets of the same event or
/// alert, so that an id can be shown with its name.
pub(super) fn lines(change: &Change, others: &[Target]) -> Vec<Line> {
    match &change.typed {
        Some(Typed::PermissionsRequested { old, new }) => difference("asks for", old, new, permission),
        Some(Typed::PermissionsGranted { old, new }) => difference("granted", old, new, permission),
        Some(Typed::Credentials { old, new }) => difference("credential", old, new, credential),
        Some(Typed::RedirectUris { old, new }) => difference("redirect", old, new, redirect_uri),
        Some(Typed::AppRolesExposed { old, new }) => difference("offers", old, new, app_role),
        Some(Typed::Role { old, new }) => difference("role", old.as_slice(), new.as_slice(), role),
        Some(Typed::Owner { of }) => vec![owner(change, of.as_deref(), others)],
        Some(Typed::Audience { old, new }) => {
            became("audience", old.as_deref().unwrap_or_default(), new.as_deref().unwrap_or_default(), Text::default())
        }
        Some(Typed::Consent(given)) => consent(given, others),
        None => {
            let name = Text::default().and_name(&change.property).and(": ");
            became("changed", &compact(&change.old), &compact(&change.new), name)
        }
    }
}

/// A permission with what one has to know of it: `Mail.Read (application, Microsoft Graph)`.
pub(super) fn permission(permission: &Permission) -> Text {
    let mut text = match (&permission.name, &permission.id) {
        (Some(name), _) => Text::default().and_name(name),
        (None, Some(id)) => Text::default().and_id(id),
        (None, None) => Text::own("a permission without name or id"),
    };
    text = text.and(" (").and(permission.granted_as.as_str());
    if let Some(resource) = permission.resource_name.as_ref().or(permission.resource_app_id.as_ref()) {
        text = text.and(", ").and_name(resource);
    }
    if let Some(tier) = &permission.tier {
        text = text.and(", ").and_name(tier);
    }
    text.and(")")
}

/// A credential with its label, key id and validity.
pub(super) fn credential(credential: &Credential) -> Text {
    let mut text = Text::own(credential.kind.as_str());
    if let Some(name) = &credential.name {
        text = text.and(" \"").and_name(name).and("\"");
    }
    if let Some(key_id) = &credential.key_id {
        let word = if credential.kind == CredentialKind::Federated { "id" } else { "key" };
        text = text.and(", ").and_labeled_id(word, key_id);
    }
    if let Some(issuer) = &credential.issuer {
        text = text.and(", trusts ").and_name(issuer);
    }
    if let Some(subject) = &credential.subject {
        text = text.and(", subject ").and_name(subject);
    }
    match (&credential.valid_from, &credential.valid_to) {
        (Some(from), Some(to)) => text.and(", valid ").and_name(day(from)).and(" to ").and_name(day(to)),
        (None, Some(to)) => text.and(", valid to ").and_name(day(to)),
        (Some(from), None) => text.and(", valid from ").and_name(day(from)),
        (None, None) => text,
    }
}

/// A value of a record as one line of text: strings without quotes, `null` as nothing.
pub(super) fn compact(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => match values.as_slice() {
            [] => String::new(),
            [single @ Value::String(_)] => compact(single),
            _ => value.to_string(),
        },
        other => other.to_string(),
    }
}

/// What `new` has and `old` has not, then what was taken away, then how much stayed.
pub(super) fn difference<T: PartialEq>(
    label: &'static str,
    old: &[T],
    new: &[T],
    describe: fn(&T) -> Text,
) -> Vec<Line> {
    let line = |sign, item| Line { label, sign, text: describe(item) };
    let added = new.iter().filter(|item| !old.contains(item)).map(|item| line(Sign::Added, item));
    let removed = old.iter().filter(|item| !new.contains(item)).map(|item| line(Sign::Removed, item));
    let mut lines: Vec<Line> = added.chain(removed).collect();
    let kept = new.iter().filter(|item| old.contains(item)).count();
    if kept > 0 {
        let text = Text::own(format!("{kept} as before"));
        lines.push(Line { label, sign: Sign::None, text });
    }
    lines
}

/// A value that became another; nothing when the two are equal.
pub(super) fn became(label: &'static str, old: &str, new: &str, name: Text) -> Vec<Line> {
    let (sign, text) = match (old.is_empty(), new.is_empty()) {
        _ if old == new => return Vec::new(),
        (true, _) => (Sign::Added, name.and_name(new)),
        (_, true) => (Sign::Removed, name.and_name(old)),
        _ => (Sign::None, name.and_name(old).and(" → ").and_name(new)),
    };
    vec![Line { label, sign, text }]
}

fn redirect_uri(redirect: &RedirectUri) -> Text {
    Text::default().and_name(&redirect.uri).and(" (").and_name(&redirect.platform).and(")")
}

fn app_role(offered: &AppRole) -> Text {
    match (&offered.value, &offered.id) {
        (Some(value), Some(id)) => Text::default().and_name(value).and(", id ").and_id(id),
        (Some(value), None) => Text::default().and_name(value),
        (None, Some(id)) => Text::own("id ").and_id(id),
        (None, None) => Text::own("a role without value or id"),
    }
}

fn role(role: &RoleRef) -> Text {
    let mut text = match (&role.name, &role.id) {
        (Some(name), _) => Text::default().and_name(name),
        (None, Some(id)) => Text::own("role ").and_id(id),
        (None, None) => Text::own("a role without name or id"),
    };
    if role.privileged == Some(true) {
        text = text.and(" (privileged)");
    }
    match &role.scope {
        Some(scope) => text.and(" at ").and_id(scope),
        None => text,
    }
}

/// Whether an owner came or went: the target is the owner, the change names what is owned.
pub(super) fn owner_sign(change: &Change) -> Sign {
    if change.new.is_null() && !change.old.is_null() { Sign::Removed } else { Sign::Added }
}

fn owner(change: &Change, of: Option<&str>, others: &[Target]) -> Line {
    let text = Text::own("owner of ");
    let text = match of {
        Some(id) => text.and_text(named(id, others)),
        None => text.and("an object that the record does not name"),
    };
    Line { label: "owner", sign: owner_sign(change), text }
}

fn consent(given: &Consent, others: &[Target]) -> Vec<Line> {
    let text = consent_terms(given, |id| named(id, others));
    let mut lines = vec![Line { label: "consent", sign: Sign::None, text }];
    lines.extend(difference("consent", &given.old, &given.new, permission));
    lines
}

/// For whom a consent holds and who gave it; `person` names whom an id stands for.
pub(super) fn consent_terms(given: &Consent, person: impl FnOnce(&str) -> Text) -> Text {
    let mut text = match given.scope {
        ConsentScope::AllPrincipals => Text::own("for everybody in the tenant"),
        ConsentScope::Principal => match &given.principal_id {
            Some(id) => Text::own("for ").and_text(person(id)),
            None => Text::own("for one person"),
        },
        ConsentScope::Unknown => Text::own("for whom, the record does not say"),
    };
    text = match given.by_admin {
        Some(true) => text.and(", by an administrator"),
        Some(false) => text.and(", not by an administrator"),
        None => text,
    };
    match &given.reason {
        Some(reason) => text.and("; refused: ").and_name(reason),
        None => text,
    }
}

/// An id, with the name of the target that has it where one does.
fn named(id: &str, others: &[Target]) -> Text {
    let known = others.iter().find(|target| target.id.as_deref() == Some(id));
    match known.and_then(|target| target.name.as_ref()) {
        Some(name) => Text::default().and_name(name).and(" (").and_id(id).and(")"),
        None => Text::default().and_id(id),
    }
}

/// The day of an instant in RFC 3339; other text as it is.
fn day(instant: &str) -> &str {
    match instant.split_once('T') {
        Some((day, _)) if day.len() == 10 => day,
        _ => instant,
    }
}

#[cfg(test)]
mod tests {
    use entward_model::GrantKind;
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(change: Change, expected: &[&str]) {
        let lines = lines(&change, &[]);
        let told: Vec<String> =
            lines.iter().map(|line| format!("{}: {}{}", line.label, line.sign.as_str(), line.text.raw())).collect();
        assert_eq!(told, expected);
    }

    fn mail_read(granted_as: GrantKind) -> Permission {
        Permission {
            name: Some("Mail.Read".to_owned()),
            id: None,
            granted_as,
            resource_id: None,
            resource_app_id: None,
            resource_name: Some("Microsoft Graph".to_owned()),
            tier: None,
        }
    }

    fn typed(typed: Typed) -> Change {
        Change { typed: Some(typed), ..Change::default() }
    }

    #[test]
    fn a_change_is_the_difference_of_before_and_after() {
        let (scope, role) = (mail_read(GrantKind::Delegated), mail_read(GrantKind::Application));
        check(
            typed(Typed::PermissionsRequested { old: vec![scope.clone()], new: vec![role.clone(), scope.clone()] }),
            &["asks for: + Mail.Read (application, Microsoft Graph)", "asks for: 1 as before"],
        );
        check(
            typed(Typed::PermissionsGranted { old: vec![role], new: vec![] }),
            &["granted: - Mail.Read (application, Microsoft Graph)"],
        );
    }

    #[test]
    fn a_consent_says_for_whom() {
        let consent = Consent {
            scope: ConsentScope::AllPrincipals,
            by_admin: Some(true),
            principal_id: None,
            old: vec![],
            new: vec![mail_read(GrantKind::Delegated)],
            reason: None,
        };
        check(
            typed(Typed::Consent(consent)),
            &[
                "consent: for everybody in the tenant, by an administrator",
                "consent: + Mail.Read (delegated, Microsoft Graph)",
            ],
        );
    }

    #[test]
    fn a_property_that_entward_does_not_know_is_told_as_it_stands() {
        let change = |old, new| Change { property: "Enabled".to_owned(), old, new, typed: None };
        check(change(json!([true]), json!([false])), &["changed: Enabled: [true] → [false]"]);
        check(change(json!(null), json!(["on"])), &["changed: + Enabled: on"]);
        check(change(json!("on"), json!([])), &["changed: - Enabled: on"]);
        check(change(json!("on"), json!(["on"])), &[]);
    }
}
