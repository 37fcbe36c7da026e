//! Whom the reports and answers of one file are about and when they were taken, for its row of the ledger.

use crate::formats::file::FileReport;
use crate::formats::records::Record;
use crate::model::{AccountId, Instant, Region};

/// What all of several values are, as far as they are the same.
#[derive(Clone, Debug, Default)]
enum Sole<T> {
    #[default]
    None,
    One(T),
    Several,
}

impl<T: PartialEq + Clone> Sole<T> {
    fn hear(&mut self, value: &T) {
        match self {
            Self::None => *self = Self::One(value.clone()),
            Self::One(known) if known != value => *self = Self::Several,
            Self::One(_) | Self::Several => {}
        }
    }

    fn one(self) -> Option<T> {
        if let Self::One(value) = self { Some(value) } else { None }
    }
}

/// What credential reports and conditions said so far, and when rules were described.
#[derive(Clone, Debug, Default)]
pub(super) struct Spoken {
    account: Sole<AccountId>,
    region: Sole<Region>,
    time: Option<Instant>,
}

impl Spoken {
    /// Takes in a record, if it is of those kinds.
    pub(super) fn hear(&mut self, record: &Record) {
        let (account, region, time) = match record {
            Record::Credential(line) => (&line.account, &Region::global(), line.generated_at),
            Record::Rule(rule) => {
                self.time = self.time.max(rule.described_at);
                return;
            }
            Record::Condition(condition) => (&condition.account, &condition.region, condition.stated_at),
            _ => return,
        };
        self.account.hear(account);
        self.region.hear(region);
        self.time = self.time.max(Some(time));
    }

    /// Puts into the report what all of them are about.
    pub(super) fn tell(self, report: &mut FileReport) {
        report.account = self.account.one().or_else(|| report.account.take());
        report.region = self.region.one().or_else(|| report.region.take());
        report.time = report.time.or(self.time);
    }
}
