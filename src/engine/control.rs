//! One control: its population, its figures and its exceptions (spec sections 5, 6 and 8).

mod notes;

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::account::{AccountEvidence, RemarkSpan};
use super::catalog::{Control, Inventory, SubjectFilter};
use super::identity::{ACCOUNT_TYPE, SubjectKey, account_subject};
use super::results::{
    Conclusion, ControlResult, ControlStatus, Exception, Figures, Remark, SubjectName, SubjectOutcome, SubjectResult,
};
use super::scope::Scope;
use super::settings::Settings;
use super::timeline::{Absences, Segment, Stream, Stretch, control_timeline};
use crate::model::{AccountId, EvidenceReference, Instant, Period, Region, Source, Status};

/// All that a control is evaluated on.
pub(super) struct Ground<'a> {
    pub(super) evidence: &'a AccountEvidence,
    /// Absence of each subject, as all of its recorders together show it.
    pub(super) absences: &'a BTreeMap<SubjectKey, Vec<(Period, EvidenceReference)>>,
    /// Subjects of which some stream speaks, by the place of the test in the catalog.
    pub(super) by_test: &'a [Vec<SubjectKey>],
    /// Subjects in the order of their keys, by type.
    pub(super) by_type: &'a BTreeMap<String, Vec<SubjectKey>>,
    pub(super) scope: &'a Scope,
    pub(super) settings: &'a Settings,
    /// Identifiers of all tests, in the order of the catalog.
    pub(super) identifiers: &'a [String],
    /// Account-regions in scope with time that no source attests.
    pub(super) uncovered: &'a BTreeSet<(AccountId, Region)>,
    /// Accounts in scope whose evidence is of no region.
    pub(super) without_region: u64,
    /// Types that recorders say they left out in the window, or were off for, by account and region.
    pub(super) unseen: &'a BTreeMap<(AccountId, Region), Vec<(String, Period)>>,
}

/// A control with what the catalog knows of its tests.
pub(super) struct Tested<'a> {
    pub(super) control: &'a Control,
    /// Places of its tests in the catalog.
    pub(super) tests: BTreeSet<usize>,
    /// Types of resources its tests are about.
    pub(super) types: BTreeSet<&'a str>,
    /// Types whose items decide: these, and those that tickmark's own checks read beside them.
    pub(super) deciding_types: BTreeSet<&'a str>,
}

/// What became of a control.
pub(super) struct Outcome {
    pub(super) result: ControlResult,
    pub(super) subjects: Vec<SubjectResult>,
    pub(super) exceptions: Vec<Exception>,
    pub(super) remarks: Vec<Remark>,
    /// How long tested subjects were without evidence after something was first said of them.
    silence: Silence,
}

/// Time of tested subjects from the first that is said of them in the window on, in microseconds; time in
/// which they do not exist is left out.
#[derive(Clone, Copy, Debug, Default)]
struct Silence {
    without_evidence: i128,
    all: i128,
}

impl Silence {
    fn add(&mut self, timeline: &[Stretch]) {
        let said = timeline.iter().skip_while(|stretch| stretch.status == ControlStatus::NoEvidence);
        for stretch in said.filter(|stretch| stretch.status != ControlStatus::Absent) {
            let length = i128::from(stretch.period.microseconds());
            self.all += length;
            self.without_evidence += if stretch.status == ControlStatus::NoEvidence { length } else { 0 };
        }
    }
}

const NO_ABSENCES: &Absences = &[];

