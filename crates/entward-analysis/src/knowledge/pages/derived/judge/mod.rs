//! How far a permission or a role serves each of the three impacts, with the reason.
//!
//! The judgement is Entward's own. It rests on what the thing is (`permission_things.csv`, `role_things.csv`), on what is done to
//! it and how far, and for what reaches far on rows of its own (`permission_powers.csv`, `role_powers.csv`). What is known of paths
//! that attackers take is in those rows; where they name none, none is claimed.

mod reasons;

use self::reasons::{judged, known_access, known_escalation, opened, reading, writing};
use crate::knowledge::PermissionPower;

/// How far it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// What belongs to the signed-in user.
    User,
    /// What somebody picked out for the application, or what the application made itself.
    Picked,
    /// What the signed-in user may reach.
    AsUser,
    /// The scope at which a role of Azure is assigned.
    Scope,
    /// Everything in the tenant.
    Tenant,
}

/// What is opened and changed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject {
    /// The kind of data that is read; empty for none worth naming.
    pub(super) data: &'static str,
    /// Whether only the most harmless part of it is read.
    pub(super) is_basic: bool,
    /// What can be done by changing it; empty for nothing.
    pub(super) write: &'static str,
}

/// What is known beyond the subject.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known {
    access: Option<Judgement>,
    escalation: Option<Judgement>,
    data: &'static str,
}

impl Known {
    /// Of a permission, by its row.
    pub(super) fn of_permission(power: PermissionPower) -> Known {
        Known { access: known_access(power.capability), escalation: known_escalation(power.reaches), data: power.data }
    }

    /// Of a role, by what stands among its actions.
    pub(super) fn of_role(powers: &[&str]) -> Known {
        use Weight::{High, Medium};
        let has = |wanted: &[&str]| powers.iter().any(|power| wanted.contains(&power.trim_end_matches('?')));
        let access = if has(&["app-credentials", "federated-credential"]) {
            Some(judged(High, "Its holder can sign in as another identity, by giving it a credential of their own."))
        } else if has(&["run-command", "contributor", "owner"]) {
            Some(judged(
                High,
                "Its holder can run code on machines within the scope and act as their managed identities.",
            ))
        } else if has(&["access-admin", "assign-roles", "assign-directory-roles"]) {
            Some(judged(High, "Its holder lets others in by giving them roles."))
        } else if has(&["vault-secrets", "storage-keys", "vault-policy"]) {
            Some(judged(High, "The secrets and keys that it reads open something else."))
        } else {
            None
        };
        let escalation = if has(&["assign-directory-roles"]) {
            Some(judged(
                High,
                "Assigns directory roles, Global Administrator among them unless the role's own limits keep it out.",
            ))
        } else if has(&["owner", "access-admin"]) {
            Some(judged(High, "Can give Owner at its scope to anybody, itself included."))
        } else if has(&["access-admin-conditional", "assign-roles"]) {
            Some(judged(Medium, "Assigns roles of Azure, but a built-in condition says which and to whom."))
        } else if has(&["app-credentials", "app-owners", "consent-app-roles"]) {
            Some(judged(
                High,
                "Through applications: a new secret on one that is stronger than the holder, or a permission consented to.",
            ))
        } else if has(&["role-definitions"]) {
            Some(judged(High, "Can widen a role that it holds itself."))
        } else if has(&["assign-managed-identity", "federated-credential", "run-command"]) {
            Some(judged(Medium, "Through managed identities, as far as they were granted more than the holder."))
        } else {
            None
        };
        let data = if has(&["vault-secrets", "storage-keys", "vault-policy", "owner", "contributor"]) {
            "scope"
        } else if has(&["blobs"]) {
            "business"
        } else {
            ""
        };
        Known { access, escalation, data }
    }
}

/// How much, from nothing to everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    None,
    Low,
    Medium,
    High,
}

impl Weight {
    fn less(self) -> Weight {
        match self {
            Weight::High => Weight::Medium,
            Weight::Medium | Weight::Low => Weight::Low,
            Weight::None => Weight::None,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Weight::None => "none",
            Weight::Low => "low",
            Weight::Medium => "medium",
            Weight::High => "high",
        }
    }
}

/// The judgement of one impact.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judgement {
    pub(super) weight: Weight,
    reason: &'static str,
}

/// What a permission can do harm with, in the order of the three impacts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Harm {
    pub(super) access: Judgement,
    pub(super) escalation: Judgement,
    pub(super) breach: Judgement,
    reach: Reach,
}

impl Harm {
    /// The harm of what is done to a subject, so far.
    pub(super) fn of(subject: Subject, known: Known, reach: Reach) -> Harm {
        let by_writing = writing(subject.write);
        let access = known.access.or(by_writing.map(|(access, _)| access)).unwrap_or(reading(subject.data));
        let none = judged(Weight::None, "No path from it to a stronger role or permission is known to the tables.");
        let escalation = known.escalation.or(by_writing.map(|(_, escalation)| escalation)).unwrap_or(none);
        let breach = opened(if known.data.is_empty() { subject.data } else { known.data });
        let breach = if subject.is_basic { breach.lessened() } else { breach };
        let is_whole = matches!(reach, Reach::Tenant | Reach::Scope);
        let limited = |judgement: Judgement| if is_whole { judgement } else { judgement.lessened() };
        Harm { access: limited(access), escalation: limited(escalation), breach: limited(breach), reach }
    }

    /// The strongest of its weights, then their sum, by which harms are compared.
    pub(super) fn rank(&self) -> (Weight, u8) {
        let weights = [self.access.weight, self.escalation.weight, self.breach.weight];
        (weights.into_iter().max().unwrap_or(Weight::None), weights.iter().map(|weight| *weight as u8).sum())
    }

    /// The words of the three weights.
    pub(super) fn weights(&self) -> [&'static str; 3] {
        [self.access, self.escalation, self.breach].map(|judgement| judgement.weight.as_str())
    }

    /// The list of the three.
    pub(super) fn list(&self) -> String {
        let far = match self.reach {
            Reach::Tenant => "in the whole tenant",
            Reach::Scope => "within its scope",
            Reach::AsUser => "within what the signed-in user may",
            Reach::Picked => "within what was picked out for the application or made by it",
            Reach::User => "within what belongs to the signed-in user",
        };
        let line = |name: &str, judgement: &Judgement| {
            let weight = judgement.weight.as_str();
            let far = if judgement.weight == Weight::None { String::new() } else { format!(", {far}") };
            format!("- **{name}**: {weight}{far}. {}\n", judgement.reason)
        };
        [
            line("Unauthorized access", &self.access),
            line("Privilege escalation", &self.escalation),
            line("Data breach", &self.breach),
        ]
        .concat()
    }
}

impl Judgement {
    fn lessened(self) -> Judgement {
        Judgement { weight: self.weight.less(), ..self }
    }
}
