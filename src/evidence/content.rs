//! [`Content`]: an object's bytes with every compression around them undone, under the limits.

use std::io::{self, Read};

use super::ahead::{Ahead, Buffer};
use super::custody::{Hashed, Meter};
use super::decode::{Compression, Decoder};
use super::fault::{error_of, over_limit, problem_of, refused};
use super::inflate::Inflate;
use super::limits::{COMPRESSIONS_MAX, Limits};
use super::sniff::{Form, SNIFF_BYTES, sniff};
use crate::model::{Problem, ProblemCode};

/// The inflated bytes of one object.
pub(super) struct Content<'a> {
    bytes: Ahead<Box<dyn Read + 'a>>,
    form: Form,
    compression: Option<Compression>,
    handed: u64,
    handed_max: u64,
    metered: Option<(&'a Meter<'a>, &'a Limits)>,
    problem: Option<Problem>,
}

impl<'a> Content<'a> {
    /// Looks at the first bytes and undoes the compressions they tell of.
    pub(super) fn open(raw: &'a mut Hashed<'_>, limits: &'a Limits) -> Self {
        let mut bytes: Ahead<Box<dyn Read + 'a>> = Ahead::new(Box::new(raw));
        let mut form = sniff(bytes.peek(SNIFF_BYTES));
        let mut outermost = None;
        let mut problem = None;
        let mut layers = 0;
        while let Form::Compressed(compression) = form {
            if layers == COMPRESSIONS_MAX {
                problem = Some(over_limit(format!("is compressed more than {COMPRESSIONS_MAX} times over")));
                break;
            }
            match Decoder::new(compression) {
                Ok(decoder) => bytes = Ahead::new(Box::new(Inflate::new(bytes, decoder, limits))),
                Err(cause) => {
                    problem = Some(cause);
                    break;
                }
            }
            layers += 1;
            outermost.get_or_insert(compression);
            form = sniff(bytes.peek(SNIFF_BYTES));
        }
        if let Form::Foreign(name) = form {
            problem = Some(refused(ProblemCode::NotRecognised, format!("is packed as {name}, which is not read")));
        }
        Self { bytes, form, compression: outermost, handed: 0, handed_max: u64::MAX, metered: None, problem }
    }

    /// What the innermost bytes are.
    pub(super) fn form(&self) -> Form {
        self.form
    }

    pub(super) fn is_compressed(&self) -> bool {
        self.compression.is_some()
    }

    pub(super) fn compression(&self) -> &'static str {
        self.compression.map_or("none", Compression::name)
    }

    /// From here on these are a leaf's bytes: `meter` counts them towards the ratio of the visit.
    pub(super) fn meter(&mut self, meter: &'a Meter<'a>, limits: &'a Limits) {
        self.metered = Some((meter, limits));
    }

    /// From here on no more than this many bytes are handed over.
    pub(super) fn cap(&mut self, handed_max: u64) {
        self.handed_max = handed_max;
    }

    /// Bytes handed over.
    pub(super) fn handed(&self) -> u64 {
        self.handed
    }

    /// What broke reading, if anything.
    pub(super) fn problem(&self) -> Option<&Problem> {
        self.problem.as_ref()
    }

    /// Takes `bytes` bytes and drops them; `false` where they end or break before.
    pub(super) fn skip(&mut self, mut bytes: u64) -> bool {
        let mut scratch = Buffer::take();
        while bytes > 0 {
            let room = usize::try_from(bytes).unwrap_or(usize::MAX).min(scratch.as_mut().len());
            match self.read(scratch.as_mut().get_mut(..room).unwrap_or_default()) {
                Ok(read) if read > 0 => bytes = bytes.saturating_sub(read as u64),
                _ => return false,
            }
        }
        true
    }

    /// The limit that the bytes handed over have met.
    fn over_limit(&self) -> Option<Problem> {
        if self.handed > self.handed_max {
            return Some(over_limit(format!("has more than {} bytes once inflated", self.handed_max)));
        }
        let (meter, limits) = self.metered?;
        limits.is_over_ratio(meter.given(), meter.taken()).then(|| {
            let ratio = limits.inflation_ratio_max;
            over_limit(format!("the file it comes from inflates to more than {ratio} times its size"))
        })
    }

    /// Keeps the problem; whatever layer met it, what counts is how far the content came.
    fn fail(&mut self, mut problem: Problem) -> io::Error {
        problem.byte = Some(self.handed);
        let error = error_of(&problem);
        self.problem = Some(problem);
        error
    }
}

impl Read for Content<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let Some(problem) = &self.problem {
            return Err(error_of(problem));
        }
        // One byte beyond the cap tells that there is more without handing it over.
        let room = usize::try_from(self.handed_max.saturating_sub(self.handed).saturating_add(1)).unwrap_or(usize::MAX);
        let room = room.min(into.len());
        let read = match self.bytes.read(into.get_mut(..room).unwrap_or_default()) {
            Ok(read) => read,
            Err(error) => return Err(self.fail(problem_of(&error))),
        };
        self.handed = self.handed.saturating_add(read as u64);
        if let Some((meter, _)) = self.metered {
            meter.give(read as u64);
        }
        let Some(problem) = self.over_limit() else { return Ok(read) };
        let beyond = self.handed.saturating_sub(self.handed_max);
        self.handed = self.handed.saturating_sub(beyond);
        let error = self.fail(problem);
        match read.saturating_sub(usize::try_from(beyond).unwrap_or(read)) {
            0 => Err(error),
            read => Ok(read),
        }
    }
}