impl<'a> Ground<'a> {
    pub(super) fn absences_of(&self, subject: &SubjectKey) -> &'a Absences {
        self.absences.get(subject).map_or(NO_ABSENCES, Vec::as_slice)
    }

    /// Accounts and regions where something of these types may have gone unseen: not covered for the whole
    /// window, or the recorder left a type out or was off. Counted.
    fn uncovered_for(&self, types: &BTreeSet<&str>) -> u64 {
        let left_out = self.unseen.iter().filter(|(_, of)| of.iter().any(|(name, _)| types.contains(name.as_str())));
        let places: BTreeSet<&(AccountId, Region)> =
            self.uncovered.iter().chain(left_out.map(|(place, _)| place)).collect();
        places.len() as u64 + self.without_region
    }

    /// The streams of a subject that speak for some of `tests`, from sources that take part.
    pub(super) fn streams_of(&self, subject: &SubjectKey, tests: &BTreeSet<usize>) -> Vec<&'a Stream> {
        let streams = self.evidence.streams.get(subject).map(Vec::as_slice).unwrap_or_default();
        let takes_part =
            |stream: &&Stream| tests.contains(&stream.test) && self.settings.sources.contains(&stream.source);
        streams.iter().filter(takes_part).collect()
    }
}

/// Evaluates one control over all subjects in scope.
pub(super) fn evaluate(tested: &Tested<'_>, ground: &Ground<'_>) -> Outcome {
    let mut outcome = Outcome {
        result: ControlResult {
            control: tested.control.id.clone(),
            title: tested.control.title.clone(),
            criteria: tested.control.criteria.clone(),
            tests: tested.control.tests.clone(),
            conclusion: Conclusion::NotTested,
            figures: Figures::default(),
            by_source: ground.settings.sources.iter().map(|source| (*source, Figures::default())).collect(),
            by_account: BTreeMap::new(),
            uncovered: ground.uncovered_for(&tested.deciding_types),
            notes: Vec::new(),
            remarks: 0,
            agreement: Vec::new(),
            samples: Vec::new(),
        },
        subjects: Vec::new(),
        exceptions: Vec::new(),
        remarks: Vec::new(),
        silence: Silence::default(),
    };
    let mut population = BTreeSet::new();
    for subject in candidates(tested, ground) {
        if let Some(judged) = judge(tested, ground, &subject) {
            outcome.add(judged);
            population.insert(subject);
        }
    }
    outcome.remarks = remarks(tested, ground, &population);
    outcome.result.remarks = outcome.remarks.len() as u64;
    outcome.result.notes = notes::of(tested, ground, &outcome.result.figures, outcome.silence);
    outcome.result.conclusion = conclusion(&outcome.result.figures, outcome.result.uncovered);
    outcome
}

/// What the checks of a control saw beyond their rules: of its population, and of resources of other types
/// in scope.
fn remarks(tested: &Tested<'_>, ground: &Ground<'_>, population: &BTreeSet<SubjectKey>) -> Vec<Remark> {
    let spans = tested
        .tests
        .iter()
        .flat_map(|test| ground.evidence.remarks.get(test).into_iter().flatten().map(move |span| (*test, span)));
    let is_shown = |subject: &SubjectKey| {
        let is_own_type = tested.types.contains(&*subject.resource_type);
        let in_scope = || ground.scope.has(&subject.account, &ground.evidence.registry.region(subject));
        if is_own_type { population.contains(subject) } else { in_scope() }
    };
    let mut shown: Vec<(usize, &RemarkSpan, Period)> = spans
        .filter(|(_, span)| is_shown(&span.subject))
        .filter_map(|(test, span)| Some((test, span, span.period.intersect(ground.settings.window)?)))
        .collect();
    shown.sort_by(|left, right| {
        let key = |(test, span, period): &(usize, &RemarkSpan, Period)| {
            (*test, span.subject.clone(), *period, span.beyond.clone(), span.reference.clone())
        };
        key(left).cmp(&key(right))
    });
    shown.dedup_by(|next, kept| {
        next.0 == kept.0 && next.1.subject == kept.1.subject && next.1.beyond == kept.1.beyond && next.2 == kept.2
    });
    let remark = |(test, span, period): (usize, &RemarkSpan, Period)| Remark {
        control: tested.control.id.clone(),
        test: ground.identifiers.get(test).cloned().unwrap_or_default(),
        subject: ground.evidence.registry.name(&span.subject),
        kind: span.beyond.kind.to_owned(),
        words: span.beyond.words.clone(),
        period,
        reference: span.reference.clone(),
    };
    shown.into_iter().map(remark).collect()
}

