//! [`discover`]: the files that the arguments name or hold, in one fixed order. Opens none of them.
//!
//! Another origin, such as `s3://`, gives the same [`EvidenceFile`]s: what is different about it is in its
//! [`ObjectStore`].

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::slice::ParallelSliceMut;

use super::argument::EvidenceArgument;
use super::fault::{Refusal, refused};
use super::names::shown;
use super::s3::{Opener, S3Settings};
use super::walk::Root;
use crate::model::{Instant, Problem, ProblemCode};

/// A file that was found: a file on disk, or an object of a store.
#[derive(Clone, Debug)]
pub struct EvidenceFile {
    origin: Arc<Origin>,
    /// Its path below the origin; empty where the origin is the file itself.
    below: Box<Path>,
    /// Whether that is shown as it is.
    is_plain: bool,
    stamp: Stamp,
}

/// What its origin says of a file before it is opened. Two files of one place and one stamp are taken
/// for the same bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Its size in bytes.
    pub size: u64,
    /// When it was last modified; `None` where the origin does not say.
    pub modified: Option<Instant>,
    /// The ETag of an object, as the store states it; empty for a file on disk.
    pub etag: Box<str>,
    /// The version of an object in a bucket that keeps versions; else empty.
    pub version: Box<str>,
}

/// Objects that are not files of this machine.
pub trait ObjectStore: fmt::Debug + Send + Sync {
    /// Opens the object of this key as it was listed, for reading from its first byte on.
    ///
    /// # Errors
    /// When it cannot be opened. An error while reading carries a [`super::ReadFault`] or is told as
    /// what the system says.
    fn open(&self, key: &str, stamp: &Stamp) -> Result<Box<dyn Read + Send>, Problem>;

    /// Says that this object will be opened soon, so that it may be fetched already; `false` where there
    /// is no room for that now.
    fn announce(&self, key: &str, stamp: &Stamp) -> bool;

    /// The version of the object that was read last under this key, where the store keeps versions; given once.
    fn version(&self, key: &str) -> Option<String>;
}

/// What an argument stands for: where files below it are, and how their names begin.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) place: Place,
    /// The last component of what the argument stands for, fit to be shown.
    pub(super) name: String,
    /// The whole of it, fit to be shown: an absolute path, or an address.
    pub(super) hint: String,
}

/// Where the files of an origin are.
#[derive(Clone, Debug)]
pub(super) enum Place {
    Disk {
        /// As it was given.
        argument: PathBuf,
        /// Links and `.` resolved.
        canonical: PathBuf,
    },
    Store {
        store: Arc<dyn ObjectStore>,
        /// `s3://bucket/`, in front of every key.
        address: String,
        /// The beginning of every key, up to where `below` starts.
        prefix: String,
    },
}

/// A file's bytes, opened.
pub(super) enum Opened {
    Disk(File),
    Object(Box<dyn Read + Send>),
}

impl EvidenceFile {
    pub(super) fn new(origin: &Arc<Origin>, below: &Path, stamp: Stamp) -> Self {
        let text = below.to_str().filter(|_| std::path::MAIN_SEPARATOR == '/');
        let is_plain = matches!(text.map(shown), Some(Cow::Borrowed(_)));
        Self { origin: Arc::clone(origin), below: below.into(), is_plain, stamp }
    }

    /// The last component of the argument, links and `.` resolved, and the path below it, `/` between
    /// them, fit to be shown: the same wherever the evidence lies.
    #[must_use]
    pub fn path(&self) -> String {
        named(&self.origin.name, &self.below)
    }

    /// The absolute path or address of the argument, links and `.` resolved, and the path below it: where
    /// account, region and time may stand. The same however the argument is spelled.
    #[must_use]
    pub fn hint_path(&self) -> String {
        named(&self.origin.hint, &self.below)
    }

    /// Where the file is, the same however the argument is spelled: an absolute path or an address. Not
    /// fit to be shown.
    #[must_use]
    pub fn place(&self) -> String {
        match &self.origin.place {
            Place::Disk { canonical, .. } => spelled(&joined(canonical, &self.below)),
            Place::Store { address, prefix, .. } => format!("{address}{prefix}{}", self.below.to_string_lossy()),
        }
    }

