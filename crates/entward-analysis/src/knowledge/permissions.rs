//! The permissions of Microsoft Graph and of the other APIs that matter.

use std::{cmp::Ordering, sync::LazyLock};

use entward_model::GrantKind;

use super::{
    guid::Guid,
    table::{self, compare_ignoring_case},
};

/// Application id of Microsoft Graph.
pub const MICROSOFT_GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// A permission of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PermissionInfo {
    /// `Mail.Read`
    pub name: &'static str,
    /// Its id, lower case.
    pub id: &'static str,
    /// App role or scope.
    pub granted_as: GrantKind,
    /// Application id of the API.
    pub resource_app_id: &'static str,
    /// Name of the API.
    pub resource_name: &'static str,
    /// `ControlPlane`, `ManagementPlane`, `UserAccess`. For Microsoft Graph only the
    /// application permissions have a published one.
    pub tier: Option<&'static str>,
    /// Microsoft's own rating, 1 (low) to 4 (high), published for Microsoft Graph only. It
    /// rates the data, not the way to more: most application permissions that lead to
    /// full control are not a 4.
    pub privilege_level: Option<u8>,
}

const GRAPH_PERMISSIONS: &str = include_str!("../../data/graph_permissions.csv");
const OTHER_PERMISSIONS: &str = include_str!("../../data/other_permissions.csv");
const RESOURCES: &str = include_str!("../../data/resources.csv");

struct Row {
    info: PermissionInfo,
    /// Only the documentation lists this id; the directories have another for the name.
    documented_only: bool,
}

struct Permissions {
    /// Sorted by id, app roles before scopes of the same id.
    rows: Vec<Row>,
    /// Places in `rows`, sorted by name without regard to letter case; of one name
    /// Microsoft Graph's first, and what a directory really has before what is only documented.
    by_name: Vec<usize>,
}

static PERMISSIONS: LazyLock<Permissions> = LazyLock::new(|| {
    let count = table::expected_rows(GRAPH_PERMISSIONS) + table::expected_rows(OTHER_PERMISSIONS);
    let mut rows = Vec::with_capacity(count);
    for [id, kind, name, tier, level, listed_in] in table::rows(GRAPH_PERMISSIONS) {
        let info = PermissionInfo {
            name,
            id,
            granted_as: kind_of(kind),
            resource_app_id: MICROSOFT_GRAPH,
            resource_name: "Microsoft Graph",
            tier: tier_named(tier),
            privilege_level: level.parse().ok(),
        };
        rows.push(Row { info, documented_only: listed_in == "c" });
    }
    let resources: Vec<[&str; 2]> = table::rows(RESOURCES).collect();
    for [id, kind, name, tier, resource_app_id] in table::rows(OTHER_PERMISSIONS) {
        let resource_name =
            resources.iter().find(|[app_id, _]| *app_id == resource_app_id).map_or("", |[_, name]| *name);
        let info = PermissionInfo {
            name,
            id,
            granted_as: kind_of(kind),
            resource_app_id,
            resource_name,
            tier: tier_named(tier),
            privilege_level: None,
        };
        rows.push(Row { info, documented_only: false });
    }
    rows.sort_by_key(|row| (row.info.id, row.info.granted_as));
    let mut by_name: Vec<usize> = (0..rows.len()).collect();
    by_name.sort_by(|left, right| rows[*left].compare_names(&rows[*right]));
    Permissions { rows, by_name }
});

impl Row {
    fn compare_names(&self, other: &Row) -> Ordering {
        let rank = |row: &Row| (row.info.resource_app_id != MICROSOFT_GRAPH, row.documented_only);
        compare_ignoring_case(self.info.name, other.info.name).then_with(|| rank(self).cmp(&rank(other)))
    }
}

/// See [`super::Knowledge::permissions`].
pub(super) fn all() -> impl Iterator<Item = PermissionInfo> {
    let Permissions { rows, by_name } = &*PERMISSIONS;
    by_name.iter().map(|place| &rows[*place]).filter(|row| !row.documented_only).map(|row| row.info)
}

/// See [`super::Knowledge::permission`].
pub(super) fn by_id(resource_app_id: Option<&str>, id: &str, granted_as: Option<GrantKind>) -> Option<PermissionInfo> {
    let id = Guid::read(id)?;
    let resource = resource_app_id.and_then(Guid::read);
    let rows = &PERMISSIONS.rows;
    let first = rows.partition_point(|row| row.info.id.as_bytes() < id.as_bytes());
    rows.iter()
        .skip(first)
        .map(|row| row.info)
        .take_while(|info| info.id.as_bytes() == id.as_bytes())
        .filter(|info| resource.is_none_or(|resource| info.resource_app_id.as_bytes() == resource.as_bytes()))
        .find(|info| granted_as.is_none_or(|granted_as| info.granted_as == granted_as))
}

/// See [`super::Knowledge::permission_named`].
pub(super) fn by_name(resource_app_id: Option<&str>, name: &str, granted_as: GrantKind) -> Option<PermissionInfo> {
    let Permissions { rows, by_name } = &*PERMISSIONS;
    let resource = resource_app_id.and_then(Guid::read);
    let first = by_name.partition_point(|place| compare_ignoring_case(rows[*place].info.name, name).is_lt());
    let mut offered = by_name
        .iter()
        .skip(first)
        .map(|place| rows[*place].info)
        .take_while(|info| info.name.eq_ignore_ascii_case(name))
        .filter(|info| info.granted_as == granted_as)
        .filter(|info| resource.is_none_or(|resource| info.resource_app_id.as_bytes() == resource.as_bytes()));
    let found = offered.next()?;
    let is_clear = resource.is_some()
        || found.resource_app_id == MICROSOFT_GRAPH
        || offered.all(|other| other.resource_app_id == found.resource_app_id);
    is_clear.then_some(found)
}

/// The tier behind its letter in the tables.
pub(super) fn tier_named(letter: &str) -> Option<&'static str> {
    match letter {
        "C" => Some("ControlPlane"),
        "M" => Some("ManagementPlane"),
        "U" => Some("UserAccess"),
        _ => None,
    }
}

fn kind_of(letter: &str) -> GrantKind {
    if letter == "A" { GrantKind::Application } else { GrantKind::Delegated }
}
