//! Correlation by event time.
mod plan;
pub(crate) use plan::{MOST_PATHS, paths};
