//! What Entward knows by heart: operations, permissions, roles, applications.

use std::borrow::Cow;

use entward_model::{GrantKind, Log};

/// The bundled tables.
#[derive(Debug)]
pub struct Knowledge {}

/// An operation, recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The canonical id.
    pub id: Cow<'static, str>,
    /// Whether a catalogue lists it; an unknown one is counted and shown once.
    pub known: bool,
}

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
    /// `ControlPlane`, `ManagementPlane`, `UserAccess`.
    pub tier: Option<&'static str>,
}

/// A role, of the directory or of Azure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoleInfo {
    /// Template id (directory) or definition id (Azure).
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Whether Microsoft lists it as privileged.
    pub privileged: bool,
}

/// A well-known application of Microsoft's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppInfo {
    /// Its application id.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The tenant that owns it, where known.
    pub owner_tenant: Option<&'static str>,
}

impl Knowledge {
    /// The tables that the program carries; read on first use.
    pub fn bundled() -> &'static Knowledge {
        static BUNDLED: Knowledge = Knowledge {};
        &BUNDLED
    }

    /// Recognises an operation by the text that a record has, in any spelling.
    pub fn operation(&self, _log: Log, seen: &str) -> Operation {
        Operation { id: Cow::Owned(seen.to_owned()), known: false }
    }

    /// The permission with this id; the API narrows the search where the record names it.
    pub fn permission(&self, _resource_app_id: Option<&str>, _id: &str) -> Option<PermissionInfo> {
        None
    }

    /// The permission with this name.
    pub fn permission_named(&self, _resource_app_id: Option<&str>, _name: &str, _granted_as: GrantKind) -> Option<PermissionInfo> {
        None
    }

    /// The directory role with this template id.
    pub fn directory_role(&self, _template_id: &str) -> Option<RoleInfo> {
        None
    }

    /// The directory role with this name, in any letter case.
    pub fn directory_role_named(&self, _name: &str) -> Option<RoleInfo> {
        None
    }

    /// The Azure built-in role with this definition id (with or without dashes).
    pub fn azure_role(&self, _id: &str) -> Option<RoleInfo> {
        None
    }

    /// The Microsoft application with this id.
    pub fn app(&self, _app_id: &str) -> Option<AppInfo> {
        None
    }
}
