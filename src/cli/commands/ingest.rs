//! `tickmark ingest`: evidence into a lake.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;

use crate::cli::args::IngestArguments;
use crate::cli::exit::Exit;
use crate::cli::printer::{self, ProgressLine};
use crate::cli::settings::{check_apart, ingest_settings};
use crate::evidence::discover;
use crate::lake::{self, IngestSettings, IngestSummary, MADE_BY_RUN, Progress};

/// Carries the command out.
pub(in crate::cli) fn ingest(arguments: &IngestArguments) -> anyhow::Result<Exit> {
    check_apart(&arguments.evidence, &arguments.lake, "the lake")?;
    let settings = ingest_settings(&arguments.supplied)?;
    keep_lake(&arguments.lake)?;
    let summary = read_evidence(&arguments.evidence, &arguments.lake, &settings)?;
    let unread = summary.files_rejected + summary.files_partial;
    Ok(if unread == 0 { Exit::Complete } else { Exit::EvidenceRejected })
}

/// Makes sure that no later run replaces a lake that is added to by name.
pub(super) fn keep_lake(lake: &Path) -> anyhow::Result<()> {
    match std::fs::remove_file(lake.join(MADE_BY_RUN)) {
        Err(error) if error.kind() != ErrorKind::NotFound && lake.is_dir() => {
            Err(error).with_context(|| format!("`{}` cannot be written to", lake.display()))
        }
        _ => Ok(()),
    }
}

/// Reads evidence with progress and an account of it on stderr.
pub(super) fn read_evidence(
    evidence: &[PathBuf],
    lake: &Path,
    settings: &IngestSettings,
) -> anyhow::Result<IngestSummary> {
    let found = discover(evidence)?;
    let progress = Arc::new(Progress::default());
    let line = ProgressLine::follow(&progress);
    let summary = lake::ingest(&found, lake, settings, &progress);
    drop(line);
    let summary = summary?;
    printer::ingest_summary(&summary);
    Ok(summary)
}
