//! [`Inflate`]: a reader of inflated bytes that stops at damage and at the ratio.

use std::io::{self, BufRead as _, Read};

use super::ahead::Ahead;
use super::decode::{Decoder, Outcome};
use super::fault::{damaged, error_of, over_limit, problem_of};
use super::limits::Limits;
use crate::model::Problem;

/// Steps without a byte taken or given after which a decoder is held to be stuck.
const IDLE_STEPS_MAX: u32 = 16;

/// Undoes one compression of what `input` gives.
pub(super) struct Inflate<'a> {
    input: Ahead<Box<dyn Read + 'a>>,
    decoder: Decoder,
    limits: &'a Limits,
    taken: u64,
    given: u64,
    is_done: bool,
    problem: Option<Problem>,
}

impl<'a> Inflate<'a> {
    pub(super) fn new(input: Ahead<Box<dyn Read + 'a>>, decoder: Decoder, limits: &'a Limits) -> Self {
        Self { input, decoder, limits, taken: 0, given: 0, is_done: false, problem: None }
    }

    /// One step; the bytes it gave.
    fn step(&mut self, into: &mut [u8], idle: &mut u32) -> usize {
        let input = match self.input.fill_buf() {
            Ok(input) => input,
            Err(error) => {
                self.problem = Some(problem_of(&error));
                return 0;
            }
        };
        let step = self.decoder.step(input, into);
        self.input.consume(step.consumed);
        self.taken = self.taken.saturating_add(step.consumed as u64);
        self.given = self.given.saturating_add(step.produced as u64);
        *idle = if step.consumed == 0 && step.produced == 0 { *idle + 1 } else { 0 };
        match step.outcome {
            Outcome::Going => self.problem = self.over_limit(*idle),
            Outcome::Ended => self.is_done = true,
            Outcome::Broken(problem) => self.problem = Some(problem),
        }
        step.produced
    }

    fn over_limit(&self, idle: u32) -> Option<Problem> {
        if self.limits.is_over_ratio(self.given, self.taken) {
            let ratio = self.limits.inflation_ratio_max;
            return Some(over_limit(format!("inflates to more than {ratio} times its compressed size")));
        }
        // Empty xz blocks make the decoder's index grow without giving a byte.
        let allowed = self.limits.inflation_ratio_floor_bytes.saturating_add(self.given.saturating_mul(2));
        if matches!(self.decoder, Decoder::Xz(_)) && self.taken > allowed {
            return Some(over_limit("xz data is far larger than what it inflates to"));
        }
        (idle > IDLE_STEPS_MAX).then(|| damaged(format!("{} data leads nowhere", self.decoder.name())))
    }
}

impl Read for Inflate<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut idle = 0;
        while !into.is_empty() && !self.is_done {
            if let Some(problem) = &self.problem {
                return Err(error_of(problem));
            }
            match self.step(into, &mut idle) {
                0 => {}
                given => return Ok(given),
            }
        }
        Ok(0)
    }
}
