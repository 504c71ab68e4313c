//! The touching of Entward: from what the user named to chunks of records' bytes.
//!
//! [`find`] turns paths into files in a stable order. [`Chunks`] reads them one
//! after the other, unpacks what is packed (gzip, zstd, zip, Avro, UTF-16), tells
//! what kind of text each holds, and hands out [`Chunk`]s of whole records that
//! any number of threads may work on at the same time.
//!
//! This crate promises bounded memory whatever the size of the input, and that
//! nothing disappears in silence: whatever cannot be read becomes a [`Problem`]
//! that says what, where and why, and the rest goes on. It knows nothing of what
//! a record means; that is the work of `entward-analysis`, which in turn touches
//! nothing.
//!
//! To add a packing: write it beside `opening.rs`, recognise its first bytes there.
//! To add a kind of text: teach `recognize.rs` its looks and write a cutter in
//! `cut/`.

mod archive;
mod capture;
mod chunk;
mod chunks;
mod cut;
mod find;
mod inflate;
mod opening;
pub mod output;
mod problem;
mod recognize;
mod split;
pub mod spool;
mod stream;
mod utf16;
mod zstandard;

pub use chunk::{Chunk, ChunkBytes, ChunkKind, ChunkOptions, CsvHeader};
pub use chunks::{Chunks, Progress};
pub use find::{InputFile, InputSource, find};
pub use problem::{Problem, ProblemKind};
