//! Why a subject has the status it has under a control: the whole story as data, in its final order.
//!
//! It is cut from the same streams that figures and exceptions are counted from.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{ControlStatus, Disagreement, Exception, LedgerRow, Remark, SubjectResult};
use crate::model::{AccountId, EvidenceReference, Instant, Period, Region, Source, Status};

/// The story of one subject under one control over the audit window.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The engagement's name, where an engagement file gives one.
    pub engagement: Option<String>,
    /// The audit window.
    pub window: Period,
    /// How long a last status is vouched for behind the horizon, in hours.
    pub max_gap_hours: u32,
    /// Sources that took part, in the order of [`Source::ALL`].
    pub sources: Vec<Source>,
    /// `C01` …
    pub control: String,
    /// Its title.
    pub title: String,
    /// Its SOC 2 criteria.
    pub criteria: Vec<String>,
    /// Identifiers of its tests.
    pub tests: Vec<String>,
    /// The subject and what became of it, as in `subjects.csv`: for the whole window, also where the
    /// story was cut to a moment.
    pub result: SubjectResult,
    /// The exception that was asked for, where one was.
    pub asked: Option<String>,
    /// The moment that the rest is cut to, where one was asked for.
    pub at: Option<Instant>,
    /// Its exceptions, by time.
    pub exceptions: Vec<Exception>,
    /// Its status, by time, each stretch that reaches into the window with its true beginning; cut at the
    /// window's end.
    pub statuses: Vec<StatusStretch>,
    /// Who speaks of it: by source, test and origin; numbered from 1 in this order.
    pub streams: Vec<ExplainedStream>,
    /// When it does not exist, by time, and what shows that.
    pub absences: Vec<Absence>,
    /// Where its sources disagree for longer than the tolerance.
    pub disagreements: Vec<Disagreement>,
    /// What checks saw of it beyond their rules.
    pub remarks: Vec<Remark>,
    /// The ledger's rows of all files that the story cites, by evidence id. Two files of the same bytes
    /// have one id and two rows.
    pub files: Vec<LedgerRow>,
}

/// A record as it stands in the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginalText {
    /// Which record.
    pub reference: EvidenceReference,
    /// The header that gives its values their names, where it is a line of a table.
    pub header: Option<String>,
    /// Its text: mostly JSON.
    pub text: String,
}

/// A stretch in which the control has one status for the subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusStretch {
    /// From its true beginning to its end, or the window's.
    pub period: Period,
    /// The status.
    pub status: ControlStatus,
    /// Numbers of the streams that say so at its beginning in the window, or at the moment asked for.
    pub decided_by: Vec<usize>,
}

/// Who makes the statements of a stream, beside source and test.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A Config rule in an account and region.
    Rule {
        /// Where it runs.
        account: AccountId,
        /// Where it runs.
        region: Region,
        /// Its name.
        name: String,
    },
    /// One finding.
    Finding {
        /// `ProductArn`.
        product: Arc<str>,
        /// `Id`.
        id: Arc<str>,
    },
    /// tickmark's own check.
    Check {
        /// What it measures against, in words; or empty.
        parameters: String,
    },
}

/// A stream with the segments that reach into the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedStream {
    /// The source.
    pub source: Source,
    /// The test's identifier.
    pub test: String,
    /// Who speaks.
    pub origin: Origin,
    /// Its first observation, be it before the window.
    pub first: Instant,
    /// Until when its last status is vouched for: horizon and `max_gap`.
    pub vouched_until: Instant,
    /// What it says, by time; without pause, the last to `vouched_until`.
    pub segments: Vec<ExplainedSegment>,
}

/// A stretch in which a stream says one thing for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedSegment {
    /// From the observation that began it, be it before the window, to the next that says something else.
    pub period: Period,
    /// What it says.
    pub status: Status,
    /// Whether it is a failure that is suppressed.
    pub suppressed: bool,
    /// Why, in words.
    pub reason: String,
    /// How many later observations merely said the same again.
    pub restated: u64,
    /// The observation that began it.
    pub reference: EvidenceReference,
}

