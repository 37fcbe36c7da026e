//! Which items: drawn by hash, at random, at a fixed interval, from cells, by strata.
//!
//! Every draw is decided by the seed, the keys or the numbers of the items, and SHA-256: it is the same on every
//! machine, in every version, and anyone can make it again with a few lines of any language. Items are numbered from
//! 1 in the population's total order.

use std::collections::BinaryHeap;

use sha2::{Digest, Sha256};
use thiserror::Error;

/// What orders items in hash order: SHA-256 of the seed's bytes, a zero byte and the item key's bytes.
pub type Place = [u8; 32];

/// Why nothing can be drawn.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DrawError {
    /// More than there are.
    #[error("{size} items cannot be drawn from a population of {population}")]
    TooMany {
        /// Items asked for.
        size: u64,
        /// Items there are.
        population: u64,
    },
    /// Nothing was asked for.
    #[error("a sample of no items shows nothing")]
    None,
    /// A start that lies outside the first interval.
    #[error("the start must lie above 0 and at most at the interval, which is {0}")]
    Start(String),
    /// Allocations that are not one number for each stratum, or add up to another size.
    #[error("the stated allocation does not fit: {0}")]
    Allocation(String),
}

/// The place of an item in hash order.
#[must_use]
pub fn place(seed: &str, key: &str) -> Place {
    let mut hash = Sha256::new();
    hash.update(seed.as_bytes());
    hash.update([0]);
    hash.update(key.as_bytes());
    hash.finalize().into()
}

/// Keeps the first items in hash order of all that are offered, in any order, in memory for so many items alone.
#[derive(Debug)]
pub struct First<T> {
    most: usize,
    heap: BinaryHeap<(Place, T)>,
}

impl<T: Ord> First<T> {
    /// Keeps so many.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, heap: BinaryHeap::new() }
    }

    /// Whether an item at this place could still be among them.
    #[must_use]
    pub fn may_take(&self, place: &Place) -> bool {
        self.most > 0 && (self.heap.len() < self.most || self.heap.peek().is_some_and(|(last, _)| place <= last))
    }

    /// Offers an item. Ties, of equal keys alone, are ordered by the item.
    pub fn offer(&mut self, place: Place, item: T) {
        if self.may_take(&place) {
            self.heap.push((place, item));
            if self.heap.len() > self.most {
                let _last = self.heap.pop();
            }
        }
    }

    /// Joins what was kept of another part of the population.
    #[must_use]
    pub fn join(mut self, other: Self) -> Self {
        for (place, item) in other.heap {
            self.offer(place, item);
        }
        self
    }

    /// Them, in hash order.
    #[must_use]
    pub fn into_order(self) -> Vec<T> {
        self.heap.into_sorted_vec().into_iter().map(|(_, item)| item).collect()
    }
}

/// Whole numbers from a seed: each is cut from SHA-256 of the seed's bytes, a byte of 1 and a counter of eight bytes,
/// lowest last.
#[derive(Clone, Debug)]
pub struct Numbers<'a> {
    seed: &'a str,
    counter: u64,
}

impl<'a> Numbers<'a> {
    /// From the first on.
    #[must_use]
    pub const fn new(seed: &'a str) -> Self {
        Self { seed, counter: 0 }
    }

    /// The next number from 0 on below `bound`, each with the same chance; 0 where the bound is.
    pub fn below(&mut self, bound: u64) -> u64 {
        // The last, short run of remainders would favour small numbers: it is thrown again.
        let excess = (u64::MAX % bound.max(1) + 1) % bound.max(1);
        loop {
            let number = self.next();
            if number <= u64::MAX - excess {
                return number.checked_rem(bound).unwrap_or(0);
            }
        }
    }

