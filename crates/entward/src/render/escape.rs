//! Makes foreign text harmless and visible, where people read it.
//!
//! Whoever registers an application chooses its name. A name may hold terminal commands,
//! marks that turn the reading direction around, or characters that take no space at all.
//! Here each of these becomes its number in plain sight (`\u{202e}`), and what is too long
//! to read is cut with `…`. Letters are left alone, also where they resemble others: the
//! reader sees what a portal would show, and ids stand beside names to tell them apart.
//!
//! Formats for programs keep the text whole; what they need is in [`json`](super::json)
//! and [`csv`](super::csv).

use std::borrow::Cow;

/// How many characters of a name are shown.
pub(crate) const NAME_LIMIT: usize = 120;

/// How many characters of a sentence that contains foreign text are shown.
pub(crate) const SENTENCE_LIMIT: usize = 400;

/// The text with everything invisible made visible, cut behind `limit` characters.
pub(crate) fn shown(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit && !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut result = String::new();
    let mut length = 0;
    for (position, character) in text.char_indices() {
        let needed = shown_length(character);
        let is_last = position + character.len_utf8() == text.len();
        if length + needed > limit || (length + needed == limit && !is_last) {
            result.push('…');
            break;
        }
        push_shown(&mut result, character);
        length += needed;
    }
    Cow::Owned(result)
}

/// Like [`shown`], but cuts in the middle: for sentences, whose end matters as well.
pub(crate) fn shown_sentence(text: &str, limit: usize) -> Cow<'_, str> {
    let length: usize = text.chars().map(shown_length).sum();
    if length <= limit {
        return shown(text, limit);
    }
    let mut tail = Vec::new();
    let mut room = limit / 3;
    for character in text.chars().rev() {
        let needed = shown_length(character);
        if needed > room {
            break;
        }
        room -= needed;
        tail.push(character);
    }
    let mut result = shown(text, limit - limit / 3).into_owned();
    for character in tail.into_iter().rev() {
        push_shown(&mut result, character);
    }
    Cow::Owned(result)
}

/// Whether a character commands a terminal, turns the direction of reading, or cannot be seen.
pub(crate) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            // Soft hyphen, grapheme joiner, Arabic letter mark, the blank letters of
            // Hangul, the inherent vowels of Khmer, the separators of Mongolian.
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{3164}' | '\u{ffa0}'
            // Zero-width characters, direction marks, separators of lines and paragraphs,
            // embeddings and overrides.
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            // Word joiner, invisible operators, isolates, deprecated formatting.
            | '\u{2060}'..='\u{206f}'
            // Variation selectors, byte order mark, interlinear annotation.
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            // Musical formatting, tags, further variation selectors.
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
        )
}

/// Appends a character as people may see it.
pub(crate) fn push_shown(result: &mut String, character: char) {
    if is_hidden(character) {
        result.extend(character.escape_unicode());
    } else {
        result.push(character);
    }
}

fn shown_length(character: char) -> usize {
    if is_hidden(character) { character.escape_unicode().len() } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_commands_or_hides_is_shown_as_its_number() {
        check("\u{1b}[2Jgone", r"\u{1b}[2Jgone");
        check("invoice\u{202e}fdp.exe", r"invoice\u{202e}fdp.exe");
        check("a\u{2066}b\u{2069}c\u{200e}d\u{200f}", r"a\u{2066}b\u{2069}c\u{200e}d\u{200f}");
        check("Con\u{200b}toso\u{feff}", r"Con\u{200b}toso\u{feff}");
        check("two\r\nlines\tand\0more", r"two\u{d}\u{a}lines\u{9}and\u{0}more");
        check("\u{9b}31m", r"\u{9b}31m");
        check("tag\u{e0041}", r"tag\u{e0041}");
    }

    #[test]
    fn letters_are_left_alone_even_where_they_resemble_others() {
        check("Contоso Süd 東京 🙂", "Contоso Süd 東京 🙂");
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(shown(text, 200), expected);
    }

    #[test]
    fn a_long_name_is_cut_and_never_within_an_escape() {
        assert_eq!(shown(&"x".repeat(10_000), 10), "xxxxxxxxx…");
        assert_eq!(shown("xxxxxxxxxx", 10), "xxxxxxxxxx");
        assert_eq!(shown("ääääääääää", 10), "ääääääääää");
        assert_eq!(shown(&"\u{202e}".repeat(10_000), 20), r"\u{202e}\u{202e}…");
    }

    #[test]
    fn a_long_sentence_is_cut_in_its_middle() {
        let sentence = format!("mallory registered {} and granted it Mail.Read", "x".repeat(10_000));
        let cut = shown_sentence(&sentence, 100);
        assert!(cut.starts_with("mallory registered xxx"), "{cut}");
        assert!(cut.contains('…') && cut.ends_with("xx and granted it Mail.Read"), "{cut}");
        assert_eq!(cut.chars().count(), 100);
        assert_eq!(shown_sentence("short", 100), "short");
    }
}
