//! The AWS Config rules deployed in a recorder's account and region, under the names they get in the field.

use crate::catalog::{Asker, Test, Verdict, by_identifier, verdict};
use crate::instant::{DAY, HOUR, Instant, MINUTE};
use crate::json;
use crate::model::{CREDENTIAL_DAYS, Kind, State};
use crate::random::Random;

/// Who deployed a rule, which decides its name and ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Plain,
    SecurityHub,
    ConformancePack,
    Organization,
    ControlTower,
    CustomLambda,
}

/// One deployed rule.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    /// The managed rule's test; a custom rule has none.
    pub(crate) test: Option<&'static Test>,
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) arn: String,
    origin: Origin,
    account: String,
    region: String,
    /// When it was deleted, if it was.
    pub(crate) until: Option<Instant>,
    /// Milliseconds after midnight at which a periodic rule runs.
    phase: i64,
    /// Days for which the rule lets a key be unrotated.
    pub(crate) key_days: i64,
    /// The one resource that it is scoped to, if it is.
    pub(crate) only: Option<String>,
    seed: u64,
}

/// The deployments of an account: (identifier, origin).
pub(crate) const USUAL: [(&str, Origin); 18] = [
    ("MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS", Origin::Plain),
    ("IAM_USER_UNUSED_CREDENTIALS_CHECK", Origin::ConformancePack),
    ("ACCESS_KEYS_ROTATED", Origin::ConformancePack),
    ("IAM_PASSWORD_POLICY", Origin::Plain),
    ("IAM_ROOT_ACCESS_KEY_CHECK", Origin::Organization),
    ("ROOT_ACCOUNT_MFA_ENABLED", Origin::Plain),
    ("IAM_USER_NO_POLICIES_CHECK", Origin::SecurityHub),
    ("IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS", Origin::Plain),
    ("S3_BUCKET_PUBLIC_READ_PROHIBITED", Origin::Plain),
    ("S3_BUCKET_PUBLIC_WRITE_PROHIBITED", Origin::SecurityHub),
    ("CLOUD_TRAIL_ENCRYPTION_ENABLED", Origin::Plain),
    ("INCOMING_SSH_DISABLED", Origin::ControlTower),
    ("RESTRICTED_INCOMING_TRAFFIC", Origin::ConformancePack),
    ("VPC_DEFAULT_SECURITY_GROUP_CLOSED", Origin::Plain),
    ("MULTI_REGION_CLOUD_TRAIL_ENABLED", Origin::Plain),
    ("CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED", Origin::Organization),
    ("S3_BUCKET_LOGGING_ENABLED", Origin::Plain),
    ("VPC_FLOW_LOGS_ENABLED", Origin::Plain),
];

/// Where rules are deployed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    pub(crate) seed: u64,
}

fn rule_name(origin: Origin, base: &str, random: &mut Random) -> String {
    match origin {
        Origin::Plain | Origin::CustomLambda => base.to_owned(),
        Origin::SecurityHub => format!("securityhub-{base}-{}", random.hexadecimal(8)),
        Origin::ConformancePack => format!("{base}-conformance-pack-{}", random.suffix(9)),
        Origin::Organization => format!("OrgConfigRule-{base}-{}", random.suffix(8)),
        Origin::ControlTower => "AWSControlTower_AWS-GR_RESTRICTED_SSH".to_owned(),
    }
}

const fn service(origin: Origin) -> Option<&'static str> {
    match origin {
        Origin::SecurityHub => Some("securityhub.amazonaws.com"),
        Origin::ConformancePack => Some("config-conforms.amazonaws.com"),
        Origin::Organization => Some("config-multiaccountsetup.amazonaws.com"),
        Origin::Plain | Origin::ControlTower | Origin::CustomLambda => None,
    }
}

impl Rule {
    /// A managed rule by its identifier; `None` where there is no such rule.
    pub(crate) fn managed(place: Place<'_>, identifier: &str, origin: Origin) -> Option<Self> {
        let test = by_identifier(identifier)?;
        Some(Self::deployed(place, Some(test), test.kind, test.name, origin))
    }

    /// A rule of the customer's own that stands for none of the tests.
    pub(crate) fn custom(place: Place<'_>, name: &str, kind: Kind) -> Self {
        Self::deployed(place, None, kind, name, Origin::CustomLambda)
    }

