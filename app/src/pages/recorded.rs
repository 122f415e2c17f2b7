//! What pages and programs ask of the record of their request.

use std::sync::Arc;

use domain::record::changes::{Changes, Window};
use domain::record::images::Images;
use domain::record::kept::KeptTemplate;
use domain::record::timeline::Timeline;
use domain::revision::Revision;
use domain::rollback::{Order, Report};
use domain::template::Digest;
use domain::text::visible;
use domain::time::Time;
use domain::workload::Key;
use jiff::SignedDuration;
use leptos::prelude::*;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{cluster, frame, lookup};
use crate::cluster::Cluster;
use crate::error::ApiError;
use crate::model::{self, Behind, Kept, LIVE, Recorded, Then, ThenLine};
use crate::record::{self, Failure, Record, State};

/// The record of this request.
///
/// # Errors
/// When there is none.
pub fn record() -> Result<Arc<dyn Record>, ApiError> {
    use_context::<Arc<dyn Record>>().ok_or_else(|| Failure::Opening.into())
}

/// Which part of a long timeline is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Part {
    /// The one before this template generation.
    pub before: Option<i64>,
    /// The one that has this template generation.
    pub period: Option<i64>,
}

/// So many later periods are told above the one that is asked for.
const ABOVE: i64 = 20;

impl Part {
    /// As the page's address says.
    pub fn of_route() -> Self {
        let number = |name| super::query_part(name).and_then(|text| text.parse().ok());
        Self {
            before: number("before"),
            period: number("period"),
        }
    }

    /// Asks for it.
    ///
    /// # Errors
    /// When there is no record, or it cannot be read.
    pub async fn of(
        self,
        record: &dyn Record,
        key: &Key,
        uid: Option<&str>,
        now: Time,
    ) -> Result<Option<Timeline>, Failure> {
        let told = record.timeline(key, uid, self.before, now).await?;
        let (Some(period), Some(newest)) = (self.period, &told) else {
            return Ok(told);
        };
        let has = newest.periods.iter().any(|row| row.generation == period);
        if has || newest.earlier == 0 {
            return Ok(told);
        }
        let before = period.saturating_add(ABOVE);
        record.timeline(key, uid, Some(before), now).await
    }
}

/// What the record of this request has on a workload.
///
/// # Errors
/// When there is no record, or it has nothing on it.
pub async fn timeline(key: &Key, uid: Option<&str>, part: Part) -> Result<Timeline, ApiError> {
    let (record, cluster) = (record()?, cluster()?);
    model::place(cluster.as_ref(), key)?;
    let told = part.of(record.as_ref(), key, uid, cluster.now()).await?;
    told.ok_or_else(|| ApiError::NotRecorded {
        name: key.name.clone(),
    })
}

/// What the record told, with a word on how far it has come.
pub fn so_far<T>(told: T) -> Recorded<T> {
    let behind = record().ok().and_then(|record| match record.state() {
        State::Behind(since, failure) | State::Closed(since, failure) => Some(Behind {
            since,
            message: failure.to_string(),
        }),
        State::Off | State::Opening | State::Fine => None,
    });
    Recorded { told, behind }
}

/// Carries out an order.
///
/// # Errors
/// When no cluster is connected.
pub async fn order(order: Order) -> Result<Report, ApiError> {
    let (cluster, record) = (cluster()?, record()?);
    Ok(record::rollback(cluster.as_ref(), record.as_ref(), order).await)
}

/// The templates among these names that only the record keeps: by digest, or by
/// a ControllerRevision that is gone.
///
/// # Errors
/// When workloads of the namespace may not be seen, and for a digest that the
/// record does not have or cannot tell.
pub async fn kept(key: &Key, names: &[&str]) -> Result<Vec<KeptTemplate>, ApiError> {
    let mut all = Vec::new();
    // Who may not see the workload may not see what it was; one that was deleted
    // could be seen.
    model::place(cluster()?.as_ref(), key)?;
    for name in names {
        if in_sight(key, name) {
            continue;
        }
        let is_digest = name.parse::<Digest>().is_ok();
        let found = match record() {
            Ok(record) => record.kept(key, name).await.map_err(ApiError::from),
            Err(error) => Err(error),
        };
        match found {
            Ok(Some(kept)) => all.push(kept),
            Err(error) if is_digest => return Err(error),
            Ok(None) if is_digest => {
                return Err(not_kept(key, name));
            }
            // Without a record there is only what the cluster has.
            Err(_) if record().is_ok_and(|record| record.state() == State::Off) => {}
            Err(error) => return Err(error),
            // It is told as a revision that there is none of.
            Ok(None) => {}
        }
    }
    Ok(all)
}

/// Is it the live template, or a revision that the cluster has?
fn in_sight(key: &Key, name: &str) -> bool {
    let has = |cluster: &dyn Cluster| Ok(model::entry(cluster, key)?.revision(name).is_some());
    name == LIVE || lookup(has).unwrap_or_default()
}

/// Had the workload that is there now this template? What another one of its
/// name had is not its own to go back to.
pub fn own(key: &Key, kept: &KeptTemplate) -> bool {
    lookup(|cluster| model::entry(cluster, key)).is_ok_and(|e| e.workload.uid == kept.workload)
}

/// The record keeps no such template of the workload.
pub fn not_kept(key: &Key, digest: &str) -> ApiError {
    ApiError::NotKept {
        name: key.name.clone(),
        digest: digest.to_owned(),
    }
}

/// What a question to the record came to. It never leaves the server.
#[derive(Clone, Debug)]
pub struct Here<T>(pub T);

