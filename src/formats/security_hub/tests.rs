//! ASFF findings, whole and broken.

use serde_json::{Value, json};

use super::decode_finding;
use crate::formats::records::{Decoded, FindingRecord, FindingResource, Record, RecordError};
use crate::model::{Instant, ProblemCode};

const ID: &str = "arn:aws:securityhub:eu-west-1:012345678901:security-control/IAM.5/finding/7d61";
const PRODUCT: &str = "arn:aws:securityhub:eu-west-1::product/aws/securityhub";

fn control_finding() -> Value {
    json!({
        "SchemaVersion": "2018-10-08",
        "Id": ID,
        "ProductArn": PRODUCT,
        "GeneratorId": "security-control/IAM.5",
        "AwsAccountId": "012345678901",
        "Region": "eu-west-1",
        "CreatedAt": "2026-01-02T00:00:00.000Z",
        "UpdatedAt": "2026-03-04T05:06:07.089Z",
        "ProcessedAt": "2026-03-04T05:06:09.001Z",
        "Severity": {"Label": "MEDIUM", "Normalized": 40, "Original": "MEDIUM"},
        "Title": "MFA should be enabled for all IAM users that have a console password",
        "ProductFields": {
            "RelatedAWSResources:0/name": "securityhub-mfa-enabled-for-iam-console-access-1a2b3c4d",
            "RelatedAWSResources:0/type": "AWS::Config::ConfigRule",
            "aws/securityhub/ProductName": "Security Hub CSPM"
        },
        "Resources": [{
            "Type": "AwsIamUser", "Id": "arn:aws:iam::012345678901:user/alice", "Partition": "aws",
            "Region": "eu-west-1", "Details": {"AwsIamUser": {"UserName": "alice"}}
        }],
        "Compliance": {"Status": "FAILED", "SecurityControlId": "IAM.5"},
        "Workflow": {"Status": "NEW"},
        "WorkflowState": "RESOLVED",
        "RecordState": "ACTIVE"
    })
}

/// The finding with one member set, or taken away where `value` is `null`; `/` leads into objects.
fn with(path: &str, value: Value) -> String {
    let mut finding = control_finding();
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
    let parent = if parent.is_empty() { &mut finding } else { finding.pointer_mut(&format!("/{parent}")).unwrap() };
    let members = parent.as_object_mut().unwrap();
    if value.is_null() {
        members.remove(name)
    } else {
        members.insert(name.into(), value)
    };
    finding.to_string()
}

fn kept(raw: &str) -> FindingRecord {
    match decode_finding(raw.as_bytes(), None) {
        Ok(Decoded::Kept(Record::Finding(finding))) => *finding,
        other => panic!("{other:?} from {raw}"),
    }
}

fn refused(raw: &str) -> RecordError {
    decode_finding(raw.as_bytes(), None).expect_err(raw)
}

fn bad(what: &str) -> RecordError {
    RecordError { code: ProblemCode::BadRecord, what: what.into() }
}

fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

#[test]
fn a_control_finding_is_kept_whole() {
    let delivered_at = Some(instant("2026-03-04T05:06:10Z"));
    let raw = control_finding().to_string();
    let Ok(Decoded::Kept(Record::Finding(finding))) = decode_finding(raw.as_bytes(), delivered_at) else { panic!() };
    assert_eq!((finding.product_arn.as_str(), finding.finding_id.as_str()), (PRODUCT, ID));
    assert_eq!((finding.account.as_str(), finding.region.as_str()), ("012345678901", "eu-west-1"));
    assert_eq!(finding.updated_at, instant("2026-03-04T05:06:07.089Z"));
    assert_eq!(finding.processed_at, Some(instant("2026-03-04T05:06:09.001Z")));
    assert_eq!(finding.delivered_at, delivered_at);
    assert_eq!(finding.generator_id, "security-control/IAM.5");
    assert_eq!(finding.security_control_id, "IAM.5");
    assert_eq!((finding.standard_control_id.as_str(), finding.standards_arn.as_str()), ("", ""));
    assert_eq!(finding.config_rule_name, "securityhub-mfa-enabled-for-iam-console-access-1a2b3c4d");
    assert_eq!((finding.compliance_status.as_str(), finding.reason_codes.len()), ("FAILED", 0));
    assert_eq!((finding.record_state.as_str(), finding.workflow_status.as_str()), ("ACTIVE", "NEW"));
    assert_eq!(finding.severity, "MEDIUM");
    assert!(finding.title.starts_with("MFA should"));
    let alice = FindingResource {
        resource_type: "AWS::IAM::User".into(),
        resource_id: "arn:aws:iam::012345678901:user/alice".into(),
        region: "eu-west-1".into(),
    };
    assert_eq!(finding.resources, [alice]);
}

