//! `tickmark ingest`: evidence into a lake.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::args::IngestArguments;
use crate::cli::exit::Exit;
use crate::cli::printer::{self, ProgressLine};
use crate::cli::settings::check_apart;
use crate::evidence::Limits;
use crate::lake::{self, IngestSummary, Progress};

/// Carries the command out.
pub(in crate::cli) fn ingest(arguments: &IngestArguments) -> anyhow::Result<Exit> {
    check_apart(&arguments.evidence, &arguments.lake, "the lake")?;
    let summary = read_evidence(&arguments.evidence, &arguments.lake)?;
    let unread = summary.files_rejected + summary.files_partial;
    Ok(if unread == 0 { Exit::Complete } else { Exit::EvidenceRejected })
}

/// Reads evidence with progress and an account of it on stderr.
pub(super) fn read_evidence(evidence: &[PathBuf], lake: &Path) -> anyhow::Result<IngestSummary> {
    let progress = Arc::new(Progress::default());
    let line = ProgressLine::follow(&progress);
    let summary = lake::ingest(evidence, lake, &Limits::default(), &progress);
    drop(line);
    let summary = summary?;
    printer::ingest_summary(&summary);
    Ok(summary)
}
