//! What APIs state of an account, a trail or a recorder: answers kept as they are written.
//!
//! Only what tells such answers apart and to whom they belong is looked at; what they mean is the
//! engine's business.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::config_items::ItemContext;
use super::json_values::{Member, Object, bad_record, parse_object, required_text, text};
use super::records::{ConditionKind, ConditionRecord, Decoded, Record, RecordError};
use super::text::Missing;
use crate::model::{AccountId, Arn, Region};

/// A file with the recorded answer that there is no password policy is no longer than this.
pub(super) const TEXT_BYTES: usize = 4096;
/// What the command line and Python print where an account has no password policy.
const NO_POLICY: &str = "An error occurred (NoSuchEntity) when calling the GetAccountPasswordPolicy operation";
/// What an answer or a path is about, written together, in lower case.
const PASSWORD_POLICY: &str = "passwordpolicy";

#[derive(Deserialize)]
struct RawAnswer<'a> {
    #[serde(default, rename = "PasswordPolicy")]
    policy: Object<IgnoredAny>,
    #[serde(default, rename = "SummaryMap")]
    summary: Object<IgnoredAny>,
    #[serde(borrow, default, rename = "TrailARN")]
    trail_arn: Member<'a>,
}

#[derive(Deserialize)]
struct RawRecorder<'a> {
    #[serde(borrow, default)]
    name: Member<'a>,
    #[serde(borrow, default)]
    arn: Member<'a>,
    #[serde(borrow, default, rename = "roleARN")]
    role_arn: Member<'a>,
}

#[derive(Deserialize)]
struct RawRefusal<'a> {
    #[serde(borrow, default, rename = "Error")]
    error: Object<RawError<'a>>,
}

#[derive(Deserialize)]
struct RawError<'a> {
    #[serde(borrow, default, rename = "Code")]
    code: Member<'a>,
    #[serde(borrow, default, rename = "Message")]
    message: Member<'a>,
}

/// Whom a condition is about, as far as its content says.
#[derive(Default)]
struct About {
    name: String,
    account: Option<AccountId>,
    region: Option<Region>,
}

/// Decodes an answer that states one condition. `stem` is the file's name without its endings: the
/// answer on a trail's status names no trail.
pub(super) fn decode_answer(
    kind: ConditionKind,
    raw: &[u8],
    stem: &str,
    context: &ItemContext,
) -> Result<Decoded, RecordError> {
    let answer: RawAnswer<'_> = parse_object(raw)?;
    let about = match kind {
        ConditionKind::PasswordPolicy => {
            answer.policy.members("PasswordPolicy")?.ok_or_else(|| is_missing("PasswordPolicy"))?;
            About::default()
        }
        ConditionKind::AccountSummary => {
            answer.summary.members("SummaryMap")?.ok_or_else(|| is_missing("SummaryMap"))?;
            About::default()
        }
        ConditionKind::EventSelectors => About::named_by_arn(required_text("TrailARN", answer.trail_arn)?.into_owned()),
        _ => About { name: stem.to_owned(), ..About::default() },
    };
    about.condition(kind, content_of(raw)?, context)
}

/// Decodes an entry of `ConfigurationRecorders` or `ConfigurationRecordersStatus`.
pub(super) fn decode_recorder(kind: ConditionKind, raw: &[u8], context: &ItemContext) -> Result<Decoded, RecordError> {
    let recorder: RawRecorder<'_> = parse_object(raw)?;
    let (arn, role) = (text("arn", recorder.arn)?, text("roleARN", recorder.role_arn)?);
    let of_arn = About::named_by_arn(arn.into_owned());
    let about = About {
        name: text("name", recorder.name)?.into_owned(),
        account: of_arn.account.or_else(|| crate::model::account_of_arn(&role)),
        region: of_arn.region,
    };
    about.condition(kind, content_of(raw)?, context)
}

