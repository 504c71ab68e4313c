//! What a permission lets its holder do, read off the parts of its name: `Mail.ReadWrite.Shared` is a thing, an act and
//! how far.

use entward_model::GrantKind;

use super::super::judge::{Reach, Subject};
use crate::knowledge::{PermissionInfo, things};

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Only the most harmless part is read.
    ReadBasic,
    Read,
    /// Changed, mostly read as well.
    Write,
    /// Changed without being read, by the word that the name has.
    Only(&'static str),
}

/// What a permission lets its holder do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deed {
    pub(super) about: &'static str,
    /// The kind of data that it opens; empty where it reads nothing.
    pub(super) data: &'static str,
    /// What can be done by changing; empty where it changes nothing.
    pub(super) write: &'static str,
    pub(super) act: Act,
    pub(super) reach: Reach,
}

impl Deed {
    pub(super) fn of(info: &PermissionInfo) -> Deed {
        let thing = things::of(info.name, info.resource_app_id);
        let (about, data, write) =
            thing.map_or(("what its name says", "", "content"), |thing| (thing.about, thing.data, thing.write));
        let (act, rest) = act(info.name, info.granted_as);
        let reads = !matches!(act, Act::Only(word) if !opens(word));
        let writes = !matches!(act, Act::Read | Act::ReadBasic);
        Deed {
            about,
            data: if reads { data } else { "" },
            write: if writes { write } else { "" },
            act,
            reach: reach(info, act, rest),
        }
    }

    /// What it opens and changes.
    pub(super) fn subject(&self) -> Subject {
        Subject { data: self.data, is_basic: self.act == Act::ReadBasic, write: self.write }
    }

    /// A sentence: what it does, on what, how far.
    pub(super) fn sentence(&self) -> String {
        let about = self.about;
        let done = match self.act {
            Act::ReadBasic => format!("Reads the most basic part of {about}"),
            Act::Read => format!("Reads {about}"),
            Act::Write => format!("Reads and changes {about}"),
            Act::Only(word) => match in_words(word) {
                Some(words) => format!("{words} {about}"),
                None => format!("Does what `{word}` says with {about}"),
            },
        };
        let far = match self.reach {
            Reach::Tenant | Reach::Scope => "in the whole tenant",
            Reach::AsUser => "as far as the signed-in user may",
            Reach::Picked => "as far as they were picked out for the application or made by it",
            Reach::User => "of the signed-in user",
        };
        format!("{done}, {far}.")
    }
}

/// Whether an act that is no reading by its word opens what it is on all the same.
fn opens(word: &str) -> bool {
    matches!(word, "Execute" | "Reshare" | "ExternalDataShare" | "LiveResponse" | "Migration")
        || word.starts_with("Access")
}

/// An act in words that go before a thing.
fn in_words(word: &str) -> Option<&'static str> {
    Some(match word {
        "Send" => "Sends",
        "Create" | "CreateAsManager" | "CreateFromOwnedTemplate" | "Writer" => "Makes",
        "Delete" => "Deletes",
        "DeleteRestore" => "Deletes and brings back",
        "Remove" => "Takes away",
        "EnableDisable" | "EnableDisableAccount" => "Switches on and off",
        "AddRemoveCreds" => "Adds and removes credentials of",
        "UpdateAuthProperties" => "Changes how sign-ins work for",
        "UpdateBranding" => "Changes name and looks of",
        "ManageIdentities" => "Changes the names under which sign in",
        "ManageProtection" => "Protects and unprotects",
        "ManageDeletion" => "Deletes and brings back",
        "Invite" => "Invites",
        "RevokeSessions" => "Ends the sessions of",
        "Execute" | "Start" | "Activate" => "Runs",
        "Reshare" => "Shares with others",
        "ExternalDataShare" => "Shares with other tenants",
        "Upload" | "Ingest" | "Submit" => "Hands in",
        "Isolate" => "Cuts off from the network",
        "LiveResponse" => "Opens a command line on",
        "Offboard" => "Takes out of Defender's watch",
        "RestrictExecution" => "Forbids programs on",
        "StopAndQuarantine" => "Stops and locks away files on",
        "Scan" => "Scans",
        "PrivilegedOperations" => "Wipes, locks and resets the passcode of",
        "Archive" => "Archives",
        "Initiate" | "InitiateGroupCall" => "Begins",
        "JoinGroupCall" | "JoinGroupCallAsGuest" => "Joins",
        "UpdatePolicyViolation" => "Hides for a breach of policy",
        "Migrate" | "Migration" => "Moves in",
        "Command" => "Sends commands to",
        "Sign" => "Signs",
        "offline_access" => "Keeps",
        _ if word.starts_with("Access") => "Uses",
        _ => return None,
    })
}

