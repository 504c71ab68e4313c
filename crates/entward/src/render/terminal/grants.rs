//! Permissions as people read them: each once, the most powerful first, those of one kind
//! on one line.
//!
//! An agreement appears in several records: the consent itself, which lists names only,
//! and a grant per API, which knows the ids and so the tier. Here they become one.

use entward_model::{Actor, Change, Consent, ConsentScope, Permission, Target, Typed};

use super::super::changes::{Line, Sign, consent_terms};
use super::super::layout::Text;
use super::summary::number;

/// How many permissions of one kind are named before "and N more".
const NAME_LIMIT: usize = 12;

/// What is granted and agreed to: the terms of each consent, then the permissions.
pub(super) fn granted<'a>(changes: impl Iterator<Item = &'a Change>, actor: &Actor, others: &[Target]) -> Vec<Line> {
    let (mut permissions, mut refused, mut terms) = (Permissions::default(), Permissions::default(), Vec::new());
    for change in changes {
        match &change.typed {
            Some(Typed::PermissionsGranted { old, new }) => permissions.became(old, new),
            Some(Typed::Consent(given)) => {
                let list = if given.reason.is_some() { &mut refused } else { &mut permissions };
                list.became(&given.old, &given.new);
                agree(&mut terms, given);
            }
            _ => {}
        }
    }
    let is_known = |given: &Consent| given.scope != ConsentScope::Unknown;
    if terms.iter().any(is_known) {
        terms.retain(is_known);
    }
    let terms = terms.iter().map(|given| {
        let text = consent_terms(given, |id| person(id, actor, others));
        Line { label: "consent", sign: Sign::None, text }
    });
    let mut lines: Vec<Line> = terms.collect();
    lines.extend(permissions.lines("granted"));
    lines.extend(refused.lines("refused"));
    lines
}

/// What an application asks for.
pub(super) fn requested<'a>(changes: impl Iterator<Item = &'a Change>) -> Vec<Line> {
    let mut permissions = Permissions::default();
    for change in changes {
        if let Some(Typed::PermissionsRequested { old, new }) = &change.typed {
            permissions.became(old, new);
        }
    }
    permissions.lines("asks for")
}

/// Adds the terms of a consent, or completes those of the same consent.
fn agree(terms: &mut Vec<Consent>, given: &Consent) {
    let fits = |one: &Option<String>, other: &Option<String>| one.is_none() || other.is_none() || one == other;
    let same = terms.iter_mut().find(|known| {
        known.scope == given.scope && known.reason == given.reason && fits(&known.principal_id, &given.principal_id)
    });
    match same {
        Some(known) => {
            known.by_admin = known.by_admin.or(given.by_admin);
            if known.principal_id.is_none() {
                known.principal_id.clone_from(&given.principal_id);
            }
        }
        None => terms.push(given.clone()),
    }
}

fn person(id: &str, actor: &Actor, others: &[Target]) -> Text {
    let known = others.iter().find(|target| target.id.as_deref() == Some(id));
    let is_actor = actor.id.as_deref() == Some(id);
    match known.and_then(|target| target.name.as_ref()).or(actor.name.as_ref().filter(|_| is_actor)) {
        Some(name) => Text::default().and_name(name),
        None => Text::default().and_id(id),
    }
}

/// Permissions that came and went, each once.
#[derive(Default)]
struct Permissions {
    changed: Vec<(Sign, Permission)>,
}

impl Permissions {
    fn became(&mut self, old: &[Permission], new: &[Permission]) {
        new.iter().filter(|permission| !old.contains(permission)).for_each(|added| self.add(Sign::Added, added));
        old.iter().filter(|permission| !new.contains(permission)).for_each(|gone| self.add(Sign::Removed, gone));
    }

    fn add(&mut self, sign: Sign, permission: &Permission) {
        match self.changed.iter_mut().find(|(known_sign, known)| *known_sign == sign && is_same(known, permission)) {
            Some((_, known)) if wealth(permission) > wealth(known) => known.clone_from(permission),
            Some(_) => {}
            None => self.changed.push((sign, permission.clone())),
        }
    }

    fn lines(mut self, label: &'static str) -> Vec<Line> {
        self.changed
            .sort_by_key(|(sign, permission)| (*sign == Sign::Removed, rank(permission), permission.granted_as));
        let groups = self.changed.chunk_by(|one, other| one.0 == other.0 && kind(&one.1) == kind(&other.1));
        groups.map(|group| line(label, group)).collect()
    }
}

