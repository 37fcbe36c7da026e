//! From the lake to answers.

pub mod results;
