//! Removing what is no longer kept, now and then, beside the writing.

use std::time::Duration;

use domain::time::Time;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::store::{Removed, Store};
use crate::config::Retention;
use app::record::Failure;

/// Time between two times.
const EVERY: Duration = Duration::from_hours(1);

/// One who removes.
pub struct Retaining {
    store: Store,
    limits: Retention,
    doing: Option<JoinHandle<Result<Removed, Failure>>>,
    next: Instant,
}

impl Retaining {
    /// From now on.
    pub fn new(store: Store, limits: Retention) -> Self {
        Self {
            store,
            limits,
            doing: None,
            next: Instant::now(),
        }
    }

    /// Starts, where it is time.
    pub fn start(&mut self, now: Time) {
        if self.doing.is_some() || Instant::now() < self.next {
            return;
        }
        self.next = Instant::now() + EVERY;
        let (store, limits) = (self.store.clone(), self.limits);
        self.doing = Some(tokio::spawn(async move { store.retain(now, limits).await }));
    }

    /// Waits until it is done; for ever, where nothing is under way. What fails is
    /// tried again in its time.
    pub async fn done(&mut self) {
        let Some(doing) = &mut self.doing else {
            return std::future::pending().await;
        };
        match doing.await {
            Ok(Ok(removed)) if removed.over => {
                tracing::warn!(
                    bytes = removed.size,
                    "the record is larger than it may be, and nothing is left to remove"
                );
            }
            Ok(Ok(removed)) if removed.things() > 0 => {
                tracing::info!(?removed, "removed what is no longer kept");
            }
            Ok(Ok(_)) => {}
            Ok(Err(failure)) => tracing::warn!(%failure, "could not remove what is no longer kept"),
            Err(error) => tracing::warn!(%error, "could not remove what is no longer kept"),
        }
        self.doing = None;
    }
}
