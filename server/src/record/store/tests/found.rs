//! What is looked for, where there is very much of it.

use domain::record::changes::Window;
use domain::record::images::Images;

use super::*;

/// A workload whose period begins at each of these days.
fn busy(uid: &str, gone: Option<i64>, first: i64, periods: i64) -> Vec<Fact> {
    let gone = gone.map(|days| Bounds::dated(day(days)));
    let mut facts = vec![Fact::Workload(Known { gone, ..known(uid) })];
    for generation in 1..=periods {
        // Two images that match, and one that does not.
        let images = [
            format!("common/{uid}:{generation}"),
            "common/side:1".into(),
            "other:1".into(),
        ];
        let containers = images.iter().enumerate();
        let containers: Vec<_> = containers
            .map(|(n, image)| json!({"name": format!("c{n}"), "image": image}))
            .collect();
        let template = Template::new(json!({"spec": {"containers": containers}})).unwrap();
        let start = Bounds::dated(day(first + generation * 3));
        let mut period = Period::new(uid, generation, start);
        period.template = Some(template.digest());
        facts.push(Fact::Template(Archived::from(&template)));
        facts.push(Fact::Period(period));
    }
    facts
}

/// Of very many hits the first are told, in the same order, and that there are
/// more.
#[tokio::test(flavor = "multi_thread")]
async fn of_very_many_hits_the_first_are_told_in_the_same_order() {
    for place in places("hits") {
        let store = place.open().await;
        let mut facts = busy("a", None, 0, 60);
        facts.extend(busy("b", None, 1, 60));
        // Begins when `a` does, and is gone.
        facts.extend(busy("gone", Some(400), 0, 60));
        // Newer than most of them, and none of them.
        facts.extend(history("other", 300));
        store.write(&facts).await.unwrap();
        let pages = async |most: usize| {
            let mut all: Vec<Images> = Vec::new();
            for page in 1.. {
                let found = store.images_up_to("common/", page, most).await.unwrap();
                if found.page != page {
                    break;
                }
                all.push(found);
            }
            all
        };
        let uses = |pages: &[Images]| -> Vec<_> {
            let uses = pages.iter().flat_map(|own| own.uses.clone());
            uses.collect()
        };
        let whole = pages(360).await;
        assert_eq!(
            (whole[0].total, whole[0].total_is_least, whole.len()),
            (360, false, 8)
        );
        let all = uses(&whole);
        assert_eq!(all.len(), 360);
        assert_eq!(all.iter().filter(|one| one.current).count(), 4);
        assert_eq!(all[0].containers.len(), 1);
        // Within a page, between what runs and what ran, and with a short last one.
        for most in [359, 120, 50, 3] {
            let some = pages(most).await;
            assert_eq!((some[0].total, some[0].total_is_least), (most, true));
            assert_eq!(some.len(), most.div_ceil(50));
            let told = uses(&some);
            assert!(told == all[..most], "{most}");
        }
        let few = store.images_up_to("b:60", 1, 120).await.unwrap();
        assert_eq!(
            (few.total, few.total_is_least, few.uses.len()),
            (1, false, 1)
        );
    }
}

/// Templates are read many at a time: each change has the right ones, however
/// many there are.
#[tokio::test(flavor = "multi_thread")]
async fn each_of_many_changes_has_its_own_templates() {
    for place in places("own") {
        let store = place.open().await;
        store.write(&busy("a", None, 0, 120)).await.unwrap();
        let window = Window {
            from: day(10),
            to: day(1000),
        };
        let told = store.changes(window, day(1000)).await.unwrap();
        assert_eq!(told.changes.len(), 117);
        for change in &told.changes {
            let generation = change.generation.unwrap();
            assert_eq!(change.images[0].image, format!("common/a:{generation}"));
            assert_eq!(change.changes.images.len(), 1);
            let from = change.changes.images[0].from.as_deref();
            assert_eq!(from, Some(&*format!("common/a:{}", generation - 1)));
        }
        let found = store.images("common/a:", 1).await.unwrap();
        for one in &found.uses {
            assert_eq!(one.image, format!("common/a:{}", one.generation));
            assert_eq!(one.containers, ["c0"]);
        }
        // One that is missing hides no other.
        let gone = template("nowhere").digest();
        let there = found.uses.len();
        let digests = async |store: &Store| {
            let rows = store
                .rows(sqlx::query("SELECT digest FROM template"))
                .await
                .unwrap();
            rows.iter()
                .map(|row| row.get::<String, _>("digest").parse().unwrap())
                .collect::<Vec<domain::template::Digest>>()
        };
        let all = digests(&store).await;
        let mut asked = all.clone();
        asked.push(gone);
        asked.extend(&all);
        let templates = store.templates(&asked).await.unwrap();
        assert_eq!((templates.len(), all.len(), there), (120, 120, 50));
        assert!(store.templates(&[]).await.unwrap().is_empty());
    }
}

