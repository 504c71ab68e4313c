//! `entward kb`.

use crate::harness::entward;

/// What the program prints for these words after `entward kb`.
#[track_caller]
fn kb(arguments: &[&str]) -> String {
    let arguments: Vec<&str> = std::iter::once("kb").chain(arguments.iter().copied()).collect();
    entward(&arguments).exits(0).text().to_owned()
}

#[test]
fn register_action_is_told_from_an_application_registration_in_the_first_lines() {
    for asked in ["register/action", "Microsoft.AzureActiveDirectory/register/action", "MICROSOFT.AAD/REGISTER/ACTION"]
    {
        let shown = kb(&["op", asked]);
        let first: String = shown.lines().take(6).collect::<Vec<_>>().join(" ");
        for words in ["resource provider", "not an application registration", "Add application"] {
            assert!(first.contains(words), "{asked}: {first}");
        }
    }
}

#[test]
fn an_operation_is_found_in_any_spelling() {
    let title = "A secret or certificate of an application was added or removed";
    for asked in [
        "Update application – Certificates and secrets management ",
        "UPDATE APPLICATION - CERTIFICATES AND SECRETS MANAGEMENT.",
        "entra.application.credentials.update",
        "application-credentials-changed",
        "Update aplication - Certificates and secrets management",
    ] {
        assert!(kb(&["op", asked]).starts_with(title), "{asked}");
    }
    assert!(kb(&["op", "Add", "application"]).starts_with("An application was registered"), "words without quotes");
}

#[test]
fn what_nothing_is_called_is_refused_with_what_is_near() {
    for (arguments, near) in [
        (["op", "Add owner"], "Add user"),
        (["permission", "Mail.Raed"], "`Mail.Read`"),
        (["role", "Global Administartor"], "`Global Administrator`"),
        (["errata", "register"], "`register-action`"),
    ] {
        let run = entward(&["kb", arguments[0], arguments[1]]).exits(2);
        assert!(run.out.is_empty(), "a refusal writes nothing to standard output");
        assert!(run.err.contains("hint: did you mean") && run.err.contains(near), "{arguments:?}: {}", run.err);
    }
}

