//! Checks on an account as a whole: what APIs state of it, its root user, its trails.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::check::{AccountCase, Check, Need, Reads, Stated};
use super::parameters::Parameters;
use super::resource::decoded;
use super::resources::DatedVerdict;
use super::trails::TrailView;
use super::users::{Reports, reference as line_reference};
use super::verdict::Verdict;
use crate::lake::ConditionRow;
use crate::model::{AccountId, EvidenceId, EvidenceReference, Instant};

/// What APIs state of an account or a trail over time, by kind and name.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Conditions {
    stated: BTreeMap<(String, String), BTreeMap<Instant, Vec<Condition>>>,
}

/// One answer.
#[derive(Clone, Debug)]
pub(super) struct Condition {
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
            moments.entry(row.stated_at).or_default().push(Condition { content, reference });
        }
        for answers in conditions.stated.values_mut().flat_map(BTreeMap::values_mut) {
            answers.sort_by(|left, right| left.reference.cmp(&right.reference));
        }
        conditions
    }

    /// The names under which a kind of answer was given.
    pub(super) fn names(&self, kind: &str) -> impl Iterator<Item = &str> {
        self.stated.keys().filter(move |(of, _)| of == kind).map(|(_, name)| name.as_str())
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
    pub(in crate::engine) account: &'a AccountId,
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
        let wants = |need: Need| needs.contains(&need);
        let roots = if wants(Need::Root) { self.reports.root_at(at) } else { &[] };
        let summaries = wants(Need::Summary).then(|| self.conditions.latest(SUMMARY, "", at)).flatten();
        let policies = wants(Need::PasswordPolicy).then(|| self.conditions.latest(POLICY, "", at)).flatten();
        let mut worst: Option<(Option<Verdict>, EvidenceReference)> = None;
        for root in or_none(roots) {
            for summary in or_none(answers(summaries)) {
                for policy in or_none(answers(policies)) {
                    let verdict = judge(&AccountCase {
                        account: self.account,
                        root: root.copied(),
                        summary: summaries
                            .zip(summary)
                            .map(|((at, _), answer)| Stated { at, content: &answer.content }),
                        password_policy: policies
                            .zip(policy)
                            .map(|((at, _), answer)| Stated { at, content: &answer.content }),
                        trails: if wants(Need::Trails) { self.trails.cases_at(at) } else { Vec::new() },
                        trails_recorded: wants(Need::Trails) && self.trails.is_recorded_at(at),
                        parameters,
                    });
                    let of_answers = [(summaries, summary), (policies, policy)]
                        .into_iter()
                        .filter_map(|(latest, answer)| Some((latest?.0, answer?.reference.clone())));
                    let of_report = root.map(|row| (row.generated_at, line_reference(row)));
                    let of_trails =
                        wants(Need::Trails).then(|| self.trails.cause(at)).flatten().map(|reference| (at, reference));
                    let newest = of_answers
                        .chain(of_report)
                        .chain(of_trails)
                        .max_by(|left, right| left.0.cmp(&right.0).then_with(|| right.1.cmp(&left.1)));
                    let reference = newest.map(|(_, reference)| reference).or_else(|| self.reports.reference_at(at));
                    let Some(reference) = reference else { continue };
                    let rank = |verdict: &Option<Verdict>| verdict.as_ref().map_or(5, |verdict| verdict.status as u8);
                    if worst.as_ref().is_none_or(|(known, _)| rank(&verdict) < rank(known)) {
                        worst = Some((verdict, reference));
                    }
                }
            }
        }
        worst
    }
}

fn answers<'a>(latest: Option<(Instant, &'a [Condition])>) -> &'a [Condition] {
    latest.map(|(_, answers)| answers).unwrap_or_default()
}

/// Each of some things, or once nothing.
fn or_none<T>(things: &[T]) -> impl Iterator<Item = Option<&T>> {
    let nothing = if things.is_empty() { Some(None) } else { None };
    things.iter().map(Some).chain(nothing)
}
