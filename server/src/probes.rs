//! Is the process alive, and has it anything to show?

use axum::extract::State;
use domain::health::Health;
use http::StatusCode;

use crate::state::AppState;

/// The process answers.
pub async fn healthz() -> &'static str {
    "ok"
}

/// The first picture of the cluster is there.
pub async fn readyz(State(state): State<AppState>) -> (StatusCode, &'static str) {
    match state.cluster.health() {
        Health::Live | Health::Stale { .. } if state.cluster.complete() => (StatusCode::OK, "ok"),
        Health::Live | Health::Stale { .. } | Health::Starting => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the first answer of the cluster is awaited",
        ),
        Health::Refused { .. } => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the cluster does not let these credentials watch DaemonSets or ControllerRevisions",
        ),
    }
}
