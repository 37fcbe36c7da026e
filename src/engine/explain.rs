//! Why a subject has the status it has under a control.
//!
//! Everything is read, judged and compared by the code that an assessment runs; what is added is who
//! speaks and why, which an assessment does not keep. Nothing is decided here.

mod matching;

use std::collections::BTreeSet;

use super::agreement;
use super::assess::{AssessError, Basis, chosen_controls, key_of, ledger_row};
use super::catalog::Catalog;
use super::control::{Ground, Outcome, Tested, evaluate, full_timeline};
use super::identity::SubjectKey;
use super::results::explanation::{Absence, ExplainedSegment, ExplainedStream, Explanation, StatusStretch, deciding};
use super::results::{SubjectName, SubjectResult};
use super::settings::Settings;
use super::timeline::{Segment, Stream};
use crate::lake::Lake;
use crate::model::{Period, Status};
use matching::Matched;

/// What is to be explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A resource under a control.
    Resource {
        /// The control's id.
        control: String,
        /// An ARN, a resource id, a name, or the end of one, of one subject alone; `ACCOUNT/` before it chooses
        /// among the accounts.
        resource: String,
    },
    /// An exception, by its id in `exceptions.csv`.
    Exception {
        /// Its id.
        id: String,
    },
}

/// Why nothing is explained.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// The lake cannot be read, or settings name what does not exist.
    #[error(transparent)]
    Assess(#[from] AssessError),
    /// Text that is no exception's id.
    #[error("`{id}` is no exception's id, such as C10-3f9a2b1c; to explain a resource, name it behind its control")]
    NotAnId {
        /// What was asked for.
        id: String,
    },
    /// No exception of the control has this id.
    #[error(
        "none of the {exceptions} exceptions of {control} has the id `{id}`; ids hold for the window, scope and sources of the run that wrote them: give the same ones"
    )]
    NoException {
        /// What was asked for.
        id: String,
        /// The control.
        control: String,
        /// How many exceptions it has.
        exceptions: usize,
    },
    /// No subject of the control is meant.
    #[error("none of the {population} subjects of {control} is `{resource}`")]
    NoSubject {
        /// What was asked for.
        resource: String,
        /// The control.
        control: String,
        /// How many subjects it has.
        population: usize,
        /// The nearest of them.
        near: Vec<SubjectName>,
    },
    /// Several subjects of the control may be meant.
    #[error("`{asked}` is said of {} subjects of {control}; name one of them by its ARN, or put its account before it: ACCOUNT/ID", subjects.len())]
    Several {
        /// What was asked for.
        asked: String,
        /// The control.
        control: String,
        /// All that may be meant, in the order of `subjects.csv`.
        subjects: Vec<SubjectName>,
    },
}

/// Explains one subject under one control over the settings' window. The settings' choice of controls is
/// not asked.
///
/// # Errors
/// When the lake cannot be read, settings name what does not exist, or it is not clear who is meant.
pub fn explain(
    lake: &Lake,
    catalog: &Catalog,
    settings: &Settings,
    asked: &Asked,
) -> Result<Explanation, ExplainError> {
    let control = control_of(catalog, asked)?;
    let settings = Settings { controls: Some(vec![control]), ..settings.clone() };
    let tested = chosen_controls(catalog, &settings)?;
    let [tested] = tested.as_slice() else {
        return Err(AssessError::unknown_control(catalog, "").into());
    };
    let basis = Basis::read(lake, catalog, &settings, Some(&tested.tests))?;
    let ground = basis.ground(&settings);
    let outcome = evaluate(tested, &ground);
    let result = find(&outcome, asked)?;
    let mut explanation = tell(tested, &ground, &outcome, result);
    if let Asked::Exception { id } = asked {
        explanation.asked = Some(id.clone());
    }
    let cited = explanation.cited();
    let rows = basis.ledger.iter().filter(|row| cited.contains(&row.evidence_id) && row.outcome != "bundle");
    explanation.files = rows.cloned().map(ledger_row).collect();
    explanation.files.sort_by(|left, right| left.evidence_id.cmp(&right.evidence_id));
    Ok(explanation)
}

/// The id of the control that is asked about.
fn control_of(catalog: &Catalog, asked: &Asked) -> Result<String, ExplainError> {
    let named = match asked {
        Asked::Resource { control, .. } => control.as_str(),
        Asked::Exception { id } => {
            let parts = id.rsplit_once('-').filter(|(control, digits)| !control.is_empty() && digits.len() == 8);
            parts.ok_or_else(|| ExplainError::NotAnId { id: id.clone() })?.0
        }
    };
    let control = catalog.control(named).ok_or_else(|| AssessError::unknown_control(catalog, named))?;
    Ok(control.id.clone())
}

