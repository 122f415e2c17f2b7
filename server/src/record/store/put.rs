//! One fact, joined with what is there of the same thing.

use std::io::Write as _;

use app::record::Failure;
use domain::record::{Archived, Fact, Kept, Known, Period, Watch};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde::Serialize;
use sqlx::Row as _;

use super::lease::Lease;
use super::{body, damaged, failed, read};

/// Characters of an image that are searched by; an index takes no more than
/// 2,700 bytes.
const IMAGE: usize = 512;

fn json(fact: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(fact).map_err(|error| damaged(&error.to_string()))
}

/// Why a fact was not written, though nothing is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// Its workload is not there.
    NoWorkload,
    /// It is older than what is kept.
    Forgotten,
}

/// Must a fact wait while this one is not written? What belongs to a workload
/// would be passed over without it, and a span of watching vouches that nothing
/// is missing: whoever starts next takes it for certain.
pub fn needs(fact: &Fact, missing: &Fact) -> bool {
    match (fact, missing) {
        (Fact::Watch(_), _) => true,
        (Fact::Period(period), Fact::Workload(known)) => period.workload == known.uid,
        (Fact::Revision(kept), Fact::Workload(known)) => kept.workload == known.uid,
        _ => false,
    }
}

pub(super) async fn put(lease: &mut Lease, fact: &Fact) -> Result<Option<Passed>, Failure> {
    match fact {
        Fact::Workload(known) => workload(lease, known.clone()).await?,
        Fact::Template(archived) => archive(lease, archived).await?,
        Fact::Period(one) => return period(lease, one.clone()).await,
        Fact::Revision(kept) => return revision(lease, kept.clone()).await,
        Fact::Watch(one) => watch(lease, one.clone()).await?,
    }
    Ok(None)
}

pub(super) async fn workload(lease: &mut Lease, mut known: Known) -> Result<(), Failure> {
    let select = sqlx::query("SELECT body FROM workload WHERE uid = $1");
    if let Some(row) = lease.one(select.bind(known.uid.clone())).await? {
        known.join(body(&row)?);
    }
    let insert = sqlx::query(
        "INSERT INTO workload (uid, namespace, kind, name, created_at, gone_at, forgotten_below, body) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (uid) DO UPDATE SET \
         gone_at = excluded.gone_at, forgotten_below = excluded.forgotten_below, \
         body = excluded.body",
    )
    .bind(known.uid.clone())
    .bind(known.key.namespace.clone())
    .bind(known.key.kind.to_string())
    .bind(known.key.name.clone())
    .bind(known.created_at.millis())
    .bind(known.gone.map(|gone| gone.not_after.millis()))
    .bind(known.forgotten.map(|forgotten| forgotten.below))
    .bind(json(&known)?);
    lease.run(insert).await?;
    Ok(())
}

/// What belongs to a workload that was removed since, or is older than what is
/// kept of it, is not written: what retention removed does not come back.
async fn period(lease: &mut Lease, mut period: Period) -> Result<Option<Passed>, Failure> {
    let select = sqlx::query(
        "SELECT w.forgotten_below AS below, p.body AS body, p.starts AS starts, \
         (SELECT n.starts FROM period n WHERE n.workload = w.uid AND n.generation > $2 \
          ORDER BY n.generation LIMIT 1) AS later \
         FROM workload w LEFT JOIN period p ON p.workload = w.uid AND p.generation = $2 \
         WHERE w.uid = $1",
    )
    .bind(period.workload.clone())
    .bind(period.generation);
    let Some(row) = lease.one(select).await? else {
        return Ok(Some(Passed::NoWorkload));
    };
    let number = |column: &str| row.try_get::<Option<i64>, _>(column).map_err(failed);
    if number("below")?.is_some_and(|below| period.generation < below) {
        return Ok(Some(Passed::Forgotten));
    }
    let there: Option<String> = row.try_get("body").map_err(failed)?;
    if let Some(there) = there {
        period.join(read(&there)?);
    }
    let own = period.start.not_after.millis();
    let starts = number("later")?.map_or(own, |later| own.min(later));
    let insert = sqlx::query(
        "INSERT INTO period (workload, generation, starts, template, body) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (workload, generation) DO UPDATE SET \
         starts = excluded.starts, template = excluded.template, body = excluded.body",
    )
    .bind(period.workload.clone())
    .bind(period.generation)
    .bind(starts)
    .bind(period.template.map(|digest| digest.to_string()))
    .bind(json(&period)?);
    lease.run(insert).await?;
    if number("starts")? != Some(starts) {
        // Those before it had begun by then too.
        let earlier = sqlx::query(
            "UPDATE period SET starts = $3 WHERE workload = $1 AND generation < $2 AND starts > $3",
        )
        .bind(period.workload)
        .bind(period.generation)
        .bind(starts);
        lease.run(earlier).await?;
    }
    Ok(None)
}

