//! Lays text out in rows that fit a terminal.
//!
//! A row is a label and a [`Text`]; the text is wrapped at blanks and every further line
//! stands under the first. Ids are never broken, so that they can be copied, even where
//! one alone is wider than the terminal; only paths and resource ids are, before a `/`.
//! Color is added to words and never counts as width.

use std::borrow::Cow;

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::View;
use super::escape::{NAME_LIMIT, SENTENCE_LIMIT, shown, shown_sentence};

/// An id longer than this is no id but somebody's joke, and is broken like any text.
const ID_LIMIT: usize = 400;

/// Text made of Entward's own words and of foreign text.
///
/// Foreign text is kept as it is and made harmless only by [`row`], so that the same
/// text can also go whole into a format for programs ([`Text::raw`]).
#[derive(Clone, Debug, Default)]
pub(super) struct Text {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
struct Piece {
    text: String,
    style: Style,
    kind: Kind,
}

/// Where a piece of text comes from, and so how it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Entward's own words.
    Own,
    /// A name or value that somebody chose.
    Name,
    /// A sentence that may contain names.
    Sentence,
    /// The same, with another limit than names have.
    Cut(usize),
    /// An id, which stays in one piece.
    Id,
    /// Entward's own words, which stay on one line with what follows.
    Glue,
}

impl Text {
    /// Entward's own words.
    pub(super) fn own(text: impl Into<String>) -> Text {
        Text::default().and(text)
    }

    /// Appends Entward's own words.
    pub(super) fn and(self, text: impl Into<String>) -> Text {
        self.and_styled(Style::new(), text)
    }

    /// Appends Entward's own words with color.
    pub(super) fn and_styled(self, style: Style, text: impl Into<String>) -> Text {
        self.push(text.into(), style, Kind::Own)
    }

    /// Appends a name or value that somebody chose.
    pub(super) fn and_name(self, name: impl Into<String>) -> Text {
        self.push(name.into(), Style::new(), Kind::Name)
    }

    /// Appends a sentence that may contain names.
    pub(super) fn and_sentence(self, sentence: impl Into<String>) -> Text {
        self.and_styled_sentence(Style::new(), sentence)
    }

    /// Appends a sentence that may contain names, with color.
    pub(super) fn and_styled_sentence(self, style: Style, sentence: impl Into<String>) -> Text {
        self.push(sentence.into(), style, Kind::Sentence)
    }

    /// Appends an id, which stays in one piece.
    pub(super) fn and_id(self, id: impl Into<String>) -> Text {
        self.push(id.into(), Style::new(), Kind::Id)
    }

    /// Appends a name or value that somebody chose, cut in its middle behind `limit` characters.
    pub(super) fn and_cut(self, name: impl Into<String>, limit: usize) -> Text {
        self.push(name.into(), Style::new(), Kind::Cut(limit))
    }

    /// Appends an id behind the words that say what it is; they stay on one line.
    pub(super) fn and_labeled_id(self, label: &str, id: impl Into<String>) -> Text {
        self.and_together(format!("{label} ")).and_id(id)
    }

    /// Appends Entward's own words, which stay on one line with each other and with what follows.
    pub(super) fn and_together(self, text: impl Into<String>) -> Text {
        self.push(text.into(), Style::new(), Kind::Glue)
    }

    /// How many columns the text takes on one line.
    pub(super) fn width(&self) -> usize {
        self.pieces.iter().map(|piece| piece.shown().0.width()).sum()
    }

    /// Appends another text.
    pub(super) fn and_text(mut self, text: Text) -> Text {
        self.pieces.extend(text.pieces);
        self
    }

