//! OCSF findings of each class, whole and broken.

use serde_json::{Value, json};

use super::decode_ocsf;
use crate::formats::records::{Decoded, FindingRecord, Record, RecordError};
use crate::formats::security_hub::decode_finding;
use crate::model::{Instant, ProblemCode};

const ID: &str = "arn:aws:securityhub:eu-west-1:012345678901:subscription/pci-dss/v/3.2.1/PCI.IAM.2/finding/7d61";

/// As Security Lake writes it since source version 2.
fn lake_finding() -> Value {
    json!({
        "activity_id": 2, "class_uid": 2003, "type_uid": 200_302,
        "cloud": {"account": {"uid": "012345678901"}, "provider": "AWS", "region": "eu-west-1"},
        "compliance": {
            "control": "IAM.2", "requirements": ["PCI DSS 7.2.1"], "standards": ["standards/pci-dss/v/3.2.1"],
            "status": "FAILED", "status_code": "SOME_REASON"
        },
        "finding_info": {
            "modified_time_dt": "2026-03-04T07:06:07.089+02:00", "uid": ID,
            "title": "PCI.IAM.2 IAM users should not have IAM policies attached"
        },
        "metadata": {
            "processed_time_dt": "2026-03-04T07:06:09.001+02:00",
            "product": {
                "feature": {"uid": "pci-dss/v/3.2.1/PCI.IAM.2"}, "name": "Security Hub",
                "uid": "arn:aws:securityhub:eu-west-1::product/aws/securityhub"
            },
            "version": "1.1.0"
        },
        "resource": {"region": "eu-west-1", "type": "AwsIamUser", "uid": "arn:aws:iam::012345678901:user/alice"},
        "severity": "Medium", "severity_id": 3, "status": "New",
        "time": 1_772_600_767_089_i64, "time_dt": "2026-03-04T07:06:07.089+02:00",
        "unmapped": {
            "ProductFields.ControlId": "PCI.IAM.2",
            "ProductFields.StandardsArn": "arn:aws:securityhub:::standards/pci-dss/v/3.2.1",
            "ProductFields.RelatedAWSResources:0/name": "securityhub-iam-user-no-policies-check-1a2b3c4d",
            "ProductFields.RelatedAWSResources:0/type": "AWS::Config::ConfigRule",
            "RecordState": "ACTIVE", "WorkflowState": "NEW", "Severity.Normalized": "40"
        }
    })
}

/// The same finding as Security Hub's own export has it.
fn twin() -> Value {
    json!({
        "Id": ID, "ProductArn": "arn:aws:securityhub:eu-west-1::product/aws/securityhub",
        "GeneratorId": "pci-dss/v/3.2.1/PCI.IAM.2", "AwsAccountId": "012345678901", "Region": "eu-west-1",
        "UpdatedAt": "2026-03-04T05:06:07.089Z", "ProcessedAt": "2026-03-04T05:06:09.001Z",
        "Severity": {"Label": "MEDIUM"}, "Title": "PCI.IAM.2 IAM users should not have IAM policies attached",
        "Compliance": {
            "Status": "FAILED", "SecurityControlId": "IAM.2", "StatusReasons": [{"ReasonCode": "SOME_REASON"}]
        },
        "ProductFields": {
            "ControlId": "PCI.IAM.2", "StandardsArn": "arn:aws:securityhub:::standards/pci-dss/v/3.2.1",
            "RelatedAWSResources:0/name": "securityhub-iam-user-no-policies-check-1a2b3c4d",
            "RelatedAWSResources:0/type": "AWS::Config::ConfigRule"
        },
        "Resources": [{"Type": "AwsIamUser", "Id": "arn:aws:iam::012345678901:user/alice", "Region": "eu-west-1"}],
        "RecordState": "ACTIVE", "Workflow": {"Status": "NEW"}
    })
}

/// As `get-findings-v2` gives it.
fn new_hub_finding() -> Value {
    json!({
        "activity_id": 1, "class_uid": 2003, "type_uid": 200_301,
        "cloud": {"account": {"uid": "012345678901"}, "provider": "AWS", "region": "us-east-2"},
        "compliance": {"control": "S3.2", "standards": ["standards/x/v/1.0.0"], "status": "Pass", "status_id": 1},
        "finding_info": {
            "analytic": {
                "category": "AWS::Config::ConfigRule", "name": "securityhub-s3-bucket-public-read-prohibited-1a2b3c4d",
                "type": "Rule", "type_id": 1
            },
            "modified_time": 1_772_600_767_089_i64, "title": "S3 buckets should block public read access",
            "uid": "arn:aws:securityhub:us-east-2:012345678901:security-control/S3.2/finding/1"
        },
        "metadata": {
            "product": {"name": "Security Hub", "uid": "arn:aws:securityhub:us-east-2::productv2/aws/securityhub"},
            "uid": "d1bc", "version": "1.6.0"
        },
        "resources": [{
            "type": "AWS::S3::Bucket", "uid": "logs", "uid_alt": "arn:aws:s3:::logs", "region": "us-east-2",
            "owner": {"account": {"uid": "012345678901"}}
        }],
        "severity": "Informational", "status": "Resolved", "status_id": 4, "time_dt": "2026-03-04T05:06:07.089Z"
    })
}

