//! The causes, what each asks of a person, and which is told first.

use serde::{Deserialize, Serialize};

use super::lack::Lack;
use super::words::{ConfigTrouble, ImageTrouble, Refusal, StartTrouble};

/// Why a rollout, or a node of it, does not come to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Cause {
    /// The workload is being deleted: its controller does not act on it.
    Deleting,
    /// The selector is empty: the controller does nothing rather than take all
    /// pods (event `SelectingAll`).
    EmptySelector,
    /// The controller has not handled the latest spec.
    ControllerBehind {
        /// `metadata.generation`.
        generation: i64,
        /// `status.observedGeneration`.
        observed: i64,
    },
    /// Nothing replaces old pods by itself, as with OnDelete.
    WaitsForPerson,
    /// The apiserver refuses to create pods.
    CannotCreate {
        /// Why.
        why: Refusal,
    },
    /// An image cannot be had.
    Image {
        /// Of this container.
        container: String,
        /// Why.
        why: ImageTrouble,
    },
    /// A container cannot be made from what the template says.
    Config {
        /// This container.
        container: String,
        /// Why.
        why: ConfigTrouble,
    },
    /// A container used more memory than its limit.
    OutOfMemory {
        /// This container.
        container: String,
    },
    /// A container ends again and again.
    Crash {
        /// This container.
        container: String,
        /// Exit code of the last end, where it is kept.
        exit_code: Option<i32>,
    },
    /// Not ready nodes.
    DeadNodes {
        /// They alone use the whole budget: no other node can move. A comment
        /// in the controller claims the contrary (semantics.md 7.5).
        blocks: bool,
    },
    /// The scheduler does not give the pod to its node.
    Unschedulable {
        /// What is missing, as far as the scheduler says; empty where it says
        /// nothing.
        lacks: Vec<Lack>,
    },
    /// The kubelet refused the pod, or ended it.
    Refused {
        /// `status.reason` of the pod, as `OutOfcpu`.
        reason: String,
    },
    /// The kubelet evicted the pod because the node ran short of something.
    Evicted,
    /// A pod was told to end, and is there after its time.
    NeverEnds {
        /// These finalizers hold it.
        finalizers: Vec<String>,
    },
    /// With minReadySeconds, clocks that differ delay availability.
    ClockSkew {
        /// Whose clock is wrong.
        clock: Clock,
    },
    /// A pod is being started for a long time.
    SlowStart {
        /// Why.
        why: StartTrouble,
    },
    /// A container runs, and is not ready.
    NotReady {
        /// This container, where the pod says which.
        container: Option<String>,
    },
    /// The node runs short of something.
    NodePressure {
        /// Conditions, as `MemoryPressure`.
        conditions: Vec<String>,
    },
}

/// A clock that is not the apiserver's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Clock {
    /// The node's is ahead: its pods became ready in the future.
    Node,
    /// The controller's is behind: pods that are available by the apiserver's
    /// clock are not counted.
    Controller,
}

/// What a person can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Next {
    /// Nothing; or see which finalizer holds the workload.
    LetItGo,
    /// Give it a selector; it cannot be changed, so make it anew.
    Recreate,
    /// Look whether kube-controller-manager runs.
    CheckController,
    /// Delete the old pods, one by one.
    DeleteOldPods,
    /// Raise the quota, or use less of it.
    RaiseQuota,
    /// Follow the policy, or change it.
    MeetPolicy,
    /// Repair the admission webhook that does not answer.
    RepairWebhook,
    /// Create the object that the template names.
    CreateMissing,
    /// Change the template.
    ChangeTemplate,
    /// Correct the image's name or tag, or push it.
    CheckImageName,
    /// Give the nodes the right to pull.
    GiveRegistryAccess,
    /// See whether nodes reach the registry.
    CheckRegistry,
    /// Raise the memory limit, or use less.
    RaiseMemoryLimit,
    /// Read the log of the container's last run.
    ReadPreviousLog,
    /// Repair the nodes, or remove them from the cluster.
    RepairOrRemoveNodes,
    /// Make room on the nodes, or ask for less.
    MakeRoom,
    /// Tolerate the taint, or take it away.
    Tolerate,
    /// Look whether a scheduler runs, and what gates the pod has.
    CheckScheduler,
    /// Look at the node and its kubelet.
    CheckNode,
    /// See who should remove the finalizer.
    CheckFinalizers,
    /// Set the clocks.
    SetClocks,
    /// Look at volumes and their drivers.
    CheckVolumes,
    /// Look at the network plugin of the node.
    CheckNetwork,
    /// Look at the readiness probe and what it asks.
    CheckProbe,
}

