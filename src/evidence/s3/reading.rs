//! [`Bucket`]: objects read in order by a caller that waits, their parts fetched ahead of it.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::io::{self, Read};
use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::task::AbortHandle;

use super::super::discover::{ObjectStore, Stamp};
use super::super::fault::{error_of, refused};
use super::super::names::shown;
use super::connection::{Connection, ROOM_BYTES};
use super::download::{Stretch, download};
use super::failure::{Cause, Failure};
use crate::model::{Problem, ProblemCode};

/// What reading an object takes.
const PERMISSION: &str = "s3:GetObject";

/// Where parts come from.
#[derive(Clone)]
struct Source {
    connection: Arc<Connection>,
    bucket: String,
}

impl Source {
    /// The stretch from an offset on that one request is for.
    fn stretch(&self, key: &str, stamp: &Stamp, from: u64) -> Stretch {
        let part_bytes = self.connection.settings.transfer.part_bytes.max(1);
        let until = from.saturating_add(part_bytes).min(stamp.size);
        Stretch { bucket: self.bucket.clone(), key: key.to_owned(), stamp: stamp.clone(), from, until }
    }

    /// Starts a part that nobody waits for yet, if there is room for it.
    fn start_ahead(&self, stretch: Stretch) -> Option<Part> {
        let bytes = stretch.until.saturating_sub(stretch.from);
        let permits = u32::try_from(bytes.div_ceil(ROOM_BYTES).max(1)).ok()?;
        let room = Arc::clone(&self.connection.ahead).try_acquire_many_owned(permits).ok()?;
        Some(self.start(stretch, Some(room)))
    }

    fn start(&self, stretch: Stretch, room: Option<OwnedSemaphorePermit>) -> Part {
        let (sender, receiver) = oneshot::channel();
        let connection = Arc::clone(&self.connection);
        let task = self.connection.runtime().map(|runtime| {
            let work = async move {
                let done = download(&connection, &stretch).await;
                // Its reader may be gone.
                let _received = sender.send(done);
            };
            runtime.spawn(work).abort_handle()
        });
        Part { receiver, task, room }
    }

    fn unreadable(&self, key: &str, failure: &Failure, how: &str) -> (ProblemCode, String) {
        let what = format!("`s3://{}/{}` cannot be read{how}: {}", self.bucket, shown(key), failure.told(PERMISSION));
        // Outside of the runtime: whoever reads an object waits for it.
        let on = self.connection.runtime();
        let is_lost = on.is_some_and(|on| on.block_on(self.connection.is_lost(&self.bucket, failure)));
        (if is_lost { ProblemCode::StoreLost } else { ProblemCode::Unreadable }, what)
    }
}

/// One bucket.
pub(super) struct Bucket {
    source: Source,
    /// First parts that are under way before their object is opened, by key.
    announced: Mutex<HashMap<String, (Stamp, Part)>>,
}

impl Bucket {
    pub(super) fn new(connection: &Arc<Connection>, name: &str) -> Self {
        let source = Source { connection: Arc::clone(connection), bucket: name.to_owned() };
        Self { source, announced: Mutex::default() }
    }
}

impl ObjectStore for Bucket {
    fn announce(&self, key: &str, stamp: &Stamp) -> bool {
        let Ok(mut announced) = self.announced.lock() else { return false };
        if announced.contains_key(key) {
            return true;
        }
        let Some(part) = self.source.start_ahead(self.source.stretch(key, stamp, 0)) else { return false };
        announced.insert(key.to_owned(), (stamp.clone(), part));
        true
    }

    fn version(&self, key: &str) -> Option<String> {
        let mut versions = self.source.connection.versions.lock().ok()?;
        versions.remove(&(self.source.bucket.clone(), key.to_owned()))
    }

