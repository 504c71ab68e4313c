//! The encodings that a value can be looked for in: Base64, UTF-16, Windows dashes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::modifier::Encoding;
use crate::pattern::{Pattern, Token};

/// Windows tools take any of these before an option.
const DASHES: [char; 5] = ['-', '/', '–', '—', '―'];

/// More dashes in one value would make thousands of alternatives.
const MAXIMUM_DASHES: usize = 4;

/// The patterns that stand for `pattern` once `encodings` were applied in order,
/// any of which may be met.
pub(crate) fn encode(pattern: Pattern, encodings: &[Encoding]) -> Result<Vec<Pattern>, &'static str> {
    let mut patterns = vec![pattern];
    let mut wide = None;
    for encoding in encodings {
        match encoding {
            Encoding::Windash => {
                let spelled: Result<Vec<_>, _> = patterns.iter().map(with_any_dash).collect();
                patterns = spelled?.into_iter().flatten().collect();
            }
            Encoding::Utf16 | Encoding::Utf16Le | Encoding::Utf16Be => wide = Some(*encoding),
            Encoding::Base64 | Encoding::Base64Offset => {
                let mut encoded = Vec::new();
                for pattern in &patterns {
                    let text = pattern.as_literal().ok_or("has wildcards, which an encoding cannot carry")?;
                    if text.is_empty() {
                        return Err("is empty, so that nothing could be looked for");
                    }
                    let bytes = to_bytes(text, wide);
                    if *encoding == Encoding::Base64 {
                        encoded.push(Pattern::literal(STANDARD.encode(bytes)));
                    } else {
                        encoded.extend(at_each_offset(&bytes).map(Pattern::literal));
                    }
                }
                patterns = encoded;
            }
        }
    }
    Ok(patterns)
}

fn to_bytes(text: &str, wide: Option<Encoding>) -> Vec<u8> {
    let units = text.encode_utf16();
    match wide {
        Some(Encoding::Utf16Be) => units.flat_map(u16::to_be_bytes).collect(),
        Some(Encoding::Utf16Le) => units.flat_map(u16::to_le_bytes).collect(),
        Some(_) => [0xff, 0xfe].into_iter().chain(units.flat_map(u16::to_le_bytes)).collect(),
        None => text.as_bytes().to_vec(),
    }
}

/// The Base64 of `bytes` as it looks when 0, 1 or 2 bytes stand before it, without
/// the letters that the bytes around it would change.
fn at_each_offset(bytes: &[u8]) -> impl Iterator<Item = String> {
    (0..3_usize).filter_map(move |offset| {
        let mut padded = vec![b' '; offset];
        padded.extend_from_slice(bytes);
        let encoded = STANDARD.encode(&padded);
        let start = [0, 2, 3][offset];
        let end = encoded.len() - [0, 3, 2][padded.len() % 3];
        encoded.get(start..end).filter(|text| !text.is_empty()).map(str::to_owned)
    })
}

/// Every spelling of the dashes that begin a word.
fn with_any_dash(pattern: &Pattern) -> Result<Vec<Pattern>, &'static str> {
    let mut spellings = vec![Pattern::default()];
    let mut dashes = 0;
    let mut before: Option<char> = None;
    for token in &pattern.tokens {
        let Token::Literal(text) = token else {
            spellings.iter_mut().for_each(|spelling| spelling.tokens.push(token.clone()));
            before = None;
            continue;
        };
        spellings.iter_mut().for_each(|spelling| spelling.tokens.push(Token::Literal(String::new())));
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let begins_word = !before.is_some_and(is_word) && characters.peek().copied().is_some_and(is_word);
            if matches!(character, '-' | '/') && begins_word {
                dashes += 1;
                if dashes > MAXIMUM_DASHES {
                    return Err("has more dashes than can be spelled out");
                }
                spellings = spellings
                    .into_iter()
                    .flat_map(|spelling| DASHES.map(|dash| with_character(spelling.clone(), dash)))
                    .collect();
            } else {
                spellings = spellings.into_iter().map(|spelling| with_character(spelling, character)).collect();
            }
            before = Some(character);
        }
    }
    Ok(spellings)
}

fn with_character(mut pattern: Pattern, character: char) -> Pattern {
    if let Some(Token::Literal(text)) = pattern.tokens.last_mut() {
        text.push(character);
    }
    pattern
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
