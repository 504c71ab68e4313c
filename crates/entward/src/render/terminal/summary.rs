//! The block that says what a scan read, what it left out and why, and what it found.

use std::collections::BTreeMap;

use entward_model::{InputProblem, Level, ProblemSample, RuleProblem, Summary, Tally};

use super::super::View;
use super::super::layout::{Text, paragraph, row};
use super::super::paint;
use super::instant;

/// Where the values stand.
const COLUMN: usize = 12;

/// How many entries of a list are named before "and N more".
const LIST_LIMIT: usize = 10;

/// How many names that no table knows are shown, and how much of each.
const NEW_NAMES: (usize, usize) = (5, 40);

/// How many places of one problem are shown.
const SAMPLE_LIMIT: usize = 3;

/// How the reasons begin under which damage is counted that kept nothing from being read.
const CURED: &str = "read with a cure: ";

/// Appends the block.
pub(super) fn summary(out: &mut String, summary: &Summary, view: View) {
    let mut block = Block { out, view };
    block.row("Read", read(summary));
    block.row("Shapes", listed(summary.shapes.iter().map(|(shape, count)| (*count, shape.name()))));
    if let (Some(first), Some(last)) = (summary.first, summary.last) {
        block.row("Time", Text::own(instant::span(first, last)));
    }
    block.rules(summary);
    block.problems("Undecoded", ["record", "records"], &problems(&summary.undecoded));
    let (cured, skipped): (Vec<_>, Vec<_>) =
        problems(&summary.skipped).into_iter().partition(|(reason, _)| reason.starts_with(CURED));
    block.problems("Cured", ["damaged record, read", "damaged records, read"], &cured);
    block.problems("Skipped", ["file or part of a file", "files or parts of files"], &skipped);
    block.tally("Forgotten", paint::TROUBLE, &summary.evicted);
    block.tally("Filtered", paint::QUIET, &summary.filtered);
    if summary.duplicates > 0 {
        block.row("Duplicates", Text::own(counted(summary.duplicates, "record")).and(" that said nothing new"));
    }
    block.row("New names", new_names(&summary.new_operations));
    block.row("Alerts", alerts(summary));
    if !summary.elapsed.is_zero() {
        let seconds = format!("{:.2} s", summary.elapsed.as_secs_f64());
        let threads = counted(summary.threads as u64, "thread");
        block.row("Took", Text::own(format!("{seconds} on {threads}")));
    }
}

/// A number with its thousands apart: `1,204`.
pub(super) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut result = String::new();
    for (position, digit) in digits.char_indices() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            result.push(',');
        }
        result.push(digit);
    }
    result
}

/// A number and what it counts: `1 file`, `2 files`.
pub(super) fn counted(value: u64, noun: &str) -> String {
    let plural = if value == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", number(value))
}

/// An amount of bytes as people say it.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return counted(bytes, "byte");
    }
    let mut amount = bytes as f64 / 1024.0;
    let mut unit = 0;
    while amount >= 1024.0 && unit + 1 < UNITS.len() {
        amount /= 1024.0;
        unit += 1;
    }
    format!("{amount:.1} {}", UNITS[unit])
}

fn read(summary: &Summary) -> Text {
    let files = counted(summary.files, "file");
    let records = counted(summary.records, "record");
    Text::own(format!("{files}, {}, {records}", size(summary.bytes)))
}

/// `900 diag.AuditLogs, 4 ual.json`; the most frequent first.
fn listed<'a>(counts: impl Iterator<Item = (u64, &'a str)>) -> Text {
    let mut counts: Vec<(u64, &str)> = counts.filter(|(count, _)| *count > 0).collect();
    counts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let mut text = Text::default();
    for (position, (count, name)) in counts.iter().take(LIST_LIMIT).enumerate() {
        let before = if position > 0 { ", " } else { "" };
        text = text.and(before).and_together(format!("{} ", number(*count))).and_name(*name);
    }
    match counts.len().saturating_sub(LIST_LIMIT) {
        0 => text,
        more => text.and(format!(" and {} more", number(more as u64))),
    }
}

