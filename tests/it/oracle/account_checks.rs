//! What the checks of reports and password policies say: users, the root user, the account.

use std::collections::BTreeMap;

use serde_json::Value;

use super::checks::{Parameters, at, stated, verdict};
use super::{Micros, Said, parse_time};

const DAY: Micros = 86_400_000_000;

/// A number that is stated, or the default where nothing is.
fn number(parameters: &Parameters, name: &str, default: i64) -> Option<i64> {
    if parameters.is_none() { Some(default) } else { stated(parameters, name)?.parse().ok() }
}

/// A row of a credential report.
pub(crate) type Row = BTreeMap<String, String>;

fn yes(row: &Row, column: &str) -> Option<bool> {
    match row.get(column)?.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn moment(row: &Row, column: &str) -> Option<Micros> {
    row.get(column).and_then(|text| parse_time(text))
}

/// The three tests of users that a report answers.
pub(crate) fn of_user(test: &str, row: &Row, time: Micros, parameters: &Parameters) -> Said {
    let keys: Vec<&str> = ["access_key_1", "access_key_2"]
        .into_iter()
        .filter(|key| yes(row, &format!("{key}_active")) == Some(true))
        .collect();
    let days = |since: Micros| (time - since).div_euclid(DAY);
    match test {
        "MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS" => match (yes(row, "password_enabled"), yes(row, "mfa_active")) {
            (Some(true), Some(mfa)) => verdict(mfa),
            (Some(false), _) => Said::NotApplicable,
            _ => Said::Unknown,
        },
        "ACCESS_KEYS_ROTATED" => {
            let limit = number(parameters, "maxAccessKeyAge", 90).unwrap_or(90);
            let ages = keys.iter().map(|key| moment(row, &format!("{key}_last_rotated")).map(days));
            by_age(&ages.collect::<Vec<_>>(), limit)
        }
        _ => {
            let limit = number(parameters, "maxCredentialUsageAge", 90).unwrap_or(90);
            let mut ages = Vec::new();
            if yes(row, "password_enabled") == Some(true) {
                ages.push(moment(row, "password_last_used").or_else(|| moment(row, "password_last_changed")));
            }
            ages.extend(keys.iter().map(|key| {
                moment(row, &format!("{key}_last_used_date")).or_else(|| moment(row, &format!("{key}_last_rotated")))
            }));
            by_age(&ages.into_iter().map(|since| since.map(days)).collect::<Vec<_>>(), limit)
        }
    }
}

fn by_age(ages: &[Option<i64>], limit: i64) -> Said {
    if ages.is_empty() {
        Said::NotApplicable
    } else if ages.iter().flatten().any(|age| *age > limit) {
        Said::Fail
    } else if ages.contains(&None) {
        Said::Unknown
    } else {
        Said::Pass
    }
}

/// The two tests of the root user.
pub(crate) fn of_root(test: &str, row: &Row) -> Said {
    let active = ["access_key_1_active", "access_key_2_active"].iter().any(|key| yes(row, key) == Some(true));
    if test == "IAM_ROOT_ACCESS_KEY_CHECK" {
        let kept = ["access_key_1_last_rotated", "access_key_2_last_rotated"];
        return verdict(!active && !kept.iter().any(|key| moment(row, key).is_some()));
    }
    match (yes(row, "mfa_active"), yes(row, "password_enabled")) {
        (Some(true), _) => Said::Pass,
        (Some(false), Some(false)) if !active => Said::NotApplicable,
        (Some(false), _) => Said::Fail,
        (None, _) => Said::Unknown,
    }
}

/// C04: nothing is the policy that AWS gives to accounts without one.
pub(crate) fn of_policy(policy: Option<&Value>, parameters: &Parameters) -> Said {
    let Some(policy) = policy else { return Said::Fail };
    let classes = ["RequireUppercaseCharacters", "RequireLowercaseCharacters", "RequireSymbols", "RequireNumbers"];
    let classes = classes.iter().all(|name| {
        let wanted = parameters.is_none() || stated(parameters, name) == Some("true");
        !wanted || at(policy, &[name]) == &Value::Bool(true)
    });
    let has = |name: &str| at(policy, &[name]).as_i64();
    let least = |name: &str, default: i64| {
        number(parameters, name, default).is_none_or(|wanted| has(name).is_some_and(|have| have >= wanted))
    };
    let age = number(parameters, "MaxPasswordAge", 90).is_none_or(|wanted| {
        at(policy, &["ExpirePasswords"]) == &Value::Bool(true)
            && has("MaxPasswordAge").is_some_and(|have| 0 < have && have <= wanted)
    });
    verdict(classes && least("MinimumPasswordLength", 14) && least("PasswordReusePrevention", 24) && age)
}
