//! Puts an estate's files in place, one recorder after the other.

use crate::delivery::{self, HistoryFile};
use crate::example_corp;
use crate::findings::{self, Hub, Rendered};
use crate::instant::{HOUR, Instant};
use crate::items::{self, Stream};
use crate::json::array;
use crate::model::Recorder;
use crate::output::Output;
use crate::scale::Plan;
use crate::{compliance, extras, hub, identity, notifications, spoiled};
use std::io;

/// What the sample's README says, before the answers.
const README: &str = include_str!("example_corp.md");

fn streams(recorder: &Recorder) -> Vec<Stream> {
    let mut all = items::streams(recorder);
    all.extend(compliance::streams(recorder));
    all
}

fn rendered(recorder: &Recorder) -> Vec<Rendered> {
    hub::records(recorder).iter().map(|record| findings::render(recorder, record)).collect()
}

/// Writes `describe-config-rules` as it was at the end of the evidence.
fn write_rules(output: &mut Output, recorder: &Recorder) -> io::Result<()> {
    let live = recorder.rules.iter().filter(|rule| !rule.is_gone(recorder.end));
    let rules: Vec<String> = live.map(crate::rules::Rule::description).collect();
    let path = format!("config-rules/{}-{}.json", recorder.account, recorder.region);
    output.plain(&path, format!("{{\"ConfigRules\":{}}}\n", array(&rules)).as_bytes())
}

fn write_history(output: &mut Output, files: &[HistoryFile]) -> io::Result<()> {
    files.iter().try_for_each(|file| output.gzip(&file.path, file.content.as_bytes()))
}

/// Writes what one recorder delivers; some of its history files may go into a bundle instead.
fn write_recorder(
    output: &mut Output,
    recorder: &Recorder,
    bundled: &dyn Fn(&HistoryFile) -> bool,
) -> io::Result<Vec<HistoryFile>> {
    let streams = streams(recorder);
    delivery::write_snapshots(output, recorder, &streams)?;
    let (packed, loose): (Vec<_>, Vec<_>) = delivery::history(recorder, &streams).into_iter().partition(bundled);
    write_history(output, &loose)?;
    write_rules(output, recorder)?;
    Ok(packed)
}

/// Writes an estate made to measure.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn estate(output: &mut Output, plan: &Plan) -> io::Result<()> {
    for account in 0..plan.accounts {
        let recorders = plan.recorders(account);
        for recorder in &recorders {
            write_recorder(output, recorder, &|_| false)?;
            if plan.findings {
                write_findings(output, recorder)?;
            }
        }
        if let Some(home) = recorders.first() {
            delivery::write_probe(output, &home.account)?;
            identity::write(output, home)?;
        }
    }
    Ok(())
}

fn write_findings(output: &mut Output, recorder: &Recorder) -> io::Result<()> {
    let hub = Hub { account: recorder.account.clone(), region: recorder.region.clone(), seed: recorder.seed };
    findings::write_stream(output, &hub, &rendered(recorder))
}

/// Writes Example Corp's estate with its broken files and its README.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn sample(output: &mut Output, seed: u64) -> io::Result<()> {
    let recorders = example_corp::recorders(seed);
    let mut all: Vec<Rendered> = Vec::new();
    for recorder in &recorders {
        let is_second = recorder.account == example_corp::PRODUCTION && recorder.region == "eu-west-1";
        let packed = write_recorder(output, recorder, &|file| is_second && file.path.contains("/2026/3/"))?;
        if !packed.is_empty() {
            spoiled::write_bundle(output, "bundles/production-eu-west-1-history-2026-03.zip", &packed)?;
        }
        let findings = rendered(recorder);
        if recorder.account == example_corp::STAGING && recorder.region == "eu-west-1" {
            write_monthly(output, recorder, &findings)?;
        }
        all.extend(findings);
        if recorder.region == "us-east-1" {
            delivery::write_probe(output, &recorder.account)?;
            identity::write(output, recorder)?;
        }
    }
    all.extend(spoiled::impossible(&all));
    all.sort_by(|left, right| (left.at, &left.id).cmp(&(right.at, &right.id)));
    let hub = Hub { account: example_corp::MANAGEMENT.to_owned(), region: "us-east-1".to_owned(), seed };
    findings::write_stream(output, &hub, &all)?;
    notifications::write(output, &recorders)?;
    extras::write(output, &recorders)?;
    spoiled::write_sample(output, &recorders, &streams)?;
    let readme = format!("{README}\n{}", crate::answers::markdown(&recorders));
    output.plain("README.md", readme.as_bytes())
}

/// `get-findings` at the end of each month, copies of what the stream holds already.
fn write_monthly(output: &mut Output, recorder: &Recorder, findings: &[Rendered]) -> io::Result<()> {
    for month in 1..=6 {
        let at = Instant(Instant::midnight(2026, month + 1, 1).0 - HOUR);
        let path = format!("securityhub/{}/{}/2026/{month:02}/get-findings.json", recorder.account, recorder.region);
        output.plain(&path, findings::get_findings(findings, at).as_bytes())?;
    }
    Ok(())
}
