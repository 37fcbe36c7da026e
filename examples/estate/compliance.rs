//! Rule evaluations as `AWS::Config::ResourceCompliance` items, one stream per evaluated resource.

use crate::catalog::Verdict;
use crate::configuration::Parts;
use crate::instant::{Instant, MINUTE};
use crate::items::{Identity, Stream, Version, capture, item};
use crate::json::{array, object, text};
use crate::model::{Kind, Notice, Recorder, State, Subject};
use crate::rules::Rule;

const COMPLIANCE: &str = "AWS::Config::ResourceCompliance";

/// One rule's verdict on one subject changed: `None` means that it no longer speaks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    pub(crate) at: Instant,
    pub(crate) rule: usize,
    pub(crate) verdict: Option<Verdict>,
}

/// The instants at which what is true of a subject may turn: changes, and credentials that grow old.
pub(crate) fn turning_points(recorder: &Recorder, subject: &Subject) -> Vec<Instant> {
    let mut points: Vec<Instant> = subject.changes.iter().map(|change| change.at).collect();
    let begin = points.first().copied().unwrap_or(recorder.begin);
    let states = subject.changes.iter().filter_map(|change| change.state.as_ref());
    points.extend(states.flat_map(State::birthdays).filter(|at| begin < *at && *at < recorder.end));
    points.sort_unstable();
    points.dedup();
    points
}

/// Every turn of every rule on `subject`, in order of time.
pub(crate) fn turns(recorder: &Recorder, subject: &Subject) -> Vec<Turn> {
    let points = turning_points(recorder, subject);
    let mut all: Vec<Turn> = Vec::new();
    for (index, rule) in recorder.rules.iter().enumerate().filter(|(_, rule)| rule.kind == subject.kind) {
        all.extend(rule_turns(recorder, subject, rule, &points).into_iter().map(|(at, verdict)| Turn {
            at,
            rule: index,
            verdict,
        }));
    }
    all.sort_by_key(|turn| (turn.at, turn.rule));
    all
}

fn rule_turns(
    recorder: &Recorder,
    subject: &Subject,
    rule: &Rule,
    points: &[Instant],
) -> Vec<(Instant, Option<Verdict>)> {
    let mut found: Vec<(Instant, Option<Verdict>)> = Vec::new();
    let is_overlooked = |at| rule.test.is_some_and(|test| subject.is_overlooked(test.identifier, at));
    for point in points.iter().filter(|point| !is_overlooked(**point)) {
        let state = subject.state_at(*point);
        let seen = recorder.captured(match state {
            Some(_) if subject.missed_once.contains(point) => rule.seen(rule.seen(*point).plus(MINUTE)),
            Some(_) => rule.seen(*point),
            None => deletion_seen(recorder, subject, *point),
        });
        if rule.is_gone(seen) {
            break;
        }
        // What became true before the rule looked again is never seen.
        found.retain(|(at, _)| *at < seen);
        found.push((seen, state.and_then(|state| rule.verdict(state, *point))));
    }
    if let Some(removed) = rule.removed() {
        found.push((removed, None));
    }
    found.dedup_by(|later, earlier| later.1 == earlier.1);
    found
}

/// When the rules stop speaking of a deleted resource: soon after its own item, or at once if it has none.
fn deletion_seen(recorder: &Recorder, subject: &Subject, at: Instant) -> Instant {
    capture(recorder, subject, at).plus(MINUTE)
}

/// The compliance items of every evaluated subject.
pub(crate) fn streams(recorder: &Recorder) -> Vec<Stream> {
    let evaluated = recorder.subjects.iter().filter(|subject| subject.evaluated);
    evaluated.map(|subject| stream(recorder, subject)).filter(|stream| !stream.versions.is_empty()).collect()
}

