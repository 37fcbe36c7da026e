//! One subject under many names: spec section 2.

use serde_json::json;

use crate::fixtures::{
    ACCOUNT, AWAY, BUCKET, Edit, GROUP, HOME, OTHER, TRAIL, USER, api_form, at, details, get_findings,
};
use crate::harness::TestDir;

const MFA: &str = "mfa-enabled-for-iam-console-access";
const ALICE: &str = "AIDAEXAMPLEALICE00001";
const ALICE_ARN: &str = "arn:aws:iam::011122223333:user/alice";

#[test]
fn a_user_by_id_and_by_name_is_one_subject_once_an_item_ties_them() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    HOME.history(&dir, USER, &at(11, 0), &[HOME.user(ALICE, "alice", &at(11, 0))]);
    HOME.judge(&dir, (USER, ALICE), &at(12, 0), (MFA, "NON_COMPLIANT"));
    let finding = HOME.finding("IAM.5", ("AwsIamUser", ALICE_ARN), &at(12, 0), "PASSED");
    dir.json("findings.json", &get_findings(&[finding]));
    let answer = dir.answer(&[]);
    assert_eq!(answer.results_of("C01"), [format!("{ALICE} failed")]);
    let row = &answer.subjects("C01")[0];
    assert_eq!((row["resource_arn"].as_str(), row["region"].as_str()), (ALICE_ARN, "global"));
    assert_eq!((row["sources"].as_str(), row["inventory_only"].as_str()), ("config;securityhub", "false"));
}

#[test]
fn the_tie_may_stand_anywhere_in_the_evidence() {
    // In another account's API output, captured after the window.
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    HOME.judge(&dir, (USER, ALICE), &at(12, 0), (MFA, "NON_COMPLIANT"));
    let finding = HOME.finding("IAM.5", ("AwsIamUser", ALICE_ARN), &at(12, 0), "PASSED");
    dir.json("findings.json", &get_findings(&[finding]));
    assert_eq!(dir.answer(&[]).results_of("C01").len(), 2, "nothing ties them yet");
    let item = api_form(&HOME.user(ALICE, "alice", &at(25, 0)));
    dir.json("later/history.json", &json!({ "configurationItems": [item] }));
    assert_eq!(dir.answer(&[]).results_of("C01"), [format!("{ALICE} failed")]);
}

#[test]
fn what_is_not_known_of_a_name_is_empty() {
    let dir = TestDir::new();
    HOME.judge(&dir, (USER, ALICE), &at(12, 0), (MFA, "NON_COMPLIANT"));
    let finding = HOME.finding("IAM.5", ("AwsIamUser", "arn:aws:iam::011122223333:user/bob"), &at(12, 0), "PASSED");
    dir.json("findings.json", &get_findings(&[finding]));
    let rows = dir.answer(&[]).subjects("C01");
    let names: Vec<(&str, &str)> =
        rows.iter().map(|row| (row["resource_id"].as_str(), row["resource_arn"].as_str())).collect();
    assert_eq!(names, [(ALICE, ""), ("", "arn:aws:iam::011122223333:user/bob")]);
}

#[test]
fn a_trail_by_name_and_by_arn_in_one_answer_is_one_subject() {
    let dir = TestDir::new();
    let arn = "arn:aws:cloudtrail:eu-west-1:011122223333:trail/main";
    let rule = details(
        "cloud-trail-encryption-enabled",
        &[((TRAIL, "main"), "NON_COMPLIANT", &at(12, 0)), ((TRAIL, arn), "COMPLIANT", &at(13, 0))],
    );
    dir.json("011122223333/eu-west-1/details.json", &rule);
    let answer = dir.answer(&[]);
    assert_eq!(answer.results_of("C09"), ["main failed"]);
    assert_eq!(answer.subjects("C09")[0]["resource_arn"], arn);
    assert_eq!(answer.exceptions("C09"), ["main 12T00:00 .. 13T00:00"]);
}

#[test]
fn an_organization_trail_is_one_subject_of_the_account_its_name_states() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    OTHER.attest_window(&dir);
    let arn = "arn:aws:cloudtrail:eu-west-1:011122223333:trail/org";
    let own = HOME.trail("org", "logs", &at(11, 0));
    let seen_by_member = OTHER.item(TRAIL, arn, &at(11, 0)).set("/ARN", arn);
    HOME.history(&dir, TRAIL, &at(11, 0), &[own]);
    OTHER.history(&dir, TRAIL, &at(11, 0), &[seen_by_member]);
    OTHER.judge(&dir, (TRAIL, arn), &at(12, 0), ("cloud-trail-encryption-enabled", "NON_COMPLIANT"));
    HOME.judge(&dir, (TRAIL, "org"), &at(12, 0), ("cloud-trail-encryption-enabled", "COMPLIANT"));
    let rows = dir.answer(&[]).subjects("C09");
    assert_eq!(rows.len(), 1, "{rows:#?}");
    assert_eq!((rows[0]["account"].as_str(), rows[0]["result"].as_str()), ("011122223333", "failed"));
}

