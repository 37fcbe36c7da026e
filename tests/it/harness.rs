//! A temporary folder to put evidence in, the program run on it, and its answers read back.
//!
//! The program is started with an empty environment and with the temporary folder as its working
//! folder, so no path of the machine reaches an output. Stdout is no terminal: screens have 100 columns.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use tempfile::TempDir;

/// The window of most tests: ten days, 2026-01-11 to 2026-01-20.
pub(crate) const WINDOW: [&str; 4] = ["--from", "2026-01-11", "--through", "2026-01-20"];

/// The sources that others speak for.
const SPOKEN: [&str; 4] = ["--source", "config", "--source", "securityhub"];

/// A folder of its own for one test; gone when dropped. Evidence lies in `evidence/`, results in `out/`.
#[derive(Debug)]
pub(crate) struct TestDir {
    root: TempDir,
}

impl TestDir {
    /// An empty folder with an empty `evidence/` in it.
    pub(crate) fn new() -> Self {
        let root = tempfile::Builder::new().prefix("tickmark-test-").tempdir().unwrap();
        fs::create_dir(root.path().join("evidence")).unwrap();
        Self { root }
    }

    /// A place below the folder.
    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.root.path().join(below)
    }

    /// Writes a file below the folder.
    pub(crate) fn file(&self, below: &str, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    /// Writes a file of evidence.
    pub(crate) fn evidence(&self, below: &str, bytes: impl AsRef<[u8]>) -> &Self {
        self.file(&format!("evidence/{below}"), bytes)
    }

    /// Writes JSON as evidence: compact, on one line, as services write it; gzip where the name says so.
    pub(crate) fn json(&self, below: &str, value: &Value) -> &Self {
        let text = value.to_string();
        let has_suffix = Path::new(below).extension().is_some_and(|suffix| suffix == "gz");
        if has_suffix { self.evidence(below, gzip(text.as_bytes())) } else { self.evidence(below, text) }
    }

    /// The bytes of a file below the folder.
    pub(crate) fn bytes(&self, below: &str) -> Vec<u8> {
        fs::read(self.path(below)).unwrap_or_else(|error| panic!("{below}: {error}"))
    }

    /// The text of a file below the folder.
    pub(crate) fn text(&self, below: &str) -> String {
        String::from_utf8(self.bytes(below)).unwrap()
    }

    /// Runs the program in the folder.
    pub(crate) fn tickmark(&self, arguments: &[&str]) -> Run {
        run_in(self.root.path(), arguments)
    }

    /// `tickmark run evidence` over [`WINDOW`] into `out/`, with further options: what rules and findings
    /// say, unless the options name sources. tickmark's own checks are [`TestDir::answer_of_all`].
    pub(crate) fn answer(&self, options: &[&str]) -> Answer {
        let spoken: &[&str] = if options.contains(&"--source") { &[] } else { &SPOKEN };
        self.answer_to(&["evidence"], &WINDOW, &[spoken, options].concat(), "out")
    }

    /// As [`TestDir::answer`], from all three sources.
    pub(crate) fn answer_of_all(&self, options: &[&str]) -> Answer {
        self.answer_to(&["evidence"], &WINDOW, options, "out")
    }

    /// As [`TestDir::answer`], with the text of an engagement file.
    pub(crate) fn answer_under(&self, engagement: &str, options: &[&str]) -> Answer {
        self.file("engagement.toml", engagement);
        self.answer(&[&["--engagement", "engagement.toml"], options].concat())
    }

    /// `tickmark run` on arguments of one's own; it has to give results.
    pub(crate) fn answer_to(&self, evidence: &[&str], window: &[&str], options: &[&str], out: &str) -> Answer {
        let arguments = [&["run"], evidence, window, &["--out", out], options].concat();
        let run = self.tickmark(&arguments);
        assert!(matches!(run.status, 0 | 3 | 4), "no results, status {}:\n{}", run.status, run.stderr);
        Answer { run, files: FILES.map(|name| (name, self.bytes(&format!("{out}/{name}")))).into() }
    }
}

