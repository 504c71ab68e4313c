//! What the rule language has to be told about these logs.

use std::borrow::Cow;

use entward_model::{Log, Shape};
use entward_sigma::{LogSource, Vocabulary};

use super::mapping::{Fold, Mapping};
use crate::knowledge::fold_operation;

/// The stream bit of a shape's records: one per log.
pub(super) fn stream_of(shape: Shape) -> u64 {
    bit(shape.log())
}

fn bit(log: Log) -> u64 {
    1 << (match log {
        Log::Audit => 0,
        Log::Activity => 1,
        Log::SignIn => 2,
        Log::Risk => 3,
        Log::GraphActivity => 4,
        Log::Unified => 5,
        Log::Provisioning => 6,
        Log::Resource => 7,
    })
}

/// Names, foldings and log sources, as the mappings say.
pub(super) struct AzureVocabulary<'m> {
    pub(super) mapping: &'m Mapping,
}

impl Vocabulary for AzureVocabulary<'_> {
    fn folding(&self, field: &str) -> Option<for<'a> fn(&'a str) -> Cow<'a, str>> {
        self.mapping.fold_of(field).map(folding_of)
    }

    fn streams(&self, source: &LogSource) -> u64 {
        let lower = |part: &Option<String>| part.as_deref().unwrap_or_default().to_ascii_lowercase();
        let (product, service) = (lower(&source.product), lower(&source.service));
        match (product.as_str(), service.as_str()) {
            // A change of the directory is in the audit log and, said differently, in the unified log.
            ("azure", "auditlogs" | "azuread" | "entraid") => bit(Log::Audit) | bit(Log::Unified),
            ("azure", "signinlogs") => bit(Log::SignIn) | bit(Log::Unified),
            ("azure", "activitylogs" | "azureactivity") => bit(Log::Activity) | bit(Log::Resource),
            ("azure", "riskdetection") => bit(Log::Risk),
            ("azure", "pim") => bit(Log::Audit) | bit(Log::Risk) | bit(Log::Unified),
            ("azure", "graphactivitylogs" | "microsoftgraphactivitylogs") => bit(Log::GraphActivity),
            ("azure", "provisioninglogs") => bit(Log::Provisioning),
            ("azure", "") => u64::from(u8::MAX),
            ("m365" | "microsoft365" | "o365", _) => bit(Log::Unified),
            _ => 0,
        }
    }

    fn canonical<'a>(&self, field: &'a str, _: &LogSource) -> Cow<'a, str> {
        // Two names of one concept are looked up once. A name with a path behind it stands for itself.
        self.mapping.first_name(field).map_or(Cow::Borrowed(field), |name| Cow::Owned(name.to_owned()))
    }

    fn selectivity(&self, field: &str) -> u8 {
        match self.mapping.concept(field) {
            Some("operation" | "message") => 10,
            Some("risk_event_type") => 6,
            Some("result_type") => 5,
            // Nearly every record succeeds, and one service writes most of them.
            Some("result" | "status" | "service" | "category" | "level") => 0,
            _ => 3,
        }
    }

    fn look_up_cost(&self, field: &str) -> u32 {
        if field.get(..8).is_some_and(|head| head.eq_ignore_ascii_case("Changes.")) {
            // The changed properties are read as a tree.
            return 50_000;
        }
        match self.mapping.concept(field) {
            // Where records have it, they all say the same.
            Some("activity_details") => 50_000,
            Some("operation" | "category" | "result_type" | "user_agent" | "service" | "risk_event_type") => 0,
            Some("message") => 300,
            // Three values deep inside, one of them written anew.
            Some("status") => 1_500,
            Some("modified_properties" | "property_name" | "property_new" | "property_old" | "target_resources") => {
                1_000
            }
            _ => 200,
        }
    }

    fn commonplace(&self) -> &str {
        COMMONPLACE
    }
}

/// The folding itself.
pub(crate) fn folding_of(fold: Fold) -> for<'a> fn(&'a str) -> Cow<'a, str> {
    match fold {
        Fold::Operation => fold_operation,
        Fold::Outcome => fold_outcome,
        Fold::Blanks => squeeze,
    }
}

/// The logs that a log source selects.
pub(crate) fn logs_of(source: &LogSource, mapping: &Mapping) -> Vec<Log> {
    let streams = AzureVocabulary { mapping }.streams(source);
    let all = [Log::Audit, Log::Activity, Log::SignIn, Log::Risk, Log::GraphActivity, Log::Provisioning, Log::Unified];
    all.into_iter().filter(|log| streams & bit(*log) != 0).collect()
}

/// Words of the Activity Log on an ordinary day.
const COMMONPLACE: &str = "/subscriptions/ /resourceGroups/ /providers/Microsoft.Compute/virtualMachines/write \
    Microsoft.Network/networkInterfaces/write Microsoft.Storage/storageAccounts/write \
    Microsoft.Resources/deployments/write Microsoft.Sql/servers/databases/write Microsoft.Web/sites/config/write \
    Microsoft.Insights/metricAlerts/write Microsoft.KeyVault/vaults/read /start/action /restart/action /delete \
    http://schemas.microsoft.com/identity/claims/objectidentifier http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn \
    https://management.core.windows.net/ Administrative Contributor correlationId callerIpAddress roleAssignmentScope";

/// One word for an outcome, and all that Microsoft writes for it.
pub(crate) const OUTCOMES: &[(&str, &[&str])] = &[
    ("success", &["success", "succeeded", "successful"]),
    ("failure", &["failure", "failed", "fail"]),
    ("start", &["start", "started"]),
    ("accept", &["accept", "accepted"]),
];

/// Microsoft's twins for one outcome (`Success` and `Succeeded`, `Start` and `Started`, …)
/// become one word. What is none of them stays as it is; letter case is folded afterwards.
pub(super) fn fold_outcome(text: &str) -> Cow<'_, str> {
    let word = text.trim();
    if word.len() > "successful".len() {
        return Cow::Borrowed(text);
    }
    for (folded, twins) in OUTCOMES {
        if twins.iter().any(|twin| word.eq_ignore_ascii_case(twin)) {
            return Cow::Borrowed(folded);
        }
    }
    Cow::Borrowed(text)
}

/// `Service Principal` and `ServicePrincipal` are one type.
fn squeeze(text: &str) -> Cow<'_, str> {
    Cow::Owned(text.chars().filter(|character| !character.is_whitespace()).flat_map(char::to_lowercase).collect())
}
