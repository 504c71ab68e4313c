//! Walks over JSON text as fast as it can be checked, without building anything.
//!
//! Most records of a log concern nobody, so the price of a record is the price of
//! finding out that it is well formed and where a handful of its members stand. This
//! room answers only one question: where does the value that begins here end? It
//! refuses what RFC 8259 refuses, and says at which byte.
//!
//! Strings are crossed sixteen bytes at a time with instructions that every x86-64 and
//! every aarch64 has, so nothing has to be chosen at run time.

use wide::u8x16;

/// Containers inside containers beyond this depth are refused, as the full reader of a
/// record refuses them too.
pub(crate) const MAX_DEPTH: u32 = 128;

/// Why text is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SkimError {
    /// The byte at which the trouble was met, from the start of the text.
    pub(crate) offset: usize,
    /// What it is.
    pub(crate) trouble: Trouble,
}

/// The ways in which text fails to be JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The text ends inside a value.
    Ends,
    /// A byte that cannot stand there.
    Unexpected,
    /// A control character inside a string.
    ControlCharacter,
    /// An escape that JSON does not have.
    Escape,
    /// Nested deeper than [`MAX_DEPTH`].
    TooDeep,
}

impl Trouble {
    /// The trouble as a sentence fragment.
    pub(crate) fn message(self) -> &'static str {
        match self {
            Trouble::Ends => "the text ends inside a JSON value",
            Trouble::Unexpected => "a byte that cannot stand there in JSON",
            Trouble::ControlCharacter => "a control character inside a JSON string",
            Trouble::Escape => "an escape sequence that JSON does not have",
            Trouble::TooDeep => "nested deeper than 128 levels",
        }
    }
}

type Skim = Result<usize, SkimError>;

#[cold]
fn trouble(offset: usize, trouble: Trouble) -> SkimError {
    SkimError { offset, trouble }
}

/// The trouble of a position: beyond the end, or at a byte that cannot stand there.
#[cold]
fn misplaced(bytes: &[u8], offset: usize) -> SkimError {
    let kind = if offset >= bytes.len() { Trouble::Ends } else { Trouble::Unexpected };
    trouble(offset.min(bytes.len()), kind)
}

/// The first position at or after `at` that is no blank.
#[inline(always)]
pub(crate) fn blanks(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(at) {
        at += 1;
    }
    at
}

/// The position after the string whose opening quote stands before `at`.
#[inline(always)]
pub(crate) fn string(bytes: &[u8], mut at: usize) -> Skim {
    loop {
        let Some(block) = bytes.get(at..at + 16).and_then(|slice| <[u8; 16]>::try_from(slice).ok()) else {
            return string_tail(bytes, at);
        };
        let block = u8x16::new(block);
        let quotes = block.simd_eq(u8x16::splat(b'"'));
        let backslashes = block.simd_eq(u8x16::splat(b'\\'));
        let controls = block.min(u8x16::splat(0x1f)).simd_eq(block);
        let stops = (quotes | backslashes | controls).to_bitmask();
        if stops == 0 {
            at += 16;
            continue;
        }
        at += stops.trailing_zeros() as usize;
        match bytes[at] {
            b'"' => return Ok(at + 1),
            b'\\' => at = escape(bytes, at)?,
            _ => return Err(trouble(at, Trouble::ControlCharacter)),
        }
    }
}

/// The end of a string that has fewer than sixteen bytes left to look at.
#[cold]
#[inline(never)]
fn string_tail(bytes: &[u8], mut at: usize) -> Skim {
    loop {
        match bytes.get(at) {
            None => return Err(trouble(bytes.len(), Trouble::Ends)),
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at = escape(bytes, at)?,
            Some(0..=0x1f) => return Err(trouble(at, Trouble::ControlCharacter)),
            Some(_) => at += 1,
        }
    }
}

