//! The boards of the workloads that somebody looks at. Each has one watch of its
//! pods, all share one of the nodes, and however many look, each board is made
//! once. None is kept for nobody, but for those of workloads in trouble.

mod attend;
mod events;
mod kept;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use app::model::Nodes;
use domain::board::{Board, Cell, Lags, Seen};
use domain::findings::{Told, findings};
use domain::fleet::{Entry, Fleet};
use domain::health::Health;
use domain::node::Node;
use domain::placement::Rules;
use domain::pod::Pod;
use domain::template::Digest;
use domain::workload::Key;
use jiff::SignedDuration;
use kube::{Api, Client};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;

use super::client::Connection;
use super::health::Monitor;
use super::partial::{NodePart, PodPart};
use super::watches::api;
use events::Events;
use kept::Kept;

/// Boards of one workload are at least so far apart: ten a second.
const PACE: Duration = Duration::from_millis(100);
/// Of its time a board takes one part in so many at most, for who looks and where
/// only this server does: large ones come less often.
const REST: (u32, u32) = (3, 10);
/// How long a board is kept up when nobody looks any more: a page that is loaded
/// again finds it warm.
const LINGER: Duration = Duration::from_secs(30);
/// States that pass with time alone are looked at so often.
const TICK: Duration = Duration::from_secs(1);
/// And so often where only this server looks.
const ALONE: Duration = Duration::from_secs(10);

/// All nodes, and how fresh they are.
#[derive(Clone)]
struct Fleetwide {
    nodes: Arc<Vec<Arc<Node>>>,
    /// They were seen whole, and may be.
    known: bool,
    health: Health,
}

/// The boards that are kept up.
#[derive(Clone)]
pub struct Boards(Arc<Inner>);

struct Inner {
    watching: Client,
    /// For questions: events are asked for.
    asking: Client,
    fleet: watch::Receiver<Arc<Fleet>>,
    clock: Monitor,
    nodes: OnceLock<watch::Receiver<Fleetwide>>,
    tell: mpsc::Sender<(Key, Told)>,
    open: Mutex<HashMap<Key, Open>>,
    stop: CancellationToken,
}

struct Open {
    board: watch::Receiver<Option<Arc<Nodes>>>,
    viewers: Arc<()>,
    /// When somebody last looked who may have gone since.
    looked: Arc<Mutex<Instant>>,
    /// This server looks by itself.
    attended: Arc<()>,
}

/// Somebody looks at a board; it is kept up for as long.
pub struct Looking {
    /// The board, as it is now; `None` until its pods were seen whole. Closed
    /// when the workload is no more, or replaced.
    pub board: watch::Receiver<Option<Arc<Nodes>>>,
    _viewer: Arc<()>,
}

impl Inner {
    fn open(&self) -> MutexGuard<'_, HashMap<Key, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Boards {
    /// For the workloads of a fleet, which are told what is found. Those in
    /// trouble are looked at by themselves.
    pub fn new(
        connection: &Connection,
        fleet: watch::Receiver<Arc<Fleet>>,
        tell: mpsc::Sender<(Key, Told)>,
        clock: Monitor,
        stop: CancellationToken,
    ) -> Self {
        let boards = Self(Arc::new(Inner {
            watching: connection.watching.clone(),
            asking: connection.client.clone(),
            fleet,
            clock,
            nodes: OnceLock::new(),
            tell,
            open: Mutex::default(),
            stop,
        }));
        tokio::spawn(attend::attend(boards.clone()));
        boards
    }

    /// The board of a workload; `None` where there is none.
    pub fn look(&self, key: &Key) -> Option<Looking> {
        self.hold(key, |open| {
            *open.looked.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            &open.viewers
        })
    }

    /// The board of a workload that this server looks at by itself.
    fn attend(&self, key: &Key) -> Option<Looking> {
        self.hold(key, |open| &open.attended)
    }

    fn hold(&self, key: &Key, as_whom: impl Fn(&Open) -> &Arc<()>) -> Option<Looking> {
        let entry = self.0.fleet.borrow().entries.get(key).cloned()?;
        let mut open = self.0.open();
        let board = open
            .entry(key.clone())
            .or_insert_with(|| self.open(key, entry));
        Some(Looking {
            board: board.board.clone(),
            _viewer: as_whom(board).clone(),
        })
    }

