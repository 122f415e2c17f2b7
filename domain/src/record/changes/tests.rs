//! Windows of time whose changes are known.

#![expect(clippy::panic, clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::strip::LANES;
use super::*;
use crate::record::Bounds;

fn at(second: i64) -> Time {
    Time::from_second(second)
}

const WINDOW: Window = Window {
    from: Time::from_second(1000),
    to: Time::from_second(2000),
};

fn known(uid: &str) -> Known {
    Known {
        seen_gone: true,
        ..Known::new(uid, Key::daemon_set("ns", uid), at(0))
    }
}

fn period(uid: &str, generation: i64, not_before: i64, not_after: i64) -> Period {
    let start = Bounds {
        not_before: at(not_before),
        not_after: at(not_after),
    };
    let mut period = Period::new(uid, generation, start);
    period.watched = not_after - not_before <= 1;
    period.numbers.insert(generation, at(not_after));
    period
}

fn around(before: Option<Period>, period: Period) -> Around {
    Around {
        known: known(&period.workload),
        before,
        period,
        next: None,
        returned: false,
    }
}

fn watch(from: i64, to: i64) -> Watch {
    Watch {
        id: from.to_string(),
        from: at(from),
        to: at(to),
        namespaces: Vec::new(),
    }
}

fn there(uid: &str) -> There {
    There {
        uid: uid.into(),
        namespace: "ns".into(),
        forgotten: None,
    }
}

fn sources(periods: Vec<Around>) -> Sources {
    Sources {
        periods,
        there: ["a", "b", "c", "d", "e"].map(there).into(),
        watches: vec![watch(0, 9999)],
        ..Sources::default()
    }
}

fn told(sources: Sources) -> Changes {
    changes(sources, WINDOW, at(9999))
}

fn template(image: &str, restarted: &str) -> Template {
    let annotations = json!({"kubectl.kubernetes.io/restartedAt": restarted});
    Template::new(json!({"metadata": {"annotations": annotations},
        "spec": {"containers": [{"name": "c", "image": image}]}}))
    .unwrap()
}

#[test]
fn what_can_have_begun_in_the_window_is_told_newest_first() {
    let first = || Some(period("a", 1, 0, 1));
    let told = told(sources(vec![
        around(first(), period("a", 2, 999, 999)),
        around(first(), period("b", 2, 1500, 1500)),
        around(first(), period("c", 2, 900, 1600)),
        around(first(), period("d", 2, 1900, 2500)),
        around(first(), period("e", 2, 2001, 2500)),
    ]));
    let names: Vec<&str> = told.changes.iter().map(|c| c.key.name.as_str()).collect();
    assert_eq!(names, ["d", "c", "b"]);
    assert_eq!((told.unchanged, told.unsure, told.more), (2, 0, 0));
    assert_eq!(told.changes[2].from_revision, Some(1));
    assert_eq!(told.changes[2].revision, Some(2));
    assert!(told.gaps.is_empty());
}

#[test]
fn what_was_there_at_the_first_look_is_not_called_a_change() {
    let mut created = around(None, period("c", 1, 1200, 1201));
    created.known.created_at = at(1200);
    let told = told(sources(vec![
        around(None, period("a", 7, 0, 1500)),
        around(None, period("b", 7, 1200, 1500)),
        created,
    ]));
    let whats: Vec<What> = told.changes.iter().map(|change| change.what).collect();
    assert_eq!(whats, [What::Changed, What::Created]);
    assert_eq!((told.unchanged, told.unsure), (2, 1));
}

#[test]
fn restarts_rollbacks_and_deletions_are_told_apart() {
    let templates = [
        template("i:1", "x"),
        template("i:1", "y"),
        template("i:2", "y"),
    ];
    let with = |mut period: Period, n: usize| {
        period.template = Some(templates[n].digest());
        period
    };
    let first = || Some(with(period("a", 1, 0, 1), 0));
    let mut sources = sources(vec![
        around(first(), with(period("a", 2, 1100, 1100), 1)),
        around(first(), with(period("b", 2, 1200, 1200), 2)),
        around(first(), with(period("c", 3, 1300, 1300), 2)),
    ]);
    sources.periods[1].returned = true;
    sources.templates = templates.iter().map(|t| (t.digest(), t.clone())).collect();
    let mut gone = known("d");
    gone.gone = Some(Bounds {
        not_before: at(1400),
        not_after: at(1401),
    });
    let mut later = known("e");
    later.gone = Some(Bounds {
        not_before: at(2001),
        not_after: at(2002),
    });
    sources.deleted = vec![gone, later];
    let told = told(sources);
    let whats: Vec<What> = told.changes.iter().map(|change| change.what).collect();
    let [gone, unknown, back, restart] = &told.changes[..] else {
        panic!("{whats:?}");
    };
    assert_eq!(
        whats,
        [What::Deleted, What::Changed, What::Back, What::Restarted]
    );
    assert!(!gone.there && gone.generation.is_none());
    assert_eq!(back.changes.images.len(), 1);
    assert!(restart.changes.images.is_empty());
    // One came between that nobody saw: what it differs in is not known.
    assert_eq!((unknown.missing_before, unknown.from_revision), (1, None));
    assert_eq!(unknown.changes, Chips::default());
}

