//! [`Verdict`]: what a check says of one state, in words that an auditor can follow.

use crate::model::Status;

/// What a check says of a subject in one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine) struct Verdict {
    /// [`Status::Pass`], [`Status::Fail`], [`Status::NotApplicable`] or [`Status::Unknown`].
    pub(in crate::engine) status: Status,
    /// Whether the state is outside of what the test is about, so that it makes no subject at all: a
    /// group that is not a default group, a policy that AWS owns. Its status is not applicable.
    pub(in crate::engine) outside: bool,
    /// Why, as half a sentence without a full stop: `ingress rule 3 opens tcp 20-22 to ::/0`. Text from
    /// the evidence in it is raw; whoever prints it escapes it.
    pub(in crate::engine) reason: String,
    /// What an auditor should know beyond what the rule asks. Never changes the status.
    pub(in crate::engine) beyond: Vec<Beyond>,
}

/// Something seen beyond the rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::engine) struct Beyond {
    /// A stable name for the kind of thing, in snake case: `udp_open_to_world`.
    pub(in crate::engine) kind: &'static str,
    /// What was seen, as half a sentence.
    pub(in crate::engine) words: String,
}

impl Verdict {
    fn new(status: Status, reason: impl Into<String>) -> Self {
        Self { status, outside: false, reason: reason.into(), beyond: Vec::new() }
    }

    /// The state meets the test.
    pub(in crate::engine) fn pass(reason: impl Into<String>) -> Self {
        Self::new(Status::Pass, reason)
    }

    /// The state does not meet the test.
    pub(in crate::engine) fn fail(reason: impl Into<String>) -> Self {
        Self::new(Status::Fail, reason)
    }

    /// The subject is in the population, and the test does not apply to it in this state.
    pub(in crate::engine) fn not_applicable(reason: impl Into<String>) -> Self {
        Self::new(Status::NotApplicable, reason)
    }

    /// The evidence is there and cannot decide.
    pub(in crate::engine) fn unknown(reason: impl Into<String>) -> Self {
        Self::new(Status::Unknown, reason)
    }

    /// The state makes no subject of the test.
    pub(in crate::engine) fn outside(reason: impl Into<String>) -> Self {
        Self { outside: true, ..Self::not_applicable(reason) }
    }

    /// The same verdict with something seen beyond the rule.
    pub(in crate::engine) fn and_beyond(mut self, kind: &'static str, words: impl Into<String>) -> Self {
        self.beyond.push(Beyond { kind, words: words.into() });
        self
    }
}
