//! All of the record at once: handed out, and checked. Read a page at a time, so
//! that its size costs no memory, and all pages as of one moment.

use std::collections::HashSet;

use app::record::Failure;
use domain::record::{Archived, Fact};
use domain::template::Digest;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::lease::Lease;
use super::{Store, body, failed, template};

/// Rows of a page.
const PAGE: i64 = 500;
/// Sentences that are told.
const TOLD: usize = 100;

/// Sentences of which there may be very many: the first ones, and how many there
/// are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Several {
    /// The first hundred.
    pub first: Vec<String>,
    /// Of how many.
    pub all: usize,
}

impl Several {
    /// Takes one more.
    pub fn push(&mut self, sentence: String) {
        self.all += 1;
        if self.first.len() < TOLD {
            self.first.push(sentence);
        }
    }

    /// Each a line; how many there are besides on the last one.
    pub fn lines(&self) -> String {
        let mut lines: String = self.first.iter().map(|own| format!("{own}\n")).collect();
        let more = self.all - self.first.len();
        if more > 0 {
            lines.push_str(&format!("and {more} more\n"));
        }
        lines
    }
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// How many workloads.
    pub workloads: usize,
    /// How many periods.
    pub periods: usize,
    /// How many templates.
    pub templates: usize,
    /// What is wrong, a sentence each: the first hundred.
    pub wrong: Vec<String>,
    /// How many things are wrong.
    pub problems: usize,
}

/// A row that is not what Rollbook wrote.
struct Damaged {
    table: Table,
    at: String,
    why: String,
}

impl Damaged {
    fn sentence(&self) -> String {
        format!("{} {}: {}", self.table.name(), self.at, self.why)
    }
}

/// What a row is of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Table {
    Workload,
    Template,
    Period,
    Revision,
    Watch,
}

impl Table {
    /// Templates before the periods that name them.
    const ALL: [Self; 5] = [
        Self::Workload,
        Self::Template,
        Self::Period,
        Self::Revision,
        Self::Watch,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Workload => "workload",
            Self::Template => "template",
            Self::Period => "period",
            Self::Revision => "revision",
            Self::Watch => "watch",
        }
    }

    /// Rows in the order of `at` (and `generation`, of periods), after one.
    fn page(self) -> &'static str {
        match self {
            Self::Workload => {
                "SELECT uid AS at, body FROM workload WHERE uid > $1 ORDER BY uid LIMIT $2"
            }
            Self::Template => {
                "SELECT digest AS at, digest, body FROM template WHERE digest > $1 \
                 ORDER BY digest LIMIT $2"
            }
            Self::Period => {
                "SELECT workload AS at, generation, body FROM period WHERE workload > $1 \
                 OR (workload = $1 AND generation > $3) ORDER BY workload, generation LIMIT $2"
            }
            Self::Revision => {
                "SELECT uid AS at, body FROM revision WHERE uid > $1 ORDER BY uid LIMIT $2"
            }
            Self::Watch => "SELECT id AS at, body FROM watch WHERE id > $1 ORDER BY id LIMIT $2",
        }
    }

    fn fact(self, row: &AnyRow) -> Result<Fact, Failure> {
        Ok(match self {
            Self::Workload => Fact::Workload(body(row)?),
            Self::Template => Fact::Template(Archived::from(&template(row)?)),
            Self::Period => Fact::Period(body(row)?),
            Self::Revision => Fact::Revision(body(row)?),
            Self::Watch => Fact::Watch(body(row)?),
        })
    }

    /// All rows, a page at a time.
    async fn read(
        self,
        lease: &mut Lease,
        on: &mut impl FnMut(Result<Fact, Damaged>),
    ) -> Result<(), Failure> {
        let mut after = (String::new(), 0_i64);
        loop {
            lease.renew();
            let mut query = sqlx::query(self.page()).bind(after.0.clone()).bind(PAGE);
            if self == Self::Period {
                query = query.bind(after.1);
            }
            let rows = lease.all(query).await?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in &rows {
                after.0 = row.try_get("at").map_err(failed)?;
                let mut at = after.0.clone();
                if self == Self::Period {
                    after.1 = row.try_get("generation").map_err(failed)?;
                    at = format!("{} of {at}", after.1);
                }
                on(match self.fact(row) {
                    Ok(fact) => Ok(fact),
                    Err(Failure::Damaged { what: why } | Failure::Database { words: why }) => {
                        let table = self;
                        Err(Damaged { table, at, why })
                    }
                    Err(failure) => return Err(failure),
                });
            }
        }
    }
}

impl Store {
    /// All facts of one kind after another: templates before the periods that
    /// name them. What cannot be read is left out and handed back.
    ///
    /// # Errors
    /// When the database cannot be read at all.
    pub async fn export(&self, mut on: impl FnMut(Fact)) -> Result<Several, Failure> {
        let mut left_out = Several::default();
        let all = self.each(|found| match found {
            Ok(fact) => on(fact),
            Err(damaged) => left_out.push(damaged.sentence()),
        });
        all.await?;
        Ok(left_out)
    }

    /// Each row of the record, as of one moment.
    async fn each(&self, mut on: impl FnMut(Result<Fact, Damaged>)) -> Result<(), Failure> {
        let mut lease = self.reading().await?;
        for table in Table::ALL {
            table.read(&mut lease, &mut on).await?;
        }
        lease.renew();
        lease.commit().await
    }

    /// Reads everything and says what is not as it must be: what cannot be read,
    /// digests that do not fit, periods without their workload or template,
    /// bounds that cross.
    ///
    /// # Errors
    /// When the database cannot be read at all.
    pub async fn check(&self) -> Result<Checked, Failure> {
        let (mut known, mut templates) = (HashSet::new(), HashSet::new());
        let (mut periods, mut wrong) = (0, Several::default());
        let all = self.each(|found| match found {
            Ok(fact) => {
                for one in domain::record::check::wrong(&fact, &known, &templates) {
                    wrong.push(one);
                }
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
            }
            Err(damaged) => {
                wrong.push(damaged.sentence());
                let Damaged { table, at, .. } = damaged;
                // It is there: what names it is not wrong as well.
                match table {
                    Table::Workload => {
                        known.insert(at);
                    }
                    Table::Template => templates.extend(at.parse::<Digest>().ok()),
                    Table::Period => periods += 1,
                    Table::Revision | Table::Watch => {}
                }
            }
        });
        all.await?;
        Ok(Checked {
            workloads: known.len(),
            periods,
            templates: templates.len(),
            wrong: wrong.first,
            problems: wrong.all,
        })
    }
}
