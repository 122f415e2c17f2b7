//! One fact, joined with what is there of the same thing.

use std::io::Write as _;

use app::record::Failure;
use domain::record::{Archived, Fact, Watch};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde::Serialize;
use sqlx::{Any, Transaction};

use super::{body, damaged, failed};

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

pub(super) async fn put(
    transaction: &mut Transaction<'_, Any>,
    fact: &Fact,
) -> Result<(), Failure> {
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
