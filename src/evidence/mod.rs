//! Where bytes come from, and proof of which bytes: files, folders, objects in S3, and bundles.
//!
//! Imports from [`crate::model`] only. Writes nothing but anonymous temporary files, opens no socket but
//! for an argument that is an address in S3, follows no link inside a folder, and knows no export format:
//! content alone decides what is a bundle and what is compressed; a name is a hint and nothing else.
//!
//! [`discover`] and [`discover_evidence`] list what the arguments hold in one fixed order; [`visit`] opens
//! one of these files and hands its leaves to a [`Visitor`]. What is different about S3 is in an
//! [`ObjectStore`]: below it everything works on a [`std::io::Read`].
//!
//! # Policy
//!
//! | met | done |
//! |---|---|
//! | gzip (any number of members), zstd, xz | inflated, by magic bytes; twice over at most |
//! | tar, zip, also inside a compression | a bundle: its members are visited; a bundle in it too |
//! | a bundle in a bundle in a bundle | listed with its SHA-256, not opened |
//! | bzip2, 7z, rar, lz4, `compress` | listed with its SHA-256, not opened |
//! | symbolic link, device, pipe, socket | refused unread; an argument that is a link is followed |
//! | absolute path, drive letter, `..`, NUL in a member's name | that member is refused unread |
//! | `\` in a member's name | a separator, as Windows tools write it |
//! | control and direction characters in names | shown as `\u{1b}` |
//! | names that are not UTF-8 | read; shown with U+FFFD in place of what is no UTF-8 |
//! | encrypted, sparse or otherwise packed members | that member is refused unread |
//! | two members of one path | both are visited |
//! | an object whose key ends in `/`, without bytes | no file: it stands for an empty folder |
//! | an object that changed since it was listed | refused, or broken off there; versions are never mixed |
//! | an archived object | refused unread, unless it was restored |
//! | `//`, `.`, `..` in the key of an object | a name like any other: nothing is written by a key |
//! | hidden files, `.DS_Store`, `__MACOSX` | files like any other |
//!
//! # Order
//!
//! Files by the bytes of their path; members of a zip by the bytes of their normalised path and then
//! by their place in its directory; members of a tar as they come. No answer may depend on it.
//!
//! # Memory
//!
//! A few buffers of fixed size for each bundle and compression around a leaf; nothing grows with the
//! size of a file, and a zip's directory is gone through in stretches.

mod ahead;
mod argument;
mod content;
mod custody;
mod decode;
mod discover;
mod fault;
mod inflate;
mod limits;
mod in_turn;
mod names;
mod s3;
mod sniff;
mod tar_bundle;
mod visit;
mod walk;
mod zip_bundle;
mod zip_directory;

pub use argument::EvidenceArgument;
pub use custody::Custody;
pub use discover::{DiscoverError, Discovery, EvidenceFile, ObjectStore, Stamp, discover, discover_evidence};
pub use fault::{ReadFault, Refusal};
pub use in_turn::in_turn;
pub use limits::Limits;
pub use names::LeafName;
pub use s3::{AddressError, Patience, S3Address, S3Settings, Transfer};
pub use visit::{Visitor, visit};

#[cfg(test)]
mod tests;
