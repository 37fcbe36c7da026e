//! What every measurement is held against: reading, hashing and inflating alone.

use std::io::Read;
use std::path::Path;
use std::sync::atomic::AtomicU64;

use tickmark::evidence::{Custody, LeafName, Limits, Refusal, Visitor, discover, visit};
use tickmark::model::Problem;

/// Reads everything and decodes nothing.
struct Drain {
    inflated: u64,
}

impl Visitor for Drain {
    fn leaf(&mut self, _name: &LeafName, content: &mut dyn Read) {
        let mut buffer = vec![0; 256 * 1024];
        while let Ok(count @ 1..) = content.read(&mut buffer) {
            self.inflated += count as u64;
        }
    }

    fn finished(&mut self, _name: &LeafName, _custody: &Custody, _fault: Option<&Problem>) {}

    fn bundle(&mut self, _path: &str, _outer: &str, _custody: &Custody, _members: u64, _fault: Option<&Problem>) {}

    fn refused(&mut self, _refusal: &Refusal) {}
}

/// Reads all files of an estate on one thread; their bytes once inflated.
pub(crate) fn inflate_and_hash(estate: &Path) -> u64 {
    let discovery = discover(&[estate.to_owned()]).expect("the estate");
    let mut drain = Drain { inflated: 0 };
    for file in &discovery.files {
        visit(file, &Limits::default(), &AtomicU64::new(0), &mut drain);
    }
    drain.inflated
}
