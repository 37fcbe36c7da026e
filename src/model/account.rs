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
/// beside them.
#[must_use]
pub fn find_account(path: &str) -> Option<AccountId> {
    path.rsplit(|c: char| !c.is_ascii_alphanumeric()).find_map(AccountId::parse)
}

/// The last region name in a path (spec section 3.7).
#[must_use]
pub fn find_region(path: &str) -> Option<Region> {
    path.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).find_map(|component| {
        let words: Vec<&str> = component.split('-').collect();
        // A name such as `123456789012-us-gov-west-1` holds its region among other words.
        (0..words.len()).rev().find_map(|end| {
            let longest = [4_usize, 3].into_iter().filter_map(|width| (end + 1).checked_sub(width));
            longest.filter_map(|start| words.get(start..=end)).find_map(|words| {
                let text = words.join("-");
                is_region(&text).then(|| Region(text.into()))
            })
        })
    })
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
