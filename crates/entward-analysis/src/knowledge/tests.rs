use std::collections::HashSet;

use entward_model::{GrantKind, Log};

use super::*;

mod operations {
    use super::*;

    #[test]
    fn ids_are_unique_sorted_and_well_formed() {
        let all = Knowledge::bundled().operations();
        assert!(all.len() > 1100, "{} rows", all.len());
        for pair in all.windows(2) {
            assert!(pair[0].id < pair[1].id, "{} stands before {}", pair[0].id, pair[1].id);
        }
        for row in all {
            let words: Vec<&str> = row.id.split(['.', '-']).collect();
            let is_plain = |word: &&str| {
                !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            };
            assert!(words.len() > 1 && words.iter().all(is_plain), "{}", row.id);
            assert!(["entra", "azure", "graph"].contains(&words[0]), "{}", row.id);
        }
    }

    #[test]
    fn no_text_means_two_operations() {
        let mut seen = HashSet::new();
        for row in Knowledge::bundled().operations() {
            for text in std::iter::once(row.name).chain(row.spellings()) {
                assert!(seen.insert(fold_operation(text).into_owned()), "{text} of {}", row.id);
            }
        }
    }

    #[test]
    fn every_spelling_of_every_operation_is_recognized() {
        let knowledge = Knowledge::bundled();
        for row in knowledge.operations() {
            for text in std::iter::once(row.name).chain(row.spellings()) {
                for spelled in variants(text) {
                    check(row.log, &spelled, row.id, true);
                }
                if row.log == Log::Audit && !row.services().any(|service| service == "Account provisioning") {
                    check(Log::Unified, &format!("{text}."), row.id, true);
                }
            }
        }
    }

    fn variants(text: &str) -> Vec<String> {
        vec![
            text.to_owned(),
            text.to_uppercase(),
            text.to_lowercase(),
            format!("{text}."),
            format!("{text} "),
            format!(" {text} . "),
            text.replace('-', "\u{2013}"),
            text.replace(' ', "\u{a0} "),
        ]
    }

    #[test]
    fn registering_a_provider_is_not_registering_an_application() {
        check(Log::Audit, "Add application", "entra.application.add", true);
        check(Log::Unified, "Add application.", "entra.application.add", true);
        for provider in ["AzureActiveDirectory", "AAD"] {
            let id = format!("azure.{}.register.action", provider.to_lowercase());
            check(Log::Activity, &format!("Microsoft.{provider}/register/action"), &id, true);
            check(Log::Activity, &format!("MICROSOFT.{}/REGISTER/ACTION", provider.to_uppercase()), &id, true);
        }
    }

    #[test]
    fn the_operations_that_rules_ask_for_have_the_ids_they_ask_for() {
        check(Log::Audit, "Update application – Certificates and secrets management ", CREDENTIALS, true);
        check(Log::Audit, "Update application - Certificates and secrets management", CREDENTIALS, true);
        check(Log::Unified, "Update application – Certificates and secrets management.", CREDENTIALS, true);
        check(Log::Unified, "Update application ? Certificates and secrets management ", CREDENTIALS, true);
        check(Log::Audit, "Add service principal", "entra.service-principal.add", true);
        check(Log::Audit, "Add service principal credentials", "entra.service-principal.credentials.add", true);
        check(Log::Audit, "Add owner to application", "entra.application.owner.add", true);
        check(Log::Audit, "Hard Delete application", "entra.application.purge", true);
        check(Log::Audit, "Consent to application", "entra.application.consent", true);
        check(Log::Audit, "Add delegated permission grant", "entra.delegated-grant.add", true);
        check(Log::Unified, "Add OAuth2PermissionGrant.", "entra.delegated-grant.add", true);
        check(
            Log::Audit,
            "Add app role assignment to service principal",
            "entra.service-principal.app-role.grant",
            true,
        );
        check(Log::Audit, "Add member to role", "entra.role.member.add", true);
        check(
            Log::Audit,
            "Add eligible member to role in PIM completed (permanent)",
            "entra.role.eligible-member.permanent.add",
            true,
        );
        check(Log::Audit, "Disable Strong Authentication", "entra.user.mfa.disable", true);
        check(Log::Audit, "User registered security info", "entra.user.security-info.register", true);
        check(Log::Audit, "Add conditional access policy", "entra.conditional-access-policy.add", true);
        check(
            Log::Activity,
            "MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/WRITE",
            "azure.authorization.roleassignments.write",
            true,
        );
        check(Log::Activity, "Create role assignment", "azure.authorization.roleassignments.write", true);
        check(
            Log::Activity,
            "Microsoft.Insights/diagnosticSettings/delete",
            "azure.insights.diagnosticsettings.delete",
            true,
        );
    }

