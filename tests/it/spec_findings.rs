//! Security Hub findings: spec section 3.5, and which test they speak for: section 11.

use serde_json::{Value, json};

use crate::fixtures::{
    Edit, GROUP, HOME, OTHER, at, concatenated, findings_event, get_findings, json_lines, logs_message, sns,
};
use crate::harness::{Answer, TestDir, gzip};

/// A finding of the SSH control on `sg-1`.
fn ssh(time: &str, status: &str) -> Value {
    HOME.finding("EC2.13", ("AwsEc2SecurityGroup", &HOME.group_arn("sg-1")), time, status)
}

/// The answer to findings, and a last one on another group that carries the horizon to day 20.
fn answer_to(findings: &[Value]) -> Answer {
    let dir = TestDir::new();
    let last = HOME.finding(
        "EC2.8",
        ("AwsEc2Instance", "arn:aws:ec2:eu-west-1:011122223333:instance/i-1"),
        &at(20, 0),
        "PASSED",
    );
    dir.json("findings.json", &get_findings(&[findings, &[last]].concat()));
    dir.answer(&[])
}

fn reason(finding: Value, code: &str) -> Value {
    finding.set("/Compliance/StatusReasons", json!([{ "ReasonCode": code, "Description": "because" }]))
}

#[test]
fn each_status_has_its_meaning() {
    let rows = [
        (ssh(&at(12, 0), "PASSED"), "pass 216 none 24"),
        (ssh(&at(12, 0), "FAILED"), "fail 216 none 24"),
        (ssh(&at(12, 0), "WARNING"), "none 240"),
        (ssh(&at(12, 0), "NOT_AVAILABLE"), "none 240"),
        (reason(ssh(&at(12, 0), "NOT_AVAILABLE"), "CONFIG_RULE_EVALUATION_ERROR"), "none 240"),
        (reason(ssh(&at(12, 0), "NOT_AVAILABLE"), "CONFIG_RETURNS_NOT_APPLICABLE"), "na 216 none 24"),
    ];
    for (finding, hours) in rows {
        let shown = finding["Compliance"].to_string();
        assert_eq!(answer_to(&[finding]).hours("C10", "sg-1"), hours, "{shown}");
    }
}

#[test]
fn an_archived_finding_has_stopped_speaking_whatever_its_status() {
    for status in ["FAILED", "PASSED", "NOT_AVAILABLE"] {
        let archived = ssh(&at(15, 0), status).set("/RecordState", "ARCHIVED");
        let answer = answer_to(&[ssh(&at(12, 0), "FAILED"), archived]);
        assert_eq!(answer.exceptions("C10"), ["sg-1 12T00:00 .. 15T00:00"], "{status}");
        assert_eq!(answer.hours("C10", "sg-1"), "fail 72 none 168", "{status}");
    }
}

#[test]
fn a_finding_that_was_only_ever_archived_makes_no_subject() {
    let answer = answer_to(&[ssh(&at(12, 0), "FAILED").set("/RecordState", "ARCHIVED")]);
    assert_eq!(answer.results_of("C10"), [""; 0]);
}

#[test]
fn a_suppressed_failure_stays_a_failure_and_is_marked() {
    let suppressed = ssh(&at(12, 0), "FAILED").set("/Workflow/Status", "SUPPRESSED");
    assert_eq!(answer_to(&[suppressed]).exceptions("C10"), ["sg-1 12T00:00 .. 21T00:00 ongoing suppressed"]);
    let retired = ssh(&at(12, 0), "FAILED").set("/WorkflowState", "SUPPRESSED");
    assert_eq!(answer_to(&[retired]).exceptions("C10"), ["sg-1 12T00:00 .. 21T00:00 ongoing"]);
}

#[test]
fn a_failure_suppressed_half_way_is_not_marked() {
    let later = ssh(&at(15, 0), "FAILED").set("/Workflow/Status", "SUPPRESSED");
    let answer = answer_to(&[ssh(&at(12, 0), "FAILED"), later]);
    assert_eq!(answer.exceptions("C10"), ["sg-1 12T00:00 .. 21T00:00 ongoing"]);
}

