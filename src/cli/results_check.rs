//! Whether a folder of result files still is the set that was written, and whether the lake still gives it.
//! Writes nothing.
//!
//! Three things are asked, each by itself: whether the files are those of the manifest, whether the lake has the
//! commit that they answer from, and whether the same question, put to the lake as it was at that commit, gives the
//! same bytes. A manifest that was changed along with a file passes the first; it does not pass the third.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::manifest::{MANIFEST, Manifest, ResultFile, Tool};
use super::settings::UsageError;
use crate::engine::settings::Settings;
use crate::engine::{self, AssessError};
use crate::lake::verify::{Difference, DifferenceKind};
use crate::lake::{Lake, LakeError};
use crate::report;

const RUN_AGAIN: &str = "make the results again with `tickmark assess`";
const OTHER_LAKE: &str = "name with --lake the lake that the results were made from";

/// What became of a set of result files; the parts add up to the whole.
#[derive(Debug, Default)]
pub(super) struct ResultsCheck {
    /// What the manifest says beside the files; `None` where it cannot be read.
    pub(super) question: Option<Question>,
    /// Files that the manifest names: same + changed + missing + unreadable.
    pub(super) files: u64,
    /// Of these: with the bytes that it says.
    pub(super) same: u64,
    /// Of these: with others.
    pub(super) changed: u64,
    /// Of these: not there.
    pub(super) missing: u64,
    /// Of these: there, and not to be read.
    pub(super) unreadable: u64,
    /// What came of answering again.
    pub(super) again: Again,
    /// What is not as recorded: the manifest first, then files in its order.
    pub(super) differences: Vec<Difference>,
    /// Files of a run that was stopped while it wrote; they do not count.
    pub(super) leftovers: Vec<String>,
}

/// What a set answers.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) tool: Tool,
    pub(super) settings: Settings,
    /// The number of the commit it answers from.
    pub(super) commit: u64,
}

/// What came of asking the lake again.
#[derive(Debug)]
pub(super) enum Again {
    /// It was not asked, for this reason.
    NotAsked(String),
    /// Files that came out the same, and otherwise.
    Asked {
        /// With the same bytes.
        same: u64,
        /// With others.
        other: u64,
    },
    /// Another tickmark was asked than the one that wrote the set, and some files came out otherwise, which says
    /// nothing of them.
    OtherTool {
        /// With the same bytes.
        same: u64,
        /// With others.
        other: u64,
        /// How the two tell themselves apart.
        how: String,
    },
}

impl Default for Again {
    fn default() -> Self {
        Self::NotAsked("the manifest cannot be used".to_owned())
    }
}

impl Again {
    /// Whether the lake gives every file again.
    pub(super) fn is_same(&self) -> bool {
        matches!(self, Self::Asked { other: 0, .. })
    }
}

/// Checks the result files in `folder` against its manifest and against `lake`, which is `None` where its commit
/// records are no whole chain.
///
/// # Errors
/// When the folder is not there, or the lake cannot be read.
pub(super) fn check(folder: &Path, lake: Option<&Lake>) -> anyhow::Result<ResultsCheck> {
    if !folder.is_dir() {
        let text = format!("there is no folder `{}`: name with --results the folder of a run", folder.display());
        return Err(UsageError(text).into());
    }
    let mut check = ResultsCheck { leftovers: leftovers(folder), ..ResultsCheck::default() };
    let Some(manifest) = check.read_manifest(folder) else { return Ok(check) };
    for file in &manifest.files {
        check.compare(folder, file);
    }
    check.again = check.ask_again(folder, &manifest, lake)?;
    Ok(check)
}

impl ResultsCheck {
    fn differ(&mut self, kind: DifferenceKind, file: &str, expected: String, found: String, to_do: &'static str) {
        let (file, bundle) = (file.to_owned(), String::new());
        self.differences.push(Difference { kind, file, bundle, expected, found, to_do });
    }

