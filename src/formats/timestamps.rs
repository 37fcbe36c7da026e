//! stub
use crate::model::{Instant, InstantError};
pub fn instant_of_json(raw: &str) -> Result<Instant, InstantError> {
    Instant::parse(raw.trim_matches('"'))
}