/// The act, and what of the name is left behind it.
fn act(name: &'static str, granted_as: GrantKind) -> (Act, &'static str) {
    if let Some(rest) = name.strip_prefix("vso.") {
        let word = rest.split_once('_').map_or("read", |(_, word)| word);
        let act = match word {
            "read" | "query" | "diagnostics" | "status" => Act::Read,
            _ => Act::Write,
        };
        return (act, "");
    }
    let Some((_, behind)) = name.split_once('.') else {
        if name == "offline_access" {
            return (Act::Only(name), "");
        }
        let reads = ["get_", "readonly", "email", "openid", "profile"];
        let is_read = reads.iter().any(|word| name.starts_with(word));
        return (
            if is_read { Act::Read } else { Act::Write },
            if granted_as == GrantKind::Delegated { "All" } else { "" },
        );
    };
    let word = behind.split('.').next().unwrap_or(behind);
    let rest = behind[word.len()..].trim_start_matches('.');
    let act = match word {
        "Receive" | "AccessMedia" | "Process" | "Compute" | "Evaluate" | "Search" | "Export" | "CollectForensics"
        | "GetKeys" | "DelegatedReader" | "IssueRequest" => Act::Read,
        "ReadAnonymous" => Act::ReadBasic,
        "Send" | "SendAsApp" => Act::Only("Send"),
        _ if word.starts_with("ReadBasic") => Act::ReadBasic,
        _ if word.starts_with("ReadWrite") || matches!(word, "ReadUpdate" | "ReadApprove") => Act::Write,
        _ if word.starts_with("Read") => Act::Read,
        "Manage" | "ManageV2" | "ManageAsApp" | "ManageAsAppV2" | "FullControl" | "Write" | "AccessAsUser"
        | "AccessAsApp" | "Edit" | "ImportExport" | "Selected" | "SelectedOperations" | "SuperUser" | "AdminAPI"
        | "Access" => Act::Write,
        _ => Act::Only(word),
    };
    // `Sites.Selected` has no act: what is allowed is said when a site is picked.
    (act, if word.contains("Selected") { "Selected" } else { rest })
}

fn reach(info: &PermissionInfo, act: Act, rest: &str) -> Reach {
    let has = |word: &str| rest.split('.').any(|part| part == word);
    if ["Selected", "OwnedBy", "ManagedBy", "CreatedByApp", "AppFolder", "WhereInstalled", "IdentityParentedBy"]
        .into_iter()
        .any(has)
    {
        return Reach::Picked;
    }
    if info.granted_as == GrantKind::Application {
        return Reach::Tenant;
    }
    // Without a further word it is about the user, where the API has such words: `All`, `Shared`, `Directory` go beyond.
    let api_says =
        matches!(info.resource_name, "Microsoft Graph" | "Exchange Online" | "Windows Azure Active Directory");
    let is_of_the_user = rest.is_empty() && api_says && !matches!(act, Act::Only(word) if word != "offline_access");
    if is_of_the_user { Reach::User } else { Reach::AsUser }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::{Knowledge, MICROSOFT_GRAPH};

    #[track_caller]
    fn check(name: &str, granted_as: GrantKind, expected: &str) {
        let mut all = Knowledge::bundled().permissions();
        let info = all
            .find(|info| {
                info.name == name
                    && info.granted_as == granted_as
                    && (info.resource_app_id == MICROSOFT_GRAPH || !name.contains("Machine"))
            })
            .or_else(|| {
                Knowledge::bundled().permissions().find(|info| info.name == name && info.granted_as == granted_as)
            });
        assert_eq!(Deed::of(&info.expect("a permission")).sentence(), expected, "{name}");
    }

    #[test]
    fn a_name_is_read_by_its_parts() {
        use GrantKind::{Application, Delegated};
        check("Mail.ReadBasic.All", Application, "Reads the most basic part of mail, in the whole tenant.");
        check("Calendars.ReadWrite", Delegated, "Reads and changes calendars, of the signed-in user.");
        check("Calendars.Read.Shared", Delegated, "Reads calendars, as far as the signed-in user may.");
        check("User.RevokeSessions.All", Application, "Ends the sessions of users, in the whole tenant.");
        check("offline_access", Delegated, "Keeps what was granted while the user is away, of the signed-in user.");
        check("vso.code_write", Delegated, "Reads and changes source code, as far as the signed-in user may.");
        check(
            "Machine.LiveResponse",
            Application,
            "Opens a command line on devices that Defender watches, in the whole tenant.",
        );
        check(
            "Application.ReadWrite.OwnedBy",
            Application,
            "Reads and changes applications and service principals, as far as they were picked out for the application or made by it.",
        );
    }
}
