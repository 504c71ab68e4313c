//! One record: what happened, as a diagnostic setting would export it.
//!
//! Each log has one file here. A file draws who and what from the [`Tenant`] and puts
//! them into the complete member set that the log carries in life: it is the members
//! nobody asks for that a scan spends its time on.

use serde_json::{Value, json};

use entward_model::Timestamp;

use crate::random::Random;
use crate::tenant::Tenant;

pub mod activity;
pub mod audit;
pub mod sign_in;

/// The log that a record belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Log {
    /// Entra's audit log.
    Audit,
    /// One of the four sign-in logs.
    SignIn,
    /// The Activity Log of Azure.
    Activity,
}

/// One generated record.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its log.
    pub log: Log,
    /// When it happened.
    pub time: Timestamp,
    /// Whether it is one of those that rules are expected to name.
    pub matching: bool,
    /// The record as the diagnostic setting exports it.
    pub diagnostic: Value,
}

/// What a record is drawn from.
#[derive(Debug)]
pub struct Draw<'a> {
    /// The tenant it speaks of.
    pub tenant: &'a Tenant,
    /// Chance.
    pub random: &'a mut Random,
    /// The moment it happens.
    pub time: Timestamp,
}

impl Draw<'_> {
    /// A record of this moment; what follows in the same draw happens 60 ms later.
    pub fn record(&mut self, log: Log, matching: bool, diagnostic: Value) -> Record {
        let time = self.time;
        self.time = Timestamp::from_nanos(time.nanos() + 60_000_000);
        Record { log, time, matching, diagnostic }
    }

    /// The moment with a `Z`, as envelopes have it.
    pub fn zulu(&self) -> String {
        self.time.to_string()
    }

    /// The moment with `+00:00`, as the properties have it.
    pub fn with_offset(&self) -> String {
        let mut text = self.time.to_string();
        text.pop();
        text.push_str("+00:00");
        text
    }

    /// The resource that Entra's own logs name.
    pub fn directory_resource(&self) -> String {
        format!("/tenants/{}/providers/Microsoft.aadiam", self.tenant.id)
    }
}

/// A JSON value as text, for the many members that hold JSON in a string.
pub fn text_of(value: &Value) -> Value {
    Value::String(value.to_string())
}

/// One entry of `modifiedProperties`, whose values are JSON in strings.
pub fn change(name: &str, old: Option<Value>, new: Option<Value>) -> Value {
    let side = |value: Option<Value>| value.as_ref().map_or(Value::Null, text_of);
    json!({"displayName": name, "oldValue": side(old), "newValue": side(new)})
}
