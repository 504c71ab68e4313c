//! The sentence at the top of an alert.

use entward_model::{Actor, ActorKind, Event, Outcome, Story, Target, TargetKind, Typed};

/// What an operation does, as a phrase: `{}` stands for the object.
struct Phrase {
    operation: &'static str,
    /// In the past tense, after the actor's name.
    done: &'static str,
    /// Which kinds of object it is about, the wanted kind first.
    about: &'static [TargetKind],
}

use TargetKind::{
    Application, Device, Directory, Group, Other, Policy, Resource, Role, ServicePrincipal, Subscription, User,
};

/// Operations that head a story, the most telling first: of the operations in a story the
/// first listed here gives the sentence.
const PHRASES: &[Phrase] = &[
    Phrase {
        operation: "azure.authorization.elevateaccess.action",
        done: "took User Access Administrator over every subscription of the tenant",
        about: &[],
    },
    Phrase {
        operation: "entra.azure-access.elevate",
        done: "took User Access Administrator over every subscription of the tenant",
        about: &[],
    },
    Phrase {
        operation: "entra.domain.federation.set",
        done: "changed the federation of domain {}",
        about: &[Directory, Other],
    },
    Phrase {
        operation: "entra.domain.authentication.set",
        done: "changed how domain {} authenticates",
        about: &[Directory, Other],
    },
    Phrase {
        operation: "entra.role.member.add",
        done: "gave the role {role} to {}",
        about: &[User, ServicePrincipal, Group, Other],
    },
    Phrase {
        operation: "entra.role.member.outside-pim.add",
        done: "gave the role {role} outside PIM to {}",
        about: &[User, ServicePrincipal, Group, Other],
    },
    Phrase {
        operation: "entra.role.member.permanent.add",
        done: "gave the role {role} for good to {}",
        about: &[User, ServicePrincipal, Group, Other],
    },
    Phrase {
        operation: "entra.role.eligible-member.add",
        done: "made {} eligible for the role {role}",
        about: &[User, ServicePrincipal, Group, Other],
    },
    Phrase {
        operation: "entra.role.eligible-member.permanent.add",
        done: "made {} eligible for good for the role {role}",
        about: &[User, ServicePrincipal, Group, Other],
    },
    Phrase {
        operation: "entra.role.eligible-member.timebound.add",
        done: "made {} eligible for a time for the role {role}",
        about: &[User, ServicePrincipal, Group, Other],
    },
    Phrase {
        operation: "entra.role.scoped-member.add",
        done: "gave the scoped role {role} to {}",
        about: &[User, ServicePrincipal, Group, Other],
    },
    Phrase {
        operation: "entra.role.activation.complete",
        done: "activated the role {role} for {}",
        about: &[User, ServicePrincipal, Group, Other],
    },
    Phrase { operation: "entra.application.add", done: "registered the application {}", about: &[Application] },
    Phrase {
        operation: "entra.service-principal.app-role.grant",
        done: "granted {permissions} to {}",
        about: &[ServicePrincipal, Application],
    },
    Phrase {
        operation: "entra.application.consent",
        done: "consented to {permissions} for {}",
        about: &[ServicePrincipal, Application],
    },
    Phrase {
        operation: "entra.delegated-grant.add",
        done: "granted {permissions} to {}",
        about: &[ServicePrincipal, Application],
    },
    Phrase { operation: "entra.user.app-role.grant", done: "granted an app role of {}", about: &[ServicePrincipal] },
    Phrase {
        operation: "entra.application.credentials.create",
        done: "registered a credential with {}",
        about: &[Application],
    },
    Phrase {
        operation: "entra.application.credentials.update",
        done: "changed the credentials of {}",
        about: &[Application],
    },
    Phrase {
        operation: "entra.service-principal.credentials.add",
        done: "added a credential to {}",
        about: &[ServicePrincipal],
    },
    Phrase {
        operation: "entra.service-principal.credentials.remove",
        done: "removed a credential from {}",
        about: &[ServicePrincipal],
    },
    Phrase { operation: "entra.application.owner.add", done: "made {owner} an owner of {}", about: &[Application] },
    Phrase {
        operation: "entra.service-principal.owner.add",
        done: "made {owner} an owner of {}",
        about: &[ServicePrincipal],
    },
    Phrase { operation: "entra.application.owner.remove", done: "removed an owner from {}", about: &[Application] },
    Phrase {
        operation: "entra.service-principal.owner.remove",
        done: "removed an owner from {}",
        about: &[ServicePrincipal],
    },
    Phrase {
        operation: "entra.service-principal.add",
        done: "added the service principal {}",
        about: &[ServicePrincipal],
    },
    Phrase { operation: "entra.application.update", done: "changed the application {}", about: &[Application] },
    Phrase {
        operation: "entra.service-principal.update",
        done: "changed the service principal {}",
        about: &[ServicePrincipal],
    },
    Phrase { operation: "entra.application.delete", done: "deleted the application {}", about: &[Application] },
    Phrase {
        operation: "entra.application.purge",
        done: "deleted the application {} beyond restoring",
        about: &[Application],
    },
    Phrase { operation: "entra.application.restore", done: "restored the application {}", about: &[Application] },
    Phrase {
        operation: "entra.service-principal.remove",
        done: "removed the service principal {}",
        about: &[ServicePrincipal],
    },
    Phrase {
        operation: "entra.role.member.remove",
        done: "took the role {role} from {}",
        about: &[User, ServicePrincipal, Group, Other],
    },
    Phrase {
        operation: "entra.group.member.add",
        done: "added {} to a group",
        about: &[User, ServicePrincipal, Other],
    },
    Phrase { operation: "entra.user.mfa.disable", done: "switched off MFA for {}", about: &[User] },
    Phrase { operation: "entra.guest.invite", done: "invited the guest {}", about: &[User] },
    Phrase { operation: "entra.user.add", done: "created the user {}", about: &[User] },
    Phrase {
        operation: "entra.conditional-access-policy.add",
        done: "created the Conditional Access policy {}",
        about: &[Policy, Other],
    },
    Phrase {
        operation: "entra.conditional-access-policy.update",
        done: "changed the Conditional Access policy {}",
        about: &[Policy, Other],
    },
    Phrase {
        operation: "entra.conditional-access-policy.delete",
        done: "deleted the Conditional Access policy {}",
        about: &[Policy, Other],
    },
    Phrase {
        operation: "azure.authorization.roleassignments.write",
        done: "assigned the Azure role {role} to {}",
        about: &[User, ServicePrincipal, Group, Other, Resource],
    },
    Phrase {
        operation: "azure.authorization.roleassignments.delete",
        done: "removed an Azure role assignment {}",
        about: &[Resource],
    },
    Phrase {
        operation: "azure.authorization.roledefinitions.write",
        done: "created or changed the Azure role definition {}",
        about: &[Resource],
    },
    Phrase {
        operation: "azure.authorization.roledefinitions.delete",
        done: "deleted the Azure role definition {}",
        about: &[Resource],
    },
    Phrase { operation: "azure.authorization.locks.delete", done: "deleted the resource lock {}", about: &[Resource] },
    Phrase {
        operation: "azure.insights.diagnosticsettings.delete",
        done: "deleted the diagnostic setting {}",
        about: &[Resource],
    },
    Phrase {
        operation: "azure.azureactivedirectory.register.action",
        done: "registered the resource provider Microsoft.AzureActiveDirectory on subscription {}",
        about: &[Subscription, Resource],
    },
    Phrase {
        operation: "azure.aad.register.action",
        done: "registered the resource provider Microsoft.AAD on subscription {}",
        about: &[Subscription, Resource],
    },
];

