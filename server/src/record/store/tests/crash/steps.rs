//! What the writer writes.

use domain::record::{By, Cause, Rollout};

use super::super::*;
use crate::config::Retention;
use crate::record::pending::Pending;

/// What is done after the record is open and bound.
pub(super) enum Step {
    /// Facts of one transaction.
    Write(Vec<Fact>),
    /// Many transactions.
    Retain(Time),
}

fn wide(generation: i64, from: i64, to: i64) -> Period {
    let bounds = Bounds {
        not_before: day(from),
        not_after: day(to),
    };
    Period::new("a", generation, bounds)
}

/// A bit of everything: what is joined again, comes late, ends and goes.
pub(super) fn steps() -> Vec<Step> {
    let kept = |name: &str, image: &str, number: i64, gone: Option<Bounds>| {
        Fact::Revision(Kept {
            uid: name.into(),
            workload: "a".into(),
            name: name.into(),
            created_at: day(0),
            generation: Some(number),
            template: Some(template(image).digest()),
            cause: None,
            numbers: [(number, day(number))].into(),
            why: None,
            gone,
            seen: None,
        })
    };
    let mut begin = history("a", 3);
    begin.extend(history("old", 1));
    begin.push(watch("w1", day(0), day(10)));
    let mut joined = wide(2, 0, 150);
    joined.by = Some(By::Manager {
        name: "kubectl".into(),
    });
    joined.cause = Some(Cause {
        at: day(100),
        text: "second".into(),
        own: Some(true),
    });
    joined.rollout = Rollout {
        done: Some(day(101)),
        ..Rollout::default()
    };
    let gone = Known {
        gone: Some(Bounds::dated(day(150))),
        ..known("old")
    };
    let [again, later] = period("a", 8, 501, "a:1");
    vec![
        Step::Write(begin),
        Step::Write(vec![
            Fact::Period(joined),
            Fact::Period(wide(4, 350, 450)),
            // It began before: so had the one before it.
            Fact::Period(wide(7, 400, 420)),
            kept("r1", "a:1", 1, None),
            kept("r2", "a:2", 2, None),
        ]),
        Step::Write(vec![
            kept("r1", "a:1", 5, Some(Bounds::dated(day(120)))),
            Fact::Workload(gone),
            watch("w1", day(0), day(300)),
            watch("w2", day(300), day(499)),
            watch("w3", day(500), day(505)),
        ]),
        Step::Retain(day(500)),
        // What is loose by now is named again.
        Step::Write(vec![again, later]),
        Step::Retain(day(502)),
    ]
}

pub(super) async fn opened(address: &str) -> Store {
    if address.starts_with("postgres") {
        Store::open(address).await.unwrap()
    } else {
        Store::file(Path::new(address)).await.unwrap()
    }
}

/// Does all of it, the way the writer does, and tells after each step.
pub(super) async fn all_steps(address: &str, mut done: impl AsyncFnMut(&Store)) -> Store {
    let store = opened(address).await;
    done(&store).await;
    store
        .bind("cluster", &std::collections::HashSet::new())
        .await
        .unwrap();
    done(&store).await;
    store.before().await.unwrap();
    let mut pending = Pending::new(store.clone(), Vec::new(), day(0));
    for step in steps() {
        match step {
            Step::Write(facts) => {
                pending.add(facts);
                pending.start(true, day(600));
                pending.done(|| day(600)).await.unwrap();
            }
            Step::Retain(now) => {
                let limits = Retention {
                    age: SignedDuration::from_hours(24 * 250),
                    size: u64::MAX,
                };
                store.retain(now, limits).await.unwrap();
            }
        }
        done(&store).await;
    }
    store
}
