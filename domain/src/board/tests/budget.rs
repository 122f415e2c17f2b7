//! How much of the budget is used, and by which nodes.

use super::*;

fn used(board: &Board) -> Vec<&str> {
    board.budget.by.iter().map(|u| u.node.as_str()).collect()
}

#[test]
fn the_budget_without_surge() {
    let mut cluster = Cluster::new(8).with([
        new("n1"),
        old("n2"),
        unready(new("n3"), 0),
        unready(old("n4"), 0),
        dying(old("n5"), 9),
        old("n6"),
        new("n6"),
        dying(new("n8"), 9),
        new("gone"),
        dying(old("left"), 9),
    ]);
    cluster.node("n8").ready.status = Truth::Unknown;
    let excluded = tainted("not-wanted-and-empty");
    cluster.nodes.as_mut().unwrap().push(excluded);
    let board = cluster.board();
    assert_eq!(
        used(&board),
        ["n8", "left", "n3", "n4", "n5", "n6", "n7"],
        "the dead node first, and nodes that are gone count too"
    );
    assert_eq!(board.budget.allowed, AtATime::Unavailable(1));
    assert!(board.budget.is_spent());
    assert_eq!(board.budget.by[0].state, NodeState::Terminating);
    assert_eq!(board.budget.by[0].node_ready, Some(false));
    assert_eq!((board.budget.used, board.budget.not_ready), (7, 1));
}

#[test]
fn the_budget_with_surge() {
    let cluster = Cluster::new(6).surge(2).with([
        old("n1"),
        unready(new("n1"), 0),
        old("n2"),
        new("n2"),
        dying(old("n3"), 9),
        unready(new("n4"), 0),
        old("n5"),
        pod("second", "n5", "h1"),
    ]);
    let board = cluster.board();
    assert_eq!(used(&board), ["n1", "n5"]);
    assert_eq!(board.budget.allowed, AtATime::Surge(2));
    assert!(board.budget.is_spent());
}

#[test]
fn a_share_is_of_all_nodes_and_names_are_few() {
    let mut cluster = Cluster::new(30);
    cluster.workload.strategy = UpdateStrategy::RollingUpdate {
        max_unavailable: Share::Percent(10),
        max_surge: Share::Nodes(0),
    };
    let budget = cluster.board().budget;
    assert_eq!(budget.allowed, AtATime::Unavailable(3));
    assert_eq!((budget.used, budget.by.len()), (30, 20));
    cluster.workload.strategy = UpdateStrategy::OnDelete;
    let budget = cluster.board().budget;
    assert_eq!((budget.allowed, budget.used), (AtATime::None, 0));
    assert!(!budget.is_spent());
    cluster.workload.strategy = UpdateStrategy::RollingUpdate {
        max_unavailable: Share::Percent(10),
        max_surge: Share::Nodes(0),
    };
    (cluster.nodes, cluster.workload.counts.desired) = (None, 100);
    assert_eq!(cluster.board().budget.allowed, AtATime::Unavailable(10));
}
