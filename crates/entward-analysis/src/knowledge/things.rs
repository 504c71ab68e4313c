//! On what permissions and roles of the directory are: what the first part of a permission's name stands for, and what a role
//! is for.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::table;

const THINGS: &str = include_str!("../../data/permission_things.csv");
const ROLES: &str = include_str!("../../data/role_things.csv");

/// What a permission is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Thing {
    /// In words that fit behind "reads": `messages in chats`.
    pub(crate) about: &'static str,
    /// The kind of data that reading it opens; empty for none worth naming.
    pub(crate) data: &'static str,
    /// What can be done by changing it; empty for nothing worth naming.
    pub(crate) write: &'static str,
}

static TABLE: LazyLock<FxHashMap<(&str, &str), Thing>> = LazyLock::new(|| {
    table::rows(THINGS).map(|[name, api, about, data, write]| ((name, api), Thing { about, data, write })).collect()
});

/// The thing of a permission of an API, by application id: that of the whole name, of the name's first part, or of the API.
pub(crate) fn of(name: &str, api: &str) -> Option<Thing> {
    let first = match name.strip_prefix("vso.") {
        // Azure DevOps writes `vso.code_write`.
        Some(rest) => &name[.."vso.".len() + rest.find(['_', '.']).unwrap_or(rest.len())],
        None => name.split('.').next().unwrap_or(name),
    };
    // Most APIs use words as Microsoft Graph does; one that does not has a row for all of its own.
    [(name, api), (first, api), ("*", api), (first, "")].iter().find_map(|key| TABLE.get(key)).copied()
}

/// What a role of the directory is on, by its template id, and whether it changes it.
pub(crate) fn of_role(template_id: &str) -> Option<(Thing, bool)> {
    table::rows(ROLES)
        .find(|[id, ..]: &[&str; 5]| *id == template_id)
        .map(|[_, act, about, data, write]| (Thing { about, data, write }, act == "W"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Knowledge;

    #[test]
    fn every_permission_is_on_something() {
        let without: Vec<String> = Knowledge::bundled()
            .permissions()
            .filter(|info| of(info.name, info.resource_app_id).is_none())
            .map(|info| format!("{} of {}", info.name, info.resource_name))
            .collect();
        assert!(without.is_empty(), "add a row to permission_things.csv: {without:#?}");
    }

    #[test]
    fn every_role_of_the_directory_is_on_something() {
        for role in Knowledge::bundled().directory_roles() {
            assert!(of_role(role.id).is_some(), "add a row to role_things.csv: {} {}", role.id, role.name);
        }
    }

    #[test]
    fn a_row_of_the_api_comes_before_that_of_all() {
        let about = |name, api| of(name, api).map(|thing| thing.about);
        assert_eq!(about("Alert.Read.All", "fc780465-2017-40d4-a0c5-307022471b92"), Some("security alerts"));
        assert_eq!(about("Mail.Read", "00000002-0000-0ff1-ce00-000000000000"), Some("mail"));
        assert_eq!(about("vso.code_write", "499b84ac-1321-427f-aa17-267ca6975798"), Some("source code"));
        assert_eq!(
            about("Notebook.Read.All", "00000009-0000-0000-c000-000000000000"),
            Some("items of Fabric and Power BI")
        );
    }
}
