//! The evidence offered against the ledger: every file and member hashed again, none of them parsed.
//!
//! A path of the ledger begins with the last component of an argument. Where the argument is called otherwise now,
//! stands elsewhere, or a bundle was packed or unpacked since, a file of the same bytes at the same path below counts
//! as renamed, which changes nothing that was read from it. Two places with one path, bundle and SHA-256 are one.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::atomic::Ordering;

use rayon::prelude::*;

use super::{Difference, DifferenceKind, bytes_in_words};
use crate::evidence::{Custody, Discovery, EvidenceFile, LeafName, Limits, Refusal, Visitor, visit};
use crate::lake::originals::{below, is_in_its_place};
use crate::lake::progress::{Phase, Progress};
use crate::lake::{FileRow, Lake, LakeError, outcome};
use crate::model::Problem;

/// What became of the files and bundles of a ledger; the parts add up to the whole in both lines.
#[derive(Clone, Debug, Default)]
pub struct EvidenceCheck {
    /// Rows of the ledger: same + renamed + changed + missing + moved + unreadable + unread + readable.
    pub ledger: u64,
    /// At their path with their bytes.
    pub same: u64,
    /// With their bytes at their path below an argument that is called otherwise, or packed otherwise.
    pub renamed: u64,
    /// At their path with other bytes.
    pub changed: u64,
    /// Not among what was offered.
    pub missing: u64,
    /// With their bytes at another path.
    pub moved: u64,
    /// Read once, and not to be read now.
    pub unreadable: u64,
    /// Not read when they were offered, and not to be read now either.
    pub unread: u64,
    /// Not read when they were offered, and to be read now.
    pub readable: u64,
    /// Offered, and not in the ledger.
    pub additional: u64,
    /// What is not as recorded, in the order of the ledger; what it does not have comes last.
    pub differences: Vec<Difference>,
    /// What is called otherwise now, in the order of the ledger.
    pub renamings: Vec<Renamed>,
}

/// A file that is called otherwise now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// Its path in the ledger.
    pub path: String,
    /// Its bundle in the ledger, or empty.
    pub bundle: String,
    /// Its path now.
    pub path_now: String,
    /// Its bundle now, or empty.
    pub bundle_now: String,
}

/// Hashes everything that was offered and holds it against the ledger.
///
/// # Errors
/// When the ledger cannot be read, and [`LakeError::Stopped`] when `progress` asks for an end.
pub fn evidence(
    lake: &Lake,
    offered: &Discovery,
    limits: &Limits,
    progress: &Progress,
) -> Result<EvidenceCheck, LakeError> {
    let ledger = lake.ledger()?;
    let offered = hashed(offered, limits, progress)?;
    Ok(Comparison::new(&ledger, offered).check())
}

/// A file or member as it is now.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Offered {
    path: String,
    bundle: String,
    /// SHA-256 of its bytes; empty where they could not be looked at.
    sha256: String,
    size: u64,
    /// Why its bytes could not be read, or not all of them.
    fault: Option<String>,
}

/// Everything offered, in order, each path, bundle and SHA-256 once.
fn hashed(offered: &Discovery, limits: &Limits, progress: &Progress) -> Result<Vec<Offered>, LakeError> {
    progress.enter(Phase::Reading);
    progress.files.fetch_add(offered.files.len() as u64, Ordering::Relaxed);
    progress.bytes.fetch_add(offered.files.iter().map(EvidenceFile::size).sum(), Ordering::Relaxed);
    let found: Vec<Hashing> = offered
        .files
        .par_iter()
        .map(|file| {
            progress.begin_file(file.path())?;
            let mut hashing = Hashing::default();
            visit(file, limits, &progress.bytes_done, &mut hashing);
            progress.files_done.fetch_add(1, Ordering::Relaxed);
            Ok(hashing)
        })
        .collect::<Result<_, LakeError>>()?;
    let mut refusals = Hashing::default();
    offered.refusals.iter().for_each(|refusal| refusals.refused(refusal));
    let mut all: Vec<Offered> = found.into_iter().chain([refusals]).flat_map(|hashing| hashing.found).collect();
    all.sort();
    all.dedup_by(|later, earlier| key(later) == key(earlier));
    Ok(all)
}

