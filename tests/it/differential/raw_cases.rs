//! Small estates made by hand for the program's own checks, one question each.

use serde_json::{Value, json};

use super::account_side::COLUMNS;
use super::by_hand::{A, check, empty, group, item, user};
use super::estate::{Estate, Millis, stamp};

const BUCKET: &str = "AWS::S3::Bucket";
const TRAIL: &str = "AWS::CloudTrail::Trail";
const VPC: &str = "AWS::EC2::VPC";
const FLOW_LOG: &str = "AWS::EC2::FlowLog";
/// Nothing was ever done with the keys that there are not.
const NO_KEYS: &str = "false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A";

fn account_file(estate: &mut Estate, name: &str, at: Millis, text: String) {
    estate.files.push((format!("iam/{A}/{name}-{}", stamp(at)), text.into_bytes()));
}

/// A report of the root user, where asked for, and of users with a password: name and MFA.
fn report(estate: &mut Estate, at: Millis, root: bool, users: &[(&str, bool)]) {
    let mut lines = vec![COLUMNS.to_owned()];
    if root {
        lines.push(format!("<root_account>,arn:aws:iam::{A}:root,2019-02-01T00:00:00+00:00,true,N/A,not_supported,not_supported,true,{NO_KEYS}"));
    }
    for (name, mfa) in users {
        lines.push(format!("{name},arn:aws:iam::{A}:user/{name},2024-05-01T00:00:00+00:00,true,2026-02-27T00:00:00+00:00,2026-02-01T00:00:00+00:00,N/A,{mfa},{NO_KEYS}"));
    }
    account_file(estate, "credential-report", at, lines.join("\n"));
}

fn policy(estate: &mut Estate, at: Millis, length: u8) {
    let policy = json!({"PasswordPolicy": {"MinimumPasswordLength": length, "RequireSymbols": true, "RequireNumbers": true,
        "RequireUppercaseCharacters": true, "RequireLowercaseCharacters": true, "AllowUsersToChangePassword": true,
        "ExpirePasswords": true, "MaxPasswordAge": 90, "PasswordReusePrevention": 24}});
    account_file(estate, "password-policy", at, policy.to_string());
}

/// A deployed rule of a region and what it states.
fn rule(estate: &mut Estate, region: &str, name: &str, identifier: &str, stated: &Value) {
    let arn = format!("arn:aws:config:{region}:{A}:config-rule/config-rule-{}", estate.files.len());
    let rule = json!({"ConfigRules": [{"ConfigRuleName": name, "ConfigRuleArn": arn, "ConfigRuleId": "config-rule-1",
        "Source": {"Owner": "AWS", "SourceIdentifier": identifier}, "InputParameters": stated.to_string(), "ConfigRuleState": "ACTIVE"}]});
    let path = format!("config-rules/{A}-{region}-{}.json", estate.files.len());
    estate.files.push((path, rule.to_string().into_bytes()));
}

fn trail(id: &str, at: Millis, status: &str, multi_region: bool) -> Value {
    let arn = format!("arn:aws:cloudtrail:us-east-1:{A}:trail/{id}");
    let mut trail = item(A, "us-east-1", TRAIL, id, &arn, at, status);
    if status == "OK" {
        trail["configuration"] = json!({"name": id, "trailARN": arn, "s3BucketName": "logs", "isMultiRegionTrail": multi_region,
            "hasCustomEventSelectors": false, "logFileValidationEnabled": true, "kmsKeyId": "alias/trail"});
    }
    trail
}

fn in_vpc(kind: &str, id: &str, at: Millis, status: &str, configuration: Value) -> Value {
    let mut item = item(A, "us-east-1", kind, id, "", at, status);
    if status == "OK" {
        item["configuration"] = configuration;
    }
    item
}

#[test]
fn a_bucket_whose_item_tells_nothing_of_it() {
    let mut estate = empty();
    let bucket = item(A, "us-east-1", BUCKET, "logs", "arn:aws:s3:::logs", estate.hour(-20), "OK");
    estate.snapshots(A, "us-east-1", &[bucket]);
    check(&estate);
}

