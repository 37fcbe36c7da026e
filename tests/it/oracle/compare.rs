//! Compares the oracle's answer with an expectation or with what the program left behind.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::answer::{Answer, Exception, Figures};
use super::{Micros, parse_time, quotient};

/// Counts of section 5.
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
/// Rates of section 5.
const RATES: [&str; 3] = ["pass_rate", "pass_rate_at_end", "time_weighted_pass_rate"];

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn instant(text: &str) -> Micros {
    parse_time(text).unwrap_or(Micros::MIN)
}

/// The figures of all controls, as a results file or an expectation writes them.
pub(crate) fn figures_of(results: &Value) -> BTreeMap<String, Figures> {
    let mut controls = BTreeMap::new();
    for control in results.get("controls").and_then(Value::as_array).into_iter().flatten() {
        let mut figures = Figures { conclusion: text(control, "conclusion"), ..Figures::default() };
        for name in COUNTS {
            figures.counts.insert(name, control.get(name).and_then(Value::as_i64).unwrap_or(-1));
        }
        for name in RATES {
            figures.rates.insert(name, control.get(name).and_then(Value::as_f64));
        }
        controls.insert(text(control, "control"), figures);
    }
    controls
}

/// An answer as the program left it in a folder.
pub(crate) fn left_by_program(out: &Path) -> Answer {
    let results: Value = serde_json::from_slice(&std::fs::read(out.join("results.json")).unwrap()).unwrap();
    let mut answer = Answer { controls: figures_of(&results), ..Answer::default() };
    let rules = results.get("unmapped_rules").and_then(Value::as_array).into_iter().flatten();
    answer.unmapped_rules = rules.map(|rule| text(rule, "rule")).collect();
    for row in rows(&out.join("exceptions.csv")) {
        answer.exceptions.push(exception_of(&row));
    }
    for row in rows(&out.join("coverage.csv")) {
        let key = (row["account"].clone(), row["region"].clone(), row["source"].clone());
        answer.coverage.insert(key, row["covered_fraction"].parse().unwrap());
    }
    answer.exceptions.sort();
    answer
}

/// The rows of a CSV file by column name.
pub(crate) fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(|row| row.unwrap()).collect()
}

fn words(list: &str) -> BTreeSet<String> {
    list.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|w| !w.is_empty())
        .map(str::to_owned)
        .collect()
}

fn exception_of(row: &BTreeMap<String, String>) -> Exception {
    Exception {
        control: row["control"].clone(),
        account: row["account"].clone(),
        resource_type: row["resource_type"].clone(),
        key: if row["resource_arn"].is_empty() { row["resource_id"].clone() } else { row["resource_arn"].clone() },
        start: instant(&row["start"]),
        end: instant(&row["end"]),
        began_before_window: row["began_before_window"] == "true",
        ongoing: row["ongoing"] == "true",
        tests: words(&row["tests"]),
        sources: words(&row["sources"]),
        suppressed: row["suppressed"] == "true",
    }
}

