//! A rule as a deployable scheduled analytics rule of Microsoft Sentinel.

use entward_sigma::{About, Collection, Level, Rule};
use serde_json::{Map, Value, json};

use super::correlation::LATENESS_DAYS;
use super::{Options, Refusal, convert, convert_correlation, convert_first_seen};
use crate::detect::mapping::Mapping;

/// Sentinel refuses longer queries
/// (<https://learn.microsoft.com/azure/sentinel/create-analytics-rules>).
const LONGEST_QUERY: usize = 10_000;

/// How often the rules run, in hours; also how recently a row must have arrived, so that each row is looked at once.
const EVERY_HOURS: u32 = 1;

/// Techniques and the tactics they serve, in Sentinel's words (MITRE ATT&CK v18, Enterprise). Sentinel takes a
/// technique only beside one of its tactics.
const TACTICS: &[(&str, &[&str])] = &[
    ("T1078", &["InitialAccess", "Persistence", "PrivilegeEscalation", "DefenseEvasion"]),
    ("T1087", &["Discovery"]),
    ("T1098", &["Persistence", "PrivilegeEscalation"]),
    ("T1110", &["CredentialAccess"]),
    ("T1136", &["Persistence"]),
    ("T1484", &["PrivilegeEscalation", "DefenseEvasion"]),
    ("T1485", &["Impact"]),
    ("T1489", &["Impact"]),
    ("T1528", &["CredentialAccess"]),
    ("T1531", &["Impact"]),
    ("T1548", &["PrivilegeEscalation", "DefenseEvasion"]),
    ("T1550", &["LateralMovement", "DefenseEvasion"]),
    ("T1552", &["CredentialAccess"]),
    ("T1556", &["CredentialAccess", "Persistence", "DefenseEvasion"]),
    ("T1562", &["DefenseEvasion"]),
    ("T1566", &["InitialAccess"]),
    ("T1578", &["DefenseEvasion"]),
    ("T1621", &["CredentialAccess"]),
];

/// The longest range of time that Sentinel lets a scheduled rule look at, in hours: 14 days
/// (<https://learn.microsoft.com/azure/sentinel/scheduled-rules-overview>).
const LONGEST_PERIOD_HOURS: i64 = 14 * 24;

/// Makes a template of Azure Resource Manager out of the rules and correlations that speak for themselves, and says which
/// could not go in.
pub fn template(collection: &Collection, mapping: &Mapping) -> (Value, Vec<Refusal>) {
    let mut resources = Vec::new();
    let mut refusals = Vec::new();
    let rules = collection.rules.iter().enumerate().filter(|(place, _)| collection.is_standalone(*place));
    let correlations = collection.correlations.iter().filter(|correlation| correlation.standalone);
    let rules = rules.map(|(_, rule)| match &rule.first_seen {
        None => resource(Author::from(rule), 0, &|options| Ok(convert(rule, mapping, options)?.untitled())),
        Some(seen) => {
            let span = seen.learn.nanoseconds().saturating_add(seen.forget.nanoseconds());
            resource(Author::from(rule), span, &|options| Ok(convert_first_seen(rule, mapping, options)?.untitled()))
        }
    });
    let correlations = correlations.map(|correlation| {
        let query = |options| Ok(convert_correlation(collection, correlation, mapping, options)?.untitled());
        resource(Author::from(&correlation.about), correlation.timespan.nanoseconds(), &query)
    });
    for made in rules.chain(correlations) {
        match made {
            Ok(resource) => resources.push(resource),
            Err(refusal) => refusals.push(refusal),
        }
    }
    let template = json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {
            "workspace": {
                "type": "string",
                "metadata": { "description": "The Log Analytics workspace in which Microsoft Sentinel is." }
            },
            "enabled": { "type": "bool", "defaultValue": true }
        },
        "resources": resources,
    });
    (template, refusals)
}

/// What an author says, be it of a rule or of a correlation.
struct Author<'a> {
    title: &'a str,
    id: Option<&'a str>,
    description: Option<&'a str>,
    falsepositives: &'a [String],
    level: Option<Level>,
    custom: &'a Value,
    tags: &'a [String],
}

impl<'a> From<&'a Rule> for Author<'a> {
    fn from(rule: &'a Rule) -> Author<'a> {
        Author {
            title: &rule.about.title,
            id: rule.about.id.as_deref(),
            description: rule.about.description.as_deref(),
            falsepositives: &rule.about.falsepositives,
            level: rule.about.level,
            custom: &rule.about.custom,
            tags: &rule.about.tags,
        }
    }
}

impl<'a> From<&'a About> for Author<'a> {
    fn from(about: &'a About) -> Author<'a> {
        Author {
            title: &about.title,
            id: about.id.as_deref(),
            description: about.description.as_deref(),
            falsepositives: &about.falsepositives,
            level: about.level,
            custom: &about.custom,
            tags: &about.tags,
        }
    }
}

