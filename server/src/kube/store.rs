//! The shared watches and the snapshot they feed: one task, one picture.
//!
//! Each watch (DaemonSets and ControllerRevisions, for each namespace in view)
//! sends what it sees to one task. That task keeps domain objects only, builds
//! the entries that an event touches, and publishes whole snapshots.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use domain::findings;
use domain::fleet::{Entry, Fleet};
use domain::progress::Progress;
use domain::revision::Revision;
use domain::workload::{Key, Workload};
use jiff::SignedDuration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};
use tokio_util::sync::CancellationToken;

use super::client::Connection;
use super::health::Monitor;
use super::looks::{Teller, Watching};
use super::partial::{DaemonSetPart, RevisionPart};
use super::watches::{Seen, Sink, Told, api, follow};

/// What follows the first event within this time goes into the same snapshot:
/// an edit and the revision that the controller makes of it come together.
const SETTLE: Duration = Duration::from_millis(10);

/// Time between two signs of life for whoever follows.
const SIGN: Duration = Duration::from_secs(1);

/// What there is once the watches run.
pub struct Started {
    /// Their health.
    pub monitor: Monitor,
    /// Snapshots.
    pub fleet: watch::Receiver<Arc<Fleet>>,
    /// The way to be told what they see.
    pub watching: Watching,
    /// The way to tell what the nodes of a workload say.
    pub tell: mpsc::Sender<(Key, findings::Told)>,
}

/// Starts the watches.
pub fn start(
    connection: &Connection,
    namespaces: &[String],
    stuck_after: SignedDuration,
    stop: &CancellationToken,
) -> Started {
    let scopes: Vec<Option<String>> = if namespaces.is_empty() {
        vec![None]
    } else {
        namespaces.iter().cloned().map(Some).collect()
    };
    let monitor = Monitor::new(scopes.len() * 2);
    let (send, receive) = mpsc::channel(1024);
    let (watching, teller) = Teller::new(monitor.clone(), scopes.clone());
    for (index, scope) in scopes.into_iter().enumerate() {
        let sink = |watch: usize| Sink {
            scope: scope.clone(),
            watch,
            monitor: monitor.clone(),
            send: send.clone(),
        };
        let (first, second) = (sink(index * 2), sink(index * 2 + 1));
        let client = &connection.watching;
        let daemon_sets = api::<DaemonSetPart>(client, scope.as_deref());
        let revisions = api::<RevisionPart>(client, scope.as_deref());
        tokio::spawn(follow(daemon_sets, None, first, stop.clone()));
        tokio::spawn(follow(revisions, None, second, stop.clone()));
    }
    let (publish, fleet) = watch::channel(Arc::new(Fleet::default()));
    let (tell, told) = mpsc::channel(256);
    let store = Store {
        stuck_after,
        ..Store::default()
    };
    let keeper = Keeper {
        store,
        publish,
        monitor: monitor.clone(),
        teller,
        told,
    };
    tokio::spawn(keeper.keep(receive, stop.clone()));
    let probing = connection.client.clone();
    tokio::spawn(monitor.clone().run(probing, stop.clone()));
    Started {
        monitor,
        fleet,
        watching,
        tell,
    }
}

/// All that the watches have shown.
#[derive(Default)]
struct Store {
    workloads: BTreeMap<Key, Workload>,
    progress: HashMap<Key, Progress>,
    /// By namespace and name.
    revisions: HashMap<(String, String), Arc<Revision>>,
    /// Namespace and name of the revisions that a uid controls.
    controlled: HashMap<String, BTreeSet<(String, String)>>,
    /// uids of the revisions that a uid controlled and that are there still.
    released: HashMap<String, BTreeSet<String>>,
    /// Workloads whose entry is out of date.
    dirty: BTreeSet<Key>,
    /// A rollout that has not moved for so long is stuck.
    stuck_after: SignedDuration,
}

impl Store {
    fn take(&mut self, seen: Seen) {
        match seen {
            Seen::Workload(workload) => {
                self.dirty.insert(workload.key.clone());
                self.workloads.insert(workload.key.clone(), *workload);
            }
            Seen::WorkloadGone(key) => {
                if let Some(old) = self.workloads.remove(&key) {
                    self.released.remove(&old.uid);
                }
                self.dirty.insert(key);
            }
            Seen::Workloads(scope, all) => {
                let inside = |key: &Key| scope.as_ref().is_none_or(|s| *s == key.namespace);
                let old: Vec<Key> = self
                    .workloads
                    .keys()
                    .filter(|k| inside(k))
                    .cloned()
                    .collect();
                for key in old {
                    self.take(Seen::WorkloadGone(key));
                }
                for workload in all {
                    self.take(Seen::Workload(Box::new(workload)));
                }
            }
            Seen::Revision(namespace, revision) => {
                let id = (namespace, revision.name.clone());
                let old = self
                    .revisions
                    .get(&id)
                    .filter(|old| old.uid == revision.uid);
                let before = old.and_then(|old| old.controller_uid.clone());
                if let Some(uid) =
                    before.filter(|uid| revision.controller_uid.as_ref() != Some(uid))
                {
                    let released = self.released.entry(uid).or_default();
                    released.insert(revision.uid.clone());
                }
                self.forget(&id);
                if let Some(uid) = &revision.controller_uid {
                    self.controlled
                        .entry(uid.clone())
                        .or_default()
                        .insert(id.clone());
                    self.touch(&id.0, uid);
                }
                self.revisions.insert(id, Arc::new(*revision));
            }
            Seen::RevisionGone(namespace, name) => self.forget(&(namespace, name)),
            Seen::Revisions(scope, all) => {
                let inside = |id: &&(String, String)| scope.as_ref().is_none_or(|s| *s == id.0);
                let old: Vec<_> = self.revisions.keys().filter(inside).cloned().collect();
                for id in old {
                    self.forget(&id);
                }
                for (namespace, revision) in all {
                    self.take(Seen::Revision(namespace, Box::new(revision)));
                }
            }
        }
    }

