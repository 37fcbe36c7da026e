//! What may change no byte of the results, and what always adds up, on random small evidence.
//!
//! The evidence of one case is a list of deliveries: items, rule verdicts, findings and snapshots of two
//! accounts over twelve days. It is handed over in many ways, and the answers are compared.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::Value;

use crate::fixtures::{Edit, GROUP, HOME, OTHER, Place, clock, get_findings, history_of};
use crate::harness::{Answer, FILES, TableRow, TestDir, WINDOW, files_below, gzip, tar_of, zip_of};
use crate::negative_space::assert_adds_up;

/// One thing that is told of one of four groups at one moment.
#[derive(Clone, Debug)]
struct Told {
    place: Place,
    group: u8,
    day: u32,
    hour: u32,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Item,
    Deletion,
    Rules(u8, u8),
    NoRules,
    Finding(u8, bool),
    Snapshot(u8),
}

const VERDICTS: [&str; 4] = ["COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE", "INSUFFICIENT_DATA"];
const STATUSES: [&str; 4] = ["PASSED", "FAILED", "NOT_AVAILABLE", "WARNING"];
/// Where deliveries go: three folders, which are three arguments.
const PARTS: [&str; 3] = ["part-a", "part-b", "part-c"];

fn told() -> impl Strategy<Value = Told> {
    let what = prop_oneof![
        3 => Just(What::Item),
        1 => Just(What::Deletion),
        6 => (0_u8..4, 0_u8..4).prop_map(|(one, two)| What::Rules(one, two)),
        1 => Just(What::NoRules),
        4 => (0_u8..4, any::<bool>()).prop_map(|(status, archived)| What::Finding(status, archived)),
        3 => (0_u8..16).prop_map(What::Snapshot),
    ];
    (any::<bool>(), 0_u8..4, 9_u32..21, 0_u32..4, what).prop_map(|(home, group, day, quarter, what)| Told {
        place: if home { HOME } else { OTHER },
        group,
        day,
        hour: quarter * 6,
        what,
    })
}

impl Told {
    fn time(&self) -> String {
        clock(self.day, self.hour, 0)
    }

    fn group(&self) -> String {
        format!("sg-{}", self.group)
    }

    /// The configuration item it is, if it is one.
    fn item(&self) -> Option<Value> {
        let (place, id, time) = (self.place, self.group(), self.time());
        let verdict = |number: u8| VERDICTS[usize::from(number)];
        match self.what {
            What::Item => Some(place.item(GROUP, &id, &time)),
            What::Deletion => Some(place.deletion(GROUP, &id, &time)),
            What::Rules(one, two) => {
                let rules = [("restricted-ssh", verdict(one)), ("restricted-common-ports", verdict(two))];
                let listed = if one == two { &rules[..1] } else { &rules };
                Some(place.compliance(GROUP, &id, &time, listed))
            }
            What::NoRules => Some(place.compliance(GROUP, &id, &time, &[])),
            What::Finding(..) | What::Snapshot(_) => None,
        }
    }

    fn deliver(&self, dir: &TestDir, number: usize) {
        let (place, time) = (self.place, self.time());
        let folder = PARTS[number % PARTS.len()];
        match (self.what, self.item()) {
            (_, Some(item)) => {
                let path = place.history_path(&format!("Type{number}"), &time);
                dir.file(&format!("{folder}/{path}"), gzip(history_of(&[item]).to_string().as_bytes()));
            }
            (What::Finding(status, archived), _) => {
                let resource = ("AwsEc2SecurityGroup", &*place.group_arn(&self.group()));
                let finding = place.finding("EC2.13", resource, &time, STATUSES[usize::from(status)]);
                let finding = if archived { finding.set("/RecordState", "ARCHIVED") } else { finding };
                dir.file(&format!("{folder}/findings/{number}.json"), get_findings(&[finding]).to_string());
            }
            (What::Snapshot(listed), _) => {
                let all = (0..4_u8).filter(|group| listed & (1 << group) != 0);
                let items: Vec<Value> =
                    all.map(|group| place.item(GROUP, &format!("sg-{group}"), &clock(8, 0, 0))).collect();
                let document = crate::fixtures::snapshot_of(&items).to_string();
                dir.file(&format!("{folder}/{}", place.snapshot_path(&time)), gzip(document.as_bytes()));
            }
            _ => unreachable!("every other thing is an item"),
        }
    }
}

