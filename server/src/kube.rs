//! The kube adapter: implements `app::cluster::Cluster` for a real cluster.
//!
//! ```text
//! apiserver ── watch ──► store ──► snapshot (Fleet) ──► pages, streams
//!     ▲                    ▲
//!     └── PATCH ── rollback│
//!     └── probe ───────────┘ health, clock
//! ```

pub mod client;
mod cluster;
mod events;
mod health;
mod map;
mod partial;
mod rollback;
mod store;
mod watches;

use std::sync::Arc;

use app::cluster::Cluster;
pub use cluster::Changes;
pub use store::{Look, Looks};
use tokio_util::sync::CancellationToken;

use crate::config::Config;

/// Connects to the cluster of a configuration and starts watching; what the
/// watches see goes to `looks` too. The cluster need not answer yet.
///
/// # Errors
/// When there are no usable credentials.
pub async fn connect(
    config: &Config,
    looks: Option<Looks>,
    stop: CancellationToken,
) -> Result<(Arc<dyn Cluster>, Changes), client::NoCluster> {
    let connection = client::connect(config).await?;
    let cluster = cluster::KubeCluster::start(connection, config, looks, stop);
    let changes = cluster.changes();
    Ok((Arc::new(cluster), changes))
}

/// 128 random bits as hex.
pub fn random_id() -> String {
    use std::fmt::Write;
    let mut bytes = [0u8; 16];
    // Without randomness from the system an id is still unique enough by time.
    if getrandom::fill(&mut bytes).is_err() {
        let nanos = jiff::Timestamp::now().as_nanosecond();
        bytes = nanos.to_be_bytes();
    }
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
