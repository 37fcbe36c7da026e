//! What exists in the made-up estate: recorders, subjects and the states they go through.
//!
//! A subject's states are the truth; items, evaluations and findings are all derived from them.

use crate::instant::{DAY, Instant};

/// Days for which a credential may be unused and a key unrotated, where nobody asks for other ones.
pub(crate) const CREDENTIAL_DAYS: i64 = 90;

/// Days for which a key may be unrotated where a rule is deployed more strictly.
pub(crate) const STRICT_KEY_DAYS: i64 = 60;

/// What kind of thing a subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Account,
    Recorder,
    User,
    Policy,
    Bucket,
    Group,
    PrefixList,
    Vpc,
    FlowLog,
    Trail,
    AccountBlock,
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
            Self::PrefixList => "AWS::EC2::PrefixList",
            Self::AccountBlock => "AWS::S3::AccountPublicAccessBlock",
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
            Self::Recorder | Self::FlowLog | Self::PrefixList | Self::AccountBlock => "Other",
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

/// What an account asks of passwords.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Passwords {
    pub(crate) minimum_length: i64,
    /// How many former passwords cannot be used again.
    pub(crate) remembered: i64,
}

/// What the root user has to sign in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Root {
    /// A password, and a second factor or none.
    Password { mfa: bool },
    /// Nothing at all: the organization has taken its credentials away.
    Nothing,
}

/// Who can read a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Private,
    Public,
    /// Its policy says everybody, and only the account's public access block stands before it.
    HeldByAccount,
}

/// The state of one subject at one time.
#[derive(Debug, Clone)]
pub(crate) enum State {
    /// `passwords` is nothing where the account has no password policy.
    Account {
        root_key: bool,
        root: Root,
        passwords: Option<Passwords>,
        multi_region_trail: bool,
    },
    Recorder {
        is_on: bool,
    },
    User {
        groups: Vec<String>,
        attached: bool,
        password: Option<Credential>,
        mfa: bool,
        key: Option<Credential>,
    },
    /// A `boundary` is attached to nobody and limits what others allow.
    Policy {
        service: String,
        version: i64,
        admin: bool,
        boundary: bool,
    },
    Bucket {
        access: Access,
        logging: Option<String>,
        encrypted: bool,
        trail: bool,
        classification: Option<String>,
    },
    Group {
        description: String,
        vpc: String,
        is_default: bool,
        ingress: Vec<Ingress>,
        egress: bool,
    },
    /// Its entries hold the whole world.
    PrefixList,
    Vpc {
        cidr: String,
        is_default: bool,
        logged: Option<Traffic>,
    },
    FlowLog {
        vpc: String,
        traffic: Traffic,
    },
    Trail {
        key: Option<String>,
        validation: bool,
        multi_region: bool,
        organization: bool,
        bucket: String,
    },
    /// Ignores public access control lists and restricts public policies, and refuses neither.
    AccountBlock,
}

/// Which traffic a flow log holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Traffic {
    All,
    Accepted,
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
    /// Rules that have not looked at it again since an instant, by identifier.
    pub(crate) overlooked: Vec<(&'static str, Instant)>,
    /// Changes that a rule's first run after them misses, because the credential report it reads is from
    /// before: IAM makes one anew only after four hours.
    pub(crate) missed_once: Vec<Instant>,
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
            overlooked: Vec::new(),
            missed_once: Vec::new(),
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

    pub(crate) fn overlook(mut self, identifier: &'static str, since: Instant) -> Self {
        self.overlooked.push((identifier, since));
        self
    }

    pub(crate) fn miss_once(mut self, change: Instant) -> Self {
        self.missed_once.push(change);
        self
    }

    /// Whether a rule does not see what happened at `at`.
    pub(crate) fn is_overlooked(&self, identifier: &str, at: Instant) -> bool {
        self.overlooked.iter().any(|(rule, since)| *rule == identifier && *since <= at)
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
        let usual = idle.chain(made.clone()).map(|since| (since, CREDENTIAL_DAYS));
        let strict = made.map(|since| (since, STRICT_KEY_DAYS));
        usual.chain(strict).map(|(since, days)| since.plus((days + 1) * DAY)).collect()
    }
}

/// Whether a credential's date lies further back than `days`.
pub(crate) fn is_overdue(since: Instant, at: Instant, days: i64) -> bool {
    at >= since.plus((days + 1) * DAY)
}

/// A stretch in which the recorder was stopped.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outage {
    pub(crate) from: Instant,
    pub(crate) until: Instant,
}

/// What an account's people export about IAM, and how often.
#[derive(Debug, Clone)]
pub(crate) struct Exports {
    /// Days between two credential reports.
    pub(crate) report_days: i64,
    /// Whether reports that are API answers are a Python program's dump.
    pub(crate) dumped: bool,
    /// Whether an account summary comes with each report.
    pub(crate) summaries: bool,
    /// Further times at which the password policy, and at which the account summary, was asked for.
    pub(crate) policies: Vec<Instant>,
    pub(crate) summaries_at: Vec<Instant>,
}

impl Exports {
    /// Once a month.
    pub(crate) const MONTHLY: Self =
        Self { report_days: 30, dumped: false, summaries: false, policies: Vec::new(), summaries_at: Vec::new() };
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
    /// Only the home region's recorder's are made.
    pub(crate) exports: Exports,
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
