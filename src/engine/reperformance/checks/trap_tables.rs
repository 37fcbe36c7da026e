//! Every row of the trap tables as data: `trap_tables/*.json`, one file a table.
//!
//! A case is an object with `words` (the row in words), what the check is given, and `expected`: by
//! identifier of the test `C`, `NC`, `N/A`, `INDETERMINATE`, or `none` where the check says nothing.
//! `outside: true` says that the state makes no subject. `beyond` lists the kinds of observations that
//! have to come with it, by identifier; where it is left out for a test, none may.
//!
//! | member | for | holds |
//! |---|---|---|
//! | `resource` | checks on resources | `type`, `id`, `configuration`, `supplementary`, and whatever of `account`, `region`, `name`, `arn`, `captured_at`, `relationships` matters |
//! | `joined` | the same | list of resources of the same form; each join takes those of its type whose key is wanted |
//! | `recorded` | the same | types that are demonstrably recorded, beside those of `resource` and `joined` |
//! | `user` | checks on credential reports | columns of the report by name, `generated_at` among them |
//! | `account` | checks on accounts | `root` (as `user`), `summary`, `password_policy`, `trails` (a resource each, with `reach`, `event_selectors`, `status`), `trails_recorded` |
//! | `parameters` | all | names and values; left out, the defaults of the catalog hold |
//! | `rule` | all | the deployed rule that states the parameters |
//! | `look` | checks on resources | `true` where only the checks that look beyond their rule are asked, `false` where only those that judge are; else both, and what was seen comes with the verdict |

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::of_test;
use crate::engine::catalog::Catalog;
use crate::engine::reperformance::check::{
    AccountCase, Joined, Reach, Reads, ResourceCase, Stated, TrailCase, UserCase,
};
use crate::engine::reperformance::parameters::Parameters;
use crate::engine::reperformance::resource::ResourceState;
use crate::engine::reperformance::verdict::Verdict;
use crate::lake::CredentialRow;
use crate::model::{Instant, Status};

/// Judges every case of one table.
fn table(name: &str, cases: &str) {
    let cases: Vec<Value> = serde_json::from_str(cases).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(!cases.is_empty(), "{name} has no cases");
    for case in &cases {
        let words = case["words"].as_str().unwrap_or_else(|| panic!("{name}: a case without words"));
        let expected = case["expected"].as_object().unwrap_or_else(|| panic!("{name}: {words}: nothing is expected"));
        for (test, expected) in expected {
            let verdicts = verdicts(case, test);
            let found = verdicts.iter().map(|verdict| word(verdict.as_ref())).collect::<Vec<_>>();
            assert!(!found.is_empty(), "{name}: {words}: no check speaks for {test}");
            assert_eq!(found, [expected.as_str().unwrap()], "{name}: {words}: {test}: {verdicts:?}");
            let is_outside = verdicts.iter().flatten().any(|verdict| verdict.outside);
            assert_eq!(is_outside, case["outside"].as_bool().unwrap_or(false), "{name}: {words}: {test}: outside");
            let beyond: Vec<&str> =
                verdicts.iter().flatten().flat_map(|verdict| &verdict.beyond).map(|beyond| beyond.kind).collect();
            let wanted: Vec<&str> =
                case["beyond"][test].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            assert_eq!(beyond, wanted, "{name}: {words}: {test}: beyond the rule");
            let has_reason = verdicts.iter().flatten().all(|verdict| !verdict.reason.trim().is_empty());
            assert!(has_reason, "{name}: {words}: {test}: a verdict without a reason");
        }
    }
}

fn word(verdict: Option<&Verdict>) -> &'static str {
    match verdict.map(|verdict| verdict.status) {
        Some(Status::Pass) => "C",
        Some(Status::Fail) => "NC",
        Some(Status::NotApplicable) => "N/A",
        Some(Status::Unknown) => "INDETERMINATE",
        Some(Status::Ended) => "ENDED",
        None => "none",
    }
}