    fn open(&self, key: &Key, entry: Arc<Entry>) -> Open {
        let (viewers, attended) = (Arc::new(()), Arc::new(()));
        let looked = Arc::new(Mutex::new(Instant::now()));
        let (publish, board) = watch::channel(None);
        let nodes = self.0.nodes.get_or_init(|| nodes(&self.0)).clone();
        let template = &entry.workload.template;
        let maker = Maker {
            inner: self.0.clone(),
            key: key.clone(),
            rules: (template.digest(), Rules::of(template)),
            pods: self.pods(&entry),
            events: Events::follow(&self.0.asking, key, &self.0.stop),
            entry,
            nodes,
            publish,
            differs: None,
            told: None,
            id: super::random_id(),
            made: 0,
            viewers: Arc::downgrade(&viewers),
            looked: looked.clone(),
            attended: Arc::downgrade(&attended),
        };
        tokio::spawn(maker.run());
        Open {
            board,
            viewers,
            looked,
            attended,
        }
    }

    fn pods(&self, entry: &Entry) -> Kept<Pod> {
        let api = api::<PodPart>(&self.0.watching, Some(&entry.workload.key.namespace));
        let labels = entry.workload.selector.to_string();
        Kept::follow(api, Some(labels), |pod| &pod.name, &self.0.stop)
    }
}

/// The shared watch of the nodes.
fn nodes(inner: &Inner) -> watch::Receiver<Fleetwide> {
    let api = Api::<NodePart>::all(inner.watching.clone());
    let mut kept = Kept::follow(api, None, |node: &Node| &node.name, &inner.stop);
    let (publish, nodes) = watch::channel(Fleetwide {
        nodes: Arc::default(),
        known: false,
        health: Health::Starting,
    });
    tokio::spawn(async move {
        let mut tick = interval(TICK);
        loop {
            let changed = tokio::select! {
                more = kept.next() => {
                    if !more {
                        return;
                    }
                    true
                }
                _ = tick.tick() => false,
            };
            let health = kept.health();
            publish.send_if_modified(|last| {
                let differs = changed || last.health != health;
                if changed {
                    last.nodes = Arc::new(kept.all.values().cloned().collect());
                }
                last.known = kept.monitor.complete() && !kept.monitor.is_refused(0);
                last.health = health;
                differs
            });
        }
    });
    nodes
}

/// What tells a board from others, see [`Nodes::drawn`].
fn drawn(id: &str, made: u64) -> String {
    format!("n{id}-{made}")
}

/// Something on it changes with time alone: a state passes, or a finding asks for
/// patience. `observed` says that the controller has handled the latest spec.
fn passes(shown: &Nodes, observed: bool) -> bool {
    let moves = |cell: &Cell| !cell.state.is_settled() || cell.node_ready == Some(false);
    let told = shown.disagreement.as_ref();
    !observed
        || shown.board.cells.iter().any(moves)
        || told.is_some_and(|told| told.lags == Lags::Either)
}

/// Makes the boards of one workload.
struct Maker {
    inner: Arc<Inner>,
    key: Key,
    entry: Arc<Entry>,
    /// What the template of this digest says about nodes.
    rules: (Digest, Rules),
    pods: Kept<Pod>,
    nodes: watch::Receiver<Fleetwide>,
    events: Events,
    publish: watch::Sender<Option<Arc<Nodes>>>,
    /// Since when the board and the status differ.
    differs: Option<Instant>,
    /// What the workload was told last.
    told: Option<Told>,
    /// Tells its boards from those of others.
    id: String,
    /// How many boards it made.
    made: u64,
    viewers: Weak<()>,
    looked: Arc<Mutex<Instant>>,
    attended: Weak<()>,
}

impl Maker {
    async fn run(mut self) {
        self.follow().await;
        // Nobody watches any more: what was found is not known to be so still.
        let workload = &self.entry.workload;
        self.tell(Told::nothing(workload.uid.clone(), workload.generation))
            .await;
    }

    async fn follow(&mut self) {
        let mut fleet = self.inner.fleet.clone();
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first board waits for nothing.
        let (mut due, mut seen) = (Instant::now(), Instant::now());
        let mut made = Instant::now();
        loop {
            let stop = self.inner.stop.clone();
            let changed = tokio::select! {
                () = stop.cancelled() => return,
                more = self.pods.next() => {
                    if !more {
                        return;
                    }
                    true
                }
                Ok(()) = self.nodes.changed() => true,
                () = self.events.changed() => true,
                Ok(()) = fleet.changed() => match self.renew(&fleet.borrow_and_update()) {
                    Some(changed) => changed,
                    None => return self.close(),
                },
                _ = tick.tick() => {
                    if self.is_seen() {
                        seen = Instant::now();
                    } else if seen.elapsed() > LINGER && self.close_unseen() {
                        return;
                    }
                    let rested = self.is_viewed() || made.elapsed() >= ALONE;
                    rested && self.passes()
                }
            };
            if changed {
                // Those that come together are shown together.
                sleep_until(due).await;
                self.pods.rest();
                let begun = Instant::now();
                made = begun;
                if let Some(told) = self.show() {
                    self.tell(told).await;
                }
                let rest = if self.is_viewed() { REST.0 } else { REST.1 };
                due = begun + PACE.max(begun.elapsed() * rest);
            }
        }
    }

