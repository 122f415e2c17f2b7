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
    /// Kubernetes' own word for it, where it has one, as `ImagePullBackOff` or `Insufficient cpu`.
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
    /// The finding that holds, or the most decisive one; `None` where nothing is found.
    pub why: Option<Brief>,
    /// It holds the rollout up, and time will not cure it.
    pub holds: bool,
}

impl Told {
    /// What is told by findings.
    pub fn of(seen: &Seen<'_>, board: &Board, findings: &[Finding]) -> Self {
        // A further trouble does not make the first one milder.
        let holds = findings.iter().find(|finding| finding.holds(seen, board));
        Self {
            uid: seen.workload.uid.clone(),
            generation: seen.workload.generation,
            why: holds.or(findings.first()).map(Finding::brief),
            holds: holds.is_some(),
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

    /// No further node finishes as long as it stands: the whole budget is used, or
    /// none is left but those that it is about. That somebody has to delete pods is
    /// a verdict of its own.
    fn holds(&self, seen: &Seen<'_>, board: &Board) -> bool {
        let counts = seen.workload.counts;
        let last = counts.updated >= counts.desired;
        let blocks = self.cause.is_of_workload() || board.budget.is_spent() || last;
        self.stands() && self.cause != Cause::WaitsForPerson && blocks
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
