//! Whom a control is tested on: spec section 5.

use serde_json::json;

use crate::fixtures::{BUCKET, Edit, GROUP, HOME, OTHER, USER, VPC, at, get_findings};
use crate::harness::TestDir;

const READ: &str = "s3-bucket-public-read-prohibited";
const LOGGING: &str = "s3-bucket-logging-enabled";

fn fully_attested() -> TestDir {
    let dir = TestDir::new();
    HOME.attest_window(&dir);
    dir
}

#[test]
fn what_only_the_inventory_shows_is_in_the_population_and_not_tested() {
    let dir = fully_attested();
    HOME.history(&dir, GROUP, &at(12, 0), &[HOME.item(GROUP, "sg-1", &at(12, 0))]);
    let answer = dir.answer(&[]);
    assert_eq!(answer.counts("C10"), "1 = 0 tested (0 failed) + 0 not applicable + 1 not tested");
    let row = &answer.subjects("C10")[0];
    assert_eq!((row["inventory_only"].as_str(), row["status_at_end"].as_str()), ("true", "NO_EVIDENCE"));
}

#[test]
fn what_did_not_exist_in_the_window_is_not_in_the_population() {
    let dir = fully_attested();
    let gone = [HOME.item(GROUP, "sg-gone", &at(5, 0)), HOME.deletion(GROUP, "sg-gone", &at(10, 0))];
    let made_later = [HOME.item(GROUP, "sg-later", &at(21, 0))];
    HOME.history(&dir, GROUP, &at(21, 0), &[&gone[..], &made_later].concat());
    HOME.judge(&dir, (GROUP, "sg-gone"), &at(6, 0), ("restricted-ssh", "NON_COMPLIANT"));
    HOME.judge(&dir, (GROUP, "sg-later"), &at(22, 0), ("restricted-ssh", "NON_COMPLIANT"));
    assert_eq!(dir.answer(&[]).results_of("C10"), [""; 0]);
}

#[test]
fn what_only_streams_speak_of_is_in_the_population() {
    let dir = fully_attested();
    HOME.judge(&dir, (GROUP, "sg-said"), &at(12, 0), ("restricted-ssh", "INSUFFICIENT_DATA"));
    let answer = dir.answer(&[]);
    assert_eq!(answer.results_of("C10"), ["sg-said not_tested"]);
    assert_eq!(answer.subjects("C10")[0]["inventory_only"], "false");
}

#[test]
fn a_stream_that_ended_before_the_window_makes_no_subject() {
    let dir = fully_attested();
    HOME.judge(&dir, (GROUP, "sg-1"), &at(6, 0), ("restricted-ssh", "NON_COMPLIANT"));
    let end = HOME.compliance(GROUP, "sg-1", &at(8, 0), &[]).set("/configurationItemStatus", "ResourceDeleted");
    HOME.history(&dir, "AWS::Config::ResourceCompliance", &at(8, 0), &[end]);
    assert_eq!(dir.answer(&[]).results_of("C10"), [""; 0]);
}

#[test]
fn account_level_controls_always_have_every_account() {
    let dir = fully_attested();
    OTHER.attest_window(&dir);
    let answer = dir.answer(&[]);
    for control in ["C04", "C05", "C12"] {
        assert_eq!(answer.counts(control), "2 = 0 tested (0 failed) + 0 not applicable + 2 not tested", "{control}");
    }
}

#[test]
fn trail_buckets_are_those_that_some_trail_delivers_to_in_the_window() {
    let dir = fully_attested();
    OTHER.attest_window(&dir);
    for bucket in ["logs", "old-logs", "data"] {
        OTHER.judge(&dir, (BUCKET, bucket), &at(10, 0), (READ, "NON_COMPLIANT"));
    }
    assert_eq!(dir.answer(&[]).results_of("C08").len(), 3, "no trail is in the evidence");
    assert!(dir.answer(&[]).control("C08")["notes"].to_string().contains("holds no trail"));
    // The trail belongs to another account than the bucket, and changed its bucket before the window.
    let moved = [HOME.trail("main", "old-logs", &at(5, 0)), HOME.trail("main", "logs", &at(9, 0))];
    HOME.history(&dir, "AWS::CloudTrail::Trail", &at(9, 0), &moved);
    let answer = dir.answer(&[]);
    assert_eq!(answer.results_of("C08"), ["logs failed"]);
    assert_eq!(answer.control("C08")["notes"], json!([]));
}

