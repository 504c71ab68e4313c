//! Where a role applies, and which API a scope belongs to: told where the record says it, left open where not.

use entward_model::{Level, Story, StoryRecord, Typed};

use super::*;

const UNIT: &str = "0a11bc22-0000-4000-8000-00000000a001";
const API: &str = "74ab0000-0000-4000-8000-0000000000aa";

/// The scope of the one role that a record speaks of.
#[track_caller]
fn check_scope(activity: &str, more: &[Value], unit: Option<&str>, details: Value, expected: Option<&str>) {
    let mut properties =
        vec![property("Role.TemplateId", json!(null), json!("\"729827e3-9c14-49f7-bb1b-9608f156bbb8\""))];
    properties.extend_from_slice(more);
    let mut targets = vec![json!({
        "id": "3f6d0c52-7a1b-4e09-9c44-8d2b5e7f1a60", "type": "User", "modifiedProperties": properties,
        "administrativeUnits": [{"id": "ffffffff-0000-4000-8000-00000000a001"}]
    })];
    targets.extend(unit.map(|id| json!({"id": id, "displayName": "Branch", "type": "AdministrativeUnit"})));
    let record = record(activity, json!(targets), details);
    let event = normalize(Knowledge::bundled(), Shape::GraphDirectoryAudit, &record);
    let role = event.targets.iter().flat_map(|target| &target.changes).find_map(|change| match &change.typed {
        Some(Typed::Role { new, .. }) => new.clone(),
        _ => None,
    });
    assert_eq!(role.unwrap().scope.as_deref(), expected, "{record}");
}

#[test]
fn a_role_has_the_scope_that_its_record_says() {
    let path = format!("/administrativeUnits/{UNIT}");
    let (path, none) = (Some(path.as_str()), json!([]));
    let scoped = "Add scoped member to role";
    check_scope(scoped, &[], Some(UNIT), none.clone(), path);
    let by_property = property("AdministrativeUnit.ObjectID", json!(null), json!(format!("\"{UNIT}\"")));
    check_scope(scoped, &[by_property], None, none.clone(), path);
    let detail = |scope: &str| json!([{"key": "DirectoryScopeId", "value": scope}]);
    check_scope("Add member to role", &[], None, detail(&format!("/administrativeUnits/{UNIT}")), path);
    check_scope("Add member to role", &[], None, detail(&format!("/{API}")), Some(&format!("/{API}")));
    // The whole directory; nothing said; a unit that the member is in.
    check_scope("Add member to role", &[], None, detail("/"), None);
    check_scope("Add member to role", &[], None, none.clone(), None);
    check_scope("Add member to role", &[], Some(UNIT), none, None);
}

fn consent(api: Option<Value>) -> Event {
    let text = format!(
        "\"[] => [[Id: a, ClientId: c, PrincipalId: , ResourceId: {API}, ConsentType: AllPrincipals, Scope: Mail.Read]]; \""
    );
    let client = json!({
        "id": "d0d1d2d3-e4e5-4f60-8a8b-9c9d9e9fa0a1", "displayName": "Invoice Sync", "type": "ServicePrincipal",
        "modifiedProperties": [property("ConsentAction.Permissions", json!(null), json!(text))]
    });
    let targets: Vec<Value> = std::iter::once(client).chain(api).collect();
    let record = record("Consent to application", json!(targets), json!([]));
    normalize(Knowledge::bundled(), Shape::GraphDirectoryAudit, &record)
}

fn the_api() -> Value {
    json!({
        "id": API.to_uppercase(), "displayName": "Microsoft Graph", "type": "ServicePrincipal",
        "modifiedProperties": [property(
            "TargetId.ServicePrincipalNames", json!(null), json!("\"00000003-0000-0000-c000-000000000000\"")
        )]
    })
}

/// The API of the one scope that was agreed to: application id, name, object id.
fn api_of(targets: &[entward_model::Target]) -> [Option<String>; 3] {
    let consent = targets.iter().flat_map(|target| &target.changes).find_map(|change| match &change.typed {
        Some(Typed::Consent(consent)) => consent.new.first().cloned(),
        _ => None,
    });
    let scope = consent.unwrap();
    [scope.resource_app_id, scope.resource_name, scope.resource_id]
}

#[test]
fn a_consent_names_its_api_where_any_record_of_the_story_does() {
    let text = |text: &str| Some(text.to_owned());
    let named = [text("00000003-0000-0000-c000-000000000000"), text("Microsoft Graph"), text(API)];
    let nameless = [None, None, text(API)];
    assert_eq!(api_of(&consent(Some(the_api())).targets), named);
    assert_eq!(api_of(&consent(None).targets), nameless);

    let grant = record("Add delegated permission grant", json!([the_api()]), json!([]));
    let grant = normalize(Knowledge::bundled(), Shape::GraphDirectoryAudit, &grant);
    let alert = |events: Vec<Event>| {
        let level = Some(Level::High);
        let records = events.into_iter().map(|event| StoryRecord { event, rules: Vec::new(), level }).collect();
        crate::alert::alert(&Story { records, duplicates: 0 }, &[], &mut crate::knowledge::pages::Quotes::new(&[]))
    };
    let says_so =
        |missing: &[String]| missing.iter().any(|line| line.starts_with("which API the consented permissions belong"));
    let alone = alert(vec![consent(None)]);
    assert_eq!(api_of(&alone.targets), nameless);
    assert!(says_so(&alone.not_in_the_log), "{:?}", alone.not_in_the_log);
    let together = alert(vec![consent(None), grant]);
    assert_eq!(api_of(&together.targets), named);
    assert!(!says_so(&together.not_in_the_log), "{:?}", together.not_in_the_log);
}
