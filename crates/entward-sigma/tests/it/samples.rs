//! Rules that others wrote.

use std::fs;
use std::path::{Path, PathBuf};

use entward_sigma::{Loader, RuleSet, parse};

use crate::support::TestVocabulary;

/// Where public sample material lies, if it is there: beside the project, or named
/// by `ENTWARD_CORPORA`.
pub(crate) fn samples() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora");
    let corpora = std::env::var_os("ENTWARD_CORPORA").map_or(beside, PathBuf::from);
    Some(corpora.join("sigma-azure-sample")).filter(|folder| folder.is_dir())
}

pub(crate) fn rule_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            rule_files(&entry, files);
        } else if entry.extension().is_some_and(|extension| extension == "yml") {
            files.push(entry);
        }
    }
}

#[test]
fn every_sample_rule_parses_and_compiles() {
    let Some(folder) = samples() else {
        eprintln!("skipped: no sample rules beside the project");
        return;
    };
    let mut files = Vec::new();
    rule_files(&folder, &mut files);
    files.sort();
    let mut all = Vec::new();
    let mut loader = Loader::default();
    for file in &files {
        let text = fs::read_to_string(file).expect("a text");
        loader.add(&file.display().to_string(), &text);
        let (rules, errors) = parse(&file.display().to_string(), &text);
        assert!(errors.is_empty(), "{errors:?}");
        assert!(rules.iter().all(|rule| rule.about.level.is_some() && rule.about.id.is_some()));
        all.extend(rules);
    }
    assert_eq!(all.len(), 41);
    let (collection, errors) = loader.finish();
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(collection.rules.len(), 41);
    let (set, errors) = RuleSet::compile(all, &TestVocabulary);
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(set.rules().len(), 41);
}
