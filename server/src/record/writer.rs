//! The one that writes: it follows what the watches see, keeps what is not
//! written yet, and tries again until it is.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::cluster::Cluster;
use app::record::{Failure, State};
use domain::record::Fact;
use domain::record::book::Book;
use domain::record::observer::Observer;
use jiff::SignedDuration;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::store::Store;
use crate::config::Record as Place;
use crate::kube::{Look, random_id};

/// Time between two writes, and between two looks at the cluster's health.
const EVERY: Duration = Duration::from_millis(250);
/// Time between two signs that all is still fresh: the ends of a gap are told
/// as exactly as this.
const BEAT: Duration = Duration::from_secs(5);
/// A watch that broke or hangs is noticed within so long (the silence of a watch
/// and a second): only what is older is certain.
const PROOF: SignedDuration = SignedDuration::from_secs(8);
/// Wait before a database that failed is tried again.
const AGAIN: Duration = Duration::from_secs(2);

/// What the writer and its readers share.
pub struct Shared {
    state: Mutex<State>,
    store: Mutex<Option<Store>>,
}

impl Shared {
    /// Not open yet.
    pub fn new() -> Self {
        Self {
            state: Mutex::new(State::Opening),
            store: Mutex::new(None),
        }
    }

    /// How it fares.
    pub fn state(&self) -> State {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.clone()
    }

    /// The open database.
    pub fn store(&self) -> Option<Store> {
        let store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        store.clone()
    }

    fn becomes(&self, next: State) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match (&*state, &next) {
            (State::Behind(..), State::Behind(..)) => {}
            (_, State::Behind(_, failure)) => tracing::warn!(%failure, "the record is behind"),
            (State::Behind(..), State::Fine) => tracing::info!("the record is up to date again"),
            _ => {}
        }
        *state = match (&*state, next) {
            // Since when stays.
            (State::Behind(since, _), State::Behind(_, failure)) => State::Behind(*since, failure),
            (_, next) => next,
        };
    }
}

/// Writes until it is stopped, and what is left then once more.
pub struct Writer {
    /// The cluster that is seen.
    pub cluster: Arc<dyn Cluster>,
    /// What its watches see.
    pub looks: mpsc::UnboundedReceiver<Look>,
    /// Where to.
    pub place: Option<Place>,
    /// Who reads.
    pub shared: Arc<Shared>,
}

