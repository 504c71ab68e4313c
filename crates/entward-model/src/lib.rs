//! The nouns of Entward.
//!
//! Every room of the house speaks with these words and none of its own: a
//! [`Shape`] is how a record was written down, an [`Event`] is what it says, a
//! [`Story`] is the records that one change caused, an [`Alert`] is a story that
//! a person should read. Nothing here reads a file, a clock or a network, and
//! nothing here knows how to obtain what it describes.
//!
//! What leaves the program (`events`, `scan --format ndjson`) is these types,
//! serialised. Their JSON Schemas are published in `docs/reference/`, carry
//! [`SCHEMA_VERSION`], and only ever grow.

mod actor;
mod alert;
mod change;
mod event;
mod level;
mod shape;
mod story;
mod summary;
mod target;
mod time;

pub use actor::{Actor, ActorKind};
pub use alert::{Alert, Because, PageRef, RecordRef, RuleRef};
pub use change::{
    AppRole, Change, Consent, ConsentScope, Credential, CredentialKind, GrantKind, Permission, RedirectUri, RoleRef,
    Typed,
};
pub use event::{Event, Log, Outcome};
pub use level::Level;
pub use shape::{SHAPES, Shape};
pub use story::{Story, StoryRecord};
pub use summary::{InputProblem, ProblemSample, RuleCounts, RuleProblem, Summary, Tally};
pub use target::{Target, TargetKind};
pub use time::{ParseTimeError, Timestamp};

/// The version of the published schemas of [`Event`] and [`Alert`].
///
/// Members are added under the same major version; none is renamed or removed.
pub const SCHEMA_VERSION: &str = "1.0";
