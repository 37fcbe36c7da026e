//! Security Hub findings to observations (spec section 3.5).

use std::cmp::Reverse;
use std::sync::Arc;

use super::{AccountEvidence, Horizon, Reading, Streams, reference, subject_of};
use crate::engine::catalog::finding_controls::security_control_id;
use crate::engine::identity::{ACCOUNT_TYPE, Place, RegionBasis, SubjectKey};
use crate::engine::results::explanation::Origin;
use crate::engine::timeline::Observation;
use crate::lake::FindingRow;
use crate::model::{AccountId, Arn, Region, Source, Status};

/// The reason by which a finding says that the rule returned not applicable.
const NOT_APPLICABLE_REASON: &str = "CONFIG_RETURNS_NOT_APPLICABLE";

/// Reads an account's findings.
pub(super) fn read(
    account: &AccountId,
    rows: &[FindingRow],
    reading: &Reading<'_>,
    streams: &mut Streams,
    evidence: &mut AccountEvidence,
) {
    let moment = |row: &FindingRow| (row.updated_at, row.resource_index);
    let mut ordered: Vec<&FindingRow> = rows.iter().collect();
    // Rows lie in this order within a commit, so that sorting mostly finds nothing to do.
    ordered.sort_by(|left, right| {
        if left.finding_id == right.finding_id && left.product_arn == right.product_arn {
            moment(left).cmp(&moment(right))
        } else {
            (&left.product_arn, &left.finding_id).cmp(&(&right.product_arn, &right.finding_id))
        }
    });
    let is_same = |left: &&FindingRow, right: &&FindingRow| {
        left.updated_at == right.updated_at
            && left.finding_id == right.finding_id
            && left.product_arn == right.product_arn
    };
    let mut resolver = Resolver::default();
    for records in ordered.chunk_by(is_same) {
        let Some(standing) = standing(records) else { continue };
        let mut resources: Vec<&FindingRow> = records.to_vec();
        resources.sort_by(|left, right| {
            let key =
                |row: &FindingRow| (status_of(row) != status_of(standing), row.evidence_id.clone(), row.record_number);
            (&left.resource_type, &left.resource_id)
                .cmp(&(&right.resource_type, &right.resource_id))
                .then_with(|| key(left).cmp(&key(right)))
        });
        // Each resource that some record of the moment names, once; what stands is said of all of them.
        resources
            .dedup_by(|next, kept| next.resource_type == kept.resource_type && next.resource_id == kept.resource_id);
        for row in resources {
            observe(account, row, standing, reading, streams, evidence, &mut resolver);
        }
    }
}

/// The record that stands for a finding at one `UpdatedAt`: two are one, and the one processed later
/// counts where all say when they were, else the worse (spec section 3.5); else the one delivered
/// later, else the one that is not suppressed. One that judges nothing never stands against one that
/// does.
fn standing<'a>(records: &[&'a FindingRow]) -> Option<&'a FindingRow> {
    let all_processed = records.iter().all(|row| row.processed_at.is_some());
    let weight = |row: &&&FindingRow| {
        let processed_at = row.processed_at.filter(|_| all_processed);
        let worst = status_of(row).map(Reverse);
        (worst.is_some(), processed_at, worst, row.delivered_at, !is_suppressed(row), Reverse(row.record_number))
    };
    records.iter().max_by_key(weight).copied()
}

/// The subject that the row before resolved to: a finding is refreshed far more often than it changes.
#[derive(Default)]
struct Resolver {
    last: Option<ResolvedRow>,
    last_reason: Option<Arc<str>>,
}

/// What decides a row's subjects and tests, and what it was resolved to.
struct ResolvedRow {
    resource: [Arc<str>; 4],
    subject: SubjectKey,
}

impl Resolver {
    /// What a finding says, kept once as long as it says the same.
    fn reason(&mut self, row: &FindingRow, control: Option<&str>) -> Arc<str> {
        let words = reason(row, control);
        if let Some(known) = self.last_reason.as_ref().filter(|known| ***known == *words) {
            return Arc::clone(known);
        }
        let words: Arc<str> = words.into();
        self.last_reason = Some(Arc::clone(&words));
        words
    }

