//! Who acted.

use super::*;

#[test]
fn a_person_is_named_by_principal_name_and_has_the_address_of_its_request() {
    check_actor(
        json!({ "initiatedBy": { "user": { "id": ADA, "userPrincipalName": "ada@contoso.example", "displayName": "Ada", "ipAddress": "203.0.113.24:50231" } } }),
        "user ada@contoso.example 99999999-8888-7777-6666-555555555555 - 203.0.113.24",
    );
    check_actor(
        json!({ "initiatedBy": { "user": { "id": ADA.to_ascii_uppercase(), "displayName": "Ada" }, "app": { "appId": "C44B4083-3bb0-49c1-b47d-974e53cbdf3c" } } }),
        "user Ada 99999999-8888-7777-6666-555555555555 c44b4083-3bb0-49c1-b47d-974e53cbdf3c -",
    );
}

#[test]
fn an_application_often_has_neither_address_nor_application_id() {
    check_actor(
        json!({ "identity": "Deploy Robot", "properties": { "initiatedBy": { "app": { "appId": null, "displayName": "Deploy Robot", "servicePrincipalId": "FC000000-0000-4000-8000-00000000caa1", "servicePrincipalName": null } } } }),
        "application Deploy Robot fc000000-0000-4000-8000-00000000caa1 - -",
    );
}

#[test]
fn an_empty_initiator_leaves_the_name_on_the_envelope() {
    for nobody in [
        json!({}),
        json!(null),
        json!("{}"),
        json!({ "user": { "id": "", "ipAddress": "" } }),
        json!({ "user": null, "app": null }),
    ] {
        check_actor(
            json!({ "identity": "Deploy Robot", "properties": { "initiatedBy": nobody } }),
            "application Deploy Robot - - -",
        );
    }
    check_actor(json!({ "identity": "ada@contoso.example" }), "user ada@contoso.example - - -");
    check_actor(json!({ "initiatedBy": {} }), "unknown - - - -");
}

#[test]
fn microsoft_is_known_by_application_id_or_by_having_no_ids_at_all() {
    check_actor(
        json!({ "initiatedBy": { "app": { "appId": "c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "displayName": "Azure Portal" } } }),
        "microsoft Azure Portal - c44b4083-3bb0-49c1-b47d-974e53cbdf3c -",
    );
    check_actor(
        json!({ "initiatedBy": { "app": { "appId": null, "displayName": "MS-PIM", "servicePrincipalId": null } } }),
        "microsoft MS-PIM - - -",
    );
    // Anybody may choose this name.
    check_actor(
        json!({ "initiatedBy": { "app": { "appId": null, "displayName": "MS-PIM", "servicePrincipalId": "fc000000-0000-4000-8000-00000000caa1" } } }),
        "application MS-PIM fc000000-0000-4000-8000-00000000caa1 - -",
    );
}

#[test]
fn the_person_behind_a_service_is_the_actor() {
    let source = "{\"TYPE\":\"USER\",\"OBJECT ID\":\"99999999-8888-7777-6666-555555555555\"}";
    for packed in [json!(source), json!(json!(source).to_string())] {
        check_actor(
            json!({
                "initiatedBy": { "app": { "appId": null, "displayName": "AAD App Management", "servicePrincipalId": null } },
                "additionalDetails": [{ "key": "Source", "value": packed }],
            }),
            "user AAD App Management 99999999-8888-7777-6666-555555555555 - -",
        );
    }
    check_actor(
        json!({
            "initiatedBy": { "app": { "displayName": "AAD App Management" } },
            "additionalDetails": [{ "key": "Source", "value": "B2C" }],
        }),
        "microsoft AAD App Management - - -",
    );
}

#[test]
fn agents_and_managed_identities_are_told_apart_where_the_record_says() {
    check_actor(
        json!({ "initiatedBy": { "user": { "id": ADA, "agentType": "agenticAppInstance" } } }),
        &format!("agent - {ADA} - -"),
    );
    check_actor(
        json!({ "initiatedBy": { "user": { "id": ADA, "agentType": "notAgentic" } } }),
        &format!("user - {ADA} - -"),
    );
    check_actor(
        json!({ "initiatedBy": { "app": { "displayName": "id-deploy", "servicePrincipalType": "ManagedIdentity" } } }),
        "managed_identity id-deploy - - -",
    );
}

#[test]
fn the_address_comes_from_the_first_place_that_has_one() {
    let user = |address: Value| json!({ "user": { "userPrincipalName": "ada", "ipAddress": address } });
    let details = json!([{ "key": "ipaddr", "value": "198.51.100.9" }]);
    for nothing in [json!(null), json!(""), json!("<null>")] {
        check_actor(
            json!({ "callerIpAddress": "[2001:db8::7]:36185", "properties": { "initiatedBy": user(nothing.clone()), "additionalDetails": details } }),
            "user ada - - 2001:db8::7",
        );
        check_actor(
            json!({ "callerIpAddress": "<null>", "properties": { "initiatedBy": user(nothing), "additionalDetails": details } }),
            "user ada - - 198.51.100.9",
        );
    }
}

#[test]
fn the_user_agent_is_among_the_details() {
    let of = |record: Value| normalize(Knowledge::bundled(), Shape::GraphDirectoryAudit, &record).actor.user_agent;
    let details = json!([{ "key": "User-Agent", "value": "EvoSTS" }]);
    assert_eq!(of(json!({ "userAgent": null, "additionalDetails": details })).as_deref(), Some("EvoSTS"));
    assert_eq!(of(json!({ "userAgent": "python" })).as_deref(), Some("python"));
}

#[track_caller]
fn check_actor(record: Value, expected: &str) {
    let event = normalize(Knowledge::bundled(), Shape::DiagAuditLogs, &record);
    assert_eq!(actor_line(&event), expected);
}
