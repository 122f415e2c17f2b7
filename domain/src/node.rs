//! What is kept of a node: what placement asks for, and whether it is well.

use crate::pod::Truth;
use crate::selector::Labels;
use crate::time::Time;

/// Label that names the zone of a node.
pub const ZONE: &str = "topology.kubernetes.io/zone";

/// A node as the apiserver returned it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// `metadata.name`.
    pub name: String,
    /// `metadata.uid`: a node that comes back under its name has another.
    pub uid: String,
    /// All labels, for selectors may ask for any.
    pub labels: Labels,
    /// `spec.unschedulable`: somebody cordoned it.
    pub unschedulable: bool,
    /// `spec.taints`.
    pub taints: Vec<Taint>,
    /// Condition `Ready`.
    pub ready: NodeReady,
    /// Conditions of want that are True, as `MemoryPressure`, `DiskPressure`,
    /// `PIDPressure`.
    pub pressure: Vec<String>,
}

impl Node {
    /// Its zone, where it says one.
    pub fn zone(&self) -> Option<&str> {
        self.labels
            .get(ZONE)
            .map(String::as_str)
            .filter(|zone| !zone.is_empty())
    }

    /// Its kubelet answers and says that it is well.
    pub fn is_ready(&self) -> bool {
        self.ready.status == Truth::True
    }
}

/// A taint: pods that do not tolerate it stay away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taint {
    /// As `node.kubernetes.io/not-ready`.
    pub key: String,
    /// Often empty.
    pub value: String,
    /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
    pub effect: String,
}

/// The `Ready` condition of a node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeReady {
    /// Unknown when its kubelet has been silent for some 40 s.
    pub status: Truth,
    /// `lastTransitionTime`.
    pub since: Option<Time>,
    /// As `KubeletNotReady` or `NodeStatusUnknown`.
    pub reason: String,
    /// What the kubelet or the node controller said.
    pub message: String,
}