fn key(file: &Offered) -> (&str, &str, &str) {
    (&file.path, &file.bundle, &file.sha256)
}

/// Takes down what is met; of a leaf nothing is read, and the rest of it is hashed all the same.
#[derive(Debug, Default)]
struct Hashing {
    found: Vec<Offered>,
}

impl Hashing {
    fn add(&mut self, path: &str, bundle: &str, custody: &Custody, fault: Option<&Problem>) {
        let unreadable = fault.filter(|problem| problem.code.is_unread());
        self.found.push(Offered {
            path: path.to_owned(),
            bundle: bundle.to_owned(),
            sha256: custody.sha256.clone(),
            size: custody.size,
            fault: unreadable.map(|problem| problem.what.clone()),
        });
    }
}

impl Visitor for Hashing {
    fn leaf(&mut self, _name: &LeafName, _content: &mut dyn Read) {}

    fn finished(&mut self, name: &LeafName, custody: &Custody, fault: Option<&Problem>) {
        self.add(&name.path, &name.bundle, custody, fault);
    }

    fn bundle(&mut self, path: &str, outer_bundle: &str, custody: &Custody, _members: u64, fault: Option<&Problem>) {
        self.add(path, outer_bundle, custody, fault);
    }

    fn refused(&mut self, refusal: &Refusal) {
        self.found.push(Offered {
            path: refusal.path.clone(),
            bundle: refusal.bundle.clone(),
            sha256: String::new(),
            size: 0,
            fault: Some(refusal.problem.what.clone()),
        });
    }
}

/// A comparison under way.
struct Comparison<'a> {
    /// Rows of the ledger by path, bundle and SHA-256, with their size and how often they stand there.
    ledger: BTreeMap<(&'a str, &'a str, &'a str), (u64, u64)>,
    offered: Vec<Offered>,
    /// Whether an offered file answers for a row of the ledger.
    is_used: Vec<bool>,
    check: EvidenceCheck,
}

impl<'a> Comparison<'a> {
    fn new(ledger: &'a [FileRow], offered: Vec<Offered>) -> Self {
        let mut rows: BTreeMap<(&str, &str, &str), (u64, u64)> = BTreeMap::new();
        for row in ledger {
            rows.entry((&row.path, &row.bundle, &row.sha256)).or_insert((row.size, 0)).1 += 1;
        }
        let is_used = vec![false; offered.len()];
        let mut comparison = Self { ledger: rows, offered, is_used, check: EvidenceCheck::default() };
        comparison.check.ledger = ledger.len() as u64;
        comparison.leave_out_hidden_members(ledger);
        comparison
    }

    /// Of a bundle that could not be gone through to its end the ledger has the members up to there. How far that
    /// is may depend on how members are read; where the bundle has the same bytes, so have all of its members.
    fn leave_out_hidden_members(&mut self, ledger: &[FileRow]) {
        let is_damaged = |row: &&FileRow| row.kind == "bundle" && row.outcome != outcome::BUNDLE;
        let damaged: BTreeSet<(&str, &str)> =
            ledger.iter().filter(is_damaged).map(|row| (row.path.as_str(), row.sha256.as_str())).collect();
        let same: BTreeSet<String> = self
            .offered
            .iter()
            .filter(|file| damaged.contains(&(file.path.as_str(), file.sha256.as_str())))
            .map(|file| file.path.clone())
            .collect();
        let outermost = |file: &Offered| file.bundle.split(" > ").next().unwrap_or_default().to_owned();
        let known = &self.ledger;
        self.offered.retain(|file| {
            let is_known = known.range((file.path.as_str(), file.bundle.as_str(), "")..).next();
            let is_known =
                is_known.is_some_and(|((path, bundle, _), _)| (*path, *bundle) == (&file.path, &file.bundle));
            is_known || !same.contains(&outermost(file))
        });
        self.is_used.truncate(self.offered.len());
    }

