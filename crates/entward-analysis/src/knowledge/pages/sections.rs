//! Which sections a page of each kind has, and what else pages owe each other.

use rustc_hash::FxHashMap;

use super::{
    Block, Kind, Page, Section, Span,
    body::plain,
    error::{PageError, PageErrorKind},
};

/// The section that an operation's page may leave out: nothing wrong is known to be said.
const MAY_BE_MISSING: &str = "Errata";

const IMPACTS: [&str; 3] = ["Unauthorized access", "Privilege escalation", "Data breach"];

/// What a code block may be in. The first five are checked by the tools that read them.
const LANGUAGES: [&str; 9] = ["az", "kql", "http", "python", "powershell", "entward", "json", "text", "spl"];

/// The headings of a kind of page, in their order.
pub(super) fn titles(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Operations => &[
            "What happened",
            "What can go wrong",
            "When it is ordinary",
            "When it is not",
            "Look next",
            "Remedy",
            "What the log leaves out",
            MAY_BE_MISSING,
        ],
        Kind::Permissions | Kind::Roles => &["What it allows", "What can go wrong", "Less powerful", "Look next"],
        Kind::Apps => &["What it is", "In the logs", "When it is not ordinary"],
        Kind::Errata => &["What is said", "What is true", "Why it matters", "What to do"],
    }
}

/// The kind of a page, by the folder of `knowledge/` that its file lies in.
pub(super) fn kind_of(file: &str) -> Result<Kind, PageErrorKind> {
    let folder = file.split('/').rev().skip(1).find_map(Kind::from_folder);
    folder.ok_or_else(|| {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        PageErrorKind::UnknownFolder(folder.to_owned())
    })
}

/// What is wrong with the text of a page; `first_line` is where it begins.
pub(super) fn problems(page: &Page, first_line: u32) -> Vec<PageError> {
    let mut errors = Vec::new();
    let mut error = |line, kind| errors.push(PageError::new(&page.file, line, kind));
    if !matches!(page.lead.first(), Some(Block::Paragraph(_))) {
        error(first_line, PageErrorKind::NoLead);
    }
    let mut expected = titles(page.kind).iter();
    for section in &page.sections {
        let next = expected.next().copied();
        if next != Some(section.title.as_str()) {
            let expected = next.unwrap_or("the end").to_owned();
            error(section.line, PageErrorKind::SectionOrder { found: section.title.clone(), expected });
            break;
        }
        if section.blocks.is_empty() {
            error(section.line, PageErrorKind::EmptySection(section.title.clone()));
        }
    }
    let is_in_order = page.sections.iter().zip(titles(page.kind)).all(|(section, title)| section.title == *title);
    let last = page.sections.last().map_or(first_line, |section| section.line);
    if is_in_order
        && let Some(missing) = titles(page.kind).get(page.sections.len())
        && *missing != MAY_BE_MISSING
    {
        error(last, PageErrorKind::MissingSection(missing));
    }
    if let Some(section) = page.section("What can go wrong")
        && !goes_through_the_impacts(section)
    {
        error(section.line, PageErrorKind::Impacts);
    }
    if let Some(section) = page.section("Remedy") {
        let found = ladder(section);
        if found != page.front.remedies {
            error(section.line, PageErrorKind::Ladder { found, expected: page.front.remedies.clone() });
        }
    }
    visit(&page.lead, &mut |kind| error(first_line, kind));
    for section in &page.sections {
        visit(&section.blocks, &mut |kind| error(section.line, kind));
    }
    errors
}

