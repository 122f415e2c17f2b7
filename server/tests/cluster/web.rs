//! The routes as a browser or a program meets them, without a socket between.

use std::path::Path;
use std::sync::Arc;

use app::record::Record;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response};
use domain::rollback::Order;
use serde_json::Value;
use server::config::Config;
use server::kube::Connected;
use server::state::AppState;
use tokio_util::sync::{CancellationToken, DropGuard};
use tower::ServiceExt;

use super::rig::{Rig, config, until};

/// The address that the routes believe to be at.
pub const HOST: &str = "127.0.0.1:7777";

/// A program sends JSON.
pub const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

/// A page sends its form.
pub const FORM: [(&str, &str); 2] = [
    ("content-type", "application/x-www-form-urlencoded"),
    ("origin", "http://127.0.0.1:7777"),
];

/// The routes of one server, which ends with the value.
pub struct Web {
    router: Router,
    _stop: DropGuard,
}

/// A server that sees the cluster.
pub async fn serve(rig: &Rig, more: &[&str]) -> Web {
    serve_as(&rig.cluster.kubeconfig(), more).await
}

/// A server with the credentials of a kubeconfig that sees the cluster.
pub async fn serve_as(kubeconfig: &Path, more: &[&str]) -> Web {
    let (web, port) = start(kubeconfig, more).await;
    until("the first picture", || port.health().is_live()).await;
    web
}

/// A server with the credentials of a kubeconfig, whatever it sees.
pub async fn start(kubeconfig: &Path, more: &[&str]) -> (Web, Arc<dyn app::cluster::Cluster>) {
    start_with(config(kubeconfig, more)).await
}

/// A server that also keeps a record, from what it sees on.
pub async fn serve_recorded(rig: &Rig, path: &Path) -> Web {
    let words = ["--record", path.to_str().unwrap()];
    serve_as(&rig.cluster.kubeconfig(), &words).await
}

async fn start_with(config: Config) -> (Web, Arc<dyn app::cluster::Cluster>) {
    let stop = CancellationToken::new();
    let Connected {
        cluster: port,
        changes,
        watching,
    } = server::kube::connect(&config, stop.clone()).await.unwrap();
    let record: Arc<dyn Record> = match config.record.clone() {
        None => Arc::new(server::record::Off),
        place => {
            let (port, limits) = (port.clone(), config.retention());
            Arc::new(server::record::start(port, watching, place, limits, stop.clone()).0)
        }
    };
    let bound = HOST.parse().unwrap();
    let state = AppState::new(port.clone(), changes, record, &config, bound, stop.clone());
    let web = Web {
        router: server::router(state),
        _stop: stop.drop_guard(),
    };
    (web, port)
}

/// The whole body as text.
pub async fn text(response: Response<Body>) -> String {
    let bytes = to_bytes(response.into_body(), 10 << 20).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

impl Web {
    /// One request.
    pub async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(path);
        if headers.iter().all(|(name, _)| *name != "host") {
            request = request.header("host", HOST);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// A GET: its status and body.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let answer = self.ask("GET", path, &[], "").await;
        (answer.status().as_u16(), text(answer).await)
    }

    /// A GET that answers JSON, whatever its status.
    pub async fn json(&self, path: &str) -> (u16, Value) {
        let (status, body) = self.get(path).await;
        let value = serde_json::from_str(&body);
        (status, value.unwrap_or_else(|_| panic!("{path}: {body}")))
    }

    /// `POST /api/rollback`: its status and answer.
    pub async fn order(&self, order: &Value) -> (u16, Value) {
        let order = order.to_string();
        let answer = self.ask("POST", "/api/rollback", &JSON, &order).await;
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&text(answer).await).unwrap())
    }

    /// The form of the rollback page, sent with all that the page saw.
    pub async fn form(&self, order: &Order) -> Response<Body> {
        let page = app::urls::rollback(&order.key(), Some(&order.to));
        self.ask("POST", &page, &FORM, &fields(order)).await
    }
}

/// The order as the fields of a form.
fn fields(order: &Order) -> String {
    let number = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
    let text = |t: &Option<String>| app::urls::encode(t.as_deref().unwrap_or_default());
    format!(
        "to={}&toUid={}&toRevision={}&uid={}&generation={}&reason={}",
        order.to,
        text(&order.to_uid),
        number(order.to_revision),
        text(&order.uid),
        number(order.generation),
        text(&order.reason),
    )
}
