//! Finds where JSON values begin and end in a stream, without decoding them.
//!
//! Holds one refillable buffer, so that memory grows with the largest single record and never with
//! the file. It knows brackets, strings and escapes, and nothing of what values mean: a value whose
//! brackets balance may still be broken inside, which its decoder finds out.

use std::io::Read;
use std::ops::Range;

use super::structure::Nesting;

/// A record larger than this is refused: the largest items known are below 1 MiB.
pub(super) const RECORD_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The buffer's size at first; it doubles for a record that does not fit.
const BUFFER_BYTES: usize = 256 * 1024;

/// Why no further value can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Break {
    /// The text ends inside a value.
    Ends,
    /// One value is larger than [`RECORD_BYTES_MAX`].
    TooLarge,
    /// The byte at this place begins no value.
    NoValue,
}

/// A cursor over a stream of JSON text.
pub(super) struct Scanner<'a> {
    source: &'a mut dyn Read,
    buffer: &'a mut Vec<u8>,
    /// First byte not yet consumed.
    at: usize,
    /// First byte of the buffer that must stay: the value being looked at, or the hold, began there.
    keep: usize,
    /// Whether `keep` stays where it is until it is released.
    holding: bool,
    /// End of what is filled.
    filled: usize,
    /// Offset of the buffer's first byte in the file.
    base: u64,
    exhausted: bool,
}

impl<'a> Scanner<'a> {
    /// Starts at the beginning of `source`; `buffer` is working space that is reused between files.
    pub(super) fn new(source: &'a mut dyn Read, buffer: &'a mut Vec<u8>) -> Self {
        if buffer.len() < BUFFER_BYTES {
            buffer.resize(BUFFER_BYTES, 0);
        }
        Self { source, buffer, at: 0, keep: 0, holding: false, filled: 0, base: 0, exhausted: false }
    }

    /// Offset in the file of the next byte.
    pub(super) fn offset(&self) -> u64 {
        self.offset_of(self.at)
    }

    /// Offset in the file of a place in the buffer.
    pub(super) fn offset_of(&self, at: usize) -> u64 {
        self.base + at as u64
    }

    /// Bytes of the value that was taken last.
    pub(super) fn text(&self, range: Range<usize>) -> &[u8] {
        self.buffer.get(range).unwrap_or_default()
    }

    /// Keeps everything from the next byte on in the buffer until [`Scanner::release`].
    pub(super) fn hold(&mut self) {
        self.keep = self.at;
        self.holding = true;
    }

    /// Ends a hold.
    pub(super) fn release(&mut self) {
        self.keep = self.at;
        self.holding = false;
    }

    /// How far the next byte lies behind the beginning of the hold.
    pub(super) fn mark(&self) -> usize {
        self.at - self.keep
    }

    /// Bytes of the hold, by their distance from its beginning.
    pub(super) fn held(&self, marks: Range<usize>) -> &[u8] {
        self.buffer.get(self.keep + marks.start..self.keep + marks.end).unwrap_or_default()
    }

