//! Where an image runs and ran.

use app::record::Failure;
use domain::record::images::{Images, MOST, PAGE, Query, Running, Use, found, page, query, sort};
use domain::record::{Known, Period};
use domain::template::{Digest, Template};
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::lease::Asked;
use super::{Scope, Store, damaged, failed, parsed, read};

/// The parameter of whose namespaces are told, in [`Store::uses`].
const USES: usize = 4;

/// No record has so many periods.
const ALL: i64 = 1 << 32;

/// A matching image.
const LIKE: &str = "LOWER(i.image) LIKE LOWER($1) ESCAPE '\\'";

/// Periods whose template names an image, with their workload: from the images
/// on, which is short where few of them match. SQLite keeps the order of a cross
/// join.
const BY_IMAGE: &str = "FROM image i CROSS JOIN period p CROSS JOIN workload w \
     WHERE p.template = i.template AND w.uid = p.workload";

/// Is it past? Not the latest period of a workload that is there.
const PAST: &str = "CASE WHEN w.gone_at IS NULL AND NOT EXISTS (SELECT 1 FROM period q \
     WHERE q.workload = p.workload AND q.generation > p.generation) THEN 0 ELSE 1 END";

/// The latest period of each workload that is there, with its images: from the
/// workloads on, however long their histories are. What has a limit is found by
/// itself, whatever the database expects of the rest.
const RUNNING: &str = "FROM (SELECT p.workload AS workload, p.generation AS generation, \
     p.starts AS starts, p.template AS template, w.namespace AS namespace \
     FROM workload w CROSS JOIN period p \
     WHERE w.gone_at IS NULL AND p.workload = w.uid AND p.generation = \
     (SELECT MAX(q.generation) FROM period q WHERE q.workload = w.uid) \
     LIMIT 9223372036854775807) p CROSS JOIN image i WHERE i.template = p.template";

