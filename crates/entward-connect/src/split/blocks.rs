//! 64 bytes as bit masks: bit *n* stands for byte *n*.
//!
//! The technique is that of simdjson (Langdale and Lemire, "Parsing Gigabytes of JSON per Second", 2019), with
//! vectors of 16 bytes, which every x86-64 and aarch64 processor has.

use wide::u8x16;

/// Bytes per block.
pub(super) const BLOCK: usize = 64;

/// 64 bytes in vectors.
#[derive(Clone, Copy)]
pub(super) struct Block([u8x16; 4]);

impl Block {
    #[inline(always)]
    pub(super) fn load(bytes: &[u8; BLOCK]) -> Block {
        let (chunks, _) = bytes.as_chunks::<16>();
        Block([u8x16::new(chunks[0]), u8x16::new(chunks[1]), u8x16::new(chunks[2]), u8x16::new(chunks[3])])
    }

    /// The last, short block of a text, filled up with blanks.
    pub(super) fn load_short(bytes: &[u8]) -> Block {
        let mut padded = [b' '; BLOCK];
        padded[..bytes.len()].copy_from_slice(bytes);
        Block::load(&padded)
    }

    /// Where the bytes equal `byte`.
    #[inline(always)]
    pub(super) fn equal(self, byte: u8) -> u64 {
        let wanted = u8x16::splat(byte);
        mask(self.0.map(|vector| vector.simd_eq(wanted)))
    }

    /// Where the bytes equal `byte` once bit 5 is set, which folds `[` onto `{` and `]` onto `}`.
    #[inline(always)]
    pub(super) fn equal_folded(self, byte: u8) -> u64 {
        let (wanted, fold) = (u8x16::splat(byte), u8x16::splat(0x20));
        mask(self.0.map(|vector| (vector | fold).simd_eq(wanted)))
    }
}

#[inline(always)]
fn mask(vectors: [u8x16; 4]) -> u64 {
    let [first, second, third, fourth] = vectors.map(|vector| u64::from(vector.to_bitmask()));
    first | second << 16 | third << 32 | fourth << 48
}

/// Each bit becomes the parity of itself and all bits below it: from quotes to the stretches between them.
#[inline(always)]
pub(super) fn prefix_xor(mut bits: u64) -> u64 {
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^ bits << 32
}

/// Which bytes are escaped by a backslash before them. `carry` is 1 when the block before ended with a backslash
/// that escapes the first byte of this one, and is updated.
#[inline(always)]
pub(super) fn escaped(backslashes: u64, carry: &mut u64) -> u64 {
    const EVEN: u64 = 0x5555_5555_5555_5555;
    if backslashes == 0 {
        return std::mem::take(carry);
    }
    let unescaped = backslashes & !*carry;
    let follows = unescaped << 1 | *carry;
    // A run of backslashes that starts at an odd bit: adding carries it to its end, and parity tells the rest.
    let odd_starts = unescaped & !EVEN & !follows;
    let (ends, overflow) = odd_starts.overflowing_add(unescaped);
    *carry = u64::from(overflow);
    (EVEN ^ ends << 1) & follows
}
