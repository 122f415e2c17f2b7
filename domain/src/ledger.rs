//! Where the numbers went. Kubernetes renumbers a revision whose template
//! becomes current again and says nothing of it; what can still be deduced
//! from the cluster alone is deduced here, and marked as deduced.

use crate::time::Time;
use serde::{Deserialize, Serialize};

use crate::revision::Revision;
use crate::workload::Workload;

/// How a fact is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Grade {
    /// Somebody wrote it down when it happened.
    Recorded,
    /// It follows from what the cluster holds; see [`numbers`].
    Inferred,
}

/// A number that a revision carried before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Was {
    /// The number.
    pub revision: i64,
    /// How that is known.
    pub grade: Grade,
}

/// A run of numbers that no revision carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gone {
    /// First number of the run.
    pub first: i64,
    /// Last number of the run.
    pub last: i64,
    /// The number under which the template lives on, where that is known.
    /// Otherwise it was pruned, renumbered or deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<i64>,
}

/// What is known about one revision's number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Number {
    /// The number it carried before.
    pub was: Option<Was>,
    /// It did carry a lower number before.
    pub returned: bool,
}

/// Order of creation: the template generation where it is known, the creation
/// time (one second resolution) otherwise.
pub(crate) fn age(revision: &Revision) -> (Time, i64, &str) {
    (
        revision.created_at,
        revision.template_generation.unwrap_or_default(),
        &revision.name,
    )
}

/// For each of `revisions` (in [`Revision::order`]): did it carry another
/// number before, and which?
///
/// The beginning is generation 0 with number 0, and each template generation
/// takes at most one number, so numbers lag behind generations, and the lag
/// never shrinks.
///
/// *Did it:* numbers only rise, so a revision that was created before another
/// but has a higher number was renumbered; so was one whose number is higher
/// than the template generation it was created at.
///
/// *Which:* the template generation less the lag at that time, where only one
/// lag is possible: see [`original`].
///
/// Nothing is deduced where the premise does not hold: for adopted revisions,
/// which are older than the workload and count from another beginning, and
/// where a number is beyond the workload's generation (somebody made or
/// renumbered revisions by hand).
pub fn numbers(
    workload: &Workload,
    revisions: &[&Revision],
    current: Option<&Revision>,
) -> Vec<Number> {
    let highest = revisions.iter().map(|r| r.number).max().unwrap_or_default();
    let most_lag = workload
        .template_generation
        .map(|generation| generation - highest)
        .filter(|lag| *lag >= 0)
        .filter(|_| {
            revisions
                .iter()
                .all(|r| r.created_at >= workload.created_at)
        });
    revisions
        .iter()
        .map(|revision| {
            let noted = noted(workload, revision, current);
            let renumbered = most_lag.is_some() && was_renumbered(revision, revisions);
            let inferred = most_lag
                .filter(|_| renumbered)
                .and_then(|most| original(revision, revisions, most))
                .map(|revision| Was {
                    revision,
                    grade: Grade::Inferred,
                });
            Number {
                was: noted.or(inferred),
                returned: renumbered || noted.is_some(),
            }
        })
        .collect()
}

/// What Rollbook itself wrote down about the current revision.
fn noted(workload: &Workload, revision: &Revision, current: Option<&Revision>) -> Option<Was> {
    let note = workload.note()?;
    let about_this = current.is_some_and(|c| c.uid == revision.uid) && note.to == revision.name;
    (about_this && note.to_revision < revision.number).then_some(Was {
        revision: note.to_revision,
        grade: Grade::Recorded,
    })
}

fn was_renumbered(revision: &Revision, revisions: &[&Revision]) -> bool {
    let Some(generation) = revision.template_generation else {
        return false;
    };
    revision.number > generation
        || revisions.iter().any(|other| {
            other.template_generation.is_some_and(|g| g > generation)
                && other.number < revision.number
        })
}

/// The number a renumbered revision was created with, if only one is possible.
///
/// The lag when it was created is at most the lag now. It is at least the lag
/// of each revision created before, whose first number is at most its number
/// now; and large enough for its first number to lie below its own number now
/// and below that of each revision created later.
fn original(revision: &Revision, revisions: &[&Revision], most_lag: i64) -> Option<i64> {
    let generation = revision.template_generation?;
    let least_lag = revisions
        .iter()
        .filter_map(|other| {
            let g = other.template_generation?;
            Some(if g < generation {
                g - other.number
            } else {
                generation - other.number + 1
            })
        })
        .max()
        .unwrap_or_default()
        .max(0);
    (least_lag == most_lag).then(|| generation - most_lag)
}

/// The numbers below the highest that no revision carries, newest first; each
/// number that is known to live on elsewhere is a run of its own.
pub fn gone(revisions: &[&Revision], numbers: &[Number]) -> Vec<Gone> {
    let mut runs: Vec<Gone> = Vec::new();
    let mut next = 1;
    for revision in revisions {
        if revision.number > next {
            runs.push(Gone {
                first: next,
                last: revision.number - 1,
                now: None,
            });
        }
        next = next.max(revision.number.saturating_add(1));
    }
    for (revision, number) in revisions.iter().zip(numbers) {
        if let Some(was) = number.was {
            runs = split(runs, was.revision, revision.number);
        }
    }
    runs.reverse();
    runs
}

/// Cuts `number` out of the run that holds it.
fn split(runs: Vec<Gone>, number: i64, now: i64) -> Vec<Gone> {
    let mut cut = Vec::with_capacity(runs.len() + 2);
    for run in runs {
        if run.now.is_some() || number < run.first || number > run.last {
            cut.push(run);
            continue;
        }
        let part = |first, last, now| Gone { first, last, now };
        if run.first < number {
            cut.push(part(run.first, number - 1, None));
        }
        cut.push(part(number, number, Some(now)));
        if number < run.last {
            cut.push(part(number + 1, run.last, None));
        }
    }
    cut
}
