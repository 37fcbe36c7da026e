//! The tables of the definition: controls, tests, rule names, Security Hub controls.

/// Controls with their tests, in order.
pub(crate) const CONTROLS: [(&str, &[&str]); 16] = [
    ("C01", &["MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS"]),
    ("C02", &["IAM_USER_UNUSED_CREDENTIALS_CHECK"]),
    ("C03", &["ACCESS_KEYS_ROTATED"]),
    ("C04", &["IAM_PASSWORD_POLICY"]),
    ("C05", &["IAM_ROOT_ACCESS_KEY_CHECK", "ROOT_ACCOUNT_MFA_ENABLED"]),
    ("C06", &["IAM_USER_NO_POLICIES_CHECK"]),
    ("C07", &["IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS"]),
    ("C08", &["S3_BUCKET_PUBLIC_READ_PROHIBITED", "S3_BUCKET_PUBLIC_WRITE_PROHIBITED"]),
    ("C09", &["CLOUD_TRAIL_ENCRYPTION_ENABLED"]),
    ("C10", &["INCOMING_SSH_DISABLED", "RESTRICTED_INCOMING_TRAFFIC"]),
    ("C11", &["VPC_DEFAULT_SECURITY_GROUP_CLOSED"]),
    ("C12", &["MULTI_REGION_CLOUD_TRAIL_ENABLED"]),
    ("C13", &["CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED"]),
    ("C14", &["S3_BUCKET_LOGGING_ENABLED"]),
    ("C15", &["VPC_FLOW_LOGS_ENABLED"]),
    ("C16", &["S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED"]),
];

/// The type of resource a test is about.
pub(crate) fn type_of_test(test: &str) -> &'static str {
    match test {
        "MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS"
        | "IAM_USER_UNUSED_CREDENTIALS_CHECK"
        | "ACCESS_KEYS_ROTATED"
        | "IAM_USER_NO_POLICIES_CHECK" => "AWS::IAM::User",
        "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS" => "AWS::IAM::Policy",
        "CLOUD_TRAIL_ENCRYPTION_ENABLED" | "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED" => "AWS::CloudTrail::Trail",
        "INCOMING_SSH_DISABLED" | "RESTRICTED_INCOMING_TRAFFIC" | "VPC_DEFAULT_SECURITY_GROUP_CLOSED" => {
            "AWS::EC2::SecurityGroup"
        }
        "VPC_FLOW_LOGS_ENABLED" => "AWS::EC2::VPC",
        _ if test.starts_with("S3_") => "AWS::S3::Bucket",
        _ => "AWS::::Account",
    }
}

/// The AWS Config type of an ASFF resource type.
pub(crate) fn config_type(asff: &str) -> Option<&'static str> {
    Some(match asff {
        "AwsIamUser" => "AWS::IAM::User",
        "AwsIamPolicy" => "AWS::IAM::Policy",
        "AwsS3Bucket" => "AWS::S3::Bucket",
        "AwsCloudTrailTrail" => "AWS::CloudTrail::Trail",
        "AwsEc2SecurityGroup" => "AWS::EC2::SecurityGroup",
        "AwsEc2Vpc" => "AWS::EC2::VPC",
        "AwsAccount" => "AWS::::Account",
        _ => return None,
    })
}

