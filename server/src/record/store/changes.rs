//! What changed in a window of time.

use std::collections::HashSet;

use app::record::Failure;
use domain::record::changes::{Around, Changes, MOST, Sources, There, Window, changes};
use domain::record::{Known, Period};
use domain::template::Digest;
use domain::time::Time;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::images::{WITH_NEIGHBOURS, beside, number};
use super::sources::KEPT_SINCE;
use super::{Scope, Store, failed, parsed};

/// The workloads that were there between `$1` and `$2`, with their periods.
/// Each workload's periods are found by their start.
const THERE: &str = "FROM workload w JOIN period p ON p.workload = w.uid AND p.starts >= $1 \
     WHERE (w.gone_at IS NULL OR w.gone_at >= $1) AND w.created_at <= $2";
/// The parameter of whose namespaces are told.
const SCOPE: usize = 3;

/// Began in the window, and not merely there when somebody first looked.
const CERTAIN: &str = "p.starts <= $2 AND (p.generation = 1 OR EXISTS (SELECT 1 FROM period q \
     WHERE q.workload = p.workload AND q.generation < p.generation))";

/// The first known one of its workload: it may have begun in the window.
const FIRST: &str = "p.starts <= $2 AND p.generation > 1 AND NOT EXISTS (SELECT 1 FROM period q \
     WHERE q.workload = p.workload AND q.generation < p.generation)";

/// Those that were seen only after the window, so many of each workload that was
/// there: they may have begun in it. A search by index for each workload, as SQLite
/// keeps the order of a cross join: from one generation to the next `starts` never
/// falls.
fn after(most: u32) -> String {
    let next = "(SELECT q.generation FROM period q WHERE q.workload = w.uid AND q.starts > $2 \
         ORDER BY q.starts, q.generation LIMIT 1)";
    format!(
        "FROM workload w CROSS JOIN period p WHERE p.workload = w.uid \
         AND p.generation >= {next} AND p.generation < {most} + {next} \
         AND (w.gone_at IS NULL OR w.gone_at >= $1) AND w.created_at <= $2"
    )
}

/// Of those after the window a few are enough: more are seen at once only where
/// many templates came while nobody watched.
const AFTER: u32 = 8;

impl Store {
    /// What changed in a window.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn changes(&self, window: Window, now: Time) -> Result<Changes, Failure> {
        let mut changed = HashSet::new();
        let mut total = 0;
        let scope = Scope::condition("w.namespace", SCOPE);
        let counts = format!(
            "SELECT w.uid AS uid, COUNT(*) AS n {THERE}{scope}AND {CERTAIN} GROUP BY w.uid"
        );
        for row in self.between(counts, window).await? {
            changed.insert(row.try_get("uid").map_err(failed)?);
            total += number(&row, "n")?;
        }
        let certain = format!("{THERE}{scope}AND {CERTAIN}");
        let mut periods = self.around(&certain, MOST, window).await?;
        let more = total.saturating_sub(periods.len());
        let first = format!("{THERE}{scope}AND {FIRST}");
        periods.extend(self.around(&first, usize::MAX, window).await?);
        if self.may_be_earlier(window).await? {
            let after = format!("{}{scope}", after(AFTER));
            periods.extend(self.around(&after, usize::MAX, window).await?);
        }
        let there = format!(
            "SELECT w.uid AS uid, w.namespace AS namespace, CASE WHEN w.forgotten_below IS NULL \
             THEN NULL ELSE {KEPT_SINCE} END AS forgotten FROM workload w \
             WHERE (w.gone_at IS NULL OR w.gone_at >= $1) AND w.created_at <= $2{scope}"
        );
        let there = self.between(there, window).await?;
        let there = there.iter().map(one).collect::<Result<_, _>>()?;
        let gone = format!(
            "SELECT w.body AS known FROM workload w \
             WHERE w.gone_at >= $1 AND w.created_at <= $2{scope}"
        );
        let gone = self.between(gone, window).await?;
        let deleted = gone.iter().map(|row| parsed(row, "known"));
        let deleted: Vec<Known> = deleted.collect::<Result<_, _>>()?;
        let both = |around: &Around| {
            let before = around.before.as_ref();
            [around.period.template, before.and_then(|p| p.template)]
        };
        let told: Vec<Digest> = periods.iter().flat_map(both).flatten().collect();
        let templates = self.templates(&told).await?;
        let mut watches = self.watches(window.from, window.to).await?;
        // Who looked after it tells what had changed by then.
        watches.extend(self.fresh().await?);
        let sources = Sources {
            periods,
            more,
            changed,
            deleted,
            there,
            recorded_since: self.recorded_since().await?,
            kept_since: self.kept_since().await?,
            templates,
            watches,
        };
        Ok(changes(sources, window, now))
    }

    /// Rows of a question about a window.
    async fn between(&self, sql: String, window: Window) -> Result<Vec<AnyRow>, Failure> {
        let asked = sqlx::query(sqlx::AssertSqlSafe(sql));
        let asked = asked
            .bind(window.from.millis())
            .bind(window.to.millis())
            .bind(self.scope.parameter());
        self.rows(asked).await
    }

    /// May one of those that were seen after the window have begun in it? None,
    /// where the first of each workload began after it for certain.
    async fn may_be_earlier(&self, window: Window) -> Result<bool, Failure> {
        let scope = Scope::condition("w.namespace", SCOPE);
        let first = format!("SELECT p.body AS period {}{scope}", after(1));
        let first = self.between(first, window).await?;
        let first = first.iter().map(|row| parsed(row, "period"));
        let first: Vec<Period> = first.collect::<Result<_, _>>()?;
        Ok(first.iter().any(|p| p.start.not_before <= window.to))
    }

    /// The newest periods `p` of some, each with its neighbours.
    async fn around(
        &self,
        some: &str,
        most: usize,
        window: Window,
    ) -> Result<Vec<Around>, Failure> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let sql = format!(
            "SELECT w.body AS known, p.body AS period, b.body AS before, n.body AS next, \
             CASE WHEN EXISTS (SELECT 1 FROM period q WHERE q.workload = p.workload \
             AND q.template = p.template AND q.generation < p.generation) THEN 1 ELSE 0 END \
             AS returned FROM (SELECT p.workload AS workload, p.generation AS generation, \
             p.starts AS starts {some} \
             ORDER BY starts DESC, workload, generation DESC LIMIT {most}) h \
             {WITH_NEIGHBOURS}"
        );
        let rows = self.between(sql, window).await?;
        let around = rows.iter().map(|row| {
            Ok(Around {
                known: parsed(row, "known")?,
                period: parsed(row, "period")?,
                before: beside(row, "before")?,
                next: beside(row, "next")?,
                returned: number(row, "returned")? == 1,
            })
        });
        around.collect()
    }
}

/// A workload that was there.
fn one(row: &AnyRow) -> Result<There, Failure> {
    let forgotten: Option<i64> = row.try_get("forgotten").map_err(failed)?;
    Ok(There {
        uid: row.try_get("uid").map_err(failed)?,
        namespace: row.try_get("namespace").map_err(failed)?,
        forgotten: forgotten.map(Time::from_millis),
    })
}
