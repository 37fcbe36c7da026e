//! The bytes of one stretch of an object, whole or not at all, and of the version that was listed.
//!
//! INVARIANT: what [`download`] returns has exactly the length asked for, and every byte of it was sent
//! for the ETag that was listed.

use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::get_object::{GetObjectError, GetObjectOutput};
use tokio::time::timeout;

use super::super::discover::Stamp;
use super::connection::{Attempts, Connection};
use super::failure::{Cause, Failure};

/// Bytes that make an attempt count as progress, although it broke off.
const PROGRESS_BYTES: usize = 256 * 1024;

/// A stretch of an object.
#[derive(Clone, Debug)]
pub(super) struct Stretch {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) stamp: Stamp,
    /// Offset of its first byte.
    pub(super) from: u64,
    /// Offset behind its last.
    pub(super) until: u64,
}

/// Fetches a stretch. What broke off is taken up where it broke off.
pub(super) async fn download(connection: &Connection, stretch: &Stretch) -> Result<Vec<u8>, Failure> {
    let wanted = usize::try_from(stretch.until.saturating_sub(stretch.from))
        .map_err(|_| Failure::new(Cause::Other, "it is too large for this machine"))?;
    if stretch.stamp.etag.is_empty() && wanted as u64 != stretch.stamp.size {
        return Err(Failure::new(Cause::Other, "the store states no ETag, which tells versions apart"));
    }
    let mut bytes = Vec::with_capacity(wanted);
    let mut attempts = Attempts::default();
    loop {
        let had = bytes.len();
        match attempt(connection, stretch, wanted, &mut bytes).await {
            Ok(()) => return Ok(bytes),
            Err(failure) => {
                if bytes.len() >= wanted {
                    // All of it came, and something is wrong with it, such as its checksum.
                    bytes.clear();
                }
                if bytes.len().saturating_sub(had) >= PROGRESS_BYTES {
                    attempts.forget();
                }
                attempts.after(failure, &connection.settings.patience).await?;
            }
        }
    }
}

/// Asks for what is missing behind `bytes`, and takes in what comes.
async fn attempt(
    connection: &Connection,
    stretch: &Stretch,
    wanted: usize,
    bytes: &mut Vec<u8>,
) -> Result<(), Failure> {
    let stamp = &stretch.stamp;
    let from = stretch.from.saturating_add(bytes.len() as u64);
    let is_all = from == 0 && stretch.until == stamp.size;
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let request = connection
        .client
        .get_object()
        .bucket(&stretch.bucket)
        .key(&stretch.key)
        .set_if_match(text(&stamp.etag))
        .set_version_id(text(&stamp.version))
        .set_range((!is_all).then(|| format!("bytes={from}-{}", stretch.until.saturating_sub(1))))
        .set_request_payer(connection.payer());
    let mut answer = request.send().await.map_err(|error| refused(&error))?;
    check(&answer, stretch, from, is_all)?;
    // A bucket that never kept versions says so with this word, or with none.
    if let Some(version) = answer.version_id().filter(|version| from == 0 && *version != "null")
        && let Ok(mut versions) = connection.versions.lock()
    {
        versions.insert((stretch.bucket.clone(), stretch.key.clone()), version.to_owned());
    }
    loop {
        let next = timeout(connection.settings.patience.stall, answer.body.next()).await;
        match next.map_err(|_| Failure::new(Cause::Broken, "nothing more arrived in time"))? {
            None if bytes.len() < wanted => {
                return Err(Failure::new(Cause::Broken, "it ended early"));
            }
            None => return Ok(()),
            Some(Err(error)) => return Err(Failure::broken(&error)),
            Some(Ok(chunk)) if bytes.len().saturating_add(chunk.len()) > wanted => {
                return Err(Failure::new(Cause::Changed, "it is longer than listed"));
            }
            Some(Ok(chunk)) => bytes.extend_from_slice(&chunk),
        }
    }
}

/// Why an object was not given.
fn refused(error: &SdkError<GetObjectError, aws_sdk_s3::config::http::HttpResponse>) -> Failure {
    let class = match error.as_service_error() {
        Some(GetObjectError::InvalidObjectState(state)) => state.storage_class(),
        _ => None,
    };
    let failure = Failure::of(error);
    match class {
        Some(class) if failure.cause == Cause::Archived => {
            Failure::new(Cause::Archived, format!("storage class {}, {failure}", class.as_str()))
        }
        _ => failure,
    }
}

/// Makes sure that an answer is about the bytes asked for: not every store heeds every condition.
fn check(answer: &GetObjectOutput, stretch: &Stretch, from: u64, is_all: bool) -> Result<(), Failure> {
    let stamp = &stretch.stamp;
    let changed = |what: String| Err(Failure::new(Cause::Changed, what));
    if let Some(etag) = answer.e_tag()
        && !stamp.etag.is_empty()
        && etag != &*stamp.etag
    {
        return changed(format!("its ETag was {} and is {etag}", stamp.etag));
    }
    if is_all {
        return match answer.content_length().map(u64::try_from) {
            Some(Ok(length)) if length != stamp.size => {
                changed(format!("it had {} bytes and has {length}", stamp.size))
            }
            _ => Ok(()),
        };
    }
    let last = stretch.until.saturating_sub(1);
    match answer.content_range() {
        Some(range) if range == format!("bytes {from}-{last}/{}", stamp.size) => Ok(()),
        Some(range) => changed(format!("asked for bytes {from}-{last} of {}, it sends {range}", stamp.size)),
        None => Err(Failure::new(Cause::Other, "the store does not send parts of an object")),
    }
}
