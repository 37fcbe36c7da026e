//! Random estates, hostile on purpose: the program's answer against the oracle's.

mod account_side;
mod by_hand;
mod cases;
mod config_side;
mod estate;
mod findings_side;
pub(crate) mod random;
mod raw_cases;
mod raw_side;
mod request;
mod rules;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use crate::oracle::evidence::Evidence;
use crate::oracle::{ScopeAccount, Source, answer, compare, places, read_folder};
use crate::queries::counted_otherwise;
use estate::{DAY, Estate, day};

/// What may differ between two runs of one estate.
const RUNS: [(&str, &[Source]); 4] = [
    ("config", &[Source::Config]),
    ("securityhub", &[Source::SecurityHub]),
    ("reperformed", &[Source::Reperformed]),
    ("all", &[Source::Config, Source::SecurityHub, Source::Reperformed]),
];

/// How an estate is compared.
#[derive(Clone, Copy, PartialEq)]
enum Held {
    /// To every word of the definition.
    Strictly,
    /// Except where the program is known to answer otherwise; each such point is a case of its own in `cases`.
    ExceptTheKnown,
}

/// Runs the program over an estate and returns its differences from the oracle.
fn differences(estate: &Estate, folder: &Path, held: Held) -> Vec<String> {
    let evidence_folder = folder.join("evidence");
    estate.write(&evidence_folder);
    let evidence = read_folder(&evidence_folder);
    let mut lines = Vec::new();
    for (name, sources) in RUNS {
        let out = folder.join(name);
        let output = run(estate, folder, &out, sources);
        if !out.join("results.json").exists() {
            lines.push(format!("{name}: no results: {}", String::from_utf8_lossy(&output.stderr)));
            continue;
        }
        let found = compared(estate, &evidence, &out, sources, held);
        lines.extend(found.into_iter().map(|line| format!("{name}: {line}")));
    }
    if folder.join("all/results.json").exists() {
        lines.extend(counted_otherwise(&folder.join("all")));
    }
    for (name, _) in RUNS.iter().filter(|run| run.1.len() == 1) {
        if folder.join("all/results.json").exists() {
            lines.extend(compare::source_differences(&folder.join("all"), &folder.join(name), name));
        }
    }
    lines
}

/// One run of the program.
fn run(estate: &Estate, folder: &Path, out: &Path, sources: &[Source]) -> Output {
    // No answer depends on the number of threads.
    let threads = if estate.files.len().is_multiple_of(2) { "1" } else { "3" };
    let mut command = Command::new(env!("CARGO_BIN_EXE_tickmark"));
    command.arg("run").arg(folder.join("evidence")).arg("--out").arg(out).args(["--threads", threads]);
    command.args(["--from", &day(estate.from), "--through", &day(estate.until - DAY)]);
    for source in sources {
        command.args(["--source", source.word()]);
    }
    if let Some(text) = estate.engagement() {
        let file = folder.join("engagement.toml");
        std::fs::write(&file, text).unwrap();
        command.arg("--engagement").arg(file);
    }
    if let Some(text) = estate.scope_file() {
        std::fs::write(folder.join("scope.csv"), text).unwrap();
    }
    command.output().unwrap()
}

/// What one run left, against the oracle.
fn compared(estate: &Estate, evidence: &Evidence, out: &Path, sources: &[Source], held: Held) -> Vec<String> {
    let mut settings = estate.settings(sources);
    if held == Held::ExceptTheKnown && settings.scope.is_none() {
        // See `the_owner_of_an_organization_trail_is_seen_only_in_its_arn`.
        settings.scope = Some(every_account(evidence));
    }
    let expected = answer(evidence, &settings);
    let mut lines = compare::subject_differences(&expected, out);
    lines.extend(compare::account_differences(&expected, out));
    lines.extend(compare::differences(&expected, &compare::left_by_program(out)));
    lines
}

/// Every account that evidence of its own speaks of, as a scope list.
fn every_account(evidence: &Evidence) -> Vec<ScopeAccount> {
    let ids: BTreeSet<String> = places(evidence).into_iter().map(|place| place.0).collect();
    let line = |id| ScopeAccount { id, environment: None, in_scope: true, regions: Vec::new() };
    ids.into_iter().map(line).collect()
}

/// The first seed and how many, from the environment or the few that every run takes.
#[expect(clippy::disallowed_methods, reason = "a developer may ask for more seeds")]
fn seeds() -> (u64, u64) {
    let number =
        |name: &str, otherwise: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise);
    (number("TICKMARK_FIRST_SEED", 1), number("TICKMARK_SEEDS", 14))
}

/// Where a developer wants the estate of the first seed to stay.
#[expect(clippy::disallowed_methods, reason = "a developer may want to look at an estate")]
fn kept() -> Option<std::path::PathBuf> {
    std::env::var_os("TICKMARK_KEEP").map(Into::into)
}

#[test]
fn random_estates_get_the_answer_of_the_definition() {
    let (first, count) = seeds();
    let mut bad = Vec::new();
    for seed in first..first + count {
        let folder = tempfile::tempdir().unwrap();
        let lines =
            differences(&Estate::new(seed), &kept().unwrap_or_else(|| folder.path().to_owned()), Held::ExceptTheKnown);
        if !lines.is_empty() {
            bad.push(format!(
                "seed {seed}: {} differences\n    {}",
                lines.len(),
                lines.iter().take(12).cloned().collect::<Vec<_>>().join("\n    ")
            ));
        }
    }
    assert!(bad.is_empty(), "{} of {count} estates differ\n{}", bad.len(), bad.join("\n"));
}
