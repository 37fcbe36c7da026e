//! Security Hub findings to observations (spec section 3.5).

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{AccountEvidence, Reading, Streams, reference, subject_of};
use crate::engine::catalog::finding_controls::security_control_id;
use crate::engine::identity::{ACCOUNT_TYPE, Place, RegionBasis};
use crate::engine::timeline::Observation;
use crate::lake::FindingRow;
use crate::model::{AccountId, Arn, Instant, Region, Source, Status};

/// The reason by which a finding says that the rule returned not applicable.
const NOT_APPLICABLE_REASON: &str = "CONFIG_RETURNS_NOT_APPLICABLE";

/// A finding at one `UpdatedAt`: product, id, time.
type Moment<'a> = (&'a str, &'a str, Instant);

/// Reads an account's findings.
pub(super) fn read(
    account: &AccountId,
    rows: &[FindingRow],
    reading: &Reading<'_>,
    streams: &mut Streams,
    evidence: &mut AccountEvidence,
) {
    let mut moments: BTreeMap<Moment<'_>, BTreeMap<(&str, u64), Vec<&FindingRow>>> = BTreeMap::new();
    for row in rows {
        let moment = (row.product_arn.as_str(), row.finding_id.as_str(), row.updated_at);
        let record = (row.evidence_id.as_str(), row.record_number);
        moments.entry(moment).or_default().entry(record).or_default().push(row);
    }
    for records in moments.into_values() {
        // Two records of one moment are one: the one processed later, else the worse, else the one
        // delivered later, else the one that is not suppressed.
        let standing = records.into_values().max_by_key(|record| {
            let first = record.first();
            let delivered_at = first.and_then(|row| row.delivered_at);
            let status = first.and_then(|row| status_of(row));
            let suppressed = first.is_some_and(|row| is_suppressed(row));
            (first.and_then(|row| row.processed_at), Reverse(status), delivered_at, !suppressed)
        });
        for row in standing.into_iter().flatten() {
            observe(account, row, reading, streams, evidence);
        }
    }
}

/// What a finding says; `None` for one that judges nothing.
fn status_of(row: &FindingRow) -> Option<Status> {
    if row.record_state.eq_ignore_ascii_case("ARCHIVED") {
        return Some(Status::Ended);
    }
    match row.compliance_status.as_str() {
        "" => None,
        "PASSED" => Some(Status::Pass),
        "FAILED" => Some(Status::Fail),
        "NOT_AVAILABLE" if row.reason_codes.split(' ').any(|code| code == NOT_APPLICABLE_REASON) => {
            Some(Status::NotApplicable)
        }
        _ => Some(Status::Unknown),
    }
}

fn is_suppressed(row: &FindingRow) -> bool {
    row.workflow_status.eq_ignore_ascii_case("SUPPRESSED")
}

fn observe(
    account: &AccountId,
    row: &FindingRow,
    reading: &Reading<'_>,
    streams: &mut Streams,
    evidence: &mut AccountEvidence,
) {
    let control = security_control_id(row);
    let tests = control.as_deref().map(|id| reading.catalog.tests_for_security_control(id)).unwrap_or_default();
    let (Some(status), false) = (status_of(row), tests.is_empty()) else {
        return count_unmapped(account, row, control, evidence);
    };
    let Some(region) = Region::parse(&row.region) else { return };
    for test in tests {
        let is_about = reading.catalog.tests.get(*test).is_some_and(|known| known.is_about(&row.resource_type));
        if !is_about || names_an_account_instead(row) {
            *evidence.empty_findings.entry(*test).or_default() += 1;
            continue;
        }
        let place = Place { account, region: &row.region };
        let stated = if row.resource_region.is_empty() { &row.region } else { &row.resource_region };
        let basis = (RegionBasis::Finding, stated.as_str());
        let subject = subject_of(evidence, reading, place, (&row.resource_type, &row.resource_id), basis);
        let origin = format!("{} {}", row.product_arn, row.finding_id);
        let observation = Observation {
            at: row.updated_at,
            status,
            suppressed: is_suppressed(row),
            reference: reference(&row.evidence_id, row.record_number),
        };
        streams.add((Source::SecurityHub, *test, subject, origin), &region, observation);
    }
}

/// Whether a finding typed as a resource is about the account: some tools write `AwsIamUser` with the
/// account's id where there was no user to judge.
fn names_an_account_instead(row: &FindingRow) -> bool {
    row.resource_type != ACCOUNT_TYPE && AccountId::parse(&row.resource_id).is_some()
}

/// Counts a finding that no test answers for: by its control, else by product and generator.
fn count_unmapped(account: &AccountId, row: &FindingRow, control: Option<String>, evidence: &mut AccountEvidence) {
    let product = Arn::parse(&row.product_arn).map_or(row.product_arn.as_str(), |arn| arn.resource);
    let product = product.trim_start_matches("product/");
    let name =
        control.map_or_else(|| format!("{product} {}", row.generator_id), |control| format!("{product} {control}"));
    let unmapped = evidence.unmapped_findings.entry(name).or_default();
    unmapped.identifier = unmapped.identifier.clone().max(row.config_rule_name.clone());
    unmapped.observations += u64::from(row.resource_index == 0);
    unmapped.resources.insert((row.resource_type.clone(), row.resource_id.clone()));
    unmapped.accounts.insert(account.clone());
}
