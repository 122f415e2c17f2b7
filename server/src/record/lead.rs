//! Which of several replicas that watch the same namespaces writes. The others
//! watch as well, and keep what they see until they know that it is written:
//! whoever takes over misses nothing.

use std::time::Duration;

use app::record::Failure;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::store::{Seat, Store};

/// Time between two questions. A session that is silent for five seconds ends,
/// and the next one to ask has the lock: within ten seconds.
const ASK: Duration = Duration::from_secs(2);

/// Where a replica stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has not been told yet.
    Asking,
    /// It is its to write.
    Writes,
    /// Another one writes.
    Waits,
    /// It cannot ask.
    Lost(Failure),
}

/// A replica that would write.
pub struct Lead {
    standing: watch::Receiver<Standing>,
    task: AbortHandle,
}

impl Lead {
    /// Asks for it as long as the value lives.
    pub fn seek(store: Store, namespaces: Vec<String>) -> Self {
        let (tell, standing) = watch::channel(Standing::Asking);
        let task = tokio::spawn(seek(store, namespaces, tell)).abort_handle();
        Self { standing, task }
    }

    /// Where this one stands.
    pub fn standing(&self) -> Standing {
        self.standing.borrow().clone()
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        // The session ends with the connection, and the lock with it.
        self.task.abort();
    }
}

async fn seek(store: Store, namespaces: Vec<String>, tell: watch::Sender<Standing>) {
    loop {
        let failure = match store.seat(&namespaces).await {
            Ok(seat) => sit(seat, &tell).await,
            Err(failure) => failure,
        };
        tell.send_replace(Standing::Lost(failure));
        tokio::time::sleep(ASK).await;
    }
}

/// Asks until that fails.
async fn sit(mut seat: Seat, tell: &watch::Sender<Standing>) -> Failure {
    loop {
        let now = match seat.leads().await {
            Ok(true) => Standing::Writes,
            Ok(false) => Standing::Waits,
            Err(failure) => {
                seat.leave().await;
                return failure;
            }
        };
        tell.send_if_modified(|last| {
            let new = *last != now;
            if new {
                tracing::debug!(standing = ?now, "who writes the record");
                *last = now;
            }
            new
        });
        tokio::time::sleep(ASK).await;
    }
}