    /// The next byte that is not white space, without consuming it; `None` at the end.
    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            if !self.holding {
                self.keep = self.at;
            } else if self.mark() > RECORD_BYTES_MAX {
                return None;
            }
            while let Some(byte) = self.buffer.get(self.at..self.filled).and_then(<[u8]>::first) {
                if !byte.is_ascii_whitespace() {
                    return Some(*byte);
                }
                self.at += 1;
            }
            if !self.fill() {
                return None;
            }
        }
    }

    /// The next so many bytes, without consuming them; `None` where there are not so many. To be called behind
    /// [`Scanner::peek`].
    pub(super) fn ahead(&mut self, length: usize) -> Option<&[u8]> {
        if length > RECORD_BYTES_MAX {
            return None;
        }
        while self.filled - self.at < length {
            if !self.fill() {
                return None;
            }
        }
        self.buffer.get(self.at..self.at + length)
    }

    /// Consumes so many bytes that [`Scanner::ahead`] gave.
    pub(super) fn consume(&mut self, length: usize) {
        self.at = self.filled.min(self.at + length);
    }

    /// Consumes the next byte if it is `wanted`, after white space.
    pub(super) fn accept(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// Consumes a UTF-8 byte-order mark if one is next.
    pub(super) fn skip_byte_order_mark(&mut self) {
        self.peek();
        while self.filled - self.at < 3 && self.fill() {}
        if self.text(self.at..self.filled).starts_with(b"\xef\xbb\xbf") {
            self.at += 3;
        }
    }

    /// The first bytes of what is left, up to `count`, without consuming them.
    pub(super) fn preview(&mut self, count: usize) -> &[u8] {
        while self.filled - self.at < count && self.fill() {}
        let end = self.filled.min(self.at + count);
        self.text(self.at..end)
    }

    /// Consumes one whole value and returns its place, which is good until the next call.
    pub(super) fn value(&mut self) -> Result<Range<usize>, Break> {
        let first = self.peek().ok_or(Break::Ends)?;
        if !self.holding {
            self.keep = self.at;
        }
        // The buffer may move while it is filled; the distance from what is kept does not.
        let from_keep = self.mark();
        let end = match first {
            b'{' | b'[' => self.end_of_nested(),
            b'"' => self.end_of_string(),
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => self.end_of_scalar(),
            _ => Err(Break::NoValue),
        }?;
        self.at = end;
        Ok(self.keep + from_keep..end)
    }

    /// Ends the hold at the first line behind its first byte that begins with `{` or `[`; whether
    /// there is one in what is held.
    pub(super) fn resume_at_next_line(&mut self) -> bool {
        let mut at = self.keep + 1;
        while let Some(found) = memchr::memchr(b'\n', self.text(at..self.filled)) {
            at += found + 1;
            if matches!(self.text(at..self.filled).first(), Some(b'{' | b'[')) {
                self.at = at;
                self.release();
                return true;
            }
        }
        false
    }

    /// Consumes one line and returns its place, which is good until the next call; `None` at the end.
    pub(super) fn line(&mut self) -> Option<Range<usize>> {
        self.release();
        let mut scanned = 0;
        loop {
            let from = self.keep + scanned;
            let text = self.buffer.get(from..self.filled).unwrap_or_default();
            if let Some(found) = memchr::memchr(b'\n', text) {
                self.at = from + found + 1;
                return Some(self.keep..from + found);
            }
            scanned += text.len();
            if scanned > RECORD_BYTES_MAX || !self.fill() {
                self.at = self.filled;
                return (self.keep < self.filled).then_some(self.keep..self.filled);
            }
        }
    }

    /// Consumes all that is left and returns its place, good until the next call; `None`, and nothing
    /// consumed, where that is more than `bytes_max`.
    pub(super) fn rest(&mut self, bytes_max: usize) -> Option<Range<usize>> {
        self.release();
        while self.filled - self.keep <= bytes_max && self.fill() {}
        if self.filled - self.keep > bytes_max {
            return None;
        }
        self.at = self.filled;
        Some(self.keep..self.filled)
    }

    /// Consumes all that is left.
    pub(super) fn skip_rest(&mut self) {
        loop {
            self.at = self.filled;
            self.release();
            if !self.fill() {
                return;
            }
        }
    }

    fn end_of_nested(&mut self) -> Result<usize, Break> {
        let mut nesting = Nesting::default();
        let mut scanned = self.at - self.keep;
        loop {
            let available = self.keep + scanned;
            let text = self.buffer.get(available..self.filled).unwrap_or_default();
            match nesting.advance(text, self.exhausted) {
                Ok(length) => return Ok(available + length),
                Err(consumed) => scanned += consumed,
            }
            self.grow(scanned)?;
        }
    }

    fn end_of_string(&mut self) -> Result<usize, Break> {
        let mut scanned = self.at - self.keep + 1;
        loop {
            let available = self.keep + scanned;
            let text = self.buffer.get(available..self.filled).unwrap_or_default();
            match memchr::memchr2(b'"', b'\\', text) {
                Some(found) if text.get(found) == Some(&b'"') => return Ok(available + found + 1),
                // A backslash takes the next byte with it, once that is there.
                Some(found) if found + 1 < text.len() => {
                    scanned += found + 2;
                    continue;
                }
                Some(_) if self.exhausted => return Err(Break::Ends),
                Some(found) => scanned += found,
                None => scanned += text.len(),
            }
            self.grow(scanned)?;
        }
    }

    fn end_of_scalar(&mut self) -> Result<usize, Break> {
        let mut scanned = self.at - self.keep;
        loop {
            let available = self.keep + scanned;
            let text = self.buffer.get(available..self.filled).unwrap_or_default();
            let ends =
                |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}' | b'{' | b'[' | b':');
            if let Some(found) = text.iter().position(ends) {
                return Ok(available + found);
            }
            scanned += text.len();
            match self.grow(scanned) {
                Ok(()) => {}
                Err(Break::Ends) => return Ok(self.keep + scanned),
                Err(other) => return Err(other),
            }
        }
    }

    /// Reads on while a value of which `scanned` bytes from the hold on were looked at is open.
    fn grow(&mut self, scanned: usize) -> Result<(), Break> {
        if scanned > RECORD_BYTES_MAX {
            return Err(Break::TooLarge);
        }
        // What is there but not yet looked at is looked at once more, now as the last of it.
        let more = self.fill() || self.keep + scanned < self.filled;
        if more { Ok(()) } else { Err(Break::Ends) }
    }

    fn make_room_at_front(&mut self) {
        let moved = self.keep;
        if moved > 0 {
            self.buffer.copy_within(moved..self.filled, 0);
            self.filled -= moved;
            self.at -= moved;
            self.keep -= moved;
            self.base += moved as u64;
        }
    }

    /// Reads more; `false` when there is no more. A read error ends the text: whoever owns the
    /// source reports it.
    fn fill(&mut self) -> bool {
        if self.exhausted {
            return false;
        }
        if self.buffer.len() - self.filled < self.buffer.len() / 2 {
            self.make_room_at_front();
            if self.buffer.len() - self.filled < self.buffer.len() / 2 {
                let larger = self.buffer.len() * 2;
                self.buffer.resize(larger, 0);
            }
        }
        loop {
            let Some(free) = self.buffer.get_mut(self.filled..) else { return false };
            match self.source.read(free) {
                Ok(0) => break,
                Ok(count) => {
                    self.filled += count;
                    return true;
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        self.exhausted = true;
        false
    }
}
