//! Which record of the evidence says what of a subject at a moment.

use std::collections::BTreeMap;

use crate::engine::results::{Assessment, ControlResult, ControlStatus, SubjectResult};
use crate::lake::LakeError;
use crate::model::{Instant, Period};

/// A status in force, and where it is stated.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Statement {
    period: Period,
    status: ControlStatus,
    /// Evidence id and record, as outputs write them.
    reference: String,
}

/// What is stated of the subjects of a control.
#[derive(Debug, Default)]
pub(super) struct Statements {
    /// By account, type and key.
    of_subject: BTreeMap<(String, String, String), Stated>,
}

/// What is stated of one subject.
#[derive(Debug, Default)]
struct Stated {
    /// From when on it is known that it exists; `None` where nothing but its place in the population is.
    known_from: Option<Instant>,
    /// Ordered by begin, then reference.
    statements: Vec<Statement>,
}

impl Statements {
    /// Unpacks what was observed of a control's subjects.
    ///
    /// # Errors
    /// Only through a fault of tickmark.
    pub(super) fn of(
        assessment: &Assessment,
        control: &ControlResult,
        subjects: &[&SubjectResult],
    ) -> Result<Self, LakeError> {
        let tables = &assessment.tables;
        let mut by_number: BTreeMap<u64, Stated> =
            subjects.iter().map(|result| (tables.number(&result.subject), Stated::default())).collect();
        let mut observations = tables.observed.rows().peekable();
        for stream in tables.streams() {
            let mut said: Vec<(Instant, u64, ControlStatus, String)> = Vec::new();
            let is_asked = control.tests.iter().any(|test| **test == *stream.test);
            let stated = by_number.get_mut(&stream.resource).filter(|_| is_asked);
            while let Some(row) =
                observations.next_if(|row| row.as_ref().map_or(true, |row| row.stream == stream.stream))
            {
                let row = row?;
                if stated.is_some() {
                    let reference = match row.record_number {
                        0 => row.evidence_id.to_string(),
                        record => format!("{}:{record}", row.evidence_id),
                    };
                    said.push((row.observed_at, row.severity_rank, status_of(&row.status), reference));
                }
            }
            if let Some(stated) = stated {
                stated.take(said, stream.vouched_until);
            }
        }
        for row in tables.existence.iter().filter(|row| !row.is_absent) {
            if let Some(stated) = by_number.get_mut(&row.resource) {
                stated.known_since(row.starts_at);
            }
        }
        let mut of_subject = BTreeMap::new();
        for result in subjects {
            let mut stated = by_number.remove(&tables.number(&result.subject)).unwrap_or_default();
            stated
                .statements
                .sort_by(|left, right| (left.period.from, &left.reference).cmp(&(right.period.from, &right.reference)));
            of_subject.insert(key(result), stated);
        }
        Ok(Self { of_subject })
    }

    /// From when on a subject is known to exist.
    pub(super) fn known_from(&self, result: &SubjectResult) -> Option<Instant> {
        self.of_subject.get(&key(result))?.known_from
    }

    /// The record that a status rests on at a moment: of those that say so then, the one that began to last. Empty where
    /// none does, as where a resource does not exist.
    pub(super) fn reference(&self, result: &SubjectResult, status: ControlStatus, at: Instant) -> String {
        let stated = self.of_subject.get(&key(result));
        let says_so = |statement: &&Statement| statement.status == status && statement.period.contains(at);
        let found = stated.and_then(|stated| stated.statements.iter().rev().find(says_so));
        found.map(|statement| statement.reference.clone()).unwrap_or_default()
    }
}

impl Stated {
    fn known_since(&mut self, at: Instant) {
        self.known_from = Some(self.known_from.map_or(at, |known| known.min(at)));
    }

    /// Takes what one stream says, in the order of time; each statement holds until the next.
    fn take(&mut self, mut said: Vec<(Instant, u64, ControlStatus, String)>, vouched_until: Instant) {
        // Of several at one instant the worst counts.
        said.sort_by(|left, right| (left.0, left.1, &left.3).cmp(&(right.0, right.1, &right.3)));
        said.dedup_by(|later, kept| later.0 == kept.0);
        let mut following = said.iter().skip(1).map(|next| next.0).collect::<Vec<_>>();
        following.push(vouched_until);
        for ((from, _, status, reference), until) in said.into_iter().zip(following) {
            self.known_since(from);
            if until > from {
                self.statements.push(Statement { period: Period::new(from, until), status, reference });
            }
        }
    }
}

fn key(result: &SubjectResult) -> (String, String, String) {
    let name = &result.subject;
    (name.account.to_string(), name.resource_type.clone(), name.key.clone())
}

/// What a statement's word says; what says nothing that counts is no evidence.
fn status_of(word: &str) -> ControlStatus {
    let statuses = [ControlStatus::Fail, ControlStatus::Pass, ControlStatus::NotApplicable];
    statuses.into_iter().find(|status| status.name() == word).unwrap_or(ControlStatus::NoEvidence)
}
