//! The answers to expect of the sample: population, and exceptions with start and end, per control and source.
//!
//! Worked out from the world model's own turns, not from the files, and only as far as this estate needs:
//! its evidence reaches beyond the window on both sides, so no status runs out.

use crate::catalog::{Asker, TESTS, Test, Verdict, verdict};
use crate::compliance;
use crate::delivery::snapshot_times;
use crate::hub::{self, Outcome};
use crate::identity::{policy_times, report_times, summary_times};
use crate::instant::Instant;
use crate::items::{capture, is_invisible};
use crate::model::{CREDENTIAL_DAYS, Kind, Notice, Recorder, State, Subject};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

const FROM: Instant = Instant::midnight(2026, 1, 1);
const UNTIL: Instant = Instant::midnight(2026, 7, 1);

/// A stretch of time; `open` ends lie at the window's edge.
type Stretch = (Instant, Instant);

/// What a stream says from an instant on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Pass,
    Fail,
    NotApplicable,
    Unknown,
    Ended,
}

/// Everything one source says of one subject for one control.
#[derive(Debug, Default)]
struct Voice {
    name: String,
    streams: BTreeMap<String, Vec<(Instant, Says)>>,
    suppressed: bool,
}

/// Subjects by account and ARN.
type Voices = BTreeMap<(String, String), Voice>;

fn says(verdict: Option<Verdict>) -> Says {
    match verdict {
        Some(Verdict::Pass) => Says::Pass,
        Some(Verdict::Fail) => Says::Fail,
        Some(Verdict::NotApplicable) => Says::NotApplicable,
        None => Says::Ended,
    }
}

fn voice<'a>(voices: &'a mut Voices, recorder: &Recorder, subject: &Subject) -> &'a mut Voice {
    let account = subject.owner(&recorder.account).to_owned();
    let found = voices.entry((account, subject.arn.clone())).or_default();
    found.name.clone_from(&subject.name);
    found
}

fn listen_config(recorders: &[Recorder], control: &str) -> Voices {
    let mut voices = Voices::new();
    for recorder in recorders {
        for subject in
            recorder.subjects.iter().filter(|subject| subject.evaluated && concerns(recorders, control, subject))
        {
            for turn in compliance::turns(recorder, subject) {
                let Some(rule) =
                    recorder.rules.get(turn.rule).filter(|rule| rule.test.is_some_and(|test| test.control == control))
                else {
                    continue;
                };
                let at = visible_end(recorder, subject, turn.at, turn.verdict.is_none());
                let stream = format!("{}/{}", recorder.label(), rule.name);
                voice(&mut voices, recorder, subject).streams.entry(stream).or_default().push((at, says(turn.verdict)));
            }
        }
    }
    voices
}

/// A deletion without an item shows in the next snapshot only.
fn visible_end(recorder: &Recorder, subject: &Subject, at: Instant, is_end: bool) -> Instant {
    let silent = subject.changes.last().is_some_and(|change| change.notice == Notice::Silent && change.at <= at);
    if !(is_end && silent) {
        return at;
    }
    snapshot_times(recorder).into_iter().find(|snapshot| *snapshot >= at).unwrap_or(recorder.end)
}

fn listen_hub(recorders: &[Recorder], control: &str) -> Voices {
    let mut voices = Voices::new();
    for recorder in recorders {
        for record in hub::records(recorder) {
            if record.test.control != control
                || record.outcome == Outcome::NothingToEvaluate
                || !concerns(recorders, control, record.subject)
            {
                continue;
            }
            let said = match record.outcome {
                Outcome::Judged(verdict) => says(Some(verdict)),
                Outcome::Archived(_) => Says::Ended,
                _ => Says::Unknown,
            };
            let stream = format!("{}/{}", recorder.label(), record.test.hub);
            let voice = voice(&mut voices, recorder, record.subject);
            voice.suppressed = record.subject.suppressed.contains(&record.test.hub);
            voice.streams.entry(stream).or_default().push((record.at, said));
        }
    }
    voices
}

