//! `INCOMING_SSH_DISABLED`: no security group opens port 22 to the whole world.
//!
//! TCP and rules for all traffic count, IPv4 and IPv6 alike. What else a group opens is looked at in
//! [`super::security_group_observations`].

use crate::engine::reperformance::check::{Check, Reads, ResourceCase};
use crate::engine::reperformance::open_ports::{Opening, PREFIX_LISTS, opening};
use crate::engine::reperformance::verdict::Verdict;

pub(super) const CHECKS: &[Check] = &[Check {
    test: "INCOMING_SSH_DISABLED",
    reads: Reads::Resource { resource_type: "AWS::EC2::SecurityGroup", joins: &[PREFIX_LISTS], judge },
}];

const SSH: i64 = 22;

fn judge(case: &ResourceCase<'_>) -> Verdict {
    match opening(case, &[SSH]) {
        Opening::Open(how) => Verdict::fail(how),
        Opening::Unclear(how) => Verdict::unknown(how),
        Opening::Closed => Verdict::pass("no ingress rule opens tcp 22 to the whole world"),
    }
}
