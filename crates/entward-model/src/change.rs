use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One property of one target: what it was, and what it is now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// The property's name as the record spells it (`KeyDescription`, `AppRole.Value`, …).
    pub property: String,
    /// The value before, decoded: JSON inside strings is JSON here. `null` where the
    /// record has none.
    pub old: Value,
    /// The value after, decoded likewise.
    pub new: Value,
    /// What the two mean, where Entward knows the property.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typed: Option<Typed>,
}

/// The meaning of a change. Each variant holds the state before and after, so that
/// what was added or removed is a set difference and never a guess.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Typed {
    /// What an application asks for. Nothing is granted by asking.
    PermissionsRequested {
        /// Asked for before.
        old: Vec<Permission>,
        /// Asked for now.
        new: Vec<Permission>,
    },
    /// What a client may do from now on.
    PermissionsGranted {
        /// Granted before.
        old: Vec<Permission>,
        /// Granted now.
        new: Vec<Permission>,
    },
    /// Secrets, certificates and federated credentials.
    Credentials {
        /// Present before.
        old: Vec<Credential>,
        /// Present now.
        new: Vec<Credential>,
    },
    /// The owner that was added or removed: the target of the same record.
    Owner {
        /// Object id of the application or service principal that is owned.
        of: Option<String>,
    },
    /// Where tokens and codes may be sent.
    RedirectUris {
        /// Allowed before.
        old: Vec<RedirectUri>,
        /// Allowed now.
        new: Vec<RedirectUri>,
    },
    /// Who may sign in: one tenant, any tenant, personal accounts.
    Audience {
        /// Before, in the words of `signInAudience` where the record has them.
        old: Option<String>,
        /// Now.
        new: Option<String>,
    },
    /// A directory role or an Azure role.
    Role {
        /// The role taken away, or held before.
        old: Option<RoleRef>,
        /// The role given.
        new: Option<RoleRef>,
    },
    /// What a person or an administrator agreed to.
    Consent(Consent),
    /// Scopes and roles that the application itself offers to others.
    AppRolesExposed {
        /// Offered before.
        old: Vec<AppRole>,
        /// Offered now.
        new: Vec<AppRole>,
    },
}

/// Whether a permission acts for a signed-in user or for the application itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantKind {
    /// The application acts as itself: an app role.
    Application,
    /// The application acts for a signed-in user: a scope.
    Delegated,
}

impl GrantKind {
    /// The word used in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            GrantKind::Application => "application",
            GrantKind::Delegated => "delegated",
        }
    }
}

/// One permission of one API.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Permission {
    /// The name (`Mail.Read`); `None` where the id could not be resolved.
    pub name: Option<String>,
    /// The id of the app role or scope; `None` where the record has only names.
    pub id: Option<String>,
    /// How it acts.
    pub granted_as: GrantKind,
    /// Application id of the API that offers it.
    pub resource_app_id: Option<String>,
    /// Object id of that API's service principal in the tenant, in lower case, where the record has no other name of
    /// the API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
    /// Name of that API, by id from the bundled tables, else as the record says.
    pub resource_name: Option<String>,
    /// Published tier (`ControlPlane`, `ManagementPlane`, `UserAccess`), where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
}

/// A way to prove to be the application.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Credential {
    /// What kind of proof.
    pub kind: CredentialKind,
    /// Key id, which equals `servicePrincipalCredentialKeyId` in the sign-in log;
    /// for a federated credential its id.
    pub key_id: Option<String>,
    /// The label that its maker gave it.
    pub name: Option<String>,
    /// Start of validity, where the record says (RFC 3339).
    pub valid_from: Option<String>,
    /// End of validity, where the record says (RFC 3339).
    pub valid_to: Option<String>,
    /// Federated credentials only: whose tokens are trusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Federated credentials only: which subject of that issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

/// What kind of proof a credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// A client secret.
    Password,
    /// An X.509 certificate.
    Certificate,
    /// Trust in another issuer's tokens.
    Federated,
    /// A kind that the record names and Entward does not know.
    Other,
}

impl CredentialKind {
    /// The words used in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            CredentialKind::Password => "secret",
            CredentialKind::Certificate => "certificate",
            CredentialKind::Federated => "federated credential",
            CredentialKind::Other => "credential",
        }
    }
}

/// One address to which tokens or codes may be sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct RedirectUri {
    /// The address as registered.
    pub uri: String,
    /// `web`, `public_client` or `unspecified`, by the client type of the record.
    pub platform: String,
}

/// A role, resolved where the bundled tables know it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct RoleRef {
    /// Template id (directory) or definition id (Azure), in lower case.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Whether Microsoft lists it as privileged; `None` where unknown.
    pub privileged: Option<bool>,
    /// Where it applies: an Azure scope, an administrative unit, `None` for the whole directory.
    pub scope: Option<String>,
}

/// For whom a consent holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentScope {
    /// Everybody in the tenant.
    AllPrincipals,
    /// One person.
    Principal,
    /// The record does not say.
    Unknown,
}

/// An agreement that an application may act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Consent {
    /// For whom.
    pub scope: ConsentScope,
    /// Whether an administrator gave it.
    pub by_admin: Option<bool>,
    /// The person for whom it holds, where the record says.
    pub principal_id: Option<String>,
    /// Delegated permissions before.
    pub old: Vec<Permission>,
    /// Delegated permissions now. Application permissions are not listed here by the
    /// directory; their own records hold them.
    pub new: Vec<Permission>,
    /// Why it was refused (`Risky application detected`), where it was.
    pub reason: Option<String>,
}

/// A scope or role that an application offers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct AppRole {
    /// Its id.
    pub id: Option<String>,
    /// Its claim value (`user_impersonation`).
    pub value: Option<String>,
}
