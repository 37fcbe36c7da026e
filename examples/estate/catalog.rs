//! The tests behind the controls: their rule names, their Security Hub controls and their verdicts.

use crate::instant::Instant;
use crate::model::{Access, CREDENTIAL_DAYS, Ingress, Kind, Root, State, Traffic, is_overdue};

/// What a source says of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Pass,
    Fail,
    NotApplicable,
}

/// Who asks: the sources rightly differ on some states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asker {
    /// An AWS Config rule, deployed to fail keys older than so many days.
    Rule {
        key_days: i64,
    },
    SecurityHub,
    /// An auditor who looks at the configuration, with the parameters of the deployed rule.
    Auditor {
        key_days: i64,
    },
}

impl Asker {
    const fn key_days(self) -> i64 {
        match self {
            Self::Rule { key_days } | Self::Auditor { key_days } => key_days,
            Self::SecurityHub => CREDENTIAL_DAYS,
        }
    }

    const fn is_hub(self) -> bool {
        matches!(self, Self::SecurityHub)
    }

    const fn is_auditor(self) -> bool {
        matches!(self, Self::Auditor { .. })
    }
}

/// One AWS Config managed rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Test {
    /// The control of the catalog it belongs to.
    pub(crate) control: &'static str,
    pub(crate) identifier: &'static str,
    /// The rule's default name.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Periodic rules look once a day; the others when something changes.
    pub(crate) periodic: bool,
    /// The Security Hub control that checks the same.
    pub(crate) hub: &'static str,
    /// Title of that control.
    pub(crate) title: &'static str,
    pub(crate) severity: &'static str,
}

