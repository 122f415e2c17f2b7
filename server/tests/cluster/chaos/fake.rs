//! An apiserver that answers what a real one does not when it is asked to: it is
//! busy, knows the credentials no more, or has forgotten what a watch goes on from.
//! It holds one DaemonSet.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, Request, State};
use axum::middleware::{Next, map_response_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{HeaderValue, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::rig::daemon_set;

/// What it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Well,
    /// 429 with a `Retry-After`, in words alone, as where there are too many
    /// requests at a time.
    TooMany,
    /// 503 with a status that says when to come again.
    Unavailable,
    /// 401: the credentials have ended.
    Unauthorized,
    /// It forgets what a watch goes on from, and between two pages of a list.
    GoneInPages,
    /// It forgets before a watch begins.
    GoneAtStart,
    /// It forgets while a watch goes on.
    GoneInStream,
    /// Each watch ends at once, and brings nothing.
    Fleeting,
}

struct Inner {
    mood: watch::Sender<Mood>,
    generation: Mutex<i64>,
    /// How much its clock is ahead.
    ahead: Mutex<SignedDuration>,
    /// Lists and watches that were asked for, of both kinds, each page by itself.
    asked: Mutex<u64>,
}

pub struct Fake {
    inner: Arc<Inner>,
    pub kubeconfig: PathBuf,
    _stop: DropGuard,
}

fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Fake {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.kubeconfig);
    }
}

impl Fake {
    pub async fn new(name: &str) -> Self {
        let inner = Arc::new(Inner {
            mood: watch::channel(Mood::Well).0,
            generation: Mutex::new(1),
            ahead: Mutex::default(),
            asked: Mutex::default(),
        });
        let kind = |kind: &'static str| {
            get(
                move |State(inner): State<Arc<Inner>>, RawQuery(query): RawQuery| async move {
                    answer(&inner, kind, &query.unwrap_or_default())
                },
            )
        };
        let router = Router::new()
            .route(
                "/version",
                get(async || Json(json!({"gitVersion": "v1.0.0-fake"}))),
            )
            .route("/apis/apps/v1/daemonsets", kind("DaemonSet"))
            .route(
                "/apis/apps/v1/controllerrevisions",
                kind("ControllerRevision"),
            )
            .layer(axum::middleware::from_fn_with_state(inner.clone(), refuse))
            .layer(map_response_with_state(inner.clone(), dated))
            .with_state(inner.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let end = stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = end.cancelled() => {}
                served = axum::serve(listener, router) => served.unwrap(),
            }
        });
        let config = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "x",
            "clusters": [{"name": "x", "cluster": {"server": format!("http://{address}")}}],
            "users": [{"name": "x", "user": {}}],
            "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
        });
        let file = format!("rollbook-fake-{name}-{}.json", std::process::id());
        let kubeconfig = std::env::temp_dir().join(file);
        std::fs::write(&kubeconfig, config.to_string()).unwrap();
        Self {
            inner,
            kubeconfig,
            _stop: stop.drop_guard(),
        }
    }

    /// It is so from now on, and every watch ends.
    pub fn set(&self, mood: Mood) {
        self.inner.mood.send_replace(mood);
    }

    /// Somebody edits the workload; its generation.
    pub fn edit(&self) -> i64 {
        let mut generation = held(&self.inner.generation);
        *generation += 1;
        *generation
    }

    /// Its clock is ahead by so much.
    pub fn ahead(&self, by: SignedDuration) {
        *held(&self.inner.ahead) = by;
    }

    pub fn asked(&self) -> u64 {
        *held(&self.inner.asked)
    }
}

/// Every answer tells its time.
async fn dated(State(inner): State<Arc<Inner>>, mut response: Response) -> Response {
    let now = Timestamp::now() + *held(&inner.ahead);
    let date = jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&now)
        .unwrap();
    let date = HeaderValue::from_str(&date).unwrap();
    response.headers_mut().insert(header::DATE, date);
    response
}

fn status(code: u16, reason: &str, message: &str) -> Value {
    json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "code": code,
    })
}

fn gone() -> Value {
    status(410, "Expired", "too old resource version: 1 (2)")
}

/// What it answers to everybody, whatever is asked.
async fn refuse(State(inner): State<Arc<Inner>>, request: Request, next: Next) -> Response {
    let mood = *inner.mood.borrow();
    if request.uri().path() != "/version" {
        *held(&inner.asked) += 1;
    }
    match mood {
        Mood::TooMany => {
            let words = "Too many requests, please try again later.\n";
            let code = StatusCode::TOO_MANY_REQUESTS;
            (code, [(header::RETRY_AFTER, "1")], words).into_response()
        }
        Mood::Unavailable => {
            let mut body = status(503, "ServiceUnavailable", "the server is shutting down");
            body["details"] = json!({"retryAfterSeconds": 2});
            let code = StatusCode::SERVICE_UNAVAILABLE;
            (code, [(header::RETRY_AFTER, "2")], Json(body)).into_response()
        }
        Mood::Unauthorized => {
            let body = status(401, "Unauthorized", "Unauthorized");
            (StatusCode::UNAUTHORIZED, Json(body)).into_response()
        }
        _ => next.run(request).await,
    }
}

/// A list or a watch.
fn answer(inner: &Inner, kind: &str, query: &str) -> Response {
    let has = |field: &str| query.split('&').any(|pair| pair.starts_with(field));
    let mood = *inner.mood.borrow();
    let gone_now = || (StatusCode::GONE, Json(gone())).into_response();
    match (has("watch=true"), mood) {
        (true, Mood::GoneInPages | Mood::GoneAtStart) => gone_now(),
        (true, Mood::GoneInStream) => {
            let line = format!("{}\n", json!({"type": "ERROR", "object": gone()}));
            line.into_response()
        }
        (true, Mood::Fleeting) => StatusCode::OK.into_response(),
        (true, _) => silent(inner, query),
        (false, Mood::GoneInPages) if has("continue=") => gone_now(),
        (false, mood) => {
            let mut list = json!({
                "apiVersion": "apps/v1", "kind": format!("{kind}List"),
                "metadata": {"resourceVersion": "1"}, "items": [],
            });
            if kind == "DaemonSet" {
                let mut object = daemon_set("faked", "i:1");
                let metadata = &mut object["metadata"];
                metadata["uid"] = json!("u");
                metadata["resourceVersion"] = json!("1");
                metadata["generation"] = json!(*held(&inner.generation));
                metadata["creationTimestamp"] = json!("2026-01-01T00:00:00Z");
                list["items"] = json!([object]);
            }
            if mood == Mood::GoneInPages {
                list["metadata"]["continue"] = json!("more");
            }
            Json(list).into_response()
        }
    }
}

/// A watch on which nothing happens: it ends in its time, or when the mood changes.
fn silent(inner: &Inner, query: &str) -> Response {
    let seconds = query.split("timeoutSeconds=").nth(1);
    let seconds = seconds.and_then(|rest| rest.split('&').next()?.parse().ok());
    let limit = Duration::from_secs(seconds.unwrap_or(5));
    let mut mood = inner.mood.subscribe();
    let end = async move {
        let _ = tokio::time::timeout(limit, mood.changed()).await;
        Ok::<_, Infallible>(Bytes::new())
    };
    Body::from_stream(futures::stream::once(end)).into_response()
}
