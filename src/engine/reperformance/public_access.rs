//! Whether the public can read or write a bucket: its policy, its access control list, and the public
//! access blocks of the bucket and of its account.
//!
//! The bucket alone, and the bucket as its account leaves it, are looked at both: whether AWS's own rules
//! heed the account's block is not documented. A block set for a whole organization is in no item.

use serde_json::Value;

use super::access_list::PublicGrants;
use super::bucket_policy::bucket_policy;
use super::check::{Join, ResourceCase, Within};
use super::policy_document::PolicyDocument;
use super::public_policy::{Grant, Operations, grant};
use super::resource::{ResourceState, flag};

/// The public access block of the bucket's account.
pub(super) const ACCOUNT_BLOCK: Join = Join {
    resource_type: "AWS::S3::AccountPublicAccessBlock",
    within: Within::Account,
    wants: |bucket| vec![bucket.account.clone()],
    key: |block| Some(block.resource_id.clone()),
};

/// What a bucket allows the public, and why.
#[derive(Debug)]
pub(super) struct Exposure {
    pub(super) state: State,
    /// Why, as half a sentence.
    pub(super) reason: String,
    /// What nothing but the account's block holds back, in words.
    pub(super) held_by_account: Option<String>,
}

/// Whether something is open to the public; the worse the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Closed,
    Unclear,
    Open,
}

/// The two ways in, the policy and the access control list, as they would be without any block; and why.
#[derive(Clone, Debug)]
pub(super) struct WaysIn {
    policy: (State, String),
    list: (State, String),
}

/// One of the two ways in, and the blocks in front of it.
struct Side<'a> {
    /// As it would be without any block.
    state: State,
    /// Why.
    words: &'a str,
    by_bucket: Block,
    by_account: Block,
    /// What a block does that closes it: `restricts public policies`.
    effect: &'static str,
}

/// Whether a public access block stands in a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Block {
    Closed,
    Open,
    /// It has no form that can be read.
    Unclear,
}

/// The setting that takes their effect from public policies. Its sister `blockPublicPolicy` only refuses
/// new ones, and leaves one from before in force; `blockPublicAcls` is the like for access control lists.
const POLICY_SETTING: &str = "restrictPublicBuckets";
/// The setting that takes their effect from public grants of access control lists.
const LIST_SETTING: &str = "ignorePublicAcls";

/// Why nothing can be said of a bucket whose item was recorded without what decides.
pub(super) const NOTHING_SHOWN: &str = "the item shows neither policy nor access control list";

/// What a bucket allows the public; `None` where its item holds nothing to judge that by.
pub(super) fn exposure(case: &ResourceCase<'_>, operations: Operations) -> Option<Exposure> {
    case.resource.supplementary.as_object()?;
    let sides = sides(case, operations);
    let state = sides.iter().map(Side::effective).max()?;
    let of_state = sides.iter().filter(|side| side.effective() == state);
    let held = sides.iter().filter(|side| side.is_held_by_account()).map(|side| side.words);
    let held = held.collect::<Vec<_>>().join(", ");
    let mut reasons: Vec<String> = of_state.map(|side| side.words_of(state)).collect();
    reasons.dedup();
    let reason = reasons.join(" and ");
    let reason = if state == State::Open { format!("{reason}; {}", no_block(case)) } else { reason };
    Some(Exposure { state, reason, held_by_account: (!held.is_empty()).then_some(held) })
}

/// That everyone can read the access control list itself, in words; `None` where that is not so, or the
/// list is ignored.
pub(super) fn readable_list(case: &ResourceCase<'_>) -> Option<String> {
    let is_ignored = [bucket_block(case, LIST_SETTING), account_block(case, LIST_SETTING)].contains(&Block::Closed);
    PublicGrants::of(case.resource).shows_itself().filter(|_| !is_ignored)
}

impl Side<'_> {
    fn effective(&self) -> State {
        self.behind(&[self.by_bucket, self.by_account])
    }

    /// Whether it is closed, and would be open with the bucket's block alone.
    fn is_held_by_account(&self) -> bool {
        self.behind(&[self.by_bucket]) == State::Open && self.effective() == State::Closed
    }

    fn behind(&self, blocks: &[Block]) -> State {
        match self.state {
            _ if blocks.contains(&Block::Closed) => State::Closed,
            State::Open if blocks.contains(&Block::Unclear) => State::Unclear,
            state => state,
        }
    }

    fn words_of(&self, effective: State) -> String {
        let words = self.words;
        match (self.state, effective) {
            (State::Open | State::Unclear, State::Closed) => {
                let owner = if self.by_bucket == Block::Closed { "bucket" } else { "account" };
                format!("the public access block of the {owner} {}", self.effect)
            }
            (State::Open, State::Unclear) => format!("{words}, and a public access block cannot be read"),
            _ => words.to_owned(),
        }
    }
}

