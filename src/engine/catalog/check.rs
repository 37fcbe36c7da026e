//! The forms that names in a catalog have, and the checks on a catalog as a whole.

use super::{ACCOUNT_TYPE, Control, Inventory, SubjectFilter, Test};
use crate::engine::settings_file::{Lined, SourceText};
use crate::engine::settings_file::{SettingsFileError, quoted};

/// Longest control id: it stands in every row of every table.
const CONTROL_ID_LENGTH_MAX: usize = 32;

/// Longest rule name that AWS Config accepts.
const RULE_NAME_LENGTH_MAX: usize = 128;

/// A form that a name has to have, and how a message tells it.
pub(super) struct Form {
    pub(super) is_met: fn(&str) -> bool,
    pub(super) words: &'static str,
}

/// Of a control's id.
pub(super) const CONTROL_ID: Form = Form {
    is_met: is_control_id,
    words: "a control id begins with a letter, goes on with letters, digits, `.`, `_`, `-`, and has at most 32 characters",
};

/// Of a managed rule's identifier and its aliases.
pub(super) const IDENTIFIER: Form =
    Form { is_met: is_identifier, words: "an identifier is written in upper case, digits and single underscores" };

/// Of a Security Hub control.
pub(super) const SECURITY_CONTROL: Form = Form {
    is_met: is_security_control,
    words: "a Security Hub control is written as service, point, number: `EC2.13`",
};

/// Of a Config resource type.
pub(super) const RESOURCE_TYPE: Form = Form {
    is_met: is_resource_type,
    words: "a resource type is written as in AWS Config: `AWS::EC2::VPC`, or `AWS::::Account`",
};

/// Of a rule's name.
pub(super) const RULE_NAME: Form =
    Form { is_met: is_rule_name, words: "a rule name has 1 to 128 characters and no white space around it" };

/// Of a criterion.
pub(super) const CRITERION: Form =
    Form { is_met: |text| !text.is_empty() && text.trim() == text, words: "a criterion is a word such as `CC6.1`" };

/// Of what a test is related to: a Security Hub control or a managed rule.
pub(super) const RELATED: Form = Form {
    is_met: |text| is_security_control(text) || is_identifier(text),
    words: "a related check is a Security Hub control such as `EC2.13` or the identifier of a managed rule",
};

/// Refuses the first text that does not have the form.
pub(super) fn check_form(
    source: SourceText<'_>,
    key: &str,
    texts: &[Lined],
    form: &Form,
) -> Result<(), SettingsFileError> {
    let Some(bad) = texts.iter().find(|text| !(form.is_met)(&text.text)) else { return Ok(()) };
    Err(source.error(bad.line, format!("`{key}` holds {}: {}", quoted(&bad.text), form.words)))
}

fn is_control_id(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.len() <= CONTROL_ID_LENGTH_MAX
        && text.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-'))
}

fn is_identifier(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.chars().all(|character| character.is_ascii_uppercase() || character.is_ascii_digit())
    };
    text.starts_with(|first: char| first.is_ascii_uppercase()) && text.split('_').all(is_word)
}

/// Whether a text has the form of a Security Hub control's id, such as `EC2.13`.
pub(super) fn is_security_control(text: &str) -> bool {
    let Some((service, number)) = text.split_once('.') else { return false };
    service.starts_with(|first: char| first.is_ascii_alphabetic())
        && service.chars().all(|character| character.is_ascii_alphanumeric())
        && number.starts_with(|first: char| matches!(first, '1'..='9'))
        && number.chars().all(|character| character.is_ascii_digit())
}

fn is_resource_type(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|character| character.is_ascii_alphanumeric());
    let mut parts = text.split("::");
    let (first, service, kind) = (parts.next(), parts.next(), parts.next());
    text == ACCOUNT_TYPE
        || first == Some("AWS") && service.is_some_and(is_word) && kind.is_some_and(is_word) && parts.next().is_none()
}

fn is_rule_name(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && text.chars().count() <= RULE_NAME_LENGTH_MAX
}

/// Why the population rule of a control cannot apply to its tests, if so.
pub(super) fn population_conflict(control: &Control, tests: &[&Test]) -> Option<String> {
    let inventory = match control.population.inventory {
        Inventory::ResourceTypes => None,
        Inventory::DefaultSecurityGroups => Some(("inventory", "default_security_groups", "AWS::EC2::SecurityGroup")),
        Inventory::CustomerManagedPolicies => Some(("inventory", "customer_managed_policies", "AWS::IAM::Policy")),
    };
    let subjects = match control.population.subjects {
        SubjectFilter::TrailBuckets => Some(("subjects", "trail_buckets", "AWS::S3::Bucket")),
        SubjectFilter::All | SubjectFilter::TaggedResources => None,
    };
    if let Some(what) = type_conflict(tests, inventory).or_else(|| type_conflict(tests, subjects)) {
        return Some(what);
    }
    let is_tagged = control.population.subjects == SubjectFilter::TaggedResources;
    let account_test = tests.iter().find(|test| test.is_account_level()).filter(|_| is_tagged)?;
    let identifier = &account_test.identifier;
    Some(format!("`subjects` is `tagged_resources`, but test `{identifier}` is about accounts, which carry no tags"))
}

/// A test that is not about the one type that a population rule speaks of.
fn type_conflict(tests: &[&Test], rule: Option<(&str, &str, &str)>) -> Option<String> {
    let (key, word, wanted) = rule?;
    let other = tests.iter().find(|test| test.resource_types != [wanted])?;
    Some(format!("`{key}` is `{word}`, which is about `{wanted}`, but test `{}` is not", other.identifier))
}
