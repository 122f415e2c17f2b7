//! Every test here runs on a SQLite file and on a real PostgreSQL.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod columns;
mod content;
mod crash;
mod found;
mod retention;
mod shared;
mod trouble;
mod whole;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use domain::record::{Archived, Bounds, Fact, Forgotten, Kept, Known, Period, Watch};
use domain::template::Template;
use domain::time::Time;
use domain::workload::Key;
use jiff::SignedDuration;
use serde_json::json;
use xtask::postgres::Postgres;

use super::*;

/// A place for a record that goes away with the test.
pub(super) enum Place {
    File(PathBuf),
    Server(Postgres),
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

fn folder() -> PathBuf {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let own = format!("rollbook-store-{}-{number}", std::process::id());
    std::env::temp_dir().join(own)
}

/// One of each database.
fn places(name: &str) -> [Place; 2] {
    [
        Place::File(folder()),
        Place::Server(Postgres::start(name).unwrap()),
    ]
}

impl Place {
    async fn open(&self) -> Store {
        match self {
            Self::File(folder) => Store::file(&folder.join("x.db")).await.unwrap(),
            Self::Server(server) => Store::open(&server.url()).await.unwrap(),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Self::File(folder) = self {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// So many days after a day.
fn day(days: i64) -> Time {
    Time::from_second(1_800_000_000).after(SignedDuration::from_hours(24 * days))
}

fn known(uid: &str) -> Known {
    Known::new(uid, Key::daemon_set("a", uid), day(0))
}

fn template(image: &str) -> Template {
    let spec = json!({"spec": {"containers": [{"name": "c", "image": image}]}});
    Template::new(spec).unwrap()
}

fn period(uid: &str, generation: i64, days: i64, image: &str) -> [Fact; 2] {
    let template = template(image);
    let mut period = Period::new(uid, generation, Bounds::dated(day(days)));
    period.template = Some(template.digest());
    [
        Fact::Template(Archived::from(&template)),
        Fact::Period(period),
    ]
}

fn watch(id: &str, from: Time, to: Time) -> Fact {
    Fact::Watch(Watch {
        id: id.into(),
        from,
        to,
        namespaces: Vec::new(),
    })
}

/// A workload that changed every hundred days.
fn history(uid: &str, periods: i64) -> Vec<Fact> {
    let mut facts = vec![Fact::Workload(known(uid))];
    for generation in 1..=periods {
        let image = format!("{uid}:{generation}");
        facts.extend(period(uid, generation, (generation - 1) * 100, &image));
    }
    facts
}

async fn sound(store: &Store) {
    assert_eq!(store.check().await.unwrap().wrong, Vec::<String>::new());
}

/// The generations of all its periods.
async fn generations(store: &Store, uid: &str) -> Vec<i64> {
    let mut all = Vec::new();
    let export = store.export(|fact| match fact {
        Fact::Period(period) if period.workload == uid => all.push(period.generation),
        _ => {}
    });
    export.await.unwrap();
    all
}

/// Of a long history the newest part is told, the rest part by part; together
/// that is the same as all of it at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_is_told_in_parts() {
    use domain::record::timeline::timeline;
    for place in places("long") {
        let store = place.open().await;
        let mut facts = vec![Fact::Workload(known("u"))];
        // The first ones are not known, and each template comes again.
        for generation in 5..=450 {
            let image = format!("u:{}", generation % 250);
            facts.extend(period("u", generation, generation, &image));
        }
        store.write(&facts).await.unwrap();
        let mut parts = Vec::new();
        let mut before = None;
        loop {
            let sources = store.sources(known("u"), Vec::new(), before).await.unwrap();
            let told = timeline(&sources, day(500));
            assert_eq!(told.missing_before, 4);
            let earlier = told.earlier;
            before = told.periods.last().map(|row| row.generation);
            parts.push(told.periods);
            if earlier == 0 {
                break;
            }
        }
        let sizes: Vec<usize> = parts.iter().map(Vec::len).collect();
        assert_eq!(sizes, [200, 200, 46]);
        let mut all = store.sources(known("u"), Vec::new(), None).await.unwrap();
        let mut book = domain::record::book::Book::default();
        book.write(facts);
        all.part = None;
        all.periods = book.periods.into_values().collect();
        all.templates = book
            .templates
            .values()
            .map(|own| Template::new(serde_json::from_str(&own.json).unwrap()).unwrap())
            .map(|own| (own.digest(), own))
            .collect();
        assert_eq!(timeline(&all, day(500)).periods, parts.concat());
        let nothing = store
            .sources(known("u"), Vec::new(), Some(1))
            .await
            .unwrap();
        assert_eq!(timeline(&nothing, day(500)).periods, []);
    }
}

/// What was there and is not known is told; the latest by time is the latest by
/// generation, also where a later one is known to have begun earlier.
#[tokio::test(flavor = "multi_thread")]
async fn what_ran_then_is_told_of_each() {
    for place in places("then") {
        let store = place.open().await;
        store.write(&history("a", 3)).await.unwrap();
        // Known to be at its second template since day 50 at the latest.
        let late = Known {
            created_at: day(10),
            ..known("b")
        };
        store.write(&[Fact::Workload(late)]).await.unwrap();
        let wide = |generation, until| {
            let bounds = Bounds {
                not_before: day(10),
                not_after: day(until),
            };
            Fact::Period(Period::new("b", generation, bounds))
        };
        store.write(&[wide(2, 50), wide(4, 150)]).await.unwrap();
        // It was narrowed later: the ones before it had begun by then too.
        store.write(&[wide(6, 120), wide(5, 300)]).await.unwrap();
        store.write(&[watch("w", day(0), day(220))]).await.unwrap();
        let told = async |days: i64| {
            let then = store.then(day(days)).await.unwrap();
            let each = then.into_iter().map(|ran| (ran.generation, ran.certain));
            each.collect::<Vec<_>>()
        };
        assert_eq!(told(-1).await, []);
        assert_eq!(told(5).await, [(Some(1), true)]);
        assert_eq!(told(20).await, [(Some(1), true), (None, false)]);
        assert_eq!(told(60).await, [(Some(1), true), (Some(2), false)]);
        assert_eq!(told(130).await, [(Some(2), true), (Some(6), true)]);
        assert_eq!(told(210).await, [(Some(3), true), (Some(6), true)]);
        assert_eq!(told(230).await, [(Some(3), false), (Some(6), false)]);
        let then = store.then(day(130)).await.unwrap();
        assert_eq!(then[0].images, ["a:2"]);
        assert_eq!(then[1].since, Some(day(120)));
        let then = store.then(day(20)).await.unwrap();
        assert_eq!((then[1].since, then[1].template), (None, None));
    }
}

/// A record of the first form becomes one of the newest.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_of_the_first_form_is_brought_on() {
    for place in places("first") {
        sqlx::any::install_default_drivers();
        let (url, postgres) = match &place {
            Place::Server(server) => (server.url(), true),
            Place::File(folder) => {
                std::fs::create_dir_all(folder).unwrap();
                (
                    format!("sqlite://{}/x.db?mode=rwc", folder.display()),
                    false,
                )
            }
        };
        let pool = AnyPool::connect(&url).await.unwrap();
        let first = migrator(postgres).iter().next().unwrap().clone();
        Migrator::with_migrations(vec![first])
            .run(&pool)
            .await
            .unwrap();
        let digest = template("i:1").digest().to_string();
        let kept = format!(
            r#"{{"uid":"r","workload":"u","name":"r","createdAt":"2027-01-15T08:00:00Z","template":"{digest}","cause":"\"template\":\"sha256:x\" \u0000","numbers":{{}}}}"#
        );
        let watch = |id: &str, more: &str| {
            let times = r#""from":"2027-01-15T08:00:00Z","to":"2027-01-15T09:00:00Z""#;
            format!(r#"INSERT INTO watch VALUES ('{id}', 1, 2, '{{"id":"{id}",{times}{more}}}')"#)
        };
        for sql in [
            format!("INSERT INTO revision VALUES ('r', 'u', NULL, '{kept}')"),
            r#"INSERT INTO revision VALUES ('bare', 'u', NULL, '{"uid":"bare","workload":"u","name":"bare","createdAt":"2027-01-15T08:00:00Z","numbers":{}}')"#.to_owned(),
            watch("all", ""),
            watch("some", r#","namespaces":["x","y"]"#),
        ] {
            sqlx::query(AssertSqlSafe(sql)).execute(&pool).await.unwrap();
        }
        pool.close().await;
        let store = place.open().await;
        let rows = sqlx::query("SELECT template AS one FROM revision ORDER BY uid DESC");
        let rows = rows.fetch_all(&store.pool).await.unwrap();
        let one = |row: &AnyRow| row.try_get::<Option<String>, _>("one").unwrap();
        assert_eq!(
            rows.iter().map(one).collect::<Vec<_>>(),
            [Some(digest), None]
        );
        let rows = sqlx::query("SELECT scope AS one FROM watch ORDER BY id");
        let rows = rows.fetch_all(&store.pool).await.unwrap();
        let scopes: Vec<_> = rows.iter().map(one).collect();
        assert_eq!(scopes, [Some(String::new()), Some(r#"["x","y"]"#.into())]);
    }
}
