//! `tickmark explain`: why one resource has the result it has.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;

use crate::cli::args::{ExplainArguments, StoryFormatArgument};
use crate::cli::exit::Exit;
use crate::cli::printer;
use crate::cli::settings::{catalog, moment, s3_settings, settings};
use crate::engine::results::SubjectName;
use crate::engine::results::explanation::{Explanation, OriginalText};
use crate::engine::{self, Asked, ExplainError};
use crate::evidence::{Limits, discover_evidence};
use crate::lake::{Lake, Original, WantedFile, originals};
use crate::model::ProblemCode;
use crate::report::escape::visible;
use crate::report::{self, StoryFormat, Style};

/// Carries the command out.
pub(in crate::cli) fn explain(arguments: &ExplainArguments) -> anyhow::Result<Exit> {
    let settings = settings(&arguments.frame)?;
    let catalog = catalog(arguments.frame.catalog.as_deref())?;
    engine::check(&catalog, &settings)?;
    let at = arguments.at.as_deref().map(|text| moment(text, settings.window)).transpose()?;
    let lake = Lake::open(&arguments.lake)?;
    let story = engine::explain(&lake, &catalog, &settings, &asked(arguments)).inspect_err(name_candidates)?;
    let story = match at {
        Some(at) => story.cut_to(at),
        None => story,
    };
    let (records, problems) = if arguments.raw { look_up(&story, arguments)? } else { (Vec::new(), Vec::new()) };
    let style = Style { color: printer::takes_color(), out_dir: None };
    let format = match arguments.format {
        StoryFormatArgument::Table => StoryFormat::Table { width: printer::width(), style },
        StoryFormatArgument::Json => StoryFormat::Json,
    };
    printer::answer(&report::explanation(&story, &records, format)?).context("the answer cannot be printed")?;
    for problem in &problems {
        printer::remark(&visible(problem));
    }
    Ok(if problems.is_empty() { Exit::Complete } else { Exit::EvidenceRejected })
}

fn asked(arguments: &ExplainArguments) -> Asked {
    match &arguments.resource {
        Some(resource) => Asked::Resource { control: arguments.subject.clone(), resource: resource.clone() },
        None => Asked::Exception { id: arguments.subject.clone() },
    }
}

/// Says whom somebody may have meant, before the error says that it is not clear.
fn name_candidates(error: &ExplainError) {
    let (lead, subjects) = match error {
        ExplainError::Several { subjects, .. } => ("these are meant:", subjects),
        ExplainError::NoSubject { near, .. } if !near.is_empty() => ("near are:", near),
        _ => return,
    };
    printer::remark(lead);
    for SubjectName { account, resource_type, key, resource_id, resource_arn, .. } in subjects {
        let id = if resource_id.is_empty() { key } else { resource_id };
        let line = format!("  {account}  {resource_type}  {id}  {resource_arn}");
        printer::remark(&visible(line.trim_end()));
    }
}

/// The records that a story rests on, in the order in which it cites them, and what could not be found.
fn look_up(story: &Explanation, arguments: &ExplainArguments) -> anyhow::Result<(Vec<OriginalText>, Vec<String>)> {
    let wanted = wanted(story);
    let offered = match arguments.evidence.as_slice() {
        [] => None,
        evidence => Some(discover_evidence(evidence, &s3_settings(&arguments.s3)?, None)?),
    };
    let found = originals(&wanted, offered.as_ref().map(|offered| offered.files.as_slice()), &Limits::default())?;
    let mut records = Vec::new();
    let mut problems = Vec::new();
    let unlisted = offered.iter().flat_map(|offered| &offered.refusals);
    problems.extend(
        unlisted
            .filter(|refusal| refusal.problem.code == ProblemCode::Unreadable)
            .map(|refusal| format!("not looked through: {}", refusal.problem.what)),
    );
    let mut is_told: BTreeSet<&str> = BTreeSet::new();
    let mut of_id: BTreeMap<&str, Vec<(&WantedFile, &Original)>> = BTreeMap::new();
    for (file, original) in wanted.iter().zip(&found) {
        of_id.entry(file.evidence_id.as_str()).or_default().push((file, original));
    }
    for reference in story.references() {
        let id = reference.evidence.as_str();
        let copies = of_id.get(id).map(Vec::as_slice).unwrap_or_default();
        let same = copies.iter().find_map(|(file, original)| match original {
            Original::Same(records) => Some((*file, records)),
            Original::Differs { .. } | Original::Missing => None,
        });
        match same {
            None if is_told.insert(id) => problems.push(not_found(id, copies)),
            None => {}
            // A snapshot's silence, or that it lists a resource again, rests on the file as a whole.
            Some((file, _)) if reference.record == 0 => records.push(OriginalText {
                reference: reference.clone(),
                header: None,
                text: format!("the file as a whole, `{}`: its SHA-256 is that of the ledger", file.path),
            }),
            Some((file, of_file)) => match of_file.get(&reference.record) {
                Some(record) => records.push(OriginalText {
                    reference: reference.clone(),
                    header: record.header.clone(),
                    text: record.text.clone(),
                }),
                None => problems.push(format!("record {} of `{}` cannot be found again", reference.record, file.path)),
            },
        }
    }
    Ok((records, problems))
}

/// Every file that a story's statements rest on, with the numbers of their records; a file that was handed
/// over in several places is looked for in all of them.
fn wanted(story: &Explanation) -> Vec<WantedFile> {
    let mut records: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for reference in story.references() {
        records.entry(reference.evidence.as_str()).or_default().insert(reference.record);
    }
    let cited = story.files.iter().filter_map(|file| Some((file, records.get(file.evidence_id.as_str())?)));
    let wanted = cited.map(|(file, records)| WantedFile {
        evidence_id: file.evidence_id.clone(),
        path: file.path.clone(),
        bundle: file.bundle.clone(),
        sha256: file.sha256.clone(),
        kind: file.kind.clone(),
        account: file.account.clone(),
        region: file.region.clone(),
        evidence_time: file.evidence_time,
        // The number 0 stands for the file as a whole.
        records: records.iter().copied().filter(|record| *record > 0).collect(),
    });
    wanted.collect()
}

/// Why nothing of a file is printed, and what to do about it.
fn not_found(id: &str, copies: &[(&WantedFile, &Original)]) -> String {
    let place = |file: &WantedFile| match file.bundle.as_str() {
        "" => format!("`{}`", file.path),
        bundle => format!("`{}` in the bundle `{bundle}`", file.path),
    };
    let changed = copies.iter().find_map(|(file, original)| match original {
        Original::Differs { sha256 } => Some((file, sha256)),
        Original::Same(_) | Original::Missing => None,
    });
    match (changed, copies.first()) {
        (Some((file, sha256)), _) => format!(
            "changed: {} is not the file that was read, nothing of it is printed: its SHA-256 is {sha256}, the ledger has {}",
            place(file),
            file.sha256
        ),
        (None, Some((file, _))) => format!(
            "missing: {} (SHA-256 {}) was not found; say with --evidence where it lies now: the file, a folder above it, or its bundle",
            place(file),
            file.sha256
        ),
        (None, None) => format!("missing: the ledger names no file with the id {id}"),
    }
}
