//! What each way of comparing becomes, and why. No engine of Kusto is at hand for these tests: each choice rests on the
//! page named beside it; that the queries are well formed is checked elsewhere, by Microsoft's parser.

use entward_sigma::{Collection, Loader, parse};

use super::{Options, convert, template};
use crate::detect::Mapping;

const FILES: &[(&str, &str)] = &[
    ("names.yml", include_str!("../../../../mappings/names.yml")),
    ("audit.yml", include_str!("../../../../mappings/audit.log-analytics.yml")),
    ("sign-in.yml", include_str!("../../../../mappings/sign-in.log-analytics.yml")),
    ("activity.yml", include_str!("../../../../mappings/activity.log-analytics.yml")),
    ("risk.yml", include_str!("../../../../mappings/risk.yml")),
];

fn converted(service: &str, detection: &str) -> Result<String, String> {
    let text = format!(
        "title: T\nid: 11111111-2222-4333-8444-555555555555\nlogsource: {{ product: azure, service: {service} }}\ndetection:\n{detection}\n"
    );
    let (rules, errors) = parse("t.yml", &text);
    assert!(errors.is_empty(), "{errors:?}");
    let mapping = Mapping::read(FILES).unwrap();
    convert(&rules[0], &mapping, Options::default())
        .map(|query| query.to_string())
        .map_err(|refusal| refusal.to_string())
}

fn collection(text: &str) -> Collection {
    let mut loader = Loader::default();
    loader.add("t.yml", text);
    let (collection, errors) = loader.finish();
    assert!(errors.is_empty(), "{errors:?}");
    collection
}

/// The lines behind the table, of one item of a selection.
#[track_caller]
fn lines(service: &str, item: &str) -> String {
    let query = converted(service, &format!("  s:\n    {item}\n  condition: s")).unwrap();
    let lines: Vec<&str> =
        query.lines().skip_while(|line| !line.starts_with("| ")).filter(|line| !line.starts_with("let ")).collect();
    lines.join("\n")
}

#[track_caller]
fn becomes(service: &str, item: &str, expected: &str) {
    assert_eq!(lines(service, item), expected, "{item}");
}

#[track_caller]
fn refused(service: &str, item: &str, says: &str) {
    let refusal = converted(service, &format!("  s:\n    {item}\n  condition: s")).unwrap_err();
    assert!(refusal.contains(says), "{refusal}");
}

/// `=~` and its kin mind no case, of ASCII alone
/// (<https://learn.microsoft.com/kusto/query/datatypes-string-operators>).
#[test]
fn texts_are_compared_without_letter_case() {
    becomes("auditlogs", "Category: RoleManagement", "| where Category =~ \"RoleManagement\"");
    becomes("auditlogs", "Category: [A, B, a]", "| where Category in~ (\"A\", \"B\")");
    becomes("auditlogs", "Category|cased: A", "| where Category == \"A\"");
    becomes("auditlogs", "Category: Zürich", "| where tolower(Category) == \"zürich\"");
    becomes("auditlogs", "Category|contains: Ö", "| where tolower(Category) contains_cs \"ö\"");
}

/// `contains`, for `has` finds whole words only (same page).
#[test]
fn parts_of_texts_are_not_words() {
    becomes("auditlogs", "Category|contains: ole", "| where Category contains \"ole\"");
    becomes("auditlogs", "Category|startswith: 'a\"b'", "| where Category startswith \"a\\\"b\"");
    becomes("auditlogs", "Category|endswith|cased: ole", "| where Category endswith_cs \"ole\"");
    becomes(
        "auditlogs",
        "Category|contains|all: [a, b]",
        "| where Category contains \"a\"\n| where Category contains \"b\"",
    );
    becomes("auditlogs", "Category|contains: [a, b, c, d.e]", "| where Category matches regex @\"(?i)a|b|c|d\\.e\"");
}

