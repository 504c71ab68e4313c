use super::*;

const HEAD: &str = "id: x\ntitle: X\nsources: [https://contoso.example/x]\nchecked: 2026-11-25\nconfidence: high\n";
const ERRATUM: &str =
    "It is said.\n\n## What is said\n\na\n\n## What is true\n\nb\n\n## Why it matters\n\nc\n\n## What to do\n\nd\n";

fn erratum(head: &str, below: &str) -> Result<Page, Vec<PageError>> {
    Page::read("knowledge/errata/x.md", &format!("---\n{head}---\n{below}"))
}

#[track_caller]
fn refused(read: Result<Page, Vec<PageError>>, expected: &[&str]) {
    let errors: Vec<String> = read.unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(errors, expected);
}

#[test]
fn a_page_is_read_with_its_sections() {
    let page = erratum(HEAD, ERRATUM).unwrap();
    assert_eq!(page.reference(), "errata/x");
    assert_eq!(page.meaning(), "It is said.");
    let sections: Vec<(&str, u32, &str)> =
        page.sections.iter().map(|section| (section.title.as_str(), section.line, section.markdown.as_str())).collect();
    assert_eq!(
        sections,
        [("What is said", 10, "a"), ("What is true", 14, "b"), ("Why it matters", 18, "c"), ("What to do", 22, "d")]
    );
}

#[test]
fn an_error_tells_its_line_and_its_cure() {
    refused(erratum("", ERRATUM), &["knowledge/errata/x.md:1: the page has no head"]);
    let errors = erratum(&format!("{HEAD}titel: y\n"), ERRATUM).unwrap_err();
    assert!(errors[0].to_string().starts_with("knowledge/errata/x.md:7: the head is not readable"), "{}", errors[0]);
    refused(
        erratum(&HEAD.replace("id: x", "id: y").replace("2026-11-25", "yesterday"), ERRATUM),
        &[
            "knowledge/errata/x.md:2: the id is `y`, the file is called `x`",
            "knowledge/errata/x.md:5: `checked` is `yesterday`",
        ],
    );
    let error = &erratum(&HEAD.replace("id: x", "id: y"), ERRATUM).unwrap_err()[0];
    assert_eq!(error.hint(), "call the file `y.md`, or change the id");
}

#[test]
fn sections_stand_in_their_order() {
    refused(
        erratum(HEAD, &ERRATUM.replace("## What is true", "## What is right")),
        &["knowledge/errata/x.md:14: the section `What is right` stands where `What is true` belongs"],
    );
    refused(
        erratum(HEAD, &ERRATUM.replace("\n## What to do\n\nd\n", "")),
        &["knowledge/errata/x.md:18: the section `What to do` is missing"],
    );
    refused(
        erratum(HEAD, &ERRATUM.replace("\nb\n", "\n")),
        &["knowledge/errata/x.md:14: the section `What is true` is empty"],
    );
    refused(
        erratum(HEAD, ERRATUM.trim_start_matches("It is said.\n\n")),
        &["knowledge/errata/x.md:8: the page does not begin with what it means"],
    );
}

#[test]
fn links_and_code_are_looked_at() {
    refused(
        erratum(HEAD, &ERRATUM.replace("\na\n", "\n[a](http://contoso.example)\n\n```sh\nls\n```\n")),
        &[
            "knowledge/errata/x.md:10: a code block is in `sh`",
            "knowledge/errata/x.md:10: the link `http://contoso.example` leads nowhere",
        ],
    );
    let head = format!("---\n{HEAD}---\n");
    let page = format!("{head}{}", ERRATUM.replace("\na\n", "\n[a](../operations/gone.md)\n"));
    let (pages, errors) = Pages::read(&[("knowledge/errata/x.md", page.as_str())]);
    assert_eq!(pages.iter().count(), 1, "a link that leads nowhere does not cost the page");
    assert_eq!(errors[0].to_string(), "knowledge/errata/x.md:10: there is no page `operations/gone`");
}

fn operation(head: &str, impacts: &str, remedy: &str) -> Result<Page, Vec<PageError>> {
    let text = format!(
        "---\n{HEAD}log: audit\nseen_on_real_record: true\n{head}---\nIt happened.\n\n## What happened\n\na\n\n\
         ## What can go wrong\n\n{impacts}\n\n## When it is ordinary\n\na\n\n## When it is not\n\na\n\n## Look next\n\na\n\n\
         ## Remedy\n\n{remedy}\n\n## What the log leaves out\n\na\n"
    );
    Page::read("knowledge/operations/x.md", &text)
}

const IMPACTS: &str = "- **Unauthorized access**: a\n- **Privilege escalation**: b\n- **Data breach**: c";

#[test]
fn an_operation_goes_through_the_impacts_and_the_ladder() {
    let head = "operations: [entra.application.add]\nremedies: [block-sign-in, delete-application]\n";
    let ladder = "1. `block-sign-in`: a\n2. `delete-application`: b";
    operation(head, IMPACTS, ladder).unwrap();
    refused(
        operation(head, "- **Data breach**: c", ladder),
        &["knowledge/operations/x.md:18: `What can go wrong` does not go through the three impacts"],
    );
    refused(
        operation(head, IMPACTS, "1. `delete-application`: b"),
        &["knowledge/operations/x.md:36: the section `Remedy` names [\"delete-application\"], the head \
           [\"block-sign-in\", \"delete-application\"]"],
    );
    refused(
        operation("operations: [entra.application.ad]\n", IMPACTS, "None."),
        &["knowledge/operations/x.md:9: no catalogue has the operation `entra.application.ad`"],
    );
}

