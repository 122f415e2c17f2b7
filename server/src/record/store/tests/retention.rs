//! What is no longer kept.

use domain::record::changes::Window;
use domain::record::timeline::{Timeline, timeline};

use super::*;
use crate::config::Retention;

/// Keeps so many days, of any size.
fn days(days: i64) -> Retention {
    Retention {
        age: SignedDuration::from_hours(24 * days),
        size: u64::MAX,
    }
}

async fn told(store: &Store, uid: &str, now: Time) -> Timeline {
    let key = Key::daemon_set("a", uid);
    let known = store.lives(&key).await.unwrap().remove(0);
    timeline(&store.sources(known, Vec::new(), None).await.unwrap(), now)
}

fn kept(uid: &str, workload: &str, image: &str, gone: Option<i64>) -> Fact {
    Fact::Revision(Kept {
        uid: uid.into(),
        workload: workload.into(),
        name: uid.into(),
        created_at: day(0),
        generation: None,
        template: Some(template(image).digest()),
        cause: None,
        numbers: [(1, day(0))].into(),
        gone: gone.map(|days| Bounds::dated(day(days))),
        why: None,
        seen: None,
    })
}

async fn templates(store: &Store) -> usize {
    store.check().await.unwrap().templates
}

/// What ended long ago goes, and it is said that there was something; what goes
/// on stays, however old; nothing comes back.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_old_is_removed_and_said_to_be() {
    for place in places("age") {
        let store = place.open().await;
        // Began on days 0, 100, 200, 300 and 400.
        let five = history("a", 5);
        store.write(&five).await.unwrap();
        // One period since day 0.
        store.write(&history("still", 1)).await.unwrap();
        let gone = |uid: &str, days: i64| {
            let gone = Some(Bounds::dated(day(days)));
            Fact::Workload(Known { gone, ..known(uid) })
        };
        for (uid, end) in [("old", 150), ("late", 450)] {
            store.write(&history(uid, 2)).await.unwrap();
            store
                .write(&[gone(uid, end), kept(uid, uid, "x:1", None)])
                .await
                .unwrap();
        }
        let revisions = [
            Fact::Template(Archived::from(&template("x:1"))),
            kept("there", "a", "a:1", None),
            kept("pruned", "a", "a:2", Some(150)),
        ];
        store.write(&revisions).await.unwrap();
        let watch = Watch {
            id: "w".into(),
            from: day(0),
            to: day(499),
            namespaces: Vec::new(),
        };
        store.write(&[Fact::Watch(watch)]).await.unwrap();
        let now = day(500);
        let nothing = store.retain(now, days(1000)).await.unwrap();
        assert_eq!(nothing.things(), 0);
        // Until day 250: two of `a`, all of `old`, one of `late`.
        let removed = store.retain(now, days(250)).await.unwrap();
        assert_eq!((removed.periods, removed.workloads), (2 + 2 + 1, 1));
        assert_eq!((removed.revisions, removed.over), (1, false));
        sound(&store).await;
        assert_eq!(store.retain(now, days(250)).await.unwrap().things(), 0);
        assert_eq!(generations(&store, "a").await, [3, 4, 5]);
        assert_eq!(generations(&store, "still").await, [1]);
        assert_eq!(generations(&store, "late").await, [2]);
        assert_eq!(store.lives(&Key::daemon_set("a", "old")).await, Ok(vec![]));
        let a = told(&store, "a", now).await;
        let past = Forgotten {
            below: 3,
            until: Bounds::dated(day(200)).not_after,
        };
        assert_eq!((a.forgotten, a.missing_before), (Some(past), 0));
        assert_eq!(told(&store, "still", now).await.forgotten, None);
        assert_eq!(told(&store, "late", now).await.forgotten.unwrap().below, 2);
        // Then it is not known, and not said to be something else.
        let then = store.then(day(110)).await.unwrap();
        let ran = then.iter().find(|ran| ran.uid == "a").unwrap();
        assert_eq!((ran.generation, ran.certain), (None, false));
        // Since then all is kept of what is told.
        let since = Some(past.until);
        let images = store.images("a:", 1).await.unwrap();
        assert_eq!((a.recorded_since, images.recorded_since), (since, since));
        let span = |from, to| {
            let (from, to) = (day(from), day(to));
            store.changes(Window { from, to }, now)
        };
        let old = span(40, 150).await.unwrap();
        assert_eq!((old.changes.len(), old.gaps.len()), (1, 0));
        assert_eq!(old.changes[0].uid, "late");
        // `a` and `late` are in it, and of `still` it is known.
        assert_eq!((old.forgotten, old.unchanged, old.unsure), (2, 1, 0));
        assert_eq!(old.recorded_since, since);
        let new = span(350, 450).await.unwrap();
        assert_eq!((new.forgotten, new.unchanged), (0, 1));
        // `old` was there, and is not listed: no trace of it is left but when it
        // ended. And what is told is kept from later on.
        let reach = async |store: Store| store.reach(day(110), now).await.unwrap();
        assert_eq!(reach(store.clone()).await.kept_since, since);
        let ended = Some(Bounds::dated(day(150)).not_after);
        let removed = "SELECT ended FROM removed WHERE namespace = 'a'";
        let removed = store.row(sqlx::query(removed)).await.unwrap();
        assert_eq!(
            Some(Time::from_millis(removed.get("ended"))),
            ended,
            "the latest of them"
        );
        let other = reach(store.within(Scope::only(["b"]))).await;
        assert_eq!((other.kept_since, other.watched), (None, true));
        // Whoever says it again, and whoever goes on, brings nothing back.
        store.write(&five).await.unwrap();
        let orphan = period("old", 2, 100, "old:2");
        store.write(&orphan).await.unwrap();
        store
            .write(&[kept("old", "old", "x:1", None)])
            .await
            .unwrap();
        store.write(&period("a", 6, 500, "a:6")).await.unwrap();
        assert_eq!(generations(&store, "a").await, [3, 4, 5, 6]);
        assert_eq!(generations(&store, "old").await, Vec::<i64>::new());
        sound(&store).await;
        // It moves with the record.
        let moved = Place::File(folder());
        let other = moved.open().await;
        let mut facts = Vec::new();
        store.export(|fact| facts.push(fact)).await.unwrap();
        other.write(&facts).await.unwrap();
        let there = told(&other, "a", now).await;
        assert_eq!(there.forgotten, Some(past));
        sound(&other).await;
    }
}