/// Kusto has no wildcards; its expressions are those of the `regex` crate
/// (<https://learn.microsoft.com/kusto/query/regex>).
#[test]
fn wildcards_and_expressions_become_expressions() {
    becomes("auditlogs", "Category: 'a*b?c.'", "| where Category matches regex @\"(?is)^a.*b.c\\.$\"");
    becomes("auditlogs", "Category|cased: 'a*b'", "| where Category matches regex @\"(?s)^a.*b$\"");
    becomes("auditlogs", "Category|re: '^x\"\\d+'", "| where Category matches regex @'^x\"\\d+'");
    becomes("auditlogs", "Category|re|i|s: 'a.b'", "| where Category matches regex @\"(?is)a.b\"");
    becomes("auditlogs", "Category: '*'", "| where isnotempty(Category)");
    // A missing text would be an empty one to Kusto.
    becomes("auditlogs", "Category|re: '.*'", "| where isnotempty(Category)\n| where Category matches regex @\".*\"");
}

/// A comparison with null is null, and `not(null)` is no row either
/// (<https://learn.microsoft.com/kusto/query/scalar-data-types/null-values>).
#[test]
fn numbers_are_never_null_when_compared() {
    becomes("graphactivitylogs", "ResponseStatusCode|gte: 400", "| where coalesce(ResponseStatusCode >= 400, false)");
    becomes("graphactivitylogs", "ResponseStatusCode: 403", "| where tostring(ResponseStatusCode) =~ \"403\"");
    becomes("auditlogs", "ResultType|lt: 5.5", "| where coalesce(todouble(trim(@\"\\s+\", ResultType)) < 5.5, false)");
    refused("auditlogs", "ResultType|lt: 99999999999999999999", "too large");
}

/// <https://learn.microsoft.com/kusto/query/datetime-part-function>: weeks are those of ISO 8601.
#[test]
fn parts_of_times_are_numbers() {
    let expected = "| where coalesce(datetime_part(\"hour\", ActivityDateTime) < 6, false) or coalesce(datetime_part(\"hour\", TimeGenerated) < 6, false)";
    becomes("auditlogs", "TimeGenerated|hour|lt: 6", expected);
    refused("auditlogs", "TimeGenerated|contains: '2026-03'", "`TimeGenerated|contains`: Log Analytics keeps a time");
}

/// A function of networks is null for what is no address
/// (<https://learn.microsoft.com/kusto/query/ipv4-is-in-range-function>).
#[test]
fn networks_are_asked_about_an_address_alone() {
    becomes(
        "signinlogs",
        "ipAddress|cidr: 192.0.2.0/24",
        "| where coalesce(ipv4_is_in_range(address4(IPAddress), \"192.0.2.0/24\"), false)",
    );
    becomes(
        "signinlogs",
        "ipAddress|cidr: '2001:db8::/32'",
        "| where coalesce(ipv6_is_in_range(address(IPAddress), \"2001:db8::/32\"), false)",
    );
}

/// String columns are never null (<https://learn.microsoft.com/kusto/query/scalar-data-types/null-values>).
#[test]
fn what_is_missing_is_empty_in_a_text_and_null_in_json() {
    becomes("auditlogs", "Category: null", "| where not(isnotempty(Category))");
    becomes("auditlogs", "InitiatedBy.app.appId: null", "| where not(isnotnull(InitiatedBy.app.appId))");
    becomes("auditlogs", "Category|exists: true", "| where isnotempty(Category)");
    becomes("auditlogs", "Category|neq: A", "| where not(Category =~ \"A\")");
    becomes("auditlogs", "Category: ''", "| where isempty(Category)");
    let query = converted("auditlogs", "  s:\n    Category: null\n  condition: s").unwrap();
    assert!(query.contains("// Wider: an empty text counts as null"), "{query}");
}

