//! Which TCP ports a security group's ingress rules open to the whole world.
//!
//! Shared by the checks on security groups; knows the shapes of rules, old and new, and no verdict.
//! What cannot be read is never taken for closed: a rule without readable ports opens all of them, one
//! whose source cannot be read leaves the question open.

use serde_json::Value;

use super::address_range::{AddressRange, Family};
use super::check::{Join, Joined, ResourceCase, Within};
use super::resource::{ResourceState, any_case, text, whole_number};
use super::words::{listed, short};

/// The prefix lists that a group's rules name, so that a rule can be judged by what its lists hold.
pub(super) const PREFIX_LISTS: Join = Join {
    resource_type: "AWS::EC2::PrefixList",
    within: Within::Recorder,
    wants: |group| {
        ingress_rules(group).iter().flatten().flat_map(IngressRule::prefix_lists).map(str::to_owned).collect()
    },
    key: |prefix_list| Some(prefix_list_id(prefix_list).to_owned()),
};

/// Whether some of a list of TCP ports are open to the whole world, and how, as half a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// At least one is.
    Open(String),
    /// None certainly is, and the evidence does not show that none is.
    Unclear(String),
    /// None is.
    Closed,
}

/// Whether a group opens one of these TCP ports to the world. The case has to carry [`PREFIX_LISTS`] as
/// its first join.
pub(super) fn opening(case: &ResourceCase<'_>, ports: &[i64]) -> Opening {
    let Some(rules) = ingress_rules(case.resource) else {
        return Opening::Unclear("the ingress rules are not in the evidence, or not as a list".to_owned());
    };
    let (mut open, mut unclear) = (Vec::new(), Vec::new());
    for rule in rules.iter().filter(|rule| ports.iter().any(|port| rule.covers(*port))) {
        match rule.sources(case.joined.first()) {
            Sources::World(range) if rule.protocol != Protocol::Unreadable => open.push(rule.opens(&range)),
            Sources::World(source) | Sources::Unknown(source) => unclear.push(rule.opens(&source)),
            Sources::Limited => {}
        }
    }
    match (open.is_empty(), unclear.is_empty()) {
        (false, _) => Opening::Open(listed(&open)),
        (true, false) => Opening::Unclear(listed(&unclear)),
        (true, true) => Opening::Closed,
    }
}

/// An ingress rule as far as it is about ports.
pub(super) struct IngressRule<'a> {
    /// From 1, in the order of the item.
    pub(super) number: usize,
    pub(super) protocol: Protocol,
    pub(super) ports: Ports,
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
    /// None is stated, or not as text or a whole number.
    Unreadable,
}

/// The ports of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ports {
    All,
    /// First and last, both included.
    Range(i64, i64),
    /// Not stated, or not as numbers in order; counts as all ports.
    Unreadable,
}

/// From where a rule lets traffic in, as far as it matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sources {
    /// From everywhere: the ranges, or the prefix list, that say so.
    World(String),
    /// From something that the evidence does not show, and nothing else opens it to the world.
    Unknown(String),
    /// From somewhere else, or nowhere.
    Limited,
}

/// The ingress rules of a group; `None` where the item has no list of them.
pub(super) fn ingress_rules(group: &ResourceState) -> Option<Vec<IngressRule<'_>>> {
    let rules = group.member("ipPermissions").as_array()?.iter().enumerate();
    Some(rules.map(|(place, rule)| IngressRule::new(place + 1, rule)).collect())
}

impl<'a> IngressRule<'a> {
    fn new(number: usize, rule: &'a Value) -> Self {
        let member = |name: &str| rule.get(name).unwrap_or(&Value::Null);
        let protocol = protocol_of(member("ipProtocol"));
        let ports = match whole_number(member("fromPort")).zip(whole_number(member("toPort"))) {
            _ if protocol == Protocol::All => Ports::All,
            Some((-1, -1)) => Ports::All,
            Some((first, last)) if first <= last => Ports::Range(first, last),
            _ => Ports::Unreadable,
        };
        Self { number, protocol, ports, rule }
    }

    /// Whether the rule is, or may be, about a TCP port.
    fn covers(&self, port: i64) -> bool {
        matches!(self.protocol, Protocol::Tcp | Protocol::All | Protocol::Unreadable) && self.ports.contain(port)
    }

    fn opens(&self, source: &str) -> String {
        format!("ingress rule {} opens {} to {source}", self.number, self.words())
    }

    /// Protocol and ports in words: `tcp 20-22`, `all traffic`.
    pub(super) fn words(&self) -> String {
        let protocol = match self.protocol {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            Protocol::All => return "all traffic".to_owned(),
            Protocol::Other => "another protocol,",
            Protocol::Unreadable => "an unreadable protocol,",
        };
        match self.ports {
            Ports::All => format!("{protocol} all ports"),
            Ports::Unreadable => format!("{protocol} unreadable ports, taken for all,"),
            Ports::Range(first, last) if first == last => format!("{protocol} {first}"),
            Ports::Range(first, last) => format!("{protocol} {first}-{last}"),
        }
    }

