//! `VPC_DEFAULT_SECURITY_GROUP_CLOSED`: the default group of a VPC has no rules at all.
//!
//! Only groups named exactly `default` in a VPC are subjects. Any rule fails, in or out, whatever it
//! allows: also the two with which AWS makes the group.

use serde_json::Value;

use crate::engine::reperformance::check::{Check, Reads, ResourceCase};
use crate::engine::reperformance::resource::{ResourceState, text};
use crate::engine::reperformance::verdict::Verdict;

pub(super) const CHECKS: &[Check] = &[Check {
    test: "VPC_DEFAULT_SECURITY_GROUP_CLOSED",
    reads: Reads::Resource { resource_type: "AWS::EC2::SecurityGroup", joins: &[], judge },
}];

fn judge(case: &ResourceCase<'_>) -> Verdict {
    let group = case.resource;
    match name(group) {
        "" => return Verdict::unknown("the group's name is not in the evidence"),
        "default" => {}
        _ => return Verdict::outside("not a default group"),
    }
    if !group.has_configuration() {
        return Verdict::unknown("the group's configuration is not in the evidence");
    }
    if text(group.member("vpcId")).trim().is_empty() {
        return Verdict::outside("a default group without a VPC");
    }
    let (ingress, egress) = (rules(group, "ipPermissions"), rules(group, "ipPermissionsEgress"));
    if ingress.unwrap_or(0) + egress.unwrap_or(0) > 0 {
        let words = [counted(ingress, "ingress"), counted(egress, "egress")];
        return Verdict::fail(format!("the default group has {}", words.join(" and ")));
    }
    match (ingress, egress) {
        (Some(_), Some(_)) => Verdict::pass("the default group has no ingress and no egress rules"),
        (None, _) => Verdict::unknown("the ingress rules are not in the evidence, or not as a list"),
        (_, None) => Verdict::unknown("the egress rules are not in the evidence, or not as a list"),
    }
}

/// From the configuration, else the item's own name.
fn name(group: &ResourceState) -> &str {
    match text(group.member("groupName")) {
        "" => &group.resource_name,
        name => name,
    }
}

/// How many rules a list holds; `None` where there is no list.
fn rules(group: &ResourceState, member: &str) -> Option<usize> {
    group.member(member).as_array().map(Vec::<Value>::len)
}

fn counted(rules: Option<usize>, direction: &str) -> String {
    match rules {
        None => format!("{direction} rules that the evidence does not show"),
        Some(0) => format!("no {direction} rules"),
        Some(1) => format!("1 {direction} rule"),
        Some(more) => format!("{more} {direction} rules"),
    }
}