/// The position after the escape sequence whose backslash stands at `at`.
#[inline(always)]
fn escape(bytes: &[u8], at: usize) -> Skim {
    match bytes.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => match bytes.get(at + 2..at + 6) {
            Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => Ok(at + 6),
            Some(_) => Err(trouble(at, Trouble::Escape)),
            None => Err(trouble(bytes.len(), Trouble::Ends)),
        },
        Some(_) => Err(trouble(at, Trouble::Escape)),
        None => Err(trouble(bytes.len(), Trouble::Ends)),
    }
}

/// The position after the number that begins at `at`.
#[inline(always)]
fn number(bytes: &[u8], mut at: usize) -> Skim {
    let digit = |at: usize| matches!(bytes.get(at), Some(b'0'..=b'9'));
    if bytes.get(at) == Some(&b'-') {
        at += 1;
    }
    match bytes.get(at) {
        Some(b'0') => at += 1,
        Some(b'1'..=b'9') => {
            while digit(at) {
                at += 1;
            }
        }
        _ => return Err(misplaced(bytes, at)),
    }
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        if !digit(at) {
            return Err(misplaced(bytes, at));
        }
        while digit(at) {
            at += 1;
        }
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        at += 1;
        if let Some(b'+' | b'-') = bytes.get(at) {
            at += 1;
        }
        if !digit(at) {
            return Err(misplaced(bytes, at));
        }
        while digit(at) {
            at += 1;
        }
    }
    Ok(at)
}

#[inline(always)]
fn word(bytes: &[u8], at: usize, word: &[u8]) -> Skim {
    match bytes.get(at..at + word.len()) {
        Some(found) if found == word => Ok(at + word.len()),
        Some(_) => Err(misplaced(bytes, at)),
        None => {
            Err(misplaced(bytes, if word.starts_with(bytes.get(at..).unwrap_or_default()) { bytes.len() } else { at }))
        }
    }
}

/// The position after the string, number or literal that begins at `at`.
#[inline(always)]
fn scalar(bytes: &[u8], at: usize) -> Skim {
    match bytes.get(at) {
        Some(b'"') => string(bytes, at + 1),
        Some(b'-' | b'0'..=b'9') => number(bytes, at),
        Some(b't') => word(bytes, at, b"true"),
        Some(b'f') => word(bytes, at, b"false"),
        Some(b'n') => word(bytes, at, b"null"),
        _ => Err(misplaced(bytes, at)),
    }
}

/// The position after the value that begins at `at`, whatever it is. `depth` is the
/// number of containers around it.
#[inline(always)]
pub(crate) fn value(bytes: &[u8], at: usize, depth: u32) -> Skim {
    match bytes.get(at) {
        Some(b'{') => container(bytes, at + 1, true, depth + 1),
        Some(b'[') => container(bytes, at + 1, false, depth + 1),
        _ => scalar(bytes, at),
    }
}

/// The position after the colon that follows a key which ends before `at`.
#[inline(always)]
pub(crate) fn colon(bytes: &[u8], at: usize) -> Skim {
    let at = if bytes.get(at) == Some(&b':') { at } else { blanks(bytes, at) };
    if bytes.get(at) != Some(&b':') {
        return Err(misplaced(bytes, at));
    }
    let at = at + 1;
    // Almost always a value begins right here.
    Ok(if matches!(bytes.get(at), Some(byte) if *byte > b' ') { at } else { blanks(bytes, at) })
}

