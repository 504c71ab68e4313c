//! `entward rules tune`.

use std::borrow::Cow;
use std::io::{self, Cursor, Write};
use std::path::Path;

use clap::Args;
use entward_analysis::detect::{Detector, Filter, Hit, Mapping};
use entward_analysis::exception::{self, Request};
use entward_analysis::knowledge::Knowledge;
use entward_analysis::lint::{self, Verdict};
use entward_connect::InputFile;
use entward_sigma::Rule;

use super::super::common::{Output, say};
use super::super::{Failure, Global};
use super::choice::{Asked, Choice, called, failure};
use crate::run::backtest::{self, Alerts};
use crate::run::rules::{Loaded, Source, assemble, compile, now, sources};
use crate::run::stories::Records;
use crate::run::{cases, scan};
use crate::{bundled, exit};

/// Write an exception from a rule, unless it would hide an attack.
///
/// The exception is a Sigma filter with an owner, a reason and an end; it holds for records whose field has the value. It is
/// refused when it rests on something that an attacker chooses (a display name, a user agent), and when one of the
/// attacks that are known here would go unseen: the records that the rule must match, and the story in samples/.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  entward rules tune application_secret_added --field InitiatedBy.app.appId \\
    --value 1f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f --owner identity@contoso.example \\
    --reason 'the pipeline rotates its secrets each night' --expires 2027-06-30 -o exceptions/pipeline.yml

Exit codes: 0 written, 2 usage, 6 refused.")]
pub(super) struct Tune {
    /// The rule: its id, name, title or file name.
    #[arg(value_name = "RULE")]
    rule: String,
    /// The field that tells what is excepted.
    #[arg(long, value_name = "FIELD")]
    field: String,
    /// Its value, taken literally. May be given several times.
    #[arg(long, value_name = "VALUE", required = true)]
    value: Vec<String>,
    /// Who stands for the exception.
    #[arg(long, value_name = "WHO")]
    owner: String,
    /// Why it is granted.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The last day on which it holds, such as 2027-06-30.
    #[arg(long, value_name = "DATE")]
    expires: String,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    output: Output,
}

impl Tune {
    pub(super) fn run(self, global: &Global) -> Result<u8, Failure> {
        let now = now();
        let usage = |message: String| Failure::new(exit::USAGE, message);
        for (option, text) in [("--owner", &self.owner), ("--reason", &self.reason), ("--field", &self.field)] {
            if text.trim().is_empty() {
                return Err(usage(format!("{option} says nothing")));
            }
        }
        if self.value.iter().any(|value| value.trim().is_empty()) {
            return Err(usage("--value is empty: the exception would hold for whatever has no value".to_owned()));
        }
        let end = exception::read(&self.expires)
            .ok_or_else(|| usage(format!("--expires {} is no date; write one such as 2027-06-30", self.expires)))?;
        if now.is_some_and(|now| end <= now) {
            return Err(usage(format!("--expires {} is past", self.expires)));
        }
        let wanted = self.choice.wanted();
        let (mut files, _) = sources(&wanted).map_err(|error| failure(&error))?;
        let put_together =
            |files: &[Source]| assemble(files, wanted.placeholders, now).map_err(|error| failure(&error));
        let before = put_together(&files)?;
        let rule = match called(&before.collection, &self.rule)? {
            Asked::Rule(rule) => rule.clone(),
            Asked::Correlation(_) => {
                let message = "a correlation has no records of its own; except one of the rules that it correlates";
                return Err(usage(message.to_owned()));
            }
        };
        let today: String =
            now.map(|now| now.to_string().chars().take("2026-11-25".len()).collect()).unwrap_or_default();
        let request = self.request(&rule, &today);
        let document = request.document().ok_or_else(|| {
            usage(format!("`{}` has no id and no name by which a filter could call it", rule.about.title))
        })?;
        self.refuse_what_an_attacker_chooses()?;
        could_hold(&request)?;
        files.push(("the exception".to_owned(), Cow::Owned(document.clone())));
        let after = put_together(&files)?;
        if let Some(problem) = after.failed.iter().find(|problem| problem.place.starts_with("the exception")) {
            return Err(usage(format!("{}: {}", problem.place, problem.message)));
        }
        let before = compile(before).map_err(|error| failure(&error))?;
        let after = compile(after).map_err(|error| failure(&error))?;
        let tried = refuse_what_hides_an_attack(&rule, &before, &after)?;
        let mut out = self.output.open()?;
        out.write_all(document.as_bytes())?;
        out.finish()?;
        if !global.quiet {
            let values = self.value.join("` or `");
            let (title, field, end) = (&rule.about.title, &self.field, &self.expires);
            say(&format!("`{title}` is silent where `{field}` is `{values}`, through {end}; {tried}"));
            if let Some(file) = &self.output.file {
                say(&format!("wrote {}; scan reads it with --rules", file.display()));
            }
        }
        Ok(exit::OK)
    }