/// Every subject in scope that may belong to the population, in order of account, type and key.
pub(super) fn candidates(tested: &Tested<'_>, ground: &Ground<'_>) -> BTreeSet<SubjectKey> {
    let population = &tested.control.population;
    let in_place = |subject: &SubjectKey| {
        let region = ground.evidence.registry.region(subject);
        ground.scope.has(&subject.account, &region)
            && (!population.production_only || ground.scope.is_production(&subject.account))
    };
    let mut subjects: BTreeSet<SubjectKey> = BTreeSet::new();
    if tested.types.contains(ACCOUNT_TYPE) {
        subjects.extend(ground.scope.accounts().map(account_subject).filter(|subject| in_place(subject)));
    }
    let spoken_of = tested.tests.iter().filter_map(|test| ground.by_test.get(*test)).flatten();
    subjects.extend(spoken_of.filter(|subject| in_place(subject)).cloned());
    let of_types = tested.types.iter().filter_map(|resource_type| ground.by_type.get(*resource_type)).flatten();
    let inventory = of_types.filter(|subject| is_inventory(population.inventory, ground, subject));
    subjects.extend(inventory.filter(|subject| in_place(subject)).cloned());
    subjects.retain(|subject| is_chosen(tested, ground, subject));
    subjects
}

pub(super) fn is_inventory(inventory: Inventory, ground: &Ground<'_>, subject: &SubjectKey) -> bool {
    match inventory {
        Inventory::ResourceTypes => true,
        Inventory::DefaultSecurityGroups => ground.evidence.default_groups.contains(subject),
        Inventory::CustomerManagedPolicies => !ground.evidence.managed_by_aws.contains(subject),
    }
}

/// Whether the control's own choice of subjects takes this one.
fn is_chosen(tested: &Tested<'_>, ground: &Ground<'_>, subject: &SubjectKey) -> bool {
    match tested.control.population.subjects {
        SubjectFilter::All => true,
        SubjectFilter::TrailBuckets if !ground.evidence.has_trails => true,
        SubjectFilter::TrailBuckets => {
            let name = subject.key.rsplit(':').next().unwrap_or(&subject.key);
            ground.evidence.trail_buckets.contains(name)
        }
        SubjectFilter::TaggedResources if !ground.settings.tags.contains_key(&tested.control.id) => true,
        SubjectFilter::TaggedResources => {
            ground.evidence.tagged.get(&tested.control.id).is_some_and(|tagged| tagged.contains(subject))
        }
    }
}

/// A subject with all that is found of it.
struct Judged {
    name: SubjectName,
    timeline: Vec<Stretch>,
    exceptions: Vec<Exception>,
    figures: Figures,
    by_source: BTreeMap<Source, Figures>,
    sources: Vec<Source>,
    inventory_only: bool,
}

