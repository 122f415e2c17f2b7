//! How large the record is, and how it becomes smaller.

use app::record::Failure;
use domain::time::Time;
use sqlx::Row as _;

use super::super::{Store, failed};
use super::Removed;

/// What the tables of the record hold: their place on the disk, times the part
/// of it that is in use. PostgreSQL keeps the place of what was removed, for
/// what comes next. 28 bytes are the head and the pointer of a row.
const POSTGRES: &str = "SELECT CAST(COALESCE(SUM(pg_total_relation_size(c.oid) * LEAST(1.0, \
     GREATEST(c.reltuples, 0) * (28 + (SELECT COALESCE(SUM(s.avg_width), 0) FROM pg_stats s \
     WHERE s.schemaname = current_schema() AND s.tablename = c.relname)) \
     / GREATEST(pg_relation_size(c.oid), 1))), 0) AS BIGINT) AS size \
     FROM pg_class c WHERE c.relnamespace = CAST(current_schema() AS regnamespace) \
     AND c.relname IN ('workload', 'period', 'revision', 'template', 'image', 'watch')";
/// The pages of the file that are in use.
const SQLITE: &str = "SELECT (p.page_count - f.freelist_count) * s.page_size AS size \
     FROM pragma_page_count() p, pragma_freelist_count() f, pragma_page_size() s";
/// Pages that SQLite gives back at a time.
const PAGES: &str = "PRAGMA incremental_vacuum(2000)";

impl Store {
    /// Removes the oldest until the record is no larger than that, or nothing
    /// may be removed any more.
    pub(super) async fn shrink(
        &self,
        now: Time,
        most: u64,
        removed: &mut Removed,
    ) -> Result<(), Failure> {
        let mut share = 0.0_f64;
        loop {
            removed.size = self.size().await?;
            removed.over = removed.size > most;
            if !removed.over {
                break;
            }
            #[expect(clippy::cast_precision_loss, reason = "a share need not be exact")]
            let over = (removed.size - most) as f64 / removed.size as f64;
            // A little more, so that it is not at the limit again at once.
            share = share.max(over * 1.05);
            let before = removed.things();
            let cutoff = self.moment(share).await?.unwrap_or(now).min(now);
            self.clear(cutoff, now, removed).await?;
            if removed.things() > before {
                share = 0.0;
            } else if share >= 1.0 {
                break;
            } else {
                // What is oldest is what goes on.
                share = (share * 2.0).max(0.01);
            }
        }
        self.give_back(removed.things() > 0).await
    }

    /// The moment by which so large a share of the periods had begun; none, where
    /// all had.
    async fn moment(&self, share: f64) -> Result<Option<Time>, Failure> {
        let mut lease = self.lease().await?;
        let count = lease
            .one(sqlx::query("SELECT COUNT(*) AS count FROM period"))
            .await?;
        let count: i64 = count.map_or(Ok(0), |row| row.try_get("count").map_err(failed))?;
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "a share need not be exact"
        )]
        let skip = (count as f64 * share).ceil() as i64;
        let query = sqlx::query("SELECT starts FROM period ORDER BY starts LIMIT 1 OFFSET $1");
        let row = lease.one(query.bind(skip)).await?;
        lease.finish();
        row.map(|row| row.try_get("starts").map(Time::from_millis).map_err(failed))
            .transpose()
    }

    /// Bytes that the record takes, about; templates that are to go soon do not
    /// count.
    ///
    /// # Errors
    /// When the database does not say.
    pub async fn size(&self) -> Result<u64, Failure> {
        let tables = [
            "workload", "period", "revision", "template", "image", "watch",
        ];
        let mut lease = self.lease().await?;
        if self.postgres {
            for table in tables {
                let analyze = sqlx::AssertSqlSafe(format!("ANALYZE {table}"));
                lease.run(sqlx::query(analyze)).await?;
            }
        }
        let number = async |lease: &mut super::Lease, sql: &'static str| {
            let row = lease.one(sqlx::query(sql)).await?;
            let number: Option<i64> =
                row.map_or(Ok(None), |row| row.try_get("size").map_err(failed))?;
            Ok::<_, Failure>(u64::try_from(number.unwrap_or(0)).unwrap_or(0))
        };
        let all = number(&mut lease, if self.postgres { POSTGRES } else { SQLITE }).await?;
        let loose = "SELECT CAST(SUM(length(body)) AS BIGINT) AS size FROM template \
                     WHERE loose_since IS NOT NULL";
        let loose = number(&mut lease, loose).await?;
        lease.finish();
        Ok(all.saturating_sub(loose))
    }

    /// Gives free space back to the disk. PostgreSQL does so by itself.
    async fn give_back(&self, removed: bool) -> Result<(), Failure> {
        if self.postgres || !removed {
            return Ok(());
        }
        loop {
            let mut lease = self.lease().await?;
            let free = "SELECT freelist_count AS size FROM pragma_freelist_count()";
            let row = lease.one(sqlx::query(free)).await?;
            let before: i64 = row.map_or(Ok(0), |row| row.try_get("size").map_err(failed))?;
            lease.all(sqlx::query(PAGES)).await?;
            let row = lease.one(sqlx::query(free)).await?;
            let after: i64 = row.map_or(Ok(0), |row| row.try_get("size").map_err(failed))?;
            lease.finish();
            if after == 0 || after >= before {
                return Ok(());
            }
        }
    }
}
