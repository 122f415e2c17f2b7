//! Is what the store holds true right now? Two witnesses must agree: a small
//! request every second and a half, which also tells the apiserver's time, and
//! the watches themselves.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::health::{Health, Missing};
use domain::time::Time;
use jiff::{SignedDuration, Timestamp};
use kube::Client;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Time between probes.
const PROBE_EVERY: Duration = Duration::from_millis(1500);
/// Time that a probe may take.
const PROBE_LIMIT: Duration = Duration::from_secs(2);
/// Silence that is called stale; with a probe in between it is told within
/// five seconds.
const STALE_AFTER: Duration = Duration::from_millis(3800);

/// What one watch last said of itself.
#[derive(Clone, Debug)]
enum Watch {
    Starting,
    Fine,
    Broken { since: Instant, words: String },
    Refused(Missing),
}

#[derive(Debug)]
struct Inner {
    watches: Vec<Watch>,
    probed: Option<Instant>,
    probe_words: String,
    /// The apiserver's time less ours.
    offset: SignedDuration,
    version: Option<String>,
}

/// Shared by the watches, the probe and those who ask.
#[derive(Clone)]
pub struct Monitor {
    inner: Arc<Mutex<Inner>>,
    changed: Arc<watch::Sender<Health>>,
}

impl Monitor {
    /// For so many watches.
    pub fn new(watches: usize) -> Self {
        let (changed, _) = watch::channel(Health::Starting);
        Self {
            inner: Arc::new(Mutex::new(Inner {
                watches: vec![Watch::Starting; watches],
                probed: None,
                probe_words: "no answer yet".into(),
                offset: SignedDuration::ZERO,
                version: None,
            })),
            changed: Arc::new(changed),
        }
    }

    fn with<T>(&self, f: impl FnOnce(&mut Inner) -> T) -> T {
        f(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A watch has its complete picture and follows on.
    pub fn fine(&self, watch: usize) {
        self.with(|inner| inner.watches[watch] = Watch::Fine);
        self.publish();
    }

    /// A watch ended with an error and is to be opened again.
    pub fn broken(&self, watch: usize, words: String) {
        self.with(|inner| {
            let since = match &inner.watches[watch] {
                Watch::Broken { since, .. } => *since,
                _ => Instant::now(),
            };
            inner.watches[watch] = Watch::Broken { since, words };
        });
        self.publish();
    }

    /// A watch is not allowed.
    pub fn refused(&self, watch: usize, missing: Missing) {
        self.with(|inner| inner.watches[watch] = Watch::Refused(missing));
        self.publish();
    }

    /// The health now.
    pub fn health(&self) -> Health {
        self.with(|inner| health(inner))
    }

    /// Follows changes of the health.
    pub fn subscribe(&self) -> watch::Receiver<Health> {
        self.changed.subscribe()
    }

    /// The apiserver's time.
    pub fn now(&self) -> Time {
        let offset = self.with(|inner| inner.offset);
        Time::from(Timestamp::now()).after(offset)
    }

    /// The apiserver's version.
    pub fn version(&self) -> Option<String> {
        self.with(|inner| inner.version.clone())
    }

    fn publish(&self) {
        let now = self.health();
        self.changed.send_if_modified(|last| {
            let differs = !same_kind(last, &now);
            *last = now;
            differs
        });
    }

    /// Probes until stopped.
    pub async fn run(self, client: Client, stop: CancellationToken) {
        let mut next = tokio::time::interval(PROBE_EVERY);
        next.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut look = tokio::time::interval(Duration::from_millis(500));
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = look.tick() => self.publish(),
                _ = next.tick() => {
                    let probe = self.clone();
                    let client = client.clone();
                    tokio::spawn(async move { probe.probe(client).await });
                }
            }
        }
    }

