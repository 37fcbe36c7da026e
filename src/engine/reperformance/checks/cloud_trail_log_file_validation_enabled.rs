//! `CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED`: a trail writes digest files.
//!
//! That somebody checks log files against them is another question.

use serde_json::Value;

use crate::engine::reperformance::check::{Check, Reads, ResourceCase};
use crate::engine::reperformance::resource::flag;
use crate::engine::reperformance::trail::Trail;
use crate::engine::reperformance::verdict::Verdict;

pub(super) const CHECKS: &[Check] = &[Check {
    test: "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED",
    reads: Reads::Resource { resource_type: "AWS::CloudTrail::Trail", joins: &[], judge },
}];

fn judge(case: &ResourceCase<'_>) -> Verdict {
    let trail = Trail(case.resource);
    let stated = trail.member("logFileValidationEnabled");
    match (stated, stated.and_then(flag)) {
        (_, Some(true)) => Verdict::pass("log file validation is on"),
        (_, Some(false)) | (Some(Value::Null), _) => Verdict::fail("log file validation is off"),
        (None, _) if trail.is_complete() => Verdict::fail("log file validation is not set"),
        (None, _) => Verdict::unknown("the trail's configuration is not in the evidence, or not as a whole"),
        (Some(_), None) => Verdict::unknown("what stands for log file validation is neither yes nor no"),
    }
}