/// Who did what to which object.
pub(super) fn title(actor: &Actor, story: &Story, targets: &[Target]) -> String {
    let matched = story.records.iter().filter(|record| record.level.is_some());
    let head = matched
        .clone()
        .filter_map(|record| rank(&record.event).map(|rank| (rank, &record.event)))
        .min_by_key(|(rank, _)| *rank);
    let worst = matched.max_by_key(|record| record.level).or(story.records.first()).map(|record| &record.event);
    let who = who(actor);
    let (mut sentence, event) = match (head, worst) {
        (Some((rank, event)), _) => {
            let phrase = &PHRASES[rank];
            let done = done(phrase, event, actor, story, targets);
            let also =
                if phrase.done.contains("{role}") { also(phrase, event, actor, story, targets) } else { String::new() };
            (format!("{who} {done}{also}"), Some(event))
        }
        (None, Some(event)) if event.operation == "entra.sign-in" => {
            let into = event.targets.first().and_then(|target| target.name.clone()).unwrap_or_default();
            let times =
                if story.records.len() > 1 { format!(", {} sign-ins", story.records.len()) } else { String::new() };
            let into = if into.is_empty() { String::new() } else { format!(" to {into}") };
            (format!("{who} signed in{into}{times}"), Some(event))
        }
        (None, Some(event)) => {
            let object = name_of(find_object(&[], &told(story, event)), targets);
            let of = if object == "an object" { String::new() } else { format!(" on {object}") };
            (format!("{who}: {}{of}", event.operation_seen.trim()), Some(event))
        }
        (None, None) => (who, None),
    };
    if let Some((rank, _)) = head
        && PHRASES[rank].operation == "entra.application.add"
    {
        sentence.push_str(&and_more(story));
    }
    match event.map(|event| event.outcome) {
        Some(Outcome::Failure) => sentence.push_str(" (failed)"),
        Some(Outcome::Started) => sentence.push_str(" (outcome not recorded)"),
        _ => {}
    }
    sentence
}