/// Judges one subject; `None` where it does not belong to the population.
fn judge(tested: &Tested<'_>, ground: &Ground<'_>, subject: &SubjectKey) -> Option<Judged> {
    let window = ground.settings.window;
    let streams = ground.streams_of(subject, &tested.tests);
    let absences = ground.absences_of(subject);
    let is_account = &*subject.resource_type == ACCOUNT_TYPE;
    let is_spoken_of = streams.iter().any(|stream| speaks_in(stream, absences, window));
    let is_shown = is_inventory(tested.control.population.inventory, ground, subject)
        && tested.types.contains(&*subject.resource_type)
        && exists_in(ground, subject, absences, window);
    if !is_account && !is_spoken_of && !is_shown {
        return None;
    }
    let full = full_timeline(&streams, absences, window);
    let name = ground.evidence.registry.name(subject);
    let exceptions = exceptions(tested, ground, &name, &streams, absences, &full);
    let timeline = cut(&full, window);
    let mut figures = figures_of(&timeline, window);
    figures.exceptions = exceptions.len() as u64;
    let by_source = ground.settings.sources.iter().map(|source| {
        let own: Vec<&Stream> = streams.iter().filter(|stream| stream.source == *source).copied().collect();
        let timeline = control_timeline(&own, absences, window);
        let mut figures = figures_of(&timeline, window);
        figures.exceptions = timeline.iter().filter(|stretch| stretch.status == ControlStatus::Fail).count() as u64;
        (*source, figures)
    });
    let by_source = by_source.collect();
    let judges = |stream: &&&Stream| {
        stream.segments.iter().any(|segment| {
            segment.period.intersect(window).is_some() && !matches!(segment.status, Status::Unknown | Status::Ended)
        })
    };
    let sources: BTreeSet<Source> = streams.iter().filter(judges).map(|stream| stream.source).collect();
    let inventory_only = !is_spoken_of && !is_account;
    Some(Judged {
        name,
        timeline,
        exceptions,
        figures,
        by_source,
        sources: sources.into_iter().collect(),
        inventory_only,
    })
}

/// Whether a stream says anything but `ENDED` in the window while the subject is not absent.
fn speaks_in(stream: &Stream, absences: &Absences, window: Period) -> bool {
    stream.segments.iter().filter(|segment| segment.status != Status::Ended).any(|segment| {
        let spoken = segment.period.intersect(window);
        spoken.is_some_and(|spoken| !is_covered_by(spoken, absences))
    })
}

/// Whether items show the subject at some time in the window.
fn exists_in(ground: &Ground<'_>, subject: &SubjectKey, absences: &Absences, window: Period) -> bool {
    let present = ground.evidence.present.get(subject).map(Vec::as_slice).unwrap_or_default();
    let shown = present.iter().filter_map(|period| period.intersect(window));
    shown.into_iter().any(|shown| !is_covered_by(shown, absences))
}

/// Whether a period lies wholly inside absences.
fn is_covered_by(period: Period, absences: &Absences) -> bool {
    let absent: i64 =
        absences.iter().filter_map(|(absence, _)| absence.intersect(period)).map(Period::microseconds).sum();
    absent == period.microseconds()
}

/// A subject's status from the first moment of which anything is known to the window's end.
pub(super) fn full_timeline(streams: &[&Stream], absences: &Absences, window: Period) -> Vec<Stretch> {
    control_timeline(streams, absences, Period::new(beginning(streams, absences, window), window.until))
}

/// The first moment of which anything is known, so that an exception's true beginning is found.
fn beginning(streams: &[&Stream], absences: &Absences, window: Period) -> Instant {
    let spoken = streams.iter().filter_map(|stream| stream.segments.first()).map(|segment| segment.period.from);
    let absent = absences.first().map(|(absence, _)| absence.from);
    spoken.chain(absent).chain([window.from]).min().unwrap_or(window.from)
}

/// The part of a timeline inside the window.
fn cut(timeline: &[Stretch], window: Period) -> Vec<Stretch> {
    let inside = |stretch: &Stretch| stretch.period.intersect(window).map(|period| Stretch { period, ..*stretch });
    timeline.iter().filter_map(inside).collect()
}

/// The figures of one subject, from its timeline over the window.
fn figures_of(timeline: &[Stretch], window: Period) -> Figures {
    let time = |status: ControlStatus| -> i64 {
        timeline.iter().filter(|stretch| stretch.status == status).map(|stretch| stretch.period.microseconds()).sum()
    };
    let (pass, fail) = (time(ControlStatus::Pass), time(ControlStatus::Fail));
    let is_tested = pass + fail > 0;
    let does_not_apply = !is_tested && time(ControlStatus::NotApplicable) > 0;
    let at_end = timeline.last().filter(|stretch| stretch.period.until == window.until).map(|stretch| stretch.status);
    Figures {
        population: 1,
        tested: u64::from(is_tested),
        not_applicable: u64::from(does_not_apply),
        not_tested: u64::from(!is_tested && !does_not_apply),
        failed: u64::from(fail > 0),
        passed: u64::from(is_tested && fail == 0),
        passing_at_end: u64::from(at_end == Some(ControlStatus::Pass)),
        failing_at_end: u64::from(at_end == Some(ControlStatus::Fail)),
        pass_microseconds: i128::from(pass),
        fail_microseconds: i128::from(fail),
        exceptions: 0,
    }
}

