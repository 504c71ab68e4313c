//! Each bundled rule finds the records that its cases file says it finds, and leaves the
//! others alone.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use entward_analysis::detect::{Detector, Filter, Hit, Mapping, Sink, Trouble};
use entward_analysis::knowledge::Knowledge;
use entward_model::Summary;
use entward_sigma::Loader;

#[test]
fn every_rule_meets_its_cases() {
    let mapping_files = files_below("mappings", "yml");
    let mapping_texts: Vec<(String, String)> = mapping_files.iter().map(|path| (shown(path), text(path))).collect();
    let mapping_texts: Vec<(&str, &str)> = mapping_texts.iter().map(|(path, text)| (&**path, &**text)).collect();
    let mapping = Mapping::read(&mapping_texts).unwrap();
    let mut wrong = String::new();
    for path in files_below("rules", "yml") {
        let mut loader = Loader::default();
        loader.add(&shown(&path), &text(&path));
        let (collection, errors) = loader.finish();
        assert!(errors.is_empty(), "{errors:?}");
        let (detector, errors) = Detector::new(collection, &mapping, Knowledge::bundled());
        assert!(errors.is_empty(), "{errors:?}");
        let cases = cases(&path.with_extension("cases.toml"));
        for expected in [true, false] {
            assert!(
                cases.iter().any(|case| case.is_match == expected),
                "{}: one match and one near miss at least",
                shown(&path)
            );
        }
        for case in cases {
            let mut found = Found::default();
            let (mut index, mut summary) = (0, Summary::default());
            detector.worker().scan(
                case.record.as_bytes(),
                None,
                &mut index,
                &Filter::default(),
                &mut summary,
                &mut found,
            );
            assert_eq!(index, 1, "{}: {}: one record a case", shown(&path), case.name);
            if let Some(trouble) = &found.trouble {
                writeln!(wrong, "{}: {}: {}", shown(&path), case.name, trouble.reason).unwrap();
            } else if found.is_match != case.is_match {
                let what = if found.is_match { "matches" } else { "does not match" };
                writeln!(wrong, "{}: {what}: {}", shown(&path), case.name).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// What became of one record.
#[derive(Default)]
struct Found {
    is_match: bool,
    trouble: Option<Trouble>,
}

impl Sink for Found {
    fn hit(&mut self, hit: Hit) {
        // A hit without a rule only belongs to the story of another.
        self.is_match |= !hit.rules.is_empty();
    }

    fn trouble(&mut self, trouble: Trouble) {
        self.trouble = Some(trouble);
    }
}

/// One `[[case]]`.
struct Case {
    name: String,
    is_match: bool,
    record: String,
}

/// The cases of a file. It reads the little of TOML that cases are written in.
fn cases(path: &Path) -> Vec<Case> {
    let text = text(path);
    let member = |case: &str, key: &str| -> String {
        let line = case.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"'));
        line.unwrap_or_else(|| panic!("{}: a case without {key}", shown(path))).to_owned()
    };
    let read = |case: &str| {
        let record = case.split_once("record = '''").and_then(|(_, rest)| rest.split_once("'''"));
        let (record, _) = record.unwrap_or_else(|| panic!("{}: a case without a record", shown(path)));
        let is_match = match member(case, "expect").as_str() {
            "match" => true,
            "quiet" => false,
            other => panic!("{}: expect is match or quiet, not {other}", shown(path)),
        };
        Case { name: member(case, "name"), is_match, record: record.to_owned() }
    };
    text.split("[[case]]").skip(1).map(read).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// Every file below a folder of the workspace that has the extension, sorted.
fn files_below(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut waiting = vec![root().join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}
