//! [`Decoder`]: one step of inflating, from a slice to a slice, for each compression.
//!
//! The decoders are driven by hand because their readers lose what they had inflated in the call in
//! which they meet damage; here every byte before the break is handed over.

use flate2::{Decompress, FlushDecompress, Status};
use lzma_rust2::{Action, XzStream};
use zstd::stream::raw::{DParameter, InBuffer, Operation as _, OutBuffer};

use super::fault::{damaged, over_limit};
use super::limits::{XZ_MEMORY_KIB_MAX, ZSTD_WINDOW_LOG_MAX};
use crate::model::Problem;

/// A compression that is known by its magic bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Zstd,
    Xz,
}

impl Compression {
    /// Its name in the custody list.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
        }
    }
}

/// What one step did.
pub(super) struct Step {
    pub(super) consumed: usize,
    pub(super) produced: usize,
    pub(super) outcome: Outcome,
}

/// How it goes on.
pub(super) enum Outcome {
    Going,
    Ended,
    Broken(Problem),
}

/// A compression being undone. No input means that there will be none.
pub(super) enum Decoder {
    Gzip(Gzip),
    Deflate(Box<Decompress>),
    Zstd(Zstd),
    Xz(Box<XzStream>),
}

impl Decoder {
    pub(super) fn new(compression: Compression) -> Result<Self, Problem> {
        Ok(match compression {
            Compression::Gzip => Self::Gzip(Gzip::new()),
            Compression::Zstd => Self::Zstd(Zstd::new()?),
            Compression::Xz => Self::Xz(Box::new(XzStream::new_mem_limit(true, XZ_MEMORY_KIB_MAX))),
        })
    }

    /// The bare deflate of a zip's member.
    pub(super) fn deflate() -> Self {
        Self::Deflate(Box::new(Decompress::new(false)))
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Gzip(_) => "gzip",
            Self::Deflate(_) => "deflate",
            Self::Zstd(_) => "zstd",
            Self::Xz(_) => "xz",
        }
    }

    /// Inflates what it can of `input` into `output`, which is not empty.
    pub(super) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        match self {
            Self::Gzip(gzip) => gzip.step(input, output),
            Self::Deflate(inflate) => deflate_step(inflate, input, output, "deflate"),
            Self::Zstd(zstd) => zstd.step(input, output),
            Self::Xz(xz) => xz_step(xz, input, output),
        }
    }
}

/// Several gzip members one after another, as `cat a.gz b.gz` and log shippers make them.
pub(super) struct Gzip {
    inflate: Box<Decompress>,
    is_inside: bool,
    members: u64,
}

/// The window of every gzip file, as a power of two.
const GZIP_WINDOW_BITS: u8 = 15;

impl Gzip {
    fn new() -> Self {
        Self { inflate: Box::new(Decompress::new_gzip(GZIP_WINDOW_BITS)), is_inside: false, members: 0 }
    }

    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        if !self.is_inside {
            if input.is_empty() {
                return Step { consumed: 0, produced: 0, outcome: Outcome::Ended };
            }
            self.begin();
        }
        let mut step = deflate_step(&mut self.inflate, input, output, "gzip");
        match step.outcome {
            Outcome::Ended => {
                self.is_inside = false;
                self.members = self.members.saturating_add(1);
                step.outcome = Outcome::Going;
            }
            Outcome::Broken(_) if self.members > 0 && self.inflate.total_out() == 0 => {
                step.outcome = Outcome::Broken(damaged("bytes after the last whole gzip member are not gzip data"));
            }
            _ => {}
        }
        step
    }

    fn begin(&mut self) {
        if self.members > 0 {
            *self.inflate = Decompress::new_gzip(GZIP_WINDOW_BITS);
        }
        self.is_inside = true;
    }
}

/// The bytes by which a counter moved on, which never are more than the slice that bounded them.
fn moved(before: u64, after: u64, bound: usize) -> usize {
    usize::try_from(after.saturating_sub(before)).unwrap_or(bound).min(bound)
}

