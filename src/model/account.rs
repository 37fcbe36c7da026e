//! [`AccountId`], [`Region`] and [`Recorder`]: whose evidence it is, and from where.

use std::fmt;
use std::sync::Arc;

/// The region of subjects that belong to no region: accounts and all of IAM (spec section 1).
pub const GLOBAL_REGION: &str = "global";

/// An AWS account: always twelve digits, kept as text so that leading zeros stay.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(Arc<str>);

impl AccountId {
    /// Takes twelve digits; anything else is `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_account(text).then(|| Self(text.into()))
    }

    /// The twelve digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The twelve digits, without a copy of them.
    #[must_use]
    pub fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A region's code such as `eu-west-1`, or [`GLOBAL_REGION`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(Arc<str>);

impl Region {
    /// Takes a region as evidence writes it; blank text and odd characters are `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text == GLOBAL_REGION || is_region(text)).then(|| Self(text.into()))
    }

    /// The region of accounts and IAM.
    #[must_use]
    pub fn global() -> Self {
        Self(GLOBAL_REGION.into())
    }

    /// Its code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its code, without a copy of it.
    #[must_use]
    pub fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }

    /// Whether it is [`GLOBAL_REGION`].
    #[must_use]
    pub fn is_global(&self) -> bool {
        &*self.0 == GLOBAL_REGION
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who recorded a configuration item: the account and region that the delivered file's name
/// states, else the item's own (spec section 3.1).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Recorder {
    /// The recording account.
    pub account: AccountId,
    /// The recording region.
    pub region: Region,
}

/// The last 12-digit component of a path (spec section 3.7): twelve digits with no digit or letter
/// beside them that are not the end of a UUID. Digits that read as a minute (`202601050600`) are taken
/// only where there are no others.
#[must_use]
pub fn find_account(path: &str) -> Option<AccountId> {
    let components: Vec<&str> = path.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let candidates = || {
        let places = components.iter().enumerate().rev();
        places.filter(|(at, _)| !ends_uuid(&components, *at)).filter_map(|(_, text)| AccountId::parse(text))
    };
    candidates().find(|account| !is_minute(account.as_str())).or_else(|| candidates().next())
}

/// Whether the component is the last of the five parts of a UUID.
fn ends_uuid(components: &[&str], at: usize) -> bool {
    let Some(parts) = at.checked_sub(4).and_then(|start| components.get(start..=at)) else { return false };
    let is_hexadecimal = |part: &&str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(is_hexadecimal)
}

/// Whether twelve digits read as `YYYYMMDDHHMM` of this century.
fn is_minute(digits: &str) -> bool {
    let number = |range: std::ops::Range<usize>| digits.get(range).and_then(|text| text.parse::<u32>().ok());
    digits.starts_with("20")
        && number(4..6).is_some_and(|month| (1..=12).contains(&month))
        && number(6..8).is_some_and(|day| (1..=31).contains(&day))
        && number(8..10).is_some_and(|hour| hour < 24)
        && number(10..12).is_some_and(|minute| minute < 60)
}

/// The last region name in a path (spec section 3.7): a name as AWS forms them, so that words joined
/// by hyphens with a number at their end are not taken for one.
#[must_use]
pub fn find_region(path: &str) -> Option<Region> {
    path.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).find_map(|component| {
        let words: Vec<&str> = component.split('-').collect();
        // A name such as `123456789012-us-gov-west-1` holds its region among other words.
        (0..words.len()).rev().find_map(|end| {
            let starts = [4_usize, 3].into_iter().filter_map(|width| (end + 1).checked_sub(width));
            starts.filter_map(|start| words.get(start..=end)).find_map(|words| {
                let text = words.join("-");
                (is_region(&text) && is_formed_as_aws_does(words)).then(|| Region(text.into()))
            })
        })
    })
}

/// Area, for some partitions a word for it, direction, number.
fn is_formed_as_aws_does(words: &[&str]) -> bool {
    const AREAS: [&str; 12] = ["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx", "cn", "eusc", "nz"];
    const PARTITIONS: [&str; 6] = ["gov", "iso", "isob", "isoe", "isof", "de"];
    let is_direction = |word: &str| {
        let rest = ["north", "south", "central"].iter().find_map(|start| word.strip_prefix(start)).unwrap_or(word);
        matches!(rest, "" | "east" | "west")
    };
    match words {
        [area, direction, _] => AREAS.contains(area) && is_direction(direction),
        [area, partition, direction, _] => {
            AREAS.contains(area) && PARTITIONS.contains(partition) && is_direction(direction)
        }
        _ => false,
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// `eu-west-1`, `us-gov-east-1`, `us-iso-west-1`, `ap-southeast-2`: two letters, one or two words,
/// a number.
fn is_region(text: &str) -> bool {
    let words: Vec<&str> = text.split('-').collect();
    let (Some((area, rest)), true) = (words.split_first(), (3..=4).contains(&words.len())) else { return false };
    let Some((number, names)) = rest.split_last() else { return false };
    let letters = |word: &&str| word.len() >= 2 && word.bytes().all(|b| b.is_ascii_lowercase());
    (area.len() == 2 || *area == "mx" || *area == "eusc")
        && area.bytes().all(|b| b.is_ascii_lowercase())
        && names.iter().all(|word| letters(word) || matches!(*word, "iso" | "isob" | "isoe" | "isof"))
        && (1..=2).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{Region, find_account, find_region};

    #[test]
    fn account_and_region_are_found_in_paths_and_not_in_ordinary_words() {
        let rows = [
            ("x/111122223333/eu-west-1/2026/get-compliance-details-by-config-rule-1.json", "111122223333", "eu-west-1"),
            ("111122223333-us-gov-west-1.json", "111122223333", "us-gov-west-1"),
            ("iam/000000000012/report-20260112T130000Z.csv", "000000000012", ""),
            ("111122223333/export-202601050600.json", "111122223333", ""),
            ("export-202601050600.json", "202601050600", ""),
            ("a8ecd5aa-5966-4ded-b088-123456789012/x", "", ""),
            ("my-export-2/team-a-1", "", ""),
            ("1111222233334/ap-southeast-2_x", "", "ap-southeast-2"),
            ("il-central-1/mx-central-1/us-iso-east-1", "", "us-iso-east-1"),
        ];
        for (path, account, region) in rows {
            assert_eq!(find_account(path).map_or(String::new(), |found| found.to_string()), account, "{path}");
            assert_eq!(find_region(path).map_or(String::new(), |found| found.to_string()), region, "{path}");
        }
    }

    #[test]
    fn an_item_may_name_a_region_that_is_newer_than_this_program() {
        assert!(Region::parse("xx-north-3").is_some() && Region::parse("global").is_some());
        assert!(
            Region::parse("").is_none() && Region::parse("Mars").is_none() && Region::parse("eu-west-1; x").is_none()
        );
    }
}
