//! The golden run: `sample-data/` against the answers that its own page states.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

use crate::harness::{Answer, FILES, TableRow, TestDir, run_in};
use crate::properties::assert_invariants;

/// The window of the sample.
pub(crate) const HALF_YEAR: [&str; 4] = ["--from", "2026-01-01", "--through", "2026-06-30"];

/// Where the sample lies.
pub(crate) fn sample_data() -> String {
    format!("{}/sample-data", env!("CARGO_MANIFEST_DIR"))
}

/// The sample in a lake, read once for all tests of this process.
fn ingested() -> &'static TestDir {
    static LAKE: OnceLock<TestDir> = OnceLock::new();
    LAKE.get_or_init(|| {
        let dir = TestDir::new();
        let run = dir.tickmark(&["ingest", &sample_data(), "--lake", "lake"]);
        assert_eq!(run.status, 3, "{}", run.stderr);
        dir
    })
}

/// The answer from the lake.
fn assessed(options: &[&str], out: &str) -> Answer {
    let dir = ingested();
    let run = dir.tickmark(&[&["assess", "--lake", "lake", "--out", out], &HALF_YEAR[..], options].concat());
    assert_eq!(run.status, 3, "{}", run.stderr);
    Answer { run, files: FILES.map(|name| (name, dir.bytes(&format!("{out}/{name}")))).into() }
}

/// What the page says of one control and source.
#[derive(Debug, Default, PartialEq)]
struct Stated {
    figures: Vec<String>,
    /// `account: start to end`, with what marks it.
    exceptions: BTreeSet<String>,
}

/// The answers of the page: control, source, and what is stated.
fn stated() -> Vec<(String, String, Stated)> {
    let page = std::fs::read_to_string(Path::new(&sample_data()).join("README.md")).unwrap();
    let mut answers: Vec<(String, String, Stated)> = Vec::new();
    let mut control = String::new();
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("### ") {
            control = heading.split(':').next().unwrap().to_owned();
        }
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [source @ ("config" | "securityhub" | "reperformed"), figures @ .., last] = cells.as_slice() else {
            continue;
        };
        if control.is_empty() {
            continue;
        }
        if last.is_empty() {
            let figures = figures.iter().map(|figure| (*figure).to_owned()).collect();
            answers.push((control.clone(), (*source).to_owned(), Stated { figures, ..Stated::default() }));
        } else {
            let exception = last.split_once(" in ").unwrap().1.to_owned();
            assert!(answers.last_mut().unwrap().2.exceptions.insert(exception), "stated twice: {line}");
        }
    }
    answers
}

/// What an answer says of one control, in the page's words.
fn found(answer: &Answer, control: &str) -> Stated {
    let figures = answer.control(control);
    let names = ["population", "tested", "not_applicable", "not_tested", "failed"];
    let rows = answer.table("exceptions.csv");
    let own = rows.iter().filter(|row| row["control"] == control);
    let exceptions = own.map(|row| {
        let start = if row["began_before_window"] == "true" { "before the window" } else { &row["start"] };
        let end = if row["ongoing"] == "true" { "ongoing" } else { &row["end"] };
        let suppressed = if row["suppressed"] == "true" { ", suppressed" } else { "" };
        // The page writes every time to the millisecond.
        let to_millisecond = |time: &str| match time.strip_suffix('Z') {
            Some(whole) if !whole.contains('.') => format!("{whole}.000Z"),
            _ => time.to_owned(),
        };
        format!("{}: {} to {}{suppressed}", row["account"], to_millisecond(start), to_millisecond(end))
    });
    Stated { figures: names.map(|name| figures[name].to_string()).to_vec(), exceptions: exceptions.collect() }
}

#[test]
fn each_source_alone_gives_the_answers_of_the_page() {
    let stated = stated();
    assert_eq!(stated.len(), 48, "sixteen controls, three sources");
    for source in ["config", "securityhub", "reperformed"] {
        let answer = assessed(&["--source", source], &format!("out-{source}"));
        assert_invariants(&answer);
        for (control, _, expected) in stated.iter().filter(|(_, of, _)| of == source) {
            assert_eq!(&found(&answer, control), expected, "{control}, {source}");
        }
    }
}

