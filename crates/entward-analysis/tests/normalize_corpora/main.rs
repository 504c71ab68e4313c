//! Real public logs through [`entward_analysis::normalize`].
//!
//! The logs stand beside the project and are not part of it. Without them these tests say
//! so and pass.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "helpers of tests, which may fail and speak")]
#![allow(clippy::disallowed_methods, reason = "tests read the public logs; the crate reads no file")]

mod files;
mod shapes;
mod truth;
