//! The cases beside rules: records that a rule must match, and records that it must not.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use entward_analysis::detect::{Detector, Filter, Hit, Sink, Trouble};
use entward_model::{Level, Summary};
use entward_sigma::{Collection, Loader};
use serde::Deserialize;

use super::rules::{LoadError, Source, problem, ready};
use super::stories::Records;

/// One file of rules, and what became of its cases.
pub(crate) struct Tested {
    pub(crate) file: String,
    /// Why the file or its cases cannot be used.
    pub(crate) unusable: Option<String>,
    pub(crate) cases: Vec<Outcome>,
}

/// What became of a case.
pub(crate) struct Outcome {
    pub(crate) name: String,
    expects_a_match: bool,
    found: Result<bool, String>,
}

impl Outcome {
    pub(crate) fn is_good(&self) -> bool {
        self.found.as_ref().is_ok_and(|found| *found == self.expects_a_match)
    }

    /// What was wrong, as a sentence fragment.
    pub(crate) fn said(&self) -> String {
        match &self.found {
            Ok(true) => "it matches, and should not".to_owned(),
            Ok(false) => "it does not match, and should".to_owned(),
            Err(why) => why.clone(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CasesFile {
    #[serde(default)]
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    expect: Expect,
    #[serde(default)]
    record: Option<String>,
    #[serde(default)]
    records: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Expect {
    Match,
    Quiet,
}

/// What can go wrong beside the rules themselves.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CasesError {
    /// The program's mappings do not fit together.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A cases file is there and cannot be read.
    #[error("cannot read {0}: {1}")]
    Unreadable(String, io::Error),
}

/// Runs the cases of every file. A file whose rules refer to those of others is tried together with them.
pub(crate) fn run(files: &[Source]) -> Result<Vec<Tested>, CasesError> {
    files.iter().map(|(file, text)| one(file, text, files)).collect()
}

fn one(file: &str, text: &str, files: &[Source]) -> Result<Tested, CasesError> {
    let mut tested = Tested { file: file.to_owned(), unusable: None, cases: Vec::new() };
    let cases_path = Path::new(file).with_extension("cases.toml");
    let cases = match std::fs::read_to_string(&cases_path) {
        Ok(cases) => cases,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(CasesError::Unreadable(cases_path.display().to_string(), error)),
    };
    let cases: CasesFile = match toml::from_str(&cases) {
        Ok(cases) => cases,
        Err(error) => {
            tested.unusable = Some(format!("{}: {}", cases_path.display(), error.to_string().trim_end()));
            return Ok(tested);
        }
    };
    let collection = match collection(file, text, files) {
        Ok(collection) => collection,
        Err(why) => {
            tested.unusable = Some(why);
            return Ok(tested);
        }
    };
    let loaded = ready(collection, Vec::new())?;
    if let Some(failed) = loaded.counts.failed.first() {
        tested.unusable = Some(failed.message.clone());
        return Ok(tested);
    }
    let detector = &loaded.detector;
    let ours = ids_of(detector, file);
    tested.cases = cases
        .case
        .into_iter()
        .map(|case| Outcome {
            expects_a_match: matches!(case.expect, Expect::Match),
            found: found(detector, &ours, &case),
            name: case.name,
        })
        .collect();
    Ok(tested)
}

/// The cases in which a rule matches before something was changed, and no longer does after. `text` is the rule's file of
/// cases.
///
/// # Errors
///
/// Why the cases cannot be read, as a sentence fragment.
pub(crate) fn silenced(text: &str, rule_id: &str, before: &Detector, after: &Detector) -> Result<Vec<String>, String> {
    let cases: CasesFile = toml::from_str(text).map_err(|error| error.to_string())?;
    let ours = BTreeSet::from([rule_id.to_owned()]);
    let mut silenced = Vec::new();
    for case in cases.case.into_iter().filter(|case| matches!(case.expect, Expect::Match)) {
        if found(before, &ours, &case)? && !found(after, &ours, &case)? {
            silenced.push(case.name);
        }
    }
    Ok(silenced)
}

/// The rules of one file, with those of all others only if it refers to them.
fn collection(file: &str, text: &str, files: &[Source]) -> Result<Collection, String> {
    let mut loader = Loader::default();
    loader.add(file, text);
    let (collection, errors) = loader.finish();
    if errors.is_empty() {
        return Ok(collection);
    }
    let mut loader = Loader::default();
    for (file, text) in files {
        loader.add(file, text);
    }
    let (collection, errors) = loader.finish();
    match errors.iter().find(|error| error.place.file == file) {
        None => Ok(collection),
        Some(error) => {
            let said = problem(error);
            Err(format!(
                "{}: {}{}",
                said.place,
                said.message,
                said.hint.map(|hint| format!("; {hint}")).unwrap_or_default()
            ))
        }
    }
}

/// The ids of what a file finds.
fn ids_of(detector: &Detector, file: &str) -> BTreeSet<String> {
    let rules = detector.rules().iter().map(|rule| &rule.about.place);
    let places = rules.chain(detector.collection().correlations.iter().map(|correlation| &correlation.about.place));
    let named = detector.book().iter().zip(places);
    named.filter(|(_, place)| place.file == file).map(|(rule, _)| rule.id.clone()).collect()
}

/// Whether one of the rules speaks in an alert about the records of a case.
fn found(detector: &Detector, ours: &BTreeSet<String>, case: &Case) -> Result<bool, String> {
    let mut records = Records::new();
    let mut summary = Summary::default();
    let mut worker = detector.worker();
    let texts: Vec<&String> = case.record.iter().chain(&case.records).collect();
    if texts.is_empty() {
        return Err("the case has neither `record` nor `records`".to_owned());
    }
    for text in texts {
        let mut kept = Kept::default();
        let mut index = 0;
        worker.scan(text.as_bytes(), None, &mut index, &Filter::default(), &mut summary, &mut kept);
        if let Some(trouble) = kept.trouble {
            return Err(format!("the record cannot be read: {} at byte {}", trouble.reason, trouble.offset));
        }
        if index == 0 {
            return Err("the case holds no record".to_owned());
        }
        for hit in kept.hits {
            records.push(hit).map_err(|error| error.to_string())?;
        }
    }
    let mut alerts = records.alerts(detector, Level::Informational, &mut summary).map_err(|error| error.to_string())?;
    alerts
        .try_fold(false, |found, alert| {
            alert.map(|alert| found || alert.rules.iter().any(|rule| ours.contains(&rule.id)))
        })
        .map_err(|error| error.to_string())
}

#[derive(Default)]
struct Kept {
    hits: Vec<Hit>,
    trouble: Option<Trouble>,
}

impl Sink for Kept {
    fn hit(&mut self, hit: Hit) {
        self.hits.push(hit);
    }

    fn trouble(&mut self, trouble: Trouble) {
        self.trouble = Some(trouble);
    }
}
