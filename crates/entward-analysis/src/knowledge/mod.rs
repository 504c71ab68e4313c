//! What Entward knows by heart: operations, permissions, roles, applications.
//!
//! The log names things by texts that come in many spellings and by ids that say nothing
//! to a person. This room turns both into names, from tables that travel in the program
//! (`data/*.csv`; `data/README.md` says where each row comes from). It decides nothing:
//! what a name is worth is for the rooms to its right.
//!
//! Every table is read on first use, and each by itself: a run that meets no role never
//! pays for the roles. Texts and ids that are handed out point into the tables.
//!
//! To add an operation: one row in `data/operations.csv`, sorted by id. To add another
//! spelling of one: its `spellings` cell, separated by `|`. Case, dashes, blanks and final
//! stops need no spelling of their own, see [`fold_operation`].

mod apps;
mod attack;
mod fold;
mod guid;
mod operations;
pub mod pages;
mod permissions;
mod powers;
mod roles;
mod table;
#[cfg(test)]
mod tests;
mod things;

use entward_model::{GrantKind, Log};

pub use apps::{AppInfo, MICROSOFT_TENANTS, is_microsoft_tenant};
pub use attack::{Listed, Technique};
pub use fold::fold_operation;
pub use operations::{Operation, OperationInfo};
pub use permissions::{MICROSOFT_GRAPH, PermissionInfo};
pub use powers::{GraphCall, PermissionPower};
pub use roles::RoleInfo;

/// The bundled tables.
///
/// A value of its own, although the tables live in the program: who needs knowledge says
/// so in its arguments.
#[derive(Debug)]
pub struct Knowledge {
    _bundled: (),
}

impl Knowledge {
    /// The tables that the program carries; read on first use.
    pub fn bundled() -> &'static Knowledge {
        static BUNDLED: Knowledge = Knowledge { _bundled: () };
        &BUNDLED
    }

    /// Recognises an operation by the text that a record has, in any spelling.
    ///
    /// Always answers: a text that no catalogue lists gets an id made from it
    /// (`azure.…` for what Azure Resource Manager does, `m365.…` for the other workloads of
    /// the unified log, `entra.other.…`, `other.…`) and is not [`Operation::known`].
    pub fn operation(&self, log: Log, seen: &str) -> Operation {
        operations::recognize(log, seen)
    }

    /// What the catalogue says of the operation with this canonical id.
    pub fn operation_info(&self, id: &str) -> Option<&'static OperationInfo> {
        operations::info(id)
    }

    /// The whole catalogue of operations, sorted by id.
    pub fn operations(&self) -> &'static [OperationInfo] {
        operations::all()
    }

    /// The permission with this id; the API narrows the search where the record names it.
    ///
    /// With an API, only that API's permissions are asked: anybody may give a scope of an
    /// own API the id of a scope of Microsoft Graph. Some ids name an app role and a scope
    /// alike; the app role is answered, [`Knowledge::permission_granted_as`] tells them apart.
    pub fn permission(&self, resource_app_id: Option<&str>, id: &str) -> Option<PermissionInfo> {
        permissions::by_id(resource_app_id, id, None)
    }

    /// The permission with this id and of this kind.
    pub fn permission_granted_as(
        &self,
        resource_app_id: Option<&str>,
        id: &str,
        granted_as: GrantKind,
    ) -> Option<PermissionInfo> {
        permissions::by_id(resource_app_id, id, Some(granted_as))
    }

    /// The permission with this name, in any letter case.
    ///
    /// Without an API the name is looked for in Microsoft Graph, then among the others,
    /// where only a name that a single API offers is answered.
    pub fn permission_named(
        &self,
        resource_app_id: Option<&str>,
        name: &str,
        granted_as: GrantKind,
    ) -> Option<PermissionInfo> {
        permissions::by_name(resource_app_id, name, granted_as)
    }

    /// The permissions of all APIs, by name; of one name Microsoft Graph's first.
    pub fn permissions(&self) -> impl Iterator<Item = PermissionInfo> {
        permissions::all()
    }

    /// The built-in roles of the directory, by name.
    pub fn directory_roles(&self) -> &'static [RoleInfo] {
        roles::directory()
    }

    /// The built-in roles of Azure, by name.
    pub fn azure_roles(&self) -> &'static [RoleInfo] {
        roles::azure()
    }

    /// The well-known applications, by id.
    pub fn apps(&self) -> &'static [AppInfo] {
        apps::all()
    }

    /// What an application permission of Microsoft Graph lets its holder do, where that is
    /// known to reach further than its name says.
    pub fn permission_power(&self, id: &str) -> Option<PermissionPower> {
        powers::of_permission(id)
    }

    /// What a built-in role, of the directory or of Azure, lets its holder do to access
    /// itself and to secrets.
    pub fn role_powers(&self, id: &str) -> impl Iterator<Item = &'static str> {
        powers::of_role(id)
    }

    /// Whether a user may consent to this delegated permission without an administrator, as
    /// far as the tenant's own policy lets users consent at all.
    pub fn is_open_to_user_consent(&self, id: &str) -> bool {
        powers::is_open_to_user_consent(id)
    }

    /// The calls of Microsoft Graph for which the least permissions are known.
    pub fn graph_calls(&self) -> impl Iterator<Item = GraphCall> {
        powers::graph_calls()
    }

    /// The directory role with this template id.
    pub fn directory_role(&self, template_id: &str) -> Option<RoleInfo> {
        roles::directory_by_id(template_id)
    }

    /// The directory role with this name, in any letter case.
    pub fn directory_role_named(&self, name: &str) -> Option<RoleInfo> {
        roles::directory_by_name(name)
    }

    /// The Azure built-in role with this definition id: bare, with or without dashes, or
    /// at the end of a path (`/providers/Microsoft.Authorization/roleDefinitions/…`).
    pub fn azure_role(&self, id: &str) -> Option<RoleInfo> {
        roles::azure_by_id(id)
    }

    /// The Azure built-in role with this name, in any letter case.
    pub fn azure_role_named(&self, name: &str) -> Option<RoleInfo> {
        roles::azure_by_name(name)
    }

    /// The Microsoft application with this id.
    pub fn app(&self, app_id: &str) -> Option<AppInfo> {
        apps::by_id(app_id)
    }

    /// The technique of ATT&CK with this id (`T1098.001`), in any letter case.
    pub fn technique(&self, id: &str) -> Option<Technique> {
        attack::by_id(id)
    }

    /// All techniques, sorted by id.
    pub fn techniques(&self) -> &'static [Technique] {
        attack::all()
    }

    /// Whether a word names a tactic of ATT&CK 18 or 19 as Sigma's tags do (`credential-access`).
    pub fn is_tactic(&self, word: &str) -> bool {
        attack::is_tactic(word)
    }

    /// Whether this tenant is one of the three in which Microsoft keeps its own applications.
    pub fn is_microsoft_tenant(&self, tenant_id: &str) -> bool {
        is_microsoft_tenant(tenant_id)
    }
}
