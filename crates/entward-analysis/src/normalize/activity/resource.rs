//! What an operation was done to: a path of Azure Resource Manager.

use entward_model::{Target, TargetKind};

use super::Parts;
use crate::normalize::reading::find;

/// A resource path, in the spelling that keeps its letter case.
pub(super) struct Path {
    spelled: String,
}

/// The path of the resource, where the record names one.
///
/// The diagnostic export writes it in upper case; `authorization.scope` and
/// `properties.entity` often hold the same path as its owner wrote it.
pub(super) fn path(parts: &Parts<'_>) -> Option<Path> {
    let spellings = [
        find(&parts.properties, &["entity"]),
        find(&parts.authorization, &["scope"]),
        find(&parts.event, &["resourceId.value", "resourceId", "resourceUri", "_ResourceId"]),
        find(parts.record, &["subject"]),
    ];
    let [entity, scope, named, subject] = spellings;
    let path = named.or(subject).or_else(|| entity.clone()).or_else(|| scope.clone())?;
    let same = |candidate: &String| cut(candidate).eq_ignore_ascii_case(cut(&path));
    let spelled = entity.filter(same).or_else(|| scope.filter(same)).unwrap_or(path);
    Some(Path { spelled: cut(&spelled).to_owned() })
}

fn cut(path: &str) -> &str {
    path.trim().trim_end_matches('/')
}

impl Path {
    /// The path in lower case: ids of resources ignore letter case, and so must joins.
    pub(super) fn id(&self) -> String {
        self.spelled.to_ascii_lowercase()
    }

    /// The segment that follows this one.
    pub(super) fn after(&self, segment: &str) -> Option<String> {
        let mut segments = self.spelled.split('/');
        segments.find(|found| found.eq_ignore_ascii_case(segment))?;
        segments.next().filter(|found| !found.is_empty()).map(str::to_ascii_lowercase)
    }

    /// What lies in front of this provider type: the scope of an assignment, the parent of a child resource.
    pub(super) fn before(&self, marker: &str) -> Option<String> {
        let id = self.id();
        id.rfind(marker).map(|at| if at == 0 { "/".to_owned() } else { id[..at].to_owned() })
    }

    /// The last segment, in the case of its owner.
    pub(super) fn name(&self) -> Option<String> {
        self.spelled.rsplit('/').next().filter(|name| !name.is_empty()).map(str::to_owned)
    }

    /// The resource as a target without changes.
    pub(super) fn target(&self) -> Target {
        let id = self.id();
        let inside = id.strip_prefix("/subscriptions/");
        let is_subscription = inside.is_some_and(|rest| !rest.is_empty() && !rest.contains('/'));
        let (kind, name) =
            if is_subscription { (TargetKind::Subscription, None) } else { (TargetKind::Resource, self.name()) };
        Target { kind, id: Some(id), name, app_id: None, changes: Vec::new() }
    }
}
