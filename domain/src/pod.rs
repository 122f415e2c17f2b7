//! What is kept of a pod: enough to say what state its node is in and why, and
//! no more, for five thousand of them are held at once (1 KiB each or less).

use std::cmp::Ordering;

use jiff::SignedDuration;
use serde_json::Value;

use crate::text::shorten;
use crate::time::Time;

mod trouble;

pub use trouble::{Container, Exit, Trouble, Waiting};

/// Longest message that is kept, in characters.
const MESSAGE_MAX: usize = 400;

/// A pod of a DaemonSet as the apiserver returned it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pod {
    /// `metadata.name`.
    pub name: String,
    /// `metadata.uid`.
    pub uid: String,
    /// Uid of its controller reference: whose pod it is.
    pub controller_uid: String,
    /// Label `controller-revision-hash`.
    pub hash: Option<String>,
    /// Label `pod-template-generation`, see [`generation`].
    pub template_generation: Option<i64>,
    /// The node it is on or meant for, see [`target_node`].
    pub node: Option<String>,
    /// `spec.nodeName` is set: a scheduler gave it to that node.
    pub bound: bool,
    /// `status.phase`.
    pub phase: Phase,
    /// `metadata.creationTimestamp`.
    pub created_at: Time,
    /// Somebody asked for its deletion.
    pub deletion: Option<Deletion>,
    /// `metadata.finalizers`: it does not go before they are gone.
    pub finalizers: Vec<String>,
    /// Condition `Ready`.
    pub ready: Option<Ready>,
    /// Condition `PodScheduled`, where it is False.
    pub unscheduled: Option<Box<Unscheduled>>,
    /// `status.reason` and `status.message`, of a pod that failed.
    pub failed: Option<Box<Failed>>,
    /// Sum of `restartCount` of its containers.
    pub restarts: u32,
    /// The first of its containers that is not as it should be.
    pub trouble: Option<Box<Trouble>>,
}

/// `status.phase`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Not all containers were started.
    Pending,
    /// Bound, and at least one container runs or is started again.
    Running,
    /// All containers ended well and are not started again.
    Succeeded,
    /// All containers ended, one of them badly, or the kubelet refused it.
    Failed,
    /// Anything else, also none.
    #[default]
    Unknown,
}

impl From<&str> for Phase {
    fn from(text: &str) -> Self {
        match text {
            "Pending" => Self::Pending,
            "Running" => Self::Running,
            "Succeeded" => Self::Succeeded,
            "Failed" => Self::Failed,
            _ => Self::Unknown,
        }
    }
}

/// `status` of a condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not.
    False,
    /// Nobody knows, as when the kubelet is silent.
    #[default]
    Unknown,
}

impl From<&str> for Truth {
    fn from(text: &str) -> Self {
        match text {
            "True" => Self::True,
            "False" => Self::False,
            _ => Self::Unknown,
        }
    }
}

/// The `Ready` condition of a pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ready {
    /// Is it?
    pub status: Truth,
    /// `lastTransitionTime`, by the clock of the node.
    pub since: Option<Time>,
    /// Why, as `ContainersNotReady`.
    pub reason: Option<String>,
}

/// Why a pod has no node yet (condition `PodScheduled` False).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unscheduled {
    /// `Unschedulable`, `SchedulingGated`, `SchedulerError`.
    pub reason: String,
    /// What the scheduler said, see [`kept`].
    pub message: String,
    /// `lastTransitionTime`.
    pub since: Option<Time>,
}

/// What a failed pod says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failed {
    /// `status.reason`, as `Evicted` or `OutOfcpu`.
    pub reason: String,
    /// `status.message`, see [`kept`].
    pub message: String,
}

/// Somebody asked for the deletion of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// `metadata.deletionTimestamp`. It lies ahead: the moment of the request
    /// plus the grace period (apiserver `rest/delete.go`).
    pub deadline: Time,
    /// `metadata.deletionGracePeriodSeconds`.
    pub grace_seconds: u32,
}

