//! From the lake to answers.
//!
//! Rows of the lake become observations, observations become what holds when, and that is counted:
//! [`assess`] is the one door. Nothing under here opens a file or knows a screen.

pub mod settings_file;
pub mod catalog;
pub mod settings;
pub mod engagement;
pub mod results;
mod identity;
mod timeline;
mod observed;
mod presence;
mod attestation;
mod scope;
mod reperformance;
mod account;
mod control;
mod known_differences;
mod agreement;
mod tables;
mod assess;
mod explain;

pub use assess::{AssessError, assess, check};
pub use explain::{Asked, ExplainError, explain};
