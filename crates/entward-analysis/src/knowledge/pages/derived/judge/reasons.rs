//! The weights and their reasons: by what is known of a permission, by what is changed, by what is read.

use super::{Judgement, Weight};

pub(super) const fn judged(weight: Weight, reason: &'static str) -> Judgement {
    Judgement { weight, reason }
}

/// Access by a capability that is known of the permission itself.
pub(super) fn known_access(capability: &str) -> Option<Judgement> {
    use Weight::{High, Low, Medium};
    Some(match capability {
        "weaken_policy" | "weaken_pim_policy" => judged(Medium, "It loosens rules that keep others out."),
        "add_app_credential" => judged(High, "A new secret on an application lets its holder sign in as it."),
        "add_app_owner" => judged(High, "Who owns an application may add a secret to it and sign in as it."),
        "add_authentication_method" | "reset_password" => {
            judged(High, "Its holder can sign in as the users whose methods or password it sets.")
        }
        "add_federated_domain" | "add_identity_provider" | "add_trusted_root" => {
            judged(High, "Sign-ins come to be accepted on the word of somebody whom the holder chooses.")
        }
        "grant_delegated_permission" | "grant_app_role" => {
            judged(High, "Any application can be given permissions, with no consent page shown to anybody.")
        }
        "assign_directory_role" => judged(High, "Any account or application can be given any role of the directory."),
        "join_group" | "join_role_assignable_group" => {
            judged(High, "Membership in a group opens whatever the group opens: teams, applications, roles.")
        }
        "disable_accounts" => judged(Low, "It lets nobody in; it can lock people out."),
        "run_on_device" => judged(High, "What runs on a managed device acts with the sessions of whoever uses it."),
        "provision_access" => judged(High, "Who is let into what is decided by what it changes."),
        "partner_access" => judged(High, "A partner comes into the tenants of customers with it."),
        "unprotect_account" => judged(Medium, "Accounts that only few may touch come within reach of many."),
        "edit_user" => judged(Medium, "What rules and dynamic groups read about a user can be changed."),
        _ => return None,
    })
}

/// Where a path is known to end.
pub(super) fn known_escalation(reaches: &str) -> Option<Judgement> {
    use Weight::{High, Low, Medium};
    Some(match reaches {
        "global_admin" => judged(High, "Leads to Global Administrator by itself."),
        "global_admin_combined" => judged(High, "Leads to Global Administrator together with another permission."),
        "global_admin_conditional" => {
            judged(High, "Leads to Global Administrator where the tenant uses the feature that it controls.")
        }
        "global_admin_via_other_app" => {
            judged(High, "Leads to Global Administrator through any application that is stronger than the holder.")
        }
        "global_admin_via_owned_app" => judged(
            Medium,
            "Leads to Global Administrator only through an application that the holder owns and that is strong itself.",
        ),
        "global_admin_via_device" => {
            judged(High, "Leads to Global Administrator through a device that an administrator uses.")
        }
        "owner_via_group" => {
            judged(High, "Leads to Owner of a subscription through a group that holds the role there.")
        }
        "owner_via_dynamic_group" => judged(
            Medium,
            "Leads to Owner of a subscription where a dynamic group holds the role and reads what the permission can change.",
        ),
        "owner_of_service_principal" => {
            judged(High, "Makes its holder an owner of service principals, and so of what they were granted.")
        }
        "account_takeover" | "account_takeover_conditional" => judged(Medium, "Takes over accounts of ordinary users."),
        "user_impersonation" => judged(High, "Acts as any user through an application that the holder controls."),
        "customer_global_admin" => judged(High, "In a partner's tenant, leads into the tenants of its customers."),
        "tenant_lockout" => {
            judged(Medium, "Can shut out administrators, which is not escalation but ends the same way for the tenant.")
        }
        "weaker_tenant_defaults" => judged(Medium, "Lets every user do more, the holder's accounts too."),
        "device_control" => judged(Low, "Controls managed devices, not the directory."),
        "unproven" => judged(Low, "Suspected, not shown."),
        _ => return None,
    })
}

