//! Event Hubs capture files (Avro): the body of each captured message.
//!
//! Layout: <https://learn.microsoft.com/azure/event-hubs/explore-captured-avro-files>. Only `Body` is of
//! interest; what Azure Monitor puts there is JSON, usually `{"records":[…]}`.

use std::io::{BufReader, Read};
use std::mem;
use std::sync::Arc;

use apache_avro::Reader;
use apache_avro::types::Value;

use crate::chunk::{Chunk, ChunkKind, ChunkOptions};
use crate::problem::{Problem, ProblemKind};

/// The most memory that one Avro block may ask for. A damaged length would otherwise ask for anything.
const LARGEST_BLOCK: usize = 128 << 20;

/// A capture file being read.
pub(crate) struct Capture {
    reader: Reader<'static, Box<dyn Read + Send>>,
    /// The length of all bodies handed out so far, joined.
    offset: u64,
    /// How many messages were read so far.
    messages: u64,
    ended: bool,
}

impl Capture {
    pub(crate) fn open(reader: impl Read + Send + 'static, name: &Arc<str>) -> Result<Capture, Problem> {
        apache_avro::util::max_allocation_bytes(LARGEST_BLOCK);
        let buffered: Box<dyn Read + Send> = Box::new(BufReader::with_capacity(64 << 10, reader));
        let reader = Reader::new(buffered).map_err(|error| {
            Problem::of_file(name, ProblemKind::Corrupt, format!("Avro header cannot be read: {error}"))
        })?;
        Ok(Capture { reader, offset: 0, messages: 0, ended: false })
    }

    /// Fills the chunk with message bodies; returns whether the file ended.
    pub(crate) fn fill(&mut self, chunk: &mut Chunk, options: &ChunkOptions) -> bool {
        let mut bodies = match mem::replace(&mut chunk.kind, ChunkKind::Lines) {
            ChunkKind::Messages(ranges) | ChunkKind::Values(ranges) => ranges,
            _ => Vec::new(),
        };
        bodies.clear();
        chunk.offset = self.offset;
        while !self.ended && chunk.bytes.len() < options.chunk_size {
            match self.reader.next() {
                None => self.ended = true,
                Some(Ok(value)) => {
                    match body_of(&value) {
                        Ok(body) if body.len() > options.max_record => {
                            let message = format!("a message of {} bytes is over the limit and left out", body.len());
                            self.report(chunk, ProblemKind::TooLarge, message);
                        }
                        Ok(body) => {
                            let start = chunk.bytes.len();
                            chunk.bytes.append(body);
                            bodies.push(start..start + body.len());
                        }
                        Err(what) => {
                            self.report(chunk, ProblemKind::Unknown, format!("{what}; is it an Event Hubs capture?"));
                            // All records of a file have one schema: the next would say the same.
                            self.ended = true;
                        }
                    }
                    self.messages += 1;
                }
                Some(Err(error)) => {
                    self.report(
                        chunk,
                        ProblemKind::Corrupt,
                        format!("Avro is damaged: {error}; what came before is kept"),
                    );
                    self.ended = true;
                }
            }
        }
        self.offset += chunk.bytes.len() as u64;
        chunk.kind = ChunkKind::Messages(bodies);
        self.ended
    }

    fn report(&self, chunk: &mut Chunk, kind: ProblemKind, message: String) {
        let problem = Problem::of_file(&chunk.file, kind, message);
        chunk.problems.push(Problem { index: Some(self.messages), ..problem });
    }
}

/// The bytes of a record's `Body`; empty for null.
fn body_of(record: &Value) -> Result<&[u8], &'static str> {
    let Value::Record(fields) = record else {
        return Err("Avro file does not hold records");
    };
    let Some((_, mut body)) = fields.iter().find(|(name, _)| name == "Body").map(|(name, body)| (name, body)) else {
        return Err("Avro records have no field `Body`");
    };
    while let Value::Union(_, chosen) = body {
        body = chosen;
    }
    match body {
        Value::Bytes(bytes) | Value::Fixed(_, bytes) => Ok(bytes),
        Value::String(text) => Ok(text.as_bytes()),
        Value::Null => Ok(&[]),
        _ => Err("field `Body` of the Avro records holds no bytes"),
    }
}
