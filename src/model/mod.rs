//! The nouns of an audit and their laws: what every other module speaks of.
//!
//! Holds values only. May not read a file, ask a clock, or know a data frame, a column format or a
//! wire format. Nothing here imports from another module of this crate.
//!
//! | noun | meaning |
//! |---|---|
//! | [`Instant`], [`Period`] | a UTC moment in microseconds; a half-open stretch of time |
//! | [`AccountId`], [`Region`] | whose resource it is and where; `global` is a region here |
//! | [`Arn`] | an Amazon resource name taken apart |
//! | [`Source`] | who says so: Config rules, Security Hub, or tickmark's own check |
//! | [`Status`] | what one observation says |
//! | [`EvidenceReference`] | the evidence file and record that an observation rests on |
//! | [`Problem`] | something in the evidence that could not be used, and what to do about it |

mod account;
mod arn;
mod evidence;
mod instant;
mod problem;
mod status;

pub use account::{AccountId, GLOBAL_REGION, Recorder, Region, find_account, find_region};
pub use arn::{Arn, account_of_arn, derive_arn, partition_of_region};
pub use evidence::{EvidenceId, EvidenceReference};
pub use instant::{Instant, InstantError, Period, find_instant};
pub use problem::{Problem, ProblemCode};
pub use status::{Source, Status};
