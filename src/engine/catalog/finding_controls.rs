//! Which Security Hub control a finding speaks of (spec sections 3.5 and 11).
//!
//! A finding of any product that carries `SecurityControlId` speaks of that control: the source is ASFF
//! findings, whoever makes them. Generators and numbers of standards are read of Security Hub's own
//! product alone: what other products (Prowler, GuardDuty, AWS Config's own integration) write there means
//! something else, and the caller lists them.

use crate::lake::FindingRow;
use crate::model::Arn;

use super::standards::security_control;

/// The product part of Security Hub's own findings; the second is that of its newer, OCSF-based form.
const OWN_PRODUCTS: [&str; 2] = ["product/aws/securityhub", "productv2/aws/securityhub"];

/// The security control that a finding speaks of, such as `EC2.13`.
///
/// In this order: `SecurityControlId`; the generator after `security-control/`; else the number of a
/// standard, by standard and version, the last two of Security Hub's own product alone. `None` for
/// numbers that are unknown or stand for two controls, and for whatever is no control finding.
#[must_use]
pub fn security_control_id(finding: &FindingRow) -> Option<String> {
    let stated = finding.security_control_id.trim();
    if !stated.is_empty() {
        return Some(stated.to_owned());
    }
    if !is_from_security_hub(finding) {
        return None;
    }
    if let Some(id) = finding.generator_id.strip_prefix("security-control/") {
        return (!id.is_empty()).then(|| id.to_owned());
    }
    let numbered = from_generator(&finding.generator_id).or_else(|| from_fields(finding))?;
    security_control(numbered.standard, numbered.version, numbered.number)
}

/// Whether Security Hub itself made a finding, and not a product that reports through it.
#[must_use]
pub fn is_from_security_hub(finding: &FindingRow) -> bool {
    let product = Arn::parse(&finding.product_arn);
    product.is_some_and(|arn| arn.service == "securityhub" && OWN_PRODUCTS.contains(&arn.resource))
}

/// A control by the number that a standard gives it.
struct Numbered<'a> {
    standard: &'a str,
    version: &'a str,
    number: &'a str,
}

/// `…/<standard>/v/<version>/[rule/]<number>`, alone or at the end of a resource name.
fn from_generator(generator: &str) -> Option<Numbered<'_>> {
    let (standard, rest) = standard_and_rest(generator)?;
    let (version, number) = rest.split_once('/')?;
    let number = number.strip_prefix("rule/").unwrap_or(number);
    (!number.is_empty() && !number.contains('/')).then_some(Numbered { standard, version, number })
}

/// `ControlId` or `RuleId`, with the standard that the finding names beside it.
fn from_fields(finding: &FindingRow) -> Option<Numbered<'_>> {
    let (standard, version) = standard_and_rest(&finding.standards_arn)?;
    let number = finding.standard_control_id.trim();
    (!number.is_empty()).then_some(Numbered { standard, version, number })
}

/// Takes `…/<standard>/v/<rest>` apart.
fn standard_and_rest(text: &str) -> Option<(&str, &str)> {
    let (head, rest) = text.split_once("/v/")?;
    Some((head.rsplit('/').next()?, rest))
}

#[cfg(test)]
mod tests;
