//! Workloads and ControllerRevisions, kept beyond their deletion.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Bounds, most, numbers};
use crate::template::Digest;
use crate::time::Time;
use crate::workload::Key;

/// Why a ControllerRevision went, by what its going left behind
/// (semantics.md 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Why {
    /// Fewer are left than the history limit keeps, and none holds its template:
    /// the controller deletes none of these.
    Deleted,
    /// Another one holds the same template under a higher number: of such the
    /// controller keeps one.
    Duplicate,
    /// As many are left as the history limit keeps, and it was the oldest, or nodes
    /// may still have run those that are older.
    Pruned,
}

/// One ControllerRevision, kept beyond its deletion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    /// uid of the ControllerRevision.
    pub uid: String,
    /// uid of the workload.
    pub workload: String,
    /// Its object name.
    pub name: String,
    /// `metadata.creationTimestamp`.
    pub created_at: Time,
    /// Template generation that it was created at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<i64>,
    /// Digest of its template; absent where it cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<Digest>,
    /// Its change cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Its numbers, each with the time it was first seen.
    pub numbers: BTreeMap<i64, Time>,
    /// When it was seen to come, or to come back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Time>,
    /// When it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone: Option<Bounds>,
    /// Why, where that can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
}

impl Kept {
    /// Takes in what another says of the same revision.
    pub fn join(&mut self, other: Self) {
        // A workload may take over what another one left.
        let last = (self.seen, &self.workload).max((other.seen, &other.workload));
        self.workload = last.1.clone();
        numbers(&mut self.numbers, other.numbers);
        self.seen = self.seen.max(other.seen);
        gone(&mut self.gone, other.gone, self.seen);
        most(&mut self.why, other.why);
        most(&mut self.template, other.template);
        most(&mut self.generation, other.generation);
        most(&mut self.cause, other.cause);
    }
}

/// One workload, kept beyond its deletion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Known {
    /// Its uid: one that is recreated under its name is another.
    pub uid: String,
    /// Where it was found.
    #[serde(flatten)]
    pub key: Key,
    /// `metadata.creationTimestamp`.
    pub created_at: Time,
    /// The template generation that it was created with, or the least that it can
    /// have been, where that is known: a manifest that was read from a cluster
    /// brings its own (RS `PrepareForCreate` sets 1 only where there is none).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<i64>,
    /// When it was seen to come, or to come back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Time>,
    /// When it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone: Option<Bounds>,
    /// Rollbook was watching when it was.
    #[serde(default)]
    pub seen_gone: bool,
    /// What the record no longer keeps of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forgotten: Option<Forgotten>,
}

/// The earlier part of a history that was removed, because it was older than
/// the record keeps or the record grew too large. It was there: that is
/// another thing than what nobody saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Forgotten {
    /// Periods of template generations below this are not kept.
    pub below: i64,
    /// The last of them had ended by then.
    pub until: Time,
}

impl Forgotten {
    fn join(&mut self, other: Self) {
        self.below = self.below.max(other.below);
        self.until = self.until.max(other.until);
    }
}

impl Known {
    /// One of which nothing is known but that it was created.
    pub fn new(uid: &str, key: Key, created_at: Time) -> Self {
        Self {
            uid: uid.to_owned(),
            key,
            created_at,
            first: None,
            seen: None,
            gone: None,
            seen_gone: false,
            forgotten: None,
        }
    }

    /// The template generation of its first period, as far as that is known.
    pub fn first(&self) -> i64 {
        self.first.unwrap_or(1)
    }

    /// Takes in what another says of the same workload.
    pub fn join(&mut self, other: Self) {
        self.seen = self.seen.max(other.seen);
        gone(&mut self.gone, other.gone, self.seen);
        self.seen_gone |= other.seen_gone;
        most(&mut self.first, other.first);
        match (self.forgotten.as_mut(), other.forgotten) {
            (Some(mine), Some(theirs)) => mine.join(theirs),
            (None, theirs) => self.forgotten = theirs,
            (Some(_), None) => {}
        }
    }
}

/// Two statements about one deletion narrow each other; of two that cannot be
/// about one, the later counts. What was seen since was not gone.
fn gone(mine: &mut Option<Bounds>, theirs: Option<Bounds>, seen: Option<Time>) {
    *mine = match (*mine, theirs) {
        (Some(a), Some(b)) if a.not_before <= b.not_after && b.not_before <= a.not_after => {
            let mut both = a;
            both.join(b);
            Some(both)
        }
        (Some(a), Some(b)) if a.not_after < b.not_after => Some(b),
        (a, b) => a.or(b),
    };
    mine.take_if(|gone| seen.is_some_and(|seen| gone.not_after < seen));
}
