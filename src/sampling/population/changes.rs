//! Changes as the lake has them: configuration items of a control's subjects.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::engine::results::{Assessment, ControlResult, SubjectName};
use crate::lake::{Lake, LakeError};
use crate::model::EvidenceReference;
use crate::model::{EvidenceId, Period};

use super::Change;

/// What names a resource: owner, region, type and id; or type and ARN.
type ById<'a> = (&'a str, &'a str, &'a str, &'a str);

/// Every configuration item of a control's subjects that was captured in the window, ordered by subject, time, recorder.
/// A resource that is not recorded has none.
///
/// # Errors
/// When the lake cannot be read.
pub fn changes(lake: &Lake, assessment: &Assessment, control: &ControlResult) -> Result<Vec<Change>, LakeError> {
    let (mut by_id, mut by_arn) = (HashMap::new(), HashMap::new());
    for result in assessment.subjects.iter().filter(|result| result.control == control.control) {
        let name = &result.subject;
        let id: ById<'_> = (name.account.as_str(), name.region.as_str(), &name.resource_type, &name.resource_id);
        if !name.resource_id.is_empty() {
            by_id.insert(id, name);
        }
        if !name.resource_arn.is_empty() {
            by_arn.insert((name.resource_type.as_str(), name.resource_arn.as_str()), name);
        }
    }
    let of_account = |account: &String| changes_in(lake, account, assessment.window, &by_id, &by_arn);
    let parts: Vec<Vec<Change>> = lake.accounts().par_iter().map(of_account).collect::<Result<_, _>>()?;
    let mut changes: Vec<Change> = parts.into_iter().flatten().collect();
    changes.sort();
    Ok(changes)
}

fn changes_in(
    lake: &Lake,
    account: &str,
    window: Period,
    by_id: &HashMap<ById<'_>, &SubjectName>,
    by_arn: &HashMap<(&str, &str), &SubjectName>,
) -> Result<Vec<Change>, LakeError> {
    let mut changes = Vec::new();
    for item in lake.items(account)? {
        if !window.contains(item.captured_at) || item.status == "ResourceNotRecorded" {
            continue;
        }
        let id: ById<'_> = (&item.account, &item.region, &item.resource_type, &item.resource_id);
        let by_name = || by_id.get(&id);
        let Some(subject) = by_arn.get(&(item.resource_type.as_str(), item.resource_arn.as_str())).or_else(by_name)
        else {
            continue;
        };
        let reference =
            EvidenceReference { evidence: EvidenceId::of_sha256(&item.evidence_id), record: item.record_number };
        changes.push(Change {
            subject: (subject.account.to_string(), subject.resource_type.clone(), subject.key.clone()),
            at: item.captured_at,
            recorder: format!("{}/{}", item.recorder_account, item.recorder_region),
            status: item.status,
            evidence: reference.to_string(),
        });
    }
    Ok(changes)
}
