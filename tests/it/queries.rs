//! Questions in SQL: they count again what the program counted, and refuse what they should.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use crate::harness::{Run, TableRow, TestDir, run_in};
use crate::sample_data::{HALF_YEAR, sample_data};

/// What a view counts again, and the rows of the assessment that it has to give: empty where all is equal.
pub(crate) const COUNTED_AGAIN: [(&str, &str); 4] = [
    (
        "timeline",
        "with ours as (select control, resource, status, starts_epoch, ends_epoch, starts_at, ends_at from timeline),
         theirs as (select control, resource, status, starts_epoch, ends_epoch, starts_at, ends_at from statuses)
         select * from (select * from ours except select * from theirs) as a
         union all select * from (select * from theirs except select * from ours) as b",
    ),
    (
        "outcomes",
        "with ours as (
             select control, resource, result, pass_microseconds, fail_microseconds, not_applicable_microseconds,
                 no_evidence_microseconds, absent_microseconds, cast(exceptions as bigint) as exceptions, inventory_only
             from outcomes
         ),
         theirs as (
             select control, resource, result, pass_microseconds, fail_microseconds, not_applicable_microseconds,
                 no_evidence_microseconds, absent_microseconds, exceptions, inventory_only
             from subjects
         )
         select * from (select * from ours except select * from theirs) as a
         union all select * from (select * from theirs except select * from ours) as b",
    ),
    (
        "failures",
        "with ours as (
             select control, resource, starts_epoch, ends_epoch, began_before_window, ongoing, duration_seconds
             from failures
         ),
         theirs as (
             select control, resource, starts_epoch, ends_epoch, began_before_window, ongoing, duration_seconds
             from exceptions
         )
         select * from (select * from ours except select * from theirs) as a
         union all select * from (select * from theirs except select * from ours) as b",
    ),
    (
        "attested",
        "with ours as (
             select p.account, p.region, p.source, coalesce(sum(a.ends_epoch - a.starts_epoch), 0) as covered
             from places as p
             left join attested as a on a.account = p.account and a.region = p.region and a.source = p.source
             group by p.account, p.region, p.source
         ),
         theirs as (select account, region, source, covered_microseconds as covered from coverage)
         select * from (select * from ours except select * from theirs) as a
         union all select * from (select * from theirs except select * from ours) as b",
    ),
];

/// Rows in which views and assessment differ, in words.
pub(crate) fn counted_otherwise(results: &Path) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = Vec::new();
    for (name, sql) in COUNTED_AGAIN {
        let file = folder.path().join("compare.sql");
        std::fs::write(&file, sql).unwrap();
        let (file, results) = (file.display().to_string(), results.display().to_string());
        let run = run_in(folder.path(), &["query", &file, "--results", &results, "--format", "csv"]);
        if run.status != 0 {
            lines.push(format!("{name}: {}", run.stderr));
        }
        lines.extend(run.stdout.lines().skip(1).map(|row| format!("{name}: counted otherwise: {row}")));
    }
    lines.extend(exceptions_otherwise(results));
    lines
}

/// Differences of the question about exceptions from `exceptions.csv`.
fn exceptions_otherwise(results: &Path) -> Vec<String> {
    let results_name = results.display().to_string();
    let run = run_in(Path::new("."), &["query", "exceptions", "--results", &results_name, "--format", "csv"]);
    if run.status != 0 {
        return vec![format!("exceptions: {}", run.stderr)];
    }
    let left = std::fs::read(results.join("exceptions.csv")).unwrap();
    let counted = |row: &TableRow, name: &str| row[name].split(';').filter(|part| !part.is_empty()).count().to_string();
    let shared = |row: &TableRow| {
        let names = ["control", "account", "region", "resource_type", "resource_id", "resource_arn"];
        let more = ["began_before_window", "ongoing", "duration_seconds", "suppressed", "opened_by", "closed_by"];
        names.into_iter().chain(more).map(|name| row[name].clone()).collect::<Vec<String>>()
    };
    let ours = table(run.stdout.as_bytes()).into_iter().map(|row| {
        [
            shared(&row),
            vec![row["starts_at"].clone(), row["ends_at"].clone(), row["tests"].clone(), row["sources"].clone()],
        ]
        .concat()
    });
    let theirs = table(&left).into_iter().map(|row| {
        let times = vec![row["start"].clone(), row["end"].clone(), counted(&row, "tests"), counted(&row, "sources")];
        [shared(&row), times].concat()
    });
    let (ours, theirs): (BTreeSet<_>, BTreeSet<_>) = (ours.collect(), theirs.collect());
    ours.symmetric_difference(&theirs).map(|row| format!("exceptions: only on one side: {row:?}")).collect()
}