impl Writer {
    /// Runs until it is stopped.
    pub async fn run(mut self, stop: CancellationToken) {
        let Some((store, before, dropped)) = self.open(&stop).await else {
            return;
        };
        let mut observer = Observer::resume(before);
        if dropped {
            self.begin(&mut observer);
        }
        *self
            .shared
            .store
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(store.clone());
        let mut pending = Book::default();
        let (mut tick, mut beaten, mut again) = (interval(EVERY), None, None);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                look = self.looks.recv() => match look {
                    Some(look) => self.look(&mut observer, look),
                    None => break,
                },
                _ = tick.tick() => {
                    // What is seen already comes before any sign of freshness.
                    self.drain(&mut observer);
                    self.beat(&mut observer, &mut beaten);
                    pending.write(observer.take());
                    if again.is_none_or(|at| Instant::now() >= at) {
                        again = self.write(&store, &mut pending).await.err().map(|()| Instant::now() + AGAIN);
                    }
                }
            }
        }
        self.drain(&mut observer);
        pending.write(observer.take());
        let _ = self.write(&store, &mut pending).await;
    }

    /// The namespaces that are seen right now; all, where none is named.
    fn sees(&self) -> Vec<String> {
        let mut namespaces = self.cluster.info().namespaces;
        let missing = self.cluster.missing();
        let refused = |own: &String| missing.iter().any(|m| m.namespace.as_ref() == Some(own));
        namespaces.retain(|own| !refused(own));
        namespaces
    }

    /// What is there when the record is open at last: what was seen meanwhile is
    /// not known one by one any more.
    fn begin(&self, observer: &mut Observer) {
        if !self.cluster.complete() || !self.cluster.missing().is_empty() {
            return;
        }
        let (fleet, now) = (self.cluster.fleet(), self.cluster.now());
        let sees = self.sees();
        let scopes = if sees.is_empty() {
            vec![None]
        } else {
            sees.iter().map(String::as_str).map(Some).collect()
        };
        let entries = || fleet.entries.values();
        let uids: Vec<String> = entries().map(|e| e.workload.uid.clone()).collect();
        for scope in scopes {
            observer.anew(scope, &uids, now);
        }
        for entry in entries() {
            observer.entry(entry, now);
        }
    }

    /// Opens the database and reads what was known, however long that takes.
    async fn open(
        &mut self,
        stop: &CancellationToken,
    ) -> Option<(Store, Vec<domain::record::observer::Before>, bool)> {
        let mut dropped = false;
        loop {
            let opened = async {
                let store = match &self.place {
                    Some(Place::File(path)) => Store::file(path).await?,
                    Some(Place::Url(url)) => Store::open(url).await?,
                    Some(Place::None) => return Err(Failure::Off),
                    None => Store::file(&self.file().await?).await?,
                };
                let before = store.before().await?;
                Ok::<_, Failure>((store, before))
            };
            match opened.await {
                Ok((store, before)) => {
                    self.shared.becomes(State::Fine);
                    return Some((store, before, dropped));
                }
                Err(failure) => {
                    let since = self.cluster.now();
                    self.shared.becomes(State::Behind(since, failure));
                }
            }
            let again = tokio::time::sleep(AGAIN);
            tokio::pin!(again);
            loop {
                tokio::select! {
                    () = stop.cancelled() => return None,
                    () = &mut again => break,
                    // Kept nowhere: it would grow without end.
                    look = self.looks.recv() => {
                        look.as_ref()?;
                        dropped = true;
                    }
                }
            }
        }
    }

    /// The cluster's own file in the person's state folder.
    async fn file(&self) -> Result<std::path::PathBuf, Failure> {
        let identity = self.cluster.identity().await;
        let identity = identity.map_err(|words| Failure::Database { words })?;
        super::default_file(&identity).ok_or_else(|| Failure::Database {
            words: "there is no home folder to keep it in: say where with --record".to_owned(),
        })
    }

    fn drain(&mut self, observer: &mut Observer) {
        while let Ok(look) = self.looks.try_recv() {
            self.look(observer, look);
        }
    }

    fn look(&self, observer: &mut Observer, look: Look) {
        let now = self.cluster.now();
        match look {
            Look::Workload(workload) => observer.workload(&workload, now),
            Look::Entry(entry) => observer.entry(&entry, now),
            Look::Gone(key) => observer.gone(&key, now),
            Look::Anew(scope, uids) => observer.anew(scope.as_deref(), &uids, now),
        }
    }

    fn beat(&self, observer: &mut Observer, beaten: &mut Option<Instant>) {
        if !self.cluster.health().is_live() {
            observer.interrupted();
            *beaten = None;
        } else if beaten.is_none_or(|at| at.elapsed() >= BEAT) {
            let now = self.cluster.now();
            observer.beat(random_id, &self.sees(), now, now.after(-PROOF));
            *beaten = Some(Instant::now());
        }
    }

    /// Writes what is not written yet; what could not be is kept.
    async fn write(&self, store: &Store, pending: &mut Book) -> Result<(), ()> {
        let facts: Vec<Fact> = pending.facts();
        if facts.is_empty() {
            return Ok(());
        }
        match store.write(&facts).await {
            Ok(()) => {
                *pending = Book::default();
                self.shared.becomes(State::Fine);
                Ok(())
            }
            Err(failure) => {
                let since = self.cluster.now();
                self.shared.becomes(State::Behind(since, failure));
                Err(())
            }
        }
    }
}