    /// Whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.iter().all(|piece| piece.text.is_empty())
    }

    /// The whole text, with nothing escaped and nothing cut: for programs only.
    pub(super) fn raw(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    fn push(mut self, text: String, style: Style, kind: Kind) -> Text {
        self.pieces.push(Piece { text, style, kind });
        self
    }

    /// The words: what stands between blanks, each in its differently styled parts.
    fn words(&self) -> Vec<Vec<Part>> {
        let mut words = vec![Vec::new()];
        for piece in &self.pieces {
            let (text, unbroken) = piece.shown();
            if piece.kind == Kind::Glue {
                if let Some(word) = words.last_mut() {
                    word.push(Part { text: text.into_owned(), style: piece.style, unbroken });
                }
                continue;
            }
            for (position, part) in text.split(' ').enumerate() {
                if position > 0 {
                    words.push(Vec::new());
                }
                if let (Some(word), false) = (words.last_mut(), part.is_empty()) {
                    word.push(Part { text: part.to_owned(), style: piece.style, unbroken });
                }
            }
        }
        words
    }
}

impl Piece {
    /// The text as people may see it, and whether it stays in one piece.
    fn shown(&self) -> (Cow<'_, str>, bool) {
        match self.kind {
            Kind::Own => (Cow::Borrowed(self.text.as_str()), false),
            Kind::Glue => (Cow::Borrowed(self.text.as_str()), true),
            Kind::Cut(limit) => (shown_sentence(&self.text, limit), false),
            Kind::Name => (shown(&self.text, NAME_LIMIT), false),
            Kind::Sentence => (shown_sentence(&self.text, SENTENCE_LIMIT), false),
            Kind::Id => {
                let id = shown(&self.text, ID_LIMIT);
                let unbroken = !id.ends_with('…');
                (id, unbroken)
            }
        }
    }
}

/// A part of a word, ready to be shown.
struct Part {
    text: String,
    style: Style,
    unbroken: bool,
}

/// Appends a row: the label `indent` columns from the left, the text from column `column` on.
pub(super) fn row(out: &mut String, view: View, indent: usize, label: &Text, column: usize, text: &Text) {
    let mut line = Line::new(view, indent);
    for word in label.words() {
        line.word(&word);
    }
    line.advance_to(column);
    for word in text.words() {
        line.word(&word);
    }
    line.end(out);
}

/// Appends a paragraph, every line of which begins `indent` columns from the left.
pub(super) fn paragraph(out: &mut String, view: View, indent: usize, text: &Text) {
    row(out, view, indent, &Text::default(), indent, text);
}

/// The lines of one row while they are filled.
struct Line {
    view: View,
    done: String,
    /// The column where the next word would begin, without a blank before it.
    column: usize,
    /// The column where lines of this row begin.
    start: usize,
    /// Blanks that are owed; they are written only when a word follows, so that no line
    /// ends with one.
    blanks: usize,
    /// Whether a word stands on this line, right of the start.
    has_word: bool,
}

impl Line {
    fn new(view: View, start: usize) -> Line {
        Line { view, done: String::new(), column: 0, start, blanks: start, has_word: false }
    }

    /// The rest of the row stands right of `column`.
    fn advance_to(&mut self, column: usize) {
        let reached = if self.column > 0 { self.column + 1 } else { 0 };
        self.blanks = column.max(reached) - self.column;
        self.start = column;
        self.has_word = false;
    }

    fn word(&mut self, word: &[Part]) {
        let width: usize = word.iter().map(|part| part.text.width()).sum();
        let between = usize::from(self.has_word);
        let room = self.view.width.saturating_sub(self.column + self.blanks + between);
        if width > room && self.has_word {
            self.next_line();
        } else {
            self.blanks += between;
        }
        for part in word {
            self.part(part);
        }
        self.has_word = true;
    }

    /// Writes a part of a word, broken where it is wider than a whole line.
    fn part(&mut self, part: &Part) {
        if self.column + self.blanks + part.text.width() <= self.view.width {
            self.write(&part.text, part.style);
            return;
        }
        if part.unbroken {
            self.path(part);
            return;
        }
        let mut fitting = String::new();
        for character in part.text.chars() {
            let grown = format!("{fitting}{character}");
            let stands_alone = fitting.is_empty() && self.column + self.blanks <= self.start;
            if self.column + self.blanks + grown.width() > self.view.width && !stands_alone {
                self.write(&fitting, part.style);
                self.next_line();
                fitting = character.to_string();
            } else {
                fitting = grown;
            }
        }
        self.write(&fitting, part.style);
    }

