//! CSV with a header.

use super::ParseError;
use crate::report::Reading;

/// Reads the text of a document.
pub(super) fn read(_text: &str) -> Result<Reading, ParseError> {
    Ok(Reading::default())
}