/// A folder with all of it delivered.
fn delivered(all: &[Told]) -> TestDir {
    let dir = TestDir::new();
    for part in PARTS {
        dir.file(&format!("{part}/a.json"), "{\"Findings\":[]}");
    }
    for (number, told) in all.iter().enumerate() {
        told.deliver(&dir, number);
    }
    dir
}

fn answer(dir: &TestDir, arguments: &[&str], options: &[&str]) -> Answer {
    dir.answer_to(arguments, &WINDOW, options, "out")
}

/// Whether two answers are the same, byte for byte, but for the files named.
fn same(left: &Answer, right: &Answer, but: &[&str]) -> Result<(), TestCaseError> {
    for name in FILES.iter().filter(|name| !but.contains(name)) {
        let text = |answer: &Answer| String::from_utf8_lossy(answer.bytes(name)).into_owned();
        prop_assert_eq!(text(left), text(right), "{}", name);
    }
    Ok(())
}

/// What is left of an answer when what names evidence files is taken out.
fn without_references(answer: &Answer) -> (Value, Vec<Vec<TableRow>>) {
    let mut results = answer.results();
    results.as_object_mut().unwrap().remove("evidence");
    for said in
        results["disagreements"].as_array_mut().unwrap().iter_mut().flat_map(|one| one["said"].as_array_mut().unwrap())
    {
        said.as_object_mut().unwrap().remove("evidence");
    }
    let mut tables: Vec<Vec<TableRow>> =
        FILES.iter().skip(1).filter(|name| **name != "ledger.csv").map(|name| answer.table(name)).collect();
    for row in tables.iter_mut().flatten() {
        for column in ["opened_by", "closed_by", "first_evidence", "second_evidence", "evidence"] {
            row.remove(column);
        }
    }
    (results, tables)
}

/// Seconds with decimals as whole microseconds.
fn microseconds(seconds: &str) -> i64 {
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    whole.parse::<i64>().unwrap() * 1_000_000 + format!("{fraction:0<6}").parse::<i64>().unwrap()
}

fn instant(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_microsecond()
}

/// Checks that counts, times and rows of an answer belong together.
pub(crate) fn assert_invariants(answer: &Answer) {
    assert_adds_up(answer);
    let results = answer.results();
    let window = [&results["window"]["from"], &results["window"]["until"]].map(|time| instant(time.as_str().unwrap()));
    let (subjects, exceptions) = (answer.table("subjects.csv"), answer.table("exceptions.csv"));
    let columns = ["pass_seconds", "fail_seconds", "not_applicable_seconds", "no_evidence_seconds", "absent_seconds"];
    for row in &subjects {
        let spent: i64 = columns.iter().map(|column| microseconds(&row[*column])).sum();
        assert_eq!(spent, window[1] - window[0], "the five times fill the window: {row:#?}");
        let is_own = |exception: &&TableRow| {
            ["control", "account", "resource_type", "resource_id", "resource_arn"]
                .iter()
                .all(|name| row[*name] == exception[*name])
        };
        let own: Vec<&TableRow> = exceptions.iter().filter(is_own).collect();
        assert_eq!(row["exceptions"], own.len().to_string());
        let failing: i64 = own.iter().map(|exception| instant(&exception["end"]) - instant(&exception["start"])).sum();
        assert_eq!(failing, microseconds(&row["fail_seconds"]), "exceptions are the failing time: {row:#?}");
        for pair in own.windows(2) {
            assert!(instant(&pair[0]["end"]) < instant(&pair[1]["start"]), "exceptions that touch are one: {pair:#?}");
        }
    }
    for control in results["controls"].as_array().unwrap() {
        assert_figures(control, &subjects);
    }
}

