//! What the timeline of one workload is told from. Of a long history a part:
//! what that costs does not grow with the rest.

use std::collections::HashMap;

use app::record::Failure;
use domain::record::part::{MOST, Part};
use domain::record::then::{Reach, watched};
use domain::record::timeline::{PAUSE, Sources};
use domain::record::{Kept, Known, Period, Watch};
use domain::template::{Digest, Template};
use domain::time::Time;
use sqlx::Row as _;

use super::lease::Lease;
use super::{Scope, Store, body, failed, template};

impl Store {
    /// What is known of one workload: its newest periods, or those before a
    /// template generation; `others` had its name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn sources(
        &self,
        known: Known,
        others: Vec<Known>,
        before: Option<i64>,
    ) -> Result<Sources, Failure> {
        let uid = known.uid.clone();
        let mut lease = self.lease().await?;
        let mut periods = periods(&mut lease, &uid, before.unwrap_or(i64::MAX)).await?;
        // The first but for one of context; they come newest first.
        let told = periods.iter().take(MOST);
        let mut part = Part {
            first: told.clone().next_back().map_or(0, |p| p.generation),
            last: told.clone().next().map_or(0, |p| p.generation),
            ..Part::default()
        };
        if let Some(before) = before {
            periods.extend(next(&mut lease, &uid, before).await?);
        }
        rest(&mut lease, &uid, &mut part).await?;
        let generations = periods.iter().map(|p| p.generation);
        let (low, high) = (generations.clone().min(), generations.max());
        let (low, high) = (low.unwrap_or(0), high.unwrap_or(0));
        let kept = kept(&mut lease, &uid, low, high).await?;
        let templates = templates(&mut lease, &uid, low, high).await?;
        lease.finish();
        let until = known
            .gone
            .map_or(Time::from_millis(i64::MAX), |gone| gone.not_after);
        Ok(Sources {
            watches: self.watches(known.created_at, until).await?,
            part: (!periods.is_empty()).then_some(part),
            known,
            others,
            periods,
            kept,
            templates,
        })
    }

    /// The spans in which somebody watched namespaces that are told, as far as
    /// they touch a span of time, and the first ones of all.
    pub(super) async fn watches(&self, from: Time, to: Time) -> Result<Vec<Watch>, Failure> {
        let mut watches = self.first_watches().await?;
        let touching = sqlx::query("SELECT body FROM watch WHERE ends >= $1 AND starts <= $2");
        let touching = touching.bind(from.millis()).bind(to.millis());
        for row in self.rows(touching).await? {
            watches.push(body(&row)?);
        }
        watches.retain(|watch| self.scope.sees(watch));
        Ok(watches)
    }

    /// The first span of each set of namespaces.
    async fn first_watches(&self) -> Result<Vec<Watch>, Failure> {
        self.bodies(
            "SELECT w.body AS body FROM (SELECT scope, MIN(starts) AS starts FROM watch \
             GROUP BY scope) m JOIN watch w ON w.scope = m.scope AND w.starts = m.starts",
            &[],
        )
        .await
    }

    /// Since when the record keeps what was seen of all namespaces that are told.
    pub(super) async fn recorded_since(&self) -> Result<Option<Time>, Failure> {
        let watches = self.first_watches().await?;
        let first = |name: Option<&str>| {
            let own = watches.iter().filter(|watch| covers(watch, name));
            own.map(|watch| watch.from).min()
        };
        let firsts: Option<Vec<Time>> = self.scope.each().into_iter().map(first).collect();
        let first = firsts.and_then(|all| all.into_iter().max());
        Ok(first.max(first.and(self.kept_since().await?)))
    }

    /// How far the record reaches at a moment.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn reach(&self, at: Time, now: Time) -> Result<Reach, Failure> {
        let watches = self.watches(at.after(-PAUSE), at.after(PAUSE)).await?;
        let mut each = self.scope.each().into_iter().peekable();
        let seen = |name: Option<&str>| {
            let own = watches.iter().filter(|watch| covers(watch, name));
            watched(own, at, now)
        };
        Ok(Reach {
            recorded_since: self.recorded_since().await?,
            kept_since: self.kept_since().await?,
            watched: each.peek().is_some() && each.all(seen),
        })
    }

    /// The latest moment up to which the history of one of them was removed: what
    /// ended before may be missing.
    pub(super) async fn kept_since(&self) -> Result<Option<Time>, Failure> {
        let scope = Scope::condition("w.namespace", 1);
        let removed = Scope::condition("r.namespace", 1);
        let sql = format!(
            "SELECT MAX(t.kept) AS kept FROM (SELECT {KEPT_SINCE} AS kept FROM workload w \
             WHERE w.forgotten_below IS NOT NULL{scope}UNION ALL \
             SELECT r.ended AS kept FROM removed r WHERE r.ended IS NOT NULL{removed}) t"
        );
        let asked = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(self.scope.parameter());
        let kept: Option<i64> = self.row(asked).await?.try_get("kept").map_err(failed)?;
        Ok(kept.map(Time::from_millis))
    }
}

