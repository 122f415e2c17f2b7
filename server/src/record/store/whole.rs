//! All of the record at once: handed out, and checked.

use app::record::Failure;
use domain::record::book::Book;
use domain::record::{Archived, Fact};
use sqlx::Row as _;

use super::{Store, damaged, failed};

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
        for known in self
            .bodies("SELECT body FROM workload ORDER BY uid", &[])
            .await?
        {
            on(Fact::Workload(known));
        }
        let digests = sqlx::query("SELECT digest FROM template ORDER BY digest");
        for row in digests.fetch_all(&self.pool).await.map_err(failed)? {
            let digest: String = row.try_get("digest").map_err(failed)?;
            let parsed = digest.parse().map_err(|_| damaged(&digest))?;
            if let Some(template) = self.template(parsed).await? {
                on(Fact::Template(Archived::from(&template)));
            }
        }
        let periods = "SELECT body FROM period ORDER BY workload, generation";
        for period in self.bodies(periods, &[]).await? {
            on(Fact::Period(period));
        }
        for kept in self
            .bodies("SELECT body FROM revision ORDER BY uid", &[])
            .await?
        {
            on(Fact::Revision(kept));
        }
        for watch in self
            .bodies("SELECT body FROM watch ORDER BY id", &[])
            .await?
        {
            on(Fact::Watch(watch));
        }
        Ok(())
    }

    /// Reads everything and says what is not as it must be: digests that do not
    /// fit, periods without their workload or template, bounds that cross.
    ///
    /// # Errors
    /// When the database cannot be read at all.
    pub async fn check(&self) -> Result<Checked, Failure> {
        let mut book = Book::default();
        let mut wrong = Vec::new();
        match self.export(|fact| book.write([fact])).await {
            Ok(()) => wrong.extend(book.wrong()),
            Err(Failure::Damaged { what }) => wrong.push(what),
            Err(failure) => return Err(failure),
        }
        Ok(Checked {
            workloads: book.known.len(),
            periods: book.periods.len(),
            templates: book.templates.len(),
            wrong,
        })
    }
}
