//! Speed on generated estates of three sizes, as ratios of one run.
//!
//! `cargo bench` makes the estates below the target folder once (by the `estate` example), then prints
//! what ingesting and assessing them costs in processor time beside only inflating and hashing the same
//! files, and how fast single files are parsed. All on one thread.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark stops at the first surprise, and prints"
)]

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicU64;
use std::time::Instant as Clock;

use divan::Bencher;
use divan::counter::BytesCount;

use tickmark::engine::catalog::Catalog;
use tickmark::engine::settings::Settings;
use tickmark::evidence::{Custody, LeafName, Limits, Refusal, Visitor, discover, visit};
use tickmark::formats::records::Record;
use tickmark::formats::{self, FileName, RecordSink, Supplied};
use tickmark::lake::{IngestSettings, Lake, Progress, ingest};
use tickmark::model::{Instant, Period, Problem, Recorder, Source};

mod shared;

use shared::inflate_and_hash;

/// Kinds of estate and the accounts of their three sizes; each account has two regions with 40 resources
/// and 60 daily snapshots, with `findings` a stream of Security Hub findings too.
const ESTATES: [(&str, [u32; 3]); 2] = [("snapshots", [2, 8, 32]), ("findings", [1, 4, 16])];
const DAYS: u32 = 60;
/// A measurement is repeated and the shortest is taken: what disturbs only ever adds.
const REPEATS: u32 = 3;

fn main() {
    println!(
        "estate           files   inflated  inflate+hash     ingest  ratio   per record     assess  ingest/assess  own checks   per state"
    );
    for (kind, sizes) in ESTATES {
        for accounts in sizes {
            measure(kind, accounts);
        }
    }
    divan::main();
}

/// One line of the table.
fn measure(kind: &str, accounts: u32) {
    let estate = estate(kind, accounts);
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    let (inflated, plain) = shortest(|_| inflate_and_hash(&estate));
    let lake = |repeat: u32| scratch.path().join(format!("lake-{repeat}"));
    let (_, ingested) = shortest(|repeat| {
        pool.install(|| {
            let found = discover(std::slice::from_ref(&estate)).expect("the estate");
            ingest(&found, &lake(repeat), &IngestSettings::default(), &Progress::default())
        })
        .expect("an ingest")
    });
    let catalog = Catalog::embedded().expect("the catalog");
    let day = |text| Instant::parse_date(text).expect("a day");
    let settings = Settings::new(Period::new(day("2025-12-15"), day("2026-01-25")));
    let spoken = Settings { sources: vec![Source::Config, Source::SecurityHub], ..settings.clone() };
    let opened = Lake::open(&lake(0)).expect("the lake");
    let assess = |settings: &Settings| {
        let (_, seconds) =
            shortest(|_| pool.install(|| tickmark::engine::assess(&opened, &catalog, settings)).expect("an answer"));
        seconds
    };
    let (assessed, without_own_checks) = (assess(&settings), assess(&spoken));
    let ledger = opened.ledger().expect("the ledger");
    let records: u64 = ledger.iter().map(|row| row.records_read).sum();
    // What own checks depend on: distinct states of resources, however often snapshots repeated them.
    let states: usize = opened.accounts().iter().map(|name| opened.account(name).expect("its rows").items.len()).sum();
    println!(
        "{kind:<10} {accounts:>3} {:>8} {:>7} MiB {:>10.3} s {:>8.3} s {:>6.2} {:>9.2} µs {:>8.3} s {:>14.1} {:>9.3} s {:>8.2} µs",
        ledger.len(),
        inflated >> 20,
        plain,
        ingested,
        ingested / plain,
        ingested * 1e6 / records as f64,
        assessed,
        ingested / assessed,
        assessed - without_own_checks,
        (assessed - without_own_checks) * 1e6 / states as f64,
    );
}

fn shortest<T>(mut work: impl FnMut(u32) -> T) -> (T, f64) {
    let mut best: Option<(T, f64)> = None;
    for repeat in 0..REPEATS {
        let (start, processor) = (Clock::now(), processor_seconds());
        let done = work(repeat);
        let seconds = match (processor, processor_seconds()) {
            (Some(before), Some(after)) => after - before,
            _ => start.elapsed().as_secs_f64(),
        };
        if best.as_ref().is_none_or(|(_, so_far)| seconds < *so_far) {
            best = Some((done, seconds));
        }
    }
    best.expect("at least one repeat")
}

/// Processor time of this process, user and system, in seconds to a hundredth; `None` where the system
/// does not say.
fn processor_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = text.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u32>().ok();
    Some(f64::from(ticks()? + ticks()?) / 100.0)
}

/// The folder of an estate, made if it is not there.
fn estate(kind: &str, accounts: u32) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("estate-{kind}-{accounts}"));
    if folder.exists() {
        return folder;
    }
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--release", "--example", "estate", "--"]).arg(&folder);
    command.args(["--accounts", &accounts.to_string(), "--regions", "2", "--days", &DAYS.to_string()]);
    command.args(["--resources-per-region", "40"]);
    if kind == "snapshots" {
        command.arg("--no-findings");
    }
    assert!(command.status().expect("cargo runs").success(), "the estate was made");
    folder
}

/// Takes every record and keeps none; everything is new to it.
struct Forget;

impl RecordSink for Forget {
    fn is_known(&mut self, _recorder: &Recorder, _raw: &[u8]) -> bool {
        false
    }

    fn keep(&mut self, _number: u64, _raw: &[u8], record: Record) {
        divan::black_box(record);
    }
}

/// Collects a whole file.
struct Collect {
    wanted: &'static str,
    text: Vec<u8>,
}

impl Visitor for Collect {
    fn leaf(&mut self, name: &LeafName, content: &mut dyn Read) {
        if self.text.is_empty() && name.path.contains(self.wanted) {
            content.read_to_end(&mut self.text).expect("a whole file");
        }
    }

    fn finished(&mut self, _name: &LeafName, _custody: &Custody, _fault: Option<&Problem>) {}

    fn bundle(&mut self, _path: &str, _outer: &str, _custody: &Custody, _members: u64, _fault: Option<&Problem>) {}

    fn refused(&mut self, _refusal: &Refusal) {}
}

fn first_file(estate: &Path, wanted: &'static str) -> Vec<u8> {
    let mut collect = Collect { wanted, text: Vec::new() };
    for file in &discover(&[estate.to_owned()]).expect("the estate").files {
        visit(file, &Limits::default(), &AtomicU64::new(0), &mut collect);
        if !collect.text.is_empty() {
            break;
        }
    }
    collect.text
}

fn parse(bencher: Bencher<'_, '_>, text: &[u8]) {
    let mut buffer = Vec::new();
    bencher.counter(BytesCount::of_slice(text)).bench_local(|| {
        let name = FileName { path: "file.json", hint_path: "file.json" };
        formats::parse(name, &Supplied::default(), &mut &*text, &mut buffer, &mut Forget).finish([]).read
    });
}

#[divan::bench]
fn parse_snapshot(bencher: Bencher<'_, '_>) {
    parse(bencher, &first_file(&estate("snapshots", 2), "_ConfigSnapshot_"));
}

#[divan::bench]
fn parse_findings(bencher: Bencher<'_, '_>) {
    parse(bencher, &first_file(&estate("findings", 1), "securityhub-stream"));
}