    /// Writes an id that is wider than a line: what stands between two `/` is never broken.
    fn path(&mut self, part: &Part) {
        let mut rest = part.text.as_str();
        while !rest.is_empty() {
            let mut end = 0;
            // The longest head that fits, but at least one step.
            for (next, _) in rest.match_indices('/').skip(usize::from(rest.starts_with('/'))).chain([(rest.len(), "")])
            {
                if end > 0 && self.column + self.blanks + rest[..next].width() > self.view.width {
                    break;
                }
                end = next;
            }
            self.write(&rest[..end], part.style);
            rest = &rest[end..];
            if !rest.is_empty() {
                self.next_line();
            }
        }
    }

    fn write(&mut self, text: &str, style: Style) {
        if text.is_empty() {
            return;
        }
        self.done.extend(std::iter::repeat_n(' ', self.blanks));
        self.column += self.blanks + text.width();
        self.blanks = 0;
        if self.view.color && style != Style::new() {
            self.done.push_str(&format!("{style}{text}{style:#}"));
        } else {
            self.done.push_str(text);
        }
    }

    fn next_line(&mut self) {
        self.done.push('\n');
        self.column = 0;
        self.blanks = self.start;
        self.has_word = false;
    }

    fn end(self, out: &mut String) {
        out.push_str(&self.done);
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NARROW: View = View { width: 20, color: false };

    #[track_caller]
    fn check(text: Text, expected: &str) {
        let mut out = String::new();
        row(&mut out, NARROW, 2, &Text::own("who"), 8, &text);
        assert_eq!(out, expected);
        assert!(out.lines().all(|line| line == line.trim_end()), "a line ends with a blank: {out:?}");
    }

    #[test]
    fn text_wraps_at_blanks_and_stands_under_its_first_line() {
        check(Text::own("one two three four"), "  who   one two\n        three four\n");
        check(Text::own("fits exactly"), "  who   fits exactly\n");
        check(Text::default(), "  who\n");
    }

    #[test]
    fn a_long_word_is_broken_and_an_id_is_not() {
        check(Text::own("a ").and_name("xxxxxxxxxxxxxxx"), "  who   a\n        xxxxxxxxxxxx\n        xxx\n");
        check(Text::own("id ").and_id("0123456789abcdef"), "  who   id\n        0123456789abcdef\n");
    }

    #[test]
    fn a_path_wider_than_a_line_is_broken_before_a_slash() {
        check(Text::default().and_id("/one/two/three/four"), "  who   /one/two\n        /three/four\n");
        check(Text::default().and_id("/0123456789abcdef/x"), "  who   /0123456789abcdef\n        /x\n");
        check(Text::own("at ").and_id("/one/two"), "  who   at /one/two\n");
    }

    #[test]
    fn an_id_stays_with_the_words_that_say_what_it_is() {
        check(Text::own("Sync, ").and_labeled_id("id", "01234567"), "  who   Sync,\n        id 01234567\n");
    }

    #[test]
    fn a_paragraph_begins_where_it_is_told_to() {
        for (indent, expected) in [(0, "one\n"), (3, "   one\n")] {
            let mut out = String::new();
            paragraph(&mut out, NARROW, indent, &Text::own("one"));
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn wide_letters_count_twice() {
        check(Text::default().and_name("東京東京東京 東"), "  who   東京東京東京\n        東\n");
    }

    #[test]
    fn blanks_within_a_name_are_kept_and_none_ends_a_line() {
        check(Text::default().and_name("a  b          c  "), "  who   a  b\n        c\n");
    }

    #[test]
    fn color_takes_no_room() {
        let bold = Style::new().bold();
        let mut out = String::new();
        let text = Text::default().and_styled(bold, "fits exactly");
        row(&mut out, View { color: true, ..NARROW }, 2, &Text::own("who"), 8, &text);
        assert_eq!(out, format!("  who   {bold}fits{bold:#} {bold}exactly{bold:#}\n"));
    }
}
