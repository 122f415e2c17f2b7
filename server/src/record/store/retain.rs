//! What is no longer kept: what ended long ago, and the oldest where the record
//! grew too large. Many short transactions, each of which leaves a sound record,
//! so that it may be cut short, repeated and done beside a writer.
//!
//! Never removed: the latest period of a workload that is there, and the
//! ControllerRevisions that are there.

mod size;
mod templates;

use app::record::Failure;
use domain::record::watching::{Merged, merged};
use domain::record::{Forgotten, Known, Watch};
use domain::time::Time;
use jiff::SignedDuration;
use sqlx::Row as _;

use super::lease::Lease;
use super::put::{watch, workload};
use super::{Store, body, failed};
use crate::config::Retention;

/// Rows that one transaction removes.
const SOME: i64 = 500;
/// Spans of watching that may still grow are left alone so long.
const SETTLED: SignedDuration = SignedDuration::from_mins(10);

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Periods that had ended.
    pub periods: u64,
    /// Workloads that are gone, with all they had.
    pub workloads: u64,
    /// ControllerRevisions that are gone.
    pub revisions: u64,
    /// Spans of watching: too old, or made one with another.
    pub watches: u64,
    /// Templates that nothing named any more for a while.
    pub templates: u64,
    /// Bytes that the record takes now, about.
    pub size: u64,
    /// It is larger than it may be, and nothing is left that may be removed.
    pub over: bool,
}

impl Removed {
    /// Parts of the history, however many.
    pub fn things(&self) -> u64 {
        self.periods + self.workloads + self.revisions
    }
}

impl Store {
    /// Removes what is not kept any longer. Whoever hands templates out once
    /// only (`domain::record::observer`) must hand them out anew after it, for
    /// they may have been removed.
    ///
    /// # Errors
    /// When the database fails; what is removed by then stays so.
    pub async fn retain(&self, now: Time, limits: Retention) -> Result<Removed, Failure> {
        let mut removed = Removed::default();
        removed.watches += self.merge(now.after(-SETTLED)).await?;
        let old = now.after(-limits.age);
        let cleared = self.clear(old, now, &mut removed).await;
        // Whatever came of that: it must not grow without end.
        self.shrink(now, limits.size, &mut removed).await?;
        cleared?;
        Ok(removed)
    }

    /// Removes what ended by `cutoff`.
    async fn clear(&self, cutoff: Time, now: Time, removed: &mut Removed) -> Result<(), Failure> {
        let mut after = String::new();
        loop {
            let query = sqlx::query(
                "SELECT w.uid AS uid, w.gone_at AS gone, (SELECT MIN(p.starts) FROM period p \
                 WHERE p.workload = w.uid) AS oldest FROM workload w \
                 WHERE w.uid > $1 ORDER BY w.uid LIMIT $2",
            );
            let mut lease = self.lease().await?;
            let rows = lease.all(query.bind(after.clone()).bind(SOME)).await?;
            lease.finish();
            let Some(last) = rows.last() else {
                break;
            };
            after = last.try_get("uid").map_err(failed)?;
            for row in &rows {
                let uid: String = row.try_get("uid").map_err(failed)?;
                let gone: Option<i64> = row.try_get("gone").map_err(failed)?;
                let oldest: Option<i64> = row.try_get("oldest").map_err(failed)?;
                if oldest.is_some_and(|oldest| oldest <= cutoff.millis()) {
                    removed.periods += self.cut(&uid, cutoff).await?;
                }
                if gone.is_some_and(|gone| gone <= cutoff.millis()) {
                    removed.periods += self.remove(&uid).await?;
                    removed.workloads += 1;
                }
            }
        }
        removed.revisions += self.revisions_gone(cutoff).await?;
        removed.watches += self.watched_before(cutoff).await?;
        removed.templates += self.sweep(now).await?;
        Ok(())
    }

