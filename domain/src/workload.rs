//! A workload with revisions, as the cluster holds it now.

use std::fmt;
use std::str::FromStr;

use crate::time::Time;
use serde::{Deserialize, Serialize};

use crate::note::Note;
use crate::owner::Owner;
use crate::selector::Selector;
use crate::template::Template;

/// Kinds whose history Rollbook reads.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub enum Kind {
    /// `apps/v1` DaemonSet.
    #[default]
    DaemonSet,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DaemonSet => f.write_str("DaemonSet"),
        }
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        match text {
            "DaemonSet" => Ok(Self::DaemonSet),
            _ => Err(UnknownKind),
        }
    }
}

/// The text names no kind that Rollbook reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a kind that Rollbook reads")]
pub struct UnknownKind;

/// Where a workload is found. The uid is part of the workload, not of the key:
/// a recreated workload has the same key and another uid.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Key {
    /// Namespace.
    pub namespace: String,
    /// Kind.
    #[serde(default)]
    pub kind: Kind,
    /// Name.
    pub name: String,
}

impl Key {
    /// A DaemonSet's key.
    pub fn daemon_set(namespace: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            namespace: namespace.into(),
            kind: Kind::DaemonSet,
            name: name.into(),
        }
    }
}

/// A number or a share of the desired nodes, as in `maxUnavailable`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Share {
    /// So many nodes.
    Nodes(u32),
    /// So many percent of the desired nodes.
    Percent(u32),
}

impl Share {
    /// How many of `desired` nodes; percentages are rounded up for both
    /// maxUnavailable and maxSurge (`daemonset_util.go`).
    pub fn of(self, desired: u32) -> u32 {
        match self {
            Self::Nodes(n) => n,
            Self::Percent(p) => {
                let nodes = (u64::from(desired) * u64::from(p)).div_ceil(100);
                u32::try_from(nodes).unwrap_or(u32::MAX)
            }
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nodes(n) => write!(f, "{n}"),
            Self::Percent(p) => write!(f, "{p}%"),
        }
    }
}

/// How a changed template reaches the nodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum UpdateStrategy {
    /// The controller replaces pods within a budget.
    RollingUpdate {
        /// Nodes that may be without an available pod.
        max_unavailable: Share,
        /// Nodes that may run old and new side by side.
        max_surge: Share,
    },
    /// A pod is replaced when somebody deletes it.
    OnDelete,
    /// A strategy this program does not know, by name.
    Other {
        /// `spec.updateStrategy.type`.
        name: String,
    },
}

/// How many nodes move at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AtATime {
    /// So many nodes are without an available pod at a time.
    Unavailable(u32),
    /// So many nodes run old and new side by side at a time.
    Surge(u32),
    /// Nothing moves by itself.
    None,
}

impl UpdateStrategy {
    /// The budget for `desired` nodes. Both shares resolving to 0 count as
    /// maxUnavailable 1 (DU updatedDesiredNodeCounts).
    pub fn at_a_time(&self, desired: u32) -> AtATime {
        match self {
            Self::RollingUpdate {
                max_unavailable,
                max_surge,
            } => match (max_surge.of(desired), max_unavailable.of(desired)) {
                (0, 0) => AtATime::Unavailable(1),
                (0, unavailable) => AtATime::Unavailable(unavailable),
                (surge, _) => AtATime::Surge(surge),
            },
            Self::OnDelete | Self::Other { .. } => AtATime::None,
        }
    }
}

/// Counters of the DaemonSet's status, in nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// `desiredNumberScheduled`: nodes that should run it.
    pub desired: u32,
    /// `currentNumberScheduled`: of those, nodes that have a pod.
    pub scheduled: u32,
    /// `updatedNumberScheduled`: nodes whose pod has the current template.
    pub updated: u32,
    /// `numberReady`.
    pub ready: u32,
    /// `numberAvailable`.
    pub available: u32,
    /// `numberMisscheduled`: nodes that should not run it but do.
    pub misscheduled: u32,
}

