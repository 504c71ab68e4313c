//! What stands in the records of a shape: which members, and what they hold.
//!
//! Three tables say it. The mappings place the names that rules use; `data/kusto_columns.csv` and
//! `data/kusto_members.csv` describe the tables of Log Analytics; `data/members.csv` lists what public records of the
//! other shapes have. A member that none of them has is not proven to exist.

use std::sync::LazyLock;

use entward_model::{Log, Shape};
use rustc_hash::FxHashMap;

use crate::kql::tables::{self, Holds};

/// What a member holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holding {
    /// Text, or something of which no value was seen.
    Text,
    /// A number, or digits.
    Number,
    /// True or false.
    Flag,
    /// Members of its own.
    Object,
    /// Several values.
    List,
    /// Whatever a service puts there.
    Open,
}

const MEMBERS: &str = include_str!("../../data/members.csv");

/// Lower-case path → what it holds, for each shape that has it.
static LISTED: LazyLock<FxHashMap<String, Vec<(Shape, Holding)>>> = LazyLock::new(|| {
    let mut listed: FxHashMap<String, Vec<(Shape, Holding)>> = FxHashMap::default();
    for line in MEMBERS.lines().skip(1) {
        let mut cells = line.split(',');
        let (Some(path), Some(kind), Some(shapes)) = (cells.next(), cells.next(), cells.next()) else { continue };
        let holding = match kind {
            "number" => Holding::Number,
            "flag" => Holding::Flag,
            "object" => Holding::Object,
            "list" => Holding::List,
            "open" => Holding::Open,
            _ => Holding::Text,
        };
        let places = listed.entry(path.to_lowercase()).or_default();
        places.extend(shapes.split('|').filter_map(Shape::from_name).map(|shape| (shape, holding)));
    }
    listed
});

/// What stands at a path of a shape's records, in any letter case; `None` where nothing is known to.
pub(super) fn at(shape: Shape, path: &str) -> Option<Holding> {
    let lower = path.to_lowercase();
    if let Some(known) = in_shape(shape, &lower) {
        return Some(known);
    }
    if let Some(known) = in_tables(shape, path) {
        return Some(known);
    }
    // Below something open, and below JSON inside a text, stands anything.
    let mut end = lower.len();
    while let Some(dot) = lower[..end].rfind('.') {
        end = dot;
        match in_shape(shape, &lower[..end]) {
            Some(Holding::Open) => return Some(Holding::Open),
            Some(Holding::Object | Holding::List) => return in_log(shape.log(), &lower),
            _ => {}
        }
    }
    None
}

/// Whether a path is known to have one value a record: no list stands on the way or at its end.
pub(super) fn is_single(shape: Shape, path: &str) -> bool {
    let lower = path.to_lowercase();
    let mut end = lower.len();
    let leaf = in_shape(shape, &lower).or_else(|| in_tables(shape, path));
    if !matches!(leaf, Some(Holding::Text | Holding::Number | Holding::Flag)) {
        return false;
    }
    while let Some(dot) = lower[..end].rfind('.') {
        end = dot;
        let on_the_way = in_shape(shape, &lower[..end]).or_else(|| in_tables(shape, path.get(..end).unwrap_or(path)));
        if on_the_way != Some(Holding::Object) {
            return false;
        }
    }
    true
}

/// Every path that a shape's records are known to have, as they spell it.
pub(super) fn paths(shape: Shape) -> impl Iterator<Item = &'static str> {
    let listed = MEMBERS.lines().skip(1).filter_map(move |line| {
        let (path, rest) = line.split_once(',')?;
        let (_, shapes) = rest.split_once(',')?;
        shapes.split('|').any(|of| of == shape.name()).then_some(path)
    });
    let tables = tables::tables().iter().filter(move |table| table.shape == Some(shape));
    listed.chain(tables.flat_map(|table| table.columns.iter().map(|column| column.name)))
}

/// Shapes whose records have the same members: the unified log's CSV holds its JSON, an export wraps one object.
const FAMILIES: &[&[Shape]] = &[
    &[Shape::UalJson, Shape::UalCsv, Shape::LaOfficeActivity],
    &[Shape::GraphRiskDetection, Shape::GraphRiskyUser],
    &[Shape::DiagSignInLogs, Shape::DiagNonInteractiveUserSignInLogs],
    &[Shape::DiagServicePrincipalSignInLogs, Shape::DiagManagedIdentitySignInLogs],
];

fn are_relatives(one: Shape, other: Shape) -> bool {
    one == other || FAMILIES.iter().any(|family| family.contains(&one) && family.contains(&other))
}

fn in_shape(shape: Shape, lower: &str) -> Option<Holding> {
    let places = LISTED.get(lower)?;
    places.iter().find(|(of, _)| are_relatives(shape, *of)).map(|(_, holding)| *holding)
}

/// The same member in another shape of the log: the export wraps in `properties` what Graph has at the top.
fn in_log(log: Log, lower: &str) -> Option<Holding> {
    let bare = lower.strip_prefix("properties.").unwrap_or(lower);
    let wrapped = format!("properties.{bare}");
    [bare, &wrapped]
        .into_iter()
        .find_map(|path| LISTED.get(path)?.iter().find(|(of, _)| of.log() == log).map(|(_, holding)| *holding))
}

/// What the tables of Log Analytics say. The same members stand in the other shapes of a sign-in or a risk, inside
/// `properties` or at the top.
fn in_tables(shape: Shape, path: &str) -> Option<Holding> {
    let (path, log) = match shape {
        Shape::LaAuditLogs
        | Shape::LaSigninLogs
        | Shape::LaAzureActivity
        | Shape::LaRiskEvents
        | Shape::LaGraphActivity => (path, shape.log()),
        _ if matches!(shape.log(), Log::SignIn | Log::Risk) && shape != Shape::PortalSignInCsv => {
            (strip_properties(path), shape.log())
        }
        _ => return None,
    };
    let (first, mut rest) = path.split_once('.').unwrap_or((path, ""));
    let column = tables::tables().iter().filter(|table| table.log == log).find_map(|table| table.column(first))?;
    let mut spelled = column.name.to_owned();
    loop {
        let holds = tables::holds(&spelled);
        if rest.is_empty() {
            return Some(match holds {
                Some(Holds::Object) => Holding::Object,
                Some(Holds::Map) => Holding::Open,
                Some(Holds::List | Holds::Pairs) => Holding::List,
                Some(Holds::Text) => Holding::Text,
                None => match column.kind {
                    "dynamic" => Holding::Open,
                    "bool" => Holding::Flag,
                    "int" | "long" | "real" => Holding::Number,
                    _ => Holding::Text,
                },
            });
        }
        if let Some((name, left)) = tables::member(&spelled, rest) {
            spelled = format!("{spelled}.{name}");
            rest = left;
            continue;
        }
        return match holds {
            Some(Holds::Map) => Some(Holding::Open),
            // A column of which nothing more is known, and JSON in a text whose contents are a service's own.
            None if column.kind == "dynamic" || column.name.eq_ignore_ascii_case("Properties") => Some(Holding::Open),
            Some(Holds::Text) if spelled.to_lowercase().ends_with("value") => Some(Holding::Open),
            // What is known of the member in another shape of the log.
            Some(Holds::Pairs | Holds::List | Holds::Object) => in_log(log, &path.to_lowercase()),
            _ => None,
        };
    }
}

fn strip_properties(path: &str) -> &str {
    match path.get(..11) {
        Some(head) if head.eq_ignore_ascii_case("properties.") => &path[11..],
        _ => path,
    }
}
