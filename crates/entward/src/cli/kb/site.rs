//! The web site of `entward kb export`: files that a browser reads without a server.

use std::io;
use std::path::Path;

use entward_analysis::knowledge::Knowledge;
use entward_analysis::knowledge::pages::{Kind, Page, Pages};

use crate::render::page::html::{Place, STYLE, document, escaped, frame, plural, title};

const SEARCH: &str = include_str!("../../render/page/search.js");

/// Writes the site; how many files it has.
///
/// Every page gets a file, those of permissions and roles that are made from the tables too.
/// Well-known applications and operations that have no page yet are only listed.
pub(super) fn write(pages: &Pages, folder: &Path) -> io::Result<usize> {
    let derived = pages.permissions_and_roles();
    let mut all: Vec<&Page> = pages.iter().collect();
    all.extend(derived.iter().map(AsRef::as_ref).filter(|page| page.is_derived()));
    let mut site = Site { folder, written: 0 };
    for kind in Kind::ALL {
        std::fs::create_dir_all(folder.join(kind.folder()))?;
        site.file(&format!("{}/index.html", kind.folder()), &listing(kind, pages, &all))?;
    }
    for page in &all {
        site.file(&format!("{}.html", page.reference()), &document(page, pages, Place::Site("../")))?;
    }
    site.file("index.html", &front_page(pages))?;
    site.file("style.css", STYLE)?;
    site.file("search.js", SEARCH)?;
    site.file("index.js", &index(&all)?)?;
    Ok(site.written)
}

struct Site<'a> {
    folder: &'a Path,
    written: usize,
}

impl Site<'_> {
    fn file(&mut self, path: &str, text: &str) -> io::Result<()> {
        std::fs::write(self.folder.join(path), text)?;
        self.written += 1;
        Ok(())
    }
}

/// What the search of the site looks in: title, path, kind, words of each page.
fn index(pages: &[&Page]) -> io::Result<String> {
    let entries: Vec<(String, String, &str, String)> = pages
        .iter()
        .map(|page| {
            let words = if page.is_derived() { String::new() } else { page.words().join(" ") };
            (page.front.title.replace('`', ""), format!("{}.html", page.reference()), plural(page.kind), words)
        })
        .collect();
    Ok(format!("window.ENTWARD_INDEX = {};\n", serde_json::to_string(&entries)?))
}

fn front_page(pages: &Pages) -> String {
    let mut body = String::from(
        "<h1>What the identity logs of Azure say</h1>\n<p class=\"lead\">What an operation means, what can go wrong \
         through it, when it is ordinary and when it is not, what to look at next and how to take it back. Press \
         <code>/</code> to search.</p>\n",
    );
    for kind in Kind::ALL {
        let written: Vec<&Page> = pages.iter().filter(|page| page.kind == kind).collect();
        if written.is_empty() {
            continue;
        }
        let (folder, name) = (kind.folder(), plural(kind));
        body.push_str(&format!("<h2><a href=\"{folder}/index.html\">{name}</a></h2>\n"));
        if kind == Kind::Operations {
            body.push_str(&by_log(&written, &titles));
        } else {
            body.push_str(&described(&written, ""));
        }
    }
    frame("Entward knowledge", &body, Place::Site(""))
}

/// Pages of operations under the name of the log that writes them.
fn by_log(pages: &[&Page], list: &dyn Fn(&[&Page]) -> String) -> String {
    let names = [
        ("audit", "Entra audit log"),
        ("activity", "Azure Activity Log"),
        ("sign-in", "Entra sign-in logs"),
        ("risk", "Identity Protection"),
        ("graph-activity", "Requests to Microsoft Graph"),
        ("unified", "Microsoft 365 unified audit log"),
        ("provisioning", "Provisioning log"),
    ];
    let mut out = String::new();
    for (log, name) in names {
        let of_log: Vec<&Page> = pages.iter().filter(|page| page.front.log.as_deref() == Some(log)).copied().collect();
        if !of_log.is_empty() {
            out.push_str(&format!("<h3>{name}</h3>\n{}", list(&of_log)));
        }
    }
    out
}

/// Pages by their titles alone, in columns.
fn titles(pages: &[&Page]) -> String {
    let mut sorted = pages.to_vec();
    // By the word that says something.
    let key = |page: &&Page| {
        let title = &page.front.title;
        let article = ["A ", "An ", "The "].into_iter().find(|article| title.starts_with(article)).unwrap_or("");
        title[article.len()..].to_lowercase()
    };
    sorted.sort_by_key(key);
    let mut out = String::from("<ul class=\"dense\">\n");
    for page in sorted {
        out.push_str(&format!("<li><a href=\"{}.html\">{}</a></li>\n", page.reference(), title(&page.front.title)));
    }
    out.push_str("</ul>\n");
    out
}

/// The pages of a kind: those written by hand with their meaning, the others by name.
fn listing(kind: Kind, pages: &Pages, all: &[&Page]) -> String {
    let mut body = format!("<h1>{}</h1>\n", plural(kind));
    let written: Vec<&Page> = pages.iter().filter(|page| page.kind == kind).collect();
    if kind == Kind::Operations {
        body.push_str(&by_log(&written, &|pages| described(pages, "../")));
    } else {
        body.push_str(&described(&written, "../"));
    }
    let derived: Vec<&&Page> = all.iter().filter(|page| page.kind == kind && page.is_derived()).collect();
    if !derived.is_empty() {
        body.push_str("<h2>From the tables</h2>\n<ul class=\"dense\">\n");
        for page in derived {
            let title = escaped(&page.front.title);
            body.push_str(&format!("<li><a href=\"{}.html\">{title}</a></li>\n", escaped(&page.front.id)));
        }
        body.push_str("</ul>\n");
    }
    let knowledge = Knowledge::bundled();
    match kind {
        Kind::Operations => {
            let without: Vec<_> =
                knowledge.operations().iter().filter(|info| pages.of_operation(info.id).is_none()).collect();
            body.push_str(&format!("<h2>Without a page yet: {}</h2>\n<ul class=\"dense\">\n", without.len()));
            for info in without {
                body.push_str(&format!("<li>{}</li>\n", escaped(info.name)));
            }
            body.push_str("</ul>\n");
        }
        Kind::Apps => {
            body.push_str(
                "<div class=\"table\"><table>\n<thead><tr><th>name</th><th>application id</th></tr></thead>\n<tbody>\n",
            );
            let mut apps: Vec<_> = knowledge.apps().iter().filter(|app| !app.name.is_empty()).collect();
            apps.sort_by_key(|app| app.name.to_lowercase());
            for app in apps {
                body.push_str(&format!("<tr><td>{}</td><td><code>{}</code></td></tr>\n", escaped(app.name), app.id));
            }
            body.push_str("</tbody></table></div>\n");
        }
        Kind::Permissions | Kind::Roles | Kind::Errata => {}
    }
    frame(plural(kind), &body, Place::Site("../"))
}

fn described(pages: &[&Page], root: &str) -> String {
    let mut out = String::from("<ul class=\"list\">\n");
    for page in pages {
        out.push_str(&format!(
            "<li><a href=\"{root}{}.html\">{}</a><span class=\"says\">{}</span></li>\n",
            page.reference(),
            title(&page.front.title),
            escaped(&page.meaning())
        ));
    }
    out.push_str("</ul>\n");
    out
}
