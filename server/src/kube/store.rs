//! The shared watches and the snapshot they feed: one task, one picture.
//!
//! Each watch (DaemonSets and ControllerRevisions, for each namespace in view)
//! sends what it sees to one task. That task keeps domain objects only, builds
//! the entries that an event touches, and publishes whole snapshots.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use domain::fleet::{Entry, Fleet};
use domain::health::Missing;
use domain::progress::Progress;
use domain::revision::Revision;
use domain::workload::{Key, Workload};
use futures::StreamExt;
use kube::core::response::Status;
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Api, Client, Resource};
use serde::de::DeserializeOwned;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::health::{Monitor, words};
use super::map;
use super::partial::{DaemonSetPart, RevisionPart};

/// A watch call ends by itself after so many seconds and is opened again from
/// where it was; one that hangs is given up five seconds later.
const WATCH_SECONDS: u32 = 5;
/// Snapshots are published at most so often.
const COALESCE: Duration = Duration::from_millis(100);
/// First and longest wait before a broken watch is opened again.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(4));
/// Wait before a forbidden watch is tried again: a role may have been granted.
const FORBIDDEN: Duration = Duration::from_secs(10);

/// What a watch saw.
enum Seen {
    Workload(Box<Workload>),
    WorkloadGone(Key),
    /// All workloads of a namespace, or of all.
    Workloads(Option<String>, Vec<Workload>),
    Revision(String, Box<Revision>),
    RevisionGone(String, String),
    /// All revisions of a namespace, or of all, with their namespaces.
    Revisions(Option<String>, Vec<(String, Revision)>),
}

/// What a watch sends, and whether its picture is complete with it.
struct Told {
    seen: Seen,
    complete: Option<usize>,
}

/// Starts the watches; returns the monitor of their health and the snapshots.
pub fn start(
    client: &Client,
    namespaces: &[String],
    stop: &CancellationToken,
) -> (Monitor, watch::Receiver<Arc<Fleet>>) {
    let scopes: Vec<Option<String>> = if namespaces.is_empty() {
        vec![None]
    } else {
        namespaces.iter().cloned().map(Some).collect()
    };
    let monitor = Monitor::new(scopes.len() * 2);
    let (send, receive) = mpsc::channel(1024);
    for (index, scope) in scopes.into_iter().enumerate() {
        let sink = |watch: usize| Sink {
            scope: scope.clone(),
            watch,
            monitor: monitor.clone(),
            send: send.clone(),
        };
        let (first, second) = (sink(index * 2), sink(index * 2 + 1));
        let daemon_sets = api::<DaemonSetPart>(client, scope.as_deref());
        let revisions = api::<RevisionPart>(client, scope.as_deref());
        tokio::spawn(follow(daemon_sets, first, stop.clone()));
        tokio::spawn(follow(revisions, second, stop.clone()));
    }
    let (publish, snapshots) = watch::channel(Arc::new(Fleet::default()));
    tokio::spawn(keep(receive, publish, monitor.clone(), stop.clone()));
    tokio::spawn(monitor.clone().run(client.clone(), stop.clone()));
    (monitor, snapshots)
}

fn api<K>(client: &Client, namespace: Option<&str>) -> Api<K>
where
    K: Resource<DynamicType = (), Scope = k8s_openapi::NamespaceResourceScope>,
{
    match namespace {
        Some(namespace) => Api::namespaced(client.clone(), namespace),
        None => Api::all(client.clone()),
    }
}

/// Where a watch reports to.
struct Sink {
    scope: Option<String>,
    watch: usize,
    monitor: Monitor,
    send: mpsc::Sender<Told>,
}

/// A kind that is watched: how its objects become what the store keeps.
trait Watched: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + 'static {
    type Kept: Send;
    fn keep(self) -> Option<Self::Kept>;
    fn seen(kept: Self::Kept) -> Seen;
    fn gone(self) -> Option<Seen>;
    fn all(scope: Option<String>, kept: Vec<Self::Kept>) -> Seen;
}