/// A stretch in which the subject does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    /// From when to when; the end lies beyond the window where nothing shows it again.
    pub period: Period,
    /// The evidence that began it: a deletion, or a snapshot, as a whole, that does not list it.
    pub reference: EvidenceReference,
}

impl Absence {
    /// Whether a captured deletion shows it; else a snapshot's silence does.
    #[must_use]
    pub const fn is_deletion(&self) -> bool {
        self.reference.record > 0
    }

    /// When the subject exists again; `None` where nothing in or before the window's end shows that.
    #[must_use]
    pub fn ends(&self, window: Period) -> Option<Instant> {
        Some(self.period.until).filter(|until| *until < window.until)
    }
}

impl Explanation {
    /// Every reference that the shown statements rest on, each once, in the order in which they are shown.
    #[must_use]
    pub fn references(&self) -> Vec<&EvidenceReference> {
        let said = self.streams.iter().flat_map(|stream| &stream.segments).map(|segment| &segment.reference);
        let absent = self.absences.iter().map(|absence| &absence.reference);
        let seen = self.remarks.iter().map(|remark| &remark.reference);
        let mut is_new: BTreeSet<&EvidenceReference> = BTreeSet::new();
        said.chain(absent).chain(seen).filter(|reference| is_new.insert(reference)).collect()
    }

    /// The ledger's first row of an evidence file.
    #[must_use]
    pub fn file(&self, reference: &EvidenceReference) -> Option<&LedgerRow> {
        let id = reference.evidence.as_str();
        let place = self.files.partition_point(|file| file.evidence_id.as_str() < id);
        self.files.get(place).filter(|file| file.evidence_id == id)
    }

    /// What holds at one moment alone: the same story without all that does not contain it.
    #[must_use]
    pub fn cut_to(mut self, at: Instant) -> Self {
        self.at = Some(at);
        self.exceptions.retain(|exception| exception.period.contains(at));
        self.statuses.retain(|stretch| stretch.period.contains(at));
        self.absences.retain(|absence| absence.period.contains(at));
        self.disagreements.retain(|disagreement| disagreement.period.contains(at));
        self.remarks.retain(|remark| remark.period.contains(at));
        for stream in &mut self.streams {
            stream.segments.retain(|segment| segment.period.contains(at));
        }
        let streams = &self.streams;
        for stretch in &mut self.statuses {
            stretch.decided_by = deciding(streams, stretch.status, at);
        }
        let cited = self.cited();
        self.files.retain(|file| cited.contains(&file.evidence_id));
        self
    }

    /// The ids of all evidence files that anything in the story refers to.
    pub(in crate::engine) fn cited(&self) -> BTreeSet<String> {
        let of_exceptions = self.exceptions.iter().flat_map(|one| one.opened_by.iter().chain(&one.closed_by));
        let of_disagreements =
            self.disagreements.iter().flat_map(|one| &one.said).filter_map(|said| said.reference.as_ref());
        let all = self.references().into_iter().chain(of_exceptions).chain(of_disagreements);
        all.map(|reference| reference.evidence.as_str().to_owned()).collect()
    }
}

/// Numbers of the streams whose word at a moment is the status.
pub(in crate::engine) fn deciding(streams: &[ExplainedStream], status: ControlStatus, at: Instant) -> Vec<usize> {
    let says_so = |segment: &ExplainedSegment| segment.period.contains(at) && segment.means(status);
    let numbered = (1..).zip(streams);
    numbered.filter(|(_, stream)| stream.segments.iter().any(says_so)).map(|(number, _)| number).collect()
}

impl ExplainedSegment {
    /// Whether it says what the control's status is.
    fn means(&self, status: ControlStatus) -> bool {
        matches!(
            (self.status, status),
            (Status::Fail, ControlStatus::Fail)
                | (Status::Pass, ControlStatus::Pass)
                | (Status::NotApplicable, ControlStatus::NotApplicable)
        )
    }
}

#[cfg(test)]
mod tests;
