//! The program's own checks, done again: which state is in force when, and what the check says of it.
//!
//! Every state is looked up anew at every instant at which anything that it rests on changed.

use std::collections::{BTreeMap, BTreeSet};

use super::checks::{self, Parameters};
use super::controls::{CONTROLS, type_of_test};
use super::evidence::{Evidence, Item, Recorder};
use super::identity::{Subject, Ties, is_global};
use super::presence::{There, Unit};
use super::reach::horizons;
use super::streams::{Stream, StreamKey, Streams, test_of_rule};
use super::{Micros, Said, Settings, Source, account_checks};

type Units<'a> = BTreeMap<(Recorder, String, String), Unit<'a>>;

const TRAIL: &str = "AWS::CloudTrail::Trail";
const FLOW_LOG: &str = "AWS::EC2::FlowLog";
const PREFIX_LIST: &str = "AWS::EC2::PrefixList";

struct Case<'a> {
    evidence: &'a Evidence,
    settings: &'a Settings,
    ties: &'a Ties,
    units: &'a Units<'a>,
    horizons: BTreeMap<(Source, String, String), Micros>,
}

/// Adds the streams of the source `reperformed`.
pub(crate) fn gather(evidence: &Evidence, settings: &Settings, ties: &Ties, units: &Units<'_>, all: &mut Streams) {
    let case = Case { evidence, settings, ties, units, horizons: horizons(evidence) };
    case.resources(all);
    case.accounts_with_trails(all);
    case.reports(all);
    case.policies(all);
}

/// The newest item of a unit at an instant, if the unit shows its resource then.
fn in_force<'a>(unit: &'a Unit<'a>, at: Micros) -> Option<&'a Item> {
    if unit.at(at) != Some(There::Yes) {
        return None;
    }
    unit.items.iter().rev().find(|item| item.capture <= at && !item.is_deletion()).copied()
}

/// The newest item of a unit up to an instant, whether or not the unit shows its resource still.
fn last_known<'a>(unit: &'a Unit<'a>, at: Micros) -> Option<&'a Item> {
    unit.items.iter().rev().find(|item| item.capture <= at && !item.is_deletion()).copied()
}