/// Access and escalation by changing a thing.
pub(super) fn writing(effect: &str) -> Option<(Judgement, Judgement)> {
    use Weight::{High, Low, Medium, None as Nothing};
    let (access, escalation) = match effect {
        "accounts" => (
            (Medium, "Who makes or changes an account can hand it to an outsider."),
            (Low, "Only where rules or groups give something to accounts that look so."),
        ),
        "agents" => (
            (Medium, "An app or agent of the holder's choice can come to stand where people trust it."),
            (Low, "As far as that app or agent is granted more than the holder has."),
        ),
        "alerts" => (
            (Medium, "It lets nobody in, but it can hide that somebody came: alerts are closed, sensors are quiet."),
            (Nothing, "It gives no right; it takes the eyes from those who watch."),
        ),
        "azure" => (
            (High, "Everything in Azure that the user's roles allow, from wherever the token is."),
            (High, "Where the user may assign roles, so may who holds the token."),
        ),
        "branding" => {
            ((Low, "What people see can be made to mislead them."), (Nothing, "What is shown gives no right."))
        }
        "config" => (
            (Low, "The service comes to work otherwise; nobody is let in by that alone."),
            (Nothing, "These settings give no right to anybody."),
        ),
        "content" => (
            (Low, "Content that others trust can be planted or changed: a link, a macro, a number."),
            (Nothing, "It gives no right beyond the content."),
        ),
        "credential" => (
            (High, "It changes with what others sign in, or whose word is believed about who signs in."),
            (High, "As far as those who sign in so hold more than the holder does."),
        ),
        "device" => (
            (Medium, "What is set or run on a device acts with the sessions of whoever uses it."),
            (Medium, "Through a device that an administrator uses."),
        ),
        "disable" => (
            (Low, "It lets nobody in; it can lock people out."),
            (Low, "Can shut out administrators, which is not escalation but ends the same way for the tenant."),
        ),
        "exchange" => (
            (High, "Mailboxes can be opened and forwarded, as far as the holder's roles in Exchange go."),
            (Medium, "With the right role in Exchange, roles there can be given to others."),
        ),
        "forward" => (
            (Medium, "What comes in can be sent on to an outsider, and nobody notices."),
            (Nothing, "Receiving a copy gives no right."),
        ),
        "grant" => (
            (High, "It decides which application or tenant may do what."),
            (High, "The holder can have something granted that is more than it holds itself."),
        ),
        "membership" => (
            (Medium, "It decides who belongs, and with belonging comes access."),
            (Medium, "Where what one comes to belong to holds roles or opens more than the holder has."),
        ),
        "offline" => (
            (
                Medium,
                "The access lasts while the user is away: refresh tokens renew themselves until somebody revokes them.",
            ),
            (Nothing, "It makes access last, not grow."),
        ),
        "owner" => (
            (Medium, "Endpoints of applications can be turned elsewhere."),
            (Medium, "Through applications that hold more than the holder does."),
        ),
        "password" => (
            (High, "Who sets a password or a method signs in as that person."),
            (
                Medium,
                "Through people who hold no directory role, but own applications or groups, or have roles in Azure.",
            ),
        ),
        "pipeline" => (
            (High, "What others build, install or deploy can be changed before it runs."),
            (Medium, "Pipelines sign in to Azure with service connections that often hold Contributor or Owner."),
        ),
        "policy" => (
            (Medium, "A rule that keeps others out can be loosened."),
            (Low, "Only by way of what the loosened rule lets in."),
        ),
        "provision" => (
            (Medium, "Accounts and memberships are made from what is handed in."),
            (Low, "Where what is provisioned decides about groups with roles."),
        ),
        "recovery" => (
            (Medium, "An address or number by which people are recognised or reset their password can be changed."),
            (Low, "Through the account of somebody stronger who can reset a password so."),
        ),
        "resource" => (
            (Low, "What it may change can be opened to the outside: a firewall rule, a key, a public address."),
            (Low, "Through the managed identity of a resource, where the role lets its holder run code there."),
        ),
        "retention" => (
            (Low, "It lets nobody in; it decides what is kept and so what can be proven."),
            (Nothing, "Labels give no right."),
        ),
        "role" => (
            (High, "It decides who holds which role."),
            (High, "The holder can give itself a role that is stronger than what it has."),
        ),
        "send" => (
            (Medium, "A message in the name of somebody known is the best bait: phishing comes from within."),
            (Nothing, "It gives no right by itself; who falls for the message gives theirs."),
        ),
        "sync" => (
            (Medium, "It decides from where the directory takes what it believes about accounts and groups."),
            (Medium, "An object that is taken over from the local directory can be changed there."),
        ),
        _ => return None,
    };
    Some((judged(access.0, access.1), judged(escalation.0, escalation.1)))
}

