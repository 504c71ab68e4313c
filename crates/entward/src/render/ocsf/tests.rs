use std::path::{Path, PathBuf};

use super::super::sample;
use super::*;

/// Where the published schema is, once `tests/render/ocsf-schema` has put it there.
fn published_schema() -> Option<Value> {
    let path = match std::env::var_os("ENTWARD_OCSF_SCHEMA") {
        Some(path) => PathBuf::from(path),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/ocsf/detection_finding-1.8.0.schema.json"),
    };
    let text = std::fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).expect("the published schema is JSON"))
}

fn tags() -> RuleTags {
    let tags = ["attack.persistence", "attack.privilege-escalation", "attack.t1098.003"];
    RuleTags::from([("a5b1c7d2-0e3f-4a6b-8c9d-1e2f3a4b5c6d".to_owned(), tags.map(str::to_owned).to_vec())])
}

/// Alerts that differ in everything that decides which members a finding has.
fn every_sort_of_alert() -> Vec<Alert> {
    let mut bare = sample::registration();
    bare.actor = Actor::default();
    bare.targets = vec![Target::default()];
    bare.operations.clear();
    bare.because.clear();
    bare.rules.clear();
    bare.records.clear();
    (bare.first_seen, bare.last_seen, bare.tenant) = (None, None, None);
    let mut service = sample::registration();
    service.actor.kind = ActorKind::ManagedIdentity;
    service.actor.id = None;
    service.actor.app_id = Some("bbbbbbbb-1111-4222-8333-444444444444".to_owned());
    service.actor.address = Some("not an address".to_owned());
    service.subscription = Some("77777777-1111-4222-8333-444444444444".to_owned());
    let mut guest = sample::registration();
    guest.actor.name = Some("eve_fabrikam.example#EXT#@contoso.example".to_owned());
    guest.actor.address = Some("2001:db8::7".to_owned());
    let mut nameless = sample::registration();
    nameless.actor = Actor { app_id: service.actor.app_id.clone(), ..Actor::default() };
    let mut alerts = vec![sample::registration(), sample::hostile(), bare, service, guest, nameless];
    alerts.extend(Level::WORST_FIRST.map(|level| Alert { level, ..sample::registration() }));
    alerts
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that was not done has to say so")]
fn every_finding_is_valid_by_the_published_schema() {
    let Some(schema) = published_schema() else {
        assert!(std::env::var_os("CI").is_none(), "run crates/entward/tests/render/ocsf-schema first");
        eprintln!("not checked: crates/entward/tests/render/ocsf-schema fetches the published schema");
        return;
    };
    let validator = jsonschema::draft202012::new(&schema).expect("the published schema is a JSON Schema");
    for alert in every_sort_of_alert() {
        let finding = finding(&alert, &tags());
        let errors: Vec<String> =
            validator.iter_errors(&finding).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?} in {finding:#}");
    }
    // The schema would be no judge if it accepted everything.
    let mut broken = finding(&sample::registration(), &tags());
    broken["severity_id"] = json!(7);
    assert!(!validator.is_valid(&broken));
    broken = finding(&sample::registration(), &tags());
    broken["src_endpoint"] = json!({ "ip": "203.0.113.7" });
    assert!(!validator.is_valid(&broken));
}

#[test]
fn a_finding_tells_the_whole_alert() {
    let finding = finding(&sample::registration(), &tags());
    let text = serde_json::to_string_pretty(&finding).expect("a finding is JSON");
    insta::assert_snapshot!(text, @r#"
    {
      "activity_id": 1,
      "activity_name": "Create",
      "category_uid": 2,
      "category_name": "Findings",
      "class_uid": 2004,
      "class_name": "Detection Finding",
      "type_uid": 200401,
      "type_name": "Detection Finding: Create",
      "severity_id": 5,
      "severity": "Critical",
      "status_id": 1,
      "status": "New",
      "is_alert": true,
      "time": 1772616100000,
      "start_time": 1772616011846,
      "end_time": 1772616100000,
      "message": "mallory@contoso.example registered Contoso Sync, gave it a secret and granted it RoleManagement.ReadWrite.Directory",
      "metadata": {
        "version": "1.8.0",
        "profiles": [
          "cloud",
          "host"
        ],
        "product": {
          "name": "Entward",
          "vendor_name": "Entward",
          "version": "0.1.0"
        },
        "tenant_uid": "99999999-8888-4777-8666-555555555555"
      },
      "finding_info": {
        "uid": "9f3c1e5a7b2d4c60",
        "title": "mallory@contoso.example registered Contoso Sync, gave it a secret and granted it RoleManagement.ReadWrite.Directory",
        "desc": "A service principal received an application permission of an API: a right that it uses with no user signed in. Reasons: with RoleManagement.ReadWrite.Directory it can make itself Global Administrator; a secret was added by the person who registered the application.",
        "analytic": {
          "uid": "a5b1c7d2-0e3f-4a6b-8c9d-1e2f3a4b5c6d",
          "name": "Control-plane permission granted to an application",
          "type_id": 1,
          "type": "Rule"
        },
        "attacks": [
          {
            "technique": {
              "uid": "T1098"
            },
            "sub_technique": {
              "uid": "T1098.003"
            }
          },
          {
            "tactic": {
              "uid": "TA0003",
              "name": "Persistence"
            }
          },
          {
            "tactic": {
              "uid": "TA0004",
              "name": "Privilege Escalation"
            }
          }
        ],
        "types": [
          "entra.application.add",
          "entra.application.update-secrets",
          "entra.app-role-assignment.add"
        ],
        "first_seen_time": 1772616011846,
        "last_seen_time": 1772616100000,
        "related_events_count": 8
      },
      "cloud": {
        "provider": "Azure",
        "account": {
          "uid": "99999999-8888-4777-8666-555555555555",
          "type_id": 6,
          "type": "Azure AD Account"
        },
        "org": {
          "uid": "99999999-8888-4777-8666-555555555555"
        }
      },
      "actor": {
        "user": {
          "uid": "11111111-2222-4333-8444-555555555555",
          "name": "mallory@contoso.example",
          "email_addr": "mallory@contoso.example",
          "type_id": 1,
          "type": "User"
        }
      },
      "api": {
        "operation": "entra.application.add"
      },
      "evidences": [
        {
          "actor": {
            "user": {
              "uid": "11111111-2222-4333-8444-555555555555",
              "name": "mallory@contoso.example",
              "email_addr": "mallory@contoso.example",
              "type_id": 1,
              "type": "User"
            }
          },
          "src_endpoint": {
            "ip": "203.0.113.7"
          },
          "http_request": {
            "user_agent": "azure-cli/2.70.0"
          },
          "data": {
            "records": [
              {
                "file": "logs/audit.json",
                "index": 3
              },
              {
                "file": "logs/audit.json",
                "index": 4
              },
              {
                "file": "logs/audit.json",
                "index": 5
              },
              {
                "file": "logs/audit.json",
                "index": 6
              },
              {
                "file": "logs/audit.json",
                "index": 7
              },
              {
                "file": "logs/audit.json",
                "index": 8
              },
              {
                "file": "logs/audit.json",
                "index": 9
              },
              {
                "file": "logs/audit.json",
                "index": 10
              }
            ],
            "record_count": 8
          }
        }
      ],
      "remediation": {
        "desc": "The remedies, least harm first: entward kb op add-app-role-assignment-to-service-principal"
      },
      "resources": [
        {
          "uid": "aaaaaaaa-1111-4222-8333-444444444444",
          "uid_alt": "bbbbbbbb-1111-4222-8333-444444444444",
          "name": "Contoso Sync",
          "type": "application",
          "role_id": 1,
          "role": "Target",
          "provider": "Azure",
          "data": {
            "changes": [
              {
                "property": "AvailableToOtherTenants",
                "old": [
                  false
                ],
                "new": [
                  true
                ]
              },
              {
                "property": "RequiredResourceAccess",
                "old": null,
                "new": null,
                "typed": {
                  "kind": "permissions_requested",
                  "old": [
                    {
                      "name": "User.Read",
                      "id": null,
                      "granted_as": "delegated",
                      "resource_app_id": "00000003-0000-0000-c000-000000000000",
                      "resource_name": "Microsoft Graph"
                    }
                  ],
                  "new": [
                    {
                      "name": "User.Read",
                      "id": null,
                      "granted_as": "delegated",
                      "resource_app_id": "00000003-0000-0000-c000-000000000000",
                      "resource_name": "Microsoft Graph"
                    },
                    {
                      "name": "RoleManagement.ReadWrite.Directory",
                      "id": null,
                      "granted_as": "application",
                      "resource_app_id": "00000003-0000-0000-c000-000000000000",
                      "resource_name": "Microsoft Graph",
                      "tier": "ControlPlane"
                    }
                  ]
                }
              },
              {
                "property": "KeyDescription",
                "old": null,
                "new": null,
                "typed": {
                  "kind": "credentials",
                  "old": [],
                  "new": [
                    {
                      "kind": "password",
                      "key_id": "eeeeeeee-1111-4222-8333-444444444444",
                      "name": "backup",
                      "valid_from": "2026-03-04T09:20:40Z",
                      "valid_to": "2028-03-04T09:20:40Z"
                    }
                  ]
                }
              },
              {
                "property": "SignInAudience",
                "old": null,
                "new": null,
                "typed": {
                  "kind": "audience",
                  "old": "AzureADMyOrg",
                  "new": "AzureADMultipleOrgs"
                }
              }
            ]
          }
        },
        {
          "uid": "dddddddd-1111-4222-8333-444444444444",
          "uid_alt": "bbbbbbbb-1111-4222-8333-444444444444",
          "name": "Contoso Sync",
          "type": "service_principal",
          "role_id": 1,
          "role": "Target",
          "provider": "Azure",
          "data": {
            "changes": [
              {
                "property": "AppRole.Value",
                "old": null,
                "new": null,
                "typed": {
                  "kind": "permissions_granted",
                  "old": [],
                  "new": [
                    {
                      "name": "RoleManagement.ReadWrite.Directory",
                      "id": null,
                      "granted_as": "application",
                      "resource_app_id": "00000003-0000-0000-c000-000000000000",
                      "resource_name": "Microsoft Graph",
                      "tier": "ControlPlane"
                    }
                  ]
                }
              },
              {
                "property": "ConsentAction.Permissions",
                "old": null,
                "new": null,
                "typed": {
                  "kind": "consent",
                  "scope": "all_principals",
                  "by_admin": true,
                  "principal_id": null,
                  "old": [],
                  "new": [
                    {
                      "name": "User.Read",
                      "id": null,
                      "granted_as": "delegated",
                      "resource_app_id": "00000003-0000-0000-c000-000000000000",
                      "resource_name": "Microsoft Graph"
                    }
                  ],
                  "reason": null
                }
              }
            ]
          }
        }
      ],
      "observables": [
        {
          "name": "actor.user.name",
          "type_id": 4,
          "type": "User Name",
          "value": "mallory@contoso.example"
        },
        {
          "name": "actor.user.uid",
          "type_id": 31,
          "type": "User Object: uid",
          "value": "11111111-2222-4333-8444-555555555555"
        },
        {
          "name": "evidences[].src_endpoint.ip",
          "type_id": 2,
          "type": "IP Address",
          "value": "203.0.113.7"
        },
        {
          "name": "evidences[].http_request.user_agent",
          "type_id": 16,
          "type": "HTTP User-Agent",
          "value": "azure-cli/2.70.0"
        },
        {
          "name": "resources[].uid",
          "type_id": 10,
          "type": "Resource UID",
          "value": "aaaaaaaa-1111-4222-8333-444444444444"
        },
        {
          "name": "resources[].uid_alt",
          "type_id": 10,
          "type": "Resource UID",
          "value": "bbbbbbbb-1111-4222-8333-444444444444"
        },
        {
          "name": "resources[].name",
          "type_id": 38,
          "type": "Resource Details Object: name",
          "value": "Contoso Sync"
        },
        {
          "name": "resources[].uid",
          "type_id": 10,
          "type": "Resource UID",
          "value": "dddddddd-1111-4222-8333-444444444444"
        }
      ],
      "unmapped": {
        "operations": [
          "entra.application.add",
          "entra.application.update-secrets",
          "entra.app-role-assignment.add"
        ],
        "pages": [
          {
            "page": "operations/add-app-role-assignment-to-service-principal",
            "meaning": "A service principal received an application permission of an API: a right that it uses with no user signed in."
          },
          {
            "page": "operations/add-application",
            "meaning": "An application object was created in this tenant."
          }
        ],
        "actor_kind": "user",
        "because": [
          {
            "level": "critical",
            "reason": "with RoleManagement.ReadWrite.Directory it can make itself Global Administrator",
            "rule": null
          },
          {
            "level": "medium",
            "reason": "a secret was added by the person who registered the application",
            "rule": null
          }
        ],
        "not_in_the_log": [
          "whether the actor used MFA: no sign-in log was read"
        ],
        "duplicates": 2
      }
    }
    "#);
}

#[test]
fn e_mail_addresses_are_those_that_ocsf_accepts() {
    for name in ["mallory@contoso.example", "m.o'neil+x@sub.contoso.example"] {
        assert!(is_email(name), "{name}");
    }
    for name in ["Contoso Sync", "a@b", "@contoso.example", "sync_host\u{202e}@contoso.example", "a@.example", "a@b."] {
        assert!(!is_email(name), "{name}");
    }
}
