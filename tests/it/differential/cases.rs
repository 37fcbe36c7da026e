//! Small estates made by hand, one question each. Those that are ignored say what is open or wrong.

use serde_json::json;

use super::by_hand::{A, B, check, empty, evaluated, finding, group, item, line, user};
use super::estate::{DAY, iso};
use crate::oracle::ScopeAccount;

const SSH: &str = "restricted-ssh";
const BAD: &str = "NON_COMPLIANT";
const GOOD: &str = "COMPLIANT";

#[test]
fn an_in_scope_account_that_delivered_nothing_forbids_a_clean_conclusion_of_account_level_controls_only() {
    let mut estate = empty();
    let (early, sg) = (estate.hour(-20), "AWS::EC2::SecurityGroup/sg-1");
    estate.snapshots(
        A,
        "us-east-1",
        &[group("sg-1", early, "OK"), evaluated(A, "us-east-1", sg, early, &[(SSH, GOOD)])],
    );
    estate.scope = Some(vec![line(A, None, true), line(B, None, true)]);
    check(&estate);
}

#[test]
fn a_listed_region_that_delivered_nothing_forbids_a_clean_conclusion() {
    let mut estate = empty();
    let (early, sg) = (estate.hour(-20), "AWS::EC2::SecurityGroup/sg-1");
    estate.snapshots(
        A,
        "us-east-1",
        &[group("sg-1", early, "OK"), evaluated(A, "us-east-1", sg, early, &[(SSH, GOOD)])],
    );
    let regions = vec!["us-east-1".to_owned(), "eu-west-1".to_owned()];
    estate.scope = Some(vec![ScopeAccount { regions, ..line(A, None, true) }]);
    check(&estate);
}

#[test]
fn a_rule_that_speaks_of_a_type_its_test_is_not_about() {
    let mut estate = empty();
    let early = estate.hour(-20);
    estate.snapshots(A, "us-east-1", &[evaluated(A, "us-east-1", "AWS::EC2::Instance/i-1", early, &[(SSH, BAD)])]);
    check(&estate);
}

#[test]
fn a_control_named_by_another_product() {
    let mut estate = empty();
    let (early, arn) = (estate.hour(-5), format!("arn:aws:ec2:us-east-1:{A}:security-group/sg-1"));
    let mut record = finding("EC2.13", "1", early, "FAILED", &[("AwsEc2SecurityGroup", &arn)]);
    record["ProductArn"] = json!(format!("arn:aws:securityhub:us-east-1:{A}:product/{A}/default"));
    record["GeneratorId"] = json!("our-scanner");
    let own = finding("EC2.14", "2", early, "PASSED", &[("AwsEc2SecurityGroup", &arn)]);
    estate.findings(&[record, own]);
    check(&estate);
}

#[test]
fn an_environment_on_a_line_that_is_out_of_scope() {
    let mut estate = empty();
    let early = estate.hour(-20);
    let account = format!("AWS::::Account/{A}");
    estate.snapshots(
        A,
        "us-east-1",
        &[evaluated(A, "us-east-1", &account, early, &[("multi-region-cloudtrail-enabled", BAD)])],
    );
    estate.scope = Some(vec![line(A, None, true), line(B, Some("production"), false)]);
    check(&estate);
}

#[test]
fn an_item_captured_at_the_instant_of_a_snapshot_that_does_not_list_it() {
    let mut estate = empty();
    let at = estate.hour(12) + 17_000;
    let sg = "AWS::EC2::SecurityGroup/sg-1";
    estate.history(A, "us-east-1", "AWS::EC2::SecurityGroup", at, &[group("sg-1", at, "OK")]);
    estate.history(
        A,
        "us-east-1",
        "AWS::Config::ResourceCompliance",
        at,
        &[evaluated(A, "us-east-1", sg, at, &[(SSH, BAD)])],
    );
    estate.snapshots(A, "us-east-1", &[group("sg-2", at - DAY, "OK")]);
    check(&estate);
}

#[test]
fn a_snapshot_that_lists_what_history_says_is_deleted() {
    let mut estate = empty();
    let (early, deleted) = (estate.hour(-20), estate.hour(20));
    let sg = "AWS::EC2::SecurityGroup/sg-1";
    estate.history(A, "us-east-1", "AWS::EC2::SecurityGroup", deleted, &[group("sg-1", deleted, "ResourceDeleted")]);
    estate.snapshots(
        A,
        "us-east-1",
        &[group("sg-1", early, "OK"), evaluated(A, "us-east-1", sg, early, &[(SSH, BAD)])],
    );
    check(&estate);
}

