//! Server functions: stable, readable paths with JSON, documented in
//! `docs/api.md`. Reads are GET; the two writes are POST. Each body asks the
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
use domain::record::changes::Changes;
use domain::record::images::Images;
use domain::record::timeline::Timeline;
use domain::replace;
use domain::rollback::{Order, Report};
use domain::status::Status;
use domain::workload::{Key, Kind};
use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Json};

use crate::error::ApiError;
use crate::model::{self, Comparison, Kept, Nodes, Recorded, Revision, Then, Workloads};
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
) -> Result<Recorded<Timeline>, ApiError> {
    let key = key(namespace, kind, name);
    let part = pages::Part {
        before,
        period: None,
    };
    let told = pages::timeline(&key, uid.as_deref(), part).await;
    answer(told.map(pages::so_far))
}

/// `GET /api/then`: what every workload ran at a moment.
#[server(name = GetThen, prefix = "/api", endpoint = "then", input = GetUrl)]
pub async fn then(at: Option<String>) -> Result<Recorded<Then>, ApiError> {
    answer(pages::then(at.as_deref()).await.map(pages::so_far))
}

/// `GET /api/images`: the periods in which an image ran, by a part of it;
/// without `q`, the images that run now.
#[server(name = GetImages, prefix = "/api", endpoint = "images", input = GetUrl)]
pub async fn images(q: Option<String>, page: Option<usize>) -> Result<Recorded<Images>, ApiError> {
    let text = q.unwrap_or_default();
    answer(
        pages::images(&text, page.unwrap_or(1))
            .await
            .map(pages::so_far),
    )
}

/// `GET /api/changes`: what changed between two moments; without `to` until
/// now, without `from` in the 24 hours before.
#[server(name = GetChanges, prefix = "/api", endpoint = "changes", input = GetUrl)]
pub async fn changes(
    from: Option<String>,
    to: Option<String>,
) -> Result<Recorded<Changes>, ApiError> {
    answer(
        pages::changes(from.as_deref(), to.as_deref())
            .await
            .map(pages::so_far),
    )
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

/// `GET /api/nodes`: what each node does with one workload, and why it does not
/// come to its end.
#[server(name = GetNodes, prefix = "/api", endpoint = "nodes", input = GetUrl)]
pub async fn nodes(namespace: String, kind: Option<Kind>, name: String) -> Result<Nodes, ApiError> {
    let key = key(namespace, kind, name);
    answer(pages::nodes(&key).await)
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

/// `GET /api/template`: a template that the record keeps, by its digest or by the
/// ControllerRevision that held it.
#[server(name = GetTemplate, prefix = "/api", endpoint = "template", input = GetUrl)]
pub async fn template(
    namespace: String,
    kind: Option<Kind>,
    name: String,
    template: String,
    reveal: Option<bool>,
) -> Result<Kept, ApiError> {
    let key = key(namespace, kind, name);
    answer(pages::template(&key, &template, reveal.unwrap_or_default()).await)
}

/// `GET /api/compare`: what changes from one revision to another; `live` names
/// the live template, and a digest one that the record keeps.
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
    let kept = answer(pages::kept(&key, &[&from, &to]).await)?;
    answer(pages::lookup(|cluster| {
        model::comparison(cluster, &key, &from, &to, &kept, options)
    }))
}

/// `POST /api/rollback`: goes back, if all is as the order says.
#[server(name = PostRollback, prefix = "/api", endpoint = "rollback", input = Json)]
pub async fn rollback(#[server(flatten)] order: Order) -> Result<Report, ApiError> {
    let lang = pages::frame().lang;
    let report = answer(pages::order(order.clone()).await)?;
    pages::status(report.reason.http_status());
    Ok(Report {
        message: lang.report(&order, &report),
        ..report
    })
}

/// `POST /api/replace`: deletes one old pod of a workload whose strategy is
/// `OnDelete`, if all is as the order says.
#[server(name = PostReplace, prefix = "/api", endpoint = "replace", input = Json)]
pub async fn replace(
    #[server(flatten)] order: replace::Order,
) -> Result<replace::Report, ApiError> {
    let lang = pages::frame().lang;
    let report = answer(match pages::cluster() {
        Ok(cluster) => Ok(cluster.replace(order.clone()).await),
        Err(error) => Err(error),
    })?;
    pages::status(report.reason.http_status());
    Ok(replace::Report {
        message: lang.replaced(&order, &report.reason),
        ..report
    })
}