#[test]
fn permissions_roles_and_apps_are_shown_from_the_tables() {
    let shown = kb(&["permission", "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9"]);
    assert!(shown.starts_with("Application.ReadWrite.All\n"), "{shown}");
    assert!(shown.contains("`Application.ReadWrite.OwnedBy`"), "{shown}");
    let shown = kb(&["role", "privileged role administrator"]);
    assert!(shown.contains("assigns directory roles"), "{shown}");
    let shown = kb(&["role", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"]);
    assert!(shown.starts_with("Owner\n"), "{shown}");
    let shown = kb(&["app", "04b07795-8ddb-461a-bbee-02f9e1bf7b46"]);
    assert!(shown.starts_with("Microsoft Azure CLI\n"), "{shown}");
}

#[test]
fn search_ranks_what_is_meant_first() {
    for (words, first) in [
        ("redirect URI", "entward kb op redirect-uri-changed"),
        ("federated credential github", "entward kb op federated-credential-added"),
        ("consent phishing", "entward kb op consent-to-application"),
        ("Mail.ReadWrite", "entward kb permission Mail.ReadWrite"),
        ("register action", "entward kb op resource-provider-registered"),
        ("elevate access", "entward kb op azure-access-elevated"),
    ] {
        let shown = kb(&["search", words]);
        let found = shown.lines().find(|line| line.contains("entward kb")).unwrap_or_default().trim();
        assert_eq!(found, first, "{words}: {shown}");
    }
    entward(&["kb", "search", "qqqqqq"]).exits(2);
}

#[test]
fn nothing_is_wider_than_it_should_be_but_code_and_addresses() {
    let shown = kb(&["op", "Add application"]);
    for line in shown.lines() {
        let is_whole = line.contains("https://") || line.starts_with("    ") || line.starts_with("sources");
        assert!(is_whole || line.chars().count() <= 80, "{line}");
        assert_eq!(line, line.trim_end());
        assert!(!line.contains('\u{1b}'), "color without a terminal: {line}");
    }
    let colored = entward(&["kb", "op", "Add application", "--color", "always"]).exits(0);
    assert!(colored.text().contains("\u{1b}["));
}

#[test]
fn a_page_comes_in_every_format() {
    let page = ["op", "Add application", "--format"];
    let json: serde_json::Value =
        serde_json::from_str(&kb(&[page[0], page[1], page[2], "json"])).expect("the page is JSON");
    assert_eq!(json["reference"], "operations/add-application");
    assert_eq!(json["sections"][0]["title"], "What happened");
    assert_eq!(json["remedies"][0], "deactivate-application");
    assert!(json["meaning"].as_str().expect("a text").ends_with('.'));
    let markdown = kb(&[page[0], page[1], page[2], "markdown"]);
    assert!(markdown.starts_with("# An application was registered\n") && markdown.contains("\n## Remedy\n"));
    let html = kb(&[page[0], page[1], page[2], "html"]);
    assert!(html.starts_with("<!doctype html>") && html.contains("<h2>Remedy</h2>"));
    assert!(!html.contains("<script") && !html.contains("<link"), "a page alone needs nothing else");
    for words in [&["list"][..], &["errata"], &["search", "consent"]] {
        for format in ["text", "json", "markdown", "html"] {
            assert!(!kb(&[words, &["--format", format]].concat()).is_empty(), "{words:?} {format}");
        }
    }
}

#[test]
fn the_site_links_only_to_itself_and_to_public_documents() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().join("site");
    let run = entward(&["kb", "export", "--html", site.to_str().expect("a path")]).exits(0);
    assert!(run.out.is_empty() && run.err.contains("files in"), "{}", run.err);
    let mut looked_at = 0;
    for kind in ["operations", "errata", "permissions", "roles", "apps"] {
        for entry in std::fs::read_dir(site.join(kind)).expect("a folder of the site") {
            let path = entry.expect("a file").path();
            let html = std::fs::read_to_string(&path).expect("a page");
            assert!(html.contains("Content-Security-Policy"), "{}", path.display());
            for link in
                html.split(" href=\"").chain(html.split(" src=\"")).skip(1).filter_map(|rest| rest.split('"').next())
            {
                if link.starts_with("https://") || link.starts_with("<!") {
                    continue;
                }
                let target = path.with_file_name(link.split('#').next().unwrap_or(link));
                assert!(target.exists(), "{} links to {link}", path.display());
            }
            assert!(!html.contains(" onclick=") && !html.contains(" style="), "{}", path.display());
            looked_at += 1;
        }
    }
    assert!(looked_at > 2000, "{looked_at}");
    for file in ["index.html", "style.css", "search.js", "index.js"] {
        let text = std::fs::read_to_string(site.join(file)).expect("a file of the site");
        assert!(!text.contains("http://"), "{file} asks the network");
    }
}

/// What the program shows on a terminal of 80 columns and 24 lines, with this pager.
#[track_caller]
fn on_a_terminal(arguments: &[&str], pager: &str) -> String {
    // A terminal is what the standard library of Rust cannot make, and that of Python can.
    let script = "import fcntl, os, pty, struct, sys, termios\n\
        child, terminal = pty.fork()\n\
        if child == 0:\n    \
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))\n    \
            os.execve(sys.argv[1], sys.argv[1:], {'PAGER': os.environ['PAGER'], 'TERM': 'xterm', 'PATH': os.environ['PATH']})\n\
        shown = b''\n\
        while True:\n    \
            try:\n        \
                part = os.read(terminal, 65536)\n    \
            except OSError:\n        \
                break\n    \
            if not part:\n        \
                break\n    \
            shown += part\n\
        os.waitpid(child, 0)\n\
        sys.stdout.buffer.write(shown)\n";
    let mut command = std::process::Command::new("python3");
    command.args(["-c", script, env!("CARGO_BIN_EXE_entward"), "kb"]).args(arguments).env("PAGER", pager);
    let run = command.output().expect("python3 starts");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).expect("UTF-8")
}

#[test]
fn what_is_longer_than_the_terminal_goes_through_the_pager() {
    let pager = "sed s/^/PAGED/";
    let shown = on_a_terminal(&["op", "Add application"], pager);
    assert!(shown.starts_with("PAGED") && shown.contains("\u{1b}["), "{shown}");
    // What fits, what is for a program, and what was asked to be plain does not.
    for arguments in [
        &["search", "--limit", "1", "consent"][..],
        &["op", "Add application", "--no-pager"],
        &["op", "Add application", "--format", "json"],
    ] {
        let shown = on_a_terminal(arguments, pager);
        assert!(!shown.is_empty() && !shown.contains("PAGED"), "{arguments:?}: {shown}");
    }
    // A pager that is not there is no reason to show nothing.
    assert!(on_a_terminal(&["op", "Add application"], "no-such-pager").contains("registered"));
    // Who leaves the pager has seen enough.
    assert_eq!(on_a_terminal(&["list"], "head -n 1").lines().count(), 1);
    assert!(!kb(&["op", "Add application"]).contains("PAGED"), "a pipe is no terminal");
}
