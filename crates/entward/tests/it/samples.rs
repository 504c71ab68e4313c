//! The story that the bundled samples tell.

use crate::harness::entward;

#[test]
fn the_samples_tell_their_story() {
    let lines = entward(&["scan", "--format", "ndjson", "samples"]).exits(0).lines();
    let told: Vec<String> = lines
        .iter()
        .map(|alert| format!("{}: {}", alert["level"].as_str().unwrap_or(""), alert["title"].as_str().unwrap_or("")))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    critical: mira.koch@contoso.example granted User.Read, Mail.Read, RoleManagement.ReadWrite.Directory to Invoice Sync
    critical: Role Given by an Application That Was Just Allowed To, 3 times
    critical: the application Invoice Sync gave the role Global Administrator to jonas.reuter@contoso.example
    high: jonas.reuter@contoso.example changed the credentials of Invoice Sync
    high: jonas.reuter@contoso.example assigned the Azure role Owner to d9a3ce9e-cbc1-4674-b12d-1e51dd71029e
    medium: jonas.reuter@contoso.example signed in to Windows Azure Service Management API, 2 sign-ins
    medium: mira.koch@contoso.example signed in to Windows Azure Service Management API
    low: the application Deploy Robot registered the application build-agent-eu-west
    low: ines.moreau@contoso.example consented to openid, profile, User.Read for Northwind Surveys
    low: jonas.reuter@contoso.example registered the application Invoice Sync
    low: jonas.reuter@contoso.example registered the resource provider Microsoft.AzureActiveDirectory on subscription /subscriptions/e3a1c9d4-7b52-4f08-a6d1-90c4be27f815
    informational: ada.lindholm@contoso.example activated the role Security Reader
    informational: the application b06c63ed-8b0e-4b17-ac8a-c7314f24ed2a: Microsoft.ContainerInstance/register/action on /subscriptions/4c90f7e2-1d6a-4b83-9e57-62a8d03b1cf6
    ");
}

#[test]
fn a_record_that_several_shapes_carry_counts_once() {
    let alone = entward(&["scan", "--format", "json", "samples/entra-audit.jsonl"]).exits(0).json();
    let all = entward(&["scan", "--format", "json", "samples"]).exits(0).json();
    assert_eq!(alone["summary"]["duplicates"], 0);
    // Counted among the records that are kept for stories; everyday updates that no rule matches are not.
    assert_eq!(all["summary"]["duplicates"], 9);
    let critical = |run: &serde_json::Value| run["summary"]["alerts"]["critical"].clone();
    assert_eq!(critical(&alone), critical(&all), "the same two stories, told by more files");
    let twice =
        entward(&["scan", "--format", "json", "samples/entra-audit.jsonl", "./samples/../samples/entra-audit.jsonl"])
            .exits(0)
            .json();
    assert_eq!(twice["summary"]["alerts"], alone["summary"]["alerts"]);
}

#[test]
fn every_alert_names_the_page_that_says_what_it_means() {
    let lines = entward(&["scan", "--format", "ndjson", "samples"]).exits(0).lines();
    let named: Vec<String> = lines
        .iter()
        .map(|alert| {
            alert["pages"][0]["page"].as_str().unwrap_or("no page").trim_start_matches("operations/").to_owned()
        })
        .collect();
    insta::assert_snapshot!(named.join("\n"), @"
    add-app-role-assignment-to-service-principal
    directory-role-assigned
    directory-role-assigned
    requested-permissions-changed
    azure-role-assigned
    sign-in
    sign-in
    add-application
    consent-to-application
    owner-added
    resource-provider-registered
    pim-role-activated
    no page
    ");
    // The page is there, and says what is quoted of it.
    for page in lines.iter().flat_map(|alert| alert["pages"].as_array().expect("a list")) {
        let reference = page["page"].as_str().expect("a text");
        let shown = entward(&["kb", "op", reference, "--format", "json"]).exits(0).json();
        assert_eq!((&shown["reference"], &shown["meaning"]), (&page["page"], &page["meaning"]));
    }
    let table = entward(&["scan", "--format", "table", "samples"]).exits(0);
    assert!(table.text().contains("\n  more          entward kb op resource-provider-registered\n"));
}