#[test]
fn a_bucket_policy_of_another_partition_and_an_item_without_an_arn() {
    let mut estate = empty();
    let mut bucket = item(A, "us-gov-west-1", BUCKET, "logs", "", estate.hour(-20), "OK");
    let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws-us-gov:s3:::logs/*",
        "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "AES256"}}});
    let text = json!({"Version": "2012-10-17", "Statement": [deny]}).to_string();
    bucket["supplementaryConfiguration"] = json!({"BucketPolicy": {"policyText": text}});
    estate.snapshots(A, "us-gov-west-1", &[bucket]);
    check(&estate);
}

#[test]
fn a_rule_that_states_nothing_beside_one_that_asks_for_less() {
    let mut estate = empty();
    let at = estate.hour(5);
    rule(&mut estate, "us-east-1", "iam-password-policy", "IAM_PASSWORD_POLICY", &json!({}));
    rule(&mut estate, "eu-west-1", "short", "IAM_PASSWORD_POLICY", &json!({"MinimumPasswordLength": "8"}));
    policy(&mut estate, at, 10);
    check(&estate);
}

#[test]
fn one_parameter_of_security_hub_is_no_measure() {
    let mut estate = empty();
    let at = estate.hour(5);
    let name = "securityhub-iam-password-policy-minimum-length-check-1a2b3c4d";
    rule(&mut estate, "us-east-1", name, "IAM_PASSWORD_POLICY", &json!({"MinimumPasswordLength": "8"}));
    policy(&mut estate, at, 10);
    check(&estate);
}

#[test]
fn an_account_that_loses_its_password_policy() {
    let mut estate = empty();
    let (good, gone) = (estate.hour(-10), estate.hour(20));
    policy(&mut estate, good, 14);
    let text = "An error occurred (NoSuchEntity) when calling the GetAccountPasswordPolicy operation: The Password Policy with domain name 111100001111 cannot be found.";
    account_file(&mut estate, "password-policy", gone, text.to_owned());
    check(&estate);
}

#[test]
fn a_user_whom_a_later_report_no_longer_lists_and_a_still_later_one_does() {
    let mut estate = empty();
    let times = [estate.hour(-10), estate.hour(10), estate.hour(30)];
    report(&mut estate, times[0], true, &[("alice", true), ("bob", false)]);
    report(&mut estate, times[1], true, &[("alice", true)]);
    report(&mut estate, times[2], true, &[("bob", false), ("alice", false)]);
    check(&estate);
}

#[test]
fn a_report_of_nobody_and_one_without_the_root_user() {
    let mut estate = empty();
    let times = [estate.hour(-10), estate.hour(10), estate.hour(30)];
    report(&mut estate, times[0], true, &[("alice", true)]);
    report(&mut estate, times[1], false, &[("alice", true)]);
    report(&mut estate, times[2], false, &[]);
    check(&estate);
}

#[test]
fn two_reports_of_one_instant_that_contradict_each_other() {
    let mut estate = empty();
    let at = estate.hour(5);
    report(&mut estate, at, true, &[("alice", true), ("bob", true)]);
    report(&mut estate, at, true, &[("alice", false)]);
    let last = estate.files.last_mut().unwrap();
    last.0 = format!("again/{}", last.0);
    check(&estate);
}

#[test]
fn a_user_of_the_report_who_is_deleted_before_the_next_one() {
    let mut estate = empty();
    let (early, gone) = (estate.hour(-20), estate.hour(10));
    report(&mut estate, early, true, &[("alice", false)]);
    let items = [user("AIDA1", "alice", early, "OK"), user("AIDA1", "alice", gone, "ResourceDeleted")];
    estate.history(A, "us-east-1", "AWS::IAM::User", gone, &items);
    check(&estate);
}

#[test]
fn an_older_item_of_another_recorder_takes_no_failure_back() {
    let mut estate = empty();
    let times = [estate.hour(-20), estate.hour(5), estate.hour(15), estate.hour(25)];
    let mut bad = user("AIDA1", "alice", times[1], "OK");
    bad["configuration"] =
        json!({"userName": "alice", "userPolicyList": [{"policyName": "inline"}], "attachedManagedPolicies": []});
    let mut good = user("AIDA1", "alice", times[0], "OK");
    good["configuration"] = json!({"userName": "alice", "userPolicyList": [], "attachedManagedPolicies": []});
    estate.history(A, "us-east-1", "AWS::IAM::User", times[0], &[good]);
    estate.history(
        A,
        "eu-west-1",
        "AWS::IAM::User",
        times[2],
        &[bad, user("AIDA1", "alice", times[2], "ResourceDeleted")],
    );
    estate.history(A, "us-east-1", "AWS::IAM::User", times[3], &[user("AIDA1", "alice", times[3], "ResourceDeleted")]);
    check(&estate);
}

#[test]
fn the_last_trail_of_all_regions_is_deleted() {
    let mut estate = empty();
    let (early, gone) = (estate.hour(-20), estate.hour(10));
    let items = [
        trail("one", early, "OK", true),
        trail("two", early, "OK", false),
        trail("one", gone, "ResourceDeleted", true),
    ];
    estate.history(A, "us-east-1", TRAIL, gone, &items);
    check(&estate);
}

#[test]
fn an_account_whose_every_trail_is_missing_from_a_snapshot() {
    let mut estate = empty();
    let early = estate.hour(-20);
    let other = group("sg-1", early, "OK");
    estate.snapshot(A, "us-east-1", estate.hour(-10), &[trail("one", early, "OK", true), other.clone()]);
    estate.snapshot(A, "us-east-1", estate.hour(10), std::slice::from_ref(&other));
    estate.snapshot(A, "us-east-1", estate.hour(30), &[trail("one", early, "OK", true), other]);
    check(&estate);
}

#[test]
fn a_flow_log_comes_and_goes_and_another_region_records_none() {
    let mut estate = empty();
    let times = [estate.hour(-20), estate.hour(5), estate.hour(25)];
    let vpc = |at| in_vpc(VPC, "vpc-1", at, "OK", json!({"vpcId": "vpc-1", "ownerId": A}));
    let log = json!({"flowLogId": "fl-1", "resourceId": "vpc-1", "flowLogStatus": "ACTIVE", "trafficType": "ALL"});
    let logs = [
        in_vpc(FLOW_LOG, "fl-1", times[1], "OK", log),
        in_vpc(FLOW_LOG, "fl-1", times[2], "ResourceDeleted", Value::Null),
    ];
    estate.history(A, "us-east-1", VPC, times[0], &[vpc(times[0])]);
    estate.history(A, "us-east-1", FLOW_LOG, times[2], &logs);
    let mut elsewhere = vpc(times[0]);
    elsewhere["awsRegion"] = json!("eu-west-1");
    elsewhere["resourceId"] = json!("vpc-2");
    elsewhere["configuration"] = json!({"vpcId": "vpc-2", "ownerId": A});
    estate.history(A, "eu-west-1", VPC, times[0], &[elsewhere]);
    check(&estate);
}