impl<T> Serialize for Here<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de, T> Deserialize<'de> for Here<T> {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(serde::de::Error::custom("it never leaves the server"))
    }
}

/// Makes a page of what the record keeps of these names; the record is asked only
/// where the cluster does not have them all.
pub fn with_kept<V: IntoView + 'static>(
    key: &Key,
    names: &[&str],
    page: impl Fn(Result<Vec<KeptTemplate>, ApiError>) -> V + Clone + Send + Sync + 'static,
) -> AnyView {
    if names.iter().all(|name| in_sight(key, name)) {
        return page(Ok(Vec::new())).into_any();
    }
    let (key, names) = (key.clone(), names.iter().map(|n| (*n).to_owned()));
    let names: Vec<String> = names.collect();
    let asked = Resource::new_blocking(
        || (),
        move |()| {
            let (key, names) = (key.clone(), names.clone());
            async move {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                Here(kept(&key, &names).await)
            }
        },
    );
    view! {
        <Suspense fallback=|| ()>
            {move || {
                let page = page.clone();
                Suspend::new(async move { page(asked.await.0) })
            }}
        </Suspense>
    }
    .into_any()
}

/// A template that the record keeps, whether the cluster has it too or not.
///
/// # Errors
/// When workloads of the namespace may not be seen, and when the record does not
/// have it or cannot tell.
pub async fn template(key: &Key, name: &str, reveal: bool) -> Result<Kept, ApiError> {
    model::place(cluster()?.as_ref(), key)?;
    match record()?.kept(key, name).await? {
        Some(kept) => Ok(model::kept(&kept, reveal)),
        None => Err(not_kept(key, name)),
    }
}

/// The name under which the cluster has it: a template that is asked for by its
/// digest may be in a ControllerRevision still.
pub fn in_cluster(key: &Key, name: String) -> String {
    let digest: Option<Digest> = name.parse().ok();
    let found = digest.and_then(|digest| {
        let entry = model::entry(cluster().ok()?.as_ref(), key).ok()?;
        let own = entry.own();
        let holds = |r: &&&Revision| r.template().is_some_and(|t| t.digest() == digest);
        own.iter().find(holds).map(|revision| revision.name.clone())
    });
    found.unwrap_or(name)
}

/// What every workload ran at a moment; now, where none is given.
///
/// # Errors
/// When the moment cannot be read, there is no record, or nothing may be seen.
pub async fn then(at: Option<&str>) -> Result<Then, ApiError> {
    let (record, cluster) = (record()?, cluster()?);
    model::seen(cluster.as_ref())?;
    let at = match at {
        None => cluster.now(),
        Some(text) => moment(text)?,
    };
    let fleet = cluster.fleet();
    let (now, live) = (cluster.now(), cluster.health().is_live());
    if at > now {
        let words = frame().lang.then_future(&at.to_string());
        return Err(ApiError::Invalid { words });
    }
    let (ran, reach) = record.then(at, now).await?;
    let workloads = ran.into_iter().map(|mut ran| {
        let entry = fleet.entries.get(&ran.key);
        let entry = entry.filter(|entry| entry.workload.uid == ran.uid);
        // What had begun by then and is there now was there in between.
        let still = entry.is_some_and(|e| e.workload.template_generation == ran.generation);
        ran.certain |= still && live && ran.generation.is_some();
        let name = ran.name.as_deref();
        let in_cluster =
            name.is_some_and(|name| entry.is_some_and(|entry| entry.revision(name).is_some()));
        ThenLine {
            same_now: entry
                .zip(ran.template)
                .map(|(entry, then)| then == entry.workload.template.digest()),
            there: match (&entry, ran.deleted) {
                (_, true) => Some(false),
                (Some(_), false) => Some(true),
                // It may be in a namespace that is not watched.
                (None, false) => None,
            },
            in_cluster,
            ran,
        }
    });
    Ok(Then {
        at,
        reach,
        workloads: workloads.collect(),
    })
}

/// Where an image runs and ran: one page, from 1.
///
/// # Errors
/// When there is no record, or nothing may be seen.
pub async fn images(text: &str, page: usize) -> Result<Images, ApiError> {
    model::seen(cluster()?.as_ref())?;
    Ok(record()?.images(text, page).await?)
}

/// What changed between two moments; without the second until now, without the
/// first in the day before.
///
/// # Errors
/// When a moment cannot be read, there is no record, or nothing may be seen.
pub async fn changes(from: Option<&str>, to: Option<&str>) -> Result<Changes, ApiError> {
    let now = cluster()?.now();
    let to = to.map_or(Ok(now), moment)?;
    let day = to.after(SignedDuration::from_hours(-24));
    let from = from.map_or(Ok(day), moment)?;
    if from > to {
        let words = frame().lang.changed_backwards().to_owned();
        return Err(ApiError::Invalid { words });
    }
    changed_in(Window { from, to }).await
}

/// What changed in a window.
///
/// # Errors
/// When there is no record, or nothing may be seen.
pub async fn changed_in(window: Window) -> Result<Changes, ApiError> {
    let cluster = cluster()?;
    model::seen(cluster.as_ref())?;
    Ok(record()?.changes(window, cluster.now()).await?)
}

/// A moment as RFC 3339 in UTC, or as a form's field has it, without seconds
/// or zone.
fn moment(text: &str) -> Result<Time, ApiError> {
    let own = text.trim();
    own.parse()
        .or_else(|_| format!("{own}Z").parse())
        .or_else(|_| format!("{own}:00Z").parse())
        .map_err(|_| ApiError::Invalid {
            words: frame().lang.then_invalid(&visible(text)),
        })
}
