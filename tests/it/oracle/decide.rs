//! From streams and inventory to figures, exceptions, coverage and conclusions.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{Answer, Exception, Figures, SubjectAnswer};
use super::controls::{CONTROLS, type_of_test};
use super::evidence::{Evidence, Item, Recorder};
use super::identity::{Subject, Ties, is_global};
use super::presence::{There, Unit, units};
use super::reach::{coverage, horizons, place_in_scope, places};
use super::streams::{Stream, StreamKey, Streams, gather};
use super::{Micros, Said, Settings, Source, quotient};

/// All that is asked again and again.
struct Case<'a> {
    settings: &'a Settings,
    ties: Ties,
    units: BTreeMap<Subject, Vec<&'a Unit<'a>>>,
    streams: &'a Streams,
    horizons: BTreeMap<(Source, String, String), Micros>,
    accounts: BTreeSet<String>,
    /// Buckets that trails deliver to in the window; nothing where the evidence holds no trail item.
    trail_buckets: Option<BTreeSet<String>>,
}

/// The statuses of section 4, in their order.
const ABSENT: &str = "ABSENT";
const FAIL: &str = "FAIL";
const PASS: &str = "PASS";
const NOT_APPLICABLE: &str = "NOT_APPLICABLE";
const NO_EVIDENCE: &str = "NO_EVIDENCE";

/// The answer of one run.
pub(crate) fn answer(evidence: &Evidence, settings: &Settings) -> Answer {
    let ties = Ties::of(evidence);
    let all_units = units(evidence);
    let streams = gather(evidence, settings, &ties, &all_units);
    let mut by_subject: BTreeMap<Subject, Vec<&Unit<'_>>> = BTreeMap::new();
    for unit in all_units.values().filter(|unit| unit.items.iter().any(|item| !item.is_compliance())) {
        for subject in unit.items.iter().map(|item| ties.subject_of(item)).collect::<BTreeSet<_>>() {
            by_subject.entry(subject).or_default().push(unit);
        }
    }
    let case = Case {
        settings,
        horizons: horizons(evidence),
        accounts: accounts(evidence, settings),
        trail_buckets: trail_buckets(&all_units, settings),
        units: by_subject,
        ties,
        streams: &streams,
    };
    let (coverage, all_covered) = coverage(evidence, settings);
    // A run without AWS Config evaluations looks at no rule.
    let unmapped = if settings.sources.contains(&Source::Config) { streams.unmapped.clone() } else { BTreeSet::new() };
    let mut answer = Answer { coverage, unmapped_rules: unmapped, ..Answer::default() };
    for (control, tests) in CONTROLS {
        case.control(control, tests, all_covered, &mut answer);
    }
    answer.exceptions.sort();
    answer
}

/// Every account that the evidence speaks of by itself, or that the scope list names.
fn accounts(evidence: &Evidence, settings: &Settings) -> BTreeSet<String> {
    match &settings.scope {
        Some(list) => list.iter().filter(|line| line.in_scope).map(|line| line.id.clone()).collect(),
        None => places(evidence).into_iter().map(|place| place.0).collect(),
    }
}

/// The buckets that some trail delivers to at some time in the window.
fn trail_buckets(
    units: &BTreeMap<(Recorder, String, String), Unit<'_>>,
    settings: &Settings,
) -> Option<BTreeSet<String>> {
    let trails: Vec<&Unit<'_>> =
        units.iter().filter(|(key, _)| key.1 == "AWS::CloudTrail::Trail").map(|(_, unit)| unit).collect();
    if trails.is_empty() {
        return None;
    }
    let mut buckets = BTreeSet::new();
    for unit in trails {
        let mut cuts: Vec<Micros> =
            unit.changes.iter().map(|change| change.0).filter(|time| *time < settings.until).collect();
        cuts.push(settings.from);
        for cut in cuts.into_iter().filter(|cut| *cut >= settings.from) {
            if unit.at(cut) == Some(There::Yes) {
                let item = unit.items.iter().rev().find(|item| item.capture <= cut);
                buckets.extend(item.and_then(|item| item.trail_bucket.clone()));
            }
        }
    }
    Some(buckets)
}

