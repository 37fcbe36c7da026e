//! [`list`]: what lies below an address, folder by folder where the layout of AWS Config gives folders.
//!
//! Nothing is left out silently: what cannot be listed is handed back with its prefix and the reason, and
//! what lies directly at a level is listed with it. A prefix outside of the layout is listed in one go.
//!
//! An object whose key ends in `/` and that has no bytes is no file: consoles and tools make such objects
//! so that a folder can be seen that holds nothing yet. One that has bytes is a file like any other.
//!
//! # Days after the window
//!
//! Folders of days may be left out from some day on, because a delivery tells what was so before it. The
//! same does not hold towards the past. What a recorder showed last before the window carries into it,
//! however old it is: the time since when something fails, when a resource was made, which state a snapshot
//! of the window only repeats. Days before the window are therefore always listed.

use std::borrow::Cow;
use std::sync::Arc;

use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::{EncodingType, Object};
use percent_encoding::percent_decode_str;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::super::discover::Stamp;
use super::address::S3Address;
use super::connection::Connection;
use super::failure::{Cause, Failure};
use super::layout::{Level, level_of};
use crate::model::Instant;

/// Levels outside of the layout that are looked into folder by folder, to find the layout below them.
const UNKNOWN_LEVELS_MAX: u32 = 2;

/// Folders of a level outside of the layout, up to which each is listed on its own.
const UNKNOWN_FOLDERS_MAX: usize = 100;

/// What lies below an address.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// Keys, in no order.
    pub(super) objects: Vec<(String, Stamp)>,
    /// Prefixes of which not everything could be listed.
    pub(super) failures: Vec<ListFailure>,
    /// Folders of days that were left out.
    pub(super) days_left_out: u64,
    /// Whether there is an object that only stands for a folder.
    has_marker: bool,
}

/// A prefix that was not listed to its end.
#[derive(Debug)]
pub(super) struct ListFailure {
    pub(super) prefix: String,
    pub(super) failure: Failure,
    /// Whether some of it was listed before.
    pub(super) is_partial: bool,
}

/// One prefix to be listed.
#[derive(Clone, Debug)]
struct Branch {
    prefix: String,
    /// Whether what lies in folders below it is listed apart.
    has_folders: bool,
    /// How many levels outside of the layout lie above it, below the address.
    unknown: u32,
}

/// What a branch holds.
#[derive(Debug, Default)]
struct Found {
    listed: Listed,
    folders: Vec<String>,
    failure: Option<Failure>,
    pages: u64,
}

/// Lists what lies below an address, but for days after `through`.
///
/// # Errors
/// When nothing at all can be listed, nothing more can be had from S3, or nothing is there.
pub(super) async fn list(
    connection: &Arc<Connection>,
    address: &S3Address,
    through: Option<Instant>,
) -> Result<Listed, Failure> {
    let root = Branch { prefix: address.folder(), has_folders: !is_day(&address.folder()), unknown: 0 };
    let mut all = Listed::default();
    let mut running: JoinSet<(Branch, Found)> = JoinSet::new();
    let start = |running: &mut JoinSet<(Branch, Found)>, branch: Branch| {
        let (connection, bucket) = (Arc::clone(connection), address.bucket().to_owned());
        running.spawn(async move {
            let found = list_branch(&connection, &bucket, &branch).await;
            (branch, found)
        });
    };
    let root_prefix = root.prefix.clone();
    start(&mut running, root);
    while let Some(done) = running.join_next().await {
        let (branch, found) = done.map_err(|error| Failure::new(Cause::Other, error.to_string()))?;
        if let Some(failure) = found.failure {
            let is_all = branch.prefix == root_prefix && found.pages == 0;
            if is_all || connection.is_lost(address.bucket(), &failure).await {
                return Err(failure);
            }
            all.failures.push(ListFailure { prefix: branch.prefix.clone(), failure, is_partial: found.pages > 0 });
        }
        all.objects.extend(found.listed.objects);
        all.failures.extend(found.listed.failures);
        all.has_marker |= found.listed.has_marker;
        for folder in found.folders {
            match below(&branch, folder, through) {
                Some(next) => start(&mut running, next),
                None => all.days_left_out += 1,
            }
        }
    }
    if address.may_be_object() {
        itself(connection, address, &mut all).await?;
    }
    let is_empty = all.objects.is_empty() && all.failures.is_empty() && all.days_left_out == 0;
    if is_empty && !all.has_marker && !address.key().is_empty() {
        return Err(Failure::new(Cause::NoObject, "no object of that name, and none below it"));
    }
    Ok(all)
}

fn is_day(prefix: &str) -> bool {
    matches!(level_of(prefix), Level::Day(_))
}

/// How a folder of a branch is listed; `None` where it is a day that is left out.
fn below(branch: &Branch, folder: String, through: Option<Instant>) -> Option<Branch> {
    let (has_folders, unknown) = match level_of(&folder) {
        Level::Day(day) if through.is_some_and(|through| day > through) => return None,
        Level::Day(_) => (false, 0),
        Level::Branches => (true, 0),
        Level::Unknown => {
            let is_above_layout = level_of(&branch.prefix) == Level::Unknown;
            (is_above_layout && branch.unknown < UNKNOWN_LEVELS_MAX, branch.unknown.saturating_add(1))
        }
    };
    Some(Branch { prefix: folder, has_folders, unknown })
}

/// Lists one branch, page by page.
async fn list_branch(connection: &Connection, bucket: &str, branch: &Branch) -> Found {
    let found = list_pages(connection, bucket, branch).await;
    let is_unknown = level_of(&branch.prefix) == Level::Unknown;
    if branch.has_folders && is_unknown && found.folders.len() > UNKNOWN_FOLDERS_MAX {
        let whole = Branch { has_folders: false, ..branch.clone() };
        return list_pages(connection, bucket, &whole).await;
    }
    found
}