    /// What its origin says of it.
    #[must_use]
    pub fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// Its size in bytes when it was found.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.stamp.size
    }

    /// The same file under another path for the ledger.
    #[must_use]
    pub fn renamed(mut self, path: &str) -> Self {
        let mut origin = Origin::clone(&self.origin);
        path.clone_into(&mut origin.name);
        if let Place::Disk { argument, canonical } = &mut origin.place {
            (*argument, *canonical) = (joined(argument, &self.below), joined(canonical, &self.below));
            origin.hint = named(&origin.hint, &self.below);
            self.below = Path::new("").into();
        }
        self.origin = Arc::new(origin);
        self
    }

    /// Opens it, and makes sure that it still is one.
    pub(super) fn open(&self) -> Result<Opened, Problem> {
        let argument = match &self.origin.place {
            Place::Disk { argument, .. } => argument,
            Place::Store { store, .. } => return store.open(&self.key(), &self.stamp).map(Opened::Object),
        };
        let unreadable = |error: &io::Error| {
            refused(ProblemCode::Unreadable, format!("`{}` cannot be opened: {error}", self.path()))
        };
        let opened = File::open(joined(argument, &self.below)).map_err(|error| unreadable(&error))?;
        match opened.metadata() {
            Ok(meta) if meta.is_file() => Ok(Opened::Disk(opened)),
            Ok(_) => Err(refused(ProblemCode::NotARegularFile, format!("`{}` is no longer a file", self.path()))),
            Err(error) => Err(unreadable(&error)),
        }
    }

    /// Says that it will be opened soon: what is not on disk may be fetched already. `false` where there is
    /// no room for that now.
    pub(super) fn announce(&self) -> bool {
        match &self.origin.place {
            Place::Disk { .. } => true,
            Place::Store { store, .. } => store.announce(&self.key(), &self.stamp),
        }
    }

    /// The version that was read, of an object in a bucket that keeps versions; given once after it was read.
    #[must_use]
    pub fn version_read(&self) -> Option<String> {
        match &self.origin.place {
            Place::Disk { .. } => None,
            Place::Store { store, .. } => store.version(&self.key()),
        }
    }

    /// The key of an object.
    fn key(&self) -> String {
        match &self.origin.place {
            Place::Disk { .. } => String::new(),
            Place::Store { prefix, .. } => format!("{prefix}{}", self.below.to_string_lossy()),
        }
    }

    /// The order of files: path, then what else tells two files apart.
    fn order(&self, other: &Self) -> Ordering {
        if self.is_plain && other.is_plain && Arc::ptr_eq(&self.origin, &other.origin) {
            return self.below.as_os_str().cmp(other.below.as_os_str());
        }
        bytes_of(&self.origin.name, &self.below)
            .cmp(bytes_of(&other.origin.name, &other.below))
            .then_with(|| bytes_of(&self.origin.hint, &self.below).cmp(bytes_of(&other.origin.hint, &other.below)))
            .then_with(|| self.below.as_os_str().cmp(other.below.as_os_str()))
    }
}

/// A path as text that no other path has.
fn spelled(path: &Path) -> String {
    let bytes = || format!("bytes:{}", hex::encode(path.as_os_str().as_encoded_bytes()));
    path.to_str().map_or_else(bytes, str::to_owned)
}

/// The bytes of [`named`] without making it, where nothing of the path needs to be spelled out.
fn bytes_of<'a>(root: &'a str, below: &'a Path) -> Box<dyn Iterator<Item = u8> + 'a> {
    let plain = below.to_str().filter(|_| std::path::MAIN_SEPARATOR == '/');
    match plain.map(shown) {
        Some(Cow::Borrowed("")) => Box::new(root.bytes()),
        Some(Cow::Borrowed(below)) if root.is_empty() => Box::new(below.bytes()),
        Some(Cow::Borrowed(below)) => Box::new(root.bytes().chain(iter::once(b'/')).chain(below.bytes())),
        _ => Box::new(named(root, below).into_bytes().into_iter()),
    }
}

/// What the arguments hold, each list sorted by the bytes of its path.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    /// Regular files, each once however many arguments reach it.
    pub files: Vec<EvidenceFile>,
    /// Links, special files and unreadable folders.
    pub refusals: Vec<Refusal>,
    /// Folders of days after the one through which evidence was asked for, which were not listed.
    pub days_left_out: u64,
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
    /// An address in S3 that holds nothing or cannot be looked at.
    #[error("cannot look at the evidence `{address}`: {what}")]
    Store {
        /// The address, fit to be shown.
        address: String,
        /// What was said instead, and what to do.
        what: String,
    },
}

