//! Checks on an account as a whole: what APIs state of it, its root user, its trails.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::check::{AccountCase, Check, Need, Reads, Stated};
use super::parameters::Parameters;
use super::resource::decoded;
use super::resources::{DatedVerdict, status_of};
use super::trails::TrailView;
use super::users::{Reports, reference as line_reference};
use super::verdict::Verdict;
use crate::lake::{ConditionRow, CredentialRow};
use crate::model::{EvidenceId, EvidenceReference, Instant};

/// What APIs state of an account or a trail over time, by kind and name.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Conditions {
    stated: BTreeMap<(String, String), BTreeMap<Instant, Vec<Condition>>>,
}

/// One answer.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    /// Region that it was asked in.
    pub(super) region: String,
    pub(super) content: Value,
    pub(super) reference: EvidenceReference,
}

impl Conditions {
    /// Reads the answers of one account.
    pub(in crate::engine) fn new(rows: &[ConditionRow]) -> Self {
        let mut conditions = Self::default();
        for row in rows {
            let content = serde_json::from_str(&row.content).map(decoded).unwrap_or_default();
            let reference =
                EvidenceReference { evidence: EvidenceId::of_sha256(&row.evidence_id), record: row.record_number };
            let moments = conditions.stated.entry((row.kind.clone(), row.name.clone())).or_default();
            moments.entry(row.stated_at).or_default().push(Condition {
                region: row.region.clone(),
                content,
                reference,
            });
        }
        for answers in conditions.stated.values_mut().flat_map(BTreeMap::values_mut) {
            answers.sort_by(|left, right| left.reference.cmp(&right.reference));
        }
        conditions
    }

    /// Every answer of a kind with the name under which, and the time at which it was given.
    pub(super) fn all(&self, kind: &str) -> impl Iterator<Item = (&str, Instant, &Condition)> {
        let of_kind = self.stated.iter().filter(move |((of, _), _)| of == kind);
        of_kind.flat_map(|((_, name), moments)| {
            let dated = moments.iter().flat_map(|(at, answers)| answers.iter().map(|answer| (*at, answer)));
            dated.map(move |(at, answer)| (name.as_str(), at, answer))
        })
    }

    /// When a kind of answer was given.
    pub(in crate::engine) fn times(&self, kind: &str) -> BTreeSet<Instant> {
        let of_kind = self.stated.iter().filter(|((of, _), _)| of == kind);
        of_kind.flat_map(|(_, moments)| moments.keys().copied()).collect()
    }

    /// The answers of the latest moment up to one: several where answers of that moment differ.
    pub(super) fn latest(&self, kind: &str, name: &str, at: Instant) -> Option<(Instant, &[Condition])> {
        let moments = self.stated.get(&(kind.to_owned(), name.to_owned()))?;
        moments.range(..=at).next_back().map(|(at, answers)| (*at, answers.as_slice()))
    }
}

/// What account-level checks look at.
pub(in crate::engine) struct AccountEvidence<'a> {
    pub(in crate::engine) reports: &'a Reports<'a>,
    pub(in crate::engine) conditions: &'a Conditions,
    pub(in crate::engine) trails: &'a TrailView<'a>,
}

const SUMMARY: &str = "account_summary";
const POLICY: &str = "password_policy";

