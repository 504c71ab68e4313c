//! Any text as a file of Sigma rules: parsed, compiled, and run against a record.
#![no_main]

use entward_analysis::detect::{Detector, Filter};
use entward_analysis::knowledge::Knowledge;
use entward_fuzz::{Kept, mapping};
use entward_model::Summary;

const RECORD: &[u8] = br#"{"time":"2026-03-04T09:20:11.8466546Z","operationName":"Add application","category":"AuditLogs","resultType":0,"callerIpAddress":"203.0.113.24","properties":{"id":"Directory_1","activityDisplayName":"Add application","loggedByService":"Core Directory","result":"success","initiatedBy":{"user":{"userPrincipalName":"ada@contoso.example"}},"targetResources":[{"type":"Application","modifiedProperties":[{"displayName":"AppId","oldValue":"[]","newValue":"[\"5f0c7b1e-2a34-4d7e-9b11-0a1b2c3d4e5f\"]"}]}]}}"#;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mut loader = entward_sigma::Loader::default();
    loader.add("rule.yml", text);
    let (collection, errors) = loader.finish();
    let (detector, refused) = Detector::new(collection, mapping(), Knowledge::bundled());
    for error in errors.iter().chain(&refused) {
        assert!(!error.to_string().is_empty());
        let _ = error.hint();
    }
    let mut worker = detector.worker();
    let (mut summary, mut kept, mut index) = (Summary::default(), Kept::default(), 0);
    worker.scan(RECORD, None, &mut index, &Filter::default(), &mut summary, &mut kept);
    let matched = kept.hits.first().map(|hit| hit.rules.clone()).unwrap_or_default();
    worker.explain(RECORD, None, &mut 0, &mut |_, record| {
        for rule in 0..detector.rules().len() as u32 {
            let holds = record.why(rule).is_some_and(|explanation| explanation.holds);
            assert!(holds || !matched.contains(&rule), "what matches is explained as matching");
        }
    });
});
