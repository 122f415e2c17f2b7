//! What ran at one moment.

use serde::{Deserialize, Serialize};

use super::{Known, Period};
use crate::template::Digest;
use crate::time::Time;
use crate::workload::Key;

/// What one workload ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ran {
    /// Which workload.
    #[serde(flatten)]
    pub key: Key,
    /// Its uid.
    pub uid: String,
    /// Template generation.
    pub generation: i64,
    /// The number that the template had then, as far as it was seen.
    pub revision: Option<i64>,
    /// The ControllerRevision that held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Digest of the template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<Digest>,
    /// Its images, sorted; empty where it is not known.
    pub images: Vec<String>,
    /// Since when, at the latest.
    pub since: Time,
    /// It is known to have run then; otherwise the next template may have come
    /// already, or some in between that nobody saw.
    pub certain: bool,
}

/// What a workload ran at `at`: `period` is the latest that had begun by then
/// for certain, `next` the one after it; its namespace was last seen at
/// `watched`.
pub fn ran(
    known: &Known,
    period: &Period,
    next: Option<&Period>,
    images: Vec<String>,
    at: Time,
    watched: Time,
) -> Ran {
    let until = match next {
        Some(next) if next.generation == period.generation + 1 => next.start.not_before,
        // Some came between that nobody saw.
        Some(_) => period.start.not_after,
        None => known.gone.map_or(watched, |gone| gone.not_before),
    };
    let certain = at <= until;
    Ran {
        key: known.key.clone(),
        uid: known.uid.clone(),
        generation: period.generation,
        revision: period.numbers.keys().next_back().copied(),
        name: period.held.as_ref().map(|held| held.name.clone()),
        template: period.template,
        images,
        since: period.start.not_after,
        certain,
    }
}