/// Did it see this namespace; without one, all there may be?
fn covers(watch: &Watch, namespace: Option<&str>) -> bool {
    namespace.map_or(watch.namespaces.is_empty(), |name| watch.sees(name))
}

/// When the first period began that is kept of a workload `w`.
pub(super) const KEPT_SINCE: &str = "(SELECT MIN(p.starts) FROM period p WHERE p.workload = w.uid)";

/// The latest before a generation, and one more, newest first.
async fn periods(lease: &mut Lease, uid: &str, before: i64) -> Result<Vec<Period>, Failure> {
    let query = sqlx::query(
        "SELECT body FROM period WHERE workload = $1 AND generation < $2 \
         ORDER BY generation DESC LIMIT $3",
    );
    let most = i64::try_from(MOST + 1).unwrap_or(i64::MAX);
    let query = query.bind(uid.to_owned()).bind(before).bind(most);
    lease.all(query).await?.iter().map(body).collect()
}

/// The one that comes after.
async fn next(lease: &mut Lease, uid: &str, from: i64) -> Result<Option<Period>, Failure> {
    let query = sqlx::query(
        "SELECT body FROM period WHERE workload = $1 AND generation >= $2 \
         ORDER BY generation LIMIT 1",
    );
    let row = lease.one(query.bind(uid.to_owned()).bind(from)).await?;
    row.map(|row| body(&row)).transpose()
}

/// What must be known of what is before the part.
async fn rest(lease: &mut Lease, uid: &str, part: &mut Part) -> Result<(), Failure> {
    let count = sqlx::query(
        "SELECT COUNT(*) AS earlier, MIN(generation) AS oldest FROM period \
         WHERE workload = $1 AND generation < $2",
    );
    let count = lease
        .one(count.bind(uid.to_owned()).bind(part.first))
        .await?;
    let Some(count) = count else {
        return Ok(());
    };
    part.earlier = count.try_get("earlier").map_err(failed)?;
    let oldest: Option<i64> = count.try_get("oldest").map_err(failed)?;
    part.oldest = oldest.unwrap_or(part.first);
    let had = sqlx::query(
        "SELECT template, MAX(generation) AS generation FROM period \
         WHERE workload = $1 AND generation < $2 AND template IN \
         (SELECT template FROM period WHERE workload = $1 AND generation BETWEEN $2 AND $3) \
         GROUP BY template",
    );
    let had = had.bind(uid.to_owned()).bind(part.first).bind(part.last);
    for row in lease.all(had).await? {
        let digest: Option<String> = row.try_get("template").map_err(failed)?;
        let generation: i64 = row.try_get("generation").map_err(failed)?;
        if let Some(Ok(digest)) = digest.map(|own| own.parse::<Digest>()) {
            part.had.insert(digest, generation);
        }
    }
    Ok(())
}

/// Its ControllerRevisions: those that are there, and those whose template is
/// told.
async fn kept(lease: &mut Lease, uid: &str, low: i64, high: i64) -> Result<Vec<Kept>, Failure> {
    let query = sqlx::query(
        "SELECT body FROM revision WHERE workload = $1 AND (gone_at IS NULL OR template IN \
         (SELECT template FROM period WHERE workload = $1 AND generation BETWEEN $2 AND $3))",
    );
    let query = query.bind(uid.to_owned()).bind(low).bind(high);
    lease.all(query).await?.iter().map(body).collect()
}

async fn templates(
    lease: &mut Lease,
    uid: &str,
    low: i64,
    high: i64,
) -> Result<HashMap<Digest, Template>, Failure> {
    let query = sqlx::query(
        "SELECT digest, body FROM template WHERE digest IN \
         (SELECT template FROM period WHERE workload = $1 AND generation BETWEEN $2 AND $3)",
    );
    let query = query.bind(uid.to_owned()).bind(low).bind(high);
    let mut templates = HashMap::new();
    for row in lease.all(query).await? {
        let template = template(&row)?;
        templates.insert(template.digest(), template);
    }
    Ok(templates)
}
