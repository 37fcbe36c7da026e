//! Whom a statement of a bucket policy lets in, by Amazon S3's own meaning of public.
//!
//! A statement starts out as public. It stops being so only where it grants to fixed values: of its
//! principals, or of one of a few condition keys. A fixed value holds no wildcard and no policy variable.
//! A `Deny` elsewhere makes no statement less public: what it leaves over cannot be told.

use std::net::IpAddr;

use serde_json::Value;

use super::policy_document::{Effect, Statement, fits, fits_some_that_begins, is_open_value, values};
use crate::model::{AccountId, Arn};

/// Kinds of operations on a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operations {
    Read,
    Write,
}

/// What a statement grants to the public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grant {
    Nothing,
    Public,
    /// It has a form that AWS does not accept: it might be public.
    Unclear,
}

/// Whom a statement names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Principals {
    /// Only such as are written out.
    Fixed,
    /// Anyone, or anyone but some.
    Anyone,
    Unclear,
}

/// What a statement grants to the public of some operations.
pub(super) fn grant(statement: &Statement<'_>, operations: Operations) -> Grant {
    if statement.effect() == Effect::Deny || is_limited_by_condition(statement) {
        return Grant::Nothing;
    }
    let principals = principals(statement);
    let allowed = allows(statement, operations.beginnings(), operations.names());
    if principals == Principals::Fixed || allowed == Some(false) {
        return Grant::Nothing;
    }
    let is_clear = principals == Principals::Anyone && allowed == Some(true) && statement.effect() == Effect::Allow;
    if is_clear { Grant::Public } else { Grant::Unclear }
}

/// Whether a statement's actions take in some that begin so, or have such a name; `None` where they have
/// no form that AWS accepts and might do so.
pub(super) fn allows(statement: &Statement<'_>, beginnings: &[&str], names: &[&str]) -> Option<bool> {
    if statement.element("NotAction").is_some() {
        return Some(true);
    }
    let actions = statement.texts("Action")?;
    let takes_in = |pattern: &&str| {
        beginnings.iter().any(|beginning| fits_some_that_begins(pattern.trim(), beginning))
            || names.iter().any(|name| fits(pattern.trim(), name))
    };
    let found = actions.values.iter().any(takes_in);
    (found || !actions.is_flawed).then_some(found)
}

impl Operations {
    /// As a verb.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    /// How the actions of the kind begin.
    fn beginnings(self) -> &'static [&'static str] {
        match self {
            Self::Read => &["s3:Get", "s3:List"],
            Self::Write => &["s3:Put", "s3:Delete", "s3:Create", "s3:Abort", "s3:Restore", "s3:Replicate"],
        }
    }

    /// Actions of the kind that begin otherwise.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Read => &[],
            Self::Write => &["s3:BypassGovernanceRetention", "s3:ObjectOwnerOverrideToBucketOwner"],
        }
    }
}

/// Whom a statement names as principals.
fn principals(statement: &Statement<'_>) -> Principals {
    if statement.element("NotPrincipal").is_some() {
        return Principals::Anyone;
    }
    let Some(named) = named_principals(statement) else { return Principals::Unclear };
    if named.iter().any(|(_, name)| name.is_some_and(is_open_value)) {
        return Principals::Anyone;
    }
    // Whoever signs in with a large identity provider may be anyone: only these kinds are fixed by a name.
    let is_known = |(kind, name): &(&str, Option<&str>)| {
        name.is_some_and(|name| !name.trim().is_empty()) && ["AWS", "Service", "CanonicalUser"].contains(kind)
    };
    if named.is_empty() || !named.iter().all(is_known) { Principals::Unclear } else { Principals::Fixed }
}

/// A statement's principals: kind and name of each, a name only where it is a text. `None` where there is
/// no principal or it has no form of one.
pub(super) fn named_principals<'a>(statement: &Statement<'a>) -> Option<Vec<(&'a str, Option<&'a str>)>> {
    match statement.element("Principal")? {
        Value::String(name) => Some(vec![("AWS", Some(name))]),
        Value::Object(kinds) => {
            let names = |(kind, names): (&'a String, &'a Value)| {
                values(names).into_iter().map(|name| (kind.as_str(), name.as_str())).collect::<Vec<_>>()
            };
            Some(kinds.iter().flat_map(names).collect())
        }
        _ => None,
    }
}

/// Whether one of a statement's conditions lets in nobody but fixed values. All conditions have to be met,
/// so one that does is enough.
fn is_limited_by_condition(statement: &Statement<'_>) -> bool {
    let conditions = statement.conditions();
    conditions.iter().any(|(operator, key, allowed)| {
        let fixed = |value: &&Value| is_fixed(operator, key, value);
        // Several values are alternatives: one that is open opens the statement. None limit nothing.
        !allowed.is_empty() && allowed.iter().all(fixed)
    })
}

/// Whether an operator with one value of a key lets in nobody but that one.
///
/// Only operators that want the key to be there and to match do so. Those that end in `IfExists`, and
/// those that begin with `ForAllValues:`, are met by a request without the key, such as an anonymous one
/// from the internet without a VPC endpoint: they count as no limit, and neither does whatever asks for
/// something else than a match (`…Not…`, `Null`, `Bool`, numbers and dates).
fn is_fixed(operator: &str, key: &str, value: &Value) -> bool {
    let operator = operator.to_ascii_lowercase();
    let operator = operator.strip_prefix("foranyvalue:").unwrap_or(&operator);
    let key = key.to_ascii_lowercase();
    let number = value.as_u64().map(|number| number.to_string());
    let Some(value) = value.as_str().or(number.as_deref()).map(str::trim).filter(|value| !value.is_empty()) else {
        return false;
    };
    match (operator, key.as_str()) {
        ("ipaddress", "aws:sourceip") => is_narrow_range(value),
        ("stringequals" | "stringequalsignorecase" | "stringlike" | "arnequals" | "arnlike", key) => match key {
            "s3:dataaccesspointarn" => !is_open_value(value) || is_access_point_of_one_account(value),
            _ => LIMITING_KEYS.contains(&key) && !is_open_value(value),
        },
        _ => false,
    }
}

/// Keys, beside addresses and access points, whose fixed values make a statement non-public, in small
/// letters: keys count in any case.
const LIMITING_KEYS: [&str; 9] = [
    "aws:principalorgid",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
];

/// Whether a value is an address range not broader than /8 in IPv4 or /32 in IPv6.
///
/// Private ranges, which Amazon excepts from that measure, are never broader. An IPv4 range written in
/// IPv6 is not taken: its length would have to be read otherwise.
fn is_narrow_range(range: &str) -> bool {
    let (address, length) = range.split_once('/').map_or((range, None), |(address, length)| (address, Some(length)));
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let (broadest, narrowest) = match address {
        IpAddr::V4(_) => (8, 32),
        IpAddr::V6(address) if address.to_ipv4_mapped().is_some() => return false,
        IpAddr::V6(_) => (32, 128),
    };
    let Some(length) = length else { return true };
    let is_number = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
    is_number && length.parse::<u8>().is_ok_and(|length| (broadest..=narrowest).contains(&length))
}

/// Whether only the name of an access point is left open: its account is fixed.
fn is_access_point_of_one_account(value: &str) -> bool {
    Arn::parse(value).is_some_and(|arn| {
        let names = [arn.partition, arn.service, arn.region];
        AccountId::parse(arn.account).is_some()
            && !names.into_iter().any(is_open_value)
            && arn.resource.starts_with("accesspoint/")
            && !arn.resource.contains("${")
    })
}
