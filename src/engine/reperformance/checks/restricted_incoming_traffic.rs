//! `RESTRICTED_INCOMING_TRAFFIC`: no security group opens a blocked port to the whole world.
//!
//! Blocked are the ports of `blockedPort1` to `blockedPort5` and of the list `blockedPorts`. AWS does not
//! say whether a rule that states the list alone blocks the five default ports too: where that makes the
//! difference, the verdict is unknown. One of the five that is stated as empty text is unset on purpose,
//! and with it all that are not stated.

use std::collections::BTreeSet;

use crate::engine::reperformance::check::{Check, Reads, ResourceCase};
use crate::engine::reperformance::open_ports::{Opening, PREFIX_LISTS, opening};
use crate::engine::reperformance::parameters::Parameters;
use crate::engine::reperformance::verdict::Verdict;
use crate::engine::reperformance::words::{listed, short};

pub(super) const CHECKS: &[Check] = &[Check {
    test: "RESTRICTED_INCOMING_TRAFFIC",
    reads: Reads::Resource { resource_type: "AWS::EC2::SecurityGroup", joins: &[PREFIX_LISTS], judge },
}];

const SINGLE: [&str; 5] = ["blockedPort1", "blockedPort2", "blockedPort3", "blockedPort4", "blockedPort5"];
const LIST: &str = "blockedPorts";
/// What the five are where nobody states them.
const USUAL: [i64; 5] = [20, 21, 3389, 3306, 4333];

fn judge(case: &ResourceCase<'_>) -> Verdict {
    let blocked = Blocked::of(case.parameters);
    match opening(case, &blocked.ports) {
        Opening::Open(how) => Verdict::fail(how),
        Opening::Unclear(how) => Verdict::unknown(how),
        Opening::Closed => blocked.closed(case),
    }
}

/// The ports that the parameters block.
struct Blocked {
    /// In order, each once.
    ports: Vec<i64>,
    /// Values in the place of ports that are none.
    unreadable: Vec<String>,
    /// Whether it is not known if the usual five are blocked as well.
    perhaps_usual: bool,
}

impl Blocked {
    fn of(parameters: &Parameters) -> Self {
        let single = SINGLE.iter().filter_map(|name| parameters.text(name));
        let list = parameters.text(LIST).into_iter().flat_map(|list| list.split(','));
        let (mut ports, mut unreadable) = (BTreeSet::new(), Vec::new());
        for value in single.chain(list).map(str::trim).filter(|value| !value.is_empty()) {
            match value.parse::<u16>() {
                Ok(port) => drop(ports.insert(i64::from(port))),
                Err(_) => unreadable.push(format!("`{}`", short(value))),
            }
        }
        let is_list_alone = parameters.text(LIST).is_some() && !SINGLE.iter().any(|name| parameters.is_stated(name));
        Self { ports: ports.into_iter().collect(), unreadable, perhaps_usual: is_list_alone }
    }

    /// The verdict where none of the ports is open.
    fn closed(&self, case: &ResourceCase<'_>) -> Verdict {
        if !self.unreadable.is_empty() {
            return Verdict::unknown(format!("the parameters block {}, which is no port", listed(&self.unreadable)));
        }
        if self.perhaps_usual
            && let Opening::Open(how) | Opening::Unclear(how) = opening(case, &USUAL)
        {
            return Verdict::unknown(format!("{how}; whether the default ports are blocked beside {LIST} is not known"));
        }
        if self.ports.is_empty() {
            return Verdict::unknown("the parameters name no port to block");
        }
        Verdict::pass(format!("no ingress rule opens {} to the whole world", self.words()))
    }

    fn words(&self) -> String {
        let ports = self.ports.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        format!("a blocked port (tcp {})", short(&ports))
    }
}
