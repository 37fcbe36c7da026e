//! [`BucketMemory`]: what was worked out of one state of a bucket, so that it is worked out once.
//!
//! A state is judged by several checks, and again whenever its surroundings change. Holds only what follows
//! from the state alone, never what its account or a moment adds.

use std::sync::OnceLock;

use super::policy_document::PolicyDocument;
use super::public_access::WaysIn;

/// A bucket's policy, `None` where it has none; or why it cannot be read.
pub(super) type BucketPolicy = Result<Option<PolicyDocument>, String>;

/// What was worked out of a bucket's state so far; empty for all other resources.
#[derive(Clone, Debug, Default)]
pub(super) struct BucketMemory {
    pub(super) policy: OnceLock<BucketPolicy>,
    /// For reading and for writing.
    pub(super) ways_in: [OnceLock<WaysIn>; 2],
}
