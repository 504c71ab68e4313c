//! The events of a correlation: the rows of its rules, each with its group and with what is counted.

use entward_sigma::{Collection, Correlation, CorrelationKind, Member};

use super::correlation::began;
use super::leaf::Converter;
use super::place::{Kind, Spot, Value};
use super::query::{entities, lines_of};
use super::{Found, Options, Refusal, changes, compare, find};
use crate::detect::mapping::Mapping;

/// The events as an expression over tables, and what is to be said of it.
pub(super) struct Events {
    /// What has to stand before it.
    pub(super) statements: String,
    pub(super) expression: String,
    /// Names and types of its columns.
    pub(super) columns: Vec<(String, &'static str)>,
    pub(super) notes: Vec<String>,
    pub(super) tables: Vec<&'static str>,
}

/// What of an event is counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counted {
    Nothing,
    Texts,
    Number,
}

fn counted(kind: CorrelationKind) -> Counted {
    match kind {
        CorrelationKind::EventCount | CorrelationKind::Temporal | CorrelationKind::TemporalOrdered => Counted::Nothing,
        CorrelationKind::ValueCount | CorrelationKind::ValuePercentile(None) => Counted::Texts,
        _ => Counted::Number,
    }
}

/// The columns that tell groups apart, by the place of each field.
pub(super) fn group_columns(correlation: &Correlation) -> Vec<String> {
    (1..=correlation.group_by.len()).map(|number| format!("Group{number}")).collect()
}

/// `label` tells the names of its statements from those of others.
pub(super) fn events(
    collection: &Collection,
    correlation: &Correlation,
    mapping: &Mapping,
    options: Options,
    label: &str,
) -> Result<Events, Refusal> {
    let refuse = |reason: String| Refusal { rule: correlation.about.title.clone(), field: None, reason };
    let (mut parts, mut notes, mut tables) = (Vec::<(Vec<String>, Vec<String>)>::new(), Vec::new(), Vec::new());
    let is_temporal = matches!(correlation.kind, CorrelationKind::Temporal | CorrelationKind::TemporalOrdered);
    // A row that meets several rules is one event, unless it matters which it meets.
    let over_rules = correlation.members.iter().all(|member| matches!(member, Member::Rule(_)));
    let merges = correlation.members.len() > 1 && !is_temporal && over_rules;
    let mut statements = String::new();
    for (member, of) in correlation.members.iter().enumerate() {
        let rule = match of {
            Member::Rule(rule) => collection.rules.get(*rule),
            Member::Correlation(below) => {
                let Some(below) = collection.correlations.get(*below) else { continue };
                let groups = chained(correlation, member, below, options).map_err(refuse)?;
                let matched = began(collection, below, mapping, options, &format!("{label}_{member}"))?;
                statements.push_str(&matched.statements);
                matched.notes.into_iter().for_each(|text| note(&mut notes, text));
                tables.extend(matched.tables);
                let mut projected = vec!["TimeGenerated = Began".to_owned(), format!("Member = {member}")];
                projected.extend(groups);
                let lines = [
                    format!("| project {}", projected.join(", ")),
                    format!("| extend Key = {}", key(&group_columns(correlation))),
                ];
                parts.push((vec![matched.source], lines.to_vec()));
                continue;
            }
        };
        let Some(rule) = rule else { continue };
        if rule.first_seen.is_some() {
            return Err(refuse(format!(
                "`{}` speaks when a value is new, which a query cannot remember",
                rule.about.title
            )));
        }
        let (found, missing) = find(rule, mapping, options)?;
        for (table, _) in missing {
            note(&mut notes, format!("{table} is left out for `{}`, which cannot match there.", rule.about.title));
        }
        let mut lacking = Vec::new();
        let mut has_any = false;
        for found in found {
            let table = found.table.name;
            let part = Part { correlation, member, merges, options };
            match part.lines(found, &mut notes).map_err(|(field, reason)| Refusal {
                rule: correlation.about.title.clone(),
                field: Some(field),
                reason,
            })? {
                Ok(lines) => {
                    has_any = true;
                    // When a row arrived can be asked of a table only, not of a union.
                    let same = parts.iter_mut().find(|(_, known)| options.scheduled_hours.is_none() && *known == lines);
                    match same {
                        Some((tables, _)) => tables.push(table.to_owned()),
                        None => parts.push((vec![table.to_owned()], lines)),
                    }
                    if !tables.contains(&table) {
                        tables.push(table);
                    }
                }
                Err(field) => {
                    note(
                        &mut notes,
                        format!("{table} is left out for `{}`: it has no column for {field}.", rule.about.title),
                    );
                    lacking.push(field);
                }
            }
        }
        if !has_any {
            return Err(refuse(format!("no table of `{}` has a column for {}", rule.about.title, lacking.join(", "))));
        }
    }
    Ok(Events { statements, expression: united(parts, merges), columns: columns(correlation, options), notes, tables })
}

