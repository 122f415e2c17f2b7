//! What is asked of the record.

use std::collections::HashMap;

use app::record::Failure;
use domain::record::observer::Before;
use domain::record::then::{Ran, ran};
use domain::record::timeline::Sources;
use domain::record::{Kept, Known, Period, Watch};
use domain::template::{Digest, Template};
use domain::time::Time;
use domain::workload::Key;
use sqlx::Row as _;

use super::{Store, failed, parsed, read, template};

impl Store {
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
}