fn table(bytes: &[u8]) -> Vec<TableRow> {
    let mut reader = csv::Reader::from_reader(bytes);
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let row = |record: csv::StringRecord| names.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
    reader.records().map(|record| row(record.unwrap())).collect()
}

/// The sample, assessed once for all tests of this process.
fn report() -> &'static TestDir {
    static REPORT: OnceLock<TestDir> = OnceLock::new();
    REPORT.get_or_init(|| {
        let dir = TestDir::new();
        let run = dir.tickmark(&[&["run", &sample_data(), "--out", "report"], &HALF_YEAR[..]].concat());
        assert_eq!(run.status, 3, "{}", run.stderr);
        dir
    })
}

fn asked(arguments: &[&str]) -> Run {
    report().tickmark(&[&["query"], arguments].concat())
}

/// The rows of a question on the sample.
fn rows(arguments: &[&str]) -> Vec<TableRow> {
    let run = asked(&[arguments, &["--format", "csv"]].concat());
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{arguments:?}");
    table(run.stdout.as_bytes())
}

fn left(name: &str) -> Vec<TableRow> {
    table(&report().bytes(&format!("report/{name}")))
}

fn folder(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(below)
}

/// Questions by name, with their SQL.
fn questions() -> BTreeMap<String, String> {
    let files = std::fs::read_dir(folder("queries")).unwrap().map(|entry| entry.unwrap().path());
    let sql = files.filter(|path| path.extension().is_some_and(|suffix| suffix == "sql"));
    sql.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect()
}

/// A rate as the questions round it.
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
const RATES: [&str; 3] = ["pass_rate", "pass_rate_at_end", "time_weighted_pass_rate"];

