//! The program killed, short of room, or in its own way: what is left is always a lake and a set of results that are
//! whole, or seen not to be; and the same command brings both to where an undisturbed one does.
//!
//! What is compared is what has to be the same, and not how many commits it takes. The lists of objects that were read
//! tell of times of this machine's files, so they are left out.
//!
//! `TICKMARK_KILLS=200 cargo test --test it crash` kills more often; `TICKMARK_KILL_EVIDENCE=/a/folder` names evidence
//! that takes longer to read.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::differential::random::Random;
use crate::fixtures::HOME;
use crate::harness::{FILES, TestDir, files_below};
use crate::s3_server::{Act, Asked, BUCKET, KEY, SECRET, Server};
use crate::sample_data::{HALF_YEAR, sample_data};

/// Kills of each test, unless more are asked for.
const KILLS: u32 = 6;
/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_mins(2);
/// Parts of the sample that are read in a fraction of a second.
const PARTS: [&str; 4] = ["securityhub", "iam", "config-rules", "cloudtrail"];

#[expect(clippy::disallowed_methods, reason = "a developer may want more kills than a test run has time for")]
fn asked(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn kills() -> u32 {
    asked("TICKMARK_KILLS").and_then(|text| text.parse().ok()).unwrap_or(KILLS)
}

/// The evidence that is read, as arguments.
fn evidence() -> Vec<String> {
    let parts = || PARTS.iter().map(|part| format!("{}/{part}", sample_data())).collect();
    asked("TICKMARK_KILL_EVIDENCE").map_or_else(parts, |folder| vec![folder])
}

/// A part of some time, the same in every run of the tests.
fn part_of(time: Duration, random: &mut Random) -> Duration {
    time * u32::try_from(random.below(1_000)).unwrap() / 1_000
}

fn arguments<'a>(command: &'a str, evidence: &'a [String], more: &[&'a str]) -> Vec<&'a str> {
    std::iter::once(command).chain(evidence.iter().map(String::as_str)).chain(more.iter().copied()).collect()
}

/// Starts the program in a folder; its output goes nowhere unless asked for.
fn start(dir: &TestDir, arguments: &[&str], stderr: Stdio) -> Child {
    program(dir, arguments, stderr).spawn().unwrap()
}

/// The program in a folder, with an empty environment.
fn program(dir: &TestDir, arguments: &[&str], stderr: Stdio) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tickmark"));
    command.args(arguments).current_dir(dir.path("")).env_clear();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr);
    command
}

/// Sends a signal by its name.
fn signal(child: &Child, name: &str) {
    let line = format!("kill -{name} {}", child.id());
    assert!(Command::new("sh").args(["-c", &line]).status().unwrap().success(), "{line}");
}

