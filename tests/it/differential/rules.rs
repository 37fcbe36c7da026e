//! Names of Config rules, honest and otherwise, and what they evaluate.

use serde_json::{Value, json};

use super::config_side::rule_arn;
use super::estate::Estate;
use super::raw_side;

/// One rule of one recorder.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) arn: String,
    /// The type it evaluates.
    pub(crate) kind: &'static str,
}

/// Test, its default name, the type it is about.
const TESTS: [(&str, &str, &str); 19] = [
    ("MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS", "mfa-enabled-for-iam-console-access", "AWS::IAM::User"),
    ("IAM_USER_UNUSED_CREDENTIALS_CHECK", "iam-user-unused-credentials-check", "AWS::IAM::User"),
    ("ACCESS_KEYS_ROTATED", "access-keys-rotated", "AWS::IAM::User"),
    ("IAM_PASSWORD_POLICY", "iam-password-policy", "AWS::::Account"),
    ("IAM_ROOT_ACCESS_KEY_CHECK", "iam-root-access-key-check", "AWS::::Account"),
    ("ROOT_ACCOUNT_MFA_ENABLED", "root-account-mfa-enabled", "AWS::::Account"),
    ("IAM_USER_NO_POLICIES_CHECK", "iam-user-no-policies-check", "AWS::IAM::User"),
    ("IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS", "iam-policy-no-statements-with-admin-access", "AWS::IAM::Policy"),
    ("S3_BUCKET_PUBLIC_READ_PROHIBITED", "s3-bucket-public-read-prohibited", "AWS::S3::Bucket"),
    ("S3_BUCKET_PUBLIC_WRITE_PROHIBITED", "s3-bucket-public-write-prohibited", "AWS::S3::Bucket"),
    ("CLOUD_TRAIL_ENCRYPTION_ENABLED", "cloud-trail-encryption-enabled", "AWS::CloudTrail::Trail"),
    ("INCOMING_SSH_DISABLED", "restricted-ssh", "AWS::EC2::SecurityGroup"),
    ("RESTRICTED_INCOMING_TRAFFIC", "restricted-common-ports", "AWS::EC2::SecurityGroup"),
    ("VPC_DEFAULT_SECURITY_GROUP_CLOSED", "vpc-default-security-group-closed", "AWS::EC2::SecurityGroup"),
    ("MULTI_REGION_CLOUD_TRAIL_ENABLED", "multi-region-cloudtrail-enabled", "AWS::::Account"),
    ("CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED", "cloud-trail-log-file-validation-enabled", "AWS::CloudTrail::Trail"),
    ("S3_BUCKET_LOGGING_ENABLED", "s3-bucket-logging-enabled", "AWS::S3::Bucket"),
    ("VPC_FLOW_LOGS_ENABLED", "vpc-flow-logs-enabled", "AWS::EC2::VPC"),
    ("S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED", "s3-bucket-server-side-encryption-enabled", "AWS::S3::Bucket"),
];

/// Security Hub's one-parameter copies and other names for one managed rule.
const OTHER_NAMES: [(&str, &str); 6] = [
    ("IAM_PASSWORD_POLICY", "iam-password-policy-minimum-length-check"),
    ("IAM_PASSWORD_POLICY", "iam-password-policy-uppercase-letter-check"),
    ("IAM_PASSWORD_POLICY", "iam-password-policy-ensure-expires"),
    ("RESTRICTED_INCOMING_TRAFFIC", "restricted-rdp"),
    ("MULTI_REGION_CLOUD_TRAIL_ENABLED", "multi-region-cloud-trail-enabled"),
    ("INCOMING_SSH_DISABLED", "restricted-ssh"),
];

/// The rules of a recorder; writes their descriptions and aliases too.
pub(crate) fn of_recorder(estate: &mut Estate, account: &str, region: &str) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    let mut described: Vec<Value> = Vec::new();
    for _ in 0..6 + estate.random.below(14) {
        let (test, plain, kind) = estate.random.pick(&TESTS);
        let arn = rule_arn(account, region, &estate.random.hex(6));
        let name = name(estate, test, plain, kind);
        if rules.iter().any(|rule| rule.name == name) {
            continue;
        }
        describe(estate, test, kind, &name, &arn, &mut described);
        rules.push(Rule { name, arn, kind });
    }
    if !described.is_empty() {
        let path = format!("config-rules/{account}-{region}.json");
        estate.files.push((path, json!({ "ConfigRules": described }).to_string().into_bytes()));
    }
    rules
}