/// Operations that no table knows, whatever the letter case: how many, and the most frequent.
fn new_names(tally: &Tally) -> Text {
    let mut names: BTreeMap<String, (u64, &str)> = BTreeMap::new();
    for (name, count) in &tally.counts {
        let entry = names.entry(name.to_lowercase()).or_insert((0, name));
        entry.0 += count;
        // Azure writes names now as they are, now in capitals; the former is easier to read.
        if entry.1.chars().all(|character| !character.is_lowercase()) {
            entry.1 = name;
        }
    }
    if names.is_empty() {
        return Text::default();
    }
    let mut frequent: Vec<(u64, &str)> = names.into_values().collect();
    frequent.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let (limit, width) = NEW_NAMES;
    let records = counted(tally.total(), "record");
    let mut text = Text::default().and_styled(paint::QUIET, records).and(" of operations that Entward does not know: ");
    for (position, (count, name)) in frequent.iter().take(limit).enumerate() {
        text = text.and(if position > 0 { ", " } else { "" });
        text = text.and_together(format!("{} ", number(*count))).and_cut(*name, width);
    }
    let more = frequent.len().saturating_sub(limit);
    match (more, tally.others) {
        (0, 0) => text,
        (0, others) => text.and(format!(" and {} with other names", counted(others, "record"))),
        (more, 0) => text.and(format!(" and {}", counted(more as u64, "other name"))),
        (more, _) => text.and(format!(" and more than {}", counted(more as u64, "other name"))),
    }
}

fn problems(problems: &BTreeMap<String, InputProblem>) -> Vec<(&str, &InputProblem)> {
    problems.iter().map(|(reason, problem)| (reason.as_str(), problem)).collect()
}

/// What a reason for leaving out means, for somebody who does not know the words that
/// programs get.
fn plainly(reason: &str) -> &str {
    match reason {
        "unreadable" => "could not be opened or read",
        "skipped" => "left out on purpose",
        "empty" => "nothing in it",
        "unknown" => "no log that Entward can read",
        "truncated" => "cut off before the end",
        "corrupt" => "packed, and damaged or encrypted",
        "too-large" => "a record larger than the limit",
        "broken" => "a record whose end cannot be told",
        "garbage" => "bytes between records",
        other => other.strip_prefix(CURED).unwrap_or(other),
    }
}

fn alerts(summary: &Summary) -> Text {
    let mut text = Text::default();
    for level in Level::WORST_FIRST {
        let count = summary.alerts.get(&level).copied().unwrap_or_default();
        if count > 0 {
            let before = if text.is_empty() { "" } else { ", " };
            text = text.and(format!("{before}{} ", number(count))).and_styled(paint::level(level), level.as_str());
        }
    }
    if text.is_empty() { Text::own("none") } else { text }
}

/// The rows as they are written, each only where there is something to say.
struct Block<'a> {
    out: &'a mut String,
    view: View,
}