#[test]
fn all_sources_together_come_to_the_conclusions_of_the_page() {
    let answer = assessed(&[], "out-all");
    assert_invariants(&answer);
    let conclusions = answer.table("controls.csv");
    let with = |conclusion: &str| {
        let rows = conclusions.iter().filter(|row| row["conclusion"] == conclusion);
        rows.map(|row| row["control"].as_str()).collect::<Vec<_>>()
    };
    assert_eq!(with("exceptions_noted"), ["C01", "C02", "C03", "C04", "C07", "C08", "C09", "C10", "C11", "C14", "C15"]);
    assert_eq!(with("no_exceptions_noted"), ["C05", "C06"]);
    assert_eq!(with("incomplete"), ["C12", "C13", "C16"], "the recorder of staging stood still");
    for source in ["config", "reperformed"] {
        let alone = assessed(&["--source", source], &format!("out-{source}-only"));
        for control in ["C05", "C06", "C12", "C13"] {
            assert_eq!(alone.conclusion(control), "incomplete", "{source}: the recorder of staging stood still");
        }
    }
    let without = assessed(&["--source", "config", "--source", "securityhub"], "out-without");
    assert_eq!((without.conclusion("C06"), without.conclusion("C16")), ("incomplete".into(), "not_tested".into()));
}

/// A row of the page's table of differences.
#[derive(Debug)]
struct Difference {
    control: String,
    account: String,
    /// The resource's names and ids.
    resource: Vec<String>,
    /// What each source says, by its name; nothing where it does not speak.
    said: Vec<(&'static str, &'static str)>,
    is_explained: bool,
}

impl Difference {
    /// Whether a row of the table of disagreements is one of these differences.
    fn is_told_by(&self, row: &TableRow) -> bool {
        let name = row["resource_arn"].rsplit(['/', ':']).next().unwrap();
        self.control == row["control"]
            && self.account == row["account"]
            && self.resource.iter().any(|known| known == name || *known == row["resource_id"])
            && self.said.contains(&(&row["first_source"], &row["first_status"]))
            && self.said.contains(&(&row["second_source"], &row["second_status"]))
    }
}

fn stated_differences() -> Vec<Difference> {
    let page = std::fs::read_to_string(Path::new(&sample_data()).join("README.md")).unwrap();
    let section = page.split("## Where the sources differ").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| C"));
    let differences = rows.map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [control, account, resource, _, config, securityhub, reperformed, why] = cells.as_slice() else {
            panic!("eight cells: {line}");
        };
        let status = |cell: &str| match cell {
            "PASS" => Some("PASS"),
            "FAIL" => Some("FAIL"),
            "N/A" => Some("NOT_APPLICABLE"),
            "-" => None,
            other => panic!("no status: {other}"),
        };
        let said = [("config", config), ("securityhub", securityhub), ("reperformed", reperformed)];
        Difference {
            control: (*control).to_owned(),
            account: (*account).to_owned(),
            resource: resource.split('`').skip(1).step_by(2).map(str::to_owned).collect(),
            said: said.iter().filter_map(|(source, cell)| Some((*source, status(cell)?))).collect(),
            is_explained: !why.contains("No reason is known"),
        }
    });
    differences.collect()
}

#[test]
fn sources_disagree_where_the_page_says_so_and_nowhere_else() {
    let stated = stated_differences();
    let rows = assessed(&[], "out-differences").table("disagreements.csv");
    for row in &rows {
        let told: Vec<_> = stated.iter().filter(|difference| difference.is_told_by(row)).collect();
        assert!(!told.is_empty(), "the page does not tell of {row:#?}");
        let is_explained = !row["known_reasons"].is_empty();
        assert!(told.iter().any(|difference| difference.is_explained == is_explained), "{row:#?}");
    }
    for difference in &stated {
        for (place, first) in difference.said.iter().enumerate() {
            for second in difference.said.iter().skip(place + 1).filter(|second| second.1 != first.1) {
                // A root user without credentials: both say the same in their own words.
                let is_same = difference.control == "C05" && first.0 == "securityhub";
                let sources = [first.0, second.0];
                let is_listed = rows.iter().any(|row| {
                    difference.is_told_by(row) && sources == [row["first_source"].as_str(), &row["second_source"]]
                });
                assert_ne!(is_listed, is_same, "{sources:?}: {difference:#?}");
            }
        }
    }
    let open: Vec<&str> =
        rows.iter().filter(|row| row["known_reasons"].is_empty()).map(|row| &*row["control"]).collect();
    assert_eq!(open, ["C10"], "what an auditor has to find");
}