    fn check(mut self) -> EvidenceCheck {
        let rows = std::mem::take(&mut self.ledger);
        let places: BTreeMap<(String, String, String), usize> =
            self.offered.iter().enumerate().map(|(at, file)| (owned(key(file)), at)).collect();
        let mut open = Vec::new();
        for (row, (size, count)) in rows {
            match places.get(&owned(row)) {
                Some(at) => {
                    self.use_up(*at);
                    let is_read = !row.2.is_empty();
                    *(if is_read { &mut self.check.same } else { &mut self.check.unread }) += count;
                }
                None => open.push((row, size, count)),
            }
        }
        let open = self.by_bytes(open);
        let mut differences = std::mem::take(&mut self.check.differences);
        differences.extend(self.by_place(open));
        differences.sort_by(|left, right| (&left.file, &left.bundle).cmp(&(&right.file, &right.bundle)));
        differences.extend(self.additional());
        self.check.differences = differences;
        self.check
    }

    fn use_up(&mut self, at: usize) {
        if let Some(used) = self.is_used.get_mut(at) {
            *used = true;
        }
    }

    /// Finds the bytes of rows at other paths; the rows whose bytes are nowhere.
    fn by_bytes(&mut self, open: Vec<OpenRow<'a>>) -> Vec<OpenRow<'a>> {
        let mut of_bytes: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, file) in self.offered.iter().enumerate() {
            if !self.is_used.get(at).copied().unwrap_or(true) && !file.sha256.is_empty() {
                of_bytes.entry(file.sha256.clone()).or_default().push(at);
            }
        }
        // Files in their place first: what is left may be anybody's.
        let mut rest = Vec::new();
        for row in open {
            match self.take_of_bytes(&mut of_bytes, &row, is_in_its_place) {
                Some(now) => {
                    self.check.renamed += row.2;
                    let ((path, bundle, _), ..) = row;
                    self.check.renamings.push(Renamed {
                        path: path.to_owned(),
                        bundle: bundle.to_owned(),
                        path_now: now.path,
                        bundle_now: now.bundle,
                    });
                }
                None => rest.push(row),
            }
        }
        let mut nowhere = Vec::new();
        for row in rest {
            match self.take_of_bytes(&mut of_bytes, &row, |_, _| true) {
                Some(now) => {
                    self.check.moved += row.2;
                    let found = format!("the same bytes at `{}`", place(&now.path, &now.bundle));
                    self.check.differences.push(difference(DifferenceKind::Moved, &row, found));
                }
                None => nowhere.push(row),
            }
        }
        nowhere
    }

    fn take_of_bytes(
        &mut self,
        of_bytes: &mut BTreeMap<String, Vec<usize>>,
        row: &OpenRow<'_>,
        fits: fn(&str, &str) -> bool,
    ) -> Option<Offered> {
        let ((path, _, sha256), ..) = row;
        let numbers = of_bytes.get_mut(*sha256)?;
        let fitting = numbers.iter().position(|at| self.offered.get(*at).is_some_and(|file| fits(&file.path, path)))?;
        let at = numbers.remove(fitting);
        self.use_up(at);
        self.offered.get(at).cloned()
    }

