//! Evidence in S3: the same list of files, and a [`std::io::Read`] of each, as from disk.
//!
//! Nothing here decides what an object is or what becomes of it. Nothing is written, and nothing is looked
//! for on disk but credentials. A key is only ever a name: it leads nowhere.
//!
//! | module | holds |
//! |---|---|
//! | `address` | `s3://bucket/key`, taken apart |
//! | `settings` | how S3 is reached, how much is asked for at a time, how long it is waited for |
//! | `connection` | the client and what it runs on |
//! | `layout` | what folders are by their names |
//! | `listing` | which objects there are |
//! | `download` | the bytes of a stretch of an object |
//! | `reading` | an object as a stream, fetched ahead |
//! | `failure` | what was said instead of an answer |

mod address;
mod connection;
mod download;
mod failure;
mod layout;
mod listing;
mod reading;
mod settings;

use std::path::Path;
use std::sync::Arc;

pub use address::{AddressError, S3Address};
pub use settings::{Patience, S3Settings, Transfer};

use super::discover::{EvidenceFile, Origin, Place};
use super::fault::{Refusal, refused};
use super::names::shown;
use crate::model::{Instant, Problem, ProblemCode};
use connection::Connection;
use failure::{Cause, Failure};
use listing::{ListFailure, list};
use reading::Bucket;

/// What listing takes.
const PERMISSION: &str = "s3:ListBucket";

/// A connection that is opened with the first address.
#[derive(Debug)]
pub(super) struct Opener<'a> {
    settings: &'a S3Settings,
    connection: Option<Arc<Connection>>,
}

/// What lies below an address.
#[derive(Debug, Default)]
pub(super) struct Below {
    pub(super) files: Vec<EvidenceFile>,
    /// With the address of each.
    pub(super) refusals: Vec<(String, Refusal)>,
    /// Folders of days that were left out.
    pub(super) days_left_out: u64,
}

impl<'a> Opener<'a> {
    pub(super) fn new(settings: &'a S3Settings) -> Self {
        Self { settings, connection: None }
    }

    /// Everything below an address, but for days after `through`.
    ///
    /// # Errors
    /// What was said instead and what to do about it, where the address itself cannot be looked at.
    pub(super) fn below(&mut self, address: &S3Address, through: Option<Instant>) -> Result<Below, String> {
        let connection = match &self.connection {
            Some(connection) => Arc::clone(connection),
            None => Connection::open(self.settings).map_err(|failure| failure.told(PERMISSION))?,
        };
        self.connection = Some(Arc::clone(&connection));
        let closed = || Failure::new(Cause::Other, "the connection was closed");
        let listed =
            connection.runtime().ok_or_else(closed).and_then(|on| on.block_on(list(&connection, address, through)));
        let listed = listed.map_err(|failure| failure.told(PERMISSION))?;
        let store = Arc::new(Bucket::new(&connection, address.bucket()));
        let folder = address.folder();
        let origin = |prefix: &str| {
            let place = Place::Store {
                store: Arc::<Bucket>::clone(&store),
                address: format!("s3://{}/", address.bucket()),
                prefix: prefix.to_owned(),
            };
            let hint = address.to_string().trim_end_matches('/').to_owned();
            Arc::new(Origin { place, name: shown(address.name()).into_owned(), hint })
        };
        let (of_folder, of_object) = (origin(&folder), origin(address.key()));
        let files = listed.objects.into_iter().map(|(key, stamp)| match key.strip_prefix(&folder) {
            Some(below) => EvidenceFile::new(&of_folder, Path::new(below), stamp),
            None => EvidenceFile::new(&of_object, Path::new(""), stamp),
        });
        let files = files.collect();
        let refusals = listed.failures.iter().map(|failure| unlisted(address, &folder, failure)).collect();
        Ok(Below { files, refusals, days_left_out: listed.days_left_out })
    }
}

/// A prefix that could not be listed to its end, as something that was found and not read.
fn unlisted(address: &S3Address, folder: &str, failed: &ListFailure) -> (String, Refusal) {
    let ListFailure { prefix, failure, is_partial } = failed;
    let place = format!("s3://{}/{prefix}", address.bucket());
    let what = format!("`{}` cannot be listed: {}", shown(&place), failure.told(PERMISSION));
    let problem = if *is_partial {
        Problem::of_file(ProblemCode::Unreadable, what, "what was listed before is read, the rest is not")
    } else {
        refused(ProblemCode::Unreadable, what)
    };
    let name = shown(address.name());
    let path = match prefix.strip_prefix(folder) {
        Some("") | None => name.into_owned(),
        Some(below) => format!("{name}/{}", shown(below)),
    };
    (place, Refusal { path, bundle: String::new(), problem })
}

#[cfg(test)]
mod tests;
