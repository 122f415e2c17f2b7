//! The one that follows what the watches see and has it written down.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::cluster::Cluster;
use app::record::{Failure, State};
use domain::record::observer::{Before, Observer};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::lead::{Lead, Standing};
use super::pending::Pending;
use super::retaining::Retaining;
use super::store::Store;
use crate::config::{Record as Place, Retention};
use crate::kube::{Look, Saw, Watching, random_id};

/// Time between two writes.
const EVERY: Duration = Duration::from_millis(250);
/// Time between two times that all templates are handed out anew: what nothing
/// names is kept for a day, and whoever writes may have removed it since.
const ANEW: Duration = Duration::from_hours(1);
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

    /// What may be read from now on.
    fn reads(&self, from: Option<Store>) {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        *store = from;
    }

    fn becomes(&self, next: State) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match (&*state, &next) {
            (State::Behind(..), State::Behind(..)) | (State::Closed(..), State::Closed(..)) => {}
            (_, State::Closed(_, failure)) => tracing::warn!(%failure, "nothing is recorded"),
            (_, State::Behind(_, failure)) => tracing::warn!(%failure, "the record is behind"),
            (State::Behind(..), State::Fine) => tracing::info!("the record is up to date again"),
            _ => {}
        }
        *state = match (&*state, next) {
            // Since when stays.
            (State::Behind(since, _), State::Behind(_, failure)) => State::Behind(*since, failure),
            (State::Closed(since, _), State::Closed(_, failure)) => State::Closed(*since, failure),
            (_, next) => next,
        };
    }
}

/// Writes until it is stopped, and what is left then once more.
pub struct Writer {
    /// The cluster that is seen.
    pub cluster: Arc<dyn Cluster>,
    /// What its watches see.
    pub watching: Watching,
    /// Where to.
    pub place: Option<Place>,
    /// How much of the past is kept.
    pub retention: Retention,
    /// Who reads.
    pub shared: Arc<Shared>,
}

impl Writer {
    /// Runs until the watches end, and then writes what is left.
    pub async fn run(self, stop: CancellationToken) {
        let Some((store, before)) = self.open(&stop).await else {
            return;
        };
        let mut observer = Observer::resume(before);
        if !self.bound(&store, &stop).await {
            return;
        }
        let mut looks = self.watching.follow();
        let namespaces = self.cluster.info().namespaces;
        let lead = Lead::seek(store.clone(), namespaces.clone());
        let now = || self.cluster.now();
        let mut retaining = Retaining::new(store.clone(), self.retention);
        let mut pending = Pending::new(store, namespaces, now());
        let mut leads = false;
        let mut anew = interval(ANEW);
        let mut tick = interval(EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                look = looks.recv() => match look {
                    Some(look) => {
                        if let Saw::Fresh(namespaces, _) = &look.saw {
                            pending.watches(namespaces);
                        }
                        see(&mut observer, look);
                    }
                    None => break,
                },
                done = pending.done(now) => self.tell(done),
                // A template that nothing named may be among what was removed.
                () = retaining.done() => observer.hand_out_again(),
                _ = anew.tick() => observer.hand_out_again(),
                _ = tick.tick() => {
                    pending.add(observer.take());
                    let standing = lead.standing();
                    if standing == Standing::Writes && !leads {
                        // Another one may have removed what nothing named.
                        observer.hand_out_again();
                    }
                    leads = standing == Standing::Writes;
                    match standing {
                        Standing::Writes => {
                            pending.start(true, now());
                            retaining.start(now());
                        }
                        Standing::Waits => pending.start(false, now()),
                        Standing::Lost(failure) => self.tell(Err(failure)),
                        Standing::Asking => {}
                    }
                }
            }
        }
        pending.add(observer.take());
        let standing = lead.standing();
        let finished = pending.finish(now, standing == Standing::Writes).await;
        self.tell(finished);
        // What another one writes is not lost.
        let written = standing == Standing::Waits && self.shared.state() == State::Fine;
        let facts = if written { 0 } else { pending.left() };
        if facts > 0 {
            tracing::warn!(facts, "stopped, and these are not known to be written");
        }
    }

    fn tell(&self, written: Result<(), Failure>) {
        self.shared.becomes(match written {
            Ok(()) => State::Fine,
            Err(failure) => State::Behind(self.cluster.now(), failure),
        });
    }

    /// Opens the database and reads what was known, however long that takes.
    async fn open(&self, stop: &CancellationToken) -> Option<(Store, Vec<Before>)> {
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
                Ok(opened) => return Some(opened),
                Err(failure) => self.closed(failure),
            }
            tokio::select! {
                () = stop.cancelled() => return None,
                () = tokio::time::sleep(AGAIN) => {}
            }
        }
    }

    /// Nothing is written down for now.
    fn closed(&self, failure: Failure) {
        let since = self.cluster.now();
        self.shared.becomes(State::Closed(since, failure));
    }

    /// Waits until it is known that the record is of this cluster, for nothing is
    /// written into another one's. It can be read meanwhile, unless it is another
    /// one's or may be. `false` once it is to stop.
    async fn bound(&self, store: &Store, stop: &CancellationToken) -> bool {
        loop {
            let seen = self.cluster.complete();
            let failure = match self.cluster.identity().await {
                Ok(cluster) => store.bind(&cluster, &self.there()).await.err(),
                Err(words) => Some(Failure::Cluster { words }),
            };
            let unclear = failure == Some(Failure::UnclearCluster);
            let other = matches!(failure, Some(Failure::OtherCluster { .. }));
            self.shared
                .reads((!other && !unclear).then(|| store.clone()));
            let wait = match failure {
                None => return true,
                // A workload may tell, once they are seen.
                Some(_) if unclear && !seen => EVERY,
                Some(failure) => {
                    self.closed(failure);
                    AGAIN
                }
            };
            tokio::select! {
                () = stop.cancelled() => return false,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// The uids of the workloads that are seen.
    fn there(&self) -> HashSet<String> {
        let fleet = self.cluster.fleet();
        let entries = fleet.entries.values();
        entries.map(|entry| entry.workload.uid.clone()).collect()
    }

    /// The cluster's own file in the person's state folder.
    async fn file(&self) -> Result<std::path::PathBuf, Failure> {
        let identity = self.cluster.identity().await;
        let identity = identity.map_err(|words| Failure::Cluster { words })?;
        super::default_file(&identity).ok_or_else(|| Failure::Database {
            words: "there is no home folder to keep it in: say where with --record".to_owned(),
        })
    }
}

fn see(observer: &mut Observer, Look { at, saw }: Look) {
    match saw {
        Saw::Workload(workload) => observer.workload(&workload, at),
        Saw::Entry(entry) => observer.entry(&entry, at),
        Saw::Gone(key) => observer.gone(&key, at),
        Saw::Anew(scope, uids) => observer.anew(scope.as_deref(), &uids, at),
        Saw::Fresh(namespaces, proved) => observer.beat(random_id, &namespaces, at, proved),
        Saw::Stale => observer.interrupted(),
    }
}
