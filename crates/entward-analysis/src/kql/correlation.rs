//! A correlation as a query with a row for each match.

use entward_sigma::{About, Collection, Correlation};

use super::events::{Events, events, group_columns};
use super::query::heading;
use super::text::comment;
use super::windows::{held, span};
use super::{Converted, Options, Refusal};
use crate::detect::mapping::Mapping;

/// A query of several statements, as Kusto says correlations and first-seen rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    heading: Vec<String>,
    notes: Vec<String>,
    tables: Vec<&'static str>,
    statements: String,
}

/// How late a row may arrive for a scheduled rule, in days: it looks so far back beyond the timespan.
pub(super) const LATENESS_DAYS: i64 = 1;

/// Turns a correlation of a collection into a query.
///
/// The rows of the query are matches: `TimeGenerated` is when the condition began to hold, `LastTime` the last event at which it
/// held, the rest are the fields that it is grouped by. The events of a match lie between the timespan before `TimeGenerated` and `LastTime`.
///
/// # Errors
///
/// A [`Refusal`] when Kusto cannot say what the correlation or one of its rules says.
pub fn convert_correlation(
    collection: &Collection,
    correlation: &Correlation,
    mapping: &Mapping,
    options: Options,
) -> Result<Script, Refusal> {
    let about = &correlation.about;
    let refuse = |reason: String| Refusal { rule: about.title.clone(), field: None, reason };
    let events = events(collection, correlation, mapping, options)?;
    let groups = group_columns(correlation);
    let mut carried = groups.clone();
    if options.scheduled_hours.is_some() {
        carried.extend(["EntwardActor", "EntwardAddress"].map(str::to_owned));
    }
    let source = if options.scheduled_hours.is_some() { "Rows" } else { "Events" };
    let held = held(correlation, source, &carried).map_err(refuse)?;
    let mut text = format!("let Events = materialize({});\n", events.expression);
    let mut inner: String = held.statements.iter().map(|statement| format!("{statement}\n")).collect();
    inner.push_str(source);
    for line in &held.lines {
        inner.push('\n');
        inner.push_str(line);
    }
    match options.scheduled_hours {
        Some(hours) => text.push_str(&anew(&inner, &events, &carried, hours)),
        None => text.push_str(&inner),
    }
    let span = span(correlation);
    let shown: Vec<(String, String)> = groups.into_iter().zip(names(&correlation.group_by)).collect();
    for line in matches(&span, &carried, &shown, options) {
        text.push('\n');
        text.push_str(&line);
    }
    let told = format!(
        "Each row is a match: it began to hold at TimeGenerated and held until LastTime. Its events lie between {span} before the one and the other."
    );
    let mut notes = events.notes;
    notes.insert(0, told);
    Ok(Script::new(about, notes, events.tables, text))
}

/// Instants at which it holds now, and whether it held at them before the rows of the last hours arrived.
fn anew(inner: &str, events: &Events, carried: &[String], hours: u32) -> String {
    let columns: Vec<String> = events.columns.iter().map(|(name, kind)| format!("{name}: {kind}")).collect();
    let inner = format!("{inner}\n| project Key, TimeGenerated, Holds, {}", carried.join(", "));
    let inner: String = inner.lines().map(|line| format!("    {line}\n")).collect();
    let keep: Vec<String> = carried.iter().map(|name| format!("{name} = take_any({name})")).collect();
    let mut text = format!("let Held = (Rows: ({})) {{\n{inner}}};\n", columns.join(", "));
    text.push_str(&format!("let Known = Events | where Arrived <= ago({hours}h);\n"));
    text.push_str("union (Held(Events) | extend Before = false), (Held(Known) | where Holds | extend Before = true)\n");
    text.push_str(&format!(
        "| summarize Now = countif(Holds and not(Before)), Earlier = countif(Before), {} by Key, TimeGenerated\n",
        keep.join(", ")
    ));
    // Windows further back are cut off by the range of the query.
    text.push_str(&format!("| where TimeGenerated > ago({LATENESS_DAYS}d)\n"));
    text.push_str("| extend Holds = Now > 0\n| sort by Key asc, TimeGenerated asc");
    text
}

/// Lines from sorted instants to matches: one goes on while the condition holds at each event of the group and none is
/// further from the last than the timespan.
fn matches(span: &str, carried: &[String], shown: &[(String, String)], options: Options) -> Vec<String> {
    let goes_on = format!(
        "prev(Holds, 1, false) and prev(Key, 1, \"\") == Key and TimeGenerated - prev(TimeGenerated, 1, datetime(1900-01-01)) <= {span}"
    );
    let mut lines = vec![
        format!("| serialize Begins = Holds and not({goes_on})"),
        "| serialize Match = row_cumsum(toint(Begins))".to_owned(),
        "| where Holds".to_owned(),
    ];
    let mut kept = vec!["Began = min(TimeGenerated)".to_owned(), "LastTime = max(TimeGenerated)".to_owned()];
    let scheduled = options.scheduled_hours.is_some();
    if scheduled {
        kept.push("Earlier = sum(Earlier)".to_owned());
    }
    kept.extend(carried.iter().map(|name| format!("{name} = take_any({name})")));
    lines.push(format!("| summarize {} by Key, Match", kept.join(", ")));
    if scheduled {
        // Told in the run in which it holds first.
        lines.push("| where Earlier == 0".to_owned());
    }
    let mut columns = vec!["TimeGenerated = Began".to_owned(), "LastTime".to_owned()];
    columns.extend(shown.iter().map(|(column, name)| format!("{name} = {column}")));
    if scheduled {
        columns.push("EntwardActor, EntwardAddress".to_owned());
    }
    lines.push(format!("| project {}", columns.join(", ")));
    lines.push("| sort by TimeGenerated asc".to_owned());
    lines
}

/// Names of columns for the fields that a correlation is grouped by: as the rule has them, as far as a column can be called so.
pub(super) fn names(fields: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (place, field) in fields.iter().enumerate() {
        let plain: String =
            field.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
        let reserved = ["TimeGenerated", "LastTime", "NewValue", "EntwardActor", "EntwardAddress"];
        let is_free = plain.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && !names.contains(&plain)
            && !reserved.contains(&plain.as_str());
        names.push(if is_free { plain } else { format!("Group{}", place + 1) });
    }
    names
}

impl Script {
    pub(super) fn new(about: &About, notes: Vec<String>, tables: Vec<&'static str>, text: String) -> Script {
        let functions = Converted::functions(&text);
        let heading = heading(&about.title, about.id.as_deref(), about.level);
        Script { heading, notes, tables, statements: format!("{functions}{text}") }
    }

    /// The tables that the query reads.
    pub fn tables(&self) -> &[&'static str] {
        &self.tables
    }

    /// What is to be known of the query: where it is wider or narrower than the rule.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The query without its title, as where the title stands beside it.
    pub(super) fn untitled(&self) -> String {
        let notes: String = self.notes.iter().map(|note| format!("// {}\n", comment(note))).collect();
        format!("{notes}{}", self.statements)
    }
}

/// The whole query: what it is, the functions it uses, and itself.
impl std::fmt::Display for Script {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for line in &self.heading {
            writeln!(formatter, "// {line}")?;
        }
        formatter.write_str(&self.untitled())
    }
}