    /// From where it lets traffic in.
    fn sources(&self, prefix_lists: Option<&Joined<'_>>) -> Sources {
        if let Some(world) = self.world() {
            return Sources::World(world);
        }
        let lists = self.prefix_lists().map(|id| of_prefix_list(id, prefix_lists));
        let unreadable = self.ranges().into_iter().find(|(_, range)| range.is_none());
        let unreadable =
            unreadable.map(|(text, _)| Sources::Unknown(format!("`{}`, which is no address range", short(text))));
        let mut undecided = unreadable;
        for source in lists {
            match source {
                Sources::World(_) => return source,
                Sources::Unknown(_) => undecided = undecided.or(Some(source)),
                Sources::Limited => {}
            }
        }
        undecided.unwrap_or(Sources::Limited)
    }

    /// The ranges that are all of IPv4 and all of IPv6, the first of each as it is written.
    pub(super) fn world(&self) -> Option<String> {
        let ranges = self.ranges();
        let first = |family: Family| {
            let is_it = |range: &AddressRange| range.is_world() && range.family == family;
            ranges.iter().find(|(_, range)| range.as_ref().is_some_and(is_it)).map(|(text, _)| text.trim())
        };
        match (first(Family::V4), first(Family::V6)) {
            (Some(v4), Some(v6)) => Some(format!("{v4} and {v6}")),
            (one, other) => one.or(other).map(str::to_owned),
        }
    }

    /// Every address range of the rule, in both forms that items have, with its text; duplicates are
    /// harmless. `None` for one that cannot be read.
    pub(super) fn ranges(&self) -> Vec<(&'a str, Option<AddressRange>)> {
        if !self.rule.is_object() {
            return vec![(text(self.rule), None)];
        }
        let ranges =
            ["ipv4Ranges", "ipRanges", "ipv6Ranges"].into_iter().flat_map(|name| elements(self.rule.get(name)));
        let texts = ranges.map(|range| {
            let member = range.get("cidrIp").or_else(|| range.get("cidrIpv6"));
            text(member.unwrap_or(range))
        });
        texts.map(|text| (text, AddressRange::parse(text))).collect()
    }

    /// The ids of the prefix lists that it names; empty for one that cannot be read.
    pub(super) fn prefix_lists(&self) -> impl Iterator<Item = &'a str> {
        let lists = elements(self.rule.get("prefixListIds")).into_iter();
        lists.map(|list| text(list.get("prefixListId").unwrap_or(list)))
    }
}

impl Ports {
    /// Whether a port is, or may be, among them.
    pub(super) fn contain(self, port: i64) -> bool {
        match self {
            Self::All | Self::Unreadable => true,
            Self::Range(first, last) => (first..=last).contains(&port),
        }
    }
}

fn protocol_of(protocol: &Value) -> Protocol {
    let number = whole_number(protocol);
    let name = text(protocol).trim().to_ascii_lowercase();
    match (number, name.as_str()) {
        (Some(6), _) | (_, "tcp") => Protocol::Tcp,
        (Some(17), _) | (_, "udp") => Protocol::Udp,
        (Some(-1), _) | (_, "all") => Protocol::All,
        (None, "") => Protocol::Unreadable,
        _ => Protocol::Other,
    }
}

/// The elements of a list; something else that stands in its place counts as its only element.
fn elements(value: Option<&Value>) -> Vec<&Value> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(elements)) => elements.iter().collect(),
        Some(other) => vec![other],
    }
}

/// What a prefix list lets in. Of several states of one list the worst counts: which of them holds for the
/// group is not known.
fn of_prefix_list(id: &str, joined: Option<&Joined<'_>>) -> Sources {
    let is_it = |list: &&&ResourceState| !id.is_empty() && prefix_list_id(list) == id;
    let states = joined.into_iter().flat_map(|joined| joined.resources.iter().filter(is_it));
    let rank = |sources: &Sources| match sources {
        Sources::World(_) => 0,
        Sources::Unknown(_) => 1,
        Sources::Limited => 2,
    };
    let worst = states.map(|list| of_prefix_list_state(id, list)).min_by_key(rank);
    worst.unwrap_or_else(|| Sources::Unknown(format!("prefix list {}, which is not in the evidence", short(id))))
}

/// What a prefix list lets in as one state shows it. Lists that AWS owns name its own services, never the
/// world.
fn of_prefix_list_state(id: &str, found: &ResourceState) -> Sources {
    let words = |what: &str| format!("prefix list {}, {what}", short(id));
    if text(any_case(&found.configuration, "OwnerId").unwrap_or(&Value::Null)).eq_ignore_ascii_case("aws") {
        return Sources::Limited;
    }
    let Some(entries) = any_case(&found.configuration, "Entries").and_then(Value::as_array) else {
        return Sources::Unknown(words("whose entries are not in the evidence"));
    };
    let ranges = || entries.iter().map(|entry| AddressRange::parse(text(any_case(entry, "Cidr").unwrap_or(entry))));
    if ranges().flatten().any(AddressRange::is_world) {
        Sources::World(words("which holds the whole world"))
    } else if ranges().any(|range| range.is_none()) {
        Sources::Unknown(words("of which an entry is no address range"))
    } else {
        Sources::Limited
    }
}

fn prefix_list_id(prefix_list: &ResourceState) -> &str {
    match text(any_case(&prefix_list.configuration, "PrefixListId").unwrap_or(&Value::Null)) {
        "" => &prefix_list.resource_id,
        id => id,
    }
}
