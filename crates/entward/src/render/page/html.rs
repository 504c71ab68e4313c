//! Knowledge pages as HTML.
//!
//! Every text is escaped here and nowhere else. A page needs nothing from the network and
//! runs no script but the site's own search; its content security policy says so to the
//! browser.

use entward_analysis::knowledge::pages::{Block, Kind, Page, Pages, Span};

use super::provenance;

/// How the pages look, on paper too.
pub(crate) const STYLE: &str = include_str!("style.css");

/// Where a page will stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    /// By itself: it carries its style and names other pages without linking to them.
    Alone,
    /// In a site, whose root is reached by this prefix (`../`).
    Site(&'a str),
}

/// A whole document with a page in it.
pub(crate) fn document(page: &Page, pages: &Pages, place: Place<'_>) -> String {
    let mut body = String::new();
    let writer = Writer { page, place };
    let kind = kind_label(page.kind);
    body.push_str("<div class=\"page\">\n<div class=\"text\">\n");
    body.push_str(&format!("<p class=\"kind\">{kind}</p>\n<h1>{}</h1>\n", title(&page.front.title)));
    writer.blocks(&mut body, &page.lead, "lead");
    for section in &page.sections {
        let anchor = anchor(&section.title);
        let title = escaped(&section.title);
        body.push_str(&format!("<section id=\"{anchor}\">\n<h2>{title}</h2>\n"));
        writer.blocks(&mut body, &section.blocks, "");
        body.push_str("</section>\n");
    }
    about(&mut body, page, pages, place);
    body.push_str("</div>\n");
    contents(&mut body, page);
    body.push_str("</div>\n");
    frame(&page.front.title, &body, place)
}

/// Whether a name is an id, which is not to be broken over two lines.
fn is_guid(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

fn anchor(title: &str) -> String {
    title.to_lowercase().replace(' ', "-")
}

/// The sections, beside the text where there is room.
fn contents(out: &mut String, page: &Page) {
    out.push_str("<nav class=\"contents\" aria-label=\"On this page\">\n<ul>\n");
    for section in &page.sections {
        let (anchor, title) = (anchor(&section.title), escaped(&section.title));
        out.push_str(&format!("<li><a href=\"#{anchor}\">{title}</a></li>\n"));
    }
    out.push_str("</ul>\n</nav>\n");
}

/// A document around the HTML of its body.
pub(crate) fn frame(title: &str, body: &str, place: Place<'_>) -> String {
    let title = escaped(&title.replace('`', ""));
    let (policy, style, header) = match place {
        Place::Alone => {
            ("default-src 'none'; style-src 'unsafe-inline'", format!("<style>\n{STYLE}</style>"), String::new())
        }
        Place::Site(root) => (
            "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; form-action 'none'",
            format!(
                "<link rel=\"stylesheet\" href=\"{root}style.css\">\n<script src=\"{root}index.js\" defer></script>\n\
                 <script src=\"{root}search.js\" defer></script>"
            ),
            format!(
                "<header><nav><a class=\"home\" href=\"{root}index.html\">Entward knowledge</a>{}</nav>\n\
                 <div class=\"search\" data-root=\"{root}\"><input type=\"search\" id=\"q\" \
                 placeholder=\"Search (press /)\" aria-label=\"Search\" autocomplete=\"off\">\
                 <ol id=\"hits\" hidden></ol></div></header>\n",
                Kind::ALL
                    .iter()
                    .map(|kind| format!(
                        "<a href=\"{root}{folder}/index.html\">{label}</a>",
                        folder = kind.folder(),
                        label = plural(*kind)
                    ))
                    .collect::<String>()
            ),
        ),
    };
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n<title>{title}</title>\n{style}\n</head>\n\
         <body>\n{header}<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

fn about(out: &mut String, page: &Page, pages: &Pages, place: Place<'_>) {
    out.push_str("<footer>\n<dl>\n");
    let mut item = |label: &str, html: String| {
        out.push_str(&format!("<dt>{label}</dt><dd>{html}</dd>\n"));
    };
    let codes = |texts: &[String]| {
        texts.iter().map(|text| format!("<code>{}</code>", escaped(text))).collect::<Vec<_>>().join(", ")
    };
    let links = |references: &[String]| {
        let linked = references.iter().filter_map(|reference| pages.get(reference));
        linked.map(|page| link(page, place)).collect::<Vec<_>>().join("<br>")
    };
    if !page.front.operations.is_empty() {
        item("Operation", codes(&page.front.operations));
    }
    if let Some(whole) = &page.front.change_of {
        item("Part of", links(std::slice::from_ref(whole)));
    }
    if !page.front.related.is_empty() {
        item("See also", links(&page.front.related));
    }
    if !page.front.sources.is_empty() {
        let sources: Vec<String> =
            page.front.sources.iter().map(|url| format!("<a href=\"{0}\">{0}</a>", escaped(url))).collect();
        item("Sources", sources.join("<br>"));
    }
    for (label, text) in provenance(page) {
        item(&escaped(&capitalized(label)), escaped(&text));
    }
    out.push_str("</dl>\n</footer>\n");
}

fn link(page: &Page, place: Place<'_>) -> String {
    let title = title(&page.front.title);
    match place {
        Place::Alone => title,
        Place::Site(root) => format!("<a href=\"{root}{}.html\">{title}</a>", page.reference()),
    }
}

struct Writer<'a> {
    page: &'a Page,
    place: Place<'a>,
}

impl Writer<'_> {
    fn blocks(&self, out: &mut String, blocks: &[Block], class: &str) {
        for block in blocks {
            self.block(out, block, class);
        }
    }

    fn block(&self, out: &mut String, block: &Block, class: &str) {
        match block {
            Block::Paragraph(spans) => {
                let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
                out.push_str(&format!("<p{class}>{}</p>\n", self.spans(spans)));
            }
            Block::Heading(spans) => out.push_str(&format!("<h3>{}</h3>\n", self.spans(spans))),
            Block::List { numbered, items } => {
                let tag = if *numbered { "ol" } else { "ul" };
                out.push_str(&format!("<{tag}>\n"));
                for item in items {
                    out.push_str("<li>");
                    match item.split_first() {
                        Some((Block::Paragraph(spans), rest)) => {
                            out.push_str(&self.spans(spans));
                            self.blocks(out, rest, "");
                        }
                        _ => self.blocks(out, item, ""),
                    }
                    out.push_str("</li>\n");
                }
                out.push_str(&format!("</{tag}>\n"));
            }
            Block::Code { language, text } => out.push_str(&format!(
                "<figure><figcaption>{}</figcaption><pre><code>{}</code></pre></figure>\n",
                escaped(language),
                escaped(text)
            )),
            Block::Table { head, rows } => {
                out.push_str("<div class=\"table\"><table>\n<thead><tr>");
                for cell in head {
                    out.push_str(&format!("<th>{}</th>", self.spans(cell)));
                }
                out.push_str("</tr></thead>\n<tbody>\n");
                for row in rows {
                    let cells: String = row.iter().map(|cell| format!("<td>{}</td>", self.spans(cell))).collect();
                    out.push_str(&format!("<tr>{cells}</tr>\n"));
                }
                out.push_str("</tbody></table></div>\n");
            }
        }
    }

    fn spans(&self, spans: &[Span]) -> String {
        let mut out = String::new();
        for span in spans {
            match span {
                Span::Text(text) => out.push_str(&escaped(text)),
                Span::Code(text) if is_guid(text) => out.push_str(&format!("<code class=\"id\">{text}</code>")),
                Span::Code(text) => out.push_str(&format!("<code>{}</code>", breakable(&escaped(text)))),
                Span::Strong(spans) => out.push_str(&format!("<strong>{}</strong>", self.spans(spans))),
                Span::Emphasis(spans) => out.push_str(&format!("<em>{}</em>", self.spans(spans))),
                Span::Link { to, spans } => out.push_str(&self.link(to, &self.spans(spans))),
            }
        }
        out
    }

    fn link(&self, to: &str, shown: &str) -> String {
        match (self.page.leads_to(to), self.place) {
            (Some(reference), Place::Site(root)) => {
                format!("<a href=\"{root}{}.html\">{shown}</a>", escaped(&reference))
            }
            (None, _) if to.starts_with("https://") => format!("<a href=\"{}\">{shown}</a>", escaped(to)),
            _ => shown.to_owned(),
        }
    }
}

