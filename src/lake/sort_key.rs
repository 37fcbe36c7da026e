//! [`SortKey`]: values as bytes whose order is the order of the values.

use crate::model::Instant;

/// The sign bit of an instant's number: with it turned, earlier moments have lesser bytes.
const SIGN: u64 = 1 << 63;

/// Several values, one after the other, as bytes: two keys of one list of kinds compare as the lists of
/// their values do.
#[derive(Debug, Default)]
pub(super) struct SortKey(Vec<u8>);

impl SortKey {
    /// Leaves nothing of what it held.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The bytes to compare.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Adds a text. It ends in two zero bytes; a zero byte inside it is told from them by what follows.
    pub(super) fn text(&mut self, text: &str) {
        let mut rest = text.as_bytes();
        while let Some(zero) = memchr::memchr(0, rest) {
            let (before, behind) = rest.split_at_checked(zero + 1).unwrap_or((rest, &[]));
            self.0.extend_from_slice(before);
            self.0.push(0xff);
            rest = behind;
        }
        self.0.extend_from_slice(rest);
        self.0.extend_from_slice(&[0, 0]);
    }

    /// Adds a moment.
    pub(super) fn instant(&mut self, instant: Instant) {
        self.0.extend_from_slice(&(instant.microseconds().cast_unsigned() ^ SIGN).to_be_bytes());
    }

    /// Adds a moment that may not be known, which comes before all that are.
    pub(super) fn optional_instant(&mut self, instant: Option<Instant>) {
        self.flag(instant.is_some());
        if let Some(instant) = instant {
            self.instant(instant);
        }
    }

    /// Adds a number.
    pub(super) fn count(&mut self, count: u64) {
        self.0.extend_from_slice(&count.to_be_bytes());
    }

    /// Adds a flag; unset comes first.
    pub(super) fn flag(&mut self, flag: bool) {
        self.0.push(u8::from(flag));
    }
}

#[cfg(test)]
mod tests {
    use super::SortKey;
    use crate::model::Instant;

    type Values = (String, i64, Option<i64>, String, u64, bool);

    fn key((text, instant, optional, other, count, flag): &Values) -> Vec<u8> {
        let mut key = SortKey::default();
        key.text(text);
        key.instant(Instant::from_microseconds(*instant));
        key.optional_instant(optional.map(Instant::from_microseconds));
        key.text(other);
        key.count(*count);
        key.flag(*flag);
        key.bytes().to_vec()
    }

    proptest::proptest! {
        #[test]
        fn keys_compare_as_their_values_do(
            one in ("[ab\0\u{1}\u{ff}]{0,4}", -3_i64..3, proptest::option::of(-2_i64..2), "[a\0]{0,3}", 0_u64..300, proptest::bool::ANY),
            other in ("[ab\0\u{1}\u{ff}]{0,4}", -3_i64..3, proptest::option::of(-2_i64..2), "[a\0]{0,3}", 0_u64..300, proptest::bool::ANY),
        ) {
            proptest::prop_assert_eq!(key(&one).cmp(&key(&other)), one.cmp(&other));
        }
    }
}
