//! `VPC_FLOW_LOGS_ENABLED`: a flow log of the VPC itself is active.
//!
//! Flow logs of its subnets or interfaces do not count. Only the owner of a VPC can give it one, so a VPC
//! that is shared from another account is not applicable. Without any flow log the VPC fails only where
//! flow logs were demonstrably recorded.

use crate::engine::reperformance::check::{Check, Join, Reads, ResourceCase, Within};
use crate::engine::reperformance::resource::{ResourceState, any_case, text};
use crate::engine::reperformance::verdict::Verdict;
use crate::engine::reperformance::words::{listed, short};

pub(super) const CHECKS: &[Check] = &[Check {
    test: "VPC_FLOW_LOGS_ENABLED",
    reads: Reads::Resource { resource_type: "AWS::EC2::VPC", joins: &[FLOW_LOGS], judge },
}];

const FLOW_LOGS: Join = Join {
    resource_type: "AWS::EC2::FlowLog",
    within: Within::Recorder,
    wants: |vpc| vec![vpc.resource_id.clone()],
    key: |flow_log| Some(member(flow_log, "resourceId").to_owned()).filter(|id| !id.is_empty()),
};

fn judge(case: &ResourceCase<'_>) -> Verdict {
    let owner = member(case.resource, "ownerId");
    if !owner.is_empty() && owner != case.resource.account {
        return Verdict::not_applicable(format!("the VPC is shared by account {}", short(owner)));
    }
    let Some(flow_logs) = case.joined.first() else {
        return Verdict::unknown("flow logs were not looked at");
    };
    let asked = case.parameters.text("trafficType");
    let (mut active, mut open, mut missed) = (Vec::new(), Vec::new(), Vec::new());
    for flow_log in &flow_logs.resources {
        match Answer::of(flow_log, asked) {
            Answer::Active => active.push(*flow_log),
            Answer::Open(why) => open.push(format!("flow log {} {why}", name(flow_log))),
            Answer::Misses(why) => missed.push(format!("flow log {} {why}", name(flow_log))),
        }
    }
    // A flow log that is delivered is the better witness.
    if let Some(flow_log) = active.into_iter().min_by_key(|flow_log| is_delivery_failing(flow_log)) {
        return pass(flow_log);
    }
    match (open.is_empty(), missed.is_empty(), flow_logs.is_recorded) {
        (false, _, _) => Verdict::unknown(listed(&open)),
        (_, false, _) => Verdict::fail(listed(&missed)),
        (_, _, true) => Verdict::fail("no flow log of the VPC"),
        (_, _, false) => Verdict::unknown("no flow log of the VPC, and nothing shows that flow logs are recorded"),
    }
}

/// Whether one flow log does what is asked for.
enum Answer {
    Active,
    /// Not known, and why.
    Open(&'static str),
    /// No, and why.
    Misses(String),
}

impl Answer {
    fn of(flow_log: &ResourceState, asked: Option<&str>) -> Self {
        match member(flow_log, "flowLogStatus") {
            "" => return Self::Open("does not state whether it is active"),
            status if !status.eq_ignore_ascii_case("ACTIVE") => return Self::Misses("is not active".to_owned()),
            _ => {}
        }
        let Some(asked) = asked else { return Self::Active };
        if !["ALL", "ACCEPT", "REJECT"].iter().any(|known| asked.eq_ignore_ascii_case(known)) {
            return Self::Open("cannot be measured: the parameter trafficType is none of ALL, ACCEPT and REJECT");
        }
        match member(flow_log, "trafficType").to_ascii_uppercase().as_str() {
            "ALL" => Self::Active,
            traffic if traffic.eq_ignore_ascii_case(asked) => Self::Active,
            traffic @ ("ACCEPT" | "REJECT") => Self::Misses(format!(
                "is active for {} traffic only, {} is asked for",
                kind(traffic),
                kind(asked)
            )),
            _ => Self::Open("does not state for which traffic it is active"),
        }
    }
}

fn kind(traffic: &str) -> &'static str {
    match traffic.to_ascii_uppercase().as_str() {
        "ACCEPT" => "accepted",
        "REJECT" => "rejected",
        _ => "all",
    }
}

fn pass(flow_log: &ResourceState) -> Verdict {
    let name = name(flow_log);
    let verdict = Verdict::pass(format!("flow log {name} is active"));
    if !is_delivery_failing(flow_log) {
        return verdict;
    }
    verdict.and_beyond("flow_log_delivery_failed", format!("flow log {name} is active, and its delivery fails"))
}

fn is_delivery_failing(flow_log: &ResourceState) -> bool {
    member(flow_log, "deliverLogsStatus").eq_ignore_ascii_case("FAILED")
}

fn name(flow_log: &ResourceState) -> String {
    short(&flow_log.resource_id)
}

fn member<'a>(resource: &'a ResourceState, name: &str) -> &'a str {
    any_case(&resource.configuration, name).map(text).unwrap_or_default().trim()
}
