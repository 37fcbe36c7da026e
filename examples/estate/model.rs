//! What exists in the made-up estate: recorders, subjects and the states they go through.
//!
//! A subject's states are the truth; items, evaluations and findings are all derived from them.

use crate::instant::{DAY, Instant};

/// Days after which an unused credential or an unrotated key fails.
const CREDENTIAL_DAYS: i64 = 91;

/// What kind of thing a subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Account,
    Recorder,
    User,
    Policy,
    Bucket,
    Group,
    Vpc,
    FlowLog,
    Trail,
}

impl Kind {
    /// The type's name in AWS Config.
    pub(crate) const fn config_type(self) -> &'static str {
        match self {
            Self::Account => "AWS::::Account",
            Self::Recorder => "AWS::Config::ConfigurationRecorder",
            Self::User => "AWS::IAM::User",
            Self::Policy => "AWS::IAM::Policy",
            Self::Bucket => "AWS::S3::Bucket",
            Self::Group => "AWS::EC2::SecurityGroup",
            Self::Vpc => "AWS::EC2::VPC",
            Self::FlowLog => "AWS::EC2::FlowLog",
            Self::Trail => "AWS::CloudTrail::Trail",
        }
    }

    /// The type's name in Security Hub.
    pub(crate) const fn hub_type(self) -> &'static str {
        match self {
            Self::Account => "AwsAccount",
            Self::User => "AwsIamUser",
            Self::Policy => "AwsIamPolicy",
            Self::Bucket => "AwsS3Bucket",
            Self::Group => "AwsEc2SecurityGroup",
            Self::Vpc => "AwsEc2Vpc",
            Self::Trail => "AwsCloudTrailTrail",
            Self::Recorder | Self::FlowLog => "Other",
        }
    }

    pub(crate) const fn is_global(self) -> bool {
        matches!(self, Self::User | Self::Policy)
    }
}

/// An access key: when it was made, and since when nobody uses it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Credential {
    pub(crate) since: Instant,
    pub(crate) idle_since: Option<Instant>,
}

/// One inbound rule of a security group.
#[derive(Debug, Clone)]
pub(crate) struct Ingress {
    pub(crate) from_port: i64,
    pub(crate) to_port: i64,
    pub(crate) source: String,
    pub(crate) description: String,
}

/// The state of one subject at one time.
#[derive(Debug, Clone)]
pub(crate) enum State {
    Account { root_key: bool, root_mfa: bool, minimum_length: i64, multi_region_trail: bool },
    Recorder,
    User { groups: Vec<String>, attached: bool, password: Option<Credential>, mfa: bool, key: Option<Credential> },
    Policy { service: String, version: i64, admin: bool },
    Bucket { public: bool, logging: Option<String>, encrypted: bool, trail: bool, classification: Option<String> },
    Group { description: String, vpc: String, is_default: bool, ingress: Vec<Ingress>, egress: bool },
    Vpc { cidr: String, is_default: bool, logged: bool },
    FlowLog { vpc: String },
    Trail { key: Option<String>, validation: bool, multi_region: bool, organization: bool, bucket: String },
}

/// How a change comes to the recorder's attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notice {
    /// With a configuration item.
    Recorded,
    /// Not at all: a deletion that only later snapshots show.
    Silent,
    /// With an item of status `ResourceNotRecorded`, without configuration.
    NotRecorded,
}

/// From `at` on the subject is in `state`; `None` is deleted.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) at: Instant,
    pub(crate) state: Option<State>,
    pub(crate) notice: Notice,
}

/// One thing in one recorder's sight.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) kind: Kind,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) arn: String,
    /// When it was made, which may be long before the evidence begins.
    pub(crate) created: Instant,
    pub(crate) changes: Vec<Change>,
    /// Whether the recorder writes items of it.
    pub(crate) recorded: bool,
    /// Whether rules and Security Hub look at it.
    pub(crate) evaluated: bool,
    /// Security Hub controls whose failures somebody has suppressed.
    pub(crate) suppressed: Vec<&'static str>,
    /// Security Hub controls that cannot tell here, because what they look at is elsewhere.
    pub(crate) warned: Vec<&'static str>,
}