/// Whether an object is the answer that something asked for does not exist, and that is the password
/// policy, by the message or by the file's path.
pub(super) fn is_no_policy(raw: &[u8], path: &str) -> bool {
    let Some((code, message)) = error_of(raw) else { return false };
    matches!(code.as_str(), "NoSuchEntity" | "NoSuchEntityException")
        && (names_password_policy(&message) || names_password_policy(path))
}

fn names_password_policy(text: &str) -> bool {
    let letters: String = text.chars().filter(char::is_ascii_alphabetic).collect();
    letters.to_ascii_lowercase().contains(PASSWORD_POLICY)
}

fn error_of(raw: &[u8]) -> Option<(String, String)> {
    let refusal: RawRefusal<'_> = parse_object(raw).ok()?;
    let Object::Members(error) = refusal.error else { return None };
    let code = text("Code", error.code).ok()?.into_owned();
    let message = text("Message", error.message).map(std::borrow::Cow::into_owned).unwrap_or_default();
    Some((code, message))
}

/// Decodes the answer that there is no password policy, from JSON.
pub(super) fn decode_no_policy(raw: &[u8], context: &ItemContext) -> Result<Decoded, RecordError> {
    no_policy(&error_of(raw).map(|(_, message)| message).unwrap_or_default(), context)
}

/// Whether a text is the error that is printed where an account has no password policy, and nothing
/// else: a page that only quotes it is no answer.
pub(super) fn is_no_policy_text(text: &str) -> bool {
    let Some((before, behind)) = text.split_once(NO_POLICY) else { return false };
    let (before, prefix) = before.rsplit_once('\n').unwrap_or(("", before));
    let after = behind.split_once('\n').map_or("", |(_, after)| after);
    let (before, prefix, after) = (before.trim(), prefix.trim(), after.trim());
    (before.is_empty() || before.starts_with("Traceback (most recent call last)"))
        && (prefix.is_empty() || prefix.ends_with(':'))
        && (after.is_empty() || after.starts_with("Additional error details:"))
}

/// The record of such a text.
pub(super) fn no_policy(message: &str, context: &ItemContext) -> Result<Decoded, RecordError> {
    let about = About { account: account_of_message(message), ..About::default() };
    about.condition(ConditionKind::PasswordPolicy, String::new(), context)
}

/// The account in `The Password Policy with domain name 123456789012 cannot be found.`
fn account_of_message(message: &str) -> Option<AccountId> {
    let (_, behind) = message.split_once("domain name ")?;
    let end = behind.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(behind.len());
    AccountId::parse(behind.get(..end)?)
}

fn content_of(raw: &[u8]) -> Result<String, RecordError> {
    let text = std::str::from_utf8(raw).map_err(|_| bad_record("the answer is not UTF-8".to_owned()))?;
    Ok(text.trim().to_owned())
}

fn is_missing(name: &str) -> RecordError {
    bad_record(format!("`{name}` is missing"))
}

impl About {
    fn named_by_arn(name: String) -> Self {
        let arn = Arn::parse(&name);
        let account = arn.and_then(|arn| AccountId::parse(arn.account));
        let region = arn.and_then(|arn| Region::parse(arn.region));
        Self { name, account, region }
    }

    /// The condition, what the content leaves open filled from the context.
    fn condition(self, kind: ConditionKind, answer: String, context: &ItemContext) -> Result<Decoded, RecordError> {
        let account = self.account.or_else(|| context.account.clone());
        let region =
            if kind.is_global() { Some(Region::global()) } else { self.region.or_else(|| context.region.clone()) };
        let missing = Missing { account: account.is_none(), region: region.is_none(), time: context.time.is_none() };
        let (Some(account), Some(region), Some(stated_at)) = (account, region, context.time) else {
            return Err(missing.error());
        };
        let record = ConditionRecord { kind, account, region, name: self.name, stated_at, content: answer };
        Ok(Decoded::Kept(Record::Condition(Box::new(record))))
    }
}

#[cfg(test)]
mod tests;
