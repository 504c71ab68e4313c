//! The techniques of MITRE ATT&CK, in the numbering of version 18 and of version 19.

use std::sync::LazyLock;

use super::table;

/// A technique of the enterprise matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Technique {
    /// Its id as tags write it, lower case: `t1098.001`.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Which versions have it.
    pub listed_in: Listed,
    /// The id that version 19 has in its place, where it was renumbered.
    pub instead: Option<&'static str>,
    /// Whether ATT&CK lists it for identity providers, of which Entra is one.
    pub of_identity: bool,
}

/// Which versions of ATT&CK have a technique.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// 18 and 19.
    Both,
    /// 18 only; 19 retired it.
    In18,
    /// 19 only.
    In19,
    /// Neither: it was retired before.
    Neither,
}

const TECHNIQUES: &str = include_str!("../../data/attack.csv");

/// The words under which Sigma tags a tactic, with those of version 18 that 19 split.
const TACTICS: &[&str] = &[
    "collection",
    "command-and-control",
    "credential-access",
    "defense-evasion",
    "defense-impairment",
    "discovery",
    "execution",
    "exfiltration",
    "impact",
    "initial-access",
    "lateral-movement",
    "persistence",
    "privilege-escalation",
    "reconnaissance",
    "resource-development",
    "stealth",
];

static BY_ID: LazyLock<Vec<Technique>> = LazyLock::new(|| {
    table::rows(TECHNIQUES)
        .map(|[id, name, listed_in, instead, identity]| Technique {
            id,
            name,
            listed_in: match listed_in {
                "both" => Listed::Both,
                "v18" => Listed::In18,
                "v19" => Listed::In19,
                _ => Listed::Neither,
            },
            instead: (!instead.is_empty()).then_some(instead),
            of_identity: identity == "i",
        })
        .collect()
});

/// See [`super::Knowledge::technique`].
pub(super) fn by_id(id: &str) -> Option<Technique> {
    let id = id.to_ascii_lowercase();
    let place = BY_ID.binary_search_by(|technique| technique.id.cmp(&id)).ok()?;
    BY_ID.get(place).copied()
}

/// See [`super::Knowledge::techniques`].
pub(super) fn all() -> &'static [Technique] {
    &BY_ID
}

/// Whether a word names a tactic, as Sigma writes them (`credential-access`), of version 18 or 19.
pub(super) fn is_tactic(word: &str) -> bool {
    let word = word.to_ascii_lowercase().replace('_', "-");
    TACTICS.contains(&word.as_str())
}
