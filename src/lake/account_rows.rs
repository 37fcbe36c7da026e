//! Lines of credential reports and conditions as rows. Gives no meaning to them.

use serde_json::{Map, Value};

use super::schema::{ConditionRow, CredentialRow};
use crate::formats::records::{ConditionKind, ConditionRecord, CredentialRecord};

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
    let stated = Stated::of(condition.kind, &condition.content);
    ConditionRow {
        minimum_password_length: stated.count("MinimumPasswordLength"),
        require_symbols: stated.flag("RequireSymbols"),
        require_numbers: stated.flag("RequireNumbers"),
        require_uppercase_characters: stated.flag("RequireUppercaseCharacters"),
        require_lowercase_characters: stated.flag("RequireLowercaseCharacters"),
        max_password_age: stated.count("MaxPasswordAge"),
        password_reuse_prevention: stated.count("PasswordReusePrevention"),
        account_mfa_enabled: stated.count("AccountMFAEnabled"),
        account_access_keys_present: stated.count("AccountAccessKeysPresent"),
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

/// The members of an answer that have columns of their own; none of other kinds of answers.
struct Stated(Map<String, Value>);

impl Stated {
    fn of(kind: ConditionKind, content: &str) -> Self {
        let within = match kind {
            ConditionKind::PasswordPolicy => "PasswordPolicy",
            ConditionKind::AccountSummary => "SummaryMap",
            _ => return Self(Map::new()),
        };
        let Ok(Value::Object(answer)) = serde_json::from_str(content) else { return Self(Map::new()) };
        let members = find(&answer, within).and_then(Value::as_object).cloned();
        Self(members.unwrap_or(answer))
    }

    /// A number, or `null` where it is not stated as a whole number.
    fn count(&self, name: &str) -> Option<u64> {
        find(&self.0, name)?.as_u64()
    }

    fn flag(&self, name: &str) -> Option<bool> {
        find(&self.0, name)?.as_bool()
    }
}

/// A member by its name, in whichever case a tool wrote it.
fn find<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
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