#[test]
fn a_snapshot_that_lost_its_name() {
    let mut estate = empty();
    let early = estate.hour(-20);
    let sg = "AWS::EC2::SecurityGroup/sg-1";
    let items = [
        group("sg-1", early, "OK"),
        evaluated(A, "us-east-1", sg, early, &[(SSH, BAD)]),
        user("AIDA1", "alice", early, "OK"),
    ];
    estate.snapshot(A, "us-east-1", estate.hour(-10), &items);
    let later = [group("sg-2", estate.hour(30), "OK")];
    let document = json!({"fileVersion": "1.0", "configSnapshotId": "x", "configurationItems": later});
    estate.files.push(("renamed.json".to_owned(), document.to_string().into_bytes()));
    check(&estate);
}

#[test]
fn a_finding_that_later_names_fewer_resources() {
    let mut estate = empty();
    let arn = |id: &str| format!("arn:aws:ec2:us-east-1:{A}:security-group/{id}");
    let first = finding(
        "EC2.13",
        "1",
        estate.hour(1),
        "FAILED",
        &[("AwsEc2SecurityGroup", &arn("sg-1")), ("AwsEc2SecurityGroup", &arn("sg-2"))],
    );
    let second = finding("EC2.13", "1", estate.hour(10), "FAILED", &[("AwsEc2SecurityGroup", &arn("sg-2"))]);
    estate.findings(&[first, second]);
    check(&estate);
}

#[test]
fn one_of_two_records_of_an_instant_was_never_processed() {
    let mut estate = empty();
    let arn = format!("arn:aws:ec2:us-east-1:{A}:security-group/sg-1");
    let mut first = finding("EC2.13", "1", estate.hour(1), "PASSED", &[("AwsEc2SecurityGroup", &arn)]);
    first["ProcessedAt"] = json!(iso(estate.hour(2)));
    let second = finding("EC2.13", "1", estate.hour(1), "FAILED", &[("AwsEc2SecurityGroup", &arn)]);
    estate.findings(&[first, second]);
    check(&estate);
}

#[test]
fn two_records_of_an_instant_that_differ_only_in_suppression() {
    let mut estate = empty();
    let arn = format!("arn:aws:ec2:us-east-1:{A}:security-group/sg-1");
    let first = finding("EC2.13", "1", estate.hour(1), "FAILED", &[("AwsEc2SecurityGroup", &arn)]);
    let mut second = first.clone();
    second["Workflow"]["Status"] = json!("SUPPRESSED");
    estate.findings(&[second, first]);
    check(&estate);
}

#[test]
fn a_user_who_was_renamed() {
    let mut estate = empty();
    let (early, later) = (estate.hour(-20), estate.hour(20));
    estate.history(
        A,
        "us-east-1",
        "AWS::IAM::User",
        later,
        &[user("AIDA1", "alice", early, "OK"), user("AIDA1", "alicia", later, "OK")],
    );
    let evaluation = evaluated(A, "us-east-1", "AWS::IAM::User/AIDA1", early, &[("iam-user-no-policies-check", BAD)]);
    estate.history(A, "us-east-1", "AWS::Config::ResourceCompliance", early, &[evaluation]);
    check(&estate);
}

#[test]
fn a_stream_that_goes_on_about_a_subject_that_was_gone_before_the_window() {
    let mut estate = empty();
    let (early, gone) = (estate.hour(-40), estate.hour(-20));
    let sg = "AWS::EC2::SecurityGroup/sg-1";
    estate.history(
        A,
        "us-east-1",
        "AWS::EC2::SecurityGroup",
        gone,
        &[group("sg-1", early, "OK"), group("sg-1", gone, "ResourceDeleted")],
    );
    estate.snapshots(A, "us-east-1", &[evaluated(A, "us-east-1", sg, early, &[(SSH, BAD)])]);
    check(&estate);
}

#[test]
fn a_resource_whose_last_evidence_is_long_before_the_window() {
    let mut estate = empty();
    let early = estate.hour(-400);
    estate.history(A, "us-east-1", "AWS::EC2::SecurityGroup", early, &[group("sg-1", early, "OK")]);
    estate.snapshots(A, "eu-west-1", &[]);
    check(&estate);
}