#[test]
fn what_a_finding_must_have_is_named_when_it_is_missing_or_empty() {
    for name in ["Id", "ProductArn", "AwsAccountId"] {
        for value in [Value::Null, json!("")] {
            assert_eq!(refused(&with(name, value)), bad(&format!("`{name}` is missing")));
        }
        let what = refused(&with(name, json!(12))).what;
        assert_eq!(what, format!("`{name}` is not text: `12`"));
    }
    assert_eq!(refused(&with("Resources", Value::Null)), bad("`Resources` names nothing that the finding is about"));
    assert_eq!(refused(&with("Resources", json!([]))), bad("`Resources` names nothing that the finding is about"));
    assert_eq!(refused(&with("Resources", json!({}))), bad("`Resources` is not a list"));
    assert_eq!(refused(&with("Resources", json!(["x"]))), bad("`Resources[]` is not an object"));
    assert_eq!(refused(&with("Resources", json!([null]))), bad("`Resources[]` is not an object"));
    assert_eq!(refused(&with("Resources", json!([{"Type": "AwsIamUser"}]))), bad("`Resources[].Id` is missing"));
    assert_eq!(refused(&with("Resources", json!([{"Id": "x"}]))), bad("`Resources[].Type` is missing"));
    assert_eq!(
        refused(&with("Resources", json!([{"Id": 5, "Type": "Other"}]))),
        bad("`Resources[].Id` is not text: `5`")
    );
}

#[test]
fn an_account_has_twelve_digits() {
    for written in ["xxxxxxxxxxxx", "12345678901", "0123456789012", " 012345678901", "0123-4567-8901"] {
        let what = format!("`AwsAccountId` is not an account of twelve digits: `{written}`");
        assert_eq!(refused(&with("AwsAccountId", json!(written))), bad(&what));
    }
}

#[test]
fn the_time_of_a_finding_is_updated_at() {
    for (value, expected) in [
        (json!("2026-03-04T05:06:07Z"), "2026-03-04T05:06:07Z"),
        (json!("2026-03-04T05:06:07.5+02:00"), "2026-03-04T03:06:07.500Z"),
        (json!(1_539_799_966.921), "2018-10-17T18:12:46.921Z"),
    ] {
        assert_eq!(kept(&with("UpdatedAt", value)).updated_at, instant(expected));
    }
    for (value, what) in [
        (Value::Null, "`UpdatedAt` is missing"),
        (json!(""), "`UpdatedAt` is missing"),
        (json!("2026-13-01"), "`UpdatedAt` is not a date that exists: `2026-13-01`"),
        (json!("2026-03-04T05:06:07"), "`UpdatedAt` has no offset from UTC: `2026-03-04T05:06:07`"),
        (json!("soon"), "`UpdatedAt` is not a timestamp: `soon`"),
        (json!(true), "`UpdatedAt` is not a timestamp: `true`"),
    ] {
        assert_eq!(
            refused(&with("UpdatedAt", value)),
            RecordError { code: ProblemCode::BadTimestamp, what: what.into() }
        );
    }
    assert_eq!(kept(&with("ProcessedAt", Value::Null)).processed_at, None);
    assert_eq!(refused(&with("ProcessedAt", json!("x"))).what, "`ProcessedAt` is not a timestamp: `x`");
}

#[test]
fn names_are_matched_with_case() {
    let mut finding = control_finding();
    finding["updatedAt"] = json!("2019-06-12T15:34:50.346Z");
    finding["approximateArrivalTimestamp"] = json!(1_560_354_029.052);
    finding["recordState"] = json!("ARCHIVED");
    let finding = kept(&finding.to_string());
    assert_eq!(finding.updated_at, instant("2026-03-04T05:06:07.089Z"));
    assert_eq!(finding.record_state, "ACTIVE");
    let mut finding = control_finding();
    let time = finding.as_object_mut().unwrap().remove("UpdatedAt").unwrap();
    finding["updatedAt"] = time;
    assert_eq!(refused(&finding.to_string()).what, "`UpdatedAt` is missing");
}