#[test]
fn a_sample_finding_is_no_evidence() {
    let answer = answer_to(&[ssh(&at(12, 0), "FAILED").set("/Sample", true)]);
    assert_eq!(answer.results_of("C10"), [""; 0]);
    assert_eq!(answer.fate("findings.json"), "accepted securityhub_findings 2 = 1 kept + 0 dup + 1 aside + 0 bad");
}

#[test]
fn a_pass_on_the_account_where_nothing_was_evaluated_makes_no_subject_and_is_counted() {
    let account = ("AwsAccount", "AWS::::Account:011122223333");
    let empty = reason(HOME.finding("IAM.5", account, &at(12, 0), "PASSED"), "CONFIG_EVALUATIONS_EMPTY");
    let answer = answer_to(&[empty]);
    assert_eq!(answer.results_of("C01"), [""; 0]);
    assert_eq!(answer.conclusion("C01"), "not_tested");
    let notes = answer.control("C01")["notes"].to_string();
    assert!(notes.contains("1 finding on resources of other types says that nothing was evaluated"), "{notes}");
}

#[test]
fn of_two_records_of_one_moment_the_one_processed_later_wins() {
    let passed = ssh(&at(12, 0), "PASSED").set("/ProcessedAt", at(12, 2));
    let failed = ssh(&at(12, 0), "FAILED").set("/ProcessedAt", at(12, 1));
    for order in [[passed.clone(), failed.clone()], [failed, passed]] {
        assert_eq!(answer_to(&order).hours("C10", "sg-1"), "pass 216 none 24");
    }
}

#[test]
fn of_two_records_of_one_moment_that_nothing_tells_apart_the_worse_counts() {
    for processed in [None, Some(at(12, 1))] {
        let stamped = |finding: Value| match &processed {
            Some(time) => finding.set("/ProcessedAt", time.clone()),
            None => finding,
        };
        let (passed, failed) = (stamped(ssh(&at(12, 0), "PASSED")), stamped(ssh(&at(12, 0), "FAILED")));
        for order in [[passed.clone(), failed.clone()], [failed.clone(), passed.clone()]] {
            assert_eq!(answer_to(&order).hours("C10", "sg-1"), "fail 216 none 24");
        }
    }
}

#[test]
fn findings_from_before_consolidation_are_known_by_benchmark_version_and_number() {
    let group = HOME.group_arn("sg-1");
    let rows = [
        ("C10", "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0/rule/4.1"),
        ("C10", "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0/rule/4.2"),
        ("C10", "pci-dss/v/3.2.1/PCI.EC2.5"),
        ("C11", "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0/rule/4.3"),
        ("C11", "cis-aws-foundations-benchmark/v/1.4.0/5.3"),
        ("C11", "aws-foundational-security-best-practices/v/1.0.0/EC2.2"),
    ];
    for (control, generator) in rows {
        let finding = HOME.finding("X.1", ("AwsEc2SecurityGroup", &group), &at(12, 0), "FAILED");
        let finding = finding.without("/Compliance/SecurityControlId").set("/GeneratorId", generator);
        let answer = answer_to(&[finding]);
        assert_eq!(answer.results_of(control), ["sg-1 failed"], "{generator}");
    }
}

#[test]
fn one_number_means_another_control_in_another_standard() {
    // PCI.IAM.1 is IAM.4 (root keys), not IAM.1 (administrator policies).
    let account = ("AwsAccount", "AWS::::Account:011122223333");
    let finding = HOME.finding("X.1", account, &at(12, 0), "FAILED").without("/Compliance/SecurityControlId");
    let answer = answer_to(&[finding.set("/GeneratorId", "pci-dss/v/3.2.1/PCI.IAM.1")]);
    assert_eq!(answer.results_of("C05"), ["011122223333 failed"]);
    assert_eq!(answer.results_of("C07"), [""; 0]);
}

