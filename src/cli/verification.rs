//! The answer of `tickmark verify`, as a screen and as JSON. Decides nothing but whether all agrees.

use std::fmt::Write as _;

use serde::Serialize;

use super::manifest::Tool;
use super::results_check::{Again, Question, ResultsCheck};
use crate::lake::verify::{CommittedCheck, Difference, DifferenceKind, EvidenceCheck, Leftover, Renamed};
use crate::report::escape::visible;
use crate::report::figures::{count, counted, window};
use crate::report::json::laid_out;

/// What does not count is listed on the screen up to this number; `--format json` has all of it.
const LISTED: usize = 10;

/// A check that may not have been made.
#[derive(Debug)]
pub(super) enum Checked<T> {
    /// Nobody asked for it.
    NotAsked,
    /// It could not be made, for this reason.
    Not(String),
    /// It was made.
    Done(T),
}

/// Everything that one verification found.
#[derive(Debug)]
pub(super) struct Verification {
    /// The lake, as it was named.
    pub(super) lake_folder: String,
    /// The folder of results, as it was named; or empty.
    pub(super) results_folder: String,
    pub(super) lake: CommittedCheck,
    pub(super) evidence: Checked<EvidenceCheck>,
    pub(super) results: Option<ResultsCheck>,
}

impl Verification {
    /// Whether everything that was asked about was checked and is as it was recorded.
    pub(super) fn agrees(&self) -> bool {
        let again = self.results.as_ref().is_none_or(|results| results.again.is_same());
        self.differences().next().is_none() && again && !matches!(self.evidence, Checked::Not(_))
    }

    /// All differences with what they are of: lake, evidence, results.
    fn differences(&self) -> impl Iterator<Item = (&'static str, &Difference)> {
        let evidence = match &self.evidence {
            Checked::Done(check) => check.differences.as_slice(),
            Checked::NotAsked | Checked::Not(_) => &[],
        };
        let results = self.results.as_ref().map(|check| check.differences.as_slice()).unwrap_or_default();
        let of = |what: &'static str| move |difference| (what, difference);
        let lake = self.lake.differences.iter().map(of("lake"));
        lake.chain(evidence.iter().map(of("evidence"))).chain(results.iter().map(of("results")))
    }

    /// The screen: accounts that add up, then every difference, then the conclusion.
    pub(super) fn screen(&self) -> String {
        let mut screen = Screen::default();
        let Tool { name, version } = Tool::this();
        screen.line(&format!("{name} {version}"));
        screen.line("");
        self.lake_account(&mut screen);
        self.evidence_account(&mut screen);
        if let Some(results) = &self.results {
            self.results_account(&mut screen, results);
        }
        for (what, difference) in self.differences() {
            screen.difference(what, difference);
        }
        screen.line("");
        screen.line(&self.conclusion());
        screen.text
    }

    fn lake_account(&self, screen: &mut Screen) {
        let lake = &self.lake;
        screen.labelled("Lake", &self.lake_folder);
        let last = match lake.latest_sha256.as_str() {
            "" => String::new(),
            sha256 => format!(", the last with SHA-256 {sha256}"),
        };
        screen.more(&format!("{}{last}", counted(lake.commits, "commit")));
        let parts = [
            (lake.same, "same"),
            (lake.changed, "changed"),
            (lake.missing, "missing"),
            (lake.unreadable, "unreadable"),
        ];
        screen.more(&sum(&counted(lake.files, "file"), &parts));
        for Leftover { path, what } in lake.leftovers.iter().take(LISTED) {
            let path = if path.is_empty() { String::new() } else { format!("`{path}`: ") };
            screen.more(&format!("note: {path}{what}"));
        }
        screen.rest(lake.leftovers.len(), "file that does not count", "files that do not count");
    }

    fn evidence_account(&self, screen: &mut Screen) {
        let check = match &self.evidence {
            Checked::NotAsked => return screen.labelled("Evidence", "not looked at: none was named"),
            Checked::Not(why) => return screen.labelled("Evidence", &format!("NOT CHECKED: {why}")),
            Checked::Done(check) => check,
        };
        let all = [
            (check.same, "same"),
            (check.renamed, "renamed"),
            (check.changed, "changed"),
            (check.missing, "missing"),
            (check.moved, "moved"),
            (check.unreadable, "unreadable"),
            (check.unread, "unread as before"),
            (check.readable, "readable now"),
        ];
        let parts: Vec<_> = all.into_iter().filter(|(part, name)| *part > 0 || ALWAYS.contains(name)).collect();
        let ledger = format!("{} of the ledger", counted(check.ledger, "file"));
        screen.labelled("Evidence", &sum(&ledger, &parts));
        screen.more(&format!("{} additional", count(check.additional)));
        for renaming in check.renamings.iter().take(LISTED) {
            screen.more(&format!("note: {}", in_words(renaming)));
        }
        screen.rest(check.renamings.len(), "renamed file", "renamed files");
    }

