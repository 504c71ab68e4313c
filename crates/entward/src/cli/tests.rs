//! The command lines that documents show are lines that the program takes.

use clap::Parser;

use super::{Cli, Command, kb};
use crate::bundled;
use crate::render::View;

/// What is wrong with a line of an `entward` block; `None` where nothing is.
fn trouble_with(line: &str) -> Option<String> {
    let Some(words) = shlex::split(line) else { return Some("the quotes do not match".to_owned()) };
    // `zcat x | entward scan - > y`: each program of the pipe, up to where its output goes.
    let programs: Vec<&[String]> = words.split(|word| word == "|").collect();
    let ours: Vec<&[String]> =
        programs.iter().copied().filter(|words| words.first().is_some_and(|word| word == "entward")).collect();
    if ours.is_empty() {
        return Some("no program of the line is entward".to_owned());
    }
    ours.into_iter().find_map(|words| {
        let end = words.iter().position(|word| word.starts_with(['>', '<'])).unwrap_or(words.len());
        match Cli::try_parse_from(&words[..end]) {
            Err(error) => Some(error.to_string().lines().next().unwrap_or_default().to_owned()),
            // A look-up has to find something, too.
            Ok(Cli { command: Command::Kb(kb), .. }) => {
                let pages = kb::pages().map_err(|failure| failure.message);
                pages.and_then(|pages| kb.answer(&pages, View::PLAIN).map_err(|failure| failure.message)).err()
            }
            Ok(_) => None,
        }
    })
}

#[test]
fn every_entward_line_of_the_pages_is_one_that_the_program_takes() {
    let mut wrong = Vec::new();
    let mut looked_at = 0;
    for (file, text) in bundled::PAGES {
        let mut is_in_block = false;
        for (place, line) in text.lines().map(str::trim).enumerate() {
            if line.starts_with("```") {
                is_in_block = line == "```entward";
            } else if is_in_block && !line.is_empty() {
                looked_at += 1;
                let trouble = trouble_with(line);
                wrong.extend(trouble.map(|trouble| format!("{file}:{}: {trouble}\n    {line}", place + 1)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(looked_at > 0, "no page has an entward block");
}

#[test]
fn a_wrong_line_is_told() {
    for (line, expected) in [
        ("entward scan --fail-on high logs/ | jq .", None),
        ("zcat a.gz | entward scan - > alerts.ndjson", None),
        ("entward kb op 'Add application'", None),
        ("entward kb op 'Ad an applicatoin of sorts'", Some("no operation is called")),
        ("entward scan --fail-on hihg logs/", Some("invalid value 'hihg'")),
        ("entward scna logs/", Some("unrecognized subcommand")),
        ("entward scan 'logs/", Some("the quotes do not match")),
        ("jq .", Some("no program of the line is entward")),
    ] {
        let trouble = trouble_with(line);
        match expected {
            None => assert_eq!(trouble, None, "{line}"),
            Some(part) => assert!(trouble.as_ref().is_some_and(|text| text.contains(part)), "{line}: {trouble:?}"),
        }
    }
}
