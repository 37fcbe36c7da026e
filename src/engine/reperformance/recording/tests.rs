//! What recorders say of themselves, in both vocabularies.

use serde_json::{Value, json};

use super::*;

const GROUP: &str = "AWS::EC2::SecurityGroup";
const USER: &str = "AWS::IAM::User";

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn recorder(stated_at: &str, kind: &str, content: &Value) -> ConditionRow {
    ConditionRow {
        minimum_password_length: None,
        require_symbols: None,
        require_numbers: None,
        require_uppercase_characters: None,
        require_lowercase_characters: None,
        max_password_age: None,
        password_reuse_prevention: None,
        account_mfa_enabled: None,
        account_access_keys_present: None,
        account: "123456789012".to_owned(),
        region: "eu-west-1".to_owned(),
        kind: kind.to_owned(),
        name: "default".to_owned(),
        stated_at: at(stated_at),
        content: content.to_string(),
        evidence_id: "0123456789abcdef".to_owned(),
        record_number: 1,
    }
}

/// A recorder that describes itself once.
fn described(group: &Value) -> Recording {
    let row = recorder("2026-01-10T00:00:00Z", "recorder", &json!({ "name": "default", "recordingGroup": group }));
    Recording::by_region(&[], &[row]).remove("eu-west-1").unwrap()
}

#[test]
fn a_group_says_which_types_are_taken() {
    let cases: &[(Value, bool, bool)] = &[
        (json!({ "allSupported": true, "includeGlobalResourceTypes": true }), true, true),
        (json!({ "allSupported": true, "includeGlobalResourceTypes": false }), true, false),
        (json!({ "allSupported": false, "resourceTypes": [GROUP] }), true, false),
        (json!({ "allSupported": false, "resourceTypes": ["AWS::S3::Bucket"] }), false, false),
        (
            json!({ "allSupported": false, "exclusionByResourceTypes": { "resourceTypes": [GROUP] },
                    "recordingStrategy": { "useOnly": "EXCLUSION_BY_RESOURCE_TYPES" } }),
            false,
            true,
        ),
        (
            json!({ "AllSupported": "true", "IncludeGlobalResourceTypes": "true",
                    "RecordingStrategy": { "UseOnly": "ALL_SUPPORTED_RESOURCE_TYPES" } }),
            true,
            true,
        ),
    ];
    for (group, groups, users) in cases {
        let recording = described(group);
        let later = at("2026-01-11T00:00:00Z");
        assert_eq!(recording.records(GROUP, later), Some(*groups), "{group}");
        assert_eq!(recording.records(USER, later), Some(*users), "{group}");
        assert_eq!(recording.excludes(GROUP, later), !groups, "{group}");
        assert_eq!(recording.records(GROUP, at("2026-01-09T00:00:00Z")), None, "before it says anything: {group}");
    }
}

#[test]
fn a_group_that_cannot_be_read_says_nothing() {
    for group in [json!(null), json!([]), json!("all"), json!(7)] {
        let row = recorder("2026-01-10T00:00:00Z", "recorder", &json!({ "recordingGroup": group }));
        let recording = Recording::by_region(&[], &[row]).remove("eu-west-1").unwrap_or_default();
        assert_eq!(recording.records(GROUP, at("2026-01-11T00:00:00Z")), None);
        assert!(!recording.excludes(GROUP, at("2026-01-11T00:00:00Z")));
    }
}

#[test]
fn a_status_tells_when_recording_stopped_and_began_again() {
    let status = json!({ "name": "default", "recording": true, "lastStartTime": 1_768_435_200.5, "lastStopTime": "2026-01-13T00:00:00Z" });
    let row = recorder("2026-01-20T00:00:00Z", "recorder_status", &status);
    let recording = Recording::by_region(&[], &[row]).remove("eu-west-1").unwrap();
    let window = Period::new(at("2026-01-01T00:00:00Z"), at("2026-02-01T00:00:00Z"));
    assert_eq!(recording.off(window), [Period::new(at("2026-01-13T00:00:00Z"), at("2026-01-15T00:00:00.5Z"))]);
}

#[test]
fn a_recorder_that_is_off_is_off_until_something_says_that_it_is_on() {
    let row = |stated_at: &str, is_on: bool| recorder(stated_at, "recorder_status", &json!({ "recording": is_on }));
    let rows =
        [row("2026-01-05T00:00:00Z", false), row("2026-01-09T00:00:00Z", true), row("2026-01-20T00:00:00Z", false)];
    let recording = Recording::by_region(&[], &rows).remove("eu-west-1").unwrap();
    let window = Period::new(at("2026-01-06T00:00:00Z"), at("2026-01-25T00:00:00Z"));
    let off = [
        Period::new(at("2026-01-06T00:00:00Z"), at("2026-01-09T00:00:00Z")),
        Period::new(at("2026-01-20T00:00:00Z"), at("2026-01-25T00:00:00Z")),
    ];
    assert_eq!(recording.off(window), off);
}

#[test]
fn a_recorder_of_a_service_of_aws_says_nothing_of_the_account() {
    let row = recorder(
        "2026-01-05T00:00:00Z",
        "recorder",
        &json!({ "recordingScope": "INTERNAL", "recordingGroup": { "allSupported": false } }),
    );
    assert!(Recording::by_region(&[], &[row]).is_empty());
}