#[test]
fn nothing_evaluated_of_an_account_level_control() {
    let mut estate = empty();
    let account = format!("AWS::::Account:{A}");
    let mut record = finding("IAM.15", "1", estate.hour(1), "PASSED", &[("AwsAccount", &account)]);
    record["Compliance"]["StatusReasons"] = json!([{"ReasonCode": "CONFIG_EVALUATIONS_EMPTY", "Description": "d"}]);
    estate.findings(&[record]);
    check(&estate);
}

#[test]
fn an_item_that_is_not_recorded_ties_nothing_and_shows_nothing() {
    let mut estate = empty();
    let early = estate.hour(-20);
    let trail = item(
        A,
        "us-east-1",
        "AWS::CloudTrail::Trail",
        "main",
        &format!("arn:aws:cloudtrail:eu-west-1:{A}:trail/main"),
        early,
        "ResourceNotRecorded",
    );
    let evaluation =
        evaluated(A, "us-east-1", "AWS::CloudTrail::Trail/main", early, &[("cloud-trail-encryption-enabled", BAD)]);
    estate.snapshots(A, "us-east-1", &[trail, evaluation]);
    check(&estate);
}

#[test]
fn two_items_of_one_identity_that_contradict_each_other() {
    let mut estate = empty();
    let (early, at) = (estate.hour(-20), estate.hour(10));
    let sg = "AWS::EC2::SecurityGroup/sg-1";
    estate.snapshots(
        A,
        "us-east-1",
        &[group("sg-1", early, "OK"), evaluated(A, "us-east-1", sg, early, &[(SSH, BAD)])],
    );
    estate.files.truncate(5);
    estate.history(
        A,
        "us-east-1",
        "AWS::EC2::SecurityGroup",
        at,
        &[group("sg-1", at, "OK"), group("sg-1", at, "ResourceDeleted")],
    );
    check(&estate);
}

#[test]
fn two_snapshots_of_one_second() {
    let mut estate = empty();
    let early = estate.hour(-20);
    let sg = "AWS::EC2::SecurityGroup/sg-1";
    let all = [group("sg-1", early, "OK"), evaluated(A, "us-east-1", sg, early, &[(SSH, BAD)])];
    estate.snapshot(A, "us-east-1", estate.hour(-10), &all);
    estate.snapshot(A, "us-east-1", estate.hour(2), &[group("sg-2", early, "OK")]);
    estate.snapshot(A, "us-east-1", estate.hour(2), &all);
    check(&estate);
}

#[test]
fn rule_names_spelled_in_other_ways() {
    let names = [
        "INCOMING_SSH_DISABLED",
        "incoming-ssh-disabled",
        "awscontroltower_aws-gr_restricted_ssh",
        "AWSControlTower_AWS-GR_RESTRICTED_SSH-1a2b3c4d",
        " restricted-ssh",
        "OrgConfigRule-restricted-ssh",
        "my-restricted-ssh",
        "restricted-ssh-2",
        "securityhub-vpc-sg-restricted-common-ports-1a2b3c4d",
        "securityhub-restricted-rdp-1a2b3c4d",
    ];
    names_are_read_alike(&names);
}

#[test]
#[ignore = "open: how far a name may be spelled otherwise before it counts as unmapped"]
fn rule_names_spelled_in_ways_that_the_definition_leaves_open() {
    let names = [
        "securityhub-restricted-ssh",
        "Restricted-SSH",
        "IncomingSSHDisabled",
        "securityhub-restricted-ssh-1a2b3c4d-conformance-pack-abcdefghi",
        "OrgConfigRule-securityhub-restricted-ssh-1a2b3c4d-abcdefgh",
        "restricted-ssh-conformance-pack-",
        "securityhub-restricted-ssh-",
    ];
    names_are_read_alike(&names);
}

fn names_are_read_alike(names: &[&str]) {
    let mut estate = empty();
    let early = estate.hour(-20);
    for (at, name) in names.iter().enumerate() {
        let target = format!("AWS::EC2::SecurityGroup/sg-{at}");
        let evaluation = evaluated(A, "us-east-1", &target, early, &[(*name, BAD)]);
        estate.history(A, "us-east-1", "AWS::Config::ResourceCompliance", early, &[evaluation]);
    }
    estate.snapshots(A, "us-east-1", &[]);
    check(&estate);
}

