//! What pages and programs are given: plain answers, made from the fleet.

use domain::diff::Diff;
use domain::fleet::Line;
use domain::health::{Health, Missing};
use domain::history::{History, Row};
use domain::note::Note;
use domain::record::then::Ran;
use domain::status::Status;
use domain::summary::Change;
use domain::template::Digest;
use domain::time::Time;
use domain::workload::{AtATime, UpdateStrategy};
use serde::{Deserialize, Serialize};

/// The list of workloads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Workloads {
    /// The cluster's name.
    pub cluster: String,
    /// By the apiserver's clock.
    pub now: Time,
    /// How fresh it is.
    pub health: Health,
    /// All workloads, by namespace and name.
    pub workloads: Vec<Line>,
    /// What the cluster does not let this server see beside them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
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
}

impl Workload {
    /// The live template had been current before.
    pub fn is_back(&self) -> bool {
        self.history.current().is_some_and(|row| row.returned)
    }
}

/// One revision with its template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Revision {
    /// Its row in the history.
    #[serde(flatten)]
    pub row: Row,
    /// The pod template; absent where it cannot be read. Values that look like
    /// secrets are hidden unless they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<serde_json::Value>,
    /// How many values are hidden.
    pub hidden: usize,
    /// The raw `data`, where it cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
}

/// A template that the record kept beyond its ControllerRevision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    /// Its digest.
    pub digest: Digest,
    /// The last number that it was seen under.
    pub revision: Option<i64>,
    /// The ControllerRevision that held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The pod template. Values that look like secrets are hidden unless they
    /// were asked for.
    pub template: serde_json::Value,
    /// How many values are hidden.
    pub hidden: usize,
}

/// A side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Side {
    /// ControllerRevision, `live`, or the digest of a template from the record.
    pub name: String,
    /// Its number; for `live` that of the current revision, if it is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<i64>,
}

/// What changes from one template to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The earlier side.
    pub from: Side,
    /// The later side.
    pub to: Side,
    /// What one would say aloud.
    pub changes: Vec<Change>,
    /// Line by line.
    pub diff: Diff,
}

/// What an island starts with. Only the server ever writes it; without the code
/// for it the browser's module is smaller by 4 kB.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct Given<T>(pub T);

impl<T: Serialize> Serialize for Given<T> {
    #[cfg(feature = "ssr")]
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }

    #[cfg(not(feature = "ssr"))]
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

pub use domain::diff::Options as DiffOptions;

/// The name of the live template where a revision is asked for.
pub const LIVE: &str = "live";

/// What changed in a list since the last time, for the live stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delta {
    /// New and changed lines.
    pub changed: Vec<Line>,
    /// uids of workloads that are gone.
    pub removed: Vec<String>,
    /// By the apiserver's clock.
    pub now: Time,
}

/// What every workload ran at a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Then {
    /// The moment.
    pub at: Time,
    /// By namespace and name.
    pub workloads: Vec<ThenLine>,
}

/// What one workload ran, and whether that is what it runs now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ThenLine {
    /// What it ran.
    #[serde(flatten)]
    pub ran: Ran,
    /// It has this very template now; `null` where the workload is no more, or
    /// its template then is not known.
    pub same_now: Option<bool>,
    /// The workload is still there.
    pub there: Option<bool>,
    /// The ControllerRevision that held it is still in the cluster.
    pub in_cluster: bool,
}

/// The state of the connection, sent on each change and as a heartbeat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Beat {
    /// How fresh the server's picture is.
    pub health: Health,
    /// By the apiserver's clock.
    pub now: Time,
}

#[cfg(feature = "ssr")]
mod make {
    use domain::diff::{Options, diff};
    use domain::fleet::Entry;
    use domain::history::history;
    use domain::record::kept::KeptTemplate;
    use domain::revision::Stored;
    use domain::secrets;
    use domain::status::status;
    use domain::summary::summary;
    use domain::template::Template;
    use domain::workload::Key;

    use domain::health::Missing;

