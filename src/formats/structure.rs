//! Where a JSON object or array ends: brackets outside strings, 64 bytes at a time.
//!
//! Looks at nothing else, so it costs a fraction of decoding; this is what makes an item that was
//! seen before cost a look-up.

use wide::u8x16;

/// Bytes looked at in one step.
const BLOCK: usize = 64;

/// The state between blocks while looking for the end of one object or array.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Nesting {
    depth: u64,
    inside_string: bool,
    /// The next byte is escaped by a backslash at the end of the block before.
    escape_pending: bool,
}

/// One bit a byte of a block.
#[derive(Clone, Copy, Debug, Default)]
struct Bits {
    quote: u64,
    backslash: u64,
    open: u64,
    close: u64,
}

impl Nesting {
    /// Looks at `text`, which continues what was given before.
    ///
    /// `Ok(length)`: the value ends after `length` bytes of `text`. `Err(consumed)`: it does not end
    /// in the first `consumed` bytes; what lies behind them must be given again, with more. All of
    /// `text` is looked at only if it is the `last`.
    pub(super) fn advance(&mut self, text: &[u8], last: bool) -> Result<usize, usize> {
        let mut consumed = 0;
        let mut blocks = text.chunks_exact(BLOCK);
        for block in blocks.by_ref() {
            if let Some(end) = self.step(bits_of(block)) {
                return Ok(consumed + end);
            }
            consumed += BLOCK;
        }
        let rest = blocks.remainder();
        if rest.is_empty() {
            return Err(consumed);
        }
        // A short rest is padded with blanks; without more text to come its state is final, else
        // it is looked at again together with what follows.
        let mut padded = [b' '; BLOCK];
        for (to, from) in padded.iter_mut().zip(rest) {
            *to = *from;
        }
        let mut tentative = *self;
        if let Some(end) = tentative.step(bits_of(&padded)) {
            return Ok(consumed + end);
        }
        if last {
            *self = tentative;
            consumed += rest.len();
        }
        Err(consumed)
    }

    /// Takes in one block; the number of bytes up to and with the closing bracket, if it is in it.
    fn step(&mut self, bits: Bits) -> Option<usize> {
        let escaped = self.escaped(bits.backslash);
        let strings = self.strings(bits.quote & !escaped);
        let (mut open, mut close) = (bits.open & !strings, bits.close & !strings);
        if self.depth > u64::from(close.count_ones()) {
            self.depth = self.depth + u64::from(open.count_ones()) - u64::from(close.count_ones());
            return None;
        }
        while open | close != 0 {
            let at = (open | close).trailing_zeros();
            let bit = 1_u64 << at;
            if open & bit != 0 {
                open ^= bit;
                self.depth += 1;
            } else {
                close ^= bit;
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 {
                    return Some(at as usize + 1);
                }
            }
        }
        None
    }

    /// Bytes that a backslash before them escapes.
    fn escaped(&mut self, backslash: u64) -> u64 {
        let mut escaped = u64::from(self.escape_pending);
        let mut left = backslash & !escaped;
        self.escape_pending = false;
        while left != 0 {
            let bit = left & left.wrapping_neg();
            let next = bit << 1;
            self.escape_pending = next == 0;
            escaped |= next;
            left &= !(bit | next);
        }
        escaped
    }

    /// Bytes inside strings, the opening quote with them: each bit becomes the parity of the quotes
    /// up to it.
    fn strings(&mut self, quote: u64) -> u64 {
        let mut inside = quote;
        for shift in [1, 2, 4, 8, 16, 32] {
            inside ^= inside << shift;
        }
        if self.inside_string {
            inside = !inside;
        }
        self.inside_string = inside >> 63 == 1;
        inside
    }
}

/// Marks quotes, backslashes and brackets. `[` and `{`, `]` and `}` differ in one bit, so that two
/// comparisons find all four.
fn bits_of(block: &[u8]) -> Bits {
    let all = u8x16::splat;
    let mut bits = Bits::default();
    for (index, quarter) in block.chunks_exact(16).enumerate() {
        let bytes = u8x16::from(<[u8; 16]>::try_from(quarter).unwrap_or_default());
        let folded = bytes | all(0x20);
        let mark = |found: u8x16| u64::from(found.to_bitmask()) << (16 * index);
        bits.quote |= mark(bytes.simd_eq(all(b'"')));
        bits.backslash |= mark(bytes.simd_eq(all(b'\\')));
        bits.open |= mark(folded.simd_eq(all(b'{')));
        bits.close |= mark(folded.simd_eq(all(b'}')));
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::Nesting;

    /// The end by the plainest possible rule. A backslash takes the quote behind it out of play; where
    /// it stands outside a string the text is no JSON, and its decoder says so.
    fn by_hand(text: &[u8]) -> Option<usize> {
        let (mut depth, mut string, mut escaped) = (0_i64, false, false);
        for (at, byte) in text.iter().enumerate() {
            let is_escaped = escaped;
            escaped = !is_escaped && *byte == b'\\';
            match (string, byte) {
                (_, b'"') if !is_escaped => string = !string,
                (false, b'{' | b'[') => depth += 1,
                (false, b'}' | b']') => {
                    depth = (depth - 1).max(0);
                    if depth == 0 {
                        return Some(at + 1);
                    }
                }
                _ => {}
            }
        }
        None
    }

    fn in_pieces(text: &[u8], piece: usize) -> Option<usize> {
        let mut nesting = Nesting::default();
        let (mut from, mut to) = (0, piece.min(text.len()));
        loop {
            match nesting.advance(&text[from..to], to == text.len()) {
                Ok(length) => return Some(from + length),
                Err(consumed) => from += consumed,
            }
            if to == text.len() {
                return None;
            }
            to = (to + piece).min(text.len());
        }
    }

    #[test]
    fn the_end_is_found_whatever_the_pieces() {
        let hard = [
            r#"{"a":"}","b":["\"}\\",{"c":"\\\\"}]}tail}"#.to_owned(),
            format!(r#"{{"a":"{}","b":{{}}}}]]"#, "\\\\".repeat(70)),
            format!(r#"{{"a":"{}\"}}"}}"#, "x".repeat(57)),
            format!("[{}]", r#"{"k":"v\\"},"#.repeat(30)),
            "[".repeat(200) + &"]".repeat(200) + "]",
            r#"{"never":"ends}"#.to_owned(),
        ];
        for text in &hard {
            let expected = by_hand(text.as_bytes());
            for piece in [1, 7, 63, 64, 65, 128, 4096] {
                assert_eq!(in_pieces(text.as_bytes(), piece), expected, "{text} in pieces of {piece}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_of_structural_bytes_ends_where_the_plain_rule_says(text in r#"[{]["\\{}\[\]a]{0,300}"#, piece in 1_usize..200) {
            proptest::prop_assert_eq!(in_pieces(text.as_bytes(), piece), by_hand(text.as_bytes()));
        }
    }
}
