//! The figures of a comparison, from what its tables hold.

use super::verbs::compare::Found;
use crate::diagnostic::Diagnostic;

/// Names and bytes of the pictures; none in a build without them.
pub fn pictures(_found: &Found<'_>) -> Result<Vec<(String, Vec<u8>)>, Diagnostic> {
    Ok(Vec::new())
}
