//! [`discover`]: the files that the arguments name or hold, in one fixed order. Opens none of them.
//!
//! Another origin, such as `s3://`, would be told apart here and give the same [`EvidencePath`]s.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::fault::{Refusal, refused};
use super::names::shown;
use crate::model::ProblemCode;

/// A file found on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidencePath {
    /// Where it is.
    pub location: PathBuf,
    /// The last component of the argument, links and `.` resolved, and the path below it, `/` between
    /// them, fit to be shown: the same wherever the evidence lies.
    pub path: String,
    /// The absolute path of the argument, links and `.` resolved, and the path below it: where account,
    /// region and time may stand. The same however the argument is spelled.
    pub hint_path: String,
    /// Its size in bytes when it was found.
    pub size: u64,
}

/// What the arguments hold, each list sorted by the bytes of its path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovery {
    /// Regular files, each once however many arguments reach it.
    pub files: Vec<EvidencePath>,
    /// Links, special files and unreadable folders.
    pub refusals: Vec<Refusal>,
}

/// Why there is nothing to begin with.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// No argument was given.
    #[error("no evidence was given: name files or folders")]
    NoArguments,
    /// An argument does not exist or cannot be looked at.
    #[error("cannot look at the evidence `{path}`: {cause}")]
    Argument {
        /// The argument, fit to be shown.
        path: String,
        /// What the system says.
        cause: io::Error,
    },
}

/// Lists the files that the arguments name or hold.
///
/// Links inside folders are refused; an argument that is a link is followed. A file that several
/// arguments reach is listed once, under the first of its paths in byte order.
///
/// # Errors
/// When there is no argument, or one that does not exist.
pub fn discover(arguments: &[PathBuf]) -> Result<Discovery, DiscoverError> {
    if arguments.is_empty() {
        return Err(DiscoverError::NoArguments);
    }
    let mut found = Vec::new();
    for argument in arguments {
        let root = Root::of(argument)
            .map_err(|cause| DiscoverError::Argument { path: text_of(argument.as_os_str()), cause })?;
        root.walk(&mut found);
    }
    Ok(sorted(found))
}

/// One thing found: the path that is the same for every way of reaching it, and what it is.
struct Found {
    canonical: PathBuf,
    item: Item,
}

enum Item {
    File(EvidencePath),
    Refused(Refusal),
}

impl Item {
    fn path(&self) -> &str {
        match self {
            Self::File(file) => &file.path,
            Self::Refused(refusal) => &refusal.path,
        }
    }

    fn hint_path(&self) -> &str {
        match self {
            Self::File(file) => &file.hint_path,
            Self::Refused(_) => "",
        }
    }
}

/// Each thing once, ordered by path and then by what else tells two things apart.
fn sorted(mut found: Vec<Found>) -> Discovery {
    found.sort_by(|one, other| {
        (&one.canonical, one.item.path(), one.item.hint_path()).cmp(&(
            &other.canonical,
            other.item.path(),
            other.item.hint_path(),
        ))
    });
    found.dedup_by(|later, earlier| later.canonical == earlier.canonical);
    found.sort_by(|one, other| {
        (one.item.path(), one.item.hint_path(), &one.canonical).cmp(&(
            other.item.path(),
            other.item.hint_path(),
            &other.canonical,
        ))
    });
    let mut discovery = Discovery::default();
    for Found { item, .. } in found {
        match item {
            Item::File(file) => discovery.files.push(file),
            Item::Refused(refusal) => discovery.refusals.push(refusal),
        }
    }
    discovery
}

/// An argument, resolved.
struct Root<'a> {
    argument: &'a Path,
    canonical: PathBuf,
    /// The last component of what the argument stands for.
    name: String,
    hint: String,
}

impl<'a> Root<'a> {
    fn of(argument: &'a Path) -> io::Result<Self> {
        let canonical = fs::canonicalize(argument)?;
        let name = canonical.file_name().map(text_of).unwrap_or_default();
        let hint = slashed(&canonical).trim_end_matches('/').to_owned();
        Ok(Self { argument, canonical, name, hint })
    }

    fn walk(&self, found: &mut Vec<Found>) {
        match fs::metadata(self.argument) {
            Ok(meta) if meta.is_dir() => self.walk_folder(found),
            Ok(meta) if meta.is_file() => found.push(self.file(Path::new(""), meta.len())),
            Ok(_) => found.push(self.refusal(Path::new(""), ProblemCode::NotARegularFile, SPECIAL.to_owned())),
            Err(error) => {
                found.push(self.refusal(Path::new(""), ProblemCode::Unreadable, format!("cannot be read: {error}")));
            }
        }
    }

    fn walk_folder(&self, found: &mut Vec<Found>) {
        // The trailing separator makes a link to a folder be entered as the folder it names.
        for entry in WalkDir::new(self.argument.join("")).follow_links(false).min_depth(1) {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) => found.push(self.entry(&entry)),
                Err(error) => {
                    let below = error.path().map_or(Path::new(""), |path| self.below(path));
                    let what = format!("cannot be read: {}", cause_of(&error));
                    found.push(self.refusal(below, ProblemCode::Unreadable, what));
                }
            }
        }
    }

    fn entry(&self, entry: &walkdir::DirEntry) -> Found {
        let below = self.below(entry.path());
        let kind = entry.file_type();
        if kind.is_symlink() {
            let what = "is a symbolic link, which is not followed".to_owned();
            return self.refusal(below, ProblemCode::NotARegularFile, what);
        }
        if !kind.is_file() {
            return self.refusal(below, ProblemCode::NotARegularFile, SPECIAL.to_owned());
        }
        match entry.metadata() {
            Ok(meta) => self.file(below, meta.len()),
            Err(error) => {
                let what = format!("cannot be read: {}", cause_of(&error));
                self.refusal(below, ProblemCode::Unreadable, what)
            }
        }
    }

    fn below<'p>(&self, path: &'p Path) -> &'p Path {
        path.strip_prefix(self.argument).unwrap_or(path)
    }

    fn file(&self, below: &Path, size: u64) -> Found {
        let file = EvidencePath {
            location: joined(self.argument, below),
            path: named(&self.name, below),
            hint_path: named(&self.hint, below),
            size,
        };
        Found { canonical: joined(&self.canonical, below), item: Item::File(file) }
    }

    fn refusal(&self, below: &Path, code: ProblemCode, what: String) -> Found {
        let refusal = Refusal { path: named(&self.name, below), bundle: String::new(), problem: refused(code, what) };
        Found { canonical: joined(&self.canonical, below), item: Item::Refused(refusal) }
    }
}

const SPECIAL: &str = "is neither a file nor a folder";

/// What the system says, without the path that the walk puts in front of it.
fn cause_of(error: &walkdir::Error) -> String {
    error.io_error().map_or_else(|| error.to_string(), ToString::to_string)
}

/// Joining nothing would add a separator, which a file does not bear.
fn joined(path: &Path, below: &Path) -> PathBuf {
    if below.as_os_str().is_empty() { path.to_path_buf() } else { path.join(below) }
}

fn named(root: &str, below: &Path) -> String {
    let below = slashed(below);
    match (root.is_empty(), below.is_empty()) {
        (_, true) => root.to_owned(),
        (true, false) => below,
        (false, false) => format!("{root}/{below}"),
    }
}

/// A path with `/` between its components, fit to be shown.
fn slashed(path: &Path) -> String {
    let text = text_of(path.as_os_str());
    if std::path::MAIN_SEPARATOR == '/' { text } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

fn text_of(name: &OsStr) -> String {
    shown(&name.to_string_lossy()).into_owned()
}
