//! The program as a whole on generated estates: how time and memory grow, as ratios of one run.
//!
//! `cargo bench --bench scale` makes the estates below the target folder once (by the `estate` example), then runs
//! the program on them, each time from the same files to a new lake. `TICKMARK_BENCH_ITEMS=10000000` adds a
//! snapshot of that many items, which takes some minutes and about 15 GB of JSON, 0.5 GB compressed.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark stops at the first surprise, and prints"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant as Clock};

mod shared;
#[path = "../tests/it/s3_server.rs"]
#[expect(dead_code, reason = "tests of the module that reads S3 use the rest")]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "it is a part of the tests")]
mod s3_server;

/// A measurement is repeated and the shortest is taken: what disturbs only ever adds.
const REPEATS: u32 = 3;
/// Bytes in a MiB.
const MIB: f64 = 1024.0 * 1024.0;

/// What one run of the program took.
#[derive(Clone, Copy)]
struct Taken {
    seconds: f64,
    processor_seconds: f64,
    peak_bytes: u64,
}

fn main() {
    daily("daily", "400");
    daily("daily-large", "4000");
    single();
}

/// A year's quarter of daily snapshots of eight recorders with so many resources each: against inflating and hashing,
/// on two cores, again, and from S3.
fn daily(name: &str, resources: &str) {
    let estate =
        estate(name, &["--accounts", "4", "--days", "90", "--resources-per-region", resources, "--no-findings"]);
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let (inflated, plain) = inflate_and_hash(&estate);
    let one = ingest(&estate, scratch.path(), "1", &[]);
    let two = ingest(&estate, scratch.path(), "2", &[]);
    let again = shortest(|_| program(&arguments(&estate, &scratch.path().join("kept"), "2", &[])));
    let first = two;
    println!("daily snapshots of {resources} resources a region: {:.0} MiB of JSON", inflated as f64 / MIB);
    println!("  processor time / inflating and hashing alone   {:6.2}", one.processor_seconds / plain);
    println!("  one thread / two threads, on the clock         {:6.2}", one.seconds / two.seconds);
    println!("  first ingest / ingest of known evidence        {:6.1}", first.seconds / again.seconds);
    let server = s3_server::Server::with(objects(&estate));
    let endpoint = server.endpoint();
    let address = format!("s3://{}/daily", s3_server::BUCKET);
    let options = ["--endpoint-url", &endpoint, "--region", "eu-west-1"];
    let s3 = ingest(Path::new(&address), scratch.path(), "2", &options);
    println!("  from S3 on loopback / from disk, speed         {:6.2}", two.seconds / s3.seconds);
    println!("  the same, processor time of the program        {:6.2}", two.processor_seconds / s3.processor_seconds);
    let peaks = [one, two, s3].map(|taken| taken.peak_bytes).into_iter().max().unwrap_or_default();
    println!("  peak memory, MiB                               {:6.0}", peaks as f64 / MIB);
}

/// One snapshot of growing size.
fn single() {
    println!("one snapshot          records  microseconds each  one / two threads  peak MiB (one, two threads)");
    #[expect(clippy::disallowed_methods, reason = "the estate may be asked for from outside")]
    let asked = std::env::var("TICKMARK_BENCH_ITEMS").ok().and_then(|items| items.parse().ok());
    for resources in [3_000, 30_000, 300_000_u64].into_iter().chain(asked.map(|items: u64| items * 3 / 10)) {
        let text = resources.to_string();
        let options = ["--accounts", "1", "--regions", "1", "--days", "1", "--resources-per-region", &text];
        let estate = estate(&format!("snapshot-{resources}"), &[&options[..], &["--no-findings"]].concat());
        let scratch = tempfile::tempdir().expect("a temporary folder");
        let one = ingest(&estate, scratch.path(), "1", &[]);
        let two = ingest(&estate, scratch.path(), "2", &[]);
        let records = records_kept(&scratch.path().join("kept"));
        println!(
            "{resources:>9} resources {records:>9} {:>18.2} {:>18.2} {:>9.0} {:.0}",
            one.processor_seconds / records as f64 * 1e6,
            one.seconds / two.seconds,
            one.peak_bytes as f64 / MIB,
            two.peak_bytes as f64 / MIB,
        );
    }
}

