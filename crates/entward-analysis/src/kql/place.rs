//! Where a name stands in the rows of a table, as Kusto reaches it.

use super::tables::{Column, Holds, Table, has_members, holds, member};
use super::text;
use crate::detect::mapping::Written;
use crate::detect::place::{Side, Transform};

/// A place in a row.
#[derive(Clone, Debug)]
pub(super) enum Spot {
    /// A value that every row has.
    Constant(String),
    /// A value, or the values of the elements of arrays when there are hops on the way.
    Value { hops: Vec<Hop>, value: Value },
    /// One side of a changed property.
    Change { targets: String, property: String, side: Side },
}

/// A step into the elements of an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hop {
    /// The name of the element.
    pub(super) element: String,
    /// The array.
    pub(super) array: String,
    /// Which elements count.
    pub(super) only: Option<String>,
}

/// A value as Kusto knows it.
#[derive(Clone, Debug)]
pub(super) struct Value {
    /// The expression.
    pub(super) expression: String,
    /// Its type.
    pub(super) kind: Kind,
    pub(super) transform: Transform,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A string column, which is empty rather than null.
    Text,
    /// A column of numbers.
    Number,
    /// A column of booleans.
    Bool,
    /// A column of times.
    Time,
    /// A single value inside JSON, or null.
    Inside,
    /// An object of JSON, which only `contains` and expressions look into.
    Object,
    /// A value of JSON that may be an object.
    Mixed,
}

/// The place, and what is to be said of it; `None` where the table has nothing there.
pub(super) fn spot(table: &Table, written: &Written, notes: &mut Vec<String>) -> Option<Spot> {
    match written {
        Written::Constant(text) => Some(Spot::Constant(text.clone())),
        Written::Change { base, property, side } => {
            let column = table.column(base)?;
            Some(Spot::Change { targets: opened(column), property: property.clone(), side: *side })
        }
        Written::Path { path, transform } => path_spot(table, path, *transform, notes),
    }
}

fn path_spot(table: &Table, path: &str, transform: Transform, notes: &mut Vec<String>) -> Option<Spot> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let column = table.column(first)?;
    let kind = match column.kind {
        "string" => Kind::Text,
        "datetime" => Kind::Time,
        "bool" => Kind::Bool,
        "dynamic" => Kind::Inside,
        _ => Kind::Number,
    };
    if rest.is_empty() && kind != Kind::Inside {
        let value = Value { expression: reference(column), kind, transform };
        return Some(Spot::Value { hops: Vec::new(), value });
    }
    if !matches!(kind, Kind::Text | Kind::Inside) {
        return None;
    }
    let mut walk = Walk {
        expression: opened(column),
        path: column.name.to_owned(),
        holds: holds(column.name),
        hops: Vec::new(),
        notes,
    };
    walk.go(rest);
    let Walk { expression, path, holds, hops, .. } = walk;
    let kind = match holds {
        Some(Holds::Text) => Kind::Inside,
        Some(Holds::Object | Holds::Map) => Kind::Object,
        Some(Holds::List | Holds::Pairs) if has_members(&path) => Kind::Object,
        Some(Holds::List | Holds::Pairs) => Kind::Mixed,
        None => Kind::Mixed,
    };
    Some(Spot::Value { hops, value: Value { expression, kind, transform } })
}

/// A column by its name.
fn reference(column: Column) -> String {
    if column.is_everywhere {
        column.name.to_owned()
    } else {
        format!("column_ifexists({}, \"\")", text::quoted(column.name))
    }
}

/// A column as JSON.
fn opened(column: Column) -> String {
    if column.kind == "dynamic" { column.name.to_owned() } else { format!("parse_json({})", reference(column)) }
}

struct Walk<'n> {
    expression: String,
    /// The path so far as records spell it, without the hops.
    path: String,
    holds: Option<Holds>,
    hops: Vec<Hop>,
    notes: &'n mut Vec<String>,
}

impl Walk<'_> {
    fn go(&mut self, mut rest: &str) {
        loop {
            match self.holds {
                Some(Holds::List) => self.hop(None),
                Some(Holds::Pairs) if rest.is_empty() => self.hop(None),
                Some(Holds::Pairs) => {
                    if let Some((name, left)) = member(&self.path, rest) {
                        self.hop(None);
                        self.step(name);
                        rest = left;
                        continue;
                    }
                    return self.pair(rest);
                }
                _ => {}
            }
            if rest.is_empty() {
                return;
            }
            if self.holds == Some(Holds::Map) {
                self.expression = text::member(&self.expression, rest);
                self.path.push_str(".?");
                self.holds = Some(Holds::Text);
                return;
            }
            if self.holds == Some(Holds::Text) {
                // JSON in a string.
                self.expression = format!("parse_json(tostring({}))", self.expression);
            }
            rest = self.named(rest);
        }
    }

    /// Into the member with which `rest` begins; what is left of it.
    fn named<'r>(&mut self, rest: &'r str) -> &'r str {
        if let Some((name, left)) = member(&self.path, rest) {
            self.step(name);
            return left;
        }
        let (name, left) = rest.split_once('.').unwrap_or((rest, ""));
        let note = format!(
            "Narrower: `{name}` in {} is found in this spelling only, and in no array, for its place is not in the tables known here.",
            self.path
        );
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
        self.step(name);
        left
    }

    fn step(&mut self, name: &str) {
        self.expression = text::member(&self.expression, name);
        self.path.push('.');
        self.path.push_str(name);
        self.holds = holds(&self.path);
    }

    fn hop(&mut self, only: Option<String>) {
        let element = match self.path.as_str() {
            "TargetResources" => "Target".to_owned(),
            "TargetResources.modifiedProperties" => "Property".to_owned(),
            "AdditionalDetails" => "Detail".to_owned(),
            _ => format!("Element{}", self.hops.len() + 1),
        };
        self.hops.push(Hop { element: element.clone(), array: format!("elements({})", self.expression), only });
        self.expression = element;
        // An element: what is known of the members stays, that it is an array does not.
        self.holds = Some(if has_members(&self.path) { Holds::Object } else { Holds::Text });
    }

    /// The value of the pair with this name.
    fn pair(&mut self, name: &str) {
        let spelled = |wanted: &str| member(&self.path, wanted).map_or("?", |(name, _)| name);
        let (key, value) = (spelled("key"), spelled("value"));
        self.hop(None);
        let only = format!("tostring({}) =~ {}", text::member(&self.expression, key), text::quoted(name));
        if let Some(hop) = self.hops.last_mut() {
            hop.only = Some(only);
        }
        self.step(value);
    }
}
