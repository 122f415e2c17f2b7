//! The buttons of the nodes that wait under `OnDelete`: one posts to the page's
//! own address and leads back to it, or to it with what happened. A tab that goes
//! through many nodes asks there for each step, and deletes by the API.

use app::pages::replace::{Ask, Submitted, guided};
use app::prefs::Prefs;
use app::urls;
use axum::Form;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::replace::{Order, Outcome, Reason, Report};
use domain::workload::Key;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use leptos::prelude::provide_context;
use serde::Deserialize;

use crate::state::AppState;

/// Fields of the form, as text.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Fields {
    uid: String,
    generation: String,
    /// Node, name and uid of the pod, as the button has them; none of them has a
    /// slash.
    pod: String,
}

impl Fields {
    /// The order, as far as it can be read.
    fn order(self, namespace: String, name: String) -> (Order, Option<Reason>) {
        let mut parts = self.pod.split('/').map(ToOwned::to_owned);
        let mut part = || parts.next().unwrap_or_default();
        let generation = self.generation.parse();
        let invalid = generation.is_err().then(|| Reason::Invalid {
            field: "generation".to_owned(),
        });
        let order = Order {
            namespace,
            name,
            uid: self.uid,
            generation: generation.unwrap_or_default(),
            node: part(),
            pod: part(),
            pod_uid: part(),
            ..Order::default()
        };
        (order, invalid)
    }
}

/// A tab asks for a step with JSON, which no form can send.
fn is_step(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}

/// `POST /ns/{namespace}/daemonsets/{name}/replace`
pub async fn replace(
    State(state): State<AppState>,
    Path((namespace, name)): Path<(String, String)>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let lang = Prefs::of(&parts.headers).lang;
    let again = Request::from_parts(parts.clone(), Body::empty());
    if is_step(&parts.headers) {
        let body = Bytes::from_request(Request::from_parts(parts, body), &()).await;
        let ask = match body.map(|body| serde_json::from_slice::<Ask>(&body)) {
            Ok(Ok(ask)) => ask,
            Ok(Err(error)) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
            Err(rejection) => return rejection.into_response(),
        };
        let key = Key::daemon_set(namespace, name);
        let guided = guided(state.cluster.as_ref(), &key, ask, lang).await;
        let context = move || provide_context(guided.clone());
        return state.render(again, context).await;
    }
    let form = Form::<Fields>::from_request(Request::from_parts(parts, body), &()).await;
    let (order, invalid) = match form {
        Ok(Form(fields)) => fields.order(namespace, name),
        Err(rejection) => {
            let field = rejection.to_string();
            let (order, _) = Fields::default().order(namespace, name);
            (order, Some(Reason::Invalid { field }))
        }
    };
    let mut report = match invalid {
        Some(reason) => Report::from(reason),
        None => state.cluster.replace(order.clone()).await,
    };
    // The second of two clicks finds the work of the first done.
    if matches!(report.outcome, Outcome::Replaced | Outcome::AlreadyThere) {
        return Redirect::to(&urls::replaced(&order.key(), &order.node)).into_response();
    }
    report.message = lang.replaced(&order, &report.reason);
    let status = StatusCode::from_u16(report.reason.http_status()).unwrap_or(StatusCode::CONFLICT);
    let submitted = Submitted { report };
    let mut response = state
        .render(again, move || provide_context(submitted.clone()))
        .await;
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_names_one_pod_and_what_was_seen() {
        let fields = |generation: &str| Fields {
            uid: "u".into(),
            generation: generation.into(),
            pod: "n1/foo-a/p".into(),
        };
        let (order, invalid) = fields("7").order("ns".into(), "foo".into());
        assert_eq!(invalid, None);
        assert_eq!((&*order.uid, order.generation), ("u", 7));
        let pod = (&*order.node, &*order.pod, &*order.pod_uid);
        assert_eq!(pod, ("n1", "foo-a", "p"));
        // What was seen is tested, or nothing is done.
        let (_, invalid) = fields("").order("ns".into(), "foo".into());
        let field = "generation".to_owned();
        assert_eq!(invalid, Some(Reason::Invalid { field }));
    }
}
