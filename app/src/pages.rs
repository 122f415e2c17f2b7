//! One page, one file; and what every page starts with.

pub mod compare;
pub mod images;
pub mod list;
pub mod not_found;
pub mod progress;
pub mod revision;
pub mod rollback;
pub mod then;
pub mod workload;

use std::sync::Arc;

use domain::health::Health;
use domain::history::Row;
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
use http::HeaderValue;
use http::header::CONTENT_SECURITY_POLICY;
use http::request::Parts;
use jiff::SignedDuration;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::cluster::Cluster;
use crate::error::ApiError;
use crate::i18n::Lang;
use crate::islands::back::BackButton;
use crate::model::{self, Given, Kept, LIVE, Then, ThenLine};
use crate::prefs::Prefs;
use crate::record::{self, Failure, Record, State};
use crate::urls;

/// What a page knows of its request and its cluster before it looks anything
/// up.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Language.
    pub lang: Lang,
    /// Chosen theme.
    pub theme: Option<&'static str>,
    /// The cluster's name.
    pub cluster: String,
    /// Nothing may be written.
    pub read_only: bool,
    /// How fresh the server's picture is.
    pub health: Health,
    /// By the apiserver's clock.
    pub now: Time,
    /// Path of the page.
    pub path: String,
    /// Path and query of the page.
    pub path_and_query: String,
}

impl Default for Frame {
    /// For the one run that only lists the routes.
    fn default() -> Self {
        Self {
            lang: Lang::En,
            theme: None,
            cluster: String::new(),
            read_only: false,
            health: Health::Starting,
            now: Time::EPOCH,
            path: String::new(),
            path_and_query: String::new(),
        }
    }
}

impl Frame {
    /// The way from a page that stands still to going back to a revision.
    pub fn back_button(&self, key: &Key, row: &Row) -> impl IntoView + use<> {
        view! {
            <BackButton
                revision=row.revision
                url=urls::rollback(key, Some(&row.name))
                health=Given(self.health.clone())
                read_only=self.read_only
                lang=self.lang
            />
        }
    }
}

/// The frame of this request.
pub fn frame() -> Frame {
    let (Some(cluster), Some(parts)) = (use_context::<Arc<dyn Cluster>>(), use_context::<Parts>())
    else {
        return Frame::default();
    };
    let prefs = Prefs::of(&parts.headers);
    let info = cluster.info();
    Frame {
        lang: prefs.lang,
        theme: prefs.theme,
        cluster: info.name,
        read_only: info.read_only,
        health: cluster.health(),
        now: cluster.now(),
        path: parts.uri.path().to_owned(),
        path_and_query: parts
            .uri
            .path_and_query()
            .map(ToString::to_string)
            .unwrap_or_default(),
    }
}

/// The policy of a page: its own files, and the one inline script that carries
/// this response's nonce.
pub fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'"
    )
}

/// Sets the policy with the nonce that Leptos gave its script.
pub fn allow_scripts() {
    if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>())
        && let Ok(value) = HeaderValue::from_str(&policy(&nonce))
    {
        response.insert_header(CONTENT_SECURITY_POLICY, value);
    }
}

/// Sets the status of the response.
pub fn status(code: u16) {
    if let (Some(response), Ok(code)) = (
        use_context::<ResponseOptions>(),
        http::StatusCode::from_u16(code),
    ) {
        response.set_status(code);
    }
}

/// The cluster of this request.
///
/// # Errors
/// When none is connected.
pub fn cluster() -> Result<Arc<dyn Cluster>, ApiError> {
    use_context::<Arc<dyn Cluster>>().ok_or_else(|| ApiError::NotReady {
        words: "no cluster is connected".into(),
    })
}

/// What the record of this request has on a workload.
///
/// # Errors
/// When there is no record, or it has nothing on it.
pub async fn timeline(
    key: &Key,
    uid: Option<&str>,
    before: Option<i64>,
) -> Result<Timeline, ApiError> {
    let (Some(record), Some(cluster)) = (
        use_context::<Arc<dyn Record>>(),
        use_context::<Arc<dyn Cluster>>(),
    ) else {
        return Err(Failure::Opening.into());
    };
    let told = record.timeline(key, uid, before, cluster.now()).await?;
    told.ok_or_else(|| ApiError::NotRecorded {
        name: key.name.clone(),
    })
}

/// Carries out an order.
///
/// # Errors
/// When no cluster is connected.
pub async fn order(order: Order) -> Result<Report, ApiError> {
    let (cluster, record) = (cluster()?, record()?);
    Ok(record::rollback(cluster.as_ref(), record.as_ref(), order).await)
}

/// The record of this request.
///
/// # Errors
/// When there is none.
pub fn record() -> Result<Arc<dyn Record>, ApiError> {
    use_context::<Arc<dyn Record>>().ok_or_else(|| Failure::Opening.into())
}