/// Crosses a container whose opening bracket stands before `at`.
///
/// The kinds of the containers around a position are the bits of a number, so that no
/// call is made per level.
fn container(bytes: &[u8], mut at: usize, object: bool, depth: u32) -> Skim {
    if depth > MAX_DEPTH {
        return Err(trouble(at - 1, Trouble::TooDeep));
    }
    let room = MAX_DEPTH - depth;
    let mut kinds: u128 = u128::from(object);
    let mut level = 0;
    at = blanks(bytes, at);
    if bytes.get(at) == Some(if object { &b'}' } else { &b']' }) {
        return Ok(at + 1);
    }
    loop {
        if kinds & 1 == 1 {
            if bytes.get(at) != Some(&b'"') {
                return Err(misplaced(bytes, at));
            }
            at = string(bytes, at + 1)?;
            at = colon(bytes, at)?;
        }
        match bytes.get(at) {
            Some(b'"') => at = string(bytes, at + 1)?,
            Some(open @ (b'{' | b'[')) => {
                let object = *open == b'{';
                if level == room {
                    return Err(trouble(at, Trouble::TooDeep));
                }
                let inside = blanks(bytes, at + 1);
                if bytes.get(inside) == Some(if object { &b'}' } else { &b']' }) {
                    at = inside + 1;
                } else {
                    level += 1;
                    kinds = kinds << 1 | u128::from(object);
                    at = inside;
                    continue;
                }
            }
            _ => at = scalar(bytes, at)?,
        }
        loop {
            match bytes.get(at) {
                Some(b',') => {
                    at += 1;
                    if matches!(bytes.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
                        at = blanks(bytes, at);
                    }
                    break;
                }
                Some(close @ (b'}' | b']')) if (*close == b'}') == (kinds & 1 == 1) => {
                    at += 1;
                    if level == 0 {
                        return Ok(at);
                    }
                    level -= 1;
                    kinds >>= 1;
                }
                Some(b' ' | b'\n' | b'\r' | b'\t') => at = blanks(bytes, at),
                _ => return Err(misplaced(bytes, at)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &[u8]) -> Result<(), SkimError> {
        let at = blanks(text, 0);
        let end = blanks(text, value(text, at, 0)?);
        if end == text.len() { Ok(()) } else { Err(misplaced(text, end)) }
    }

    #[test]
    fn it_agrees_with_a_full_reader() {
        let texts: &[&str] = &[
            r#"{"a":1,"b":[1,2,{"c":null}],"d":"x\"y\\","e":-1.5e+3,"f":true,"g":{}}"#,
            r#" [ ] "#,
            r#"{"a" : "0123456789abcdef0123456789abcdef" , "b" : [ ] }"#,
            r#"{"a":01}"#,
            r#"{"a":1.}"#,
            r#"{"a":1e}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"[1,]"#,
            r#"[1 2]"#,
            r#"{"a":1]"#,
            r#"{"a" 1}"#,
            r#"{a:1}"#,
            r#"{"a":"\x"}"#,
            r#"{"a":"\u12"}"#,
            r#"{"a":"\u12fg"}"#,
            r#"{"a":"\u12Ff\n"}"#,
            "{\"a\":\"tab\there and more text behind it\"}",
            r#"{"a":tru}"#,
            r#"{"a":nul"#,
            r#""unfinished"#,
            r#"-"#,
            r#"<Redacted>"#,
            r#"{"a":"b"}x"#,
            "",
        ];
        for text in texts {
            assert_eq!(
                whole(text.as_bytes()).is_ok(),
                serde_json::from_str::<serde_json::Value>(text).is_ok(),
                "{text}"
            );
        }
    }

    #[test]
    fn every_cut_of_a_record_is_refused_at_its_end() {
        let text = br#"{"time":"2026-03-04T09:20:11Z","n":[1,-2.5e3,true,null],"p":{"q":"\u00e9 and a long long tail","r":{}}}"#;
        for cut in 1..text.len() {
            let error = whole(&text[..cut]).expect_err("a cut record is no record");
            assert_eq!(error, SkimError { offset: cut, trouble: Trouble::Ends }, "cut at {cut}");
        }
    }

    #[test]
    fn depth_is_bounded_without_recursion() {
        let deep = |levels: usize| [vec![b'['; levels], vec![b']'; levels]].concat();
        assert!(whole(&deep(128)).is_ok());
        assert_eq!(whole(&deep(129)).map_err(|error| error.trouble), Err(Trouble::TooDeep));
        assert_eq!(whole(&deep(100_000)).map_err(|error| error.trouble), Err(Trouble::TooDeep));
    }
}
