//! Microsoft's own applications, and the tenants that own them.
//!
//! A name proves nothing: anybody may call an application "Azure CLI". The application id
//! does, and for a service principal the tenant that owns its application.

use std::sync::LazyLock;

use super::{guid::Guid, table};

/// The tenants in which Microsoft keeps its own applications.
///
/// An application that has the name of one of Microsoft's and another owner is a look-alike.
pub const MICROSOFT_TENANTS: [&str; 3] = [
    "f8cdef31-a31e-4b4a-93e4-5f571e91255a",
    "72f988bf-86f1-41af-91ab-2d7cd011db47",
    "cdc5aeea-15c5-4db6-b079-fcadd2505dc2",
];

/// A well-known application of Microsoft's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppInfo {
    /// Its application id.
    pub id: &'static str,
    /// Its name; empty for the few that have none.
    pub name: &'static str,
    /// The tenant that owns it, where known.
    pub owner_tenant: Option<&'static str>,
}

const APPS: &str = include_str!("../../data/apps.csv");

static BY_ID: LazyLock<Vec<AppInfo>> = LazyLock::new(|| {
    table::rows(APPS)
        .map(|[id, name, owner]| {
            let owner_tenant = match owner {
                "1" => Some(MICROSOFT_TENANTS[0]),
                "2" => Some(MICROSOFT_TENANTS[1]),
                "3" => Some(MICROSOFT_TENANTS[2]),
                _ => None,
            };
            AppInfo { id, name, owner_tenant }
        })
        .collect()
});

/// Whether this tenant is one of [`MICROSOFT_TENANTS`].
pub fn is_microsoft_tenant(tenant_id: &str) -> bool {
    Guid::read(tenant_id).is_some_and(|id| MICROSOFT_TENANTS.iter().any(|tenant| tenant.as_bytes() == id.as_bytes()))
}

/// See [`super::Knowledge::apps`].
pub(super) fn all() -> &'static [AppInfo] {
    &BY_ID
}

/// See [`super::Knowledge::app`].
pub(super) fn by_id(app_id: &str) -> Option<AppInfo> {
    let id = Guid::read(app_id)?;
    let place = BY_ID.binary_search_by(|app| app.id.as_bytes().cmp(id.as_bytes())).ok()?;
    BY_ID.get(place).copied()
}
