//! One alert: its level and sentence, then who, from where, when, which object, what
//! changed, why it has this level, and where its records stand.
//!
//! It is written for a person who has many to go through: what is said once is not said
//! again, and what only a program needs (the ids of rules, the plumbing of records) is
//! left to the formats for programs.

use entward_analysis::knowledge::Knowledge;
use entward_model::{Actor, ActorKind, Alert, Level, RecordRef, Target, TargetKind};

use super::super::View;
use super::super::changes::Sign;
use super::super::layout::{Text, row};
use super::super::page::command_of_reference;
use super::super::paint;
use super::blocks::{Block, Blocks, blocks, label};
use super::instant;
use super::summary::{counted, number};

/// Where the values stand.
const COLUMN: usize = 16;

/// How many targets, or lines of one target, are shown before "and N more".
const LIST_LIMIT: usize = 12;

/// How many reasons are shown, the strongest first: those carry the level.
const REASON_LIMIT: usize = 4;

/// How many places of records are named before "and N more": a person opens one or two.
const RECORD_LIMIT: usize = 6;

/// Of a user agent at least this many columns are shown.
const USER_AGENT_LEAST: usize = 24;

/// Appends an alert.
pub(super) fn alert(out: &mut String, alert: &Alert, view: View) {
    let level = Text::default().and_styled(paint::level(alert.level), alert.level.as_str());
    let title = Text::default().and_styled_sentence(paint::STRONG, &alert.title);
    row(out, view, 0, &level, alert.level.as_str().len() + 2, &title);
    let mut rows = Rows { out, view };
    rows.actor(&alert.actor);
    rows.row("when", when(alert));
    rows.blocks(&blocks(alert));
    rows.reasons(alert);
    rows.page(alert);
    rows.row("not in log", missing(&alert.not_in_the_log));
    rows.row("records", records(&alert.records, alert.duplicates));
    rows.subscription(alert);
    rows.row("alert", id(alert));
}

struct Rows<'a> {
    out: &'a mut String,
    view: View,
}

impl Rows<'_> {
    fn row(&mut self, label: &str, text: Text) {
        self.labeled(2, label, text);
    }

    fn labeled(&mut self, indent: usize, label: &str, text: Text) {
        if !text.is_empty() {
            let label = Text::default().and_styled(paint::QUIET, label);
            row(self.out, self.view, indent, &label, COLUMN, &text);
        }
    }

    /// A remark about what is not shown.
    fn quiet(&mut self, remark: String) {
        self.row("", Text::default().and_styled(paint::QUIET, remark));
    }

    fn and_more(&mut self, total: usize, limit: usize) {
        if total > limit {
            self.quiet(format!("and {} more", number((total - limit) as u64)));
        }
    }

    fn actor(&mut self, actor: &Actor) {
        let mut text = who(actor);
        // An application acts as itself, a person through one.
        let is_itself = !matches!(actor.kind, ActorKind::User | ActorKind::Unknown);
        if let (Some(app_id), true) = (&actor.app_id, is_itself) {
            text = text.and(", ").and_labeled_id("app id", app_id);
        }
        if let Some(id) = &actor.id {
            text = text.and(", ").and_labeled_id("object id", id);
        }
        self.row("who", text);
        let through = if is_itself { None } else { actor.app_id.as_deref() };
        let known = through.and_then(microsoft_application);
        let room = self.view.width.saturating_sub(COLUMN);
        self.row("from", from(actor, known, room));
        if let (Some(app_id), None) = (through, known) {
            self.row("through", Text::default().and_labeled_id("app id", app_id));
        }
    }

    fn blocks(&mut self, blocks: &Blocks<'_>) {
        for block in blocks.shown.iter().take(LIST_LIMIT) {
            self.block(block);
        }
        self.and_more(blocks.shown.len(), LIST_LIMIT);
        let left = [
            (blocks.objects_left, "other object", "other objects"),
            (blocks.properties_left, "plain property", "plain properties"),
        ];
        let left = left.into_iter().filter(|(count, _, _)| *count > 0);
        let left: Vec<String> = left
            .map(|(count, one, many)| format!("{} {}", number(count as u64), if count == 1 { one } else { many }))
            .collect();
        if !left.is_empty() {
            self.quiet(format!("and {} (see --format json)", left.join(", ")));
        }
    }

    fn block(&mut self, block: &Block<'_>) {
        self.row(label(block.target.kind), heading(block));
        let mut label_before = "";
        for line in block.lines.iter().take(LIST_LIMIT) {
            let label = if line.label == label_before { "" } else { line.label };
            label_before = line.label;
            let style = match line.sign {
                Sign::Added => paint::ADDED,
                Sign::Removed => paint::REMOVED,
                Sign::None => anstyle::Style::new(),
            };
            let text = Text::default().and_styled(style, line.sign.as_str()).and_text(line.text.clone());
            self.labeled(4, label, text);
        }
        self.and_more(block.lines.len(), LIST_LIMIT);
    }

    fn reasons(&mut self, alert: &Alert) {
        let reasons = reasons(alert);
        // A line that says "and 1 weaker reason" had better be the reason.
        let limit = if reasons.len() == REASON_LIMIT + 1 { reasons.len() } else { REASON_LIMIT };
        for (position, (level, reason)) in reasons.iter().take(limit).enumerate() {
            let text = Text::default().and_sentence(*reason).and(" (").and_styled(paint::level(*level), level.as_str());
            self.row(if position == 0 { "because" } else { "" }, text.and(")"));
        }
        if reasons.len() > limit {
            self.quiet(format!("and {}", counted((reasons.len() - limit) as u64, "weaker reason")));
        }
    }

    /// What the page of the worst record says, and how to read on. The other pages are left to the formats for programs.
    fn page(&mut self, alert: &Alert) {
        let Some(page) = alert.pages.first() else { return };
        self.row("meaning", Text::default().and_sentence(&page.meaning));
        if let Some(command) = command_of_reference(&page.page) {
            self.row("more", Text::default().and_id(command));
        }
    }

    /// The subscription, unless a resource of the alert names it.
    fn subscription(&mut self, alert: &Alert) {
        let Some(id) = &alert.subscription else { return };
        let names_it = |target: &Target| target.id.as_ref().is_some_and(|target| target.contains(id.as_str()));
        if !alert.targets.iter().any(names_it) {
            self.row("subscription", Text::default().and_id(id));
        }
    }
}

