//! The program as a whole, run as its users run it.
//!
//! Every test here starts the real binary with an empty environment and looks at what comes
//! out: standard output, standard error, exit code, files. What a function does in detail
//! is tested where the function lives; here stands that everything is connected.
//!
//! - [`cli`]: exit codes, streams, formats, filters.
//! - [`hostile`]: names that try to break out of what shows them.
//! - [`inputs`]: compressed, broken, huge, odd.
//! - [`tune`]: exceptions that are granted, and those that are refused.
//! - [`samples`]: the story that the bundled samples tell.
//! - [`corpora`], [`attacks`], [`labels`]: real public logs, which lie beside the project where they
//!   are present. Without them these tests say so and pass.
//! - [`fixtures`]: a small log for every shape, and what is read in it.
//! - [`kb`], [`knowledge`]: looking things up, and the pages that are looked up; [`links`], [`sentences`] and [`behaviours`] look at
//!   all pages together.
//! - [`mappings`]: one rule finds its record in every shape of a log, by any shape's names.
//! - [`rules`]: the commands about rules, and rules that look at several records.
//! - [`community`]: public Sigma rules on records of every shape.
//! - [`backtest`]: what another set of rules makes of the same logs.
//! - [`coverage`]: which techniques of ATT&CK the rules are about.
//! - [`lint`]: what is said of rules that can never fire, held against what does fire.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a test that cannot look says so")]

mod attacks;
mod backtest;
mod behaviours;
mod broken_rules;
mod cli;
mod community;
mod corpora;
mod coverage;
mod fixtures;
mod harness;
mod hostile;
mod inputs;
mod kb;
mod knowledge;
mod labels;
mod links;
mod lint;
mod mappings;
mod records;
mod rules;
mod samples;
mod sentences;
mod tune;