    #[test]
    fn an_azure_operation_has_the_id_that_it_would_have_unlisted() {
        for row in Knowledge::bundled().operations().iter().filter(|row| row.log == Log::Activity) {
            let unlisted = Knowledge::bundled().operation(Log::Activity, &format!("{}/x", row.name));
            assert_eq!(unlisted.id, format!("{}.x", row.id));
        }
    }

    #[test]
    fn sign_ins_are_one_operation_in_every_log() {
        check(Log::SignIn, "Sign-in activity", "entra.sign-in", true);
        check(Log::SignIn, "", "entra.sign-in", true);
        check(Log::Unified, "UserLoggedIn", "entra.sign-in", true);
        check(Log::Unified, "UserLoginFailed", "entra.sign-in", true);
        check(Log::GraphActivity, "Microsoft Graph Activity", "graph.request", true);
        check(Log::GraphActivity, " ", "graph.request", true);
        check(Log::Provisioning, "Provisioning activity", "entra.provisioning", true);
        check(Log::Risk, "Risky user", "entra.risk.user", true);
        check(Log::Risk, "User Risk Detection", "entra.risk.detection", true);
    }

    #[test]
    fn what_no_catalogue_lists_gets_an_id_of_its_own() {
        check(Log::Activity, "Microsoft.KeyVault/vaults/secrets/write", "azure.keyvault.vaults.secrets.write", false);
        check(
            Log::Activity,
            "MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/RBAC.AUTHORIZATION.K8S.IO/ROLES/WRITE",
            "azure.containerservice.managedclusters.rbac.authorization.k8s.io.roles.write",
            false,
        );
        check(Log::Activity, "Fabrikam.Sign/things/write", "azure.fabrikam.sign.things.write", false);
        check(Log::Audit, "Frobnicate the “tenant”!", "entra.other.frobnicate-the-tenant", false);
        check(Log::Unified, "MailItemsAccessed", "m365.mailitemsaccessed", false);
        check(Log::Unified, "Set-Mailbox", "m365.set-mailbox", false);
        check(Log::Resource, "KeyDelete", "other.keydelete", false);
        check(Log::Activity, "Update Key Vault", "other.update-key-vault", false);
        check(Log::Audit, "", "entra.other.unnamed", false);
        check(Log::Audit, "更新", "entra.other.unnamed", false);
        check(Log::Activity, "a./ /", "other.a", false);
    }

    #[test]
    fn words_of_other_workloads_are_not_taken_for_the_directorys() {
        check(Log::Audit, "Export", "entra.provisioning.export", true);
        check(Log::Unified, "Export", "m365.export", false);
        check(Log::Activity, "Add application", "other.add-application", false);
        check(Log::Audit, "Create role assignment", "entra.other.create-role-assignment", false);
    }

    #[test]
    fn an_id_made_from_a_huge_text_stays_short() {
        let knowledge = Knowledge::bundled();
        for log in [Log::Audit, Log::Activity, Log::Unified] {
            assert!(knowledge.operation(log, &"many words ".repeat(10_000)).id.len() < 200);
            assert!(knowledge.operation(log, &format!("Microsoft.X/{}", "long/".repeat(10_000))).id.len() < 400);
            assert!(knowledge.operation(log, &" ".repeat(100_000)).id.ends_with(".unnamed"));
        }
    }

    #[test]
    fn the_catalogue_tells_who_logs_an_operation() {
        let info = Knowledge::bundled().operation_info("entra.application.add").unwrap();
        assert_eq!(info.name, "Add application");
        assert!(info.services().any(|service| service == "Core Directory"));
        assert!(info.categories().any(|category| category == "ApplicationManagement"));
        let grant = Knowledge::bundled().operation_info("entra.delegated-grant.add").unwrap();
        assert!(grant.spellings().eq(["Add OAuth2PermissionGrant"]));
        assert_eq!(Knowledge::bundled().operation_info("entra.application.frobnicate"), None);
    }

    const CREDENTIALS: &str = "entra.application.credentials.update";

    #[track_caller]
    fn check(log: Log, seen: &str, id: &str, known: bool) {
        let operation = Knowledge::bundled().operation(log, seen);
        assert_eq!((operation.id.as_ref(), operation.known), (id, known), "{seen:?} in {}", log.as_str());
    }
}

/// The published catalogues, which are not part of the project and may be absent.
mod catalogues {
    use super::*;

    #[test]
    fn every_activity_of_the_entra_catalogue_is_known() {
        check("entra_audit_activities.csv", Log::Audit, 2);
    }

    #[test]
    fn every_activity_seen_beside_the_catalogue_is_known() {
        check("entra_audit_activities_observed.csv", Log::Audit, 2);
    }

    #[test]
    fn every_operation_of_the_identity_resource_providers_is_known() {
        check("rp_operations.csv", Log::Activity, 1);
    }

