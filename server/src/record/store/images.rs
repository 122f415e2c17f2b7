//! Where an image runs and ran.

use std::collections::HashMap;

use app::record::Failure;
use domain::record::images::{Images, PAGE, Query, Running, Use, found, page, query, sort};
use domain::record::{Known, Period};
use domain::template::{ContainerImage, Digest};
use domain::time::Time;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Store, damaged, failed, parsed, read};

/// Periods whose template names a matching image, with their workload.
const MATCHING: &str = "FROM image i JOIN period p ON p.template = i.template \
     JOIN workload w ON w.uid = p.workload WHERE LOWER(i.image) LIKE LOWER($1) ESCAPE '\\'";

/// The latest period of each workload that is there, with its images.
const RUNNING: &str = "FROM workload w JOIN period p ON p.workload = w.uid AND p.generation = \
     (SELECT MAX(q.generation) FROM period q WHERE q.workload = w.uid) \
     JOIN image i ON i.template = p.template WHERE w.gone_at IS NULL";

/// Periods `h` with their workload `w`, their facts `p`, and the ones before and
/// after them, `b` and `n`, where there are such.
pub(super) const WITH_NEIGHBOURS: &str = "JOIN workload w ON w.uid = h.workload \
     JOIN period p ON p.workload = h.workload AND p.generation = h.generation \
     LEFT JOIN period b ON b.workload = h.workload AND b.generation = \
     (SELECT MAX(q.generation) FROM period q WHERE q.workload = h.workload \
      AND q.generation < h.generation) \
     LEFT JOIN period n ON n.workload = h.workload AND n.generation = \
     (SELECT MIN(q.generation) FROM period q WHERE q.workload = h.workload \
      AND q.generation > h.generation)";

impl Store {
    /// One page of the periods whose templates name an image like `text`; of
    /// the images that run now, where it is empty.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn images(&self, text: &str, asked: usize) -> Result<Images, Failure> {
        let first = self.row(sqlx::query("SELECT MIN(starts) AS first FROM watch"));
        let first: Option<i64> = first.await?.try_get("first").map_err(failed)?;
        let mut images = Images {
            query: text.trim().to_owned(),
            recorded_since: first.map(Time::from_millis),
            total: 0,
            page: 1,
            pages: 1,
            uses: Vec::new(),
            running: Vec::new(),
        };
        match query(text) {
            Query::Hopeless => {}
            Query::Empty => {
                let count = format!("SELECT COUNT(DISTINCT i.image) AS n {RUNNING}");
                images.total = self.count(count, None).await?;
                (images.page, images.pages) = page(asked, images.total);
                images.running = self.running(images.page).await?;
            }
            Query::Like(pattern) => {
                let count = format!("SELECT COUNT(*) AS n {MATCHING}");
                images.total = self.count(count, Some(&pattern)).await?;
                (images.page, images.pages) = page(asked, images.total);
                images.uses = self.uses(&pattern, images.page).await?;
            }
        }
        Ok(images)
    }

    async fn count(&self, sql: String, pattern: Option<&str>) -> Result<usize, Failure> {
        let mut asked = sqlx::query(sqlx::AssertSqlSafe(sql));
        if let Some(pattern) = pattern {
            asked = asked.bind(pattern.to_owned());
        }
        let row = self.row(asked).await?;
        number(&row, "n")
    }

    async fn running(&self, page: usize) -> Result<Vec<Running>, Failure> {
        let sql = format!(
            "SELECT i.image AS image, COUNT(DISTINCT w.uid) AS n {RUNNING} \
             GROUP BY i.image ORDER BY i.image LIMIT $1 OFFSET $2"
        );
        let asked = sqlx::query(sqlx::AssertSqlSafe(sql));
        let (limit, offset) = part(page);
        let asked = asked.bind(limit).bind(offset);
        let rows = self.rows(asked).await?;
        let running = rows.iter().map(|row| {
            Ok(Running {
                image: row.try_get("image").map_err(failed)?,
                workloads: number(row, "n")?,
            })
        });
        running.collect()
    }

    async fn uses(&self, pattern: &str, page: usize) -> Result<Vec<Use>, Failure> {
        // The keys of one page first: bodies are read for that one only.
        let sql = format!(
            "SELECT h.image AS image, h.template AS template, w.body AS known, p.body AS period, \
             b.body AS before, n.body AS next FROM \
             (SELECT i.image AS image, p.template AS template, p.workload AS workload, \
              p.generation AS generation, p.starts AS starts, \
              CASE WHEN w.gone_at IS NULL AND NOT EXISTS (SELECT 1 FROM period q \
              WHERE q.workload = p.workload AND q.generation > p.generation) \
              THEN 0 ELSE 1 END AS past {MATCHING} \
              ORDER BY past, starts DESC, workload, generation, image LIMIT $2 OFFSET $3) h \
             {WITH_NEIGHBOURS} \
             ORDER BY h.past, h.starts DESC, h.workload, h.generation, h.image"
        );
        let (limit, offset) = part(page);
        let asked = sqlx::query(sqlx::AssertSqlSafe(sql));
        let asked = asked.bind(pattern.to_owned()).bind(limit).bind(offset);
        let rows = self.rows(asked).await?;
        let mut containers: HashMap<String, Vec<ContainerImage>> = HashMap::new();
        let mut uses = Vec::with_capacity(rows.len());
        for row in &rows {
            let digest: String = row.try_get("template").map_err(failed)?;
            if !containers.contains_key(&digest) {
                let of = self.containers(&digest).await?;
                containers.insert(digest.clone(), of);
            }
            let known: Known = parsed(row, "known")?;
            let period: Period = parsed(row, "period")?;
            let (before, next) = (beside(row, "before")?, beside(row, "next")?);
            let image: String = row.try_get("image").map_err(failed)?;
            uses.push(found(
                image,
                &containers[&digest],
                &known,
                before,
                period,
                next,
            ));
        }
        // By the moments that are told, which are finer than the column.
        sort(&mut uses);
        Ok(uses)
    }

    async fn containers(&self, digest: &str) -> Result<Vec<ContainerImage>, Failure> {
        let digest: Digest = digest.parse().map_err(|_| damaged(digest))?;
        let template = self.template(digest).await?;
        Ok(template.map(|t| t.images().to_vec()).unwrap_or_default())
    }
}

/// Rows of a page: how many, and after how many.
fn part(page: usize) -> (i64, i64) {
    let most = i64::try_from(PAGE).unwrap_or(i64::MAX);
    let before = i64::try_from(page.saturating_sub(1)).unwrap_or_default();
    (most, before.saturating_mul(most))
}

/// A count.
pub(super) fn number(row: &AnyRow, column: &str) -> Result<usize, Failure> {
    let n: i64 = row.try_get(column).map_err(failed)?;
    usize::try_from(n).map_err(|_| damaged("a count below zero"))
}

/// A period that may not be there.
pub(super) fn beside(row: &AnyRow, column: &str) -> Result<Option<Period>, Failure> {
    let text: Option<String> = row.try_get(column).map_err(failed)?;
    text.as_deref().map(read).transpose()
}