async fn revision(lease: &mut Lease, mut kept: Kept) -> Result<Option<Passed>, Failure> {
    let select = sqlx::query(
        "SELECT r.body AS body FROM workload w LEFT JOIN revision r ON r.uid = $2 WHERE w.uid = $1",
    )
    .bind(kept.workload.clone())
    .bind(kept.uid.clone());
    let Some(row) = lease.one(select).await? else {
        return Ok(Some(Passed::NoWorkload));
    };
    let there: Option<String> = row.try_get("body").map_err(failed)?;
    if let Some(there) = there {
        kept.join(read(&there)?);
    }
    let insert = sqlx::query(
        "INSERT INTO revision (uid, workload, gone_at, template, body) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (uid) DO UPDATE SET workload = excluded.workload, gone_at = excluded.gone_at, \
         template = excluded.template, body = excluded.body",
    )
    .bind(kept.uid.clone())
    .bind(kept.workload.clone())
    .bind(kept.gone.map(|gone| gone.not_after.millis()))
    .bind(kept.template.map(|digest| digest.to_string()))
    .bind(json(&kept)?);
    lease.run(insert).await?;
    Ok(None)
}

pub(super) async fn watch(lease: &mut Lease, mut watch: Watch) -> Result<(), Failure> {
    let select = sqlx::query("SELECT body FROM watch WHERE id = $1");
    if let Some(row) = lease.one(select.bind(watch.id.clone())).await? {
        watch.join(body(&row)?);
    }
    let insert = sqlx::query(
        "INSERT INTO watch (id, starts, ends, scope, body) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (id) DO UPDATE SET \
         starts = excluded.starts, ends = excluded.ends, body = excluded.body",
    )
    .bind(watch.id.clone())
    .bind(watch.from.millis())
    .bind(watch.to.millis())
    .bind(column(&watch.namespaces)?)
    .bind(json(&watch)?);
    lease.run(insert).await?;
    Ok(())
}

/// The namespaces of a watch as one column.
pub(super) fn column(namespaces: &[String]) -> Result<String, Failure> {
    if namespaces.is_empty() {
        return Ok(String::new());
    }
    json(&namespaces)
}

async fn archive(lease: &mut Lease, archived: &Archived) -> Result<(), Failure> {
    let digest = archived.digest.to_string();
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::best());
    let packed = packer
        .write_all(archived.json.as_bytes())
        .and_then(|()| packer.finish())
        .map_err(|error| damaged(&error.to_string()))?;
    let insert = sqlx::query(
        "INSERT INTO template (digest, size, body) VALUES ($1, $2, $3) \
         ON CONFLICT (digest) DO UPDATE SET loose_since = NULL \
         WHERE template.loose_since IS NOT NULL",
    )
    .bind(digest.clone())
    .bind(i64::try_from(archived.json.len()).unwrap_or(i64::MAX))
    .bind(packed);
    lease.run(insert).await?;
    for image in &archived.images {
        let insert = sqlx::query(
            "INSERT INTO image (template, image) VALUES ($1, $2) \
             ON CONFLICT (template, image) DO NOTHING",
        )
        .bind(digest.clone())
        .bind(searched(&image.image));
        lease.run(insert).await?;
    }
    Ok(())
}

/// An image as it is searched by: no control characters, cut. Where that
/// makes a difference, the true one is in the template.
pub(super) fn searched(image: &str) -> String {
    let mark = |c: char| if c.is_control() { CLEANED } else { c };
    image.chars().map(mark).take(IMAGE).collect()
}

/// Stands for a control character.
const CLEANED: char = char::REPLACEMENT_CHARACTER;

/// Is this what [`searched`] made of another one?
pub(super) fn altered(image: &str) -> bool {
    image.contains(CLEANED) || image.chars().count() >= IMAGE
}
