//! The audit log in real public logs.
//!
//! The logs stand beside the project and are not part of it. Without them these tests say
//! so and pass.

#![allow(clippy::disallowed_methods, reason = "tests read the public logs; the crate reads no file")]

#[allow(clippy::print_stderr, clippy::unwrap_used, reason = "test code that other tests share")]
#[path = "../normalize_corpora/files.rs"]
mod files;
mod meanings;
mod truth;
