//! Text that stands in nearly every record, by its short parts.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use super::fragments::LENGTH;

/// What turns up in logs of any kind, so that it tells nothing.
const COMMONPLACE: &str = "microsoft. windows http https:// www. .com .net .org .example system account action \
    application create delete write read update add remove list get set success failure status result value values \
    name names type user users time date true false null none tion ation ment ness able ance ence ting ions with \
    that this from have there here other object group role member resource service client request response device \
    network security policy provider property properties display identity default level message event category";

/// The short parts of commonplace text: fragments of the last resort. Some others are taken for such, now and then,
/// which only makes a choice a little worse.
pub(super) struct Commonplace {
    parts: Vec<u64>,
}

/// In words of 64 bits; a hundred thousand parts fill less than half.
const WORDS: usize = 1 << 12;

impl Commonplace {
    /// That of any log, and `text`.
    pub(super) fn new(text: &str) -> Commonplace {
        let mut parts = vec![0; WORDS];
        for text in [COMMONPLACE, &text.to_lowercase()] {
            for part in (1..=LENGTH).flat_map(|length| text.as_bytes().windows(length)) {
                let (word, bit) = place(part);
                parts[word] |= bit;
            }
        }
        Commonplace { parts }
    }

    pub(super) fn holds(&self, part: &str) -> bool {
        let (word, bit) = place(part.as_bytes());
        self.parts[word] & bit != 0
    }
}

fn place(part: &[u8]) -> (usize, u64) {
    let mut hasher = FxHasher::default();
    hasher.write(part);
    let hash = hasher.finish();
    ((hash >> 6) as usize % WORDS, 1 << (hash % 64))
}
