//! Records as they stand in the original evidence, which a lake does not keep: found again by the ledger,
//! and handed out only where the file's bytes still are those that were read.
//!
//! Where a file lies now decides nothing: its SHA-256 does. Names only say where to look first.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;

use crate::evidence::{Custody, EvidenceFile, LeafName, Limits, Refusal, Visitor, discover, visit};
use crate::formats::records::{CREDENTIAL_COLUMNS, Record};
use crate::formats::{FileName, Kind, RecordSink, Supplied, parse};
use crate::model::{Instant, Problem, Recorder};

use super::LakeError;

/// The largest report that is read as text; real ones are far smaller.
const REPORT_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// A file of the ledger, with the records of it that are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedFile {
    /// Its id in the ledger.
    pub evidence_id: String,
    /// Its path in the ledger.
    pub path: String,
    /// Its bundle in the ledger, or empty.
    pub bundle: String,
    /// Its SHA-256 in the ledger.
    pub sha256: String,
    /// Its kind in the ledger.
    pub kind: String,
    /// The account that the ledger states, or empty.
    pub account: String,
    /// The region that the ledger states, or empty.
    pub region: String,
    /// The time that the ledger says it speaks for, if any.
    pub evidence_time: Option<Instant>,
    /// Numbers of the records wanted; none where only the file is to be checked.
    pub records: BTreeSet<u64>,
}

/// What became of a wanted file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Original {
    /// Its bytes are those of the ledger; the records by number, those that could be found.
    Same(BTreeMap<u64, OriginalRecord>),
    /// There is a file in its place, and it has other bytes.
    Differs {
        /// The SHA-256 that it has.
        sha256: String,
    },
    /// There is no such file where it was looked for.
    Missing,
}

/// A record as it stands in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginalRecord {
    /// The header that gives its values their names, where it is a line of a table.
    pub header: Option<String>,
    /// Its text.
    pub text: String,
}

/// Finds files again and takes records out of them; the answers are in the order of `wanted`.
///
/// With `offered`, among these files, bundles opened; without, at the paths of the ledger seen from the
/// working folder. Only files that may be meant are read.
///
/// # Errors
/// When a place on disk went away while it was looked at.
pub fn originals(
    wanted: &[WantedFile],
    offered: Option<&[EvidenceFile]>,
    limits: &Limits,
) -> Result<Vec<Original>, LakeError> {
    let named = if offered.is_none() { as_named(wanted)? } else { Vec::new() };
    let places = offered.unwrap_or(&named);
    let mut search = Search::new(wanted);
    let mut is_read: BTreeSet<usize> = BTreeSet::new();
    for nearness in Nearness::ALL {
        for (number, place) in places.iter().enumerate() {
            let may_hold = search.unfound().any(|file| nearness.fits(place, file));
            if may_hold && is_read.insert(number) {
                visit(place, limits, &AtomicU64::new(0), &mut search);
            }
        }
    }
    Ok(search.found)
}

/// The files that lie where the ledger's paths lead from the working folder.
fn as_named(wanted: &[WantedFile]) -> Result<Vec<EvidenceFile>, LakeError> {
    let mut places: Vec<EvidenceFile> = Vec::new();
    for path in wanted.iter().flat_map(places_of).collect::<BTreeSet<&str>>() {
        let place = PathBuf::from(path);
        if !path.is_empty() && place.is_file() {
            let found = discover(&[place])?.files;
            places.extend(found.into_iter().map(|found| found.renamed(path)));
        }
    }
    Ok(places)
}

/// The paths at which a file may lie on disk: inside the outermost bundle around it, or by itself, as a bundle
/// that was unpacked since leaves it.
fn places_of(file: &WantedFile) -> impl Iterator<Item = &str> {
    let bundle = file.bundle.split(" > ").next().filter(|bundle| !bundle.is_empty());
    bundle.into_iter().chain([file.path.as_str()])
}