/// Who owns a part of the template, as `metadata.managedFields` has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Writer {
    /// Field manager.
    pub manager: String,
    /// When this manager last changed a field of the object (not necessarily
    /// of the template).
    pub at: Option<Time>,
}

/// A workload as the apiserver returned it.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Where it is found.
    pub key: Key,
    /// `metadata.uid`.
    pub uid: String,
    /// `metadata.generation`: rises with each change of the spec.
    pub generation: i64,
    /// `status.observedGeneration`.
    pub observed_generation: i64,
    /// `deprecated.daemonset.template.generation`: rises with each change of
    /// the template. Server-controlled.
    pub template_generation: Option<i64>,
    /// `metadata.creationTimestamp`.
    pub created_at: Time,
    /// `metadata.deletionTimestamp`.
    pub deleting_since: Option<Time>,
    /// `spec.selector`.
    pub selector: Selector,
    /// `spec.template`.
    pub template: Template,
    /// `spec.updateStrategy`.
    pub strategy: UpdateStrategy,
    /// `spec.minReadySeconds`.
    pub min_ready_seconds: u32,
    /// `spec.revisionHistoryLimit`.
    pub history_limit: u32,
    /// Counters of `status`.
    pub counts: Counts,
    /// Annotation `kubernetes.io/change-cause` of the workload itself. It may
    /// be the cause of an earlier template (semantics.md 5).
    pub change_cause: Option<String>,
    /// Carries `kubectl.kubernetes.io/last-applied-configuration`.
    pub applied: bool,
    /// What Rollbook wrote down at its last rollback, whatever came after.
    pub last_note: Option<Note>,
    /// Who manages it.
    pub owner: Option<Owner>,
    /// Who owns a part of the template, by `metadata.managedFields`. Whoever
    /// only took something away is not among them.
    pub writers: Vec<Writer>,
}

impl Workload {
    /// Has the controller handled the latest spec?
    pub fn observed(&self) -> bool {
        self.observed_generation >= self.generation
    }

    /// The latest of those who own a part of the template.
    pub fn writer(&self) -> Option<&Writer> {
        self.writers.iter().max_by_key(|writer| writer.at)
    }

    /// What Rollbook wrote down about the template that is live.
    pub fn note(&self) -> Option<&Note> {
        self.last_note
            .as_ref()
            .filter(|note| note.holds(&self.uid, self.template_generation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_round_up() {
        assert_eq!(Share::Percent(10).of(5000), 500);
        assert_eq!(Share::Percent(1).of(24), 1);
        assert_eq!(Share::Percent(0).of(24), 0);
        assert_eq!(Share::Percent(50).of(3), 2);
        assert_eq!(Share::Percent(u32::MAX).of(u32::MAX), u32::MAX);
        assert_eq!(Share::Nodes(3).of(1), 3);
    }

    #[test]
    fn a_budget_of_nothing_is_one_node() {
        let rolling = |unavailable, surge| UpdateStrategy::RollingUpdate {
            max_unavailable: unavailable,
            max_surge: surge,
        };
        let zero = Share::Nodes(0);
        assert_eq!(
            rolling(Share::Percent(0), zero).at_a_time(10),
            AtATime::Unavailable(1)
        );
        assert_eq!(
            rolling(Share::Nodes(3), zero).at_a_time(10),
            AtATime::Unavailable(3)
        );
        assert_eq!(
            rolling(zero, Share::Percent(25)).at_a_time(10),
            AtATime::Surge(3)
        );
        assert_eq!(UpdateStrategy::OnDelete.at_a_time(10), AtATime::None);
    }

    #[test]
    fn only_known_kinds_parse() {
        assert_eq!("DaemonSet".parse(), Ok(Kind::DaemonSet));
        assert_eq!("daemonset".parse::<Kind>(), Err(UnknownKind));
    }
}
