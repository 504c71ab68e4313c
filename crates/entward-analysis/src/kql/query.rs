//! The text of a query.

use entward_sigma::{Level, Rule};

use super::Options;
use super::changes;
use super::formula::Formula;
use super::leaf::{Block, Converter, Through};
use super::tables::Table;
use super::text::comment;

/// A rule as Kusto says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    heading: Vec<String>,
    notes: Vec<String>,
    /// Names of tables, and the lines that follow on them; tables with the same lines are together.
    parts: Vec<(Vec<&'static str>, Vec<String>)>,
}

/// A line longer than this is broken.
const WIDTH: usize = 140;

/// Functions that queries use, each with what it is for.
const FUNCTIONS: &[(&str, &str)] = &[
    // The elements of an array; one null for an empty one, for `mv-apply` would leave out the row.
    (
        "elements",
        "(value: dynamic) { case(gettype(value) != \"array\", pack_array(value), array_length(value) == 0, dynamic([null]), value) }",
    ),
    // JSON inside a string.
    (
        "opened",
        "(value: dynamic) { iff(gettype(value) == \"string\" and tostring(value) matches regex @'^\\s*[\\[{\"]', parse_json(tostring(value)), value) }",
    ),
    // The values that one side of a changed property holds.
    (
        "parts",
        "(value: dynamic) { let inner = opened(opened(opened(value))); case(isempty(tostring(inner)), dynamic([]), gettype(inner) == \"array\", inner, pack_array(inner)) }",
    ),
    // The same for scopes, which stand in one text with blanks between them.
    (
        "scopes",
        "(value: dynamic) { let inner = opened(opened(opened(value))); case(isempty(tostring(inner)), dynamic([]), gettype(inner) == \"string\", extract_all(@\"(\\S+)\", tostring(inner)), gettype(inner) == \"array\", inner, pack_array(inner)) }",
    ),
    // One spelling of an operation for all: dashes, blanks and final stops.
    (
        "folded",
        "(name: string) { trim_end(@\"[. ]+\", trim_start(\" \", replace_regex(replace_regex(tolower(name), @\"[\\x{2010}-\\x{2015}\\x{2043}\\x{2212}\\x{FE58}\\x{FE63}\\x{FF0D}]\", \"-\"), @\"[\\s\\pZ\\x{85}\\x{200B}\\x{2060}\\x{FEFF}]+\", \" \"))) }",
    ),
    // Microsoft's words for one outcome.
    (
        "outcome",
        "(word: string) { case(trim(@\"\\s+\", word) in~ (\"success\", \"succeeded\", \"successful\"), \"success\", trim(@\"\\s+\", word) in~ (\"failure\", \"failed\", \"fail\"), \"failure\", trim(@\"\\s+\", word) in~ (\"start\", \"started\"), \"start\", trim(@\"\\s+\", word) in~ (\"accept\", \"accepted\"), \"accept\", word) }",
    ),
    // JSON with the escapes of its strings undone.
    ("unescaped", "(text: string) { replace_string(replace_string(text, '\\\\\"', '\"'), '\\\\\\\\', '\\\\') }"),
    // An address of IPv4, without a port and out of IPv6.
    (
        "address4",
        "(text: string) { extract(@\"^\\s*\\[?(?:::[Ff]{4}:)?([0-9]{1,3}(?:\\.[0-9]{1,3}){3})\\]?(?::[0-9]+)?\\s*$\", 1, text) }",
    ),
    // An address of IPv6, without brackets and port.
    (
        "address",
        "(text: string) { extract(@\"^\\s*\\[?([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*?)(?:\\](?::[0-9]+)?)?\\s*$\", 1, text) }",
    ),
];

/// Who acted and from where, in the columns of each table.
const ENTITIES: &[(&str, &str, &str)] = &[
    (
        "AuditLogs",
        "coalesce(tostring(InitiatedBy.user.userPrincipalName), tostring(InitiatedBy.app.displayName))",
        "tostring(InitiatedBy.user.ipAddress)",
    ),
    ("SigninLogs", "UserPrincipalName", "IPAddress"),
    ("AADNonInteractiveUserSignInLogs", "UserPrincipalName", "IPAddress"),
    ("AADServicePrincipalSignInLogs", "ServicePrincipalName", "IPAddress"),
    ("AADManagedIdentitySignInLogs", "ServicePrincipalName", "IPAddress"),
    ("AzureActivity", "Caller", "CallerIpAddress"),
    ("AADUserRiskEvents", "UserPrincipalName", "IpAddress"),
    ("AADServicePrincipalRiskEvents", "ServicePrincipalDisplayName", "IpAddress"),
    ("AADRiskyUsers", "UserPrincipalName", "\"\""),
    ("AADProvisioningLogs", "tostring(parse_json(InitiatedBy).Name)", "\"\""),
    ("MicrosoftGraphActivityLogs", "coalesce(UserId, ServicePrincipalId)", "IPAddress"),
];

