//! `entward kb`.

mod pager;
mod site;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use entward_analysis::knowledge::pages::{Found, Hit, Kind, Page, Pages};

use super::{Failure, Global, common};
use crate::render::View;
use crate::render::page::{command, html, json::PageJson, terminal};
use crate::{bundled, exit};

/// Look up what an operation, a permission, a role or an application means.
#[derive(Debug, Args)]
pub(super) struct Kb {
    #[command(subcommand)]
    ask: Ask,
    /// How to write the answer.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    format: Format,
    /// Write straight to the terminal. What is longer than the terminal goes through $PAGER, or else `less -FRX`.
    #[arg(long, global = true)]
    no_pager: bool,
}

#[derive(Debug, Subcommand)]
enum Ask {
    /// An operation of a log, in any spelling: 'Add application', roleAssignments/write.
    Op {
        /// Its name, its canonical id, or the end of an Azure operation. Several words need no quotes.
        #[arg(value_name = "NAME", required = true)]
        name: Vec<String>,
    },
    /// A permission of Microsoft Graph or of another API.
    Permission {
        /// Its name or its id.
        #[arg(value_name = "NAME|GUID")]
        name: String,
    },
    /// A built-in role of the directory or of Azure.
    Role {
        /// Its name or its id. Several words need no quotes.
        #[arg(value_name = "NAME|GUID", required = true)]
        name: Vec<String>,
    },
    /// An application of Microsoft's own.
    App {
        /// Its application id or its name. Several words need no quotes.
        #[arg(value_name = "GUID|NAME", required = true)]
        name: Vec<String>,
    },
    /// Everything that has these words, the best fit first.
    Search {
        /// The words.
        #[arg(value_name = "WORD", required = true)]
        words: Vec<String>,
        /// How many answers.
        #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
        limit: u16,
    },
    /// What is often said of these logs and is not so.
    Errata {
        /// One of them, by id; all are listed without.
        #[arg(value_name = "ID")]
        id: Option<String>,
    },
    /// All pages that were written by hand.
    List,
    /// Write all pages into a folder.
    Export {
        /// Write a web site that needs no server into this folder; made when it is not there.
        #[arg(long, value_name = "FOLDER", required = true)]
        html: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For reading in a terminal.
    Text,
    /// One JSON document.
    Json,
    /// Markdown, as the pages are written.
    Markdown,
    /// One HTML document that needs nothing else.
    Html,
}

impl Kb {
    pub(super) fn run(self, global: &Global) -> Result<u8, Failure> {
        let pages = pages()?;
        if let Ask::Export { html } = &self.ask {
            let written = site::write(&pages, html).map_err(|error| {
                Failure::new(exit::USAGE, format!("cannot write the site to {}: {error}", html.display()))
            })?;
            if !global.quiet {
                common::say(&format!("{written} files in {}", html.display()));
            }
            return Ok(exit::OK);
        }
        let is_terminal = io::stdout().is_terminal();
        let text = self.answer(&pages, global.view(is_terminal))?;
        if is_terminal && !self.no_pager && self.format == Format::Text && pager::show(&text)? {
            return Ok(exit::OK);
        }
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()?;
        Ok(exit::OK)
    }

    /// What is answered.
    pub(super) fn answer(&self, pages: &Pages, view: View) -> Result<String, Failure> {
        let answer = Answer { pages, format: self.format, view };
        match &self.ask {
            Ask::Op { name } => answer.operation(&name.join(" ")),
            Ask::Permission { name } => answer.found(pages.permission(name), "permission", name),
            Ask::Role { name } => {
                let name = name.join(" ");
                answer.found(pages.role(&name), "role", &name)
            }
            Ask::App { name } => {
                let name = name.join(" ");
                answer.found(pages.app(&name), "application of Microsoft's", &name)
            }
            Ask::Search { words, limit } => answer.search(&words.join(" "), usize::from(*limit)),
            Ask::Errata { id: Some(id) } => answer.erratum(id),
            Ask::Errata { id: None } => answer.list(&[Kind::Errata]),
            Ask::List => answer.list(&Kind::ALL),
            Ask::Export { .. } => Ok(String::new()),
        }
    }
}

/// The pages that the program carries.
pub(super) fn pages() -> Result<Pages, Failure> {
    let (pages, errors) = Pages::read(bundled::PAGES);
    // A test sees that no bundled page has an error.
    match errors.first() {
        None => Ok(pages),
        Some(error) => Err(Failure::new(exit::INTERNAL, format!("{error}\nhint: {}", error.hint()))),
    }
}

/// Writes answers.
struct Answer<'a> {
    pages: &'a Pages,
    format: Format,
    view: View,
}