/// As Security Lake wrote it in source version 1.
fn old_lake_finding() -> Value {
    json!({
        "activity_id": 2, "class_uid": 2001,
        "cloud": {"account_uid": "012345678901", "provider": "AWS", "region": "us-east-1"},
        "compliance": {"requirements": ["PCI1.2"], "status": "PASSED", "status_detail": "…"},
        "finding": {"modified_time": 1_659_636_559_100_i64, "title": "EC2.19 Security groups …", "uid": "finding-1"},
        "metadata": {
            "product": {
                "feature": {"uid": "aws-foundational-security-best-practices/v/1.0.0/EC2.19"},
                "uid": "arn:aws:securityhub:us-east-1::product/aws/securityhub"
            },
            "version": "1.0.0-rc.2"
        },
        "resources": [{
            "details": "{\"AwsEc2SecurityGroup\":{}}", "region": "us-east-1", "type": "AwsEc2SecurityGroup",
            "uid": "arn:aws:ec2:us-east-1:012345678901:security-group/sg-1"
        }],
        "severity": "Informational", "state": "Resolved", "state_id": 4, "status_id": 1, "status": "Success",
        "time": 1_659_636_559_100_i64,
        "unmapped": {
            "Compliance.StatusReasons[].ReasonCode": "CW_ALARMS_NOT_PRESENT,SECOND", "RecordState": "ACTIVE",
            "ProductFields.ControlId": "EC2.19"
        }
    })
}

fn prowler_finding() -> Value {
    json!({
        "activity_id": 1, "class_uid": 2004, "status": "New", "status_id": 1, "status_code": "FAIL",
        "cloud": {"account": {"uid": "012345678901"}, "provider": "aws", "region": "eu-central-1"},
        "finding_info": {"created_time": 1_739_539_623, "title": "Check MFA", "uid": "prowler-aws-x-012345678901-alice"},
        "metadata": {"event_code": "iam_user_mfa_enabled", "product": {"name": "Prowler", "uid": "prowler"}},
        "resources": [{"region": "eu-central-1", "type": "AwsIamUser", "uid": "arn:aws:iam::012345678901:user/alice"}],
        "severity": "High", "time": 1_739_539_623, "time_dt": "2025-02-14T14:27:03.913874",
        "unmapped": {"categories": [], "compliance": {"CIS-3.0": ["1.10"]}, "notes": ""}
    })
}

fn decode(finding: &Value) -> Result<Decoded, RecordError> {
    decode_ocsf(finding.to_string().as_bytes(), None)
}

fn kept(finding: &Value) -> FindingRecord {
    match decode(finding) {
        Ok(Decoded::Kept(Record::Finding(record))) => *record,
        other => panic!("{other:?} from {finding}"),
    }
}

fn refused(finding: &Value) -> RecordError {
    decode(finding).expect_err("should be refused")
}

/// The finding with the value at a JSON pointer set; its parent has to be there.
fn with(mut finding: Value, path: &str, value: Value) -> Value {
    let (parent, name) = path.rsplit_once('/').unwrap();
    finding.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(name.into(), value);
    finding
}

fn bad(what: &str) -> RecordError {
    RecordError { code: ProblemCode::BadRecord, what: what.into() }
}

fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

#[test]
fn a_security_lake_finding_is_its_twin_in_asff() {
    let Ok(Decoded::Kept(Record::Finding(twin))) = decode_finding(twin().to_string().as_bytes(), None) else {
        panic!()
    };
    assert_eq!(kept(&lake_finding()), *twin);
}

