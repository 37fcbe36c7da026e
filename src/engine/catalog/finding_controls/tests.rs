//! Which control findings of every form speak of.

use super::*;
use crate::model::Instant;

const OWN: &str = "arn:aws:securityhub:eu-west-1::product/aws/securityhub";

fn finding(product: &str, generator: &str) -> FindingRow {
    FindingRow {
        account: "111122223333".into(),
        region: "eu-west-1".into(),
        product_arn: product.into(),
        finding_id: "f-1".into(),
        updated_at: Instant::parse_date("2026-01-01").unwrap(),
        processed_at: None,
        delivered_at: None,
        generator_id: generator.into(),
        security_control_id: "".into(),
        standard_control_id: "".into(),
        standards_arn: "".into(),
        config_rule_name: "".into(),
        compliance_status: "FAILED".into(),
        reason_codes: "".into(),
        record_state: "ACTIVE".into(),
        workflow_status: "NEW".into(),
        severity: "".into(),
        title: "".into(),
        resource_index: 0,
        resource_type: "AWS::IAM::User".into(),
        resource_id: "arn:aws:iam::111122223333:user/alice".into(),
        resource_region: "".into(),
        evidence_id: String::new(),
        record_number: 1,
    }
}

fn by_generator(generator: &str) -> Option<String> {
    security_control_id(&finding(OWN, generator))
}

#[test]
fn generators_of_every_standard_are_understood() {
    for (generator, wanted) in [
        ("security-control/EC2.13", "EC2.13"),
        ("arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0/rule/1.4", "IAM.3"),
        ("arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0/rule/1.10", "IAM.16"),
        ("arn:aws-cn:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0/rule/2.3", "CloudTrail.6"),
        ("arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0/rule/3.14", "CloudWatch.14"),
        ("arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0/rule/4.2", "EC2.14"),
        ("cis-aws-foundations-benchmark/v/1.4.0/1.4", "IAM.4"),
        ("cis-aws-foundations-benchmark/v/1.4.0/2.1.5.2", "S3.8"),
        ("cis-aws-foundations-benchmark/v/1.4.0/3.6", "CloudTrail.7"),
        ("cis-aws-foundations-benchmark/v/3.0.0/1.4", "IAM.4"),
        ("cis-aws-foundations-benchmark/v/3.0.0/5.4", "EC2.2"),
        ("cis-aws-foundations-benchmark/v/5.0.0/1.4", "IAM.9"),
        ("cis-aws-foundations-benchmark/v/5.0.0/5.5", "EC2.2"),
        ("pci-dss/v/3.2.1/PCI.IAM.1", "IAM.4"),
        ("pci-dss/v/3.2.1/PCI.S3.1", "S3.3"),
        ("pci-dss/v/3.2.1/PCI.CW.1", "CloudWatch.1"),
        ("aws-foundational-security-best-practices/v/1.0.0/S3.2", "S3.2"),
        ("aws-foundational-security-best-practices/v/1.0.0/ELBv2.1", "ELB.1"),
        ("aws-foundation-best-practices/v/1.0.0/IAM.1", "IAM.1"),
        ("nist-800-53/v/5.0.0/EC2.6", "EC2.6"),
        ("nist-800-171/v/2.0.0/IAM.11", "IAM.11"),
        ("service-managed-aws-control-tower/v/1.0.0/CloudTrail.2", "CloudTrail.2"),
        ("service-managed-aws-control-tower/v/1.0.0/CT.CloudTrail.2", "CloudTrail.2"),
    ] {
        assert_eq!(by_generator(generator).as_deref(), Some(wanted), "{generator}");
    }
}

#[test]
fn a_number_means_nothing_without_standard_and_version() {
    for generator in [
        "",
        "1.4",
        "rule/1.4",
        "security-control/",
        "cis-aws-foundations-benchmark/v/1.4.0",
        "cis-aws-foundations-benchmark/v/1.4.0/",
        "cis-aws-foundations-benchmark/v/1.3.0/1.4",
        "cis-aws-foundations-benchmark/v/6.0.0/2.9",
        "cis-aws-foundations-benchmark/v/1.4.0/1.40",
        "cis-aws-foundations-benchmark/v/1.4.0/IAM.4",
        "cis-aws-foundations-benchmark/v/1.4.0/x/1.4",
        "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0/rule/1.1",
        "my-cis-aws-foundations-benchmark/v/1.4.0/1.4",
        "pci-dss/v/3.2.1/IAM.1",
        "pci-dss/v/3.2.1/PCI.IAM.9",
        "aws-foundational-security-best-practices/v/1.0.0/1.4",
        "aws-foundational-security-best-practices/v/2.0.0/IAM.4",
        "prowler-iam_root_hardware_mfa_enabled",
    ] {
        assert_eq!(by_generator(generator), None, "{generator}");
    }
}

#[test]
fn a_stated_control_goes_before_the_generator() {
    let mut stated = finding(OWN, "pci-dss/v/3.2.1/PCI.IAM.1");
    stated.security_control_id = "IAM.4".into();
    assert_eq!(security_control_id(&stated).as_deref(), Some("IAM.4"));
    stated.generator_id = "security-control/IAM.9".into();
    assert_eq!(security_control_id(&stated).as_deref(), Some("IAM.4"));
}

#[test]
fn standard_and_number_beside_each_other_do_as_well() {
    for (standard, number, wanted) in [
        ("arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0", "1.4", Some("IAM.3")),
        ("arn:aws:securityhub:::standards/cis-aws-foundations-benchmark/v/5.0.0", "1.4", Some("IAM.9")),
        ("arn:aws:securityhub:::standards/pci-dss/v/3.2.1", "PCI.IAM.3", Some("IAM.1")),
        ("arn:aws:securityhub:::standards/service-managed-aws-control-tower/v/1.0.0", "CT.EC2.2", Some("EC2.2")),
        ("arn:aws:securityhub:::standards/pci-dss/v/3.2.1", "", None),
        ("", "1.4", None),
    ] {
        let mut record = finding(OWN, "unknown");
        record.standards_arn = standard.into();
        record.standard_control_id = number.into();
        assert_eq!(security_control_id(&record).as_deref(), wanted, "{standard} {number}");
    }
}

#[test]
fn a_stated_control_counts_of_any_product_and_a_generator_of_security_hub_alone() {
    for (product, is_own) in [
        (OWN, true),
        ("arn:aws-us-gov:securityhub:us-gov-west-1::product/aws/securityhub", true),
        ("arn:aws:securityhub:eu-west-1::productv2/aws/securityhub", true),
        ("arn:aws:securityhub:eu-west-1::product/prowler/prowler", false),
        ("arn:aws:securityhub:eu-west-1::product/aws/config", false),
        ("arn:aws:securityhub:eu-west-1::product/aws/guardduty", false),
        ("arn:aws:securityhub:eu-west-1:111122223333:product/111122223333/default", false),
        ("arn:aws:securityhub:eu-west-1::product/aws/securityhub2", false),
        ("arn:aws:other:eu-west-1::product/aws/securityhub", false),
        ("product/aws/securityhub", false),
        ("", false),
    ] {
        let mut record = finding(product, "security-control/EC2.13");
        assert_eq!(is_from_security_hub(&record), is_own, "{product}");
        assert_eq!(security_control_id(&record).is_some(), is_own, "{product}");
        record.security_control_id = "EC2.13".into();
        assert_eq!(security_control_id(&record).as_deref(), Some("EC2.13"), "{product}");
    }
}
