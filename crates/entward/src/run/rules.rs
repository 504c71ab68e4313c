//! Finds and reads rules: the program's own, and those of folders the user names.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use entward_analysis::detect::{Detector, Mapping};
use entward_analysis::exception;
use entward_analysis::knowledge::Knowledge;
use entward_model::{RuleCounts, RuleProblem, Timestamp};
use entward_sigma::{About, Collection, Loader, Placeholders, RuleError};

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
    /// The file with the values of placeholders is not what it should be.
    #[error(
        "{path}: {message}; write a map from each placeholder's name to a list, such as `admins: [ada@contoso.example]`"
    )]
    Placeholders {
        /// The path.
        path: String,
        /// What is wrong, and where.
        message: String,
    },
}

/// Which rules to load.
#[derive(Debug, Default)]
pub(crate) struct Wanted<'w> {
    /// The rules that the program carries.
    pub(crate) own: bool,
    /// Folders and files of rules.
    pub(crate) folders: &'w [PathBuf],
    /// A file with the values of placeholders.
    pub(crate) placeholders: Option<&'w Path>,
}

/// What becomes of a rule of ours when another has its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Own {
    /// Ours stands, and the other does not load.
    Stands,
    /// Ours gives way: the other is a changed copy.
    GivesWay,
}

/// Rules, put together, and what is to be said about reading them.
pub(crate) struct ReadRules {
    pub(crate) collection: Collection,
    /// What could not be read.
    pub(crate) failed: Vec<RuleProblem>,
    /// Filters whose time is over, which were left out.
    pub(crate) expired: Vec<RuleProblem>,
}

/// Loads the wanted rules, ready to be run.
pub(crate) fn load(wanted: &Wanted<'_>) -> Result<Loaded, LoadError> {
    compile(read_at(wanted, now(), Own::Stands)?)
}

/// Makes rules ready to be run.
pub(crate) fn compile(read: ReadRules) -> Result<Loaded, LoadError> {
    let mut loaded = ready(read.collection, read.failed)?;
    loaded.counts.expired = read.expired;
    Ok(loaded)
}

/// Makes rules ready to be run; `failed` is what could not be read of them.
pub(crate) fn ready(collection: Collection, mut failed: Vec<RuleProblem>) -> Result<Loaded, LoadError> {
    let mapping = Mapping::read(bundled::MAPPINGS)?;
    let correlations = collection.correlations.len() as u64;
    let (detector, errors) = Detector::new(collection, &mapping, Knowledge::bundled());
    failed.extend(errors.iter().map(problem));
    failed.sort();
    let loaded = detector.rules().len() as u64 + correlations;
    let counts = RuleCounts { loaded, other_products: detector.foreign().len() as u64, failed, expired: Vec::new() };
    Ok(Loaded { detector, counts })
}

/// Every wanted file of rules: its path and its text, in the order in which they are loaded; and what could not be read.
pub(crate) fn sources(wanted: &Wanted<'_>) -> Result<(Vec<Source>, Vec<RuleProblem>), LoadError> {
    let mut sources = Vec::new();
    let mut failed = Vec::new();
    if wanted.own {
        sources.extend(bundled::RULES.iter().map(|(file, text)| ((*file).to_owned(), Cow::Borrowed(*text))));
    }
    for folder in wanted.folders {
        for file in files_below(folder)? {
            let shown = file.to_string_lossy().into_owned();
            match std::fs::read(&file).map(String::from_utf8) {
                Ok(Ok(text)) => sources.push((shown, Cow::Owned(text))),
                Ok(Err(error)) => failed.push(not_utf8(&shown, error.as_bytes(), error.utf8_error().valid_up_to())),
                Err(error) => {
                    let hint = Some("see that the file is there and may be read".to_owned());
                    failed.push(RuleProblem { place: shown, message: format!("not readable: {error}"), hint });
                }
            }
        }
    }
    Ok((sources, failed))
}

