//! Markdown into blocks.
//!
//! Only what the pages use is kept: paragraphs, lists, tables, code, smaller headings; in
//! them text, code, strong, emphasis and links. Raw HTML becomes plain text, so that
//! nothing that is shown later can be anything but text.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::Section;

/// A block of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Running text.
    Paragraph(Vec<Span>),
    /// A heading within a section.
    Heading(Vec<Span>),
    /// A list; numbered from 1 if `numbered`.
    List {
        /// Whether its items are numbered.
        numbered: bool,
        /// The items.
        items: Vec<Vec<Block>>,
    },
    /// Code to be copied.
    Code {
        /// The language of its fence: `az`, `kql`, `http`, `python` …
        language: String,
        /// The code, ending with a line break.
        text: String,
    },
    /// A table.
    Table {
        /// The cells of its first row.
        head: Vec<Vec<Span>>,
        /// The cells of the others.
        rows: Vec<Vec<Vec<Span>>>,
    },
}

/// A run of text in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// Text.
    Text(String),
    /// A name as a log or a tool writes it.
    Code(String),
    /// Emphasised strongly.
    Strong(Vec<Span>),
    /// Emphasised.
    Emphasis(Vec<Span>),
    /// A link.
    Link {
        /// Where it leads, as it was written.
        to: String,
        /// What is shown.
        spans: Vec<Span>,
    },
}

/// The text of spans without their marks.
pub fn plain(spans: &[Span]) -> String {
    let mut out = String::new();
    push_plain(&mut out, spans);
    out
}

fn push_plain(out: &mut String, spans: &[Span]) {
    for span in spans {
        match span {
            Span::Text(text) | Span::Code(text) => out.push_str(text),
            Span::Strong(spans) | Span::Emphasis(spans) | Span::Link { spans, .. } => push_plain(out, spans),
        }
    }
}

/// The first sentence of a text: up to a stop that a blank and no small letter follow.
pub(super) fn first_sentence(text: &str) -> &str {
    for (place, _) in text.match_indices(". ") {
        let next = text[place + 2..].chars().next();
        if next.is_none_or(|character| !character.is_lowercase()) {
            return &text[..=place];
        }
    }
    text
}

/// Splits Markdown at its headings of the second level; `first_line` is the line of the
/// file on which it begins.
pub(super) fn read(markdown: &str, first_line: u32) -> (Vec<Block>, Vec<Section>) {
    let mut borders = Vec::new();
    for (event, range) in parser(markdown).into_offset_iter() {
        if let Event::Start(Tag::Heading { level: HeadingLevel::H1 | HeadingLevel::H2, .. }) = event {
            borders.push(range);
        }
    }
    let lead_end = borders.first().map_or(markdown.len(), |range| range.start);
    let mut sections = Vec::with_capacity(borders.len());
    for (place, border) in borders.iter().enumerate() {
        let end = borders.get(place + 1).map_or(markdown.len(), |next| next.start);
        let text = markdown[border.end..end].trim_matches('\n');
        let above = markdown[..border.start].matches('\n').count();
        sections.push(Section {
            title: markdown[border.clone()].trim().trim_start_matches('#').trim().to_owned(),
            line: first_line + u32::try_from(above).unwrap_or(0),
            markdown: text.to_owned(),
            blocks: blocks(text),
        });
    }
    (blocks(&markdown[..lead_end]), sections)
}

fn parser(markdown: &str) -> Parser<'_> {
    Parser::new_ext(markdown, Options::ENABLE_TABLES)
}

/// The blocks of a Markdown text.
pub(super) fn blocks(markdown: &str) -> Vec<Block> {
    let mut events = parser(markdown);
    let mut out = Vec::new();
    while let Some(event) = events.next() {
        push_block(event, &mut events, &mut out);
    }
    out
}

