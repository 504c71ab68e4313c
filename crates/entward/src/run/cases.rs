//! The cases beside rules: records that a rule must match, and records that it must not.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use entward_analysis::detect::{Detector, Filter, Hit, Sink, Trouble};
use entward_model::{Alert, Level, Summary};
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
    found: Result<Found, String>,
}

/// What rules made of the records of a case.
#[derive(Default)]
struct Found {
    /// One of them speaks.
    matches: bool,
    /// What is expected of the alert and not so in any that they speak in; of the one that comes nearest.
    otherwise: Vec<String>,
}

impl Outcome {
    pub(crate) fn is_good(&self) -> bool {
        let as_expected = |found: &Found| found.matches == self.expects_a_match && found.otherwise.is_empty();
        self.found.as_ref().is_ok_and(as_expected)
    }

    /// What was wrong, as a sentence fragment.
    pub(crate) fn said(&self) -> String {
        match &self.found {
            Ok(found) if !found.otherwise.is_empty() => found.otherwise.join("; "),
            Ok(Found { matches: true, .. }) => "it matches, and should not".to_owned(),
            Ok(Found { matches: false, .. }) => "it does not match, and should".to_owned(),
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
    #[serde(default)]
    alert: Option<Wanted>,
}

/// What is expected of the alert that the rule speaks in; what is not said may be anything.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The whole title.
    title: Option<String>,
    level: Option<Level>,
    /// A name, an id, an application id or an address of whoever acted.
    actor: Option<String>,
    /// Names, ids or application ids of objects; there may be others beside them.
    #[serde(default)]
    objects: Vec<String>,
}

impl Wanted {
    /// What is otherwise in an alert.
    fn missed_by(&self, alert: &Alert) -> Vec<String> {
        let mut missed = Vec::new();
        if let Some(title) = self.title.as_ref().filter(|title| **title != alert.title) {
            missed.push(format!("the alert's title is `{}`, and should be `{title}`", alert.title));
        }
        if let Some(level) = self.level.filter(|level| *level != alert.level) {
            missed.push(format!("the alert's level is {}, and should be {level}", alert.level));
        }
        let actor = &alert.actor;
        if let Some(wanted) = &self.actor {
            let known = [&actor.name, &actor.id, &actor.app_id, &actor.address].into_iter().flatten();
            let known: Vec<&str> = known.map(String::as_str).collect();
            if !known.contains(&wanted.as_str()) {
                let known = if known.is_empty() { "nobody that is named".to_owned() } else { known.join(", ") };
                missed.push(format!("the alert's actor is {known}, and should be {wanted}"));
            }
        }
        let is_object = |wanted: &&String| {
            let known = alert.targets.iter().flat_map(|target| [&target.name, &target.id, &target.app_id]);
            known.flatten().any(|known| known == *wanted)
        };
        let lacking = self.objects.iter().filter(|wanted| !is_object(wanted));
        missed.extend(lacking.map(|wanted| format!("the alert has no object {wanted}")));
        missed
    }
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
        if found(before, &ours, &case)?.matches && !found(after, &ours, &case)?.matches {
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
fn found(detector: &Detector, ours: &BTreeSet<String>, case: &Case) -> Result<Found, String> {
    let mut records = Records::new();
    let mut summary = Summary::default();
    let mut worker = detector.worker();
    let texts: Vec<&String> = case.record.iter().chain(&case.records).collect();
    if case.alert.is_some() && matches!(case.expect, Expect::Quiet) {
        return Err("a case that expects quiet has no alert to say anything of".to_owned());
    }
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
    let mut nearest: Option<Vec<String>> = None;
    for alert in records.alerts(detector, Level::Informational, &mut summary).map_err(|error| error.to_string())? {
        let alert = alert.map_err(|error| error.to_string())?;
        if alert.rules.iter().any(|rule| ours.contains(&rule.id)) {
            let missed = case.alert.as_ref().map(|wanted| wanted.missed_by(&alert)).unwrap_or_default();
            if nearest.as_ref().is_none_or(|nearest| missed.len() < nearest.len()) {
                nearest = Some(missed);
            }
        }
    }
    Ok(Found { matches: nearest.is_some(), otherwise: nearest.unwrap_or_default() })
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