#[test]
fn a_number_of_a_benchmark_is_also_found_in_the_product_fields() {
    let finding = ssh(&at(12, 0), "FAILED").without("/Compliance/SecurityControlId").set("/GeneratorId", "custom");
    let finding = finding.set(
        "/ProductFields",
        json!({
            "StandardsGuideArn": "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0",
            "RuleId": "4.1"
        }),
    );
    assert_eq!(answer_to(&[finding]).results_of("C10"), ["sg-1 failed"]);
}

#[test]
fn a_control_that_is_only_related_speaks_for_no_test_and_is_listed() {
    for control in ["EC2.19", "EC2.53", "EC2.18"] {
        let finding = HOME.finding(control, ("AwsEc2SecurityGroup", &HOME.group_arn("sg-1")), &at(12, 0), "FAILED");
        let answer = answer_to(&[finding]);
        assert_eq!(answer.results_of("C10"), [""; 0]);
        let listed = answer.results()["unmapped_findings"].to_string();
        assert!(listed.contains(control), "{listed}");
    }
}

#[test]
fn a_finding_without_a_compliance_status_judges_nothing() {
    let finding = ssh(&at(12, 0), "FAILED").without("/Compliance");
    let answer = answer_to(&[finding]);
    assert_eq!(answer.results_of("C10"), [""; 0]);
}

#[test]
fn one_control_may_speak_for_two_tests() {
    let bucket = ("AwsS3Bucket", "arn:aws:s3:::trail-logs");
    let answer = answer_to(&[HOME.finding("CloudTrail.6", bucket, &at(12, 0), "FAILED")]);
    let tests = &answer.table("exceptions.csv")[0]["tests"];
    assert_eq!(tests, "S3_BUCKET_PUBLIC_READ_PROHIBITED;S3_BUCKET_PUBLIC_WRITE_PROHIBITED");
}

#[test]
fn a_finding_is_one_fact_in_every_envelope() {
    let events: Vec<Value> = [ssh(&at(12, 0), "FAILED"), ssh(&at(15, 0), "PASSED")]
        .iter()
        .map(|finding| findings_event(finding, "2026-01-15T00:00:01Z"))
        .collect();
    let bare = [ssh(&at(12, 0), "FAILED"), ssh(&at(15, 0), "PASSED")];
    let envelopes: Vec<(&str, Vec<u8>)> = vec![
        ("get-findings", get_findings(&bare).to_string().into_bytes()),
        ("array", Value::from(bare.to_vec()).to_string().into_bytes()),
        ("lines", json_lines(&bare).into_bytes()),
        ("events in lines", json_lines(&events).into_bytes()),
        ("events concatenated", concatenated(&events).into_bytes()),
        ("array of events", Value::from(events.clone()).to_string().into_bytes()),
        ("log subscription", logs_message(&events).to_string().into_bytes()),
        (
            "several log subscriptions",
            concatenated(&[logs_message(&events[..1]), logs_message(&events[1..])]).into_bytes(),
        ),
        ("SNS", concatenated(&[sns(&events[0]), sns(&events[1])]).into_bytes()),
        ("gzip without suffix", gzip(concatenated(&events).as_bytes())),
    ];
    for (name, bytes) in &envelopes {
        let dir = TestDir::new();
        dir.evidence("delivered", bytes);
        let answer = dir.answer(&[]);
        assert_eq!(
            answer.fate("delivered"),
            "accepted securityhub_findings 2 = 2 kept + 0 dup + 0 aside + 0 bad",
            "{name}"
        );
        assert_eq!(answer.exceptions("C10"), ["sg-1 12T00:00 .. 15T00:00"], "{name}");
        let row = &answer.subjects("C10")[0];
        assert_eq!((row["account"].as_str(), row["region"].as_str()), (HOME.account, HOME.region), "{name}");
    }
}