#[test]
fn a_trail_that_changes_its_bucket_in_the_window_has_both() {
    let dir = fully_attested();
    for bucket in ["logs", "old-logs", "data"] {
        HOME.judge(&dir, (BUCKET, bucket), &at(10, 0), (READ, "COMPLIANT"));
    }
    let moved = [HOME.trail("main", "old-logs", &at(5, 0)), HOME.trail("main", "logs", &at(15, 0))];
    HOME.history(&dir, "AWS::CloudTrail::Trail", &at(15, 0), &moved);
    assert_eq!(dir.answer(&[]).results_of("C08"), ["logs passed", "old-logs passed"]);
}

#[test]
fn a_trail_that_was_deleted_before_the_window_delivers_nowhere() {
    let dir = fully_attested();
    HOME.judge(&dir, (BUCKET, "logs"), &at(10, 0), (READ, "NON_COMPLIANT"));
    let trail = HOME.trail("main", "logs", &at(5, 0));
    let arn = trail["ARN"].clone();
    let gone = HOME.deletion("AWS::CloudTrail::Trail", "main", &at(8, 0)).set("/ARN", arn);
    HOME.history(&dir, "AWS::CloudTrail::Trail", &at(8, 0), &[trail, gone]);
    assert_eq!(dir.answer(&[]).results_of("C08"), [""; 0]);
}

#[test]
fn an_item_of_a_trail_that_is_not_recorded_is_no_trail() {
    let dir = fully_attested();
    HOME.judge(&dir, (BUCKET, "data"), &at(10, 0), (READ, "COMPLIANT"));
    let trail = HOME.trail("main", "logs", &at(5, 0)).set("/configurationItemStatus", "ResourceNotRecorded");
    HOME.history(&dir, "AWS::CloudTrail::Trail", &at(8, 0), &[trail.without("/configuration")]);
    assert_eq!(dir.answer(&[]).results_of("C08"), ["data passed"]);
}

#[test]
fn a_tag_in_the_engagement_file_chooses_buckets_by_their_whole_history() {
    let dir = fully_attested();
    let tagged = |id: &str, time: &str, tags: serde_json::Value| HOME.item(BUCKET, id, time).set("/tags", tags);
    let of_bucket = json!({ "BucketTaggingConfiguration": { "tagSets": [{ "tags": { "class": "restricted" } }] } });
    let items = [
        tagged("now", &at(5, 0), json!({ "class": "restricted" })),
        tagged("once", &at(5, 0), json!({ "class": "restricted" })),
        tagged("once", &at(6, 0), json!({})),
        tagged("elsewhere", &at(5, 0), json!({})).set("/supplementaryConfiguration", of_bucket),
        tagged("other-value", &at(5, 0), json!({ "class": "public" })),
        tagged("other-case", &at(5, 0), json!({ "Class": "restricted" })),
    ];
    HOME.history(&dir, BUCKET, &at(6, 0), &items);
    for bucket in ["now", "once", "elsewhere", "other-value", "other-case"] {
        HOME.judge(&dir, (BUCKET, bucket), &at(10, 0), (LOGGING, "COMPLIANT"));
    }
    assert_eq!(dir.answer(&[]).results_of("C14").len(), 5, "without an engagement file all are tested");
    let tag = |values: &str| format!("[controls.C14]\ntag = {{ key = \"class\", values = [{values}] }}\n");
    let answer = dir.answer_under(&tag("\"restricted\""), &[]);
    assert_eq!(answer.results_of("C14"), ["elsewhere passed", "now passed", "once passed"]);
    assert!(answer.control("C14")["notes"].to_string().contains("carried the tag class with restricted"));
    assert_eq!(dir.answer_under(&tag(""), &[]).results_of("C14").len(), 4, "any value");
    assert_eq!(dir.answer_under(&tag("\"restricted\""), &[]).results_of("C16").len(), 5, "C16 has no tag");
}

