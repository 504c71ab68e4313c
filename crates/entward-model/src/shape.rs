use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Log;

macro_rules! shapes {
    ($( $(#[$doc:meta])* $variant:ident = $name:literal, $log:ident; )*) => {
        /// How a record was written down.
        ///
        /// The same sign-in comes in several shapes; each has one name here, one file in
        /// `entward-analysis/src/decode/`, and one mapping in `mappings/`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Shape { $( $(#[$doc])* $variant, )* }

        /// Every shape, in the order people meet them.
        pub const SHAPES: &[Shape] = &[ $( Shape::$variant, )* ];

        impl Shape {
            /// The name used in outputs, mappings and documentation.
            pub fn name(self) -> &'static str {
                match self { $( Shape::$variant => $name, )* }
            }

            /// The log whose records have this shape.
            pub fn log(self) -> Log {
                match self { $( Shape::$variant => Log::$log, )* }
            }
        }
    };
}

shapes! {
    /// Graph `directoryAudit`, an API object or an element of the portal's JSON download.
    GraphDirectoryAudit = "graph.directoryAudit", Audit;
    /// Graph `signIn`, likewise, or its flattened CSV.
    GraphSignIn = "graph.signIn", SignIn;
    /// Graph `riskDetection`.
    GraphRiskDetection = "graph.riskDetection", Risk;
    /// Graph `riskyUser`.
    GraphRiskyUser = "graph.riskyUser", Risk;
    /// Graph `provisioningObjectSummary`.
    GraphProvisioning = "graph.provisioning", Provisioning;
    /// Diagnostic export, category `AuditLogs`.
    DiagAuditLogs = "diag.AuditLogs", Audit;
    /// Diagnostic export, category `SignInLogs`.
    DiagSignInLogs = "diag.SignInLogs", SignIn;
    /// Diagnostic export, category `NonInteractiveUserSignInLogs`.
    DiagNonInteractiveUserSignInLogs = "diag.NonInteractiveUserSignInLogs", SignIn;
    /// Diagnostic export, category `ServicePrincipalSignInLogs`.
    DiagServicePrincipalSignInLogs = "diag.ServicePrincipalSignInLogs", SignIn;
    /// Diagnostic export, category `ManagedIdentitySignInLogs`.
    DiagManagedIdentitySignInLogs = "diag.ManagedIdentitySignInLogs", SignIn;
    /// Diagnostic export, the risk categories.
    DiagRiskEvents = "diag.RiskEvents", Risk;
    /// Diagnostic export, category `MicrosoftGraphActivityLogs`.
    DiagMicrosoftGraphActivityLogs = "diag.MicrosoftGraphActivityLogs", GraphActivity;
    /// Diagnostic export, category `ProvisioningLogs`.
    DiagProvisioningLogs = "diag.ProvisioningLogs", Provisioning;
    /// The Activity Log through a diagnostic setting.
    DiagActivityLog = "diag.ActivityLog", Activity;
    /// A resource log of some Azure service in the same envelope.
    DiagPlatformLogs = "diag.PlatformLogs", Resource;
    /// The Activity Log from the management REST API.
    RestActivityLog = "rest.ActivityLog", Activity;
    /// Log Analytics table `AuditLogs`.
    LaAuditLogs = "la.AuditLogs", Audit;
    /// Log Analytics table `SigninLogs` and the three `AAD…SignInLogs`.
    LaSigninLogs = "la.SigninLogs", SignIn;
    /// Log Analytics table `AzureActivity`.
    LaAzureActivity = "la.AzureActivity", Activity;
    /// Log Analytics table `OfficeActivity`.
    LaOfficeActivity = "la.OfficeActivity", Unified;
    /// Log Analytics table `MicrosoftGraphActivityLogs`.
    LaGraphActivity = "la.MicrosoftGraphActivityLogs", GraphActivity;
    /// Log Analytics tables of Identity Protection.
    LaRiskEvents = "la.RiskEvents", Risk;
    /// A unified audit record as JSON.
    UalJson = "ual.json", Unified;
    /// A row of `Search-UnifiedAuditLog` or of the Purview portal.
    UalCsv = "ual.csv", Unified;
    /// The Activity Log through Event Grid.
    EventgridActivityLog = "eventgrid.ActivityLog", Activity;
    /// The portal's CSV download of the audit log.
    PortalAuditCsv = "portal.AuditLogs", Audit;
    /// The portal's CSV downloads of the sign-in logs.
    PortalSignInCsv = "portal.SignInLogs", SignIn;
    /// The portal's CSV download of the Activity Log.
    PortalActivityCsv = "portal.ActivityLog", Activity;
}

impl Shape {
    /// The shape with this name.
    pub fn from_name(name: &str) -> Option<Shape> {
        SHAPES.iter().copied().find(|shape| shape.name() == name)
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.name())
    }
}

impl Serialize for Shape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Shape::from_name(&name).ok_or_else(|| serde::de::Error::custom(format!("unknown shape `{name}`")))
    }
}

impl JsonSchema for Shape {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Shape".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let names: Vec<&str> = SHAPES.iter().map(|shape| shape.name()).collect();
        schemars::json_schema!({ "type": "string", "enum": names })
    }
}
