//! An item of a population as a row, its key, and items that are whole resources.

use crate::engine::results::{ControlStatus, SubjectOutcome, SubjectResult};
use crate::lake::table_parts::{Column, ColumnBuilder, ColumnDescription, LakeError, Row, TableDescription};
use crate::lake::table_parts::{column, sentence, table};
use crate::report::figures::interval;

use super::{Ground, Unit, join_key};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

table! {
    /// An item of a population, as it was frozen; the rows stand in the population's order.
    PopulationItem = "population", wide [], {
        /// Its number, from 1.
        item: u64 = "4711",
        /// Account.
        account: String = "111122223333",
        /// Region; `global` for accounts and IAM; empty where the unit has none.
        region: String = "us-east-1",
        /// AWS Config's type; empty where the unit has none.
        resource_type: String = "AWS::EC2::SecurityGroup",
        /// What the resource is known by: the ARN where it is known or can be derived, else the id.
        resource_key: String = "arn:aws:ec2:us-east-1:111122223333:security-group/sg-0a1b2c3d4e5f60718",
        /// Resource id, or empty.
        resource_id: String = "sg-0a1b2c3d4e5f60718",
        /// ARN, or empty.
        resource_arn: String = "arn:aws:ec2:us-east-1:111122223333:security-group/sg-0a1b2c3d4e5f60718",
        /// The UTC day, or the time of the occurrence; empty where the item is the whole window.
        moment: String = "2026-02-03",
        /// For changes: who recorded it, as account and region.
        recorder: String = "111122223333/us-east-1",
        /// What tickmark found: `PASS`, `FAIL`, `NOT_APPLICABLE` or `NO_EVIDENCE`.
        verdict: String = "FAIL",
        /// Status as the item begins.
        status_at_start: String = "PASS",
        /// Status as the item ends.
        status_at_end: String = "FAIL",
        /// Seconds of the item with a status of `PASS` or `FAIL`, floored.
        tested_seconds: u64 = "86400",
        /// Seconds of the item with `FAIL`, floored.
        failed_seconds: u64 = "52200",
        /// Exceptions that reach into it, joined by `;`.
        exceptions: String = "C10-1f2e3d4c",
        /// What it is, in words.
        description: String = "failing 2026-02-03T09:30:00Z to 2026-02-04T00:00:00Z",
        /// The record that the verdict rests on.
        evidence: String = "3f2a9c0d11e4b7a8:17",
    }
}

impl PopulationItem {
    /// Writes the item's key over `key`.
    pub fn key(&self, unit: Unit, key: &mut String) {
        let part = |name: &&'static str| match *name {
            "account" => self.account.as_str(),
            "region" => &self.region,
            "resource_type" => &self.resource_type,
            "resource_key" => &self.resource_key,
            "moment" => &self.moment,
            _ => &self.recorder,
        };
        join_key(unit.key_parts().iter().map(part), key);
    }

    /// An item about a resource, with nothing said of it yet.
    pub(super) fn about(result: &SubjectResult) -> Self {
        let name = &result.subject;
        Self {
            region: name.region.to_string(),
            resource_type: name.resource_type.clone(),
            resource_key: name.key.clone(),
            resource_id: name.resource_id.clone(),
            resource_arn: name.resource_arn.clone(),
            ..Self::in_account(name.account.as_str())
        }
    }

    /// An item of an account, with nothing said of it yet.
    pub(super) fn in_account(account: &str) -> Self {
        Self {
            item: 0,
            account: account.to_owned(),
            region: String::new(),
            resource_type: String::new(),
            resource_key: String::new(),
            resource_id: String::new(),
            resource_arn: String::new(),
            moment: String::new(),
            recorder: String::new(),
            verdict: ControlStatus::NoEvidence.name().to_owned(),
            status_at_start: ControlStatus::NoEvidence.name().to_owned(),
            status_at_end: ControlStatus::NoEvidence.name().to_owned(),
            tested_seconds: 0,
            failed_seconds: 0,
            exceptions: String::new(),
            description: String::new(),
            evidence: String::new(),
        }
    }
}

impl Ground<'_> {
    /// A subject over the whole window.
    pub(super) fn resource(&self, result: &SubjectResult) -> PopulationItem {
        let status = match result.outcome {
            SubjectOutcome::Passed => ControlStatus::Pass,
            SubjectOutcome::Failed => ControlStatus::Fail,
            SubjectOutcome::NotApplicable => ControlStatus::NotApplicable,
            SubjectOutcome::NotTested => ControlStatus::NoEvidence,
        };
        let seconds = |statuses: &[ControlStatus]| {
            let time: i64 = statuses.iter().filter_map(|status| result.microseconds.get(status)).sum();
            time.unsigned_abs() / 1_000_000
        };
        let exceptions = self.exceptions_of(result);
        let ids: Vec<&str> = exceptions.iter().map(|exception| exception.id.as_str()).collect();
        let failing: Vec<String> = exceptions.iter().map(|exception| interval(exception.period)).collect();
        // A failure is shown where it begins, anything else where it was said last.
        let deciding = match status {
            ControlStatus::Fail => result.timeline.iter().find(|(_, at)| *at == status).map(|(period, _)| period.from),
            _ => result.timeline.iter().rev().find(|(_, at)| *at == status).map(|(period, _)| last_instant(*period)),
        };
        let status_at_start = result.timeline.first().map_or(ControlStatus::NoEvidence, |(_, status)| *status);
        PopulationItem {
            verdict: status.name().to_owned(),
            status_at_start: status_at_start.name().to_owned(),
            status_at_end: result.status_at_end.name().to_owned(),
            tested_seconds: seconds(&[ControlStatus::Pass, ControlStatus::Fail]),
            failed_seconds: seconds(&[ControlStatus::Fail]),
            exceptions: ids.join(";"),
            description: if failing.is_empty() { String::new() } else { format!("failing {}", failing.join(", ")) },
            evidence: deciding.map(|at| self.statements.reference(result, status, at)).unwrap_or_default(),
            ..PopulationItem::about(result)
        }
    }
}

/// The last instant inside a stretch of time.
pub(super) const fn last_instant(period: crate::model::Period) -> crate::model::Instant {
    period.until.plus_microseconds(-1)
}