    #[expect(clippy::print_stderr, reason = "a check that did not run has to say so")]
    fn say_skipped(file: &str) {
        eprintln!("skipped: {file} is absent");
    }

    #[expect(clippy::disallowed_methods, reason = "the catalogues stand beside the project")]
    fn check(file: &str, log: Log, column: usize) {
        let path = format!("{}/../../../shared/reference/{file}", env!("CARGO_MANIFEST_DIR"));
        let Ok(text) = std::fs::read_to_string(&path) else {
            say_skipped(file);
            return;
        };
        let mut count = 0;
        for line in text.lines().skip(1) {
            // The activity is the last cell of the Entra catalogues and may hold a comma.
            let cell = line.splitn(column + 1, ',').nth(column).unwrap();
            let cell = if column == 1 { cell.split(',').next().unwrap() } else { cell.trim_matches('"') };
            let operation = Knowledge::bundled().operation(log, cell);
            assert!(operation.known, "{cell:?} became {}", operation.id);
            let room = if log == Log::Activity { "azure." } else { "entra." };
            assert!(operation.id.starts_with(room), "{cell:?} became {}", operation.id);
            count += 1;
        }
        assert!(count > 10, "{count} rows in {file}");
    }
}

mod permissions {
    use super::*;

    #[test]
    fn a_permission_is_found_by_id_in_any_writing() {
        let role = permission(None, "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8");
        assert_eq!(role.name, "RoleManagement.ReadWrite.Directory");
        assert_eq!(role.granted_as, GrantKind::Application);
        assert_eq!((role.resource_app_id, role.resource_name), (MICROSOFT_GRAPH, "Microsoft Graph"));
        assert_eq!(role.tier, Some("ControlPlane"));
        assert_eq!(permission(None, "9E3F62CFCA934989B6CEBF83C28F9FE8"), role);
        assert_eq!(permission(Some("00000003-0000-0000-C000-000000000000"), role.id), role);
        let scope = permission(Some(MICROSOFT_GRAPH), "e1fe6dd8-ba31-4d61-89e7-88639da4683d");
        assert_eq!((scope.name, scope.granted_as, scope.tier), ("User.Read", GrantKind::Delegated, None));
        assert_eq!(scope.privilege_level, Some(2));
    }

    #[test]
    fn another_api_does_not_borrow_the_meaning_of_an_id() {
        let knowledge = Knowledge::bundled();
        let id = "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8";
        assert_eq!(knowledge.permission(Some("5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f"), id), None);
        assert_eq!(knowledge.permission(None, "5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f"), None);
        assert_eq!(knowledge.permission(None, "Mail.Read"), None);
    }

    #[test]
    fn one_id_can_be_an_app_role_and_a_scope() {
        let knowledge = Knowledge::bundled();
        let id = "405a51b5-8d8d-430b-9842-8be4b0e9f324";
        let kind = |granted_as| knowledge.permission_granted_as(None, id, granted_as).unwrap().granted_as;
        assert_eq!(permission(None, id).name, "User.Export.All");
        assert_eq!(kind(GrantKind::Application), GrantKind::Application);
        assert_eq!(kind(GrantKind::Delegated), GrantKind::Delegated);
    }

    #[test]
    fn a_name_leads_to_the_id_that_directories_have() {
        let named = |name, kind| Knowledge::bundled().permission_named(None, name, kind).unwrap();
        let application = named("mail.read", GrantKind::Application);
        assert_eq!((application.name, application.granted_as), ("Mail.Read", GrantKind::Application));
        assert_eq!(named("Mail.Read", GrantKind::Delegated).granted_as, GrantKind::Delegated);
        let backup = named("EntraBackup.Read.All", GrantKind::Application);
        assert_eq!(backup.id, "56eda3c5-3834-4815-bd41-6f8fa1295247");
        assert_eq!(permission(None, "c16f30f0-3121-4976-bafe-66cb042f4f80").name, "EntraBackup.Read.All");
    }

    #[test]
    fn a_name_that_several_apis_offer_needs_the_api() {
        let knowledge = Knowledge::bundled();
        let exchange = Some("00000002-0000-0ff1-ce00-000000000000");
        let full = knowledge.permission_named(exchange, "full_access_as_app", GrantKind::Application).unwrap();
        assert_eq!(full.resource_name, "Exchange Online");
        assert_eq!(knowledge.permission_named(None, "full_access_as_app", GrantKind::Application), Some(full));
        assert_eq!(knowledge.permission_named(None, "user_impersonation", GrantKind::Delegated), None);
        let arm = Some("797f4846-ba00-4fd7-ba43-dac1f8f63013");
        assert!(knowledge.permission_named(arm, "user_impersonation", GrantKind::Delegated).is_some());
        assert_eq!(knowledge.permission_named(None, "No.Such.Permission", GrantKind::Delegated), None);
    }

