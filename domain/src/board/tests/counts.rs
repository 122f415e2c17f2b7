//! The controller's counters, and who is behind where they differ.

use super::*;

#[test]
fn one_pod_a_node_counts_and_it_is_the_first() {
    let mut surged = new("n1");
    surged.created_at = at(50);
    let mut waits = unscheduled(new("n2"), "");
    waits.created_at = at(-500);
    let cluster = Cluster::new(4).with([
        surged,
        old("n1"),
        waits,
        old("n2"),
        dying(new("n3"), 50),
        dying(failed(new("n4"), "Evicted", ""), 50),
    ]);
    let counts = cluster.board().counts;
    assert_eq!(
        counts,
        Counts {
            desired: 4,
            scheduled: 3,
            updated: 1,
            ready: 3,
            available: 3,
            misscheduled: 0,
        },
        "the old pods, the bound one first; one being deleted counts until it ended"
    );
}

#[test]
fn who_is_behind() {
    let board = Cluster::new(3).with([new("n1"), old("n2")]).board();
    let mut status = board.counts;
    let (moment, long) = (SignedDuration::from_secs(1), SignedDuration::from_secs(5));
    assert_eq!(board.disagreement(status, true, true, long), None);
    status.ready = 3;
    let told = board.disagreement(status, true, true, moment).unwrap();
    let differs = Differs {
        counter: Counter::Ready,
        status: 3,
        board: 2,
    };
    assert_eq!((told.differs, told.lags), (vec![differs], Lags::Either));
    let lags = |observed, fresh, lasted| {
        let told = board.disagreement(status, observed, fresh, lasted);
        told.unwrap().lags
    };
    assert_eq!(lags(false, true, moment), Lags::Status);
    assert_eq!(lags(true, true, long), Lags::Status);
    assert_eq!(lags(true, false, long), Lags::Board);
}
