//! Where the record is kept: one set of statements for SQLite and
//! PostgreSQL.
//!
//! A write reads what is there, joins it with what is new (see
//! `domain::record`) and puts the result, all in one transaction that holds the
//! database's own write lock. So it may be repeated, cut short at any statement
//! and done by two at once.

mod bind;
mod changes;
mod failure;
mod file;
mod images;
mod kept;
mod lead;
mod lease;
mod put;
mod questions;
mod retain;
mod scope;
mod sources;
mod whole;

use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use app::record::Failure;
use domain::record::Fact;
use domain::template::Template;
use flate2::read::DeflateDecoder;
use serde::de::DeserializeOwned;
use sqlx::any::{AnyPoolOptions, AnyRow};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Connection as _, Row as _, SqlSafeStr as _};
use tokio::time::timeout;

use failure::{damaged, failed};
use file::prepare;
pub use lead::Seat;
use lease::silent;
use put::put;
pub use put::{Passed, needs};
pub use retain::Removed;
pub use scope::Scope;
pub use whole::{Checked, Several};

/// Schema versions, oldest first.
const MIGRATIONS: [(&str, &str); 4] = [
    ("record", include_str!("../../migrations/0001_record.sql")),
    (
        "retention",
        include_str!("../../migrations/0002_retention.sql"),
    ),
    ("cluster", include_str!("../../migrations/0003_cluster.sql")),
    ("removed", include_str!("../../migrations/0004_removed.sql")),
];
/// How long a call waits for the database.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long it may take to bring a record to a newer form.
const REFORM: Duration = Duration::from_mins(10);
/// Facts of one transaction.
const BATCH: usize = 200;
/// The name of Rollbook's lock among PostgreSQL's advisory locks.
const LOCK: i64 = 0x0072_6f6c_6c62;
/// Readers beside the writer.
const CONNECTIONS: u32 = 4;

/// Of a new file: space that becomes free goes back; readers go on while one
/// writes. It keeps them, and they need the lock to write: no later connection
/// may wait for whoever has that.
const FILE: &[&str] = &[
    "PRAGMA auto_vacuum = INCREMENTAL",
    "PRAGMA journal_mode = WAL",
];
/// Of each connection. A write is kept before it is acknowledged.
const SQLITE: &[&str] = &[
    "PRAGMA synchronous = FULL",
    "PRAGMA busy_timeout = 4000",
    // KiB of pages for each connection; the system keeps the file besides.
    "PRAGMA cache_size = -512",
];
/// Of each connection: a writer that stands still must not hold the lock.
/// Nor does the server go on for long with what nobody waits for any more.
const POSTGRES: &[&str] = &[
    "SET idle_in_transaction_session_timeout = '30s'",
    "SET statement_timeout = '60s'",
];

/// An open database.
#[derive(Clone)]
pub struct Store {
    pool: AnyPool,
    postgres: bool,
    scope: Scope,
}

