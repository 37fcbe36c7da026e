//! Names out of the evidence on the screen and in tables: none moves a terminal or starts a formula.

use crate::fixtures::{BUCKET, GROUP, HOME, at, get_findings};
use crate::harness::{Answer, TestDir, run_in};

/// Names that an attacker would choose.
pub(crate) const NAMES: [&str; 12] = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2",
    "@SUM(A1)",
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "two\r\nlines\tand a tab",
    "reversed \u{202e}txt.exe",
    "<script>alert(1)</script>",
    "quote\",and,comma;semicolon",
    "spelled _x0041__x000D_ in a workbook",
    " space around and a | bar \\ in it ",
    "\u{fffe}\u{1f512} signs that XML has not",
];

/// A run in which every name stands wherever evidence may put one.
fn hostile() -> (TestDir, Answer) {
    let dir = TestDir::new();
    for (number, name) in NAMES.iter().enumerate() {
        let finding = HOME.finding(name, ("AwsS3Bucket", name), &at(12, 0), name);
        dir.json(&format!("finding-{number}.json"), &get_findings(&[finding]));
        let items = [
            HOME.compliance(GROUP, name, &at(12, 0), &[("restricted-ssh", "NON_COMPLIANT"), (name, "COMPLIANT")]),
            HOME.item(BUCKET, name, &at(12, 0)),
            HOME.item(name, name, &at(12, 0)),
            HOME.item(GROUP, "sg-1", name),
        ];
        dir.json(&format!("items-{number}.json"), &serde_json::json!({ "configurationItems": items }));
        let unknown = serde_json::json!({ *name: name });
        dir.json(&format!("unknown-{number}.json"), &unknown);
        if !name.contains('/') {
            dir.evidence(&format!("{name}.json"), "not json");
        }
    }
    let answer = dir.answer(&[]);
    (dir, answer)
}

fn is_harmless(text: &str) -> Result<(), String> {
    let unseen = |character: &char| {
        (character.is_control() && *character != '\n')
            || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    match text.chars().find(unseen) {
        Some(character) => Err(format!("{character:?} in:\n{}", text.escape_debug())),
        None => Ok(()),
    }
}

#[test]
fn the_screen_and_stderr_show_every_character() {
    let (_dir, answer) = hostile();
    is_harmless(&answer.run.stdout).unwrap();
    is_harmless(&answer.run.stderr).unwrap();
    assert!(answer.run.stdout.contains("\\u{1b}[2J"), "{}", answer.run.stdout);
}

#[test]
fn no_cell_of_a_table_starts_a_formula() {
    let (_dir, answer) = hostile();
    for name in ["controls.csv", "exceptions.csv", "coverage.csv", "subjects.csv", "ledger.csv"] {
        for row in answer.table(name) {
            for (column, cell) in row {
                let is_dangerous = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
                assert!(!is_dangerous, "{name}, {column}: {cell:?}");
            }
        }
    }
}

#[test]
fn a_name_comes_back_whole_from_tables_and_json() {
    let (_dir, answer) = hostile();
    let mut ids: Vec<String> = answer.subjects("C10").iter().map(|row| row["resource_id"].clone()).collect();
    for id in &mut ids {
        *id = id.strip_prefix('\'').unwrap_or(id).to_owned();
    }
    ids.sort_unstable();
    let mut names: Vec<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    names.sort_unstable();
    assert_eq!(ids, names);
    let results = answer.results();
    let mut rules: Vec<&str> =
        results["unmapped_rules"].as_array().unwrap().iter().map(|rule| rule["rule"].as_str().unwrap()).collect();
    rules.sort_unstable();
    assert_eq!(rules, names);
    is_harmless(std::str::from_utf8(answer.bytes("results.json")).unwrap()).unwrap();
}

#[test]
fn messages_about_arguments_are_harmless_too() {
    let dir = TestDir::new();
    for name in NAMES.iter().filter(|name| !name.starts_with(['-', '@'])) {
        for arguments in [
            vec!["run", name, "--from", "2026-01-01", "--through", "2026-01-02", "--out", "out"],
            vec!["run", "evidence", "--from", name, "--through", "2026-01-02", "--out", "out"],
            vec![
                "run",
                "evidence",
                "--from",
                "2026-01-01",
                "--through",
                "2026-01-02",
                "--out",
                "out",
                "--control",
                name,
            ],
            vec!["controls", name],
        ] {
            let run = run_in(&dir.path(""), &arguments);
            assert_eq!(run.status, 2, "{arguments:?}: {}", run.stderr);
            is_harmless(&run.stderr).unwrap();
        }
    }
}

#[test]
fn files_named_like_commands_are_only_names() {
    let dir = TestDir::new();
    let item = HOME.item(GROUP, "sg-1", &at(12, 0)).to_string();
    for name in ["--help", "$(touch owned)", "`touch owned`", "a;touch owned", "%s%n", "-"] {
        dir.evidence(name, &item);
    }
    let answer = dir.answer(&[]);
    assert_eq!(answer.table("ledger.csv").len(), 6);
    assert!(!dir.path("owned").exists() && !dir.path("evidence/owned").exists());
}
