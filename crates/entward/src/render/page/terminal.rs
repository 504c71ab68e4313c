//! A knowledge page for a terminal.
//!
//! Text is wrapped; code is not, because it is there to be copied. Without color a name in
//! running text keeps its backticks, so that it still can be told from the words around it.

use anstyle::Style;
use entward_analysis::knowledge::pages::{Block, Page, Pages, Span};
use unicode_width::UnicodeWidthStr;

use super::{command, provenance};
use crate::render::View;
use crate::render::layout::{Text, paragraph, row};
use crate::render::paint;

/// How far the text below a heading is moved in.
const INDENT: usize = 2;

/// The widest that the first column of a table becomes.
const WIDEST_LABEL: usize = 32;

/// Appends a page; `pages` knows the titles of those that it names.
pub(crate) fn page(out: &mut String, page: &Page, pages: &Pages, view: View) {
    paragraph(out, view, 0, &Text::default().and_styled(paint::STRONG, page.front.title.clone()));
    out.push('\n');
    blocks(out, view, 0, &page.lead);
    for section in &page.sections {
        out.push('\n');
        paragraph(out, view, 0, &Text::default().and_styled(paint::HEADING, section.title.clone()));
        blocks(out, view, INDENT, &section.blocks);
    }
    out.push('\n');
    about(out, page, pages, view);
}

/// What belongs to a page but is not its text.
fn about(out: &mut String, page: &Page, pages: &Pages, view: View) {
    let column = 12;
    let mut line = |label: &str, text: Text| {
        row(out, view, 0, &Text::default().and_styled(paint::QUIET, label), column, &text);
    };
    for (place, operation) in page.front.operations.iter().enumerate() {
        let label = if place == 0 { "operation" } else { "" };
        line(label, Text::default().and_id(operation.as_str()));
    }
    if let Some(whole) = page.front.change_of.as_deref().and_then(|reference| pages.get(reference)) {
        line("part of", Text::own(format!("{}: {}", whole.front.title, command(whole))));
    }
    for (place, related) in page.front.related.iter().filter_map(|reference| pages.get(reference)).enumerate() {
        line(if place == 0 { "see also" } else { "" }, Text::own(command(related)));
    }
    for (label, text) in provenance(page) {
        line(label, Text::own(text));
    }
    // An address is not wrapped: terminals open it with a click when it is whole.
    for (place, source) in page.front.sources.iter().enumerate() {
        let label = if place == 0 { "sources" } else { "" };
        if view.color {
            out.push_str(&format!("{style}{label:column$}{style:#}{source}\n", style = paint::QUIET));
        } else {
            out.push_str(&format!("{label:column$}{source}\n"));
        }
    }
}

fn blocks(out: &mut String, view: View, indent: usize, blocks: &[Block]) {
    for (place, block) in blocks.iter().enumerate() {
        if place > 0 {
            out.push('\n');
        }
        self::block(out, view, indent, block);
    }
}

fn block(out: &mut String, view: View, indent: usize, block: &Block) {
    match block {
        Block::Paragraph(spans) => paragraph(out, view, indent, &text(spans, view)),
        Block::Heading(spans) => {
            paragraph(out, view, indent, &styled(Text::default(), spans, paint::STRONG, view));
        }
        Block::List { numbered, items } => {
            for (place, item) in items.iter().enumerate() {
                let mark = if *numbered { format!("{}.", place + 1) } else { "-".to_owned() };
                list_item(out, view, indent, &mark, item);
            }
        }
        Block::Code { text, .. } => {
            for line in text.lines() {
                if line.is_empty() {
                    out.push('\n');
                } else if view.color {
                    out.push_str(&format!("{:indent$}  {style}{line}{style:#}\n", "", style = paint::CODE));
                } else {
                    out.push_str(&format!("{:indent$}  {line}\n", ""));
                }
            }
        }
        Block::Table { head, rows } => table(out, view, indent, head, rows),
    }
}