impl Block<'_> {
    fn row(&mut self, label: &str, text: Text) {
        if !text.is_empty() {
            let label = Text::default().and_styled(paint::STRONG, label);
            row(self.out, self.view, 0, &label, COLUMN, &text);
        }
    }

    /// A row that belongs to the one above it.
    fn below(&mut self, depth: usize, text: Text) {
        paragraph(self.out, self.view, COLUMN + 2 * depth, &text);
    }

    fn and_more(&mut self, depth: usize, count: u64) {
        if count > 0 {
            self.below(depth, Text::own(format!("and {} more", number(count))));
        }
    }

    fn rules(&mut self, summary: &Summary) {
        let rules = &summary.rules;
        let mut text = Text::own(format!("{} loaded", number(rules.loaded)));
        if !rules.failed.is_empty() {
            let failed = format!("{} failed", number(rules.failed.len() as u64));
            text = text.and(", ").and_styled(paint::TROUBLE, failed);
        }
        if rules.other_products > 0 {
            text = text.and(format!(", {} for other products", number(rules.other_products)));
        }
        if summary.matches > 0 {
            let matches = format!("{} match{}", number(summary.matches), if summary.matches == 1 { "" } else { "es" });
            text = text.and(format!("; {matches}"));
        }
        self.row("Rules", text);
        for problem in rules.failed.iter().take(LIST_LIMIT) {
            self.rule_problem(problem);
        }
        self.and_more(1, rules.failed.len().saturating_sub(LIST_LIMIT) as u64);
        for filter in rules.expired.iter().take(LIST_LIMIT) {
            self.rule_problem(filter);
        }
        self.and_more(1, rules.expired.len().saturating_sub(LIST_LIMIT) as u64);
    }

    fn rule_problem(&mut self, problem: &RuleProblem) {
        self.below(1, Text::default().and_id(&problem.place).and(": ").and_sentence(&problem.message));
        if let Some(hint) = &problem.hint {
            self.below(2, Text::own("hint: ").and_sentence(hint));
        }
    }

    fn problems(&mut self, label: &str, nouns: [&str; 2], problems: &[(&str, &InputProblem)]) {
        let total: u64 = problems.iter().map(|(_, problem)| problem.count).sum();
        if total == 0 {
            return;
        }
        let noun = nouns[usize::from(total != 1)];
        let heading = Text::default().and_styled(paint::TROUBLE, format!("{} {noun}", number(total)));
        let is_single = problems.len() == 1;
        match problems {
            [(reason, _)] => self.row(label, heading.and(": ").and_sentence(plainly(reason))),
            _ => self.row(label, heading),
        }
        for (reason, problem) in problems {
            if !is_single {
                self.below(
                    1,
                    Text::default().and_sentence(plainly(reason)).and(format!(": {}", number(problem.count))),
                );
            }
            let depth = if is_single { 1 } else { 2 };
            let samples = &problem.samples[..problem.samples.len().min(SAMPLE_LIMIT)];
            for sample in samples {
                self.below(depth, place(sample, reason));
            }
            self.and_more(depth, problem.count.saturating_sub(samples.len() as u64));
        }
    }

    fn tally(&mut self, label: &str, style: anstyle::Style, tally: &Tally) {
        if tally.total() == 0 {
            return;
        }
        let text = Text::default().and_styled(style, number(tally.total())).and(": ");
        let mut text = text.and_text(listed(tally.counts.iter().map(|(name, count)| (*count, name.as_str()))));
        if tally.others > 0 {
            text = text.and(format!(", {} others", number(tally.others)));
        }
        self.row(label, text);
    }
}