    fn subject(
        &mut self,
        account: &AccountId,
        row: &FindingRow,
        reading: &Reading<'_>,
        evidence: &mut AccountEvidence,
    ) -> SubjectKey {
        let is_same = |known: &ResolvedRow| {
            let [resource_type, resource_id, region, resource_region] = &known.resource;
            *resource_type == row.resource_type
                && *resource_id == row.resource_id
                && *region == row.region
                && *resource_region == row.resource_region
        };
        if let Some(known) = self.last.as_ref().filter(|known| is_same(known)) {
            return known.subject.clone();
        }
        let place = Place { account, region: &row.region };
        let stated = if row.resource_region.is_empty() { &row.region } else { &row.resource_region };
        let basis = (RegionBasis::Finding, &**stated);
        let subject = subject_of(evidence, reading, place, (&row.resource_type, &row.resource_id), basis);
        let resource =
            [row.resource_type.clone(), row.resource_id.clone(), row.region.clone(), row.resource_region.clone()];
        self.last = Some(ResolvedRow { resource, subject: subject.clone() });
        subject
    }
}

/// What a finding says; `None` for one that judges nothing.
fn status_of(row: &FindingRow) -> Option<Status> {
    if row.record_state.eq_ignore_ascii_case("ARCHIVED") {
        return Some(Status::Ended);
    }
    match &*row.compliance_status {
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

/// Adds what `standing` says of the resource of `row`.
fn observe(
    account: &AccountId,
    row: &FindingRow,
    standing: &FindingRow,
    reading: &Reading<'_>,
    streams: &mut Streams,
    evidence: &mut AccountEvidence,
    resolver: &mut Resolver,
) {
    let control = security_control_id(standing);
    let tests = control.as_deref().map(|id| reading.catalog.tests_for_security_control(id)).unwrap_or_default();
    let (Some(status), false) = (status_of(standing), tests.is_empty()) else {
        return count_unmapped(account, row, control, evidence);
    };
    let Some(region) = Region::parse(&standing.region) else { return };
    let horizon = Horizon::Corner(region);
    for test in tests {
        let is_about = reading.catalog.tests.get(*test).is_some_and(|known| known.is_about(&row.resource_type));
        if !is_about || names_an_account_instead(row) {
            evidence.count_off_type(Source::SecurityHub, *test, status);
            continue;
        }
        let subject = resolver.subject(account, row, reading, evidence);
        let origin =
            Origin::Finding { product: Arc::clone(&standing.product_arn), id: Arc::clone(&standing.finding_id) };
        let source_row = if status_of(row) == status_of(standing) { row } else { standing };
        let observation = Observation {
            at: standing.updated_at,
            status,
            suppressed: is_suppressed(standing),
            reference: reference(&source_row.evidence_id, source_row.record_number),
            reason: reading.is_watched(*test).then(|| resolver.reason(standing, control.as_deref())),
        };
        streams.add((Source::SecurityHub, *test, subject, origin), &horizon, observation);
    }
}

/// What a finding says, in its own words.
fn reason(row: &FindingRow, control: Option<&str>) -> String {
    let said = if row.compliance_status.is_empty() { "no status" } else { &row.compliance_status };
    let mut words = format!("{} {said}", control.unwrap_or_default());
    let workflow = format!("workflow {}", row.workflow_status);
    let archived = row.record_state.eq_ignore_ascii_case("ARCHIVED");
    let codes = format!("reason codes {}", row.reason_codes);
    for (part, is_there) in [
        (row.title.as_ref(), !row.title.is_empty()),
        (workflow.as_str(), !row.workflow_status.is_empty()),
        (codes.as_str(), !row.reason_codes.is_empty()),
        ("the finding is archived", archived),
    ] {
        if is_there {
            words.push_str("; ");
            words.push_str(part);
        }
    }
    words
}

/// Whether a finding typed as a resource is about the account: some tools write `AwsIamUser` with the
/// account's id where there was no user to judge.
fn names_an_account_instead(row: &FindingRow) -> bool {
    &*row.resource_type != ACCOUNT_TYPE && AccountId::parse(&row.resource_id).is_some()
}

/// Counts a finding that no test answers for: by its control, else by product and generator.
fn count_unmapped(account: &AccountId, row: &FindingRow, control: Option<String>, evidence: &mut AccountEvidence) {
    let product = Arn::parse(&row.product_arn).map_or(&*row.product_arn, |arn| arn.resource);
    let product = product.trim_start_matches("product/");
    let name =
        control.map_or_else(|| format!("{product} {}", row.generator_id), |control| format!("{product} {control}"));
    let unmapped = evidence.unmapped_findings.entry(name).or_default();
    unmapped.identifier = unmapped.identifier.clone().max(row.config_rule_name.to_string());
    unmapped.observations += u64::from(row.resource_index == 0);
    unmapped.resources.insert((row.resource_type.to_string(), row.resource_id.to_string()));
    unmapped.accounts.insert(account.clone());
}