/// How well a place fits a file's path in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nearness {
    /// It is the path.
    Same,
    /// It is below the argument, whatever the argument is called now.
    Renamed,
    /// It has the file's name.
    Name,
    /// It may be a bundle.
    Bundle,
}

impl Nearness {
    const ALL: [Self; 4] = [Self::Same, Self::Renamed, Self::Name, Self::Bundle];

    fn fits(self, place: &EvidenceFile, file: &WantedFile) -> bool {
        let mut known = places_of(file);
        match self {
            Self::Same => known.any(|known| place.path() == known),
            Self::Renamed => known.any(|known| below(&place.path()).is_some_and(|path| Some(path) == below(known))),
            Self::Name => known.any(|known| last(&place.path()) == last(known)),
            Self::Bundle => {
                let name = last(&place.path()).to_lowercase();
                [".zip", ".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst", ".tar.xz", ".txz"]
                    .iter()
                    .any(|suffix| name.ends_with(suffix))
            }
        }
    }
}

/// A path without the argument's own name, where there is more of it.
pub(super) fn below(path: &str) -> Option<&str> {
    path.split_once('/').map(|(_, below)| below)
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A search under way.
struct Search<'a> {
    wanted: &'a [WantedFile],
    found: Vec<Original>,
    buffer: Vec<u8>,
    /// What the leaf at hand holds for each file that it may be.
    at_hand: Vec<(usize, BTreeMap<u64, OriginalRecord>)>,
}

impl<'a> Search<'a> {
    fn new(wanted: &'a [WantedFile]) -> Self {
        let found = vec![Original::Missing; wanted.len()];
        Self { wanted, found, buffer: Vec::new(), at_hand: Vec::new() }
    }

    fn unfound(&self) -> impl Iterator<Item = &'a WantedFile> {
        let pairs = self.wanted.iter().zip(&self.found);
        pairs.filter(|(_, found)| !matches!(found, Original::Same(_))).map(|(file, _)| file)
    }
}

impl Visitor for Search<'_> {
    fn leaf(&mut self, name: &LeafName, content: &mut dyn Read) {
        self.at_hand.clear();
        let pairs = self.wanted.iter().zip(&self.found).enumerate();
        let open = pairs.filter(|(_, (_, found))| !matches!(found, Original::Same(_)));
        let mut numbers: Vec<usize> =
            open.filter(|(_, (file, _))| last(&file.path) == last(&name.path)).map(|(number, _)| number).collect();
        // Files of one name are told apart by their hash, which is known behind the last byte; until then the
        // one that stood in this very place is the likeliest.
        numbers.sort_by_key(|number| {
            !self.wanted.get(*number).is_some_and(|file| is_in_its_place(&name.path, &file.path))
        });
        let Some(file) = numbers.first().and_then(|number| self.wanted.get(*number)) else { return };
        let wanted: BTreeSet<u64> = numbers
            .iter()
            .filter_map(|number| self.wanted.get(*number))
            .flat_map(|file| &file.records)
            .copied()
            .collect();
        let records =
            if wanted.is_empty() { BTreeMap::new() } else { records_of(file, content, &wanted, &mut self.buffer) };
        self.at_hand = numbers.into_iter().map(|number| (number, records.clone())).collect();
    }

    fn finished(&mut self, name: &LeafName, custody: &Custody, _fault: Option<&Problem>) {
        for (number, mut records) in std::mem::take(&mut self.at_hand) {
            let (Some(file), Some(found)) = (self.wanted.get(number), self.found.get_mut(number)) else { continue };
            if custody.sha256 == file.sha256 {
                records.retain(|record, _| file.records.contains(record));
                *found = Original::Same(records);
            } else if *found == Original::Missing && is_in_its_place(&name.path, &file.path) {
                *found = Original::Differs { sha256: custody.sha256.clone() };
            }
        }
    }

    fn bundle(&mut self, _path: &str, _outer: &str, _custody: &Custody, _members: u64, _fault: Option<&Problem>) {}

    fn refused(&mut self, _refusal: &Refusal) {}
}

