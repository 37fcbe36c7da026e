//! Answers about accounts, trails and recorders: what they are, and whom they are about.

use super::{decode_answer, decode_recorder, is_no_policy, is_no_policy_text, no_policy};
use crate::formats::config_items::ItemContext;
use crate::formats::records::{ConditionKind, ConditionRecord, Decoded, Record, RecordError};
use crate::model::{AccountId, Instant, Region};

/// A path that says everything.
fn everything() -> ItemContext {
    ItemContext {
        recorder: None,
        account: AccountId::parse("444455556666"),
        region: Region::parse("us-east-1"),
        time: Instant::parse("2026-01-12T13:00:00Z").ok(),
    }
}

fn condition(decoded: Result<Decoded, RecordError>) -> ConditionRecord {
    match decoded {
        Ok(Decoded::Kept(Record::Condition(condition))) => *condition,
        other => panic!("{other:?}"),
    }
}

/// Kind, account, region and name of an answer.
fn about(kind: ConditionKind, raw: &str) -> String {
    let found = condition(decode_answer(kind, raw.as_bytes(), "status-main", &everything()));
    assert_eq!((found.content.as_str(), found.kind), (raw, kind));
    format!("{} {} {} {}", found.kind.name(), found.account, found.region, found.name)
}

#[test]
fn what_an_answer_states_comes_before_the_path() {
    let selectors = r#"{"TrailARN": "arn:aws:cloudtrail:eu-west-1:011122223333:trail/main", "EventSelectors": []}"#;
    let rows = [
        (ConditionKind::PasswordPolicy, r#"{"PasswordPolicy": {}}"#, "password_policy 444455556666 global "),
        (ConditionKind::AccountSummary, r#"{"SummaryMap": {"Users": 1}}"#, "account_summary 444455556666 global "),
        (
            ConditionKind::EventSelectors,
            selectors,
            "event_selectors 011122223333 eu-west-1 arn:aws:cloudtrail:eu-west-1:011122223333:trail/main",
        ),
        (ConditionKind::TrailStatus, r#"{"IsLogging": true}"#, "trail_status 444455556666 us-east-1 status-main"),
    ];
    for (kind, raw, expected) in rows {
        assert_eq!(about(kind, raw), expected);
    }
}

#[test]
fn a_recorder_is_placed_by_its_arn_and_its_account_by_its_role() {
    let rows = [
        (r#"{"name":"default"}"#, "recorder 444455556666 us-east-1 default"),
        (
            r#"{"name":"default","roleARN":"arn:aws:iam::011122223333:role/config"}"#,
            "recorder 011122223333 us-east-1 default",
        ),
        (
            r#"{"arn":"arn:aws:config:eu-west-1:011122223333:configuration-recorder/x/1","name":"x"}"#,
            "recorder 011122223333 eu-west-1 x",
        ),
        (r#"{"recording":true}"#, "recorder 444455556666 us-east-1 "),
    ];
    for (raw, expected) in rows {
        let found = condition(decode_recorder(ConditionKind::Recorder, raw.as_bytes(), &everything()));
        assert_eq!(format!("{} {} {} {}", found.kind.name(), found.account, found.region, found.name), expected);
        assert_eq!(found.content, raw);
    }
}

#[test]
fn what_is_missing_is_named_with_the_way_to_supply_it() {
    let nothing = ItemContext::default();
    let told = |decoded: Result<Decoded, RecordError>| decoded.unwrap_err().what;
    let policy = told(decode_answer(ConditionKind::PasswordPolicy, br#"{"PasswordPolicy": {}}"#, "", &nothing));
    assert_eq!(
        policy,
        "account and time stand neither in the record nor in the file's path: give `--account 123456789012` and \
         `--taken-at 2026-01-31`, or put the file under a path such as \
         `iam/123456789012/credential-report-20260131T000000Z.csv`"
    );
    let recorder = told(decode_recorder(ConditionKind::Recorder, br#"{"name":"x"}"#, &nothing));
    assert_eq!(
        recorder,
        "account, region and time stand neither in the record nor in the file's path: put the file under a folder \
         named for it, such as `123456789012/eu-west-1/2026-01-31/`; all but the region can also be given with \
         `--account 123456789012` and `--taken-at 2026-01-31`"
    );
}

#[test]
fn an_answer_of_another_kind_inside_is_refused() {
    for (kind, raw, expected) in [
        (ConditionKind::PasswordPolicy, r#"{"PasswordPolicy": null}"#, "`PasswordPolicy` is missing"),
        (ConditionKind::PasswordPolicy, r#"{"PasswordPolicy": []}"#, "`PasswordPolicy` is not an object"),
        (ConditionKind::AccountSummary, r#"{"SummaryMap": 5}"#, "`SummaryMap` is not an object"),
        (ConditionKind::EventSelectors, r#"{"EventSelectors": []}"#, "`TrailARN` is missing"),
    ] {
        assert_eq!(decode_answer(kind, raw.as_bytes(), "", &everything()).unwrap_err().what, expected);
    }
}

#[test]
fn only_the_printed_error_itself_says_that_there_is_no_policy() {
    let error = "An error occurred (NoSuchEntity) when calling the GetAccountPasswordPolicy operation: The Password \
                 Policy with domain name 011122223333 cannot be found.";
    for text in [
        error.to_owned(),
        format!("\r\n{error}\r\n"),
        format!("aws: [ERROR]: {error}\n\nAdditional error details:\nType: Sender\n"),
        format!(
            "Traceback (most recent call last):\n  File \"x.py\"\nbotocore.errorfactory.NoSuchEntityException: {error}"
        ),
    ] {
        assert!(is_no_policy_text(&text), "{text}");
    }
    for text in [
        error.replace("NoSuchEntity", "AccessDenied"),
        error.replace("GetAccountPasswordPolicy", "GetLoginProfile"),
        format!("If you see\n\n{error}\n\nthen set a policy."),
        format!("The command may print {error}"),
        String::new(),
    ] {
        assert!(!is_no_policy_text(&text), "{text}");
    }
    let found = condition(no_policy(error, &everything()));
    assert_eq!((found.account.as_str(), found.content.as_str()), ("011122223333", ""));
    assert_eq!(condition(no_policy("", &everything())).account.as_str(), "444455556666");
}

#[test]
fn an_error_as_json_has_to_be_about_the_password_policy() {
    let of = |code: &str, message: &str| format!(r#"{{"Error": {{"Code": "{code}", "Message": "{message}"}}}}"#);
    let policy = "The Password Policy with domain name 1 cannot be found.";
    assert!(is_no_policy(of("NoSuchEntity", policy).as_bytes(), "x.json"));
    assert!(is_no_policy(br#"{"Error":{"Code":"NoSuchEntity"}}"#, "iam/get-account-password-policy.json"));
    assert!(is_no_policy(of("NoSuchEntityException", "").as_bytes(), "Password_Policy.json"));
    assert!(!is_no_policy(of("NoSuchEntity", "The user cannot be found.").as_bytes(), "user.json"));
    assert!(!is_no_policy(of("AccessDenied", policy).as_bytes(), "password-policy.json"));
    assert!(!is_no_policy(br#"{"Error": "NoSuchEntity"}"#, "password-policy.json"));
}