#[test]
fn a_finding_of_the_new_hub_is_read() {
    let finding = kept(&new_hub_finding());
    assert_eq!(finding.product_arn, "arn:aws:securityhub:us-east-2::productv2/aws/securityhub");
    assert_eq!(finding.compliance_status, "PASSED");
    assert_eq!(finding.security_control_id, "S3.2");
    assert_eq!(finding.config_rule_name, "securityhub-s3-bucket-public-read-prohibited-1a2b3c4d");
    assert_eq!(finding.generator_id, finding.config_rule_name);
    assert_eq!(finding.updated_at, instant("2026-03-04T05:06:07.089Z"));
    assert_eq!(finding.workflow_status, "RESOLVED");
    assert_eq!(finding.record_state, "ACTIVE");
    let resource = &finding.resources[0];
    assert_eq!(
        (resource.resource_type.as_str(), resource.resource_id.as_str()),
        ("AWS::S3::Bucket", "arn:aws:s3:::logs")
    );
    let other = with(new_hub_finding(), "/finding_info/analytic/category", json!("Posture"));
    assert_eq!(kept(&other).config_rule_name, "");
    let stated = with(new_hub_finding(), "/unmapped", json!({"ProductFields.aws/config/ConfigRuleName": "my-rule"}));
    assert_eq!(kept(&stated).config_rule_name, "my-rule");
}

#[test]
fn a_finding_of_the_old_lake_is_read() {
    let finding = kept(&old_lake_finding());
    assert_eq!((finding.finding_id.as_str(), finding.account.as_str()), ("finding-1", "012345678901"));
    assert_eq!((finding.compliance_status.as_str(), finding.workflow_status.as_str()), ("PASSED", "RESOLVED"));
    assert_eq!(finding.reason_codes, ["CW_ALARMS_NOT_PRESENT", "SECOND"]);
    let repeated = with(old_lake_finding(), "/compliance/status_code", json!("SECOND"));
    assert_eq!(kept(&repeated).reason_codes, ["SECOND", "CW_ALARMS_NOT_PRESENT"]);
    assert_eq!(finding.standard_control_id, "EC2.19");
    assert_eq!(finding.updated_at, instant("2022-08-04T18:09:19.100Z"));
    assert_eq!(finding.resources[0].resource_type, "AWS::EC2::SecurityGroup");
    assert_eq!(refused(&with(old_lake_finding(), "/finding", json!({}))), bad("`finding.uid` is missing"));
}

#[test]
fn a_prowler_finding_is_read() {
    let finding = kept(&prowler_finding());
    assert_eq!(finding.product_arn, "ocsf:product/prowler");
    assert_eq!(finding.generator_id, "iam_user_mfa_enabled");
    assert_eq!(finding.updated_at, instant("2025-02-14T13:27:03Z"));
    assert_eq!(finding.severity, "HIGH");
    assert_eq!(finding.resources[0].resource_type, "AWS::IAM::User");
    for (code, expected) in [("PASS", "PASSED"), ("FAIL", "FAILED"), ("MANUAL", "NOT_AVAILABLE"), ("", ""), ("x", "")] {
        assert_eq!(kept(&with(prowler_finding(), "/status_code", json!(code))).compliance_status, expected, "{code}");
    }
    let muted = with(prowler_finding(), "/status_id", json!(3));
    assert_eq!(
        (kept(&muted).workflow_status.as_str(), kept(&muted).compliance_status.as_str()),
        ("SUPPRESSED", "FAILED")
    );
    let without_uid = with(prowler_finding(), "/metadata/product", json!({"uid": "Prowler"}));
    assert_eq!(kept(&without_uid).product_arn, "ocsf:product/prowler");
    let nameless = with(prowler_finding(), "/metadata/product", json!({}));
    assert_eq!(refused(&nameless), bad("`metadata.product` has neither `uid` nor `name`"));
}

#[test]
fn a_status_code_is_no_result_of_a_compliance_finding() {
    let finding = with(with(lake_finding(), "/status_code", json!("PASS")), "/compliance", json!({}));
    assert_eq!(kept(&finding).compliance_status, "");
}

#[test]
fn the_result_is_the_number_else_the_word() {
    for (number, word, expected) in [
        (json!(1), json!(null), "PASSED"),
        (json!(2), json!("Warning"), "WARNING"),
        (json!(3), json!("Whatever"), "FAILED"),
        (json!(3.0), json!("FAILED"), "FAILED"),
        (json!(0), json!("Pass"), "PASSED"),
        (json!(99), json!("Other"), "NOT_AVAILABLE"),
        (json!(0), json!(null), "NOT_AVAILABLE"),
        (json!(null), json!("pAsSeD"), "PASSED"),
        (json!(null), json!("Fail"), "FAILED"),
        (json!(null), json!("WARNING"), "WARNING"),
        (json!(null), json!("NOT_AVAILABLE"), "NOT_AVAILABLE"),
        (json!(null), json!("Unknown"), "NOT_AVAILABLE"),
        (json!(null), json!(""), ""),
        (json!(null), json!(null), ""),
    ] {
        let finding = with(lake_finding(), "/compliance/status_id", number);
        assert_eq!(kept(&with(finding, "/compliance/status", word)).compliance_status, expected);
    }
    let contradicting = with(lake_finding(), "/compliance/status_id", json!(1));
    let what = "`compliance.status_id` says PASSED and `compliance.status` says FAILED";
    assert_eq!(refused(&contradicting), bad(what));
}