/// `user mallory@contoso.example`.
fn who(actor: &Actor) -> Text {
    let kind = match actor.kind {
        ActorKind::Unknown => String::new(),
        ActorKind::Microsoft => "Microsoft service".to_owned(),
        kind => kind.as_str().replace('_', " "),
    };
    let has_id = actor.id.is_some() || actor.app_id.is_some();
    match &actor.name {
        Some(name) if kind.is_empty() => Text::default().and_name(name),
        Some(name) => Text::own(kind).and(" ").and_name(name),
        None if kind.is_empty() => Text::own("the records do not name who did it"),
        None if has_id => Text::own(kind),
        None => Text::own(kind).and(" without a name"),
    }
}

/// The address and the client; the user agent is cut so that it takes no line of its own,
/// if that leaves something to read.
fn from(actor: &Actor, through: Option<&'static str>, room: usize) -> Text {
    let mut text = match &actor.address {
        Some(address) => Text::default().and_id(address),
        None if actor.user_agent.is_none() && through.is_none() => return Text::default(),
        None => Text::own("an unknown address"),
    };
    if let Some(name) = through {
        text = text.and(" through ").and_together(name);
    }
    let Some(user_agent) = &actor.user_agent else { return text };
    let text = text.and(" ").and_together("with ");
    let left = room.saturating_sub(text.width());
    let limit = if left < USER_AGENT_LEAST { room.saturating_sub("with ".len()) } else { left };
    text.and_cut(user_agent, limit)
}

/// The name of an application of Microsoft's, by its id alone: anybody may call theirs so.
fn microsoft_application(app_id: &str) -> Option<&'static str> {
    Knowledge::bundled().app(app_id).map(|app| app.name).filter(|name| !name.is_empty())
}

/// An object: its name and those of its ids that no row before told.
fn heading(block: &Block<'_>) -> Text {
    let target = block.target;
    if let Some(assignment) = block.assignment {
        return Text::own("role assignment ").and_id(assignment);
    }
    if let (TargetKind::Resource | TargetKind::Subscription, Some(id)) = (target.kind, &target.id) {
        return match &target.name {
            Some(name) if !id.to_lowercase().ends_with(&name.to_lowercase()) => {
                Text::default().and_name(name).and(", ").and_id(id)
            }
            _ => Text::default().and_id(id),
        };
    }
    let mut text = match &target.name {
        Some(name) => Text::default().and_name(name),
        None => Text::own("without a name"),
    };
    if let (Some(app_id), false) = (&target.app_id, block.app_id_is_told) {
        text = text.and(", ").and_labeled_id("app id", app_id);
    }
    match &target.id {
        Some(id) if !block.is_actor => text.and(", ").and_labeled_id("object id", id),
        _ => text,
    }
}

