//! Holds the oracle itself against worked cases, if the environment names a folder of them.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::compare::figure_differences;
use super::{Answer, Control14Tag, HOUR, ScopeAccount, Settings, Source, answer, compare, parse_time, read_folder};

/// A day of a case's arguments.
fn day(args: &Value, name: &str) -> i64 {
    let day = args.get(name).and_then(Value::as_str).unwrap();
    parse_time(&format!("{day}T00:00:00Z")).unwrap()
}

fn settings(case: &Path, args: &Value, sources: &[Source]) -> Settings {
    let mut settings = Settings::over(day(args, "from"), day(args, "through") + 24 * HOUR, sources);
    let Some(file) = args.get("engagement").and_then(Value::as_str) else { return settings };
    let engagement: toml::Table = std::fs::read_to_string(case.join(file)).unwrap().parse().unwrap();
    let accounts = engagement.get("scope").and_then(|s| s.get("account")).and_then(toml::Value::as_array);
    settings.scope = accounts.map(|list| list.iter().map(scope_account).collect());
    for (control, value) in engagement.get("controls").and_then(toml::Value::as_table).into_iter().flatten() {
        let Some(tag) = value.get("tag") else { continue };
        let values = tag.get("values").and_then(toml::Value::as_array).into_iter().flatten();
        settings.tags.insert(
            control.clone(),
            Control14Tag {
                key: tag.get("key").and_then(toml::Value::as_str).unwrap().to_owned(),
                values: values.filter_map(toml::Value::as_str).map(str::to_owned).collect(),
            },
        );
    }
    settings
}

fn scope_account(line: &toml::Value) -> ScopeAccount {
    let word = |name: &str| line.get(name).and_then(toml::Value::as_str).map(str::to_owned);
    ScopeAccount {
        id: word("id").unwrap(),
        environment: word("environment"),
        in_scope: line.get("in_scope").and_then(toml::Value::as_bool).unwrap_or(true),
        regions: line
            .get("regions")
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|r| r.as_str().map(str::to_owned))
            .collect(),
    }
}

/// An exception as an expectation states it: control, account, type, key, start, end, began before, ongoing.
type Row = (String, String, String, String, i64, i64, bool, bool);
/// A result and a timeline.
type Timeline<'a> = (&'a str, Vec<(i64, i64, &'a str)>);

/// Differences between an expectation and the oracle.
fn against(expected: &Value, got: &Answer) -> Vec<String> {
    let mut lines = figure_differences(&compare::figures_of(expected), &got.controls);
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let flag = |value: &Value, name: &str| value.get(name).and_then(Value::as_bool).unwrap_or_default();
    let want: std::collections::BTreeSet<Row> = expected
        .get("exceptions")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|e| {
            let time = |name: &str| parse_time(&text(e, name)).unwrap();
            let name = |name: &str| text(e, name);
            (
                name("control"),
                name("account"),
                name("resource_type"),
                name("key"),
                time("start"),
                time("end"),
                flag(e, "began_before_window"),
                flag(e, "ongoing"),
            )
        })
        .collect();
    let have: std::collections::BTreeSet<Row> = got
        .exceptions
        .iter()
        .map(|e| {
            (
                e.control.clone(),
                e.account.clone(),
                e.resource_type.clone(),
                e.key.clone(),
                e.start,
                e.end,
                e.began_before_window,
                e.ongoing,
            )
        })
        .collect();
    lines.extend(want.difference(&have).map(|e| format!("exception missing: {e:?}")));
    lines.extend(have.difference(&want).map(|e| format!("exception not expected: {e:?}")));
    for row in expected.get("coverage").and_then(Value::as_array).into_iter().flatten() {
        let key = (text(row, "account"), text(row, "region"), text(row, "source"));
        let want = row.get("covered_fraction").and_then(Value::as_f64);
        let have = got.coverage.get(&key).copied();
        if have.zip(want).is_none_or(|(a, b)| (a - b).abs() > 1e-6) {
            lines.push(format!("coverage {key:?}: expected {want:?}, got {have:?}"));
        }
    }
    let unmapped: std::collections::BTreeSet<String> = expected
        .get("unmapped_rules")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(k, _)| k.clone())
        .collect();
    if !unmapped.is_empty() && unmapped != got.unmapped_rules {
        lines.push(format!("unmapped: expected {unmapped:?}, got {:?}", got.unmapped_rules));
    }
    lines.extend(subject_differences(expected, got));
    lines
}