/// The groups of a correlation's matches as columns of the correlation above. The match of a correlation is an event where it
/// begins, with the fields of the event that completed it, of which a query has those that it is grouped by.
fn chained(above: &Correlation, member: usize, below: &Correlation, options: Options) -> Result<Vec<String>, String> {
    let title = &below.about.title;
    if options.scheduled_hours.is_some() {
        return Err(format!("it correlates the matches of `{title}`, which only a query that is not scheduled does"));
    }
    if counted(above.kind) != Counted::Nothing {
        return Err(format!("it counts values of the matches of `{title}`, which have no values but their groups"));
    }
    let columns = above.group_by.iter().zip(group_columns(above)).map(|(name, column)| {
        let field = above.field_of(name, member).unwrap_or(name);
        let place = below.group_by.iter().position(|known| known == field);
        let place = place.ok_or_else(|| format!("it is grouped by {field}, by which `{title}` is not"))?;
        Ok(format!("{column} = Group{}", place + 1))
    });
    columns.collect()
}

fn note(notes: &mut Vec<String>, text: String) {
    if !notes.contains(&text) {
        notes.push(text);
    }
}

fn united(parts: Vec<(Vec<String>, Vec<String>)>, merges: bool) -> String {
    let whole = |(tables, lines): (Vec<String>, Vec<String>)| {
        let from = match tables.as_slice() {
            [table] => table.clone(),
            several => format!("union isfuzzy=true {}", several.join(", ")),
        };
        format!("{from}\n{}", lines.join("\n"))
    };
    let parts: Vec<String> = parts.into_iter().map(whole).collect();
    let mut text = match parts.as_slice() {
        [one] => one.clone(),
        several => {
            let several: Vec<String> = several.iter().map(|part| format!("({part})")).collect();
            format!("union isfuzzy=true\n{}", several.join(",\n"))
        }
    };
    if merges {
        text.push_str(
            "\n| sort by Row asc, Member asc\n| serialize Again = prev(Row, 1, \"\") == Row\n| where not(Again)\n| project-away Row, Again",
        );
    }
    text
}

fn columns(correlation: &Correlation, options: Options) -> Vec<(String, &'static str)> {
    let mut columns = vec![("TimeGenerated".to_owned(), "datetime"), ("Member".to_owned(), "long")];
    columns.push(("Key".to_owned(), "string"));
    columns.extend(group_columns(correlation).into_iter().map(|name| (name, "string")));
    match counted(correlation.kind) {
        Counted::Nothing => {}
        Counted::Texts => columns.push(("Value".to_owned(), "string")),
        Counted::Number => columns.push(("Value".to_owned(), "real")),
    }
    if options.scheduled_hours.is_some() {
        columns.extend(
            [("Arrived", "datetime"), ("EntwardActor", "string"), ("EntwardAddress", "string")]
                .map(|(name, kind)| (name.to_owned(), kind)),
        );
    }
    columns
}

/// The rows of one rule in one table.
struct Part<'c> {
    correlation: &'c Correlation,
    member: usize,
    merges: bool,
    options: Options,
}

/// A field, and why it cannot be said.
type Trouble = (String, String);

