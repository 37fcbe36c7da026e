//! `INCOMING_SSH_DISABLED`: no security group opens port 22 to the whole world.

use crate::engine::reperformance::check::{Check, Reads, ResourceCase};
use crate::engine::reperformance::open_ports::{PREFIX_LISTS, Protocol, Sources, ingress_rules};
use crate::engine::reperformance::verdict::Verdict;

pub(super) const CHECKS: &[Check] = &[Check {
    test: "INCOMING_SSH_DISABLED",
    reads: Reads::Resource { resource_type: "AWS::EC2::SecurityGroup", joins: &[PREFIX_LISTS], judge },
}];

const SSH: i64 = 22;

fn judge(case: &ResourceCase<'_>) -> Verdict {
    let rules = ingress_rules(case.resource);
    let about_ssh = || {
        let is_tcp = |protocol: Protocol| matches!(protocol, Protocol::Tcp | Protocol::All);
        rules.iter().filter(move |rule| is_tcp(rule.protocol) && rule.covers(SSH))
    };
    for rule in about_ssh() {
        if let Sources::World(range) = rule.sources(case) {
            return Verdict::fail(format!("ingress rule {} opens {} to {range}", rule.number, rule.words()));
        }
    }
    for rule in about_ssh() {
        if let Sources::UnknownList(id) = rule.sources(case) {
            return Verdict::unknown(format!(
                "ingress rule {} opens {} to prefix list {id}, which is not in the evidence",
                rule.number,
                rule.words()
            ));
        }
    }
    Verdict::pass("no ingress rule opens tcp 22 to the whole world")
}
