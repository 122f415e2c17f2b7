//! What every request shares.

use std::net::SocketAddr;
use std::sync::Arc;

use app::cluster::Cluster;
use app::record::Record;
use app::shell::{Site, shell};
use axum::extract::{FromRef, Request};
use axum::response::{IntoResponse, Response};
use leptos::config::LeptosOptions;
use leptos::prelude::provide_context;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::kube::Changes;
use crate::security::host::Hosts;
use crate::site;

/// Shared by all requests.
#[derive(Clone)]
pub struct AppState {
    /// The cluster.
    pub cluster: Arc<dyn Cluster>,
    /// What Rollbook wrote down of it.
    pub record: Arc<dyn Record>,
    /// Tells when there is something new.
    pub changes: Changes,
    /// Where the built site lies.
    pub site: Site,
    /// Names that this server answers to.
    pub hosts: Arc<Hosts>,
    /// Cancelled when the server stops: open streams end.
    pub stop: CancellationToken,
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.site.options.clone()
    }
}

impl AppState {
    /// For a server that listens on `bound`.
    pub fn new(
        cluster: Arc<dyn Cluster>,
        changes: Changes,
        record: Arc<dyn Record>,
        config: &Config,
        bound: SocketAddr,
        stop: CancellationToken,
    ) -> Self {
        let manifest = site::manifest();
        let options = LeptosOptions::builder()
            .output_name(manifest.output)
            .site_pkg_dir("pkg")
            .build();
        Self {
            cluster,
            record,
            changes,
            site: Site {
                options,
                css: manifest.css.to_owned(),
            },
            hosts: Arc::new(Hosts::new(bound, &config.allow_hosts)),
            stop,
        }
    }

    /// Gives pages what they may ask.
    pub fn provide(&self) {
        provide_context::<Arc<dyn Cluster>>(self.cluster.clone());
        provide_context::<Arc<dyn Record>>(self.record.clone());
    }

    /// Renders the page of a request, with more context than usual.
    pub async fn render(
        &self,
        request: Request,
        more: impl Fn() + Clone + Send + Sync + 'static,
    ) -> Response {
        let state = self.clone();
        let context = move || {
            state.provide();
            more();
        };
        let document = {
            let site = self.site.clone();
            move || shell(site.clone())
        };
        leptos_axum::render_app_async_with_context(context, document)(request)
            .await
            .into_response()
    }
}