/// The one subject that is asked about.
fn find<'a>(outcome: &'a Outcome, asked: &Asked) -> Result<&'a SubjectResult, ExplainError> {
    let control = outcome.result.control.clone();
    let names: Vec<&SubjectName> = outcome.subjects.iter().map(|result| &result.subject).collect();
    let (text, found) = match asked {
        Asked::Resource { resource, .. } => match matching::find(resource, &names) {
            Matched::These(found) => (resource, found),
            Matched::Near(near) => {
                let near = near.into_iter().cloned().collect();
                let (resource, population) = (resource.clone(), names.len());
                return Err(ExplainError::NoSubject { resource, control, population, near });
            }
        },
        Asked::Exception { id } => {
            let is_meant = |own: &str| own.eq_ignore_ascii_case(id);
            let found: BTreeSet<&SubjectName> = outcome
                .exceptions
                .iter()
                .filter(|exception| is_meant(&exception.id))
                .map(|exception| &exception.subject)
                .collect();
            (id, found.into_iter().collect())
        }
    };
    match found.as_slice() {
        [] => Err(ExplainError::NoException { id: text.clone(), control, exceptions: outcome.exceptions.len() }),
        [name] => outcome.subjects.iter().find(|result| result.subject == **name).ok_or_else(|| {
            ExplainError::NoException { id: text.clone(), control, exceptions: outcome.exceptions.len() }
        }),
        several => {
            let subjects = several.iter().map(|name| (*name).clone()).collect();
            Err(ExplainError::Several { asked: text.clone(), control, subjects })
        }
    }
}

/// The story of one subject.
fn tell(tested: &Tested<'_>, ground: &Ground<'_>, outcome: &Outcome, result: &SubjectResult) -> Explanation {
    let subject = key_of(&result.subject);
    let window = ground.settings.window;
    let streams = explained_streams(tested, ground, &subject);
    let (_, disagreements) = agreement::compare(tested, ground, std::slice::from_ref(&subject));
    let exceptions = outcome.exceptions.iter().filter(|exception| exception.subject == result.subject);
    let remarks = outcome.remarks.iter().filter(|remark| remark.subject == result.subject);
    let absences = ground.absences_of(&subject).iter().filter(|(period, _)| period.intersect(window).is_some());
    Explanation {
        engagement: ground.settings.engagement.clone(),
        window,
        max_gap_hours: ground.settings.max_gap_hours,
        sources: ground.settings.sources.clone(),
        control: tested.control.id.clone(),
        title: tested.control.title.clone(),
        criteria: tested.control.criteria.clone(),
        tests: tested.control.tests.clone(),
        result: result.clone(),
        asked: None,
        at: None,
        exceptions: exceptions.cloned().collect(),
        statuses: statuses(tested, ground, &subject, &streams),
        streams,
        absences: absences
            .map(|(period, reference)| Absence { period: *period, reference: reference.clone() })
            .collect(),
        disagreements,
        remarks: remarks.cloned().collect(),
        files: Vec::new(),
    }
}

/// The control's status over time, each stretch with its true beginning.
fn statuses(
    tested: &Tested<'_>,
    ground: &Ground<'_>,
    subject: &SubjectKey,
    explained: &[ExplainedStream],
) -> Vec<StatusStretch> {
    let window = ground.settings.window;
    let streams = ground.streams_of(subject, &tested.tests);
    let full = full_timeline(&streams, ground.absences_of(subject), window);
    let stretches = full.into_iter().filter_map(|stretch| Some((stretch, stretch.period.intersect(window)?)));
    stretches
        .map(|(stretch, inside)| StatusStretch {
            period: stretch.period,
            status: stretch.status,
            decided_by: deciding(explained, stretch.status, inside.from),
        })
        .collect()
}

/// Every stream that speaks of the subject, also those that say nothing in the window.
fn explained_streams(tested: &Tested<'_>, ground: &Ground<'_>, subject: &SubjectKey) -> Vec<ExplainedStream> {
    let mut streams: Vec<&Stream> = ground.streams_of(subject, &tested.tests);
    streams.sort_by_key(|stream| (stream.source, stream.test, stream.told.as_ref().map(|told| told.origin.clone())));
    let explained = streams.into_iter().filter_map(|stream| {
        let told = stream.told.as_deref()?;
        let (first, last) = (told.segments.first()?, told.segments.last()?);
        Some(ExplainedStream {
            source: stream.source,
            test: ground.identifiers.get(stream.test).cloned().unwrap_or_default(),
            origin: told.origin.clone(),
            first: first.period.from,
            vouched_until: last.period.until,
            segments: reaching_into(&told.segments, ground.settings.window),
        })
    });
    explained.collect()
}

fn reaching_into(segments: &[Segment], window: Period) -> Vec<ExplainedSegment> {
    let inside = segments.iter().filter(|segment| segment.period.intersect(window).is_some());
    let explained = inside.map(|segment| ExplainedSegment {
        period: segment.period,
        status: segment.status,
        suppressed: segment.suppressed,
        reason: segment.reason.as_deref().unwrap_or(unstated(segment.status)).to_owned(),
        restated: u64::from(segment.restated),
        reference: segment.reference.clone(),
    });
    explained.collect()
}

/// What there is to say where nobody gives a reason: a check that stops speaking.
const fn unstated(status: Status) -> &'static str {
    match status {
        Status::Ended => "the resource is gone, or no longer one that the test is about",
        _ => "",
    }
}