fn migrator(postgres: bool) -> Migrator {
    let migrations = MIGRATIONS.iter().zip(1..).map(|((name, sql), version)| {
        // What the two call otherwise.
        let sql = if postgres {
            sql.replace("BLOB", "BYTEA").replace("instr(", "strpos(")
        } else {
            (*sql).to_owned()
        };
        let sql = AssertSqlSafe(sql).into_sql_str();
        Migration::new(version, (*name).into(), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.collect())
}

async fn set(connection: &mut AnyConnection, settings: &[&'static str]) -> sqlx::Result<()> {
    for setting in settings {
        sqlx::query(*setting).execute(&mut *connection).await?;
    }
    Ok(())
}

impl Store {
    /// Opens a file, or makes it.
    ///
    /// # Errors
    /// When it cannot be made or opened, or a newer Rollbook wrote it.
    pub async fn file(path: &Path) -> Result<Self, Failure> {
        let own = path.to_owned();
        let prepared = tokio::task::spawn_blocking(move || prepare(&own)).await;
        let prepared = prepared.map_err(std::io::Error::other).flatten();
        // Held until the form is the newest.
        let _lock = prepared.map_err(|error| Failure::Database {
            words: format!("{}: {error}", path.display()),
        })?;
        let path = path.to_string_lossy();
        let encoded: String = path
            .split('/')
            .map(app::urls::encode)
            .collect::<Vec<_>>()
            .join("/");
        Self::open(&format!("sqlite://{encoded}?mode=rw")).await
    }

    /// Opens a database by its address: `postgres://…` or `sqlite://…`.
    ///
    /// # Errors
    /// When it cannot be reached, or a newer Rollbook wrote it.
    pub async fn open(url: &str) -> Result<Self, Failure> {
        sqlx::any::install_default_drivers();
        let postgres = url.starts_with("postgres");
        let settings = if postgres { POSTGRES } else { SQLITE };
        // By itself first: the pool tries again until its time is over, and
        // does not say why.
        let first = timeout(PATIENCE, async {
            let mut connection = AnyConnection::connect(url).await?;
            if !postgres {
                let mode = sqlx::query("PRAGMA journal_mode");
                let mode = mode.fetch_one(&mut connection).await?;
                if mode.try_get::<String, _>(0)? != "wal" {
                    set(&mut connection, FILE).await?;
                }
            }
            set(&mut connection, settings).await?;
            connection.close().await
        });
        first.await.map_err(|_| silent())?.map_err(failed)?;
        let pool = AnyPoolOptions::new()
            .max_connections(CONNECTIONS)
            // Few are kept and each is tried before it is used, so none need be
            // looked after; and the task that would do it may count below zero and
            // then turn for ever (sqlx 0.9 `num_idle`, seen in tests).
            .idle_timeout(None)
            .max_lifetime(None)
            // Whoever waits has an end of their own, which is nearer.
            .acquire_timeout(2 * PATIENCE)
            .after_connect(move |connection, _| Box::pin(set(connection, settings)))
            .connect(url)
            .await
            .map_err(failed)?;
        let migrator = migrator(postgres);
        let reformed = timeout(REFORM, migrator.run(&pool)).await;
        reformed
            .map_err(|_| silent())?
            .map_err(|error| match error {
                MigrateError::VersionMissing(version) => Failure::Newer { version },
                MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
                    failed(error)
                }
                other => Failure::Database {
                    words: other.to_string(),
                },
            })?;
        let scope = Scope::default();
        Ok(Self {
            pool,
            postgres,
            scope,
        })
    }

    /// The same, for questions of one who may not see all of it.
    #[must_use]
    pub fn within(&self, scope: Scope) -> Self {
        Self {
            scope,
            ..self.clone()
        }
    }

    /// Writes facts in their order, so many at a time that a slow database is
    /// done with them.
    ///
    /// # Errors
    /// When the database does not take them; then the first so many are
    /// written, or all are and the answer was lost. Writing them again is right
    /// in both cases. [`Failure::Unfit`] and [`Failure::Damaged`] are about a
    /// fact: see [`Store::write_each`].
    pub async fn write(&self, facts: &[Fact]) -> Result<(), Failure> {
        self.take(facts).await.map(|_| ())
    }

    /// Writes facts and says of each whether, and why, it was passed over.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn take(&self, facts: &[Fact]) -> Result<Vec<Option<Passed>>, Failure> {
        let mut passed = Vec::with_capacity(facts.len());
        for some in facts.chunks(BATCH) {
            let mut transaction = self.transaction().await?;
            for fact in some {
                match put(&mut transaction, fact).await {
                    Ok(own) => passed.push(own),
                    Err(failure) => {
                        transaction.undo().await;
                        return Err(failure);
                    }
                }
            }
            transaction.commit().await?;
        }
        Ok(passed)
    }

    /// Writes each fact by itself and hands back those that will never be
    /// taken, each with the reason: so one that cannot be written does not hold
    /// up the others. After one of them those that need it are handed back too:
    /// what belongs to its workload, and what vouches that nothing is missing.
    ///
    /// # Errors
    /// When the database has a trouble of its own. Writing them again is right.
    pub async fn write_each(&self, facts: &[Fact]) -> Result<Vec<(Fact, Failure)>, Failure> {
        let mut refused: Vec<(Fact, Failure)> = Vec::new();
        for fact in facts {
            let needed = refused.iter().find(|(other, _)| needs(fact, other));
            if let Some(why) = needed.map(|(_, why)| why.clone()) {
                refused.push((fact.clone(), why));
                continue;
            }
            match self.write(std::slice::from_ref(fact)).await {
                Ok(()) => {}
                Err(failure @ (Failure::Unfit { .. } | Failure::Damaged { .. })) => {
                    refused.push((fact.clone(), failure));
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(refused)
    }

    async fn bodies<T: DeserializeOwned>(
        &self,
        sql: &'static str,
        with: &[&String],
    ) -> Result<Vec<T>, Failure> {
        let mut query = sqlx::query(sql);
        for value in with {
            query = query.bind((*value).clone());
        }
        self.rows(query).await?.iter().map(body).collect()
    }
}

fn body<T: DeserializeOwned>(row: &AnyRow) -> Result<T, Failure> {
    parsed(row, "body")
}

fn parsed<T: DeserializeOwned>(row: &AnyRow, column: &str) -> Result<T, Failure> {
    let text: String = row.try_get(column).map_err(failed)?;
    read(&text)
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|error| damaged(&error.to_string()))
}

fn template(row: &AnyRow) -> Result<Template, Failure> {
    let digest: String = row.try_get("digest").map_err(failed)?;
    let packed: Vec<u8> = row.try_get("body").map_err(failed)?;
    let mut json = String::new();
    let read = DeflateDecoder::new(packed.as_slice()).read_to_string(&mut json);
    read.ok()
        .and_then(|_| Template::new(serde_json::from_str(&json).ok()?).ok())
        .filter(|template| template.digest().to_string() == digest)
        .ok_or_else(|| damaged(&format!("the template {digest}")))
}

#[cfg(test)]
mod tests;