#[test]
fn remarks_go_where_evidence_answers_them() {
    let rows = assessed(&[], "out-remarks").table("remarks.csv");
    let accounts = |kind: &str| -> Vec<&str> {
        rows.iter().filter(|row| row["kind"] == kind).map(|row| row["account"].as_str()).collect()
    };
    let without_summary = ["111122223333", "333344445555", "444455556666"];
    assert_eq!(accounts("inactive_root_key_not_excluded"), without_summary, "log-archive has account summaries");
    assert!(accounts("logging_state_not_shown").is_empty(), "the trail's status is in the evidence");
    assert_eq!(accounts("blocked_by_account_only"), ["444455556666"]);
}

#[test]
fn a_stopped_recorder_is_told_by_its_own_items() {
    let rows = assessed(&[], "out-recorder").table("coverage.csv");
    let stopped: Vec<_> = rows.iter().filter(|row| !row["recorder_off"].is_empty()).collect();
    let [row] = stopped.as_slice() else { panic!("{stopped:#?}") };
    assert_eq!((row["account"].as_str(), row["region"].as_str()), ("444455556666", "eu-west-1"));
    assert_eq!(row["recorder_off"], "2026-04-03T07:00:00Z/2026-04-08T09:30:00Z");
    assert_eq!(row["gaps"], row["recorder_off"]);
}

/// Account, start and end of a stated exception, so that starts and ends compare as texts.
fn interval(exception: &str) -> (String, String, String) {
    let (account, rest) = exception.split_once(": ").unwrap();
    let (start, end) = rest.split_once(" to ").unwrap();
    let (start, end) = (start.replace("before the window", "0"), end.replace("ongoing", "9"));
    (account.to_owned(), start, end.trim_end_matches(", suppressed").to_owned())
}

#[test]
fn all_sources_together_last_from_the_first_that_fails_to_the_last_that_stops() {
    let answer = assessed(&[], "out-together");
    let stated = stated();
    for control in stated.iter().map(|(control, ..)| control).collect::<BTreeSet<_>>() {
        let of_sources: Vec<(String, String, String)> = stated
            .iter()
            .filter(|(of, ..)| of == control)
            .flat_map(|(.., stated)| stated.exceptions.iter().map(|exception| interval(exception)))
            .collect();
        let together: Vec<(String, String, String)> =
            found(&answer, control).exceptions.iter().map(|exception| interval(exception)).collect();
        for (account, start, end) in &together {
            let inside = of_sources.iter().filter(|(of, from, to)| of == account && from >= start && to <= end);
            let inside: Vec<_> = inside.collect();
            let earliest = inside.iter().map(|(_, from, _)| from).min();
            let latest = inside.iter().map(|(.., to)| to).max();
            assert_eq!((earliest, latest), (Some(start), Some(end)), "{control}: {account}");
        }
        for (account, from, to) in &of_sources {
            let covers = |(of, start, end): &(String, String, String)| of == account && start <= from && to <= end;
            assert!(
                together.iter().any(covers),
                "{control}: {account} from {from} to {to} is in none of {together:#?}"
            );
        }
    }
}

#[test]
fn what_was_broken_on_purpose_is_what_the_ledger_names() {
    let answer = assessed(&[], "out-broken");
    let mut spoiled: Vec<(String, String, String)> = Vec::new();
    for row in answer.table("ledger.csv") {
        if row["outcome"] == "rejected" || row["outcome"] == "partial" {
            let name = row["path"].rsplit('/').next().unwrap().chars().take(60).collect();
            spoiled.push((name, row["outcome"].clone(), row["reason"].split(':').next().unwrap().to_owned()));
        }
    }
    spoiled.sort();
    let expected = [
        ("444455556666_Config_us-east-1_ConfigSnapshot_20260318T180027", "partial", "E105"),
        ("README.md", "rejected", "F101"),
        ("access-control-policy.pdf", "rejected", "F101"),
        ("securityhub-findings-1-2026-02-28-23-39-35-40bcbe80-6dab-7b1", "partial", "F106"),
    ];
    assert_eq!(spoiled, expected.map(|(name, outcome, code)| (name.to_owned(), outcome.to_owned(), code.to_owned())));
    let results = answer.results();
    assert_eq!(results["evidence"]["rejected"], 2);
    assert_eq!(results["unmapped_rules"][0]["rule"], "example-corp-data-classification-tag");
    assert_eq!(results["unmapped_rules"].as_array().unwrap().len(), 1);
}

