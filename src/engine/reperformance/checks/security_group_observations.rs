//! What a security group opens to the world beyond the ports that the rules ask about.
//!
//! The rules on ports look for TCP from all addresses at once. An auditor wants to know as well of UDP,
//! of groups that open everything, of the world cut into two halves, and whether an open group is
//! attached to anything. All of it stands here, once a group, whichever checks speak of the group.

use crate::engine::reperformance::address_range::{AddressRange, Family, Half};
use crate::engine::reperformance::check::{Check, Reads};
use crate::engine::reperformance::open_ports::{IngressRule, Ports, Protocol, ingress_rules};
use crate::engine::reperformance::resource::{ResourceState, list, text};
use crate::engine::reperformance::verdict::Beyond;

pub(super) const CHECKS: &[Check] = &[Check {
    test: "INCOMING_SSH_DISABLED",
    reads: Reads::Beyond { resource_type: "AWS::EC2::SecurityGroup", look },
}];

const SSH: i64 = 22;
const PORT_MAX: i64 = 65_535;
/// What a group is attached to where it protects something.
const ATTACHMENTS: [&str; 2] = ["AWS::EC2::NetworkInterface", "AWS::EC2::Instance"];

fn look(group: &ResourceState) -> Vec<Beyond> {
    let rules = ingress_rules(group).unwrap_or_default();
    [udp_ssh(&rules), all_traffic(&rules), two_halves(&rules, Family::V4), two_halves(&rules, Family::V6)]
        .into_iter()
        .flatten()
        .chain(unattached(group, &rules))
        .collect()
}

fn udp_ssh(rules: &[IngressRule<'_>]) -> Option<Beyond> {
    let is_about_it = |rule: &&IngressRule<'_>| rule.protocol == Protocol::Udp && rule.ports.contain(SSH);
    let (rule, range) = first_open(rules.iter().filter(is_about_it))?;
    let words = format!("ingress rule {} opens {} to {range}; the rule asks about tcp only", rule.number, rule.words());
    Some(Beyond { kind: "udp_ssh_open_to_world", words })
}

fn all_traffic(rules: &[IngressRule<'_>]) -> Option<Beyond> {
    let (rule, range) = first_open(rules.iter().filter(|rule| rule.protocol == Protocol::All))?;
    let words = format!("ingress rule {} opens every port of every protocol to {range}", rule.number);
    Some(Beyond { kind: "all_traffic_open_to_world", words })
}

fn first_open<'r, 'a>(mut rules: impl Iterator<Item = &'r IngressRule<'a>>) -> Option<(&'r IngressRule<'a>, String)>
where
    'a: 'r,
{
    rules.find_map(|rule| rule.world().map(|range| (rule, range)))
}

/// Two rules, or one, that let in one half of all addresses each for the same traffic.
fn two_halves(rules: &[IngressRule<'_>], family: Family) -> Option<Beyond> {
    let of_half = |half: Half| rules.iter().filter(move |rule| holds(rule, family, half));
    let lower = Reached::of(of_half(Half::Lower));
    let (first, second) = of_half(Half::Upper).find_map(|rule| Some((lower.overlapping(rule)?, rule)))?;
    let (halves, all) = match family {
        Family::V4 => ("0.0.0.0/1 and 128.0.0.0/1", "IPv4"),
        Family::V6 => ("::/1 and 8000::/1", "IPv6"),
    };
    let by = match (first.min(second.number), first.max(second.number)) {
        (one, other) if one == other => format!("ingress rule {one} opens"),
        (one, other) => format!("ingress rules {one} and {other} open"),
    };
    let words = format!("{by} {} to {halves}, together all of {all}", second.words());
    Some(Beyond { kind: "world_in_two_halves", words })
}

fn holds(rule: &IngressRule<'_>, family: Family, half: Half) -> bool {
    let is_it = |range: &AddressRange| range.family == family && range.half() == Some(half);
    rule.ranges().iter().any(|(_, range)| range.as_ref().is_some_and(is_it))
}

/// Traffic as numbers on one line, so that two rules can be compared: the ports of TCP, then those of UDP.
/// `None` for a protocol without ports.
fn line(rule: &IngressRule<'_>) -> Option<(i64, i64)> {
    let (first, last) = match rule.ports {
        Ports::Range(first, last) => (first.clamp(0, PORT_MAX), last.clamp(0, PORT_MAX)),
        Ports::All | Ports::Unreadable => (0, PORT_MAX),
    };
    match rule.protocol {
        Protocol::Tcp => Some((first, last)),
        Protocol::Udp => Some((PORT_MAX + 1 + first, PORT_MAX + 1 + last)),
        Protocol::All => Some((0, 2 * PORT_MAX + 1)),
        Protocol::Other | Protocol::Unreadable => None,
    }
}

/// How far along the line rules reach, so that many rules are compared with many in short time.
struct Reached {
    /// Where a rule begins; the farthest end of it and all before it, and the number of the rule with
    /// that end. Ordered by beginning.
    ends: Vec<(i64, i64, usize)>,
}

impl Reached {
    fn of<'r, 'a: 'r>(rules: impl Iterator<Item = &'r IngressRule<'a>>) -> Self {
        let mut ends: Vec<(i64, i64, usize)> =
            rules.filter_map(|rule| line(rule).map(|(first, last)| (first, last, rule.number))).collect();
        ends.sort_unstable();
        let mut farthest: Option<(i64, usize)> = None;
        for (_, end, number) in &mut ends {
            if let Some((last, of)) = farthest.filter(|(last, _)| last >= end) {
                (*end, *number) = (last, of);
            }
            farthest = Some((*end, *number));
        }
        Self { ends }
    }

    /// The number of a rule that shares traffic with another.
    fn overlapping(&self, other: &IngressRule<'_>) -> Option<usize> {
        let (first, last) = line(other)?;
        let before = self.ends.partition_point(|(beginning, _, _)| *beginning <= last);
        let (_, end, number) = self.ends.get(before.checked_sub(1)?)?;
        (*end >= first).then_some(*number)
    }
}

/// Says of a group that lets the world in, or that names a prefix list, that its item names nothing that
/// it is attached to. An item without relationships says nothing: groups in a VPC always name the VPC, so
/// an empty list was not recorded. Config does not list every relationship that it could infer, so the
/// words claim no more than what the item holds, and the verdict stays.
fn unattached(group: &ResourceState, rules: &[IngressRule<'_>]) -> Option<Beyond> {
    let is_open = |rule: &IngressRule<'_>| rule.world().is_some() || rule.prefix_lists().next().is_some();
    let related = list(&group.relationships);
    let is_attachment = |relationship: &serde_json::Value| {
        relationship.get("resourceType").is_some_and(|name| ATTACHMENTS.contains(&text(name)))
    };
    if related.is_empty() || related.iter().any(is_attachment) || !rules.iter().any(is_open) {
        return None;
    }
    let words = "the group's item names no network interface and no instance that it is attached to".to_owned();
    Some(Beyond { kind: "unattached", words })
}