#[test]
fn what_the_assessment_counted_is_counted_again_from_observations() {
    let found = counted_otherwise(&report().path("report"));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn rates_by_control_are_those_of_the_result_files() {
    let (ours, theirs) = (rows(&["pass-rate-by-control"]), left("controls.csv"));
    assert_eq!(ours.len(), theirs.len());
    for (mine, other) in ours.iter().zip(&theirs) {
        assert_eq!(mine["control"], other["control"]);
        for name in COUNTS {
            assert_eq!(mine[name], other[name], "{name} of {}", mine["control"]);
        }
        for name in RATES {
            assert_eq!(
                mine[name].parse::<f64>().ok(),
                other[name].parse::<f64>().ok(),
                "{name} of {}",
                mine["control"]
            );
        }
    }
}

#[test]
fn rates_by_account_are_those_of_the_result_files() {
    let results: Value = serde_json::from_slice(&report().bytes("report/results.json")).unwrap();
    let ours = rows(&["pass-rate-by-account"]);
    let mut places = 0;
    for control in results["controls"].as_array().unwrap() {
        for (account, figures) in control["by_account"].as_object().unwrap() {
            let is_it = |row: &&TableRow| row["control"] == control["control"] && row["account"] == *account;
            let mine = ours.iter().find(is_it).unwrap();
            for name in COUNTS {
                assert_eq!(mine[name], figures[name].to_string(), "{name} of {} {account}", control["control"]);
            }
            places += 1;
        }
    }
    assert_eq!(places, ours.len());
}

#[test]
fn what_sources_disagree_on_is_what_the_assessment_lists() {
    let columns = ["control", "test", "account", "region", "resource_type", "resource_id", "duration_seconds"];
    let words = ["first_source", "first_status", "second_source", "second_status"];
    let of = |row: &TableRow, times: [&str; 2]| -> Vec<String> {
        columns.iter().chain(&words).chain(&times).map(|name| row[*name].clone()).collect()
    };
    let ours: BTreeSet<_> =
        rows(&["sources-that-disagree"]).iter().map(|row| of(row, ["starts_at", "ends_at"])).collect();
    let theirs: BTreeSet<_> = left("disagreements.csv").iter().map(|row| of(row, ["start", "end"])).collect();
    assert!(!ours.is_empty());
    assert_eq!(ours, theirs);
}

#[test]
fn coverage_is_that_of_the_result_files() {
    let of = |row: &TableRow| {
        let place = ["account", "region", "source"].map(|name| row[name].clone());
        (place, row["covered_fraction"].parse::<f64>().unwrap().to_bits())
    };
    let ours: BTreeMap<_, _> = rows(&["coverage"]).iter().map(of).collect();
    let theirs: BTreeMap<_, _> = left("coverage.csv").iter().map(of).collect();
    assert_eq!(ours, theirs);
    let gaps: f64 =
        rows(&["coverage-by-day"]).iter().map(|row| 86_400.0 - row["covered_seconds"].parse::<f64>().unwrap()).sum();
    let uncovered: f64 = rows(&["coverage"])
        .iter()
        .map(|row| row["period_seconds"].parse::<f64>().unwrap() - row["covered_seconds"].parse::<f64>().unwrap())
        .sum();
    assert!(gaps > 0.0 && (gaps - uncovered).abs() < 100.0, "{gaps} {uncovered}");
}

#[test]
fn unmapped_rules_and_files_are_those_of_the_results() {
    let results: Value = serde_json::from_slice(&report().bytes("report/results.json")).unwrap();
    let of_results: Vec<(String, String)> = results["unmapped_rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| {
            (rule["name"].as_str().or(rule["rule"].as_str()).unwrap().to_owned(), rule["observations"].to_string())
        })
        .collect();
    let ours = rows(&["unmapped-rules"]);
    let ours: Vec<_> = ours.iter().map(|row| (row["rule_name"].clone(), row["observations"].clone())).collect();
    assert_eq!(ours, of_results);
    let files = rows(&["evidence-files"]);
    let sum = |name: &str, of: &dyn Fn(&TableRow) -> bool| -> u64 {
        files.iter().filter(|row| of(row)).map(|row| row[name].parse::<u64>().unwrap()).sum()
    };
    assert_eq!(sum("files", &|row| row["outcome"] != "bundle"), results["evidence"]["files"].as_u64().unwrap());
    assert_eq!(sum("files", &|row| row["outcome"] == "rejected"), results["evidence"]["rejected"].as_u64().unwrap());
    assert_eq!(files.iter().map(|row| row["files"].parse::<usize>().unwrap()).sum::<usize>(), left("ledger.csv").len());
}

#[test]
fn durations_and_offenders_and_remediation_follow_from_the_exceptions() {
    let exceptions = left("exceptions.csv");
    for row in rows(&["exceptions-by-duration"]) {
        let of: Vec<u64> = exceptions
            .iter()
            .filter(|exception| exception["control"] == row["control"])
            .map(|exception| exception["duration_seconds"].parse().unwrap())
            .collect();
        let between = |from: u64, until: u64| of.iter().filter(|length| (from..until).contains(length)).count();
        let lengths = [
            between(0, 3_600),
            between(3_600, 86_400),
            between(86_400, 604_800),
            between(604_800, 2_592_000),
            between(2_592_000, u64::MAX),
        ];
        let names = ["under_an_hour", "under_a_day", "under_a_week", "under_a_month", "longer"];
        for (name, length) in names.iter().zip(lengths) {
            assert_eq!(row[*name], length.to_string(), "{name} of {}", row["control"]);
        }
        assert_eq!(row["longest_seconds"], of.iter().max().unwrap().to_string());
    }
    let mut times: BTreeMap<(String, String), u64> = BTreeMap::new();
    for row in &exceptions {
        *times.entry((row["control"].clone(), row["resource_id"].clone())).or_default() += 1;
    }
    let offenders: BTreeMap<_, _> = times.into_iter().filter(|(_, times)| *times >= 2).collect();
    let of = |row: &TableRow| {
        ((row["control"].clone(), row["resource_id"].clone()), row["exceptions"].parse::<u64>().unwrap())
    };
    assert_eq!(rows(&["repeat-offenders"]).iter().map(of).collect::<BTreeMap<_, _>>(), offenders);
    for row in rows(&["time-to-remediate"]) {
        let number = |name: &str| row[name].parse::<usize>().unwrap();
        let of = exceptions.iter().filter(|exception| exception["control"] == row["control"]).count();
        assert_eq!(number("remediated") + number("removed") + number("lost_from_sight") + number("open"), of);
    }
}