#[test]
fn samples_are_set_aside_before_anything_else() {
    let sample = decode_finding(br#"{"Sample": true, "Id": 5}"#, None);
    assert_eq!(sample, Ok(Decoded::SetAside("sample finding")));
    assert_eq!(kept(&with("Sample", json!(false))).finding_id, ID);
    assert_eq!(refused(&with("Sample", json!("true"))), bad("`Sample` is neither true nor false: `true`"));
}

#[test]
fn the_region_is_stated_or_follows_from_the_rest() {
    assert_eq!(kept(&with("Region", json!("us-gov-west-1"))).region.as_str(), "us-gov-west-1");
    assert_eq!(refused(&with("Region", json!("xxx"))), bad("`Region` is not a region: `xxx`"));
    assert_eq!(refused(&with("Region", json!(1))), bad("`Region` is not text: `1`"));
    let mut finding: Value = serde_json::from_str(&with("Region", Value::Null)).unwrap();
    finding["Resources"][0]["Region"] = json!("ap-south-1");
    assert_eq!(kept(&finding.to_string()).region.as_str(), "ap-south-1");
    finding["Resources"][0]["Region"] = Value::Null;
    assert_eq!(kept(&finding.to_string()).region.as_str(), "eu-west-1");
    finding["ProductArn"] = json!("acme");
    assert_eq!(kept(&finding.to_string()).region.as_str(), "eu-west-1");
    finding["Id"] = json!("acme-1");
    assert_eq!(refused(&finding.to_string()).code, ProblemCode::MissingContext);
}

#[test]
fn the_standards_own_ids_come_from_the_product_fields() {
    let cis_1_2 = json!({
        "StandardsGuideArn": "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0", "RuleId": "1.10"
    });
    let pci = json!({
        "StandardsArn": "arn:aws:securityhub:::standards/pci-dss/v/3.2.1", "ControlId": "PCI.IAM.1", "RuleId": "x"
    });
    for (fields, control, standard) in [
        (cis_1_2, "1.10", "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0"),
        (pci, "PCI.IAM.1", "arn:aws:securityhub:::standards/pci-dss/v/3.2.1"),
        (json!({"ControlId": [1], "RuleId": true, "StandardsArn": {"a": 1}}), "true", ""),
    ] {
        let finding = kept(&with("ProductFields", fields));
        assert_eq!((finding.standard_control_id.as_str(), finding.standards_arn.as_str()), (control, standard));
    }
    let raw = control_finding().to_string().replace(r#""ProductFields":{"#, r#""ProductFields":{"ControlId":1.10,"#);
    assert_eq!(kept(&raw).standard_control_id, "1.10");
    assert_eq!(refused(&with("ProductFields", json!([]))), bad("`ProductFields` is not an object"));
    assert_eq!(kept(&with("ProductFields", Value::Null)).config_rule_name, "");
}

#[test]
fn the_config_rule_is_the_related_resource_only_if_it_is_a_rule() {
    let fields = |kind: &str| {
        json!({
            "RelatedAWSResources:0/name": "securityhub-x-1a2b3c4d", "RelatedAWSResources:0/type": kind,
            "aws/config/ConfigRuleName": "my-rule"
        })
    };
    let name = |kind| kept(&with("ProductFields", fields(kind))).config_rule_name;
    assert_eq!(name("AWS::Config::ConfigRule"), "securityhub-x-1a2b3c4d");
    assert_eq!(name("AWS::Lambda::Function"), "my-rule");
}

#[test]
fn the_status_and_its_reasons_stay_as_written() {
    let reasons = json!({"Status": "NOT_AVAILABLE", "StatusReasons": [
        {"ReasonCode": "CONFIG_RETURNS_NOT_APPLICABLE", "Description": "…"}, {"ReasonCode": "SOMETHING_NEW"}, {}, null
    ]});
    let finding = kept(&with("Compliance", reasons));
    assert_eq!(finding.compliance_status, "NOT_AVAILABLE");
    assert_eq!(finding.reason_codes, ["CONFIG_RETURNS_NOT_APPLICABLE", "SOMETHING_NEW"]);
    assert_eq!(kept(&with("Compliance/Status", json!("Passed?"))).compliance_status, "Passed?");
    let finding = kept(&with("Compliance", Value::Null));
    assert_eq!((finding.compliance_status.as_str(), finding.security_control_id.as_str()), ("", ""));
    for (path, value, what) in [
        ("Compliance", json!("FAILED"), "`Compliance` is not an object"),
        ("Compliance/Status", json!(1), "`Compliance.Status` is not text: `1`"),
        ("Compliance/SecurityControlId", json!(["IAM.5"]), "`Compliance.SecurityControlId` is not text: `[\"IAM.5\"]`"),
        ("Compliance/StatusReasons", json!("X"), "`Compliance.StatusReasons` is not a list"),
        ("Compliance/StatusReasons", json!(["X"]), "`Compliance.StatusReasons[]` is not an object"),
        ("Workflow", json!("NEW"), "`Workflow` is not an object"),
        ("RecordState", json!(false), "`RecordState` is not text: `false`"),
        ("Title", json!({}), "`Title` is not text: `{}`"),
    ] {
        assert_eq!(refused(&with(path, value)), bad(what));
    }
}

#[test]
fn states_have_their_defaults() {
    assert_eq!(kept(&with("RecordState", Value::Null)).record_state, "ACTIVE");
    assert_eq!(kept(&with("RecordState", json!("ARCHIVED"))).record_state, "ARCHIVED");
    assert_eq!(kept(&with("Workflow", Value::Null)).workflow_status, "");
    assert_eq!(kept(&with("Workflow", json!({"Status": "SUPPRESSED"}))).workflow_status, "SUPPRESSED");
}

#[test]
fn severity_never_costs_a_finding() {
    for (severity, expected) in [
        (json!({"Product": 5, "Normalized": 50, "Original": 5.5}), ""),
        (json!({"Label": 3}), "3"),
        (json!({"Label": null}), ""),
        (json!(8), ""),
        (Value::Null, ""),
    ] {
        assert_eq!(kept(&with("Severity", severity)).severity, expected);
    }
}

#[test]
fn every_resource_is_kept_in_order() {
    let finding = kept(&with(
        "Resources",
        json!([
            {"Type": "AwsAccount", "Id": "AWS::::Account:012345678901", "Region": "eu-west-1"},
            {"Type": "Other", "Id": "<b>=cmd()\u{1b}[31m"},
        ]),
    ));
    let pairs: Vec<_> = finding.resources.iter().map(|r| (r.resource_type.as_str(), r.resource_id.as_str())).collect();
    assert_eq!(pairs, [("AWS::::Account", "012345678901"), ("Other", "<b>=cmd()\u{1b}[31m")]);
}

#[test]
fn members_given_twice_are_refused_where_they_matter() {
    let raw = control_finding().to_string();
    let twice = |member: &str| format!("{}{member}}}", raw.strip_suffix('}').unwrap());
    assert_eq!(refused(&twice(r#","RecordState":"ARCHIVED""#)), bad("`RecordState` is given twice"));
    assert_eq!(refused(&twice(r#","Compliance":{"Status":"PASSED"}"#)), bad("`Compliance` is given twice"));
    assert_eq!(kept(&twice(r#","Title2":1,"Title2":2"#)).finding_id, ID);
}

#[test]
fn members_that_are_not_read_may_hold_anything() {
    let raw = control_finding().to_string();
    let deep = format!("{}1{}", "[{\"a\":".repeat(5_000), "}]".repeat(5_000));
    for value in [deep.as_str(), "1e999", "-0.0e-400", "\"\\ud800\"", &"9".repeat(400)] {
        let finding = format!("{},\"Network\":{value}}}", raw.strip_suffix('}').unwrap());
        assert_eq!(kept(&finding).finding_id, ID);
    }
    let inside = raw.replace(r#""Details":{"#, &format!(r#""Details":{{"deep":{deep},"#));
    assert_eq!(kept(&inside).finding_id, ID);
}

#[test]
fn what_is_no_object_is_no_finding() {
    for raw in ["[]", "null", "7", r#""Id""#] {
        assert_eq!(refused(raw), bad(&format!("the record is not an object: `{raw}`")));
    }
    assert_eq!(refused("{\"Id\":").code, ProblemCode::BrokenJson);
    assert_eq!(decode_finding(b"{\"Note\":\"\xff\"}", None).unwrap_err().code, ProblemCode::Encoding);
    assert_eq!(refused("{}"), bad("`Id` is missing"));
    assert_eq!(refused(&"[".repeat(10_000)).code, ProblemCode::BrokenJson);
    assert_eq!(refused(&with("AwsAccountId", json!("x".repeat(200)))).what.matches('x').count(), 80);
}
