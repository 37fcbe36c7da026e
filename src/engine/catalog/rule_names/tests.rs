//! Which test rules of every name and description belong to.

use super::*;

fn aliases() -> BTreeMap<String, String> {
    let rows = [
        ("corp-42-custom", "INCOMING_SSH_DISABLED"),
        ("corp-43-custom", "iam-password-policy"),
        ("restricted-common-ports", "ACCESS_KEYS_ROTATED"),
        ("corp-mfa", "MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS"),
    ];
    rows.map(|(name, target)| (name.to_owned(), target.to_owned())).into()
}

/// What a rule is matched to, as identifier and how.
fn matched(rule_name: &str, described: Option<(&str, &str)>) -> Option<(String, MatchedBy)> {
    let catalog = Catalog::embedded().unwrap();
    let matcher = RuleMatcher::new(&catalog, &aliases()).unwrap();
    match matcher.test_for(rule_name, described) {
        RuleMatch::Test(index, how) => Some((catalog.tests[index].identifier.clone(), how)),
        RuleMatch::Unmapped => None,
    }
}

fn check_name(rule_name: &str, wanted: Option<&str>) {
    let wanted = wanted.map(|identifier| (identifier.to_owned(), MatchedBy::Name));
    assert_eq!(matched(rule_name, None), wanted, "{rule_name}");
}

#[test]
fn default_names_of_all_tests_match() {
    for (name, identifier) in [
        ("mfa-enabled-for-iam-console-access", "MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS"),
        ("iam-user-unused-credentials-check", "IAM_USER_UNUSED_CREDENTIALS_CHECK"),
        ("access-keys-rotated", "ACCESS_KEYS_ROTATED"),
        ("iam-password-policy", "IAM_PASSWORD_POLICY"),
        ("iam-root-access-key-check", "IAM_ROOT_ACCESS_KEY_CHECK"),
        ("root-account-mfa-enabled", "ROOT_ACCOUNT_MFA_ENABLED"),
        ("iam-user-no-policies-check", "IAM_USER_NO_POLICIES_CHECK"),
        ("iam-policy-no-statements-with-admin-access", "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS"),
        ("s3-bucket-public-read-prohibited", "S3_BUCKET_PUBLIC_READ_PROHIBITED"),
        ("s3-bucket-public-write-prohibited", "S3_BUCKET_PUBLIC_WRITE_PROHIBITED"),
        ("cloud-trail-encryption-enabled", "CLOUD_TRAIL_ENCRYPTION_ENABLED"),
        ("restricted-ssh", "INCOMING_SSH_DISABLED"),
        ("vpc-default-security-group-closed", "VPC_DEFAULT_SECURITY_GROUP_CLOSED"),
        ("multi-region-cloudtrail-enabled", "MULTI_REGION_CLOUD_TRAIL_ENABLED"),
        ("multi-region-cloud-trail-enabled", "MULTI_REGION_CLOUD_TRAIL_ENABLED"),
        ("cloud-trail-log-file-validation-enabled", "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED"),
        ("s3-bucket-logging-enabled", "S3_BUCKET_LOGGING_ENABLED"),
        ("vpc-flow-logs-enabled", "VPC_FLOW_LOGS_ENABLED"),
        ("s3-bucket-server-side-encryption-enabled", "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED"),
        ("restricted-common-ports", "RESTRICTED_INCOMING_TRAFFIC"),
        ("incoming-ssh-disabled", "INCOMING_SSH_DISABLED"),
        ("INCOMING_SSH_DISABLED", "INCOMING_SSH_DISABLED"),
        ("IncomingSSHDisabled", "INCOMING_SSH_DISABLED"),
        ("IAMPasswordPolicyCheck", "IAM_PASSWORD_POLICY"),
    ] {
        check_name(name, Some(identifier));
    }
}

