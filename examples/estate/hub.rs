//! What Security Hub says, finding by finding: when each is updated and with which outcome.

use crate::catalog::{Asker, Test, Verdict, by_hub_control, verdict};
use crate::compliance::turning_points;
use crate::instant::{HOUR, Instant, MINUTE};
use crate::items::capture;
use crate::model::{Kind, Recorder, Subject};
use crate::random::Random;

/// What one record of a finding says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Judged(Verdict),
    /// `WARNING`: could not tell.
    Warning,
    /// `PASSED` on the account because there was nothing to evaluate.
    NothingToEvaluate,
    /// `ARCHIVED`, with the last verdict still in the record.
    Archived(Verdict),
}

/// One update of one finding.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'a> {
    pub(crate) subject: &'a Subject,
    pub(crate) test: &'static Test,
    pub(crate) first: Instant,
    pub(crate) at: Instant,
    pub(crate) outcome: Outcome,
}

/// All records of the recorder's account and region, by time.
pub(crate) fn records(recorder: &Recorder) -> Vec<Record<'_>> {
    let mut all = Vec::new();
    let tests: Vec<&'static Test> =
        recorder.hub_controls.iter().filter_map(|control| by_hub_control(control)).collect();
    for subject in recorder.subjects.iter().filter(|subject| subject.evaluated) {
        for test in tests.iter().filter(|test| test.kind == subject.kind) {
            all.extend(finding_records(recorder, subject, test));
        }
        if subject.kind == Kind::Account {
            all.extend(empty_records(recorder, subject));
        }
    }
    all.sort_by(|left, right| {
        (left.at, &left.subject.arn, left.test.hub).cmp(&(right.at, &right.subject.arn, right.test.hub))
    });
    all
}

fn seen(recorder: &Recorder, subject: &Subject, test: &Test, at: Instant, exists: bool) -> Instant {
    let mut random =
        Random::keyed(recorder.seed, &format!("hub/{}/{}/{}/{}", recorder.label(), subject.arn, test.hub, at.0));
    if !exists {
        return capture(recorder, subject, at).plus(20 * MINUTE + random.below(60 * MINUTE));
    }
    if test.periodic {
        let phase = Random::keyed(recorder.seed, &format!("hub/{}/{}", recorder.label(), test.hub)).below(12 * HOUR);
        return Instant(((at.0 - phase).div_euclid(12 * HOUR) + 1) * 12 * HOUR + phase + random.below(120_000));
    }
    at.plus(6 * MINUTE + random.below(18 * MINUTE))
}

/// When a finding's verdict turns; `None` is a resource that is gone.
fn turns(recorder: &Recorder, subject: &Subject, test: &Test) -> Vec<(Instant, Option<Verdict>)> {
    let mut found: Vec<(Instant, Option<Verdict>)> = Vec::new();
    for point in turning_points(recorder, subject) {
        let state = subject.state_at(point);
        let at = seen(recorder, subject, test, point, state.is_some());
        found.retain(|(earlier, _)| *earlier < at);
        found.push((at, state.and_then(|state| verdict(Asker::SecurityHub, test, state, point))));
    }
    found.dedup_by(|later, earlier| later.1 == earlier.1);
    found
}

fn finding_records<'a>(recorder: &Recorder, subject: &'a Subject, test: &'static Test) -> Vec<Record<'a>> {
    let mut random =
        Random::keyed(recorder.seed, &format!("finding/{}/{}/{}", recorder.label(), subject.arn, test.hub));
    let turns = turns(recorder, subject, test);
    let mut updates: Vec<(Instant, Outcome)> = Vec::new();
    let rounds = rounds(recorder, test);
    let opening = rounds.first().map_or(recorder.begin, |first| first.plus(random.below(3_000)));
    let mut previous = None;
    for (index, (at, verdict)) in turns.iter().enumerate() {
        let until = turns.get(index + 1).map_or(recorder.end, |(next, _)| *next);
        // Security Hub's evidence begins with the estate's; what was true before is said at its opening.
        let from = if *at < recorder.begin { opening } else { *at };
        if from < until && from < recorder.end {
            updates.extend(segment(&rounds, &mut random, (from, until), *verdict, previous));
            previous = *verdict;
        }
    }
    let first = updates.first().map_or(recorder.begin, |(at, _)| *at);
    let warned = subject.warned.contains(&test.hub);
    updates
        .into_iter()
        .map(|(at, outcome)| Record {
            subject,
            test,
            first,
            at,
            outcome: if warned { Outcome::Warning } else { outcome },
        })
        .collect()
}

fn segment(
    rounds: &[Instant],
    random: &mut Random,
    (from, until): (Instant, Instant),
    verdict: Option<Verdict>,
    previous: Option<Verdict>,
) -> Vec<(Instant, Outcome)> {
    match (verdict, previous) {
        (Some(Verdict::NotApplicable), _) => vec![
            (from, Outcome::Judged(Verdict::NotApplicable)),
            (from.plus(12 * MINUTE), Outcome::Archived(Verdict::NotApplicable)),
        ],
        (Some(verdict), _) => {
            let later = rounds
                .iter()
                .map(|round| round.plus(random.below(3_000)))
                .filter(|at| from.plus(HOUR) < *at && *at < until);
            std::iter::once(from).chain(later).map(|at| (at, Outcome::Judged(verdict))).collect()
        }
        // A finding that was not applicable is in the archive already.
        (None, None | Some(Verdict::NotApplicable)) => Vec::new(),
        (None, Some(last)) => vec![(from, Outcome::Archived(last))],
    }
}

/// When Security Hub looks at all resources of one control again, although nothing changed.
fn rounds(recorder: &Recorder, test: &Test) -> Vec<Instant> {
    let (shortest, longest) = recorder.hub_refresh;
    let mut random = Random::keyed(recorder.seed, &format!("rounds/{}/{}", recorder.label(), test.hub));
    let mut at = recorder.begin.plus(random.below(12 * HOUR));
    let mut times = Vec::new();
    while at < recorder.end {
        times.push(at);
        at = at.plus(shortest * HOUR + random.below((longest - shortest) * HOUR + MINUTE));
    }
    times
}

fn empty_records<'a>(recorder: &Recorder, account: &'a Subject) -> Vec<Record<'a>> {
    let mut all = Vec::new();
    for test in recorder.hub_empty.iter().filter_map(|control| by_hub_control(control)) {
        let times = rounds(recorder, test);
        let first = times.first().copied().unwrap_or(recorder.begin);
        all.extend(times.into_iter().map(|at| Record {
            subject: account,
            test,
            first,
            at,
            outcome: Outcome::NothingToEvaluate,
        }));
    }
    all
}
