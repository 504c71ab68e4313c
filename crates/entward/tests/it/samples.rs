//! The story that the bundled samples tell.

use crate::harness::entward;

#[test]
fn the_samples_tell_their_story() {
    let lines = entward(&["scan", "--format", "ndjson", "samples"]).exits(5).lines();
    let told: Vec<String> = lines
        .iter()
        .map(|alert| format!("{}: {}", alert["level"].as_str().unwrap_or(""), alert["title"].as_str().unwrap_or("")))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"");
}

#[test]
fn a_record_that_several_shapes_carry_counts_once() {
    let alone = entward(&["scan", "--format", "json", "samples/entra-audit.jsonl"]).exits(0).json();
    let all = entward(&["scan", "--format", "json", "samples"]).exits(5).json();
    assert_eq!(alone["summary"]["duplicates"], 0);
    assert_eq!(all["summary"]["duplicates"], 10);
    let critical = |run: &serde_json::Value| run["summary"]["alerts"]["critical"].clone();
    assert_eq!(critical(&alone), critical(&all), "the same two stories, told by more files");
    let twice =
        entward(&["scan", "--format", "json", "samples/entra-audit.jsonl", "./samples/../samples/entra-audit.jsonl"])
            .exits(0)
            .json();
    assert_eq!(twice["summary"]["alerts"], alone["summary"]["alerts"]);
}
