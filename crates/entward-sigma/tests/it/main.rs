//! The Sigma engine from outside: text of a rule, text of a record, the verdict.

#![allow(clippy::expect_used, clippy::print_stderr, reason = "a test says what went wrong by panicking")]
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests read public rules and measure time; the crate does neither"
)]

mod collections;
mod conditions;
mod correlating;
mod errors;
mod explaining;
mod index;
mod modifiers;
mod reading;
mod reference;
mod samples;
mod speed;
mod support;
mod values;