fn name(estate: &mut Estate, test: &str, plain: &str, kind: &str) -> String {
    let others: Vec<&str> = OTHER_NAMES.iter().filter(|other| other.0 == test).map(|other| other.1).collect();
    let plain = if !others.is_empty() && estate.random.chance(40) { estate.random.pick(&others) } else { plain };
    match estate.random.below(14) {
        0 | 1 => format!("securityhub-{plain}-{}", estate.random.hex(8)),
        2 => format!("securityhub-{plain}-{}", estate.random.pick(&["v4949q", "12345", "abcde"])),
        3 => format!("{plain}-conformance-pack-{}", estate.random.hex(9)),
        4 => format!("OrgConfigRule-{plain}-{}", estate.random.hex(8)),
        5 => format!("AWSControlTower_AWS-GR_{}", plain.to_uppercase().replace('-', "_")),
        6 => strange_name(estate, plain, kind),
        7 => format!("team-rule-{}{}", estate.random.hex(4), kind.len()),
        _ => plain.to_owned(),
    }
}

/// Names that must not be taken for what they contain.
fn strange_name(estate: &mut Estate, plain: &str, kind: &str) -> String {
    match estate.random.below(6) {
        0 => format!("my-{plain}"),
        1 => format!("{plain}-2"),
        2 => "=cmd|' /C calc'!A0".to_owned(),
        3 => "securityhub-vpc-sg-restricted-common-ports-1a2b3c4d".to_owned(),
        4 => format!("not-{plain}-conformance-pack-abcdefghi"),
        _ => format!("corp-42-{}", kind.replace(':', "")),
    }
}

/// Perhaps a description: true, contradicting, of a Lambda function, or of a custom policy.
fn describe(estate: &mut Estate, test: &str, kind: &str, name: &str, arn: &str, described: &mut Vec<Value>) {
    if estate.random.chance(12)
        && !name.contains("vpc-sg-")
        && !name.starts_with('=')
        && !estate.aliases.iter().any(|alias| alias.0 == name)
    {
        let alike: Vec<&str> = TESTS.iter().filter(|t| t.2 == kind).map(|t| t.0).collect();
        let test = if estate.random.chance(80) { test } else { estate.random.pick(&alike) }.to_owned();
        estate.aliases.push((name.to_owned(), test));
    }
    let mut parameters = "{}".to_owned();
    let source = match estate.random.below(12) {
        0..=2 => {
            parameters = raw_side::parameters(estate, test);
            json!({"Owner": "AWS", "SourceIdentifier": test})
        }
        3 => {
            // Another test of the same type: what a rule says of a type that its test is not about is a case of its own.
            let alike: Vec<&str> = TESTS.iter().filter(|t| t.2 == kind).map(|t| t.0).collect();
            json!({"Owner": "AWS", "SourceIdentifier": estate.random.pick(&alike)})
        }
        4 => json!({"Owner": "AWS", "SourceIdentifier": "S3_BUCKET_VERSIONING_ENABLED"}),
        5 => {
            json!({"Owner": "CUSTOM_LAMBDA", "SourceIdentifier": "arn:aws:lambda:us-east-1:123456789012:function:SecurityHubConfigRule"})
        }
        6 => json!({"Owner": "CUSTOM_POLICY", "SourceDetails": []}),
        _ => return,
    };
    described.push(json!({
        "ConfigRuleName": name, "ConfigRuleArn": arn, "ConfigRuleId": "config-rule-abc123", "Source": source,
        "InputParameters": parameters, "ConfigRuleState": "ACTIVE"
    }));
}

/// What a rule evaluates in its account: type and id as AWS Config would write it.
pub(crate) fn targets(estate: &mut Estate, account: &str, region: &str, rule: &Rule) -> Vec<(String, String)> {
    if rule.kind == "AWS::::Account" {
        return vec![(rule.kind.to_owned(), account.to_owned())];
    }
    let things: Vec<_> =
        estate.things.iter().filter(|t| t.kind == rule.kind && t.account == account).cloned().collect();
    let mut targets = Vec::new();
    for thing in things {
        let regional = !thing.kind.contains("IAM") && thing.kind != "AWS::CloudTrail::Trail";
        if regional && thing.region != region || !estate.random.chance(75) {
            continue;
        }
        let by_arn = thing.kind == "AWS::CloudTrail::Trail" && estate.random.chance(40) || estate.random.chance(5);
        targets.push((rule.kind.to_owned(), if by_arn { thing.arn } else { thing.id }));
    }
    targets
}
