//! Where the record is kept: one set of statements for SQLite and
//! PostgreSQL.
//!
//! A write reads what is there, joins it with what is new (see
//! `domain::record`) and puts the result, all in one transaction that holds the
//! database's own write lock. So it may be repeated, cut short at any statement
//! and done by two at once.

use std::collections::HashMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::Duration;

use app::record::Failure;
use domain::record::book::Book;
use domain::record::observer::Before;
use domain::record::then::{Ran, ran};
use domain::record::timeline::Sources;
use domain::record::{Archived, Fact, Kept, Known, Period, Watch};
use domain::template::{Digest, Template};
use domain::time::Time;
use domain::workload::Key;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::any::{AnyPoolOptions, AnyRow};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{Any, AnyPool, AssertSqlSafe, Row as _, SqlSafeStr as _, Transaction};

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

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// How many workloads.
    pub workloads: usize,
    /// How many periods.
    pub periods: usize,
    /// How many templates.
    pub templates: usize,
    /// What is wrong, a sentence each.
    pub wrong: Vec<String>,
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

    /// What an earlier process knew of the workloads that were there.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn before(&self) -> Result<Vec<Before>, Failure> {
        let watches: Vec<Watch> = self.bodies("SELECT body FROM watch", &[]).await?;
        let fresh = |namespace: &str| {
            let sees = watches.iter().filter(|watch| watch.sees(namespace));
            sees.map(|watch| watch.to).max()
        };
        let known: Vec<Known> = self
            .bodies("SELECT body FROM workload WHERE gone_at IS NULL", &[])
            .await?;
        let latest = "SELECT p.body AS body FROM period p JOIN (SELECT workload, MAX(generation) AS g \
             FROM period GROUP BY workload) m ON p.workload = m.workload AND p.generation = m.g";
        let periods: Vec<Period> = self.bodies(latest, &[]).await?;
        let mut periods: HashMap<String, Period> = periods
            .into_iter()
            .map(|p| (p.workload.clone(), p))
            .collect();
        let kept: Vec<Kept> = self
            .bodies("SELECT body FROM revision WHERE gone_at IS NULL", &[])
            .await?;
        let mut by_workload: HashMap<String, Vec<Kept>> = HashMap::new();
        for one in kept {
            by_workload
                .entry(one.workload.clone())
                .or_default()
                .push(one);
        }
        let before = known.into_iter().filter_map(|known| {
            Some(Before {
                period: periods.remove(&known.uid)?,
                kept: by_workload.remove(&known.uid).unwrap_or_default(),
                // One that no watch got a beat of is as old as its first sight.
                fresh: fresh(&known.key.namespace).unwrap_or(known.created_at),
                known,
            })
        });
        Ok(before.collect())
    }

    /// The workloads that ever had this name, latest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn lives(&self, key: &Key) -> Result<Vec<Known>, Failure> {
        self.bodies(
            "SELECT body FROM workload WHERE namespace = $1 AND kind = $2 AND name = $3 \
             ORDER BY created_at DESC, uid",
            &[&key.namespace, &key.kind.to_string(), &key.name],
        )
        .await
    }

    /// All that is known of one workload.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn sources(&self, known: Known) -> Result<Sources, Failure> {
        let uid = known.uid.clone();
        let periods: Vec<Period> = self
            .bodies("SELECT body FROM period WHERE workload = $1", &[&uid])
            .await?;
        let kept = self
            .bodies("SELECT body FROM revision WHERE workload = $1", &[&uid])
            .await?;
        let watches = self.bodies("SELECT body FROM watch", &[]).await?;
        let mut templates = HashMap::new();
        let rows = sqlx::query(
            "SELECT digest, body FROM template WHERE digest IN \
             (SELECT template FROM period WHERE workload = $1)",
        )
        .bind(&uid)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        for row in rows {
            let template = template(&row)?;
            templates.insert(template.digest(), template);
        }
        Ok(Sources {
            known,
            periods,
            kept,
            watches,
            templates,
        })
    }

    /// What ran at a moment: the latest period of each workload that had begun
    /// by then for certain, as long as the workload was there.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn then(&self, at: Time) -> Result<Vec<Ran>, Failure> {
        let images = sqlx::query(
            "SELECT p.workload AS workload, i.image AS image FROM period p \
             JOIN image i ON i.template = p.template WHERE p.generation = \
             (SELECT MAX(q.generation) FROM period q WHERE q.workload = p.workload AND q.starts <= $1) \
             ORDER BY i.image",
        );
        let mut by_workload: HashMap<String, Vec<String>> = HashMap::new();
        let rows = images.bind(at.millis()).fetch_all(&self.pool).await;
        for row in rows.map_err(failed)? {
            let workload: String = row.try_get("workload").map_err(failed)?;
            let image: String = row.try_get("image").map_err(failed)?;
            by_workload.entry(workload).or_default().push(image);
        }
        let rows = sqlx::query(
            "SELECT w.body AS known, p.body AS period, n.body AS next FROM workload w \
             JOIN period p ON p.workload = w.uid AND p.generation = \
             (SELECT MAX(q.generation) FROM period q WHERE q.workload = w.uid AND q.starts <= $1) \
             LEFT JOIN period n ON n.workload = w.uid AND n.generation = \
             (SELECT MIN(q.generation) FROM period q WHERE q.workload = w.uid \
             AND q.generation > p.generation) \
             WHERE w.created_at <= $1 AND (w.gone_at IS NULL OR w.gone_at > $1) \
             ORDER BY w.namespace, w.name",
        )
        .bind(at.millis())
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        let watches: Vec<Watch> = self.bodies("SELECT body FROM watch", &[]).await?;
        let ran = rows.iter().map(|row| {
            let known: Known = parsed(row, "known")?;
            let period: Period = parsed(row, "period")?;
            let next: Option<String> = row.try_get("next").map_err(failed)?;
            let next: Option<Period> = next.as_deref().map(read).transpose()?;
            let images = by_workload.remove(&known.uid).unwrap_or_default();
            let sees = watches.iter().filter(|w| w.sees(&known.key.namespace));
            let watched = sees.map(|w| w.to).max().unwrap_or(known.created_at);
            Ok(ran(&known, &period, next.as_ref(), images, at, watched))
        });
        ran.collect()
    }

    /// A template by its digest.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn template(&self, digest: Digest) -> Result<Option<Template>, Failure> {
        sqlx::query("SELECT digest, body FROM template WHERE digest = $1")
            .bind(digest.to_string())
            .fetch_optional(&self.pool)
            .await
            .map_err(failed)?
            .map(|row| template(&row))
            .transpose()
    }

    /// All facts of one kind after another, each batch handed on: templates
    /// before the periods that name them.
    ///
    /// # Errors
    /// When the database cannot be read, or holds what Rollbook did not write.
    pub async fn export(&self, mut on: impl FnMut(Fact)) -> Result<(), Failure> {
        for known in self
            .bodies("SELECT body FROM workload ORDER BY uid", &[])
            .await?
        {
            on(Fact::Workload(known));
        }
        let digests = sqlx::query("SELECT digest FROM template ORDER BY digest");
        for row in digests.fetch_all(&self.pool).await.map_err(failed)? {
            let digest: String = row.try_get("digest").map_err(failed)?;
            let parsed = digest.parse().map_err(|_| damaged(&digest))?;
            if let Some(template) = self.template(parsed).await? {
                on(Fact::Template(Archived::from(&template)));
            }
        }
        let periods = "SELECT body FROM period ORDER BY workload, generation";
        for period in self.bodies(periods, &[]).await? {
            on(Fact::Period(period));
        }
        for kept in self
            .bodies("SELECT body FROM revision ORDER BY uid", &[])
            .await?
        {
            on(Fact::Revision(kept));
        }
        for watch in self
            .bodies("SELECT body FROM watch ORDER BY id", &[])
            .await?
        {
            on(Fact::Watch(watch));
        }
        Ok(())
    }

    /// Reads everything and says what is not as it must be: digests that do not
    /// fit, periods without their workload or template, bounds that cross.
    ///
    /// # Errors
    /// When the database cannot be read at all.
    pub async fn check(&self) -> Result<Checked, Failure> {
        let mut book = Book::default();
        let mut wrong = Vec::new();
        match self.export(|fact| book.write([fact])).await {
            Ok(()) => wrong.extend(book.wrong()),
            Err(Failure::Damaged { what }) => wrong.push(what),
            Err(failure) => return Err(failure),
        }
        Ok(Checked {
            workloads: book.known.len(),
            periods: book.periods.len(),
            templates: book.templates.len(),
            wrong,
        })
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

/// Reads what is there under a key, joins it and puts it back.
macro_rules! joined {
    ($transaction:expr, $fact:expr, $select:expr, $($key:expr),+) => {{
        let mut select = sqlx::query($select);
        $( select = select.bind($key); )+
        let found = select.fetch_optional(&mut **$transaction).await.map_err(failed)?;
        match found {
            None => $fact.clone(),
            Some(row) => {
                let mut mine = $fact.clone();
                mine.join(body(&row)?);
                mine
            }
        }
    }};
}

fn json(fact: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(fact).map_err(|error| damaged(&error.to_string()))
}

async fn put(transaction: &mut Transaction<'_, Any>, fact: &Fact) -> Result<(), Failure> {
    match fact {
        Fact::Workload(known) => {
            let known = joined!(
                transaction,
                known,
                "SELECT body FROM workload WHERE uid = $1",
                known.uid.clone()
            );
            sqlx::query(
                "INSERT INTO workload (uid, namespace, kind, name, created_at, gone_at, body) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (uid) DO UPDATE SET \
                 gone_at = excluded.gone_at, body = excluded.body",
            )
            .bind(known.uid.clone())
            .bind(known.key.namespace.clone())
            .bind(known.key.kind.to_string())
            .bind(known.key.name.clone())
            .bind(known.created_at.millis())
            .bind(known.gone.map(|gone| gone.not_after.millis()))
            .bind(json(&known)?)
        }
        Fact::Period(period) => {
            let period = joined!(
                transaction,
                period,
                "SELECT body FROM period WHERE workload = $1 AND generation = $2",
                period.workload.clone(),
                period.generation
            );
            sqlx::query(
                "INSERT INTO period (workload, generation, starts, template, body) \
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT (workload, generation) DO UPDATE SET \
                 starts = excluded.starts, template = excluded.template, body = excluded.body",
            )
            .bind(period.workload.clone())
            .bind(period.generation)
            .bind(period.start.not_after.millis())
            .bind(period.template.map(|digest| digest.to_string()))
            .bind(json(&period)?)
        }
        Fact::Revision(kept) => {
            let kept = joined!(
                transaction,
                kept,
                "SELECT body FROM revision WHERE uid = $1",
                kept.uid.clone()
            );
            sqlx::query(
                "INSERT INTO revision (uid, workload, gone_at, body) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (uid) DO UPDATE SET gone_at = excluded.gone_at, body = excluded.body",
            )
            .bind(kept.uid.clone())
            .bind(kept.workload.clone())
            .bind(kept.gone.map(|gone| gone.not_after.millis()))
            .bind(json(&kept)?)
        }
        Fact::Watch(watch) => {
            let watch: Watch = joined!(
                transaction,
                watch,
                "SELECT body FROM watch WHERE id = $1",
                watch.id.clone()
            );
            sqlx::query(
                "INSERT INTO watch (id, starts, ends, body) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (id) DO UPDATE SET \
                 starts = excluded.starts, ends = excluded.ends, body = excluded.body",
            )
            .bind(watch.id.clone())
            .bind(watch.from.millis())
            .bind(watch.to.millis())
            .bind(json(&watch)?)
        }
        Fact::Template(archived) => return archive(transaction, archived).await,
    }
    .execute(&mut **transaction)
    .await
    .map(|_| ())
    .map_err(failed)
}

async fn archive(
    transaction: &mut Transaction<'_, Any>,
    archived: &Archived,
) -> Result<(), Failure> {
    let digest = archived.digest.to_string();
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::best());
    let packed = packer
        .write_all(archived.json.as_bytes())
        .and_then(|()| packer.finish())
        .map_err(|error| damaged(&error.to_string()))?;
    sqlx::query(
        "INSERT INTO template (digest, size, body) VALUES ($1, $2, $3) \
         ON CONFLICT (digest) DO NOTHING",
    )
    .bind(digest.clone())
    .bind(i64::try_from(archived.json.len()).unwrap_or(i64::MAX))
    .bind(packed)
    .execute(&mut **transaction)
    .await
    .map_err(failed)?;
    for image in &archived.images {
        sqlx::query(
            "INSERT INTO image (template, image) VALUES ($1, $2) \
             ON CONFLICT (template, image) DO NOTHING",
        )
        .bind(digest.clone())
        .bind(image.image.clone())
        .execute(&mut **transaction)
        .await
        .map_err(failed)?;
    }
    Ok(())
}