/// Lets the browser break a long name behind a slash or a point rather than anywhere.
fn breakable(escaped: &str) -> String {
    if escaped.len() < 24 {
        return escaped.to_owned();
    }
    escaped.replace('/', "/<wbr>").replace('.', ".<wbr>")
}

/// What a kind of page is called above its title.
fn kind_label(kind: Kind) -> &'static str {
    match kind {
        Kind::Operations => "Operation",
        Kind::Permissions => "Permission",
        Kind::Roles => "Role",
        Kind::Apps => "Application",
        Kind::Errata => "Erratum",
    }
}

/// What the pages of a kind are called.
pub(crate) fn plural(kind: Kind) -> &'static str {
    match kind {
        Kind::Operations => "Operations",
        Kind::Permissions => "Permissions",
        Kind::Roles => "Roles",
        Kind::Apps => "Applications",
        Kind::Errata => "Errata",
    }
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// A title, in which names stand between backticks.
pub(crate) fn title(text: &str) -> String {
    let mut out = String::new();
    for (place, part) in text.split('`').enumerate() {
        let part = escaped(part);
        out.push_str(&if place % 2 == 1 { format!("<code>{part}</code>") } else { part });
    }
    out
}

/// Text that means nothing to HTML.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_means_anything_to_html() {
        let page = Page::read(
            "knowledge/errata/x.md",
            "---\nid: x\ntitle: <b>&\nsources: [https://contoso.example/\"]\nchecked: 2026-11-25\nconfidence: low\n---\n\
             `<script>` [a](https://contoso.example/?a=\"b)\n\n## What is said\n\n<i>x</i> y\n\n## What is true\n\nz\n\n\
             ## Why it matters\n\nz\n\n## What to do\n\nz\n",
        )
        .unwrap();
        for place in [Place::Alone, Place::Site("../")] {
            let html = document(&page, &Pages::default(), place);
            assert!(html.contains("<h1>&lt;b&gt;&amp;</h1>"), "{html}");
            assert!(html.contains("<code>&lt;script&gt;</code>"), "{html}");
            assert!(!html.contains("<i>") && !html.contains("a=\"b"), "{html}");
        }
    }
}
