//! One writer at a time for each list of namespaces: a lock that PostgreSQL itself guards. It goes with the
//! session, so whoever dies or hangs loses it.

use app::record::Failure;
use domain::record::Watch;
use domain::time::Time;
use sqlx::{AnyConnection, Connection as _, Row as _};

use super::put::column;
use super::{PATIENCE, Store, failed};

/// First half of the name of this lock among PostgreSQL's advisory locks; the
/// second are the namespaces that are watched.
const LEAD: i32 = 0x0072_6f6c;

/// What ends a session that is not heard of, within [`super::super::lead`]'s
/// takeover time: of a process that hangs, and of a machine that is gone.
const SHORT: [&str; 4] = [
    "SET idle_session_timeout = '5s'",
    "SET tcp_keepalives_idle = 2",
    "SET tcp_keepalives_interval = 1",
    "SET tcp_keepalives_count = 3",
];

/// A place among those who want to write.
pub struct Seat {
    connection: Option<AnyConnection>,
    scope: String,
}

impl Store {
    /// Takes a place among those who write down these namespaces, or all.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn seat(&self, namespaces: &[String]) -> Result<Seat, Failure> {
        let mut seat = Seat {
            connection: None,
            scope: namespaces.join(","),
        };
        if self.postgres {
            let mut own = self.pool.acquire().await.map_err(failed)?.detach();
            for set in SHORT {
                // Older servers do not know all of them; the lock is right
                // without, and only later to be had.
                let set = sqlx::query(set).execute(&mut own);
                let _ = tokio::time::timeout(PATIENCE, set).await;
            }
            seat.connection = Some(own);
        }
        Ok(seat)
    }

    /// Until when somebody has watched just these namespaces, in this order, and
    /// written it down.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn watched_until(&self, namespaces: &[String]) -> Result<Option<Time>, Failure> {
        let latest = "SELECT body FROM watch WHERE scope = $1 ORDER BY ends DESC LIMIT 1";
        let latest: Vec<Watch> = self.bodies(latest, &[&column(namespaces)?]).await?;
        Ok(latest.first().map(|watch| watch.to))
    }
}

impl Seat {
    /// Is it ours to write? To be asked every two seconds. With SQLite it always
    /// is: each write locks the file.
    ///
    /// # Errors
    /// When the session is gone, and the lock with it.
    pub async fn leads(&mut self) -> Result<bool, Failure> {
        let Some(connection) = &mut self.connection else {
            return Ok(true);
        };
        // A session may take its own lock again, and holds it as often: once is
        // enough.
        let ask = sqlx::query(
            "SELECT CASE WHEN EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' \
             AND pid = pg_backend_pid() AND granted AND objsubid = 2) THEN 1 \
             WHEN pg_try_advisory_lock($1, hashtext($2)) THEN 1 ELSE 0 END AS leads",
        )
        .bind(LEAD)
        .bind(self.scope.clone())
        .fetch_one(connection);
        let row = tokio::time::timeout(PATIENCE, ask)
            .await
            .map_err(|_| Failure::Database {
                words: "no answer".to_owned(),
            })?
            .map_err(failed)?;
        let leads: i32 = row.try_get("leads").map_err(failed)?;
        Ok(leads == 1)
    }

    /// Gives the place up.
    pub async fn leave(self) {
        if let Some(connection) = self.connection {
            // It ends either way.
            let _ = tokio::time::timeout(PATIENCE, connection.close()).await;
        }
    }
}
