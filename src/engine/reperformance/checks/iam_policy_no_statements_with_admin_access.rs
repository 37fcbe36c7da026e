//! `IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS`: no policy of the customer's own making allows everything
//! on everything.
//!
//! The rule reads managed policies only. What gives the same permissions without being one (inline
//! policies, AWS's own policy attached) is looked for beyond it.

use serde_json::Value;

use crate::engine::reperformance::check::{Check, Reads, ResourceCase};
use crate::engine::reperformance::full_administration::Administration;
use crate::engine::reperformance::policy_document::PolicyDocument;
use crate::engine::reperformance::resource::{ResourceState, decoded, flag, list, text, whole_number};
use crate::engine::reperformance::verdict::{Beyond, Verdict};
use crate::model::Arn;

const TEST: &str = "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS";

pub(super) const CHECKS: &[Check] = &[
    Check { test: TEST, reads: Reads::Resource { resource_type: "AWS::IAM::Policy", joins: &[], judge } },
    Check { test: TEST, reads: Reads::Beyond { resource_type: "AWS::IAM::User", look: look_at_user } },
    Check { test: TEST, reads: Reads::Beyond { resource_type: "AWS::IAM::Group", look: look_at_group } },
    Check { test: TEST, reads: Reads::Beyond { resource_type: "AWS::IAM::Role", look: look_at_role } },
];

fn judge(case: &ResourceCase<'_>) -> Verdict {
    let policy = case.resource;
    if is_owned_by_aws(policy) {
        return Verdict::outside("the policy is one that AWS manages");
    }
    if case.parameters.is_true("excludePermissionBoundaryPolicy") && is_only_a_boundary(policy) {
        return Verdict::not_applicable("the policy is used as a permissions boundary and attached to nothing");
    }
    let (version, document) = match default_document(policy) {
        Ok(found) => found,
        Err(why) => return Verdict::unknown(why),
    };
    let found = Administration::of(&document);
    let mut verdict = if !found.full.is_empty() {
        let statements = found.full.join(", ");
        Verdict::fail(format!("all actions on all resources are allowed by {statements} of version {version}"))
    } else if let Some(flaw) = found.flaw {
        Verdict::unknown(format!("{flaw}, in version {version}"))
    } else {
        Verdict::pass(format!("no statement of version {version} allows all actions on all resources"))
    };
    if found.only_conditioned {
        verdict = verdict.and_beyond("conditioned", "it does so only under conditions, which the rule does not ask for");
    }
    verdict.beyond.extend(found.nearly);
    verdict
}

/// AWS's own policies name `aws` in the place of the account.
fn is_owned_by_aws(policy: &ResourceState) -> bool {
    let arn = if policy.resource_arn.is_empty() { text(policy.member("arn")) } else { &policy.resource_arn };
    Arn::parse(arn).is_some_and(|arn| arn.account == "aws")
}

/// What is attached as well gives permissions and is no mere boundary.
fn is_only_a_boundary(policy: &ResourceState) -> bool {
    let count = |name: &str| whole_number(policy.member(name));
    count("permissionsBoundaryUsageCount").is_some_and(|uses| uses > 0) && count("attachmentCount") == Some(0)
}

/// The version that is in force, by its id, with its document.
fn default_document(policy: &ResourceState) -> Result<(&str, PolicyDocument), String> {
    let version = default_version(policy)?;
    let id = version.get("versionId").map(text).filter(|id| !id.is_empty()).unwrap_or("without an id");
    match version.get("document") {
        None | Some(Value::Null) => Err(format!("the item does not hold the document of version {id}")),
        Some(document) => {
            let document = PolicyDocument::read(document);
            document.map(|document| (id, document)).map_err(|why| format!("the document of version {id} {why}"))
        }
    }
}

/// The version marked as default; where none is, the one whose id the policy names.
fn default_version(policy: &ResourceState) -> Result<&Value, &'static str> {
    let versions = list(policy.member("policyVersionList"));
    let named = text(policy.member("defaultVersionId"));
    let is_marked = |version: &&Value| version.get("isDefaultVersion").and_then(flag) == Some(true);
    let is_named = |version: &&Value| !named.is_empty() && version.get("versionId").map(text) == Some(named);
    let marked: Vec<&Value> = versions.iter().filter(is_marked).collect();
    match marked.as_slice() {
        [one] if named.is_empty() || is_named(one) => Ok(one),
        [] => versions.iter().find(is_named).ok_or("the item does not show the policy's default version"),
        _ => Err("the item contradicts itself about which version of the policy is the default"),
    }
}

fn look_at_user(user: &ResourceState) -> Vec<Beyond> {
    look(user, "userPolicyList")
}

fn look_at_group(group: &ResourceState) -> Vec<Beyond> {
    look(group, "groupPolicyList")
}

fn look_at_role(role: &ResourceState) -> Vec<Beyond> {
    look(role, "rolePolicyList")
}

/// Full administration by another way than a policy of the customer's own making.
fn look(holder: &ResourceState, inline: &str) -> Vec<Beyond> {
    let inline = decoded(holder.member(inline).clone());
    let attached = decoded(holder.member("attachedManagedPolicies").clone());
    let inline = list(&inline).iter().filter_map(inline_policy);
    inline.chain(list(&attached).iter().filter_map(attached_policy)).collect()
}

fn inline_policy(policy: &Value) -> Option<Beyond> {
    let name = policy.get("policyName").map(text).filter(|name| !name.is_empty()).unwrap_or("without a name");
    let unread = |why: String| Beyond { kind: "inline_policy_unreadable", words: format!("inline policy `{name}` {why}") };
    let document = match PolicyDocument::read(policy.get("policyDocument").unwrap_or(&Value::Null)) {
        Ok(document) => document,
        Err(why) => return Some(unread(why.to_owned())),
    };
    let found = Administration::of(&document);
    if found.full.is_empty() {
        return found.flaw.map(|flaw| unread(format!("cannot be judged: {flaw}")));
    }
    let under = if found.only_conditioned { ", under conditions" } else { "" };
    let statements = found.full.join(", ");
    let words = format!("inline policy `{name}` allows all actions on all resources{under}: {statements}");
    Some(Beyond { kind: "inline_admin_policy", words })
}

fn attached_policy(policy: &Value) -> Option<Beyond> {
    let arn = policy.get("policyArn").map(text).unwrap_or_default();
    let is_it = match Arn::parse(arn) {
        Some(arn) => arn.account == "aws" && arn.last_part() == "AdministratorAccess",
        None => policy.get("policyName").map(text) == Some("AdministratorAccess"),
    };
    let words = "AWS's own policy AdministratorAccess is attached";
    is_it.then(|| Beyond { kind: "administrator_access_attached", words: words.to_owned() })
}