/// What one event of a story did, after the actor's name.
fn done(phrase: &Phrase, event: &Event, actor: &Actor, story: &Story, targets: &[Target]) -> String {
    let told = told(story, event);
    let object = find_object(phrase.about, &told);
    // What somebody does for themselves is not done for anybody.
    let done = match phrase.done.strip_suffix(" for {}") {
        Some(done) if object.is_some_and(|object| is_self(actor, object)) => done,
        _ => phrase.done,
    };
    with_role(done, &told)
        .replace("{permissions}", &permissions(story))
        .replace("{owner}", &owner(event))
        .replace("{}", &name_of(object, targets))
}

/// The same operation of the story on other objects or with other roles: one in words without the verb, more as a number.
///
/// Records that say the same are one: the Activity Log tells an assignment in twins.
fn also(phrase: &Phrase, head: &Event, actor: &Actor, story: &Story, targets: &[Target]) -> String {
    let mut said = vec![done(phrase, head, actor, story, targets)];
    let alike = story.records.iter().filter(|record| {
        record.level.is_some() && record.event.operation == head.operation && record.event.outcome == head.outcome
    });
    for record in alike {
        let one = done(phrase, &record.event, actor, story, targets);
        if !said.contains(&one) {
            said.push(one);
        }
    }
    match said.as_slice() {
        [_, other] => format!(" and {}", other.split_once(' ').map_or(other.as_str(), |(_, rest)| rest)),
        [_, _, more @ ..] => format!(" and {} more", more.len() + 1),
        _ => String::new(),
    }
}

/// How telling an event's operation is among those of a story, the lower the more; `None` for one that heads none.
pub(super) fn rank(event: &Event) -> Option<usize> {
    PHRASES.iter().position(|phrase| phrase.operation == event.operation)
}

fn who(actor: &Actor) -> String {
    let name = actor.name.as_ref().or(actor.id.as_ref()).or(actor.app_id.as_ref());
    match (name, actor.kind) {
        (Some(name), ActorKind::Application | ActorKind::ManagedIdentity | ActorKind::Agent) => {
            format!("the {} {name}", actor.kind.as_str().replace('_', " "))
        }
        (Some(name), _) => name.clone(),
        (None, _) => "somebody".to_owned(),
    }
}

/// The targets that the event names, then those that other records of the same operation name.
///
/// The Activity Log tells a role assignment in twins, and the request often stands on the one that starts alone.
fn told<'a>(story: &'a Story, event: &'a Event) -> Vec<&'a Target> {
    let others = story.records.iter().map(|record| &record.event).filter(|other| {
        other.operation == event.operation && other.correlation_id == event.correlation_id && *other != event
    });
    event.targets.iter().chain(others.flat_map(|other| &other.targets)).collect()
}

/// The object of the wanted kind, the first of the kinds before the next.
fn find_object<'a>(about: &[TargetKind], told: &[&'a Target]) -> Option<&'a Target> {
    let found = |wanted: &dyn Fn(&Target) -> bool| told.iter().find(|target| wanted(target)).copied();
    about
        .iter()
        .find_map(|kind| found(&|target| target.kind == *kind && !is_api(target)))
        .or_else(|| found(&|target| target.kind != Role))
        .or_else(|| told.first().copied())
}

