//! IAM policy documents taken apart: statements, whom they allow what on which resources.
//!
//! Judges nothing by itself: what a statement means for a test is the check's business.