#[test]
fn what_deployers_put_around_names_is_taken_off() {
    for (name, identifier) in [
        ("securityhub-restricted-ssh-0a1b2c3d", "INCOMING_SSH_DISABLED"),
        ("securityhub-restricted-ssh-v49qz", "INCOMING_SSH_DISABLED"),
        ("securityhub-restricted-ssh", "INCOMING_SSH_DISABLED"),
        ("securityhub-restricted-rdp-0a1b2c3d", "RESTRICTED_INCOMING_TRAFFIC"),
        ("securityhub-access-keys-rotated-0a1b2c3d", "ACCESS_KEYS_ROTATED"),
        ("securityhub-access-keys-rotated", "ACCESS_KEYS_ROTATED"),
        ("securityhub-cloud-trail-log-file-validation-0a1b2c3d", "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED"),
        ("securityhub-multi-region-cloud-trail-enabled-0a1b2c3d", "MULTI_REGION_CLOUD_TRAIL_ENABLED"),
        ("securityhub-iam-password-policy-ensure-expires-0a1b2c3d", "IAM_PASSWORD_POLICY"),
        ("securityhub-iam-password-policy-ensure-expires", "IAM_PASSWORD_POLICY"),
        ("securityhub-iam-password-policy-uppercase-letter-check-0a1b2c3d", "IAM_PASSWORD_POLICY"),
        ("securityhub-iam-password-policy-lowercase-letter-check-0a1b2c3d", "IAM_PASSWORD_POLICY"),
        ("securityhub-iam-password-policy-symbol-check-0a1b2c3d", "IAM_PASSWORD_POLICY"),
        ("securityhub-iam-password-policy-number-check-0a1b2c3d", "IAM_PASSWORD_POLICY"),
        ("securityhub-iam-password-policy-minimum-length-check-0a1b2c3d", "IAM_PASSWORD_POLICY"),
        ("securityhub-iam-password-policy-prevent-reuse-check-0a1b2c3d", "IAM_PASSWORD_POLICY"),
        ("vpc-flow-logs-enabled-conformance-pack-a1b2c3d4e", "VPC_FLOW_LOGS_ENABLED"),
        ("MFAEnabledForIamConsoleAccess-conformance-pack-a1b2c3d4e", "MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS"),
        ("OrgConfigRule-vpc-flow-logs-enabled-a1b2c3d4", "VPC_FLOW_LOGS_ENABLED"),
        ("OrgConfigRule-vpc-flow-logs-enabled-conformance-pack-a1b2c3d4e-a1b2c3d4", "VPC_FLOW_LOGS_ENABLED"),
        ("AWSControlTower_AWS-GR_RESTRICTED_SSH", "INCOMING_SSH_DISABLED"),
        ("AWSControlTower_AWS-GR_RESTRICTED_COMMON_PORTS", "RESTRICTED_INCOMING_TRAFFIC"),
        ("AWSControlTower_AWS-GR_S3_BUCKET_PUBLIC_READ_PROHIBITED", "S3_BUCKET_PUBLIC_READ_PROHIBITED"),
        ("AWSControlTower_AWS-GR_S3_BUCKET_PUBLIC_WRITE_PROHIBITED", "S3_BUCKET_PUBLIC_WRITE_PROHIBITED"),
        ("AWSControlTower_AWS-GR_ROOT_ACCOUNT_MFA_ENABLED", "ROOT_ACCOUNT_MFA_ENABLED"),
        ("AWSControlTower_AWS-GR_MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS", "MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS"),
    ] {
        check_name(name, Some(identifier));
    }
}

#[test]
fn names_that_only_look_alike_are_unmapped() {
    for name in [
        "",
        "-",
        "securityhub-",
        "restricted-ssh-2",
        "my-restricted-ssh",
        "restricted-ssh ",
        "Restricted-SSH",
        "restricted-ssh-0a1b2c3d",
        "s3-bucket-public-read-prohibited-1985",
        "iam-password-policy-2",
        "securityhub-restricted-ssh-2-0a1b2c3d",
        "securityhub-restricted-ssh-0a1b",
        "securityhub-restricted-ssh-0a1b2c3d4",
        "securityhub-restricted-ssh-0a1b_c3d",
        "securityhub-securityhub-restricted-ssh-0a1b2c3d",
        "securityhub-vpc-sg-restricted-common-ports-0a1b2c3d",
        "securityhub-vpc-sg-open-only-to-authorized-ports-0a1b2c3d",
        "securityhub-iam-policy-no-statements-with-full-access-0a1b2c3d",
        "securityhub-iam-password-policy-recommended-defaults-0a1b2c3d",
        "securityhub-iam-password-policy-recommended-defaults-no-symbols-required-0a1b2c3d",
        "securityhub-s3-account-level-public-access-blocks-periodic-0a1b2c3d",
        "securityhub-mfa-enabled-for-iam-console-access-too-0a1b2c3d",
        "vpc-flow-logs-enabled-conformance-pack-a1b2c3d4",
        "vpc-flow-logs-enabled-conformance-pack-",
        "conformance-pack-a1b2c3d4e",
        "OrgConfigRule-vpc-flow-logs-enabled",
        "orgconfigrule-vpc-flow-logs-enabled-a1b2c3d4",
        "AWSControlTower_AWS-GR_IAM_USER_MFA_ENABLED",
        "AWSControlTower_AWS-GR_EBS_OPTIMIZED_INSTANCE",
        "AWSControlTower_AWS-GR_",
        "AWSControlTower_RESTRICTED_SSH",
        "FMManagedShieldConfigRule01234567-89ab-cdef-0123-456789abcdef",
        "iam-user-mfa-enabled",
        "cloudtrail-enabled",
    ] {
        check_name(name, None);
    }
}