/// What each check of a test that is given something says. What checks that only look saw comes with the
/// verdict of the one that judges, where there is one.
fn verdicts(case: &Value, test: &str) -> Vec<Option<Verdict>> {
    let parameters = parameters(case, test);
    let (mut verdicts, mut looked) = (Vec::new(), None);
    let (judges, looks) = match case["look"].as_bool() {
        Some(only) => (!only, only),
        None => (true, true),
    };
    for check in of_test(test) {
        match &check.reads {
            Reads::Resource { resource_type, joins, judge } if case["resource"]["type"] == *resource_type && judges => {
                let resource = resource(&case["resource"]);
                let all: Vec<ResourceState> =
                    case["joined"].as_array().into_iter().flatten().map(self::resource).collect();
                let recorded = |wanted: &str| {
                    let stated = case["recorded"].as_array().into_iter().flatten();
                    stated.filter_map(Value::as_str).any(|known| known == wanted)
                        || all.iter().any(|state| state.resource_type == wanted)
                        || resource.resource_type == wanted
                };
                let joined = joins.iter().map(|join| {
                    let wants = (join.wants)(&resource);
                    let is_wanted = |state: &&ResourceState| {
                        state.resource_type == join.resource_type
                            && (join.key)(state).is_some_and(|key| wants.contains(&key))
                    };
                    Joined {
                        resources: all.iter().filter(is_wanted).collect(),
                        is_recorded: recorded(join.resource_type),
                    }
                });
                let joined = joined.collect();
                verdicts.push(Some(judge(&ResourceCase { resource: &resource, joined, parameters: &parameters })));
            }
            Reads::User { judge } if case["user"].is_object() => {
                let user = credentials(&case["user"]);
                verdicts.push(Some(judge(&UserCase { user: &user, parameters: &parameters })));
            }
            Reads::Account { judge, .. } if case["account"].is_object() => {
                verdicts.push(account_verdict(&case["account"], &parameters, *judge));
            }
            Reads::Beyond { resource_type, look } if case["resource"]["type"] == *resource_type && looks => {
                looked.get_or_insert_with(Vec::new).extend(look(&resource(&case["resource"])));
            }
            _ => {}
        }
    }
    match (verdicts.iter_mut().flatten().next(), looked) {
        (Some(verdict), Some(beyond)) => verdict.beyond.extend(beyond),
        (None, Some(beyond)) => {
            let nothing = Verdict::outside("the check only looks beyond its rule");
            verdicts.push(Some(Verdict { beyond, ..nothing }));
        }
        (_, None) => {}
    }
    verdicts
}

/// An answer of an API with its time.
type OwnStated = (Instant, Value);

fn lent((at, content): &OwnStated) -> Stated<'_> {
    Stated { at: *at, content }
}

fn account_verdict(
    account: &Value,
    parameters: &Parameters,
    judge: fn(&AccountCase<'_>) -> Option<Verdict>,
) -> Option<Verdict> {
    let stated = |stated: &'_ Value| -> Option<OwnStated> {
        let at = Instant::parse(stated["at"].as_str().unwrap_or("2026-01-15T12:00:00Z")).unwrap();
        (!stated.is_null()).then(|| (at, stated["content"].clone()))
    };
    let trails: Vec<(ResourceState, Reach, Option<OwnStated>, Option<OwnStated>)> = account["trails"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|trail| {
            let reach = match trail["reach"].as_str().unwrap_or("own") {
                "own" => Reach::Own,
                "member" => Reach::Member,
                "perhaps_member" => Reach::PerhapsMember,
                other => panic!("no reach: {other}"),
            };
            (resource(trail), reach, stated(&trail["event_selectors"]), stated(&trail["status"]))
        })
        .collect();
    let root = account["root"].is_object().then(|| credentials(&account["root"]));
    let (summary, password_policy) = (stated(&account["summary"]), stated(&account["password_policy"]));
    judge(&AccountCase {
        root: root.as_ref(),
        summary: summary.as_ref().map(lent),
        password_policy: password_policy.as_ref().map(lent),
        trails: trails
            .iter()
            .map(|(trail, reach, event_selectors, status)| TrailCase {
                trail,
                reach: *reach,
                is_vouched: true,
                event_selectors: event_selectors.iter().map(lent).collect(),
                status: status.iter().map(lent).collect(),
                perhaps_stopped: None,
            })
            .collect(),
        trails_recorded: account["trails_recorded"].as_bool().unwrap_or(!trails.is_empty()),
        parameters,
    })
}

