//! The record: what ran when, who changed it and why, beyond what Kubernetes
//! keeps.
//!
//! ```text
//! watches ── look ──► writer ── facts ──► store (SQLite or PostgreSQL)
//!                     (observer)            │
//! pages  ◄──────────── timeline ◄───────────┘
//! ```

pub mod chores;
mod lead;
mod pending;
mod retaining;
pub mod store;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;

use app::cluster::Cluster;
use app::record::{Failure, Record, State};
use async_trait::async_trait;
use domain::record::Known;
use domain::record::changes::{Changes, Window};
use domain::record::images::Images;
use domain::record::kept::KeptTemplate;
use domain::record::then::{Ran, Reach};
use domain::record::timeline::{Timeline, timeline};
use domain::time::Time;
use domain::workload::Key;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::{Record as Place, Retention};
use crate::kube::Watching;
use store::{Scope, Store};
use writer::{Shared, Writer};

/// No record.
pub struct Off;

#[async_trait]
impl Record for Off {
    fn state(&self) -> State {
        State::Off
    }

    async fn timeline(
        &self,
        _: &Key,
        _: Option<&str>,
        _: Option<i64>,
        _: Time,
    ) -> Result<Option<Timeline>, Failure> {
        Err(Failure::Off)
    }

    async fn kept(&self, _: &Key, _: &str) -> Result<Option<KeptTemplate>, Failure> {
        Err(Failure::Off)
    }

    async fn then(&self, _: Time, _: Time) -> Result<(Vec<Ran>, Reach), Failure> {
        Err(Failure::Off)
    }

    async fn images(&self, _: &str, _: usize) -> Result<Images, Failure> {
        Err(Failure::Off)
    }

    async fn changes(&self, _: Window, _: Time) -> Result<Changes, Failure> {
        Err(Failure::Off)
    }
}

/// A record that is being written.
pub struct Kept {
    shared: Arc<Shared>,
    cluster: Arc<dyn Cluster>,
}

/// Starts writing, in the file of the cluster where no place is given. The handle
/// ends once all is written after a stop.
pub fn start(
    cluster: Arc<dyn Cluster>,
    watching: Watching,
    place: Option<Place>,
    retention: Retention,
    stop: CancellationToken,
) -> (Kept, JoinHandle<()>) {
    let shared = Arc::new(Shared::new());
    let writer = Writer {
        cluster: Arc::clone(&cluster),
        watching,
        place,
        retention,
        shared: Arc::clone(&shared),
    };
    (Kept { shared, cluster }, tokio::spawn(writer.run(stop)))
}

#[async_trait]
impl Record for Kept {
    fn state(&self) -> State {
        self.shared.state()
    }

    async fn timeline(
        &self,
        key: &Key,
        uid: Option<&str>,
        before: Option<i64>,
        now: Time,
    ) -> Result<Option<Timeline>, Failure> {
        let store = self.store()?;
        let mut lives = store.lives(key).await?;
        let wanted = |known: &Known| uid.is_none_or(|uid| known.uid == uid);
        let Some(at) = lives.iter().position(wanted) else {
            return Ok(None);
        };
        let known = lives.remove(at);
        let sources = store.sources(known, lives, before).await?;
        Ok(Some(timeline(&sources, now)))
    }

    async fn kept(&self, key: &Key, name: &str) -> Result<Option<KeptTemplate>, Failure> {
        self.store()?.kept(key, name).await
    }

    async fn then(&self, at: Time, now: Time) -> Result<(Vec<Ran>, Reach), Failure> {
        let store = self.store()?;
        Ok((store.then(at).await?, store.reach(at, now).await?))
    }

    async fn images(&self, query: &str, page: usize) -> Result<Images, Failure> {
        self.store()?.images(query, page).await
    }

    async fn changes(&self, window: Window, now: Time) -> Result<Changes, Failure> {
        self.store()?.changes(window, now).await
    }
}

impl Kept {
    fn store(&self) -> Result<Store, Failure> {
        let Some(store) = self.shared.store() else {
            return Err(match self.shared.state() {
                State::Behind(_, failure) | State::Closed(_, failure) => failure,
                _ => Failure::Opening,
            });
        };
        Ok(store.within(self.scope()))
    }

    /// The namespaces that this server may see now: what others wrote of the
    /// rest is not told.
    fn scope(&self) -> Scope {
        let limits = self.cluster.info().namespaces;
        if limits.is_empty() {
            return Scope::default();
        }
        let refused = self.cluster.missing();
        let refused = |name: &str| refused.iter().any(|m| m.namespace.as_deref() == Some(name));
        let seen = limits.iter().map(String::as_str);
        Scope::only(seen.filter(|name| !refused(name)))
    }
}

/// The file of a cluster's record in the person's state folder, where there is
/// one: `$XDG_STATE_HOME/rollbook`, else `~/.local/state/rollbook`.
pub fn default_file(cluster: &str) -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let state = match set("XDG_STATE_HOME").map(PathBuf::from) {
        Some(state) if state.is_absolute() => state,
        _ => PathBuf::from(set("HOME")?).join(".local/state"),
    };
    Some(state.join("rollbook").join(format!("{cluster}.db")))
}
