//! Server functions: stable, readable paths with JSON, documented in
//! `docs/api.md`. Reads are GET; the one write is POST. Each body asks the
//! cluster and maps the error, no more.

#![expect(
    clippy::unused_async,
    reason = "server functions are async by their kind"
)]
#![expect(
    missing_docs,
    reason = "the macro makes a struct of the arguments, which are documented in docs/api.md"
)]

use domain::history::History;
use domain::record::timeline::Timeline;
use domain::rollback::{Order, Report};
use domain::status::Status;
use domain::workload::{Key, Kind};
use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Json};

use crate::error::ApiError;
use crate::model::{self, Comparison, Revision, Then, Workloads};
use crate::pages;

/// Sets the HTTP status that belongs to an error.
fn answer<T>(result: Result<T, ApiError>) -> Result<T, ApiError> {
    if let Err(error) = &result {
        pages::status(error.http_status());
    }
    result
}

fn key(namespace: String, kind: Option<Kind>, name: String) -> Key {
    Key {
        namespace,
        kind: kind.unwrap_or_default(),
        name,
    }
}

/// `GET /api/workloads`: all workloads that this server may see.
#[server(name = GetWorkloads, prefix = "/api", endpoint = "workloads", input = GetUrl)]
pub async fn workloads() -> Result<Workloads, ApiError> {
    answer(pages::lookup(model::workloads))
}

/// `GET /api/history`: the revisions of one workload.
#[server(name = GetHistory, prefix = "/api", endpoint = "history", input = GetUrl)]
pub async fn history(
    namespace: String,
    kind: Option<Kind>,
    name: String,
) -> Result<History, ApiError> {
    let key = key(namespace, kind, name);
    answer(pages::lookup(|cluster| model::workload(cluster, &key)).map(|w| w.history))
}

/// `GET /api/timeline`: what one workload ran when, as far as it is known; with
/// `uid` that of an earlier one of the same name, with `before` the part before
/// that template generation.
#[server(name = GetTimeline, prefix = "/api", endpoint = "timeline", input = GetUrl)]
pub async fn timeline(
    namespace: String,
    kind: Option<Kind>,
    name: String,
    uid: Option<String>,
    before: Option<i64>,
) -> Result<Timeline, ApiError> {
    let key = key(namespace, kind, name);
    answer(pages::timeline(&key, uid.as_deref(), before).await)
}

/// `GET /api/then`: what every workload ran at a moment.
#[server(name = GetThen, prefix = "/api", endpoint = "then", input = GetUrl)]
pub async fn then(at: Option<String>) -> Result<Then, ApiError> {
    answer(pages::then(at.as_deref()).await)
}

/// `GET /api/status`: what kubectl would say about the rollout.
#[server(name = GetStatus, prefix = "/api", endpoint = "status", input = GetUrl)]
pub async fn status(
    namespace: String,
    kind: Option<Kind>,
    name: String,
) -> Result<Status, ApiError> {
    let key = key(namespace, kind, name);
    answer(pages::lookup(|cluster| model::workload(cluster, &key)).map(|w| w.status))
}

/// `GET /api/revision`: one revision with its template. Values that look like
/// secrets are hidden unless `reveal` is set.
#[server(name = GetRevision, prefix = "/api", endpoint = "revision", input = GetUrl)]
pub async fn revision(
    namespace: String,
    kind: Option<Kind>,
    name: String,
    revision: String,
    reveal: Option<bool>,
) -> Result<Revision, ApiError> {
    let key = key(namespace, kind, name);
    let reveal = reveal.unwrap_or_default();
    answer(pages::lookup(|cluster| {
        model::revision(cluster, &key, &revision, reveal)
    }))
}

/// `GET /api/compare`: what changes from one revision to another; `live` names
/// the live template.
#[server(name = GetComparison, prefix = "/api", endpoint = "compare", input = GetUrl)]
pub async fn compare(
    namespace: String,
    kind: Option<Kind>,
    name: String,
    from: String,
    to: String,
    reveal: Option<bool>,
) -> Result<Comparison, ApiError> {
    let key = key(namespace, kind, name);
    let options = model::DiffOptions {
        reveal: reveal.unwrap_or_default(),
        ..model::DiffOptions::default()
    };
    answer(pages::lookup(|cluster| {
        model::comparison(cluster, &key, &from, &to, options)
    }))
}

/// `POST /api/rollback`: goes back, if all is as the order says.
#[server(name = PostRollback, prefix = "/api", endpoint = "rollback", input = Json)]
pub async fn rollback(#[server(flatten)] order: Order) -> Result<Report, ApiError> {
    let lang = pages::frame().lang;
    let cluster = answer(pages::cluster())?;
    let report = cluster.rollback(order.clone()).await;
    pages::status(report.reason.http_status());
    Ok(Report {
        message: lang.report(&order, &report),
        ..report
    })
}
