//! The draw: from a frozen population, a seed and a method, the items to test and their spares.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::frozen::{FrozenError, FrozenPopulation};
use super::population::PopulationItem;
use super::selection::{
    DrawError, First, Place, cells, check_allocation, fixed_interval, place, proportional, simple_random, start_of,
};

/// How items are chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Method {
    /// The first in hash order; a larger sample keeps what a smaller one had.
    Hash,
    /// Each combination with equal chance.
    Random,
    /// Every so manieth, from a start in millionths of an item that is stated, or that the seed decides.
    Interval {
        /// The start, where it is stated.
        start_millionths: Option<u64>,
    },
    /// One at random from each of as many cells as there are items to draw.
    Cell,
    /// The first in hash order of each stratum.
    Stratified {
        /// What makes a stratum.
        by: Stratum,
        /// How many each gives.
        allocation: Allocation,
    },
}

impl Method {
    /// Its name on the command line and in files.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Hash => "hash",
            Self::Random => "random",
            Self::Interval { .. } => "interval",
            Self::Cell => "cell",
            Self::Stratified { .. } => "stratified",
        }
    }
}

/// What the items of a stratum have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stratum {
    /// The account.
    Account,
    /// The region.
    Region,
    /// The resource type.
    ResourceType,
    /// The calendar month of the item's moment.
    Month,
}

impl Stratum {
    const fn column(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Region => "region",
            Self::ResourceType => "resource_type",
            Self::Month => "moment",
        }
    }

    /// The stratum's name, from the value of its column.
    fn of(self, value: &str) -> &str {
        match self {
            Self::Month => value.get(..7).unwrap_or(value),
            _ => value,
        }
    }
}

/// How many items each stratum gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Allocation {
    /// In proportion to its items.
    Proportional {
        /// Whether each gives one at least.
        at_least_one: bool,
    },
    /// As stated, by the stratum's name; strata that are not named give none.
    Stated(BTreeMap<String, u64>),
}

/// All that decides a draw beside the population.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Items to test.
    pub size: u64,
    /// Items in reserve.
    pub spares: u64,
    /// The seed.
    pub seed: String,
    /// The method.
    pub method: Method,
}

/// A stratum and what it gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StratumDrawn {
    /// Its name.
    pub name: String,
    /// Items in the population.
    pub items: u64,
    /// Items in the sample.
    pub drawn: u64,
    /// Items among the spares.
    pub spares: u64,
}

/// A drawn item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// Its place in the sample or among the spares, from 1.
    pub order: u64,
    /// Its stratum, or empty.
    pub stratum: String,
    /// Its key.
    pub key: String,
    /// It.
    pub item: PopulationItem,
}

/// What was drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// What decided it.
    pub order: Order,
    /// The start of a fixed interval in millionths of an item, stated or decided by the seed.
    pub start_millionths: Option<u64>,
    /// Strata by name, where there are any.
    pub strata: Vec<StratumDrawn>,
    /// Items to test, in the order drawn.
    pub items: Vec<Drawn>,
    /// Items in reserve, in the order in which they are to be used.
    pub spares: Vec<Drawn>,
}

