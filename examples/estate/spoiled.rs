//! Files that are broken on purpose, and evidence packed into an archive.

use crate::delivery::{self, HistoryFile};
use crate::example_corp::{PRODUCTION, STAGING};
use crate::findings::Rendered;
use crate::instant::{DAY, HOUR, Instant};
use crate::items::Stream;
use crate::model::Recorder;
use crate::output::{Output, gzipped};
use crate::scale::Plan;
use std::io::{self, Cursor, Write};
use zip::write::SimpleFileOptions;

/// A note that begins like a PDF and is none.
const NOT_AN_EXPORT: &str =
    "%PDF-1.4\n% Example Corp, access control policy, version 7 (placeholder without pages)\n%%EOF\n";

/// Writes history files as members of one zip.
///
/// # Errors
/// When the archive cannot be made or written.
pub(crate) fn write_bundle(output: &mut Output, path: &str, files: &[HistoryFile]) -> io::Result<()> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::CompressionMethod::Stored;
    let options = SimpleFileOptions::default().compression_method(stored).last_modified_time(zip::DateTime::default());
    for file in files {
        archive.start_file(file.path.as_str(), options)?;
        archive.write_all(&gzipped(file.content.as_bytes())?)?;
    }
    let content = archive.finish()?.into_inner();
    output.plain(path, &content)
}

/// Copies of one finding whose time of update no calendar knows.
pub(crate) fn impossible(findings: &[Rendered]) -> Option<Rendered> {
    let day = Instant::midnight(2026, 2, 28);
    let good = findings.iter().find(|finding| day < finding.at && finding.json.contains("EC2.14"))?;
    let written = good.at.milliseconds();
    let json = good.json.replace(&format!("\"UpdatedAt\":\"{written}\""), "\"UpdatedAt\":\"2026-02-30T25:61:00.000Z\"");
    Some(Rendered { json, ..good.clone() })
}

fn truncated(content: &[u8]) -> &[u8] {
    content.get(..content.len() * 3 / 5).unwrap_or(content)
}

/// An additional snapshot of a day that has a good one already.
fn additional(recorder: &Recorder, streams: &[Stream], day: Instant) -> (String, String) {
    let times = delivery::snapshot_times(recorder);
    let usual = times.iter().find(|at| at.day_number() == day.day_number()).map_or(day, |at| *at);
    let offset = if usual.plus(2 * HOUR).day_number() == day.day_number() { 2 * HOUR } else { -2 * HOUR };
    delivery::snapshot(recorder, streams, usual.plus(offset))
}

/// Writes the sample's broken files.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn write_sample(
    output: &mut Output,
    recorders: &[Recorder],
    streams: &dyn Fn(&Recorder) -> Vec<Stream>,
) -> io::Result<()> {
    let home =
        |account: &str| recorders.iter().find(|recorder| recorder.account == account && recorder.region == "us-east-1");
    if let Some(staging) = home(STAGING) {
        let (path, content) = additional(staging, &streams(staging), Instant::midnight(2026, 3, 18));
        output.plain(&path, truncated(&gzipped(content.as_bytes())?))?;
    }
    if let Some(production) = home(PRODUCTION) {
        let (path, content) = additional(production, &streams(production), Instant::midnight(2026, 5, 12));
        output.plain(&path, content.as_bytes())?;
    }
    output.plain("policies/access-control-policy.pdf", NOT_AN_EXPORT.as_bytes())
}

/// Writes broken files into an estate made to measure: in the first account, beside the good ones.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn write_generic(output: &mut Output, plan: &Plan) -> io::Result<()> {
    let recorders = plan.recorders(0);
    if let Some(recorder) = recorders.first() {
        let streams = crate::items::streams(recorder);
        let (path, content) = additional(recorder, &streams, plan.begin.plus(DAY));
        output.plain(&path, truncated(&gzipped(content.as_bytes())?))?;
        let (path, content) = additional(recorder, &streams, plan.begin.plus(2 * DAY));
        output.plain(&path, content.as_bytes())?;
        write_bundle(output, "bundles/history.zip", &delivery::history(recorder, &streams))?;
    }
    output.plain("policies/access-control-policy.pdf", NOT_AN_EXPORT.as_bytes())
}
