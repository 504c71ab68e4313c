//! Values that a log never writes.

use std::sync::LazyLock;

use entward_model::Log;
use entward_sigma::tree::{Piece, Sought, TreeLeaf};
use rustc_hash::FxHashSet;

use crate::knowledge::{Knowledge, fold_operation};

/// The operations of one log, as a rule's value is compared with them.
pub(super) struct Operations {
    texts: Vec<&'static str>,
    folded: FxHashSet<String>,
}

/// Whether a value can be what a log writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// It is, or nobody can tell.
    Maybe,
    /// It is not; what comes nearest.
    Never(Option<String>),
}

static AUDIT: LazyLock<Operations> = LazyLock::new(|| Operations::of(Log::Audit));
static UNIFIED: LazyLock<Operations> = LazyLock::new(|| Operations::of(Log::Unified));
static ACTIVITY: LazyLock<Operations> = LazyLock::new(|| Operations::of(Log::Activity));

/// Providers of which the catalogue has every operation.
const WHOLE_PROVIDERS: &[&str] = &[
    "microsoft.aad/",
    "microsoft.adhybridhealthservice/",
    "microsoft.authorization/",
    "microsoft.azureactivedirectory/",
    "microsoft.managedidentity/",
];

impl Operations {
    fn of(log: Log) -> Operations {
        let rows = Knowledge::bundled().operations().iter().filter(|row| match log {
            // Sign-ins are in the unified log under names of their own.
            Log::Unified => row.is_written_in(log) && matches!(row.log, Log::Audit | Log::Unified | Log::SignIn),
            _ => row.log == log || (log == Log::Audit && row.log == Log::Unified),
        });
        let texts: Vec<&'static str> = rows.flat_map(|row| std::iter::once(row.name).chain(row.spellings())).collect();
        let folded = texts.iter().map(|text| fold_operation(text).to_lowercase()).collect();
        Operations { texts, folded }
    }

    /// The catalogue of a log, if it can be held against a rule.
    pub(super) fn known(log: Log) -> Option<&'static Operations> {
        match log {
            Log::Audit => Some(&AUDIT),
            Log::Unified => Some(&UNIFIED),
            Log::Activity => Some(&ACTIVITY),
            _ => None,
        }
    }

    /// Whether one value of a rule is an operation of the log; if not and it is wanted, with what comes nearest.
    pub(super) fn has(&self, sought: &Sought, log: Log, wants_nearest: bool) -> Said {
        let Sought::Text(pieces) = sought else { return Said::Maybe };
        if log == Log::Activity && !is_of_a_whole_provider(pieces) {
            return Said::Maybe;
        }
        if let Some(text) = literal(pieces) {
            let folded = fold_operation(&text).to_lowercase();
            if folded.is_empty() || self.folded.contains(&folded) {
                return Said::Maybe;
            }
            return Said::Never(self.nearest(&folded, wants_nearest));
        }
        if self.texts.iter().any(|text| sought.fits(text, false, Some(fold_operation)) != Some(false)) {
            return Said::Maybe;
        }
        Said::Never(self.nearest(&joined(pieces), wants_nearest))
    }

    fn nearest(&self, text: &str, is_wanted: bool) -> Option<String> {
        let texts = self.texts.iter().copied();
        if is_wanted { nearest(text, texts).map(str::to_owned) } else { None }
    }

    /// Whether some operation meets all of these at once, and none of those.
    pub(super) fn has_all(&self, wanted: &[&TreeLeaf], unwanted: &[&TreeLeaf], log: Log) -> bool {
        let is_judged = |leaf: &&TreeLeaf| {
            leaf.groups.iter().flatten().all(|sought| match sought {
                Sought::Text(pieces) => log != Log::Activity || is_of_a_whole_provider(pieces),
                _ => false,
            })
        };
        if !wanted.iter().all(is_judged) {
            return true;
        }
        self.texts.iter().any(|text| {
            wanted.iter().all(|leaf| meets(leaf, text) != Some(false))
                && !unwanted.iter().any(|leaf| meets(leaf, text) == Some(true))
        })
    }
}

/// Whether a text meets every group of a leaf; `None` where that cannot be told.
fn meets(leaf: &TreeLeaf, text: &str) -> Option<bool> {
    let mut all = Some(true);
    for group in &leaf.groups {
        let mut any = Some(false);
        for sought in group {
            match sought.fits(text, false, Some(fold_operation)) {
                Some(true) => any = Some(true),
                None if any == Some(false) => any = None,
                _ => {}
            }
        }
        match any {
            Some(false) => return Some(false),
            None => all = None,
            Some(true) => {}
        }
    }
    all
}

/// The text of a value without wildcards.
pub(super) fn literal(pieces: &[Piece]) -> Option<String> {
    match pieces {
        [] => Some(String::new()),
        [Piece::Literal(text)] => Some(text.clone()),
        _ => None,
    }
}

fn joined(pieces: &[Piece]) -> String {
    let texts = pieces.iter().filter_map(|piece| match piece {
        Piece::Literal(text) => Some(text.as_str()),
        Piece::Any | Piece::One => None,
    });
    texts.collect::<Vec<_>>().join(" ")
}

fn is_of_a_whole_provider(pieces: &[Piece]) -> bool {
    let Some(Piece::Literal(text)) = pieces.first() else { return false };
    let folded = fold_operation(text).to_lowercase();
    // `microsoft.authorization/*` alone says nothing that could be wrong.
    WHOLE_PROVIDERS.iter().any(|provider| folded.len() > provider.len() && folded.starts_with(provider))
}

/// The text that is most like another, if any is much like it.
pub(super) fn nearest<'t>(text: &str, known: impl Iterator<Item = &'t str>) -> Option<&'t str> {
    let likeness = |known: &str| strsim::sorensen_dice(text, &fold_operation(known).to_lowercase());
    let (nearest, likeness) =
        known.map(|known| (known, likeness(known))).max_by(|one, other| one.1.total_cmp(&other.1))?;
    (likeness >= 0.5).then_some(nearest)
}

/// What Identity Protection calls a risk is none of these: names of the alerts of PIM, which Graph offers and no log has.
const PIM_ALERT: &str = "alertincident";

/// Whether a value can be a risk event type.
pub(super) fn risk_event_type(sought: &Sought) -> Said {
    match sought {
        Sought::Text(pieces) if joined(pieces).to_lowercase().ends_with(PIM_ALERT) => Said::Never(None),
        _ => Said::Maybe,
    }
}

/// Whether a value can be a user principal name: a word without an `@` and without a digit is none, as
/// object ids, phone numbers and what people mistype have one or the other.
pub(super) fn user(sought: &Sought) -> Said {
    let Sought::Text(pieces) = sought else { return Said::Maybe };
    match literal(pieces) {
        Some(text) if !text.is_empty() && !text.contains('@') && !text.bytes().any(|byte| byte.is_ascii_digit()) => {
            Said::Never(None)
        }
        _ => Said::Maybe,
    }
}
