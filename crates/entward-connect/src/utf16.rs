//! UTF-16, as PowerShell's `>` and `Out-File` write it, turned into UTF-8 on the way.

use std::io::{self, Read};

/// Whether `head` is the start of UTF-16 text, and if so, whether it is big-endian.
///
/// Besides the byte order mark, the looks of a JSON text are taken for proof: a bracket or quote beside a zero.
pub(crate) fn utf16_of(head: &[u8]) -> Option<bool> {
    match head {
        // Four bytes of which the last two are zero would be UTF-32, which nobody writes.
        [0xff, 0xfe, third, fourth, ..] if (*third, *fourth) != (0, 0) => Some(false),
        [0xfe, 0xff, ..] => Some(true),
        [b'{' | b'[' | b'"', 0, second, 0, ..] if *second != 0 => Some(false),
        [0, b'{' | b'[' | b'"', 0, second, ..] if *second != 0 => Some(true),
        _ => None,
    }
}

/// Reads UTF-16 and yields UTF-8, without byte order mark. A lone surrogate becomes U+FFFD.
pub(crate) struct Utf16Reader<R> {
    reader: R,
    big_endian: bool,
    raw: Vec<u8>,
    /// How many bytes of `raw` await decoding: at most one code unit and a half between two reads.
    waiting: usize,
    high_surrogate: Option<u16>,
    started: bool,
    ended: bool,
    text: Vec<u8>,
    given: usize,
}

impl<R: Read> Utf16Reader<R> {
    pub(crate) fn new(reader: R, big_endian: bool) -> Utf16Reader<R> {
        Utf16Reader {
            reader,
            big_endian,
            raw: vec![0; 64 << 10],
            waiting: 0,
            high_surrogate: None,
            started: false,
            ended: false,
            text: Vec::new(),
            given: 0,
        }
    }

    /// Decodes the next stretch into `text`.
    fn refill(&mut self) -> io::Result<()> {
        let count = self.reader.read(&mut self.raw[self.waiting..])?;
        self.text.clear();
        self.given = 0;
        if count == 0 {
            self.ended = true;
            if self.high_surrogate.take().is_some() || self.waiting > 0 {
                self.push(char::REPLACEMENT_CHARACTER);
            }
            return Ok(());
        }
        let available = self.waiting + count;
        let whole = available & !1;
        for at in (0..whole).step_by(2) {
            let pair = [self.raw[at], self.raw[at + 1]];
            let unit = if self.big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) };
            self.unit(unit);
        }
        self.waiting = available - whole;
        self.raw[0] = self.raw[available - 1];
        Ok(())
    }

    fn unit(&mut self, unit: u16) {
        let is_mark = !self.started && unit == 0xfeff;
        self.started = true;
        if is_mark {
            return;
        }
        match (self.high_surrogate.take(), unit) {
            (Some(high), 0xdc00..=0xdfff) => {
                let code = 0x1_0000 + ((u32::from(high) - 0xd800) << 10) + (u32::from(unit) - 0xdc00);
                self.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                return;
            }
            (Some(_), _) => self.push(char::REPLACEMENT_CHARACTER),
            (None, _) => {}
        }
        match unit {
            0..=0x7f => self.text.push(unit as u8),
            0xd800..=0xdbff => self.high_surrogate = Some(unit),
            _ => self.push(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
    }

    fn push(&mut self, character: char) {
        self.text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

impl<R: Read> Read for Utf16Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            if self.ended || buffer.is_empty() {
                return Ok(0);
            }
            self.refill()?;
        }
        let count = buffer.len().min(self.text.len() - self.given);
        buffer[..count].copy_from_slice(&self.text[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}
