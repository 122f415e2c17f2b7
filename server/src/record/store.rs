//! Where the record is kept: one set of statements for SQLite and
//! PostgreSQL.
//!
//! A write reads what is there, joins it with what is new (see
//! `domain::record`) and puts the result, all in one transaction that holds the
//! database's own write lock. So it may be repeated, cut short at any statement
//! and done by two at once.

mod changes;
mod images;
mod kept;
mod lead;
mod put;
mod questions;
mod whole;

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::Duration;

use app::record::Failure;
use domain::record::Fact;
use domain::template::Template;
use flate2::read::DeflateDecoder;
use serde::de::DeserializeOwned;
use sqlx::any::{AnyPoolOptions, AnyRow};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AnyPool, AssertSqlSafe, Row as _, SqlSafeStr as _};

pub use lead::Seat;
use put::put;
pub use whole::Checked;

/// Schema versions, oldest first.
const MIGRATIONS: [(&str, &str); 1] =
    [("record", include_str!("../../migrations/0001_record.sql"))];
/// How long a call waits for the database.
const PATIENCE: Duration = Duration::from_secs(5);
/// The name of Rollbook's lock among PostgreSQL's advisory locks.
const LOCK: i64 = 0x0072_6f6c_6c62;
/// Readers beside the writer.
const CONNECTIONS: u32 = 4;

/// An open database.
#[derive(Clone)]
pub struct Store {
    pool: AnyPool,
    postgres: bool,
}

/// An error of the database in words for people. Addresses and passwords are
/// not in them.
fn failed(error: sqlx::Error) -> Failure {
    Failure::Database {
        words: domain::text::said(&error.to_string()),
    }
}

fn damaged(what: &str) -> Failure {
    Failure::Damaged {
        what: what.to_owned(),
    }
}

fn migrator(postgres: bool) -> Migrator {
    let migrations = MIGRATIONS.iter().zip(1..).map(|((name, sql), version)| {
        // The one word that the two call otherwise.
        let sql = if postgres {
            sql.replace("BLOB", "BYTEA")
        } else {
            (*sql).to_owned()
        };
        let sql = AssertSqlSafe(sql).into_sql_str();
        Migration::new(version, (*name).into(), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.collect())
}

/// Makes the file, readable by its owner only, before the database opens it; and
/// waits until nobody else brings it to a newer form. SQLite has no lock for
/// that, and one on the file itself would undo its own.
fn prepare(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true).mode(0o600);
    options.open(path)?;
    let mut beside = path.as_os_str().to_owned();
    beside.push("-lock");
    let lock = options.open(beside)?;
    lock.lock()?;
    Ok(lock)
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
        let pool = AnyPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    if !postgres {
                        // Readers go on while one writes; a write is kept
                        // before it is acknowledged.
                        for pragma in [
                            "PRAGMA journal_mode = WAL",
                            "PRAGMA synchronous = FULL",
                            "PRAGMA busy_timeout = 5000",
                        ] {
                            sqlx::query(pragma).execute(&mut *connection).await?;
                        }
                    }
                    Ok(())
                })
            })
            .connect(url)
            .await
            .map_err(failed)?;
        migrator(postgres)
            .run(&pool)
            .await
            .map_err(|error| match error {
                MigrateError::VersionMissing(version) => Failure::Newer { version },
                MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
                    failed(error)
                }
                other => Failure::Database {
                    words: other.to_string(),
                },
            })?;
        Ok(Self { pool, postgres })
    }

    /// Writes facts, all or none.
    ///
    /// # Errors
    /// When the database does not take them; then none is written, or all are
    /// and the answer was lost. Writing them again is right in both cases.
    pub async fn write(&self, facts: &[Fact]) -> Result<(), Failure> {
        let mut transaction = if self.postgres {
            let mut begun = self.pool.begin().await.map_err(failed)?;
            sqlx::query("SELECT CAST(pg_advisory_xact_lock($1) AS TEXT)")
                .bind(LOCK)
                .execute(&mut *begun)
                .await
                .map_err(failed)?;
            begun
        } else {
            let begin = self.pool.begin_with("BEGIN IMMEDIATE").await;
            begin.map_err(failed)?
        };
        for fact in facts {
            put(&mut transaction, fact).await?;
        }
        transaction.commit().await.map_err(failed)
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
        let rows = query.fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter().map(body).collect()
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