/// `mv-apply` leaves out a row whose array is empty, for which reason it goes over `elements(…)`; `summarize` without
/// `by` gives one row whatever it gets (<https://learn.microsoft.com/kusto/query/mv-apply-operator>).
#[test]
fn any_element_of_an_array_will_do() {
    let expected = "| mv-apply Target = elements(TargetResources) on (\n    summarize Found1 = countif(tostring(Target.displayName) =~ \"x\")\n    )\n| where Found1 > 0\n| project-away Found1";
    becomes("auditlogs", "TargetResources.displayName: x", expected);
    // Properties inside targets.
    let lines = lines("auditlogs", "targetResources.modifiedProperties.newvalue|contains: x");
    assert!(lines.contains("mv-expand Property = elements(Target.modifiedProperties)"), "{lines}");
    assert!(lines.contains("countif(tostring(Property.newValue) contains \"x\")"), "{lines}");
}

#[test]
fn pairs_are_found_by_their_name() {
    let lines = lines("auditlogs", "AdditionalDetails.TemplateId: x");
    assert!(lines.contains("countif(tostring(Detail.key) =~ \"TemplateId\" and "), "{lines}");
    assert!(lines.contains("and tostring(Detail.value) =~ \"x\")"), "{lines}");
    becomes(
        "activitylogs",
        "Claims.http://schemas.example/claims/upn: x",
        "| where tostring(Claims_d[\"http://schemas.example/claims/upn\"]) =~ \"x\" or tostring(parse_json(Claims)[\"http://schemas.example/claims/upn\"]) =~ \"x\"",
    );
}

/// A column that is dynamic in one table and a text in another is opened where it has to be.
#[test]
fn each_table_is_asked_in_its_own_way() {
    let query = converted("signinlogs", "  s:\n    DeviceDetail.trusttype: x\n  condition: s").unwrap();
    assert!(query.contains("(SigninLogs\n| where tostring(DeviceDetail.trustType) =~ \"x\")"), "{query}");
    assert!(query.contains("tostring(parse_json(DeviceDetail).trustType)"), "{query}");
    assert!(query.contains("// AADServicePrincipalSignInLogs is left out, where the rule cannot match"), "{query}");
}

#[test]
fn spellings_of_operations_and_words_for_outcomes_are_folded() {
    let lines = lines("auditlogs", "OperationName: 'Update application – Certificates and secrets management '");
    assert_eq!(
        lines,
        "| where OperationName has \"Certificates\" or ActivityDisplayName has \"Certificates\"\n\
         | where folded(OperationName) =~ \"update application - certificates and secrets management\"\n    \
         or folded(ActivityDisplayName) =~ \"update application - certificates and secrets management\""
    );
    becomes("auditlogs", "Result: Failed", "| where trim(@\"\\s+\", Result) in~ (\"failure\", \"failed\", \"fail\")");
    becomes("auditlogs", "Result|contains: cess", "| where outcome(Result) contains \"cess\"");
    becomes("auditlogs", "Result: timeout", "| where Result =~ \"timeout\"");
}

#[test]
fn changed_properties_are_told_by_name_and_side() {
    let lines = lines("auditlogs", "Changes.KeyDescription.Added|contains: KeyType");
    for part in [
        "=~ \"KeyDescription\"",
        "New = iff(Named, parts(Property.newValue), dynamic([]))",
        "| mv-expand Value = elements(set_difference(New, Old))",
        "| summarize Found1 = countif(tostring(Value) contains \"KeyType\")",
    ] {
        assert!(lines.contains(part), "{part}: {lines}");
    }
}

/// Where a property is an object, a path leads into it; where it is a list, into each element.
#[test]
fn a_path_leads_into_a_changed_property() {
    let lines = |field: &str| lines("auditlogs", &format!("{field}|contains: x"));
    let outer = lines("Changes.ConditionalAccessPolicy.Conditions.users.excludeUsers.Added");
    for part in [
        "=~ \"ConditionalAccessPolicy\"",
        "NewWhole = opened(opened(opened(Property.newValue)))",
        "New = iff(Named, parts(NewWhole.conditions.users.excludeUsers), dynamic([]))",
    ] {
        assert!(outer.contains(part), "{part}: {outer}");
    }
    let inner = lines("Changes.StrongAuthenticationMethod.MethodType.New");
    for part in ["New = iff(Named, parts(Property.newValue), dynamic([]))", "NewOnes = make_set(Each.MethodType)"] {
        assert!(inner.contains(part), "{part}: {inner}");
    }
    // A name that holds dots is no path.
    assert!(lines("Changes.Role.TemplateId.New").contains("=~ \"Role.TemplateId\""));
}

