//! The nodes of the workload that a tab shows: it is told that its picture of them
//! is old, and fetches the parts of the page that are drawn of it.

use std::time::Duration;

use domain::workload::Key;
use tokio::time::sleep;

use crate::kube::{Boards, Looking};

/// Wait before a workload that went or was replaced is looked for again.
const AGAIN: Duration = Duration::from_secs(1);

/// What one tab follows.
pub struct NodesShown {
    boards: Boards,
    key: Key,
    /// `None` while there is no such workload.
    looking: Option<Looking>,
    told: String,
}

impl NodesShown {
    /// Of this workload, whether it is there or not.
    pub fn new(boards: Boards, key: Key) -> Self {
        Self {
            boards,
            key,
            looking: None,
            told: String::new(),
        }
    }

    /// Waits for another picture.
    pub async fn changed(&mut self) {
        loop {
            if let Some(looking) = &mut self.looking {
                if looking.board.changed().await.is_ok() {
                    return;
                }
                self.looking = None;
            } else {
                self.looking = self.boards.look(&self.key);
                if self.looking.is_some() {
                    return;
                }
            }
            sleep(AGAIN).await;
        }
    }

    /// What tells the picture from others, where it is not the one told last.
    pub fn news(&mut self) -> Option<String> {
        let drawn = self.looking.as_mut()?.board.borrow_and_update().clone()?;
        if drawn.drawn == self.told {
            return None;
        }
        self.told.clone_from(&drawn.drawn);
        Some(self.told.clone())
    }
}