    #[track_caller]
    fn permission(resource_app_id: Option<&str>, id: &str) -> PermissionInfo {
        Knowledge::bundled().permission(resource_app_id, id).unwrap()
    }
}

mod roles_and_apps {
    use super::*;

    #[test]
    fn directory_roles_are_found_by_template_and_by_name() {
        let knowledge = Knowledge::bundled();
        let admin = knowledge.directory_role("62e90394-69f5-4237-9190-012177145e10").unwrap();
        assert_eq!((admin.name, admin.privileged, admin.tier), ("Global Administrator", true, Some("ControlPlane")));
        assert_eq!(knowledge.directory_role_named("GLOBAL administrator"), Some(admin));
        assert_eq!(knowledge.directory_role_named("Global"), None);
        assert_eq!(knowledge.directory_role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635"), None);
    }

    #[test]
    fn azure_roles_are_found_in_every_writing_of_their_id() {
        let knowledge = Knowledge::bundled();
        let owner = knowledge.azure_role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635").unwrap();
        assert_eq!((owner.name, owner.privileged), ("Owner", true));
        assert_eq!(knowledge.azure_role("8E3AF657A8FF443CA75C2FE8C4BCB635"), Some(owner));
        let path = "/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.Authorization\
                    /roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
        assert_eq!(knowledge.azure_role(path), Some(owner));
        assert_eq!(knowledge.azure_role_named("owner"), Some(owner));
        assert_eq!(knowledge.azure_role("owner"), None);
        assert_eq!(
            knowledge.azure_role("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9").unwrap().name,
            "User Access Administrator"
        );
    }

    #[test]
    fn microsofts_applications_and_tenants_are_known() {
        let knowledge = Knowledge::bundled();
        let graph = knowledge.app(MICROSOFT_GRAPH).unwrap();
        assert_eq!(graph.name, "Microsoft Graph");
        assert!(is_microsoft_tenant(graph.owner_tenant.unwrap()));
        assert_eq!(knowledge.app("04B07795-8DDB-461A-BBEE-02F9E1BF7B46").unwrap().name, "Microsoft Azure CLI");
        assert_eq!(knowledge.app("1950a258-227b-4e31-a9cf-717495945fc2").unwrap().owner_tenant, None);
        assert_eq!(knowledge.app("5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f"), None);
        assert!(knowledge.is_microsoft_tenant("F8CDEF31-A31E-4B4A-93E4-5F571E91255A"));
        assert!(!is_microsoft_tenant("77777777-7777-7777-7777-777777777777"));
        assert!(!is_microsoft_tenant("Microsoft"));
    }

    #[test]
    fn an_id_of_a_role_or_permission_is_no_application() {
        let knowledge = Knowledge::bundled();
        for id in ["9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8", "b24988ac-6180-42a0-ab88-20f7382dd24c"] {
            assert_eq!(knowledge.app(id), None, "{id}");
        }
    }
}

/// The tables are searched by halving, so their order matters.
mod tables {
    use super::*;

    #[test]
    fn ids_are_lower_case_and_sorted() {
        check("directory_roles", include_str!("../../data/directory_roles.csv"), 145);
        check("azure_roles", include_str!("../../data/azure_roles.csv"), 929);
        check("apps", include_str!("../../data/apps.csv"), 800);
        check("graph_permissions", include_str!("../../data/graph_permissions.csv"), 1529);
        check("other_permissions", include_str!("../../data/other_permissions.csv"), 593);
    }

    #[track_caller]
    fn check(name: &str, text: &'static str, at_least: usize) {
        let ids: Vec<&str> = table::rows(text).map(|[id]| id).collect();
        assert!(ids.len() >= at_least, "{name} has {} rows", ids.len());
        assert!(ids.is_sorted(), "{name} is not sorted");
        for id in ids {
            assert_eq!(guid::Guid::read(id).unwrap().as_bytes(), id.as_bytes(), "{name}");
        }
    }

    #[test]
    fn cells_need_no_more_than_the_reader_knows() {
        for text in [include_str!("../../data/operations.csv"), include_str!("../../data/apps.csv")] {
            let columns = text.lines().next().unwrap().split(',').count();
            for line in text.lines() {
                let outside: String = line.split('"').step_by(2).collect();
                assert_eq!(line.matches('"').count() % 2, 0, "{line}");
                assert_eq!(outside.matches(',').count() + 1, columns, "{line}");
            }
        }
    }

    #[test]
    fn the_operations_name_only_logs_that_exist() {
        let words = ["audit", "activity", "sign-in", "risk", "provisioning", "graph-activity", "unified"];
        for [id, log] in table::rows(include_str!("../../data/operations.csv")) {
            assert!(words.contains(&log), "{id}: {log}");
        }
    }
}
