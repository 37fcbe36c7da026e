//! What an assessment leaves as tables: what it found, and what it found it from.
//!
//! Seven tables hold answers (`controls` to `evidence_files`, in the order of [`descriptions`]); the others hold what
//! the answers were made from, so that anyone can make them again: `observations` in `streams` about `resources`,
//! what may belong to a control (`candidates`), when things existed (`existence`), which rule stands for which test
//! (`rule_tests`), when recorders were off (`interruptions`), the window (`days`) and what was set (`settings`).
//! Every time stands twice: as a timestamp, and as `…_epoch`, microseconds since 1970, because engines agree on
//! subtracting integers. What tables say is decided elsewhere.

mod rows;

use std::sync::Arc;

use crate::engine::observed::Observed;

use super::SubjectName;
use super::explanation::Origin;

pub use rows::{
    AgreedWordsRow, AttestationRow, CandidateRow, ControlRow, ControlTestRow, CoverageTableRow, DayRow,
    DisagreementRow, EvidenceFileRow, ExceptionRow, ExistenceRow, InterruptionRow, ObservationRow, PlaceRow,
    ResourceRow, RuleTestRow, SettingsRow, StatusRow, StreamRow, SubjectRow, descriptions,
};

/// What an assessment was made from. Its own answers are not here: [`Assessment`](super::Assessment) holds them.
#[derive(Clone, Debug)]
pub struct Tables {
    /// In the order of their numbers.
    pub resources: Vec<ResourceRow>,
    /// Ordered by control and number.
    pub candidates: Vec<CandidateRow>,
    /// Ordered by resource, absences last, time.
    pub existence: Vec<ExistenceRow>,
    /// Ordered by control, then as the catalog has them.
    pub control_tests: Vec<ControlTestRow>,
    /// Ordered by test, sources, words.
    pub agreed_words: Vec<AgreedWordsRow>,
    /// Ordered by account, region, name.
    pub rule_tests: Vec<RuleTestRow>,
    /// Ordered by source, account, region.
    pub places: Vec<PlaceRow>,
    /// Ordered by account, region, source, time.
    pub attestations: Vec<AttestationRow>,
    /// Ordered by account, region, time.
    pub interruptions: Vec<InterruptionRow>,
    /// In order.
    pub days: Vec<DayRow>,
    /// What was set.
    pub settings: SettingsRow,
    /// Streams in the order of their numbers: accounts in order, of each by source, test, subject and origin; trails,
    /// which several accounts may show, last.
    pub observed: Observed,
    /// Identifiers of the tests that streams refer to.
    pub(in crate::engine) identifiers: Vec<String>,
}

impl Tables {
    /// Tables without rows, for tests of what has nothing to do with them.
    #[cfg(test)]
    pub(crate) fn empty() -> Self {
        let moment = crate::model::Instant::from_microseconds(0);
        Self {
            resources: Vec::new(),
            candidates: Vec::new(),
            existence: Vec::new(),
            control_tests: Vec::new(),
            agreed_words: Vec::new(),
            rule_tests: Vec::new(),
            places: Vec::new(),
            attestations: Vec::new(),
            interruptions: Vec::new(),
            days: Vec::new(),
            settings: SettingsRow {
                window_from: moment,
                window_from_epoch: 0,
                window_until: moment,
                window_until_epoch: 0,
                max_gap_microseconds: 0,
                lag_tolerance_microseconds: 0,
            },
            observed: Observed::default(),
            identifiers: Vec::new(),
        }
    }

    /// The number of a subject in `resources`; 0 where it has none, which is never.
    #[must_use]
    pub fn number(&self, subject: &SubjectName) -> u64 {
        let key = (subject.account.as_str(), subject.resource_type.as_str(), subject.key.as_str());
        self.number_of(key)
    }

    fn number_of(&self, key: (&str, &str, &str)) -> u64 {
        let of = |row: &ResourceRow| (&*row.account, &*row.resource_type, &*row.resource_key).cmp(&key);
        self.resources
            .binary_search_by(of)
            .ok()
            .and_then(|place| self.resources.get(place))
            .map_or(0, |row| row.resource)
    }

    /// The rows of `streams`.
    pub fn streams(&self) -> impl Iterator<Item = StreamRow> + '_ {
        self.observed.streams.iter().zip(1_u64..).map(|(stream, number)| {
            let key = (stream.subject.account.as_str(), &*stream.subject.resource_type, &*stream.subject.key);
            let test = self.identifiers.get(stream.test).map_or("", String::as_str);
            let none = || Arc::from("");
            let (origin, origin_account, origin_region, product_arn) = match &stream.origin {
                Origin::Rule { account, region, name } => {
                    (name.as_str().into(), account.as_str().into(), region.as_str().into(), none())
                }
                Origin::Finding { product, id } => (Arc::clone(id), none(), none(), Arc::clone(product)),
                Origin::Check { parameters } => (parameters.as_str().into(), none(), none(), none()),
            };
            StreamRow {
                stream: number,
                resource: self.number_of(key),
                test: test.into(),
                source: stream.source.name().into(),
                origin,
                origin_account,
                origin_region,
                product_arn,
                vouched_until: stream.vouched_until,
                vouched_epoch: stream.vouched_until.microseconds(),
            }
        })
    }
}