/// The templates among these names that only the record keeps: by digest, or by
/// a ControllerRevision that is gone.
///
/// # Errors
/// When the workload is not seen, and for a digest that the record does not have
/// or cannot tell.
pub async fn kept(key: &Key, names: &[&str]) -> Result<Vec<KeptTemplate>, ApiError> {
    let mut all = Vec::new();
    // Who may not see the workload may not see what it was.
    let entry = model::entry(cluster()?.as_ref(), key)?;
    for name in names {
        if *name == LIVE || entry.revision(name).is_some() {
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
                return Err(ApiError::NotKept {
                    name: key.name.clone(),
                    digest: (*name).to_owned(),
                });
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
    let entry = lookup(|cluster| model::entry(cluster, key));
    let has =
        |name: &&str| *name == LIVE || entry.as_ref().is_ok_and(|e| e.revision(name).is_some());
    if names.iter().all(has) || entry.is_err() {
        return page(entry.map(|_| Vec::new())).into_any();
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
/// When the workload is not seen, and when the record does not have it or cannot
/// tell.
pub async fn template(key: &Key, name: &str, reveal: bool) -> Result<Kept, ApiError> {
    model::entry(cluster()?.as_ref(), key)?;
    match record()?.kept(key, name).await? {
        Some(kept) => Ok(model::kept(&kept, reveal)),
        None => Err(ApiError::NotKept {
            name: key.name.clone(),
            digest: name.to_owned(),
        }),
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
/// When the moment cannot be read, or there is no record.
pub async fn then(at: Option<&str>) -> Result<Then, ApiError> {
    let (Some(record), Some(cluster)) = (
        use_context::<Arc<dyn Record>>(),
        use_context::<Arc<dyn Cluster>>(),
    ) else {
        return Err(Failure::Opening.into());
    };
    let at = match at {
        None => cluster.now(),
        Some(text) => moment(text).ok_or_else(|| ApiError::Invalid {
            words: frame().lang.then_invalid(&visible(text)),
        })?,
    };
    let fleet = cluster.fleet();
    let (now, live) = (cluster.now(), cluster.health().is_live());
    if at > now {
        let words = frame().lang.then_future(&at.to_string());
        return Err(ApiError::Invalid { words });
    }
    let workloads = record.then(at).await?.into_iter().map(|mut ran| {
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
        workloads: workloads.collect(),
    })
}

/// Where an image runs and ran: one page, from 1.
///
/// # Errors
/// When there is no record.
pub async fn images(text: &str, page: usize) -> Result<Images, ApiError> {
    let record = use_context::<Arc<dyn Record>>().ok_or(Failure::Opening)?;
    Ok(record.images(text, page).await?)
}

/// What changed between two moments; without the second until now, without the
/// first in the day before.
///
/// # Errors
/// When a moment cannot be read, or there is no record.
pub async fn changes(from: Option<&str>, to: Option<&str>) -> Result<Changes, ApiError> {
    let now = cluster()?.now();
    let read = |text: &str| {
        moment(text).ok_or_else(|| ApiError::Invalid {
            words: frame().lang.then_invalid(&visible(text)),
        })
    };
    let to = to.map_or(Ok(now), read)?;
    let day = to.after(SignedDuration::from_hours(-24));
    let from = from.map_or(Ok(day), read)?;
    if from > to {
        let words = frame().lang.changed_backwards().to_owned();
        return Err(ApiError::Invalid { words });
    }
    changed_in(Window { from, to }).await
}

/// What changed in a window.
///
/// # Errors
/// When there is no record.
pub async fn changed_in(window: Window) -> Result<Changes, ApiError> {
    let record = use_context::<Arc<dyn Record>>().ok_or(Failure::Opening)?;
    Ok(record.changes(window, cluster()?.now()).await?)
}

/// A moment as RFC 3339 in UTC, or as a form's field has it, without seconds
/// or zone.
fn moment(text: &str) -> Option<Time> {
    let text = text.trim();
    text.parse()
        .or_else(|_| format!("{text}Z").parse())
        .or_else(|_| format!("{text}:00Z").parse())
        .ok()
}

/// Asks the cluster of this request.
///
/// # Errors
/// As the question, and when there is no cluster to ask.
pub fn lookup<T>(ask: impl FnOnce(&dyn Cluster) -> Result<T, ApiError>) -> Result<T, ApiError> {
    ask(cluster()?.as_ref())
}

/// The key in the address of this page.
pub fn key_of_route() -> Key {
    let params = leptos_router::hooks::use_params_map().get_untracked();
    Key::daemon_set(
        params.get("namespace").unwrap_or_default(),
        params.get("name").unwrap_or_default(),
    )
}

/// A part of the address's query; `None` where it is empty.
pub fn query_part(name: &str) -> Option<String> {
    leptos_router::hooks::use_query_map()
        .get_untracked()
        .get(name)
        .filter(|value| !value.is_empty())
}

/// Where no script keeps a page fresh, it loads itself again while something
/// moves, and offers a link otherwise: a page that reloads loses the place of
/// whoever reads it.
#[component]
pub fn Refresh(
    /// Something changes by itself.
    moving: bool,
    /// Language.
    lang: Lang,
) -> impl IntoView {
    view! {
        <noscript>
            {if moving {
                view! { <meta http-equiv="refresh" content="5"/> }.into_any()
            } else {
                view! {
                    <p class="reload">
                        {lang.not_live_without_scripts()} " " <a href="">{lang.refresh()}</a>
                    </p>
                }
                    .into_any()
            }}
        </noscript>
    }
}
