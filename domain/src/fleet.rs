//! All workloads at one moment, and the line that each gets in a list.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::time::Time;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::history::{self, CurrentState};
use crate::ledger;
use crate::owner::Owner;
use crate::progress::{Moved, Pace, Progress};
use crate::revision::Revision;
use crate::template::ContainerImage;
use crate::verdict::{Verdict, verdict};
use crate::workload::{Counts, Key, Kind, Workload};

/// One workload with what belongs to it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The workload.
    pub workload: Workload,
    /// Its own revisions, in [`Revision::order`].
    pub revisions: Vec<Arc<Revision>>,
    /// uids of revisions that were its own and are there still: the controller
    /// releases those whose labels no longer match (semantics.md 1.1).
    pub released: BTreeSet<String>,
    /// What was seen of its rollout so far.
    pub progress: Progress,
    /// A rollout that has not moved for so long is stuck.
    pub stuck_after: SignedDuration,
}

impl Entry {
    /// Its revisions as the rules of `history` take them.
    pub fn own(&self) -> Vec<&Revision> {
        self.revisions.iter().map(AsRef::as_ref).collect()
    }

    /// The recorded current revision.
    pub fn current(&self) -> (CurrentState, Option<&Revision>) {
        history::current(&self.workload, &self.own())
    }

    /// The revision of that object name.
    pub fn revision(&self, name: &str) -> Option<&Revision> {
        self.revisions
            .iter()
            .map(AsRef::as_ref)
            .find(|r| r.name == name)
    }

    /// The verdict at `now`.
    pub fn verdict(&self, now: Time) -> Verdict {
        let back = self.going_back();
        verdict(&self.workload, &self.progress, back, self.stuck_after, now)
    }

    /// The current template had been current before.
    fn going_back(&self) -> bool {
        let own = self.own();
        let (_, current) = history::current(&self.workload, &own);
        let Some(current) = current else { return false };
        own.iter()
            .zip(ledger::numbers(&self.workload, &own, Some(current)))
            .any(|(r, number)| r.uid == current.uid && number.returned)
    }

    /// Its line in the list.
    pub fn line(&self, now: Time) -> Line {
        let workload = &self.workload;
        let (_, current) = self.current();
        let verdict = self.verdict(now);
        let rolling = matches!(
            verdict,
            Verdict::Stuck { .. }
                | Verdict::Slow { .. }
                | Verdict::Rolling { .. }
                | Verdict::RollingBack { .. }
        );
        let before = current.and_then(|current| {
            self.revisions
                .iter()
                .rev()
                .find(|r| r.number < current.number)
        });
        Line {
            namespace: workload.key.namespace.clone(),
            kind: workload.key.kind,
            name: workload.key.name.clone(),
            uid: workload.uid.clone(),
            verdict,
            revision: current.map(|r| r.number),
            from_revision: before.filter(|_| rolling).map(|r| r.number),
            images: workload.template.images().to_vec(),
            counts: workload.counts,
            created_at: workload.created_at,
            current_since: current.and_then(|r| history::current_since(workload, r)),
            moved_at: self.progress.moved_at,
            moved_by: self.progress.moved_by,
            started_at: self.progress.started_at.filter(|_| rolling),
            pace: self.progress.pace().filter(|_| rolling),
            change_cause: current.and_then(|r| r.change_cause.clone()),
            owner: workload.owner.clone(),
            generation: workload.generation,
        }
    }
}

/// One workload in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// Its namespace.
    pub namespace: String,
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Its uid.
    pub uid: String,
    /// The state it is in.
    pub verdict: Verdict,
    /// Number of the current revision; `null` while it is not recorded.
    pub revision: Option<i64>,
    /// While a rollout runs: the next lower number, which it most likely comes
    /// from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_revision: Option<i64>,
    /// Images of the live template.
    pub images: Vec<ContainerImage>,
    /// Counters of the status, in nodes.
    pub counts: Counts,
    /// When the workload was created.
    pub created_at: Time,
    /// Since when the live template is the current one, where the cluster
    /// tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_since: Option<Time>,
    /// When it last moved, as far as this server saw.
    pub moved_at: Time,
    /// What moved then.
    pub moved_by: Moved,
    /// While a rollout runs: when the spec was seen to change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// While a rollout runs: how fast nodes finish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pace: Option<Pace>,
    /// Change cause of the current revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_cause: Option<String>,
    /// Who manages it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// `metadata.generation`.
    pub generation: i64,
}

impl Line {
    /// Which workload.
    pub fn key(&self) -> Key {
        Key {
            namespace: self.namespace.clone(),
            kind: self.kind,
            name: self.name.clone(),
        }
    }
}

/// All workloads that the server may see.
#[derive(Clone, Debug, Default)]
pub struct Fleet {
    /// By key.
    pub entries: BTreeMap<Key, Arc<Entry>>,
}