/// Kusto takes a missing text for an empty one, and two empty texts are equal.
#[test]
fn another_field_counts_only_when_it_is_there() {
    becomes(
        "signinlogs",
        "HomeTenantId|fieldref: ResourceTenantId",
        "| where isnotempty(ResourceTenantId)\n| where tolower(HomeTenantId) == tolower(ResourceTenantId)",
    );
    refused("auditlogs", "TargetResources.id|fieldref: AdditionalDetails.value", "both fields stand in arrays");
}

#[test]
fn keywords_are_looked_for_in_the_row_and_the_query_says_that_this_is_wider() {
    let query = converted("activitylogs", "  keywords: [listKeys]\n  condition: keywords").unwrap();
    assert!(query.contains("// Wider: keywords"), "{query}");
    assert!(query.ends_with("| where tostring(pack_all()) contains \"listKeys\""), "{query}");
    let refusal = converted("activitylogs", "  k:\n    '|re': ['a.b']\n  condition: k").unwrap_err();
    assert!(refusal.contains("whole row"), "{refusal}");
}

#[test]
fn what_no_table_has_is_refused_with_its_name() {
    refused("auditlogs", "NoSuchField: x", "it can match no row of AuditLogs: no column for NoSuchField");
    let text = "title: T\nlogsource: { product: windows }\ndetection:\n  s:\n    A: x\n  condition: s\n";
    let (rules, _) = parse("t.yml", text);
    let refusal = convert(&rules[0], &Mapping::read(FILES).unwrap(), Options::default()).unwrap_err();
    assert_eq!(refusal.to_string(), "T: its log source is in none of the tables that are known here");
}

#[test]
fn a_member_that_is_not_known_is_said_to_be_taken_as_written() {
    let query = converted("signinlogs", "  s:\n    Status.odd: x\n  condition: s").unwrap();
    assert!(query.contains("// Narrower: `odd` in Status"), "{query}");
}

#[test]
fn a_sentinel_rule_has_what_deploying_needs() {
    let text = "title: T\nid: 11111111-2222-4333-8444-555555555555\ndescription: '[D]'\nlevel: critical\ntags: [attack.t1098.001]\n\
        logsource: { product: azure, service: signinlogs }\ndetection:\n  s:\n    ResultType: 65004\n  condition: s\n---\n\
        title: U\nlogsource: { product: azure, service: signinlogs }\ndetection:\n  s:\n    ResultType: 1\n  condition: s\n";
    let (template, refusals) = template(&collection(text), &Mapping::read(FILES).unwrap());
    assert!(refusals[0].to_string().contains("needs an `id`"), "{refusals:?}");
    let resource = &template["resources"][0];
    assert_eq!(
        resource["name"],
        "[concat(parameters('workspace'), '/Microsoft.SecurityInsights/11111111-2222-4333-8444-555555555555')]"
    );
    let properties = &resource["properties"];
    assert_eq!(properties["severity"], "High");
    assert_eq!(properties["description"], "[[D]", "a bracket at the start would be an expression of the template");
    assert_eq!(properties["techniques"], serde_json::json!(["T1098"]));
    assert_eq!(properties["tactics"], serde_json::json!(["Persistence", "PrivilegeEscalation"]));
    let query = properties["query"].as_str().unwrap();
    assert_eq!(query.matches("| where ingestion_time() > ago(1h)").count(), 4, "in each table: {query}");
}
