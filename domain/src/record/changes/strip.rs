//! The picture of what changed: a lane for each workload.

use super::{Changes, Unwatched};
use crate::record::timeline::Grade;
use crate::time::Time;
use crate::workload::Key;

/// Workloads drawn at most: those that changed last.
pub(super) const LANES: usize = 30;
/// Marks nearer to each other than this part of the width are one.
const NEAR: f64 = 0.018;

/// The strip: a lane for each workload that changed, a mark for each moment.
/// Places are parts of the window, from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Strip {
    /// The one that changed last first.
    pub lanes: Vec<Lane>,
    /// So many workloads have no lane.
    pub undrawn: usize,
}

/// One workload's.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// Which.
    pub key: Key,
    /// Oldest first.
    pub marks: Vec<Mark>,
    /// Where nobody watched.
    pub blind: Vec<(f64, f64)>,
}

/// One change, or several that are too near to each other to be told apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Places among the changes, the newest first.
    pub changes: Vec<usize>,
    /// When it happened, or the latest that it can have.
    pub at: f64,
    /// The earliest, where only the bounds are known.
    pub from: Option<f64>,
}

/// Draws it; nothing where nothing changed.
pub fn strip(told: &Changes) -> Strip {
    let whole = parts(told.to.since(told.from)).max(1.0);
    let place = |at: Time| (parts(at.since(told.from)) / whole).clamp(0.0, 1.0);
    let mut lanes: Vec<(&str, Lane)> = Vec::new();
    // Newest first: marks grow towards the past.
    for (index, change) in told.changes.iter().enumerate() {
        let found = lanes.iter().position(|(uid, _)| *uid == change.uid);
        let lane = found.unwrap_or_else(|| {
            let own = |one: &&Unwatched| one.namespace == change.key.namespace;
            let blind = told.gaps.iter().filter(own).map(|one| one.gap);
            let lane = Lane {
                key: change.key.clone(),
                marks: Vec::new(),
                blind: blind.map(|gap| (place(gap.from), place(gap.to))).collect(),
            };
            lanes.push((&change.uid, lane));
            lanes.len() - 1
        });
        let at = place(change.when.at);
        let bounds = change.when.grade == Grade::NotKnown;
        let from = bounds.then(|| place(change.when.not_before));
        let marks = &mut lanes[lane].1.marks;
        match marks.last_mut() {
            Some(last) if last.at - at < NEAR => {
                last.changes.push(index);
                last.from = match (last.from, from) {
                    (Some(a), Some(b)) => Some(a.min(b)),
                    (a, b) => a.or(b),
                };
            }
            _ => marks.push(Mark {
                changes: vec![index],
                at,
                from,
            }),
        }
    }
    let undrawn = lanes.len().saturating_sub(LANES);
    lanes.truncate(LANES);
    let lanes = lanes.into_iter().map(|(_, mut lane)| {
        lane.marks.reverse();
        lane
    });
    Strip {
        lanes: lanes.collect(),
        undrawn,
    }
}

/// Milliseconds as a length.
#[expect(clippy::cast_precision_loss, reason = "a place on a picture")]
fn parts(span: jiff::SignedDuration) -> f64 {
    span.as_millis() as f64
}