#[test]
fn a_user_made_again_under_the_same_name_is_one_subject_with_a_pause() {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    let again = "AIDAEXAMPLEALICE00002";
    HOME.history(&dir, USER, &at(11, 0), &[HOME.user(ALICE, "alice", &at(11, 0))]);
    HOME.history(&dir, USER, &at(13, 0), &[HOME.deletion(USER, ALICE, &at(13, 0)).set("/ARN", ALICE_ARN)]);
    HOME.history(&dir, USER, &at(15, 0), &[HOME.user(again, "alice", &at(15, 0))]);
    HOME.judge(&dir, (USER, ALICE), &at(11, 0), (MFA, "COMPLIANT"));
    HOME.judge(&dir, (USER, again), &at(16, 0), (MFA, "NON_COMPLIANT"));
    let answer = dir.answer(&[]);
    assert_eq!(answer.subjects("C01").len(), 1);
    assert_eq!(answer.hours("C01", ALICE_ARN), "pass 72 fail 120 absent 48");
    assert_eq!(answer.exceptions("C01"), [format!("{again} 16T00:00 .. 21T00:00 ongoing")]);
}

#[test]
fn names_that_type_account_region_and_id_determine_are_derived() {
    let rows = [
        ("C10", (GROUP, "sg-0a"), "restricted-ssh", ("EC2.13", "AwsEc2SecurityGroup"), HOME.group_arn("sg-0a")),
        ("C14", (BUCKET, "data"), "s3-bucket-logging-enabled", ("S3.9", "AwsS3Bucket"), "arn:aws:s3:::data".into()),
        (
            "C15",
            ("AWS::EC2::VPC", "vpc-1"),
            "vpc-flow-logs-enabled",
            ("EC2.6", "AwsEc2Vpc"),
            "arn:aws:ec2:eu-west-1:011122223333:vpc/vpc-1".into(),
        ),
    ];
    for (control, resource, rule, (security_control, finding_type), arn) in rows {
        let dir = TestDir::new();
        HOME.judge(&dir, resource, &at(12, 0), (rule, "COMPLIANT"));
        let finding = HOME.finding(security_control, (finding_type, &arn), &at(12, 0), "FAILED");
        dir.json("findings.json", &get_findings(&[finding]));
        let answer = dir.answer(&[]);
        assert_eq!(answer.results_of(control), [format!("{} failed", resource.1)]);
        assert_eq!(answer.subjects(control)[0]["resource_arn"], arn);
    }
}

#[test]
fn names_in_other_partitions_are_derived_for_them() {
    let dir = TestDir::new();
    let place = crate::fixtures::Place { account: "011122223333", region: "us-gov-west-1" };
    place.judge(&dir, (GROUP, "sg-1"), &at(12, 0), ("restricted-ssh", "COMPLIANT"));
    let row = &dir.answer(&[]).subjects("C10")[0];
    assert_eq!(row["resource_arn"], "arn:aws-us-gov:ec2:us-gov-west-1:011122223333:security-group/sg-1");
}

#[test]
fn an_account_is_one_subject_in_whatever_form_it_is_named() {
    let dir = TestDir::new();
    HOME.judge(&dir, (ACCOUNT, "011122223333"), &at(12, 0), ("iam-root-access-key-check", "COMPLIANT"));
    let forms = ["AWS::::Account:011122223333", "arn:aws:iam::011122223333:root", "011122223333"];
    let findings: Vec<_> = forms
        .iter()
        .map(|form| {
            let finding = HOME.finding("IAM.4", ("AwsAccount", form), &at(12, 0), "PASSED");
            finding.set("/Id", format!("finding/{form}"))
        })
        .collect();
    dir.json("findings.json", &get_findings(&findings));
    let rows = dir.answer(&[]).subjects("C05");
    assert_eq!(rows.len(), 1, "{rows:#?}");
    let shown =
        ["account", "region", "resource_type", "resource_id", "resource_arn"].map(|name| rows[0][name].as_str());
    assert_eq!(shown, ["011122223333", "global", "AWS::::Account", "011122223333", ""]);
}

#[test]
fn one_group_id_in_two_accounts_or_regions_is_two_subjects() {
    let dir = TestDir::new();
    for place in [HOME, AWAY, OTHER] {
        place.judge(&dir, (GROUP, "sg-1"), &at(12, 0), ("restricted-ssh", "COMPLIANT"));
    }
    assert_eq!(dir.answer(&[]).counts("C10"), "3 = 3 tested (0 failed) + 0 not applicable + 0 not tested");
}

#[test]
fn an_iam_user_judged_in_two_regions_is_one_global_subject() {
    let dir = TestDir::new();
    for (place, verdict) in [(HOME, "COMPLIANT"), (AWAY, "NON_COMPLIANT")] {
        place.attest_window(&dir);
        place.judge(&dir, (USER, ALICE), &at(12, 0), (MFA, verdict));
    }
    let answer = dir.answer(&[]);
    assert_eq!(answer.results_of("C01"), [format!("{ALICE} failed")]);
    assert_eq!(answer.hours("C01", ALICE), "fail 216 none 24");
}