    fn request<'r>(&'r self, rule: &'r Rule, today: &'r str) -> Request<'r> {
        Request {
            rule,
            field: self.field.trim(),
            values: &self.value,
            owner: self.owner.trim(),
            reason: self.reason.trim(),
            expires: self.expires.trim(),
            today,
        }
    }

    fn refuse_what_an_attacker_chooses(&self) -> Result<(), Failure> {
        let field = self.field.trim();
        match lint::chosen_by_attacker(&mapping()?, field) {
            None => Ok(()),
            Some(why) => Err(refused(format!(
                "`{field}` is {why}, and whoever takes that name would go unseen; except an id instead"
            ))),
        }
    }
}

fn mapping() -> Result<Mapping, Failure> {
    Mapping::read(bundled::MAPPINGS).map_err(|error| Failure::new(exit::INTERNAL, error.to_string()))
}

fn refused(why: String) -> Failure {
    Failure::new(exit::REFUSED, format!("refused: {why}"))
}

/// An exception that can never hold is a mistake, and its owner would believe otherwise.
fn could_hold(request: &Request<'_>) -> Result<(), Failure> {
    let (rules, errors) = entward_sigma::parse("the exception", &request.inverted());
    let (Some(rule), None) = (rules.first(), errors.first()) else {
        let why = errors.first().map(ToString::to_string).unwrap_or_default();
        return Err(Failure::new(exit::USAGE, why));
    };
    let report = lint::lint_rule(rule, &mapping()?, Knowledge::bundled());
    if report.verdict != Verdict::CannotFire {
        return Ok(());
    }
    let told = report.reasons.first().map(|reason| {
        let nearest =
            reason.nearest.as_ref().map(|nearest| format!("; the nearest is `{nearest}`")).unwrap_or_default();
        format!("{}{nearest}", reason.text)
    });
    Err(Failure::new(exit::USAGE, format!("the exception could never hold: {}", told.unwrap_or_default())))
}

/// Tries the exception on what is known to be an attack; says what it was tried on.
fn refuse_what_hides_an_attack(rule: &Rule, before: &Loaded, after: &Loaded) -> Result<String, Failure> {
    let (old, new) = (&before.detector, &after.detector);
    let mut tried = "tried on the samples".to_owned();
    match cases_of(rule)? {
        None => tried.push_str(" alone, for the rule has no cases"),
        Some(text) => {
            let id = entward_analysis::alert::rule_id(rule);
            let silenced = cases::silenced(&text, &id, old, new)
                .map_err(|why| Failure::new(exit::RULES, format!("the cases of `{}`: {why}", rule.about.title)))?;
            if let Some(case) = silenced.first() {
                let more = match silenced.len() - 1 {
                    0 => String::new(),
                    more => format!(", and {more} more of its cases"),
                };
                return Err(refused(format!("the rule would no longer find `{case}`{more}")));
            }
            tried.push_str(" and on the rule's cases");
        }
    }
    let difference = backtest::difference(sample_alerts(old)?, sample_alerts(new)?).map_err(io::Error::other)?;
    if let Some(lost) = difference.lost.first() {
        return Err(refused(format!("the alert of the samples would be gone: {} ({})", lost.title, lost.level)));
    }
    if let Some(lowered) = difference.changed.iter().find(|changed| changed.after.level < changed.before.level) {
        return Err(refused(format!(
            "the alert of the samples would be {} in place of {}: {}",
            lowered.after.level, lowered.before.level, lowered.before.title
        )));
    }
    Ok(tried)
}

/// The rule's cases: the bundled ones of a bundled rule, else those beside its file.
fn cases_of(rule: &Rule) -> Result<Option<Cow<'static, str>>, Failure> {
    let path = Path::new(&rule.about.place.file).with_extension("cases.toml");
    let is_ours = bundled::RULES.iter().any(|(file, _)| *file == rule.about.place.file);
    if is_ours {
        let cases = bundled::CASES.iter().find(|(file, _)| Path::new(file) == path);
        return Ok(cases.map(|(_, text)| Cow::Borrowed(*text)));
    }
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(Cow::Owned(text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::new(exit::USAGE, format!("{}: {error}", path.display()))),
    }
}

/// What rules make of the samples that the program carries.
fn sample_alerts(detector: &Detector) -> Result<Alerts, Failure> {
    let files =
        bundled::SAMPLES.iter().map(|(name, bytes)| InputFile::from_reader(name, Box::new(Cursor::new(*bytes))));
    let mut records = Records::new();
    let consume = |hit: Hit| records.push(hit).map_err(io::Error::other);
    let mut summary = scan::hits(files.collect(), 1, detector, &Filter::default(), false, consume)?;
    Ok(backtest::alerts(records, detector, &mut summary)?)
}