    /// Takes the workload as it is now: whether it changed; `None` when it is no
    /// more, or no more the same.
    fn renew(&mut self, fleet: &Fleet) -> Option<bool> {
        let entry = fleet.entries.get(&self.key)?;
        let (old, new) = (&self.entry.workload, &entry.workload);
        if old.uid != new.uid || old.selector != new.selector {
            return None;
        }
        let changed = !Arc::ptr_eq(&self.entry, entry);
        self.entry = entry.clone();
        Some(changed)
    }

    /// It may be another one without an event.
    fn passes(&self) -> bool {
        let shown = self.publish.borrow();
        shown.as_ref().is_none_or(|shown| {
            passes(shown, self.entry.workload.observed())
                || shown.pods != self.pods.health()
                || shown.nodes != self.nodes.borrow().health
        })
    }

    /// Makes the board anew; returns what it tells of the workload, where that is
    /// fresh.
    fn show(&mut self) -> Option<Told> {
        let nodes = self.nodes.borrow_and_update().clone();
        let pods = self.pods.health();
        if [&pods, &nodes.health].contains(&&Health::Starting) {
            return None;
        }
        let workload = &self.entry.workload;
        let digest = workload.template.digest();
        if self.rules.0 != digest {
            self.rules = (digest, Rules::of(&workload.template));
        }
        let (_, current) = self.entry.current();
        let own: Vec<&Pod> = self.pods.all.values().map(AsRef::as_ref).collect();
        let known: Vec<&Node> = nodes.nodes.iter().map(AsRef::as_ref).collect();
        let seen = Seen {
            workload,
            progress: &self.entry.progress,
            rules: &self.rules.1,
            hash: current.and_then(|revision| revision.hash()),
            pods: &own,
            nodes: nodes.known.then_some(&known),
            now: self.inner.clock.now(),
        };
        let board = Board::of(&seen);
        let fresh = pods == Health::Live && nodes.health == Health::Live;
        let differ =
            |lasted| board.disagreement(workload.counts, workload.observed(), fresh, lasted);
        self.differs =
            differ(SignedDuration::ZERO).map(|_| self.differs.unwrap_or_else(Instant::now));
        let lasted = self
            .differs
            .map(|since| since.elapsed())
            .unwrap_or_default();
        let disagreement = differ(SignedDuration::try_from(lasted).unwrap_or_default());
        let findings = findings(&seen, &board, &self.events.all());
        self.events.about(&board, self.is_viewed());
        let told = match pods {
            Health::Live => Some(Told::of(&seen, &board, &findings)),
            Health::Refused { .. } => {
                Some(Told::nothing(workload.uid.clone(), workload.generation))
            }
            _ => None,
        };
        let mut shown = Nodes {
            uid: workload.uid.clone(),
            drawn: drawn(&self.id, self.made),
            board,
            disagreement,
            findings,
            pods,
            nodes: nodes.health,
        };
        self.publish.send_if_modified(|last| {
            let differs = last.as_deref() != Some(&shown);
            if differs {
                self.made += 1;
                shown.drawn = drawn(&self.id, self.made);
                *last = Some(Arc::new(shown));
            }
            differs
        });
        told
    }

    /// Tells the workload what is found, where that is news.
    async fn tell(&mut self, told: Told) {
        if self.told.as_ref() != Some(&told) {
            // Fails only when the server stops.
            let _ = self.inner.tell.send((self.key.clone(), told.clone())).await;
            self.told = Some(told);
        }
    }

    /// Nobody can look at it any more.
    fn close(&self) {
        self.inner.open().remove(&self.key);
    }

    /// Closes it unless somebody looks after all.
    fn close_unseen(&self) -> bool {
        let mut open = self.inner.open();
        // Only under the lock can nobody come in between.
        let unseen = !self.is_seen();
        if unseen {
            open.remove(&self.key);
        }
        unseen
    }

    /// Somebody looks, or this server does.
    fn is_seen(&self) -> bool {
        self.is_viewed() || self.attended.strong_count() > 1
    }

    /// Somebody looks, beside the map, which counts as one; or did a moment ago, as a
    /// page without scripts does.
    fn is_viewed(&self) -> bool {
        let looked = *self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        self.viewers.strong_count() > 1 || looked.elapsed() < LINGER
    }
}

#[cfg(test)]
mod tests;