#[test]
fn closed_or_archived_is_archived() {
    assert_eq!(kept(&with(lake_finding(), "/activity_id", json!(3))).record_state, "ARCHIVED");
    assert_eq!(kept(&with(lake_finding(), "/unmapped/RecordState", json!("ARCHIVED"))).record_state, "ARCHIVED");
    assert_eq!(kept(&with(lake_finding(), "/unmapped", json!(null))).record_state, "ACTIVE");
    assert_eq!(refused(&with(lake_finding(), "/unmapped", json!("{}"))), bad("`unmapped` is not an object"));
}

#[test]
fn the_workflow_is_in_asffs_words() {
    for (number, word, expected) in [
        (json!(1), json!("New"), "NEW"),
        (json!(2), json!(null), "NOTIFIED"),
        (json!(3), json!("New"), "SUPPRESSED"),
        (json!(4), json!(null), "RESOLVED"),
        (json!(null), json!("In Progress"), "NOTIFIED"),
        (json!(null), json!("suppressed"), "SUPPRESSED"),
        (json!(99), json!("Parked"), "Parked"),
        (json!(null), json!(null), ""),
    ] {
        let finding = with(with(lake_finding(), "/status_id", number), "/status", word);
        assert_eq!(kept(&finding).workflow_status, expected);
    }
}

#[test]
fn local_times_are_never_used() {
    let no_time = || with(with(lake_finding(), "/time", json!(null)), "/time_dt", json!("2026-03-04T07:06:07.089"));
    assert_eq!(kept(&no_time()).updated_at, instant("2026-03-04T05:06:07.089Z"));
    let later = with(no_time(), "/time_dt", json!("2026-03-05T00:00:00Z"));
    assert_eq!(kept(&later).updated_at, instant("2026-03-05T00:00:00Z"));
    let local = with(no_time(), "/finding_info/modified_time_dt", json!("2026-03-04T07:06:07.089"));
    assert_eq!(refused(&local).code, ProblemCode::BadTimestamp);
    let by_number = with(local, "/finding_info/modified_time", json!(1_772_600_767.089));
    assert_eq!(kept(&by_number).updated_at, instant("2026-03-04T05:06:07.089Z"));
    let processed = with(lake_finding(), "/metadata/processed_time_dt", json!("2026-03-04T07:06:07.089"));
    assert_eq!(kept(&processed).processed_at, None);
    let wrong = refused(&with(lake_finding(), "/time", json!("2026-03-04T07:06:07")));
    assert_eq!(wrong.code, ProblemCode::BadTimestamp);
    assert_eq!(wrong.what, "`time` has no offset from UTC: `2026-03-04T07:06:07`");
    let seconds = kept(&with(lake_finding(), "/time", json!(1_772_600_767)));
    assert_eq!(seconds.updated_at, instant("2026-03-04T05:06:07Z"));
}

#[test]
fn a_resource_is_known_by_its_name_and_an_account_by_its_number() {
    let detector = "arn:aws:guardduty:us-east-2:012345678901:detector/0";
    for (resource, expected) in [
        (
            json!({"type": "AWS::SQS::Queue", "uid": "https://sqs/q", "uid_alt": "arn:aws:sqs:x:1:q"}),
            "arn:aws:sqs:x:1:q",
        ),
        (json!({"type": "AWS::EC2::VPC", "uid": "vpc-1", "uid_alt": "main"}), "vpc-1"),
        (json!({"type": "AWS::EC2::VPC", "uid_alt": "main"}), "main"),
        (json!({"type": "AWS::::Account", "uid": "012345678901", "uid_alt": detector}), "012345678901"),
        (json!({"type": "AwsAccount", "uid": "arn:aws:iam::012345678901:root"}), "012345678901"),
        (json!({"type": "AwsAccount", "uid": "AWS::::Account:012345678901"}), "012345678901"),
    ] {
        assert_eq!(kept(&with(new_hub_finding(), "/resources", json!([resource]))).resources[0].resource_id, expected);
    }
    for (resources, what) in [
        (json!([{"uid": "x"}]), "`resources[].type` is missing"),
        (json!([{"type": "x"}]), "`resources[].uid` is missing"),
        (json!([{"type": "x", "uid": 1}]), "`resources[].uid` is not text: `1`"),
        (json!([1]), "`resources[]` is not an object"),
        (json!([]), "`resources` names nothing that the finding is about"),
        (json!({}), "`resources` is not a list"),
    ] {
        assert_eq!(refused(&with(new_hub_finding(), "/resources", resources)), bad(what));
    }
}