/// The reasons, the strongest first: the rules by their titles, and facts. A reason that
/// says less than a stronger one in the same words is left out.
fn reasons(alert: &Alert) -> Vec<(Level, &str)> {
    let told = alert.because.iter().map(|because| {
        let rule = alert.rules.iter().find(|rule| because.rule.as_ref() == Some(&rule.id));
        (because.level, rule.map_or(because.reason.as_str(), |rule| rule.title.as_str()))
    });
    let rules = alert.rules.iter().map(|rule| (rule.level, rule.title.as_str()));
    let mut all: Vec<(Level, &str)> = told.chain(rules).collect();
    all.sort_by_key(|(level, _)| std::cmp::Reverse(*level));
    let mut reasons: Vec<(Level, &str)> = Vec::new();
    for (position, (level, reason)) in all.iter().enumerate() {
        let says_more = |(other_level, other): &(Level, &str)| other_level >= level && begins_with(other, reason);
        let is_less = all.iter().any(|other| says_more(other) && other.1.len() > reason.len());
        let is_told = all[..position].iter().any(|(_, other)| other.eq_ignore_ascii_case(reason));
        if !is_less && !is_told {
            reasons.push((*level, reason));
        }
    }
    reasons
}

/// Whether a text begins with the words of another, in any letter case.
fn begins_with(text: &str, words: &str) -> bool {
    let head = text.get(..words.len()).is_some_and(|head| head.eq_ignore_ascii_case(words));
    head && text[words.len()..].starts_with([' ', ','])
}

fn missing(missing: &[String]) -> Text {
    let mut text = Text::default();
    for (position, sentence) in missing.iter().enumerate() {
        text = text.and(if position > 0 { "; " } else { "" }).and_sentence(sentence);
    }
    text
}

/// `audit.json:3-7, 9; sign-ins.csv:4`: each file once, runs of records as one.
fn records(records: &[RecordRef], duplicates: u64) -> Text {
    let mut text = Text::default();
    let runs: Vec<&[RecordRef]> =
        records.chunk_by(|one, next| one.file == next.file && next.index == one.index + 1).collect();
    let mut file_before = None;
    let mut named = 0;
    for run in runs.iter().take(RECORD_LIMIT) {
        let [first, ..] = run else { continue };
        let place = match run {
            [_, .., last] => format!("{}-{}", first.index, last.index),
            _ => first.index.to_string(),
        };
        text = match file_before {
            Some(file) if file == &first.file => text.and(format!(", {place}")),
            before => text.and(if before.is_some() { "; " } else { "" }).and_id(format!("{}:{place}", first.file)),
        };
        file_before = Some(&first.file);
        named += run.len();
    }
    if records.len() > named {
        text = text.and(format!(" and {} more", number((records.len() - named) as u64)));
    }
    match duplicates {
        0 => text,
        count => text.and(" ").and_together(format!("({})", counted(count, "duplicate"))),
    }
}

fn when(alert: &Alert) -> Text {
    match (alert.first_seen, alert.last_seen) {
        (Some(first), Some(last)) => Text::own(instant::span(first, last)),
        (Some(time), None) | (None, Some(time)) => Text::own(instant::span(time, time)),
        (None, None) => Text::own("the records have no readable time"),
    }
}