impl Case<'_> {
    fn control(&self, control: &str, tests: &[&'static str], all_covered: bool, answer: &mut Answer) {
        let kind = type_of_test(tests[0]);
        let mut subjects: BTreeSet<Subject> =
            self.units.keys().filter(|subject| subject.resource_type == kind).cloned().collect();
        subjects
            .extend(self.streams.streams.keys().filter(|key| tests.contains(&key.test)).map(|key| key.subject.clone()));
        if kind == "AWS::::Account" {
            subjects.extend(self.accounts.iter().map(|a| Subject {
                account: a.clone(),
                resource_type: kind.to_owned(),
                key: a.clone(),
            }));
        }
        let mut figures = Figures::default();
        let mut time = BTreeMap::from([(PASS, 0), (FAIL, 0)]);
        for subject in subjects {
            let streams: Vec<(&StreamKey, &Stream)> = self
                .streams
                .streams
                .iter()
                .filter(|(key, _)| key.subject == subject && tests.contains(&key.test))
                .collect();
            if self.is_tested_on(control, &subject, &streams) && self.is_in_population(control, &subject, &streams) {
                self.subject(control, &subject, &streams, &mut figures, &mut time, answer);
            }
        }
        close(&mut figures, &time, all_covered);
        answer.controls.insert(control.to_owned(), figures);
    }

    /// Scope, and the controls that are tested on some of their type only.
    fn is_tested_on(&self, control: &str, subject: &Subject, streams: &[(&StreamKey, &Stream)]) -> bool {
        // Without a scope list nothing is out of scope, also where an account is seen in an ARN only.
        let region = self.ties.region(subject, streams.first().map_or("", |(_, stream)| &stream.place.1));
        if !place_in_scope(self.settings, &subject.account, &region) {
            return false;
        }
        let bucket = subject.key.rsplit(':').next().unwrap_or_default();
        match control {
            "C08" => self.trail_buckets.as_ref().is_none_or(|buckets| buckets.contains(bucket)),
            "C11" | "C12" => self.is_production(&subject.account),
            "C14" | "C16" => self.carried_the_tag(control, subject),
            _ => true,
        }
    }

    fn is_production(&self, account: &str) -> bool {
        let list = self.settings.scope.as_deref().unwrap_or_default();
        if list.iter().all(|line| line.environment.is_none()) {
            return true;
        }
        list.iter().any(|line| line.id == account && line.environment.as_deref() == Some("production"))
    }

    fn carried_the_tag(&self, control: &str, subject: &Subject) -> bool {
        let Some(tag) = self.settings.tags.get(control) else { return true };
        let carries = |item: &&Item| item.tags.get(&tag.key).is_some_and(|value| tag.values.contains(value));
        self.units.get(subject).into_iter().flatten().any(|unit| unit.items.iter().any(carries))
    }

    /// Whether the subject exists at some time in the window, as far as anyone says.
    fn is_in_population(&self, control: &str, subject: &Subject, streams: &[(&StreamKey, &Stream)]) -> bool {
        if subject.resource_type == "AWS::::Account" {
            return true;
        }
        let counts = self.counts_by_inventory(control, subject);
        self.cuts(subject, streams).windows(2).any(|pair| {
            let at = pair[0];
            let speaks = streams
                .iter()
                .any(|(key, stream)| self.says(key, stream, at).is_some_and(|said| said.0 != Said::Ended));
            let there = counts && self.there(subject, at) == Some(There::Yes);
            (self.settings.from..self.settings.until).contains(&at)
                && self.there(subject, at) != Some(There::No)
                && (speaks || there)
        })
    }

    /// Whether the inventory alone puts such a resource into a control's population.
    fn counts_by_inventory(&self, control: &str, subject: &Subject) -> bool {
        let items = || self.units.get(subject).into_iter().flatten().flat_map(|unit| unit.items.iter());
        match control {
            "C11" => items().any(|item| item.group_name == "default" && !item.vpc.is_empty()),
            "C07" => !subject.key.contains(":iam::aws:"),
            _ => true,
        }
    }

    /// What the inventory says. A recorder says that the subject is there while any of its ids is there, and gone
    /// while none is there and some is gone; the subject is gone only while all recorders that show it at any time
    /// say so. (The definition's sentence read by the letter: a recorder that shows it later does not say so yet.)
    fn there(&self, subject: &Subject, at: Micros) -> Option<There> {
        let mut recorders: BTreeMap<&Recorder, BTreeSet<bool>> = BTreeMap::new();
        for unit in self.units.get(subject).into_iter().flatten() {
            let said = unit.at(at).map(|there| there == There::Yes);
            recorders.entry(unit.recorder).or_default().extend(said);
        }
        let words: Vec<Option<bool>> = recorders.values().map(|said| said.last().copied()).collect();
        if words.contains(&Some(true)) {
            Some(There::Yes)
        } else if !words.is_empty() && words.iter().all(|word| *word == Some(false)) {
            Some(There::No)
        } else {
            None
        }
    }

    /// Until when the last word of a stream holds.
    fn vouched(&self, key: &StreamKey, stream: &Stream) -> Micros {
        if let Some(horizon) = stream.horizon {
            return horizon + self.settings.max_gap;
        }
        let region = if is_global(&key.subject.resource_type) { "global" } else { &stream.place.1 };
        self.horizons
            .get(&(key.source, stream.place.0.clone(), region.to_owned()))
            .map_or(Micros::MIN, |h| h + self.settings.max_gap)
    }

    /// What a stream says at an instant, and whether that is suppressed.
    fn says(&self, key: &StreamKey, stream: &Stream, at: Micros) -> Option<(Said, bool)> {
        if at >= self.vouched(key, stream) {
            return None;
        }
        stream.observations.iter().rev().find(|o| o.0 <= at).map(|o| (o.1, o.2))
    }

    fn status(&self, subject: &Subject, streams: &[(&StreamKey, &Stream)], at: Micros) -> &'static str {
        if self.there(subject, at) == Some(There::No) {
            return ABSENT;
        }
        let said: BTreeSet<Said> =
            streams.iter().filter_map(|(key, stream)| self.says(key, stream, at)).map(|s| s.0).collect();
        match said.first() {
            Some(Said::Fail) => FAIL,
            Some(Said::Pass) => PASS,
            Some(Said::NotApplicable) => NOT_APPLICABLE,
            _ => NO_EVIDENCE,
        }
    }

    /// All instants at which anything about a subject may change, and the edges of the window.
    fn cuts(&self, subject: &Subject, streams: &[(&StreamKey, &Stream)]) -> Vec<Micros> {
        let mut cuts = BTreeSet::from([self.settings.from, self.settings.until]);
        for unit in self.units.get(subject).into_iter().flatten() {
            cuts.extend(unit.changes.iter().map(|change| change.0));
        }
        for (key, stream) in streams {
            cuts.extend(stream.observations.iter().map(|o| o.0));
            cuts.insert(self.vouched(key, stream));
        }
        cuts.retain(|cut| *cut <= self.settings.until);
        cuts.into_iter().collect()
    }

    fn subject(
        &self,
        control: &str,
        subject: &Subject,
        streams: &[(&StreamKey, &Stream)],
        figures: &mut Figures,
        time: &mut BTreeMap<&'static str, Micros>,
        answer: &mut Answer,
    ) {
        let cuts = self.cuts(subject, streams);
        let timeline: Vec<(Micros, Micros, &'static str)> =
            cuts.windows(2).map(|pair| (pair[0], pair[1], self.status(subject, streams, pair[0]))).collect();
        let inside: Vec<(Micros, Micros, &'static str)> =
            timeline.iter().filter(|t| t.0 >= self.settings.from).copied().collect();
        for (start, end, status) in &inside {
            if let Some(sum) = time.get_mut(status) {
                *sum += end - start;
            }
        }
        let says = |status: &str| inside.iter().any(|t| t.2 == status);
        let result = if says(FAIL) {
            "failed"
        } else if says(PASS) {
            "passed"
        } else if says(NOT_APPLICABLE) {
            "not_applicable"
        } else {
            "not_tested"
        };
        *figures.counts.entry(result).or_default() += 1;
        let end = inside.last().map_or("", |t| t.2);
        *figures.counts.entry("passing_at_end").or_default() += i64::from(end == PASS);
        *figures.counts.entry("failing_at_end").or_default() += i64::from(end == FAIL);
        let exceptions = self.exceptions(control, subject, streams, &timeline);
        *figures.counts.entry("exceptions").or_default() += i64::try_from(exceptions.len()).unwrap();
        answer.exceptions.extend(exceptions);
        answer.subjects.push(SubjectAnswer {
            control: control.to_owned(),
            account: subject.account.clone(),
            key: subject.key.clone(),
            result,
            timeline: inside,
        });
    }

    fn exceptions(
        &self,
        control: &str,
        subject: &Subject,
        streams: &[(&StreamKey, &Stream)],
        timeline: &[(Micros, Micros, &'static str)],
    ) -> Vec<Exception> {
        let mut merged: Vec<(Micros, Micros)> = Vec::new();
        for (start, end, _) in timeline.iter().filter(|t| t.2 == FAIL) {
            match merged.last_mut() {
                Some(last) if last.1 == *start => last.1 = *end,
                _ => merged.push((*start, *end)),
            }
        }
        merged.retain(|(_, end)| *end > self.settings.from);
        merged.into_iter().map(|(start, end)| self.exception(control, subject, streams, start, end)).collect()
    }

    fn exception(
        &self,
        control: &str,
        subject: &Subject,
        streams: &[(&StreamKey, &Stream)],
        start: Micros,
        end: Micros,
    ) -> Exception {
        let cut = start.max(self.settings.from);
        let inside = self.cuts(subject, streams).into_iter().filter(|at| (cut..end).contains(at));
        let mut failing: Vec<(&StreamKey, bool)> = Vec::new();
        for at in inside {
            for (key, stream) in streams {
                if let Some((Said::Fail, suppressed)) = self.says(key, stream, at) {
                    failing.push((key, suppressed));
                }
            }
        }
        let mut findings = failing.iter().filter(|f| f.0.source == Source::SecurityHub).peekable();
        Exception {
            control: control.to_owned(),
            account: subject.account.clone(),
            resource_type: subject.resource_type.clone(),
            key: subject.key.clone(),
            start: cut,
            end,
            began_before_window: start < self.settings.from,
            ongoing: end == self.settings.until,
            tests: failing.iter().map(|f| f.0.test.to_owned()).collect(),
            sources: failing.iter().map(|f| f.0.source.word().to_owned()).collect(),
            suppressed: findings.peek().is_some() && findings.all(|f| f.1),
        }
    }
}

/// Sums, rates and the conclusion.
fn close(figures: &mut Figures, time: &BTreeMap<&'static str, Micros>, all_covered: bool) {
    let count = |figures: &Figures, name: &str| figures.counts.get(name).copied().unwrap_or(0);
    let (passed, failed) = (count(figures, "passed"), count(figures, "failed"));
    let (na, not_tested, exceptions) =
        (count(figures, "not_applicable"), count(figures, "not_tested"), count(figures, "exceptions"));
    let (passing, failing) = (count(figures, "passing_at_end"), count(figures, "failing_at_end"));
    let rate = |part: i64, whole: i64| (whole > 0).then(|| quotient(part, whole));
    let pairs = [
        ("passed", passed),
        ("failed", failed),
        ("not_applicable", na),
        ("not_tested", not_tested),
        ("exceptions", exceptions),
    ];
    figures.counts.extend(pairs);
    figures.counts.extend([("passing_at_end", passing), ("failing_at_end", failing)]);
    figures.counts.extend([("tested", passed + failed), ("population", passed + failed + na + not_tested)]);
    figures.rates.insert("pass_rate", rate(passed, passed + failed));
    figures.rates.insert("pass_rate_at_end", rate(passing, passing + failing));
    figures.rates.insert("time_weighted_pass_rate", rate(time[PASS], time[PASS] + time[FAIL]));
    figures.conclusion = if passed + failed == 0 {
        "not_tested"
    } else if exceptions > 0 {
        "exceptions_noted"
    } else if not_tested > 0 || !all_covered {
        "incomplete"
    } else {
        "no_exceptions_noted"
    }
    .to_owned();
}
