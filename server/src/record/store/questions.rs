//! What is asked of the record.

use std::collections::{BTreeSet, HashMap, HashSet};

use app::record::Failure;
use domain::record::observer::Before;
use domain::record::then::{Ran, one_a_name, ran};
use domain::record::{Kept, Known, Period, Watch};
use domain::template::{Digest, Template};
use domain::time::Time;
use domain::workload::Key;
use serde::de::DeserializeOwned;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::put::altered;
use super::{Scope, Store, failed, parsed, read, template};

/// Of each workload that was there at a moment: itself, the latest period that
/// had begun by then, and the one after that. A search by index for each
/// workload, however long its history is.
const THEN: &str = "SELECT w.body AS known, p.body AS period, p.starts AS starts, n.body AS next \
     FROM workload w LEFT JOIN period p ON p.workload = w.uid AND p.generation = \
     (SELECT q.generation FROM period q WHERE q.workload = w.uid AND q.starts <= $1 \
     ORDER BY q.starts DESC, q.generation DESC LIMIT 1) \
     LEFT JOIN period n ON n.workload = w.uid AND n.generation = \
     (SELECT q.generation FROM period q WHERE q.workload = w.uid \
     AND q.generation > p.generation ORDER BY q.generation LIMIT 1) \
     WHERE w.created_at <= $1 AND (w.gone_at IS NULL OR w.gone_at > $1)";

/// The images of those periods. Outer joins, so that the database goes this
/// way: from the images to all their periods is a long one.
const IMAGES: &str = "SELECT w.uid AS workload, i.image AS image FROM workload w \
     LEFT JOIN period p ON p.workload = w.uid AND p.generation = \
     (SELECT q.generation FROM period q WHERE q.workload = w.uid AND q.starts <= $1 \
     ORDER BY q.starts DESC, q.generation DESC LIMIT 1) \
     LEFT JOIN image i ON i.template = p.template \
     WHERE w.created_at <= $1 AND (w.gone_at IS NULL OR w.gone_at > $1)";

/// Templates that are read in one statement.
const TOGETHER: usize = 50;