const COUNTS: [&str; 9] = [
    "population",
    "tested",
    "not_applicable",
    "not_tested",
    "failed",
    "passed",
    "passing_at_end",
    "failing_at_end",
    "exceptions",
];

fn assert_figures(control: &Value, subjects: &[TableRow]) {
    let splits = ["by_source", "by_account"].iter().flat_map(|split| control[*split].as_object().unwrap().values());
    for figures in std::iter::once(control).chain(splits) {
        let count = |name: &str| figures[name].as_u64().unwrap();
        assert_eq!(count("population"), count("tested") + count("not_applicable") + count("not_tested"), "{figures:#}");
        assert_eq!(count("tested"), count("passed") + count("failed"), "{figures:#}");
        assert!(count("passing_at_end") + count("failing_at_end") <= count("population"), "{figures:#}");
        assert!(count("failed") <= count("exceptions"), "{figures:#}");
        assert_eq!(figures["pass_rate"].is_null(), count("tested") == 0, "{figures:#}");
    }
    for name in COUNTS {
        let sum: u64 =
            control["by_account"].as_object().unwrap().values().map(|figures| figures[name].as_u64().unwrap()).sum();
        assert_eq!(Some(sum), control[name].as_u64(), "{name} of {}", control["control"]);
    }
    let id = control["control"].as_str().unwrap();
    let with =
        |result: &str| subjects.iter().filter(|row| row["control"] == id && row["result"] == result).count() as u64;
    for (name, result) in
        [("passed", "passed"), ("failed", "failed"), ("not_applicable", "not_applicable"), ("not_tested", "not_tested")]
    {
        assert_eq!(control[name], with(result), "{name} of {id}");
    }
}

/// `part-a` and so on, each as one bundle in place of the folder.
fn bundled(dir: &TestDir, suffix: &str, make: impl Fn(&[(&str, &[u8])]) -> Vec<u8>) -> Vec<String> {
    PARTS
        .iter()
        .map(|part| {
            let files = files_below(&dir.path(part));
            let members: Vec<(&str, &[u8])> =
                files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
            let name = format!("{part}{suffix}");
            dir.file(&name, make(&members));
            name
        })
        .collect()
}

