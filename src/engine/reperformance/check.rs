//! [`Check`]: a test as a pure function, with what it reads declared.

use serde_json::Value;

use super::parameters::Parameters;
use super::resource::ResourceState;
use super::verdict::Verdict;
use crate::lake::CredentialRow;
use crate::model::Instant;

/// A test that tickmark performs itself.
pub(in crate::engine) struct Check {
    /// Identifier of the test that it speaks for, as in the catalog.
    pub(in crate::engine) test: &'static str,
    pub(in crate::engine) reads: Reads,
}

/// What a check reads, and how it judges.
pub(in crate::engine) enum Reads {
    /// A resource, as its configuration items state it, with what is joined to it.
    Resource { resource_type: &'static str, joins: &'static [Join], judge: fn(&ResourceCase<'_>) -> Verdict },
    /// A user's line in a credential report; the root user's line is never given.
    User { judge: fn(&UserCase<'_>) -> Verdict },
    /// An account as a whole; `None` where nothing can be said of it.
    Account { needs: &'static [Need], judge: fn(&AccountCase<'_>) -> Option<Verdict> },
    /// A resource on which the check only looks for what lies beyond its rule; it makes no subject.
    Beyond { resource_type: &'static str, look: fn(&ResourceState) -> Vec<super::verdict::Beyond> },
}

impl Reads {
    /// What is read, in words for the catalog.
    pub(in crate::engine) fn words(&self) -> String {
        match self {
            Self::Resource { resource_type, joins, .. } => {
                let joined =
                    joins.iter().map(|join| format!(" with {} of its {}", join.resource_type, join.within.words()));
                format!("configuration items of {resource_type}{}", joined.collect::<Vec<_>>().join(" and"))
            }
            Self::User { .. } => "IAM credential reports".to_owned(),
            Self::Account { needs, .. } => needs.iter().map(|need| need.words()).collect::<Vec<_>>().join("; "),
            Self::Beyond { resource_type, .. } => format!("{resource_type}, for remarks only"),
        }
    }
}

impl Within {
    const fn words(self) -> &'static str {
        match self {
            Self::Recorder => "account and region",
            Self::Account => "account",
        }
    }
}

impl Need {
    const fn words(self) -> &'static str {
        match self {
            Self::Root => "the root user's line in IAM credential reports",
            Self::Summary => "`get-account-summary`",
            Self::PasswordPolicy => "`get-account-password-policy`",
            Self::Trails => "configuration items of AWS::CloudTrail::Trail, `get-event-selectors`, `get-trail-status`",
        }
    }
}

/// Resources that a check needs beside its own, mostly of another type.
pub(in crate::engine) struct Join {
    pub(in crate::engine) resource_type: &'static str,
    pub(in crate::engine) within: Within,
    /// What a subject asks for: a resource is joined to it where one of these keys is the resource's.
    pub(in crate::engine) wants: fn(&ResourceState) -> Vec<String>,
    /// The key of a resource of the joined type; `None` where it can be joined to nothing.
    pub(in crate::engine) key: fn(&ResourceState) -> Option<String>,
}

/// Where joined resources are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Within {
    /// What the recorder that shows the subject recorded: its account and region.
    Recorder,
    /// All recorders of the account.
    Account,
}

/// A resource in one state, with all that its check needs at that moment.
pub(in crate::engine) struct ResourceCase<'a> {
    pub(in crate::engine) resource: &'a ResourceState,
    /// One entry for each declared join, in that order.
    pub(in crate::engine) joined: Vec<Joined<'a>>,
    pub(in crate::engine) parameters: &'a Parameters,
}

/// What one join found.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Joined<'a> {
    /// The resources that exist at that moment; the newest item of each, ordered by type, id and recorder.
    pub(in crate::engine) resources: Vec<&'a ResourceState>,
    /// Whether resources of the type were demonstrably recorded where the join looks, at that moment:
    /// only then does it mean something that there is none (spec section 3.6).
    pub(in crate::engine) is_recorded: bool,
}

/// A user's line in a credential report.
pub(in crate::engine) struct UserCase<'a> {
    pub(in crate::engine) user: &'a CredentialRow,
    pub(in crate::engine) parameters: &'a Parameters,
}

/// Something that an account-level check looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Need {
    /// The root user's line in the credential report.
    Root,
    /// `get-account-summary`.
    Summary,
    /// `get-account-password-policy`.
    PasswordPolicy,
    /// Trails of the account, and organization trails of others.
    Trails,
}

/// An account at one moment. Only what the check needs is filled.
pub(in crate::engine) struct AccountCase<'a> {
    /// The root user's line in the latest credential report; `None` where there is no report yet, or it
    /// has no such line.
    pub(in crate::engine) root: Option<&'a CredentialRow>,
    /// The latest account summary: the whole answer, with `SummaryMap`.
    pub(in crate::engine) summary: Option<Stated<'a>>,
    /// The latest password policy: the whole answer, with `PasswordPolicy`; null for the answer that the
    /// account has none.
    pub(in crate::engine) password_policy: Option<Stated<'a>>,
    /// Every trail that exists at that moment and may log this account's events, ordered by ARN.
    pub(in crate::engine) trails: Vec<TrailCase<'a>>,
    /// Whether trails of this account were demonstrably recorded at that moment.
    pub(in crate::engine) trails_recorded: bool,
    pub(in crate::engine) parameters: &'a Parameters,
}

/// An answer of an API and when it was given.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Stated<'a> {
    pub(in crate::engine) at: Instant,
    pub(in crate::engine) content: &'a Value,
}

/// A trail as an account sees it.
pub(in crate::engine) struct TrailCase<'a> {
    pub(in crate::engine) trail: &'a ResourceState,
    pub(in crate::engine) reach: Reach,
    /// Whether some recorder still vouches for the trail; else its last word is older than `max_gap`.
    pub(in crate::engine) is_vouched: bool,
    /// The latest `get-event-selectors` of the trail: several where answers of one time differ.
    pub(in crate::engine) event_selectors: Vec<Stated<'a>>,
    /// The latest `get-trail-status` of the trail: several where answers of one time differ.
    pub(in crate::engine) status: Vec<Stated<'a>>,
    /// The name of the file of a newer `get-trail-status` that says that a trail does not log, and may be
    /// about this one as well as about another.
    pub(in crate::engine) perhaps_stopped: Option<&'a str>,
}

/// Why a trail may log an account's events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Reach {
    /// The account's own recorders show it: its own trail, or an organization's as it sees it.
    Own,
    /// An organization trail of another account, and the account is known to be a member.
    Member,
    /// An organization trail of another account; whether the account is a member is not known.
    PerhapsMember,
}