#[test]
fn a_security_hub_name_that_lost_its_last_word() {
    let mut estate = empty();
    let early = estate.hour(-20);
    let target = format!("AWS::CloudTrail::Trail/arn:aws:cloudtrail:us-east-1:{A}:trail/main");
    estate.snapshots(
        A,
        "us-east-1",
        &[evaluated(A, "us-east-1", &target, early, &[("securityhub-cloud-trail-log-file-validation-1a2b3c4d", BAD)])],
    );
    check(&estate);
}

#[test]
fn an_organization_trail_whose_owner_delivers_less_than_the_member_that_evaluates_it() {
    let mut estate = empty();
    let early = estate.hour(-20);
    let arn = format!("arn:aws:cloudtrail:us-east-1:{B}:trail/organization");
    let trail = item(A, "us-east-1", "AWS::CloudTrail::Trail", "organization", &arn, early, "OK");
    let evaluation = evaluated(
        A,
        "us-east-1",
        "AWS::CloudTrail::Trail/organization",
        early,
        &[("cloud-trail-encryption-enabled", BAD)],
    );
    estate.snapshots(A, "us-east-1", &[trail, evaluation]);
    estate.snapshot(B, "us-east-1", estate.hour(-20), &[]);
    check(&estate);
}

#[test]
fn the_owner_of_an_organization_trail_is_seen_only_in_its_arn() {
    let mut estate = empty();
    let early = estate.hour(-20);
    let arn = format!("arn:aws:cloudtrail:us-east-1:{B}:trail/organization");
    let trail = item(A, "us-east-1", "AWS::CloudTrail::Trail", "organization", &arn, early, "OK");
    let evaluation = evaluated(
        A,
        "us-east-1",
        "AWS::CloudTrail::Trail/organization",
        early,
        &[("cloud-trail-encryption-enabled", BAD)],
    );
    estate.snapshots(A, "us-east-1", &[trail, evaluation]);
    check(&estate);
}

#[test]
fn a_recorder_that_shows_a_user_only_after_another_says_it_is_gone() {
    let mut estate = empty();
    let (early, gone, back) = (estate.hour(-20), estate.hour(10), estate.hour(40));
    estate.history(
        A,
        "us-east-1",
        "AWS::IAM::User",
        gone,
        &[user("AIDA1", "alice", early, "OK"), user("AIDA1", "alice", gone, "ResourceDeleted")],
    );
    estate.history(A, "eu-west-1", "AWS::IAM::User", back, &[user("AIDA2", "alice", back, "OK")]);
    let evaluation = evaluated(A, "us-east-1", "AWS::IAM::User/AIDA1", early, &[("iam-user-no-policies-check", BAD)]);
    estate.history(A, "us-east-1", "AWS::Config::ResourceCompliance", early, &[evaluation]);
    check(&estate);
}

#[test]
fn one_trail_name_in_two_home_regions() {
    let mut estate = empty();
    let early = estate.hour(-20);
    for region in ["us-east-1", "eu-west-1"] {
        let arn = format!("arn:aws:cloudtrail:{region}:{A}:trail/main");
        let trail = item(A, region, "AWS::CloudTrail::Trail", "main", &arn, early, "OK");
        let word = if region == "us-east-1" { BAD } else { GOOD };
        let evaluation =
            evaluated(A, region, "AWS::CloudTrail::Trail/main", early, &[("cloud-trail-encryption-enabled", word)]);
        estate.snapshots(A, region, &[trail, evaluation]);
    }
    let elsewhere =
        evaluated(A, "us-west-2", "AWS::CloudTrail::Trail/main", early, &[("cloud-trail-encryption-enabled", BAD)]);
    estate.snapshots(A, "us-west-2", &[elsewhere]);
    check(&estate);
}

#[test]
#[ignore = "fails: scope lists in a file of their own are not read yet"]
fn a_scope_list_in_a_file_of_its_own() {
    let mut estate = empty();
    let (early, sg) = (estate.hour(-20), "AWS::EC2::SecurityGroup/sg-1");
    estate.snapshots(
        A,
        "us-east-1",
        &[group("sg-1", early, "OK"), evaluated(A, "us-east-1", sg, early, &[(SSH, GOOD)])],
    );
    estate.scope = Some(vec![line(A, Some("production"), true)]);
    estate.scope_as_file = true;
    check(&estate);
}
