//! Which ports a security group's ingress rules open to the whole world.
//!
//! Shared by the checks on security groups; knows the shapes of rules, old and new, and no verdict.

use serde_json::Value;

use super::check::{Join, ResourceCase, Within};
use super::resource::{ResourceState, list, text, whole_number};

/// The prefix lists that a group's rules name, so that a rule can be judged by what its lists hold.
pub(super) const PREFIX_LISTS: Join = Join {
    resource_type: "AWS::EC2::PrefixList",
    within: Within::Recorder,
    wants: |group| list(group.member("ipPermissions")).iter().flat_map(prefix_list_ids).collect(),
    key: |prefix_list| Some(prefix_list_id(prefix_list).to_owned()),
};

/// An ingress rule as far as it is about ports.
pub(super) struct IngressRule<'a> {
    /// From 1, in the order of the item.
    pub(super) number: usize,
    pub(super) protocol: Protocol,
    /// First and last port, both included; `None` for all ports.
    pub(super) ports: Option<(i64, i64)>,
    rule: &'a Value,
}

/// What a rule's protocol means for ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Tcp,
    Udp,
    /// All protocols and with them all ports.
    All,
    /// One without ports, such as ICMP, whose port fields mean something else.
    Other,
}

/// From where a rule lets traffic in, as far as it matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sources {
    /// From everywhere: the range, or the prefix list, that says so.
    World(String),
    /// From a prefix list that is not in the evidence, and nothing else opens it to the world.
    UnknownList(String),
    /// From somewhere else, or nowhere.
    Limited,
}

/// The ingress rules of a group.
pub(super) fn ingress_rules(group: &ResourceState) -> Vec<IngressRule<'_>> {
    let rules = list(group.member("ipPermissions")).iter().enumerate();
    rules.map(|(place, rule)| IngressRule::new(place + 1, rule)).collect()
}

impl<'a> IngressRule<'a> {
    fn new(number: usize, rule: &'a Value) -> Self {
        let member = |name: &str| rule.get(name).unwrap_or(&Value::Null);
        let protocol = match member("ipProtocol") {
            Value::String(name) => protocol_of(name),
            Value::Number(number) => protocol_of(&number.to_string()),
            _ => Protocol::Other,
        };
        let ports = match protocol {
            Protocol::All => None,
            _ => whole_number(member("fromPort")).zip(whole_number(member("toPort"))),
        };
        Self { number, protocol, ports, rule }
    }

    /// Whether the rule is about a port of its protocol.
    pub(super) fn covers(&self, port: i64) -> bool {
        self.ports.is_none_or(|(first, last)| (first, last) == (-1, -1) || (first <= port && port <= last))
    }

    /// Protocol and ports in words: `tcp 20-22`, `all traffic`.
    pub(super) fn words(&self) -> String {
        let protocol = match self.protocol {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            Protocol::All => return "all traffic".to_owned(),
            Protocol::Other => "another protocol",
        };
        match self.ports {
            None | Some((-1, -1)) => format!("{protocol}, all ports"),
            Some((first, last)) if first == last => format!("{protocol} {first}"),
            Some((first, last)) => format!("{protocol} {first}-{last}"),
        }
    }

    /// From where it lets traffic in.
    pub(super) fn sources(&self, case: &ResourceCase<'_>) -> Sources {
        if let Some(range) = self.ranges().into_iter().find(|range| is_world(range)) {
            return Sources::World(range.to_owned());
        }
        let lists = case.joined.first().map(|joined| joined.resources.as_slice()).unwrap_or_default();
        let mut unknown = None;
        for wanted in prefix_list_ids(self.rule) {
            let Some(found) = lists.iter().find(|list| prefix_list_id(list) == wanted) else {
                unknown = unknown.or(Some(wanted));
                continue;
            };
            if !is_owned_by_aws(found) && entries(found).any(is_world) {
                return Sources::World(format!("prefix list {wanted}, which holds the whole world"));
            }
        }
        unknown.map_or(Sources::Limited, Sources::UnknownList)
    }

    /// Every address range of the rule, in both forms that items have; duplicates are harmless.
    pub(super) fn ranges(&self) -> Vec<&'a str> {
        let ranges = |name: &str, member: &str| {
            let ranges = list(self.rule.get(name).unwrap_or(&Value::Null)).iter();
            let of_range =
                |range: &'a Value| range.as_str().unwrap_or_else(|| text(range.get(member).unwrap_or(&Value::Null)));
            ranges.map(of_range).collect::<Vec<&'a str>>()
        };
        [ranges("ipv4Ranges", "cidrIp"), ranges("ipRanges", "cidrIp"), ranges("ipv6Ranges", "cidrIpv6")].concat()
    }
}

fn protocol_of(name: &str) -> Protocol {
    match name.to_ascii_lowercase().as_str() {
        "tcp" | "6" => Protocol::Tcp,
        "udp" | "17" => Protocol::Udp,
        "-1" | "all" => Protocol::All,
        _ => Protocol::Other,
    }
}

/// Whether an address range is all of IPv4 or all of IPv6, however it is spelt.
fn is_world(range: &str) -> bool {
    let Some((address, length)) = range.trim().split_once('/') else { return false };
    address.parse::<std::net::IpAddr>().is_ok() && length.parse::<u8>() == Ok(0)
}

fn prefix_list_ids(rule: &Value) -> Vec<String> {
    let lists = list(rule.get("prefixListIds").unwrap_or(&Value::Null)).iter();
    let id = |entry: &Value| {
        entry.as_str().unwrap_or_else(|| text(entry.get("prefixListId").unwrap_or(&Value::Null))).to_owned()
    };
    lists.map(id).filter(|id| !id.is_empty()).collect()
}

fn prefix_list_id(prefix_list: &ResourceState) -> &str {
    match text(prefix_list.member("PrefixListId")) {
        "" => &prefix_list.resource_id,
        id => id,
    }
}

fn is_owned_by_aws(prefix_list: &ResourceState) -> bool {
    text(prefix_list.member("OwnerId")).eq_ignore_ascii_case("aws")
}

fn entries(prefix_list: &ResourceState) -> impl Iterator<Item = &str> {
    list(prefix_list.member("Entries")).iter().map(|entry| text(entry.get("Cidr").unwrap_or(&Value::Null)))
}
