//! Public logs of every shape: each record is read, as the shape that it is.

use std::collections::BTreeMap;

use crate::harness::{corpora, csv, entward_in};

/// Where a file gives something else than its line of the manifest says, and why that is right.
struct Deviation {
    path: &'static str,
    records: usize,
    shape: &'static str,
    /// Whether something of the file is told as unread or cured.
    partial: bool,
    #[expect(dead_code, reason = "it is for the reader")]
    because: &'static str,
}

const fn deviation(
    path: &'static str,
    records: usize,
    shape: &'static str,
    partial: bool,
    because: &'static str,
) -> Deviation {
    Deviation { path, records, shape, partial, because }
}

const REDACTED: &str = "the addresses were replaced by a bare word, which is no JSON; read with a cure, and told";
const NO_LOG: &str = "labels or rules, no log";
const WRAPPED: &str = "each line wraps the event in a label; `labels` feeds the events themselves";
const ABBREVIATED: &str = "shortened for an article; the fields that are left are of this shape";
const DEVIATIONS: &[Deviation] = &[
    deviation(
        "azuread-monitoring-research/password-attack/PasswordSprayBaseline.json",
        42,
        "graph.signIn",
        true,
        REDACTED,
    ),
    deviation(
        "azuread-monitoring-research/password-attack/PasswordSprayBaselineV2.json",
        120,
        "graph.signIn",
        true,
        REDACTED,
    ),
    deviation(
        "azuread-monitoring-research/password-attack/PasswordSprayRandomizedUserAgentV2.json",
        120,
        "graph.signIn",
        true,
        REDACTED,
    ),
    deviation(
        "elastic-integrations/activitylogs/test-acitivitylogs-responsebody.log",
        1,
        "diag.NonInteractiveUserSignInLogs",
        false,
        "its `category` says so; a parser test that put Activity properties into the envelope of a sign-in",
    ),
    deviation(
        "elastic-integrations/eventhub/test-eventhub-raw.log",
        1,
        "diag.AuditLogs",
        false,
        "its `category` says so; the folder is named for the way",
    ),
    deviation("normalisation_truth.jsonl", 0, "", true, NO_LOG),
    deviation("panther-analysis/panther_azure_activity.jsonl", 0, "", true, WRAPPED),
    deviation("panther-analysis/panther_azure_audit.jsonl", 0, "", true, WRAPPED),
    deviation("panther-analysis/panther_m365_audit.jsonl", 0, "", true, WRAPPED),
    deviation(
        "sekoia-intake-formats/azure-activity-logs/policy.json",
        1,
        "rest.ActivityLog",
        false,
        "its `operationName` and `status` are objects with a `value`",
    ),
    deviation(
        "sekoia-intake-formats/azure-activity-logs/security.json",
        1,
        "rest.ActivityLog",
        false,
        "its `operationName` and `status` are objects with a `value`",
    ),
    deviation(
        "sentinelone-ai-siem/m365_audit_sample.json",
        0,
        "",
        true,
        "an alert of the Graph security interface, no record of the unified audit log",
    ),
    deviation("sigma-azure-sample/", 0, "", true, NO_LOG),
    deviation("splunk-data-sources/detection_labels.jsonl", 0, "", true, NO_LOG),
    deviation(
        "stratus-red-team-docs/azure.credential-access.app-service-publishing-credentials-0.json",
        1,
        "diag.PlatformLogs",
        false,
        ABBREVIATED,
    ),
    deviation(
        "stratus-red-team-docs/azure.exfiltration.storage-public-access-0.json",
        1,
        "rest.ActivityLog",
        true,
        "members without braces around them: cured, and told",
    ),
    deviation(
        "stratus-red-team-docs/azure.exfiltration.storage-sas-export-0.json",
        1,
        "rest.ActivityLog",
        true,
        "members without braces around them: cured, and told",
    ),
    deviation(
        "stratus-red-team-docs/azure.impact.blob-ransomware-client-encryption-scope-0.json",
        1,
        "diag.ActivityLog",
        false,
        ABBREVIATED,
    ),
    deviation(
        "stratus-red-team-docs/azure.impact.blob-ransomware-client-encryption-scope-1.json",
        1,
        "diag.PlatformLogs",
        false,
        ABBREVIATED,
    ),
    deviation(
        "stratus-red-team-docs/azure.impact.blob-ransomware-client-encryption-scope-2.json",
        1,
        "diag.ActivityLog",
        false,
        ABBREVIATED,
    ),
    deviation(
        "stratus-red-team-docs/azure.impact.blob-ransomware-cpek-0.json",
        1,
        "diag.PlatformLogs",
        false,
        ABBREVIATED,
    ),
    deviation(
        "stratus-red-team-docs/azure.impact.resource-lock-0.json",
        0,
        "",
        true,
        "members without braces, and cut off inside one of them: told",
    ),
    deviation(
        "stratus-red-team-docs/entra-id.persistence.backdoor-application-fic-0.json",
        1,
        "graph.directoryAudit",
        false,
        "it has `activityDisplayName` and no envelope",
    ),
    deviation(
        "stratus-red-team-docs/entra-id.persistence.guest-user-0.json",
        2,
        "graph.directoryAudit",
        true,
        "it holds two records, the first with a comma too many: cured, and told",
    ),
];

#[test]
fn every_record_of_the_public_logs_is_read_as_the_shape_that_it_is() {
    let Some(folder) = corpora() else { return };
    let manifest = csv(&std::fs::read_to_string(folder.join("manifest.csv")).expect("the manifest"));
    let column = |name: &str| manifest[0].iter().position(|title| title == name).expect("a column of the manifest");
    let (path, shape, events) = (column("path"), column("shape"), column("events"));
    let mut wrong = Vec::new();
    for row in &manifest[1..] {
        let run = entward_in(&folder, &["events", &row[path]], &[]);
        let mut found = BTreeMap::<String, usize>::new();
        for event in run.lines() {
            *found.entry(event["shape"].as_str().unwrap_or("").to_owned()).or_default() += 1;
        }
        let known = DEVIATIONS.iter().find(|known| known.path == row[path]);
        let count = known.map_or_else(|| row[events].parse().expect("a count"), |known| known.records);
        let same = |found: &str| {
            known.map_or_else(|| row[shape].split(' ').next() == Some(found), |known| known.shape == found)
        };
        let partial = known.is_some_and(|known| known.partial);
        let told = !partial || run.err.contains(&format!("{} at byte ", row[path])) || row[path].ends_with('/');
        if found.values().sum::<usize>() != count
            || !found.keys().all(|shape| same(shape))
            || run.code != i32::from(partial) * 5
            || !told
        {
            wrong.push(format!("{}: {found:?}, exit {}, {}", row[path], run.code, run.err));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_public_logs_give_the_same_bytes_whatever_the_thread_count() {
    let Some(folder) = corpora() else { return };
    let with = |threads: &str| {
        let arguments =
            ["scan", "--quiet", "--format", "json", "--rules", "sigma-azure-sample", "--threads", threads, "."];
        entward_in(&folder, &arguments, &[]).exits(5).out
    };
    let one = with("1");
    assert!(one == with("2") && one == with("8"));
}
