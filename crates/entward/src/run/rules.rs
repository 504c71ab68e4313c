//! Finds and reads rules: the program's own, and those of folders the user names.

use std::path::{Path, PathBuf};

use entward_analysis::detect::{Detector, Mapping};
use entward_analysis::knowledge::Knowledge;
use entward_model::{RuleCounts, RuleProblem};
use entward_sigma::{Rule, RuleError, parse};
use rustc_hash::FxHashSet;

use crate::bundled;

/// Rules, ready, and what is to be said about loading them.
pub(crate) struct Loaded {
    pub(crate) detector: Detector,
    pub(crate) counts: RuleCounts,
}

/// The mappings that the program carries do not fit together, or a rule folder cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    /// A bundled mapping cannot be used. A test sees that this does not happen.
    #[error(transparent)]
    Mapping(#[from] entward_analysis::detect::MappingError),
    /// A folder or file of rules is not there or not readable.
    #[error("cannot read rules from {path}: {source}")]
    Unreadable {
        /// The path.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

/// Loads the bundled rules, if wanted, and those below `folders`.
pub(crate) fn load(own: bool, folders: &[PathBuf]) -> Result<Loaded, LoadError> {
    let (rules, mut failed) = read(own, folders)?;
    let mapping = Mapping::read(bundled::MAPPINGS)?;
    let (detector, errors) = Detector::new(rules, &mapping, Knowledge::bundled());
    failed.extend(errors.iter().map(problem));
    failed.sort();
    let counts =
        RuleCounts { loaded: detector.rules().len() as u64, other_products: detector.foreign().len() as u64, failed };
    Ok(Loaded { detector, counts })
}

/// Reads the bundled rules, if wanted, and those below `folders`, each once; and says what could not be read.
pub(crate) fn read(own: bool, folders: &[PathBuf]) -> Result<(Vec<Rule>, Vec<RuleProblem>), LoadError> {
    let mut rules = Vec::new();
    let mut failed = Vec::new();
    if own {
        for (file, text) in bundled::RULES {
            take(parse(file, text), &mut rules, &mut failed);
        }
    }
    for folder in folders {
        for file in files_below(folder)? {
            let shown = file.to_string_lossy();
            match std::fs::read_to_string(&file) {
                Ok(text) => take(parse(&shown, &text), &mut rules, &mut failed),
                Err(error) => failed.push(RuleProblem {
                    place: shown.into_owned(),
                    message: format!("not readable: {error}"),
                    hint: None,
                }),
            }
        }
    }
    let rules = without_repeats(rules, &mut failed);
    Ok((rules, failed))
}

fn take((read, errors): (Vec<Rule>, Vec<RuleError>), rules: &mut Vec<Rule>, failed: &mut Vec<RuleProblem>) {
    rules.extend(read);
    failed.extend(errors.iter().map(problem));
}

/// The first of two rules with one id stands: a copy of a rule would only count twice.
fn without_repeats(rules: Vec<Rule>, failed: &mut Vec<RuleProblem>) -> Vec<Rule> {
    let mut ids = FxHashSet::default();
    let mut kept = Vec::with_capacity(rules.len());
    for rule in rules {
        match &rule.id {
            Some(id) if !ids.insert(id.to_lowercase()) => failed.push(RuleProblem {
                place: rule.place.to_string(),
                message: format!("another rule has the id `{id}` already"),
                hint: Some("give each rule an id of its own, or name each folder once".to_owned()),
            }),
            _ => kept.push(rule),
        }
    }
    kept
}

fn problem(error: &RuleError) -> RuleProblem {
    let place = error.place.to_string();
    let message = error.to_string();
    let message =
        message.strip_prefix(&place).map_or(message.as_str(), |rest| rest.trim_start_matches(": ")).to_owned();
    RuleProblem { place, message, hint: error.hint() }
}

/// Every YAML file below a folder, or the file itself, in the order of the paths.
fn files_below(path: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let unreadable = |source| LoadError::Unreadable { path: path.display().to_string(), source };
    let mut files = Vec::new();
    if std::fs::metadata(path).map_err(unreadable)?.is_file() {
        files.push(path.to_owned());
    } else {
        walk(path, &mut files, 0).map_err(unreadable)?;
    }
    files.sort();
    Ok(files)
}

/// Folders within folders beyond this depth are a loop of links.
const DEEPEST: u32 = 32;

fn walk(folder: &Path, files: &mut Vec<PathBuf>, depth: u32) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if depth < DEEPEST {
                walk(&path, files, depth + 1)?;
            }
        } else if path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("yml") || extension.eq_ignore_ascii_case("yaml"))
        {
            files.push(path);
        }
    }
    Ok(())
}
