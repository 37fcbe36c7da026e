//! stub
use super::records::*;
use crate::model::Instant;
pub fn decode_ocsf(_raw: &[u8], _d: Option<Instant>) -> Result<Decoded, RecordError> {
    Ok(Decoded::SetAside("x"))
}