impl Converted {
    pub(super) fn new(rule: &Rule) -> Converted {
        let heading = heading(&rule.about.title, rule.about.id.as_deref(), rule.about.level);
        Converted { heading, notes: Vec::new(), parts: Vec::new() }
    }

    fn note(&mut self, note: &str) {
        if !self.notes.iter().any(|known| known == note) {
            self.notes.push(note.to_owned());
        }
    }

    pub(super) fn leave_out(&mut self, missing: &[(&str, Vec<String>)]) {
        for (table, fields) in missing {
            let why =
                if fields.is_empty() { String::new() } else { format!(": it has nothing for {}", fields.join(", ")) };
            self.note(&format!("{table} is left out, where the rule cannot match{why}."));
        }
    }

    pub(super) fn add(&mut self, table: &'static Table, formula: &Formula, converter: Converter<'_>, options: Options) {
        for note in &converter.notes {
            self.note(note);
        }
        let mut lines = Vec::new();
        if let Some(hours) = options.scheduled_hours {
            lines.push(format!("| where ingestion_time() > ago({hours}h)"));
        }
        lines.extend(lines_of(formula, &converter.blocks));
        if options.scheduled_hours.is_some()
            && let Some((who, whence)) = entities(table.name)
        {
            lines.push(format!("| extend EntwardActor = {who}, EntwardAddress = {whence}"));
        }
        if options.terse {
            lines.iter_mut().for_each(|line| *line = line.trim_start().to_owned());
        }
        // When a row arrived can be asked of a table only, not of a union.
        let same = self.parts.iter_mut().find(|(_, known)| options.scheduled_hours.is_none() && *known == lines);
        match same {
            Some((tables, _)) => tables.push(table.name),
            None => self.parts.push((vec![table.name], lines)),
        }
    }

    /// The tables that the query reads.
    pub fn tables(&self) -> impl Iterator<Item = &'static str> {
        self.parts.iter().flat_map(|(tables, _)| tables.iter().copied())
    }

    /// What is to be known of the query: where it is wider or narrower than the rule.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The query as an expression over tables, without comments and functions.
    pub fn expression(&self) -> String {
        let part = |tables: &[&str], lines: &[String]| {
            let mut text = match tables {
                [table] => (*table).to_owned(),
                several => format!("union isfuzzy=true {}", several.join(", ")),
            };
            for line in lines {
                text.push('\n');
                text.push_str(line);
            }
            text
        };
        if let [(tables, lines)] = self.parts.as_slice() {
            return part(tables, lines);
        }
        let parts: Vec<String> =
            self.parts.iter().map(|(tables, lines)| format!("({})", part(tables, lines))).collect();
        format!("union isfuzzy=true\n{}", parts.join(",\n"))
    }

    /// The query without its title, as where the title stands beside it.
    pub(super) fn untitled(&self) -> String {
        let notes: String = self.notes.iter().map(|note| format!("// {}\n", comment(note))).collect();
        let expression = self.expression();
        format!("{notes}{}{expression}", Converted::functions(&expression))
    }

    /// The functions that an expression uses, each with a semicolon behind it.
    pub fn functions(expression: &str) -> String {
        let mut used = expression.to_owned();
        let mut functions = Vec::new();
        for (name, body) in FUNCTIONS.iter().rev() {
            let call = format!("{name}(");
            let is_called = used
                .match_indices(&call)
                .any(|(at, _)| !used[..at].ends_with(|before: char| before.is_ascii_alphanumeric() || before == '_'));
            if is_called {
                used.push_str(body);
                functions.push(format!("let {name} = {body};\n"));
            }
        }
        functions.reverse();
        functions.concat()
    }
}

