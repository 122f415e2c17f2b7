//! One page, one file; and what every page starts with.

pub mod compare;
pub mod images;
pub mod list;
pub mod not_found;
pub mod progress;
pub mod recorded;
pub mod replace;
pub mod revision;
pub mod rollback;
pub mod then;
pub mod workload;

use std::sync::Arc;

use domain::health::Health;
use domain::history::Row;
use domain::time::Time;
use domain::workload::Key;
use http::HeaderValue;
use http::header::CONTENT_SECURITY_POLICY;
use http::request::Parts;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use crate::cluster::Cluster;
use crate::components::back::{BackLink, Off};
use crate::error::ApiError;
use crate::i18n::Lang;
use crate::live::Connection;
use crate::model::{self, Nodes};
use crate::prefs::Prefs;
use crate::urls;

pub use recorded::{
    Here, Part, changed_in, changes, images, in_cluster, kept, not_kept, order, own, record,
    so_far, template, then, timeline, with_kept,
};

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
    /// The way to going back to a revision.
    pub fn back_button(&self, key: &Key, row: &Row) -> impl IntoView + use<> {
        view! {
            <span class="primary-back">
                <BackLink
                    name=self.lang.roll_back_to_number(row.revision)
                    url=urls::rollback(key, Some(&row.name))
                    off=self.off()
                />
            </span>
        }
    }

    /// Whether nothing can be rolled back from this page.
    pub fn off(&self) -> Off {
        if self.read_only {
            return Off::Lasting(self.lang.off_read_only().to_owned());
        }
        let connection = Connection::Server(self.health.clone());
        connection
            .off_reason(self.lang)
            .map_or(Off::No, Off::Passing)
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

/// Asks the cluster of this request.
///
/// # Errors
/// As the question, and when there is no cluster to ask.
pub fn lookup<T>(ask: impl FnOnce(&dyn Cluster) -> Result<T, ApiError>) -> Result<T, ApiError> {
    ask(cluster()?.as_ref())
}

/// The nodes of a workload.
///
/// # Errors
/// When there is no such workload, or its pods were not seen yet or may not be.
pub async fn nodes(key: &Key) -> Result<Nodes, ApiError> {
    let cluster = cluster()?;
    model::entry(cluster.as_ref(), key)?;
    let Some(nodes) = cluster.nodes(key).await else {
        let words = "the pods are being read".to_owned();
        return Err(ApiError::NotReady { words });
    };
    match &nodes.pods {
        Health::Refused { missing } => Err(ApiError::Forbidden {
            missing: missing.clone(),
        }),
        _ => Ok(Nodes::clone(&nodes)),
    }
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
