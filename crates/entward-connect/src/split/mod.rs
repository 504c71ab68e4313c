//! Finds where records end, 64 bytes at a time, without parsing them.
//!
//! [`blocks`] turns 64 bytes into bit masks; [`values`] follows brackets and
//! strings through JSON; [`rows`] follows quotes through CSV. All of them may be
//! stopped after any byte and go on when more has been read.

mod blocks;
pub(crate) mod rows;
pub(crate) mod values;
