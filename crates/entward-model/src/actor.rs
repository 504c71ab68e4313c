use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who made a change, as far as its record says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Actor {
    /// What kind of principal it is.
    pub kind: ActorKind,
    /// The object id in the directory, in lower case; where a log has only an
    /// application id, that id stands in [`Actor::app_id`] and this is empty.
    pub id: Option<String>,
    /// A user principal name, or the display name of an application.
    pub name: Option<String>,
    /// The address it came from, without a port, as plain IPv4 or IPv6 text.
    /// Portal-driven changes often show an address of a Microsoft front end.
    pub address: Option<String>,
    /// The user agent, as claimed by the client.
    pub user_agent: Option<String>,
    /// The application that acted, or through which a person acted.
    pub app_id: Option<String>,
}

/// What kind of principal acted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A person, member or guest.
    User,
    /// A service principal of an application.
    Application,
    /// A managed identity of an Azure resource.
    ManagedIdentity,
    /// An agent identity.
    Agent,
    /// A service of Microsoft's own, by application id, never by display name alone.
    Microsoft,
    /// The record does not say.
    #[default]
    Unknown,
}

impl ActorKind {
    /// The word used in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            ActorKind::User => "user",
            ActorKind::Application => "application",
            ActorKind::ManagedIdentity => "managed_identity",
            ActorKind::Agent => "agent",
            ActorKind::Microsoft => "microsoft",
            ActorKind::Unknown => "unknown",
        }
    }
}