/// What is wrong between pages.
pub(super) fn problems_between(pages: &[Page]) -> Vec<PageError> {
    let mut errors = Vec::new();
    let references: FxHashMap<String, &Page> = pages.iter().map(|page| (page.reference(), page)).collect();
    let mut owners: FxHashMap<&str, String> = FxHashMap::default();
    for page in pages {
        let mut error = |line, kind| errors.push(PageError::new(&page.file, line, kind));
        for operation in &page.front.operations {
            if let Some(other) = owners.insert(operation, page.reference()) {
                error(1, PageErrorKind::TwoPages { operation: operation.clone(), other });
            }
        }
        for reference in page.front.related.iter().chain(&page.front.change_of) {
            if !references.contains_key(reference) {
                error(1, PageErrorKind::UnknownPage(reference.clone()));
            }
        }
        let mut unknown = |line, blocks: &[Block]| {
            links(blocks, &mut |to| {
                if let Some(reference) = reference_of(to, page.kind)
                    && !references.contains_key(&reference)
                {
                    error(line, PageErrorKind::UnknownPage(reference));
                }
            });
        };
        unknown(1, &page.lead);
        for section in &page.sections {
            unknown(section.line, &section.blocks);
        }
    }
    errors
}

/// The page to which a link of a page of this kind leads: `../errata/x.md` is `errata/x`.
pub(super) fn reference_of(to: &str, kind: Kind) -> Option<String> {
    let path = to.split('#').next()?.strip_suffix(".md")?;
    match path.strip_prefix("../") {
        Some(path) => path.contains('/').then(|| path.to_owned()),
        None => (!path.contains('/')).then(|| format!("{}/{path}", kind.folder())),
    }
}

/// Whether the section's list names the three impacts, one an item and in their order.
fn goes_through_the_impacts(section: &Section) -> bool {
    let Some(items) = section.blocks.iter().find_map(|block| match block {
        Block::List { items, .. } => Some(items),
        _ => None,
    }) else {
        return false;
    };
    items.len() == IMPACTS.len()
        && items.iter().zip(IMPACTS).all(|(item, impact)| match item.first() {
            Some(Block::Paragraph(spans)) => {
                matches!(spans.first(), Some(Span::Strong(name)) if plain(name).trim_end_matches([':', '.']) == impact)
            }
            _ => false,
        })
}

/// The remedies that the section's steps begin with.
fn ladder(section: &Section) -> Vec<String> {
    let mut found = Vec::new();
    for block in &section.blocks {
        let Block::List { numbered: true, items } = block else { continue };
        for item in items {
            if let Some(Block::Paragraph(spans)) = item.first()
                && let Some(Span::Code(remedy)) = spans.first()
            {
                found.push(remedy.clone());
            }
        }
    }
    found
}

/// Looks at every code block and link.
fn visit(blocks: &[Block], error: &mut impl FnMut(PageErrorKind)) {
    each(blocks, &mut |block| {
        if let Block::Code { language, .. } = block
            && !LANGUAGES.contains(&language.as_str())
        {
            error(PageErrorKind::Language(language.clone()));
        }
    });
    links(blocks, &mut |to| {
        if !to.starts_with("https://") && reference_of(to, Kind::Operations).is_none() {
            error(PageErrorKind::Link(to.to_owned()));
        }
    });
}

/// Every block, those in lists too.
pub(super) fn each<'a>(blocks: &'a [Block], look: &mut dyn FnMut(&'a Block)) {
    for block in blocks {
        look(block);
        if let Block::List { items, .. } = block {
            for item in items {
                each(item, look);
            }
        }
    }
}

/// Every run of text of the blocks.
pub(super) fn each_text<'a>(blocks: &'a [Block], look: &mut dyn FnMut(&'a [Span])) {
    each(blocks, &mut |block| match block {
        Block::Paragraph(spans) | Block::Heading(spans) => look(spans),
        Block::Table { head, rows } => {
            for cell in head.iter().chain(rows.iter().flatten()) {
                look(cell);
            }
        }
        Block::List { .. } | Block::Code { .. } => {}
    });
}

fn links(blocks: &[Block], look: &mut dyn FnMut(&str)) {
    fn within(spans: &[Span], look: &mut dyn FnMut(&str)) {
        for span in spans {
            match span {
                Span::Link { to, spans } => {
                    look(to);
                    within(spans, look);
                }
                Span::Strong(spans) | Span::Emphasis(spans) => within(spans, look),
                Span::Text(_) | Span::Code(_) => {}
            }
        }
    }
    each_text(blocks, &mut |spans| within(spans, look));
}
