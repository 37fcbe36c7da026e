//! What the name of a delivered AWS Config object says.
//!
//! A name is a hint: the content decides what a file is. But only the name says which recorder
//! delivered it and when.

use crate::model::{AccountId, Instant, Recorder, Region};

/// The kinds of object that AWS Config delivers to a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveredKind {
    /// All items of a recorder at one time.
    Snapshot,
    /// Changes of one resource type over some hours.
    History,
    /// One change that was too large for a notification.
    Oversized,
}

/// A delivered object's name taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveredName {
    /// What it claims to be.
    pub kind: DeliveredKind,
    /// Who delivered it.
    pub recorder: Recorder,
    /// The time it speaks for: the stamp of a snapshot, the later stamp of a history file.
    pub time: Instant,
}

impl DeliveredName {
    /// Reads `<account>_Config_<region>_ConfigSnapshot_<stamp>_<id>.json.gz` and its siblings from
    /// the last component of a path. Resource types and ids may hold any character, so the name is
    /// taken apart from both ends.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        // A folder may carry the same words; the last place that parses counts.
        path.rmatch_indices("_Config_").find_map(|(at, _)| Self::parse_at(path, at))
    }

    fn parse_at(path: &str, at: usize) -> Option<Self> {
        let account = AccountId::parse(path.get(at.checked_sub(12)?..at)?)?;
        let before = path.get(..at - 12)?;
        if before.ends_with(|c: char| c.is_ascii_alphanumeric()) {
            return None;
        }
        let rest = path.get(at + "_Config_".len()..)?;
        let (region, rest) = rest.split_once('_')?;
        let region = Region::parse(region)?;
        let (kind, rest) = rest.split_once('_')?;
        let kind = match kind {
            "ConfigSnapshot" => DeliveredKind::Snapshot,
            "ConfigHistory" => DeliveredKind::History,
            "ChangeNotification" => DeliveredKind::Oversized,
            _ => return None,
        };
        let time = rest.split('_').filter_map(Instant::parse_compact).max()?;
        Some(Self { kind, recorder: Recorder { account, region }, time })
    }
}

/// Whether a path is that of the empty object by which AWS Config tries whether it may write.
#[must_use]
pub(super) fn is_writability_check(path: &str) -> bool {
    path.rsplit(['/', '\\']).next() == Some("ConfigWritabilityCheckFile")
}

#[cfg(test)]
mod tests {
    use super::{DeliveredKind, DeliveredName, is_writability_check};

    #[test]
    fn names_of_delivered_objects_are_taken_apart() {
        let rows = [
            (
                "o-abc/AWSLogs/000000000012/Config/us-west-2/2026/9/8/ConfigSnapshot/000000000012_Config_us-west-2_ConfigSnapshot_20260908T093222Z_a8ecd5aa-5966-4ded-b088-e654bc76bada.json.gz",
                Some((DeliveredKind::Snapshot, "000000000012", "us-west-2", "2026-09-08T09:32:22Z")),
            ),
            (
                "111122223333_Config_eu-west-1_ConfigHistory_AWS::EC2::SecurityGroup_20200831T011226Z_20200831T025845Z_1.json.gz",
                Some((DeliveredKind::History, "111122223333", "eu-west-1", "2020-08-31T02:58:45Z")),
            ),
            (
                "x/111122223333_Config_eu-west-1_ConfigHistory_AWS%3A%3AEC2%3A%3AVPC_20200831T011226Z_20200831T011226Z_1.json",
                Some((DeliveredKind::History, "111122223333", "eu-west-1", "2020-08-31T01:12:26Z")),
            ),
            (
                "AWSLogs/111122223333/Config/global/2026/1/2/OversizedChangeNotification/AWS::IAM::Policy/111122223333_Config_global_ChangeNotification_AWS::IAM::Policy_ANPA/X_y_20260102T030405Z_1767323045000.json.gz",
                Some((DeliveredKind::Oversized, "111122223333", "global", "2026-01-02T03:04:05Z")),
            ),
            ("111122223333_Config_eu-west-1_ConfigSnapshot_yesterday.json.gz", None),
            ("11112222333_Config_eu-west-1_ConfigSnapshot_20260908T093222Z_x.json.gz", None),
            ("9111122223333_Config_eu-west-1_ConfigSnapshot_20260908T093222Z_x.json.gz", None),
            ("snapshot.json", None),
        ];
        for (path, expected) in rows {
            let found = DeliveredName::parse(path);
            let found = found.as_ref().map(|name| {
                (name.kind, name.recorder.account.as_str(), name.recorder.region.as_str(), name.time.to_string())
            });
            let expected = expected.map(|(kind, account, region, time)| (kind, account, region, time.to_owned()));
            assert_eq!(found, expected, "{path}");
        }
    }

    #[test]
    fn only_the_probe_itself_is_the_probe() {
        assert!(is_writability_check("AWSLogs/111122223333/Config/ConfigWritabilityCheckFile"));
        assert!(!is_writability_check("ConfigWritabilityCheckFile/a.json"));
    }
}
