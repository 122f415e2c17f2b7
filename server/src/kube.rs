//! The kube adapter: implements `app::cluster::Cluster` for a real cluster.
//!
//! ```text
//! apiserver ── watch ──► store ──► snapshot (Fleet) ──► pages, streams
//!     ▲                    ▲
//!     ├── PATCH ── rollback│
//!     ├── DELETE ─ replace │
//!     └── probe ───────────┘ health, clock
//! ```

mod boards;
mod calls;
pub mod client;
mod cluster;
mod events;
mod health;
mod looks;
mod map;
mod partial;
mod replace;
mod rollback;
mod store;
mod watches;

use std::sync::Arc;

use app::cluster::Cluster;
pub use boards::{Boards, Looking};
pub use cluster::Changes;
pub use looks::{Look, Saw, Watching};
use tokio_util::sync::CancellationToken;

use crate::config::Config;

/// A cluster that is watched.
pub struct Connected {
    /// What pages and orders need of it.
    pub cluster: Arc<dyn Cluster>,
    /// What streams follow.
    pub changes: Changes,
    /// What the record follows.
    pub watching: Watching,
}

/// Connects to the cluster of a configuration and starts watching. It need not
/// answer yet.
///
/// # Errors
/// When there are no usable credentials.
pub async fn connect(
    config: &Config,
    stop: CancellationToken,
) -> Result<Connected, client::NoCluster> {
    let connection = client::connect(config).await?;
    let (cluster, watching) = cluster::KubeCluster::start(connection, config, stop);
    Ok(Connected {
        changes: cluster.changes(),
        cluster: Arc::new(cluster),
        watching,
    })
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