#[test]
fn the_inventory_of_default_groups_is_those_of_the_name_that_have_a_network() {
    let dir = fully_attested();
    let group = |id: &str, configuration: serde_json::Value| {
        HOME.item(GROUP, id, &at(5, 0)).set("/configuration", configuration)
    };
    let items = [
        group("sg-default", json!({ "groupName": "default", "vpcId": "vpc-1" })),
        group("sg-classic", json!({ "groupName": "default" })),
        group("sg-web", json!({ "groupName": "web-default", "vpcId": "vpc-1" })),
    ];
    HOME.history(&dir, GROUP, &at(5, 0), &items);
    let answer = dir.answer(&[]);
    assert_eq!(answer.results_of("C11"), ["sg-default not_tested"]);
    assert_eq!(answer.results_of("C10").len(), 3);
}

#[test]
fn the_inventory_of_policies_is_those_the_account_made() {
    let dir = fully_attested();
    let policy = |id: &str, arn: &str| HOME.item("AWS::IAM::Policy", id, &at(5, 0)).set("/ARN", arn);
    let items = [
        policy("ANPAEXAMPLEOWN0000001", "arn:aws:iam::011122223333:policy/own"),
        policy("ANPAEXAMPLEAWS0000001", "arn:aws:iam::aws:policy/AdministratorAccess"),
    ];
    HOME.history(&dir, "AWS::IAM::Policy", &at(5, 0), &items);
    assert_eq!(dir.answer(&[]).results_of("C07"), ["ANPAEXAMPLEOWN0000001 not_tested"]);
}

#[test]
fn an_absent_time_is_neither_tested_nor_untested_time() {
    let dir = fully_attested();
    HOME.history(&dir, VPC, &at(15, 0), &[HOME.item(VPC, "vpc-1", &at(5, 0)), HOME.deletion(VPC, "vpc-1", &at(15, 0))]);
    HOME.judge(&dir, (VPC, "vpc-1"), &at(10, 0), ("vpc-flow-logs-enabled", "COMPLIANT"));
    let answer = dir.answer(&[]);
    assert_eq!(answer.hours("C15", "vpc-1"), "pass 96 absent 144");
    let control = answer.control("C15");
    assert_eq!((control["passing_at_end"].as_u64(), control["pass_rate_at_end"].as_f64()), (Some(0), None));
    assert_eq!(answer.conclusion("C15"), "no_exceptions_noted");
}

#[test]
fn figures_by_account_and_source_split_the_whole() {
    let dir = fully_attested();
    OTHER.attest_window(&dir);
    HOME.history(&dir, USER, &at(5, 0), &[HOME.user("AIDAEXAMPLEALICE00001", "alice", &at(5, 0))]);
    OTHER.judge(&dir, (USER, "AIDAEXAMPLEBOB0000001"), &at(10, 0), ("access-keys-rotated", "NON_COMPLIANT"));
    let carol = ("AwsIamUser", "arn:aws:iam::444455556666:user/carol");
    dir.json("findings.json", &get_findings(&[OTHER.finding("IAM.3", carol, &at(12, 0), "PASSED")]));
    let answer = dir.answer(&[]);
    let control = answer.control("C03");
    assert_eq!(answer.counts("C03"), "3 = 2 tested (1 failed) + 0 not applicable + 1 not tested");
    let of = |split: &str, name: &str| crate::harness::counts(&control[split][name]);
    assert_eq!(of("by_account", HOME.account), "1 = 0 tested (0 failed) + 0 not applicable + 1 not tested");
    assert_eq!(of("by_account", OTHER.account), "2 = 2 tested (1 failed) + 0 not applicable + 0 not tested");
    assert_eq!(of("by_source", "config"), "3 = 1 tested (1 failed) + 0 not applicable + 2 not tested");
    assert_eq!(of("by_source", "securityhub"), "3 = 1 tested (0 failed) + 0 not applicable + 2 not tested");
}
