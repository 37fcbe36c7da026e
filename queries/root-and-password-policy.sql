-- What is stated of root users and password policies, and when?
--
-- account, stated_at
-- what: password_policy, account_summary or credential_report
-- has_policy: of a password policy, whether there is one
-- minimum_password_length, require_symbols, require_numbers, require_uppercase_characters,
-- require_lowercase_characters, max_password_age, password_reuse_prevention: of a password policy; ages in days
-- root_has_mfa, root_has_access_keys: of an account summary or the root user's line of a credential report
-- root_password_last_used: of a credential report, as it is written there
-- evidence_id, record_number
--
-- Limits: each row is true of its moment; between two nothing is stated. A value that the answer does not state
-- is null: AWS leaves out what is not set. Needs the lake alone.
with stated as (
    select
        account, stated_at, kind as what,
        case when kind = 'password_policy' then content <> '' end as has_policy,
        minimum_password_length, require_symbols, require_numbers, require_uppercase_characters,
        require_lowercase_characters, max_password_age, password_reuse_prevention,
        account_mfa_enabled > 0 as root_has_mfa,
        account_access_keys_present > 0 as root_has_access_keys,
        '' as root_password_last_used,
        evidence_id, record_number
    from conditions
    where kind = 'password_policy' or kind = 'account_summary'
    union all
    select
        account, generated_at as stated_at, 'credential_report' as what,
        null as has_policy,
        null as minimum_password_length, null as require_symbols, null as require_numbers,
        null as require_uppercase_characters, null as require_lowercase_characters, null as max_password_age,
        null as password_reuse_prevention,
        case when mfa_active = 'true' then true when mfa_active = 'false' then false end as root_has_mfa,
        case
            when access_key_1_active = 'true' or access_key_2_active = 'true' then true
            when access_key_1_active = 'false' and access_key_2_active = 'false' then false
        end as root_has_access_keys,
        password_last_used as root_password_last_used,
        evidence_id, record_number
    from credentials
    where "user" = '<root_account>'
)
select
    account, stated_at, what, has_policy, minimum_password_length, require_symbols, require_numbers,
    require_uppercase_characters, require_lowercase_characters, max_password_age, password_reuse_prevention,
    root_has_mfa, root_has_access_keys, root_password_last_used, evidence_id, record_number
from stated
order by account, what, stated_at, evidence_id, record_number
