//! `MULTI_REGION_CLOUD_TRAIL_ENABLED`: a trail logs the account's management events in all regions.
//!
//! One trail that meets everything is enough, an organization's trail of another account among them.
//! A trail is asked whether it spans regions, delivers to where the parameters say, is not stopped, and
//! logs all management events. AWS does not say what a rule without `readWriteType` makes of a trail that
//! logs reading or writing alone: unknown. Where answers of one time differ, the worst counts for their
//! trail (spec section 3.8); another trail may still do what is asked for.
//!
//! Whether a trail logs at all is not in its configuration. Without `get-trail-status` a trail passes as
//! it is configured, and the verdict says that nothing shows it at work.

use crate::engine::reperformance::check::{AccountCase, Check, Need, Reach, Reads, Stated, TrailCase};
use crate::engine::reperformance::event_selectors::{Logged, logged};
use crate::engine::reperformance::parameters::Parameters;
use crate::engine::reperformance::resource::{any_case, flag};
use crate::engine::reperformance::trail::Trail;
use crate::engine::reperformance::verdict::{Beyond, Verdict};
use crate::engine::reperformance::words::{listed, short};

pub(super) const CHECKS: &[Check] = &[Check {
    test: "MULTI_REGION_CLOUD_TRAIL_ENABLED",
    reads: Reads::Account { needs: &[Need::Trails], judge },
}];

fn judge(case: &AccountCase<'_>) -> Option<Verdict> {
    let answers = case.trails.iter().map(|trail| (trail, answer(trail, case.parameters)));
    let (mut meeting, mut open, mut missed) = (Vec::new(), Vec::new(), Vec::new());
    for (trail, answer) in answers {
        match answer {
            Answer::Meets => meeting.push((trail, limitations(trail))),
            Answer::Open(why) => open.push(format!("{} {why}", words(trail))),
            Answer::Misses(why) => missed.push(format!("{} {why}", words(trail))),
        }
    }
    if let Some((trail, beyond)) = meeting.into_iter().min_by_key(|(_, beyond)| beyond.len()) {
        let reason = format!("{} covers all regions and logs all management events that are asked for", words(trail));
        return Some(Verdict { beyond, ..Verdict::pass(reason) });
    }
    if !open.is_empty() {
        return Some(Verdict::unknown(listed(&open)));
    }
    // Trails of others that do not do say nothing of trails of the account's own.
    let is_recorded = case.trails_recorded || case.trails.iter().any(|trail| trail.reach == Reach::Own && trail.is_vouched);
    match (is_recorded, missed.is_empty()) {
        (false, _) => None,
        (true, true) => Some(Verdict::fail("no trail")),
        (true, false) => Some(Verdict::fail(listed(&missed))),
    }
}

/// Whether one trail does what is asked for.
enum Answer {
    Meets,
    /// Not known, and why.
    Open(String),
    /// No, and why.
    Misses(String),
}

