//! The tables of Log Analytics that hold the logs: their columns, and what stands inside them.

use std::sync::LazyLock;

use entward_model::{Log, Shape};

const COLUMNS: &str = include_str!("../../data/kusto_columns.csv");
const MEMBERS: &str = include_str!("../../data/kusto_members.csv");

/// A table.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The log it holds.
    pub log: Log,
    /// The shape of its rows; `None` where nothing maps names to its columns, so that a name is a column.
    pub(crate) shape: Option<Shape>,
    /// Its columns, in the alphabet.
    pub columns: Vec<Column>,
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name; letter case matters.
    pub name: &'static str,
    /// Kusto's word for its type.
    pub kind: &'static str,
    /// Whether every workspace has it; if not, a query asks for it with `column_ifexists`.
    pub is_everywhere: bool,
}

/// What stands at a path inside a column that holds JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// A single value.
    Text,
    /// Named members.
    Object,
    /// Members whose names hold dots: what is left of a path is one name.
    Map,
    /// An array.
    List,
    /// An array of a name and a value each.
    Pairs,
}

/// Each table with its log and its shape.
const TABLES: &[(&str, Log, Option<Shape>)] = &[
    ("AuditLogs", Log::Audit, Some(Shape::LaAuditLogs)),
    ("SigninLogs", Log::SignIn, Some(Shape::LaSigninLogs)),
    ("AADNonInteractiveUserSignInLogs", Log::SignIn, Some(Shape::LaSigninLogs)),
    ("AADServicePrincipalSignInLogs", Log::SignIn, Some(Shape::LaSigninLogs)),
    ("AADManagedIdentitySignInLogs", Log::SignIn, Some(Shape::LaSigninLogs)),
    ("AzureActivity", Log::Activity, Some(Shape::LaAzureActivity)),
    ("AADUserRiskEvents", Log::Risk, Some(Shape::LaRiskEvents)),
    ("AADServicePrincipalRiskEvents", Log::Risk, Some(Shape::LaRiskEvents)),
    ("AADRiskyUsers", Log::Risk, Some(Shape::LaRiskEvents)),
    ("AADProvisioningLogs", Log::Provisioning, None),
    ("MicrosoftGraphActivityLogs", Log::GraphActivity, None),
];

static READ: LazyLock<Vec<Table>> = LazyLock::new(|| {
    let columns_of = |table: &str| {
        let rows = COLUMNS.lines().skip(1).map(|line| {
            let mut cells = line.split(',');
            [cells.next(), cells.next(), cells.next()].map(Option::unwrap_or_default)
        });
        let column = |[_, name, kind]: [&'static str; 3]| {
            let plain = kind.trim_end_matches('?');
            Column { name, kind: plain, is_everywhere: plain == kind }
        };
        rows.filter(|[of, ..]| *of == table).map(column).collect()
    };
    TABLES
        .iter()
        .map(|(name, log, shape)| Table { name, log: *log, shape: *shape, columns: columns_of(name) })
        .collect()
});

/// The tables that are known.
pub fn tables() -> &'static [Table] {
    &READ
}

impl Table {
    /// The column with this name, in any letter case.
    pub(crate) fn column(&self, name: &str) -> Option<Column> {
        self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name)).copied()
    }
}

fn members() -> impl Iterator<Item = (&'static str, &'static str)> {
    MEMBERS.lines().skip(1).filter_map(|line| line.rsplit_once(','))
}

/// What is known to stand at a path, which begins with a column's name and is spelled as records spell it.
pub(crate) fn holds(path: &str) -> Option<Holds> {
    let (_, kind) = members().find(|(known, _)| *known == path)?;
    Some(match kind {
        "object" => Holds::Object,
        "map" => Holds::Map,
        "list" => Holds::List,
        "pairs" => Holds::Pairs,
        _ => Holds::Text,
    })
}

/// The member of `path` with which `rest` begins, as records spell it, and what is left of `rest`.
pub(crate) fn member<'r>(path: &str, rest: &'r str) -> Option<(&'static str, &'r str)> {
    members()
        .filter_map(|(known, _)| {
            let name = known.strip_prefix(path)?.strip_prefix('.').filter(|name| !name.contains('.'))?;
            let head = rest.get(..name.len()).filter(|head| head.eq_ignore_ascii_case(name))?;
            let left = &rest[head.len()..];
            let left = if left.is_empty() { left } else { left.strip_prefix('.')? };
            Some((name, left))
        })
        .max_by_key(|(name, _)| name.len())
}

/// Whether anything is known to stand below a path.
pub(crate) fn has_members(path: &str) -> bool {
    members().any(|(known, _)| known.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
}