    fn deployed(place: Place<'_>, test: Option<&'static Test>, kind: Kind, base: &str, origin: Origin) -> Self {
        let Place { account, region, seed } = place;
        let mut random = Random::keyed(seed, &format!("rule/{account}/{region}/{base}/{origin:?}"));
        // A service deploys under one name in all accounts it serves; the rule's own id differs.
        let mut shared = Random::keyed(seed, &format!("rule/{base}/{origin:?}"));
        let id = format!("config-rule-{}", random.suffix(6));
        let middle = service(origin).map_or_else(String::new, |service| format!("aws-service-rule/{service}/"));
        Self {
            test,
            kind,
            name: rule_name(origin, base, &mut shared),
            arn: format!("arn:aws:config:{region}:{account}:config-rule/{middle}{id}"),
            id,
            origin,
            account: account.to_owned(),
            region: region.to_owned(),
            until: None,
            phase: random.below(DAY / MINUTE) * MINUTE,
            key_days: CREDENTIAL_DAYS,
            only: None,
            seed,
        }
    }

    /// What the rule makes of a state; entries that do not apply are not listed by AWS Config.
    pub(crate) fn verdict(&self, state: &State, at: Instant) -> Option<Verdict> {
        let found = match self.test {
            Some(test) => verdict(Asker::Rule { key_days: self.key_days }, test, state, at),
            None => Some(custom_verdict(state)),
        };
        found.filter(|verdict| *verdict != Verdict::NotApplicable)
    }

    /// When the rule first sees what became true at `at`.
    pub(crate) fn seen(&self, at: Instant) -> Instant {
        let mut random = Random::keyed(self.seed, &format!("{}/{}", self.arn, at.0));
        if self.test.is_some_and(|test| test.periodic) {
            let days = (at.0 - self.phase).div_euclid(DAY) + 1;
            return Instant(days * DAY + self.phase + random.below(90_000));
        }
        at.plus(3 * MINUTE + random.below(8 * MINUTE))
    }

    fn source_identifier(&self) -> String {
        self.test.map_or_else(
            || format!("arn:aws:lambda:{}:{}:function:{}", self.region, self.account, self.name),
            |test| test.identifier.to_owned(),
        )
    }

    /// The entry of `describe-config-rules`.
    pub(crate) fn description(&self) -> String {
        let periodic = self.test.is_some_and(|test| test.periodic);
        let owner = if self.origin == Origin::CustomLambda { "CUSTOM_LAMBDA" } else { "AWS" };
        let source =
            json::object(&[("Owner", json::text(owner)), ("SourceIdentifier", json::text(&self.source_identifier()))]);
        let mut members = vec![
            ("ConfigRuleName", json::text(&self.name)),
            ("ConfigRuleArn", json::text(&self.arn)),
            ("ConfigRuleId", json::text(&self.id)),
            ("Source", source),
            ("InputParameters", json::text(&self.parameters())),
            ("ConfigRuleState", json::text("ACTIVE")),
        ];
        if periodic {
            members.push(("MaximumExecutionFrequency", json::text("TwentyFour_Hours")));
        } else {
            let mut scope = vec![("ComplianceResourceTypes", json::texts([self.kind.config_type()]))];
            scope.extend(self.only.as_ref().map(|id| ("ComplianceResourceId", json::text(id))));
            members.insert(3, ("Scope", json::object(&scope)));
        }
        if let Some(service) = service(self.origin) {
            members.push(("CreatedBy", json::text(service)));
        }
        json::object(&members)
    }

    fn parameters(&self) -> String {
        match self.test.map(|test| test.identifier) {
            Some("ACCESS_KEYS_ROTATED") => format!(r#"{{"maxAccessKeyAge":"{}"}}"#, self.key_days),
            Some("IAM_USER_UNUSED_CREDENTIALS_CHECK") => format!(r#"{{"maxCredentialUsageAge":"{CREDENTIAL_DAYS}"}}"#),
            Some("IAM_PASSWORD_POLICY") => {
                r#"{"MinimumPasswordLength":"14","PasswordReusePrevention":"24","MaxPasswordAge":"90"}"#.to_owned()
            }
            _ => "{}".to_owned(),
        }
    }

    pub(crate) fn is_gone(&self, at: Instant) -> bool {
        self.until.is_some_and(|until| at >= until)
    }

    /// When the items of its subjects stop to list the rule: some time after it was deleted.
    pub(crate) fn removed(&self) -> Option<Instant> {
        self.until.map(|until| until.plus(HOUR / 4))
    }
}

/// The customer's tagging rule: a bucket must say how confidential it is, a network passes.
fn custom_verdict(state: &State) -> Verdict {
    match state {
        State::Bucket { classification: None, .. } => Verdict::Fail,
        _ => Verdict::Pass,
    }
}