    fn read_manifest(&mut self, folder: &Path) -> Option<Manifest> {
        let expected = "the manifest of a whole set of result files".to_owned();
        let text = match fs::read(folder.join(MANIFEST)) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let found = "none: what wrote the files was stopped before it came to its end, or knew no manifest";
                self.differ(DifferenceKind::Missing, MANIFEST, expected, found.to_owned(), RUN_AGAIN);
                return None;
            }
            Err(error) => {
                self.differ(DifferenceKind::Unreadable, MANIFEST, expected, error.to_string(), RUN_AGAIN);
                return None;
            }
        };
        let parsed = Manifest::parse(&text).and_then(|manifest| Ok((manifest.settings()?, manifest)));
        match parsed {
            Ok((settings, manifest)) => {
                let tool = Tool { name: manifest.tool.name.clone(), version: manifest.tool.version.clone() };
                self.question = Some(Question { tool, settings, commit: manifest.lake.commit });
                Some(manifest)
            }
            Err(why) => {
                self.differ(DifferenceKind::Changed, MANIFEST, expected, why, RUN_AGAIN);
                None
            }
        }
    }

    /// Holds a file against what the manifest says of it.
    fn compare(&mut self, folder: &Path, file: &ResultFile) {
        self.files += 1;
        let recorded = in_words(file);
        if !report::FILES.contains(&file.name.as_str()) {
            self.changed += 1;
            let found = "the manifest names a file that no run writes, which was not read".to_owned();
            self.differ(DifferenceKind::Changed, &file.name, recorded, found, RUN_AGAIN);
            return;
        }
        match described(folder, &file.name) {
            Ok(found) if (found.bytes, &found.sha256) == (file.bytes, &file.sha256) => self.same += 1,
            Ok(found) => {
                self.changed += 1;
                self.differ(DifferenceKind::Changed, &file.name, recorded, in_words(&found), RUN_AGAIN);
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.missing += 1;
                self.differ(DifferenceKind::Missing, &file.name, recorded, "no such file".to_owned(), RUN_AGAIN);
            }
            Err(error) => {
                self.unreadable += 1;
                self.differ(DifferenceKind::Unreadable, &file.name, recorded, error.to_string(), RUN_AGAIN);
            }
        }
    }

    /// Says of a changed file where, now that it is known what it held.
    fn tell_line(&mut self, folder: &Path, name: &str, bytes: &[u8]) {
        let is_changed =
            |difference: &&mut Difference| difference.kind == DifferenceKind::Changed && difference.file == name;
        if let Some(difference) = self.differences.iter_mut().find(is_changed) {
            difference.found.push_str(&first_other_line(folder, name, bytes));
        }
    }

    /// Asks the lake, as it was then, what the set says it was asked.
    fn ask_again(&mut self, folder: &Path, manifest: &Manifest, lake: Option<&Lake>) -> anyhow::Result<Again> {
        let not_asked = |why: &str| Ok(Again::NotAsked(why.to_owned()));
        let Some(lake) = lake else { return not_asked("the commit records of the lake are no whole chain") };
        let (commit, sha256) = (manifest.lake.commit, manifest.lake.commit_sha256.as_str());
        let Some(lake_then) = lake.as_of(commit, sha256) else {
            let expected = format!("an answer from commit {commit} of the lake, whose record has SHA-256 {sha256}");
            let found = format!("no such commit among the {} of the lake", lake.commits().len());
            self.differ(DifferenceKind::Changed, MANIFEST, expected, found, OTHER_LAKE);
            return not_asked("the lake does not have the commit that the results answer from");
        };
        let is_this = manifest.tool == Tool::this() && manifest.has_catalog_of_this();
        let Some(question) = &self.question else { return not_asked("the manifest cannot be used") };
        let answer = match answer(&lake_then, manifest, &question.settings) {
            Ok(answer) => answer,
            Err(NoAnswer::Damaged(why)) => return Ok(Again::NotAsked(why)),
            Err(NoAnswer::Refused(why)) if !is_this => {
                return Ok(Again::NotAsked(format!("{}: {why}", other(manifest))));
            }
            Err(NoAnswer::Refused(why)) => {
                let expected = "settings and a catalog that can be answered".to_owned();
                self.differ(DifferenceKind::Changed, MANIFEST, expected, why, RUN_AGAIN);
                return not_asked("the settings or the catalog in the manifest cannot be answered");
            }
            Err(NoAnswer::Failed(error)) => return Err(error),
        };
        let recorded: BTreeMap<&str, &ResultFile> =
            manifest.files.iter().map(|file| (file.name.as_str(), file)).collect();
        let (mut same, mut differing) = (0, Vec::new());
        for (name, bytes) in &answer {
            let given = ResultFile::of(name, bytes);
            match recorded.get(name) {
                Some(file) if (file.bytes, &file.sha256) == (given.bytes, &given.sha256) => {
                    same += 1;
                    self.tell_line(folder, name, bytes);
                }
                recorded => differing.push((given, bytes, recorded.copied())),
            }
        }
        let count = report::figures::length(&differing);
        if !is_this && count > 0 {
            return Ok(Again::OtherTool { same, other: count, how: other(manifest) });
        }
        for (given, bytes, recorded) in differing {
            let expected = format!("as the lake answers: {}", in_words(&given));
            let found = match recorded {
                None => "the manifest names no such file".to_owned(),
                Some(recorded) => format!("{}{}", in_words(recorded), first_other_line(folder, &given.name, bytes)),
            };
            self.differ(DifferenceKind::Changed, &given.name, expected, found, RUN_AGAIN);
        }
        Ok(Again::Asked { same, other: count })
    }
}