/// Why there is no sample.
#[derive(Debug, Error)]
pub enum SampleError {
    /// It cannot be drawn.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// The population cannot be drawn from.
    #[error(transparent)]
    Population(#[from] FrozenError),
}

/// Number of an item and the stratum it is of, by place in the list of strata.
type Chosen = (u64, String);

/// Draws a sample.
///
/// # Errors
/// [`SampleError`].
pub fn draw(population: &FrozenPopulation, order: &Order) -> Result<Sample, SampleError> {
    let (count, seed, size) = (population.about.count, order.seed.as_str(), order.size);
    if size == 0 {
        return Err(DrawError::None.into());
    }
    if size > count {
        return Err(DrawError::TooMany { size, population: count }.into());
    }
    let spares = order.spares.min(count - size);
    let mut start_millionths = None;
    let (chosen, reserve, strata): (Vec<Chosen>, Vec<Chosen>, _) = match &order.method {
        Method::Hash => {
            let mut first = in_hash_order(population, seed, size + spares, &BTreeSet::new())?;
            let reserve = first.split_off(length(size));
            (unstratified(first), unstratified(reserve), Vec::new())
        }
        Method::Random => {
            seal(population)?;
            let mut numbers = simple_random(seed, size + spares, count)?;
            let reserve = numbers.split_off(length(size));
            (unstratified(numbers), unstratified(reserve), Vec::new())
        }
        Method::Interval { .. } | Method::Cell => {
            let numbers = match order.method {
                Method::Interval { start_millionths: stated } => {
                    let start = stated.unwrap_or_else(|| start_of(seed, size, count));
                    start_millionths = Some(start);
                    fixed_interval(start, size, count)?
                }
                _ => cells(seed, size, count)?,
            };
            let taken: BTreeSet<u64> = numbers.iter().copied().collect();
            let reserve = in_hash_order(population, seed, spares, &taken)?;
            (unstratified(numbers), unstratified(reserve), Vec::new())
        }
        Method::Stratified { by, allocation } => stratified(population, order, *by, allocation)?,
    };
    let items = drawn(population, chosen)?;
    let spares = drawn(population, reserve)?;
    Ok(Sample { order: order.clone(), start_millionths, strata, items, spares })
}

fn unstratified(numbers: Vec<u64>) -> Vec<Chosen> {
    numbers.into_iter().map(|number| (number, String::new())).collect()
}

fn length(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// Only the seal: no method below looks at the items.
fn seal(population: &FrozenPopulation) -> Result<(), FrozenError> {
    population.look(&[], || (), |(), _, _, _| (), |()| ())
}

/// The numbers of the first items in hash order that are not taken already.
fn in_hash_order(
    population: &FrozenPopulation,
    seed: &str,
    most: u64,
    taken: &BTreeSet<u64>,
) -> Result<Vec<u64>, FrozenError> {
    let most = length(most);
    let mut first = First::new(most);
    let offer = |kept: &mut First<(String, u64)>, number: u64, key: &str, _: &[&str]| {
        let place = place(seed, key);
        if kept.may_take(&place) && !taken.contains(&number) {
            kept.offer(place, (key.to_owned(), number));
        }
    };
    let join = |kept| first = std::mem::replace(&mut first, First::new(0)).join(kept);
    population.look(&[], || First::new(most), offer, join)?;
    Ok(first.into_order().into_iter().map(|(_, number)| number).collect())
}

/// A stratum while it is looked at.
#[derive(Debug)]
struct Looked {
    items: u64,
    first: First<(String, u64)>,
}

/// Items, spares, and what each stratum gave.
type ByStrata = (Vec<Chosen>, Vec<Chosen>, Vec<StratumDrawn>);

type Strata = BTreeMap<String, Looked>;

fn stratified(
    population: &FrozenPopulation,
    order: &Order,
    by: Stratum,
    allocation: &Allocation,
) -> Result<ByStrata, SampleError> {
    let most = length(order.size.saturating_add(order.spares));
    let see = |strata: &mut Strata, number: u64, key: &str, values: &[&str]| {
        let name = by.of(values.first().copied().unwrap_or_default());
        if !strata.contains_key(name) {
            strata.insert(name.to_owned(), Looked { items: 0, first: First::new(most) });
        }
        if let Some(stratum) = strata.get_mut(name) {
            stratum.items += 1;
            let place: Place = place(&order.seed, key);
            if stratum.first.may_take(&place) {
                stratum.first.offer(place, (key.to_owned(), number));
            }
        }
    };
    let mut strata = Strata::new();
    population.look(&[by.column()], Strata::new, see, |part| {
        for (name, looked) in part {
            let known = strata.entry(name).or_insert_with(|| Looked { items: 0, first: First::new(most) });
            known.items += looked.items;
            known.first = std::mem::replace(&mut known.first, First::new(0)).join(looked.first);
        }
    })?;
    let sizes: Vec<u64> = strata.values().map(|stratum| stratum.items).collect();
    let given = match allocation {
        Allocation::Proportional { at_least_one } => proportional(order.size, &sizes, *at_least_one)?,
        Allocation::Stated(stated) => {
            if let Some(unknown) = stated.keys().find(|name| !strata.contains_key(*name)) {
                let told = format!("no item of the population is of the stratum `{unknown}`");
                return Err(DrawError::Allocation(told).into());
            }
            let given: Vec<u64> = strata.keys().map(|name| stated.get(name).copied().unwrap_or(0)).collect();
            check_allocation(order.size, &sizes, &given)?;
            given
        }
    };
    // A spare takes the place of an item of its own stratum: only strata that gave items have some.
    let left: Vec<u64> =
        sizes.iter().zip(&given).map(|(items, given)| if *given == 0 { 0 } else { items - given }).collect();
    let spares = order.spares.min(left.iter().sum());
    let reserves = if spares == 0 { vec![0; left.len()] } else { proportional(spares, &left, false)? };
    let (mut chosen, mut reserve, mut told) = (Vec::new(), Vec::new(), Vec::new());
    for (((name, looked), drawn), spares) in strata.into_iter().zip(given).zip(reserves) {
        let mut numbers = looked.first.into_order().into_iter().map(|(_, number)| (number, name.clone()));
        chosen.extend(numbers.by_ref().take(length(drawn)));
        reserve.extend(numbers.take(length(spares)));
        told.push(StratumDrawn { name, items: looked.items, drawn, spares });
    }
    Ok((chosen, reserve, told))
}

fn drawn(population: &FrozenPopulation, chosen: Vec<Chosen>) -> Result<Vec<Drawn>, FrozenError> {
    let numbers: Vec<u64> = chosen.iter().map(|(number, _)| *number).collect();
    let items = population.items(&numbers)?;
    let drawn = (1_u64..).zip(items).zip(chosen).map(|((order, item), (_, stratum))| {
        let mut key = String::new();
        item.key(population.unit, &mut key);
        Drawn { order, stratum, key, item }
    });
    Ok(drawn.collect())
}
