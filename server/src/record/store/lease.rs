//! One connection for one question or one transaction, with an end by the
//! clock: a database that hangs holds up neither a page nor the writer.

use std::future::Future;

use app::record::Failure;
use sqlx::any::{Any, AnyArguments, AnyRow};
use sqlx::pool::PoolConnection;
use sqlx::query::Query;
use tokio::time::{Instant, timeout_at};

use super::{LOCK, PATIENCE, Store, failed};

/// A statement with its values.
pub(super) type Asked<'q> = Query<'q, Any, AnyArguments>;

/// A connection that goes back among the others only when its work was
/// finished. Whatever else happens closes it, and the database undoes what
/// was not committed.
pub(super) struct Lease {
    connection: PoolConnection<Any>,
    until: Instant,
    finished: bool,
}

async fn in_time<T>(
    until: Instant,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, Failure> {
    match timeout_at(until, work).await {
        Ok(answer) => answer.map_err(failed),
        Err(_) => Err(silent()),
    }
}

/// It did not answer.
pub(super) fn silent() -> Failure {
    Failure::Database {
        words: format!("no answer within {} s", PATIENCE.as_secs()),
    }
}

impl Lease {
    /// All rows.
    pub async fn all(&mut self, query: Asked<'_>) -> Result<Vec<AnyRow>, Failure> {
        in_time(self.until, query.fetch_all(&mut *self.connection)).await
    }

    /// The row, where there is one.
    pub async fn one(&mut self, query: Asked<'_>) -> Result<Option<AnyRow>, Failure> {
        in_time(self.until, query.fetch_optional(&mut *self.connection)).await
    }

    /// How many rows it touched.
    pub async fn run(&mut self, query: Asked<'_>) -> Result<u64, Failure> {
        let done = in_time(self.until, query.execute(&mut *self.connection)).await?;
        Ok(done.rows_affected())
    }

    /// The work is finished: others may have the connection.
    pub fn finish(mut self) {
        self.finished = true;
    }

    /// From now on there is as much time again, for work in many parts.
    pub fn renew(&mut self) {
        self.until = Instant::now() + PATIENCE;
    }

    /// Keeps what was written.
    pub async fn commit(mut self) -> Result<(), Failure> {
        if let Err(failure) = self.run(sqlx::query("COMMIT")).await {
            self.undo().await;
            return Err(failure);
        }
        self.finish();
        Ok(())
    }

    /// Undoes what was written. Where the disk is full SQLite may have done so
    /// already; and a connection that is open can still be read by then, while
    /// a new one needs place.
    pub async fn undo(mut self) {
        let undone = self.run(sqlx::query("ROLLBACK")).await.is_ok()
            || self.run(sqlx::query("BEGIN")).await.is_ok()
                && self.run(sqlx::query("ROLLBACK")).await.is_ok();
        if undone {
            self.finish();
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.finished {
            self.connection.close_on_drop();
        }
    }
}

impl Store {
    /// A connection for questions.
    pub(super) async fn lease(&self) -> Result<Lease, Failure> {
        let until = Instant::now() + PATIENCE;
        Ok(Lease {
            connection: in_time(until, self.pool.acquire()).await?,
            until,
            finished: false,
        })
    }

    /// All rows of one question.
    pub(super) async fn rows(&self, query: Asked<'_>) -> Result<Vec<AnyRow>, Failure> {
        let mut lease = self.lease().await?;
        let rows = lease.all(query).await?;
        lease.finish();
        Ok(rows)
    }

    /// The one row of a question that always has one.
    pub(super) async fn row(&self, query: Asked<'_>) -> Result<AnyRow, Failure> {
        let mut lease = self.lease().await?;
        let row = lease.one(query).await?;
        lease.finish();
        row.ok_or_else(|| failed(sqlx::Error::RowNotFound))
    }

    /// A transaction that reads one moment, for as long as it takes. Writers go
    /// on: what they replace is kept for it meanwhile.
    pub(super) async fn reading(&self) -> Result<Lease, Failure> {
        let mut lease = self.lease().await?;
        if self.postgres {
            let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
            lease.run(sqlx::query(begin)).await?;
            // Whoever takes the pages may be slow, and holds nobody up.
            let patient = "SET LOCAL idle_in_transaction_session_timeout = 0";
            lease.run(sqlx::query(patient)).await?;
        } else {
            lease.run(sqlx::query("BEGIN DEFERRED")).await?;
        }
        Ok(lease)
    }

    /// A transaction that holds the database's own write lock. Readers go on.
    pub(super) async fn transaction(&self) -> Result<Lease, Failure> {
        let mut lease = self.lease().await?;
        if self.postgres {
            lease.run(sqlx::query("BEGIN")).await?;
            let lock = sqlx::query("SELECT CAST(pg_advisory_xact_lock($1) AS TEXT)");
            lease.run(lock.bind(LOCK)).await?;
        } else {
            lease.run(sqlx::query("BEGIN IMMEDIATE")).await?;
        }
        Ok(lease)
    }
}