/// Records of a lake, as its ledger's commit says them.
fn records_kept(lake: &Path) -> u64 {
    let lake = tickmark::lake::Lake::open(lake).expect("the lake");
    lake.ledger().expect("the ledger").iter().map(|row| row.records_kept).sum()
}

fn arguments(evidence: &Path, lake: &Path, threads: &str, more: &[&str]) -> Vec<String> {
    let (evidence, lake) = (evidence.display().to_string(), lake.display().to_string());
    let fixed = ["ingest", &evidence, "--lake", &lake, "--threads", threads];
    fixed.iter().chain(more).map(|text| (*text).to_owned()).collect()
}

/// An ingest into a new lake, the best of some; the last lake stays as `kept`.
fn ingest(evidence: &Path, scratch: &Path, threads: &str, more: &[&str]) -> Taken {
    let lake = scratch.join("kept");
    shortest(|_| {
        if lake.exists() {
            std::fs::remove_dir_all(&lake).expect("the lake is removed");
        }
        program(&arguments(evidence, &lake, threads, more))
    })
}

fn shortest(run: impl Fn(u32) -> Taken) -> Taken {
    let runs: Vec<Taken> = (0..REPEATS).map(run).collect();
    let least = |of: fn(&Taken) -> f64| runs.iter().map(of).fold(f64::INFINITY, f64::min);
    Taken {
        seconds: least(|taken| taken.seconds),
        processor_seconds: least(|taken| taken.processor_seconds),
        peak_bytes: runs.iter().map(|taken| taken.peak_bytes).max().unwrap_or_default(),
    }
}

/// Runs the program to its end.
fn program(arguments: &[String]) -> Taken {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tickmark"));
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.env("AWS_ACCESS_KEY_ID", s3_server::KEY).env("AWS_SECRET_ACCESS_KEY", s3_server::SECRET);
    command.env("AWS_EC2_METADATA_DISABLED", "true");
    let before = processor_seconds(13);
    let start = Clock::now();
    let mut child = command.spawn().expect("the program starts");
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak_bytes = 0;
    let status = loop {
        peak_bytes = peak_memory(&status_file).unwrap_or(0).max(peak_bytes);
        match child.try_wait().expect("the program runs") {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let seconds = start.elapsed().as_secs_f64();
    assert!(matches!(status.code(), Some(0 | 3)), "{arguments:?}: {status}");
    Taken { seconds, processor_seconds: processor_seconds(13) - before, peak_bytes }
}

/// The most memory that a process took so far, in bytes.
fn peak_memory(status_file: &str) -> Option<u64> {
    let text = std::fs::read_to_string(status_file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

/// Processor time from this field of the process's statistics on, user and system, in seconds: 11 for this process,
/// 13 for those it started and that have ended.
fn processor_seconds(field: usize) -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").expect("a system with /proc");
    let fields = text.rsplit_once(')').expect("the fields").1.split_whitespace().skip(field).take(2);
    fields.map(|ticks| ticks.parse::<f64>().expect("ticks")).sum::<f64>() / 100.0
}

/// The folder of an estate, made if it is not there.
fn estate(name: &str, options: &[&str]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("scale-{name}"));
    if !folder.exists() {
        let mut command = Command::new(env!("CARGO"));
        command.args(["run", "--quiet", "--release", "--example", "estate", "--"]).arg(&folder).args(options);
        assert!(command.status().expect("cargo runs").success(), "the estate was made");
    }
    folder
}

/// All files of an estate as objects below `daily/`.
fn objects(estate: &Path) -> Vec<(String, Vec<u8>)> {
    let files = walkdir::WalkDir::new(estate).into_iter().map(|entry| entry.expect("the estate"));
    let files = files.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let below = entry.path().strip_prefix(estate).expect("a file of the estate").display();
            (format!("daily/{below}"), std::fs::read(entry.path()).expect("a file"))
        })
        .collect()
}

/// Bytes once inflated, and the processor seconds of reading, hashing and inflating them on one thread.
fn inflate_and_hash(estate: &Path) -> (u64, f64) {
    let measured = (0..REPEATS).map(|_| {
        let before = processor_seconds(11);
        let inflated = shared::inflate_and_hash(estate);
        (inflated, processor_seconds(11) - before)
    });
    measured.min_by(|one, other| one.1.total_cmp(&other.1)).expect("a measurement")
}
