//! The four sign-in logs: most of what a tenant writes.

use serde_json::{Value, json};

use crate::record::{Draw, Log, Record};
use crate::tenant::{CLIENTS, Person, RESOURCES};

/// A sign-in that no rule asks for: mostly people, mostly without their noticing.
pub fn ordinary(draw: &mut Draw<'_>) -> Record {
    match draw.random.below(100) {
        0..=20 => by_person(draw, true),
        21..=67 => by_person(draw, false),
        68..=87 => by_application(draw),
        _ => by_managed_identity(draw),
    }
}

fn by_person(draw: &mut Draw<'_>, interactive: bool) -> Record {
    let person = draw.tenant.any_person(draw.random);
    let (client, client_id) = *draw.random.pick(CLIENTS);
    let (resource, resource_id) = *draw.random.pick(RESOURCES);
    let (id, correlation) = (draw.random.guid(), draw.random.guid());
    let moment = draw.with_offset();
    let place = person.place;
    // Somebody mistypes now and then.
    let mistyped = interactive && draw.random.percent(3);
    let (code, reason, more) = if mistyped {
        (
            50126,
            "Error validating credentials due to invalid username or password.",
            "The user didn't enter the right credentials.",
        )
    } else {
        (0, "Other.", "MFA requirement satisfied by claim in the token")
    };
    let tenant = &draw.tenant.id;
    let device = &person.device;
    let properties = json!({
        "id": id,
        "createdDateTime": moment,
        "userDisplayName": person.display_name,
        "userPrincipalName": person.name,
        "userId": person.id,
        "appId": client_id,
        "appDisplayName": client,
        "ipAddress": person.address,
        "status": {"errorCode": code, "failureReason": reason, "additionalDetails": more},
        "clientAppUsed": if interactive { "Browser" } else { "Mobile Apps and Desktop clients" },
        "userAgent": person.user_agent,
        "deviceDetail": {"deviceId": device.id, "displayName": device.name, "operatingSystem": device.system, "browser": device.browser, "isCompliant": true, "isManaged": true, "trustType": "Azure AD joined"},
        "location": {"city": place.city, "state": place.state, "countryOrRegion": place.country, "geoCoordinates": {"latitude": place.latitude, "longitude": place.longitude}},
        "mfaDetail": {},
        "correlationId": correlation,
        "conditionalAccessStatus": if mistyped { "notApplied" } else { "success" },
        "appliedConditionalAccessPolicies": if interactive && !mistyped { policies(draw) } else { Vec::new() },
        "originalRequestId": id,
        "isInteractive": interactive,
        "tokenIssuerName": "",
        "tokenIssuerType": "AzureAD",
        "authenticationProcessingDetails": [],
        "networkLocationDetails": [],
        "clientCredentialType": "none",
        "processingTimeInMilliseconds": draw.random.below(400) + 40,
        "riskDetail": "none",
        "riskLevelAggregated": "none",
        "riskLevelDuringSignIn": "none",
        "riskState": "none",
        "riskEventTypes_v2": [],
        "resourceDisplayName": resource,
        "resourceId": resource_id,
        "resourceTenantId": tenant,
        "homeTenantId": tenant,
        "tenantId": tenant,
        "authenticationDetails": steps(person, &moment, interactive, !mistyped),
        "authenticationRequirementPolicies": [],
        "authenticationRequirement": if mistyped { "singleFactorAuthentication" } else { "multiFactorAuthentication" },
        "servicePrincipalId": "",
        "userType": "Member",
        "flaggedForReview": false,
        "isTenantRestricted": false,
        "autonomousSystemNumber": 64496,
        "crossTenantAccessType": "none",
        "uniqueTokenIdentifier": draw.random.token(),
        "incomingTokenType": if interactive { "none" } else { "primaryRefreshToken" },
        "authenticationProtocol": "none",
        "originalTransferMethod": "none",
        "isThroughGlobalSecureAccess": false,
        "sessionId": draw.random.guid(),
    });
    let mut diagnostic = json!({
        "time": draw.zulu(),
        "resourceId": draw.directory_resource(),
        "operationName": "Sign-in activity",
        "operationVersion": "1.0",
        "category": if interactive { "SignInLogs" } else { "NonInteractiveUserSignInLogs" },
        "tenantId": tenant,
        "resultType": code.to_string(),
        "resultSignature": if mistyped { "None" } else { "SUCCESS" },
    });
    if mistyped {
        diagnostic["resultDescription"] = json!(reason);
    }
    finish(
        &mut diagnostic,
        Some(&person.address),
        &correlation,
        Some(&person.display_name),
        Some(place.country),
        properties,
    );
    draw.record(Log::SignIn, false, diagnostic)
}

