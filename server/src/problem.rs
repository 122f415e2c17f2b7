//! Refusals of the API are JSON with a `code`, whoever refuses: a layer, the
//! router or the framework. A program must never have to read prose.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use serde_json::json;

/// Longest refusal that is passed on, in bytes.
const WORDS_MAX: usize = 4096;

/// A refusal before any page: plain words, and JSON once [`shape`] saw it.
pub fn refuse(status: StatusCode, words: &'static str) -> Response {
    (status, words).into_response()
}

/// Gives each error under `/api/` its JSON body.
pub async fn shape(request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    // The framework says 500 where it cannot parse the arguments; errors of our
    // own set their status themselves and none of them is 500.
    if api && response.status() == StatusCode::INTERNAL_SERVER_ERROR {
        *response.status_mut() = StatusCode::BAD_REQUEST;
    }
    let status = response.status();
    let failed = status.is_client_error() || status.is_server_error();
    let is_json = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let (parts, body) = response.into_parts();
    if !api || !failed || is_json {
        return Response::from_parts(parts, body);
    }
    let is_text = parts
        .headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let told = match to_bytes(body, WORDS_MAX).await {
        Ok(bytes) if is_text => String::from_utf8_lossy(&bytes).trim().to_owned(),
        _ => String::new(),
    };
    let (code, words) = known(status);
    let message = if told.is_empty() { words } else { &told };
    let mut shaped = (
        status,
        axum::Json(json!({"code": code, "message": message})),
    )
        .into_response();
    if let Some(allow) = parts.headers.get(ALLOW) {
        shaped.headers_mut().insert(ALLOW, allow.clone());
    }
    shaped
        .headers_mut()
        .entry(CONTENT_TYPE)
        .or_insert(HeaderValue::from_static("application/json"));
    shaped
}

/// Code and words of what has none of its own.
fn known(status: StatusCode) -> (&'static str, &'static str) {
    match status.as_u16() {
        403 => ("foreign", "Refused."),
        404 => (
            "noSuchCall",
            "There is no such call; docs/api.md lists them.",
        ),
        405 => ("methodNotAllowed", "This call is made with another method."),
        413 => (
            "tooLarge",
            "The body is larger than 64 KiB. Nothing was changed.",
        ),
        415 => ("notJson", "The body must be JSON."),
        421 => (
            "otherHost",
            "This server does not answer to that host name.",
        ),
        _ => ("invalid", "The request cannot be read."),
    }
}