/// What is to be said of a file that is no UTF-8 from a byte on.
fn not_utf8(file: &str, bytes: &[u8], at: usize) -> RuleProblem {
    let before = String::from_utf8_lossy(bytes.get(..at).unwrap_or_default());
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let message = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "the text is UTF-16".to_owned(),
        _ => format!("the text is not UTF-8: byte {:#04x}", bytes.get(at).copied().unwrap_or_default()),
    };
    let hint = Some("save the file as UTF-8".to_owned());
    RuleProblem { place: format!("{file}:{line}:{column}"), message, hint }
}

/// A file of rules: its path and its text.
pub(crate) type Source = (String, Cow<'static, str>);

/// The time of the wall clock; the pure rooms are told it.
pub(crate) fn now() -> Option<Timestamp> {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since_epoch.as_nanos()).ok().map(Timestamp::from_nanos)
}

/// Reads the wanted rules and puts them together. Filters whose time is over at `now` are left out.
pub(crate) fn read_at(wanted: &Wanted<'_>, now: Option<Timestamp>, own: Own) -> Result<ReadRules, LoadError> {
    let (mut sources, failed) = sources(wanted)?;
    if wanted.own && own == Own::GivesWay {
        let (ours, others) = sources.split_at(bundled::RULES.len().min(sources.len()));
        let replaced = ids(others);
        let stays = |source: &Source| ids(std::slice::from_ref(source)).is_disjoint(&replaced);
        let kept: Vec<Source> = ours.iter().filter(|source| stays(source)).chain(others).cloned().collect();
        sources = kept;
    }
    let mut read = assemble(&sources, wanted.placeholders, now)?;
    read.failed.extend(failed);
    Ok(read)
}

/// Puts the rules of files together. Filters whose time is over at `now` are left out.
pub(crate) fn assemble(
    sources: &[Source],
    values: Option<&Path>,
    now: Option<Timestamp>,
) -> Result<ReadRules, LoadError> {
    let mut loader = Loader::new(match values {
        Some(file) => placeholders(file)?,
        None => Placeholders::default(),
    });
    for (file, text) in sources {
        loader.add(file, text);
    }
    let expired =
        loader.leave_out_filters(|about| exception::is_over(&about.custom, now)).iter().map(expired).collect();
    let (collection, errors) = loader.finish();
    Ok(ReadRules { collection, failed: errors.iter().map(problem).collect(), expired })
}

/// The ids of the documents in files, in lower case.
///
/// A correlation whose rules are elsewhere cannot be put together here, so the ids are read from the lines, where every rule
/// writes them at the margin; the loader finds those that stand otherwise.
fn ids(files: &[Source]) -> BTreeSet<String> {
    let mut loader = Loader::default();
    let mut ids = BTreeSet::new();
    for (file, text) in files {
        loader.add(file, text);
        let lines = text.lines().filter_map(|line| line.strip_prefix("id:"));
        ids.extend(lines.map(|id| id.trim().trim_matches(['"', '\'']).to_lowercase()));
    }
    ids.extend(loader.finish().0.rules.iter().filter_map(|rule| rule.about.id.as_ref()).map(|id| id.to_lowercase()));
    ids
}

fn expired(about: &About) -> RuleProblem {
    let said = |key: &str| about.custom[key].as_str().unwrap_or_default();
    RuleProblem {
        place: about.place.to_string(),
        message: format!("the exception `{}` of {} ended on {}", about.title, said("owner"), said("expires")),
        hint: Some("its rules speak again; take it out, or grant it anew".to_owned()),
    }
}

/// Reads the values of placeholders: a YAML map from each name to a list of texts.
fn placeholders(file: &Path) -> Result<Placeholders, LoadError> {
    let path = || file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|source| LoadError::Unreadable { path: path(), source })?;
    let values: std::collections::BTreeMap<String, Vec<String>> = serde_saphyr::from_str(&text)
        .map_err(|error| LoadError::Placeholders { path: path(), message: error.to_string() })?;
    Ok(values.into_iter().collect())
}

/// What is wrong with a rule, as the summary tells it.
pub(crate) fn problem(error: &RuleError) -> RuleProblem {
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