fn by_application(draw: &mut Draw<'_>) -> Record {
    let application = draw.tenant.any_application(draw.random);
    let (resource, resource_id) = *draw.random.pick(RESOURCES);
    let correlation = draw.random.guid();
    let tenant = &draw.tenant.id;
    let properties = json!({
        "id": draw.random.guid(),
        "createdDateTime": draw.with_offset(),
        "userId": null,
        "appId": application.app_id,
        "ipAddress": application.address,
        "status": {"errorCode": 0},
        "location": {"city": "Zurich", "state": "Zurich", "countryOrRegion": "CH", "geoCoordinates": {"latitude": 47.37, "longitude": 8.54}},
        "correlationId": correlation,
        "conditionalAccessStatus": "notApplied",
        "appliedConditionalAccessPolicies": [],
        "isInteractive": false,
        "tokenIssuerType": "AzureAD",
        "authenticationProcessingDetails": [],
        "clientCredentialType": "clientSecret",
        "processingTimeInMilliseconds": 0,
        "riskDetail": "none",
        "riskLevelAggregated": "low",
        "riskLevelDuringSignIn": "low",
        "riskState": "none",
        "resourceDisplayName": resource,
        "resourceId": resource_id,
        "resourceTenantId": tenant,
        "homeTenantId": tenant,
        "tenantId": tenant,
        "servicePrincipalName": application.name,
        "servicePrincipalId": application.principal_id,
        "servicePrincipalCredentialKeyId": application.key_id,
        "servicePrincipalCredentialThumbprint": "",
        "federatedCredentialId": "",
        "flaggedForReview": false,
        "isTenantRestricted": false,
        "autonomousSystemNumber": 64496,
        "crossTenantAccessType": "none",
        "uniqueTokenIdentifier": draw.random.token(),
        "incomingTokenType": "none",
        "authenticationProtocol": "none",
        "resourceServicePrincipalId": draw.tenant.applications[0].principal_id,
        "isThroughGlobalSecureAccess": false,
        "sessionId": "",
        "agent": {"agentType": "notAgentic", "parentAppId": ""},
        "appOwnerTenantId": tenant,
        "resourceOwnerTenantId": "f8cdef31-a31e-4b4a-93e4-5f571e91255a",
    });
    let mut diagnostic = without_person(draw, "ServicePrincipalSignInLogs");
    finish(&mut diagnostic, Some(&application.address), &correlation, None, Some("CH"), properties);
    draw.record(Log::SignIn, false, diagnostic)
}

