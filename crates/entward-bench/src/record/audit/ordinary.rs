//! Changes that no rule asks for.

use serde_json::{Value, json};

use super::{Activity, Actor, included, record, target, user_target};
use crate::record::{Draw, Record, change};

/// A change that no rule asks for.
pub fn ordinary(draw: &mut Draw<'_>) -> Record {
    match draw.random.below(20) {
        0..=6 => update_user(draw),
        7..=10 => update_device(draw),
        11..=13 => remove_member_from_group(draw),
        14..=16 => update_service_principal(draw),
        17 => change_license(draw),
        _ => reset_flow(draw),
    }
}

fn update_user(draw: &mut Draw<'_>) -> Record {
    let administrator = draw.tenant.any_administrator(draw.random);
    let person = draw.tenant.any_person(draw.random);
    let activity =
        Activity { name: "Update user", category: "UserManagement", kind: "Update", service: "Core Directory" };
    let (old, new) = (draw.random.below(90) + 10, draw.random.below(90) + 10);
    let changes = vec![
        change("Department", Some(json!([format!("Department {old}")])), Some(json!([format!("Department {new}")]))),
        change(
            "TelephoneNumber",
            Some(json!([format!("+41 44 555 01 {old}")])),
            Some(json!([format!("+41 44 555 01 {new}")])),
        ),
        change(
            "PhysicalDeliveryOfficeName",
            Some(json!([format!("Building {}", old % 7)])),
            Some(json!([format!("Building {}", new % 7)])),
        ),
        included("Department, TelephoneNumber, PhysicalDeliveryOfficeName"),
        change("TargetId.UserType", None, Some(json!("Member"))),
        change("ActorId.ServicePrincipalNames", None, Some(json!(administrator.name))),
    ];
    let actor =
        if draw.random.percent(60) { Actor::Service("Microsoft Azure AD Sync") } else { Actor::Person(administrator) };
    let details =
        json!([{"key": "UserType", "value": "Member"}, {"key": "User-Agent", "value": administrator.user_agent}]);
    single(draw, &activity, &actor, user_target(person, changes), details)
}

fn update_device(draw: &mut Draw<'_>) -> Record {
    let person = draw.tenant.any_person(draw.random);
    let device = &person.device;
    let activity = Activity { name: "Update device", category: "Device", kind: "Update", service: "Core Directory" };
    let moment = draw.zulu();
    let changes = vec![
        change("ApproximateLastLogonTimestamp", Some(json!(["2026-02-14T06:11:09.0000000Z"])), Some(json!([moment]))),
        change("DeviceOSVersion", Some(json!(["10.0.22631.4460"])), Some(json!(["10.0.22631.4602"]))),
        change(
            "DevicePhysicalIds",
            Some(json!([format!("[USER-GID]:{}:6825817894500621", person.id)])),
            Some(json!([
                format!("[USER-GID]:{}:6825817894500622", person.id),
                format!("[GID]:g:{}", draw.random.below(1 << 40))
            ])),
        ),
        included("ApproximateLastLogonTimestamp, DeviceOSVersion, DevicePhysicalIds"),
        change("TargetId.DeviceId", None, Some(json!(device.id))),
        change("TargetId.DeviceOSType", None, Some(json!(device.system))),
        change("TargetId.DeviceTrustType", None, Some(json!("AzureAd"))),
    ];
    let details = json!([{"key": "DeviceId", "value": device.id}, {"key": "DeviceOSType", "value": device.system}, {"key": "DeviceTrustType", "value": "AzureAd"}, {"key": "User-Agent", "value": "Dsreg/10.0 (Windows 10.0.22631)"}]);
    single(
        draw,
        &activity,
        &Actor::Service("Device Registration Service"),
        target(&person.id, &device.name, "Device", changes),
        details,
    )
}

fn remove_member_from_group(draw: &mut Draw<'_>) -> Record {
    let administrator = draw.tenant.any_administrator(draw.random);
    let person = draw.tenant.any_person(draw.random);
    let (name, id) = draw.random.pick(&draw.tenant.groups);
    let activity = Activity {
        name: "Remove member from group",
        category: "GroupManagement",
        kind: "Unassign",
        service: "Core Directory",
    };
    let changes = vec![
        change("Group.ObjectID", Some(json!(id)), None),
        change("Group.DisplayName", Some(json!(name)), None),
        change("Group.WellKnownObjectName", None, None),
    ];
    let targets = vec![user_target(person, changes), target(id, name, "Group", Vec::new())];
    let correlation = draw.random.guid();
    let details = json!([{"key": "User-Agent", "value": administrator.user_agent}]);
    record(draw, &activity, &Actor::Person(administrator), &correlation, targets, details, false)
}

fn update_service_principal(draw: &mut Draw<'_>) -> Record {
    let application = draw.tenant.any_application(draw.random);
    let activity = Activity {
        name: "Update service principal",
        category: "ApplicationManagement",
        kind: "Update",
        service: "Core Directory",
    };
    let changes = vec![
        change("AppOwnerOrganizationId", Some(json!([draw.tenant.id])), Some(json!([draw.tenant.id]))),
        change(
            "Homepage",
            Some(json!(["https://old.contoso.example/start"])),
            Some(json!(["https://app.contoso.example/start"])),
        ),
        included("Homepage"),
        change(
            "TargetId.ServicePrincipalNames",
            None,
            Some(json!(format!("{};api://{}", application.app_id, application.app_id))),
        ),
    ];
    let details = json!([{"key": "User-Agent", "value": "EvoSTS"}, {"key": "AppId", "value": application.app_id}, {"key": "ServicePrincipalProvisioningType", "value": "CreatedByAppProvisioning"}]);
    single(
        draw,
        &activity,
        &Actor::Service("Managed Service Identity"),
        target(&application.principal_id, &application.name, "ServicePrincipal", changes),
        details,
    )
}

fn change_license(draw: &mut Draw<'_>) -> Record {
    let administrator = draw.tenant.any_administrator(draw.random);
    let person = draw.tenant.any_person(draw.random);
    let activity =
        Activity { name: "Change user license", category: "UserManagement", kind: "Update", service: "Core Directory" };
    let details = json!([{"key": "UserType", "value": "Member"}]);
    single(draw, &activity, &Actor::Person(administrator), user_target(person, vec![included("")]), details)
}

fn reset_flow(draw: &mut Draw<'_>) -> Record {
    let person = draw.tenant.any_person(draw.random);
    let activity = Activity {
        name: "Self-service password reset flow activity progress",
        category: "UserManagement",
        kind: "Update",
        service: "Self-service Password Management",
    };
    let details =
        json!([{"key": "OnPremisesAgent", "value": "None"}, {"key": "User-Agent", "value": person.user_agent}]);
    single(draw, &activity, &Actor::Person(person), user_target(person, Vec::new()), details)
}

fn single(draw: &mut Draw<'_>, activity: &Activity, actor: &Actor<'_>, target: Value, details: Value) -> Record {
    let correlation = draw.random.guid();
    record(draw, activity, actor, &correlation, vec![target], details, false)
}