/// What somebody finds who judges the configuration itself, with the parameters of the deployed rules.
fn listen_auditor(recorders: &[Recorder], control: &str) -> Voices {
    let mut voices = Voices::new();
    let tests: Vec<&Test> = TESTS.iter().filter(|test| test.control == control).collect();
    for recorder in recorders {
        for subject in recorder.subjects.iter().filter(|subject| concerns(recorders, control, subject)) {
            for test in tests.iter().filter(|test| test.kind == subject.kind) {
                let said: Vec<_> = looks(recorder, subject, test)
                    .into_iter()
                    .filter_map(|at| judged_at(recorder, subject, test, at))
                    .collect();
                if said.iter().any(|(_, said)| *said != Says::Ended) {
                    let stream = format!("{}/{}", recorder.label(), test.identifier);
                    voice(&mut voices, recorder, subject).streams.entry(stream).or_default().extend(said);
                }
            }
        }
    }
    voices
}

/// When the configuration shows something of a subject: its items and those of its flow logs; for what is in
/// no item, the account's own exports.
fn looks(recorder: &Recorder, subject: &Subject, test: &Test) -> Vec<Instant> {
    let is_home = recorder.region == "us-east-1";
    match test.control {
        "C01" | "C02" | "C03" if is_home => report_times(recorder),
        "C04" if is_home => policy_times(recorder),
        "C05" if is_home => [report_times(recorder), summary_times(recorder)].concat(),
        "C12" if is_home => captures(recorder, Kind::Trail),
        "C01" | "C02" | "C03" | "C04" | "C05" | "C12" => Vec::new(),
        "C15" => [own_captures(recorder, subject), captures(recorder, Kind::FlowLog)].concat(),
        _ => own_captures(recorder, subject),
    }
}

fn captures(recorder: &Recorder, kind: Kind) -> Vec<Instant> {
    let of_kind = recorder.subjects.iter().filter(|subject| subject.kind == kind);
    of_kind.flat_map(|subject| own_captures(recorder, subject)).collect()
}

/// When the recorder shows a change of the subject.
fn own_captures(recorder: &Recorder, subject: &Subject) -> Vec<Instant> {
    let changes = subject.changes.iter().enumerate().filter(|(_, change)| change.notice != Notice::NotRecorded);
    let visible = changes.filter(|(index, change)| subject.recorded && !is_invisible(subject, *index, change));
    visible.map(|(_, change)| shown(recorder, subject, change.at, change.state.is_none())).collect()
}

fn shown(recorder: &Recorder, subject: &Subject, at: Instant, is_end: bool) -> Instant {
    visible_end(recorder, subject, capture(recorder, subject, at), is_end)
}

/// The state that evidence of `at` shows: what exports say is of that instant, what items say is what the
/// recorder has written down until then.
fn known_state<'a>(recorder: &Recorder, subject: &'a Subject, test: &Test, at: Instant) -> Option<&'a State> {
    if matches!(test.kind, Kind::Account) || matches!(test.control, "C01" | "C02" | "C03") {
        return subject.state_at(at);
    }
    let seen = |change: &&crate::model::Change| shown(recorder, subject, change.at, change.state.is_none()) <= at;
    subject.changes.iter().rev().find(seen).and_then(|change| change.state.as_ref())
}

fn judged_at(recorder: &Recorder, subject: &Subject, test: &Test, at: Instant) -> Option<(Instant, Says)> {
    let Some(state) = known_state(recorder, subject, test, at) else { return Some((at, Says::Ended)) };
    let strictest = recorder.rules.iter().map(|rule| rule.key_days).min().unwrap_or(CREDENTIAL_DAYS);
    let found = match state {
        State::Vpc { .. } => Some(if is_logged(recorder, subject, test, at) { Verdict::Pass } else { Verdict::Fail }),
        // The default group is what C11 is about, no other.
        State::Group { is_default: false, .. } if test.control == "C11" => return None,
        state => verdict(Asker::Auditor { key_days: strictest }, test, state, at),
    };
    found.map(|verdict| (at, says(Some(verdict))))
}

