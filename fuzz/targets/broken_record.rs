//! Any bytes in the middle of a record that is well formed around them: what the
//! tolerant reader is for.
#![no_main]

const BEFORE: &[u8] = br#"{"time":"2026-03-04T09:20:11.8466546Z","operationName":"Add application","category":"AuditLogs","properties":{"activityDisplayName":"Add application","initiatedBy":{"user":{"id":"99999999-8888-7777-6666-555555555555","ipAddress":"#;
const AFTER: &[u8] = br#"}},"targetResources":[{"id":"c1a2b3c4-d5e6-4f70-8192-a3b4c5d6e7f8","type":"Application","modifiedProperties":[]}],"id":"Directory_1"}}"#;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut record = BEFORE.to_vec();
    record.extend_from_slice(bytes);
    record.extend_from_slice(AFTER);
    entward_fuzz::read_json(&record);
});
