//! One writing for the many in which the logs spell an operation.
//!
//! `Update application – Certificates and secrets management ` has an en dash and a trailing
//! blank in every log and a hyphen in the documentation; the unified log puts a full stop
//! behind most names; the Activity Log is exported in upper case. Comparing has to happen
//! after folding all of that, on both sides.

use std::borrow::Cow;

/// Folds an operation's text: dashes to `-`, runs of blanks of any kind to one blank,
/// none at the ends, no full stops at the end, lower case.
///
/// Folding twice changes nothing more, and a text that is folded already is handed back
/// as it is, without allocating.
pub fn fold_operation(text: &str) -> Cow<'_, str> {
    let core = without_ends(text);
    let mut unfolded = core.chars();
    let is_folded = fold_each(core, |character| unfolded.next() == Some(character));
    if is_folded && unfolded.next().is_none() {
        return Cow::Borrowed(core);
    }
    let mut out = String::with_capacity(core.len());
    fold_each(core, |character| {
        out.push(character);
        true
    });
    Cow::Owned(out)
}

/// Folds into `buffer`; `None` where the folded text does not fit in it.
///
/// The same folding as [`fold_operation`], for a caller that meets a text per record and
/// only wants to look it up.
pub(super) fn fold_into<'b>(text: &str, buffer: &'b mut [u8]) -> Option<&'b str> {
    let core = without_ends(text);
    let mut length = 0;
    if core.is_ascii() && !has_uneven_blanks(core.as_bytes()) {
        length = core.len();
        let room = buffer.get_mut(..length)?;
        room.copy_from_slice(core.as_bytes());
        room.make_ascii_lowercase();
    } else {
        let fits = fold_each(core, |character| {
            let end = length + character.len_utf8();
            let Some(room) = buffer.get_mut(length..end) else { return false };
            character.encode_utf8(room);
            length = end;
            true
        });
        if !fits {
            return None;
        }
    }
    std::str::from_utf8(buffer.get(..length)?).ok()
}

/// Hands over the folded characters until `take` has enough; whether it took them all.
fn fold_each(core: &str, mut take: impl FnMut(char) -> bool) -> bool {
    let mut after_blank = false;
    for character in core.chars() {
        let blank = is_blank(character);
        let goes_on = if blank {
            after_blank || take(' ')
        } else if character.is_ascii() {
            take(character.to_ascii_lowercase())
        } else if is_dash(character) {
            take('-')
        } else {
            character.to_lowercase().all(&mut take)
        };
        if !goes_on {
            return false;
        }
        after_blank = blank;
    }
    true
}

/// Without blanks at either end and without the full stops that end some names.
fn without_ends(text: &str) -> &str {
    text.trim_start_matches(is_blank).trim_end_matches(|character| character == '.' || is_blank(character))
}

/// Whether there is a blank other than single spaces, in text of ASCII alone.
fn has_uneven_blanks(text: &[u8]) -> bool {
    text.iter().any(|byte| matches!(byte, b'\t'..=b'\r')) || text.windows(2).any(|pair| pair == b"  ")
}

/// White space, and the marks of no width that copying from a web page leaves behind.
fn is_blank(character: char) -> bool {
    if character.is_ascii() {
        return matches!(character, ' ' | '\t'..='\r');
    }
    character.is_whitespace() || matches!(character, '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// The dashes that people and programs put where a hyphen is meant.
fn is_dash(character: char) -> bool {
    matches!(character, '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREDENTIALS: &str = "update application - certificates and secrets management";

    #[test]
    fn the_spellings_of_one_activity_fold_together() {
        check("Update application – Certificates and secrets management ", CREDENTIALS);
        check("Update application - Certificates and secrets management", CREDENTIALS);
        check("Update application — Certificates and secrets management.", CREDENTIALS);
        check("UPDATE APPLICATION \u{2212} CERTIFICATES AND SECRETS MANAGEMENT .", CREDENTIALS);
        check("\u{feff}Update\u{a0}application  -\tCertificates and\r\nsecrets management. ", CREDENTIALS);
    }

    #[test]
    fn final_stops_go_and_inner_ones_stay() {
        check("Add application.", "add application");
        check("Add application. . ", "add application");
        check("Microsoft.AAD/register/action", "microsoft.aad/register/action");
        check("...", "");
        check("", "");
    }

    #[test]
    fn letters_beyond_ascii_fold_too() {
        check("Ändere Rolle", "ändere rolle");
        check("更新 应用", "更新 应用");
    }

    #[test]
    fn a_folded_text_is_not_copied() {
        for text in ["add application", "microsoft.authorization/roleassignments/write", "ändere rolle", CREDENTIALS] {
            assert!(matches!(fold_operation(text), Cow::Borrowed(_)), "{text}");
        }
        assert!(matches!(fold_operation(" add application. "), Cow::Borrowed("add application")));
    }

    #[test]
    fn a_text_that_does_not_fit_is_refused() {
        let mut buffer = [0; 15];
        assert_eq!(fold_into("Add  application.", &mut buffer), Some("add application"));
        assert_eq!(fold_into("Add applications", &mut buffer), None);
        assert_eq!(fold_into("Ändere die Rolle", &mut buffer), None);
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(fold_operation(text), expected);
        assert_eq!(fold_operation(expected), expected, "folding twice");
        let mut buffer = [0; 256];
        assert_eq!(fold_into(text, &mut buffer), Some(expected), "{text}");
    }
}