    fn results_account(&self, screen: &mut Screen, results: &ResultsCheck) {
        screen.labelled("Results", &self.results_folder);
        if let Some(Question { tool, settings, commit }) = &results.question {
            screen.more(&format!("by {} {} from commit {commit} of the lake", tool.name, tool.version));
            let sources: Vec<&str> = settings.sources.iter().map(|source| source.name()).collect();
            let engagement = settings.engagement.as_ref().map(|name| format!("{name}, ")).unwrap_or_default();
            screen.more(&format!("{engagement}{}, {}", window(settings.window), sources.join(", ")));
        }
        let parts = [
            (results.same, "same"),
            (results.changed, "changed"),
            (results.missing, "missing"),
            (results.unreadable, "unreadable"),
        ];
        screen.more(&sum(&counted(results.files, "file"), &parts));
        match &results.again {
            Again::NotAsked(why) => screen.more(&format!("NOT ANSWERED AGAIN: {why}")),
            Again::Asked { same, other } => {
                let parts = [(*same, "same"), (*other, "other")];
                screen.more(&format!("answered again: {}", sum(&counted(same + other, "file"), &parts)));
            }
            Again::OtherTool { same, other, how } => {
                let parts = [(*same, "same"), (*other, "other")];
                screen.more(&format!("answered again: {}", sum(&counted(same + other, "file"), &parts)));
                screen.more(&format!("NOT CHECKED: {how};"));
                screen.more("that files come out otherwise says nothing of them: verify with the one that wrote them");
            }
        }
        for name in &results.leftovers {
            screen.more(&format!("note: `{name}`: left by a run that was stopped; it does not count"));
        }
    }

    fn conclusion(&self) -> String {
        let differences = self.differences().count() as u64;
        if self.agrees() {
            return "All that was checked is as it was recorded.".to_owned();
        }
        if differences == 0 {
            return "NO DIFFERENCES, BUT NOT ALL COULD BE CHECKED".to_owned();
        }
        let of = |kind: DifferenceKind| {
            let number = self.differences().filter(|(_, difference)| difference.kind == kind).count() as u64;
            (number > 0).then(|| (number, kind.name()))
        };
        let parts: Vec<_> = DifferenceKind::ALL.into_iter().filter_map(of).collect();
        sum(&counted(differences, "DIFFERENCE").replace("DIFFERENCEs", "DIFFERENCES"), &parts)
    }

    /// The same as data.
    ///
    /// # Errors
    /// Only through a fault of tickmark.
    pub(super) fn json(&self) -> serde_json::Result<Vec<u8>> {
        let evidence = match &self.evidence {
            Checked::Done(check) => Some(EvidenceAccount::of(check)),
            Checked::NotAsked | Checked::Not(_) => None,
        };
        laid_out(&Answer {
            schema: SCHEMA,
            tool: Tool::this(),
            agrees: self.agrees(),
            lake: LakeAccount::of(&self.lake),
            evidence,
            evidence_not_checked: match &self.evidence {
                Checked::Not(why) => Some(why),
                Checked::NotAsked | Checked::Done(_) => None,
            },
            results: self.results.as_ref().map(ResultsAccount::of),
            differences: self.differences().map(|(of, difference)| DifferenceRow::of(of, difference)).collect(),
        })
    }
}

/// Parts of the account of evidence that are shown also where they are nothing.
const ALWAYS: [&str; 3] = ["same", "changed", "missing"];

/// A whole and its parts, all of them: `3 files = 1 same + 2 changed`.
fn sum(whole: &str, parts: &[(u64, &str)]) -> String {
    let parts: Vec<String> = parts.iter().map(|(part, name)| format!("{} {name}", count(*part))).collect();
    format!("{whole} = {}", parts.join(" + "))
}

fn in_words(Renamed { path, bundle, path_now, bundle_now }: &Renamed) -> String {
    let place = |path: &str, bundle: &str| match bundle {
        "" => format!("`{path}`"),
        bundle => format!("`{bundle} > {path}`"),
    };
    format!("{} is now {}", place(path, bundle), place(path_now, bundle_now))
}

/// A screen in the making; every text of it is made visible.
#[derive(Default)]
struct Screen {
    text: String,
}

impl Screen {
    fn line(&mut self, text: &str) {
        self.text.push_str(&visible(text));
        self.text.push('\n');
    }

    fn labelled(&mut self, label: &str, text: &str) {
        self.line(&format!("{label:<13}{text}"));
    }

    fn more(&mut self, text: &str) {
        self.labelled("", text);
    }

    /// How many more there are than were listed.
    fn rest(&mut self, all: usize, one: &str, several: &str) {
        match all.saturating_sub(LISTED) {
            0 => {}
            1 => self.more(&format!("note: and 1 more {one}")),
            more => self.more(&format!("note: and {} more {several}", count(more as u64))),
        }
    }

