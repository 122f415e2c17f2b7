//! A call of the API that cannot be read is the caller's mistake, not the
//! server's: the framework says 500 where it cannot parse the arguments.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;

/// Answers 400 where arguments could not be read. Errors of our own set their
/// status themselves and none of them is 500.
pub async fn is_bad_request(request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    if api && response.status() == StatusCode::INTERNAL_SERVER_ERROR {
        *response.status_mut() = StatusCode::BAD_REQUEST;
    }
    response
}