impl Answer<'_> {
    fn operation(&self, name: &str) -> Result<String, Failure> {
        let found = self.pages.operation(name);
        if let Some(instead) = &found.instead {
            common::say(&format!("no operation is spelt `{name}`; this is `{instead}`"));
        }
        let pages: Vec<&Page> = found.pages.iter().map(AsRef::as_ref).collect();
        match pages.as_slice() {
            [] => Err(unknown("operation", name, &found.nearest)),
            [page] => self.page(page),
            pages if self.format == Format::Text => {
                let mut out = format!("{} operations end with `{name}`:\n\n", pages.len());
                for page in pages {
                    terminal::line(&mut out, self.view, &command(page), &page.front.title);
                }
                Ok(out)
            }
            pages => self.documents(pages),
        }
    }

    fn found(&self, found: Found<'_>, what: &str, name: &str) -> Result<String, Failure> {
        match found {
            Found::Page(page) => self.page(&page),
            Found::Nearest(nearest) => Err(unknown(what, name, &nearest)),
        }
    }

    fn erratum(&self, id: &str) -> Result<String, Failure> {
        let errata = self.pages.iter().filter(|page| page.kind == Kind::Errata);
        let ids: Vec<String> = errata.map(|page| page.front.id.clone()).collect();
        match self.pages.get(&format!("{}/{id}", Kind::Errata.folder())) {
            Some(page) => self.page(page),
            None => Err(unknown("erratum", id, &ids)),
        }
    }

    fn page(&self, page: &Page) -> Result<String, Failure> {
        match self.format {
            Format::Text => {
                let mut out = String::new();
                terminal::page(&mut out, page, self.pages, self.view);
                Ok(out)
            }
            Format::Json => to_json(&PageJson::new(page)),
            Format::Markdown => Ok(markdown(page)),
            Format::Html => Ok(html::document(page, self.pages, html::Place::Alone)),
        }
    }

    fn documents(&self, pages: &[&Page]) -> Result<String, Failure> {
        match self.format {
            Format::Json => to_json(&pages.iter().map(|page| PageJson::new(page)).collect::<Vec<_>>()),
            Format::Html => {
                let items: String =
                    pages.iter().map(|page| format!("<li>{}</li>\n", html::escaped(&page.front.title))).collect();
                Ok(html::frame("Operations", &format!("<ul>\n{items}</ul>\n"), html::Place::Alone))
            }
            Format::Text | Format::Markdown => Ok(pages.iter().map(|page| markdown(page)).collect()),
        }
    }

    fn search(&self, words: &str, limit: usize) -> Result<String, Failure> {
        let hits = self.pages.search(words, limit);
        if hits.is_empty() && self.format == Format::Text {
            return Err(Failure::new(exit::USAGE, format!("no page has any of the words `{words}`")));
        }
        let command_of =
            |hit: &Hit| self.pages.get(&hit.reference).map_or_else(|| format!("entward kb {}", hit.reference), command);
        match self.format {
            Format::Json => to_json(&hits),
            Format::Markdown => Ok(hits
                .iter()
                .map(|hit| format!("- **{}** (`{}`) {}\n", hit.title, command_of(hit), hit.excerpt))
                .collect()),
            Format::Html => {
                let items: String = hits
                    .iter()
                    .map(|hit| {
                        let (title, command) = (html::escaped(&hit.title), html::escaped(&command_of(hit)));
                        format!("<li>{title} <code>{command}</code><br>{}</li>\n", html::escaped(&hit.excerpt))
                    })
                    .collect();
                Ok(html::frame(words, &format!("<ol>\n{items}</ol>\n"), html::Place::Alone))
            }
            Format::Text => {
                let mut out = String::new();
                for hit in &hits {
                    terminal::line(&mut out, self.view, &command_of(hit), &hit.title);
                    if !hit.excerpt.is_empty() {
                        terminal::excerpt(&mut out, self.view, &hit.excerpt);
                    }
                    out.push('\n');
                }
                out.pop();
                Ok(out)
            }
        }
    }

    fn list(&self, kinds: &[Kind]) -> Result<String, Failure> {
        let of_kind = |kind: Kind| self.pages.iter().filter(move |page| page.kind == kind);
        let all: Vec<&Page> = kinds.iter().flat_map(|kind| of_kind(*kind)).collect();
        match self.format {
            Format::Json => to_json(&all.iter().map(|page| PageJson::new(page)).collect::<Vec<_>>()),
            Format::Markdown => Ok(all
                .iter()
                .map(|page| format!("- **{}** (`{}`): {}\n", page.front.title, page.reference(), page.meaning()))
                .collect()),
            Format::Html => {
                let items: String = all
                    .iter()
                    .map(|page| {
                        let (title, meaning) = (html::escaped(&page.front.title), html::escaped(&page.meaning()));
                        format!("<li>{title}<span class=\"says\">{meaning}</span></li>\n")
                    })
                    .collect();
                let body = format!("<h1>Knowledge</h1>\n<ul class=\"list\">\n{items}</ul>\n");
                Ok(html::frame("Knowledge", &body, html::Place::Alone))
            }
            Format::Text => {
                let mut out = String::new();
                for kind in kinds {
                    let pages: Vec<&Page> = of_kind(*kind).collect();
                    if pages.is_empty() {
                        continue;
                    }
                    if !out.is_empty() {
                        out.push('\n');
                    }
                    terminal::heading(&mut out, self.view, html::plural(*kind));
                    for page in pages {
                        terminal::columns(&mut out, self.view, 48, &page.front.id, &page.front.title);
                    }
                }
                Ok(out)
            }
        }
    }
}

/// A page as Markdown, with its title above it.
fn markdown(page: &Page) -> String {
    format!("# {}\n\n{}\n", page.front.title, page.markdown.trim_matches('\n'))
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String, Failure> {
    let mut text =
        serde_json::to_string_pretty(value).map_err(|error| Failure::new(exit::INTERNAL, error.to_string()))?;
    text.push('\n');
    Ok(text)
}

/// What is said when nothing has the name.
fn unknown(what: &str, name: &str, nearest: &[String]) -> Failure {
    let hint = if nearest.is_empty() {
        format!("`entward kb search {name}` looks in all pages")
    } else {
        format!("did you mean {}?", nearest.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", "))
    };
    Failure::new(exit::USAGE, format!("no {what} is called `{name}`\nhint: {hint}"))
}
