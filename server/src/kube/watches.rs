//! One watch: followed for ever, begun anew when it breaks, and explained when
//! it is refused.

use std::fmt::Debug;
use std::time::Duration;

use domain::health::Missing;
use domain::revision::Revision;
use domain::workload::{Key, Workload};
use futures::StreamExt;
use kube::core::response::Status;
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Api, Client, Resource};
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::health::{Monitor, words};
use super::map;
use super::partial::{DaemonSetPart, RevisionPart};

/// Objects in one answer of a list: what is in flight at once, beside what is
/// kept.
const PAGE: u32 = 100;
/// A watch call ends by itself after so many seconds and is opened again from
/// where it was; one that hangs is given up five seconds later.
const WATCH_SECONDS: u32 = 5;
/// A connection of a watch on which nothing comes for so long is dead: longer
/// than a watch lasts, so that a quiet one is not taken for it. Without this a
/// call that hangs while it is opened would never be noticed.
pub const SILENCE: Duration = Duration::from_secs(7);
/// First and longest wait before a broken watch is opened again.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(4));
/// Wait before a forbidden watch is tried again: a role may have been granted.
const FORBIDDEN: Duration = Duration::from_secs(10);

/// What a watch saw.
pub enum Seen {
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
pub struct Told<S> {
    pub seen: S,
    pub complete: Option<usize>,
}

pub fn api<K>(client: &Client, namespace: Option<&str>) -> Api<K>
where
    K: Resource<DynamicType = (), Scope = k8s_openapi::NamespaceResourceScope>,
{
    match namespace {
        Some(namespace) => Api::namespaced(client.clone(), namespace),
        None => Api::all(client.clone()),
    }
}

/// Where a watch reports to.
pub struct Sink<S> {
    pub scope: Option<String>,
    pub watch: usize,
    pub monitor: Monitor,
    pub send: mpsc::Sender<Told<S>>,
}

/// A kind that is watched: how its objects become what the store keeps.
pub trait Watched:
    Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + 'static
{
    type Kept: Send;
    type Seen: Send;
    fn keep(self) -> Option<Self::Kept>;
    fn seen(kept: Self::Kept) -> Self::Seen;
    fn gone(self) -> Option<Self::Seen>;
    fn all(scope: Option<String>, kept: Vec<Self::Kept>) -> Self::Seen;
}

impl Watched for DaemonSetPart {
    type Kept = Workload;
    type Seen = Seen;

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
    type Seen = Seen;

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

/// Which objects of a kind are watched.
pub fn selected(labels: Option<&str>) -> watcher::Config {
    let config = watcher::Config::default()
        .timeout(WATCH_SECONDS)
        .page_size(PAGE);
    match labels {
        Some(labels) => config.labels(labels),
        None => config,
    }
}

/// Follows one watch for ever. After an error the watch is begun anew: only a
/// new complete picture proves that nothing was missed.
pub async fn follow<K: Watched>(
    api: Api<K>,
    config: watcher::Config,
    sink: Sink<K::Seen>,
    stop: CancellationToken,
) {
    let mut wait = BACKOFF.0;
    loop {
        let stream = watcher(api.clone(), config.clone());
        let outcome = tokio::select! {
            () = stop.cancelled() => return,
            outcome = drain(stream, &sink, &mut wait) => outcome,
        };
        let pause = match outcome {
            Ended::Closed => return,
            Ended::Refused(missing) => {
                sink.monitor.refused(sink.watch, missing);
                // What may not be seen any more is not shown any more.
                let nothing = Told {
                    seen: K::all(sink.scope.clone(), Vec::new()),
                    complete: None,
                };
                if sink.send.send(nothing).await.is_err() {
                    return;
                }
                FORBIDDEN
            }
            Ended::Broken(words, silence) => {
                tracing::warn!(watch = sink.watch, words, "a watch broke");
                sink.monitor.broken(sink.watch, words, silence);
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
    /// In words, and how long nothing had been heard.
    Broken(String, Duration),
}

async fn drain<K: Watched>(
    stream: impl futures::Stream<Item = watcher::Result<Event<K>>>,
    sink: &Sink<K::Seen>,
    wait: &mut Duration,
) -> Ended {
    let mut stream = std::pin::pin!(stream);
    let mut all = Vec::new();
    while let Some(event) = stream.next().await {
        let mut complete = None;
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
                complete = Some(sink.watch);
                Some(K::all(sink.scope.clone(), std::mem::take(&mut all)))
            }
            Ok(Event::Apply(object)) => object.keep().map(K::seen),
            Ok(Event::Delete(object)) => object.gone(),
            Err(error) => return ended(&error),
        };
        let Some(seen) = seen else { continue };
        let told = Told { seen, complete };
        if sink.send.send(told).await.is_err() {
            return Ended::Closed;
        }
    }
    Ended::Broken("the watch ended".into(), Duration::ZERO)
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
        _ if is_silence(error) => Ended::Broken("no answer".into(), SILENCE),
        _ => Ended::Broken(words(error), Duration::ZERO),
    }
}

/// Did the connection end because nothing came on it?
fn is_silence(error: &watcher::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        let io = error.downcast_ref::<std::io::Error>();
        if io.is_some_and(|io| io.kind() == std::io::ErrorKind::TimedOut) {
            return true;
        }
        cause = error.source();
    }
    false
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
        words: domain::text::said(&status.message),
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
