//! [`in_turn`]: files that are visited one after the other, the next ones announced while one is at hand.

use super::discover::EvidenceFile;

/// Files that are announced beyond the one at hand: enough that a hundredth of a second for each request
/// does not count, few enough that a store is not asked for more than it likes at once.
const ANNOUNCED: usize = 32;

/// The files in their order. What comes next may be fetched while one is worked on; on disk nothing is.
pub fn in_turn<'a>(files: &'a [&'a EvidenceFile]) -> impl Iterator<Item = &'a EvidenceFile> {
    let mut announced = 0;
    files.iter().enumerate().map(move |(at, file)| {
        announced = announced.max(at.saturating_add(1));
        let until = at.saturating_add(1).saturating_add(ANNOUNCED).min(files.len());
        while let Some(next) = files.get(announced).filter(|_| announced < until) {
            if !next.announce() {
                break;
            }
            announced += 1;
        }
        *file
    })
}
