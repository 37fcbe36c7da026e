//! `tickmark ingest`: evidence into a lake.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;

use crate::cli::args::IngestArguments;
use crate::cli::exit::Exit;
use crate::cli::interruption::Interruption;
use crate::cli::printer::{self, ProgressLine};
use crate::cli::settings::{check_apart, ingest_settings, s3_settings};
use crate::evidence::{Discovery, discover_evidence};
use crate::lake::{self, IngestSettings, IngestSummary, Lake, LakeError, MADE_BY_RUN, Progress};

/// Carries the command out.
pub(in crate::cli) fn ingest(arguments: &IngestArguments, interruption: &Interruption) -> anyhow::Result<Exit> {
    check_apart(&arguments.evidence, &arguments.lake, "the lake")?;
    let settings = ingest_settings(&arguments.supplied, &arguments.reading)?;
    interruption.leaving("stopped: nothing was added to the lake");
    let s3 = s3_settings(&arguments.s3)?;
    let found = printer::while_finding(|| discover_evidence(&arguments.evidence, &s3, None))?;
    keep_lake(&arguments.lake)?;
    let left = || left_in(&arguments.lake);
    let summary = read_evidence(&found, &arguments.lake, &settings, interruption, left)?;
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

/// What an ingest leaves that was asked to end.
pub(super) fn left_in(lake: &Path) -> String {
    let shown = lake.display();
    match Lake::open(lake).map(|lake| lake.commits().len()) {
        Ok(1) => {
            format!("stopped: the lake `{shown}` is whole and holds 1 commit; run the same command again to go on")
        }
        Ok(commits @ 2..) => {
            format!(
                "stopped: the lake `{shown}` is whole and holds {commits} commits; run the same command again to go on"
            )
        }
        Ok(_) | Err(_) => {
            format!("stopped: nothing was added to the lake `{shown}`; run the same command again to go on")
        }
    }
}

/// Reads evidence with progress and an account of it on stderr; `left` says what is left where a signal ends it.
pub(super) fn read_evidence(
    found: &Discovery,
    lake: &Path,
    settings: &IngestSettings,
    interruption: &Interruption,
    left: impl Fn() -> String,
) -> anyhow::Result<IngestSummary> {
    let progress = Arc::new(Progress::default());
    let line = ProgressLine::follow(&progress);
    let ends = interruption.end_through(&progress);
    let summary = lake::ingest(found, lake, settings, &progress);
    drop(ends);
    drop(line);
    if let (Ok(_) | Err(LakeError::Stopped), Some(stopped)) = (&summary, interruption.stopped(&left)) {
        return Err(stopped.into());
    }
    let summary = match summary {
        Err(error @ LakeError::StoreLost { .. }) => return Err(anyhow::Error::new(error).context(left())),
        summary => summary.map_err(with_room)?,
    };
    printer::ingest_summary(&summary);
    Ok(summary)
}

/// Where there is no room for the lake, says what stands and what to do.
fn with_room(error: LakeError) -> anyhow::Error {
    let is_full = match &error {
        LakeError::Io { source, .. } => {
            matches!(source.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
        }
        _ => false,
    };
    let error = anyhow::Error::new(error);
    if !is_full {
        return error;
    }
    error.context(
        "there is no room for the lake; what was there before stands: make room, and run the same command again",
    )
}