fn stream(recorder: &Recorder, subject: &Subject) -> Stream {
    let turns = turns(recorder, subject);
    let mut verdicts: Vec<Option<Verdict>> = vec![None; recorder.rules.len()];
    let mut versions: Vec<Version> = Vec::new();
    let mut rest = turns.as_slice();
    while let Some(first) = rest.first() {
        let together = rest.iter().take_while(|turn| turn.at == first.at).count();
        let (now, later) = rest.split_at(together);
        for turn in now {
            if let Some(verdict) = verdicts.get_mut(turn.rule) {
                *verdict = turn.verdict;
            }
        }
        rest = later;
        versions.extend(version(recorder, subject, first.at, &verdicts, versions.last()));
    }
    Stream { config_type: COMPLIANCE, versions }
}

fn version(
    recorder: &Recorder,
    subject: &Subject,
    at: Instant,
    verdicts: &[Option<Verdict>],
    previous: Option<&Version>,
) -> Option<Version> {
    let listed: Vec<(&Rule, Verdict)> = recorder
        .rules
        .iter()
        .zip(verdicts)
        .filter_map(|(rule, verdict)| verdict.map(|verdict| (rule, verdict)))
        .collect();
    let existed = previous.is_some_and(|version| version.exists);
    if listed.is_empty() && !existed {
        return None;
    }
    let silent = listed.is_empty() && subject.changes.last().is_some_and(|change| change.notice == Notice::Silent);
    let body = if silent { String::new() } else { compliance_item(recorder, subject, at, &listed, existed) };
    Some(Version { at, body, exists: !listed.is_empty() })
}

/// The id under which rules report a subject: an organization's trail by its ARN, all else by its id.
pub(crate) fn target_id<'a>(recorder: &Recorder, subject: &'a Subject) -> &'a str {
    let foreign = subject.kind == Kind::Trail && subject.owner(&recorder.account) != recorder.account;
    if foreign { &subject.arn } else { &subject.id }
}

const fn compliance_type(passes: bool) -> &'static str {
    if passes { "COMPLIANT" } else { "NON_COMPLIANT" }
}

fn compliance_item(
    recorder: &Recorder,
    subject: &Subject,
    at: Instant,
    listed: &[(&Rule, Verdict)],
    existed: bool,
) -> String {
    let (target_type, target) = (subject.kind.config_type(), target_id(recorder, subject));
    let identity = Identity {
        config_type: COMPLIANCE,
        id: &format!("{target_type}/{target}"),
        name: None,
        arn: None,
        region: &recorder.region,
        zone: None,
        created: None,
    };
    let parts = (!listed.is_empty()).then(|| compliance_parts(target_type, target, listed));
    let status = match (&parts, existed) {
        (None, _) => "ResourceDeleted",
        (Some(_), true) => "OK",
        (Some(_), false) => "ResourceDiscovered",
    };
    item(&recorder.account, &identity, status, at, parts.as_ref())
}

fn compliance_parts(target_type: &str, target: &str, listed: &[(&Rule, Verdict)]) -> Parts {
    let rules: Vec<String> = listed
        .iter()
        .map(|(rule, verdict)| {
            object(&[
                ("configRuleArn", text(&rule.arn)),
                ("configRuleId", text(&rule.id)),
                ("configRuleName", text(&rule.name)),
                ("complianceType", text(compliance_type(*verdict == Verdict::Pass))),
            ])
        })
        .collect();
    let all_pass = listed.iter().all(|(_, verdict)| *verdict == Verdict::Pass);
    let configuration = object(&[
        ("targetResourceId", text(target)),
        ("targetResourceType", text(target_type)),
        ("configRuleList", array(&rules)),
        ("complianceType", text(compliance_type(all_pass))),
    ]);
    let relationship = object(&[
        ("resourceType", text(target_type)),
        ("resourceId", text(target)),
        ("name", text("Is associated with ")),
    ]);
    Parts {
        relationships: array(&[relationship]),
        configuration,
        supplementary: "{}".to_owned(),
        tags: "{}".to_owned(),
    }
}
