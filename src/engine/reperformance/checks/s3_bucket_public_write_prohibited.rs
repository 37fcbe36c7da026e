//! `S3_BUCKET_PUBLIC_WRITE_PROHIBITED`: the public cannot write the bucket.
//!
//! The control wants more than the rule: nobody but administrators adds to or deletes from a bucket that
//! holds trail logs. What speaks against that is looked for beyond the rule.

use crate::engine::reperformance::bucket_protection::observations;
use crate::engine::reperformance::check::{Check, Reads, ResourceCase};
use crate::engine::reperformance::public_access::{ACCOUNT_BLOCK, NOTHING_SHOWN, State, exposure};
use crate::engine::reperformance::public_policy::Operations;
use crate::engine::reperformance::verdict::Verdict;

const TEST: &str = "S3_BUCKET_PUBLIC_WRITE_PROHIBITED";
const BUCKET: &str = "AWS::S3::Bucket";

pub(super) const CHECKS: &[Check] = &[
    Check { test: TEST, reads: Reads::Resource { resource_type: BUCKET, joins: &[ACCOUNT_BLOCK], judge } },
    Check { test: TEST, reads: Reads::Beyond { resource_type: BUCKET, look: observations } },
];

fn judge(case: &ResourceCase<'_>) -> Verdict {
    let Some(found) = exposure(case, Operations::Write) else {
        return Verdict::unknown(NOTHING_SHOWN);
    };
    match (found.state, found.held_by_account) {
        (State::Open, _) => Verdict::fail(found.reason),
        (State::Unclear, _) => Verdict::unknown(found.reason),
        (State::Closed, None) => Verdict::pass(found.reason),
        (State::Closed, Some(held)) => Verdict::pass(found.reason).and_beyond("blocked_by_account_only", held),
    }
}
