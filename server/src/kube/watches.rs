//! One watch: followed for ever, begun anew when it breaks, and explained when
//! it is refused.
//!
//! The loop is our own: that of `kube::runtime` opens a watch that ends at once again
//! without a pause, for ever, and tells nobody.

use std::fmt::Debug;
use std::time::Duration;

use domain::health::Missing;
use domain::revision::Revision;
use domain::workload::{Key, Workload};
use futures::StreamExt;
use kube::api::{ListParams, WatchEvent, WatchParams};
use kube::core::response::Status;
use kube::{Api, Client, Resource, ResourceExt as _};
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;
use tokio::time::Instant;
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
/// A watch that went on for so long is a good one. One that ends before may have
/// brought nothing, and is not opened again without a wait and a list.
const HELD: Duration = Duration::from_secs(2);
/// Shortest wait where the apiserver says that it has too much to do. It may ask for a
/// longer one, up to the longest of [`BACKOFF`].
const BUSY: Duration = Duration::from_secs(1);
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

/// Follows one watch for ever, of objects with these labels. After an error the watch
/// is begun anew: only a new complete picture proves that nothing was missed.
pub async fn follow<K: Watched>(
    api: Api<K>,
    labels: Option<String>,
    sink: Sink<K::Seen>,
    stop: CancellationToken,
) {
    let mut wait = BACKOFF.0;
    loop {
        let mut begun = None;
        let outcome = tokio::select! {
            () = stop.cancelled() => return,
            outcome = drain(&api, labels.as_deref(), &sink, &mut begun) => outcome,
        };
        if begun.is_some_and(|at: Instant| at.elapsed() >= HELD) {
            wait = BACKOFF.0;
        }
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
            Ended::Broken {
                words,
                silence,
                asked,
            } => {
                tracing::warn!(watch = sink.watch, words, "a watch broke");
                sink.monitor.broken(sink.watch, words, silence);
                let pause = jitter(wait).max(asked);
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
    Broken {
        words: String,
        /// How long nothing had been heard.
        silence: Duration,
        /// What the apiserver asks to wait at least.
        asked: Duration,
    },
}

/// A list, and what happens from there on, until it breaks. `begun` is when the last
/// watch began.
async fn drain<K: Watched>(
    api: &Api<K>,
    labels: Option<&str>,
    sink: &Sink<K::Seen>,
    begun: &mut Option<Instant>,
) -> Ended {
    let mut version = match list(api, labels).await {
        Ok((all, version)) => {
            let told = Told {
                seen: K::all(sink.scope.clone(), all),
                complete: Some(sink.watch),
            };
            if sink.send.send(told).await.is_err() {
                return Ended::Closed;
            }
            version
        }
        Err(error) => return ended(&error),
    };
    let params = WatchParams {
        label_selector: labels.map(str::to_owned),
        timeout: Some(WATCH_SECONDS),
        ..WatchParams::default()
    };
    loop {
        let stream = match api.watch(&params, &version).await {
            Ok(stream) => stream,
            Err(error) => return ended(&error),
        };
        let now = Instant::now();
        *begun = Some(now);
        let mut stream = std::pin::pin!(stream);
        while let Some(event) = stream.next().await {
            let (at, seen) = match event {
                Ok(WatchEvent::Added(object) | WatchEvent::Modified(object)) => {
                    (object.resource_version(), object.keep().map(K::seen))
                }
                Ok(WatchEvent::Deleted(object)) => (object.resource_version(), object.gone()),
                Ok(WatchEvent::Bookmark(mark)) => (Some(mark.metadata.resource_version), None),
                Ok(WatchEvent::Error(status)) => return ended(&kube::Error::Api(status)),
                Err(error) => return ended(&error),
            };
            version = at.filter(|at| !at.is_empty()).unwrap_or(version);
            let Some(seen) = seen else { continue };
            let told = Told {
                seen,
                complete: None,
            };
            if sink.send.send(told).await.is_err() {
                return Ended::Closed;
            }
        }
        if now.elapsed() < HELD {
            return Ended::Broken {
                words: "the watch ended at once".into(),
                silence: Duration::ZERO,
                asked: Duration::ZERO,
            };
        }
    }
}

/// All objects with these labels, page by page, and the version of the list.
async fn list<K: Watched>(
    api: &Api<K>,
    labels: Option<&str>,
) -> kube::Result<(Vec<K::Kept>, String)> {
    let mut params = ListParams {
        label_selector: labels.map(str::to_owned),
        limit: Some(PAGE),
        ..ListParams::default()
    };
    let mut all = Vec::new();
    loop {
        let page = api.list(&params).await?;
        all.extend(page.items.into_iter().filter_map(K::keep));
        params.continue_token = page.metadata.continue_.filter(|token| !token.is_empty());
        if params.continue_token.is_none() {
            let version = page.metadata.resource_version;
            return Ok((all, version.unwrap_or_default()));
        }
    }
}

fn ended(error: &kube::Error) -> Ended {
    let (mut silence, mut asked) = (Duration::ZERO, Duration::ZERO);
    match error {
        kube::Error::Api(status) if status.code == 403 => return Ended::Refused(missing(status)),
        kube::Error::Api(status) => asked = patience(status),
        error if is_silence(error) => silence = SILENCE,
        _ => {}
    }
    let words = if silence.is_zero() {
        words(error)
    } else {
        "no answer".into()
    };
    Ended::Broken {
        words,
        silence,
        asked,
    }
}

/// How long the apiserver asks to be left alone, within what may go on untold.
fn patience(status: &Status) -> Duration {
    let asked = status
        .details
        .as_ref()
        .map(|details| Duration::from_secs(details.retry_after_seconds.into()))
        .unwrap_or_default()
        .min(BACKOFF.1);
    match status.code {
        429 | 503 => asked.max(BUSY),
        _ => asked,
    }
}

/// Did the connection end because nothing came on it?
fn is_silence(error: &kube::Error) -> bool {
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
mod tests;
