//! Is what the store holds true right now? Two witnesses must agree: a small
//! request every second and a half, which also tells the apiserver's time, and
//! the watches themselves.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::health::{Health, Missing};
use domain::text::said;
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
enum Said {
    Starting,
    Fine,
    Broken { since: Instant, words: String },
    Refused(Missing),
}

/// One watch.
#[derive(Clone, Debug)]
struct Watch {
    said: Said,
    /// It has given its whole picture at least once.
    complete: bool,
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
                watches: vec![
                    Watch {
                        said: Said::Starting,
                        complete: false,
                    };
                    watches
                ],
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
        self.with(|inner| {
            inner.watches[watch] = Watch {
                said: Said::Fine,
                complete: true,
            };
        });
        self.publish();
    }

    /// A watch ended with an error, after a `silence`, and is to be opened
    /// again.
    pub fn broken(&self, watch: usize, words: String, silence: Duration) {
        self.with(|inner| {
            let since = match &inner.watches[watch].said {
                Said::Broken { since, .. } => *since,
                _ => Instant::now()
                    .checked_sub(silence)
                    .unwrap_or_else(Instant::now),
            };
            inner.watches[watch].said = Said::Broken { since, words };
        });
        self.publish();
    }

    /// A watch is not allowed, and what it showed is no longer shown.
    pub fn refused(&self, watch: usize, missing: Missing) {
        self.with(|inner| {
            inner.watches[watch] = Watch {
                said: Said::Refused(missing),
                complete: false,
            };
        });
        self.publish();
    }

    /// What the cluster does not let these credentials watch; the rest may
    /// well be seen.
    pub fn missing(&self) -> Vec<Missing> {
        self.with(|inner| refusals(inner).cloned().collect())
    }

    /// What one watch says of itself. A break is told when it lasts.
    pub fn of(&self, watch: usize) -> Health {
        self.with(|inner| {
            let Watch { said, complete } = &inner.watches[watch];
            match said {
                Said::Refused(missing) => Health::Refused {
                    missing: missing.clone(),
                },
                Said::Broken { since, words } if since.elapsed() > STALE_AFTER => Health::Stale {
                    since: wall(Some(*since), inner.offset),
                    words: words.clone(),
                    silent: false,
                },
                _ if *complete => Health::Live,
                _ => Health::Starting,
            }
        })
    }

    /// Is this watch not allowed?
    pub fn is_refused(&self, watch: usize) -> bool {
        self.with(|inner| matches!(inner.watches[watch].said, Said::Refused(_)))
    }

    /// Has every watch that is allowed given its whole picture?
    pub fn complete(&self) -> bool {
        self.with(|inner| is_complete(inner))
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

fn refusals(inner: &Inner) -> impl Iterator<Item = &Missing> {
    inner.watches.iter().filter_map(|watch| match &watch.said {
        Said::Refused(missing) => Some(missing),
        _ => None,
    })
}

fn is_complete(inner: &Inner) -> bool {
    let mut allowed = inner
        .watches
        .iter()
        .filter(|watch| !matches!(watch.said, Said::Refused(_)));
    allowed.all(|watch| watch.complete)
}

/// Two watches a scope: a scope of which one is refused shows nothing.
fn all_refused(inner: &Inner) -> bool {
    inner
        .watches
        .chunks(2)
        .all(|scope| scope.iter().any(|w| matches!(w.said, Said::Refused(_))))
}

fn health(inner: &Inner) -> Health {
    if let (true, Some(missing)) = (all_refused(inner), refusals(inner).next()) {
        return Health::Refused {
            missing: missing.clone(),
        };
    }
    let broken = inner
        .watches
        .iter()
        .filter_map(|watch| match &watch.said {
            Said::Broken { since, words } => Some((*since, words.clone())),
            _ => None,
        })
        .min_by_key(|(since, _)| *since);
    let silent = inner.probed.is_none_or(|at| at.elapsed() > STALE_AFTER);
    let shortly = broken
        .as_ref()
        .is_none_or(|(since, _)| since.elapsed() <= STALE_AFTER);
    if !is_complete(inner) {
        // The first picture is awaited, and nothing speaks against it yet.
        if shortly && (!silent || inner.probed.is_none()) {
            return Health::Starting;
        }
    } else if shortly && !silent {
        return Health::Live;
    }
    let words = match &broken {
        Some((_, words)) if !silent => words.clone(),
        _ => inner.probe_words.clone(),
    };
    let at = broken
        .map(|(since, _)| since)
        .into_iter()
        .chain(inner.probed.filter(|_| silent))
        .min();
    Health::Stale {
        since: wall(at, inner.offset),
        words,
        silent,
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

/// An error and its cause, for the outermost alone often says nothing, fit to be
/// shown.
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
    said(&text)
}

#[cfg(test)]
mod tests;
