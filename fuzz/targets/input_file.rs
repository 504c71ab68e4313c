//! Any bytes as a file: recognized, unpacked, cut into records. A pipe that hands over a
//! few bytes at a time must yield the same records as a disk that hands over all.
#![no_main]

use std::io::{self, Cursor, Read};

use entward_fuzz::pieces;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let (at_once, well) = pieces(Cursor::new(bytes.to_vec()), 16 << 10);
    let (in_drops, _) = pieces(Drops(Cursor::new(bytes.to_vec())), 16 << 10);
    // How much a damaged archive yields before the damage is noticed is its decoder's affair.
    let is_packed = bytes.first().is_some_and(|first| b"\x1f\x28PO".contains(first));
    assert!(in_drops == at_once || is_packed && !well, "{in_drops:?} {at_once:?}");
});

/// Seven bytes a read.
struct Drops(Cursor<Vec<u8>>);

impl Read for Drops {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let end = buffer.len().min(7);
        self.0.read(&mut buffer[..end])
    }
}
