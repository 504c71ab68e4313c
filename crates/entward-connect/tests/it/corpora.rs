//! Real public logs, where they are at hand.

use std::path::Path;

use crate::reading::{Piece, read_path};

/// The folder with the logs; it does not come with the project.
const CORPORA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora");

/// Files in which there is another number of records than the manifest names.
const OTHERWISE_COUNTED: &[(&str, &str)] = &[
    // Two objects, one after the other; the trailing comma in the first keeps a strict parser from both.
    ("stratus-red-team-docs/entra-id.persistence.guest-user-0.json", "2"),
];

#[test]
fn every_file_of_the_corpora_yields_the_records_that_its_manifest_names() {
    let manifest = Path::new(CORPORA).join("manifest.csv");
    if !manifest.is_file() {
        return;
    }
    let manifest = read_path(&manifest);
    let column = |name| manifest.columns.iter().position(|column| column == name).unwrap();
    let (path_column, events_column) = (column("path"), column("events"));
    for row in manifest.texts() {
        let cells = cells(row);
        let (path, events) = (&cells[path_column], &cells[events_column]);
        let file = Path::new(CORPORA).join(path);
        if !file.is_file() {
            continue;
        }
        let reading = read_path(&file);
        assert!(reading.problems.is_empty(), "{path}: {:?}", reading.problems);
        let records: usize = reading.pieces.iter().map(records).sum();
        let counted = OTHERWISE_COUNTED.iter().find(|(other, _)| other == path);
        assert_eq!(records.to_string(), counted.map_or(events.as_str(), |(_, count)| count), "{path}");
    }
}

/// How many records a piece holds: what a worker would find in it.
fn records(piece: &Piece) -> usize {
    if piece.kind == "row" {
        return 1;
    }
    match serde_json::from_str(&piece.text) {
        Ok(serde_json::Value::Array(elements)) => elements.len(),
        Ok(serde_json::Value::Object(members)) => match members.get("value").or_else(|| members.get("records")) {
            Some(serde_json::Value::Array(elements)) => elements.len(),
            _ => 1,
        },
        // Broken as published.
        _ => 1,
    }
}

fn cells(row: &str) -> Vec<String> {
    let (mut text, mut ends) = (vec![0; row.len()], vec![0; 100]);
    let mut reader = csv_core::Reader::new();
    let (_, _, written, count) = reader.read_record(row.as_bytes(), &mut text, &mut ends);
    let (_, _, _, more) = reader.read_record(&[], &mut text[written..], &mut ends[count..]);
    let mut start = 0;
    ends[..count + more]
        .iter()
        .map(|&end| String::from_utf8_lossy(&text[std::mem::replace(&mut start, end)..end]).into_owned())
        .collect()
}
