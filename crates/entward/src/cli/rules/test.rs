//! `entward rules test`.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::super::common::{Output, say};
use super::super::{Failure, Global};
use super::choice::{failure, tell_problems};
use crate::exit;
use crate::run::cases::{self, Tested};
use crate::run::rules::{Wanted, sources};

/// Run the cases that stand beside rules.
///
/// Beside `a_rule.yml` stands `a_rule.cases.toml`: records that it must match, and records that it must not. Each case
/// goes the whole way, from the record's text to the alert.
#[derive(Debug, Args)]
#[command(after_help = "A case:
  [[case]]
  name = \"a person registers an application\"
  expect = \"match\"             # or \"quiet\"
  record = '''{\"time\": …}'''   # or records = ['''…''', '''…''']
  [case.alert]                 # may be left out, and each line of it
  title = \"ada@contoso.example registered the application Payroll\"
  level = \"low\"
  actor = \"ada@contoso.example\"   # a name, an id or an address
  objects = [\"Payroll\"]          # names or ids

Exit codes: 0 all as expected, 1 a case went another way, 2 usage, 3 a rule or a cases file cannot be used.")]
pub(super) struct Test {
    /// Files and folders of rules.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    output: Output,
    /// How to write.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// What went another way, and the counts.
    Text,
    /// `JUnit` XML, as build servers read it.
    Junit,
}

impl Test {
    pub(super) fn run(self, global: &Global) -> Result<u8, Failure> {
        let wanted = Wanted { own: false, folders: &self.paths, placeholders: None };
        let (files, problems) = sources(&wanted).map_err(|error| failure(&error))?;
        let tested = cases::run(&files).map_err(|error| Failure::new(exit::INTERNAL, error.to_string()))?;
        let mut out = self.output.open()?;
        match self.format {
            Format::Text => text(&mut out, &tested)?,
            Format::Junit => junit(&mut out, &tested)?,
        }
        out.finish()?;
        tell_problems(&problems);
        let unusable = tested.iter().filter(|tested| tested.unusable.is_some()).count() + problems.len();
        let failed = failures(&tested).count();
        if !global.quiet {
            let cases: usize = tested.iter().map(|tested| tested.cases.len()).sum();
            let uncased = tested.iter().filter(|tested| tested.unusable.is_none() && tested.cases.is_empty()).count();
            say(&format!(
                "{} files, {cases} cases: {} as expected, {failed} not; {uncased} files without cases, {unusable} unusable",
                tested.len(),
                cases - failed
            ));
        }
        Ok(match (unusable, failed) {
            (0, 0) => exit::OK,
            (0, _) => exit::FINDINGS,
            _ => exit::RULES,
        })
    }
}

fn failures(tested: &[Tested]) -> impl Iterator<Item = (&Tested, &cases::Outcome)> {
    tested
        .iter()
        .flat_map(|tested| tested.cases.iter().map(move |case| (tested, case)))
        .filter(|(_, case)| !case.is_good())
}

fn text(out: &mut impl Write, tested: &[Tested]) -> std::io::Result<()> {
    for tested in tested {
        if let Some(why) = &tested.unusable {
            writeln!(out, "{}: {why}", tested.file)?;
        }
    }
    for (tested, case) in failures(tested) {
        writeln!(out, "{}: {}: {}", tested.file, case.name, case.said())?;
    }
    Ok(())
}

fn junit(out: &mut impl Write, tested: &[Tested]) -> std::io::Result<()> {
    let total: usize = tested.iter().map(|tested| tested.cases.len().max(1)).sum();
    let unusable = tested.iter().filter(|tested| tested.unusable.is_some()).count();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites tests=\"{total}\" failures=\"{}\" errors=\"{unusable}\">", failures(tested).count())?;
    for tested in tested {
        writeln!(out, "  <testsuite name=\"{}\" tests=\"{}\">", escaped(&tested.file), tested.cases.len())?;
        if let Some(why) = &tested.unusable {
            writeln!(out, "    <testcase name=\"loads\"><error message=\"{}\"/></testcase>", escaped(why))?;
        }
        for case in &tested.cases {
            let name = escaped(&case.name);
            if case.is_good() {
                writeln!(out, "    <testcase name=\"{name}\"/>")?;
            } else {
                let said = escaped(&case.said());
                writeln!(out, "    <testcase name=\"{name}\"><failure message=\"{said}\"/></testcase>")?;
            }
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

/// Text for an attribute of XML; what XML cannot hold becomes the replacement character.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            character if character.is_control() => escaped.push('\u{fffd}'),
            character => escaped.push(character),
        }
    }
    escaped
}
