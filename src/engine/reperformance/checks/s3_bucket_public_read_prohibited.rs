//! `S3_BUCKET_PUBLIC_READ_PROHIBITED`: the public cannot read the bucket.

use crate::engine::reperformance::check::{Check, Reads, ResourceCase};
use crate::engine::reperformance::public_access::{ACCOUNT_BLOCK, NOTHING_SHOWN, State, exposure, readable_list};
use crate::engine::reperformance::public_policy::Operations;
use crate::engine::reperformance::verdict::Verdict;

pub(super) const CHECKS: &[Check] = &[Check {
    test: "S3_BUCKET_PUBLIC_READ_PROHIBITED",
    reads: Reads::Resource { resource_type: "AWS::S3::Bucket", joins: &[ACCOUNT_BLOCK], judge },
}];

fn judge(case: &ResourceCase<'_>) -> Verdict {
    let Some(found) = exposure(case, Operations::Read) else {
        return Verdict::unknown(NOTHING_SHOWN);
    };
    let verdict = match (found.state, found.held_by_account) {
        (State::Open, _) => Verdict::fail(found.reason),
        (State::Unclear, _) => Verdict::unknown(found.reason),
        (State::Closed, None) => Verdict::pass(found.reason),
        (State::Closed, Some(held)) => Verdict::pass(found.reason).and_beyond("blocked_by_account_only", held),
    };
    match readable_list(case) {
        Some(words) => verdict.and_beyond("acl_readable", words),
        None => verdict,
    }
}