/// The maximal intervals of failure, cut to the window (spec section 6).
fn exceptions(
    tested: &Tested<'_>,
    ground: &Ground<'_>,
    name: &SubjectName,
    streams: &[&Stream],
    absences: &Absences,
    full: &[Stretch],
) -> Vec<Exception> {
    let window = ground.settings.window;
    let failing = full.iter().filter(|stretch| stretch.status == ControlStatus::Fail);
    let exception = |stretch: &Stretch| {
        let period = stretch.period.intersect(window)?;
        let failures: Vec<(&Stream, &Segment)> = failures_in(streams, period);
        let ongoing = period.until == window.until;
        let tests: BTreeSet<&String> =
            failures.iter().filter_map(|(stream, _)| ground.identifiers.get(stream.test)).collect();
        let sources: BTreeSet<Source> = failures.iter().map(|(stream, _)| stream.source).collect();
        let mut suppressible = failures.iter().filter(|(stream, _)| stream.source == Source::SecurityHub).peekable();
        let suppressed = suppressible.peek().is_some() && suppressible.all(|(_, segment)| segment.suppressed);
        let opening = opened_by(streams, stretch.period);
        Some(Exception {
            control: tested.control.id.clone(),
            subject: name.clone(),
            period,
            began_before_window: stretch.period.from < window.from,
            ongoing,
            duration_seconds: period.microseconds().div_euclid(1_000_000),
            tests: tests.into_iter().cloned().collect(),
            sources: sources.into_iter().collect(),
            suppressed,
            opened_by: opening.map(|segment| segment.reference.clone()),
            id: exception_id(&tested.control.id, name, period.from),
            reason: reason(streams, stretch.period),
            closed_by: if ongoing { None } else { closed_by(streams, absences, stretch.period) },
        })
    };
    failing.filter_map(exception).collect()
}

/// The failing segments inside a period.
fn failures_in<'a>(streams: &[&'a Stream], period: Period) -> Vec<(&'a Stream, &'a Segment)> {
    let of_stream = |stream: &&'a Stream| {
        let stream = *stream;
        stream.segments.iter().map(move |segment| (stream, segment))
    };
    let is_failure = |(_, segment): &(&Stream, &Segment)| {
        segment.status == Status::Fail && segment.period.intersect(period).is_some()
    };
    streams.iter().flat_map(of_stream).filter(is_failure).collect()
}

/// The segment that a failure rests on at its beginning: one that began at that moment, else the one that
/// already held when the subject came back into being.
fn opened_by<'a>(streams: &[&'a Stream], period: Period) -> Option<&'a Segment> {
    let first = Period::new(period.from, period.from.plus_microseconds(1));
    let failures = failures_in(streams, first);
    let key = |segment: &Segment| (segment.period.from != period.from, segment.reference.clone());
    failures.into_iter().map(|(_, segment)| segment).min_by_key(|segment| key(segment))
}

/// Why a subject failed, in the words of every source that says so first: at the beginning, or as soon as
/// one says. Each reason once.
fn reason(streams: &[&Stream], period: Period) -> String {
    let failures = failures_in(streams, period).into_iter();
    let said: Vec<(Instant, &str)> = failures
        .filter_map(|(_, segment)| Some((segment.period.from.max(period.from), segment.reason.as_deref()?)))
        .collect();
    let first = said.iter().map(|(at, _)| *at).min();
    let reasons: BTreeSet<&str> = said.iter().filter(|(at, _)| Some(*at) == first).map(|(_, reason)| *reason).collect();
    reasons.into_iter().collect::<Vec<_>>().join("; ")
}

