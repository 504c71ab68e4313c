//! How fast Entward is, told by the same ruler every time.
//!
//! - [`Corpus`] invents the records: one seed, one stream, on every machine.
//! - [`shape`] writes them as Microsoft's exports would: the same records in each shape.
//! - [`rules`] invents rules.
//! - [`cache`] keeps written corpora.
//! - [`subject`] builds what is measured.
//! - [`usage`] says what a process cost.
//!
//! The binaries beside it are `generate` (writes a corpus), `yardstick` (skims one and
//! does nothing else), `measure` (runs a command and says what it cost) and
//! `instructions` (counts them). `cargo bench -p entward-bench` puts them together.

// The records are written as one `json!` each, and sign-ins have many members.
#![recursion_limit = "512"]

pub mod cache;
pub mod corpus;
pub mod pack;
pub mod random;
pub mod record;
pub mod rules;
pub mod shape;
pub mod subject;
pub mod tenant;
pub mod usage;

pub use corpus::Corpus;
pub use pack::{Pack, write_packed};
pub use record::{Log, Record};
pub use shape::Shape;