impl Store {
    /// What an earlier process knew of the workloads that were there.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn before(&self) -> Result<Vec<Before>, Failure> {
        let fresh = self.fresh().await?;
        let known: Vec<Known> = self
            .bodies("SELECT body FROM workload WHERE gone_at IS NULL", &[])
            .await?;
        let periods: Vec<Period> = self
            .bodies(
                "SELECT p.body AS body FROM workload w JOIN period p ON p.workload = w.uid \
                 AND p.generation = (SELECT MAX(q.generation) FROM period q \
                 WHERE q.workload = w.uid) WHERE w.gone_at IS NULL",
                &[],
            )
            .await?;
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
                fresh: latest(&fresh, &known.key.namespace).unwrap_or(known.created_at),
                known,
            })
        });
        Ok(before.collect())
    }

    /// Until when somebody watched, for each set of namespaces.
    pub(super) async fn fresh(&self) -> Result<Vec<Watch>, Failure> {
        self.bodies(
            "SELECT w.body AS body FROM (SELECT scope, MAX(ends) AS ends FROM watch \
             GROUP BY scope) m JOIN watch w ON w.scope = m.scope AND w.ends = m.ends",
            &[],
        )
        .await
    }

    /// The workloads that ever had this name, latest first: of two that were
    /// created within a second, the one that is there.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn lives(&self, key: &Key) -> Result<Vec<Known>, Failure> {
        if !self.scope.has(key) {
            return Ok(Vec::new());
        }
        self.bodies(
            "SELECT body FROM workload WHERE namespace = $1 AND kind = $2 AND name = $3 \
             ORDER BY created_at DESC, CASE WHEN gone_at IS NULL THEN 0 ELSE 1 END, \
             gone_at DESC, uid",
            &[&key.namespace, &key.kind.to_string(), &key.name],
        )
        .await
    }

    /// What ran at a moment: of each workload that was there, the latest period
    /// that had begun by then for certain, or none where that is not known.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn then(&self, at: Time) -> Result<Vec<Ran>, Failure> {
        let fresh = self.fresh().await?;
        let mut lease = self.lease().await?;
        let scope = Scope::condition("w.namespace", 2);
        let asked = |sql: &str, order: &str| {
            let sql = format!("{sql}{scope}ORDER BY {order}");
            sqlx::query(sqlx::AssertSqlSafe(sql))
                .bind(at.millis())
                .bind(self.scope.parameter())
        };
        let rows = lease.all(asked(THEN, "w.namespace, w.name")).await?;
        let images = lease.all(asked(IMAGES, "i.image")).await?;
        lease.finish();
        let mut by_workload: HashMap<String, Vec<String>> = HashMap::new();
        for row in images {
            let workload: String = row.try_get("workload").map_err(failed)?;
            let image: Option<String> = row.try_get("image").map_err(failed)?;
            by_workload.entry(workload).or_default().extend(image);
        }
        let mut all = Vec::with_capacity(rows.len());
        for row in &rows {
            let known: Known = parsed(row, "known")?;
            let mut period: Option<Period> = maybe(row, "period")?;
            let next: Option<Period> = maybe(row, "next")?;
            if let Some(period) = period.as_mut() {
                let starts: i64 = row.try_get("starts").map_err(failed)?;
                let start = &mut period.start;
                start.not_after = start.not_after.min(Time::from_millis(starts));
            }
            let mut images = by_workload.remove(&known.uid).unwrap_or_default();
            let digest = period.as_ref().and_then(|period| period.template);
            if let Some(digest) = digest.filter(|_| images.iter().any(|own| altered(own))) {
                images = self.images_of(digest).await?;
            }
            let watched = latest(&fresh, &known.key.namespace).unwrap_or(known.created_at);
            let (period, next) = (period.as_ref(), next.as_ref());
            let ran = ran(&known, period, next, images, at, watched);
            all.push((known.created_at, ran));
        }
        Ok(one_a_name(all))
    }

    /// The images of a template, sorted, each once.
    async fn images_of(&self, digest: Digest) -> Result<Vec<String>, Failure> {
        let template = self.template(digest).await?;
        let images = template.iter().flat_map(Template::images);
        let images: BTreeSet<String> = images.map(|own| own.image.clone()).collect();
        Ok(images.into_iter().collect())
    }

    /// A template by its digest.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn template(&self, digest: Digest) -> Result<Option<Template>, Failure> {
        let query = sqlx::query("SELECT digest, body FROM template WHERE digest = $1");
        let mut lease = self.lease().await?;
        let row = lease.one(query.bind(digest.to_string())).await?;
        lease.finish();
        row.map(|row| template(&row)).transpose()
    }

    /// Those of them that are there, many in one question.
    pub(super) async fn templates(
        &self,
        digests: &[Digest],
    ) -> Result<HashMap<Digest, Template>, Failure> {
        let wanted: HashSet<&Digest> = digests.iter().collect();
        let wanted: Vec<String> = wanted.into_iter().map(ToString::to_string).collect();
        let places: Vec<String> = (1..=TOGETHER).map(|place| format!("${place}")).collect();
        let places = places.join(", ");
        let sql = format!("SELECT digest, body FROM template WHERE digest IN ({places})");
        let mut found = HashMap::new();
        for some in wanted.chunks(TOGETHER) {
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql.clone()));
            // The last one again and again: so it is one statement, however many.
            for digest in some
                .iter()
                .chain(std::iter::repeat(&some[some.len() - 1]))
                .take(TOGETHER)
            {
                query = query.bind(digest.clone());
            }
            for row in &self.rows(query).await? {
                let template = template(row)?;
                found.insert(template.digest(), template);
            }
        }
        Ok(found)
    }
}

/// Until when one of them saw a namespace.
fn latest(watches: &[Watch], namespace: &str) -> Option<Time> {
    let sees = watches.iter().filter(|watch| watch.sees(namespace));
    sees.map(|watch| watch.to).max()
}

/// What is in a column, where there is something.
fn maybe<T: DeserializeOwned>(row: &AnyRow, column: &str) -> Result<Option<T>, Failure> {
    let text: Option<String> = row.try_get(column).map_err(failed)?;
    text.as_deref().map(read).transpose()
}