/// The tests a Security Hub control speaks for.
pub(crate) fn tests_of_finding(control: &str) -> &'static [&'static str] {
    match control {
        "IAM.5" => &["MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS"],
        "IAM.8" => &["IAM_USER_UNUSED_CREDENTIALS_CHECK"],
        "IAM.3" => &["ACCESS_KEYS_ROTATED"],
        "IAM.11" | "IAM.12" | "IAM.13" | "IAM.14" | "IAM.15" | "IAM.16" | "IAM.17" => &["IAM_PASSWORD_POLICY"],
        "IAM.4" => &["IAM_ROOT_ACCESS_KEY_CHECK"],
        "IAM.9" => &["ROOT_ACCOUNT_MFA_ENABLED"],
        "IAM.2" => &["IAM_USER_NO_POLICIES_CHECK"],
        "IAM.1" => &["IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS"],
        "S3.2" => &["S3_BUCKET_PUBLIC_READ_PROHIBITED"],
        "S3.3" => &["S3_BUCKET_PUBLIC_WRITE_PROHIBITED"],
        "CloudTrail.6" => &["S3_BUCKET_PUBLIC_READ_PROHIBITED", "S3_BUCKET_PUBLIC_WRITE_PROHIBITED"],
        "CloudTrail.2" => &["CLOUD_TRAIL_ENCRYPTION_ENABLED"],
        "EC2.13" => &["INCOMING_SSH_DISABLED"],
        "EC2.14" => &["RESTRICTED_INCOMING_TRAFFIC"],
        "EC2.2" => &["VPC_DEFAULT_SECURITY_GROUP_CLOSED"],
        "CloudTrail.1" => &["MULTI_REGION_CLOUD_TRAIL_ENABLED"],
        "CloudTrail.4" => &["CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED"],
        "S3.9" | "CloudTrail.7" => &["S3_BUCKET_LOGGING_ENABLED"],
        "EC2.6" => &["VPC_FLOW_LOGS_ENABLED"],
        "S3.4" => &["S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED"],
        _ => &[],
    }
}

/// Today's id, then the number in CIS 1.2.0, 1.4.0, 3.0.0, 5.0.0 and in PCI DSS 3.2.1.
const STANDARDS: [(&str, [&str; 5]); 26] = [
    ("IAM.1", ["1.22", "1.16", "", "", "PCI.IAM.3"]),
    ("IAM.2", ["1.16", "", "1.15", "1.14", "PCI.IAM.2"]),
    ("IAM.3", ["1.4", "1.14", "1.14", "1.13", ""]),
    ("IAM.4", ["1.12", "1.4", "1.4", "1.3", "PCI.IAM.1"]),
    ("IAM.5", ["1.2", "1.10", "1.10", "1.9", ""]),
    ("IAM.8", ["1.3", "", "", "", "PCI.IAM.7"]),
    ("IAM.9", ["1.13", "1.5", "1.5", "1.4", "PCI.IAM.5"]),
    ("IAM.11", ["1.5", "", "", "", ""]),
    ("IAM.12", ["1.6", "", "", "", ""]),
    ("IAM.13", ["1.7", "", "", "", ""]),
    ("IAM.14", ["1.8", "", "", "", ""]),
    ("IAM.15", ["1.9", "1.8", "1.8", "1.7", ""]),
    ("IAM.16", ["1.10", "1.9", "1.9", "1.8", ""]),
    ("IAM.17", ["1.11", "", "", "", ""]),
    ("CloudTrail.1", ["2.1", "3.1", "3.1", "3.1", ""]),
    ("CloudTrail.2", ["2.7", "3.7", "3.5", "3.5", "PCI.CloudTrail.1"]),
    ("CloudTrail.4", ["2.2", "3.2", "3.2", "3.2", "PCI.CloudTrail.3"]),
    ("CloudTrail.6", ["2.3", "3.3", "", "", ""]),
    ("CloudTrail.7", ["2.6", "3.6", "3.4", "3.4", ""]),
    ("EC2.2", ["4.3", "5.3", "5.4", "5.5", "PCI.EC2.2"]),
    ("EC2.6", ["2.9", "3.9", "3.7", "3.7", "PCI.EC2.6"]),
    ("EC2.13", ["4.1", "", "", "", "PCI.EC2.5"]),
    ("EC2.14", ["4.2", "", "", "", ""]),
    ("S3.2", ["", "", "", "", "PCI.S3.2"]),
    ("S3.3", ["", "", "", "", "PCI.S3.1"]),
    ("S3.4", ["", "2.1.1", "", "", "PCI.S3.4"]),
];

