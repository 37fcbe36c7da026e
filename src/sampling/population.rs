//! Populations to draw from: what an item is, all items in their order, and the hash that they are known by.
//!
//! A population is made from an [`Assessment`] alone, and for changes from the configuration items of the lake beside
//! it. Its order is total: account, region where the unit has one, type, key, moment. Its hash is SHA-256 over the keys
//! of all items in that order, each followed by a line feed, so anyone who has the list can make it again. Opens no file.

mod changes;
mod days;
mod items;
mod occurrences;
mod statements;

use std::collections::BTreeMap;
use std::fmt;

use sha2::{Digest, Sha256};

use crate::engine::results::{Assessment, ControlResult, ControlStatus, Exception, SubjectResult};
use crate::lake::LakeError;
use crate::model::{AccountId, GLOBAL_REGION, Period, Region};

pub use changes::changes;
pub use items::PopulationItem;
pub use occurrences::Change;

use statements::Statements;

/// What an item of a population is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// A subject of the control, over the whole window.
    Resources,
    /// A subject on a UTC day on which it may have existed.
    ResourceDays,
    /// An account in scope on a UTC day.
    AccountDays,
    /// An account and region in scope on a UTC day.
    AccountRegionDays,
    /// A configuration item, captured in the window, of a subject.
    Changes,
    /// An exception that began in the window.
    NewExceptions,
    /// An exception that something in the evidence ended in the window.
    Remediations,
    /// An exception, whenever it began.
    Exceptions,
}

impl Unit {
    /// Every unit, as lists show them.
    pub const ALL: [Self; 8] = [
        Self::Resources,
        Self::ResourceDays,
        Self::AccountDays,
        Self::AccountRegionDays,
        Self::Changes,
        Self::NewExceptions,
        Self::Remediations,
        Self::Exceptions,
    ];

    /// Its name on the command line and in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Resources => "resources",
            Self::ResourceDays => "resource-days",
            Self::AccountDays => "account-days",
            Self::AccountRegionDays => "account-region-days",
            Self::Changes => "changes",
            Self::NewExceptions => "new-exceptions",
            Self::Remediations => "remediations",
            Self::Exceptions => "exceptions",
        }
    }

    /// The unit of a name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.name() == name)
    }

    /// What one item is, as half a sentence.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Resources => "a resource that the control applies to, over the whole window",
            Self::ResourceDays => "a resource that the control applies to, on one UTC day",
            Self::AccountDays => "an account in scope, on one UTC day",
            Self::AccountRegionDays => "an account and region in scope, on one UTC day",
            Self::Changes => "a recorded change of a resource that the control applies to",
            Self::NewExceptions => "an exception that began in the window",
            Self::Remediations => "the end of an exception in the window, as the evidence shows it",
            Self::Exceptions => "an exception, whenever it began",
        }
    }

    /// What the key of an item is made of, in order.
    #[must_use]
    pub const fn key_parts(self) -> &'static [&'static str] {
        match self {
            Self::Resources => &["account", "resource_type", "resource_key"],
            Self::ResourceDays | Self::NewExceptions | Self::Remediations | Self::Exceptions => {
                &["account", "resource_type", "resource_key", "moment"]
            }
            Self::AccountDays => &["account", "moment"],
            Self::AccountRegionDays => &["account", "region", "moment"],
            Self::Changes => &["account", "resource_type", "resource_key", "moment", "recorder"],
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The hash of a population, and how many items it is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// Items.
    pub count: u64,
    /// SHA-256 over the keys in order, each followed by a line feed; lower-case hexadecimal.
    pub sha256: String,
}

/// Seals a population item by item.
#[derive(Clone, Debug, Default)]
pub struct Sealing {
    count: u64,
    digest: Sha256,
}

impl Sealing {
    /// Takes the next item in order.
    pub fn add(&mut self, key: &str) {
        self.count += 1;
        self.digest.update(key.as_bytes());
        self.digest.update(b"\n");
    }

    /// Takes the next items, so many keys with a line feed after each.
    pub fn add_lines(&mut self, count: u64, lines: &str) {
        self.count += count;
        self.digest.update(lines.as_bytes());
    }

    /// The seal over all that was taken.
    #[must_use]
    pub fn seal(self) -> Seal {
        Seal { count: self.count, sha256: hex::encode(self.digest.finalize()) }
    }
}

/// Parts of a key as one text: `|` between them; `\`, `|` and line breaks in them are written as `\\`, `\|`, `\n` and
/// `\r`, so that different parts never give one key and each key is one line.
pub fn join_key<'a>(parts: impl IntoIterator<Item = &'a str>, key: &mut String) {
    key.clear();
    for (place, part) in parts.into_iter().enumerate() {
        if place > 0 {
            key.push('|');
        }
        if !part.bytes().any(|byte| matches!(byte, b'\\' | b'|' | b'\n' | b'\r')) {
            key.push_str(part);
            continue;
        }
        for character in part.chars() {
            match character {
                '\\' => key.push_str("\\\\"),
                '|' => key.push_str("\\|"),
                '\n' => key.push_str("\\n"),
                '\r' => key.push_str("\\r"),
                other => key.push(other),
            }
        }
    }
}