/// The state of a resource by the items that its units know and those that they show: the newest known, and where
/// that is shown no more, the newest shown as well.
fn newest<'a>(known: &[&'a Item], shown: &[&'a Item]) -> Vec<&'a Item> {
    let latest = |items: &[&Item]| items.iter().map(|item| item.capture).max();
    let Some(of_shown) = latest(shown) else { return Vec::new() };
    let of_known = latest(known);
    known.iter().filter(|item| Some(item.capture) == of_known || item.capture == of_shown).copied().collect()
}

fn changes(units: &[&Unit<'_>]) -> BTreeSet<Micros> {
    units.iter().flat_map(|unit| unit.changes.iter().map(|change| change.0)).collect()
}

impl Case<'_> {
    /// The sets of parameters that deployed rules state for a test in an account, and in a region where one is named.
    fn parameters(&self, test: &str, account: &str, region: Option<&str>) -> BTreeSet<Parameters> {
        let mut sets = BTreeSet::new();
        for (place, rule) in &self.evidence.described {
            let here = place.0 == account && region.is_none_or(|region| place.1 == region);
            let recorder = (place.0.clone(), place.1.clone());
            if !here || !rule.managed || place.2.starts_with("securityhub-") {
                continue;
            }
            if test_of_rule(self.evidence, self.settings, &recorder, &place.2) == Some(test) {
                sets.insert(Some(rule.parameters.clone()).filter(|stated| !stated.is_empty()));
            }
        }
        if sets.is_empty() {
            sets.insert(None);
        }
        sets
    }

    /// The latest time at which configuration items of any of these recorders still speak.
    fn horizon(&self, recorders: &BTreeSet<&Recorder>, global: bool) -> Micros {
        let region = |recorder: &Recorder| if global { "global".to_owned() } else { recorder.1.clone() };
        recorders
            .iter()
            .filter_map(|r| self.horizons.get(&(Source::Config, r.0.clone(), region(r))))
            .max()
            .copied()
            .unwrap_or(Micros::MIN)
    }

    fn units_of<'b>(&'b self, kind: &'b str, account: Option<&'b str>) -> Vec<&'b Unit<'b>> {
        let wanted = |key: &(Recorder, String, String)| key.1 == kind && account.is_none_or(|a| key.0.0 == a);
        self.units.iter().filter(|(key, _)| wanted(key)).map(|(_, unit)| unit).collect()
    }

    /// Checks of one resource.
    fn resources(&self, all: &mut Streams) {
        let mut subjects: BTreeMap<Subject, Vec<&Unit<'_>>> = BTreeMap::new();
        for unit in self.units.values().filter(|unit| unit.items.iter().any(|item| !item.is_compliance())) {
            for subject in unit.items.iter().map(|item| self.ties.subject_of(item)).collect::<BTreeSet<_>>() {
                subjects.entry(subject).or_default().push(unit);
            }
        }
        for (subject, units) in &subjects {
            for test in CONTROLS.iter().flat_map(|control| control.1) {
                if type_of_test(test) == subject.resource_type {
                    self.resource(subject, units, test, all);
                }
            }
        }
    }

    fn resource(&self, subject: &Subject, units: &[&Unit<'_>], test: &'static str, all: &mut Streams) {
        let recorders: BTreeSet<&Recorder> = units.iter().map(|unit| unit.recorder).collect();
        let global = is_global(&subject.resource_type);
        let mut cuts = changes(units);
        for kind in [FLOW_LOG, PREFIX_LIST] {
            let joined: Vec<&Unit<'_>> =
                self.units_of(kind, None).into_iter().filter(|unit| recorders.contains(unit.recorder)).collect();
            cuts.extend(changes(&joined));
        }
        cuts.extend(changes(&self.units_of("AWS::S3::AccountPublicAccessBlock", Some(&subject.account))));
        let region = if global { None } else { Some(()) };
        let sets: BTreeSet<Parameters> = recorders
            .iter()
            .flat_map(|recorder| self.parameters(test, &recorder.0, region.map(|()| recorder.1.as_str())))
            .collect();
        for set in sets {
            let observations =
                cuts.iter().map(|cut| (*cut, self.resource_at(subject, units, test, &set, *cut))).collect();
            let place = (*recorders.first().unwrap()).clone();
            Self::add(subject, test, &set, place, observations, self.horizon(&recorders, global), all);
        }
    }

    /// The worst of what the newest items say; nothing where no recorder shows the resource under this name (a user
    /// who was renamed keeps the id, and is another subject from then on).
    fn resource_at(&self, subject: &Subject, units: &[&Unit<'_>], test: &str, set: &Parameters, at: Micros) -> Said {
        let own = |item: &&Item| self.ties.subject_of(item) == *subject;
        let shown: Vec<&Item> = units.iter().filter_map(|unit| in_force(unit, at)).filter(own).collect();
        let known: Vec<&Item> = units.iter().filter_map(|unit| last_known(unit, at)).filter(own).collect();
        newest(&known, &shown).into_iter().map(|item| self.checked(item, test, set, at)).min().unwrap_or(Said::Ended)
    }

    fn checked(&self, item: &Item, test: &str, set: &Parameters, at: Micros) -> Said {
        let beside = |kind: &'static str| -> Vec<&Item> {
            let units = self.units.iter().filter(|(key, _)| key.0 == item.recorder && key.1 == kind);
            units.filter_map(|(_, unit)| in_force(unit, at)).collect()
        };
        match test {
            "VPC_FLOW_LOGS_ENABLED" => {
                let recorded = self.units.keys().any(|key| key.0 == item.recorder && key.1 == FLOW_LOG);
                checks::of_vpc(item, &beside(FLOW_LOG), recorded, set)
            }
            "INCOMING_SSH_DISABLED" | "RESTRICTED_INCOMING_TRAFFIC" => {
                let lists = beside(PREFIX_LIST);
                let lists = lists.iter().map(|list| (list.id.clone(), checks::holds_the_world(list))).collect();
                checks::of_group(test, item, set, &lists)
            }
            _ => checks::of_item(test, item, &self.account_block(item, at), set).unwrap_or(Said::Ended),
        }
    }

    /// The account's own block of public access: the newest item of its recorders that show one.
    fn account_block(&self, item: &Item, at: Micros) -> Vec<serde_json::Value> {
        let units = self.units_of("AWS::S3::AccountPublicAccessBlock", Some(&item.account));
        let deletions = units.iter().filter(|unit| unit.at(at) != Some(There::Yes)).filter_map(|unit| {
            let last = unit.items.iter().rev().find(|item| item.capture <= at)?;
            last.is_deletion().then_some(last.capture)
        });
        let deleted = deletions.max();
        let shown: Vec<&Item> = units.iter().filter_map(|unit| in_force(unit, at)).collect();
        let left: Vec<&Item> =
            shown.into_iter().filter(|item| deleted.is_none_or(|gone| gone <= item.capture)).collect();
        let newest = left.iter().map(|item| item.capture).max();
        left.iter().filter(|item| Some(item.capture) == newest).map(|item| item.configuration.clone()).collect()
    }

    /// C12 for every account whose own evidence holds some trail item.
    fn accounts_with_trails(&self, all: &mut Streams) {
        let test = "MULTI_REGION_CLOUD_TRAIL_ENABLED";
        let trails = self.units_of(TRAIL, None);
        let accounts: BTreeSet<&String> = trails.iter().map(|unit| &unit.recorder.0).collect();
        for account in accounts {
            // What the check looks at: the account's trails, by recorder or by ARN, and trails of organizations.
            let looked_at: Vec<&Unit<'_>> = trails
                .iter()
                .filter(|unit| {
                    &unit.recorder.0 == account
                        || unit.items.iter().any(|item| {
                            self.ties.subject_of(item).account == *account
                                || item.configuration.get("isOrganizationTrail") == Some(&serde_json::Value::Bool(true))
                        })
                })
                .copied()
                .collect();
            let subject = self.ties.subject("AWS::::Account", account, "global", account);
            for set in self.parameters(test, account, None) {
                let mut observations = Vec::new();
                for cut in changes(&looked_at) {
                    let (own, others) = self.trails_at(&trails, account, cut);
                    observations.push((cut, checks::of_trails(&own, &others, &set)));
                }
                let place = (account.clone(), "global".to_owned());
                let horizon = self.horizon(&BTreeSet::from([&place]), true);
                Self::add(&subject, test, &set, place.clone(), observations, horizon, all);
            }
        }
    }

    /// The trails in force at an instant, those that a recorder of the account shows and the rest. A trail that
    /// several recorders show, also those of other accounts, is one subject, and its newest item is its state.
    fn trails_at<'b>(&self, trails: &'b [&'b Unit<'b>], account: &str, at: Micros) -> (Vec<&'b Item>, Vec<&'b Item>) {
        let by_subject = |items: &mut dyn Iterator<Item = &'b Item>| {
            let mut sorted: BTreeMap<Subject, Vec<&'b Item>> = BTreeMap::new();
            for item in items {
                sorted.entry(self.ties.subject_of(item)).or_default().push(item);
            }
            sorted
        };
        let shown = by_subject(&mut trails.iter().filter_map(|unit| in_force(unit, at)));
        let known = by_subject(&mut trails.iter().filter_map(|unit| last_known(unit, at)));
        let (mut own, mut others) = (Vec::new(), Vec::new());
        for (subject, items) in &shown {
            let here = items.iter().any(|item| item.recorder.0 == account);
            let state = newest(&known[subject], items);
            if here { &mut own } else { &mut others }.extend(state);
        }
        (own, others)
    }

    /// What credential reports say of users and of the root user.
    fn reports(&self, all: &mut Streams) {
        let accounts: BTreeSet<&String> = self.evidence.reports.iter().map(|report| &report.account).collect();
        for account in accounts {
            let reports: Vec<_> = self.evidence.reports.iter().filter(|r| &r.account == account).collect();
            let horizon = reports.iter().map(|report| report.time).max().unwrap();
            let users: BTreeSet<&String> = reports.iter().flat_map(|r| r.rows.iter().map(|row| &row["arn"])).collect();
            for arn in users {
                let root = arn.ends_with(":root");
                let kind = if root { "AWS::::Account" } else { "AWS::IAM::User" };
                let subject = self.ties.subject(kind, account, "global", arn);
                let tests: &[&'static str] = if root {
                    &["IAM_ROOT_ACCESS_KEY_CHECK", "ROOT_ACCOUNT_MFA_ENABLED"]
                } else {
                    &["MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS", "IAM_USER_UNUSED_CREDENTIALS_CHECK", "ACCESS_KEYS_ROTATED"]
                };
                for test in tests {
                    for set in self.parameters(test, account, None) {
                        let mut observations = Vec::new();
                        for report in &reports {
                            let row = report.rows.iter().find(|row| &row["arn"] == arn);
                            let said = match row {
                                None => Said::Ended,
                                Some(row) if root => account_checks::of_root(test, row),
                                Some(row) => account_checks::of_user(test, row, report.time, &set),
                            };
                            observations.push((report.time, said));
                        }
                        let place = (account.clone(), "global".to_owned());
                        Self::add(&subject, test, &set, place, observations, horizon, all);
                    }
                }
            }
        }
    }

    fn policies(&self, all: &mut Streams) {
        let test = "IAM_PASSWORD_POLICY";
        let accounts: BTreeSet<&String> = self.evidence.policies.iter().map(|policy| &policy.account).collect();
        for account in accounts {
            let policies: Vec<_> = self.evidence.policies.iter().filter(|p| &p.account == account).collect();
            let horizon = policies.iter().map(|policy| policy.time).max().unwrap();
            let subject = self.ties.subject("AWS::::Account", account, "global", account);
            for set in self.parameters(test, account, None) {
                let said =
                    policies.iter().map(|p| (p.time, account_checks::of_policy(p.stated.as_ref(), &set))).collect();
                Self::add(&subject, test, &set, (account.clone(), "global".to_owned()), said, horizon, all);
            }
        }
    }

    /// Adds one stream, if it says anything.
    fn add(
        subject: &Subject,
        test: &'static str,
        set: &Parameters,
        place: Recorder,
        observations: Vec<(Micros, Said)>,
        horizon: Micros,
        all: &mut Streams,
    ) {
        // A check that never had anything to say is no stream.
        if observations.iter().all(|observation| observation.1 == Said::Ended) {
            return;
        }
        let origin = ("reperformed".to_owned(), format!("{set:?}"), String::new());
        let key = StreamKey { source: Source::Reperformed, test, subject: subject.clone(), origin };
        let observations = observations.into_iter().map(|(time, said)| (time, said, false)).collect();
        all.streams.insert(key, Stream { observations, place, horizon: Some(horizon) });
    }
}