/// What was seen only after a window may have begun in it, and so may what came
/// after that.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_seen_after_a_window_may_have_begun_in_it() {
    for place in places("after") {
        let store = place.open().await;
        let window = Window {
            from: day(10),
            to: day(20),
        };
        for (uid, not_before, there) in [("a", 30, vec![]), ("b", 15, vec![3, 2])] {
            let mut facts = vec![Fact::Workload(known(uid))];
            facts.extend(period(uid, 1, 0, "app:1"));
            for generation in 2..=3 {
                let mut own = period(uid, generation, 30, &format!("app:{generation}"));
                if let Fact::Period(period) = &mut own[1] {
                    period.start.not_before = day(not_before);
                }
                facts.extend(own);
            }
            facts.extend(period(uid, 4, 40, "app:4"));
            store.write(&facts).await.unwrap();
            let told = store.changes(window, day(50)).await.unwrap();
            let generations = told.changes.iter().filter_map(|change| change.generation);
            assert_eq!(generations.collect::<Vec<_>>(), there);
        }
    }
}

/// What others wrote of namespaces that one may not see is not told, nor
/// counted.
#[tokio::test(flavor = "multi_thread")]
async fn only_the_namespaces_that_may_be_seen_are_told() {
    for place in places("scope") {
        let store = place.open().await;
        let mut facts = busy("a", None, 0, 3);
        let elsewhere = |fact: &mut Fact| {
            if let Fact::Workload(known) = fact {
                known.key.namespace = "secret".into();
            }
        };
        for gone in [None, Some(40)] {
            let uid = if gone.is_some() { "gone" } else { "there" };
            let mut other = busy(uid, gone, 0, 4);
            other.iter_mut().for_each(elsewhere);
            facts.extend(other);
        }
        for (namespace, from) in [("secret", -9), ("a", -5)] {
            facts.push(Fact::Watch(Watch {
                id: namespace.into(),
                from: day(from),
                to: day(200),
                namespaces: vec![namespace.into()],
            }));
        }
        store.write(&facts).await.unwrap();
        let own = known("a").key;
        let mut secret = own.clone();
        secret.namespace = "secret".into();
        let window = Window {
            from: day(0),
            to: day(100),
        };
        for (scope, seen, since) in [
            (Scope::default(), [true, true], None),
            (
                Scope::only([own.namespace.as_str()]),
                [true, false],
                Some(-5),
            ),
            (Scope::only(["secret"]), [false, true], Some(-9)),
            (Scope::only(["secret", "a"]), [true, true], Some(-5)),
            (Scope::only(["secret", "none"]), [false, true], None),
            (Scope::only(["secre", "ecret", "%"]), [false, false], None),
            (Scope::only([]), [false, false], None),
        ] {
            let store = store.within(scope);
            let of = |n: [usize; 2]| {
                let both = seen.iter().zip(n).filter(|(seen, _)| **seen);
                both.map(|(_, n)| n).sum::<usize>()
            };
            assert_eq!(store.lives(&own).await.unwrap().len(), of([1, 0]));
            assert_eq!(store.then(day(20)).await.unwrap().len(), of([1, 2]));
            let found = store.images("common/side", 1).await.unwrap();
            assert_eq!(found.total, of([3, 8]));
            assert_eq!(found.uses.len(), of([3, 8]));
            let few = store.images_up_to("common/side", 1, 2).await.unwrap();
            assert_eq!(few.uses.len(), of([2, 2]).min(2));
            let running = store.images("", 1).await.unwrap().running;
            let side = running.iter().find(|own| own.image == "common/side:1");
            assert_eq!(side.map_or(0, |own| own.workloads), of([1, 1]));
            let told = store.changes(window, day(1000)).await.unwrap();
            let mut keys: Vec<_> = told
                .changes
                .iter()
                .map(|c| c.key.namespace.clone())
                .collect();
            keys.sort();
            keys.dedup();
            assert_eq!(keys.len(), of([1, 1]));
            assert_eq!(told.unchanged + told.unsure, 0);
            // Nor since when: since all of them are recorded.
            let since = since.map(day);
            assert_eq!((told.recorded_since, found.recorded_since), (since, since));
            let reach = store.reach(day(300), day(1000)).await.unwrap();
            assert_eq!((reach.recorded_since, reach.watched), (since, false));
            let reach = store.reach(day(-7), day(1000)).await.unwrap();
            assert_eq!(reach.watched, since == Some(day(-9)));
        }
    }
}