/// Access by reading alone.
pub(super) fn reading(data: &str) -> Judgement {
    match data {
        "secrets" => judged(Weight::High, "What is read there opens something else."),
        "authentication" => {
            judged(Weight::Low, "It lets nobody in, but shows who has no method that withstands phishing.")
        }
        "access" | "directory" | "config" | "devices" | "security" | "agents" => {
            judged(Weight::Low, "It lets nobody in, but shows whom and what to go for.")
        }
        _ => judged(Weight::None, "Reading it lets nobody in."),
    }
}

/// What is opened by reading this kind of data.
pub(super) fn opened(data: &str) -> Judgement {
    use Weight::{High, Low, Medium, None as Nothing};
    match data {
        "mail" => judged(
            High,
            "Opens the content of mail; an application reads every mailbox that no Exchange scope keeps out.",
        ),
        "mail_metadata" => judged(Medium, "Opens senders, recipients and subjects of mail, without its text."),
        "mail_settings" => judged(Low, "Opens settings of mailboxes, automatic answers and forwarding among them."),
        "calendar" => judged(Medium, "Opens calendars: who meets whom, and about what."),
        "contacts" => judged(Low, "Opens address books."),
        "files" => judged(High, "Opens files and what stands in them."),
        "chat" => judged(High, "Opens what people write to each other or to Copilot."),
        "calls" => judged(High, "Opens calls and meetings: who spoke with whom, and in part what was said."),
        "directory" => judged(
            Medium,
            "Opens the directory: people with contact data and place in the organisation, and what belongs to what.",
        ),
        "group_content" => judged(High, "Opens groups with their conversations and files."),
        "logs" => judged(Medium, "Opens records of what everybody does, with addresses and times."),
        "security" => judged(Medium, "Opens what the security products know: alerts, devices, weaknesses."),
        "secrets" => judged(High, "Opens keys, passwords or tokens."),
        "scope" => judged(High, "Opens secrets or keys within the scope, and with them what they guard."),
        "labels" => judged(Low, "Opens the labels and policies that protect documents, or what they protect."),
        "compliance" => judged(High, "Opens what was collected for investigations and for the protection of data."),
        "access" => judged(Medium, "Opens who may do what: the map of whom to attack."),
        "agents" => judged(Low, "Opens which agents and apps there are."),
        "authentication" => judged(Medium, "Opens with what people prove who they are, telephone numbers among it."),
        "billing" => judged(Medium, "Opens invoices, usage or the books."),
        "business" => judged(High, "Opens the data of the business itself."),
        "code" => judged(High, "Opens code and what it is built with, secrets that were left in it too."),
        "config" => judged(Low, "Opens how the tenant is set up and so how it is defended."),
        "devices" => judged(Low, "Opens which devices there are, whose they are and in what state."),
        "people" => judged(Medium, "Opens data about single people."),
        "person" => judged(Low, "Opens name, address or picture of the signed-in user, and no more."),
        "tasks" => judged(Low, "Opens tasks and who has to do them."),
        _ => judged(Nothing, "It opens no content, and no data about people that is worth naming."),
    }
}