/// Whether the evidence until `at` shows a flow log of the network.
fn is_logged(recorder: &Recorder, network: &Subject, test: &Test, at: Instant) -> bool {
    let logs = recorder.subjects.iter().filter(|subject| subject.kind == Kind::FlowLog);
    let mut states = logs.filter_map(|log| known_state(recorder, log, test, at));
    states.any(|state| matches!(state, State::FlowLog { vpc, .. } if *vpc == network.id))
}

/// Whether a control is about this subject: C08 only about buckets that a trail delivers to.
fn concerns(recorders: &[Recorder], control: &str, subject: &Subject) -> bool {
    let delivers = |other: &Subject| {
        other
            .changes
            .iter()
            .any(|change| matches!(&change.state, Some(State::Trail { bucket, .. }) if *bucket == subject.id))
    };
    control != "C08" || recorders.iter().flat_map(|recorder| &recorder.subjects).any(delivers)
}

/// The stretches within the window in which a stream says `wanted`.
fn stretches(stream: &[(Instant, Says)], wanted: Says) -> Vec<Stretch> {
    let mut sorted = stream.to_vec();
    sorted.sort_by_key(|(at, _)| *at);
    let ends = sorted.iter().skip(1).map(|(at, _)| *at).chain(std::iter::once(UNTIL));
    let all = sorted.iter().zip(ends).filter(|((_, said), _)| *said == wanted);
    all.map(|((at, _), end)| ((*at).max(FROM), end.min(UNTIL))).filter(|(from, until)| from < until).collect()
}

/// Stretches joined where they touch or overlap.
fn joined(mut all: Vec<Stretch>) -> Vec<Stretch> {
    all.sort_unstable();
    let mut found: Vec<Stretch> = Vec::new();
    for (from, until) in all {
        match found.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => found.push((from, until)),
        }
    }
    found
}

/// The stretches in which the subject's own items say that it does not exist.
fn absences(recorders: &[Recorder], arn: &str) -> Vec<Stretch> {
    let mut found = Vec::new();
    for recorder in recorders {
        for subject in recorder.subjects.iter().filter(|subject| subject.arn == arn && subject.recorded) {
            for (index, change) in subject.changes.iter().enumerate().filter(|(_, change)| change.state.is_none()) {
                let at = visible_end(recorder, subject, capture(recorder, subject, change.at), true);
                let again = subject.changes.get(index + 1).map_or(UNTIL, |next| capture(recorder, subject, next.at));
                found.push((at, again));
            }
        }
    }
    // A subject that several recorders show is absent once the last of them says so.
    let latest = found.iter().map(|(at, _)| *at).max();
    found.retain(|(at, _)| Some(*at) == latest || found_once(recorders, arn));
    found
}

fn found_once(recorders: &[Recorder], arn: &str) -> bool {
    recorders
        .iter()
        .flat_map(|recorder| &recorder.subjects)
        .filter(|subject| subject.arn == arn && subject.recorded)
        .count()
        == 1
}

/// `all` without the parts that lie in `absent`.
fn without(all: Vec<Stretch>, absent: &[Stretch]) -> Vec<Stretch> {
    absent.iter().fold(all, |rest, (gone, back)| {
        let cut = rest.into_iter().flat_map(|(from, until)| [(from, until.min(*gone)), (from.max(*back), until)]);
        cut.filter(|(from, until)| from < until).collect()
    })
}

fn fails(recorders: &[Recorder], arn: &str, voice: &Voice) -> Vec<Stretch> {
    let all = voice.streams.values().flat_map(|stream| stretches(stream, Says::Fail)).collect();
    without(joined(all), &absences(recorders, arn))
}

fn speaks(voice: &Voice, wanted: &[Says]) -> bool {
    voice.streams.values().any(|stream| wanted.iter().any(|said| !stretches(stream, *said).is_empty()))
}

