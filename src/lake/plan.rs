//! In which order evidence is read, and what is committed together. Opens no file.
//!
//! The plan rests on nothing but the list of files that are not known, so that an ingest that was stopped, which
//! always is at the end of a step, goes on with the next and ends with the same bytes as one that was not.

use std::collections::BTreeMap;

use crate::evidence::EvidenceFile;
use crate::formats::DeliveredName;
use crate::model::{find_account, find_region};

/// Files without account and region in their path that one worker takes at once.
const CHUNK_FILES: usize = 512;
/// Files after which a commit is made.
const COMMIT_FILES: usize = 16_384;
/// Bytes of files after which a commit is made.
const COMMIT_BYTES: u64 = 1 << 30;

/// Files that one worker reads one after the other, by their places in the list.
pub(super) type Group = Vec<usize>;

/// What is committed together, step by step, of the files that are not to be left out.
pub(super) fn plan(files: &[EvidenceFile], is_left_out: impl FnMut(&EvidenceFile) -> bool) -> Vec<Vec<Group>> {
    steps(groups(files, is_left_out), |file| files.get(file).map_or(0, EvidenceFile::size))
}

/// Files that belong together: those of one account and region by their paths, in the order of delivery, so
/// that what a snapshot repeats is known when it is met.
fn groups(files: &[EvidenceFile], mut is_left_out: impl FnMut(&EvidenceFile) -> bool) -> Vec<Group> {
    let mut of_recorder: BTreeMap<(String, String), Group> = BTreeMap::new();
    let mut others: Group = Vec::new();
    for (number, file) in files.iter().enumerate() {
        if is_left_out(file) {
            continue;
        }
        let delivered = DeliveredName::parse(&file.path()).map(|name| name.recorder);
        let place = if let Some(recorder) = delivered {
            Some((recorder.account.to_string(), recorder.region.to_string()))
        } else {
            let hint = file.hint_path();
            let place = find_account(&hint).zip(find_region(&hint));
            place.map(|(account, region)| (account.to_string(), region.to_string()))
        };
        match place {
            Some(place) => of_recorder.entry(place).or_default().push(number),
            None => others.push(number),
        }
    }
    let mut groups: Vec<Group> = of_recorder.into_values().collect();
    for group in &mut groups {
        group.sort_by_cached_key(|number| {
            let path = files.get(*number).map(EvidenceFile::path).unwrap_or_default();
            let time = DeliveredName::parse(&path).map(|name| name.time);
            (time.is_none(), time, path)
        });
    }
    groups.extend(others.chunks(CHUNK_FILES).map(<[_]>::to_vec));
    groups
}

/// Groups put together until there is enough for a commit. A group that is too much by itself is divided.
fn steps(groups: Vec<Group>, size: impl Fn(usize) -> u64) -> Vec<Vec<Group>> {
    let mut steps: Vec<Vec<Group>> = Vec::new();
    let mut step: Vec<Group> = Vec::new();
    let (mut files, mut bytes) = (0, 0_u64);
    for group in groups {
        let mut part: Group = Vec::new();
        for file in group {
            if files >= COMMIT_FILES || (files > 0 && bytes.saturating_add(size(file)) > COMMIT_BYTES) {
                if !part.is_empty() {
                    step.push(std::mem::take(&mut part));
                }
                steps.push(std::mem::take(&mut step));
                (files, bytes) = (0, 0);
            }
            part.push(file);
            files += 1;
            bytes = bytes.saturating_add(size(file));
        }
        step.push(part);
    }
    if !step.is_empty() {
        steps.push(step);
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::{COMMIT_BYTES, COMMIT_FILES, steps};

    #[test]
    fn a_step_ends_before_it_holds_too_many_files_or_bytes() {
        let groups =
            vec![(0..COMMIT_FILES - 1).collect(), vec![COMMIT_FILES - 1, COMMIT_FILES], vec![COMMIT_FILES + 1]];
        let of_files: Vec<Vec<usize>> =
            steps(groups, |_| 1).iter().map(|step| step.iter().map(Vec::len).collect()).collect();
        assert_eq!(of_files, [vec![COMMIT_FILES - 1, 1], vec![1, 1]]);
        let of_bytes =
            steps(
                vec![vec![0, 1], vec![2], vec![3]],
                |file| if file == 2 { 2 * COMMIT_BYTES } else { COMMIT_BYTES / 2 },
            );
        assert_eq!(of_bytes, [vec![vec![0, 1]], vec![vec![2]], vec![vec![3]]]);
    }
}