/// The name of an object, where any record of the story has it, else its id.
fn name_of(target: Option<&Target>, targets: &[Target]) -> String {
    let Some(target) = target else { return "an object".to_owned() };
    // A grant names its grantee by the application id; another record of the story may know the name.
    let better = targets.iter().find(|other| {
        other.name.is_some()
            && other.name != other.app_id
            && (other.id == target.id && target.id.is_some() || other.app_id.is_some() && other.app_id == target.name)
    });
    better
        .and_then(|other| other.name.clone())
        .or_else(|| target.name.clone())
        .or_else(|| target.id.clone())
        .unwrap_or_else(|| "an object".to_owned())
}

/// Whether the object is whoever acted.
fn is_self(actor: &Actor, object: &Target) -> bool {
    match (&actor.id, &object.id) {
        (Some(actor), Some(object)) => actor.eq_ignore_ascii_case(object),
        _ => actor.name.is_some() && actor.name == object.name,
    }
}

/// Whether a target is the API whose permission a record grants, not the client it is granted to.
fn is_api(target: &Target) -> bool {
    target.changes.iter().any(|change| change.property.eq_ignore_ascii_case("ServicePrincipal.ObjectID"))
}

/// Puts the role into the phrase: by name, by id where no table knows it, or as not told.
fn with_role(done: &str, told: &[&Target]) -> String {
    let typed = told.iter().flat_map(|target| &target.changes).find_map(|change| match &change.typed {
        Some(Typed::Role { new, old }) => {
            new.as_ref().or(old.as_ref()).filter(|role| role.name.is_some() || role.id.is_some())
        }
        _ => None,
    });
    let target = told.iter().find(|target| target.kind == Role);
    let name = match typed {
        Some(role) => role.name.as_ref(),
        None => target.and_then(|target| target.name.as_ref()),
    };
    let id = typed.and_then(|role| role.id.as_ref()).or(target.and_then(|target| target.id.as_ref()));
    let mut done = done.to_owned();
    for (article, kind) in [("a", "role"), ("a", "scoped role"), ("an", "Azure role")] {
        let said = match (name, id) {
            (Some(name), _) => format!("the {kind} {name}"),
            (None, Some(id)) => format!("{article} {kind} (id {id})"),
            (None, None) => format!("{article} {kind} that the log does not name"),
        };
        done = done.replace(&format!("the {kind} {{role}}"), &said);
    }
    done
}

fn owner(event: &Event) -> String {
    let user = event.targets.iter().find(|target| matches!(target.kind, User | Other | Group | Device));
    user.and_then(|target| target.name.clone().or_else(|| target.id.clone())).unwrap_or_else(|| "somebody".to_owned())
}

/// The permissions that the story grants, at most three by name.
fn permissions(story: &Story) -> String {
    let mut names: Vec<String> = Vec::new();
    for change in story.records.iter().flat_map(|record| &record.event.targets).flat_map(|target| &target.changes) {
        let (old, new) = match &change.typed {
            Some(Typed::PermissionsGranted { old, new }) => (old, new),
            Some(Typed::Consent(consent)) => (&consent.old, &consent.new),
            _ => continue,
        };
        for permission in new.iter().filter(|permission| !old.contains(permission)) {
            let name = permission.name.clone().or_else(|| permission.id.clone()).unwrap_or_default();
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    match names.len() {
        0 => "permissions".to_owned(),
        1..=3 => names.join(", "),
        more => format!("{} and {} more permissions", names[..2].join(", "), more - 2),
    }
}

/// What else came with a registration.
fn and_more(story: &Story) -> String {
    let did = |operation: &str| {
        story
            .records
            .iter()
            .any(|record| record.event.operation.starts_with(operation) && record.event.outcome != Outcome::Failure)
    };
    let mut more = Vec::new();
    if did("entra.application.credentials.update") || did("entra.service-principal.credentials.add") {
        more.push("gave it a credential".to_owned());
    }
    if did("entra.service-principal.app-role.grant")
        || did("entra.delegated-grant.add")
        || did("entra.application.consent")
    {
        more.push(format!("granted it {}", permissions(story)));
    }
    match more.len() {
        0 => String::new(),
        _ => format!(" and {}", more.join(" and ")),
    }
}

#[cfg(test)]
mod tests;
