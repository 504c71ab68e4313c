//! What stands where, and which tables agree with each other.

use entward_model::Shape;

use super::members::{self, Holding};
use crate::knowledge::{Knowledge, Listed};

#[test]
fn members_are_found_in_any_case_and_below_what_is_open() {
    check(Shape::DiagAuditLogs, "properties.targetresources.TYPE", Some(Holding::Text));
    check(Shape::GraphDirectoryAudit, "targetResources.modifiedProperties", Some(Holding::List));
    check(Shape::GraphDirectoryAudit, "targetResources.modifiedProperties.newValue.State", Some(Holding::Open));
    check(Shape::DiagActivityLog, "properties.anything.at.all", Some(Holding::Open));
    check(Shape::LaAzureActivity, "Claims.http://schemas.example/claims/upn", Some(Holding::Open));
    check(Shape::LaSigninLogs, "DeviceDetail.isCompliant", Some(Holding::Text));
    // Known in another shape of the log, and its parent here.
    check(Shape::LaAuditLogs, "AdditionalDetails.User-Agent", Some(Holding::Text));
    check(Shape::LaAuditLogs, "AdditionalDetails.additionalInfo", None);
    check(Shape::DiagAuditLogs, "properties.targetResource", None);
    check(Shape::GraphSignIn, "risklevelduringsignin2", None);
}

#[track_caller]
fn check(shape: Shape, path: &str, expected: Option<Holding>) {
    assert_eq!(members::at(shape, path), expected, "{shape} {path}");
}

#[test]
fn one_value_a_record_is_told_from_several() {
    assert!(members::is_single(Shape::DiagAuditLogs, "properties.result"));
    assert!(members::is_single(Shape::LaAuditLogs, "Result"));
    assert!(!members::is_single(Shape::DiagAuditLogs, "properties.targetResources.type"));
    assert!(!members::is_single(Shape::LaAuditLogs, "TargetResources.type"));
    assert!(!members::is_single(Shape::DiagAuditLogs, "properties.unheard"));
}

#[test]
fn every_shape_of_the_table_exists() {
    for line in include_str!("../../data/members.csv").lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [path, kind, shapes] = cells.as_slice() else { panic!("three cells: {line}") };
        assert!(!path.is_empty() && ["", "text", "number", "flag", "object", "list", "open"].contains(kind), "{line}");
        assert!(shapes.split('|').all(|shape| Shape::from_name(shape).is_some()), "{line}");
    }
}

#[test]
fn techniques_lead_on_to_those_that_replace_them() {
    let knowledge = Knowledge::bundled();
    let retired = knowledge.technique("T1562.008").unwrap();
    assert_eq!((retired.listed_in, retired.instead), (Listed::In18, Some("t1685.002")));
    assert_eq!(knowledge.technique("t1685.002").unwrap().listed_in, Listed::In19);
    assert_eq!(knowledge.technique("T1098.003").unwrap().listed_in, Listed::Both);
    assert_eq!(knowledge.technique("T0000"), None);
    for line in include_str!("../../data/attack.csv").lines().skip(1) {
        let id = line.split(',').next().unwrap();
        let technique = knowledge.technique(id).unwrap_or_else(|| panic!("{id}: the table is sorted"));
        if let Some(instead) = technique.instead {
            assert_eq!(knowledge.technique(instead).map(|technique| technique.listed_in), Some(Listed::In19), "{id}");
        }
    }
}