/// An item: its first paragraph stands beside the mark, the rest below it.
fn list_item(out: &mut String, view: View, indent: usize, mark: &str, item: &[Block]) {
    let column = indent + mark.len() + 1;
    let (first, rest) = match item.split_first() {
        Some((Block::Paragraph(spans), rest)) => (text(spans, view), rest),
        _ => (Text::default(), item),
    };
    row(out, view, indent, &Text::own(mark), column, &first);
    for block in rest {
        self::block(out, view, column, block);
    }
}

/// A table as labels and texts: the first cell of a row is the label. From three columns on
/// every further cell stands on a line of its own, behind the heading of its column.
fn table(out: &mut String, view: View, indent: usize, head: &[Vec<Span>], rows: &[Vec<Vec<Span>>]) {
    let labels = rows.iter().filter_map(|row| row.first()).chain(head.first());
    let column = indent + labels.map(|cell| text(cell, view).width()).max().unwrap_or(0).min(WIDEST_LABEL) + 2;
    if head.len() == 2 {
        let cell = |place: usize| {
            let spans = head.get(place).map_or(&[][..], Vec::as_slice);
            styled(Text::default(), spans, paint::QUIET, view)
        };
        row(out, view, indent, &cell(0), column, &cell(1));
    }
    for cells in rows {
        let Some((label, rest)) = cells.split_first() else { continue };
        let label = text(label, view);
        if rest.len() < 2 {
            let first = rest.first().map_or(&[][..], Vec::as_slice);
            row(out, view, indent, &label, column, &text(first, view));
            continue;
        }
        paragraph(out, view, indent, &label);
        for (heading, cell) in head.iter().skip(1).zip(rest) {
            let name = styled(Text::default(), heading, paint::QUIET, view);
            let width = head.iter().skip(1).map(|heading| text(heading, view).width()).max().unwrap_or(0);
            row(out, view, indent + 2, &name, indent + 2 + width.min(WIDEST_LABEL) + 2, &text(cell, view));
        }
    }
}

fn text(spans: &[Span], view: View) -> Text {
    styled(Text::default(), spans, Style::new(), view)
}

fn styled(mut text: Text, spans: &[Span], style: Style, view: View) -> Text {
    for span in spans {
        text = match span {
            Span::Text(own) => text.and_styled(style, own.as_str()),
            Span::Code(code) if view.color => text.and_styled(paint::CODE, code.as_str()),
            Span::Code(code) => text.and_styled(style, format!("`{code}`")),
            Span::Strong(spans) => styled(text, spans, style.bold(), view),
            Span::Emphasis(spans) => styled(text, spans, style.italic(), view),
            Span::Link { to, spans } => {
                let shown = styled(text, spans, style.underline(), view);
                if to.starts_with("https://") { shown.and_styled(paint::QUIET, format!(" <{to}>")) } else { shown }
            }
        };
    }
    text
}

/// One line of a list of pages: what to type, and what one finds there.
pub(crate) fn line(out: &mut String, view: View, command: &str, title: &str) {
    paragraph(out, view, 0, &Text::default().and_styled(paint::STRONG, title));
    paragraph(out, view, INDENT, &Text::default().and_styled(paint::QUIET, command));
}

/// A heading above a list, and how wide a column for commands has to be.
pub(crate) fn heading(out: &mut String, view: View, title: &str) {
    paragraph(out, view, 0, &Text::default().and_styled(paint::HEADING, title));
}

/// A line of a list in two columns, if the first is not too wide for that.
pub(crate) fn columns(out: &mut String, view: View, column: usize, first: &str, second: &str) {
    if first.width() + INDENT < column {
        row(out, view, INDENT, &Text::own(first), column, &Text::default().and_styled(paint::QUIET, second));
    } else {
        paragraph(out, view, INDENT, &Text::own(first));
        paragraph(out, view, column, &Text::default().and_styled(paint::QUIET, second));
    }
}

/// A running text below a line of a list.
pub(crate) fn excerpt(out: &mut String, view: View, text: &str) {
    paragraph(out, view, INDENT, &Text::own(text));
}