/// A template goes a day after nothing names it, unless it comes again.
#[tokio::test(flavor = "multi_thread")]
async fn templates_go_last() {
    for place in places("loose") {
        let store = place.open().await;
        store.write(&history("a", 5)).await.unwrap();
        store
            .write(&[kept("there", "a", "a:1", None)])
            .await
            .unwrap();
        let hour = |hours: i64| day(500).after(SignedDuration::from_hours(hours));
        let retain = async |hours: i64| {
            let removed = store.retain(hour(hours), days(250)).await.unwrap();
            sound(&store).await;
            removed.templates
        };
        // The first two periods go; the first template has its revision.
        assert_eq!((retain(0).await, templates(&store).await), (0, 5));
        assert_eq!(retain(23).await, 0);
        // It comes again: by itself first, its period later.
        let [again, later] = period("a", 6, 501, "a:2");
        store.write(&[again]).await.unwrap();
        assert_eq!((retain(25).await, templates(&store).await), (0, 5));
        store.write(&[later]).await.unwrap();
        assert_eq!((retain(60).await, templates(&store).await), (0, 5));
        // Its revision goes, so nothing names the first one.
        store
            .write(&[kept("there", "a", "a:1", Some(200))])
            .await
            .unwrap();
        assert_eq!((retain(61).await, retain(86).await), (0, 1));
        let images = sqlx::query("SELECT image FROM image WHERE image = 'a:1'");
        assert_eq!(images.fetch_all(&store.pool).await.unwrap().len(), 0);
    }
}