/// Whether a file found at one path stands where the ledger says that it stood: under the same argument, whatever
/// that is called now, or under a folder of it.
pub(super) fn is_in_its_place(found: &str, in_ledger: &str) -> bool {
    let is_below = below(found).is_some_and(|path| Some(path) == below(in_ledger));
    let leads_to = |end: &str| end.is_empty() || end.ends_with('/');
    is_below || in_ledger.strip_suffix(found).is_some_and(leads_to)
}

/// Records by number out of a file's inflated content.
fn records_of(
    file: &WantedFile,
    content: &mut dyn Read,
    wanted: &BTreeSet<u64>,
    buffer: &mut Vec<u8>,
) -> BTreeMap<u64, OriginalRecord> {
    if file.kind == Kind::IamCredentialReport.name() {
        return lines_of(file, content, wanted, buffer);
    }
    parsed(file, content, wanted, buffer)
}

fn parsed(
    file: &WantedFile,
    content: &mut dyn Read,
    wanted: &BTreeSet<u64>,
    buffer: &mut Vec<u8>,
) -> BTreeMap<u64, OriginalRecord> {
    // Records that do not say account, region or time themselves took them from the path or from options; the
    // ledger knows what they were.
    let time = file.evidence_time.map(|time| time.to_string()).unwrap_or_default();
    let hint_path = format!("{}/{}/{}/{time}", file.path, file.account, file.region);
    let mut taken = Taken { wanted, records: BTreeMap::new() };
    let name = FileName { path: &file.path, hint_path: &hint_path };
    let _report = parse(name, &Supplied::default(), content, buffer, &mut taken);
    taken.records
}

/// Lines of a report that is a table; where it comes inside JSON, its records as any others.
fn lines_of(
    file: &WantedFile,
    content: &mut dyn Read,
    wanted: &BTreeSet<u64>,
    buffer: &mut Vec<u8>,
) -> BTreeMap<u64, OriginalRecord> {
    let mut bytes = Vec::new();
    // What cannot be read to its end has another hash, and nothing of it is handed out.
    let _read = content.take(REPORT_BYTES_MAX).read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with(['{', '[']) {
        return parsed(file, &mut bytes.as_slice(), wanted, buffer);
    }
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let header = lines.next().map(str::to_owned);
    let numbered = (1..).zip(lines).filter(|(number, _)| wanted.contains(number));
    numbered.map(|(number, line)| (number, OriginalRecord { header: header.clone(), text: line.to_owned() })).collect()
}

/// The columns of a credential report in the order in which IAM writes them.
fn credential_header() -> String {
    let columns = CREDENTIAL_COLUMNS.iter().filter(|column| **column != "additional_credentials_info");
    ["user", "arn"].iter().chain(columns).copied().collect::<Vec<_>>().join(",")
}

/// Takes the records that are wanted.
struct Taken<'a> {
    wanted: &'a BTreeSet<u64>,
    records: BTreeMap<u64, OriginalRecord>,
}

impl RecordSink for Taken<'_> {
    fn is_known(&mut self, _recorder: &Recorder, _raw: &[u8]) -> bool {
        false
    }

    fn keep(&mut self, number: u64, raw: &[u8], record: Record) {
        if self.wanted.contains(&number) {
            let text = String::from_utf8_lossy(raw).into_owned();
            // A line out of a report inside an answer: its header is not at hand, the usual columns are known.
            let usual = credential_header();
            let is_usual = usual.matches(',').count() == text.matches(',').count();
            let header = (matches!(record, Record::Credential(_)) && is_usual).then_some(usual);
            self.records.insert(number, OriginalRecord { header, text });
        }
    }
}

#[cfg(test)]
mod tests;
