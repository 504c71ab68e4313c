//! What can be wrong with a page, where, and how to mend it.

/// Something is wrong with a page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {kind}")]
pub struct PageError {
    /// The file, as the caller named it.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// What the trouble is.
    pub kind: PageErrorKind,
}

impl PageError {
    pub(super) fn new(file: &str, line: u32, kind: PageErrorKind) -> PageError {
        PageError { file: file.to_owned(), line, kind }
    }

    /// What to do about it, as a fragment.
    pub fn hint(&self) -> String {
        self.kind.hint()
    }
}

/// The kinds of trouble.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PageErrorKind {
    /// The file does not begin with a head between two lines of `---`.
    #[error("the page has no head")]
    NoFront,
    /// The head is not readable.
    #[error("the head is not readable: {0}")]
    Front(String),
    /// The folder names no kind of page.
    #[error("the folder `{0}` holds no kind of page")]
    UnknownFolder(String),
    /// The id is not the name of the file.
    #[error("the id is `{id}`, the file is called `{stem}`")]
    IdIsNotTheFile {
        /// The id of the head.
        id: String,
        /// The name of the file without its ending.
        stem: String,
    },
    /// A key that this kind of page needs is missing or empty.
    #[error("the head says nothing of `{0}`")]
    Missing(&'static str),
    /// A key that does not belong to this kind of page.
    #[error("`{0}` does not belong to this kind of page")]
    OutOfPlace(&'static str),
    /// A value that cannot be.
    #[error("`{key}` is `{value}`")]
    Value {
        /// The key of the head.
        key: &'static str,
        /// Its value.
        value: String,
        /// What it should look like.
        expected: &'static str,
    },
    /// No catalogue has this operation.
    #[error("no catalogue has the operation `{0}`")]
    UnknownOperation(String),
    /// Two pages claim one operation.
    #[error("the operation `{operation}` belongs to {other} already")]
    TwoPages {
        /// The operation.
        operation: String,
        /// The other page.
        other: String,
    },
    /// A reference leads to no page.
    #[error("there is no page `{0}`")]
    UnknownPage(String),
    /// The sections are not those of this kind of page.
    #[error("the section `{found}` stands where `{expected}` belongs")]
    SectionOrder {
        /// The heading that stands there.
        found: String,
        /// The heading that belongs there; `the end` where none does.
        expected: String,
    },
    /// A section is missing.
    #[error("the section `{0}` is missing")]
    MissingSection(&'static str),
    /// A section holds nothing.
    #[error("the section `{0}` is empty")]
    EmptySection(String),
    /// Nothing stands before the first section.
    #[error("the page does not begin with what it means")]
    NoLead,
    /// The three impacts are not named one by one.
    #[error("`What can go wrong` does not go through the three impacts")]
    Impacts,
    /// The ladder of remedies is not that of the head.
    #[error("the section `Remedy` names {found:?}, the head {expected:?}")]
    Ladder {
        /// In the section, in its order.
        found: Vec<String>,
        /// In the head.
        expected: Vec<String>,
    },
    /// A code block does not say what language it is in.
    #[error("a code block is in `{0}`")]
    Language(String),
    /// A link leads neither to the web nor to a page.
    #[error("the link `{0}` leads nowhere")]
    Link(String),
}

impl PageErrorKind {
    fn hint(&self) -> String {
        match self {
            PageErrorKind::NoFront => "begin the file with `---`, the keys, `---`".to_owned(),
            PageErrorKind::Front(_) => "knowledge/README.md lists the keys".to_owned(),
            PageErrorKind::UnknownFolder(_) => "pages lie in operations, permissions, roles, apps or errata".to_owned(),
            PageErrorKind::IdIsNotTheFile { id, .. } => format!("call the file `{id}.md`, or change the id"),
            PageErrorKind::Missing(key) => format!("add `{key}:`"),
            PageErrorKind::OutOfPlace(key) => format!("take `{key}:` out"),
            PageErrorKind::Value { expected, .. } => format!("write {expected}"),
            PageErrorKind::UnknownOperation(_) => {
                "the ids are the first column of crates/entward-analysis/data/operations.csv".to_owned()
            }
            PageErrorKind::TwoPages { .. } => "take it out of one of the two".to_owned(),
            PageErrorKind::UnknownPage(_) => "write `folder/id` of a page that exists".to_owned(),
            PageErrorKind::SectionOrder { .. } | PageErrorKind::MissingSection(_) => {
                "knowledge/README.md has the sections of each kind, in their order".to_owned()
            }
            PageErrorKind::EmptySection(_) => "write it, or say why there is nothing".to_owned(),
            PageErrorKind::NoLead => "write a paragraph before the first section".to_owned(),
            PageErrorKind::Impacts => {
                "write a list of three: **Unauthorized access**, **Privilege escalation**, **Data breach**".to_owned()
            }
            PageErrorKind::Ladder { .. } => {
                "name each remedy of the head once, as `code`, first in its step, in the same order".to_owned()
            }
            PageErrorKind::Language(_) => "mark it az, kql, http, python, powershell, entward, json or text".to_owned(),
            PageErrorKind::Link(_) => "link to https://… or to ../folder/id.md".to_owned(),
        }
    }
}
