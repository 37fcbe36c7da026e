//! What a reader sees: screens, help, messages and exit statuses.

use crate::fixtures::{GROUP, HOME, at};
use crate::harness::{Run, TestDir, WINDOW};
use crate::sample_data::{HALF_YEAR, sample_data};

/// Compares what was printed with what was seen and approved before.
fn assert_seen(name: &str, run: &Run) {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"tickmark \d+\.\d+\.\d+", "tickmark [VERSION]");
    settings.add_filter(r"Digest       [0-9a-f]{64}", "Digest       [DIGEST]");
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, run.shown()));
}

#[cfg(unix)]
#[test]
fn the_sample() {
    let dir = TestDir::new();
    std::os::unix::fs::symlink(sample_data(), dir.path("sample-data")).unwrap();
    let run = dir.tickmark(&[&["run", "sample-data", "--out", "report"], &HALF_YEAR[..]].concat());
    assert_seen("sample", &run);
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 100), "{}", run.stdout);
}

#[cfg(unix)]
#[test]
fn one_resource_of_the_sample_explained() {
    let dir = TestDir::new();
    std::os::unix::fs::symlink(sample_data(), dir.path("sample-data")).unwrap();
    dir.tickmark(&[&["run", "sample-data", "--out", "report"], &HALF_YEAR[..]].concat());
    let explain = |arguments: &[&str]| {
        dir.tickmark(&[&["explain"], arguments, &["--lake", "report/lake"], &HALF_YEAR[..]].concat())
    };
    let group = explain(&["C10", "sg-a142a63d36676901f"]);
    assert_seen("explain-group", &group);
    assert_seen("explain-bucket-at", &explain(&["C14", "example-corp-staging-uploads", "--at", "2026-02-25"]));
    let whole_names = |line: &&str| !line.contains("sample-data/") && !line.contains("arn:aws:");
    let laid_out: Vec<&str> = group.stdout.lines().filter(whole_names).collect();
    assert!(laid_out.iter().all(|line| line.chars().count() <= 100), "{}", group.stdout);
}

