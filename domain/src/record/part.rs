//! A part of a long history: what is told of it, and what must be known of the
//! rest.

use std::collections::HashMap;

use crate::template::Digest;

/// Periods that are told at a time.
pub const MOST: usize = 200;

/// The part that is told. One period on each side of it may be among the
/// sources: what came before and after is seen from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Template generations from here.
    pub first: i64,
    /// Up to here.
    pub last: i64,
    /// So many periods are kept before the part.
    pub earlier: i64,
    /// The earliest generation of which a period is kept.
    pub oldest: i64,
    /// The latest generation before the part that had a template.
    pub had: HashMap<Digest, i64>,
}

impl Part {
    /// Is this generation told?
    pub fn has(&self, generation: i64) -> bool {
        (self.first..=self.last).contains(&generation)
    }
}