    fn open(&self, key: &str, stamp: &Stamp) -> Result<Box<dyn Read + Send>, Problem> {
        let announced = self.announced.lock().ok().and_then(|mut announced| announced.remove(key));
        let first = match announced {
            Some((listed, part)) if listed == *stamp => part,
            _ => self.source.start(self.source.stretch(key, stamp, 0), None),
        };
        let mut object = Object {
            source: self.source.clone(),
            key: key.to_owned(),
            stamp: stamp.clone(),
            asked: self.source.stretch(key, stamp, 0).until,
            under_way: VecDeque::from([first]),
            bytes: Vec::new(),
            at: 0,
            room: None,
            failed: None,
        };
        match object.next_part() {
            Ok(_) => Ok(Box::new(object)),
            Err(failure) => {
                let (code, what) = self.source.unreadable(key, &failure, "");
                Err(refused(code, what))
            }
        }
    }
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bucket").field("name", &self.source.bucket).finish_non_exhaustive()
    }
}

/// A part under way; given up when it is dropped.
struct Part {
    receiver: oneshot::Receiver<Result<Vec<u8>, Failure>>,
    task: Option<AbortHandle>,
    room: Option<OwnedSemaphorePermit>,
}

impl Part {
    /// Waits for its bytes; the room they take is given back with the permit.
    fn wait(mut self) -> Result<(Vec<u8>, Option<OwnedSemaphorePermit>), Failure> {
        let (_, closed) = oneshot::channel::<Result<Vec<u8>, Failure>>();
        let receiver = std::mem::replace(&mut self.receiver, closed);
        match receiver.blocking_recv() {
            Ok(done) => done.map(|bytes| (bytes, self.room.take())),
            Err(_) => Err(Failure::new(Cause::Broken, "it was given up")),
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// An object that is read in order.
///
/// INVARIANT: `under_way` holds the parts that follow `bytes` without a gap, up to `asked`.
struct Object {
    source: Source,
    key: String,
    stamp: Stamp,
    /// The offset up to which parts were asked for.
    asked: u64,
    under_way: VecDeque<Part>,
    bytes: Vec<u8>,
    /// How much of `bytes` was taken.
    at: usize,
    room: Option<OwnedSemaphorePermit>,
    /// What broke it off, which comes again on every further read.
    failed: Option<Failure>,
}

impl Object {
    /// Makes the next part the one at hand; `false` behind the last.
    ///
    /// The part that is needed next is asked for with or without room, so that this always comes to an
    /// end; those behind it only with room.
    fn next_part(&mut self) -> Result<bool, Failure> {
        self.bytes = Vec::new();
        self.at = 0;
        self.room = None;
        if self.under_way.is_empty() {
            if self.asked >= self.stamp.size {
                return Ok(false);
            }
            let stretch = self.next_stretch();
            let part = self.source.start(stretch, None);
            self.under_way.push_back(part);
        }
        while self.asked < self.stamp.size && self.under_way.len() < self.parts_ahead() {
            let asked = self.asked;
            let stretch = self.next_stretch();
            let Some(part) = self.source.start_ahead(stretch) else {
                self.asked = asked;
                break;
            };
            self.under_way.push_back(part);
        }
        let Some(part) = self.under_way.pop_front() else { return Ok(false) };
        (self.bytes, self.room) = part.wait()?;
        Ok(true)
    }

    /// The stretch behind those that were asked for, which counts as asked for now.
    fn next_stretch(&mut self) -> Stretch {
        let stretch = self.source.stretch(&self.key, &self.stamp, self.asked);
        self.asked = stretch.until;
        stretch
    }

    fn parts_ahead(&self) -> usize {
        self.source.connection.settings.transfer.parts_ahead.max(1)
    }
}

impl Read for Object {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.bytes.len() {
            match self.failed.take().map_or_else(|| self.next_part(), Err) {
                Ok(true) => {}
                Ok(false) => return Ok(0),
                Err(failure) => {
                    let (code, what) = self.source.unreadable(&self.key, &failure, " to its end");
                    self.failed = Some(failure);
                    return Err(error_of(&Problem::of_file(code, what, "what follows is not read")));
                }
            }
        }
        let mut left = self.bytes.get(self.at..).unwrap_or_default();
        let read = left.read(into)?;
        self.at = self.at.saturating_add(read);
        Ok(read)
    }
}