/// The newest periods, so many, with their images and workloads.
fn by_age(periods: i64) -> String {
    format!(
        "FROM (SELECT workload, generation, starts, template FROM period \
         ORDER BY starts DESC, workload, generation LIMIT {periods}) p \
         CROSS JOIN image i CROSS JOIN workload w \
         WHERE i.template = p.template AND w.uid = p.workload"
    )
}

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
        self.images_up_to(text, asked, MOST).await
    }

    /// The same, of so many hits at most.
    pub(super) async fn images_up_to(
        &self,
        text: &str,
        asked: usize,
        most: usize,
    ) -> Result<Images, Failure> {
        let mut images = Images {
            query: text.trim().to_owned(),
            recorded_since: self.recorded_since().await?,
            total: 0,
            total_is_least: false,
            page: 1,
            pages: 1,
            uses: Vec::new(),
            running: Vec::new(),
        };
        match query(text) {
            Query::Hopeless => {}
            Query::Empty => {
                let scope = Scope::condition("p.namespace", 1);
                let count = format!("SELECT COUNT(DISTINCT i.image) AS n {RUNNING}{scope}");
                let count = sqlx::query(sqlx::AssertSqlSafe(count)).bind(self.scope.parameter());
                images.total = self.count(count).await?;
                (images.page, images.pages) = page(asked, images.total);
                images.running = self.running(images.page).await?;
            }
            Query::Like(pattern) => {
                let all = self.hits(&pattern, most).await?;
                images.total = all.min(most);
                images.total_is_least = all > most;
                (images.page, images.pages) = page(asked, images.total);
                images.uses = if images.total_is_least {
                    self.newest(&pattern, images.page, most).await?
                } else {
                    let scope = Scope::condition("w.namespace", USES);
                    let hits = format!(
                        "{PAST} AS past {BY_IMAGE} AND {LIKE}{scope}\
                         ORDER BY past, starts DESC, workload, generation, image"
                    );
                    self.uses(&hits, &pattern, part(images.page)).await?
                };
                // By the moments that are told, which are finer than the column.
                sort(&mut images.uses);
            }
        }
        Ok(images)
    }

    async fn count(&self, asked: Asked<'_>) -> Result<usize, Failure> {
        let row = self.row(asked).await?;
        number(&row, "n")
    }

    /// How many periods match; of more than `most` one more is counted.
    async fn hits(&self, pattern: &str, most: usize) -> Result<usize, Failure> {
        let scope = Scope::condition("w.namespace", 3);
        let count = format!(
            "SELECT COUNT(*) AS n FROM \
             (SELECT 1 AS one {BY_IMAGE} AND {LIKE}{scope}LIMIT $2) hits"
        );
        let count = sqlx::query(sqlx::AssertSqlSafe(count))
            .bind(pattern.to_owned())
            .bind(whole(most).saturating_add(1))
            .bind(self.scope.parameter());
        self.count(count).await
    }

    /// A page of very many: what runs now, and then as many of the newest as are
    /// wanted. None of the others is sorted.
    async fn newest(&self, pattern: &str, page: usize, most: usize) -> Result<Vec<Use>, Failure> {
        let scope = Scope::condition("p.namespace", 2);
        let count = format!("SELECT COUNT(*) AS n {RUNNING} AND {LIKE}{scope}");
        let count = sqlx::query(sqlx::AssertSqlSafe(count))
            .bind(pattern.to_owned())
            .bind(self.scope.parameter());
        let running = whole(self.count(count).await?);
        let (limit, before) = part(page);
        // The last page may be shorter.
        let limit = limit.min(whole(most) - before);
        let scope = Scope::condition("p.namespace", USES);
        let now = format!(
            "0 AS past {RUNNING} AND {LIKE}{scope}ORDER BY starts DESC, workload, generation, image"
        );
        let mut uses = Vec::new();
        if before < running {
            uses = self.uses(&now, pattern, (limit, before)).await?;
        }
        let rest = limit - whole(uses.len());
        if rest > 0 {
            let before = before.saturating_sub(running).max(0);
            uses.extend(self.past(pattern, rest, before).await?);
        }
        Ok(uses)
    }

    /// So many of the newest past hits, after so many: looked for among the newest
    /// periods, and among more of them where those are too few.
    async fn past(&self, pattern: &str, limit: i64, before: i64) -> Result<Vec<Use>, Failure> {
        let mut among = 2 * (before + limit);
        let scope = Scope::condition("w.namespace", USES);
        loop {
            let past = format!(
                "1 AS past {} AND {LIKE} AND {PAST} = 1{scope}\
                 ORDER BY starts DESC, workload, generation, image",
                by_age(among)
            );
            let found = self.uses(&past, pattern, (limit, before)).await?;
            if whole(found.len()) == limit || among > ALL {
                return Ok(found);
            }
            among *= 8;
        }
    }

    async fn running(&self, page: usize) -> Result<Vec<Running>, Failure> {
        let scope = Scope::condition("p.namespace", 3);
        let sql = format!(
            "SELECT i.image AS image, COUNT(DISTINCT p.workload) AS n {RUNNING}{scope}\
             GROUP BY i.image ORDER BY i.image LIMIT $1 OFFSET $2"
        );
        let asked = sqlx::query(sqlx::AssertSqlSafe(sql));
        let (limit, offset) = part(page);
        let asked = asked.bind(limit).bind(offset).bind(self.scope.parameter());
        let rows = self.rows(asked).await?;
        let running = rows.iter().map(|row| {
            Ok(Running {
                image: row.try_get("image").map_err(failed)?,
                workloads: number(row, "n")?,
            })
        });
        running.collect()
    }

    /// The periods of some hits, in their order: so many, after so many.
    async fn uses(
        &self,
        hits: &str,
        pattern: &str,
        (limit, before): (i64, i64),
    ) -> Result<Vec<Use>, Failure> {
        // The keys of one page first: bodies are read for that one only.
        let sql = format!(
            "SELECT h.image AS image, h.template AS template, w.body AS known, p.body AS period, \
             b.body AS before, n.body AS next FROM \
             (SELECT i.image AS image, p.template AS template, p.workload AS workload, \
              p.generation AS generation, p.starts AS starts, {hits} LIMIT $2 OFFSET $3) h \
             {WITH_NEIGHBOURS} \
             ORDER BY h.past, h.starts DESC, h.workload, h.generation, h.image"
        );
        let asked = sqlx::query(sqlx::AssertSqlSafe(sql));
        let asked = asked
            .bind(pattern.to_owned())
            .bind(limit)
            .bind(before)
            .bind(self.scope.parameter());
        let rows = self.rows(asked).await?;
        let digests = rows.iter().map(digest).collect::<Result<Vec<_>, _>>()?;
        let templates = self.templates(&digests).await?;
        let uses = rows.iter().zip(digests).map(|(row, digest)| {
            let known: Known = parsed(row, "known")?;
            let period: Period = parsed(row, "period")?;
            let (before, next) = (beside(row, "before")?, beside(row, "next")?);
            let image: String = row.try_get("image").map_err(failed)?;
            let images = templates.get(&digest).map_or(&[][..], Template::images);
            Ok(found(image, images, &known, before, period, next))
        });
        uses.collect()
    }
}

fn digest(row: &AnyRow) -> Result<Digest, Failure> {
    let digest: String = row.try_get("template").map_err(failed)?;
    digest.parse().map_err(|_| damaged(&digest))
}

fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Rows of a page: how many, and after how many.
fn part(page: usize) -> (i64, i64) {
    let most = whole(PAGE);
    (most, whole(page.saturating_sub(1)).saturating_mul(most))
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