    fn next(&mut self) -> u64 {
        let mut hash = Sha256::new();
        hash.update(self.seed.as_bytes());
        hash.update([1]);
        hash.update(self.counter.to_be_bytes());
        self.counter += 1;
        let bytes: [u8; 32] = hash.finalize().into();
        bytes.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

/// `size` different numbers of 1 to `population` with equal chances, in the order drawn.
///
/// # Errors
/// [`DrawError::None`], [`DrawError::TooMany`].
pub fn simple_random(seed: &str, size: u64, population: u64) -> Result<Vec<u64>, DrawError> {
    check(size, population)?;
    // A shuffle of all numbers of which only the front is made: what was swapped away is remembered.
    let mut swapped = std::collections::BTreeMap::new();
    let mut numbers = Numbers::new(seed);
    let drawn = (0..size).map(|front| {
        let chosen = front + numbers.below(population - front);
        let at_front = swapped.get(&front).copied().unwrap_or(front);
        swapped.insert(chosen, at_front).unwrap_or(chosen) + 1
    });
    Ok(drawn.collect())
}

/// Each interval's item from a start: the numbers ⌈start + i · population / size⌉, in rising order.
///
/// The start is in millionths of an item, above 0 and at most the interval; a sample from a start beyond the last whole
/// item of its interval is still of `size` items.
///
/// # Errors
/// [`DrawError::None`], [`DrawError::TooMany`], [`DrawError::Start`].
pub fn fixed_interval(start_millionths: u64, size: u64, population: u64) -> Result<Vec<u64>, DrawError> {
    check(size, population)?;
    let million = u128::from(MILLION);
    let (start, size_wide, population_wide) = (u128::from(start_millionths), u128::from(size), u128::from(population));
    if start == 0 || start * size_wide > population_wide * million {
        return Err(DrawError::Start(interval(size, population)));
    }
    let item = |i: u128| (start * size_wide + i * population_wide * million).div_ceil(size_wide * million);
    Ok((0..size_wide).filter_map(|i| u64::try_from(item(i)).ok()).collect())
}

const MILLION: u64 = 1_000_000;

/// The interval in words: `2.5`, `16.666667`.
#[must_use]
pub fn interval(size: u64, population: u64) -> String {
    let millionths = u128::from(population) * u128::from(MILLION) / u128::from(size.max(1));
    let text = format!("{}.{:06}", millionths / u128::from(MILLION), millionths % u128::from(MILLION));
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A start that the seed decides, in millionths of an item: anywhere in the first interval, so that each item has the
/// same chance where the interval is no whole number too.
#[must_use]
pub fn start_of(seed: &str, size: u64, population: u64) -> u64 {
    let millionths = u128::from(population) * u128::from(MILLION) / u128::from(size.max(1));
    Numbers::new(seed).below(u64::try_from(millionths).unwrap_or(u64::MAX)).saturating_add(1)
}

/// One item at random from each of `size` cells of nearly equal length, in rising order.
///
/// # Errors
/// [`DrawError::None`], [`DrawError::TooMany`].
pub fn cells(seed: &str, size: u64, population: u64) -> Result<Vec<u64>, DrawError> {
    check(size, population)?;
    let bound = |cell: u64| u128::from(cell) * u128::from(population) / u128::from(size);
    let narrow = |number: u128| u64::try_from(number).unwrap_or(population);
    let mut numbers = Numbers::new(seed);
    let item = |cell| {
        let (first, next) = (narrow(bound(cell)), narrow(bound(cell + 1)));
        first + numbers.below(next - first) + 1
    };
    Ok((0..size).map(item).collect())
}

/// What a fixed interval over sizes hits: each unit hit, with the number of its item. An item larger than the interval
/// can be hit more than once.
///
/// # Errors
/// [`DrawError::Start`]: the interval is 0, or the start lies outside the first.
pub fn interval_by_size(sizes: &[u64], start: u64, interval: u64) -> Result<Vec<(u64, u64)>, DrawError> {
    if start == 0 || start > interval {
        return Err(DrawError::Start(interval.to_string()));
    }
    let (mut hits, mut next, mut reached) = (Vec::new(), u128::from(start), 0_u128);
    for (item, size) in (1_u64..).zip(sizes) {
        reached += u128::from(*size);
        while next <= reached {
            hits.push((u64::try_from(next).unwrap_or(u64::MAX), item));
            next += u128::from(interval);
        }
    }
    Ok(hits)
}

/// How many items each stratum gives, in proportion to its size; what the parts leave over goes to the largest
/// remainders, of equal ones to the larger stratum, of equally large ones to the first. With `at_least_one` every
/// stratum that has items gives one, taken from those that give most.
///
/// # Errors
/// [`DrawError::None`], [`DrawError::TooMany`], [`DrawError::Allocation`] where there are more strata than items.
pub fn proportional(size: u64, strata: &[u64], at_least_one: bool) -> Result<Vec<u64>, DrawError> {
    let population: u64 = strata.iter().sum();
    check(size, population)?;
    let mut allocated = in_proportion(size, strata, population);
    if !at_least_one {
        return Ok(allocated);
    }
    let filled = u64::try_from(strata.iter().filter(|items| **items > 0).count()).unwrap_or(u64::MAX);
    if filled > size {
        let told = format!("{filled} strata have items, and {size} items cannot give each of them one");
        return Err(DrawError::Allocation(told));
    }
    // Strata that got nothing take from the one that got most, of equal ones from the last.
    while let Some(empty) = strata.iter().zip(&allocated).position(|(items, given)| *items > 0 && *given == 0) {
        let largest = allocated.iter().enumerate().max_by_key(|(_, given)| **given).map(|(place, _)| place);
        for (place, change) in [(largest, -1_i64), (Some(empty), 1)] {
            if let Some(given) = place.and_then(|place| allocated.get_mut(place)) {
                *given = given.saturating_add_signed(change);
            }
        }
    }
    Ok(allocated)
}

fn in_proportion(size: u64, strata: &[u64], population: u64) -> Vec<u64> {
    let (size_wide, whole) = (u128::from(size), u128::from(population.max(1)));
    let shares: Vec<u128> = strata.iter().map(|items| size_wide * u128::from(*items)).collect();
    let mut allocated: Vec<u64> = shares.iter().map(|share| u64::try_from(share / whole).unwrap_or(size)).collect();
    let left = size - allocated.iter().sum::<u64>();
    let mut order: Vec<usize> = (0..strata.len()).collect();
    let rank = |stratum: &usize| {
        let remainder = shares.get(*stratum).map_or(0, |share| share % whole);
        (std::cmp::Reverse(remainder), std::cmp::Reverse(strata.get(*stratum).copied()), *stratum)
    };
    order.sort_by_key(rank);
    for stratum in order.into_iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
        if let Some(given) = allocated.get_mut(stratum) {
            *given += 1;
        }
    }
    allocated
}

/// Whether a stated allocation fits the strata and the size.
///
/// # Errors
/// [`DrawError::Allocation`], with what does not fit.
pub fn check_allocation(size: u64, strata: &[u64], stated: &[u64]) -> Result<(), DrawError> {
    if stated.len() != strata.len() {
        return Err(DrawError::Allocation(format!("{} numbers for {} strata", stated.len(), strata.len())));
    }
    if let Some((given, items)) = stated.iter().zip(strata).find(|(given, items)| given > items) {
        return Err(DrawError::Allocation(format!("{given} items from a stratum of {items}")));
    }
    let all = stated.iter().fold(0_u64, |all, given| all.saturating_add(*given));
    if all == size { Ok(()) } else { Err(DrawError::Allocation(format!("it adds up to {all}, not {size}"))) }
}

fn check(size: u64, population: u64) -> Result<(), DrawError> {
    match size {
        0 => Err(DrawError::None),
        _ if size > population => Err(DrawError::TooMany { size, population }),
        _ => Ok(()),
    }
}
