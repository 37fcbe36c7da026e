//! What AWS Config delivers to S3: snapshots, six-hourly history files and the writability probe.

use crate::instant::{DAY, HOUR, Instant, MINUTE};
use crate::items::{Stream, Version};
use crate::model::Recorder;
use crate::output::Output;
use crate::random::Random;
use std::collections::BTreeMap;
use std::io;

/// Length of the stretch that one history file covers, in milliseconds.
const HISTORY_STEP: i64 = 6 * HOUR;

/// One history file: its path below the output folder and its JSON.
#[derive(Debug)]
pub(crate) struct HistoryFile {
    pub(crate) path: String,
    pub(crate) content: String,
}

fn folder(recorder: &Recorder, at: Instant, what: &str) -> String {
    format!("AWSLogs/{}/Config/{}/{}/{what}", recorder.account, recorder.region, at.config_folder())
}

/// When the recorder's snapshots are taken, in order.
pub(crate) fn snapshot_times(recorder: &Recorder) -> Vec<Instant> {
    let mut random = Random::keyed(recorder.seed, &format!("snapshots/{}", recorder.label()));
    let phase = random.below(20 * HOUR / MINUTE) * MINUTE + HOUR;
    let step = DAY / recorder.snapshots_per_day.clamp(1, 24);
    let first = Instant(recorder.begin.day_number() * DAY);
    let mut times = Vec::new();
    let mut day = first;
    while day < recorder.end {
        times.extend(
            (0..recorder.snapshots_per_day).map(|turn| day.plus((phase + turn * step) % DAY + random.below(90_000))),
        );
        day = day.plus(DAY);
    }
    // File names carry whole seconds, and a snapshot is of the time in its name.
    for at in &mut times {
        *at = at.plus(-at.0.rem_euclid(1000));
    }
    times.sort_unstable();
    times.retain(|at| recorder.begin < *at && *at < recorder.end && !recorder.is_stopped(*at));
    times
}

fn current(stream: &Stream, at: Instant) -> Option<&Version> {
    stream.versions.iter().rev().find(|version| version.at <= at).filter(|version| version.exists)
}

/// The path and content of the snapshot at `at`.
pub(crate) fn snapshot(recorder: &Recorder, streams: &[Stream], at: Instant) -> (String, String) {
    let id = Random::keyed(recorder.seed, &format!("snapshot/{}/{}", recorder.label(), at.0)).uuid();
    let name = format!("{}_Config_{}_ConfigSnapshot_{}_{id}.json.gz", recorder.account, recorder.region, at.compact());
    let bodies: Vec<&str> =
        streams.iter().filter_map(|stream| current(stream, at)).map(|version| version.body.as_str()).collect();
    let content = format!(
        "{{\"fileVersion\":\"1.0\",\"configSnapshotId\":\"{id}\",\"configurationItems\":[{}]}}",
        bodies.join(",")
    );
    (format!("{}/{name}", folder(recorder, at, "ConfigSnapshot")), content)
}

/// All history files of a recorder, by time and type.
pub(crate) fn history(recorder: &Recorder, streams: &[Stream]) -> Vec<HistoryFile> {
    let mut found: BTreeMap<(i64, &str), Vec<(Instant, &str)>> = BTreeMap::new();
    for stream in streams {
        let inside = |version: &&Version| recorder.begin <= version.at && version.at < recorder.end;
        let written = stream.versions.iter().filter(|version| !version.body.is_empty()).filter(inside);
        for version in written {
            let step = version.at.0.div_euclid(HISTORY_STEP);
            found.entry((step, stream.config_type)).or_default().push((version.at, &version.body));
        }
    }
    found.into_iter().map(|((_, config_type), items)| history_file(recorder, config_type, items)).collect()
}

fn history_file(recorder: &Recorder, config_type: &str, mut items: Vec<(Instant, &str)>) -> HistoryFile {
    items.sort_by_key(|(at, _)| *at);
    let first = items.first().map_or(recorder.begin, |(at, _)| *at);
    let last = items.last().map_or(recorder.begin, |(at, _)| *at);
    let bodies: Vec<&str> = items.iter().map(|(_, body)| *body).collect();
    let name = format!(
        "{}_Config_{}_ConfigHistory_{config_type}_{}_{}_1.json.gz",
        recorder.account,
        recorder.region,
        first.compact(),
        last.compact()
    );
    HistoryFile {
        path: format!("{}/{name}", folder(recorder, last, "ConfigHistory")),
        content: format!("{{\"fileVersion\":\"1.0\",\"configurationItems\":[{}]}}", bodies.join(",")),
    }
}

/// Writes the recorder's snapshots.
pub(crate) fn write_snapshots(output: &mut Output, recorder: &Recorder, streams: &[Stream]) -> io::Result<()> {
    for at in snapshot_times(recorder) {
        let (path, content) = snapshot(recorder, streams, at);
        output.gzip(&path, content.as_bytes())?;
    }
    Ok(())
}

/// Writes the empty object with which AWS Config tries whether it may write.
pub(crate) fn write_probe(output: &mut Output, account: &str) -> io::Result<()> {
    output.plain(&format!("AWSLogs/{account}/Config/ConfigWritabilityCheckFile"), b"")
}
