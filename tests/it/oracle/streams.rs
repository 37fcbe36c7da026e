//! Observations, gathered into streams.

use std::collections::{BTreeMap, BTreeSet};

use super::controls::{config_type, test_of_identifier, test_of_name, tests_of_finding, type_of_test};
use super::evidence::{Evidence, Finding, Recorder};
use super::identity::{Subject, Ties};
use super::presence::{There, Unit};
use super::{Micros, Said, Settings, Source, reperformed};

/// What belongs together: who, which test, about what, from where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StreamKey {
    /// Source.
    pub(crate) source: Source,
    /// Test.
    pub(crate) test: &'static str,
    /// Subject.
    pub(crate) subject: Subject,
    /// Rule name in an account and region, or product and finding.
    pub(crate) origin: (String, String, String),
}

/// One stream.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stream {
    /// Time, status, suppressed.
    pub(crate) observations: Vec<(Micros, Said, bool)>,
    /// Where it was said.
    pub(crate) place: (String, String),
    /// The latest time of the evidence it rests on, where that is not the horizon of its place.
    pub(crate) horizon: Option<Micros>,
}

impl Stream {
    /// The observations with one status an instant, the worst.
    fn settle(&mut self) {
        self.observations.sort();
        self.observations.dedup_by_key(|observation| observation.0);
    }
}

/// All streams, and the rules that no test explains.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    /// By key.
    pub(crate) streams: BTreeMap<StreamKey, Stream>,
    /// Rule names.
    pub(crate) unmapped: BTreeSet<String>,
}

/// Which test a rule belongs to.
pub(crate) fn test_of_rule(
    evidence: &Evidence,
    settings: &Settings,
    place: &Recorder,
    rule: &str,
) -> Option<&'static str> {
    let described = evidence.described.get(&(place.0.clone(), place.1.clone(), rule.to_owned()));
    let by_definition = match described.map(|rule| rule.identifier.as_str()) {
        None | Some("") => test_of_name(rule),
        Some(identifier) if identifier.starts_with("arn:") => test_of_name(rule),
        Some(identifier) => test_of_identifier(identifier),
    };
    by_definition.or_else(|| settings.aliases.get(rule).and_then(|test| test_of_identifier(test)))
}

fn said_by_config(compliance: &str) -> Said {
    match compliance {
        "COMPLIANT" => Said::Pass,
        "NON_COMPLIANT" => Said::Fail,
        "NOT_APPLICABLE" => Said::NotApplicable,
        _ => Said::Unknown,
    }
}

/// Gathers everything the evidence says.
pub(crate) fn gather(
    evidence: &Evidence,
    settings: &Settings,
    ties: &Ties,
    units: &BTreeMap<(Recorder, String, String), Unit<'_>>,
) -> Streams {
    let mut all = Streams::default();
    for ((recorder, kind, id), unit) in units {
        if kind == "AWS::Config::ResourceCompliance" {
            let said = |time: Micros, rule: &str, said: Said, all: &mut Streams| {
                let (target_type, target_id) = id.split_once('/').unwrap_or((id, ""));
                let rule = Said1 { place: recorder, rule, target_type, target_id, time, said };
                note_rule(evidence, settings, ties, &rule, all);
            };
            walk_compliance(unit, &said, &mut all);
        }
    }
    for detail in &evidence.details {
        let said = Said1 {
            place: &detail.place,
            rule: &detail.rule,
            target_type: &detail.resource_type,
            target_id: &detail.id,
            time: detail.time,
            said: said_by_config(&detail.compliance),
        };
        note_rule(evidence, settings, ties, &said, &mut all);
    }
    for finding in one_per_instant(&evidence.findings) {
        note_finding(&finding, ties, &mut all);
    }
    reperformed::gather(evidence, settings, ties, units, &mut all);
    all.streams.retain(|key, _| settings.sources.contains(&key.source));
    all.streams.values_mut().for_each(Stream::settle);
    all
}

/// One statement of one rule.
struct Said1<'a> {
    place: &'a Recorder,
    rule: &'a str,
    target_type: &'a str,
    target_id: &'a str,
    time: Micros,
    said: Said,
}

