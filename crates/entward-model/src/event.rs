use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Actor, Shape, Target, Timestamp};

/// What one record says, whatever shape it came in.
///
/// Members that a record does not have are `null`, never left out, so that a reader
/// of the JSON can tell "nothing said" from "not asked".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// The file it came from, as named on the command line or found below it;
    /// `-` for standard input; members of an archive follow after `!`.
    pub file: String,
    /// The record's ordinal in its file, from 0.
    pub index: u64,
    /// How it was written down.
    pub shape: Shape,
    /// When it happened (UTC). `null` where the record has no readable time.
    pub time: Option<Timestamp>,
    /// Which log it belongs to.
    pub log: Log,
    /// The canonical id of the operation (`entra.application.add`).
    pub operation: String,
    /// The operation's text as it stood in the record.
    pub operation_seen: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it ended so, in the record's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who did it.
    pub actor: Actor,
    /// What it touched, in the order of the record.
    pub targets: Vec<Target>,
    /// The Entra tenant, in lower case.
    pub tenant: Option<String>,
    /// The Azure subscription, in lower case.
    pub subscription: Option<String>,
    /// Joins the records of one request, and the same record in two logs.
    pub correlation_id: Option<String>,
    /// The log's own id of the record: the key for counting it once.
    pub record_id: Option<String>,
}

/// Which log an event belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Log {
    /// The Entra audit log.
    Audit,
    /// The Azure Activity Log.
    Activity,
    /// The four Entra sign-in logs.
    SignIn,
    /// Identity Protection: risky users, risk detections.
    Risk,
    /// Requests to Microsoft Graph.
    GraphActivity,
    /// The Microsoft 365 unified audit log.
    Unified,
    /// Provisioning into and out of other systems.
    Provisioning,
    /// Resource logs of Azure services: read, counted, and of no concern to identity rules.
    Resource,
}

impl Log {
    /// The word used in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Log::Audit => "audit",
            Log::Activity => "activity",
            Log::SignIn => "sign-in",
            Log::Risk => "risk",
            Log::GraphActivity => "graph-activity",
            Log::Unified => "unified",
            Log::Provisioning => "provisioning",
            Log::Resource => "resource",
        }
    }
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Success,
    /// It was refused or went wrong.
    Failure,
    /// It was begun or accepted; another record tells the end.
    Started,
    /// The record does not say, or says something else.
    #[default]
    Unknown,
}

impl Outcome {
    /// The word used in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Success => "success",
            Outcome::Failure => "failure",
            Outcome::Started => "started",
            Outcome::Unknown => "unknown",
        }
    }
}