/// The columns of each table, as the definition names them.
const COLUMNS: [(&str, &str); 7] = [
    (
        "controls.csv",
        "control,title,criteria,tests,conclusion,population,tested,not_applicable,not_tested,failed,passed,pass_rate,\
         passing_at_end,failing_at_end,pass_rate_at_end,time_weighted_pass_rate,exceptions,\
         uncovered_account_regions,notes",
    ),
    (
        "exceptions.csv",
        "control,account,region,resource_type,resource_id,resource_arn,start,end,began_before_window,ongoing,\
         duration_seconds,tests,sources,suppressed,opened_by,closed_by,id,reason",
    ),
    ("coverage.csv", "account,region,source,covered_fraction,first,last,gaps,recorder_off,not_recorded"),
    (
        "disagreements.csv",
        "control,test,account,region,resource_type,resource_id,resource_arn,start,end,duration_seconds,first_source,\
         first_status,first_reason,first_evidence,second_source,second_status,second_reason,second_evidence,known_reasons",
    ),
    (
        "remarks.csv",
        "control,test,account,region,resource_type,resource_id,resource_arn,start,end,kind,remark,evidence",
    ),
    (
        "subjects.csv",
        "control,account,region,resource_type,resource_id,resource_arn,result,status_at_end,pass_seconds,fail_seconds,\
         not_applicable_seconds,no_evidence_seconds,absent_seconds,exceptions,sources,inventory_only",
    ),
    (
        "ledger.csv",
        "evidence_id,path,bundle,size,sha256,kind,outcome,account,region,evidence_time,records_read,records_kept,\
         records_duplicate,records_set_aside,records_rejected,reason",
    ),
];

#[test]
fn tables_have_the_columns_of_the_definition_and_lf_line_ends() {
    let answer = assessed(&[], "out-columns");
    for (name, columns) in COLUMNS {
        let text = std::str::from_utf8(answer.bytes(name)).unwrap();
        assert_eq!(text.lines().next(), Some(columns), "{name}");
        assert!(!text.contains('\r') && text.ends_with('\n') && !text.starts_with('\u{feff}'), "{name}");
    }
    for row in answer.table("exceptions.csv") {
        for column in ["start", "end"] {
            assert!(row[column].parse::<jiff::Timestamp>().is_ok() && row[column].ends_with('Z'), "{row:#?}");
        }
        for column in ["began_before_window", "ongoing", "suppressed"] {
            assert!(matches!(row[column].as_str(), "true" | "false"), "{row:#?}");
        }
    }
    let results = answer.results();
    let members: Vec<&str> = results.as_object().unwrap().keys().map(String::as_str).collect();
    for member in
        ["schema", "tool", "window", "evidence", "scope", "controls", "coverage", "unmapped_rules", "disagreements"]
    {
        assert!(members.contains(&member), "{member} is missing in {members:?}");
    }
    assert_eq!(results["schema"], 1);
}

#[test]
fn the_same_bytes_come_from_a_run_of_its_own_on_any_number_of_threads() {
    let expected = assessed(&[], "out-bytes");
    let dir = TestDir::new();
    for threads in ["1", "4"] {
        let run = run_in(
            &dir.path(""),
            &[&["run", &sample_data(), "--out", "out", "--threads", threads], &HALF_YEAR[..]].concat(),
        );
        assert_eq!(run.status, 3);
        for name in FILES {
            assert!(dir.bytes(&format!("out/{name}")) == expected.bytes(name), "{name} differs on {threads} threads");
        }
    }
}

#[test]
fn the_tables_of_the_golden_run() {
    // A change of these bytes is a decision: it changes figures that a reader may have used.
    let answer = assessed(&[], "out-golden");
    for name in ["controls.csv", "exceptions.csv", "coverage.csv", "disagreements.csv", "remarks.csv"] {
        insta::assert_snapshot!(name, std::str::from_utf8(answer.bytes(name)).unwrap());
    }
}
