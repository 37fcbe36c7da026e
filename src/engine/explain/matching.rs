//! Who is meant by what somebody typed.

use crate::engine::results::SubjectName;
use crate::engine::settings_file::nearest;
use crate::model::AccountId;

/// How many subjects a message names as near.
const NEAR_SHOWN: usize = 5;

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Matched<'a> {
    /// One or several that are meant.
    These(Vec<&'a SubjectName>),
    /// Nobody; these are near, if any is.
    Near(Vec<&'a SubjectName>),
}

/// The subjects that a text names: those of which it is the ARN or the id; else those of which it is the
/// name, the last part of either; else those that end with it. `ACCOUNT/` before it leaves those of other
/// accounts out.
pub(super) fn find<'a>(text: &str, names: &[&'a SubjectName]) -> Matched<'a> {
    let as_written = matching(text, names);
    if !as_written.is_empty() {
        return Matched::These(as_written);
    }
    if let Some((account, rest)) = text.split_once('/')
        && let Some(account) = AccountId::parse(account)
    {
        let own: Vec<&SubjectName> = names.iter().copied().filter(|name| name.account == account).collect();
        let found = matching(rest, &own);
        return if found.is_empty() { Matched::Near(near(rest, &own)) } else { Matched::These(found) };
    }
    Matched::Near(near(text, names))
}

fn matching<'a>(text: &str, names: &[&'a SubjectName]) -> Vec<&'a SubjectName> {
    if text.is_empty() {
        return Vec::new();
    }
    let laws: [fn(&str, &str) -> bool; 3] =
        [|known, text| known == text, |known, text| last_part(known) == text, |known, text| known.ends_with(text)];
    let by = |law: fn(&str, &str) -> bool| -> Vec<&'a SubjectName> {
        let is_meant = |name: &&&SubjectName| known_as(name).any(|known| law(known, text));
        names.iter().filter(is_meant).copied().collect()
    };
    laws.into_iter().map(by).find(|found| !found.is_empty()).unwrap_or_default()
}

/// All that a subject is known as.
fn known_as(name: &SubjectName) -> impl Iterator<Item = &str> {
    let known = [name.resource_arn.as_str(), name.resource_id.as_str(), name.key.as_str()];
    known.into_iter().filter(|known| !known.is_empty())
}

/// The part of an ARN or id behind its last `/` or `:`.
fn last_part(text: &str) -> &str {
    text.rsplit(['/', ':']).next().unwrap_or(text)
}

/// Those that hold the text somewhere, else the one that is most like it.
fn near<'a>(text: &str, names: &[&'a SubjectName]) -> Vec<&'a SubjectName> {
    let wanted = text.to_lowercase();
    let holds = |name: &&&SubjectName| known_as(name).any(|known| known.to_lowercase().contains(&wanted));
    let holding: Vec<&SubjectName> = names.iter().filter(holds).take(NEAR_SHOWN).copied().collect();
    if !holding.is_empty() && !text.is_empty() {
        return holding;
    }
    let all = names.iter().flat_map(|name| known_as(name).map(last_part));
    let Some(alike) = nearest(last_part(text), all) else { return Vec::new() };
    let is_alike = |name: &&&SubjectName| known_as(name).any(|known| last_part(known) == alike);
    names.iter().filter(is_alike).take(NEAR_SHOWN).copied().collect()
}

#[cfg(test)]
mod tests;