#[test]
fn help() {
    let dir = TestDir::new();
    for (name, arguments) in [
        ("help", vec!["--help"]),
        ("help-run", vec!["run", "--help"]),
        ("help-ingest", vec!["ingest", "--help"]),
        ("help-assess", vec!["assess", "--help"]),
        ("help-explain", vec!["explain", "--help"]),
        ("help-verify", vec!["verify", "--help"]),
        ("help-controls", vec!["controls", "--help"]),
        ("help-sample-plan", vec!["sample", "plan", "--help"]),
    ] {
        let run = dir.tickmark(&arguments);
        assert_eq!(run.status, 0);
        assert_seen(name, &run);
    }
    let version = dir.tickmark(&["--version"]);
    assert_eq!((version.status, version.stdout), (0, format!("tickmark {}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn plans_of_samples() {
    let dir = TestDir::new();
    for (name, arguments) in [
        ("plan", ""),
        ("plan-finite", "--confidence 90 --tolerable 10 --population 250"),
        ("plan-expected", "--tolerable 5 --expected 1% --population 1000"),
        ("plan-stages", "--confidence 90 --stages 0,1"),
        ("plan-frequency", "--frequency daily"),
        ("plan-json", "--population 40 --tolerable 10 --format json"),
        ("plan-refused", "--expected 5"),
        ("plan-too-few", "--population 20 --deviations 1"),
        ("plan-uncounted", "--distribution hypergeometric"),
    ] {
        let arguments: Vec<&str> = ["sample", "plan"].into_iter().chain(arguments.split_whitespace()).collect();
        assert_seen(name, &dir.tickmark(&arguments));
    }
}

#[test]
fn the_controls_and_one_of_them() {
    let dir = TestDir::new();
    assert_seen("controls", &dir.tickmark(&["controls"]));
    let one = dir.tickmark(&["controls", "C10"]);
    assert_seen("controls-C10", &one);
    assert_eq!(dir.tickmark(&["controls", "c10"]).stdout, one.stdout, "case does not matter");
}

#[test]
fn an_empty_folder() {
    let dir = TestDir::new();
    assert_seen("empty-folder", &dir.answer(&[]).run);
}

#[test]
fn nothing_in_the_window() {
    let dir = TestDir::new();
    HOME.attest(&dir, 1..=3);
    HOME.judge(&dir, (GROUP, "sg-1"), &at(2, 0), ("restricted-ssh", "NON_COMPLIANT"));
    let answer = dir.answer(&[]);
    assert_seen("nothing-in-the-window", &answer.run);
    assert_eq!(answer.conclusion("C10"), "not_tested");
}

#[test]
fn an_ingest_with_problems() {
    let dir = TestDir::new();
    dir.evidence("notes.txt", "not an export").evidence("empty.json", "");
    let item = HOME.item(GROUP, "sg-1", &at(2, 0));
    HOME.history(&dir, GROUP, &at(2, 0), &[item, HOME.item(GROUP, "sg-2", "yesterday")]);
    let first = dir.tickmark(&["ingest", "evidence", "--lake", "lake"]);
    assert_seen("ingest-with-problems", &first);
    dir.evidence("good.json", HOME.item(GROUP, "sg-3", &at(2, 0)).to_string());
    assert_seen("ingest-again", &dir.tickmark(&["ingest", "evidence", "--lake", "lake"]));
}

#[test]
fn wrong_usage_says_what_was_meant_or_is_missing() {
    let dir = TestDir::new();
    dir.file("evidence/a.json", "{\"Findings\":[]}");
    let window = ["--from", "2026-01-11", "--through", "2026-01-20"];
    let run = |more: &[&'static str]| [&["run", "evidence"], more].concat();
    let cases: Vec<(&str, Vec<&str>)> = vec![
        ("unknown control", run(&["--out", "out", "--control", "C100", window[0], window[1], window[2], window[3]])),
        ("unknown control to explain", vec!["controls", "X7"]),
        ("no such day", run(&["--out", "out", "--from", "2026-02-30", "--through", "2026-03-01"])),
        ("no day at all", run(&["--out", "out", "--from", "first of May", "--through", "2026-03-01"])),
        ("no window", run(&["--out", "out"])),
        ("half a window", run(&["--out", "out", "--from", "2026-01-11"])),
        ("window backwards", run(&["--out", "out", "--from", "2026-02-01", "--through", "2026-01-01"])),
        ("results inside the evidence", run(&["--out", "evidence/out", window[0], window[1], window[2], window[3]])),
        ("evidence as the folder for results", run(&["--out", "evidence", window[0], window[1], window[2], window[3]])),
        ("lake inside the evidence", vec!["ingest", "evidence", "--lake", "evidence/lake"]),
        ("no such evidence", vec!["ingest", "nowhere", "--lake", "lake"]),
        ("no evidence", vec!["ingest", "--lake", "lake"]),
        ("no folder for results", run(&[window[0], window[1], window[2], window[3]])),
        ("unknown source", run(&["--out", "out", "--source", "guardduty", window[0], window[1], window[2], window[3]])),
        ("unknown option", run(&["--otu", "out"])),
        ("unknown command", vec!["rnu"]),
        ("no threads", run(&["--out", "out", "--threads", "0", window[0], window[1], window[2], window[3]])),
        ("nothing", vec![]),
    ];
    let mut shown = String::new();
    for (name, arguments) in cases {
        let run = dir.tickmark(&arguments);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{name}: {}", run.stderr);
        shown.extend(["# ", name, "\n", &run.stderr, "\n"]);
    }
    let shown = shown.replace(dir.path("").to_str().unwrap(), "[DIR]/");
    insta::assert_snapshot!("wrong-usage", shown);
    assert!(!dir.path("evidence/out").exists() && !dir.path("evidence/results.json").exists());
}

#[test]
fn exit_statuses_are_those_that_help_names() {
    let failing = TestDir::new();
    HOME.attest_window(&failing);
    HOME.judge(&failing, (GROUP, "sg-1"), &at(12, 0), ("restricted-ssh", "NON_COMPLIANT"));
    let passing = TestDir::new();
    HOME.attest_window(&passing);
    HOME.judge(&passing, (GROUP, "sg-1"), &at(12, 0), ("restricted-ssh", "COMPLIANT"));
    let run = |dir: &TestDir, options: &[&str]| {
        dir.tickmark(&[&["run", "evidence", "--out", "out"], &WINDOW[..], options].concat())
    };
    assert_eq!(run(&failing, &[]).status, 0, "exceptions alone are an answer, not a failure");
    assert_eq!(run(&failing, &["--fail-on", "exceptions"]).status, 4);
    assert_eq!(run(&passing, &["--fail-on", "exceptions"]).status, 0);
    failing.evidence("notes.txt", "not an export");
    passing.evidence("notes.txt", "not an export");
    assert_eq!(run(&failing, &[]).status, 3);
    assert_eq!(run(&failing, &["--fail-on", "exceptions"]).status, 4);
    assert_eq!(run(&passing, &["--fail-on", "exceptions"]).status, 3);
    passing.file("occupied", "a file where a folder should be");
    let stopped = passing.tickmark(&[&["run", "evidence", "--out", "occupied/out"], &WINDOW[..]].concat());
    assert_eq!((stopped.status, stopped.stdout.as_str()), (1, ""));
    assert!(stopped.stderr.starts_with("error: the output folder `occupied/out` cannot be made"), "{}", stopped.stderr);
}

#[test]
fn stdout_carries_the_form_that_was_asked_for() {
    let dir = TestDir::new();
    HOME.judge(&dir, (GROUP, "sg-1"), &at(12, 0), ("restricted-ssh", "NON_COMPLIANT"));
    let json = dir.answer(&["--format", "json"]);
    assert_eq!(json.run.stdout.as_bytes(), json.bytes("results.json"));
    let csv = dir.answer(&["--format", "csv"]);
    assert_eq!(csv.run.stdout.as_bytes(), csv.bytes("controls.csv"));
    assert!(dir.answer(&[]).run.stdout.starts_with("tickmark "));
}

#[test]
fn results_replace_earlier_ones_whole() {
    let dir = TestDir::new();
    HOME.judge(&dir, (GROUP, "sg-1"), &at(12, 0), ("restricted-ssh", "NON_COMPLIANT"));
    let first = dir.answer(&[]);
    let second = dir.answer(&[]);
    assert_eq!(first.files, second.files, "the lake of the first run made way for the second's");
    let mut left: Vec<String> = std::fs::read_dir(dir.path("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    let tables = left.extract_if(.., |name| name.split('.').next_back() == Some("parquet")).count();
    assert_eq!(tables, 20);
    assert_eq!(
        left,
        [
            "controls.csv",
            "coverage.csv",
            "disagreements.csv",
            "exceptions.csv",
            "lake",
            "ledger.csv",
            "manifest.json",
            "remarks.csv",
            "results.json",
            "subjects.csv",
        ]
    );
}
