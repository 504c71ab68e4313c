//! Which rules a command is about.

use std::path::PathBuf;

use clap::Args;
use entward_model::RuleProblem;
use entward_sigma::{Collection, Correlation, Rule};

use super::super::common::say;
use super::super::{Failure, Global};
use crate::exit;
use crate::run::rules::{LoadError, Own, Wanted, now, read_at};

/// Files and folders of rules.
#[derive(Clone, Debug, Args)]
pub(super) struct Choice {
    /// Files and folders of Sigma rules, instead of those that Entward carries. May be given several times.
    #[arg(long, value_name = "PATH")]
    pub(super) rules: Vec<PathBuf>,
    /// Values for the placeholders of rules (`|expand`): a YAML file with a list for each name.
    #[arg(long, value_name = "FILE")]
    placeholders: Option<PathBuf>,
}

impl Choice {
    pub(super) fn wanted(&self) -> Wanted<'_> {
        Wanted { own: self.rules.is_empty(), folders: &self.rules, placeholders: self.placeholders.as_deref() }
    }
}

/// Files and folders of rules that a command is told as its arguments.
#[derive(Clone, Debug, Args)]
pub(super) struct Paths {
    /// Files and folders of Sigma rules; the program's own rules if none is named.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Values for the placeholders of rules (`|expand`): a YAML file with a list for each name.
    #[arg(long, value_name = "FILE")]
    placeholders: Option<PathBuf>,
}

impl Paths {
    pub(super) fn wanted(&self) -> Wanted<'_> {
        Wanted { own: self.paths.is_empty(), folders: &self.paths, placeholders: self.placeholders.as_deref() }
    }
}

/// What went wrong with loading, as a failure of the command.
pub(super) fn failure(error: &LoadError) -> Failure {
    let code = match error {
        LoadError::Mapping(_) => exit::INTERNAL,
        LoadError::Unreadable { .. } | LoadError::Placeholders { .. } => exit::USAGE,
    };
    Failure::new(code, error.to_string())
}

/// Reads the wanted rules, and says on standard error which exceptions were left out because their time is over.
pub(super) fn read_told(wanted: &Wanted<'_>, global: &Global) -> Result<(Collection, Vec<RuleProblem>), Failure> {
    let read = read_at(wanted, now(), Own::Stands).map_err(|error| failure(&error))?;
    tell_expired(&read.expired, global);
    Ok((read.collection, read.failed))
}

/// Says which exceptions were left out because their time is over.
pub(super) fn tell_expired(expired: &[RuleProblem], global: &Global) {
    if !global.quiet {
        tell_problems(expired);
    }
}

/// Says what is wrong with rules, each with its place and its cure.
pub(super) fn tell_problems<'p>(problems: impl IntoIterator<Item = &'p RuleProblem>) {
    for problem in problems {
        let cure = problem.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
        say(&format!("{}: {}{cure}", problem.place, problem.message));
    }
}

/// How many rules and correlations speak for themselves: what is only a part of correlations does not.
pub(super) fn speaking(collection: &Collection) -> usize {
    let rules = (0..collection.rules.len()).filter(|rule| collection.is_standalone(*rule)).count();
    rules + collection.correlations.iter().filter(|correlation| correlation.standalone).count()
}

/// A rule or a correlation that somebody asks for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asked<'c> {
    Rule(&'c Rule),
    Correlation(&'c Correlation),
}

/// The rule or correlation that a word calls: by its id, its name, its title or its file's name.
pub(super) fn called<'c>(collection: &'c Collection, word: &str) -> Result<Asked<'c>, Failure> {
    let word = word.trim();
    let is = |part: Option<&str>| part.is_some_and(|part| part.eq_ignore_ascii_case(word));
    let stem = |file: &str| {
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
    };
    let calls = |id: &Option<String>, name: &Option<String>, title: &str, file: &str| {
        is(id.as_deref()) || is(name.as_deref()) || is(Some(title)) || is(Some(&stem(file)))
    };
    let rule = collection
        .rules
        .iter()
        .find(|rule| calls(&rule.about.id, &rule.about.name, &rule.about.title, &rule.about.place.file));
    if let Some(rule) = rule {
        return Ok(Asked::Rule(rule));
    }
    let correlation = collection.correlations.iter().find(|correlation| {
        let about = &correlation.about;
        calls(&about.id, &about.name, &about.title, &about.place.file)
    });
    correlation.map(Asked::Correlation).ok_or_else(|| {
        let mut message = format!("no rule has the id, name, title or file name `{word}`");
        if let Some(nearest) = nearest(collection, word) {
            message.push_str(&format!("; did you mean `{nearest}`?"));
        }
        Failure::new(exit::USAGE, message)
    })
}

/// The title that shares most words with what was asked.
fn nearest<'c>(collection: &'c Collection, word: &str) -> Option<&'c str> {
    let words: Vec<String> =
        word.to_lowercase().split(|character: char| !character.is_alphanumeric()).map(str::to_owned).collect();
    let shared = |title: &str| {
        let title = title.to_lowercase();
        words.iter().filter(|word| word.len() > 3 && title.contains(word.as_str())).count()
    };
    let titles = collection.rules.iter().map(|rule| rule.about.title.as_str());
    let titles = titles.chain(collection.correlations.iter().map(|correlation| correlation.about.title.as_str()));
    titles
        .map(|title| (shared(title), title))
        .filter(|(count, _)| *count > 0)
        .max_by_key(|(count, _)| *count)
        .map(|(_, title)| title)
}