/// What the items of one control are made from.
#[derive(Debug)]
pub struct Ground<'a> {
    window: Period,
    subjects: Vec<&'a SubjectResult>,
    exceptions: BTreeMap<(&'a AccountId, &'a str, &'a str), Vec<&'a Exception>>,
    places: BTreeMap<&'a AccountId, Vec<&'a str>>,
    statements: Statements,
}

impl<'a> Ground<'a> {
    /// Takes from an assessment what belongs to a control.
    ///
    /// # Errors
    /// Only through a fault of tickmark: the observations that the assessment holds cannot be unpacked.
    pub fn of(assessment: &'a Assessment, control: &ControlResult) -> Result<Self, LakeError> {
        let subjects: Vec<&SubjectResult> =
            assessment.subjects.iter().filter(|result| result.control == control.control).collect();
        let mut exceptions: BTreeMap<_, Vec<&Exception>> = BTreeMap::new();
        for exception in assessment.exceptions.iter().filter(|exception| exception.control == control.control) {
            let name = &exception.subject;
            let subject = (&name.account, name.resource_type.as_str(), name.key.as_str());
            exceptions.entry(subject).or_default().push(exception);
        }
        let statements = Statements::of(assessment, control, &subjects)?;
        let is_global = !subjects.is_empty() && subjects.iter().all(|result| result.subject.region.is_global());
        let mut places = BTreeMap::new();
        for scope in &assessment.scope {
            let regional = scope.regions.iter().filter(|region| region.is_global() == is_global);
            let mut regions: Vec<&str> = regional.map(Region::as_str).collect();
            regions.extend(owned_by(&subjects, &scope.account).iter().map(|result| result.subject.region.as_str()));
            if is_global {
                regions.push(GLOBAL_REGION);
            }
            regions.sort_unstable();
            regions.dedup();
            if regions.is_empty() {
                // Nothing is known of it, which is no reason to leave it out.
                regions.push("");
            }
            places.insert(&scope.account, regions);
        }
        Ok(Self { window: assessment.window, subjects, exceptions, places, statements })
    }

    /// Hands over every item of the population in its order.
    ///
    /// `changes` are the configuration items of the control's subjects; only [`Unit::Changes`] looks at them.
    ///
    /// # Errors
    /// What `take` gives.
    pub fn each_item<E>(
        &self,
        unit: Unit,
        changes: &[Change],
        mut take: impl FnMut(PopulationItem) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut number = 0;
        let mut take = |item: PopulationItem| {
            number += 1;
            take(PopulationItem { item: number, ..item })
        };
        match unit {
            Unit::Resources => self.subjects.iter().try_for_each(|result| take(self.resource(result))),
            Unit::ResourceDays => self.subjects.iter().try_for_each(|result| self.resource_days(result, &mut take)),
            Unit::AccountDays => self.account_days(&mut take),
            Unit::AccountRegionDays => self.account_region_days(&mut take),
            Unit::Changes => self.changes(changes, &mut take),
            Unit::NewExceptions | Unit::Remediations | Unit::Exceptions => self.exceptions(unit, &mut take),
        }
    }

    fn exceptions_of<'b>(&'b self, result: &'b SubjectResult) -> &'b [&'a Exception] {
        let name = &result.subject;
        self.exceptions.get(&(&name.account, name.resource_type.as_str(), name.key.as_str())).map_or(&[], Vec::as_slice)
    }
}

/// The subjects of an account among subjects ordered by account.
fn owned_by<'s, 'a>(subjects: &'s [&'a SubjectResult], account: &AccountId) -> &'s [&'a SubjectResult] {
    let begin = subjects.partition_point(|result| result.subject.account < *account);
    let end = subjects.partition_point(|result| result.subject.account <= *account);
    subjects.get(begin..end).unwrap_or_default()
}

/// The words of a status as the verdict on an item: what does not exist is not tested.
const fn verdict(status: ControlStatus) -> &'static str {
    match status {
        ControlStatus::Absent => ControlStatus::NotApplicable.name(),
        other => other.name(),
    }
}
