//! The head of a page.

use entward_model::Log;
use serde::{Deserialize, Serialize};

use super::{
    Kind,
    error::{PageError, PageErrorKind},
};
use crate::knowledge::{Knowledge, guid::Guid};

/// What stands in the head of a page.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Front {
    /// The name of the file without its ending; unique within its kind.
    pub id: String,
    /// What happened, or what it is, as a short sentence.
    pub title: String,
    /// The log that writes the operation, by its word in [`Log::as_str`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// The operations that belong to this page, by canonical id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<String>,
    /// For a page about one kind of change that an operation of another page makes: that page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_of: Option<String>,
    /// With `change_of`: the changed properties by which the record shows it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<String>,
    /// Texts by which people look for it, beyond the spellings of the catalogue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spellings: Vec<String>,
    /// The id of the permission, role or application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
    /// Techniques of ATT&CK.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attack: Option<Attack>,
    /// The ladder of remedies, least harm first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remedies: Vec<String>,
    /// Other pages, as `folder/id`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<String>,
    /// Public documents that say what the page says.
    pub sources: Vec<String>,
    /// The day on which the page was last held against its sources, `2026-11-25`.
    pub checked: String,
    /// How sure the page is.
    pub confidence: Confidence,
    /// Whether a public real record of it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_on_real_record: Option<bool>,
}

/// Techniques under their ids of two versions of ATT&CK, between which some were renumbered.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Attack {
    /// Ids of version 18.
    pub v18: Vec<String>,
    /// Ids of version 19.
    pub v19: Vec<String>,
}

/// How sure a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Read in real records, or tried with the real tool.
    High,
    /// Follows from documentation or from a client's source.
    Medium,
    /// Follows from a single source, or by analogy.
    Low,
}

impl Confidence {
    /// The word used in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::High => "high",
            Confidence::Medium => "medium",
            Confidence::Low => "low",
        }
    }
}

/// The head, what stands below it, and the line on which that begins.
pub(super) fn read<'a>(file: &str, text: &'a str) -> Result<(Front, &'a str, u32), PageError> {
    let no_front = || PageError::new(file, 1, PageErrorKind::NoFront);
    let head = text.strip_prefix("---\n").ok_or_else(no_front)?;
    let (yaml, below) = head.split_once("\n---\n").ok_or_else(no_front)?;
    let front = serde_saphyr::from_str(yaml).map_err(|error| {
        let line = error.location().map_or(0, |location| location.line());
        let message = error.without_snippet().to_string();
        PageError::new(file, u32::try_from(line).unwrap_or(0) + 1, PageErrorKind::Front(message))
    })?;
    let line = u32::try_from(yaml.lines().count()).unwrap_or(u32::MAX).saturating_add(3);
    Ok((front, below, line))
}

/// What of the head cannot be.
pub(super) fn problems(file: &str, text: &str, kind: Kind, front: &Front) -> Vec<PageError> {
    let line = |key: &str| {
        let place = text.lines().position(|line| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')));
        u32::try_from(place.unwrap_or(0)).unwrap_or(0) + 1
    };
    let mut errors = Vec::new();
    let mut error = |key: &str, kind| errors.push(PageError::new(file, line(key), kind));
    let value = |key, value: &str, expected| PageErrorKind::Value { key, value: value.to_owned(), expected };

    let stem = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".md");
    if front.id != stem {
        error("id", PageErrorKind::IdIsNotTheFile { id: front.id.clone(), stem: stem.to_owned() });
    }
    if front.title.trim().is_empty() {
        error("title", PageErrorKind::Missing("title"));
    }
    if front.sources.is_empty() {
        error("sources", PageErrorKind::Missing("sources"));
    }
    for source in front.sources.iter().filter(|source| !source.starts_with("https://")) {
        error("sources", value("sources", source, "public addresses that begin with https://"));
    }
    if !is_day(&front.checked) {
        error("checked", value("checked", &front.checked, "a day such as 2026-11-25"));
    }
    for remedy in front.remedies.iter().filter(|remedy| !is_slug(remedy)) {
        error("remedies", value("remedies", remedy, "ids in lower case, words joined by `-`"));
    }
    for technique in front.attack.iter().flat_map(|attack| attack.v18.iter().chain(&attack.v19)) {
        if !is_technique(technique) {
            error("attack", value("attack", technique, "techniques such as T1098.001"));
        }
    }
    if kind == Kind::Operations {
        match &front.log {
            None => error("id", PageErrorKind::Missing("log")),
            Some(log) if !is_log(log) => error("log", value("log", log, "audit, activity, sign-in, risk, unified …")),
            Some(_) => {}
        }
        if front.operations.is_empty() == front.change_of.is_none() {
            error("id", PageErrorKind::Missing("operations"));
        }
        if front.change_of.is_some() && front.properties.is_empty() {
            error("change_of", PageErrorKind::Missing("properties"));
        }
        if front.seen_on_real_record.is_none() {
            error("id", PageErrorKind::Missing("seen_on_real_record"));
        }
        for operation in &front.operations {
            if Knowledge::bundled().operation_info(operation).is_none() {
                error("operations", PageErrorKind::UnknownOperation(operation.clone()));
            }
        }
    } else {
        if !front.operations.is_empty() {
            error("operations", PageErrorKind::OutOfPlace("operations"));
        }
        if front.change_of.is_some() {
            error("change_of", PageErrorKind::OutOfPlace("change_of"));
        }
        let is_about_a_thing = kind != Kind::Errata;
        if is_about_a_thing && front.guid.as_deref().and_then(Guid::read).is_none() {
            error("id", PageErrorKind::Missing("guid"));
        }
    }
    errors
}

fn is_log(word: &str) -> bool {
    [Log::Audit, Log::Activity, Log::SignIn, Log::Risk, Log::GraphActivity, Log::Unified, Log::Provisioning]
        .iter()
        .any(|log| log.as_str() == word)
}

fn is_day(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// Lower-case words joined by `-`.
pub(super) fn is_slug(text: &str) -> bool {
    !text.is_empty()
        && text
            .split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

fn is_technique(text: &str) -> bool {
    let Some(number) = text.strip_prefix('T') else { return false };
    let (technique, sub) = number.split_once('.').unwrap_or((number, "000"));
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(technique, 4) && digits(sub, 3)
}
