//! Templates that nothing names. They are marked first and removed a day later,
//! so that one whose period is still on its way, or comes again, is not lost.

use app::record::Failure;
use domain::time::Time;
use jiff::SignedDuration;
use sqlx::Row as _;

use super::super::{Store, failed};

/// How long one stays that nothing names.
const GRACE: SignedDuration = SignedDuration::from_hours(24);
/// Templates that one transaction looks at.
const SOME: i64 = 200;

impl Store {
    /// Marks those that nothing names, unmarks those that something names again,
    /// and removes those that were marked long ago. Says how many it removed.
    pub(super) async fn sweep(&self, now: Time) -> Result<u64, Failure> {
        self.mark(now).await?;
        let unmark = sqlx::query(
            "UPDATE template SET loose_since = NULL WHERE loose_since IS NOT NULL AND \
             (EXISTS (SELECT 1 FROM period p WHERE p.template = template.digest) OR \
             EXISTS (SELECT 1 FROM revision r WHERE r.template = template.digest))",
        );
        let mut lease = self.transaction().await?;
        lease.run(unmark).await?;
        lease.commit().await?;
        let mut all = 0;
        loop {
            let some = self.remove_loose(now.after(-GRACE)).await?;
            all += some;
            if some == 0 {
                return Ok(all);
            }
        }
    }

    async fn mark(&self, now: Time) -> Result<(), Failure> {
        let mut after = String::new();
        loop {
            // Some at a time, whether they are named or not: most are.
            let some = sqlx::query(
                "SELECT MAX(digest) AS last FROM (SELECT digest FROM template \
                 WHERE digest > $1 ORDER BY digest LIMIT $2) page",
            );
            let mut lease = self.lease().await?;
            let last = lease.one(some.bind(after.clone()).bind(SOME)).await?;
            let last: Option<String> = match last {
                Some(row) => row.try_get("last").map_err(failed)?,
                None => None,
            };
            let Some(last) = last else {
                lease.finish();
                return Ok(());
            };
            let query = sqlx::query(
                "SELECT t.digest AS digest FROM template t WHERE t.digest > $1 AND \
                 t.digest <= $2 AND t.loose_since IS NULL AND \
                 NOT EXISTS (SELECT 1 FROM period p WHERE p.template = t.digest) AND \
                 NOT EXISTS (SELECT 1 FROM revision r WHERE r.template = t.digest)",
            );
            let query = query.bind(std::mem::replace(&mut after, last.clone()));
            let rows = lease.all(query.bind(last)).await?;
            lease.finish();
            let mut lease = self.transaction().await?;
            for row in &rows {
                let digest: String = row.try_get("digest").map_err(failed)?;
                let mark = sqlx::query("UPDATE template SET loose_since = $2 WHERE digest = $1");
                lease.run(mark.bind(digest).bind(now.millis())).await?;
            }
            lease.commit().await?;
        }
    }

    async fn remove_loose(&self, since: Time) -> Result<u64, Failure> {
        // Named again since it was marked: then it is unmarked the next time.
        let query = sqlx::query(
            "SELECT t.digest AS digest FROM template t WHERE t.loose_since <= $1 AND \
             NOT EXISTS (SELECT 1 FROM period p WHERE p.template = t.digest) AND \
             NOT EXISTS (SELECT 1 FROM revision r WHERE r.template = t.digest) LIMIT $2",
        );
        let mut lease = self.transaction().await?;
        let rows = lease.all(query.bind(since.millis()).bind(SOME)).await?;
        for row in &rows {
            let digest: String = row.try_get("digest").map_err(failed)?;
            for delete in [
                "DELETE FROM image WHERE template = $1",
                "DELETE FROM template WHERE digest = $1",
            ] {
                lease.run(sqlx::query(delete).bind(digest.clone())).await?;
            }
        }
        lease.commit().await?;
        Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
    }
}