fn push_block(event: Event<'_>, events: &mut Parser<'_>, out: &mut Vec<Block>) {
    match event {
        Event::Start(Tag::Paragraph) => out.push(Block::Paragraph(spans(events, &TagEnd::Paragraph))),
        Event::Start(Tag::Heading { level, .. }) => out.push(Block::Heading(spans(events, &TagEnd::Heading(level)))),
        Event::Start(Tag::CodeBlock(kind)) => {
            let language = match kind {
                CodeBlockKind::Fenced(language) => language.to_string(),
                CodeBlockKind::Indented => String::new(),
            };
            let mut text = String::new();
            for event in events.by_ref() {
                match event {
                    Event::Text(part) => text.push_str(&part),
                    Event::End(TagEnd::CodeBlock) => break,
                    _ => {}
                }
            }
            out.push(Block::Code { language, text });
        }
        Event::Start(Tag::List(first)) => {
            let mut items = Vec::new();
            while let Some(event) = events.next() {
                match event {
                    Event::Start(Tag::Item) => items.push(item(events)),
                    Event::End(TagEnd::List(_)) => break,
                    _ => {}
                }
            }
            out.push(Block::List { numbered: first.is_some(), items });
        }
        Event::Start(Tag::Table(_)) => out.push(table(events)),
        _ => {}
    }
}

/// An item of a list. A short one holds its text without a paragraph around it.
fn item(events: &mut Parser<'_>) -> Vec<Block> {
    let mut out = Vec::new();
    let mut loose = Vec::new();
    while let Some(event) = events.next() {
        match event {
            Event::End(TagEnd::Item) => break,
            Event::Start(Tag::Paragraph | Tag::Heading { .. } | Tag::CodeBlock(_) | Tag::List(_) | Tag::Table(_)) => {
                if !loose.is_empty() {
                    out.push(Block::Paragraph(std::mem::take(&mut loose)));
                }
                push_block(event, events, &mut out);
            }
            event => push_span(event, events, &mut loose),
        }
    }
    if !loose.is_empty() {
        out.push(Block::Paragraph(loose));
    }
    out
}

fn table(events: &mut Parser<'_>) -> Block {
    let mut head = Vec::new();
    let mut rows: Vec<Vec<Vec<Span>>> = Vec::new();
    let mut in_head = false;
    while let Some(event) = events.next() {
        match event {
            Event::Start(Tag::TableHead) => in_head = true,
            Event::End(TagEnd::TableHead) => in_head = false,
            Event::Start(Tag::TableRow) => rows.push(Vec::new()),
            Event::Start(Tag::TableCell) => {
                let cell = spans(events, &TagEnd::TableCell);
                if in_head {
                    head.push(cell);
                } else if let Some(row) = rows.last_mut() {
                    row.push(cell);
                }
            }
            Event::End(TagEnd::Table) => break,
            _ => {}
        }
    }
    Block::Table { head, rows }
}

fn spans(events: &mut Parser<'_>, end: &TagEnd) -> Vec<Span> {
    let mut out = Vec::new();
    while let Some(event) = events.next() {
        if matches!(&event, Event::End(found) if found == end) {
            break;
        }
        push_span(event, events, &mut out);
    }
    out
}

fn push_span(event: Event<'_>, events: &mut Parser<'_>, out: &mut Vec<Span>) {
    match event {
        Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => push_text(out, &text),
        Event::SoftBreak | Event::HardBreak => push_text(out, " "),
        Event::Code(text) => out.push(Span::Code(text.to_string())),
        Event::Start(Tag::Strong) => out.push(Span::Strong(spans(events, &TagEnd::Strong))),
        Event::Start(Tag::Emphasis) => out.push(Span::Emphasis(spans(events, &TagEnd::Emphasis))),
        Event::Start(Tag::Link { dest_url, .. }) => {
            out.push(Span::Link { to: dest_url.to_string(), spans: spans(events, &TagEnd::Link) });
        }
        _ => {}
    }
}

/// Joins what the parser hands over in pieces.
fn push_text(out: &mut Vec<Span>, text: &str) {
    if let Some(Span::Text(last)) = out.last_mut() {
        last.push_str(text);
    } else {
        out.push(Span::Text(text.to_owned()));
    }
}