/// Runs the program in `folder`.
pub(crate) fn run_in(folder: &Path, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tickmark"));
    let output = command.args(arguments).current_dir(folder).env_clear().output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
    let status = output.status.code().unwrap_or_else(|| panic!("ended by a signal: {:?}", output.status));
    let run = Run { status, stdout: text(output.stdout), stderr: text(output.stderr) };
    assert!(!run.stderr.contains("panicked"), "the program panicked:\n{}", run.stderr);
    assert!(!run.stderr.contains("bug in tickmark"), "the program found a bug in itself:\n{}", run.stderr);
    run
}

/// How a run ended and what it printed.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Status, stdout and stderr as one text for a snapshot.
    pub(crate) fn shown(&self) -> String {
        format!("status: {}\n--- stdout\n{}--- stderr\n{}", self.status, self.stdout, self.stderr)
    }
}

/// A row of a table by column.
pub(crate) type TableRow = BTreeMap<String, String>;

/// The files that every run leaves.
pub(crate) const FILES: [&str; 8] = [
    "results.json",
    "controls.csv",
    "exceptions.csv",
    "coverage.csv",
    "subjects.csv",
    "disagreements.csv",
    "remarks.csv",
    "ledger.csv",
];

/// A run that left results, and all of them.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) run: Run,
    pub(crate) files: BTreeMap<&'static str, Vec<u8>>,
}

impl Answer {
    /// The bytes of a result file.
    pub(crate) fn bytes(&self, name: &str) -> &[u8] {
        self.files.get(name).unwrap_or_else(|| panic!("no file {name}"))
    }

    /// `results.json`.
    pub(crate) fn results(&self) -> Value {
        serde_json::from_slice(self.bytes("results.json")).unwrap()
    }

    /// The rows of a table.
    pub(crate) fn table(&self, name: &str) -> Vec<TableRow> {
        let mut reader = csv::Reader::from_reader(self.bytes(name)).into_deserialize().collect::<Vec<_>>();
        reader.drain(..).map(|row: Result<TableRow, _>| row.unwrap()).collect()
    }

    /// A control of `results.json`.
    pub(crate) fn control(&self, control: &str) -> Value {
        let results = self.results();
        let found = results["controls"].as_array().unwrap().iter().find(|found| found["control"] == control);
        found.unwrap_or_else(|| panic!("no control {control}")).clone()
    }

    /// A control's conclusion.
    pub(crate) fn conclusion(&self, control: &str) -> String {
        self.control(control)["conclusion"].as_str().unwrap().to_owned()
    }

    /// A control's counts: `2 = 1 tested (0 failed) + 0 not applicable + 1 not tested`.
    pub(crate) fn counts(&self, control: &str) -> String {
        counts(&self.control(control))
    }

    /// The rows of `subjects.csv` of a control.
    pub(crate) fn subjects(&self, control: &str) -> Vec<TableRow> {
        let mut rows = self.table("subjects.csv");
        rows.retain(|row| row["control"] == control);
        rows
    }

    /// The subjects of a control, `id result` each, in the order of the table.
    pub(crate) fn results_of(&self, control: &str) -> Vec<String> {
        self.subjects(control).iter().map(|row| format!("{} {}", shown_name(row), row["result"])).collect()
    }