fn by_managed_identity(draw: &mut Draw<'_>) -> Record {
    let application = draw.tenant.any_application(draw.random);
    let (resource, resource_id) = *draw.random.pick(RESOURCES);
    let correlation = draw.random.guid();
    let properties = json!({
        "id": draw.random.guid(),
        "createdDateTime": draw.with_offset(),
        "userId": null,
        "appId": application.app_id,
        "ipAddress": "",
        "status": {"errorCode": 0},
        "location": {"city": "", "state": "", "countryOrRegion": "", "geoCoordinates": {"latitude": 0.0, "longitude": 0.0}},
        "correlationId": correlation,
        "conditionalAccessStatus": "notApplied",
        "appliedConditionalAccessPolicies": [],
        "isInteractive": false,
        "tokenIssuerType": "AzureAD",
        "authenticationProcessingDetails": [],
        "clientCredentialType": "none",
        "processingTimeInMilliseconds": 0,
        "riskDetail": "none",
        "riskLevelAggregated": "none",
        "riskLevelDuringSignIn": "none",
        "riskState": "none",
        "resourceDisplayName": resource,
        "resourceId": resource_id,
        "servicePrincipalName": application.name,
        "servicePrincipalId": application.principal_id,
        "federatedCredentialId": "",
        "flaggedForReview": false,
        "isTenantRestricted": false,
        "autonomousSystemNumber": 0,
        "crossTenantAccessType": "none",
        "uniqueTokenIdentifier": draw.random.token(),
        "incomingTokenType": "none",
        "authenticationProtocol": "none",
        "isThroughGlobalSecureAccess": false,
        "sessionId": "",
    });
    let mut diagnostic = without_person(draw, "ManagedIdentitySignInLogs");
    finish(&mut diagnostic, None, &correlation, None, None, properties);
    draw.record(Log::SignIn, false, diagnostic)
}

fn without_person(draw: &Draw<'_>, category: &str) -> Value {
    json!({
        "time": draw.zulu(),
        "resourceId": draw.directory_resource(),
        "operationName": "Sign-in activity",
        "operationVersion": "1.0",
        "category": category,
        "tenantId": draw.tenant.id,
        "resultType": "0",
        "resultSignature": "SUCCESS",
    })
}

/// The rest of the envelope, in the order of the export; what is not known is left out.
fn finish(
    diagnostic: &mut Value,
    address: Option<&str>,
    correlation: &str,
    identity: Option<&str>,
    country: Option<&str>,
    properties: Value,
) {
    diagnostic["durationMs"] = json!(0);
    if let Some(address) = address {
        diagnostic["callerIpAddress"] = json!(address);
    }
    diagnostic["correlationId"] = json!(correlation);
    if let Some(identity) = identity {
        diagnostic["identity"] = json!(identity);
    }
    diagnostic["Level"] = json!(4);
    if let Some(country) = country {
        diagnostic["location"] = json!(country);
    }
    diagnostic["properties"] = properties;
}

/// How the policies judged this sign-in. There are fewer here than in many a tenant, so
/// that the average over all logs stays at the 2.5 KB of the target.
fn policies(draw: &mut Draw<'_>) -> Vec<Value> {
    let count = 1 + draw.random.below(2) as usize;
    let judged = draw.tenant.policies.iter().take(count);
    judged
        .map(|(name, id)| {
            let applied = draw.random.percent(40);
            json!({
                "id": id,
                "displayName": name,
                "enforcedGrantControls": if applied { json!(["Mfa"]) } else { json!([]) },
                "enforcedSessionControls": [],
                "result": if applied { "success" } else { "notApplied" },
                "conditionsSatisfied": 3,
                "conditionsNotSatisfied": if applied { 0 } else { 8 },
            })
        })
        .collect()
}

fn steps(person: &Person, moment: &str, interactive: bool, succeeded: bool) -> Vec<Value> {
    let (method, detail) =
        if interactive { ("Password", "Password in the cloud") } else { ("Previously satisfied", "") };
    let mut steps = vec![json!({
        "authenticationStepDateTime": moment,
        "authenticationMethod": method,
        "authenticationMethodDetail": detail,
        "succeeded": succeeded,
        "authenticationStepResultDetail": if succeeded { "MFA requirement satisfied by claim in the token" } else { "Invalid username or password" },
        "authenticationStepRequirement": "Primary authentication",
        "StatusSequence": 0,
        "RequestSequence": 0,
    })];
    // One in four confirms on the phone.
    if interactive && succeeded && person.id.as_bytes()[0].is_multiple_of(4) {
        steps.push(json!({
            "authenticationStepDateTime": moment,
            "authenticationMethod": "Mobile app notification",
            "authenticationMethodDetail": "",
            "succeeded": true,
            "authenticationStepResultDetail": "MFA completed in Azure AD",
            "authenticationStepRequirement": "Multifactor authentication",
            "StatusSequence": 1,
            "RequestSequence": 1,
        }));
    }
    steps
}
