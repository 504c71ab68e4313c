use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Change;

/// An object that a change touched.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Target {
    /// What kind of object it is.
    pub kind: TargetKind,
    /// The object id in the directory, or the resource id in Azure, in lower case.
    pub id: Option<String>,
    /// A display name or user principal name. Whoever made the object chose it.
    pub name: Option<String>,
    /// The application id, where the object is an application or service principal
    /// and the record names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    /// What changed on it, in the order of the record.
    pub changes: Vec<Change>,
}

/// What kind of object a change touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the directory's own object types")]
pub enum TargetKind {
    Application,
    ServicePrincipal,
    User,
    Group,
    Role,
    Device,
    Policy,
    Directory,
    /// A resource of Azure Resource Manager.
    Resource,
    /// A subscription, where that is all a record names.
    Subscription,
    #[default]
    Other,
}

impl TargetKind {
    /// The word used in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            TargetKind::Application => "application",
            TargetKind::ServicePrincipal => "service_principal",
            TargetKind::User => "user",
            TargetKind::Group => "group",
            TargetKind::Role => "role",
            TargetKind::Device => "device",
            TargetKind::Policy => "policy",
            TargetKind::Directory => "directory",
            TargetKind::Resource => "resource",
            TargetKind::Subscription => "subscription",
            TargetKind::Other => "other",
        }
    }

    /// The kind that a record's own word names (`Service Principal`, `ServicePrincipal`, …).
    pub fn from_record(word: &str) -> TargetKind {
        let squeezed: String =
            word.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_ascii_lowercase();
        match squeezed.as_str() {
            "application" => TargetKind::Application,
            "serviceprincipal" => TargetKind::ServicePrincipal,
            "user" => TargetKind::User,
            "group" => TargetKind::Group,
            "role" => TargetKind::Role,
            "device" => TargetKind::Device,
            "policy" => TargetKind::Policy,
            "directory" => TargetKind::Directory,
            _ => TargetKind::Other,
        }
    }
}