fn resource(case: &Value) -> ResourceState {
    let text = |name: &str| case[name].as_str();
    let mut state = ResourceState::example(
        text("type").unwrap(),
        text("id").unwrap(),
        case["configuration"].clone(),
        case["supplementary"].clone(),
    );
    state.account = text("account").map_or(state.account, str::to_owned);
    state.region = text("region").map_or(state.region, str::to_owned);
    state.resource_name = text("name").unwrap_or_default().to_owned();
    state.resource_arn = text("arn").map_or(state.resource_arn, str::to_owned);
    state.captured_at = text("captured_at").map_or(state.captured_at, |at| Instant::parse(at).unwrap());
    state.relationships = case["relationships"].clone();
    state
}

fn credentials(case: &Value) -> CredentialRow {
    let text = |name: &str, usual: &str| case[name].as_str().unwrap_or(usual).to_owned();
    CredentialRow {
        account: "123456789012".to_owned(),
        generated_at: Instant::parse(&text("generated_at", "2026-01-15T12:00:00Z")).unwrap(),
        report_whole: true,
        user: text("user", "alice"),
        user_arn: text("arn", "arn:aws:iam::123456789012:user/alice"),
        user_creation_time: text("user_creation_time", "2020-01-01T00:00:00+00:00"),
        password_enabled: text("password_enabled", "false"),
        password_last_used: text("password_last_used", "N/A"),
        password_last_changed: text("password_last_changed", "N/A"),
        password_next_rotation: text("password_next_rotation", "N/A"),
        mfa_active: text("mfa_active", "false"),
        access_key_1_active: text("access_key_1_active", "false"),
        access_key_1_last_rotated: text("access_key_1_last_rotated", "N/A"),
        access_key_1_last_used_date: text("access_key_1_last_used_date", "N/A"),
        access_key_1_last_used_region: text("access_key_1_last_used_region", "N/A"),
        access_key_1_last_used_service: text("access_key_1_last_used_service", "N/A"),
        access_key_2_active: text("access_key_2_active", "false"),
        access_key_2_last_rotated: text("access_key_2_last_rotated", "N/A"),
        access_key_2_last_used_date: text("access_key_2_last_used_date", "N/A"),
        access_key_2_last_used_region: text("access_key_2_last_used_region", "N/A"),
        access_key_2_last_used_service: text("access_key_2_last_used_service", "N/A"),
        cert_1_active: text("cert_1_active", "false"),
        cert_1_last_rotated: text("cert_1_last_rotated", "N/A"),
        cert_2_active: text("cert_2_active", "false"),
        cert_2_last_rotated: text("cert_2_last_rotated", "N/A"),
        additional_credentials_info: text("additional_credentials_info", ""),
        evidence_id: String::new(),
        record_number: 1,
    }
}

/// What the check is measured against: the case's parameters over the defaults of the catalog; exactly
/// the case's where it names the deployed rule that states them.
fn parameters(case: &Value, test: &str) -> Parameters {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::embedded().unwrap());
    let defaults = CATALOG.test(test).unwrap_or_else(|| panic!("no test {test}")).parameters.iter();
    let mut values: BTreeMap<String, String> = defaults
        .map(|parameter| (parameter.name.clone(), parameter.default.clone()))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let stated = case["parameters"].as_object().into_iter().flatten();
    let stated: BTreeMap<String, String> =
        stated.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
    if let Some(rule) = case["rule"].as_str() {
        return Parameters::of_rule(rule, stated);
    }
    values.extend(stated);
    Parameters::usual(values)
}

/// One test a table, so that each fails by its own name.
macro_rules! tables {
    ($($name:ident,)*) => {
        $(
            #[test]
            fn $name() {
                table(stringify!($name), include_str!(concat!("trap_tables/", stringify!($name), ".json")));
            }
        )*
    };
}

tables! {
    mfa_for_console_users,
    unused_credentials,
    access_keys,
    policies_of_users,
    admin_policies,
    public_buckets,
    security_groups,
    default_security_groups,
    flow_logs,
    multi_region_trails,
    password_policies,
    root_users,
    trails,
    bucket_logging,
    bucket_encryption,
}