impl Watched for DaemonSetPart {
    type Kept = Workload;

    fn keep(self) -> Option<Workload> {
        map::workload(self)
    }

    fn seen(kept: Workload) -> Seen {
        Seen::Workload(Box::new(kept))
    }

    fn gone(self) -> Option<Seen> {
        map::workload(self).map(|workload| Seen::WorkloadGone(workload.key))
    }

    fn all(scope: Option<String>, kept: Vec<Workload>) -> Seen {
        Seen::Workloads(scope, kept)
    }
}

impl Watched for RevisionPart {
    type Kept = (String, Revision);

    fn keep(self) -> Option<(String, Revision)> {
        let namespace = self.metadata.namespace.clone().unwrap_or_default();
        map::revision(self).map(|revision| (namespace, revision))
    }

    fn seen((namespace, revision): (String, Revision)) -> Seen {
        Seen::Revision(namespace, Box::new(revision))
    }

    fn gone(self) -> Option<Seen> {
        let namespace = self.metadata.namespace.clone().unwrap_or_default();
        Some(Seen::RevisionGone(namespace, self.metadata.name?))
    }

    fn all(scope: Option<String>, kept: Vec<(String, Revision)>) -> Seen {
        Seen::Revisions(scope, kept)
    }
}

/// Follows one watch for ever. After an error the watch is begun anew: only a
/// new complete picture proves that nothing was missed.
async fn follow<K: Watched>(api: Api<K>, sink: Sink, stop: CancellationToken) {
    let mut wait = BACKOFF.0;
    loop {
        let config = watcher::Config::default().timeout(WATCH_SECONDS);
        let stream = watcher(api.clone(), config);
        let outcome = tokio::select! {
            () = stop.cancelled() => return,
            outcome = drain(stream, &sink, &mut wait) => outcome,
        };
        let pause = match outcome {
            Ended::Closed => return,
            Ended::Refused(missing) => {
                sink.monitor.refused(sink.watch, missing);
                FORBIDDEN
            }
            Ended::Broken(words) => {
                tracing::warn!(watch = sink.watch, words, "a watch broke");
                sink.monitor.broken(sink.watch, words);
                let pause = jitter(wait);
                wait = (wait * 2).min(BACKOFF.1);
                pause
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Between half and the whole of it, so that many servers do not come back in
/// one instant.
fn jitter(wait: Duration) -> Duration {
    let mut byte = [0u8];
    // Without randomness the wait is the longest one.
    let share = match getrandom::fill(&mut byte) {
        Ok(()) => 128 + u32::from(byte[0]) / 2,
        Err(_) => 255,
    };
    wait * share / 255
}

enum Ended {
    Closed,
    Refused(Missing),
    Broken(String),
}

async fn drain<K: Watched>(
    stream: impl futures::Stream<Item = watcher::Result<Event<K>>>,
    sink: &Sink,
    wait: &mut Duration,
) -> Ended {
    let mut stream = std::pin::pin!(stream);
    let mut all = Vec::new();
    while let Some(event) = stream.next().await {
        let seen = match event {
            Ok(Event::Init) => {
                all.clear();
                None
            }
            Ok(Event::InitApply(object)) => {
                all.extend(object.keep());
                None
            }
            Ok(Event::InitDone) => {
                *wait = BACKOFF.0;
                Some(K::all(sink.scope.clone(), std::mem::take(&mut all)))
            }
            Ok(Event::Apply(object)) => object.keep().map(K::seen),
            Ok(Event::Delete(object)) => object.gone(),
            Err(error) => return ended(&error),
        };
        let Some(seen) = seen else { continue };
        let complete = matches!(seen, Seen::Workloads(..) | Seen::Revisions(..));
        let told = Told {
            seen,
            complete: complete.then_some(sink.watch),
        };
        if sink.send.send(told).await.is_err() {
            return Ended::Closed;
        }
    }
    Ended::Broken("the watch ended".into())
}

fn ended(error: &watcher::Error) -> Ended {
    let status = match error {
        watcher::Error::InitialListFailed(kube::Error::Api(status))
        | watcher::Error::WatchStartFailed(kube::Error::Api(status))
        | watcher::Error::WatchFailed(kube::Error::Api(status))
        | watcher::Error::WatchError(status) => Some(status),
        _ => None,
    };
    match status {
        Some(status) if status.code == 403 => Ended::Refused(missing(status)),
        _ => Ended::Broken(words(error)),
    }
}

/// What a `Forbidden` status says, in parts: `daemonsets.apps is forbidden:
/// User "x" cannot list resource "daemonsets" in API group "apps" …`.
pub fn missing(status: &Status) -> Missing {
    let quoted = |after: &str| {
        let rest = status.message.split_once(after)?.1;
        Some(rest.split('"').next()?.to_owned())
    };
    let verb = status
        .message
        .split_once(" cannot ")
        .and_then(|(_, rest)| rest.split(' ').next())
        .unwrap_or("list")
        .to_owned();
    let resource = quoted("resource \"").unwrap_or_default();
    let group = quoted("API group \"").unwrap_or_default();
    Missing {
        verb,
        resource: if group.is_empty() {
            resource
        } else {
            format!("{resource}.{group}")
        },
        namespace: quoted("in the namespace \""),
        user: quoted("User \""),
        words: domain::text::visible(&status.message).into_owned(),
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
    /// Workloads whose entry is out of date.
    dirty: BTreeSet<Key>,
}

impl Store {
    fn take(&mut self, seen: Seen) {
        match seen {
            Seen::Workload(workload) => {
                self.dirty.insert(workload.key.clone());
                self.workloads.insert(workload.key.clone(), *workload);
            }
            Seen::WorkloadGone(key) => {
                self.workloads.remove(&key);
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
                progress,
            };
            fleet.entries.insert(key, Arc::new(entry));
        }
        Some(fleet)
    }
}

/// Takes what the watches see and publishes snapshots, each at least
/// [`COALESCE`] after the last.
async fn keep(
    mut receive: mpsc::Receiver<Told>,
    publish: watch::Sender<Arc<Fleet>>,
    monitor: Monitor,
    stop: CancellationToken,
) {
    let mut store = Store::default();
    let mut complete = Vec::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            told = receive.recv() => match told {
                Some(told) => {
                    store.take(told.seen);
                    complete.extend(told.complete);
                }
                None => return,
            },
        }
        while let Ok(told) = receive.try_recv() {
            store.take(told.seen);
            complete.extend(told.complete);
        }
        let next = store.next(&publish.borrow(), monitor.now());
        let published = next.is_some();
        if let Some(fleet) = next {
            publish.send_replace(Arc::new(fleet));
        }
        // Only what is published may be called live.
        for watch in complete.drain(..) {
            monitor.fine(watch);
        }
        if published {
            tokio::time::sleep(COALESCE).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_taken_apart() {
        let status = Status {
            message: "controllerrevisions.apps is forbidden: User \"system:serviceaccount:a:b\" cannot list resource \"controllerrevisions\" in API group \"apps\" in the namespace \"logging\"".into(),
            code: 403,
            ..Status::default()
        };
        let missing = missing(&status);
        assert_eq!(missing.verb, "list");
        assert_eq!(missing.resource, "controllerrevisions.apps");
        assert_eq!(missing.namespace.as_deref(), Some("logging"));
        assert_eq!(missing.user.as_deref(), Some("system:serviceaccount:a:b"));
    }

    #[test]
    fn waits_stay_within_their_bounds() {
        for _ in 0..100 {
            let wait = jitter(Duration::from_secs(1));
            assert!(wait >= Duration::from_millis(500) && wait <= Duration::from_secs(1));
        }
    }
}
