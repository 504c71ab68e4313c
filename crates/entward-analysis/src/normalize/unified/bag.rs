//! `Actor` and `Target`: bags of identifiers of one principal.
//!
//! An entry has a type, and the types overlap: type 2 holds the object id, the same with
//! its class in front (`User_<id>`), the class as a word, and the application id.

use entward_model::TargetKind;
use serde_json::Value;

use crate::normalize::changes::is_guid;
use crate::normalize::reading::{find, find_elements};

/// Display name.
const NAME: &str = "1";
/// Object ids, classes, application ids.
const OTHER: &str = "2";
/// User principal name.
const UPN: &str = "5";

/// The classes of objects, as the bags write them; `Company` and `Directory` are the tenant.
const CLASSES: &[&str] =
    &["User", "ServicePrincipal", "Application", "Group", "Role", "Device", "Policy", "Directory", "Company", "Other"];

/// The entries of one bag, in the order of the record, without those that name nobody.
pub(super) struct Bag {
    entries: Vec<Entry>,
}

struct Entry {
    kind: String,
    id: String,
}

impl Bag {
    /// The bag of this name. A record without it has an empty one.
    pub(super) fn of(data: &Value, name: &str) -> Bag {
        let elements = find_elements(data, &[name]);
        let entries = elements.iter().filter_map(|entry| {
            let id = find(entry, &["ID"]).filter(|id| !is_nobody(id))?;
            Some(Entry { kind: find(entry, &["Type"]).unwrap_or_default(), id })
        });
        Bag { entries: entries.collect() }
    }

    /// Class and object id, from the entry that has both.
    pub(super) fn principal(&self) -> Option<(String, String)> {
        self.entries.iter().find_map(|entry| prefixed(&entry.id))
    }

    /// The class as a word.
    pub(super) fn class(&self) -> Option<&str> {
        self.of_kind(OTHER).find(|id| CLASSES.contains(id))
    }

    pub(super) fn name(&self) -> Option<String> {
        self.of_kind(NAME).next().map(str::to_owned)
    }

    pub(super) fn upn(&self) -> Option<String> {
        self.of_kind(UPN).next().map(str::to_owned)
    }

    /// The entries that are GUIDs and nothing else, in lower case.
    pub(super) fn guids(&self) -> impl Iterator<Item = String> {
        let guids = self.entries.iter().filter(|entry| is_guid(&entry.id));
        guids.map(|entry| entry.id.to_ascii_lowercase())
    }

    /// The claim by which somebody signed in: the object id, where the log knows it.
    pub(super) fn claim(&self) -> Option<String> {
        self.of_kind("0").next().map(str::to_ascii_lowercase)
    }

    fn of_kind(&self, kind: &'static str) -> impl Iterator<Item = &str> {
        self.entries.iter().filter(move |entry| entry.kind == kind).map(|entry| entry.id.as_str())
    }
}

/// `ServicePrincipal_<id>` taken apart; the id in lower case.
pub(super) fn prefixed(text: &str) -> Option<(String, String)> {
    let (class, id) = text.rsplit_once('_')?;
    if is_guid(id) && !class.is_empty() { Some((class.to_owned(), id.to_ascii_lowercase())) } else { None }
}

/// The kind of object that a class names.
pub(super) fn kind_of(class: &str) -> TargetKind {
    if class.eq_ignore_ascii_case("Company") { TargetKind::Directory } else { TargetKind::from_record(class) }
}

/// Words that stand where an identifier was wanted and there was none.
pub(super) fn is_nobody(text: &str) -> bool {
    const WORDS: &[&str] = &["certificate", "not available", "not-found", "unknown", "null"];
    let lower = text.trim().to_ascii_lowercase();
    WORDS.contains(&lower.as_str()) || (!lower.is_empty() && lower.bytes().all(|byte| matches!(byte, b'0' | b'-')))
}
