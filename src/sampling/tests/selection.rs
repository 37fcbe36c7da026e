//! Draws against published vectors and ones made with other programs.

use crate::sampling::selection::{
    DrawError, First, Numbers, cells, check_allocation, fixed_interval, interval, interval_by_size, place,
    proportional, simple_random, start_of,
};

fn in_hash_order(seed: &str, most: usize, keys: impl Iterator<Item = String>) -> Vec<String> {
    let mut first = First::new(most);
    for key in keys {
        first.offer(place(seed, &key), key);
    }
    first.into_order()
}

fn items() -> impl DoubleEndedIterator<Item = String> {
    (1..=1000).map(|number| format!("item-{number:04}"))
}

#[test]
fn hash_order() {
    let stated = "490ef66c836412937f481ffb89f36205134a62b5d2ba3d153bd3c0ce7f7d6d81";
    assert_eq!(hex::encode(place("20250101", "item-0001")), stated);
    let numbers = |drawn: &[String]| drawn.iter().map(|key| key.replace("item-", "")).collect::<Vec<_>>().join(" ");
    let twelve = in_hash_order("20250101", 12, items());
    assert_eq!(numbers(&twelve), "0562 0333 0542 0118 0977 0707 0239 0014 0184 0496 0885 0098");
    assert_eq!(in_hash_order("20250101", 12, items().rev()), twelve, "in any order of the input");
    assert_eq!(in_hash_order("20250101", 7, items()), twelve[..7], "a smaller sample is its beginning");
    assert_eq!(numbers(&in_hash_order("20250102", 5, items())), "0604 0045 0689 0407 0640");
    let letters = "abcde".chars().map(String::from);
    assert_eq!(in_hash_order("SOC2-2025-CC6.1", 5, letters).concat(), "dabce");
}

#[test]
fn parts_of_a_population_join_to_the_whole() {
    let part = |keys: Vec<String>| {
        let mut first = First::new(12);
        for key in keys {
            first.offer(place("20250101", &key), key);
        }
        first
    };
    let all: Vec<String> = items().collect();
    let joined = part(all[..10].to_vec()).join(part(all[600..].to_vec())).join(part(all[10..600].to_vec()));
    assert_eq!(joined.into_order(), in_hash_order("20250101", 12, items()));
}

#[test]
fn fixed_intervals() {
    let every_tenth: Vec<u64> = (0..100).map(|i| 3 + 10 * i).collect();
    assert_eq!(fixed_interval(3_000_000, 100, 1000), Ok(every_tenth));
    assert_eq!(interval(2, 5), "2.5");
    assert_eq!(fixed_interval(1_200_000, 2, 5), Ok(vec![2, 4]));
    assert_eq!(fixed_interval(10_000_000, 3, 30), Ok(vec![10, 20, 30]));
    assert!(matches!(fixed_interval(10_000_001, 3, 30), Err(DrawError::Start(_))));
    assert!(matches!(fixed_interval(0, 3, 30), Err(DrawError::Start(_))));
    for seed in ["a", "b", "c", "d"] {
        let drawn = fixed_interval(start_of(seed, 7, 100), 7, 100).unwrap();
        assert!(drawn.len() == 7 && drawn.iter().all(|item| (1..=100).contains(item)), "{drawn:?}");
    }
}

#[test]
fn every_item_has_the_same_chance_at_an_interval_that_is_not_whole() {
    let mut times = [0_u32; 5];
    for seed in 0..3000 {
        for item in fixed_interval(start_of(&seed.to_string(), 3, 5), 3, 5).unwrap() {
            times[usize::try_from(item - 1).unwrap()] += 1;
        }
    }
    // 1,800 each; the standard deviation is 27.
    assert!(times.iter().all(|times| (1660..1940).contains(times)), "{times:?}");
}

#[test]
fn intervals_by_size() {
    let sizes = [7, 3, 4, 9, 0, 1, 8, 2, 6, 5];
    let hits = interval_by_size(&sizes, 2, 9).unwrap();
    let (units, items): (Vec<u64>, Vec<u64>) = hits.into_iter().unzip();
    assert_eq!(units, [2, 11, 20, 29, 38]);
    let letters: String = items.iter().map(|item| char::from(b'A' + u8::try_from(item - 1).unwrap())).collect();
    assert_eq!(letters, "ACDGI");
    let twice = interval_by_size(&[1, 20, 1], 2, 9).unwrap();
    assert_eq!(twice, [(2, 2), (11, 2), (20, 2)], "an item larger than the interval is hit more than once");
}

#[test]
fn allocations() {
    assert_eq!(proportional(25, &[100, 50, 30, 20], false), Ok(vec![13, 6, 4, 2]));
    assert_eq!(proportional(59, &[600, 300, 100], false), Ok(vec![35, 18, 6]));
    assert_eq!(proportional(4, &[5, 5, 5], false), Ok(vec![2, 1, 1]));
    assert_eq!(proportional(25, &[970, 20, 10], false), Ok(vec![24, 1, 0]));
    assert_eq!(proportional(25, &[970, 20, 10], true), Ok(vec![23, 1, 1]));
    assert_eq!(proportional(2, &[9, 0, 1], true), Ok(vec![1, 0, 1]), "an empty stratum gives none");
    assert!(matches!(proportional(2, &[9, 1, 1], true), Err(DrawError::Allocation(_))));
    assert_eq!(check_allocation(5, &[9, 3], &[3, 2]), Ok(()));
    for wrong in [vec![5], vec![1, 4], vec![3, 3]] {
        assert!(check_allocation(5, &[9, 3], &wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn simple_random_draws_each_item_once_and_all_alike() {
    assert_eq!(simple_random("s", 1, 0), Err(DrawError::TooMany { size: 1, population: 0 }));
    assert_eq!(simple_random("s", 0, 5), Err(DrawError::None));
    let mut all = simple_random("s", 500, 500).unwrap();
    assert_eq!(simple_random("s", 60, 500).unwrap(), all[..60], "a smaller sample is its beginning");
    all.sort_unstable();
    assert_eq!(all, (1..=500).collect::<Vec<u64>>());
    let mut times = [0_u32; 10];
    for seed in 0..4000 {
        for item in simple_random(&seed.to_string(), 3, 10).unwrap() {
            times[usize::try_from(item - 1).unwrap()] += 1;
        }
    }
    // 1,200 each; the standard deviation is 29.
    assert!(times.iter().all(|times| (1050..1350).contains(times)), "{times:?}");
}

#[test]
fn cells_give_one_item_each() {
    let drawn = cells("seed", 7, 100).unwrap();
    for (cell, item) in (0_u64..).zip(&drawn) {
        assert!((cell * 100 / 7 + 1..=(cell + 1) * 100 / 7).contains(item), "{drawn:?}");
    }
    assert_eq!(drawn.len(), 7);
    assert_eq!(cells("seed", 5, 5), Ok(vec![1, 2, 3, 4, 5]));
}

#[test]
fn numbers_stay_below_their_bound() {
    let mut numbers = Numbers::new("seed");
    assert!((0..1000).all(|_| numbers.below(3) < 3));
    assert_eq!(numbers.below(1), 0);
    assert!(numbers.below(u64::MAX) < u64::MAX);
}