/// What a query is, for the comments at its head.
pub(super) fn heading(title: &str, id: Option<&str>, level: Option<Level>) -> Vec<String> {
    let level = level.map_or("informational", Level::as_str);
    let second = id.map_or_else(|| level.to_owned(), |id| format!("{}, {level}", comment(id)));
    vec![comment(title), second]
}

/// Who acted and from where, in a table's columns.
pub(super) fn entities(table: &str) -> Option<(&'static str, &'static str)> {
    ENTITIES.iter().find(|(name, ..)| *name == table).map(|(_, who, whence)| (*who, *whence))
}

/// The whole query: what it is, the functions it uses, and itself.
impl std::fmt::Display for Converted {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for line in &self.heading {
            writeln!(formatter, "// {line}")?;
        }
        formatter.write_str(&self.untitled())
    }
}

pub(super) fn lines_of(formula: &Formula, blocks: &[Block]) -> Vec<String> {
    let name = |number: usize| format!("Found{number}");
    let mut lines = Vec::new();
    let conjuncts = formula.conjuncts();
    // What needs no look into arrays comes first, so that few rows are left for it.
    for part in conjuncts.iter().filter(|part| !part.needs_found() && **part != Formula::Known(true)) {
        where_line(part, &name, &mut lines);
    }
    for block in blocks {
        block_lines(block, &name, &mut lines);
    }
    for part in conjuncts.iter().filter(|part| part.needs_found()) {
        where_line(part, &|number| format!("{} > 0", name(number)), &mut lines);
    }
    let mut columns: Vec<usize> =
        blocks.iter().flat_map(|block| block.found.iter().map(|(number, _)| *number)).collect();
    columns.sort_unstable();
    if !columns.is_empty() {
        let columns: Vec<String> = columns.into_iter().map(name).collect();
        lines.push(format!("| project-away {}", columns.join(", ")));
    }
    lines
}

/// A condition on one line, or with every alternative on its own.
fn where_line(part: &Formula, name: &dyn Fn(usize) -> String, lines: &mut Vec<String>) {
    let text = part.text(name);
    match part {
        Formula::Any(parts) if text.len() > WIDTH => {
            for (place, part) in parts.iter().enumerate() {
                let inner = part.text(name);
                let inner = if matches!(part, Formula::All(_)) { format!("({inner})") } else { inner };
                lines.push(format!("{}{inner}", if place == 0 { "| where " } else { "    or " }));
            }
        }
        _ => lines.push(format!("| where {text}")),
    }
}

fn block_lines(block: &Block, name: &dyn Fn(usize) -> String, lines: &mut Vec<String>) {
    match &block.through {
        Through::Arrays(hops) => {
            let mut hops = hops.iter();
            let Some(first) = hops.next() else { return };
            lines.push(format!("| mv-apply {} = {} on (", first.element, first.array));
            let mut inner = Vec::new();
            let mut guards: Vec<&str> = first.only.as_deref().into_iter().collect();
            for hop in hops {
                inner.push(format!("| mv-expand {} = {}", hop.element, hop.array));
                guards.extend(hop.only.as_deref());
            }
            finish(inner, &guards, block, name, lines);
        }
        Through::Change { targets, property, side } => {
            lines.push(format!("| mv-apply Target = elements({targets}) on ("));
            finish(changes::lines(property, *side), &[], block, name, lines);
        }
    }
}

/// The conditions stand in `countif` and in no `where`: a record none of whose rows passes a `where` may be gone after
/// `mv-apply`, and with it what `not` is asked of.
fn finish(
    mut inner: Vec<String>,
    guards: &[&str],
    block: &Block,
    name: &dyn Fn(usize) -> String,
    lines: &mut Vec<String>,
) {
    let guarded = |condition: &str| {
        let mut parts: Vec<String> = guards.iter().map(|guard| (*guard).to_owned()).collect();
        let alone = parts.is_empty() || !condition.contains(" or ");
        parts.push(if alone { condition.to_owned() } else { format!("({condition})") });
        parts.join(" and ")
    };
    let counts =
        block.found.iter().map(|(number, condition)| format!("{} = countif({})", name(*number), guarded(condition)));
    let counts: Vec<String> = counts.collect();
    inner.push(format!("| summarize {}", counts.join(", ")));
    for (place, line) in inner.iter().enumerate() {
        let line = if place == 0 { line.trim_start_matches("| ") } else { line };
        lines.push(format!("    {line}"));
    }
    lines.push("    )".to_owned());
}
