//! zstd, unpacked so that damage costs no block that came before it.
//!
//! When the library meets damage it forgets how much it wrote in that call. So
//! it is given either input or room for output, never both: a call that reads
//! unpacks one block (128 KiB at most) into the library's own memory, and calls
//! that cannot fail bring it out.

use std::io::{self, BufRead, Read};

use zstd::stream::raw::{Decoder, InBuffer, Operation, OutBuffer};

/// Unpacks any number of zstd frames.
pub(crate) struct Zstandard<R> {
    reader: R,
    unpacker: Decoder<'static>,
    /// Whether what was read so far is whole: no frame is open.
    is_whole: bool,
    is_over: bool,
}

impl<R: BufRead> Zstandard<R> {
    pub(crate) fn new(reader: R) -> io::Result<Zstandard<R>> {
        Ok(Zstandard { reader, unpacker: Decoder::new()?, is_whole: true, is_over: false })
    }

    /// Takes in packed bytes; returns whether there were any.
    fn take_in(&mut self) -> io::Result<bool> {
        let bytes = self.reader.fill_buf()?;
        if bytes.is_empty() {
            return Ok(false);
        }
        if self.is_whole {
            self.unpacker.reinit()?;
        }
        let mut input = InBuffer::around(bytes);
        let wanted = self.unpacker.run(&mut input, &mut OutBuffer::around(&mut [][..]))?;
        let used = input.pos();
        self.is_whole = wanted == 0;
        self.reader.consume(used);
        Ok(true)
    }

    fn bring_out(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_whole {
            return Ok(0);
        }
        let mut output = OutBuffer::around(buffer);
        self.unpacker.run(&mut InBuffer::around(&[]), &mut output)?;
        Ok(output.pos())
    }
}

impl<R: BufRead> Read for Zstandard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.is_over && !buffer.is_empty() {
            let count = self.bring_out(buffer)?;
            if count > 0 {
                return Ok(count);
            }
            match self.take_in() {
                Ok(true) => {}
                Ok(false) => {
                    self.is_over = true;
                    if !self.is_whole {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(error) => {
                    self.is_over = error.kind() != io::ErrorKind::Interrupted;
                    return Err(error);
                }
            }
        }
        Ok(0)
    }
}