fn deflate_step(inflate: &mut Decompress, input: &[u8], output: &mut [u8], name: &str) -> Step {
    let (before_in, before_out) = (inflate.total_in(), inflate.total_out());
    let status = inflate.decompress(input, output, FlushDecompress::None);
    let consumed = moved(before_in, inflate.total_in(), input.len());
    let produced = moved(before_out, inflate.total_out(), output.len());
    let outcome = match status {
        Ok(Status::StreamEnd) => Outcome::Ended,
        Ok(_) if input.is_empty() && produced == 0 => Outcome::Broken(damaged(format!("{name} data ends early"))),
        Ok(_) => Outcome::Going,
        Err(error) => {
            let detail = error.message().unwrap_or("it is no deflate stream");
            Outcome::Broken(damaged(format!("{name} data is damaged: {detail}")))
        }
    };
    Step { consumed, produced, outcome }
}

/// Several zstd frames one after another.
pub(super) struct Zstd {
    decoder: zstd::stream::raw::Decoder<'static>,
    is_inside: bool,
    frames: u64,
}

impl Zstd {
    fn new() -> Result<Self, Problem> {
        let start = || {
            let mut decoder = zstd::stream::raw::Decoder::new()?;
            decoder.set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG_MAX))?;
            Ok(decoder)
        };
        let decoder =
            start().map_err(|error: std::io::Error| over_limit(format!("zstd decoder cannot be made: {error}")))?;
        Ok(Self { decoder, is_inside: false, frames: 0 })
    }

    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        if !self.is_inside && input.is_empty() {
            return Step { consumed: 0, produced: 0, outcome: Outcome::Ended };
        }
        let result = self.begin().map(|()| self.run(input, output));
        match result {
            Ok(step) => step,
            Err(error) => Step { consumed: 0, produced: 0, outcome: Outcome::Broken(zstd_problem(&error)) },
        }
    }

    fn begin(&mut self) -> std::io::Result<()> {
        if !self.is_inside && self.frames > 0 {
            self.decoder.reinit()?;
        }
        self.is_inside = true;
        Ok(())
    }

    fn run(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let mut source = InBuffer::around(input);
        let mut target = OutBuffer::around(output);
        let result = self.decoder.run(&mut source, &mut target);
        let (consumed, produced) = (source.pos(), target.pos());
        let outcome = match result {
            Ok(0) => {
                self.is_inside = false;
                self.frames = self.frames.saturating_add(1);
                Outcome::Going
            }
            Ok(_) if input.is_empty() && produced == 0 => Outcome::Broken(damaged("zstd data ends early")),
            Ok(_) => Outcome::Going,
            Err(error) => Outcome::Broken(zstd_problem(&error)),
        };
        Step { consumed, produced, outcome }
    }
}

fn zstd_problem(error: &std::io::Error) -> Problem {
    let detail = error.to_string();
    if detail.contains("too much memory") {
        let limit = 1_u64 << ZSTD_WINDOW_LOG_MAX;
        return over_limit(format!("zstd data asks for a window of more than {limit} bytes"));
    }
    damaged(format!("zstd data is damaged: {detail}"))
}

fn xz_step(xz: &mut XzStream, input: &[u8], output: &mut [u8]) -> Step {
    let (before_in, before_out) = (xz.total_in(), xz.total_out());
    let action = if input.is_empty() { Action::Finish } else { Action::Run };
    let result = xz.process(input, output, action);
    let consumed = moved(before_in, xz.total_in(), input.len());
    let produced = moved(before_out, xz.total_out(), output.len());
    let outcome = match result {
        Ok(result) if result.status == lzma_rust2::Status::StreamEnd => Outcome::Ended,
        Ok(_) if input.is_empty() && produced == 0 => Outcome::Broken(damaged("xz data ends early")),
        Ok(_) => Outcome::Going,
        Err(error) => Outcome::Broken(xz_problem(&error)),
    };
    Step { consumed, produced, outcome }
}

fn xz_problem(error: &std::io::Error) -> Problem {
    match error.kind() {
        std::io::ErrorKind::OutOfMemory => {
            over_limit(format!("xz data asks for more than {XZ_MEMORY_KIB_MAX} KiB of memory"))
        }
        std::io::ErrorKind::UnexpectedEof => damaged("xz data ends early"),
        _ => damaged(format!("xz data is damaged: {error}")),
    }
}