    /// How a subject spends the window, in hours, such as `pass 24 fail 12 none 204`.
    pub(crate) fn hours(&self, control: &str, id: &str) -> String {
        let rows = self.subjects(control);
        let row = rows.iter().find(|row| row["resource_id"] == id || row["resource_arn"] == id);
        let row = row.unwrap_or_else(|| panic!("{id} is no subject of {control}: {:?}", self.results_of(control)));
        let columns = [
            ("pass", "pass_seconds"),
            ("fail", "fail_seconds"),
            ("na", "not_applicable_seconds"),
            ("none", "no_evidence_seconds"),
            ("absent", "absent_seconds"),
        ];
        let spent = columns.iter().map(|(word, column)| (word, row[*column].parse::<f64>().unwrap() / 3600.0));
        let spent = spent.filter(|(_, hours)| *hours > 0.0).map(|(word, hours)| format!("{word} {hours}"));
        spent.collect::<Vec<_>>().join(" ")
    }

    /// The exceptions of a control: id, interval without what all share, and what marks it.
    pub(crate) fn exceptions(&self, control: &str) -> Vec<String> {
        let rows = self.table("exceptions.csv");
        let own = rows.iter().filter(|row| row["control"] == control);
        own.map(|row| {
            let mut shown = format!("{} {} .. {}", shown_name(row), short(&row["start"]), short(&row["end"]));
            for mark in ["began_before_window", "ongoing", "suppressed"] {
                if row[mark] == "true" {
                    shown.push(' ');
                    shown.push_str(mark);
                }
            }
            shown
        })
        .collect()
    }

    /// The only row of the ledger whose path ends so.
    pub(crate) fn ledger(&self, ending: &str) -> TableRow {
        let mut rows = self.table("ledger.csv");
        rows.retain(|row| row["path"].ends_with(ending));
        assert_eq!(rows.len(), 1, "files ending in {ending}: {rows:#?}");
        rows.remove(0)
    }

    /// A file's outcome, kind and records: `accepted config_snapshot 3 = 3 kept + 0 dup + 0 aside + 0 bad`.
    pub(crate) fn fate(&self, ending: &str) -> String {
        fate(&self.ledger(ending))
    }
}

/// As [`Answer::fate`], of a row.
pub(crate) fn fate(row: &TableRow) -> String {
    let kind = if row["kind"].is_empty() { "-" } else { &row["kind"] };
    format!(
        "{} {kind} {} = {} kept + {} dup + {} aside + {} bad",
        row["outcome"],
        row["records_read"],
        row["records_kept"],
        row["records_duplicate"],
        row["records_set_aside"],
        row["records_rejected"]
    )
}

/// The counts of a control, or of a source or account of it.
pub(crate) fn counts(figures: &Value) -> String {
    format!(
        "{} = {} tested ({} failed) + {} not applicable + {} not tested",
        figures["population"], figures["tested"], figures["failed"], figures["not_applicable"], figures["not_tested"]
    )
}

fn shown_name(row: &TableRow) -> &str {
    if row["resource_id"].is_empty() { &row["resource_arn"] } else { &row["resource_id"] }
}

/// A time of January 2026 as day and clock: `12T06:00`.
fn short(time: &str) -> String {
    let time = time.strip_prefix("2026-01-").unwrap_or(time);
    time.strip_suffix(":00Z").or_else(|| time.strip_suffix('Z')).unwrap_or(time).to_owned()
}

/// Bytes as one gzip member, the same every time.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Files as a zip.
pub(crate) fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, bytes) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Files as a tar; names go in as they are, `..` and all.
pub(crate) fn tar_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        let is_long = name.len() > 99;
        if !is_long {
            header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        }
        header.set_cksum();
        if is_long {
            builder.append_data(&mut header, name, *bytes).unwrap();
        } else {
            builder.append(&header, *bytes).unwrap();
        }
    }
    builder.into_inner().unwrap()
}

/// All files below a folder that a lake, or results with one, says of evidence: not where its files lay, and since
/// when.
pub(crate) fn evidence_below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    files_below(folder).into_iter().filter(|(name, _)| !format!("/{name}").contains("/origins/")).collect()
}

/// All files below a folder, path below it and bytes, in order.
pub(crate) fn files_below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let below = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            files.push((below, fs::read(entry.path()).unwrap()));
        }
    }
    files.sort();
    files
}
