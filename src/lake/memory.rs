//! What one worker remembers of recorders, so that what a snapshot repeats costs a look-up.

use std::collections::HashMap;

use super::fingerprint::{ByFingerprint, Fingerprint, Fingerprinter};
use super::intake::DeliveryOrder;
use super::listing::{ListedResource, Listings};
use crate::formats::records::{EvaluationOrigin, Record};
use crate::model::{Instant, Recorder};

/// An item whose text was read before.
#[derive(Debug)]
struct KnownItem {
    resource: u32,
    file: u32,
}

/// How far a known item may stand behind where it is expected.
const LOOK_AHEAD: usize = 32;
/// Items of a file whose order is remembered.
const EXPECTED_MAX: usize = 1 << 18;

/// A known item at its place in a file.
#[derive(Clone, Copy, Debug)]
struct Expected {
    text: Fingerprint,
    length: u32,
    resource: u32,
    file: u32,
}

/// What is remembered of one recorder.
#[derive(Debug, Default)]
struct RecorderMemory {
    known: ByFingerprint<KnownItem>,
    listings: Listings,
    /// The known items of an earlier file in their order, and which of them comes next.
    previous: Vec<Expected>,
    next: usize,
    /// Those of the file at hand.
    current: Vec<Expected>,
}

impl RecorderMemory {
    /// Takes up another file. One that holds little, as history files do, is no model for the next.
    fn begin(&mut self) {
        if self.current.len() >= self.previous.len() / 2 {
            std::mem::swap(&mut self.previous, &mut self.current);
        }
        self.current.clear();
        self.next = 0;
    }

    /// Notes a known item, which was not where it was expected.
    fn met(&mut self, item: Expected) {
        let behind = self.previous.get(self.next..).unwrap_or_default();
        if let Some(skipped) = behind.iter().take(LOOK_AHEAD).position(|expected| expected.text == item.text) {
            self.next += skipped + 1;
        }
        self.pass(item);
    }

    fn pass(&mut self, item: Expected) {
        if self.current.len() < EXPECTED_MAX {
            self.current.push(item);
        }
    }
}

/// What one worker remembers.
#[derive(Debug, Default)]
pub(super) struct Memory {
    recorders: Vec<(Recorder, RecorderMemory)>,
    by_recorder: HashMap<Recorder, usize>,
    /// The recorder asked for last, with its place.
    latest: Option<(Recorder, usize)>,
    /// The order of delivery of all files read, by number.
    orders: HashMap<u32, DeliveryOrder>,
    /// The file delivered last of all files read.
    latest_file: Option<u32>,
    /// The file at hand.
    file: u32,
    /// What the file at hand lists, as places of recorders and numbers of resources.
    listed: Vec<(usize, u32)>,
}

impl Memory {
    /// Takes up the next file.
    pub(super) fn begin(&mut self, file: u32, order: DeliveryOrder) {
        let latest = self.latest_file.and_then(|file| self.orders.get(&file));
        if latest.is_none_or(|latest| *latest <= order) {
            self.latest_file = Some(file);
        }
        self.file = file;
        self.orders.insert(file, order);
        self.recorders.iter_mut().for_each(|(_, memory)| memory.begin());
        self.listed.clear();
    }

    /// The place of a recorder.
    fn place(&mut self, recorder: &Recorder) -> usize {
        if let Some((latest, place)) = &self.latest
            && latest == recorder
        {
            return *place;
        }
        let place = if let Some(place) = self.by_recorder.get(recorder) {
            *place
        } else {
            self.recorders.push((recorder.clone(), RecorderMemory::default()));
            self.by_recorder.insert(recorder.clone(), self.recorders.len() - 1);
            self.recorders.len() - 1
        };
        self.latest = Some((recorder.clone(), place));
        place
    }

    /// Whether a text was read before; then the file at hand lists what it is about.
    pub(super) fn lists(&mut self, recorder: &Recorder, text: Fingerprint, length: usize) -> bool {
        let place = self.place(recorder);
        let known = self.recorders.get(place).and_then(|(_, memory)| memory.known.get(&text));
        let Some((resource, file)) = known.map(|known| (known.resource, known.file)) else { return false };
        // The copy delivered first is the one to cite, so it is read even where it comes later.
        if self.is_earlier_than(file) {
            return false;
        }
        self.listed.push((place, resource));
        if let (Some((_, memory)), Ok(length)) = (self.recorders.get_mut(place), u32::try_from(length)) {
            memory.met(Expected { text, length, resource, file });
        }
        true
    }

    /// The length of the item that comes next where a recorder's files repeat each other.
    pub(super) fn expected(&mut self, recorder: &Recorder) -> Option<usize> {
        let place = self.place(recorder);
        let (_, memory) = self.recorders.get(place)?;
        memory.previous.get(memory.next).map(|expected| expected.length as usize)
    }