fn sides<'a>(case: &ResourceCase<'a>, operations: Operations) -> [Side<'a>; 2] {
    let ways = ways_in(case.resource, operations);
    let side = |(state, words): &'a (State, String), setting, effect| Side {
        state: *state,
        words,
        by_bucket: bucket_block(case, setting),
        by_account: account_block(case, setting),
        effect,
    };
    [
        side(&ways.policy, POLICY_SETTING, "restricts public policies"),
        side(&ways.list, LIST_SETTING, "ignores public access control lists"),
    ]
}

/// The ways into a bucket by what its own state says; worked out once for each state.
fn ways_in(bucket: &ResourceState, operations: Operations) -> &WaysIn {
    let [for_reading, for_writing] = &bucket.memory.ways_in;
    let known = match operations {
        Operations::Read => for_reading,
        Operations::Write => for_writing,
    };
    known.get_or_init(|| WaysIn { policy: by_policy(bucket, operations), list: by_list(bucket, operations) })
}

fn by_policy(bucket: &ResourceState, operations: Operations) -> (State, String) {
    match bucket_policy(bucket) {
        Err(why) => (State::Unclear, why.to_owned()),
        Ok(None) if shows_nothing(bucket) => (State::Unclear, NOTHING_SHOWN.to_owned()),
        Ok(None) => (State::Closed, "the bucket has no policy".to_owned()),
        Ok(Some(policy)) => judged(policy, operations),
    }
}

/// Whether an item has neither a policy nor an access control list to judge by. One of the two alone shows
/// that such things were recorded: the other is then not there.
fn shows_nothing(bucket: &ResourceState) -> bool {
    let list = bucket.supplementary("AccessControlList").is_none_or(Value::is_null);
    list && bucket.supplementary("BucketPolicy").is_none()
}

/// What a policy grants to the public.
fn judged(policy: &PolicyDocument, operations: Operations) -> (State, String) {
    let verb = operations.words();
    let first = |wanted| policy.statements().find(|statement| grant(statement, operations) == wanted);
    if let Some(statement) = first(Grant::Public) {
        let how = if statement.is_conditioned() { " under conditions that do not say who" } else { "" };
        let name = statement.words();
        return (State::Open, format!("{name} of the bucket policy lets everyone {verb}{how}"));
    }
    let unclear =
        first(Grant::Unclear).map(|statement| format!("{} has a form that AWS does not accept", statement.words()));
    match unclear.or_else(|| policy.flaw()) {
        Some(flaw) => (State::Unclear, format!("in the bucket policy, {flaw}")),
        None => (State::Closed, format!("the bucket policy does not let everyone {verb}")),
    }
}

fn by_list(bucket: &ResourceState, operations: Operations) -> (State, String) {
    let grants = PublicGrants::of(bucket);
    match (grants.open_to(operations), grants.flaw) {
        (Some(words), _) => (State::Open, words),
        (None, Some(flaw)) => (State::Unclear, flaw.to_owned()),
        (None, None) if grants.is_shown => {
            (State::Closed, format!("the access control list does not let everyone {}", operations.words()))
        }
        (None, None) if shows_nothing(bucket) => (State::Unclear, NOTHING_SHOWN.to_owned()),
        (None, None) => (State::Closed, "the item shows no access control list".to_owned()),
    }
}

/// A setting of the bucket's own block; without one, nothing is blocked.
fn bucket_block(case: &ResourceCase<'_>, setting: &str) -> Block {
    block(case.resource.supplementary("PublicAccessBlockConfiguration").unwrap_or(&Value::Null), setting)
}

/// A setting of the account's block. Each of its recorders shows it: the newest state counts, and of
/// several from one moment the one that blocks least.
fn account_block(case: &ResourceCase<'_>, setting: &str) -> Block {
    let known = account_states(case);
    let newest = known.iter().map(|state| state.captured_at).max();
    let newest = known.iter().filter(|state| Some(state.captured_at) == newest);
    let found: Vec<Block> = newest.map(|state| stated_block(&state.configuration, setting)).collect();
    [Block::Open, Block::Unclear, Block::Closed].into_iter().find(|block| found.contains(block)).unwrap_or(Block::Open)
}

fn account_states<'a>(case: &ResourceCase<'a>) -> Vec<&'a ResourceState> {
    case.joined.first().map(|joined| joined.resources.clone()).unwrap_or_default()
}

/// A setting of a block that may not be there.
fn block(settings: &Value, setting: &str) -> Block {
    if settings.is_null() { Block::Open } else { stated_block(settings, setting) }
}

/// A setting of a block that is there; one that is left out is off.
fn stated_block(settings: &Value, setting: &str) -> Block {
    match settings.as_object().map(|members| members.get(setting).unwrap_or(&Value::Null)) {
        Some(Value::Null) => Block::Open,
        Some(value) => flag(value).map_or(Block::Unclear, |is_on| if is_on { Block::Closed } else { Block::Open }),
        None => Block::Unclear,
    }
}

/// That nothing blocks it, as far as the evidence goes.
fn no_block(case: &ResourceCase<'_>) -> &'static str {
    if account_states(case).is_empty() {
        "no block of the bucket prevents it, and the evidence shows none of the account"
    } else {
        "no public access block of the bucket or its account prevents it"
    }
}