    /// Removes the periods of a workload that ended by then, the earliest first,
    /// and notes that there were some.
    async fn cut(&self, uid: &str, cutoff: Time) -> Result<u64, Failure> {
        let mut periods = 0;
        loop {
            let mut lease = self.transaction().await?;
            let query = sqlx::query(
                "SELECT generation, starts FROM period WHERE workload = $1 AND generation <= \
                 (SELECT q.generation FROM period q WHERE q.workload = $1 AND q.starts <= $2 \
                 ORDER BY q.starts DESC, q.generation DESC LIMIT 1) \
                 ORDER BY generation LIMIT $3",
            );
            let query = query.bind(uid.to_owned()).bind(cutoff.millis());
            let rows = lease.all(query.bind(SOME + 1)).await?;
            // The last of them goes on after that moment, or is next in turn.
            let (Some(kept), true) = (rows.last(), rows.len() > 1) else {
                lease.commit().await?;
                return Ok(periods);
            };
            let forgotten = Forgotten {
                below: kept.try_get("generation").map_err(failed)?,
                until: Time::from_millis(kept.try_get("starts").map_err(failed)?),
            };
            let delete = "DELETE FROM period WHERE workload = $1 AND generation < $2";
            let delete = sqlx::query(delete).bind(uid.to_owned());
            periods += lease.run(delete.bind(forgotten.below)).await?;
            let select = sqlx::query("SELECT body FROM workload WHERE uid = $1");
            if let Some(row) = lease.one(select.bind(uid.to_owned())).await? {
                let mut known: Known = body(&row)?;
                known.forgotten = Some(forgotten);
                workload(&mut lease, known).await?;
            }
            lease.commit().await?;
        }
    }

    /// Removes a workload that is gone, with all that is left of it.
    async fn remove(&self, uid: &str) -> Result<u64, Failure> {
        let one = |sql: &'static str| sqlx::query(sql).bind(uid.to_owned());
        let mut lease = self.transaction().await?;
        let periods = lease
            .run(one("DELETE FROM period WHERE workload = $1"))
            .await?;
        lease
            .run(one("DELETE FROM revision WHERE workload = $1"))
            .await?;
        // What is left without a trace is told of its namespace.
        lease
            .run(one(
                "INSERT INTO removed (namespace, ended) SELECT namespace, gone_at FROM workload \
                 WHERE uid = $1 AND gone_at IS NOT NULL ON CONFLICT (namespace) DO UPDATE SET \
                 ended = excluded.ended WHERE removed.ended < excluded.ended",
            ))
            .await?;
        lease
            .run(one("DELETE FROM workload WHERE uid = $1"))
            .await?;
        lease.commit().await?;
        Ok(periods)
    }

    async fn revisions_gone(&self, cutoff: Time) -> Result<u64, Failure> {
        self.in_parts(
            "DELETE FROM revision WHERE uid IN \
             (SELECT uid FROM revision WHERE gone_at <= $1 LIMIT $2)",
            cutoff,
        )
        .await
    }

    /// The latest span of each set of namespaces stays: it tells until when
    /// somebody watched.
    async fn watched_before(&self, cutoff: Time) -> Result<u64, Failure> {
        self.in_parts(
            "DELETE FROM watch WHERE id IN (SELECT w.id FROM watch w WHERE w.ends <= $1 AND \
             w.ends < (SELECT MAX(s.ends) FROM watch s WHERE s.scope = w.scope) LIMIT $2)",
            cutoff,
        )
        .await
    }

    /// Runs a statement on some rows at a time, until it finds none.
    async fn in_parts(&self, sql: &'static str, until: Time) -> Result<u64, Failure> {
        let mut all = 0;
        loop {
            let mut lease = self.transaction().await?;
            let query = sqlx::query(sql).bind(until.millis()).bind(SOME);
            let some = lease.run(query).await?;
            lease.commit().await?;
            all += some;
            if some < SOME.unsigned_abs() {
                return Ok(all);
            }
        }
    }

    /// Makes one of the spans of watching between which no gap is told.
    async fn merge(&self, until: Time) -> Result<u64, Failure> {
        let query = sqlx::query("SELECT body FROM watch WHERE ends <= $1 ORDER BY scope, starts");
        let mut lease = self.lease().await?;
        let rows = lease.all(query.bind(until.millis())).await?;
        lease.finish();
        let spans: Result<Vec<Watch>, Failure> = rows.iter().map(body).collect();
        let mut others = 0;
        for merged in merged(spans?) {
            let mut lease = self.transaction().await?;
            others += put_together(&mut lease, merged).await?;
            lease.commit().await?;
        }
        Ok(others)
    }
}

async fn put_together(lease: &mut Lease, merged: Merged) -> Result<u64, Failure> {
    watch(lease, merged.whole).await?;
    let mut others = 0;
    for id in merged.others {
        let delete = sqlx::query("DELETE FROM watch WHERE id = $1");
        others += lease.run(delete.bind(id)).await?;
    }
    Ok(others)
}