proptest! {
    #![proptest_config(Config { cases: 8, failure_persistence: None, ..Config::default() })]

    #[test]
    fn order_threads_archives_and_a_second_ingest_change_nothing(all in prop::collection::vec(told(), 1..28)) {
        let dir = delivered(&all);
        let expected = answer(&dir, &PARTS, &[]);
        assert_invariants(&expected);
        for order in [["part-c", "part-a", "part-b"], ["part-b", "part-c", "part-a"]] {
            same(&expected, &answer(&dir, &order, &[]), &[])?;
        }
        for threads in ["1", "2", "4"] {
            same(&expected, &answer(&dir, &PARTS, &["--threads", threads]), &[])?;
        }
        let bundles = [
            bundled(&dir, ".zip", zip_of),
            bundled(&dir, ".tar", tar_of),
            bundled(&dir, ".tar.gz", |members| gzip(&tar_of(members))),
        ];
        for names in &bundles {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            // The ledger tells of the bundles themselves as well.
            same(&expected, &answer(&dir, &names, &[]), &["ledger.csv"])?;
        }
        for _ in 0..2 {
            let run = dir.tickmark(&["ingest", "part-a", "part-b", "part-c", "--lake", "lake"]);
            prop_assert_eq!(run.status, 0, "{}", run.stderr);
        }
        let assess = [&["assess", "--lake", "lake", "--out", "again"], &WINDOW[..]].concat();
        prop_assert_eq!(dir.tickmark(&assess).status, 0);
        for name in FILES {
            let found = dir.text(&format!("again/{name}"));
            prop_assert_eq!(found, String::from_utf8_lossy(expected.bytes(name)).into_owned());
        }
    }

    #[test]
    fn deliveries_and_the_cut_of_files_change_no_answer(all in prop::collection::vec(told(), 1..28)) {
        let dir = delivered(&all);
        let expected = without_references(&answer(&dir, &PARTS, &[]));
        for order in [PARTS, ["part-c", "part-b", "part-a"]] {
            let lake = format!("lake-{}", order[0]);
            for part in order {
                prop_assert_eq!(dir.tickmark(&["ingest", part, "--lake", &lake]).status, 0);
            }
            let later = dir.answer_to(&["part-a"], &WINDOW, &["--lake", &lake], "out");
            assert_invariants(&later);
            prop_assert_eq!(&without_references(&later), &expected);
        }
        // All items of a recorder and moment in one history file instead of one each.
        let joined = TestDir::new();
        let mut together: BTreeMap<(Place, String), Vec<Value>> = BTreeMap::new();
        for (number, told) in all.iter().enumerate() {
            match told.item() {
                Some(item) => together.entry((told.place, told.time())).or_default().push(item),
                None => told.deliver(&joined, number),
            }
        }
        for ((place, time), items) in together {
            let document = history_of(&items).to_string();
            joined.file(&format!("part-a/{}", place.history_path("All", &time)), gzip(document.as_bytes()));
        }
        for part in PARTS {
            joined.file(&format!("{part}/a.json"), "{\"Findings\":[]}");
        }
        prop_assert_eq!(without_references(&answer(&joined, &PARTS, &[])), expected);
    }

    #[test]
    fn a_copy_under_another_name_changes_no_answer(all in prop::collection::vec(told(), 1..16)) {
        let dir = delivered(&all);
        let expected = without_references(&answer(&dir, &PARTS, &[]));
        for (name, bytes) in files_below(&dir.path("part-a")) {
            dir.file(&format!("copies/{name}"), bytes);
        }
        let copied = answer(&dir, &["part-a", "part-b", "part-c", "copies"], &[]);
        assert_invariants(&copied);
        prop_assert_eq!(without_references(&copied), expected);
    }

    #[test]
    fn a_source_left_out_never_makes_a_failure(all in prop::collection::vec(told(), 1..28)) {
        let dir = delivered(&all);
        let both = answer(&dir, &PARTS, &[]);
        for source in ["config", "securityhub"] {
            let alone = answer(&dir, &PARTS, &["--source", source]);
            assert_invariants(&alone);
            for row in alone.subjects("C10") {
                let is_same = |found: &TableRow| {
                    found["account"] == row["account"] && found["resource_arn"] == row["resource_arn"]
                };
                let whole = both.subjects("C10").into_iter().find(is_same);
                let whole = whole.expect("a subject of one source is one of both");
                prop_assert!(microseconds(&row["fail_seconds"]) <= microseconds(&whole["fail_seconds"]));
                prop_assert_eq!(&row["absent_seconds"], &whole["absent_seconds"]);
            }
        }
    }
}

#[test]
fn a_fuller_copy_that_comes_later_takes_the_place_of_the_one_before() {
    let told = |what| Told { place: HOME, group: 3, day: 16, hour: 18, what };
    // Of one moment: in the order of delivery the fuller one comes first, and at last.
    let dir = delivered(&[told(What::Item), told(What::Deletion)]);
    let expected = without_references(&answer(&dir, &PARTS, &[]));
    assert_eq!(expected.0["controls"][9]["population"], 1);
    for order in [PARTS, ["part-c", "part-b", "part-a"]] {
        let lake = format!("lake-{}", order[0]);
        for part in order {
            assert_eq!(dir.tickmark(&["ingest", part, "--lake", &lake]).status, 0);
        }
        let later = dir.answer_to(&["part-a"], &WINDOW, &["--lake", &lake], "out");
        assert!(without_references(&later) == expected, "{order:?}");
    }
}
