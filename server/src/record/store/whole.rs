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
use columns::Found;

mod columns;

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

/// A row that can be read.
struct Row {
    fact: Fact,
    /// What beside its body does not say what that does, a sentence each.
    astray: Vec<String>,
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
                "SELECT uid AS at, namespace, kind, name, created_at, gone_at, forgotten_below, \
                 body FROM workload WHERE uid > $1 ORDER BY uid LIMIT $2"
            }
            Self::Template => {
                "SELECT digest AS at, digest, size, body FROM template WHERE digest > $1 \
                 ORDER BY digest LIMIT $2"
            }
            Self::Period => {
                "SELECT p.workload AS at, p.generation AS generation, p.starts AS starts, \
                 p.template AS template, p.body AS body, (SELECT n.starts FROM period n \
                 WHERE n.workload = p.workload AND n.generation > p.generation \
                 ORDER BY n.generation LIMIT 1) AS later FROM period p WHERE p.workload > $1 \
                 OR (p.workload = $1 AND p.generation > $3) \
                 ORDER BY p.workload, p.generation LIMIT $2"
            }
            Self::Revision => {
                "SELECT uid AS at, workload, gone_at, template, body FROM revision \
                 WHERE uid > $1 ORDER BY uid LIMIT $2"
            }
            Self::Watch => {
                "SELECT id AS at, starts, ends, scope, body FROM watch \
                 WHERE id > $1 ORDER BY id LIMIT $2"
            }
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

    /// All rows, a page at a time; the images of templates too, where they are
    /// asked for.
    async fn read(
        self,
        lease: &mut Lease,
        images: bool,
        on: &mut impl FnMut(Result<Row, Damaged>),
    ) -> Result<(), Failure> {
        let mut after = (String::new(), 0_i64);
        loop {
            lease.renew();
            let mut query = sqlx::query(self.page()).bind(after.0.clone()).bind(PAGE);
            if self == Self::Period {
                query = query.bind(after.1);
            }
            let rows = lease.all(query).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            let found = if images && self == Self::Template {
                let last: String = last.try_get("at").map_err(failed)?;
                Some(Found::between(lease, &after.0, &last).await?)
            } else {
                None
            };
            for row in &rows {
                after.0 = row.try_get("at").map_err(failed)?;
                let mut at = after.0.clone();
                if self == Self::Period {
                    after.1 = row.try_get("generation").map_err(failed)?;
                    at = format!("{} of {at}", after.1);
                }
                on(match self.fact(row) {
                    Ok(fact) => {
                        let astray = self.astray(row, &at, &fact, found.as_ref());
                        Ok(Row { fact, astray })
                    }
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

impl Table {
    /// What beside the body of a row does not say what that does.
    fn astray(self, row: &AnyRow, at: &str, fact: &Fact, found: Option<&Found>) -> Vec<String> {
        let columns = columns::astray(row, fact).into_iter();
        let mut astray: Vec<String> = columns
            .map(|column| format!("{} {at}: {column} is not as in its body", self.name()))
            .collect();
        if let (Fact::Template(archived), Some(found)) = (fact, found)
            && !found.fits(archived)
        {
            astray.push(format!(
                "template {at}: it is found by other images than its own"
            ));
        }
        astray
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
        let mut lease = self.reading().await?;
        let mut each = |found: Result<Row, Damaged>| match found {
            Ok(row) => on(row.fact),
            Err(damaged) => left_out.push(damaged.sentence()),
        };
        for table in Table::ALL {
            table.read(&mut lease, false, &mut each).await?;
        }
        lease.renew();
        lease.commit().await?;
        Ok(left_out)
    }

    /// Reads everything and says what is not as it must be: what cannot be read,
    /// digests that do not fit, periods without their workload or template,
    /// bounds that cross, columns that do not say what stands in the body.
    ///
    /// # Errors
    /// When the database cannot be read at all.
    pub async fn check(&self) -> Result<Checked, Failure> {
        let (mut known, mut templates) = (HashSet::new(), HashSet::new());
        let (mut periods, mut wrong) = (0, Several::default());
        let mut each = |found: Result<Row, Damaged>| match found {
            Ok(Row { fact, astray }) => {
                let wrongs = domain::record::check::wrong(&fact, &known, &templates);
                for one in wrongs.into_iter().chain(astray) {
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
        };
        let mut lease = self.reading().await?;
        for table in Table::ALL {
            table.read(&mut lease, true, &mut each).await?;
        }
        lease.renew();
        for template in columns::without_template(&mut lease).await? {
            wrong.push(format!(
                "template {template}: it has images and is not there"
            ));
        }
        lease.renew();
        lease.commit().await?;
        Ok(Checked {
            workloads: known.len(),
            periods,
            templates: templates.len(),
            wrong: wrong.first,
            problems: wrong.all,
        })
    }
}
