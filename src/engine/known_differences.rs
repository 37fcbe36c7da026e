//! Why sources may rightly differ: reasons that are known, so that nobody takes each difference for a
//! contradiction. A reason explains, and hides nothing: the disagreement stays listed.

use super::results::ControlStatus;
use crate::model::{Instant, Period, Source};

/// A known reason.
struct Known {
    /// The tests that it is about; none for all.
    tests: &'static [&'static str],
    /// Who says what, in either order; no source for any.
    said: [(Option<Source>, Option<ControlStatus>); 2],
    /// Only of differences that begin before this day.
    before: Option<&'static str>,
    /// Only of differences no longer than this, in hours.
    hours_at_most: Option<i64>,
    /// Whether both say the same thing in their own words: then it counts as agreement.
    is_same: bool,
    words: &'static str,
}

const CONFIG: Option<Source> = Some(Source::Config);
const HUB: Option<Source> = Some(Source::SecurityHub);
const OWN: Option<Source> = Some(Source::Reperformed);
const ANY: Option<Source> = None;
const PASS: Option<ControlStatus> = Some(ControlStatus::Pass);
const FAIL: Option<ControlStatus> = Some(ControlStatus::Fail);
const NOT_APPLICABLE: Option<ControlStatus> = Some(ControlStatus::NotApplicable);

const USUAL: Known = Known {
    tests: &[],
    said: [(ANY, None), (ANY, None)],
    before: None,
    hours_at_most: None,
    is_same: false,
    words: "",
};

/// Tests that read the IAM credential report.
const OF_CREDENTIALS: &[&str] = &[
    "MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS",
    "IAM_USER_UNUSED_CREDENTIALS_CHECK",
    "ACCESS_KEYS_ROTATED",
    "IAM_ROOT_ACCESS_KEY_CHECK",
    "ROOT_ACCOUNT_MFA_ENABLED",
];

/// Tests that tickmark performs on reports and answers which state a moment.
const FROM_REPORTS: &[&str] = &[
    "MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS",
    "IAM_USER_UNUSED_CREDENTIALS_CHECK",
    "ACCESS_KEYS_ROTATED",
    "IAM_ROOT_ACCESS_KEY_CHECK",
    "ROOT_ACCOUNT_MFA_ENABLED",
    "IAM_PASSWORD_POLICY",
];

/// Tests of public access to buckets.
const OF_PUBLIC_ACCESS: &[&str] = &["S3_BUCKET_PUBLIC_READ_PROHIBITED", "S3_BUCKET_PUBLIC_WRITE_PROHIBITED"];

/// Tests whose rule is deployed with parameters.
const WITH_PARAMETERS: &[&str] = &[
    "IAM_USER_UNUSED_CREDENTIALS_CHECK",
    "ACCESS_KEYS_ROTATED",
    "IAM_PASSWORD_POLICY",
    "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS",
    "RESTRICTED_INCOMING_TRAFFIC",
    "MULTI_REGION_CLOUD_TRAIL_ENABLED",
    "S3_BUCKET_LOGGING_ENABLED",
    "VPC_FLOW_LOGS_ENABLED",
];