    /// What stands in the places of rows whose bytes are nowhere.
    fn by_place(&mut self, open: Vec<OpenRow<'a>>) -> Vec<Difference> {
        let mut of_place: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
        for (at, file) in self.offered.iter().enumerate() {
            of_place.entry((file.path.clone(), file.bundle.clone())).or_default().push(at);
            of_place.entry(place_below(&file.path, &file.bundle)).or_default().push(at);
        }
        let mut differences = Vec::new();
        for row in open {
            let ((path, bundle, sha256), _, count) = row;
            let exact = of_place.get(&(path.to_owned(), bundle.to_owned()));
            let near = of_place.get(&place_below(path, bundle));
            let there: Vec<usize> = exact.or(near).cloned().unwrap_or_default();
            let free = there.iter().find(|at| !self.is_used.get(**at).copied().unwrap_or(true));
            let now = free.or(there.first()).and_then(|at| self.offered.get(*at)).cloned();
            let is_taken = free.is_none();
            let (kind, found) = match now {
                None => (DifferenceKind::Missing, "nothing of it among what was offered".to_owned()),
                // Taken as the row of another ingest, or by a row before this one.
                Some(now) if is_taken => {
                    (DifferenceKind::Missing, format!("another file there: {}", bytes_in_words(now.size, &now.sha256)))
                }
                Some(now) => match now.fault {
                    Some(fault) => (DifferenceKind::Unreadable, fault),
                    None if sha256.is_empty() => (DifferenceKind::Readable, bytes_in_words(now.size, &now.sha256)),
                    None => (DifferenceKind::Changed, bytes_in_words(now.size, &now.sha256)),
                },
            };
            if let Some(at) = free {
                self.use_up(*at);
            }
            match kind {
                // Under an argument of another name; then as now nothing was read of it.
                DifferenceKind::Unreadable if sha256.is_empty() => {
                    self.check.unread += count;
                    continue;
                }
                DifferenceKind::Unreadable => self.check.unreadable += count,
                DifferenceKind::Readable => self.check.readable += count,
                DifferenceKind::Missing => self.check.missing += count,
                _ => self.check.changed += count,
            }
            differences.push(difference(kind, &row, found));
        }
        differences
    }

    /// What was offered and answers for no row.
    fn additional(&mut self) -> Vec<Difference> {
        let unused = self.offered.iter().zip(&self.is_used).filter(|(_, is_used)| !**is_used);
        let differences: Vec<Difference> = unused
            .map(|(file, _)| Difference {
                kind: DifferenceKind::Additional,
                file: file.path.clone(),
                bundle: file.bundle.clone(),
                expected: "nothing: the ledger has no such file".to_owned(),
                found: file.fault.clone().unwrap_or_else(|| bytes_in_words(file.size, &file.sha256)),
                to_do: "ingest it, if it belongs to the evidence of this lake",
            })
            .collect();
        self.check.additional = differences.len() as u64;
        differences
    }
}

/// A row of the ledger that nothing answers for yet: path, bundle and SHA-256; size; how often it stands there.
type OpenRow<'a> = ((&'a str, &'a str, &'a str), u64, u64);

fn difference(kind: DifferenceKind, row: &OpenRow<'_>, found: String) -> Difference {
    let ((path, bundle, sha256), size, _) = *row;
    let expected = if sha256.is_empty() {
        "a file that could not be read when it was offered".to_owned()
    } else {
        bytes_in_words(size, sha256)
    };
    let to_do = match kind {
        DifferenceKind::Changed => {
            "find the file as it was read; to answer from what it is now, ingest it into a new lake"
        }
        DifferenceKind::Missing => {
            "offer the file, a folder above it or its bundle; without it nothing that rests on it can be shown again"
        }
        DifferenceKind::Moved => "offer it at its path: what its path says may be a part of what was read",
        DifferenceKind::Readable => "ingest it: no answer rests on it so far",
        DifferenceKind::Unreadable | DifferenceKind::Additional => "make it readable, and verify again",
    };
    Difference { kind, file: path.to_owned(), bundle: bundle.to_owned(), expected, found, to_do }
}

fn owned((path, bundle, sha256): (&str, &str, &str)) -> (String, String, String) {
    (path.to_owned(), bundle.to_owned(), sha256.to_owned())
}

/// A place under an argument of any name.
fn place_below(path: &str, bundle: &str) -> (String, String) {
    let below_argument = |path: &str| below(path).unwrap_or(path).to_owned();
    (format!("./{}", below_argument(path)), below_argument(bundle))
}

/// A path with its bundle, as other messages write it.
fn place(path: &str, bundle: &str) -> String {
    if bundle.is_empty() { path.to_owned() } else { format!("{bundle} > {path}") }
}
