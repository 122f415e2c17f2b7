//! The rollback form: posts to its own address and leads on to the page that
//! follows the write, or back to the form with what happened.

mod replace;

use app::pages::rollback::Submitted;
use app::prefs::Prefs;
use app::urls;
use axum::Form;
use axum::extract::{FromRequest, Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::rollback::{Order, Outcome, Reason, Report};
use http::StatusCode;
use leptos::prelude::provide_context;
use serde::Deserialize;

use crate::state::AppState;

pub use replace::replace;

/// Fields of the form, as text: an empty one was not sent.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Fields {
    to: String,
    to_uid: String,
    to_revision: String,
    uid: String,
    generation: String,
    reason: String,
}

impl Fields {
    /// The order. A number that is none is refused, never left out: what the
    /// person saw must be tested.
    fn order(self, namespace: String, name: String) -> Result<Order, Reason> {
        let text = |value: String| Some(value).filter(|v| !v.is_empty());
        let number = |field: &str, value: &str| match value {
            "" => Ok(None),
            digits => digits.parse().map(Some).map_err(|_| Reason::Invalid {
                field: field.to_owned(),
            }),
        };
        Ok(Order {
            namespace,
            name,
            to_revision: number("toRevision", &self.to_revision)?,
            generation: number("generation", &self.generation)?,
            to: self.to,
            to_uid: text(self.to_uid),
            uid: text(self.uid),
            reason: text(self.reason),
            ..Order::default()
        })
    }
}

/// `POST /ns/{namespace}/daemonsets/{name}/rollback`
pub async fn rollback(
    State(state): State<AppState>,
    Path((namespace, name)): Path<(String, String)>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let lang = Prefs::of(&parts.headers).lang;
    let again = Request::from_parts(parts.clone(), axum::body::Body::empty());
    let form = Form::<Fields>::from_request(Request::from_parts(parts, body), &()).await;
    let (order, mut report) = match form {
        Err(rejection) => {
            let order = Order {
                namespace,
                name,
                ..Order::default()
            };
            let reason = Reason::Invalid {
                field: rejection.to_string(),
            };
            (order, Report::unchanged(reason, None))
        }
        Ok(Form(fields)) => {
            let named = Order {
                namespace: namespace.clone(),
                name: name.clone(),
                to: fields.to.clone(),
                ..Order::default()
            };
            match fields.order(namespace, name) {
                Ok(order) => {
                    let report = app::record::rollback(
                        state.cluster.as_ref(),
                        state.record.as_ref(),
                        order.clone(),
                    )
                    .await;
                    (order, report)
                }
                Err(reason) => (named, Report::unchanged(reason, None)),
            }
        }
    };
    // The second of two clicks finds the work of the first done, by exactly
    // the one change that was ordered: it leads to the same page.
    let done = match report.outcome {
        Outcome::RolledBack => true,
        Outcome::AlreadyThere => report.generation == order.generation.map(|seen| seen + 1),
        _ => false,
    };
    if let (true, Some(generation)) = (done, report.generation) {
        let mutated = matches!(report.reason, Reason::RolledBack { mutated: true });
        let no_event = report.event_problem.is_some();
        let url = urls::written(&order.key(), generation, mutated, no_event);
        return Redirect::to(&url).into_response();
    }
    report.message = lang.report(&order, &report);
    let status = StatusCode::from_u16(report.reason.http_status()).unwrap_or(StatusCode::CONFLICT);
    let submitted = Submitted { order, report };
    let mut response = state
        .render(again, move || provide_context(submitted.clone()))
        .await;
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn what_was_seen_is_never_dropped() {
        let fields = Fields {
            to: "cr".into(),
            generation: "x".into(),
            ..Fields::default()
        };
        let invalid = fields.order("ns".into(), "n".into()).unwrap_err();
        assert_eq!(
            invalid,
            Reason::Invalid {
                field: "generation".into()
            }
        );
        let fields = Fields {
            to: "cr".into(),
            generation: "7".into(),
            to_revision: String::new(),
            ..Fields::default()
        };
        let order = fields.order("ns".into(), "n".into()).unwrap();
        assert_eq!((order.generation, order.to_revision), (Some(7), None));
    }
}
