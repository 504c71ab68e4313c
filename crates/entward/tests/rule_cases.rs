//! Each bundled rule finds the records that its cases file says it finds, and leaves the
//! others alone.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn every_rule_meets_its_cases() {
    let output = Command::new(env!("CARGO_BIN_EXE_entward"))
        .args(["rules", "test", "rules"])
        .current_dir(root())
        .output()
        .expect("entward runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

#[test]
fn every_rule_has_a_match_and_a_near_miss() {
    let mut files = Vec::new();
    walk(&root().join("rules"), &mut files);
    assert!(files.len() > 90, "{} files of rules", files.len());
    for path in files {
        let cases = std::fs::read_to_string(path.with_extension("cases.toml")).unwrap_or_default();
        for expected in ["expect = \"match\"", "expect = \"quiet\""] {
            assert!(cases.contains(expected), "{}: no case with {expected}", path.display());
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            files.push(path);
        }
    }
}
