//! Names from disks and bundles: what a path may be, how it is shown, what stands below a bundle.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A leaf's names. Path and bundle together say where the bytes are; two leaves may share them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeafName {
    /// The path as [`super::EvidenceFile::path`] gives it. For a member: its own normalised path below
    /// the bundle's path without its suffix, so `a.zip` holding `b/c.json` gives `a/b/c.json`, which
    /// is what the bundle unpacked into a folder gives.
    pub path: String,
    /// The bundle that holds it, or `outer > inner`, where `outer` is a path and `inner` a member's
    /// path in it; empty for a file on disk.
    pub bundle: String,
    /// Like `path`, but beginning with the argument's absolute path: for finding account, region and time.
    pub hint_path: String,
}

/// Suffixes that a bundle's folder would not bear, the longer ones first.
const BUNDLE_SUFFIXES: [&str; 11] =
    [".tar.zst", ".tar.gz", ".tar.xz", ".tzst", ".tar", ".tgz", ".txz", ".zip", ".zst", ".gz", ".xz"];

/// The path of the folder that a bundle would be unpacked into.
pub(super) fn folder_of_bundle(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    for suffix in BUNDLE_SUFFIXES {
        let Some(at) = name.len().checked_sub(suffix.len()).filter(|at| *at > 0) else { continue };
        if name.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(suffix)) {
            return path.get(..path.len().saturating_sub(suffix.len())).unwrap_or(path);
        }
    }
    path
}

/// A name fit to be shown and compared: characters that steer a terminal are spelled out.
pub(super) fn shown(name: &str) -> Cow<'_, str> {
    if !name.contains(is_steering) {
        return Cow::Borrowed(name);
    }
    let mut text = String::with_capacity(name.len() + 8);
    for character in name.chars() {
        if is_steering(character) {
            // Writing to a String cannot fail.
            let _ = write!(text, "\\u{{{:x}}}", u32::from(character));
        } else {
            text.push(character);
        }
    }
    Cow::Owned(text)
}

/// Control characters, line separators and marks that turn the direction of text.
fn is_steering(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Why a member's path is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Escape {
    /// The path as it stands, fit to be shown.
    pub(super) path: String,
    /// What it does, as the end of a sentence that begins with the path.
    pub(super) reason: &'static str,
}

/// The normalised path of a member: `/` between components, no empty ones, no `.`.
pub(super) fn member_path(name: &[u8]) -> Result<String, Escape> {
    let text = String::from_utf8_lossy(name).replace('\\', "/");
    match components(&text) {
        Ok(parts) => Ok(shown(&parts.join("/")).into_owned()),
        Err(reason) => Err(Escape { path: shown(&text).into_owned(), reason }),
    }
}

fn components(text: &str) -> Result<Vec<&str>, &'static str> {
    if text.contains('\0') {
        return Err("holds a NUL character");
    }
    if text.starts_with('/') {
        return Err("is absolute");
    }
    if matches!(text.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic()) {
        return Err("names a drive");
    }
    let parts: Vec<&str> = text.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        return Err("leads out of the bundle by `..`");
    }
    if parts.is_empty() { Err("is empty") } else { Ok(parts) }
}
