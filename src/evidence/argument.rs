//! [`EvidenceArgument`]: what an argument names, a place on disk or in S3.

use std::ffi::OsStr;
use std::path::PathBuf;

use super::s3::{AddressError, S3Address};

/// An argument that names evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvidenceArgument {
    /// A file or folder of this machine.
    Disk(PathBuf),
    /// An object, or all objects below a prefix.
    S3(S3Address),
}

impl EvidenceArgument {
    /// What a text of the command line names: what begins with `s3:` is in S3, all else on disk. A path
    /// on disk stays as it is, also where it is no UTF-8.
    ///
    /// # Errors
    /// When it begins with `s3:` and is no address.
    pub fn parse(text: &OsStr) -> Result<Self, AddressError> {
        if !S3Address::is_meant(&text.to_string_lossy()) {
            return Ok(Self::Disk(PathBuf::from(text)));
        }
        let text = text.to_str().ok_or(AddressError::Encoding)?;
        S3Address::parse(text).map(Self::S3)
    }

    /// The path, where it is on disk.
    #[must_use]
    pub fn on_disk(&self) -> Option<&PathBuf> {
        match self {
            Self::Disk(path) => Some(path),
            Self::S3(_) => None,
        }
    }
}

impl From<PathBuf> for EvidenceArgument {
    fn from(path: PathBuf) -> Self {
        Self::Disk(path)
    }
}