fn id(alert: &Alert) -> Text {
    let text = Text::default().and_id(&alert.id);
    match &alert.tenant {
        Some(tenant) => text.and(", ").and_labeled_id("tenant", tenant),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;

    fn shown(found: &Alert, view: View) -> String {
        let mut out = String::new();
        alert(&mut out, found, view);
        out
    }

    #[test]
    fn an_alert_says_who_what_and_why_at_80_columns() {
        let text = shown(&sample::registration(), View::PLAIN);
        insta::assert_snapshot!(text, @r#"
        critical  mallory@contoso.example registered Contoso Sync, gave it a secret and
                  granted it RoleManagement.ReadWrite.Directory
          who           user mallory@contoso.example,
                        object id 11111111-2222-4333-8444-555555555555
          from          203.0.113.7 with azure-cli/2.70.0
          when          2026-03-04 09:20:11 to 09:21:40 UTC
          app           Contoso Sync, app id bbbbbbbb-1111-4222-8333-444444444444,
                        object id aaaaaaaa-1111-4222-8333-444444444444
            credential  + secret "backup", key eeeeeeee-1111-4222-8333-444444444444,
                        valid 2026-03-04 to 2028-03-04
            asks for    + RoleManagement.ReadWrite.Directory (application, Microsoft
                        Graph, ControlPlane)
            audience    AzureADMyOrg → AzureADMultipleOrgs
          principal     Contoso Sync, object id dddddddd-1111-4222-8333-444444444444
            consent     for everybody in the tenant, by an administrator
            granted     + RoleManagement.ReadWrite.Directory (application, Microsoft
                        Graph, ControlPlane)
                        + User.Read (delegated, Microsoft Graph)
                        and 1 plain property (see --format json)
          because       with RoleManagement.ReadWrite.Directory it can make itself
                        Global Administrator (critical)
                        Control-plane permission granted to an application (critical)
                        a secret was added by the person who registered the application
                        (medium)
          meaning       A service principal received an application permission of an
                        API: a right that it uses with no user signed in.
          more          entward kb op add-app-role-assignment-to-service-principal
          not in log    whether the actor used MFA: no sign-in log was read
          records       logs/audit.json:3-10 (2 duplicates)
          alert         9f3c1e5a7b2d4c60, tenant 99999999-8888-4777-8666-555555555555
        "#);
        assert!(text.lines().all(|line| line.chars().count() <= 80 && line == line.trim_end()));
    }

    #[test]
    fn a_hostile_name_neither_commands_nor_floods_the_terminal() {
        let text = shown(&sample::hostile(), View::PLAIN);
        insta::assert_snapshot!(text, @r#"
        critical  mallory@contoso.example registered \u{1b}[2J\u{202e}cnyS\u{200b}
                  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…xxxxxxxx
                  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                  xxxxxxxxxxxxxxxxxxxx\u{d}\u{a}because  nothing happened
          who           user =HYPERLINK("https://mallory.example")\u{7},
                        object id 11111111-2222-4333-8444-555555555555
          from          203.0.113.7 with azure-cli/2.70.0
          when          2026-03-04 09:20:11 to 09:21:40 UTC
          app           \u{1b}[2J\u{202e}cnyS\u{200b}
                        xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                        xxxxxxxxxxxxxxxxxxxxxxxxx…,
                        app id bbbbbbbb-1111-4222-8333-444444444444,
                        object id aaaaaaaa-1111-4222-8333-444444444444
          because       with RoleManagement.ReadWrite.Directory it can make itself
                        Global Administrator (critical)
                        a secret was added by the person who registered the application
                        (medium)
          meaning       A service principal received an application permission of an
                        API: a right that it uses with no user signed in.
          more          entward kb op add-app-role-assignment-to-service-principal
          not in log    whether the actor used MFA: no sign-in log was read
          records       logs/audit.json:3-10 (2 duplicates)
          alert         9f3c1e5a7b2d4c60, tenant 99999999-8888-4777-8666-555555555555
        "#);
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{200b}', '\r']));
        assert!(text.lines().all(|line| line.chars().count() <= 80 && line == line.trim_end()));
    }

    #[test]
    fn what_several_records_say_is_told_once() {
        let text = shown(&sample::consent(), View::PLAIN);
        insta::assert_snapshot!(text, @"
        high  mallory@contoso.example granted Mail.Send, openid, Mail.Read to Contoso
              Sync
          who           user mallory@contoso.example,
                        object id 11111111-2222-4333-8444-555555555555
          from          203.0.113.7 with azure-cli/2.70.0
          when          2026-03-04 09:20:11 to 09:21:40 UTC
          principal     Contoso Sync, app id bbbbbbbb-1111-4222-8333-444444444444,
                        object id dddddddd-1111-4222-8333-444444444444
            consent     for everybody in the tenant, by an administrator
            granted     + Mail.Read (application, Microsoft Graph, ManagementPlane)
                        + Mail.Send (delegated, Microsoft Graph, ManagementPlane)
                        + openid (delegated, Microsoft Graph)
                        and 7 plain properties (see --format json)
          because       Permission Granted for All Users (high)
                        Application Permission Granted (medium)
          meaning       A service principal received an application permission of an
                        API: a right that it uses with no user signed in.
          more          entward kb op add-app-role-assignment-to-service-principal
          records       logs/audit.json:3-10 (2 duplicates)
          alert         9f3c1e5a7b2d4c60, tenant 99999999-8888-4777-8666-555555555555
        ");
    }

    #[test]
    fn records_of_a_file_stand_together() {
        let record = |file: &str, index| RecordRef { file: file.to_owned(), index };
        let check = |places: &[(&str, u64)], expected: &str| {
            let found: Vec<RecordRef> = places.iter().map(|(file, index)| record(file, *index)).collect();
            assert_eq!(records(&found, 0).raw(), expected);
        };
        check(&[("a", 3), ("a", 4), ("a", 5), ("a", 9), ("b", 10)], "a:3-5, 9; b:10");
        check(&[("a", 1), ("b", 2)], "a:1; b:2");
        check(
            &[("a", 1), ("a", 3), ("a", 5), ("a", 7), ("a", 9), ("a", 11), ("a", 13), ("a", 14)],
            "a:1, 3, 5, 7, 9, 11 and 2 more",
        );
    }

    #[test]
    fn color_changes_nothing_but_the_color() {
        let colored = shown(&sample::registration(), View { color: true, ..View::PLAIN });
        let mut plain = String::new();
        let mut rest = colored.as_str();
        while let Some((before, behind)) = rest.split_once('\u{1b}') {
            plain.push_str(before);
            rest = behind.split_once('m').expect("every sequence ends with `m`").1;
        }
        plain.push_str(rest);
        assert_ne!(colored, plain);
        assert_eq!(plain, shown(&sample::registration(), View::PLAIN));
    }
}
