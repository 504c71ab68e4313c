//! The promises that the compiler cannot keep: who may use whom, which files belong
//! together, and that what the documents name is there.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use entward_model::Shape;

/// Each crate and those of ours that it may use; the table of `ARCHITECTURE.md`.
const MAY_USE: &[(&str, &[&str])] = &[
    ("entward-model", &[]),
    ("entward-sigma", &[]),
    ("entward-analysis", &["entward-model", "entward-sigma"]),
    ("entward-connect", &["entward-model"]),
    ("entward", &["entward-analysis", "entward-connect", "entward-model", "entward-sigma"]),
    ("entward-bench", &["entward-model"]),
];

/// Crates that touch nothing; a lint sees to it.
const PURE: &[&str] = &["entward-model", "entward-sigma", "entward-analysis"];

/// Lines beyond which a file holds more than one idea.
const LONGEST: usize = 600;

/// Documents whose paths are checked.
const DOCUMENTS: &[&str] = &[
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "docs/life-of-an-event.md",
    "docs/performance.md",
    "docs/guide/kql.md",
    "docs/guide/sample-story.md",
    "rules/README.md",
    "knowledge/README.md",
];

/// Folders whose contents a document may name.
const LOOKED_THROUGH: &[&str] = &[
    "crates",
    "docs",
    "fuzz/src",
    "fuzz/targets",
    "knowledge",
    "mappings",
    "rules",
    "samples",
    "scripts",
    "tests/kusto/queries",
];

#[test]
fn crates_use_only_those_of_ours_that_they_may() {
    let folders: BTreeSet<String> = std::fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let listed: BTreeSet<String> = MAY_USE.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(folders, listed, "crates/ and the table of who may use whom");
    for (name, allowed) in MAY_USE {
        let manifest = text(&format!("crates/{name}/Cargo.toml"));
        for used in ours_in(&manifest) {
            assert!(allowed.contains(&used.as_str()), "{name} may not use {used}");
        }
    }
}

#[test]
fn pure_crates_share_one_list_of_what_they_must_not_touch() {
    let first = text(&format!("crates/{}/clippy.toml", PURE[0]));
    assert!(first.contains("std::fs::read_to_string"));
    for name in &PURE[1..] {
        assert_eq!(text(&format!("crates/{name}/clippy.toml")), first, "clippy.toml of {name}");
    }
}

#[test]
fn no_source_file_is_long() {
    for file in files_below("crates") {
        if file.contains("/src/") && file.ends_with(".rs") {
            let lines = text(&file).lines().count();
            assert!(lines <= LONGEST, "{file} has {lines} lines: does it hold two ideas?");
        }
    }
}

#[test]
fn every_rule_has_cases_and_all_cases_a_rule() {
    let files = files_below("rules");
    let stems = |end: &str| -> BTreeSet<String> {
        files.iter().filter_map(|file| file.strip_suffix(end)).map(str::to_owned).collect()
    };
    let rules = stems(".yml");
    assert!(!rules.is_empty());
    assert_eq!(rules, stems(".cases.toml"));
}

#[test]
fn mappings_speak_of_shapes_that_exist_and_of_each_once() {
    let mut mapped = BTreeSet::new();
    for file in files_below("mappings").iter().filter(|file| *file != "mappings/names.yml") {
        let text = text(file);
        let list = text.lines().find_map(|line| line.strip_prefix("shapes: [")?.strip_suffix(']'));
        for name in list.unwrap_or_else(|| panic!("{file} says nothing of its shapes")).split(", ") {
            assert!(Shape::from_name(name).is_some(), "{file}: {name} is no shape");
            assert!(mapped.insert(name.to_owned()), "{file}: {name} has another mapping");
        }
    }
}

#[test]
fn the_samples_hold_only_logs() {
    for file in files_below("samples") {
        assert!([".json", ".jsonl", ".csv", ".gz"].iter().any(|end| file.ends_with(end)), "{file} is no log");
    }
}

#[test]
fn paths_in_the_documents_exist() {
    let files: Vec<String> = LOOKED_THROUGH.iter().flat_map(|folder| files_below(folder)).collect();
    for document in DOCUMENTS {
        let text = text(document);
        let home = root().join(document);
        for target in links(&text) {
            assert!(home.with_file_name(&target).exists(), "{document} links to {target}");
        }
        for path in paths(&text) {
            let ending = format!("/{}", path.trim_end_matches('/'));
            let exists = root().join(&path).exists()
                || files.iter().any(|file| file.ends_with(&ending) || file.contains(&format!("{ending}/")));
            assert!(exists, "{document} names {path}");
        }
    }
}

/// The dependencies of a manifest that are crates of this workspace.
fn ours_in(manifest: &str) -> Vec<String> {
    let mut section = "";
    let mut found = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section.contains("dependencies") {
            let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
            if name == "entward" || name.starts_with("entward-") {
                found.push(name.to_owned());
            }
        }
    }
    found
}

/// What the links of a Markdown text lead to, but for the web.
fn links(text: &str) -> Vec<String> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets
        .filter(|target| !target.contains("://"))
        .map(|target| target.split('#').next().unwrap_or_default().to_owned())
        .collect()
}

/// What stands in backquotes and looks like a path of ours: with a slash, and either the
/// ending of a file that we write or a slash at the end.
fn paths(text: &str) -> Vec<String> {
    let endings = [".rs", ".yml", ".toml", ".md", ".csv", ".json", ".jsonl", ".gz", ".sh", "/"];
    let is_path = |word: &&str| {
        word.contains('/')
            && !word.starts_with(['/', '.', '-'])
            && endings.iter().any(|end| word.ends_with(end))
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte))
            && !word.starts_with("target/")
    };
    text.split('`').skip(1).step_by(2).flat_map(str::split_whitespace).filter(is_path).map(str::to_owned).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file below a folder of the workspace but its page of explanation, from the
/// workspace's folder on, sorted.
fn files_below(folder: &str) -> Vec<String> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(root().join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}")) {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            files.extend(files_below(&path));
        } else if path != "rules/README.md" {
            files.push(path);
        }
    }
    files.sort();
    files
}