/// Lists the files that the arguments name or hold, all of them on disk.
///
/// Links inside folders are refused; an argument that is a link is followed. A file that several
/// arguments reach is listed once, under the first of its paths in byte order.
///
/// # Errors
/// When there is no argument, or one that does not exist.
pub fn discover(arguments: &[PathBuf]) -> Result<Discovery, DiscoverError> {
    let arguments: Vec<EvidenceArgument> = arguments.iter().cloned().map(EvidenceArgument::Disk).collect();
    discover_evidence(&arguments, &S3Settings::default(), None)
}

/// Lists the files that the arguments name or hold, on disk and in S3, as [`discover`] does; an object is
/// like a file. Without an argument in S3, nothing is connected to.
///
/// Folders of days in the layout of AWS Config that lie after the day of `through` are not listed in S3, but
/// counted. Those of an argument that is itself such a folder are.
///
/// # Errors
/// When there is no argument, or one that does not exist or cannot be looked at. Arguments on disk are
/// looked at first.
pub fn discover_evidence(
    arguments: &[EvidenceArgument],
    s3: &S3Settings,
    through: Option<Instant>,
) -> Result<Discovery, DiscoverError> {
    if arguments.is_empty() {
        return Err(DiscoverError::NoArguments);
    }
    let mut found = Found::default();
    let mut roots = Vec::new();
    for argument in arguments.iter().filter_map(EvidenceArgument::on_disk) {
        let root = Root::of(argument)
            .map_err(|cause| DiscoverError::Argument { path: text_of(argument.as_os_str()), cause })?;
        roots.push(root);
    }
    let mut opener = Opener::new(s3);
    for argument in arguments {
        let EvidenceArgument::S3(address) = argument else { continue };
        let below = opener
            .below(address, through)
            .map_err(|what| DiscoverError::Store { address: address.to_string(), what })?;
        found.files.extend(below.files);
        found.refusals.extend(below.refusals.into_iter().map(|(place, refusal)| (PathBuf::from(place), refusal)));
        found.days_left_out += below.days_left_out;
    }
    for root in roots {
        root.walk(&mut found);
    }
    Ok(found.sorted(arguments.len() > 1))
}

/// What was found so far.
#[derive(Default)]
pub(super) struct Found {
    pub(super) files: Vec<EvidenceFile>,
    /// With the place of each.
    pub(super) refusals: Vec<(PathBuf, Refusal)>,
    days_left_out: u64,
}

impl Found {
    /// Everything in its order; where things may have been reached twice, each once, under the first of
    /// its paths in byte order.
    fn sorted(mut self, may_repeat: bool) -> Discovery {
        self.files.par_sort_by(EvidenceFile::order);
        self.refusals.sort_by(|(place, one), (other_place, other)| (&one.path, place).cmp(&(&other.path, other_place)));
        if may_repeat {
            let mut places = HashSet::new();
            self.files.retain(|file| places.insert(file.place()));
            let mut places = HashSet::new();
            self.refusals.retain(|(place, _)| places.insert(place.clone()));
        }
        let refusals = self.refusals.into_iter().map(|(_, refusal)| refusal).collect();
        Discovery { files: self.files, refusals, days_left_out: self.days_left_out }
    }
}

/// Joining nothing would add a separator, which a file does not bear.
pub(super) fn joined(path: &Path, below: &Path) -> PathBuf {
    if below.as_os_str().is_empty() { path.to_path_buf() } else { path.join(below) }
}

pub(super) fn named(root: &str, below: &Path) -> String {
    let below = slashed(below);
    match (root.is_empty(), below.is_empty()) {
        (_, true) => root.to_owned(),
        (true, false) => below,
        (false, false) => format!("{root}/{below}"),
    }
}

/// A path with `/` between its components, fit to be shown.
pub(super) fn slashed(path: &Path) -> String {
    let text = text_of(path.as_os_str());
    if std::path::MAIN_SEPARATOR == '/' { text } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

pub(super) fn text_of(name: &OsStr) -> String {
    shown(&name.to_string_lossy()).into_owned()
}