#[test]
fn a_shorter_time_is_counted_as_a_window_of_its_own() {
    let dir = report();
    let window = ["--from", "2026-03-01", "--through", "2026-03-31"];
    let run = dir.tickmark(&[&["assess", "--lake", "report/lake", "--out", "march"], &window[..]].concat());
    assert_eq!(run.status, 3, "{}", run.stderr);
    let theirs = table(&dir.bytes("march/controls.csv"));
    let ours = rows(&["pass-rate-by-control", "--param", "from=2026-03-01", "--param", "through=2026-03-31"]);
    for (mine, other) in ours.iter().zip(&theirs) {
        for name in ["population", "tested", "failed", "exceptions"] {
            // Which buckets trails deliver to is a matter of the window.
            if mine["control"] != "C08" {
                assert_eq!(mine[name], other[name], "{name} of {}", mine["control"]);
            }
        }
    }
    let of_march = rows(&["pass-rate-by-month"]);
    let of_march = of_march.iter().filter(|row| row["month"] == "2026-03");
    for (mine, other) in of_march.zip(&ours) {
        assert_eq!(mine["control"], other["control"]);
        assert_eq!(mine["tested"], other["tested"]);
        assert_eq!(mine["failed"], other["failed"]);
        assert_eq!(mine["population"], other["population"], "{}", mine["control"]);
    }
}

#[test]
fn every_question_answers_and_its_heading_names_its_columns() {
    for (name, sql) in questions() {
        let run = asked(&[&name, "--format", "csv"]);
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{name}");
        let heading: String = sql.lines().take_while(|line| line.starts_with("--")).collect::<Vec<_>>().join(" ");
        assert!(heading.contains("Limits: "), "{name} says nothing of its limits");
        for column in run.stdout.lines().next().unwrap().split(',') {
            let words = heading.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
            assert!(words.into_iter().any(|word| word == column), "the heading of {name} says nothing of `{column}`");
        }
        let again = asked(&[&name, "--format", "csv"]);
        assert_eq!(run.stdout, again.stdout, "{name} is answered otherwise the second time");
    }
}

#[test]
fn the_list_and_the_folders_page_have_every_question() {
    let list = report().tickmark(&["query", "--list"]).stdout;
    let page = std::fs::read_to_string(folder("queries/README.md")).unwrap();
    for name in questions().keys() {
        assert!(list.lines().any(|line| line.starts_with(&format!("{name} "))), "{name} is not listed");
        assert!(page.contains(&format!("`{name}`")), "{name} is not on the page");
    }
}

#[test]
fn the_page_of_tables_is_what_the_program_says() {
    let said = report().tickmark(&["schema"]).stdout;
    assert_eq!(
        said,
        std::fs::read_to_string(folder("docs/schema.md")).unwrap(),
        "write it again: tickmark schema > docs/schema.md"
    );
    assert!(report().tickmark(&["schema", "streams"]).stdout.starts_with("### `streams`\n"));
    let run = report().tickmark(&["schema", "stream"]);
    assert_eq!(
        (run.status, run.stderr.as_str()),
        (2, "error: there is no table `stream`; did you mean `streams`?; `tickmark schema` lists them\n")
    );
}

