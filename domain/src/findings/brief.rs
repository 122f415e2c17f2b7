//! A finding in the few words that a verdict has room for: the cluster's own,
//! which no language changes.

use serde::{Deserialize, Serialize};

use super::{Cause, ConfigTrouble, Finding, ImageTrouble, Lack, StartTrouble};
use crate::board::{Board, Seen};
use crate::text::{shorten, visible};

/// Longest word, in characters: some are names out of the cluster.
const WORD_MAX: usize = 40;

/// Why, in a word, and on how many nodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Brief {
    /// Kubernetes' own word for it, as `ImagePullBackOff` or `Insufficient cpu`.
    pub word: String,
    /// On so many nodes; 0 where it is about the workload as a whole.
    pub nodes: u32,
}

/// What watching the nodes of a workload tells of its rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Of this object.
    pub uid: String,
    /// Of this generation of it.
    pub generation: i64,
    /// The most decisive finding; `None` where nothing is found.
    pub why: Option<Brief>,
    /// It holds the rollout up, and time will not cure it.
    pub holds: bool,
}

impl Told {
    /// What is told by findings.
    pub fn of(seen: &Seen<'_>, board: &Board, findings: &[Finding]) -> Self {
        let first = findings.first();
        Self {
            uid: seen.workload.uid.clone(),
            generation: seen.workload.generation,
            why: first.map(Finding::brief),
            holds: first.is_some_and(|finding| finding.holds(board)),
        }
    }

    /// Nobody watches any more.
    pub fn nothing(uid: String, generation: i64) -> Self {
        Self {
            uid,
            generation,
            why: None,
            holds: false,
        }
    }
}

impl Finding {
    /// In a few words.
    pub fn brief(&self) -> Brief {
        let word = self.cause.word();
        Brief {
            word: shorten(&visible(word.trim()), WORD_MAX).into_owned(),
            nodes: self.nodes.count,
        }
    }

    /// The rollout cannot come to its end as long as it stands: it is in the
    /// template, and so on each node to come, or the whole budget is used.
    fn holds(&self, board: &Board) -> bool {
        let everywhere = self.cause.is_of_template() || self.cause.is_of_workload();
        self.stands() && (everywhere || board.budget.is_spent())
    }
}

impl Cause {
    fn word(&self) -> String {
        let word = match self {
            Self::Deleting => "deletionTimestamp",
            Self::EmptySelector => "SelectingAll",
            Self::ControllerBehind { .. } => "observedGeneration",
            Self::WaitsForPerson => "OnDelete",
            Self::CannotCreate { .. } => "FailedCreate",
            Self::Image { why, .. } => match why {
                ImageTrouble::InvalidName => "InvalidImageName",
                ImageTrouble::NeverPull => "ErrImageNeverPull",
                _ => "ImagePullBackOff",
            },
            Self::Config { why, .. } => match why {
                ConfigTrouble::Command => "RunContainerError",
                _ => "CreateContainerConfigError",
            },
            Self::OutOfMemory { .. } => "OOMKilled",
            Self::Crash { .. } => "CrashLoopBackOff",
            Self::DeadNodes { .. } => "NodeNotReady",
            Self::Unschedulable { lacks } => match lacks.as_slice() {
                [] => "Pending",
                [Lack::Resource { name }] => return format!("Insufficient {name}"),
                [Lack::Pods] => "Too many pods",
                [Lack::Gate] => "SchedulingGated",
                _ => "Unschedulable",
            },
            Self::Refused { reason } => reason,
            Self::Evicted => "Evicted",
            Self::NeverEnds { .. } => "Terminating",
            Self::ClockSkew { .. } => "minReadySeconds",
            Self::SlowStart { why } => match why {
                StartTrouble::Volume => "FailedMount",
                StartTrouble::Network => "FailedCreatePodSandBox",
                StartTrouble::Unknown => "ContainerCreating",
            },
            Self::NotReady { .. } => "ContainersNotReady",
            Self::NodePressure { conditions } => {
                conditions.first().map_or("NodePressure", String::as_str)
            }
        };
        word.to_owned()
    }
}