    use super::{Beat, Comparison, Kept, LIVE, Revision, Side, Workload, Workloads};
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
            missing: cluster.missing(),
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
            note: workload.note().cloned(),
        })
    }

    /// The workload itself, as last seen.
    ///
    /// # Errors
    /// As [`workload`].
    pub fn entry(cluster: &dyn Cluster, key: &Key) -> Result<std::sync::Arc<Entry>, ApiError> {
        seen(cluster)?;
        // Half of a picture is none: without revisions there is no history.
        let refused = |missing: &Missing| missing.namespace.as_ref() == Some(&key.namespace);
        if let Some(missing) = cluster.missing().into_iter().find(refused) {
            return Err(ApiError::Forbidden { missing });
        }
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

    /// One revision.
    ///
    /// # Errors
    /// As [`workload`], and when there is no such revision.
    pub fn revision(
        cluster: &dyn Cluster,
        key: &Key,
        name: &str,
        reveal: bool,
    ) -> Result<Revision, ApiError> {
        let entry = entry(cluster, key)?;
        let none = || no_revision(key, name);
        let found = entry.revision(name).ok_or_else(none)?;
        let row = history(&entry.workload, &entry.own())
            .revisions
            .into_iter()
            .find(|row| row.name == name)
            .ok_or_else(none)?;
        let (template, hidden, raw) = match &found.stored {
            Stored::Template(template) => {
                let (shown, hidden) = shown(template, reveal);
                (Some(shown), hidden, None)
            }
            Stored::Unreadable { raw, .. } => (None, 0, Some(raw.to_string())),
        };
        Ok(Revision {
            row,
            template,
            hidden,
            raw,
        })
    }

    fn shown(template: &Template, reveal: bool) -> (serde_json::Value, usize) {
        let value = template.value();
        if reveal {
            return (value, 0);
        }
        let hidden = secrets::hidden_pointers(&value).len();
        (secrets::masked(&value), hidden)
    }

    /// A template that the record kept.
    pub fn kept(kept: &KeptTemplate, reveal: bool) -> Kept {
        let (template, hidden) = shown(&kept.template, reveal);
        Kept {
            digest: kept.digest,
            revision: kept.number,
            name: kept.name.clone(),
            template,
            hidden,
        }
    }

    /// What changes between two revisions, the live template, or templates that
    /// the record `kept`.
    ///
    /// # Errors
    /// As [`revision`], and when one of them cannot be read.
    pub fn comparison(
        cluster: &dyn Cluster,
        key: &Key,
        from: &str,
        to: &str,
        kept: &[KeptTemplate],
        options: Options,
    ) -> Result<Comparison, ApiError> {
        let entry = entry(cluster, key)?;
        let side = |name: &str| match kept.iter().find(|kept| kept.is_called(name)) {
            Some(kept) => {
                let side = Side {
                    name: kept.digest.to_string(),
                    revision: kept.number,
                };
                Ok((side, kept.template.clone()))
            }
            None => side(&entry, key, name),
        };
        let ((from, a), (to, b)) = (side(from)?, side(to)?);
        let (a, b) = (a.value(), b.value());
        Ok(Comparison {
            from,
            to,
            changes: summary(&a, &b),
            diff: diff(&a, &b, options),
        })
    }

    fn side(entry: &Entry, key: &Key, name: &str) -> Result<(Side, Template), ApiError> {
        if name == LIVE {
            let side = Side {
                name: LIVE.to_owned(),
                revision: entry.current().1.map(|r| r.number),
            };
            return Ok((side, entry.workload.template.clone()));
        }
        let found = entry.revision(name).ok_or_else(|| no_revision(key, name))?;
        match &found.stored {
            Stored::Template(template) => {
                let side = Side {
                    name: name.to_owned(),
                    revision: Some(found.number),
                };
                Ok((side, template.clone()))
            }
            Stored::Unreadable { reason, .. } => Err(ApiError::Unreadable {
                revision: name.to_owned(),
                problem: reason.clone(),
            }),
        }
    }

    fn no_revision(key: &Key, name: &str) -> ApiError {
        ApiError::NoRevision {
            name: key.name.clone(),
            revision: name.to_owned(),
        }
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
            Health::Refused { missing } => Err(ApiError::Forbidden { missing }),
            _ if cluster.complete() => Ok(()),
            Health::Stale { words, .. } => Err(ApiError::NotReady { words }),
            Health::Starting | Health::Live => Err(ApiError::NotReady {
                words: String::new(),
            }),
        }
    }
}

#[cfg(feature = "ssr")]
pub use make::{beat, comparison, entry, kept, revision, workload, workloads};
