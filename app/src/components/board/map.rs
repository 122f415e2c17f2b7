//! Many nodes as one drawing: a path for each state holds all cells in it, so
//! that thousands of nodes are a dozen elements. It is the picture; names, the
//! table and the search are the way in.

use std::collections::BTreeMap;
use std::fmt::Write;

use domain::board::{Cell, NodeState};
use leptos::prelude::*;

use super::Context;

/// Cells in a row of the drawing.
const ROW: usize = 120;
/// From one cell to the next.
const STEP: usize = 10;

/// The drawing of one group, which says how many nodes are in which state.
pub fn map(context: &Context, label: &str, cells: &[&Cell]) -> impl IntoView + use<> {
    let mut paths: BTreeMap<NodeState, (String, String)> = BTreeMap::new();
    let mut counts: BTreeMap<NodeState, u32> = BTreeMap::new();
    for (place, cell) in cells.iter().enumerate() {
        let (x, y) = (place % ROW * STEP, place / ROW * STEP);
        let (shape, mark) = paths.entry(cell.state).or_default();
        let (of_shape, of_mark) = strokes(cell.state);
        // Writing to a String cannot fail.
        let _ = write!(shape, "M{x} {y}{of_shape}");
        if !of_mark.is_empty() {
            let _ = write!(mark, "M{x} {y}{of_mark}");
        }
        *counts.entry(cell.state).or_default() += 1;
    }
    let rows = cells.len().div_ceil(ROW).max(1);
    let width = cells.len().clamp(1, ROW) * STEP - 2;
    let height = rows * STEP - 2;
    let lang = context.lang;
    let said: Vec<String> = counts
        .iter()
        .map(|(state, n)| format!("{} {}", lang.number(*n), context.state(*state)))
        .collect();
    let paths = paths
        .into_iter()
        .map(|(state, (shape, mark))| {
            let title = format!("{} {}", lang.number(counts[&state]), context.state(state));
            view! {
                <g data-state=state.slug()>
                    <title>{title}</title>
                    <path class="map-shape" d=shape></path>
                    {(!mark.is_empty()).then(|| view! { <path class="map-mark" d=mark></path> })}
                </g>
            }
        })
        .collect_view();
    view! {
        <svg
            class="board-map"
            role="img"
            aria-label=format!("{label}: {}", said.join(", "))
            viewBox=format!("0 0 {width} {height}")
            width=width
            height=height
        >
            {paths}
        </svg>
    }
}

/// The strokes of a cell of 8 by 8 and of its mark, from its corner on.
fn strokes(state: NodeState) -> (&'static str, &'static str) {
    match state {
        NodeState::OldAvailable => ("m2 2h4v4h-4z", ""),
        NodeState::OldUnavailable => ("m2 2h4v4h-4zm1 1v2h2v-2z", ""),
        NodeState::NewAvailable => ("h8v8h-8z", ""),
        NodeState::NewReadyWaiting => ("h8v8h-8zm1 1v3h6v-3z", ""),
        NodeState::NewStarting => ("h8v8h-8zm1 1v6h6v-6z", "m3 3h2v2h-2z"),
        NodeState::NewNotReady => ("h8v8h-8z", "m2 3.2h4v1.6h-4z"),
        NodeState::NewUnscheduled => (
            "h8v8h-8zm1 1v6h6v-6z",
            "m3.2 1.8h1.6v2.6h-1.6zm0 3.4h1.6v1.2h-1.6z",
        ),
        NodeState::NewFailing => (
            "h8v8h-8z",
            "m2.6 1.6l1.4 1.4 1.4-1.4 1 1-1.4 1.4 1.4 1.4-1 1-1.4-1.4-1.4 1.4-1-1 1.4-1.4-1.4-1.4z",
        ),
        NodeState::Terminating => ("m0 6l6-6h2l-8 8zm4 2l4-4v2l-2 2z", ""),
        NodeState::Missing => (
            "h3v1h-2v2h-1zm5 0h3v3h-1v-2h-2zm3 5v3h-3v-1h2v-2zm-5 3h-3v-3h1v2h2z",
            "",
        ),
        NodeState::Surging => ("h8v8h-8zm1 1v6h6z", ""),
        NodeState::Misscheduled => ("m4 0l4 4-4 4-4-4z", ""),
        NodeState::Excess => (
            "h8v8h-8z",
            "m3.2 1.6h1.6v1.6h1.6v1.6h-1.6v1.6h-1.6v-1.6h-1.6v-1.6h1.6z",
        ),
        NodeState::Excluded => ("m3 3h2v2h-2z", ""),
    }
}
