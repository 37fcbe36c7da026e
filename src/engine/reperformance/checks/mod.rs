//! The checks, one file each.
//!
//! A check is added by its file and its line here. Checks may share what judges documents and ports
//! with one another, never a verdict.

use super::check::Check;

/// Declares the file of each check and puts it into the list.
macro_rules! checks {
    ($($name:ident,)*) => {
        $(mod $name;)*

        const ALL: &[&[Check]] = &[$($name::CHECKS,)*];
    };
}

checks! {
    mfa_enabled_for_iam_console_access,
    iam_user_unused_credentials_check,
    access_keys_rotated,
    iam_password_policy,
    iam_root_access_key_check,
    root_account_mfa_enabled,
    iam_user_no_policies_check,
    iam_policy_no_statements_with_admin_access,
    s3_bucket_public_read_prohibited,
    s3_bucket_public_write_prohibited,
    cloud_trail_encryption_enabled,
    incoming_ssh_disabled,
    security_group_observations,
    restricted_incoming_traffic,
    vpc_default_security_group_closed,
    multi_region_cloud_trail_enabled,
    cloud_trail_log_file_validation_enabled,
    s3_bucket_logging_enabled,
    vpc_flow_logs_enabled,
    s3_bucket_server_side_encryption_enabled,
}

/// All checks, in the order of the list.
pub(in crate::engine) fn all() -> impl Iterator<Item = &'static Check> {
    ALL.iter().copied().flatten()
}

/// The checks that speak for a test.
pub(in crate::engine) fn of_test(test: &str) -> impl Iterator<Item = &'static Check> {
    all().filter(move |check| check.test == test)
}

#[cfg(test)]
mod trap_tables;