/// What a text of SQL is refused with.
fn refused(sql: &str, options: &[&str]) -> String {
    let dir = TestDir::new();
    dir.file("ask.sql", sql);
    let (file, results) = (dir.path("ask.sql").display().to_string(), report().path("report").display().to_string());
    let run = dir.tickmark(&[&["query", &file, "--results", &results], options].concat());
    assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{sql}");
    run.stderr.replace(&file, "ask.sql")
}

#[test]
fn an_error_names_the_place_and_what_was_expected() {
    let cases: [(&str, &[&str], &str); 11] = [
        ("select status\nfrom timline", &[], "ask.sql, line 2, column 6: "),
        ("select status\nfrom timline", &[], "did you mean `timeline`?"),
        ("select control,\n  statsu from statuses", &[], "ask.sql, line 2, column 3: "),
        ("select control,\n  statsu from statuses", &[], "did you mean `status`?"),
        ("select control\nfrom from", &[], "line 2"),
        ("select * from read_csv('/etc/passwd')", &[], "would read a file of its own"),
        ("drop table statuses", &[], "nothing in a lake can be changed"),
        ("select 1; select 2", &[], "2 statements"),
        ("-- nothing", &[], "there is no SQL in it"),
        (
            "select * from days where day = $monday",
            &[],
            "line 1, column 32: there is no value for `$monday`; give one with --param monday=VALUE",
        ),
        ("select * from days", &["--param", "monday=1"], "has no parameters, not `monday`"),
    ];
    for (sql, options, expected) in cases {
        let said = refused(sql, options);
        assert!(said.contains(expected), "{sql}\n{said}");
    }
}

#[test]
fn what_would_be_answered_wrongly_is_refused() {
    let cases = [
        ("with exceptions as (select 1 as x)\nselect * from exceptions", "line 1, column 6: `exceptions` is a table"),
        ("with timeline as (select 1 as x) select * from timeline", "`timeline` is a table or view already"),
        (
            "select count(*) as n from controls as c\nleft join exceptions as e on e.control = c.control and e.ongoing",
            "line 2, column 27: an outer join on",
        ),
        ("select * from controls as c full join exceptions as e on e.population > c.population", "an outer join on"),
        ("select sum(1) as n from controls", "column 8: the sum of a constant"),
        ("select sum(population) over (order by control) as n from controls", "does not say of which rows"),
        (
            "select control, max(sum(population)) over () as n from controls group by control",
            "`max` is worked out over groups before the groups are made",
        ),
    ];
    for (sql, expected) in cases {
        let said = refused(sql, &[]);
        assert!(said.contains(expected), "{sql}\n{said}");
    }
}

#[test]
fn an_empty_period_is_no_period_without_exceptions() {
    let reversed = ["exceptions", "--param", "from=2026-03-31", "--param", "through=2026-03-01"];
    let outside = ["pass-rate-as-of-a-day", "--param", "day=2026-02-01", "--param", "from=2026-03-01"];
    for (arguments, expected) in [(&reversed, "there is no day to ask about"), (&outside, "not a day of the period")] {
        let run = asked(arguments);
        assert_eq!(run.status, 2);
        assert!(run.stderr.contains(expected), "{}", run.stderr);
    }
}

#[test]
fn an_answer_is_not_written_over_what_it_rests_on() {
    let dir = report();
    for place in ["report/controls.parquet", "report/lake/tables/ledger/00000001.parquet", "report/manifest.json"] {
        let before = dir.bytes(place);
        let run = asked(&["exceptions", "--output", place]);
        assert_eq!(run.status, 2, "{place}: {}", run.stderr);
        assert!(run.stderr.contains("nothing may write over"), "{}", run.stderr);
        assert_eq!(dir.bytes(place), before);
    }
}

#[test]
fn parameters_are_checked() {
    let said = |arguments: &[&str]| {
        let run = asked(arguments);
        assert_eq!(run.status, 2, "{}", run.stderr);
        run.stderr
    };
    assert!(
        said(&["exceptions", "--param", "from=2025-01-01"])
            .contains("the assessment is of 2026-01-01 through 2026-06-30")
    );
    assert!(said(&["exceptions", "--param", "from=yesterday"]).contains("it takes a day"));
    assert!(said(&["top-resources-by-change", "--param", "top=many"]).contains("it takes a whole number"));
    assert!(said(&["exceptions", "--param", "form=2026-01-01"]).contains("has only `from`, `through`, not `form`"));
    assert!(said(&["exception"]).contains("did you mean `exceptions`?"));
    assert_eq!(rows(&["top-resources-by-change", "--param", "top=3"]).len(), 3);
}