    fn difference(&mut self, what: &str, difference: &Difference) {
        let Difference { kind, file, bundle, expected, found, to_do } = difference;
        let bundle = if bundle.is_empty() { String::new() } else { format!("{bundle} > ") };
        self.line("");
        self.line(&format!("{what}, {}: {bundle}{file}", kind.name()));
        let mut row = |label: &str, text: &str| {
            // Writing to a string cannot fail.
            let _ = writeln!(self.text, "  {label:<10}{}", visible(text));
        };
        row("expected", expected);
        row("found", found);
        row("do", to_do);
    }
}

/// The version of the layout of the answer as JSON.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Answer<'a> {
    schema: u32,
    tool: Tool,
    agrees: bool,
    lake: LakeAccount<'a>,
    evidence: Option<EvidenceAccount<'a>>,
    evidence_not_checked: Option<&'a str>,
    results: Option<ResultsAccount<'a>>,
    differences: Vec<DifferenceRow<'a>>,
}

#[derive(Serialize)]
struct LakeAccount<'a> {
    commits: u64,
    latest_commit_sha256: &'a str,
    files: u64,
    same: u64,
    changed: u64,
    missing: u64,
    unreadable: u64,
    leftovers: Vec<LeftoverRow<'a>>,
}

impl<'a> LakeAccount<'a> {
    fn of(check: &'a CommittedCheck) -> Self {
        Self {
            commits: check.commits,
            latest_commit_sha256: &check.latest_sha256,
            files: check.files,
            same: check.same,
            changed: check.changed,
            missing: check.missing,
            unreadable: check.unreadable,
            leftovers: check.leftovers.iter().map(|left| LeftoverRow { file: &left.path, what: left.what }).collect(),
        }
    }
}

#[derive(Serialize)]
struct LeftoverRow<'a> {
    file: &'a str,
    what: &'a str,
}

#[derive(Serialize)]
struct EvidenceAccount<'a> {
    ledger: u64,
    same: u64,
    renamed: u64,
    changed: u64,
    missing: u64,
    moved: u64,
    unreadable: u64,
    unread_as_before: u64,
    readable_now: u64,
    additional: u64,
    renamings: Vec<RenamedRow<'a>>,
}

impl<'a> EvidenceAccount<'a> {
    fn of(check: &'a EvidenceCheck) -> Self {
        let row = |Renamed { path, bundle, path_now, bundle_now }: &'a Renamed| RenamedRow {
            file: path,
            bundle,
            file_now: path_now,
            bundle_now,
        };
        Self {
            ledger: check.ledger,
            same: check.same,
            renamed: check.renamed,
            changed: check.changed,
            missing: check.missing,
            moved: check.moved,
            unreadable: check.unreadable,
            unread_as_before: check.unread,
            readable_now: check.readable,
            additional: check.additional,
            renamings: check.renamings.iter().map(row).collect(),
        }
    }
}

#[derive(Serialize)]
struct RenamedRow<'a> {
    file: &'a str,
    bundle: &'a str,
    file_now: &'a str,
    bundle_now: &'a str,
}

#[derive(Serialize)]
struct ResultsAccount<'a> {
    written_by: Option<&'a Tool>,
    commit: Option<u64>,
    files: u64,
    same: u64,
    changed: u64,
    missing: u64,
    unreadable: u64,
    answered_again: Option<AgainAccount<'a>>,
    not_answered_again: Option<&'a str>,
    leftovers: &'a [String],
}

impl<'a> ResultsAccount<'a> {
    fn of(check: &'a ResultsCheck) -> Self {
        let (again, not) = match &check.again {
            Again::NotAsked(why) => (None, Some(why.as_str())),
            Again::Asked { same, other } => (Some((same, other, None)), None),
            Again::OtherTool { same, other, how } => (Some((same, other, Some(how.as_str()))), None),
        };
        Self {
            written_by: check.question.as_ref().map(|question| &question.tool),
            commit: check.question.as_ref().map(|question| question.commit),
            files: check.files,
            same: check.same,
            changed: check.changed,
            missing: check.missing,
            unreadable: check.unreadable,
            answered_again: again.map(|(same, other, how)| AgainAccount {
                files: same + other,
                same: *same,
                other: *other,
                by_another_tool: how,
            }),
            not_answered_again: not,
            leftovers: &check.leftovers,
        }
    }
}

#[derive(Serialize)]
struct AgainAccount<'a> {
    files: u64,
    same: u64,
    other: u64,
    by_another_tool: Option<&'a str>,
}

#[derive(Serialize)]
struct DifferenceRow<'a> {
    of: &'a str,
    kind: &'a str,
    file: &'a str,
    bundle: &'a str,
    expected: &'a str,
    found: &'a str,
    to_do: &'a str,
}

impl<'a> DifferenceRow<'a> {
    fn of(of: &'a str, difference: &'a Difference) -> Self {
        let Difference { kind, file, bundle, expected, found, to_do } = difference;
        Self { of, kind: kind.name(), file, bundle, expected, found, to_do }
    }
}
