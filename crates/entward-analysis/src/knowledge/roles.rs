//! The built-in roles of the directory and of Azure.

use std::sync::LazyLock;

use super::{
    guid::Guid,
    permissions::tier_named,
    table::{self, compare_ignoring_case},
};

/// A role, of the directory or of Azure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoleInfo {
    /// Template id (directory) or definition id (Azure).
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Whether Microsoft lists it as privileged.
    pub privileged: bool,
    /// `ControlPlane`, `ManagementPlane`, `UserAccess`, where one is published.
    pub tier: Option<&'static str>,
}

const DIRECTORY_ROLES: &str = include_str!("../../data/directory_roles.csv");
const AZURE_ROLES: &str = include_str!("../../data/azure_roles.csv");

struct Roles {
    by_id: Vec<RoleInfo>,
    /// The same roles, sorted by name without regard to letter case.
    by_name: Vec<RoleInfo>,
}

static DIRECTORY: LazyLock<Roles> = LazyLock::new(|| Roles::read(DIRECTORY_ROLES));
static AZURE: LazyLock<Roles> = LazyLock::new(|| Roles::read(AZURE_ROLES));

/// See [`super::Knowledge::directory_roles`].
pub(super) fn directory() -> &'static [RoleInfo] {
    &DIRECTORY.by_name
}

/// See [`super::Knowledge::azure_roles`].
pub(super) fn azure() -> &'static [RoleInfo] {
    &AZURE.by_name
}

/// See [`super::Knowledge::directory_role`].
pub(super) fn directory_by_id(template_id: &str) -> Option<RoleInfo> {
    DIRECTORY.with_id(template_id)
}

/// See [`super::Knowledge::directory_role_named`].
pub(super) fn directory_by_name(name: &str) -> Option<RoleInfo> {
    DIRECTORY.with_name(name)
}

/// See [`super::Knowledge::azure_role`].
pub(super) fn azure_by_id(id: &str) -> Option<RoleInfo> {
    let last_segment = id.trim_end_matches('/').rsplit('/').next()?;
    AZURE.with_id(last_segment)
}

/// See [`super::Knowledge::azure_role_named`].
pub(super) fn azure_by_name(name: &str) -> Option<RoleInfo> {
    AZURE.with_name(name)
}

impl Roles {
    fn read(text: &'static str) -> Roles {
        let by_id: Vec<RoleInfo> = table::rows(text)
            .map(|[id, name, privileged, tier]| RoleInfo {
                id,
                name,
                privileged: privileged == "p",
                tier: tier_named(tier),
            })
            .collect();
        let mut by_name = by_id.clone();
        by_name.sort_by(|left, right| compare_ignoring_case(left.name, right.name));
        Roles { by_id, by_name }
    }

    fn with_id(&self, id: &str) -> Option<RoleInfo> {
        let id = Guid::read(id)?;
        let place = self.by_id.binary_search_by(|role| role.id.as_bytes().cmp(id.as_bytes())).ok()?;
        self.by_id.get(place).copied()
    }

    fn with_name(&self, name: &str) -> Option<RoleInfo> {
        let name = name.trim();
        let place = self.by_name.binary_search_by(|role| compare_ignoring_case(role.name, name)).ok()?;
        self.by_name.get(place).copied()
    }
}