#[test]
fn a_parameter_is_a_value_and_never_sql() {
    let dir = report();
    dir.file("quote.sql", "select count(*) as found from resources where resource_id = $id");
    let found = rows(&["quote.sql", "--param", "id=' or '1'='1"]);
    assert_eq!(found[0]["found"], "0");
}

#[test]
fn the_lake_alone_answers_what_is_of_the_lake() {
    let dir = TestDir::new();
    let lake = report().path("report/lake").display().to_string();
    let run = dir.tickmark(&["query", "top-resources-by-change", "--lake", &lake]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let run = dir.tickmark(&["query", "exceptions", "--lake", &lake]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("--results"), "{}", run.stderr);
    let run = dir.tickmark(&["query", "exceptions"]);
    assert_eq!(run.status, 1);
    assert!(run.stderr.contains("holds no whole set of result files"), "{}", run.stderr);
}

#[test]
fn tables_that_were_changed_are_not_asked() {
    let dir = TestDir::new();
    for (name, bytes) in crate::harness::files_below(&report().path("report")) {
        if !name.starts_with("lake") {
            dir.file(&format!("report/{name}"), bytes);
        }
    }
    let mut bytes = dir.bytes("report/observations.parquet");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    dir.file("report/observations.parquet", bytes);
    let run = dir.tickmark(&["query", "coverage"]);
    assert_eq!(run.status, 1);
    assert!(run.stderr.contains("`observations.parquet` is not the file that was written"), "{}", run.stderr);
}

#[test]
fn rows_go_out_in_four_layouts() {
    let dir = report();
    let json: Value = serde_json::from_str(&asked(&["coverage", "--format", "json"]).stdout).unwrap();
    assert_eq!(json.as_array().unwrap().len(), rows(&["coverage"]).len());
    assert_eq!(json[0]["account"], "111122223333");
    let run = asked(&["coverage", "--format", "parquet", "--output", "coverage.parquet"]);
    assert_eq!((run.status, run.stdout.as_str()), (0, ""));
    assert!(dir.bytes("coverage.parquet").starts_with(b"PAR1"));
    dir.file("hostile.sql", "select '=1+1' as formula, 'a\u{1b}[31mb' as escape, null as nothing, 0.5 as half");
    let csv = asked(&["hostile.sql", "--format", "csv"]).stdout;
    assert_eq!(csv, "formula,escape,nothing,half\n'=1+1,a\u{1b}[31mb,,0.5\n");
    let shown = asked(&["hostile.sql"]).stdout;
    assert!(shown.contains("a\\u{1b}[31mb") && !shown.contains('\u{1b}'), "{shown}");
}

#[test]
fn a_script_for_duckdb_and_a_plan_are_written() {
    let script = asked(&["exceptions", "--duckdb"]).stdout;
    assert!(script.contains("create or replace temp view observations as select * from read_parquet(['/"), "{script}");
    assert!(script.lines().filter(|line| !line.starts_with("--")).all(|line| !line.contains('$')), "{script}");
    let plan = asked(&["coverage", "--explain"]).stdout;
    assert!(plan.contains("-- view attested") && plan.contains("Parquet SCAN"), "{plan}");
}

#[test]
fn the_tables_do_not_depend_on_threads() {
    let dir = report();
    let run = dir
        .tickmark(&[&["--threads", "1", "assess", "--lake", "report/lake", "--out", "one"], &HALF_YEAR[..]].concat());
    assert_eq!(run.status, 3, "{}", run.stderr);
    let mut tables = 0;
    for entry in std::fs::read_dir(dir.path("report")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".parquet") {
            assert!(dir.bytes(&format!("report/{name}")) == dir.bytes(&format!("one/{name}")), "{name}");
            tables += 1;
        }
    }
    assert_eq!(tables, 20);
}
