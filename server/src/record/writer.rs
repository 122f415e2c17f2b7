//! The one that writes: it follows what the watches see, keeps what is not
//! written yet, and tries again until it is.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::cluster::Cluster;
use app::record::{Failure, State};
use domain::record::Fact;
use domain::record::book::Book;
use domain::record::observer::{Before, Observer};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::store::Store;
use crate::config::Record as Place;
use crate::kube::{Look, Saw, Watching, random_id};

/// Time between two writes.
const EVERY: Duration = Duration::from_millis(250);
/// Wait before a database that failed is tried again.
const AGAIN: Duration = Duration::from_secs(2);
/// Facts that are written at a time: a long write would keep others waiting.
const BATCH: usize = 1000;

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

    fn opened(&self, opened: Store) {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        *store = Some(opened);
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
    pub watching: Watching,
    /// Where to.
    pub place: Option<Place>,
    /// Who reads.
    pub shared: Arc<Shared>,
}

/// What is not written yet. Reading goes on while the database takes its time.
struct Pending {
    store: Store,
    book: Book,
    /// A write that is under way; it hands back what it could not write.
    writing: Option<JoinHandle<Result<(), (Vec<Fact>, Failure)>>>,
    /// Not before this.
    again: Option<Instant>,
}

impl Pending {
    /// Starts writing what there is, unless that is under way already or has
    /// just failed.
    fn start(&mut self) {
        let early = self.again.is_some_and(|at| Instant::now() < at);
        if self.writing.is_some() || early {
            return;
        }
        let facts = std::mem::take(&mut self.book).facts();
        if facts.is_empty() {
            return;
        }
        let store = self.store.clone();
        self.writing = Some(tokio::spawn(write(store, facts)));
    }

    /// Waits for the write that is under way; for ever, where there is none.
    async fn written(&mut self) -> Result<(), Failure> {
        let Some(writing) = &mut self.writing else {
            return std::future::pending().await;
        };
        let outcome = writing.await;
        self.writing = None;
        let (rest, failure) = match outcome {
            Ok(Ok(())) => {
                self.again = None;
                return Ok(());
            }
            Ok(Err(failed)) => failed,
            // It is only awaited here, so it panicked: its facts are lost.
            Err(error) => (
                Vec::new(),
                Failure::Database {
                    words: error.to_string(),
                },
            ),
        };
        self.book.write(rest);
        self.again = Some(Instant::now() + AGAIN);
        Err(failure)
    }
}

/// Writes facts batch by batch, in their order: what vouches for others comes
/// last.
async fn write(store: Store, facts: Vec<Fact>) -> Result<(), (Vec<Fact>, Failure)> {
    let mut rest = facts.as_slice();
    while !rest.is_empty() {
        let (batch, after) = rest.split_at(rest.len().min(BATCH));
        if let Err(failure) = store.write(batch).await {
            return Err((rest.to_vec(), failure));
        }
        rest = after;
    }
    Ok(())
}

impl Writer {
    /// Runs until the watches end, and then writes what is left.
    pub async fn run(self, stop: CancellationToken) {
        let Some((store, before)) = self.open(&stop).await else {
            return;
        };
        let mut observer = Observer::resume(before);
        self.shared.opened(store.clone());
        let mut looks = self.watching.follow();
        let mut pending = Pending {
            store,
            book: Book::default(),
            writing: None,
            again: None,
        };
        let mut tick = interval(EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                look = looks.recv() => match look {
                    Some(look) => see(&mut observer, look),
                    None => break,
                },
                written = pending.written() => self.tell(written),
                _ = tick.tick() => {
                    pending.book.write(observer.take());
                    pending.start();
                }
            }
        }
        pending.book.write(observer.take());
        if pending.writing.is_some() {
            self.tell(pending.written().await);
        }
        pending.again = None;
        pending.start();
        if pending.writing.is_some() {
            self.tell(pending.written().await);
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
                Err(failure) => self.tell(Err(failure)),
            }
            tokio::select! {
                () = stop.cancelled() => return None,
                () = tokio::time::sleep(AGAIN) => {}
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