    /// Takes what the nodes of a workload say.
    fn hear(&mut self, key: Key, told: &findings::Told, now: domain::time::Time) {
        let Some(progress) = self.progress.get_mut(&key) else {
            return;
        };
        let next = progress.hear(told, now);
        if *progress != next {
            *progress = next;
            self.dirty.insert(key);
        }
    }

    fn forget(&mut self, id: &(String, String)) {
        let Some(old) = self.revisions.remove(id) else {
            return;
        };
        if let Some(uid) = &old.controller_uid {
            if let Some(ids) = self.controlled.get_mut(uid) {
                ids.remove(id);
                if ids.is_empty() {
                    self.controlled.remove(uid);
                }
            }
            self.touch(&id.0, uid);
        }
    }

    /// Marks the workload of this uid.
    fn touch(&mut self, namespace: &str, uid: &str) {
        let key = self
            .workloads
            .iter()
            .find(|(key, workload)| key.namespace == namespace && workload.uid == uid)
            .map(|(key, _)| key.clone());
        self.dirty.extend(key);
    }

    /// Builds what is out of date into the next snapshot; `None` when nothing
    /// is.
    fn next(&mut self, last: &Fleet, now: domain::time::Time) -> Option<Fleet> {
        if self.dirty.is_empty() {
            return None;
        }
        let mut fleet = last.clone();
        for key in std::mem::take(&mut self.dirty) {
            let Some(workload) = self.workloads.get(&key) else {
                self.progress.remove(&key);
                fleet.entries.remove(&key);
                continue;
            };
            let progress = Progress::next(self.progress.get(&key), workload, now);
            self.progress.insert(key.clone(), progress.clone());
            let mut revisions: Vec<Arc<Revision>> = self
                .controlled
                .get(&workload.uid)
                .into_iter()
                .flatten()
                .filter_map(|id| self.revisions.get(id))
                .filter(|revision| revision.belongs_to(workload))
                .cloned()
                .collect();
            revisions.sort_by(|a, b| a.order(b));
            let entry = Entry {
                workload: workload.clone(),
                revisions,
                released: self
                    .released
                    .get(&workload.uid)
                    .cloned()
                    .unwrap_or_default(),
                progress,
                stuck_after: self.stuck_after,
            };
            fleet.entries.insert(key, Arc::new(entry));
        }
        Some(fleet)
    }
}

/// Takes what the watches see and publishes snapshots.
struct Keeper {
    store: Store,
    publish: watch::Sender<Arc<Fleet>>,
    monitor: Monitor,
    teller: Teller,
    told: mpsc::Receiver<(Key, findings::Told)>,
}

impl Keeper {
    /// Publishes each snapshot [`SETTLE`] after the first event in it.
    async fn keep(mut self, mut receive: mpsc::Receiver<Told<Seen>>, stop: CancellationToken) {
        let mut complete = Vec::new();
        let mut sign = interval(SIGN);
        sign.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let mut told = tokio::select! {
                () = stop.cancelled() => return,
                told = receive.recv() => told,
                Some((key, told)) = self.told.recv() => {
                    self.store.hear(key, &told, self.monitor.now());
                    self.publish();
                    continue;
                }
                Some(to) = self.teller.asked() => {
                    self.teller.begin(to, &self.publish.borrow());
                    continue;
                }
                _ = sign.tick() => {
                    self.teller.sign();
                    continue;
                }
            };
            if told.is_none() {
                return;
            }
            let settled = Instant::now() + SETTLE;
            while let Some(Told {
                seen,
                complete: ends,
            }) = told
            {
                self.teller.event(&seen, ends.is_some());
                self.store.take(seen);
                complete.extend(ends);
                told = timeout_at(settled, receive.recv()).await.ok().flatten();
            }
            let last = self.publish();
            // Only what is published may be called live.
            let anew = !complete.is_empty();
            for watch in complete.drain(..) {
                self.monitor.fine(watch);
            }
            self.teller.snapshot(&last, &self.publish.borrow(), anew);
        }
    }
    /// Publishes the next snapshot, where there is one; returns the last.
    fn publish(&mut self) -> Arc<Fleet> {
        let last = self.publish.borrow().clone();
        if let Some(fleet) = self.store.next(&last, self.monitor.now()) {
            self.publish.send_replace(Arc::new(fleet));
        }
        last
    }
}