fn note_rule(evidence: &Evidence, settings: &Settings, ties: &Ties, said: &Said1<'_>, all: &mut Streams) {
    let Some(test) = test_of_rule(evidence, settings, said.place, said.rule) else {
        all.unmapped.insert(said.rule.to_owned());
        return;
    };
    if type_of_test(test) != said.target_type {
        return;
    }
    let subject = ties.subject(said.target_type, &said.place.0, &said.place.1, said.target_id);
    let origin = (said.place.0.clone(), said.place.1.clone(), said.rule.to_owned());
    let key = StreamKey { source: Source::Config, test, subject, origin };
    let stream = all.streams.entry(key).or_default();
    stream.place = said.place.clone();
    stream.observations.push((said.time, said.said, false));
}

/// Walks one compliance resource through time: what its items list, what they no longer list, and what the
/// snapshots end and bring back.
fn walk_compliance(unit: &Unit<'_>, say: &dyn Fn(Micros, &str, Said, &mut Streams), all: &mut Streams) {
    let mut listed: Vec<(String, String)> = Vec::new();
    let mut there = There::No;
    for &(time, now) in &unit.changes {
        let item = unit.items.iter().find(|item| item.capture == time);
        let last = unit.items.iter().rev().find(|item| item.capture <= time);
        let before = std::mem::take(&mut listed);
        listed = last.map(|item| item.rules.clone()).unwrap_or_default();
        let fresh = item.is_some() || (there == There::No && now == There::Yes);
        if now == There::Yes && fresh {
            for (rule, compliance) in &listed {
                say(time, rule, said_by_config(compliance), all);
            }
        }
        for (rule, _) in &before {
            if there == There::Yes && (now == There::No || !listed.iter().any(|(name, _)| name == rule)) {
                say(time, rule, Said::Ended, all);
            }
        }
        there = now;
    }
}

/// What a finding's record says.
fn said_by_finding(finding: &Finding) -> Said {
    if finding.archived {
        return Said::Ended;
    }
    match finding.status.as_str() {
        "PASSED" => Said::Pass,
        "FAILED" => Said::Fail,
        "NOT_AVAILABLE" if finding.reasons.iter().any(|code| code == "CONFIG_RETURNS_NOT_APPLICABLE") => {
            Said::NotApplicable
        }
        _ => Said::Unknown,
    }
}

/// Records of one finding with one `UpdatedAt` are one: the later `ProcessedAt` wins where all have one,
/// else the worse.
fn one_per_instant(findings: &[Finding]) -> Vec<Finding> {
    let mut instants: BTreeMap<(String, String, Micros), Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        let key = (finding.product.clone(), finding.id.clone(), finding.updated);
        instants.entry(key).or_default().push(finding);
    }
    let stands = |records: Vec<&Finding>| {
        let all_processed = records.iter().all(|finding| finding.processed.is_some());
        let rank = |finding: &&Finding| {
            let processed = finding.processed.filter(|_| all_processed);
            (std::cmp::Reverse(processed), said_by_finding(finding), finding.suppressed)
        };
        records.into_iter().min_by_key(rank).cloned()
    };
    instants.into_values().filter_map(stands).collect()
}

fn note_finding(finding: &Finding, ties: &Ties, all: &mut Streams) {
    let tests = finding.control.as_deref().map_or(&[][..], tests_of_finding);
    if finding.status.is_empty() {
        return;
    }
    for test in tests {
        for (kind, id, region) in &finding.resources {
            if config_type(kind) != Some(type_of_test(test)) {
                continue;
            }
            let region = region.as_deref().unwrap_or(&finding.region);
            let subject = ties.subject(type_of_test(test), &finding.account, region, id);
            let origin = (finding.product.clone(), finding.id.clone(), String::new());
            let stream =
                all.streams.entry(StreamKey { source: Source::SecurityHub, test, subject, origin }).or_default();
            stream.place = (finding.account.clone(), finding.region.clone());
            stream.observations.push((finding.updated, said_by_finding(finding), finding.suppressed));
        }
    }
}