impl Subject {
    pub(crate) fn new(kind: Kind, id: &str, name: &str, arn: String, created: Instant) -> Self {
        Self {
            kind,
            id: id.to_owned(),
            name: name.to_owned(),
            arn,
            created,
            changes: Vec::new(),
            recorded: true,
            evaluated: true,
            suppressed: Vec::new(),
            warned: Vec::new(),
        }
    }

    pub(crate) fn then(mut self, at: Instant, state: State) -> Self {
        self.changes.push(Change { at, state: Some(state), notice: Notice::Recorded });
        self
    }

    pub(crate) fn deleted(mut self, at: Instant) -> Self {
        self.changes.push(Change { at, state: None, notice: Notice::Recorded });
        self
    }

    pub(crate) fn vanished(mut self, at: Instant) -> Self {
        self.changes.push(Change { at, state: None, notice: Notice::Silent });
        self
    }

    pub(crate) fn unevaluated(mut self) -> Self {
        self.evaluated = false;
        self
    }

    pub(crate) fn unrecorded(mut self) -> Self {
        self.recorded = false;
        self
    }

    pub(crate) fn suppress(mut self, control: &'static str) -> Self {
        self.suppressed.push(control);
        self
    }

    pub(crate) fn warn(mut self, control: &'static str) -> Self {
        self.warned.push(control);
        self
    }

    /// What is true at `at`; `None` before it was made and after it was deleted.
    pub(crate) fn state_at(&self, at: Instant) -> Option<&State> {
        self.changes.iter().rev().find(|change| change.at <= at).and_then(|change| change.state.as_ref())
    }

    /// The account that the ARN names, else `fallback`.
    pub(crate) fn owner<'a>(&'a self, fallback: &'a str) -> &'a str {
        self.arn.split(':').nth(4).filter(|account| !account.is_empty()).unwrap_or(fallback)
    }
}

impl State {
    /// Instants at which a verdict may turn although nothing was changed: credentials grow old.
    pub(crate) fn birthdays(&self) -> Vec<Instant> {
        let Self::User { password, key, .. } = self else { return Vec::new() };
        let idle = [password, key].into_iter().flatten().filter_map(|credential| credential.idle_since);
        let made = key.iter().map(|credential| credential.since);
        idle.chain(made).map(|since| since.plus(CREDENTIAL_DAYS * DAY)).collect()
    }
}

/// Whether a credential's date lies further back than the limit.
pub(crate) fn is_overdue(since: Instant, at: Instant) -> bool {
    at >= since.plus(CREDENTIAL_DAYS * DAY)
}

/// A stretch in which the recorder was stopped.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outage {
    pub(crate) from: Instant,
    pub(crate) until: Instant,
}

/// One AWS Config recorder: an account in a region, with all it sees.
#[derive(Debug, Clone)]
pub(crate) struct Recorder {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) seed: u64,
    pub(crate) begin: Instant,
    pub(crate) end: Instant,
    pub(crate) outage: Option<Outage>,
    pub(crate) subjects: Vec<Subject>,
    pub(crate) rules: Vec<crate::rules::Rule>,
    /// Security Hub controls that are switched on here.
    pub(crate) hub_controls: Vec<&'static str>,
    /// Security Hub controls that find nothing to evaluate here and pass on the account.
    pub(crate) hub_empty: Vec<&'static str>,
    /// Hours between two updates of a finding that says the same, from and to.
    pub(crate) hub_refresh: (i64, i64),
    /// Whether Security Hub still writes findings in the form of CIS 1.2.0 for `IAM.4`.
    pub(crate) unconsolidated: bool,
    pub(crate) snapshots_per_day: i64,
}

impl Recorder {
    pub(crate) fn label(&self) -> String {
        format!("{}/{}", self.account, self.region)
    }

    /// When a stopped recorder writes down what happened at `at`: when it runs again.
    pub(crate) fn captured(&self, at: Instant) -> Instant {
        match self.outage {
            Some(outage) if outage.from <= at && at < outage.until => outage.until.plus((at.0 % 240) * 1000),
            _ => at,
        }
    }

    pub(crate) fn is_stopped(&self, at: Instant) -> bool {
        self.outage.is_some_and(|outage| outage.from <= at && at < outage.until)
    }
}
