//! One small file for every shape, and what is read in it.
//!
//! `fixtures/logs/<shape>/` holds invented logs, each wholly of that shape, and beside them `events.ndjson`: what `entward
//! events` says of them. Whoever changes a reading on purpose runs these tests with `ENTWARD_BLESS=1`, looks at the
//! difference, and commits it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use entward_model::SHAPES;
use serde_json::Value;

use crate::harness::{entward_in, project};

const GOLDEN: &str = "events.ndjson";

fn folder() -> PathBuf {
    project().join("fixtures/logs")
}

/// The names in a folder, sorted.
fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).expect("the folder of logs");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

/// The logs of one shape.
fn logs_of(shape: &str) -> BTreeSet<String> {
    let mut logs = names_in(&folder().join(shape));
    logs.remove(GOLDEN);
    logs
}

/// What `entward events` says of the logs of one shape.
fn events(shape: &str) -> String {
    let arguments = ["events", "--quiet", "--format", "ndjson"].into_iter().map(str::to_owned);
    let arguments: Vec<String> = arguments.chain(logs_of(shape)).collect();
    // Anything unread, cured or unknown would make it exit otherwise.
    entward_in(&folder().join(shape), &arguments, &[]).exits(0).text().to_owned()
}

#[test]
fn every_shape_has_a_log_and_every_folder_is_a_shape() {
    let shapes: BTreeSet<String> = SHAPES.iter().map(|shape| shape.name().to_owned()).collect();
    assert_eq!(names_in(&folder()), shapes);
}

#[test]
fn every_log_is_read_whole_as_the_shape_of_its_folder_and_says_what_it_said() {
    let bless = std::env::var_os("ENTWARD_BLESS").is_some();
    let mut changed = Vec::new();
    for shape in names_in(&folder()) {
        let told = events(&shape);
        let mut read = BTreeSet::new();
        for line in told.lines() {
            let event: Value = serde_json::from_str(line).expect("an event is JSON");
            assert_eq!(event["shape"], shape.as_str(), "{line}");
            assert_ne!(event["time"], Value::Null, "{line}");
            assert_ne!(event["operation"], "", "{line}");
            read.insert(event["file"].as_str().unwrap_or_default().to_owned());
        }
        assert!(!read.is_empty(), "{shape} has no log");
        assert_eq!(read, logs_of(&shape), "each log of {shape} gives events");
        let golden = folder().join(&shape).join(GOLDEN);
        if bless {
            std::fs::write(&golden, &told).expect("the golden file can be written");
        } else if std::fs::read_to_string(&golden).ok().as_ref() != Some(&told) {
            changed.push(format!("{shape}:\n{told}"));
        }
    }
    assert!(changed.is_empty(), "another reading than before (ENTWARD_BLESS=1 accepts it):\n{}", changed.join("\n"));
}

#[test]
fn names_that_an_attacker_chose_reach_no_reader_as_commands() {
    let folder = folder().join("graph.directoryAudit");
    let run = |arguments: &[&str]| entward_in(&folder, arguments, &[]).exits(0).text().to_owned();
    for format in ["table", "ndjson", "csv"] {
        let events = run(&["events", "--quiet", "--format", format, "hostile-names.json"]);
        let alerts = run(&["scan", "--quiet", "--format", format, "hostile-names.json"]);
        for text in [&events, &alerts] {
            assert!(!text.contains(['\u{202e}', '\u{202c}', '\u{2066}', '\u{2069}']), "{format}: {text}");
        }
        if format == "csv" {
            let cells = [&events, &alerts].into_iter().flat_map(|text| crate::harness::csv(text)).flatten();
            let formulas: Vec<String> = cells.filter(|cell| cell.starts_with(['=', '+', '-', '@'])).collect();
            assert!(formulas.is_empty(), "{formulas:?}");
        }
    }
}