impl Part<'_> {
    /// The lines; or the field for which the table has nothing, so that its rows are no events.
    fn lines(&self, found: Found<'_>, notes: &mut Vec<String>) -> Result<Result<Vec<String>, String>, Trouble> {
        let Found { table, formula, mut converter } = found;
        let mut lines = Vec::new();
        if self.options.scheduled_hours.is_some() {
            // When a row arrived can be asked of a table only.
            lines.push("| extend Arrived = ingestion_time()".to_owned());
        }
        lines.extend(lines_of(&formula, &converter.blocks));
        if self.merges {
            lines.push("| extend Row = hash_sha256(tostring(pack_all()))".to_owned());
        }
        let mut projected = vec!["TimeGenerated".to_owned(), format!("Member = {}", self.member)];
        let mut present = Vec::new();
        for (name, column) in self.correlation.group_by.iter().zip(group_columns(self.correlation)) {
            match self.value(&mut converter, name, &column, &mut lines)? {
                Ok(value) => projected.push(format!("{column} = tolower({value})")),
                Err(field) => return Ok(Err(field)),
            }
            present.push(format!("isnotempty({column})"));
        }
        let counted = counted(self.correlation.kind);
        let mut values = Vec::new();
        if counted != Counted::Nothing {
            for (number, name) in self.correlation.fields.iter().enumerate() {
                match self.value(&mut converter, name, &format!("Value{}", number + 1), &mut lines)? {
                    Ok(value) => values.push(value),
                    Err(field) => return Ok(Err(field)),
                }
            }
        }
        match (counted, values.as_slice()) {
            (Counted::Nothing, _) | (_, []) => {}
            (Counted::Number, [value, ..]) => {
                projected.push(format!("Value = toreal({value})"));
                present.push("isnotnull(Value)".to_owned());
            }
            (Counted::Texts, [value]) => {
                projected.push(format!("Value = tolower({value})"));
                present.push("isnotempty(Value)".to_owned());
            }
            (Counted::Texts, several) => {
                let whole: Vec<String> = several.iter().map(|value| format!("isnotempty({value})")).collect();
                let joined = joined(&several.iter().map(|value| format!("tolower({value})")).collect::<Vec<_>>());
                projected.push(format!("Value = iff({}, {joined}, \"\")", whole.join(" and ")));
                present.push("isnotempty(Value)".to_owned());
            }
        }
        if self.options.scheduled_hours.is_some() {
            let (who, whence) = entities(table.name).unwrap_or(("\"\"", "\"\""));
            projected.push(format!("Arrived, EntwardActor = {who}, EntwardAddress = {whence}"));
        }
        if self.merges {
            projected.push("Row".to_owned());
        }
        lines.push(format!("| project {}", projected.join(", ")));
        if !present.is_empty() {
            lines.push(format!("| where {}", present.join(" and ")));
        }
        lines.push(format!("| extend Key = {}", key(&group_columns(self.correlation))));
        converter.notes.drain(..).for_each(|text| note(notes, text));
        if self.options.terse {
            lines.iter_mut().for_each(|line| *line = line.trim_start().to_owned());
        }
        Ok(Ok(lines))
    }

    /// The text of a field, which is an alias maybe; lines before it where it stands in an array. Of several values the
    /// first counts.
    fn value(
        &self,
        converter: &mut Converter<'_>,
        name: &str,
        column: &str,
        lines: &mut Vec<String>,
    ) -> Result<Result<String, String>, Trouble> {
        let Some(field) = self.correlation.field_of(name, self.member) else { return Ok(Err(name.to_owned())) };
        let spots = converter.spots(field);
        let refused = |reason: &str| (field.to_owned(), reason.to_owned());
        if let [Spot::Value { hops, value }] = spots.as_slice()
            && let [first, rest @ ..] = hops.as_slice()
        {
            lines.push(format!("| mv-apply {} = {} on (", first.element, first.array));
            let mut inner: Vec<String> =
                rest.iter().map(|hop| format!("| mv-expand {} = {}", hop.element, hop.array)).collect();
            let text = text(value).map_err(|reason| (field.to_owned(), reason))?;
            let mut guards: Vec<String> = hops.iter().filter_map(|hop| hop.only.clone()).collect();
            guards.push(format!("isnotempty({text})"));
            inner.push(format!("| where {}", guards.join(" and ")));
            inner.push(format!("| summarize {column}All = make_list({text})"));
            for (place, line) in inner.iter().enumerate() {
                let line = if place == 0 { line.trim_start_matches("| ") } else { line };
                lines.push(format!("    {line}"));
            }
            lines.push("    )".to_owned());
            return Ok(Ok(format!("tostring({column}All[0])")));
        }
        if let [Spot::Change { targets, property, side }] = spots.as_slice() {
            if !changes::keeps_order(property, *side) {
                return Err(refused(
                    "Kusto gives the values of this side in no order, and of several the first has to be chosen",
                ));
            }
            lines.push(format!("| mv-apply Target = elements({targets}) on ("));
            lines.extend(changes::lines(property, *side).into_iter().map(|line| format!("    {line}")));
            lines.push("    | where isnotempty(tostring(Value))".to_owned());
            lines.push(format!("    | summarize {column}All = make_list(tostring(Value))"));
            lines.push("    )".to_owned());
            return Ok(Ok(format!("tostring({column}All[0])")));
        }
        let mut texts = Vec::new();
        for spot in &spots {
            texts.push(match spot {
                Spot::Constant(text) => super::text::quoted(text),
                Spot::Value { hops, value } if hops.is_empty() => {
                    text(value).map_err(|reason| (field.to_owned(), reason))?
                }
                Spot::Value { .. } => {
                    return Err(refused("it stands in several places, of which one is an array"));
                }
                Spot::Change { .. } => {
                    return Err(refused("it stands in several places, of which one is a changed property"));
                }
            });
        }
        Ok(match texts.as_slice() {
            [] => Err(field.to_owned()),
            [one] => Ok(one.clone()),
            several => Ok(format!("coalesce({})", several.join(", "))),
        })
    }
}

fn text(value: &Value) -> Result<String, String> {
    if value.kind == Kind::Time {
        return Ok(format!("tostring({})", value.expression));
    }
    compare::raw_text(value)
}

/// Texts as one, such that `ab`, `c` is not `a`, `bc`.
fn joined(texts: &[String]) -> String {
    let parts: Vec<String> = texts.iter().map(|text| format!("strlen({text}), \":\", {text}")).collect();
    format!("strcat({})", parts.join(", "))
}

/// What tells groups apart, in one text that is never empty.
fn key(columns: &[String]) -> String {
    match columns {
        [] => "\"all\"".to_owned(),
        [one] => one.clone(),
        several => joined(several),
    }
}
