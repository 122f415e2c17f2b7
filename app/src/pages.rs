//! One page, one file; and what every page starts with.

pub mod compare;
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
use domain::record::timeline::Timeline;
use domain::text::visible;
use domain::time::Time;
use domain::workload::Key;
use http::HeaderValue;
use http::header::CONTENT_SECURITY_POLICY;
use http::request::Parts;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use crate::cluster::Cluster;
use crate::error::ApiError;
use crate::i18n::Lang;
use crate::islands::back::BackButton;
use crate::model::{Given, Then, ThenLine};
use crate::prefs::Prefs;
use crate::record::{Failure, Record};
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
            there: entry.is_some(),
            in_cluster,
            ran,
        }
    });
    Ok(Then {
        at,
        workloads: workloads.collect(),
    })
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