async fn list_pages(connection: &Connection, bucket: &str, branch: &Branch) -> Found {
    let mut found = Found::default();
    let mut token: Option<String> = None;
    loop {
        let page = page(connection, bucket, &branch.prefix, branch.has_folders, None, token.as_deref()).await;
        let page = match page {
            Ok(page) => page,
            Err(failure) => {
                found.failure = Some(failure);
                return found;
            }
        };
        found.pages += 1;
        found.take(&page);
        let next = page.next_continuation_token().map(str::to_owned);
        match (page.is_truncated().unwrap_or(false), next) {
            (false, _) => return found,
            (true, Some(next)) if token.as_deref() != Some(next.as_str()) => token = Some(next),
            (true, _) => {
                found.failure = Some(Failure::new(Cause::Other, "there is more, and the store does not say where"));
                return found;
            }
        }
        // What is not of the layout is listed again without its folders, so the rest of them is not needed.
        if branch.has_folders && found.folders.len() > UNKNOWN_FOLDERS_MAX && level_of(&branch.prefix) == Level::Unknown
        {
            return found;
        }
    }
}

/// Asks for one page of a list.
async fn page(
    connection: &Connection,
    bucket: &str,
    prefix: &str,
    has_folders: bool,
    keys_max: Option<i32>,
    token: Option<&str>,
) -> Result<ListObjectsV2Output, Failure> {
    let ask = || async {
        let closed = |_| Failure::new(Cause::Other, "the connection was closed");
        let _room = connection.lists.acquire().await.map_err(closed)?;
        let request = connection
            .client
            .list_objects_v2()
            .bucket(bucket)
            .prefix(prefix)
            .encoding_type(EncodingType::Url)
            .set_delimiter(has_folders.then(|| "/".to_owned()))
            .set_max_keys(keys_max)
            .set_continuation_token(token.map(str::to_owned))
            .set_request_payer(connection.payer());
        // A page is small: what takes so long has stalled, which the client does not notice behind the header.
        let limit = connection.settings.patience.stall.saturating_mul(4);
        let answer = timeout(limit, request.send()).await;
        let answer = answer.map_err(|_| Failure::new(Cause::Broken, "nothing more arrived in time"))?;
        answer.map_err(|error| Failure::of(&error))
    };
    connection.patiently(ask).await
}

/// Adds the object that bears the address itself as its key, if there is one.
///
/// It is the first of all keys that begin with it. Permission may reach no further than what lies below,
/// which then is no reason to give that up; that the object was not looked for is told.
async fn itself(connection: &Connection, address: &S3Address, all: &mut Listed) -> Result<(), Failure> {
    match page(connection, address.bucket(), address.key(), false, Some(1), None).await {
        Ok(page) => {
            let mut found = Found::default();
            found.take(&page);
            all.objects.extend(found.listed.objects.into_iter().filter(|(key, _)| key == address.key()));
        }
        Err(failure) if all.objects.is_empty() && all.failures.is_empty() => return Err(failure),
        Err(failure) => {
            all.failures.push(ListFailure { prefix: address.key().to_owned(), failure, is_partial: true });
        }
    }
    Ok(())
}

impl Found {
    /// Takes in a page.
    fn take(&mut self, page: &ListObjectsV2Output) {
        let is_encoded = page.encoding_type() == Some(&EncodingType::Url);
        for object in page.contents() {
            match object.key().map(|key| decoded(key, is_encoded)) {
                Some(Ok(key)) => self.object(key, object),
                Some(Err(key)) => self.unreadable(key),
                None => self.unreadable(String::new()),
            }
        }
        for folder in page.common_prefixes() {
            match folder.prefix().map(|prefix| decoded(prefix, is_encoded)) {
                Some(Ok(prefix)) => self.folders.push(prefix),
                Some(Err(prefix)) => self.unreadable(prefix),
                None => self.unreadable(String::new()),
            }
        }
    }

    fn object(&mut self, key: String, object: &Object) {
        let size = object.size().and_then(|size| u64::try_from(size).ok());
        if key.ends_with('/') && size == Some(0) {
            self.listed.has_marker = true;
            return;
        }
        let Some(size) = size else { return self.unreadable(key) };
        let stamp = Stamp {
            size,
            modified: object.last_modified().map(instant_of),
            etag: object.e_tag().unwrap_or_default().into(),
            version: Box::default(),
        };
        self.listed.objects.push((key, stamp));
    }

    /// Something was listed that cannot be asked for.
    fn unreadable(&mut self, prefix: String) {
        let failure = Failure::new(Cause::Other, "the store lists it without a size, or with a name that is no UTF-8");
        self.listed.failures.push(ListFailure { prefix, failure, is_partial: false });
    }
}

/// A name of a list as it is. Where the store says so it was written as in a form's address, which also
/// carries what XML cannot: blanks are `+`, all else by its bytes.
pub(super) fn decoded(name: &str, is_encoded: bool) -> Result<String, String> {
    if !is_encoded {
        return Ok(name.to_owned());
    }
    let blanks = name.replace('+', " ");
    percent_decode_str(&blanks).decode_utf8().map(Cow::into_owned).map_err(|_| name.to_owned())
}

fn instant_of(time: &DateTime) -> Instant {
    let micros = i64::from(time.subsec_nanos() / 1000);
    Instant::from_microseconds(time.secs().saturating_mul(1_000_000).saturating_add(micros))
}
