//! Lines of credential reports and conditions as rows. Gives no meaning to them.

use super::schema::{ConditionRow, CredentialRow};
use crate::formats::records::{ConditionRecord, CredentialRecord};

/// A line of a credential report as a row, which has no ledger id yet.
pub(super) fn credential_row(number: u64, line: CredentialRecord) -> CredentialRow {
    let [
        user_creation_time,
        password_enabled,
        password_last_used,
        password_last_changed,
        password_next_rotation,
        mfa_active,
        access_key_1_active,
        access_key_1_last_rotated,
        access_key_1_last_used_date,
        access_key_1_last_used_region,
        access_key_1_last_used_service,
        access_key_2_active,
        access_key_2_last_rotated,
        access_key_2_last_used_date,
        access_key_2_last_used_region,
        access_key_2_last_used_service,
        cert_1_active,
        cert_1_last_rotated,
        cert_2_active,
        cert_2_last_rotated,
        additional_credentials_info,
    ] = line.values;
    CredentialRow {
        account: line.account.to_string(),
        generated_at: line.generated_at,
        report_whole: line.report_whole,
        user: line.user,
        user_arn: line.user_arn,
        user_creation_time,
        password_enabled,
        password_last_used,
        password_last_changed,
        password_next_rotation,
        mfa_active,
        access_key_1_active,
        access_key_1_last_rotated,
        access_key_1_last_used_date,
        access_key_1_last_used_region,
        access_key_1_last_used_service,
        access_key_2_active,
        access_key_2_last_rotated,
        access_key_2_last_used_date,
        access_key_2_last_used_region,
        access_key_2_last_used_service,
        cert_1_active,
        cert_1_last_rotated,
        cert_2_active,
        cert_2_last_rotated,
        additional_credentials_info,
        evidence_id: String::new(),
        record_number: number,
    }
}

/// A condition as a row, which has no ledger id yet.
pub(super) fn condition_row(number: u64, condition: ConditionRecord) -> ConditionRow {
    ConditionRow {
        account: condition.account.to_string(),
        region: condition.region.to_string(),
        kind: condition.kind.name().to_owned(),
        name: condition.name,
        stated_at: condition.stated_at,
        content: condition.content,
        evidence_id: String::new(),
        record_number: number,
    }
}

#[cfg(test)]
mod tests {
    use super::credential_row;
    use crate::formats::records::{CREDENTIAL_COLUMNS, CredentialRecord};
    use crate::lake::columns::Columns;
    use crate::lake::{CredentialRow, Row};
    use crate::model::{AccountId, Instant};

    #[test]
    fn every_column_of_a_report_goes_into_the_column_of_its_name() {
        let line = CredentialRecord {
            account: AccountId::parse("011122223333").unwrap(),
            generated_at: Instant::from_microseconds(0),
            report_whole: true,
            user: "u".to_owned(),
            user_arn: "a".to_owned(),
            values: CREDENTIAL_COLUMNS.map(str::to_owned),
        };
        let row = credential_row(1, line);
        let values: Vec<&str> = row.values().map(String::as_str).collect();
        assert_eq!(values, CREDENTIAL_COLUMNS);
        let (mut columns, mut encoded) = (Columns::<CredentialRow>::new(), Vec::new());
        row.encode(&mut encoded);
        columns.push(&encoded, None).unwrap();
        let batch = columns.take().unwrap();
        for column in CREDENTIAL_COLUMNS {
            let cells = batch.column_by_name(column).unwrap();
            let cells = cells.as_any().downcast_ref::<arrow::array::StringArray>().unwrap();
            assert_eq!(cells.value(0), column);
        }
    }
}
