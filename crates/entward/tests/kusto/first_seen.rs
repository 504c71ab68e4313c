//! First-seen rules in Kusto: all pass the parser, and find what the correlator finds.

use entward_analysis::kql::{self, Options};
use entward_sigma::{Collection, Finding, Loader};

use super::correlations::{evaluated, fed, question, rows, shown};

const RULES: &[&str] = &[
    "field: IPAddress, per: [UserPrincipalName], learn: 1m, forget: 5m",
    "field: [AppDisplayName, IPAddress], per: [UserPrincipalName], learn: 2m, forget: 3m",
    "field: UserPrincipalName, learn: 1m, forget: 90s",
    "field: AppDisplayName, per: [UserPrincipalName, IPAddress], learn: 10s, forget: 1m",
];

fn collection(first_seen: &str) -> Collection {
    let mut loader = Loader::default();
    loader.add(
        "f.yml",
        &format!(
            "title: New\nid: 11111111-2222-4333-8444-555555555555\nlogsource: {{product: azure, service: signinlogs}}\n\
             detection: {{s: {{ResultType|exists: true}}, condition: s}}\nx_entward: {{first_seen: {{{first_seen}}}}}\n"
        ),
    );
    let (collection, errors) = loader.finish();
    assert!(errors.is_empty(), "{errors:?}");
    collection
}

#[test]
fn every_first_seen_rule_passes_the_parser_of_kusto() {
    let mut queries = Vec::new();
    for text in RULES {
        for scheduled_hours in [None, Some(1)] {
            let rule = &collection(text).rules[0];
            let options = Options { scheduled_hours, terse: false };
            let query = kql::convert_first_seen(rule, &super::mapping(), options).unwrap();
            queries.push((format!("{text} ({scheduled_hours:?})"), query.to_string()));
        }
    }
    let wrong: Vec<_> =
        super::parsed(&queries).into_iter().filter(|(_, diagnostics)| !diagnostics.is_empty()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn sentinel_refuses_what_is_remembered_for_longer_than_it_looks_back() {
    let (template, refusals) =
        kql::template(&collection("field: IPAddress, learn: 3d, forget: 10d"), &super::mapping());
    assert!(refusals.is_empty(), "{refusals:?}");
    assert_eq!(template["resources"][0]["properties"]["queryPeriod"], "P14D");
    let (_, refusals) = kql::template(&collection("field: IPAddress, learn: 14d, forget: 90d"), &super::mapping());
    assert!(refusals[0].to_string().contains("look back 14 days"), "{refusals:?}");
}

#[test]
fn queries_find_the_new_values_that_the_correlator_finds() {
    let (mut lines, mut expected) = (String::new(), Vec::new());
    for (seed, text) in RULES.iter().enumerate() {
        for round in 0..10 {
            let collection = collection(text);
            let rows = rows(7_000 + seed as u64 * 100 + round);
            lines.push_str(&question(text, &collection, &rows));
            let found = fed(collection, &rows, &mut |_, _, _, _| {});
            let times = found.iter().filter_map(|finding| match finding {
                Finding::New { time, .. } => Some(shown(*time)),
                _ => None,
            });
            expected.push((text, times.collect::<Vec<_>>()));
        }
    }
    let mut new = 0;
    for (answer, (text, times)) in evaluated(lines).iter().zip(&expected) {
        let found = answer["rows"].as_array().unwrap_or_else(|| panic!("{text}: {}", answer["error"]));
        let found: Vec<String> =
            found.iter().map(|row| row["TimeGenerated"].as_str().unwrap()[..19].to_owned()).collect();
        assert_eq!(found, *times, "{text}");
        new += times.len();
    }
    assert!(new > 100, "{new} new values");
}