/// `logs/a.json, record 17, at byte 2,048: what is wrong`, unless the reason says just that.
fn place(sample: &ProblemSample, reason: &str) -> Text {
    let mut text = Text::default().and_id(&sample.file);
    if let Some(index) = sample.index {
        text = text.and(format!(", record {index}"));
    }
    if let Some(offset) = sample.offset {
        text = text.and(format!(", at byte {}", number(offset)));
    }
    if sample.message.is_empty() || reason.ends_with(&sample.message) {
        text
    } else {
        text.and(": ").and_sentence(&sample.message)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use entward_model::{Shape, Timestamp};

    use super::*;

    fn sample(file: &str, index: u64, offset: u64, message: &str) -> ProblemSample {
        ProblemSample { file: file.to_owned(), offset: Some(offset), index: Some(index), message: message.to_owned() }
    }

    fn shown(counted: &Summary) -> String {
        let mut out = String::new();
        summary(&mut out, counted, View::PLAIN);
        out
    }

    #[test]
    fn a_summary_says_what_was_read_and_what_was_not() {
        let mut scan = Summary { files: 3, bytes: 13_002_340, matches: 41, duplicates: 12, ..Summary::default() };
        scan.count_record(Shape::DiagAuditLogs, Timestamp::parse("2026-03-04T08:00:00Z").ok());
        scan.shapes.insert(Shape::DiagSignInLogs, 1_200);
        scan.records += 1_200;
        scan.last = Timestamp::parse("2026-03-04T17:59:58.5Z").ok();
        for index in 0..7 {
            let message = "expected `,` or `}` at column 17";
            scan.count_undecoded("no valid JSON", sample("logs/audit.json", index, 2_048 * index, message));
        }
        scan.count_skipped(
            "the stream ends early",
            ProblemSample { file: "logs/b.json.gz".to_owned(), offset: Some(9), ..ProblemSample::default() },
        );
        scan.count_skipped("no permission", sample("logs/secret", 0, 0, ""));
        let cured = "a byte that cannot stand there in JSON";
        scan.count_skipped(&format!("read with a cure: {cured}"), sample("logs/c.json", 2, 977, cured));
        scan.rules.loaded = 123;
        scan.rules.other_products = 14;
        scan.rules.failed.push(RuleProblem {
            place: "rules/entra/audit/global_admin_outside_pim.yml:21".to_owned(),
            message: "the condition names `filter_pim`, which the rule does not define".to_owned(),
            hint: Some("the rule defines: selection, filter_activation".to_owned()),
        });
        scan.filtered.add("--since", 20);
        scan.new_operations.add("Frobnicate \u{1b}[31mapplication", 12);
        scan.new_operations.add("MICROSOFT.COMPUTE/VIRTUALMACHINES/START/ACTION", 7);
        scan.new_operations.add("Microsoft.Compute/virtualMachines/start/action", 6);
        for number in 1..=6 {
            scan.new_operations.add(&format!("Microsoft.Web/sites/{number}/write"), number);
        }
        scan.count_alert(Level::Critical);
        scan.count_alert(Level::Low);
        scan.count_alert(Level::Low);
        scan.elapsed = Duration::from_millis(320);
        scan.threads = 2;
        insta::assert_snapshot!(shown(&scan), @r"
        Read        3 files, 12.4 MiB, 1,208 records
        Shapes      1,200 diag.SignInLogs, 1 diag.AuditLogs
        Time        2026-03-04 08:00:00 to 17:59:58 UTC
        Rules       123 loaded, 1 failed, 14 for other products; 41 matches
                      rules/entra/audit/global_admin_outside_pim.yml:21: the condition
                      names `filter_pim`, which the rule does not define
                        hint: the rule defines: selection, filter_activation
        Undecoded   7 records: no valid JSON
                      logs/audit.json, record 0, at byte 0: expected `,` or `}` at
                      column 17
                      logs/audit.json, record 1, at byte 2,048: expected `,` or `}` at
                      column 17
                      logs/audit.json, record 2, at byte 4,096: expected `,` or `}` at
                      column 17
                      and 4 more
        Cured       1 damaged record, read: a byte that cannot stand there in JSON
                      logs/c.json, record 2, at byte 977
        Skipped     2 files or parts of files
                      no permission: 1
                        logs/secret, record 0, at byte 0
                      the stream ends early: 1
                        logs/b.json.gz, at byte 9
        Filtered    20: 20 --since
        Duplicates  12 records that said nothing new
        New names   46 records of operations that Entward does not know:
                    13 Microsoft.Compute/virtualM…/start/action, 12 Frobnicate
                    \u{1b}[31mapplication, 6 Microsoft.Web/sites/6/write,
                    5 Microsoft.Web/sites/5/write, 4 Microsoft.Web/sites/4/write and 3
                    other names
        Alerts      1 critical, 2 low
        Took        0.32 s on 2 threads
        ");
    }

    #[test]
    fn a_scan_that_found_nothing_says_so_in_few_lines() {
        insta::assert_snapshot!(shown(&Summary::default()), @"
        Read        0 files, 0 bytes, 0 records
        Rules       0 loaded
        Alerts      none
        ");
    }

    #[test]
    fn numbers_are_readable() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1_000), "1,000");
        assert_eq!(number(12_345_678), "12,345,678");
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(1_023), "1,023 bytes");
        assert_eq!(size(10 << 30), "10.0 GiB");
    }
}
