//! The catalogue of operations: every text that a log writes for one, and the id behind it.

use std::{borrow::Cow, sync::LazyLock};

use entward_model::Log;
use rustc_hash::FxHashMap;

use super::{
    fold::{fold_into, fold_operation},
    table,
};

/// An operation, recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The canonical id: lower case, what it is done to before what is done
    /// (`entra.application.owner.add`).
    pub id: Cow<'static, str>,
    /// Whether a catalogue lists it; an unknown one is counted and shown once.
    pub known: bool,
}

/// What the catalogue says of one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperationInfo {
    /// The canonical id.
    pub id: &'static str,
    /// The log that writes it; the unified log repeats those of the audit log.
    pub log: Log,
    /// The name as the documentation has it.
    pub name: &'static str,
    services: &'static str,
    categories: &'static str,
    spellings: &'static str,
}

impl OperationInfo {
    /// The services that log it (`Core Directory`), or the resource provider.
    pub fn services(&self) -> impl Iterator<Item = &'static str> {
        table::parts(self.services)
    }

    /// The categories under which it is logged (`ApplicationManagement`).
    pub fn categories(&self) -> impl Iterator<Item = &'static str> {
        table::parts(self.categories)
    }

    /// Other texts for the same thing: older names, the unified log's, the portal's labels.
    /// Letter case, dashes, blanks and final stops are not listed; they never matter.
    pub fn spellings(&self) -> impl Iterator<Item = &'static str> {
        table::parts(self.spellings)
    }

    /// Whether a record of `log` that reads like this operation means it.
    pub(crate) fn is_written_in(&self, log: Log) -> bool {
        match self.log {
            // `Export`, `Import`, `Other` and `Quarantine` are also words of other workloads.
            Log::Audit if log == Log::Unified => self.services != PROVISIONING_SERVICE,
            Log::Audit | Log::Unified => matches!(log, Log::Audit | Log::Unified),
            Log::Activity => matches!(log, Log::Activity | Log::Resource),
            _ => true,
        }
    }
}

const OPERATIONS: &str = include_str!("../../data/operations.csv");

const PROVISIONING_SERVICE: &str = "Account provisioning";

/// Longer than any text of the catalogue; what does not fit is not in it.
const LONGEST_TEXT: usize = 256;

/// An id made from a text is cut here: a record may hold megabytes where a name belongs.
const LONGEST_SLUG: usize = 160;

struct Catalogue {
    /// Sorted by id.
    rows: Vec<OperationInfo>,
    /// Every name and spelling, as it stands and folded. As it stands, because most
    /// records have it so, and then nothing needs folding.
    by_text: FxHashMap<Cow<'static, str>, usize>,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let count = table::expected_rows(OPERATIONS);
    let mut rows = Vec::with_capacity(count);
    let mut by_text = FxHashMap::with_capacity_and_hasher(2 * count, Default::default());
    for [id, log, services, categories, name, spellings] in table::rows(OPERATIONS) {
        let row = OperationInfo { id, log: log_named(log), name, services, categories, spellings };
        for text in std::iter::once(name).chain(row.spellings()) {
            by_text.insert(fold_operation(text), rows.len());
            by_text.insert(Cow::Borrowed(text), rows.len());
        }
        rows.push(row);
    }
    Catalogue { rows, by_text }
});

/// See [`super::Knowledge::operation`].
pub(super) fn recognize(log: Log, seen: &str) -> Operation {
    if let Some(row) = listed(log, seen) {
        return Operation { id: Cow::Borrowed(row.id), known: true };
    }
    let mut buffer = [0; LONGEST_TEXT];
    let (folded, row) = match fold_into(seen, &mut buffer) {
        Some(folded) => (Cow::Borrowed(folded), listed(log, folded)),
        None => (fold_operation(seen), None),
    };
    let row = if folded.is_empty() { only_operation(log).and_then(info) } else { row };
    match row {
        Some(row) => Operation { id: Cow::Borrowed(row.id), known: true },
        None => Operation { id: Cow::Owned(made_up_id(log, &folded)), known: false },
    }
}

/// See [`super::Knowledge::operation_info`].
pub(super) fn info(id: &str) -> Option<&'static OperationInfo> {
    let rows = &CATALOGUE.rows;
    rows.binary_search_by(|row| row.id.cmp(id)).ok().and_then(|place| rows.get(place))
}

/// See [`super::Knowledge::operations`].
pub(super) fn all() -> &'static [OperationInfo] {
    &CATALOGUE.rows
}

fn listed(log: Log, text: &str) -> Option<&'static OperationInfo> {
    let catalogue = &*CATALOGUE;
    let row = catalogue.rows.get(*catalogue.by_text.get(text)?)?;
    (row.is_written_in(log) || looks_like_arm(text)).then_some(row)
}

/// Three logs write a single operation, and in some shapes they leave its name out.
fn only_operation(log: Log) -> Option<&'static str> {
    match log {
        Log::SignIn => Some("entra.sign-in"),
        Log::Provisioning => Some("entra.provisioning"),
        Log::GraphActivity => Some("graph.request"),
        Log::Audit | Log::Activity | Log::Risk | Log::Unified | Log::Resource => None,
    }
}

fn made_up_id(log: Log, folded: &str) -> String {
    if looks_like_arm(folded) {
        return arm_id(folded);
    }
    let room = match log {
        Log::Audit | Log::SignIn | Log::Risk | Log::Provisioning => "entra.other.",
        Log::Unified => "m365.",
        Log::Activity | Log::GraphActivity | Log::Resource => "other.",
    };
    let mut id = String::with_capacity(room.len() + folded.len().min(LONGEST_SLUG));
    id.push_str(room);
    push_slug(&mut id, folded);
    if id.len() == room.len() {
        id.push_str("unnamed");
    }
    id
}

/// Whether a text is an operation of Azure Resource Manager: `provider.name/path/verb`.
fn looks_like_arm(text: &str) -> bool {
    let Some((provider, path)) = text.split_once('/') else { return false };
    provider.contains('.') && !path.is_empty() && !text.contains(' ')
}

/// `microsoft.authorization/roleassignments/write` → `azure.authorization.roleassignments.write`.
///
/// A provider's registration stays what it is: `azure.azureactivedirectory.register.action`
/// is no application's registration, which is `entra.application.add`.
fn arm_id(folded: &str) -> String {
    let path = folded.strip_prefix("microsoft.").unwrap_or(folded);
    let mut id = String::with_capacity("azure.".len() + path.len().min(LONGEST_SLUG));
    id.push_str("azure");
    for word in path.split(['/', '.']) {
        if id.len() < LONGEST_SLUG && word.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
            id.push('.');
            push_slug(&mut id, word);
        }
    }
    id
}

/// Adds the letters and digits of a folded text, with `-` for whatever stands between them.
fn push_slug(id: &mut String, folded: &str) {
    let start = id.len();
    let mut gap = false;
    for byte in folded.bytes().filter(|byte| *byte != b'\'') {
        if !byte.is_ascii_alphanumeric() {
            gap = true;
            continue;
        }
        if id.len() - start + 1 >= LONGEST_SLUG {
            break;
        }
        if gap && id.len() > start {
            id.push('-');
        }
        gap = false;
        id.push(char::from(byte));
    }
}

/// The log that the table names; a test holds the table to these words.
fn log_named(word: &str) -> Log {
    match word {
        "activity" => Log::Activity,
        "sign-in" => Log::SignIn,
        "risk" => Log::Risk,
        "provisioning" => Log::Provisioning,
        "graph-activity" => Log::GraphActivity,
        "unified" => Log::Unified,
        _ => Log::Audit,
    }
}