const fn test(
    control: &'static str,
    identifier: &'static str,
    name: &'static str,
    kind: Kind,
    periodic: bool,
    hub: [&'static str; 3],
) -> Test {
    let [hub, severity, title] = hub;
    Test { control, identifier, name, kind, periodic, hub, title, severity }
}

/// Every test, in the order of the controls.
pub(crate) const TESTS: [Test; 19] = [
    test(
        "C01",
        "MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS",
        "mfa-enabled-for-iam-console-access",
        Kind::User,
        true,
        ["IAM.5", "MEDIUM", "MFA should be enabled for all IAM users that have a console password"],
    ),
    test(
        "C02",
        "IAM_USER_UNUSED_CREDENTIALS_CHECK",
        "iam-user-unused-credentials-check",
        Kind::User,
        true,
        ["IAM.8", "MEDIUM", "Unused IAM user credentials should be removed"],
    ),
    test(
        "C03",
        "ACCESS_KEYS_ROTATED",
        "access-keys-rotated",
        Kind::User,
        true,
        ["IAM.3", "MEDIUM", "IAM users' access keys should be rotated every 90 days or less"],
    ),
    test(
        "C04",
        "IAM_PASSWORD_POLICY",
        "iam-password-policy",
        Kind::Account,
        true,
        ["IAM.15", "MEDIUM", "Ensure IAM password policy requires minimum password length of 14 or greater"],
    ),
    test(
        "C05",
        "IAM_ROOT_ACCESS_KEY_CHECK",
        "iam-root-access-key-check",
        Kind::Account,
        true,
        ["IAM.4", "CRITICAL", "IAM root user access key should not exist"],
    ),
    test(
        "C05",
        "ROOT_ACCOUNT_MFA_ENABLED",
        "root-account-mfa-enabled",
        Kind::Account,
        true,
        ["IAM.9", "CRITICAL", "MFA should be enabled for the root user"],
    ),
    test(
        "C06",
        "IAM_USER_NO_POLICIES_CHECK",
        "iam-user-no-policies-check",
        Kind::User,
        false,
        ["IAM.2", "LOW", "IAM users should not have IAM policies attached"],
    ),
    test(
        "C07",
        "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS",
        "iam-policy-no-statements-with-admin-access",
        Kind::Policy,
        false,
        ["IAM.1", "HIGH", "IAM policies should not allow full \"*\" administrative privileges"],
    ),
    test(
        "C08",
        "S3_BUCKET_PUBLIC_READ_PROHIBITED",
        "s3-bucket-public-read-prohibited",
        Kind::Bucket,
        false,
        ["S3.2", "CRITICAL", "S3 general purpose buckets should block public read access"],
    ),
    test(
        "C08",
        "S3_BUCKET_PUBLIC_WRITE_PROHIBITED",
        "s3-bucket-public-write-prohibited",
        Kind::Bucket,
        false,
        ["S3.3", "CRITICAL", "S3 general purpose buckets should block public write access"],
    ),
    test(
        "C09",
        "CLOUD_TRAIL_ENCRYPTION_ENABLED",
        "cloud-trail-encryption-enabled",
        Kind::Trail,
        true,
        ["CloudTrail.2", "MEDIUM", "CloudTrail should have encryption at-rest enabled"],
    ),
    test(
        "C10",
        "INCOMING_SSH_DISABLED",
        "restricted-ssh",
        Kind::Group,
        false,
        ["EC2.13", "HIGH", "Security groups should not allow ingress from 0.0.0.0/0 or ::/0 to port 22"],
    ),
    test(
        "C10",
        "RESTRICTED_INCOMING_TRAFFIC",
        "restricted-common-ports",
        Kind::Group,
        false,
        ["EC2.14", "HIGH", "Security groups should not allow ingress from 0.0.0.0/0 or ::/0 to port 3389"],
    ),
    test(
        "C11",
        "VPC_DEFAULT_SECURITY_GROUP_CLOSED",
        "vpc-default-security-group-closed",
        Kind::Group,
        false,
        ["EC2.2", "HIGH", "VPC default security groups should not allow inbound or outbound traffic"],
    ),
    test(
        "C12",
        "MULTI_REGION_CLOUD_TRAIL_ENABLED",
        "multi-region-cloudtrail-enabled",
        Kind::Account,
        true,
        ["CloudTrail.1", "HIGH", "CloudTrail should be enabled and configured with at least one multi-Region trail"],
    ),
    test(
        "C13",
        "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED",
        "cloud-trail-log-file-validation-enabled",
        Kind::Trail,
        true,
        ["CloudTrail.4", "LOW", "CloudTrail log file validation should be enabled"],
    ),
    test(
        "C14",
        "S3_BUCKET_LOGGING_ENABLED",
        "s3-bucket-logging-enabled",
        Kind::Bucket,
        false,
        ["S3.9", "MEDIUM", "S3 general purpose buckets should have server access logging enabled"],
    ),
    test(
        "C15",
        "VPC_FLOW_LOGS_ENABLED",
        "vpc-flow-logs-enabled",
        Kind::Vpc,
        true,
        ["EC2.6", "MEDIUM", "VPC flow logging should be enabled in all VPCs"],
    ),
    test(
        "C16",
        "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED",
        "s3-bucket-server-side-encryption-enabled",
        Kind::Bucket,
        false,
        ["", "", ""],
    ),
];

/// Ports that `RESTRICTED_INCOMING_TRAFFIC` blocks unless told otherwise.
const COMMON_PORTS: [i64; 5] = [20, 21, 3389, 3306, 4333];

pub(crate) fn by_identifier(identifier: &str) -> Option<&'static Test> {
    TESTS.iter().find(|test| test.identifier == identifier)
}

pub(crate) fn by_hub_control(control: &str) -> Option<&'static Test> {
    TESTS.iter().find(|test| test.hub == control)
}

const fn judged(passes: bool) -> Verdict {
    if passes { Verdict::Pass } else { Verdict::Fail }
}

/// The estate has no prefix list but one that holds the whole world.
fn is_open(ingress: &[Ingress], ports: &[i64]) -> bool {
    let world = |rule: &&Ingress| rule.source == "0.0.0.0/0" || rule.source == "::/0" || rule.source.starts_with("pl-");
    ingress.iter().filter(world).any(|rule| ports.iter().any(|port| (rule.from_port..=rule.to_port).contains(port)))
}

