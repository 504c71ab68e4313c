//! Rules by the thousand, invented, in the mix in which public collections have them.
//!
//! Of a hundred rules, about sixty name one operation and mostly a second field, fifteen look for a part of a value, ten for
//! its beginning or end, five use a regular expression, nine list many values of an id, and one is plain
//! keywords (of the public rules for Azure, one in forty-one). A fifth of the operations
//! stand in the corpus; no rule matches a record, so that what is measured is the looking and not the finding.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::random::Random;

/// What rules name in the corpus's three logs: the log source, the field of the operation, that of the actor, and operations.
const LOGS: &[(&str, &str, &str, &[&str])] = &[
    (
        "auditlogs",
        "OperationName",
        "InitiatedBy.user.userPrincipalName",
        &[
            "Add application",
            "Update user",
            "Add member to role",
            "Consent to application",
            "Update device",
            "Add group",
        ],
    ),
    (
        "activitylogs",
        "OperationName",
        "Caller",
        &[
            "MICROSOFT.COMPUTE/VIRTUALMACHINES/WRITE",
            "MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/WRITE",
            "MICROSOFT.KEYVAULT/VAULTS/READ",
        ],
    ),
    ("signinlogs", "ResultType", "UserPrincipalName", &["50126", "50053", "50074", "500121", "0"]),
];

/// Second fields, with values.
const FIELDS: &[(&str, &[&str])] = &[
    ("Result", &["success", "failure"]),
    ("Category", &["ApplicationManagement", "UserManagement", "RoleManagement", "GroupManagement"]),
    ("LoggedByService", &["Core Directory", "PIM", "Device Registration Service"]),
    ("AppDisplayName", &["Azure Portal", "Microsoft Azure CLI", "Graph Explorer"]),
    ("Location", &["CH", "DE", "FR"]),
];

/// Parts of words, from which values are made that stand in no record.
const PARTS: &[&str] =
    &["vault", "mesh", "quota", "relay", "pivot", "ledger", "batch", "lake", "hub", "graph", "cost", "peer"];

/// Writes `count` rules into a folder of their own below `folder`, once, and gives that folder. More rules begin
/// with the same ones.
///
/// # Errors
///
/// Those of the file system.
pub fn folder(folder: &Path, count: u64, seed: u64) -> io::Result<PathBuf> {
    let path = folder.join(format!("rules-{count}-{seed}"));
    fs::create_dir_all(&path)?;
    let mut random = Random::new(seed);
    let rules: Vec<String> = (0..count).map(|number| rule(number, &mut random)).collect();
    fs::write(path.join("rules.yml"), rules.join("---\n"))?;
    Ok(path)
}

fn rule(number: u64, random: &mut Random) -> String {
    let (service, operation_field, actor_field, operations) = *random.pick(LOGS);
    // A rule about an operation of every day asks for something rare beside it, or nobody would keep it.
    let is_real = random.percent(20);
    let operation = if is_real { (*random.pick(operations)).to_owned() } else { invented(random) };
    let (field, values) = *random.pick(FIELDS);
    let value = *random.pick(values);
    let rare = format!("breakglass-{}@contoso.example", random.below(1_000));
    let selection = match random.below(100) {
        0..60 if is_real => format!("{operation_field}: '{operation}'\n        {actor_field}: '{rare}'"),
        0..60 if random.percent(70) => format!("{operation_field}: '{operation}'\n        {field}: '{value}'"),
        0..60 => format!("{operation_field}: '{operation}'"),
        60..75 => format!("{operation_field}|contains: '{}'", invented(random)),
        75..85 if random.percent(50) => format!("{operation_field}|endswith: '/{}'", invented(random)),
        75..85 => format!("{operation_field}|startswith: '{}'", invented(random)),
        85..90 => {
            format!("{operation_field}|re: '^{}[a-z/]+(write|delete)$'\n        {field}: '{value}'", invented(random))
        }
        90..99 => {
            let ids: Vec<String> = (0..20).map(|_| format!("            - '{}'", id(random))).collect();
            format!("AppId:\n{}", ids.join("\n"))
        }
        _ => return keywords(number, service, random),
    };
    format!(
        "title: Generated {number}\nid: {}\nlevel: low\nlogsource: {{product: azure, service: {service}}}\n\
         detection:\n    selection:\n        {selection}\n    condition: selection\n",
        id(random)
    )
}

fn keywords(number: u64, service: &str, random: &mut Random) -> String {
    format!(
        "title: Generated {number}\nid: {}\nlevel: low\nlogsource: {{product: azure, service: {service}}}\n\
         detection:\n    keywords:\n        - '{}'\n        - '{}'\n    condition: keywords\n",
        id(random),
        invented(random),
        invented(random)
    )
}

/// A name such as an operation might have, with a number that no record has.
fn invented(random: &mut Random) -> String {
    format!("{}{}/{}{}", random.pick(PARTS), random.below(10_000), random.pick(PARTS), random.below(10_000))
}

fn id(random: &mut Random) -> String {
    let (high, low) = (random.bits(), random.bits());
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}
