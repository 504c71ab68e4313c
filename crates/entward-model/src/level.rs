use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much a rule, a story or an alert matters, in Sigma's five steps.
///
/// Ordered from least to most, so that `a > b` reads as "a is worse than b".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth keeping in a register, not worth interrupting anybody.
    #[default]
    Informational,
    /// Worth a look when somebody has time.
    Low,
    /// Worth a look today.
    Medium,
    /// Somebody should look now.
    High,
    /// Wake somebody.
    Critical,
}

impl Level {
    /// All levels, worst first: the order in which a person reads them.
    pub const WORST_FIRST: [Level; 5] = [Level::Critical, Level::High, Level::Medium, Level::Low, Level::Informational];

    /// The word that Sigma, the command line and every output use.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Informational => "informational",
            Level::Low => "low",
            Level::Medium => "medium",
            Level::High => "high",
            Level::Critical => "critical",
        }
    }

    /// The level that a word names, in any letter case.
    pub fn from_name(name: &str) -> Option<Level> {
        Level::WORST_FIRST.into_iter().find(|level| level.as_str().eq_ignore_ascii_case(name))
    }
}

impl std::fmt::Display for Level {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.as_str())
    }
}
