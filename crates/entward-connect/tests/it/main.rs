//! What the touching promises, tried from outside.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail, in its helpers too")]

mod corpora;
mod documents;
mod find;
mod lines;
mod output;
mod packings;
mod reading;
mod spool;
mod tables;