const KNOWN: &[Known] = &[
    Known {
        tests: &["ROOT_ACCOUNT_MFA_ENABLED"],
        said: [(HUB, PASS), (ANY, NOT_APPLICABLE)],
        is_same: true,
        words: "a root user without credentials is not applicable to the rule, and passed to Security Hub",
        ..USUAL
    },
    Known {
        tests: &["IAM_PASSWORD_POLICY"],
        said: [(HUB, PASS), (ANY, FAIL)],
        words: "each Security Hub control asks for one requirement only, and IAM.7 for a length of 8 without reuse or expiry",
        ..USUAL
    },
    Known {
        tests: &["IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS"],
        said: [(HUB, PASS), (ANY, FAIL)],
        words: "Security Hub leaves out policies that serve as permissions boundaries, the rule by default does not",
        ..USUAL
    },
    Known {
        tests: &["VPC_FLOW_LOGS_ENABLED"],
        said: [(HUB, FAIL), (ANY, PASS)],
        words: "Security Hub asks for rejected traffic to be logged, the rule by default for any",
        ..USUAL
    },
    Known {
        tests: &["RESTRICTED_INCOMING_TRAFFIC"],
        said: [(HUB, PASS), (ANY, FAIL)],
        words: "Security Hub's EC2.14 looks at port 3389 alone, the rule by default at 20, 21, 3306, 3389 and 4333",
        ..USUAL
    },
    Known {
        tests: &["INCOMING_SSH_DISABLED", "RESTRICTED_INCOMING_TRAFFIC"],
        said: [(CONFIG, PASS), (OWN, FAIL)],
        before: Some("2023-12-05"),
        words: "until the end of 2023 the rule did not look at IPv6 ranges and prefix lists",
        ..USUAL
    },
    Known {
        tests: &["MULTI_REGION_CLOUD_TRAIL_ENABLED"],
        said: [(HUB, PASS), (ANY, FAIL)],
        before: Some("2024-04-19"),
        words: "until 19 April 2024 CloudTrail.1 passed accounts whose trail did not log all management events",
        ..USUAL
    },
    Known {
        tests: OF_CREDENTIALS,
        hours_at_most: Some(28),
        words: "the credential report may be four hours old, and the rule runs once a day",
        ..USUAL
    },
    Known {
        tests: FROM_REPORTS,
        said: [(ANY, None), (OWN, None)],
        words: "a report states its own moment: what changed between two of them shows in tickmark's check only with the later one",
        ..USUAL
    },
    Known {
        tests: &["MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS", "IAM_USER_UNUSED_CREDENTIALS_CHECK", "ACCESS_KEYS_ROTATED"],
        said: [(ANY, PASS), (OWN, NOT_APPLICABLE)],
        is_same: true,
        words: "a user without the credential that is asked about passes the rule, and is not applicable to tickmark's check",
        ..USUAL
    },
    Known {
        tests: OF_PUBLIC_ACCESS,
        said: [(ANY, PASS), (OWN, FAIL)],
        words: "an organization's or account's public access block may protect the bucket without showing in its items",
        ..USUAL
    },
    Known {
        tests: OF_PUBLIC_ACCESS,
        said: [(CONFIG, FAIL), (OWN, PASS)],
        words: "AWS does not document whether the rule counts the account's public access block",
        ..USUAL
    },
    Known {
        tests: &["VPC_DEFAULT_SECURITY_GROUP_CLOSED"],
        said: [(CONFIG, FAIL), (OWN, PASS)],
        words: "after a VPC is deleted the rule may show its default group as failing until AWS Config takes stock again",
        ..USUAL
    },
    Known {
        tests: WITH_PARAMETERS,
        said: [(CONFIG, None), (HUB, None)],
        words: "Security Hub's copy of the rule and the account's own may be deployed with different parameters",
        ..USUAL
    },
];

/// What is known of a difference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Explanation {
    /// Whether both sources say the same thing in their own words.
    pub(super) is_same: bool,
    /// Each known reason, a sentence without a full stop.
    pub(super) reasons: Vec<&'static str>,
}

/// Looks for known reasons of a difference on one test.
pub(super) fn explain(test: &str, said: [(Source, ControlStatus); 2], period: Period) -> Explanation {
    let known = KNOWN.iter().filter(|known| known.is_about(test, said, period));
    known.fold(Explanation::default(), |mut explanation, known| {
        explanation.is_same |= known.is_same;
        explanation.reasons.push(known.words);
        explanation
    })
}

impl Known {
    fn is_about(&self, test: &str, said: [(Source, ControlStatus); 2], period: Period) -> bool {
        let [left, right] = said;
        let [first, second] = self.said;
        let fits = |wanted: (Option<Source>, Option<ControlStatus>), (source, status): (Source, ControlStatus)| {
            wanted.0.is_none_or(|wanted| wanted == source) && wanted.1.is_none_or(|wanted| wanted == status)
        };
        let day = self.before.map(Instant::parse_date);
        (self.tests.is_empty() || self.tests.contains(&test))
            && ((fits(first, left) && fits(second, right)) || (fits(first, right) && fits(second, left)))
            && day.is_none_or(|day| day.is_ok_and(|day| period.from < day))
            && self.hours_at_most.is_none_or(|hours| period.microseconds() <= hours * 3_600_000_000)
    }
}

#[cfg(test)]
mod tests;
