//! The server: it reaches the world. axum in front, the kube adapter behind,
//! and `app` in between, which knows neither.

pub mod config;
mod form;
pub mod kube;
pub mod live;
mod preferences;
mod probes;
mod problem;
pub mod record;
pub mod security;
mod shared;
mod site;
pub mod state;
pub mod telemetry;

use std::sync::Arc;
use std::time::Duration;

use app::record::Record;
use app::shell::{App, shell};
use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use domain::health::Health;
use http::{Extensions, HeaderMap, StatusCode};
use leptos_axum::{LeptosRoutes, generate_route_list};
use tokio_util::sync::CancellationToken;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};
use tower_http::limit::RequestBodyLimitLayer;

use crate::config::Config;
use crate::state::AppState;

/// How hard a page is compressed: a tenth smaller than by default, for less than
/// a millisecond.
const PAGE_QUALITY: CompressionLevel = CompressionLevel::Precise(6);

/// Largest request body, in bytes: a form with a reason is far smaller.
const BODY_MAX: usize = 64 * 1024;

/// How long it may take from a signal to the end, which is promised within five
/// seconds: for open requests, and beside and after them for the record to write
/// what was seen last.
const GRACE: Duration = Duration::from_millis(4800);

/// How long the link waits for the first picture of the cluster.
const FIRST_PICTURE: Duration = Duration::from_secs(3);

/// Why the server did not start or did not go on.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The configuration cannot be used.
    #[error("{0}")]
    Config(#[from] config::Refusal),
    /// There is no usable way to a cluster.
    #[error("{0}")]
    Cluster(#[from] kube::client::NoCluster),
    /// The record cannot be looked after.
    #[error("{0}")]
    Record(record::chores::Failure),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// Why.
        error: std::io::Error,
    },
    /// The runtime did not start.
    #[error("cannot start: {0}")]
    Start(String),
    /// Serving ended with an error.
    #[error("stopped serving: {0}")]
    Serve(std::io::Error),
}

/// All routes. Tests call it with a state of their own.
pub fn router(state: AppState) -> Router {
    let routes = generate_route_list(App);
    let context = {
        let state = state.clone();
        move || state.provide()
    };
    let document = {
        let state = state.clone();
        move || shell(state.site.clone())
    };
    Router::new()
        .route("/live", get(live::stream))
        .route("/preferences", get(preferences::set))
        .route("/healthz", get(probes::healthz))
        .route("/readyz", get(probes::readyz))
        .route(
            "/ns/{namespace}/daemonsets/{name}/rollback",
            post(form::rollback),
        )
        .route(
            "/ns/{namespace}/daemonsets/{name}/replace",
            post(form::replace),
        )
        .merge(site::router())
        .leptos_routes_with_context(&state, routes, context, document)
        .fallback(not_found)
        .layer(compression())
        .layer(axum::middleware::from_fn_with_state(
            shared::Answers::new(),
            shared::answer,
        ))
        .layer(axum::middleware::from_fn(security::origin::check))
        .layer(axum::middleware::from_fn_with_state(
            state.hosts.clone(),
            security::host::check,
        ))
        .layer(RequestBodyLimitLayer::new(BODY_MAX))
        // Whatever was refused above is shaped and guarded here.
        .layer(axum::middleware::from_fn(problem::shape))
        .layer(axum::middleware::from_fn(security::headers::set))
        .layer(axum::middleware::from_fn(telemetry::log))
        .with_state(state)
}

/// Answers are compressed where they are made; refusals are shaped later.
fn compression() -> CompressionLayer<impl Predicate> {
    let made = |status: StatusCode, _, _: &HeaderMap, _: &Extensions| status.is_success();
    CompressionLayer::new()
        .quality(PAGE_QUALITY)
        .compress_when(DefaultPredicate::new().and(made))
}

/// The page for an address that leads nowhere.
async fn not_found(
    axum::extract::State(state): axum::extract::State<AppState>,
    request: Request,
) -> Response {
    if request.uri().path().starts_with("/api/") {
        return StatusCode::NOT_FOUND.into_response();
    }
    state.render(request, || {}).await.into_response()
}

/// Runs until a signal comes.
///
/// # Errors
/// When the configuration, the cluster's credentials or the address cannot be
/// used.
pub async fn run(config: Config) -> Result<(), Failure> {
    let address = config.address()?;
    let stop = CancellationToken::new();
    let kube::Connected {
        cluster,
        changes,
        watching,
    } = kube::connect(&config, stop.clone()).await?;
    let (record, writing): (Arc<dyn Record>, _) = match config.record.clone() {
        Some(config::Record::None) => (Arc::new(record::Off), None),
        place => {
            let (kept, writing) = record::start(
                cluster.clone(),
                watching,
                place,
                config.retention(),
                stop.clone(),
            );
            (Arc::new(kept), Some(writing))
        }
    };
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .map_err(|error| Failure::Listen { address, error })?;
    let bound = listener.local_addr().unwrap_or(address);
    // Whoever opens the link at once sees the cluster, not that it is awaited.
    let mut health = changes.health.clone();
    let seen = health.wait_for(|health| *health != Health::Starting);
    let _ = tokio::time::timeout(FIRST_PICTURE, seen).await;
    let state = AppState::new(cluster, changes, record, &config, bound, stop.clone());
    tracing::info!(address = %bound, "listening");
    println!("Rollbook is at http://{bound}/");
    let app = router(state);
    tokio::spawn(on_signal(stop.clone()));
    let drained = stop.clone();
    let serve = axum::serve(listener, app).with_graceful_shutdown(async move {
        drained.cancelled().await;
    });
    let late = async {
        stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::pin!(late);
    let served = tokio::select! {
        result = serve => result.map_err(Failure::Serve),
        () = &mut late => Ok(()),
    };
    // What was seen last is written too, if the database takes it in time.
    if let Some(writing) = writing {
        stop.cancel();
        tokio::select! {
            _ = writing => {}
            () = late => tracing::warn!("stopped, and what was seen last is not known to be written"),
        }
    }
    served
}

/// The first signal asks to stop; the second does not ask.
async fn on_signal(stop: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        return;
    };
    let mut next = async || {
        tokio::select! {
            _ = terminate.recv() => (),
            _ = interrupt.recv() => (),
        }
    };
    next().await;
    tracing::info!("stopping");
    stop.cancel();
    next().await;
    std::process::exit(130);
}
