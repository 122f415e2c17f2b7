//! All of the record at once: handed out, and checked. Read a page at a time, so
//! that its size costs no memory.

use std::collections::HashSet;

use app::record::Failure;
use domain::record::{Archived, Fact, Period};
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Store, body, failed, template};

/// Rows of a page.
const PAGE: i64 = 500;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// How many workloads.
    pub workloads: usize,
    /// How many periods.
    pub periods: usize,
    /// How many templates.
    pub templates: usize,
    /// What is wrong, a sentence each.
    pub wrong: Vec<String>,
}

impl Store {
    /// All facts of one kind after another, each batch handed on: templates
    /// before the periods that name them.
    ///
    /// # Errors
    /// When the database cannot be read, or holds what Rollbook did not write.
    pub async fn export(&self, mut on: impl FnMut(Fact)) -> Result<(), Failure> {
        let workloads = "SELECT uid AS at, body FROM workload WHERE uid > $1 ORDER BY uid LIMIT $2";
        let templates = "SELECT digest AS at, digest, body FROM template WHERE digest > $1 \
                         ORDER BY digest LIMIT $2";
        let revisions = "SELECT uid AS at, body FROM revision WHERE uid > $1 ORDER BY uid LIMIT $2";
        let watches = "SELECT id AS at, body FROM watch WHERE id > $1 ORDER BY id LIMIT $2";
        let workload = |row: &AnyRow| body(row).map(Fact::Workload);
        let archived = |row: &AnyRow| Ok(Fact::Template(Archived::from(&template(row)?)));
        let revision = |row: &AnyRow| body(row).map(Fact::Revision);
        let watch = |row: &AnyRow| body(row).map(Fact::Watch);
        self.pages(workloads, workload, &mut on).await?;
        self.pages(templates, archived, &mut on).await?;
        self.periods(|period| on(Fact::Period(period))).await?;
        self.pages(revisions, revision, &mut on).await?;
        self.pages(watches, watch, &mut on).await
    }

    /// Rows in the order of `at`, a page at a time.
    async fn pages(
        &self,
        sql: &'static str,
        fact: impl Fn(&AnyRow) -> Result<Fact, Failure>,
        on: &mut impl FnMut(Fact),
    ) -> Result<(), Failure> {
        let mut after = String::new();
        loop {
            let rows = self
                .rows(sqlx::query(sql).bind(after.clone()).bind(PAGE))
                .await?;
            for row in &rows {
                on(fact(row)?);
            }
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = last.try_get("at").map_err(failed)?;
        }
    }

    async fn periods(&self, mut on: impl FnMut(Period)) -> Result<(), Failure> {
        let sql = "SELECT body FROM period WHERE workload > $1 OR (workload = $1 AND \
                   generation > $2) ORDER BY workload, generation LIMIT $3";
        let mut after = (String::new(), 0_i64);
        loop {
            let query = sqlx::query(sql).bind(after.0.clone()).bind(after.1);
            let rows = self.rows(query.bind(PAGE)).await?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in &rows {
                let period: Period = body(row)?;
                after = (period.workload.clone(), period.generation);
                on(period);
            }
        }
    }

    /// Reads everything and says what is not as it must be: digests that do not
    /// fit, periods without their workload or template, bounds that cross.
    ///
    /// # Errors
    /// When the database cannot be read at all.
    pub async fn check(&self) -> Result<Checked, Failure> {
        let (mut known, mut templates) = (HashSet::new(), HashSet::new());
        let (mut periods, mut wrong) = (0, Vec::new());
        let all = self.export(|fact| {
            let mut problems = domain::record::check::wrong(&fact, &known, &templates);
            wrong.append(&mut problems);
            match fact {
                Fact::Workload(one) => {
                    known.insert(one.uid);
                }
                Fact::Template(one) => {
                    templates.insert(one.digest);
                }
                Fact::Period(_) => periods += 1,
                Fact::Revision(_) | Fact::Watch(_) => {}
            }
        });
        match all.await {
            Ok(()) => {}
            Err(Failure::Damaged { what }) => wrong.push(what),
            Err(failure) => return Err(failure),
        }
        Ok(Checked {
            workloads: known.len(),
            periods,
            templates: templates.len(),
            wrong,
        })
    }
}