/// By what an exception can be asked for.
fn exception_id(control: &str, name: &SubjectName, start: Instant) -> String {
    let mut hash = Sha256::new();
    for part in [control, name.account.as_str(), &name.resource_type, &name.key, &start.to_string()] {
        hash.update(part.as_bytes());
        hash.update(b"\n");
    }
    let digits = hex::encode(hash.finalize());
    format!("{control}-{}", digits.get(..8).unwrap_or_default())
}

/// What ended a failure: the next observation of a stream that failed, else the evidence of the
/// subject's absence; `None` where the evidence merely ran out.
fn closed_by(streams: &[&Stream], absences: &Absences, period: Period) -> Option<EvidenceReference> {
    let next = streams.iter().filter_map(|stream| {
        let place = stream
            .segments
            .iter()
            .position(|segment| segment.status == Status::Fail && segment.period.until == period.until)?;
        stream.segments.get(place + 1).filter(|segment| segment.period.from == period.until)
    });
    let absence = absences.iter().find(|(absence, _)| absence.from == period.until);
    next.map(|segment| segment.reference.clone()).min().or_else(|| absence.map(|(_, reference)| reference.clone()))
}

fn conclusion(figures: &Figures, uncovered: u64) -> Conclusion {
    if figures.tested == 0 {
        Conclusion::NotTested
    } else if figures.exceptions > 0 {
        Conclusion::ExceptionsNoted
    } else if figures.not_tested > 0 || uncovered > 0 {
        Conclusion::Incomplete
    } else {
        Conclusion::NoExceptionsNoted
    }
}

impl Outcome {
    fn add(&mut self, judged: Judged) {
        if judged.figures.tested > 0 {
            self.silence.add(&judged.timeline);
        }
        add_figures(&mut self.result.figures, &judged.figures);
        add_figures(self.result.by_account.entry(judged.name.account.clone()).or_default(), &judged.figures);
        for (source, figures) in &judged.by_source {
            add_figures(self.result.by_source.entry(*source).or_default(), figures);
        }
        let mut microseconds: BTreeMap<ControlStatus, i64> = BTreeMap::new();
        for stretch in &judged.timeline {
            *microseconds.entry(stretch.status).or_default() += stretch.period.microseconds();
        }
        self.subjects.push(SubjectResult {
            control: self.result.control.clone(),
            outcome: subject_outcome(&judged.figures),
            status_at_end: judged.timeline.last().map_or(ControlStatus::NoEvidence, |stretch| stretch.status),
            microseconds,
            exceptions: judged.figures.exceptions,
            sources: judged.sources,
            inventory_only: judged.inventory_only,
            timeline: judged.timeline.iter().map(|stretch| (stretch.period, stretch.status)).collect(),
            subject: judged.name,
        });
        self.exceptions.extend(judged.exceptions);
    }
}

fn subject_outcome(figures: &Figures) -> SubjectOutcome {
    match figures {
        Figures { failed: 1.., .. } => SubjectOutcome::Failed,
        Figures { tested: 1.., .. } => SubjectOutcome::Passed,
        Figures { not_applicable: 1.., .. } => SubjectOutcome::NotApplicable,
        _ => SubjectOutcome::NotTested,
    }
}

fn add_figures(sum: &mut Figures, part: &Figures) {
    sum.population += part.population;
    sum.tested += part.tested;
    sum.not_applicable += part.not_applicable;
    sum.not_tested += part.not_tested;
    sum.failed += part.failed;
    sum.passed += part.passed;
    sum.passing_at_end += part.passing_at_end;
    sum.failing_at_end += part.failing_at_end;
    sum.pass_microseconds += part.pass_microseconds;
    sum.fail_microseconds += part.fail_microseconds;
    sum.exceptions += part.exceptions;
}