/// Over its size the oldest goes first, until it fits; what is there stays, even
/// where that is too much.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_loses_the_oldest() {
    for place in places("size") {
        let store = place.open().await;
        for uid in ["a", "b", "c"] {
            store.write(&history(uid, 1500)).await.unwrap();
        }
        let whole = store.size().await.unwrap();
        let now = day(150_000);
        let age = SignedDuration::from_hours(24 * 200_000);
        let size = whole * 2 / 3;
        let removed = store.retain(now, Retention { age, size }).await.unwrap();
        let left = store.check().await.unwrap();
        println!(
            "{whole} became {} with {} periods",
            removed.size, left.periods
        );
        assert!(!removed.over && removed.size <= size, "{removed:?}");
        assert_eq!(left.wrong, Vec::<String>::new());
        assert!((1000..4000).contains(&left.periods), "{left:?}");
        // As much of each, for they are equally old.
        let firsts: Vec<i64> = [
            generations(&store, "a").await[0],
            generations(&store, "b").await[0],
            generations(&store, "c").await[0],
        ]
        .into();
        assert!(
            firsts.iter().all(|first| first.abs_diff(firsts[0]) <= 1),
            "{firsts:?}"
        );
        let removed = store.retain(now, Retention { age, size: 1 }).await.unwrap();
        assert!(removed.over);
        for uid in ["a", "b", "c"] {
            assert_eq!(generations(&store, uid).await, [1500]);
        }
        sound(&store).await;
        if let Place::File(folder) = &place {
            let day = store.retain(
                now.after(SignedDuration::from_hours(25)),
                Retention { age, size: 1 },
            );
            day.await.unwrap();
            store.write(&history("d", 1)).await.unwrap();
            let file = std::fs::metadata(folder.join("x.db")).unwrap().len();
            println!("the file has {file} bytes");
            assert!(store.size().await.unwrap() < whole / 4);
        }
    }
}

/// Spans between which no gap is told become one: the same is told, and so of
/// what is not of the workload's time. The latest stays.
#[tokio::test(flavor = "multi_thread")]
async fn spans_of_watching_do_not_pile_up() {
    for place in places("spans") {
        let store = place.open().await;
        let mut facts = history("a", 3);
        let late = Known {
            created_at: day(150),
            ..known("late")
        };
        facts.push(Fact::Workload(late));
        facts.extend(period("late", 1, 150, "l:1"));
        let mut from = day(-10);
        // Restarts: mostly at once, every hundredth takes an hour.
        for number in 0..600_i32 {
            let to = from.after(SignedDuration::from_hours(12));
            facts.push(watch(&format!("{number:03}"), from, to));
            let pause = if number % 100 == 99 { 3600 } else { 20 };
            from = to.after(SignedDuration::from_secs(pause));
        }
        facts.push(Fact::Watch(Watch {
            id: "some".into(),
            from: day(0),
            to: day(400),
            namespaces: vec!["b".into()],
        }));
        store.write(&facts).await.unwrap();
        let now = day(310);
        let both = async || {
            (
                told(&store, "a", now).await,
                told(&store, "late", now).await,
            )
        };
        let (then, before) = (store.then(day(250)).await, store.before().await.unwrap());
        let whole = both().await;
        assert_eq!(
            whole.1.recorded_since,
            Some(day(-10)),
            "before it was there"
        );
        assert!(whole.0.gaps.len() >= 4 && whole.1.gaps.len() < whole.0.gaps.len());
        let removed = store.retain(now, days(10_000)).await.unwrap();
        assert_eq!(removed.watches, 600 - 6);
        assert_eq!(both().await, whole);
        assert_eq!(store.then(day(250)).await, then);
        assert_eq!(
            format!("{:?}", store.before().await.unwrap()),
            format!("{before:?}")
        );
        assert_eq!(store.retain(now, days(10_000)).await.unwrap().watches, 0);
        // A process that goes on with a span that became part of another.
        store
            .write(&facts[facts.len() - 2..facts.len() - 1])
            .await
            .unwrap();
        assert_eq!(both().await, whole);
        // Long after, only the latest of each is there.
        store.retain(day(5000), days(100)).await.unwrap();
        let known = store.before().await.unwrap();
        assert_eq!(known[0].fresh, before[0].fresh);
        sound(&store).await;
    }
}