/// Subjects that exist in the window by their items, whether or not anything evaluates them.
fn inventory(recorders: &[Recorder], tests: &[&Test]) -> BTreeSet<String> {
    let kind = tests.first().map(|test| test.kind);
    let control = tests.first().map_or("", |test| test.control);
    let mut found = BTreeSet::new();
    for recorder in recorders {
        for subject in recorder
            .subjects
            .iter()
            .filter(|subject| Some(subject.kind) == kind && concerns(recorders, control, subject))
        {
            let default_only = control != "C11" || subject.name == "default";
            let exists = subject.changes.iter().enumerate().any(|(index, change)| {
                let until = subject.changes.get(index + 1).map_or(UNTIL, |next| next.at);
                change.state.is_some() && change.notice != Notice::NotRecorded && change.at < UNTIL && until > FROM
            });
            if default_only && exists {
                found.insert(subject.arn.clone());
            }
        }
    }
    found
}

fn section(recorders: &[Recorder], source: &str, tests: &[&Test], voices: &Voices) -> String {
    let spoken = [Says::Pass, Says::Fail, Says::NotApplicable, Says::Unknown];
    let mut population = inventory(recorders, tests);
    population.extend(voices.iter().filter(|(_, voice)| speaks(voice, &spoken)).map(|((_, arn), _)| arn.clone()));
    let tested: Vec<_> = voices.iter().filter(|(_, voice)| speaks(voice, &[Says::Pass, Says::Fail])).collect();
    let only_not_applicable =
        |voice: &Voice| speaks(voice, &[Says::NotApplicable]) && !speaks(voice, &[Says::Pass, Says::Fail]);
    let not_applicable = voices.values().filter(|voice| only_not_applicable(voice)).count();
    let mut rows = String::new();
    let mut failed = 0;
    for ((account, arn), voice) in &tested {
        let found = fails(recorders, arn, voice);
        failed += usize::from(!found.is_empty());
        for stretch in found {
            rows.push_str(&row(source, account, voice, stretch));
        }
    }
    let (population, tested) = (population.len(), tested.len());
    // Writing to a `String` cannot fail.
    let mut out = String::new();
    let _ = writeln!(
        out,
        "| {source} | {population} | {tested} | {not_applicable} | {} | {failed} | |",
        population - tested - not_applicable
    );
    out.push_str(&rows);
    out
}

fn row(source: &str, account: &str, voice: &Voice, (from, until): Stretch) -> String {
    let start = if from == FROM { "before the window".to_owned() } else { from.milliseconds() };
    let end = if until == UNTIL { "ongoing".to_owned() } else { until.milliseconds() };
    let mark = if voice.suppressed { ", suppressed" } else { "" };
    format!("| {source} | | | | | | `{}` in {account}: {start} to {end}{mark} |\n", voice.name)
}

/// The answers as Markdown: a table per control.
pub(crate) fn markdown(recorders: &[Recorder]) -> String {
    let mut out = String::new();
    for number in 1..=16 {
        let control = format!("C{number:02}");
        let tests: Vec<&Test> = TESTS.iter().filter(|test| test.control == control).collect();
        let identifiers: Vec<&str> = tests.iter().map(|test| test.identifier).collect();
        let kind = tests.first().map_or("", |test| Kind::config_type(test.kind));
        // Writing to a `String` cannot fail.
        let _ = writeln!(out, "### {control}: {}\n\nSubjects: `{kind}`.\n", identifiers.join(", "));
        out.push_str("| source | population | tested | not applicable | not tested | failed | exceptions |\n|---|---|---|---|---|---|---|\n");
        out.push_str(&section(recorders, "config", &tests, &listen_config(recorders, &control)));
        out.push_str(&section(recorders, "securityhub", &tests, &listen_hub(recorders, &control)));
        out.push_str(&section(recorders, "reperformed", &tests, &listen_auditor(recorders, &control)));
        out.push('\n');
    }
    out.trim_end().to_owned() + "\n"
}
