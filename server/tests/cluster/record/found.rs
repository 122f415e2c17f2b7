//! What is looked for in the record: images, and what changed when. The same on
//! both databases.

use domain::record::changes::{What, Window};
use domain::record::images::PAGE;
use domain::record::timeline::Grade;
use domain::record::{Archived, Bounds, Fact, Known, Period, Watch};
use domain::template::Template;
use domain::time::Time;
use serde_json::json;
use server::record::store::Store;
use xtask::postgres::Postgres;

use crate::rig::Rig;

const BEGIN: i64 = 1_800_000_000;

fn at(second: i64) -> Time {
    Time::from_second(BEGIN + second)
}

fn seen(second: i64) -> Bounds {
    Bounds {
        not_before: at(second),
        not_after: at(second),
    }
}

/// A template with these images, and maybe a restart.
fn template(images: &[&str], restarted: &str) -> Template {
    let containers: Vec<_> = images
        .iter()
        .enumerate()
        .map(|(n, image)| json!({"name": format!("c{n}"), "image": image}))
        .collect();
    let annotations = json!({"kubectl.kubernetes.io/restartedAt": restarted});
    let spec =
        json!({"metadata": {"annotations": annotations}, "spec": {"containers": containers}});
    Template::new(spec).unwrap()
}

/// A workload with a period for each template: when it began, whether that was
/// seen, and what it ran.
fn told(name: &str, gone: Option<i64>, periods: &[(i64, Bounds, bool, &Template)]) -> Vec<Fact> {
    let first = periods.first().map_or(0, |(.., start, _, _)| {
        start.not_before.since(at(0)).as_secs()
    });
    let known = Known {
        gone: gone.map(seen),
        seen_gone: true,
        ..Known::new(&format!("uid-{name}"), Rig::key(name), at(first))
    };
    let mut facts = Vec::new();
    for (generation, start, watched, template) in periods {
        let mut period = Period::new(&known.uid, *generation, *start);
        period.watched = *watched;
        period.template = Some(template.digest());
        period.numbers.insert(*generation, start.not_after);
        facts.push(Fact::Template(Archived::from(*template)));
        facts.push(Fact::Period(period));
    }
    facts.insert(0, Fact::Workload(known));
    facts
}