/// What `asker` makes of `state` at `at` for `test`; `None` where the rule does not look at such a thing.
pub(crate) fn verdict(asker: Asker, test: &Test, state: &State, at: Instant) -> Option<Verdict> {
    match state {
        State::Account { .. } => account_verdict(asker, test, state),
        State::User { .. } => user_verdict(asker, test, state, at),
        // Security Hub leaves permissions boundaries out, the rule and who reads it do not.
        State::Policy { admin, boundary, .. } => Some(judged(!admin || (*boundary && asker.is_hub()))),
        State::Bucket { access, logging, encrypted, .. } => match test.control {
            "C08" if test.hub == "S3.2" => {
                Some(judged(*access == Access::Private || (*access == Access::HeldByAccount && asker.is_auditor())))
            }
            "C08" => Some(Verdict::Pass),
            "C14" => Some(judged(logging.is_some())),
            _ => Some(judged(*encrypted)),
        },
        State::Group { ingress, egress, is_default, .. } => match test.hub {
            "EC2.13" => Some(judged(!is_open(ingress, &[22]))),
            "EC2.14" if asker.is_hub() => Some(judged(!is_open(ingress, &[3389]))),
            "EC2.14" => Some(judged(!is_open(ingress, &COMMON_PORTS))),
            _ if *is_default => Some(judged(ingress.is_empty() && !egress)),
            _ => Some(Verdict::NotApplicable),
        },
        // Security Hub asks for rejected traffic.
        State::Vpc { logged, .. } => {
            Some(judged(logged.is_some_and(|traffic| traffic == Traffic::All || !asker.is_hub())))
        }
        State::Trail { key, validation, .. } => {
            Some(judged(if test.control == "C09" { key.is_some() } else { *validation }))
        }
        State::FlowLog { .. } | State::Recorder { .. } | State::PrefixList | State::AccountBlock => None,
    }
}

fn account_verdict(asker: Asker, test: &Test, state: &State) -> Option<Verdict> {
    let State::Account { root_key, root, passwords, multi_region_trail } = state else { return None };
    match test.control {
        "C04" => Some(judged(passwords.is_some_and(|passwords| {
            // Each of Security Hub's controls asks for one requirement, IAM.15 for the length.
            passwords.minimum_length >= 14 && (asker.is_hub() || passwords.remembered >= 24)
        }))),
        "C05" if test.hub == "IAM.4" => Some(judged(!root_key)),
        "C05" => Some(match root {
            Root::Password { mfa } => judged(*mfa),
            Root::Nothing if asker.is_hub() => Verdict::Pass,
            Root::Nothing => Verdict::NotApplicable,
        }),
        "C12" => Some(judged(*multi_region_trail)),
        _ => None,
    }
}

fn user_verdict(asker: Asker, test: &Test, state: &State, at: Instant) -> Option<Verdict> {
    let State::User { attached, password, mfa, key, .. } = state else { return None };
    let is_absent = match test.control {
        "C01" => password.is_none(),
        "C02" => password.is_none() && key.is_none(),
        "C03" => key.is_none(),
        _ => false,
    };
    // To the rules a user without the credential is one more that complies.
    if is_absent && asker.is_auditor() {
        return Some(Verdict::NotApplicable);
    }
    match test.control {
        "C01" => Some(judged(password.is_none() || *mfa)),
        "C02" => {
            let mut idle = [password, key].into_iter().flatten().filter_map(|credential| credential.idle_since);
            Some(judged(!idle.any(|since| is_overdue(since, at, CREDENTIAL_DAYS))))
        }
        "C03" => Some(judged(!key.is_some_and(|credential| is_overdue(credential.since, at, asker.key_days())))),
        _ => Some(judged(!attached)),
    }
}
