//! What permissions and roles let their holders do, where the name does not say it.

use super::{guid::Guid, table};

/// What an application permission of Microsoft Graph can be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PermissionPower {
    /// What its holder can do (`grant_app_role`); empty where it only opens data.
    pub capability: &'static str,
    /// What that can end in (`global_admin_via_other_app`); empty where in nothing known.
    pub reaches: &'static str,
    /// The kind of data that it opens (`mail`); empty for none in particular.
    pub data: &'static str,
    /// A remark in a few words; may be empty.
    pub remark: &'static str,
}

/// A call of Microsoft Graph, and the permissions that open it. Each list is separated by
/// blanks; `(+X)` behind a permission means that X is needed as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphCall {
    /// `GET`
    pub method: &'static str,
    /// `/applications/{application-id}`
    pub path: &'static str,
    /// The least application permissions.
    pub application_least: &'static str,
    /// The least delegated permissions.
    pub delegated_least: &'static str,
    /// Other application permissions that work.
    pub application_other: &'static str,
    /// Other delegated permissions that work.
    pub delegated_other: &'static str,
}

const PERMISSIONS: &str = include_str!("../../data/permission_powers.csv");
const ROLES: &str = include_str!("../../data/role_powers.csv");
const CALLS: &str = include_str!("../../data/graph_least_privilege.csv");
const USER_CONSENT: &str = include_str!("../../data/user_consent.csv");

/// See [`super::Knowledge::permission_power`].
pub(super) fn of_permission(id: &str) -> Option<PermissionPower> {
    let id = Guid::read(id)?;
    table::rows(PERMISSIONS)
        .find(|[row, ..]: &[&str; 5]| row.as_bytes() == id.as_bytes())
        .map(|[_, capability, reaches, data, remark]| PermissionPower { capability, reaches, data, remark })
}

/// See [`super::Knowledge::role_powers`].
pub(super) fn of_role(id: &str) -> impl Iterator<Item = &'static str> {
    let id = Guid::read(id);
    let row = table::rows(ROLES).find(|[row, _]| id.is_some_and(|id| row.as_bytes() == id.as_bytes()));
    table::parts(row.map_or("", |[_, powers]| powers))
}

/// See [`super::Knowledge::is_open_to_user_consent`].
pub(super) fn is_open_to_user_consent(id: &str) -> bool {
    let id = Guid::read(id);
    table::rows(USER_CONSENT).any(|[row]| id.is_some_and(|id| row.as_bytes() == id.as_bytes()))
}

/// See [`super::Knowledge::graph_calls`].
pub(super) fn graph_calls() -> impl Iterator<Item = GraphCall> {
    table::rows(CALLS).map(|[method, path, application_least, delegated_least, application_other, delegated_other]| {
        GraphCall { method, path, application_least, delegated_least, application_other, delegated_other }
    })
}
