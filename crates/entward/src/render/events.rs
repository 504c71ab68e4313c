//! Normalized events: NDJSON and CSV for programs, a table for people.

use std::borrow::Cow;
use std::io;

use entward_model::{Event, Outcome, Target};

use super::changes;
use super::csv::{joined, optional, row};
use super::layout::{self, Text};
use super::{View, json, paint};

/// The columns of CSV, in their order.
const COLUMNS: [&str; 20] = [
    "file",
    "index",
    "shape",
    "time",
    "log",
    "operation",
    "operation_seen",
    "outcome",
    "actor_kind",
    "actor_id",
    "actor_name",
    "actor_address",
    "target_kind",
    "target_id",
    "target_name",
    "tenant",
    "subscription",
    "correlation_id",
    "record_id",
    "changes",
];

/// How far the second line of an event stands from the left in the table.
const INDENT: usize = 4;

/// How many targets the table names before "and N more".
const TARGET_LIMIT: usize = 3;

/// Writes one event as a line of NDJSON.
///
/// # Errors
///
/// Those of the writer.
pub(crate) fn ndjson<W: io::Write + ?Sized>(out: &mut W, event: &Event) -> io::Result<()> {
    json::line(out, event)
}

/// Writes the row of column names.
///
/// # Errors
///
/// Those of the writer.
pub(crate) fn csv_header<W: io::Write + ?Sized>(out: &mut W) -> io::Result<()> {
    row(out, COLUMNS.map(Cow::Borrowed))
}

/// Writes one event as a row of CSV; several targets are joined with `; `.
///
/// # Errors
///
/// Those of the writer.
pub(crate) fn csv<W: io::Write + ?Sized>(out: &mut W, event: &Event) -> io::Result<()> {
    let cells: [Cow<'_, str>; COLUMNS.len()] = [
        Cow::Borrowed(&event.file),
        Cow::Owned(event.index.to_string()),
        Cow::Borrowed(event.shape.name()),
        Cow::Owned(event.time.map(|time| time.to_string()).unwrap_or_default()),
        Cow::Borrowed(event.log.as_str()),
        Cow::Borrowed(&event.operation),
        Cow::Borrowed(&event.operation_seen),
        Cow::Borrowed(event.outcome.as_str()),
        Cow::Borrowed(event.actor.kind.as_str()),
        optional(&event.actor.id),
        optional(&event.actor.name),
        optional(&event.actor.address),
        joined(event.targets.iter().map(|target| target.kind.as_str())),
        joined(event.targets.iter().map(|target| target.id.as_deref().unwrap_or_default())),
        joined(event.targets.iter().map(|target| target.name.as_deref().unwrap_or_default())),
        optional(&event.tenant),
        optional(&event.subscription),
        optional(&event.correlation_id),
        optional(&event.record_id),
        Cow::Owned(all_changes(event).join("; ")),
    ];
    row(out, cells)
}

/// Writes one event for people: when and what on the first line, who and to which object
/// on the second. At 80 columns one line would have to cut every name.
///
/// # Errors
///
/// Those of the writer.
pub(crate) fn table<W: io::Write + ?Sized>(out: &mut W, event: &Event, view: View) -> io::Result<()> {
    let time = event.time.map_or_else(|| "no readable time".to_owned(), |time| time.to_string());
    let outcome = match event.outcome {
        Outcome::Failure => paint::TROUBLE,
        _ => anstyle::Style::new(),
    };
    let mut first = Text::default().and_styled(paint::QUIET, time).and("  ");
    first = first.and_styled(paint::STRONG, event.operation.as_str()).and("  ");
    first = first.and_styled(outcome, event.outcome.as_str()).and("  ");
    first = first.and_styled(paint::QUIET, event.shape.name());
    let mut text = String::new();
    layout::row(&mut text, view, 0, &Text::default(), 0, &first);
    layout::paragraph(&mut text, view, INDENT, &who_and_what(event));
    out.write_all(text.as_bytes())
}

