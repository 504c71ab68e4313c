//! Which members of a record are worth remembering.
//!
//! A [`Layout`] names the members that recognition, rules and the operation lookup ask
//! for: at the top of a record, and one level down inside `properties`, where the
//! diagnostic export puts what Graph puts at the top. Each name has a slot; walking over
//! a record fills the slots that it has. Names are compared without regard to letter
//! case, because the same member is `level` in one export and `Level` in the next.

/// The place of a member among those that are remembered.
pub(crate) type Slot = u16;

/// Names of one object, and their slots.
#[derive(Debug)]
pub(crate) struct KeyTable {
    /// For each hash the first of a chain in `entries`, or none.
    buckets: [u16; 512],
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    /// As it is usually written.
    name: Box<[u8]>,
    slot: Slot,
    next: u16,
}

const NONE: u16 = u16::MAX;

impl KeyTable {
    fn new() -> KeyTable {
        KeyTable { buckets: [NONE; 512], entries: Vec::new() }
    }

    fn insert(&mut self, name: &str, slot: Slot) {
        let name: Box<[u8]> = name.as_bytes().into();
        let bucket = &mut self.buckets[bucket_of(&name)];
        self.entries.push(Entry { name, slot, next: *bucket });
        *bucket = (self.entries.len() - 1) as u16;
    }

    /// The slot of a name. Most names of a record are nobody's, and fall through at once.
    #[inline(always)]
    pub(crate) fn slot(&self, name: &[u8]) -> Option<Slot> {
        let mut index = self.buckets[bucket_of(name)];
        while index != NONE {
            let entry = &self.entries[index as usize];
            if *entry.name == *name || entry.name.eq_ignore_ascii_case(name) {
                return Some(entry.slot);
            }
            index = entry.next;
        }
        None
    }
}

/// Length, ends and middle tell nearly all names of these logs apart.
#[inline(always)]
fn bucket_of(name: &[u8]) -> usize {
    let (Some(first), Some(last), Some(middle)) = (name.first(), name.last(), name.get(name.len() / 2)) else {
        return 0;
    };
    let folded = |byte: &u8| (*byte | 0x20) as usize;
    (name.len() ^ (folded(first) << 4) ^ (folded(last) << 2) ^ (folded(middle) * 7)) & 511
}

/// The names that are remembered, at the top of a record and inside its `properties`.
#[derive(Debug)]
pub(crate) struct Layout {
    /// Names at the top of a record.
    pub(crate) root: KeyTable,
    /// Names one level down.
    pub(crate) inner: KeyTable,
    slots: u16,
}

macro_rules! base_slots {
    ($( $constant:ident = $name:literal; )*) => {
        base_slots!(@count 0u16; $( $constant = $name; )*);
        /// Names at the top of a record that recognition itself needs, in slot order.
        const BASE: &[&str] = &[ $( $name, )* ];
    };
    (@count $index:expr; $constant:ident = $name:literal; $( $rest:tt )*) => {
        pub(crate) const $constant: Slot = $index;
        base_slots!(@count $index + 1; $( $rest )*);
    };
    (@count $index:expr;) => {};
}

base_slots! {
    TIME = "time";
    OPERATION_NAME = "operationName";
    CATEGORY = "category";
    PROPERTIES = "properties";
    RESOURCE_ID = "resourceId";
    AUTHORIZATION = "authorization";
    CALLER = "caller";
    ACTIVITY_DISPLAY_NAME = "activityDisplayName";
    ACTIVITY_DATE_TIME = "activityDateTime";
    CREATED_DATE_TIME = "createdDateTime";
    APP_DISPLAY_NAME = "appDisplayName";
    CONDITIONAL_ACCESS_STATUS = "conditionalAccessStatus";
    CLIENT_APP_USED = "clientAppUsed";
    IS_INTERACTIVE = "isInteractive";
    SIGN_IN_EVENT_TYPES = "signInEventTypes";
    USER_PRINCIPAL_NAME = "userPrincipalName";
    SERVICE_PRINCIPAL_ID = "servicePrincipalId";
    WORKLOAD = "Workload";
    RECORD_TYPE = "RecordType";
    OPERATION = "Operation";
    OPERATIONS = "Operations";
    AUDIT_DATA = "AuditData";
    TYPE = "Type";
    TABLE = "$table";
    TIME_GENERATED = "TimeGenerated";
    SOURCE_SYSTEM = "SourceSystem";
    OFFICE_WORKLOAD = "OfficeWorkload";
    OPERATION_NAME_VALUE = "OperationNameValue";
    EVENT_TYPE = "eventType";
    EVENT_TIME = "eventTime";
    DATA = "data";
    EVENT_TIMESTAMP = "eventTimestamp";
    CREATION_TIME = "CreationTime";
    CREATION_DATE = "CreationDate";
    RISK_EVENT_TYPE = "riskEventType";
    RISK_TYPE = "riskType";
    RISK_STATE = "riskState";
    RISK_LEVEL = "riskLevel";
    DETECTED_DATE_TIME = "detectedDateTime";
    RISK_LAST_UPDATED = "riskLastUpdatedDateTime";
    PROVISIONING_ACTION = "provisioningAction";
    REQUEST_URI = "requestUri";
    EVT = "evt";
    DATE_UTC = "Date (UTC)";
    TIME_COLUMN = "Time";
    TARGET_RESOURCES = "targetResources";
    INITIATED_BY = "initiatedBy";
    RECORDS = "records";
    VALUE = "value";
    ACTIVITY_COLUMN = "Activity";
    OPERATION_COLUMN = "Operation name";
}

impl Layout {
    /// A layout with the names that recognition needs, and no others.
    pub(crate) fn new() -> Layout {
        let mut layout = Layout { root: KeyTable::new(), inner: KeyTable::new(), slots: BASE.len() as u16 };
        for (slot, name) in BASE.iter().enumerate() {
            if layout.root.slot(name.as_bytes()).is_none() {
                layout.root.insert(name, slot as Slot);
            }
        }
        layout
    }

    /// The slot of a name at the top of a record, made on first asking.
    pub(crate) fn root_slot(&mut self, name: &str) -> Slot {
        if let Some(slot) = self.root.slot(name.as_bytes()) {
            return slot;
        }
        let slot = self.next_slot();
        self.root.insert(name, slot);
        slot
    }

    /// The slot of a name inside `properties`, made on first asking.
    pub(crate) fn inner_slot(&mut self, name: &str) -> Slot {
        if let Some(slot) = self.inner.slot(name.as_bytes()) {
            return slot;
        }
        let slot = self.next_slot();
        self.inner.insert(name, slot);
        slot
    }

    /// How many slots there are.
    pub(crate) fn len(&self) -> usize {
        usize::from(self.slots)
    }

    fn next_slot(&mut self) -> Slot {
        let slot = self.slots;
        self.slots += 1;
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_letter_case_and_each_has_one_slot() {
        let mut layout = Layout::new();
        let slot = layout.root_slot("ResultDescription");
        assert_eq!(layout.root.slot(b"resultdescription"), Some(slot));
        assert_eq!(layout.root_slot("RESULTDESCRIPTION"), slot);
        assert_eq!(layout.root.slot(b"operationname"), Some(OPERATION_NAME));
        assert_ne!(layout.inner_slot("ResultDescription"), slot);
        assert_eq!(layout.root.slot(b"nothing"), None);
        assert_eq!(layout.root.slot(b""), None);
    }
}