#[test]
fn copies_from_several_hubs_count_once() {
    let dir = TestDir::new();
    let finding = ssh(&at(12, 0), "FAILED");
    dir.json("hub-1/findings.json", &get_findings(std::slice::from_ref(&finding)));
    dir.json("hub-2/events", &findings_event(&finding, "2026-01-12T00:00:01Z"));
    dir.json("hub-3/findings.json.gz", &get_findings(std::slice::from_ref(&finding)));
    let answer = dir.answer(&[]);
    assert_eq!(answer.exceptions("C10"), ["sg-1 12T00:00 .. 13T12:00"]);
    assert_eq!(answer.counts("C10"), "1 = 1 tested (1 failed) + 0 not applicable + 0 not tested");
}

#[test]
fn a_finding_and_its_ocsf_form_are_the_same_fact() {
    let time = at(12, 0);
    let ocsf = json!({
        "class_uid": 2003,
        "time": 1_768_176_000_000_i64,
        "activity_id": 2,
        "status": "New",
        "cloud": { "provider": "AWS", "region": HOME.region, "account": { "uid": HOME.account } },
        "compliance": { "control": "EC2.13", "status": "FAILED" },
        "finding_info": {
            "uid": ssh(&time, "FAILED")["Id"],
            "title": "A control of Example Corp",
            "modified_time_dt": time
        },
        "metadata": {
            "version": "1.1.0",
            "product": { "name": "Security Hub", "uid": "arn:aws:securityhub:eu-west-1::product/aws/securityhub" }
        },
        "resource": { "type": "AwsEc2SecurityGroup", "uid": HOME.group_arn("sg-1"), "region": HOME.region },
        "unmapped": { "RecordState": "ACTIVE" }
    });
    let dir = TestDir::new();
    dir.json("asff.json", &get_findings(&[ssh(&time, "FAILED")]));
    let of_asff = dir.answer(&[]).exceptions("C10");
    let dir = TestDir::new();
    dir.json("ocsf.json", &ocsf);
    let answer = dir.answer(&[]);
    assert_eq!(answer.fate("ocsf.json"), "accepted ocsf_findings 1 = 1 kept + 0 dup + 0 aside + 0 bad");
    assert_eq!(answer.exceptions("C10"), of_asff);
}

#[test]
fn a_finding_is_about_each_of_its_resources_of_the_right_type() {
    let resources = json!([
        { "Type": "AwsEc2SecurityGroup", "Id": HOME.group_arn("sg-1"), "Region": HOME.region },
        { "Type": "AwsEc2SecurityGroup", "Id": HOME.group_arn("sg-2"), "Region": HOME.region },
        { "Type": "AwsEc2Instance", "Id": "arn:aws:ec2:eu-west-1:011122223333:instance/i-1" }
    ]);
    let answer = answer_to(&[ssh(&at(12, 0), "FAILED").set("/Resources", resources)]);
    assert_eq!(answer.results_of("C10"), ["sg-1 failed", "sg-2 failed"]);
}

#[test]
fn two_findings_of_one_subject_are_two_streams() {
    // Two standards, one check: one of them stops speaking, the other still fails.
    let first = ssh(&at(12, 0), "FAILED");
    let second = ssh(&at(13, 0), "FAILED").set("/Id", "finding/other-standard");
    let archived = ssh(&at(15, 0), "FAILED").set("/RecordState", "ARCHIVED");
    assert_eq!(answer_to(&[first, second, archived]).exceptions("C10"), ["sg-1 12T00:00 .. 21T00:00 ongoing"]);
}

#[test]
fn the_subject_of_a_finding_belongs_to_the_account_its_name_states() {
    let finding = OTHER.finding("EC2.13", ("AwsEc2SecurityGroup", &HOME.group_arn("sg-1")), &at(12, 0), "FAILED");
    let rows = answer_to(&[finding]).subjects("C10");
    assert_eq!((rows[0]["account"].as_str(), rows[0]["resource_type"].as_str()), (HOME.account, GROUP));
}
