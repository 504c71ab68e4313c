//! gzip and bare deflate, unpacked so that damage costs nothing that came before it.
//!
//! The ready-made readers of `flate2` drop what they unpacked in the same call in
//! which they meet damage, up to a whole buffer of records. This one hands it out
//! first and fails at the next call.

use std::io::{self, BufRead, Read};

use flate2::{Decompress, FlushDecompress, Status};

/// The largest window that deflate has, as a power of two.
const WINDOW_BITS: u8 = 15;

/// Unpacks gzip, of any number of members, or one bare deflate stream.
pub(crate) struct Inflate<R> {
    reader: R,
    unpacker: Decompress,
    is_gzip: bool,
    state: State,
}

enum State {
    Within,
    /// A member ended; another may follow.
    Between,
    /// To be told at the next call.
    Failed(io::Error),
    Ended,
}

impl<R: BufRead> Inflate<R> {
    pub(crate) fn gzip(reader: R) -> Inflate<R> {
        Inflate { reader, unpacker: Decompress::new_gzip(WINDOW_BITS), is_gzip: true, state: State::Within }
    }

    /// Bare deflate, as members of a zip are packed.
    pub(crate) fn bare(reader: R) -> Inflate<R> {
        Inflate { reader, unpacker: Decompress::new(false), is_gzip: false, state: State::Within }
    }

    /// Goes on to the next member, past zeros that fill up the last block on tapes; or finds the end.
    fn begin_member(&mut self) -> io::Result<()> {
        loop {
            let input = self.reader.fill_buf()?;
            let zeros = input.iter().take_while(|&&byte| byte == 0).count();
            if input.is_empty() || !self.is_gzip {
                self.state = State::Ended;
                return Ok(());
            }
            if zeros < input.len() {
                self.reader.consume(zeros);
                self.unpacker = Decompress::new_gzip(WINDOW_BITS);
                self.state = State::Within;
                return Ok(());
            }
            self.reader.consume(zeros);
        }
    }

    /// Unpacks once. `None`: there was nothing yet to hand out.
    fn unpack(&mut self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        let input = self.reader.fill_buf()?;
        let is_last = input.is_empty();
        let (read, written) = (self.unpacker.total_in(), self.unpacker.total_out());
        let result = self.unpacker.decompress(input, buffer, FlushDecompress::None);
        let used = (self.unpacker.total_in() - read) as usize;
        let count = (self.unpacker.total_out() - written) as usize;
        self.reader.consume(used);
        match result {
            Ok(Status::StreamEnd) => self.state = State::Between,
            Ok(_) if is_last && count == 0 => {
                self.state = State::Ended;
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Ok(_) => {}
            Err(error) => {
                let message = error.message().unwrap_or("not deflate").to_owned();
                self.state = State::Failed(io::Error::new(io::ErrorKind::InvalidData, message));
            }
        }
        Ok((count > 0).then_some(count))
    }
}

impl<R: BufRead> Read for Inflate<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match self.state {
                State::Within => {
                    if let Some(count) = self.unpack(buffer)? {
                        return Ok(count);
                    }
                }
                State::Between => self.begin_member()?,
                State::Failed(_) => {
                    if let State::Failed(error) = std::mem::replace(&mut self.state, State::Ended) {
                        return Err(error);
                    }
                }
                State::Ended => return Ok(0),
            }
        }
    }
}