#[test]
fn an_identifier_decides_and_the_name_says_nothing() {
    let by_identifier = |identifier: &str| Some((identifier.to_owned(), MatchedBy::Identifier));
    for (name, owner, identifier, wanted) in [
        ("anything", "AWS", "INCOMING_SSH_DISABLED", by_identifier("INCOMING_SSH_DISABLED")),
        ("anything", "AWS", "incoming-ssh-disabled", by_identifier("INCOMING_SSH_DISABLED")),
        ("anything", "", "IAM_NO_USER_POLICIES_CHECK", by_identifier("IAM_USER_NO_POLICIES_CHECK")),
        ("restricted-ssh", "AWS", "ACCESS_KEYS_ROTATED", by_identifier("ACCESS_KEYS_ROTATED")),
        ("corp-mfa", "AWS", "ACCESS_KEYS_ROTATED", by_identifier("ACCESS_KEYS_ROTATED")),
        (
            "securityhub-iam-password-policy-recommended-defaults-0a1b2c3d",
            "AWS",
            "IAM_PASSWORD_POLICY",
            by_identifier("IAM_PASSWORD_POLICY"),
        ),
        ("restricted-ssh", "AWS", "EIP_ATTACHED", None),
        ("restricted-ssh", "AWS", "INCOMING_SSH_DISABLED_2", None),
        (
            "corp-mfa",
            "AWS",
            "IAM_USER_MFA_ENABLED",
            Some(("MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS".to_owned(), MatchedBy::Alias)),
        ),
    ] {
        assert_eq!(matched(name, Some((owner, identifier))), wanted, "{name} {identifier}");
    }
}

#[test]
fn rules_with_code_of_their_own_go_by_name() {
    let function = "arn:aws:lambda:eu-west-1:111122223333:function:INCOMING_SSH_DISABLED";
    for described in
        [("CUSTOM_LAMBDA", function), ("CUSTOM_POLICY", ""), ("", function), ("CUSTOM_LAMBDA", "x"), ("AWS", " ")]
    {
        let by_name = |name: &str| matched(name, Some(described));
        assert_eq!(by_name("restricted-ssh"), Some(("INCOMING_SSH_DISABLED".to_owned(), MatchedBy::Name)));
        assert_eq!(by_name("corp-42-custom"), Some(("INCOMING_SSH_DISABLED".to_owned(), MatchedBy::Alias)));
        assert_eq!(by_name("securityhub-vpc-sg-restricted-common-ports-0a1b2c3d"), None);
    }
}

#[test]
fn aliases_come_last_and_are_exact() {
    let by_alias = |name: &str| matched(name, None);
    assert_eq!(by_alias("corp-42-custom"), Some(("INCOMING_SSH_DISABLED".to_owned(), MatchedBy::Alias)));
    assert_eq!(by_alias("corp-43-custom"), Some(("IAM_PASSWORD_POLICY".to_owned(), MatchedBy::Alias)));
    assert_eq!(by_alias("corp-42-custom-2"), None);
    assert_eq!(by_alias("CORP-42-CUSTOM"), None);
    let wanted = Some(("RESTRICTED_INCOMING_TRAFFIC".to_owned(), MatchedBy::Name));
    assert_eq!(by_alias("restricted-common-ports"), wanted, "a name that AWS gave needs no explaining");
}

#[test]
fn an_alias_to_an_unknown_test_is_an_error_that_names_the_nearest() {
    let catalog = Catalog::embedded().unwrap();
    let error = |target: &str| {
        let aliases = BTreeMap::from([("corp-1".to_owned(), target.to_owned())]);
        RuleMatcher::new(&catalog, &aliases).unwrap_err().to_string()
    };
    assert_eq!(
        error("INCOMING_SHH_DISABLED"),
        "alias `corp-1` names the test `INCOMING_SHH_DISABLED`, which the catalog does not have; did you mean `INCOMING_SSH_DISABLED`?"
    );
    assert_eq!(error("\u{1b}[2J"), "alias `corp-1` names the test `\\u{1b}[2J`, which the catalog does not have");
}

#[test]
fn hostile_names_neither_panic_nor_multiply() {
    let long = "securityhub-OrgConfigRule-".repeat(10_000) + &"-conformance-pack-123456789".repeat(10_000);
    assert!(base_names(&long).len() < 64);
    for name in [long.as_str(), "securityhub-é-ééééé", "OrgConfigRule-é-éééé", "é-conformance-pack-ééééé"]
    {
        assert_eq!(matched(name, None), None);
    }
}

#[test]
fn names_of_a_file_match_too() {
    let text = r#"
[[control]]
id = "X"
title = "Volumes"
criteria = ["CC6.7"]
statement = "Volumes are encrypted."
tests = ["ENCRYPTED_VOLUMES"]
[[test]]
identifier = "ENCRYPTED_VOLUMES"
rule_names = ["corp-volumes"]
resource_types = ["AWS::EC2::Volume"]
"#;
    let catalog = Catalog::embedded().unwrap().with_file("x", text).unwrap();
    let matcher = RuleMatcher::new(&catalog, &BTreeMap::new()).unwrap();
    for name in ["corp-volumes", "encrypted-volumes", "securityhub-encrypted-volumes-0a1b2c3d"] {
        assert_eq!(matcher.test_for(name, None), RuleMatch::Test(19, MatchedBy::Name), "{name}");
    }
}
