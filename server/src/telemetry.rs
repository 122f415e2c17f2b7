//! Logs: JSON lines with a request id. Paths and results only; never what is
//! in an object, a query or a body.

use std::time::Instant;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use tracing_subscriber::EnvFilter;

use crate::kube::random_id;

/// Where the client logs what the apiserver refused, in its words, which can quote
/// an object at length.
const QUOTES: &str = "kube_client::client=info";

/// Starts logging to standard error; `RUST_LOG` chooses how much, but for what
/// quotes objects.
pub fn init() {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=error"));
    let filter = match QUOTES.parse() {
        Ok(quotes) => filter.add_directive(quotes),
        Err(_) => filter,
    };
    // A second call, in tests, keeps the first.
    let _ = tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
}

/// Gives each request an id and logs how it ended.
pub async fn log(request: Request, next: Next) -> Response {
    let id = random_id();
    let method = request.method().clone();
    let path = domain::text::visible(request.uri().path()).into_owned();
    let begin = Instant::now();
    let mut response = next.run(request).await;
    let status = response.status().as_u16();
    let micros = u64::try_from(begin.elapsed().as_micros()).unwrap_or(u64::MAX);
    tracing::info!(request = %id, %method, path, status, micros, "request");
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}