/// `mallory@contoso.example → Contoso Sync (application)`.
fn who_and_what(event: &Event) -> Text {
    let actor = &event.actor;
    let mut text = match (&actor.name, &actor.id, &actor.app_id) {
        (Some(name), _, _) => Text::default().and_name(name),
        (None, Some(id), _) | (None, None, Some(id)) => Text::default().and_id(id),
        (None, None, None) => Text::own(actor.kind.as_str()),
    };
    for (position, target) in event.targets.iter().take(TARGET_LIMIT).enumerate() {
        text = text.and(if position == 0 { " → " } else { ", " }).and_text(what(target));
    }
    match event.targets.len().saturating_sub(TARGET_LIMIT) {
        0 => text,
        more => text.and(format!(" and {more} more")),
    }
}

fn what(target: &Target) -> Text {
    let text = match (&target.name, &target.id, &target.app_id) {
        (Some(name), _, _) if !name.is_empty() => Text::default().and_name(name),
        (_, Some(id), _) | (_, None, Some(id)) => Text::default().and_id(id),
        _ => return Text::own(target.kind.as_str()),
    };
    text.and(format!(" ({})", target.kind.as_str()))
}

/// Every line of every change: `asks for + Mail.Read (application, Microsoft Graph)`.
fn all_changes(event: &Event) -> Vec<String> {
    let changes = event.targets.iter().flat_map(|target| &target.changes);
    let lines = changes.flat_map(|change| changes::lines(change, &event.targets));
    lines.map(|line| format!("{} {}{}", line.label, line.sign.as_str(), line.text.raw())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[track_caller]
    fn written(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).expect("a vector takes everything");
        String::from_utf8(out).expect("output is UTF-8")
    }

    #[test]
    fn an_event_is_one_line_of_json() {
        let line = written(|out| ndjson(out, &sample::event()));
        assert_eq!(line.matches('\n').count(), 1);
        assert_eq!(serde_json::from_str::<Event>(&line).expect("an event reads back"), sample::event());
        assert!(line.contains(r#""operation_seen":"Add application","outcome":"success""#), "{line}");
        assert!(line.contains(r#""subscription":null"#), "what is missing is null: {line}");
    }

    #[test]
    fn an_event_is_one_row_of_csv() {
        let text = written(|out| csv_header(out).and_then(|()| csv(out, &sample::event())));
        insta::assert_snapshot!(text, @r#"
        file,index,shape,time,log,operation,operation_seen,outcome,actor_kind,actor_id,actor_name,actor_address,target_kind,target_id,target_name,tenant,subscription,correlation_id,record_id,changes
        logs/audit.json,3,diag.AuditLogs,2026-03-04T09:20:11.8466546Z,audit,entra.application.add,Add application,success,user,11111111-2222-4333-8444-555555555555,mallory@contoso.example,203.0.113.7,application,aaaaaaaa-1111-4222-8333-444444444444,Contoso Sync,99999999-8888-4777-8666-555555555555,,cccccccc-1111-4222-8333-444444444444,Directory_cccccccc-1111-4222-8333-444444444444_ABCDE_1,"changed AvailableToOtherTenants: [false] → [true]; asks for + RoleManagement.ReadWrite.Directory (application, Microsoft Graph, ControlPlane); asks for 1 as before; credential + secret ""backup"", key eeeeeeee-1111-4222-8333-444444444444, valid 2026-03-04 to 2028-03-04; audience AzureADMyOrg → AzureADMultipleOrgs"
        "#);
    }

    #[test]
    fn an_event_is_readable_at_80_columns() {
        let mut failed = sample::event();
        failed.outcome = Outcome::Failure;
        failed.time = None;
        failed.actor.name = None;
        failed.targets = sample::hostile().targets;
        let text = written(|out| {
            table(out, &sample::event(), View::PLAIN)?;
            table(out, &failed, View::PLAIN)
        });
        insta::assert_snapshot!(text, @r"
        2026-03-04T09:20:11.8466546Z  entra.application.add  success  diag.AuditLogs
            mallory@contoso.example → Contoso Sync (application)
        no readable time  entra.application.add  failure  diag.AuditLogs
            11111111-2222-4333-8444-555555555555 → \u{1b}[2J\u{202e}cnyS\u{200b}
            xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
            xxxxxxxxxxxxx… (application)
        ");
        assert!(text.lines().all(|line| line.chars().count() <= 80 && line == line.trim_end()));
    }
}
