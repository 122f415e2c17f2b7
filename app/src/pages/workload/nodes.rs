//! The nodes of a workload: which runs what, in which state, and since when.

use domain::board::{Board, Cell, NodeState};
use domain::health::Health;
use domain::time::Time;
use leptos::prelude::*;

use super::seen::{Seen, drawn};
use crate::components::board::query::attention_first;
use crate::components::board::{Context, board, card, mark, table};
use crate::components::panel::notice;
use crate::model::Nodes;
use crate::pages::Here;

mod notices;
mod tools;

/// The panel. The view of `context` says what is shown of it.
#[component]
pub fn NodesPanel(seen: Resource<Seen>, context: Context, now: Time) -> impl IntoView {
    view! {
        <Suspense fallback=|| ()>
            {move || {
                let context = context.clone();
                Suspend::new(async move {
                    let nodes = seen.await.map(|Here((nodes, _))| nodes);
                    view! {
                        <section
                            id="nodes"
                            class="panel nodes"
                            aria-labelledby="nodes-head"
                            data-drawn=drawn(nodes.as_deref())
                        >
                            {panel(&context, nodes.as_deref(), now)}
                        </section>
                    }
                })
            }}
        </Suspense>
    }
}

fn panel(context: &Context, seen: Option<&Nodes>, now: Time) -> impl IntoView + use<> {
    let lang = context.lang;
    let count = seen.map(|seen| lang.number(size(&seen.board)));
    let body = match seen {
        None => notice(lang.nodes_waiting().to_owned()).into_any(),
        Some(seen) if matches!(seen.pods, Health::Refused { .. }) => {
            notice(lang.pods_refused().to_owned()).into_any()
        }
        Some(seen) => shown(context, seen, now).into_any(),
    };
    view! {
        <div class="panel-head">
            <h2 id="nodes-head">{lang.nodes_heading()}</h2>
            <span class="muted">{count}</span>
            <span class="spacer"></span>
            {seen.map(|_| tools::tools(context))}
        </div>
        {body}
    }
}

fn size(board: &Board) -> u32 {
    u32::try_from(board.cells.len()).unwrap_or(u32::MAX)
}

fn shown(context: &Context, seen: &Nodes, now: Time) -> impl IntoView + use<> {
    let (lang, view) = (context.lang, &context.view);
    let mut cells: Vec<&Cell> = seen.board.cells.iter().collect();
    if view.state == Some(NodeState::Excluded) {
        cells = seen.board.excluded.iter().collect();
    }
    cells.retain(|cell| view.shows(cell));
    if view.revision.is_some() {
        cells.retain(|cell| context.number(cell) == view.revision);
    }
    let chosen = view.node.as_deref().and_then(|node| seen.board.cell(node));
    let notices = notices::notices(context, seen, now);
    let mut sorted = cells.clone();
    attention_first(&mut sorted);
    let body = match (cells.is_empty(), view.table) {
        (true, _) if seen.board.cells.is_empty() => {
            view! { <p class="empty muted">{lang.nodes_none()}</p> }.into_any()
        }
        (true, _) => view! { <p class="empty muted">{lang.no_node_matches()}</p> }.into_any(),
        (false, true) => table::table(context, &sorted, now).into_any(),
        (false, false) => view! {
            <div class="board">
                {board(context, &cells)}
                <p class="board-legend muted">
                    <span>{mark(NodeState::OldAvailable)} {lang.legend_small()}</span>
                    <span>{mark(NodeState::NewAvailable)} {lang.legend_full()}</span>
                    <span>{mark(NodeState::NewFailing)} {lang.legend_mark()}</span>
                </p>
                {table::troubled(context, &sorted, now)}
            </div>
        }
        .into_any(),
    };
    view! {
        {notices}
        {tools::chips(context, &seen.board)}
        {tools::revisions(context, &seen.board)}
        <div class="nodes-body" class:has-card=chosen.is_some()>
            <div class="nodes-main">{body}</div>
            {chosen.map(|cell| card::card(context, cell, now))}
        </div>
    }
}