#[test]
fn other_classes_clouds_and_samples_are_set_aside() {
    for (finding, reason) in [
        (with(lake_finding(), "/class_uid", json!(2002)), "not a compliance finding (class 2002, vulnerability)"),
        (
            with(lake_finding(), "/class_uid", json!(-1)),
            "not a compliance finding (an OCSF class other than 2001, 2003 and 2004)",
        ),
        (with(prowler_finding(), "/cloud/provider", json!("azure")), "about another cloud than AWS"),
        (with(lake_finding(), "/unmapped/Sample", json!("true")), "sample finding"),
    ] {
        assert_eq!(decode(&finding), Ok(Decoded::SetAside(reason)));
    }
    assert_eq!(refused(&with(lake_finding(), "/class_uid", json!(null))), bad("`class_uid` is missing"));
    assert_eq!(refused(&with(lake_finding(), "/class_uid", json!("x"))).code, ProblemCode::BadRecord);
}

#[test]
fn account_and_region_are_those_of_the_finding() {
    let masked = refused(&with(lake_finding(), "/cloud/account/uid", json!("xxxxxxxxxxxx")));
    assert_eq!(masked, bad("`cloud.account.uid` is not an account of twelve digits: `xxxxxxxxxxxx`"));
    assert_eq!(refused(&with(lake_finding(), "/cloud/account", json!({}))), bad("`cloud.account.uid` is missing"));
    assert_eq!(refused(&with(lake_finding(), "/cloud/account", json!(1))), bad("`cloud.account` is not an object"));
    let elsewhere = with(lake_finding(), "/resource/region", json!("us-west-2"));
    assert_eq!(kept(&elsewhere).region.as_str(), "eu-west-1");
    assert_eq!(kept(&with(elsewhere, "/cloud/region", json!(null))).region.as_str(), "us-west-2");
}

#[test]
fn members_of_the_wrong_kind_are_named() {
    for path in ["/cloud", "/compliance", "/finding_info", "/metadata", "/metadata/product", "/unmapped"] {
        let name = path.trim_start_matches('/').replace('/', ".");
        assert_eq!(refused(&with(lake_finding(), path, json!([1]))), bad(&format!("`{name}` is not an object")));
    }
    for path in ["/activity_id", "/status_id", "/compliance/status_id"] {
        let name = path.trim_start_matches('/').replace('/', ".");
        let what = format!("`{name}` is not a whole number: `\"1\"`");
        assert_eq!(refused(&with(lake_finding(), path, json!("1"))), bad(&what));
    }
    for path in ["/compliance/status", "/compliance/control", "/finding_info/uid", "/metadata/product/uid"] {
        let name = path.trim_start_matches('/').replace('/', ".");
        assert_eq!(refused(&with(lake_finding(), path, json!(7))), bad(&format!("`{name}` is not text: `7`")));
    }
}

#[test]
fn what_is_no_object_is_no_finding() {
    for raw in ["[]", "null", "2003"] {
        let error = decode_ocsf(raw.as_bytes(), None).unwrap_err();
        assert_eq!(error, bad(&format!("the record is not an object: `{raw}`")));
    }
    assert_eq!(decode_ocsf(b"{\"class_uid\":2003", None).unwrap_err().code, ProblemCode::BrokenJson);
    assert_eq!(decode_ocsf(b"{\"message\":\"\xff\"}", None).unwrap_err().code, ProblemCode::Encoding);
    let twice = br#"{"class_uid":2003,"class_uid":2002}"#;
    assert_eq!(decode_ocsf(twice, None).unwrap_err(), bad("`class_uid` is given twice"));
}

#[test]
fn depth_and_size_outside_what_is_read_do_no_harm() {
    let deep = format!("{}1{}", "[{\"a\":".repeat(5_000), "}]".repeat(5_000));
    let raw = lake_finding().to_string();
    let raw = format!("{},\"evidences\":{deep},\"count\":1e999}}", raw.strip_suffix('}').unwrap());
    assert!(matches!(decode_ocsf(raw.as_bytes(), None), Ok(Decoded::Kept(_))));
}