#[test]
fn an_operation_is_found_by_any_of_its_texts() {
    let pages = Pages::default();
    let id = "entra.application.credentials.update";
    for asked in [
        "Update application – Certificates and secrets management ",
        "update application - certificates and secrets management",
        "UPDATE APPLICATION - CERTIFICATES AND SECRETS MANAGEMENT.",
        id,
    ] {
        let found = pages.operation(asked);
        assert_eq!(found.pages[0].front.id, id, "{asked}");
        assert_eq!(found.instead, None, "{asked}");
    }
    let found = pages.operation("Add aplication");
    assert_eq!(found.instead.as_deref(), Some("Add application"));
    let found = pages.operation("Add owner");
    assert!(found.pages.is_empty() && !found.nearest.is_empty(), "{found:?}");
    let ends: Vec<String> =
        pages.operation("roleAssignments/write").pages.iter().map(|page| page.front.id.clone()).collect();
    assert_eq!(ends, ["azure.authorization.roleassignments.write"]);
    let found = pages.operation("zzzz");
    assert!(found.pages.is_empty() && found.nearest.is_empty());
}

#[test]
fn everything_in_the_tables_has_a_page() {
    let pages = Pages::default();
    let mut references = std::collections::HashSet::new();
    for page in pages.permissions_and_roles() {
        assert!(references.insert(page.reference()), "{} twice", page.reference());
        let expected: Vec<&str> = sections::titles(page.kind).to_vec();
        let found: Vec<&str> = page.sections.iter().map(|section| section.title.as_str()).collect();
        assert_eq!(found, expected, "{}", page.reference());
        let problems = sections::problems(&page, 1);
        assert!(problems.is_empty(), "{}: {problems:?}", page.reference());
    }
    assert!(references.len() > 2000, "{}", references.len());
}

#[test]
fn every_permission_and_role_of_the_tables_is_named_and_judged_on_its_page() {
    let pages = Pages::default();
    let knowledge = Knowledge::bundled();
    let all = pages.permissions_and_roles();
    for page in &all {
        for impact in ["Unauthorized access", "Privilege escalation", "Data breach"] {
            let start = format!("- **{impact}**: ");
            let line = page.markdown.lines().find_map(|line| line.strip_prefix(start.as_str())).unwrap();
            let (weight, reason) = line.split_once(". ").unwrap_or_else(|| panic!("{}: {line}", page.reference()));
            let is_weighed =
                weight == "none" || ["low, ", "medium, ", "high, "].iter().any(|word| weight.starts_with(word));
            assert!(is_weighed && reason.ends_with('.'), "{}: {line}", page.reference());
        }
    }
    let by_title: std::collections::HashMap<String, &str> = all
        .iter()
        .filter(|page| page.kind == Kind::Permissions)
        .map(|page| (page.front.title.to_lowercase(), page.markdown.as_str()))
        .collect();
    for info in knowledge.permissions() {
        let text = by_title[&info.name.to_lowercase()];
        assert!(text.contains(&format!("`{}`", info.id)), "the page of {} does not name {}", info.name, info.id);
    }
    let guids: std::collections::HashSet<&str> = all.iter().filter_map(|page| page.front.guid.as_deref()).collect();
    for role in knowledge.directory_roles().iter().chain(knowledge.azure_roles()) {
        assert!(guids.contains(role.id), "{} has no page", role.name);
    }
}

#[test]
fn what_is_known_to_reach_far_is_judged_so() {
    let pages = Pages::default();
    #[track_caller]
    fn check(found: Found<'_>, expected: [&str; 3]) {
        let Found::Page(page) = found else { panic!("no page") };
        let weights: Vec<&str> = page
            .markdown
            .lines()
            .filter(|line| line.starts_with("- **") && !line.contains("permission**"))
            .map(|line| line.split("**: ").nth(1).unwrap().split(['.', ',']).next().unwrap())
            .collect();
        assert_eq!(weights, expected, "{}", page.reference());
    }
    check(pages.permission("RoleManagement.ReadWrite.Directory"), ["high", "high", "medium"]);
    check(pages.permission("Mail.Read"), ["none", "none", "high"]);
    check(pages.permission("User.Read"), ["low", "none", "low"]);
    check(pages.permission("ServiceHealth.Read.All"), ["none", "none", "none"]);
    check(pages.permission("Files.Read.Selected"), ["none", "none", "medium"]);
    check(pages.permission("full_access_as_app"), ["medium", "none", "high"]);
    check(pages.role("Global Administrator"), ["high", "high", "high"]);
    check(pages.role("Helpdesk Administrator"), ["high", "medium", "medium"]);
    check(pages.role("Global Reader"), ["low", "none", "medium"]);
    check(pages.role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635"), ["high", "high", "high"]);
    check(pages.role("Key Vault Secrets User"), ["high", "low", "high"]);
    check(pages.role("Storage Blob Data Reader"), ["none", "none", "high"]);
}

#[test]
fn a_permission_says_what_does_less() {
    let pages = Pages::default();
    let page = |asked: &str| match pages.permission(asked) {
        Found::Page(page) => page,
        Found::Nearest(nearest) => panic!("{asked}: {nearest:?}"),
    };
    let less = page("application.readwrite.all").section("Less powerful").unwrap().markdown.clone();
    assert!(less.contains("- `Application.ReadWrite.OwnedBy`: reads and changes applications"), "{less}");
    assert!(!less.contains("- `Application.ReadWrite.All`"), "{less}");
    assert_eq!(page("810c84a8-4a9e-49e6-bf7d-12d183f40d01").front.title, "Mail.Read");
    let Found::Nearest(nearest) = pages.permission("Mail.Raed") else { panic!("a misspelt name was found") };
    assert_eq!(nearest[0], "Mail.Read");
}