/// Differences in results and timelines, subject by subject.
fn subject_differences(expected: &Value, got: &Answer) -> Vec<String> {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut lines = Vec::new();
    let mut mine: BTreeMap<(String, String, String), Timeline<'_>> = BTreeMap::new();
    for s in &got.subjects {
        let mut merged: Vec<(i64, i64, &str)> = Vec::new();
        for (start, end, status) in &s.timeline {
            match merged.last_mut() {
                Some(last) if last.2 == *status => last.1 = *end,
                _ => merged.push((*start, *end, status)),
            }
        }
        mine.insert((s.control.clone(), s.account.clone(), s.key.clone()), (s.result, merged));
    }
    for s in expected.get("subjects").and_then(Value::as_array).into_iter().flatten() {
        let key = (text(s, "control"), text(s, "account"), text(s, "key"));
        let mut want: Vec<(i64, i64, String)> = Vec::new();
        for step in s.get("timeline").and_then(Value::as_array).into_iter().flatten() {
            let part = |at: usize| step.get(at).and_then(Value::as_str).unwrap();
            let status = if part(2) == "SILENT" { "NO_EVIDENCE" } else { part(2) }.to_owned();
            let (start, end) = (parse_time(part(0)).unwrap(), parse_time(part(1)).unwrap());
            match want.last_mut() {
                Some(last) if last.2 == status => last.1 = end,
                _ => want.push((start, end, status)),
            }
        }
        match mine.remove(&key) {
            None => lines.push(format!("subject missing: {key:?} {want:?}")),
            Some((result, have)) => {
                let have: Vec<(i64, i64, String)> = have.into_iter().map(|(a, b, c)| (a, b, c.to_owned())).collect();
                if result != text(s, "result") || have != want {
                    lines.push(format!(
                        "subject {key:?}: expected {} {want:?}, got {result} {have:?}",
                        text(s, "result")
                    ));
                }
            }
        }
    }
    lines.extend(mine.iter().map(|(key, (result, _))| format!("subject not expected: {key:?} {result}")));
    lines
}

#[test]
#[ignore = "needs a folder of unpacked cases, named by TICKMARK_CASES"]
#[expect(
    clippy::disallowed_methods,
    reason = "the folder of cases is outside the repository, and only a developer has it"
)]
fn the_oracle_agrees_with_worked_cases() {
    let folder = std::env::var("TICKMARK_CASES").expect("TICKMARK_CASES names a folder of unpacked cases");
    let mut bad = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let case = entry.unwrap().path();
        let Ok(args) = std::fs::read(case.join("args.json")) else { continue };
        let args: Value = serde_json::from_slice(&args).unwrap();
        let evidence = read_folder(&case.join("evidence"));
        for (name, sources) in [
            ("config", &[Source::Config][..]),
            ("securityhub", &[Source::SecurityHub]),
            ("reperformed", &[Source::Reperformed]),
            ("all", &[Source::Config, Source::SecurityHub, Source::Reperformed]),
        ] {
            let Ok(expected) = std::fs::read(case.join(format!("expected-{name}.json"))) else { continue };
            let expected: Value = serde_json::from_slice(&expected).unwrap();
            let lines = against(&expected, &answer(&evidence, &settings(&case, &args, sources)));
            bad += lines.len();
            writeln_all(&format!("{} ({name}): {} differences", case.display(), lines.len()), &lines);
        }
    }
    assert_eq!(bad, 0, "differences from the worked cases");
}

/// Lines for a developer who looks at a failing test.
fn writeln_all(head: &str, lines: &[String]) {
    use std::io::Write as _;
    let mut out = std::io::stderr();
    writeln!(out, "{head}").unwrap();
    for line in lines.iter().take(25) {
        writeln!(out, "    {line}").unwrap();
    }
}
