//! What pages need of the record: the history that Rollbook itself kept. Pages
//! that show what is live need none of it.

use async_trait::async_trait;
use domain::record::then::Ran;
use domain::record::timeline::Timeline;
use domain::time::Time;
use domain::workload::Key;

use crate::error::ApiError;

/// Why the record cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The server was started with `--record none`.
    #[error("no record is kept: the server was started with --record none")]
    Off,
    /// It has not been opened yet.
    #[error("the record is not open yet")]
    Opening,
    /// The database does not answer or refuses.
    #[error("the record's database: {words}")]
    Database {
        /// Its own words.
        words: String,
    },
    /// Something in it is not what Rollbook wrote.
    #[error("the record is damaged: {what}")]
    Damaged {
        /// What.
        what: String,
    },
    /// The database will never take this, however often it is tried.
    #[error("the record does not take this: {what}")]
    Unfit {
        /// The database's own words.
        what: String,
    },
    /// A newer Rollbook has changed its form.
    #[error(
        "the record was written by a newer Rollbook (its form {version} is not known to this one): \
         start that one, or keep another record with --record"
    )]
    Newer {
        /// Version of the form.
        version: i64,
    },
}

/// How the record fares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// None is kept.
    #[default]
    Off,
    /// It is being opened.
    Opening,
    /// All that was seen is written.
    Fine,
    /// What was seen since then is not written yet, and why. It is kept in
    /// memory meanwhile.
    Behind(Time, Failure),
}

/// A record, read by pages.
#[async_trait]
pub trait Record: Send + Sync + 'static {
    /// How it fares.
    fn state(&self) -> State;

    /// The history of the workload of that name: of the one with this uid, or
    /// else of the latest. Of a long one the newest part, or that before a
    /// template generation.
    ///
    /// # Errors
    /// When there is no record, or it cannot be read.
    async fn timeline(
        &self,
        key: &Key,
        uid: Option<&str>,
        before: Option<i64>,
        now: Time,
    ) -> Result<Option<Timeline>, Failure>;

    /// What every workload ran at a moment, by namespace and name.
    ///
    /// # Errors
    /// When there is no record, or it cannot be read.
    async fn then(&self, at: Time) -> Result<Vec<Ran>, Failure>;
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        Self::NoRecord {
            words: failure.to_string(),
        }
    }
}
