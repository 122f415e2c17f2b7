//! The columns beside a body are what is searched by: do they say what it says?

use std::collections::{BTreeSet, HashMap};

use app::record::Failure;
use domain::record::{Archived, Fact};
use sqlx::any::{Any, AnyRow};
use sqlx::{Decode, Row as _, Type};

use super::super::failed;
use super::super::lease::Lease;
use super::super::put::{column, searched};

/// The columns of a row that do not say what its body does.
pub(super) fn astray(row: &AnyRow, fact: &Fact) -> Vec<&'static str> {
    let columns = match fact {
        Fact::Workload(known) => vec![
            ("uid", is(row, "at", &known.uid)),
            ("namespace", is(row, "namespace", &known.key.namespace)),
            ("kind", is(row, "kind", &known.key.kind.to_string())),
            ("name", is(row, "name", &known.key.name)),
            (
                "created_at",
                is(row, "created_at", &known.created_at.millis()),
            ),
            (
                "gone_at",
                is(
                    row,
                    "gone_at",
                    &known.gone.map(|own| own.not_after.millis()),
                ),
            ),
            (
                "forgotten_below",
                is(row, "forgotten_below", &known.forgotten.map(|f| f.below)),
            ),
        ],
        Fact::Template(archived) => {
            let size = i64::try_from(archived.json.len()).unwrap_or(i64::MAX);
            vec![("size", is(row, "size", &size))]
        }
        Fact::Period(period) => {
            let own = period.start.not_after.millis();
            // It had begun by when a later one had.
            let later = row.try_get::<Option<i64>, _>("later").ok().flatten();
            let starts = later.map_or(own, |later| own.min(later));
            let template = period.template.map(|digest| digest.to_string());
            vec![
                ("workload", is(row, "at", &period.workload)),
                ("generation", is(row, "generation", &period.generation)),
                ("starts", is(row, "starts", &starts)),
                ("template", is(row, "template", &template)),
            ]
        }
        Fact::Revision(kept) => {
            let template = kept.template.map(|digest| digest.to_string());
            let gone = kept.gone.map(|own| own.not_after.millis());
            vec![
                ("uid", is(row, "at", &kept.uid)),
                ("workload", is(row, "workload", &kept.workload)),
                ("gone_at", is(row, "gone_at", &gone)),
                ("template", is(row, "template", &template)),
            ]
        }
        Fact::Watch(watch) => {
            let scope = column(&watch.namespaces);
            vec![
                ("id", is(row, "at", &watch.id)),
                ("starts", is(row, "starts", &watch.from.millis())),
                ("ends", is(row, "ends", &watch.to.millis())),
                ("scope", scope.is_ok_and(|own| is(row, "scope", &own))),
            ]
        }
    };
    let astray = columns.into_iter().filter(|(_, same)| !same);
    astray.map(|(name, _)| name).collect()
}

fn is<T>(row: &AnyRow, column: &str, expected: &T) -> bool
where
    T: for<'r> Decode<'r, Any> + Type<Any> + PartialEq,
{
    row.try_get::<T, _>(column)
        .is_ok_and(|there| there == *expected)
}

/// The images by which templates are found.
#[derive(Default)]
pub(super) struct Found(HashMap<String, BTreeSet<String>>);

impl Found {
    /// Those of the templates after one, up to another.
    pub async fn between(lease: &mut Lease, after: &str, last: &str) -> Result<Self, Failure> {
        let query = "SELECT template, image FROM image WHERE template > $1 AND template <= $2";
        let query = sqlx::query(query).bind(after.to_owned());
        let mut found = Self::default();
        for row in lease.all(query.bind(last.to_owned())).await? {
            let template = row.try_get("template").map_err(failed)?;
            let image = row.try_get("image").map_err(failed)?;
            found.0.entry(template).or_default().insert(image);
        }
        Ok(found)
    }

    /// Are these just the template's own?
    pub fn fits(&self, archived: &Archived) -> bool {
        let own = archived.images.iter().map(|own| searched(&own.image));
        let own: BTreeSet<String> = own.collect();
        let there = self.0.get(&archived.digest.to_string());
        there.map_or(own.is_empty(), |there| *there == own)
    }
}

/// Templates that are found by an image, and are not there.
pub(super) async fn without_template(lease: &mut Lease) -> Result<Vec<String>, Failure> {
    let query = "SELECT DISTINCT i.template AS template FROM image i \
         LEFT JOIN template t ON t.digest = i.template WHERE t.digest IS NULL ORDER BY i.template";
    let rows = lease.all(sqlx::query(query)).await?;
    let names = rows.iter().map(|row| row.try_get("template"));
    names.collect::<Result<_, _>>().map_err(failed)
}
