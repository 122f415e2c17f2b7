//! The writer ends after each of its statements in turn, as by a kill: what it
//! acknowledged is there, a transaction is there whole or not at all, and who
//! begins anew ends with the record of one who was never disturbed.
//!
//! A child process writes; sqlx tells each statement once the database has
//! answered it, and the child aborts itself after the N-th: no destructor runs,
//! no buffer is written. Covered is the moment after each statement of Rollbook,
//! BEGIN and COMMIT included. A migration's script is one statement. Of sqlx's own
//! transactions around the migrations BEGIN and COMMIT count on PostgreSQL only;
//! on SQLite the nearest moments are the last statement in one, and the first one
//! after it. Settings of a connection count once: how many connections there
//! are is a matter of luck.

mod child;
mod steps;

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Output};

use sqlx::Column as _;

use super::*;
use steps::{Step, all_steps, opened, steps};

/// The child, among the tests.
const CHILD: &str = "record::store::tests::crash::child::the_one_that_ends_in_the_midst";
/// Which record it writes.
const RECORD: &str = "ROLLBOOK_TEST_RECORD";
/// After how many statements it ends.
const STATEMENTS: &str = "ROLLBOOK_TEST_STATEMENTS";
/// Every row of every table.
async fn rows(store: &Store) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for table in [
        "SELECT 'form', version FROM _sqlx_migrations",
        "SELECT 'cluster', one, uid FROM cluster",
        "SELECT 'workload', uid, namespace, kind, name, created_at, gone_at, forgotten_below, body \
         FROM workload",
        "SELECT 'period', workload, generation, starts, template, body FROM period",
        "SELECT 'revision', uid, workload, gone_at, template, body FROM revision",
        "SELECT 'template', digest, size, loose_since, body FROM template",
        "SELECT 'image', template, image FROM image",
        "SELECT 'watch', id, starts, ends, scope, body FROM watch",
    ] {
        let found = store.rows(sqlx::query(table)).await.unwrap();
        for row in &found {
            let cells = row
                .columns()
                .iter()
                .map(|column| cell(row, column.ordinal()));
            assert!(all.insert(cells.collect::<Vec<_>>().join(" | ")), "twice");
        }
    }
    all
}

fn cell(row: &AnyRow, place: usize) -> String {
    if let Ok(text) = row.try_get::<Option<String>, _>(place) {
        return format!("{text:?}");
    }
    if let Ok(number) = row.try_get::<Option<i64>, _>(place) {
        return format!("{number:?}");
    }
    row.try_get::<Vec<u8>, _>(place).map_or_else(
        |_| row.get::<i32, _>(place).to_string(),
        |b| format!("{b:?}"),
    )
}

fn child(address: &str, statements: usize) -> Output {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", CHILD, "--ignored", "--nocapture"]);
    child.args(["--test-threads", "1"]);
    child.env(RECORD, address);
    child.env(STATEMENTS, statements.to_string());
    child.output().unwrap()
}

/// The rows of a workload and of its periods.
fn of<'a>(rows: &'a BTreeSet<String>, uid: &str) -> Vec<&'a String> {
    let tables =
        ["workload", "period"].map(|table| format!("{:?} | {:?} |", Some(table), Some(uid)));
    let own = |row: &&String| tables.iter().any(|table| row.starts_with(table));
    rows.iter().filter(own).collect()
}

/// What is there after a kill is what was acknowledged, and of the step that was
/// under way all or nothing; of many transactions, nothing but what goes.
fn neither_lost_nor_half(
    now: &BTreeSet<String>,
    moments: &[BTreeSet<String>],
    acknowledged: usize,
    place: &str,
) {
    // Opening by itself leaves an empty record.
    let before = &moments[acknowledged.saturating_sub(1)];
    let after = moments.get(acknowledged).unwrap_or(before);
    let many = acknowledged.checked_sub(2).and_then(|step| {
        let step = steps().into_iter().nth(step)?;
        Some(matches!(step, Step::Retain(_)))
    });
    if many == Some(true) {
        let lost: Vec<_> = before
            .intersection(after)
            .filter(|row| !now.contains(*row))
            .collect();
        assert!(lost.is_empty(), "{place}: {lost:#?}");
        // What goes of a workload goes together with the note of it.
        for uid in ["a", "old"] {
            let own = of(now, uid);
            let whole = own == of(before, uid) || own == of(after, uid);
            assert!(whole, "{place}: {own:#?}");
        }
    } else {
        assert!(now == before || now == after, "{place}: {now:#?}");
    }
}

/// `fresh` makes an empty place for each child, and `away` removes it.
async fn ended_after_each(fresh: impl AsyncFn(usize) -> String, away: impl AsyncFn(usize)) {
    let mut moments = Vec::new();
    let address = fresh(0).await;
    let undisturbed = all_steps(&address, async |store: &Store| {
        moments.push(rows(store).await);
    });
    undisturbed.await.pool.close().await;
    away(0).await;
    let (mut ends, mut begun) = (Vec::new(), BTreeSet::new());
    for statements in 1.. {
        let address = fresh(statements).await;
        let ended = child(&address, statements);
        let output = String::from_utf8_lossy(&ended.stdout);
        let said: Vec<&str> = output
            .lines()
            .filter_map(|l| l.strip_prefix("said "))
            .collect();
        let acknowledged = output.lines().filter(|line| *line == "done").count();
        if ended.status.success() {
            println!("{} statements", said.len());
            assert_eq!(acknowledged, moments.len());
            assert_eq!(said, ends, "each of them was the last one once");
            away(statements).await;
            break;
        }
        let errors = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(
            ended.status.signal(),
            Some(6),
            "it fell: {output}\n{errors}"
        );
        let last = *said.last().unwrap();
        let place = format!("after statement {statements}, {last}, {acknowledged} steps");
        ends.push(last.to_owned());
        let store = opened(&address).await;
        sound(&store).await;
        let left = rows(&store).await;
        neither_lost_nor_half(&left, &moments, acknowledged, &place);
        store.pool.close().await;
        // From the same rows the same becomes of it: once is enough.
        if left != begun {
            begun = left;
            let store = all_steps(&address, async |_: &Store| {}).await;
            sound(&store).await;
            let last = moments.last().unwrap();
            assert!(rows(&store).await == *last, "{place}: begun anew");
            store.pool.close().await;
        }
        away(statements).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_ends_after_any_statement_leaves_a_sound_file() {
    let place = Place::File(folder());
    let Place::File(folder) = &place else {
        unreachable!();
    };
    let own = |number: usize| folder.join(number.to_string());
    ended_after_each(
        async |number| own(number).join("x.db").to_string_lossy().into_owned(),
        async |number| std::fs::remove_dir_all(own(number)).unwrap(),
    )
    .await;
}

/// One server, and a schema for each.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_writes_to_postgres_leaves_a_sound_record_too() {
    let server = Postgres::start("ended").unwrap();
    sqlx::any::install_default_drivers();
    let pool = AnyPool::connect(&server.url()).await.unwrap();
    let run = async |sql: String| {
        let sql = sqlx::query(AssertSqlSafe(sql));
        sql.execute(&pool).await.unwrap();
    };
    ended_after_each(
        async |number| {
            run(format!("CREATE SCHEMA n{number}")).await;
            format!("{}?options[search_path]=n{number}", server.url())
        },
        async |number| run(format!("DROP SCHEMA n{number} CASCADE")).await,
    )
    .await;
}