impl AccountEvidence<'_> {
    /// When what a check needs was stated or changed.
    pub(in crate::engine) fn moments(&self, needs: &[Need]) -> BTreeSet<Instant> {
        let moments = needs.iter().map(|need| match need {
            Need::Root => self.reports.times().collect(),
            Need::Summary => self.conditions.times(SUMMARY),
            Need::PasswordPolicy => self.conditions.times(POLICY),
            Need::Trails => self.trails.moments(),
        });
        moments.fold(BTreeSet::new(), |mut all, mut some| {
            all.append(&mut some);
            all
        })
    }

    /// What a check says of the account over time.
    pub(in crate::engine) fn judge_over_time(&self, check: &Check, parameters: &Parameters) -> Vec<DatedVerdict> {
        let Reads::Account { needs, judge } = &check.reads else { return Vec::new() };
        let mut verdicts: Vec<DatedVerdict> = Vec::new();
        for at in self.moments(needs) {
            let Some((verdict, reference)) = self.verdict_at(at, needs, *judge, parameters) else { continue };
            if verdict.is_some() || !verdicts.is_empty() {
                verdicts.push(DatedVerdict { at, verdict, reference });
            }
        }
        verdicts
    }

    /// The worst verdict over answers of one moment that differ, with what it rests on.
    fn verdict_at(
        &self,
        at: Instant,
        needs: &[Need],
        judge: fn(&AccountCase<'_>) -> Option<Verdict>,
        parameters: &Parameters,
    ) -> Option<(Option<Verdict>, EvidenceReference)> {
        let with_trails = needs.contains(&Need::Trails);
        let judged = self.standing(at, needs).into_iter().filter_map(|standing| {
            let verdict = judge(&AccountCase {
                root: standing.root,
                summary: standing.summary.map(Answer::stated),
                password_policy: standing.policy.map(Answer::stated),
                trails: if with_trails { self.trails.cases_at(at) } else { Vec::new() },
                trails_recorded: with_trails && self.trails.is_recorded() && self.trails.is_heard_at(at),
                parameters,
            });
            let of_trails = with_trails.then(|| self.trails.cause(at)).flatten().map(|reference| (at, reference));
            let reference = standing.reference(of_trails).or_else(|| self.reports.reference_at(at));
            Some((verdict, reference?))
        });
        judged.min_by_key(|(verdict, reference)| (status_of(verdict.as_ref()), reference.clone()))
    }

    /// What is stated of the account at a moment: more than one thing where answers of one time differ.
    fn standing(&self, at: Instant, needs: &[Need]) -> Vec<Standing<'_>> {
        let answers = |need: Need, kind: &str| {
            let latest = needs.contains(&need).then(|| self.conditions.latest(kind, "", at)).flatten();
            let answers =
                latest.into_iter().flat_map(|(at, answers)| answers.iter().map(move |answer| Answer { at, answer }));
            answers.collect::<Vec<_>>()
        };
        let (summaries, policies) = (answers(Need::Summary, SUMMARY), answers(Need::PasswordPolicy, POLICY));
        let roots = if needs.contains(&Need::Root) { self.reports.root_at(at) } else { &[] };
        let mut standing = Vec::new();
        for root in or_none(roots) {
            for summary in or_none(&summaries) {
                let (root, summary) = (root.copied(), summary.copied());
                standing.extend(or_none(&policies).map(|policy| Standing { root, summary, policy: policy.copied() }));
            }
        }
        standing
    }
}

/// An answer with the time at which it was given.
#[derive(Clone, Copy)]
struct Answer<'a> {
    at: Instant,
    answer: &'a Condition,
}

impl<'a> Answer<'a> {
    fn stated(self) -> Stated<'a> {
        Stated { at: self.at, content: &self.answer.content }
    }
}

/// What is stated of an account at one moment.
struct Standing<'a> {
    root: Option<&'a CredentialRow>,
    summary: Option<Answer<'a>>,
    policy: Option<Answer<'a>>,
}

impl Standing<'_> {
    /// The newest of what is stated, else of what else there is; the least of equals.
    fn reference(&self, other: Option<(Instant, EvidenceReference)>) -> Option<EvidenceReference> {
        let of_answers = [self.summary, self.policy].into_iter().flatten();
        let of_answers = of_answers.map(|answer| (answer.at, answer.answer.reference.clone()));
        let of_report = self.root.map(|row| (row.generated_at, line_reference(row)));
        let newest = of_answers.chain(of_report).chain(other);
        let newest = newest.max_by(|left, right| left.0.cmp(&right.0).then_with(|| right.1.cmp(&left.1)));
        newest.map(|(_, reference)| reference)
    }
}

/// Each of some things, or once nothing.
fn or_none<T>(things: &[T]) -> impl Iterator<Item = Option<&T>> {
    let nothing = if things.is_empty() { Some(None) } else { None };
    things.iter().map(Some).chain(nothing)
}
