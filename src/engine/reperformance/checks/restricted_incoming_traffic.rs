//! `RESTRICTED_INCOMING_TRAFFIC`: no security group opens a blocked port to the whole world.
//!
//! Blocked are the ports of `blockedPort1` to `blockedPort5` and of the list `blockedPorts`. AWS does not
//! say whether those of the five that a rule leaves out are at their defaults, beside others or beside the
//! list: where that makes the difference, the verdict is unknown. One that is stated as empty text is unset
//! on purpose.

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

/// The five, and what each is where nobody states it.
const SINGLE: [(&str, i64); 5] =
    [("blockedPort1", 20), ("blockedPort2", 21), ("blockedPort3", 3389), ("blockedPort4", 3306), ("blockedPort5", 4333)];
const LIST: &str = "blockedPorts";

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
    /// Defaults of those of the five that are left out: whether they are blocked as well is not known.
    perhaps: Vec<i64>,
}

impl Blocked {
    fn of(parameters: &Parameters) -> Self {
        let single = SINGLE.iter().filter_map(|(name, _)| parameters.text(name));
        let list = parameters.text(LIST).into_iter().flat_map(|list| list.split(','));
        let (mut ports, mut unreadable) = (BTreeSet::new(), Vec::new());
        for value in single.chain(list).map(str::trim).filter(|value| !value.is_empty()) {
            match value.parse::<u16>() {
                Ok(port) => drop(ports.insert(i64::from(port))),
                Err(_) => unreadable.push(format!("`{}`", short(value))),
            }
        }
        let left_out = SINGLE.iter().filter(|(name, _)| !parameters.is_stated(name));
        let perhaps = left_out.map(|(_, usual)| *usual).collect();
        Self { ports: ports.into_iter().collect(), unreadable, perhaps }
    }

    /// The verdict where none of the ports is open.
    fn closed(&self, case: &ResourceCase<'_>) -> Verdict {
        if !self.unreadable.is_empty() {
            return Verdict::unknown(format!("the parameters block {}, which is no port", listed(&self.unreadable)));
        }
        if let Opening::Open(how) | Opening::Unclear(how) = opening(case, &self.perhaps) {
            let open = "whether the default ports that the parameters leave out are blocked too is not known";
            return Verdict::unknown(format!("{how}; {open}"));
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