#[test]
fn no_more_than_the_newest_are_told() {
    let many = (0..250).map(|n| {
        around(
            Some(period("a", 1, 0, 1)),
            period("a", n + 2, 1000 + n, 1000 + n),
        )
    });
    let mut sources = sources(many.collect());
    sources.more = 30;
    let told = told(sources);
    assert_eq!((told.changes.len(), told.more), (MOST, 80));
    assert_eq!(told.changes[0].generation, Some(251));
    assert_eq!(told.unchanged, 4);
}

#[test]
fn where_nothing_changed_it_is_told_when_nobody_watched() {
    let mut quiet = sources(Vec::new());
    quiet.watches = vec![watch(0, 1200), watch(1500, 9000)];
    let told = changes(quiet.clone(), WINDOW, at(9000));
    assert_eq!(told.gaps.len(), 1);
    let gap = told.gaps[0].gap;
    assert_eq!((gap.from, gap.to), (at(1200), at(1500)));
    // The template generation that was seen after it tells that nothing came.
    assert_eq!((told.unchanged, told.unsure), (5, 0));
    // Of one namespace nobody saw the end, nor anything after it.
    quiet.there[0].namespace = "other".into();
    quiet.watches = vec![watch(0, 1900), watch(0, 1975)];
    quiet.watches[0].namespaces = vec!["other".into()];
    quiet.watches[1].namespaces = vec!["ns".into()];
    let told = changes(quiet.clone(), WINDOW, at(9000));
    assert_eq!((told.unchanged, told.unsure), (4, 1));
    assert_eq!(told.gaps.len(), 1);
    assert_eq!(told.gaps[0].namespace, "other");
    // Somebody looked later.
    quiet.watches.push(watch(5000, 5001));
    let told = changes(quiet, WINDOW, at(9000));
    assert_eq!((told.unchanged, told.unsure), (5, 0));
}

#[test]
fn what_was_removed_from_the_record_is_counted_apart() {
    let first = || Some(period("a", 1, 0, 1));
    let mut old = sources(vec![
        around(None, period("b", 7, 900, 1400)),
        around(first(), period("c", 2, 1500, 1500)),
    ]);
    for (at_place, until) in [(0, 3000), (1, 1400), (3, 1000)] {
        old.there[at_place].forgotten = Some(at(until));
    }
    old.kept_since = Some(at(1300));
    old.watches = vec![watch(1350, 9999)];
    let told = told(old);
    let counts = (told.changes.len(), told.unchanged, told.unsure);
    assert_eq!((counts, told.forgotten), ((1, 2, 0), 2));
    // Who watched before then is not kept either.
    let gap = told.gaps[0].gap;
    assert_eq!((gap.from, gap.to), (at(1300), at(1350)));
}

#[test]
fn marks_that_would_touch_are_one_and_keep_their_bounds() {
    let first = || Some(period("a", 1, 0, 1));
    let told = told(sources(vec![
        around(first(), period("a", 2, 900, 1250)),
        around(first(), period("a", 3, 1255, 1255)),
        around(first(), period("a", 4, 1500, 1500)),
        around(first(), period("b", 2, 1400, 1400)),
    ]));
    let strip = strip(&told);
    let names: Vec<&str> = strip.lanes.iter().map(|l| l.key.name.as_str()).collect();
    assert_eq!((names, strip.undrawn), (vec!["a", "b"], 0));
    let [near, alone] = &strip.lanes[0].marks[..] else {
        panic!("{strip:?}");
    };
    assert_eq!(near.changes, [2, 3]);
    assert_eq!((near.from, near.at), (Some(0.0), 0.255));
    assert_eq!(
        (alone.changes.clone(), alone.from, alone.at),
        (vec![0], None, 0.5)
    );
}

#[test]
fn only_so_many_lanes_are_drawn() {
    let many = (0..40).map(|n| {
        let mut one = around(
            Some(period("a", 1, 0, 1)),
            period("a", 2, 1000 + n, 1000 + n),
        );
        one.known = known(&format!("w{n}"));
        one
    });
    let strip = strip(&told(sources(many.collect())));
    assert_eq!((strip.lanes.len(), strip.undrawn), (LANES, 10));
    assert_eq!(strip.lanes[0].key.name, "w39");
}

#[test]
fn a_deletion_comes_before_the_creation_of_its_namesake() {
    let mut new = around(None, period("b", 1, 1500, 1501));
    new.known.key = known("a").key;
    new.known.created_at = at(1500);
    let mut old = known("a");
    old.gone = Some(Bounds {
        not_before: at(1400),
        not_after: at(1504),
    });
    let mut sources = sources(vec![new]);
    sources.deleted = vec![old];
    let told = changes(sources, WINDOW, at(3000)).changes;
    let what: Vec<_> = told
        .iter()
        .map(|change| (change.what, change.when.at))
        .collect();
    assert_eq!(what, [(What::Created, at(1500)), (What::Deleted, at(1500))]);
}
