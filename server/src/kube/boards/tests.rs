//! When a board is looked at again although nothing happened.

#![expect(clippy::unwrap_used, reason = "tests")]

use domain::board::{Budget, Disagreement, NodeState};
use domain::workload::{AtATime, Counts};
use serde_json::json;

use super::*;

/// One node in this state.
fn shown(state: NodeState) -> Nodes {
    let cell = json!({"node": "n1", "state": state, "nodeReady": true});
    Nodes {
        uid: "u".into(),
        drawn: String::new(),
        board: Board {
            cells: vec![serde_json::from_value(cell).unwrap()],
            excluded: vec![],
            unplaced: vec![],
            counts: Counts::default(),
            budget: Budget {
                allowed: AtATime::None,
                used: 0,
                not_ready: 0,
                by: vec![],
            },
            nodes_known: true,
        },
        disagreement: None,
        findings: vec![],
        pods: Health::Live,
        nodes: Health::Live,
    }
}

#[test]
fn what_may_change_by_itself_is_looked_at_again() {
    for state in NodeState::ALL {
        let settled = matches!(
            state,
            NodeState::NewAvailable | NodeState::OldAvailable | NodeState::Excluded
        );
        assert_eq!(passes(&shown(state), true), !settled, "{state:?}");
    }
    let quiet = || shown(NodeState::NewAvailable);
    assert!(passes(&quiet(), false), "the controller is behind");
    let mut dead = quiet();
    dead.board.cells[0].node_ready = Some(false);
    assert!(passes(&dead, true), "a node that is not ready");
    for (lags, again) in [(Lags::Either, true), (Lags::Status, false)] {
        let mut told = quiet();
        told.disagreement = Some(Disagreement {
            differs: vec![],
            lags,
        });
        assert_eq!(passes(&told, true), again, "{lags:?}");
    }
}
