//! The answers, made from the fleet.

use std::hash::{DefaultHasher, Hasher};

use domain::diff::{Options, diff};
use domain::fleet::Entry;
use domain::history::history;
use domain::record::kept::KeptTemplate;
use domain::revision::Stored;
use domain::secrets;
use domain::status::status;
use domain::summary::summary;
use domain::template::Template;
use domain::workload::{AtATime, Key, UpdateStrategy};

use domain::health::Missing;

use super::{Beat, Comparison, Followed, Kept, LIVE, Noted, Revision, Side, Workload, Workloads};
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

impl Workload {
    /// What its open pages follow.
    pub fn followed(&self) -> Followed {
        let current = self.history.current();
        Followed {
            line: self.line.clone(),
            status: self.status.clone(),
            budget: self.budget(),
            note: self.note.as_ref().map(|note| Noted {
                generation: note.generation,
                to_revision: note.to_revision,
                reason: note.reason.clone(),
            }),
            back: current.is_some_and(|row| row.returned),
            created_at: current.map(|row| row.created_at),
            drawn: self.drawn(),
        }
    }

    fn budget(&self) -> (Option<u32>, String) {
        let at_a_time = match self.at_a_time {
            AtATime::Unavailable(n) | AtATime::Surge(n) => Some(n),
            AtATime::None => None,
        };
        let field = match (&self.strategy, self.at_a_time) {
            (UpdateStrategy::RollingUpdate { max_surge, .. }, AtATime::Surge(_)) => {
                format!("maxSurge {max_surge}")
            }
            (
                UpdateStrategy::RollingUpdate {
                    max_unavailable, ..
                },
                _,
            ) => format!("maxUnavailable {max_unavailable}"),
            (UpdateStrategy::OnDelete, _) => "OnDelete".to_owned(),
            (UpdateStrategy::Other { name }, _) => name.clone(),
        };
        (at_a_time, field)
    }

    /// Tells what its page draws of it and of its history from what it would draw
    /// of others. Two releases may tell it differently: that costs a look.
    pub fn drawn(&self) -> String {
        let reason = self.note.as_ref().map(|note| &note.reason);
        let line = &self.line;
        let numbers = (line.revision, line.from_revision);
        let strategy = (&self.strategy, self.at_a_time);
        let told = (&self.history, reason, numbers, strategy, &line.owner);
        let mut hasher = DefaultHasher::new();
        // A history is always JSON: it is sent as that.
        hasher.write(&serde_json::to_vec(&told).unwrap_or_default());
        format!("{:x}", hasher.finish())
    }
}

/// The workload itself, as last seen.
///
/// # Errors
/// As [`workload`].
pub fn entry(cluster: &dyn Cluster, key: &Key) -> Result<std::sync::Arc<Entry>, ApiError> {
    place(cluster, key)?;
    let found = cluster.fleet().entries.get(key).cloned();
    found.ok_or_else(|| no_workload(key))
}

/// Whether this server sees the workload's namespace: what is not in it, is
/// not there.
///
/// # Errors
/// When it does not, or the watches never gave a picture.
pub fn place(cluster: &dyn Cluster, key: &Key) -> Result<(), ApiError> {
    seen(cluster)?;
    // Half of a picture is none: without revisions there is no history.
    let refused = |missing: &Missing| missing.namespace.as_ref() == Some(&key.namespace);
    if let Some(missing) = cluster.missing().into_iter().find(refused) {
        return Err(ApiError::Forbidden { missing });
    }
    let limits = cluster.info().namespaces;
    if limits.is_empty() || limits.contains(&key.namespace) {
        Ok(())
    } else {
        Err(no_workload(key))
    }
}

fn no_workload(key: &Key) -> ApiError {
    ApiError::NoWorkload {
        kind: key.kind.to_string(),
        namespace: key.namespace.clone(),
        name: key.name.clone(),
    }
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
        uid: kept.workload.clone(),
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
    let entry = entry(cluster, key);
    let side = |name: &str| match kept.iter().find(|kept| kept.is_called(name)) {
        Some(kept) => {
            let side = Side {
                name: kept.digest.to_string(),
                revision: kept.number,
            };
            Ok((side, kept.template.clone()))
        }
        None => side(entry.as_ref().map_err(Clone::clone)?, key, name),
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

/// An empty picture must not read as an empty cluster; and who may not see what
/// is there may not see what was there.
///
/// # Errors
/// When the cluster refuses, or the watches never gave a picture.
pub fn seen(cluster: &dyn Cluster) -> Result<(), ApiError> {
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