/// The number a control has in a benchmark, if it is in it: the generator's tests choose from these.
pub(crate) fn number_in(control: &str, column: usize) -> Option<&'static str> {
    let row = STANDARDS.iter().find(|row| row.0 == control)?;
    Some(row.1[column]).filter(|number| !number.is_empty())
}

/// Which Security Hub control a generator id names.
pub(crate) fn control_of_generator(generator: &str) -> Option<String> {
    let generator = &generator.replace("arn:aws-us-gov:", "arn:aws:");
    if let Some(id) = generator.strip_prefix("security-control/") {
        return Some(id.to_owned());
    }
    let numbered =
        |column: usize, number: &str| STANDARDS.iter().find(|row| row.1[column] == number).map(|row| row.0.to_owned());
    for (prefix, column) in [
        ("arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0/rule/", 0),
        ("cis-aws-foundations-benchmark/v/1.4.0/", 1),
        ("cis-aws-foundations-benchmark/v/3.0.0/", 2),
        ("cis-aws-foundations-benchmark/v/5.0.0/", 3),
        ("pci-dss/v/3.2.1/", 4),
    ] {
        if let Some(number) = generator.strip_prefix(prefix) {
            return numbered(column, number);
        }
    }
    for prefix in [
        "aws-foundational-security-best-practices/v/1.0.0/",
        "nist-800-53/v/5.0.0/",
        "service-managed-aws-control-tower/v/1.0.0/",
    ] {
        if let Some(id) = generator.strip_prefix(prefix) {
            return Some(id.trim_start_matches("CT.").to_owned());
        }
    }
    None
}

/// The test of a managed rule's identifier.
pub(crate) fn test_of_identifier(identifier: &str) -> Option<&'static str> {
    let identifier = if identifier == "IAM_NO_USER_POLICIES_CHECK" { "IAM_USER_NO_POLICIES_CHECK" } else { identifier };
    CONTROLS.iter().flat_map(|control| control.1).find(|test| **test == identifier).copied()
}

/// The test of a rule's bare name, its prefixes and suffixes already taken off.
fn test_of_bare_name(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase().replace('_', "-");
    match name.as_str() {
        "restricted-ssh" => return Some("INCOMING_SSH_DISABLED"),
        "restricted-common-ports" | "restricted-rdp" => return Some("RESTRICTED_INCOMING_TRAFFIC"),
        "multi-region-cloudtrail-enabled" => return Some("MULTI_REGION_CLOUD_TRAIL_ENABLED"),
        "cloud-trail-log-file-validation" => return Some("CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED"),
        "iam-password-policy-ensure-expires"
        | "iam-password-policy-lowercase-letter-check"
        | "iam-password-policy-minimum-length-check"
        | "iam-password-policy-number-check"
        | "iam-password-policy-prevent-reuse-check"
        | "iam-password-policy-recommended-defaults-no-symbols-required"
        | "iam-password-policy-symbol-check"
        | "iam-password-policy-uppercase-letter-check" => return Some("IAM_PASSWORD_POLICY"),
        _ => {}
    }
    test_of_identifier(&name.to_ascii_uppercase().replace('-', "_"))
}

/// What is left of a name without its last `-…`.
fn without_last_part(name: &str) -> &str {
    name.rsplit_once('-').map_or(name, |parts| parts.0)
}

/// The test of a rule's name.
pub(crate) fn test_of_name(name: &str) -> Option<&'static str> {
    if let Some(test) = test_of_bare_name(name) {
        return Some(test);
    }
    if let Some(rest) = name.strip_prefix("AWSControlTower_AWS-GR_") {
        return test_of_bare_name(rest);
    }
    if let Some(rest) = name.strip_prefix("securityhub-") {
        return test_of_bare_name(without_last_part(rest));
    }
    if let Some(rest) = name.strip_prefix("OrgConfigRule-") {
        return test_of_bare_name(without_last_part(rest));
    }
    name.rsplit_once("-conformance-pack-").and_then(|parts| test_of_bare_name(parts.0))
}
