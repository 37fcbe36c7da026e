//! [`S3Address`]: an argument of the form `s3://bucket/key`, taken apart. Opens nothing.

use std::fmt;

use super::super::names::shown;

/// What every address begins with, in any case.
const SCHEME: &str = "s3:";

/// A bucket, and an object or the beginning of keys in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct S3Address {
    bucket: String,
    key: String,
}

/// Why a text is no address, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// `s3:` without the two slashes.
    #[error(
        "an address in S3 has the form `s3://BUCKET/PREFIX`; a path on disk that begins with `s3:` is given as `./s3:…`"
    )]
    Form,
    /// `s3://` and no bucket behind it.
    #[error("the address names no bucket: write `s3://BUCKET` or `s3://BUCKET/PREFIX`")]
    NoBucket,
    /// A bucket that cannot be one.
    #[error(
        "`{0}` cannot be the name of a bucket: it has 3 to 255 letters, digits, `.`, `-` and `_`, and begins and ends \
         with a letter or digit"
    )]
    Bucket(String),
    /// Bytes that are no UTF-8, which a key always is.
    #[error("the address is not UTF-8, which the key of an object always is")]
    Encoding,
}

impl S3Address {
    /// Whether a text is meant as an address.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        text.get(..SCHEME.len()).is_some_and(|start| start.eq_ignore_ascii_case(SCHEME))
    }

    /// Takes an address apart. The key stays as it is written: nothing in it is an escape.
    ///
    /// # Errors
    /// When the text is no address, or its bucket cannot be one.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let rest = text.get(SCHEME.len()..).filter(|_| Self::is_meant(text)).and_then(|rest| rest.strip_prefix("//"));
        let rest = rest.ok_or(AddressError::Form)?;
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(AddressError::NoBucket);
        }
        if !is_bucket(bucket) {
            return Err(AddressError::Bucket(shown(bucket).into_owned()));
        }
        Ok(Self { bucket: bucket.to_owned(), key: key.to_owned() })
    }

    /// The bucket.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The key, or its beginning; empty for the whole bucket.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Its last component, which stands for the argument in the ledger: of a whole bucket, the bucket.
    pub(super) fn name(&self) -> &str {
        self.key.rsplit('/').find(|part| !part.is_empty()).unwrap_or(&self.bucket)
    }

    /// The beginning of the keys that lie below it as a folder.
    pub(super) fn folder(&self) -> String {
        if self.key.is_empty() || self.key.ends_with('/') { self.key.clone() } else { format!("{}/", self.key) }
    }

    /// Whether it may name an object itself.
    pub(super) fn may_be_object(&self) -> bool {
        !self.key.is_empty() && !self.key.ends_with('/')
    }
}

/// As it is written, fit to be shown.
impl fmt::Display for S3Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}", self.bucket)?;
        if self.key.is_empty() { Ok(()) } else { write!(f, "/{}", shown(&self.key)) }
    }
}

/// Names that S3 gives today, and those of buckets from before 2018, which may be longer and hold `_` and
/// upper-case letters.
fn is_bucket(name: &str) -> bool {
    let is_end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    (3..=255).contains(&bytes.len())
        && is_end(bytes.first())
        && is_end(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(byte))
        && !name.contains("..")
}