/// Permissions of one kind: `Mail.Read, User.Read (delegated, Microsoft Graph)`.
fn line(label: &'static str, group: &[(Sign, Permission)]) -> Line {
    let mut text = Text::default();
    for (position, (_, permission)) in group.iter().take(NAME_LIMIT).enumerate() {
        text = text.and(if position > 0 { ", " } else { "" });
        text = match (&permission.name, &permission.id) {
            (Some(name), _) => text.and_name(name),
            (None, Some(id)) => text.and_id(id),
            (None, None) => text.and("a permission without name or id"),
        };
    }
    if group.len() > NAME_LIMIT {
        text = text.and(format!(" and {} more", number((group.len() - NAME_LIMIT) as u64)));
    }
    let Some((sign, permission)) = group.first() else { return Line { label, sign: Sign::None, text } };
    let (granted_as, resource, tier) = kind(permission);
    text = text.and(format!(" ({}", granted_as.as_str()));
    for word in [resource, tier].into_iter().flatten() {
        text = text.and(", ").and_name(word);
    }
    Line { label, sign: *sign, text: text.and(")") }
}

/// What permissions on one line have in common.
fn kind(permission: &Permission) -> (entward_model::GrantKind, Option<&str>, Option<&str>) {
    let resource = permission.resource_name.as_deref().or(permission.resource_app_id.as_deref());
    (permission.granted_as, resource, permission.tier.as_deref())
}

/// The most powerful first.
fn rank(permission: &Permission) -> u8 {
    match permission.tier.as_deref() {
        Some("ControlPlane") => 0,
        Some("ManagementPlane") => 1,
        _ => 2,
    }
}

/// Whether two descriptions mean one permission, as far as both say.
fn is_same(one: &Permission, other: &Permission) -> bool {
    let fits = |one: &Option<String>, other: &Option<String>| one.is_none() || other.is_none() || one == other;
    let is_named = match (&one.name, &other.name) {
        (Some(name), Some(other)) => name.eq_ignore_ascii_case(other),
        _ => one.id.is_some() && one.id == other.id,
    };
    is_named
        && one.granted_as == other.granted_as
        && fits(&one.id, &other.id)
        && fits(&one.resource_app_id, &other.resource_app_id)
}

/// How much a description says.
fn wealth(permission: &Permission) -> usize {
    [&permission.name, &permission.id, &permission.resource_app_id, &permission.resource_name, &permission.tier]
        .into_iter()
        .flatten()
        .count()
}

#[cfg(test)]
mod tests {
    use entward_model::GrantKind::{self, Application, Delegated};

    use super::*;

    fn permission(name: &str, granted_as: GrantKind, resource: Option<&str>, tier: Option<&str>) -> Permission {
        Permission {
            name: Some(name.to_owned()),
            id: None,
            granted_as,
            resource_id: None,
            resource_app_id: None,
            resource_name: resource.map(str::to_owned),
            tier: tier.map(str::to_owned),
        }
    }

    fn typed(typed: Typed) -> Change {
        Change { typed: Some(typed), ..Change::default() }
    }

    fn consent(by_admin: Option<bool>, reason: Option<&str>, new: Vec<Permission>) -> Change {
        let scope = ConsentScope::AllPrincipals;
        let reason = reason.map(str::to_owned);
        typed(Typed::Consent(Consent { scope, by_admin, principal_id: None, old: vec![], new, reason }))
    }

    #[track_caller]
    fn check(changes: &[Change], expected: &[&str]) {
        let lines = granted(changes.iter(), &Actor::default(), &[]);
        let told: Vec<String> =
            lines.iter().map(|line| format!("{}: {}{}", line.label, line.sign.as_str(), line.text.raw())).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn a_permission_that_consent_and_grant_name_is_told_once_with_all_that_is_known() {
        let graph = Some("Microsoft Graph");
        let grant = typed(Typed::PermissionsGranted {
            old: vec![],
            new: vec![
                permission("openid", Delegated, graph, None),
                permission("User.Read", Delegated, graph, None),
                permission("Mail.Read", Application, graph, Some("ManagementPlane")),
            ],
        });
        let agreed = consent(
            Some(true),
            None,
            vec![permission("openid", Delegated, None, None), permission("User.Read", Delegated, None, None)],
        );
        check(
            &[agreed, grant, consent(None, None, vec![])],
            &[
                "consent: for everybody in the tenant, by an administrator",
                "granted: + Mail.Read (application, Microsoft Graph, ManagementPlane)",
                "granted: + openid, User.Read (delegated, Microsoft Graph)",
            ],
        );
    }

    #[test]
    fn what_was_refused_is_not_told_as_granted() {
        check(
            &[consent(None, Some("Risky application detected"), vec![permission("Mail.Read", Delegated, None, None)])],
            &[
                "consent: for everybody in the tenant; refused: Risky application detected",
                "refused: + Mail.Read (delegated)",
            ],
        );
    }
}
