//! A bucket's access control list: what it grants to everyone.
//!
//! Knows the forms that items have, and no verdict.

use serde_json::Value;

use super::public_policy::Operations;
use super::resource::{ResourceState, any_case};

/// What an access control list grants to the public.
#[derive(Clone, Debug, Default)]
pub(super) struct PublicGrants {
    /// Grantee and permission of each grant to everyone.
    grants: Vec<(&'static str, Permission)>,
    /// Why the list may grant more than could be read.
    pub(super) flaw: Option<&'static str>,
    /// Whether the item holds a list at all.
    pub(super) is_shown: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Permission {
    FullControl,
    Read,
    Write,
    ReadAcp,
    WriteAcp,
}

/// Whom a grant is for.
enum Grantee {
    Everyone(&'static str),
    Someone,
    Unclear,
}

/// Members of a list that hold grants.
const KNOWN_LISTS: [&str; 2] = ["grantList", "grantSet"];

/// Groups that are everyone, or everyone with some AWS account.
const PUBLIC_GROUPS: [&str; 2] = ["AllUsers", "AuthenticatedUsers"];

impl PublicGrants {
    /// Reads the list of a bucket. An item without one is taken to grant nothing.
    pub(super) fn of(bucket: &ResourceState) -> Self {
        let mut found = Self::default();
        match bucket.supplementary("AccessControlList") {
            None | Some(Value::Null) => {}
            Some(list @ Value::Object(members)) => {
                found.is_shown = true;
                let is_known = |name: &String| KNOWN_LISTS.iter().any(|known| name.eq_ignore_ascii_case(known));
                if !members.keys().any(is_known) {
                    found.flaw = Some("the access control list has no grants in a form that is known");
                }
                for name in KNOWN_LISTS {
                    match any_case(list, name) {
                        None | Some(Value::Null) => {}
                        Some(Value::Array(grants)) => grants.iter().for_each(|grant| found.add(grant)),
                        Some(_) => found.flaw = Some("the access control list has grants that are no list"),
                    }
                }
            }
            Some(_) => found.flaw = Some("the access control list cannot be read"),
        }
        found
    }

    fn add(&mut self, grant: &Value) {
        let member = |name: &str| grant.get(name).unwrap_or(&Value::Null);
        match (grantee(member("grantee")), permission(member("permission"))) {
            (Grantee::Someone, _) => {}
            (Grantee::Everyone(group), Some(permission)) => self.grants.push((group, permission)),
            (Grantee::Everyone(_), None) => {
                self.flaw = Some("the access control list grants everyone something unknown");
            }
            (Grantee::Unclear, _) => self.flaw = Some("the access control list has a grant to nobody known"),
        }
    }

    /// The first grant to everyone that allows an operation, in words.
    pub(super) fn open_to(&self, operations: Operations) -> Option<String> {
        let (group, permission) = self.grants.iter().find(|(_, permission)| permission.allows(operations))?;
        Some(format!("the access control list grants {permission:?} to {group}"))
    }

    /// That everyone can read the list itself and nothing more, in words.
    pub(super) fn shows_itself(&self) -> Option<String> {
        let (group, _) = self.grants.iter().find(|(_, permission)| *permission == Permission::ReadAcp)?;
        let is_alone = self.open_to(Operations::Read).is_none();
        is_alone
            .then(|| format!("the access control list grants ReadAcp to {group}, so that everyone can read the list"))
    }
}

impl Permission {
    /// Whoever may write the list can grant itself the rest: that counts as writing.
    fn allows(self, operations: Operations) -> bool {
        match operations {
            Operations::Read => matches!(self, Self::FullControl | Self::Read),
            Operations::Write => matches!(self, Self::FullControl | Self::Write | Self::WriteAcp),
        }
    }
}

/// Whom a grantee is. Groups stand as a bare word, or by the address that Amazon gave them; the name that
/// a user shows says nothing.
fn grantee(grantee: &Value) -> Grantee {
    let group = |name: &str| {
        let last = name.trim().rsplit('/').next().unwrap_or_default();
        PUBLIC_GROUPS.into_iter().find(|group| group.eq_ignore_ascii_case(last))
    };
    let found = match grantee {
        Value::String(name) if !name.trim().is_empty() => group(name),
        Value::Object(members) if !members.is_empty() => {
            let mut names = ["uri", "URI", "identifier"].into_iter().filter_map(|name| members.get(name)?.as_str());
            names.find_map(group)
        }
        _ => return Grantee::Unclear,
    };
    found.map_or(Grantee::Someone, Grantee::Everyone)
}

/// A permission, as items spell it (`ReadAcp`) or as the API does (`READ_ACP`).
fn permission(permission: &Value) -> Option<Permission> {
    let letters: String = permission.as_str()?.chars().filter(char::is_ascii_alphabetic).collect();
    match letters.to_ascii_lowercase().as_str() {
        "fullcontrol" => Some(Permission::FullControl),
        "read" => Some(Permission::Read),
        "write" => Some(Permission::Write),
        "readacp" => Some(Permission::ReadAcp),
        "writeacp" => Some(Permission::WriteAcp),
        _ => None,
    }
}