/// A scheduled rule. Beyond the span of its windows, in nanoseconds, it looks back as far as rows may be late: those that
/// arrived since the last run are looked at, however old they are.
fn resource(
    rule: Author<'_>,
    span: i64,
    query_of: &dyn Fn(Options) -> Result<String, Refusal>,
) -> Result<Value, Refusal> {
    let refuse = |reason: String| Refusal { rule: rule.title.to_owned(), field: None, reason };
    let id = rule.id.filter(|id| is_guid(id)).ok_or_else(|| {
        refuse("Sentinel needs an `id` that is a GUID, under which the rule is deployed again and not twice".to_owned())
    })?;
    let hours = u64::try_from(span).unwrap_or_default().div_ceil(3_600_000_000_000);
    let period_hours = i64::try_from(hours).unwrap_or(i64::MAX).saturating_add(LATENESS_DAYS * 24);
    if period_hours > LONGEST_PERIOD_HOURS {
        let most = LONGEST_PERIOD_HOURS / 24 - LATENESS_DAYS;
        return Err(refuse(format!(
            "Sentinel lets a rule look back 14 days, and one of them is for late rows: {most} days are left, and it needs {hours} hours"
        )));
    }
    let scheduled = Options { scheduled_hours: Some(EVERY_HOURS), terse: false };
    let mut query = query_of(scheduled)?;
    if query.chars().count() > LONGEST_QUERY {
        query = query_of(Options { terse: true, ..scheduled })?;
    }
    let length = query.chars().count();
    if length > LONGEST_QUERY {
        let reason = format!(
            "the query has {length} characters and Sentinel takes {LONGEST_QUERY}; keep its list in a watchlist, or divide the rule"
        );
        return Err(refuse(reason));
    }
    let (tactics, techniques) = attack(&rule);
    let mut properties = Map::new();
    let mut set = |name: &str, value: Value| drop(properties.insert(name.to_owned(), value));
    set("displayName", json!(rule.title));
    set("description", json!(description(&rule)));
    set("severity", json!(severity(rule.level)));
    set("enabled", json!("[parameters('enabled')]"));
    set("query", json!(escaped(&query)));
    set("queryFrequency", json!(format!("PT{EVERY_HOURS}H")));
    let period = if period_hours % 24 == 0 { format!("P{}D", period_hours / 24) } else { format!("PT{period_hours}H") };
    set("queryPeriod", json!(period));
    set("triggerOperator", json!("GreaterThan"));
    set("triggerThreshold", json!(0));
    set("suppressionDuration", json!("PT1H"));
    set("suppressionEnabled", json!(false));
    set("tactics", json!(tactics));
    set("techniques", json!(techniques));
    set("eventGroupingSettings", json!({ "aggregationKind": "SingleAlert" }));
    set(
        "entityMappings",
        json!([
            { "entityType": "Account", "fieldMappings": [{ "identifier": "FullName", "columnName": "EntwardActor" }] },
            { "entityType": "IP", "fieldMappings": [{ "identifier": "Address", "columnName": "EntwardAddress" }] },
        ]),
    );
    Ok(json!({
        "type": "Microsoft.OperationalInsights/workspaces/providers/alertRules",
        "apiVersion": "2024-09-01",
        "name": format!("[concat(parameters('workspace'), '/Microsoft.SecurityInsights/{}')]", id.to_lowercase()),
        "kind": "Scheduled",
        "properties": properties,
    }))
}

/// A text that begins with a bracket would be read as an expression of the template.
fn escaped(text: &str) -> String {
    if text.starts_with('[') { format!("[{text}") } else { text.to_owned() }
}

fn description(rule: &Author<'_>) -> String {
    let mut text = rule.description.unwrap_or_default().trim().to_owned();
    if !rule.falsepositives.is_empty() {
        text.push_str(&format!("\nFalse positives: {}", rule.falsepositives.join("; ")));
    }
    escaped(text.trim())
}

fn severity(level: Option<Level>) -> &'static str {
    match level {
        Some(Level::Critical | Level::High) => "High",
        Some(Level::Medium) => "Medium",
        Some(Level::Low) => "Low",
        Some(Level::Informational) | None => "Informational",
    }
}

/// The techniques that Sentinel knows, and their tactics: the ids of v18 where the rule has them.
fn attack(rule: &Author<'_>) -> (Vec<&'static str>, Vec<&'static str>) {
    let named: Vec<String> = match rule.custom["attack"]["v18"].as_array() {
        Some(ids) => ids.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        None => rule.tags.iter().filter_map(|tag| tag.strip_prefix("attack.")).map(str::to_uppercase).collect(),
    };
    let (mut tactics, mut techniques) = (Vec::new(), Vec::new());
    for id in named {
        let parent = id.split('.').next().unwrap_or_default();
        if let Some((technique, serves)) = TACTICS.iter().find(|(technique, _)| *technique == parent) {
            techniques.push(*technique);
            tactics.extend(serves.iter().copied());
        }
    }
    for list in [&mut tactics, &mut techniques] {
        list.sort_unstable();
        list.dedup();
    }
    (tactics, techniques)
}

fn is_guid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