fn same(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-9,
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// Differences in figures: expected first, then got.
pub(crate) fn figure_differences(expected: &BTreeMap<String, Figures>, got: &BTreeMap<String, Figures>) -> Vec<String> {
    let mut lines = Vec::new();
    for (control, want) in expected {
        let Some(have) = got.get(control) else {
            lines.push(format!("{control} is missing"));
            continue;
        };
        for name in COUNTS {
            let (a, b) = (want.counts.get(name), have.counts.get(name));
            if a != b {
                lines.push(format!("{control} {name}: expected {a:?}, got {b:?}"));
            }
        }
        for name in RATES {
            let (a, b) = (want.rates[name], have.rates[name]);
            if !same(a, b) {
                lines.push(format!("{control} {name}: expected {a:?}, got {b:?}"));
            }
        }
        if !want.conclusion.is_empty() && want.conclusion != have.conclusion {
            lines.push(format!("{control} conclusion: expected {}, got {}", want.conclusion, have.conclusion));
        }
    }
    lines
}

/// An exception in words.
pub(crate) fn spelled(e: &Exception) -> String {
    let time = |t: Micros| jiff::Timestamp::from_microsecond(t).map(|t| t.to_string()).unwrap_or_default();
    format!(
        "{} {} {} {} {}..{}{}{} {:?} {:?}{}",
        e.control,
        e.account,
        e.resource_type,
        e.key,
        time(e.start),
        time(e.end),
        if e.began_before_window { " began-before" } else { "" },
        if e.ongoing { " ongoing" } else { "" },
        e.tests,
        e.sources,
        if e.suppressed { " suppressed" } else { "" },
    )
}

/// All differences between what the oracle says and what the program left.
pub(crate) fn differences(expected: &Answer, got: &Answer) -> Vec<String> {
    let mut lines = figure_differences(&expected.controls, &got.controls);
    let (want, have): (BTreeSet<&Exception>, BTreeSet<&Exception>) =
        (expected.exceptions.iter().collect(), got.exceptions.iter().collect());
    lines.extend(want.difference(&have).map(|e| format!("exception missing: {}", spelled(e))));
    lines.extend(have.difference(&want).map(|e| format!("exception not expected: {}", spelled(e))));
    if expected.exceptions.len() != got.exceptions.len() {
        lines.push(format!("{} exceptions expected, {} rows", expected.exceptions.len(), got.exceptions.len()));
    }
    lines.extend(coverage_differences(expected, got));
    if expected.unmapped_rules != got.unmapped_rules {
        lines.push(format!("unmapped rules: expected {:?}, got {:?}", expected.unmapped_rules, got.unmapped_rules));
    }
    lines
}

fn coverage_differences(expected: &Answer, got: &Answer) -> Vec<String> {
    let mut lines = Vec::new();
    for key in expected.coverage.keys().chain(got.coverage.keys()).collect::<BTreeSet<_>>() {
        let (a, b) = (expected.coverage.get(key).copied(), got.coverage.get(key).copied());
        // A row for a place that nothing attests may be there or not.
        if (a.unwrap_or(0.0) - b.unwrap_or(0.0)).abs() > 1e-6 || (a.is_some() && b.is_none()) {
            lines.push(format!("coverage {key:?}: expected {a:?}, got {b:?}"));
        }
    }
    lines
}

/// Differences subject by subject, to find where a figure comes from: result, and seconds in each status.
pub(crate) fn subject_differences(expected: &Answer, out: &Path) -> Vec<String> {
    let mut theirs: BTreeMap<(String, String, String), String> = BTreeMap::new();
    for row in rows(&out.join("subjects.csv")) {
        let key = if row["resource_arn"].is_empty() { row["resource_id"].clone() } else { row["resource_arn"].clone() };
        let seconds = |name: &str| row[name].parse::<f64>().unwrap_or(-1.0);
        let line = spelled_subject(
            &row["result"],
            seconds("pass_seconds"),
            seconds("fail_seconds"),
            seconds("not_applicable_seconds"),
            seconds("absent_seconds"),
        );
        theirs.insert((row["control"].clone(), row["account"].clone(), key), line);
    }
    let mut lines = Vec::new();
    for subject in &expected.subjects {
        let sum = |status: &str| subject.timeline.iter().filter(|t| t.2 == status).map(|t| t.1 - t.0).sum::<Micros>();
        let seconds = |status: &str| quotient(sum(status), 1_000_000);
        let line = spelled_subject(
            subject.result,
            seconds("PASS"),
            seconds("FAIL"),
            seconds("NOT_APPLICABLE"),
            seconds("ABSENT"),
        );
        let got = theirs.remove(&(subject.control.clone(), subject.account.clone(), subject.key.clone()));
        if got.as_deref() != Some(&line) {
            lines.push(format!(
                "subject {} {} {}: expected {line}, got {got:?}",
                subject.control, subject.account, subject.key
            ));
        }
    }
    lines.extend(theirs.into_iter().map(|(key, line)| format!("subject not expected: {key:?} {line}")));
    lines
}

fn spelled_subject(result: &str, pass: f64, fail: f64, not_applicable: f64, absent: f64) -> String {
    format!("{result}, pass {pass:.3} s, fail {fail:.3} s, not applicable {not_applicable:.3} s, absent {absent:.3} s")
}

/// Differences in the figures by account, each added up from its own subjects.
pub(crate) fn account_differences(expected: &Answer, out: &Path) -> Vec<String> {
    let results: Value = serde_json::from_slice(&std::fs::read(out.join("results.json")).unwrap()).unwrap();
    let mut sums: BTreeMap<(String, String, String), i64> = BTreeMap::new();
    for subject in &expected.subjects {
        for name in ["population", subject.result] {
            *sums.entry((subject.control.clone(), subject.account.clone(), name.to_owned())).or_default() += 1;
        }
    }
    for exception in &expected.exceptions {
        *sums.entry((exception.control.clone(), exception.account.clone(), "exceptions".to_owned())).or_default() += 1;
    }
    let mut lines = Vec::new();
    for control in results.get("controls").and_then(Value::as_array).into_iter().flatten() {
        for (account, figures) in control.get("by_account").and_then(Value::as_object).into_iter().flatten() {
            for name in ["population", "passed", "failed", "not_applicable", "not_tested", "exceptions"] {
                let want = sums.remove(&(text(control, "control"), account.clone(), name.to_owned())).unwrap_or(0);
                let have = figures.get(name).and_then(Value::as_i64);
                if have != Some(want) {
                    lines.push(format!(
                        "{} of {account} {name}: expected {want}, got {have:?}",
                        text(control, "control")
                    ));
                }
            }
        }
    }
    lines.extend(sums.into_iter().map(|(key, sum)| format!("by_account lacks {key:?}: {sum}")));
    lines
}

/// Differences between what a run says of one source and what a run with that source alone says. The population of
/// the run is one for all its sources, so it may be larger than that of the source alone, and so may what is untested.
pub(crate) fn source_differences(both: &Path, alone: &Path, source: &str) -> Vec<String> {
    let read =
        |out: &Path| -> Value { serde_json::from_slice(&std::fs::read(out.join("results.json")).unwrap()).unwrap() };
    let (both, alone) = (read(both), read(alone));
    let controls = |value: &Value| value.get("controls").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut lines = Vec::new();
    for (one, other) in controls(&both).iter().zip(controls(&alone)) {
        for name in COUNTS.iter().chain(&RATES).filter(|name| !["population", "not_tested"].contains(name)) {
            let (a, b) =
                (one.get("by_source").and_then(|s| s.get(source)).and_then(|s| s.get(*name)), other.get(*name));
            if a != b {
                lines.push(format!("{} by {source} {name}: {a:?}, alone {b:?}", text(one, "control")));
            }
        }
    }
    lines
}