async fn on_both(name: &str, check: impl AsyncFn(Store)) {
    let folder = std::env::temp_dir().join(format!("rollbook-{name}-{}", std::process::id()));
    check(Store::file(&folder.join("x.db")).await.unwrap()).await;
    std::fs::remove_dir_all(&folder).unwrap();
    let server = Postgres::start(name).unwrap();
    check(Store::open(&server.url()).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_found_by_any_part_of_it() {
    on_both("found", async |store| {
        let empty = store.images("", 1).await.unwrap();
        assert_eq!(
            (empty.recorded_since, empty.total, empty.pages),
            (None, 0, 1)
        );
        let old = template(&["Example.com/a_b:1%x", "side:1"], "");
        let new = template(
            &["example.com/aXb:2@sha256:0123abc", "side:1", "side:1"],
            "",
        );
        let mut facts = told(
            "one",
            None,
            &[(1, seen(10), true, &old), (2, seen(20), true, &new)],
        );
        facts.extend(told("two", Some(40), &[(1, seen(30), true, &new)]));
        facts.push(Fact::Watch(Watch {
            id: "w".into(),
            from: at(0),
            to: at(99),
            namespaces: Vec::new(),
        }));
        store.write(&facts).await.unwrap();
        let found = async |text: &str| {
            let found = store.images(text, 1).await.unwrap();
            assert_eq!(found.recorded_since, Some(at(0)));
            assert_eq!(found.total, found.uses.len());
            let uses = found.uses.into_iter();
            uses.map(|one| (one.key.name, one.generation, one.current))
                .collect::<Vec<_>>()
        };
        let of = |name: &str, generation, current| (name.to_owned(), generation, current);
        // What runs now is first, then the newest.
        let side = [of("one", 2, true), of("two", 1, false), of("one", 1, false)];
        assert_eq!(found("side").await, side);
        assert_eq!(found(" EXAMPLE.com ").await, side);
        assert_eq!(found("sha256:0123ABC").await, side[..2]);
        assert_eq!(found("a_b").await, side[2..], "an underscore is one");
        assert_eq!(found("1%x").await, side[2..], "a percent sign is one");
        for nothing in ["a%b", "'; DROP TABLE image; --", "\\", "a\0b", "nginx"] {
            assert_eq!(found(nothing).await, [], "{nothing:?}");
        }
        let one = store.images("side", 1).await.unwrap().uses.remove(0);
        assert_eq!(one.containers, ["c1", "c2"]);
        assert_eq!((one.start.at, one.start.grade), (at(20), Grade::Observed));
        let two = store.images("abc", 1).await.unwrap().uses.remove(1);
        assert_eq!(two.end.unwrap().at, at(40));
        assert!(!two.there);
        let running = store.images("  ", 1).await.unwrap();
        let names: Vec<_> = running
            .running
            .iter()
            .map(|r| (&*r.image, r.workloads))
            .collect();
        assert_eq!(
            names,
            [("example.com/aXb:2@sha256:0123abc", 1), ("side:1", 1)]
        );
        assert!(running.uses.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_hits_come_page_by_page() {
    on_both("paged", async |store| {
        let templates = [template(&["i:1"], ""), template(&["i:2"], "")];
        let periods: Vec<_> = (1..=2500)
            .map(|n| (n, seen(n), true, &templates[usize::from(n % 2 == 0)]))
            .collect();
        store.write(&told("busy", None, &periods)).await.unwrap();
        let mut seen = Vec::new();
        let first = store.images("i:", 1).await.unwrap();
        assert_eq!((first.total, first.pages), (2500, 50));
        for page in 1..=first.pages {
            let found = store.images("i:", page).await.unwrap();
            assert_eq!((found.page, found.uses.len()), (page, PAGE));
            seen.extend(found.uses.into_iter().map(|one| one.generation));
        }
        assert!(seen.iter().copied().eq((1..=2500).rev()), "each one once");
        let last = store.images("i:", 51).await.unwrap();
        assert_eq!((last.page, last.uses.last().unwrap().generation), (50, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_in_a_window_is_told() {
    on_both("changed", async |store| {
        let [a, restarted, b] = [
            template(&["i:1"], ""),
            template(&["i:1"], "then"),
            template(&["i:2"], ""),
        ];
        let bounds = |from, to| Bounds {
            not_before: at(from),
            not_after: at(to),
        };
        let mut facts = told(
            "walk",
            None,
            &[
                (1, seen(10), true, &a),
                (2, seen(110), true, &restarted),
                (3, seen(120), true, &b),
                (4, seen(130), true, &a),
                // Seen only after the window, may have begun in it.
                (5, bounds(190, 300), false, &b),
                (6, bounds(290, 310), false, &a),
            ],
        );
        facts.extend(told("still", None, &[(1, seen(10), true, &a)]));
        facts.extend(told("later", None, &[(1, seen(250), true, &a)]));
        facts.extend(told("gone", Some(150), &[(1, seen(140), true, &a)]));
        facts.extend(told("before", Some(90), &[(1, seen(10), true, &a)]));
        facts.extend(told("first-look", None, &[(9, bounds(5, 115), false, &a)]));
        facts.push(Fact::Watch(Watch {
            id: "w".into(),
            from: at(0),
            to: at(160),
            namespaces: Vec::new(),
        }));
        store.write(&facts).await.unwrap();
        let window = Window {
            from: at(100),
            to: at(200),
        };
        let told = store.changes(window, at(999)).await.unwrap();
        let changes: Vec<_> = told
            .changes
            .iter()
            .map(|change| (&*change.key.name, change.what, change.generation))
            .collect();
        assert_eq!(
            changes,
            [
                ("walk", What::Back, Some(5)),
                ("gone", What::Deleted, None),
                ("gone", What::Created, Some(1)),
                ("walk", What::Back, Some(4)),
                ("walk", What::Changed, Some(3)),
                ("walk", What::Restarted, Some(2)),
            ]
        );
        // Of `still` nobody saw the end, either.
        assert_eq!((told.more, told.unchanged, told.unsure), (0, 0, 2));
        let three = &told.changes[4];
        assert_eq!((three.from_revision, three.revision), (Some(2), Some(3)));
        assert_eq!(three.changes.images.len(), 1);
        let gap = told.gaps[0].gap;
        assert_eq!((gap.from, gap.to), (at(160), at(200)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_changes_the_newest_are_told() {
    on_both("many", async |store| {
        let templates = [template(&["i:1"], ""), template(&["i:2"], "")];
        let periods: Vec<_> = (1..=500)
            .map(|n| (n, seen(n), true, &templates[usize::from(n % 2 == 0)]))
            .collect();
        store.write(&told("busy", None, &periods)).await.unwrap();
        let window = Window {
            from: at(101),
            to: at(450),
        };
        let told = store.changes(window, at(999)).await.unwrap();
        assert_eq!(
            (told.changes.len(), told.more, told.unchanged),
            (200, 150, 0)
        );
        assert_eq!(told.changes[0].generation, Some(450));
        assert_eq!(told.changes[199].generation, Some(251));
    })
    .await;
}