/// Waits for the program to end, and ends it where it never does.
fn ended(mut child: Child) -> Output {
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("it did not end within {PATIENCE:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().unwrap()
}

/// Waits until something holds or the program has ended; whether it is still running.
fn wait_until(child: &mut Child, holds: impl Fn() -> bool) -> bool {
    while !holds() {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        std::thread::yield_now();
    }
    true
}

/// A lake without what may rightly differ: its table files, and its commits as values.
#[derive(Debug, PartialEq)]
struct Contents {
    tables: Vec<(String, Vec<u8>)>,
    commits: Vec<Value>,
}

fn is_of_this_machine(path: &str) -> bool {
    path.starts_with("origins/")
}

/// Everything in a lake: nothing else may be there once an ingest is through.
fn contents(lake: &Path) -> Contents {
    let mut contents = Contents { tables: Vec::new(), commits: Vec::new() };
    for (name, bytes) in files_below(lake) {
        match name.as_str() {
            "lake.lock" | "lake.json" | "made-by-run" => {}
            name if is_of_this_machine(name) => {}
            name if name.starts_with("commits/") => contents.commits.push(commit(&bytes)),
            name => contents.tables.push((name.to_owned(), bytes)),
        }
    }
    contents
}

/// A commit record, which says nothing of this machine.
fn commit(text: &[u8]) -> Value {
    serde_json::from_slice(text).unwrap()
}

/// The commits of a lake that may have been left anywhere.
fn commits_left(lake: &Path) -> Vec<Value> {
    let all = if lake.exists() { files_below(lake) } else { Vec::new() };
    let is_record =
        |name: &str| name.starts_with("commits/") && Path::new(name).extension().is_some_and(|e| e == "json");
    all.iter().filter(|(name, _)| is_record(name)).map(|(_, bytes)| commit(bytes)).collect()
}

/// The result files and their manifest.
fn results(out: &Path) -> Vec<(String, Vec<u8>)> {
    let read = |name: &str| std::fs::read(out.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    FILES.iter().copied().chain(["manifest.json"]).map(|name| (name.to_owned(), read(name))).collect()
}

/// What an undisturbed ingest and assessment give, and how long the ingest took.
struct Undisturbed {
    lake: Contents,
    results: Vec<(String, Vec<u8>)>,
    took: Duration,
}

fn ingest_arguments(evidence: &[String]) -> Vec<&str> {
    arguments("ingest", evidence, &["--lake", "lake"])
}

fn assess_arguments(lake: &str) -> Vec<&str> {
    [&["assess", "--lake", lake, "--out", "out"], &HALF_YEAR[..]].concat()
}

fn undisturbed(evidence: &[String]) -> Undisturbed {
    let dir = TestDir::new();
    let began = Instant::now();
    let run = dir.tickmark(&ingest_arguments(evidence));
    let took = began.elapsed();
    assert!(matches!(run.status, 0 | 3), "{}", run.stderr);
    let run = dir.tickmark(&assess_arguments("lake"));
    assert!(matches!(run.status, 0 | 3), "{}", run.stderr);
    Undisturbed { lake: contents(&dir.path("lake")), results: results(&dir.path("out")), took }
}

/// Whatever was done to an ingest: what it left is a lake that others can be brought out of, with a beginning of the
/// commits of an undisturbed one; or no lake yet. The same command completes it.
fn assert_left_well_and_completed(dir: &TestDir, evidence: &[String], expected: &Undisturbed, when: &str) {
    let left = commits_left(&dir.path("lake"));
    assert!(expected.lake.commits.starts_with(&left), "{when}: {left:#?}");
    let assessed = dir.tickmark(&assess_arguments("lake"));
    let verified = dir.tickmark(&["verify", "--lake", "lake"]);
    if dir.path("lake/lake.json").exists() {
        assert!(matches!(assessed.status, 0 | 3), "{when}: {}", assessed.stderr);
        assert_eq!(verified.status, 0, "{when}: {}{}", verified.stdout, verified.stderr);
    } else {
        assert_eq!((assessed.status, verified.status), (2, 2), "{when}: {}", assessed.stderr);
    }
    let run = dir.tickmark(&ingest_arguments(evidence));
    assert!(matches!(run.status, 0 | 3), "{when}: {}", run.stderr);
    assert!(contents(&dir.path("lake")) == expected.lake, "{when}: the lake is another one");
    let run = dir.tickmark(&assess_arguments("lake"));
    assert!(matches!(run.status, 0 | 3), "{when}: {}", run.stderr);
    assert!(results(&dir.path("out")) == expected.results, "{when}: the results are other ones");
}

#[test]
fn an_ingest_that_is_killed_anywhere_is_completed_by_the_next() {
    let evidence = evidence();
    let expected = undisturbed(&evidence);
    let mut random = Random::new(1);
    for number in 0..kills() {
        let dir = TestDir::new();
        let mut child = start(&dir, &ingest_arguments(&evidence), Stdio::null());
        let instant = part_of(expected.took, &mut random);
        std::thread::sleep(instant);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_left_well_and_completed(&dir, &evidence, &expected, &format!("kill {number}, after {instant:?}"));
    }
}

/// Whether an ingest has come to a point.
type Holds = fn(&TestDir) -> bool;

#[test]
fn an_ingest_that_is_killed_while_it_writes_is_completed_by_the_next() {
    let evidence = evidence();
    let expected = undisturbed(&evidence);
    let points: [(&str, Holds); 5] = [
        ("the lock", |dir| dir.path("lake/lake.lock").exists()),
        ("the marker", |dir| dir.path("lake/lake.json").exists()),
        ("a table", |dir| dir.path("lake/tables").exists() && !files_below(&dir.path("lake/tables")).is_empty()),
        ("the ledger", |dir| dir.path("lake/tables/ledger").exists()),
        ("the commit", |dir| dir.path("lake/commits").exists()),
    ];
    let mut met = 0;
    for (name, holds) in points {
        let dir = TestDir::new();
        let mut child = start(&dir, &ingest_arguments(&evidence), Stdio::null());
        met += u32::from(wait_until(&mut child, || holds(&dir)));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_left_well_and_completed(&dir, &evidence, &expected, &format!("killed at {name}"));
    }
    assert!(met > 0, "no ingest was met at work");
}

/// Whatever was done to a run into `out`, where there was a set before: its manifest names a whole set that the lake
/// beside it gives, or there is none.
fn assert_one_set_or_none(dir: &TestDir, when: &str) -> bool {
    let verified = dir.tickmark(&["verify", "--results", "out", "--format", "json"]);
    let is_there = dir.path("out/manifest.json").exists();
    if is_there {
        assert_eq!(verified.status, 0, "{when}: {}{}", verified.stdout, verified.stderr);
    } else if dir.path("out/lake").exists() {
        assert_eq!(verified.status, 5, "{when}: {}", verified.stderr);
        let answer: Value = serde_json::from_str(&verified.stdout).unwrap();
        let differences = answer["differences"].as_array().unwrap();
        let told: Vec<_> = differences.iter().map(|one| (one["file"].as_str(), one["kind"].as_str())).collect();
        assert_eq!(told, [(Some("manifest.json"), Some("missing"))], "{when}");
    }
    is_there
}

/// A run over one month where an earlier one answered another month.
fn second_run(dir: &TestDir, evidence: &[String]) -> Child {
    let first = ["--out", "out", "--from", "2026-01-01", "--through", "2026-01-31"];
    let run = dir.tickmark(&arguments("run", &evidence[..1], &first));
    assert!(matches!(run.status, 0 | 3), "{}", run.stderr);
    start(dir, &second_arguments(evidence), Stdio::null())
}

fn second_arguments(evidence: &[String]) -> Vec<&str> {
    arguments("run", evidence, &["--out", "out", "--from", "2026-02-01", "--through", "2026-02-28"])
}

#[test]
fn a_run_that_is_killed_anywhere_leaves_one_set_of_results_or_none() {
    let evidence = evidence();
    let undisturbed = TestDir::new();
    let began = Instant::now();
    let run = undisturbed.tickmark(&second_arguments(&evidence));
    let took = began.elapsed();
    assert!(matches!(run.status, 0 | 3), "{}", run.stderr);
    let expected = (results(&undisturbed.path("out")), contents(&undisturbed.path("out/lake")));
    let mut random = Random::new(2);
    for number in 0..kills() {
        let dir = TestDir::new();
        let mut child = second_run(&dir, &evidence);
        // Half of them where results are written, which is soon over.
        let is_writing = || dir.path("out/results.json.new").exists() || !dir.path("out/manifest.json").exists();
        let when = if number % 2 == 0 {
            let instant = part_of(took, &mut random);
            std::thread::sleep(instant);
            format!("run {number}, after {instant:?}")
        } else {
            wait_until(&mut child, is_writing);
            let instant = part_of(Duration::from_millis(2), &mut random);
            std::thread::sleep(instant);
            format!("run {number}, {instant:?} after it began to write")
        };
        child.kill().unwrap();
        child.wait().unwrap();
        assert_one_set_or_none(&dir, &when);
        let run = dir.tickmark(&second_arguments(&evidence));
        assert!(matches!(run.status, 0 | 3), "{when}: {}", run.stderr);
        assert!(results(&dir.path("out")) == expected.0, "{when}: the results are other ones");
        assert!(contents(&dir.path("out/lake")) == expected.1, "{when}: the lake is another one");
        let left: Vec<String> = files_below(&dir.path("out")).into_iter().map(|(name, _)| name).collect();
        assert!(left.iter().all(|name| !name.contains(".new") && !name.contains(".old")), "{when}: {left:?}");
        assert!(assert_one_set_or_none(&dir, &when));
    }
}

/// Runs the program where no file may grow beyond some blocks of 512 bytes (1,024 in some shells).
fn tickmark_with_small_files(dir: &TestDir, blocks: u32, arguments: &[&str]) -> (i32, String) {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_tickmark")]).args(arguments);
    let output = command.current_dir(dir.path("")).env_remove("NO_COLOR").output().unwrap();
    let status = output.status.code().unwrap_or_else(|| panic!("ended by a signal: {:?}", output.status));
    (status, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn results_that_find_no_room_leave_the_earlier_ones_and_say_so() {
    let evidence = evidence();
    let dir = TestDir::new();
    let run = dir.tickmark(&ingest_arguments(&evidence));
    assert!(matches!(run.status, 0 | 3), "{}", run.stderr);
    assert!(matches!(dir.tickmark(&assess_arguments("lake")).status, 0 | 3));
    let before = files_below(&dir.path("out"));
    let other = ["assess", "--lake", "lake", "--out", "out", "--from", "2026-03-01", "--through", "2026-03-31"];
    let (status, stderr) = tickmark_with_small_files(&dir, 8, &other);
    assert_eq!(status, 1, "{stderr}");
    assert!(stderr.contains("cannot be written, and the result files are left as they were"), "{stderr}");
    assert!(files_below(&dir.path("out")) == before, "{stderr}");
    assert!(matches!(dir.tickmark(&other).status, 0 | 3));
    assert!(files_below(&dir.path("out")) != before);
}

#[test]
fn an_ingest_that_finds_no_room_is_completed_by_the_next() {
    let evidence = evidence();
    let expected = undisturbed(&evidence);
    for blocks in [0, 1, 4] {
        let dir = TestDir::new();
        let (status, stderr) = tickmark_with_small_files(&dir, blocks, &ingest_arguments(&evidence));
        assert_eq!(status, 1, "{blocks} blocks: {stderr}");
        assert!(stderr.starts_with("error: there is no room for the lake; what was there before stands"), "{stderr}");
        assert_left_well_and_completed(&dir, &evidence, &expected, &format!("{blocks} blocks"));
    }
}

#[test]
fn two_ingests_at_once_make_one_lake() {
    let evidence = evidence();
    let expected = undisturbed(&evidence);
    let dir = TestDir::new();
    let two = [(); 2].map(|()| start(&dir, &ingest_arguments(&evidence), Stdio::piped()));
    let told: Vec<String> =
        two.map(|child| String::from_utf8(child.wait_with_output().unwrap().stderr).unwrap()).into();
    let of = |words: &str| told.iter().filter(|text| text.contains(words)).count();
    assert_eq!((of("lake: 0 new files with 0 new records;"), of("were in its ledger already")), (1, 1), "{told:#?}");
    assert!(contents(&dir.path("lake")) == expected.lake, "{told:#?}");
}

/// Reads stderr until a line says something; everything up to there.
fn read_until(child: &mut Child, words: &str) -> String {
    let mut told = String::new();
    let mut lines = BufReader::new(child.stderr.as_mut().unwrap());
    while lines.read_line(&mut told).unwrap() > 0 {
        if told.contains(words) {
            return told;
        }
    }
    panic!("it never said `{words}`: {told}");
}

/// A lake that somebody else is at work on, as long as the file is open.
fn locked(dir: &TestDir) -> std::fs::File {
    std::fs::create_dir_all(dir.path("lake")).unwrap();
    let lock = std::fs::File::create(dir.path("lake/lake.lock")).unwrap();
    lock.lock().unwrap();
    lock
}

const WAITING: &str = "waiting for another ingest into this lake\n";

#[test]
fn an_ingest_that_waits_for_another_says_so() {
    let evidence = evidence();
    let dir = TestDir::new();
    let lock = locked(&dir);
    let mut child = start(&dir, &ingest_arguments(&evidence), Stdio::piped());
    assert_eq!(read_until(&mut child, "waiting"), WAITING);
    assert!(!dir.path("lake/lake.json").exists(), "it did not wait");
    drop(lock);
    assert!(matches!(ended(child).status.code(), Some(0 | 3)));
    assert!(contents(&dir.path("lake")) == undisturbed(&evidence).lake);
}

#[test]
fn a_signal_ends_an_ingest_that_waits() {
    for (name, status) in [("INT", 130), ("TERM", 143)] {
        let dir = TestDir::new();
        let lock = locked(&dir);
        let mut child = start(&dir, &ingest_arguments(&evidence()), Stdio::piped());
        read_until(&mut child, WAITING);
        signal(&child, name);
        let output = ended(child);
        assert_eq!(output.status.code(), Some(status));
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(told, "stopped: nothing was added to the lake `lake`; run the same command again to go on\n");
        drop(lock);
    }
}

/// Long enough for a signal to be taken up.
const TAKEN_UP: Duration = Duration::from_millis(500);

/// The object that is held.
const HELD: &str = "evidence/111122223333/eu-west-1/a.json";

/// Little evidence, by its place below a folder or bucket.
fn little_evidence() -> impl Iterator<Item = (String, Vec<u8>)> {
    let finding = HOME.finding("EC2.13", ("AwsEc2SecurityGroup", "sg-1"), "2026-01-12T00:00:00Z", "PASSED");
    let none = |number| (format!("evidence/111122223333/eu-west-1/b{number}.json"), b"{\"Findings\":[]}".to_vec());
    let held = format!("{{\"Findings\":[{finding}]}}").into_bytes();
    std::iter::once((HELD.to_owned(), held)).chain((0..3).map(none))
}

/// It on disk, where nothing is held.
fn on_disk(dir: &TestDir) -> Vec<String> {
    for (name, bytes) in little_evidence() {
        dir.file(&name, bytes);
    }
    vec![dir.path("evidence").to_str().unwrap().to_owned()]
}

/// It on a server that does not answer for one object until it is told to: what happens meanwhile happens while
/// evidence is read, however fast that is.
fn held() -> (Server, Vec<String>) {
    let act = |asked: &Asked| if asked.is_get(HELD) { Act::Hold } else { Act::Answer };
    (Server::failing(little_evidence(), act), vec![format!("s3://{BUCKET}/evidence")])
}

/// Starts the program on one thread, and waits until it has asked for the object that is held.
fn start_held(server: &Server, dir: &TestDir, arguments: &[&str]) -> Child {
    let mut command = program(dir, arguments, Stdio::piped());
    command.env("AWS_EC2_METADATA_DISABLED", "true").env("AWS_REGION", "eu-west-1");
    command.env("AWS_ACCESS_KEY_ID", KEY).env("AWS_SECRET_ACCESS_KEY", SECRET);
    let mut child = command.args(["--threads", "1", "--endpoint-url", &server.endpoint()]).spawn().unwrap();
    let is_asked_for = || server.asked().iter().any(|asked| asked.is_get(HELD));
    assert!(wait_until(&mut child, is_asked_for), "it ended before it read anything");
    child
}

#[test]
fn a_signal_ends_an_ingest_between_two_files_and_the_next_goes_on() {
    let files = TestDir::new();
    let on_disk = on_disk(&files);
    let expected = undisturbed(&on_disk);
    let dir = TestDir::new();
    let (server, address) = held();
    let child = start_held(&server, &dir, &ingest_arguments(&address));
    signal(&child, "INT");
    std::thread::sleep(TAKEN_UP);
    server.release();
    let output = ended(child);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{told}");
    assert_eq!(told, "stopped: nothing was added to the lake `lake`; run the same command again to go on\n");
    assert_eq!(commits_left(&dir.path("lake")), [Value::Null; 0]);
    assert_left_well_and_completed(&dir, &on_disk, &expected, "interrupted");
}

#[test]
fn a_signal_says_what_the_lake_holds_already() {
    let dir = TestDir::new();
    assert!(matches!(dir.tickmark(&ingest_arguments(&evidence())).status, 0 | 3));
    let before = files_below(&dir.path("lake"));
    let (server, address) = held();
    let child = start_held(&server, &dir, &ingest_arguments(&address));
    signal(&child, "INT");
    std::thread::sleep(TAKEN_UP);
    server.release();
    let told = String::from_utf8(ended(child).stderr).unwrap();
    assert_eq!(told, "stopped: the lake `lake` is whole and holds 1 commit; run the same command again to go on\n");
    let after: Vec<_> =
        files_below(&dir.path("lake")).into_iter().filter(|(name, _)| !name.starts_with("staging")).collect();
    assert!(after == before, "nothing was added");
}

#[test]
fn a_second_signal_ends_an_ingest_at_once() {
    let files = TestDir::new();
    let on_disk = on_disk(&files);
    let dir = TestDir::new();
    let (server, address) = held();
    let mut child = start_held(&server, &dir, &ingest_arguments(&address));
    signal(&child, "INT");
    // Signals of one kind that come before the first is taken up are one: say it until it is heard.
    while child.try_wait().unwrap().is_none() {
        signal(&child, "TERM");
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().unwrap();
    assert!(matches!(output.status.code(), Some(130 | 143)), "{:?}", output.status);
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "nothing was left to be said");
    assert_left_well_and_completed(&dir, &on_disk, &undisturbed(&on_disk), "ended at once");
}

#[test]
fn a_signal_ends_a_run_with_the_earlier_results_in_place() {
    let dir = TestDir::new();
    let first = ["--out", "out", "--from", "2026-01-01", "--through", "2026-01-31"];
    let earlier = [format!("{}/securityhub", sample_data())];
    assert!(matches!(dir.tickmark(&arguments("run", &earlier, &first)).status, 0 | 3));
    let before = files_below(&dir.path("out"));
    let (server, address) = held();
    let child = start_held(&server, &dir, &second_arguments(&address));
    assert!(dir.path("out/lake.new").exists());
    signal(&child, "TERM");
    std::thread::sleep(TAKEN_UP);
    server.release();
    let output = ended(child);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(143), "{told}");
    assert_eq!(told, "stopped: no result file was changed, and nothing was kept of what was read\n");
    assert!(files_below(&dir.path("out")) == before);
}

#[test]
fn a_signal_ends_an_assessment_with_the_earlier_results_in_place() {
    let dir = TestDir::new();
    assert!(matches!(dir.tickmark(&ingest_arguments(&evidence())).status, 0 | 3));
    assert!(matches!(dir.tickmark(&assess_arguments("lake")).status, 0 | 3));
    let before = files_below(&dir.path("out"));
    let folder = std::fs::File::open(dir.path("out")).unwrap();
    folder.lock().unwrap();
    let mut child = start(&dir, &assess_arguments("lake"), Stdio::piped());
    read_until(&mut child, "waiting for another tickmark that writes to `out`\n");
    signal(&child, "INT");
    let output = ended(child);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), told.as_str()), (Some(130), "stopped: no result file was changed\n"));
    assert!(files_below(&dir.path("out")) == before);
}

#[test]
fn a_run_that_cannot_begin_leaves_what_an_earlier_one_made() {
    let dir = TestDir::new();
    assert!(matches!(dir.tickmark(&second_arguments(&evidence())).status, 0 | 3));
    let before = files_below(&dir.path("out"));
    let nowhere = ["nowhere".to_owned()];
    assert_eq!(dir.tickmark(&second_arguments(&nowhere)).status, 2);
    assert!(files_below(&dir.path("out")) == before, "the earlier lake was taken away");
}
