//! The generator's own random numbers: splitmix64, keyed by a label.
//!
//! Every thing that is made draws from a stream of its own label, so adding one thing changes no other.

/// A stream of numbers that depends on the seed and the label only.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];

impl Random {
    pub(crate) fn keyed(seed: u64, label: &str) -> Self {
        let hash = label
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        let mut random = Self(hash ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        random.next();
        random
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, not including, `limit`; 0 where there is no room.
    pub(crate) fn below(&mut self, limit: i64) -> i64 {
        (self.next() >> 1).cast_signed() % limit.max(1)
    }

    pub(crate) fn one_in(&mut self, count: i64) -> bool {
        self.below(count) == 0
    }

    pub(crate) fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        let at = usize::try_from(self.below(i64::try_from(choices.len()).unwrap_or(1))).unwrap_or(0);
        choices.get(at).copied().unwrap_or("")
    }

    fn characters(&mut self, length: usize, alphabet: &[char]) -> String {
        let size = u64::try_from(alphabet.len()).unwrap_or(1).max(1);
        (0..length).filter_map(|_| alphabet.get(usize::try_from(self.next() % size).unwrap_or(0)).copied()).collect()
    }

    pub(crate) fn hexadecimal(&mut self, length: usize) -> String {
        self.characters(length, &DIGITS)
    }

    /// Lower-case letters and digits, as in the suffixes of rule names.
    pub(crate) fn suffix(&mut self, length: usize) -> String {
        let alphabet: Vec<char> = ('a'..='z').chain('0'..='9').collect();
        self.characters(length, &alphabet)
    }

    /// Capital letters and the digits 2 to 7, as in the ids of IAM.
    pub(crate) fn identity(&mut self, length: usize) -> String {
        let alphabet: Vec<char> = ('A'..='Z').chain('2'..='7').collect();
        self.characters(length, &alphabet)
    }

    pub(crate) fn uuid(&mut self) -> String {
        let parts = [8, 4, 4, 4, 12].map(|length| self.hexadecimal(length));
        parts.join("-")
    }
}
