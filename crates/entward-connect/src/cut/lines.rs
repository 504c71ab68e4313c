//! JSON lines: each line is a value by itself.

use std::ops::Range;

use memchr::{memchr, memrchr};

use super::document::DocumentCutter;
use super::{Cut, Cutter, Work};
use crate::chunk::ChunkKind;
use crate::problem::ProblemKind;
use crate::recognize::{first_value, starts_document};

/// Fills the chunk with whole lines.
pub(super) fn cut(work: &mut Work) -> Cut {
    work.chunk.kind = ChunkKind::Lines;
    let Some(end) = gather(work) else {
        return Cut::Become(Cutter::Document(DocumentCutter::for_line(work)));
    };
    let document = split(&work.chunk.bytes, end, &mut work.chunk.lines);
    match document {
        Some(0) => Cut::Become(Cutter::Document(DocumentCutter::new(work))),
        // The lines before it go out; the next chunk starts where the document does, and finds it there.
        Some(start) => {
            work.carry(start);
            Cut::Ready
        }
        None => {
            work.carry(end);
            Cut::Ready
        }
    }
}

/// Reads until the chunk holds at least one whole line, and tells where the last one ends. `None` when the first
/// is so long that it is better read as a document, which needs no memory for the whole of it.
fn gather(work: &mut Work) -> Option<usize> {
    let mut target = work.options.chunk_size;
    let mut searched = 0;
    loop {
        work.fill(target);
        let length = work.chunk.bytes.len();
        if work.ended() {
            return Some(length);
        }
        if let Some(last) = memrchr(b'\n', &work.chunk.bytes[searched..]) {
            let end = searched + last + 1;
            if length >= work.options.max_record || !awaits_next(&work.chunk.bytes, end) {
                return Some(end);
            }
            target = (length + work.options.chunk_size).min(work.options.max_record);
            continue;
        }
        let first = work.chunk.bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        if matches!(first, Some(b'{' | b'[')) {
            return None;
        }
        searched = length;
        if length >= work.options.max_record {
            skip_line(work);
            searched = 0;
            target = work.options.chunk_size;
        } else {
            target = (2 * length).min(work.options.max_record);
        }
    }
}

/// Whether it depends on the line after `end`, of which nothing was read yet, what the last one before it is: a line that was cut
/// off, or the start of a document.
fn awaits_next(bytes: &[u8], end: usize) -> bool {
    bytes[end..].iter().all(u8::is_ascii_whitespace)
        && matches!(bytes[..end].trim_ascii_end().last(), Some(b'{' | b'[' | b','))
}

/// Leaves out a line that is too long, from the chunk's first byte to wherever it ends.
fn skip_line(work: &mut Work) {
    let offset = work.chunk.offset;
    loop {
        if let Some(newline) = memchr(b'\n', &work.chunk.bytes) {
            work.drop_front(newline + 1);
            break;
        }
        work.drop_front(work.chunk.bytes.len());
        if work.ended() {
            break;
        }
        work.fill(work.options.chunk_size);
    }
    let length = work.chunk.offset - offset;
    work.report(
        offset,
        None,
        ProblemKind::TooLarge,
        format!("a line of {length} bytes is over the limit and left out"),
    );
}

/// Lists the lines of `bytes[..end]` that are not blank, up to the first that starts a document of many lines,
/// whose place is returned.
fn split(bytes: &[u8], end: usize, lines: &mut Vec<Range<usize>>) -> Option<usize> {
    let mut start = 0;
    while start < end {
        let newline = memchr(b'\n', &bytes[start..end]).map_or(end, |at| start + at);
        let line = trim(bytes, start..newline);
        if !line.is_empty() {
            let (first, last) = (bytes[line.start], bytes[line.end - 1]);
            if matches!(last, b'}' | b']') || !matches!(first, b'{' | b'[') {
                lines.push(line);
            } else if starts_document(&bytes[line.clone()], &bytes[newline..]) {
                return Some(start);
            } else {
                lines.push(without_comma(bytes, line));
            }
        }
        start = newline + 1;
    }
    None
}

/// A line `{…},`, as people cut them out of an array, without its comma.
fn without_comma(bytes: &[u8], line: Range<usize>) -> Range<usize> {
    match first_value(&bytes[line.clone()]) {
        Some(length) if bytes[line.start + length..line.end].trim_ascii() == b"," => line.start..line.start + length,
        _ => line,
    }
}

fn trim(bytes: &[u8], mut line: Range<usize>) -> Range<usize> {
    let is_blank = |byte: u8| matches!(byte, b' ' | b'\t' | b'\r');
    while line.start < line.end && is_blank(bytes[line.start]) {
        line.start += 1;
    }
    // A byte order mark amid the lines comes from joining files.
    if bytes[line.clone()].starts_with(b"\xef\xbb\xbf") {
        line.start += 3;
    }
    while line.start < line.end && is_blank(bytes[line.end - 1]) {
        line.end -= 1;
    }
    line
}
