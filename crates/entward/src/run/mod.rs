//! Carries bytes from the files to the thinking and back, over any number of threads.

pub(crate) mod backtest;
pub(crate) mod cases;
pub(crate) mod correlations;
pub(crate) mod explain;
pub(crate) mod pipeline;
pub(crate) mod rules;
pub(crate) mod scan;
pub(crate) mod stories;