    async fn probe(&self, client: Client) {
        let answer = tokio::time::timeout(PROBE_LIMIT, ask(client)).await;
        self.with(|inner| match answer {
            Ok(Ok((date, version))) => {
                inner.probed = Some(Instant::now());
                if let Some(date) = date {
                    inner.offset = offset(date);
                }
                inner.version = version.or(inner.version.take());
            }
            Ok(Err(words)) => inner.probe_words = words,
            Err(_) => inner.probe_words = "no answer within 2 s".into(),
        });
        self.publish();
    }
}

/// A stale picture does not become another one by growing older.
fn same_kind(a: &Health, b: &Health) -> bool {
    match (a, b) {
        (Health::Stale { .. }, Health::Stale { .. }) => true,
        (a, b) => a == b,
    }
}

fn health(inner: &Inner) -> Health {
    let refused = inner.watches.iter().find_map(|watch| match watch {
        Watch::Refused(missing) => Some(missing.clone()),
        _ => None,
    });
    if let Some(missing) = refused {
        return Health::Refused { missing };
    }
    let broken = inner
        .watches
        .iter()
        .filter_map(|watch| match watch {
            Watch::Broken { since, words } => Some((*since, words.clone())),
            _ => None,
        })
        .min_by_key(|(since, _)| *since);
    let starting = inner.watches.iter().any(|w| matches!(w, Watch::Starting));
    let silent = inner.probed.is_none_or(|at| at.elapsed() > STALE_AFTER);
    // The first picture is awaited and nothing speaks against it.
    let awaited = starting && (!silent || inner.probed.is_none());
    match (broken, silent, inner.probed) {
        (None, _, _) if awaited => Health::Starting,
        (None, false, _) => Health::Live,
        (Some((since, _)), false, _) if since.elapsed() <= STALE_AFTER && !starting => Health::Live,
        (broken, _, probed) => {
            let words = broken
                .as_ref()
                .map_or_else(|| inner.probe_words.clone(), |(_, words)| words.clone());
            let at = broken
                .map(|(since, _)| since)
                .into_iter()
                .chain(probed.filter(|_| silent))
                .min();
            Health::Stale {
                since: wall(at, inner.offset),
                words,
            }
        }
    }
}

/// An instant of this process as the apiserver's time.
fn wall(at: Option<Instant>, offset: SignedDuration) -> Time {
    let ago = at
        .and_then(|at| SignedDuration::try_from(at.elapsed()).ok())
        .unwrap_or_default();
    Time::from(Timestamp::now()).after(offset).after(-ago)
}

/// Offsets below two seconds are within what a `Date` header can tell.
fn offset(date: Timestamp) -> SignedDuration {
    let offset = date.duration_since(Timestamp::now());
    if offset.abs() < SignedDuration::from_secs(2) {
        SignedDuration::ZERO
    } else {
        offset
    }
}

/// Asks for the version, which every account may read.
async fn ask(client: Client) -> Result<(Option<Timestamp>, Option<String>), String> {
    let request = http::Request::get("/version")
        .body(kube::client::Body::empty())
        .map_err(|error| error.to_string())?;
    let response = client.send(request).await.map_err(|e| words(&e))?;
    let status = response.status();
    if status.is_server_error() || status == http::StatusCode::TOO_MANY_REQUESTS {
        return Err(format!("the apiserver answers {status}"));
    }
    let date = response
        .headers()
        .get(http::header::DATE)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| jiff::fmt::rfc2822::parse(text).ok())
        .map(|zoned| zoned.timestamp());
    let bytes = response
        .into_body()
        .collect_bytes()
        .await
        .map_err(|error| error.to_string())?;
    let version = serde_json::from_slice::<serde_json::Value>(&bytes)
        .ok()
        .and_then(|v| Some(v.get("gitVersion")?.as_str()?.to_owned()));
    Ok((date, version))
}

/// An error and its cause, for the outermost alone often says nothing.
pub fn words(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = inner.source();
    }
    text
}