impl Cause {
    /// Time will not cure it. A quota, room on a node, a registry or a crash
    /// may come right by themselves; what a template says does not.
    pub fn stands(&self) -> bool {
        match self {
            Self::Deleting
            | Self::EmptySelector
            | Self::WaitsForPerson
            | Self::OutOfMemory { .. } => true,
            Self::CannotCreate { why } => {
                !matches!(why, Refusal::Quota | Refusal::WebhookDown | Refusal::Other)
            }
            Self::Image { why, .. } => !matches!(
                why,
                ImageTrouble::Unreachable | ImageTrouble::RateLimited | ImageTrouble::Other
            ),
            Self::Config { why, .. } => *why != ConfigTrouble::Other,
            Self::NeverEnds { finalizers } => !finalizers.is_empty(),
            _ => false,
        }
    }

    /// Another template would not have it, so going back to one that worked is
    /// a way out.
    pub fn is_of_template(&self) -> bool {
        match self {
            Self::CannotCreate { why } => !matches!(why, Refusal::Quota | Refusal::WebhookDown),
            Self::Image { why, .. } => *why != ImageTrouble::RateLimited,
            Self::Config { .. }
            | Self::OutOfMemory { .. }
            | Self::Crash { .. }
            | Self::Unschedulable { .. }
            | Self::NotReady { .. } => true,
            _ => false,
        }
    }

    /// That something went wrong, and not what.
    pub(super) fn is_vague(&self) -> bool {
        matches!(
            self,
            Self::Image {
                why: ImageTrouble::Other,
                ..
            } | Self::Config {
                why: ConfigTrouble::Other,
                ..
            }
        )
    }

    /// It says what went wrong where the vague one only says that something did.
    pub(super) fn says_more(&self, vague: &Self) -> bool {
        match (self, vague) {
            (Self::Image { container, .. }, Self::Image { container: of, .. })
            | (Self::Config { container, .. }, Self::Config { container: of, .. }) => {
                container == of
            }
            _ => false,
        }
    }

    /// It is about the workload as a whole.
    pub(super) fn is_of_workload(&self) -> bool {
        matches!(
            self,
            Self::Deleting
                | Self::EmptySelector
                | Self::ControllerBehind { .. }
                | Self::WaitsForPerson
                | Self::DeadNodes { blocks: true }
        )
    }

    /// What a person can do about it.
    pub(super) fn next(&self) -> Next {
        match self {
            Self::Deleting => Next::LetItGo,
            Self::EmptySelector => Next::Recreate,
            Self::ControllerBehind { .. } => Next::CheckController,
            Self::WaitsForPerson => Next::DeleteOldPods,
            Self::CannotCreate { why } => why.next(),
            Self::Image { why, .. } => why.next(),
            Self::Config { why, .. } => why.next(),
            Self::OutOfMemory { .. } => Next::RaiseMemoryLimit,
            Self::Crash { .. } => Next::ReadPreviousLog,
            Self::DeadNodes { .. } => Next::RepairOrRemoveNodes,
            Self::Unschedulable { lacks } => lacks.first().map_or(Next::CheckScheduler, Lack::next),
            Self::Refused { .. } | Self::NodePressure { .. } => Next::CheckNode,
            Self::Evicted => Next::MakeRoom,
            Self::NeverEnds { finalizers } if finalizers.is_empty() => Next::CheckNode,
            Self::NeverEnds { .. } => Next::CheckFinalizers,
            Self::ClockSkew { .. } => Next::SetClocks,
            Self::SlowStart { why } => why.next(),
            Self::NotReady { .. } => Next::CheckProbe,
        }
    }
}
