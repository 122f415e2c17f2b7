//! What pages and programs are given: plain answers, made from the fleet.

use domain::fleet::Line;
use domain::health::Health;
use domain::history::History;
use domain::note::Note;
use domain::status::Status;
use domain::workload::{AtATime, UpdateStrategy, Writer};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The list of workloads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Workloads {
    /// The cluster's name.
    pub cluster: String,
    /// By the apiserver's clock.
    pub now: Timestamp,
    /// How fresh it is.
    pub health: Health,
    /// All workloads, by namespace and name.
    pub workloads: Vec<Line>,
}

/// One workload, for its pages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Workload {
    /// Its line in the list.
    pub line: Line,
    /// What kubectl would say.
    pub status: Status,
    /// Its revisions.
    pub history: History,
    /// How a changed template reaches the nodes.
    pub strategy: UpdateStrategy,
    /// How many nodes at a time.
    pub at_a_time: AtATime,
    /// `kubectl apply` manages it.
    pub applied: bool,
    /// What Rollbook wrote down at its last rollback, if it still holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// Who wrote the template last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writer: Option<Writer>,
}

/// What changed in a list since the last time, for the live stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delta {
    /// New and changed lines.
    pub changed: Vec<Line>,
    /// uids of workloads that are gone.
    pub removed: Vec<String>,
    /// By the apiserver's clock.
    pub now: Timestamp,
}

/// The state of the connection, sent on each change and as a heartbeat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Beat {
    /// How fresh the server's picture is.
    pub health: Health,
    /// By the apiserver's clock.
    pub now: Timestamp,
}

#[cfg(feature = "ssr")]
mod make {
    use domain::fleet::Entry;
    use domain::history::history;
    use domain::status::status;
    use domain::workload::Key;

    use super::{Beat, Timestamp, Workload, Workloads};
    use crate::cluster::Cluster;
    use crate::error::ApiError;

    /// The list, as it is now.
    ///
    /// # Errors
    /// When the watches never gave a picture.
    pub fn workloads(cluster: &dyn Cluster) -> Result<Workloads, ApiError> {
        seen(cluster)?;
        let now = cluster.now();
        Ok(Workloads {
            cluster: cluster.info().name,
            now,
            health: cluster.health(),
            workloads: cluster
                .fleet()
                .entries
                .values()
                .map(|entry| entry.line(now))
                .collect(),
        })
    }

    /// One workload, as it is now.
    ///
    /// # Errors
    /// When there is none, or the watches never gave a picture.
    pub fn workload(cluster: &dyn Cluster, key: &Key) -> Result<Workload, ApiError> {
        let entry = entry(cluster, key)?;
        let workload = &entry.workload;
        Ok(Workload {
            line: entry.line(cluster.now()),
            status: status(workload),
            history: history(workload, &entry.own()),
            strategy: workload.strategy.clone(),
            at_a_time: workload.strategy.at_a_time(workload.counts.desired),
            applied: workload.applied,
            note: workload.note.clone(),
            writer: workload.writer.clone(),
        })
    }

    /// The workload itself, as last seen.
    ///
    /// # Errors
    /// As [`workload`].
    pub fn entry(
        cluster: &dyn Cluster,
        key: &Key,
    ) -> Result<std::sync::Arc<Entry>, ApiError> {
        seen(cluster)?;
        cluster
            .fleet()
            .entries
            .get(key)
            .cloned()
            .ok_or_else(|| ApiError::NoWorkload {
                kind: key.kind.to_string(),
                namespace: key.namespace.clone(),
                name: key.name.clone(),
            })
    }

    /// The state of the connection, as it is now.
    pub fn beat(cluster: &dyn Cluster) -> Beat {
        Beat {
            health: cluster.health(),
            now: cluster.now(),
        }
    }

    /// An empty picture must not read as an empty cluster.
    fn seen(cluster: &dyn Cluster) -> Result<(), ApiError> {
        use domain::health::Health;
        match cluster.health() {
            Health::Starting => Err(ApiError::NotReady {
                words: "the first answer is awaited".into(),
            }),
            Health::Refused { missing } => Err(ApiError::Forbidden { missing }),
            Health::Stale { words, .. } if cluster.fleet().entries.is_empty() => {
                Err(ApiError::NotReady { words })
            }
            Health::Stale { .. } | Health::Live => Ok(()),
        }
    }
}

#[cfg(feature = "ssr")]
pub use make::{beat, entry, workload, workloads};