    /// Whether a text is the item that comes next; then the file at hand lists what it is about.
    pub(super) fn is_expected(&mut self, recorder: &Recorder, text: Fingerprint) -> bool {
        let place = self.place(recorder);
        let next = self.recorders.get(place).and_then(|(_, memory)| memory.previous.get(memory.next)).copied();
        let Some(item) = next.filter(|item| item.text == text && !self.is_earlier_than(item.file)) else {
            return false;
        };
        self.listed.push((place, item.resource));
        if let Some((_, memory)) = self.recorders.get_mut(place) {
            memory.next += 1;
            memory.pass(item);
        }
        true
    }

    /// Whether the file at hand was delivered before another one.
    fn is_earlier_than(&self, file: u32) -> bool {
        let is_latest = self.latest_file == Some(self.file);
        !is_latest && file != self.file && self.orders.get(&self.file) < self.orders.get(&file)
    }

    /// Remembers what was read of the file at hand.
    pub(super) fn remember(&mut self, fingerprinter: &Fingerprinter, texts: &Remembered) {
        let mut start = 0;
        for text in &texts.texts {
            let part = |from: usize, to: usize| texts.words.get(from..to).unwrap_or_default();
            let resource = ListedResource {
                resource_type: part(start, text.type_end),
                resource_id: part(text.type_end, text.id_end),
                compliance_item: text.compliance_item,
            };
            start = text.id_end;
            let Some(recorder) = texts.recorders.get(text.recorder) else { continue };
            let (place, file) = (self.place(recorder), self.file);
            let Some((_, memory)) = self.recorders.get_mut(place) else { continue };
            let resource = memory.listings.number(fingerprinter, resource);
            if !text.is_remarkable {
                memory.known.insert(text.fingerprint, KnownItem { resource, file });
            }
            self.listed.push((place, resource));
        }
    }

    /// Forgets what the file at hand lists.
    pub(super) fn unlist(&mut self) {
        self.listed.clear();
    }

    /// Takes what the file at hand lists for a snapshot of this time.
    pub(super) fn list_snapshot(&mut self, time: Instant, whole: bool) {
        let mut listed = std::mem::take(&mut self.listed);
        listed.sort_unstable();
        for of_recorder in listed.chunk_by(|left, right| left.0 == right.0) {
            let place = of_recorder.first().map(|(place, _)| *place);
            let numbers: Vec<u32> = of_recorder.iter().map(|(_, number)| *number).collect();
            if let Some((_, memory)) = place.and_then(|place| self.recorders.get_mut(place)) {
                memory.listings.add_snapshot(time, self.file, whole, &numbers);
            }
        }
        // The next file lists about as much.
        listed.clear();
        self.listed = listed;
    }

    /// Roughly how many bytes all this takes.
    pub(super) fn bytes(&self) -> usize {
        let of_recorder = |memory: &RecorderMemory| {
            let expected = (memory.previous.capacity() + memory.current.capacity()) * 32;
            memory.known.capacity() * 40 + memory.listings.bytes() + expected
        };
        let recorders: usize = self.recorders.iter().map(|(_, memory)| of_recorder(memory)).sum();
        recorders + self.listed.capacity() * 16 + self.orders.capacity() * 160
    }

    /// What the snapshots of each recorder listed.
    pub(super) fn listings(&self) -> impl Iterator<Item = (&Recorder, &Listings)> {
        self.recorders.iter().map(|(recorder, memory)| (recorder, &memory.listings))
    }
}

/// A text that was decoded, with the ends of type and id of what it is about among all words.
#[derive(Debug)]
struct Text {
    fingerprint: Fingerprint,
    recorder: usize,
    type_end: usize,
    id_end: usize,
    compliance_item: bool,
    /// Whether it must be decoded each time it is met, because something is said of the file that holds it.
    is_remarkable: bool,
}

/// What texts are about that were decoded, to be remembered by the worker that read their file.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    recorders: Vec<Recorder>,
    texts: Vec<Text>,
    words: String,
}

impl Remembered {
    /// Notes a record, if it is one that snapshots list.
    pub(super) fn note(&mut self, fingerprinter: &Fingerprinter, raw: &[u8], record: &Record) {
        let mut is_remarkable = false;
        let (recorder, resource_type, resource_id, compliance_item) = match record {
            Record::Item(item) => {
                // Every file with an item of another account than its name's is read in part, not only the first.
                is_remarkable = item.account != item.recorder.account;
                (&item.recorder, &item.resource_type, &item.resource_id, false)
            }
            Record::Evaluation(evaluation) if evaluation.origin == EvaluationOrigin::ComplianceItem => {
                (&evaluation.recorder, &evaluation.resource_type, &evaluation.resource_id, true)
            }
            _ => return,
        };
        if self.recorders.last() != Some(recorder) {
            self.recorders.push(recorder.clone());
        }
        self.words.push_str(resource_type);
        let type_end = self.words.len();
        self.words.push_str(resource_id);
        self.texts.push(Text {
            fingerprint: fingerprinter.of(raw),
            recorder: self.recorders.len() - 1,
            type_end,
            id_end: self.words.len(),
            compliance_item,
            is_remarkable,
        });
    }
}
