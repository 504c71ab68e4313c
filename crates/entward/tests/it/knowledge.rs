//! The pages of `knowledge/`, as a whole: readable, unrepetitive, linked to the rules and
//! remedies. What has no page yet is written down in `docs/reference/`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use entward_analysis::knowledge::Knowledge;
use entward_analysis::knowledge::pages::{Block, Kind, Page, Pages, plain};
use entward_model::Log;

use crate::harness::project;

/// Files below a folder of the project with this ending: path and text, in order.
pub(crate) fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("a folder of the project") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(&project().join(folder), &mut found);
    found.sort();
    let shown =
        |path: &Path| path.strip_prefix(project()).expect("below the project").to_string_lossy().replace('\\', "/");
    found
        .iter()
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .map(|path| (shown(path), std::fs::read_to_string(path).expect("a text")))
        .collect()
}

/// All pages; panics with everything that is wrong with them.
pub(crate) fn pages() -> Pages {
    let files: Vec<(String, String)> =
        files("knowledge", ".md").into_iter().filter(|(path, _)| !path.ends_with("README.md")).collect();
    let texts: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (pages, errors) = Pages::read(&texts);
    let said: Vec<String> = errors.iter().map(|error| format!("{error}\n  hint: {}", error.hint())).collect();
    assert!(said.is_empty(), "{}", said.join("\n"));
    assert_eq!(pages.iter().count(), files.len());
    pages
}

/// Every run of text of a page, in order.
pub(crate) fn texts(page: &Page) -> Vec<String> {
    fn collect(blocks: &[Block], found: &mut Vec<String>) {
        for block in blocks {
            match block {
                Block::Paragraph(spans) | Block::Heading(spans) => found.push(plain(spans)),
                Block::List { items, .. } => items.iter().for_each(|item| collect(item, found)),
                Block::Table { rows, .. } => found.extend(rows.iter().flatten().map(|cell| plain(cell))),
                Block::Code { .. } => {}
            }
        }
    }
    let mut found = Vec::new();
    collect(&page.lead, &mut found);
    page.sections.iter().for_each(|section| collect(&section.blocks, &mut found));
    found
}

/// Compares a reference page with what the program says, and writes it when it differs.
pub(crate) fn check_reference(name: &str, expected: &str) {
    let path = project().join("docs/reference").join(name);
    if std::fs::read_to_string(&path).unwrap_or_default() != expected {
        std::fs::write(&path, expected).expect("the reference page is written");
        panic!("docs/reference/{name} was not up to date and has been written anew: look at it and commit it");
    }
}

#[test]
fn every_page_can_be_read() {
    assert!(pages().iter().count() > 30);
}

#[test]
fn no_page_preaches() {
    // What every page could say helps nobody who reads this one.
    let sermons = [
        "least privilege",
        "enable mfa",
        "best practice",
        "security posture",
        "regularly review",
        "it is important to",
    ];
    for page in pages().iter() {
        for text in texts(page) {
            for sermon in sermons {
                assert!(!text.to_lowercase().contains(sermon), "{}: {text}", page.reference());
            }
        }
    }
}

#[test]
fn a_page_begins_with_a_sentence_that_an_alert_can_quote() {
    for page in pages().iter() {
        let meaning = page.meaning();
        assert!((20..=320).contains(&meaning.chars().count()), "{}: {meaning}", page.reference());
        assert!(meaning.ends_with('.'), "{}: {meaning}", page.reference());
    }
}

#[test]
fn operations_of_the_rules_have_pages_and_the_remedies_are_those_of_the_rules() {
    let pages = pages();
    let knowledge = Knowledge::bundled();
    let rules = files("rules", ".yml");
    let known: BTreeSet<&str> = rules.iter().flat_map(|(_, text)| remedies(text)).collect();
    let mut watched: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut without = BTreeMap::new();
    for (path, text) in &rules {
        let log = if path.contains("/azure/") { Log::Activity } else { Log::Audit };
        for (id, name) in operations(text, log) {
            let Some(page) = pages.of_operation(&id) else {
                without.insert(id, name);
                continue;
            };
            let changed = pages.iter().find(|other| {
                other.front.change_of.as_deref() == Some(&page.reference())
                    && other.front.properties.iter().any(|property| text.contains(&format!("Changes.{property}")))
            });
            let stem = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".yml");
            watched.entry(changed.unwrap_or(page).reference()).or_default().insert(stem);
        }
    }
    let mut text = String::from(
        "# Pages, and what leads to them\n\nGenerated by `cargo test -p entward --test it knowledge`. A rule stands at the page of \
         each operation that it names.\n\n| page | operations | rules | remedies |\n|---|---|---|---|\n",
    );
    for page in pages.iter().filter(|page| page.kind == Kind::Operations) {
        for remedy in &page.front.remedies {
            assert!(known.contains(remedy.as_str()), "{}: no rule knows the remedy {remedy}", page.reference());
        }
        let names = page.front.operations.iter().filter_map(|id| knowledge.operation_info(id)).map(|info| info.name);
        let changes = page.front.properties.iter().map(|property| format!("a change of `{property}`"));
        let operations: Vec<String> = names.map(|name| format!("`{name}`")).chain(changes).collect();
        let rules: Vec<&str> = watched.get(&page.reference()).into_iter().flatten().copied().collect();
        let _ = writeln!(
            text,
            "| [{}](../../knowledge/{}.md) | {} | {} | {} |",
            page.front.title,
            page.reference(),
            operations.join("<br>"),
            rules.join(", "),
            page.front.remedies.join(", ")
        );
    }
    text.push_str("\n## Operations of rules that have no page yet\n\n");
    for (id, name) in &without {
        let _ = writeln!(text, "- `{name}` (`{id}`)");
    }
    check_reference("knowledge.md", &text);
}

/// The remedies that a rule names.
pub(crate) fn remedies(rule: &str) -> impl Iterator<Item = &str> {
    let lists = rule.lines().filter_map(|line| line.trim().strip_prefix("remedies: [")?.strip_suffix(']'));
    lists.flat_map(|list| list.split(", ")).filter(|remedy| !remedy.is_empty())
}

/// The operations of the catalogue that stand as values in a rule's detection.
pub(crate) fn operations(rule: &str, log: Log) -> BTreeMap<String, &'static str> {
    let knowledge = Knowledge::bundled();
    let detection = rule.split("\ndetection:").nth(1).unwrap_or_default();
    let detection = detection.split("\nfalsepositives:").next().unwrap_or_default();
    let mut found = BTreeMap::new();
    for line in detection.lines() {
        let line = line.split(" #").next().unwrap_or(line).trim().trim_start_matches("- ");
        let value = line.split_once(": ").map_or(line, |(_, value)| value).trim_matches(['\'', '"']);
        let operation = knowledge.operation(log, value);
        if let Some(info) = knowledge.operation_info(&operation.id)
            && operation.known
            && !value.is_empty()
        {
            found.insert(info.id.to_owned(), info.name);
        }
    }
    found
}

/// That no operation is on two pages, reading them says.
#[test]
fn every_operation_belongs_to_a_page() {
    let pages = pages();
    let all = Knowledge::bundled().operations();
    let missing: Vec<&str> =
        all.iter().filter(|info| pages.of_operation(info.id).is_none()).map(|info| info.id).collect();
    assert!(missing.is_empty(), "no page is about {missing:#?}");
}