impl Deletion {
    /// When it was asked for.
    pub fn since(self) -> Time {
        self.deadline
            .after(-SignedDuration::from_secs(self.grace_seconds.into()))
    }
}

impl Pod {
    /// Has the template that is live (DX `IsPodUpdated`): by hash **or** by
    /// template generation, for hashes change when the API does.
    pub fn is_updated(&self, hash: Option<&str>, template_generation: Option<i64>) -> bool {
        let by_hash =
            hash.is_some_and(|hash| !hash.is_empty() && self.hash.as_deref() == Some(hash));
        let by_generation =
            template_generation.is_some() && self.template_generation == template_generation;
        by_hash || by_generation
    }

    /// Condition `Ready` is True.
    pub fn is_ready(&self) -> bool {
        self.ready.as_ref().is_some_and(|r| r.status == Truth::True)
    }

    /// Since when it counts as available, whether that is past or to come;
    /// `None` where it is not ready or the time is not known.
    pub fn available_from(&self, min_ready_seconds: u32) -> Option<Time> {
        let ready = self.ready.as_ref().filter(|r| r.status == Truth::True)?;
        let span = SignedDuration::from_secs(min_ready_seconds.into());
        Some(ready.since?.after(span))
    }

    /// Ready for as long as minReadySeconds ask (PA `IsPodAvailable`). Phase
    /// and deletion are not looked at; without minReadySeconds no time is.
    pub fn is_available(&self, min_ready_seconds: u32, now: Time) -> bool {
        if min_ready_seconds == 0 {
            return self.is_ready();
        }
        self.available_from(min_ready_seconds)
            .is_some_and(|from| from <= now)
    }

    /// It ended and will not run again.
    pub fn is_terminal(&self) -> bool {
        matches!(self.phase, Phase::Failed | Phase::Succeeded)
    }

    /// Its containers are being made for the first time, or nobody has looked
    /// at it yet.
    pub fn is_starting(&self) -> bool {
        let waits = self.trouble.as_ref().is_some_and(|t| t.waiting.is_some());
        !self.is_terminal() && (waits || self.phase == Phase::Pending)
    }

    /// The controller takes it as gone already (DC getNodesToDaemonPods).
    pub fn is_gone(&self) -> bool {
        self.is_terminal() && self.deletion.is_some()
    }

    /// The order in which the controller looks at pods of one node: bound ones
    /// first, then the oldest, then by name (DC podByCreationTimestampAndPhase).
    pub fn order(&self, other: &Self) -> Ordering {
        other
            .bound
            .cmp(&self.bound)
            .then_with(|| self.created_at.cmp(&other.created_at))
            .then_with(|| self.name.cmp(&other.name))
    }
}

/// The value of the label `pod-template-generation`. The controller compares
/// texts, so only the text that the number would be written as counts.
pub fn generation(label: &str) -> Option<i64> {
    label.parse().ok().filter(|n: &i64| n.to_string() == label)
}

/// The node a pod is on or meant for (DX `GetTargetNodeName`): `spec.nodeName`,
/// else what the required node affinity names. `affinity` is `spec.affinity`.
pub fn target_node(node_name: Option<&str>, affinity: Option<&Value>) -> Option<String> {
    if let Some(name) = node_name.filter(|name| !name.is_empty()) {
        return Some(name.to_owned());
    }
    let terms = affinity?
        .pointer("/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms")?
        .as_array()?;
    let by_name = terms
        .iter()
        .filter_map(|term| term.get("matchFields")?.as_array())
        .flatten()
        .find(|field| {
            let is = |key: &str, value: &str| field.get(key).is_some_and(|v| v == value);
            is("key", "metadata.name") && is("operator", "In")
        })?;
    match by_name.get("values")?.as_array()?.as_slice() {
        [name] => name.as_str().map(ToOwned::to_owned),
        _ => None,
    }
}

/// A message as it is kept: cut to a bounded length.
pub fn kept(message: &str) -> String {
    shorten(message, MESSAGE_MAX).into_owned()
}

#[cfg(test)]
pub(crate) mod tests;