/// What is asked of a trail, one question after the other; each gives an answer where it is not met.
const QUESTIONS: [fn(&TrailCase<'_>, &Parameters) -> Option<Answer>; 6] =
    [is_vouched, spans_regions, delivers, is_not_stopped, logs_events, reaches];

fn answer(case: &TrailCase<'_>, parameters: &Parameters) -> Answer {
    let mut open = None;
    for unmet in QUESTIONS.iter().filter_map(|question| question(case, parameters)) {
        match unmet {
            Answer::Misses(_) => return unmet,
            Answer::Open(_) | Answer::Meets => open = open.or(Some(unmet)),
        }
    }
    open.unwrap_or(Answer::Meets)
}

fn is_vouched(case: &TrailCase<'_>, _: &Parameters) -> Option<Answer> {
    let words = "is not known to be there still: the evidence of the recorders that show it has ended";
    (!case.is_vouched).then(|| Answer::Open(words.to_owned()))
}

fn spans_regions(case: &TrailCase<'_>, _: &Parameters) -> Option<Answer> {
    if !case.trail.has_configuration() {
        return Some(Answer::Open("is there, but not its configuration".to_owned()));
    }
    match Trail(case.trail).flag("isMultiRegionTrail") {
        Some(true) => None,
        Some(false) => Some(Answer::Misses("covers a single region".to_owned())),
        None => Some(Answer::Open("does not state whether it covers all regions".to_owned())),
    }
}

/// Where log files, notices and log streams go, where parameters ask for it.
fn delivers(case: &TrailCase<'_>, parameters: &Parameters) -> Option<Answer> {
    let trail = Trail(case.trail);
    let topic = Some(trail.text("snsTopicARN")).filter(|arn| !arn.is_empty()).unwrap_or(trail.text("snsTopicName"));
    let places = [
        ("s3BucketName", "bucket", trail.text("s3BucketName")),
        ("snsTopicArn", "topic", topic),
        ("cloudWatchLogsLogGroupArn", "log group", trail.text("cloudWatchLogsLogGroupArn")),
    ];
    let unmet = places.into_iter().filter_map(|(name, what, found)| {
        delivers_to(what, found, parameters.text(name)?, trail.is_complete())
    });
    unmet.min_by_key(|unmet| !matches!(unmet, Answer::Misses(_)))
}

fn delivers_to(what: &str, found: &str, asked: &str, is_complete: bool) -> Option<Answer> {
    let is_name_alone = !found.contains(':') && asked.rsplit(':').next() == Some(found);
    if without_streams(found) == without_streams(asked) {
        return None;
    }
    let (shown, wanted) = (short(found), short(asked));
    Some(match found {
        "" if !is_complete => Answer::Open(format!("does not state its {what}, {wanted} is asked for")),
        "" => Answer::Misses(format!("has no {what}, {wanted} is asked for")),
        _ if is_name_alone => Answer::Open(format!("states only the name of its {what}, {wanted} is asked for")),
        _ => Answer::Misses(format!("delivers to {what} {shown}, {wanted} is asked for")),
    })
}

/// The ARN of a log group without the ending that stands for its streams.
fn without_streams(arn: &str) -> &str {
    arn.strip_suffix(":*").unwrap_or(arn)
}

fn is_not_stopped(case: &TrailCase<'_>, _: &Parameters) -> Option<Answer> {
    if case.status.iter().any(|status| is_logging(status) == Some(false)) {
        return Some(misses("does not log"));
    }
    let file = case.perhaps_stopped?;
    let words = format!("may be stopped: `get-trail-status` in {} says that a trail does not log, and", short(file));
    Some(Answer::Open(format!("{words} names no single trail")))
}

fn is_logging(status: &Stated<'_>) -> Option<bool> {
    any_case(status.content, "IsLogging").and_then(flag)
}

/// Whether every answer of the latest time says that the trail logs, and there is one.
fn is_shown_logging(case: &TrailCase<'_>) -> bool {
    !case.status.is_empty() && case.status.iter().all(|status| is_logging(status) == Some(true))
}

/// The worst that the trail's selectors log; without any, what a trail logs that has none of its own.
fn logs_events(case: &TrailCase<'_>, parameters: &Parameters) -> Option<Answer> {
    let by_selectors = case.event_selectors.iter().map(|selectors| logs_enough(case, Some(selectors), parameters));
    let without = case.event_selectors.is_empty().then(|| logs_enough(case, None, parameters));
    by_selectors.chain(without).flatten().min_by_key(|unmet| !matches!(unmet, Answer::Misses(_)))
}

fn logs_enough(case: &TrailCase<'_>, selectors: Option<&Stated<'_>>, parameters: &Parameters) -> Option<Answer> {
    let Some(logged) = logged_by(case, selectors) else {
        return Some(Answer::Open("has event selectors of its own, which are not in the evidence".to_owned()));
    };
    let asked = parameters.text("readWriteType").unwrap_or_default().to_ascii_lowercase();
    let (reads, writes) = (asked != "writeonly", asked != "readonly");
    let is_enough = (logged.reads || !reads) && (logged.writes || !writes);
    let is_asked = ["all", "readonly", "writeonly"].contains(&asked.as_str());
    match (logged.reads, logged.writes) {
        _ if logged.excludes_sources => Some(misses("leaves out management events of some sources")),
        _ if is_enough => None,
        _ if logged.unreadable => Some(Answer::Open("has event selectors that cannot be read".to_owned())),
        _ if logged.is_limited => Some(misses("logs management events only where further fields match")),
        (false, false) if excuses_management_events(parameters) => {
            Some(Answer::Open("logs no management events, and the rule's parameter does not ask for them".to_owned()))
        }
        (false, false) => Some(misses("logs no management events")),
        (reads, _) => Some(partial(if reads { "read" } else { "write" }, is_asked)),
    }
}

fn misses(why: &str) -> Answer {
    Answer::Misses(why.to_owned())
}

/// Management events are asked for unless a parameter says otherwise.
fn excuses_management_events(parameters: &Parameters) -> bool {
    parameters.text("includeManagementEvents").is_some() && !parameters.is_true("includeManagementEvents")
}

fn partial(what: &str, is_asked: bool) -> Answer {
    let words = format!("logs only management events that {what}");
    if is_asked {
        return Answer::Misses(words);
    }
    Answer::Open(format!("{words}, and no parameter says whether that is enough"))
}

/// What the trail's selectors log; `None` where it has some that are not in the evidence. An item that
/// is newer than the selectors and says that the trail has none of its own counts for more.
fn logged_by(case: &TrailCase<'_>, selectors: Option<&Stated<'_>>) -> Option<Logged> {
    let trail = Trail(case.trail);
    let stated = trail.member("hasCustomEventSelectors").filter(|stated| !stated.is_null());
    let is_custom = stated.map(flag);
    let selectors = selectors.filter(|selectors| {
        is_custom != Some(Some(false)) || case.trail.captured_at <= selectors.at
    });
    let usual = matches!(is_custom, None | Some(Some(false))).then_some(Logged::ALL);
    selectors.and_then(|selectors| logged(selectors.content)).or(usual)
}

fn reaches(case: &TrailCase<'_>, _: &Parameters) -> Option<Answer> {
    let words = "may log it; whether this account is a member of the organization is not known";
    (case.reach == Reach::PerhapsMember).then(|| Answer::Open(words.to_owned()))
}

/// Which trail it is.
fn words(case: &TrailCase<'_>) -> String {
    let trail = Trail(case.trail);
    match case.reach {
        Reach::Own => format!("trail {}", trail.name()),
        Reach::Member | Reach::PerhapsMember => {
            format!("organization trail {} of account {}", trail.name(), short(trail.owner()))
        }
    }
}

/// What an auditor should know of a trail that does what is asked for.
fn limitations(case: &TrailCase<'_>) -> Vec<Beyond> {
    let mut beyond = Vec::new();
    if !is_shown_logging(case) {
        let words = format!("{} is configured; no `get-trail-status` shows that it logs", words(case));
        beyond.push(Beyond { kind: "logging_state_not_shown", words });
    }
    if Trail(case.trail).flag("includeGlobalServiceEvents") == Some(false) {
        let words = format!("{} leaves out events of global services such as IAM", words(case));
        beyond.push(Beyond { kind: "no_global_service_events", words });
    }
    beyond
}