/// Why the lake gives no answer.
enum NoAnswer {
    /// A file of it is not as its commit says.
    Damaged(String),
    /// The question cannot be put.
    Refused(String),
    /// Something else went wrong.
    Failed(anyhow::Error),
}

/// The result files that the lake gives.
fn answer(lake: &Lake, manifest: &Manifest, settings: &Settings) -> Result<Vec<(&'static str, Vec<u8>)>, NoAnswer> {
    let catalog = manifest.catalog().map_err(|error| NoAnswer::Refused(error.to_string()))?;
    let failed = |error: AssessError| match error {
        AssessError::Lake(error @ LakeError::Damaged { .. }) => NoAnswer::Damaged(error.to_string()),
        AssessError::Lake(_) | AssessError::NotAnAccount(_) => NoAnswer::Failed(error.into()),
        refused => NoAnswer::Refused(refused.to_string()),
    };
    engine::check(&catalog, settings).map_err(failed)?;
    let mut assessment = engine::assess(lake, &catalog, settings).map_err(failed)?;
    Manifest::join_samples(&manifest.samples, &mut assessment);
    report::files(&assessment).map_err(|error| NoAnswer::Failed(error.into()))
}

/// How the tickmark that wrote a set tells itself from this one.
fn other(manifest: &Manifest) -> String {
    let (Tool { name, version }, this) = (&manifest.tool, Tool::this());
    if *version == this.version && *name == this.name {
        format!("{name} {version} with another catalog built in wrote the results")
    } else {
        format!("{name} {version} wrote the results, this is {} {}", this.name, this.version)
    }
}

fn in_words(file: &ResultFile) -> String {
    format!("{} bytes with SHA-256 {}", file.bytes, file.sha256)
}

/// A result file as it is.
fn described(folder: &Path, name: &str) -> io::Result<ResultFile> {
    let mut file = File::open(folder.join(name))?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        bytes += read as u64;
        digest.update(buffer.get(..read).unwrap_or_default());
    }
    Ok(ResultFile { name: name.to_owned(), bytes, sha256: hex::encode(digest.finalize()) })
}

/// Where a file and what it should hold part ways, as the end of a sentence; nothing where they do not.
fn first_other_line(folder: &Path, name: &str, given: &[u8]) -> String {
    let Ok(file) = File::open(folder.join(name)) else { return String::new() };
    let mut line = 1_u64;
    let mut given = given.iter();
    for byte in BufReader::new(file).bytes() {
        let Ok(byte) = byte else { return String::new() };
        if given.next() != Some(&byte) {
            return format!("; line {line} is the first that differs");
        }
        line += u64::from(byte == b'\n');
    }
    if given.next().is_some() { format!("; it ends before line {line}") } else { String::new() }
}

/// What a run that was stopped left of files that it wrote.
fn leftovers(folder: &Path) -> Vec<String> {
    let names = report::FILES.iter().chain([&MANIFEST]).map(|name| format!("{name}.new"));
    let folders = ["lake.new", "lake.old"].map(str::to_owned);
    names.chain(folders).filter(|name| folder.join(name).exists()).collect()
}
/// The manifest of a set whose tables are as it says.
///
/// # Errors
/// What is wrong, in words.
pub(super) fn of_tables(folder: &Path) -> Result<Manifest, String> {
    let text = std::fs::read(folder.join(MANIFEST)).map_err(|error| format!("`{MANIFEST}` cannot be read: {error}"))?;
    let manifest = Manifest::parse(&text)?;
    for name in report::FILES.iter().filter(|name| name.strip_suffix(".parquet").is_some()) {
        let recorded = manifest.files.iter().find(|file| file.name == **name);
        let recorded = recorded.ok_or_else(|| format!("its manifest names no `{name}`: another version wrote it"))?;
        let found = described(folder, name).map_err(|error| format!("`{name}` cannot be read: {error}"))?;
        if (found.bytes, &found.sha256) != (recorded.bytes, &recorded.sha256) {
            return Err(format!("`{name}` is not the file that was written"));
        }
    }
    Ok(manifest)
}
