//! What the folders of a bucket are by their names, in the layout in which AWS Config delivers:
//! `[…/]AWSLogs/[o-org/]<account>/Config/<region>/<year>/<month>/<day>/…`. Months and days have no leading
//! zeros. Names only steer how the bucket is listed; what is in an object, its content decides.

use crate::model::{AccountId, Instant};

/// How what lies below a prefix is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// A level of the layout above the days: folder by folder, each on its own.
    Branches,
    /// A day of the layout: all at once.
    Day(Instant),
    /// Not of the layout.
    Unknown,
}

/// What a prefix that ends in `/` is.
pub(super) fn level_of(prefix: &str) -> Level {
    let parts: Vec<&str> = prefix.trim_end_matches('/').split('/').collect();
    let Some(logs) = parts.iter().rposition(|part| *part == "AWSLogs") else { return Level::Unknown };
    let below = parts.get(logs.saturating_add(1)..).unwrap_or_default();
    let below = match below.split_first() {
        Some((first, rest)) if is_organization(first) => rest,
        _ => below,
    };
    let is_account = |text: &str| AccountId::parse(text).is_some();
    match below {
        [] => Level::Branches,
        [account] | [account, "Config"] | [account, "Config", _] if is_account(account) => Level::Branches,
        [account, "Config", _, year] if is_account(account) && number(year, 4).is_some() => Level::Branches,
        [account, "Config", _, year, month] if is_account(account) && date(year, month, "1").is_some() => {
            Level::Branches
        }
        [account, "Config", _, year, month, day] if is_account(account) => {
            date(year, month, day).map_or(Level::Unknown, Level::Day)
        }
        _ => Level::Unknown,
    }
}

fn is_organization(text: &str) -> bool {
    text.strip_prefix("o-").is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// The first moment of a day, where the three are numbers as the layout writes them.
fn date(year: &str, month: &str, day: &str) -> Option<Instant> {
    let short = |text: &str| number(text, text.len()).filter(|_| text.len() <= 2);
    Instant::from_date(i64::from(number(year, 4)?), short(month)?, short(day)?)
}

fn number(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}
