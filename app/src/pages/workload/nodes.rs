//! The nodes of a workload: which runs what, in which state, and since when.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::board::{Board, Cell, Counter, Disagreement, Lags, NodeState};
use domain::health::Health;
use domain::time::Time;
use leptos::prelude::*;

use crate::cluster::Cluster;
use crate::components::board::query::{Group, View, attention_first};
use crate::components::board::{Context, board, card, mark, table};
use crate::components::icon::{Glyph, Icon};
use crate::i18n::Lang;
use crate::model::{self, Nodes};
use crate::pages::Here;
use crate::time;

/// The panel. `view` says what is shown of it.
#[component]
pub fn NodesPanel(view: View, rolling: bool, now: Time, lang: Lang) -> impl IntoView {
    let cluster = use_context::<Arc<dyn Cluster>>();
    let key = view.key.clone();
    let context = Context {
        lang,
        numbers: numbers(&view),
        view,
        rolling,
    };
    let seen = Resource::new_blocking(
        || (),
        move |()| {
            let (cluster, key) = (cluster.clone(), key.clone());
            async move { Some(Here(cluster?.nodes(&key).await)) }
        },
    );
    view! {
        <Suspense fallback=|| ()>
            {move || {
                let context = context.clone();
                Suspend::new(async move {
                    let seen: Option<Here<Option<Arc<Nodes>>>> = seen.await;
                    let seen = seen.and_then(|Here(seen)| seen);
                    let drawn = seen.as_ref().map(|seen| seen.drawn.clone());
                    view! {
                        <section
                            id="nodes"
                            class="panel nodes"
                            aria-labelledby="nodes-head"
                            data-drawn=drawn.unwrap_or_else(|| "n".to_owned())
                        >
                            {panel(&context, seen.as_deref(), now)}
                        </section>
                    }
                })
            }}
        </Suspense>
    }
}

/// Numbers of the workload's revisions, by their hash.
pub(super) fn numbers(view: &View) -> BTreeMap<String, i64> {
    let entry = crate::pages::lookup(|cluster| model::entry(cluster, &view.key));
    let revisions = entry
        .map(|entry| entry.revisions.clone())
        .unwrap_or_default();
    let of = |hash: Option<&str>, number| Some((hash?.to_owned(), number));
    revisions
        .iter()
        .filter_map(|revision| of(revision.hash(), revision.number))
        .collect()
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
            {seen.map(|_| tools(context))}
        </div>
        {body}
    }
}

fn notice(words: String) -> impl IntoView {
    view! {
        <p class="notice">
            <Icon glyph=Glyph::NotObserved/>
            <span>{words}</span>
        </p>
    }
}

fn size(board: &Board) -> u32 {
    u32::try_from(board.cells.len()).unwrap_or(u32::MAX)
}

/// What is found, how it is grouped, and how it is shown.
fn tools(context: &Context) -> impl IntoView + use<> {
    let (lang, view) = (context.lang, &context.view);
    let groups = Group::ALL
        .into_iter()
        .map(|group| {
            let name = match group {
                Group::Zone => lang.group_by_zone(),
                Group::Revision => lang.group_by_revision(),
                Group::State => lang.group_by_state(),
                Group::None => lang.group_by_none(),
            };
            view! { <option value=group.slug() selected=group == view.group>{name}</option> }
        })
        .collect_view();
    let side = |table: bool, name: &'static str| {
        let value = if table { "table" } else { "" };
        view! {
            <button
                class="segment"
                name="view"
                value=value
                aria-pressed=(view.table == table).to_string()
            >
                {name}
            </button>
        }
    };
    view! {
        <form class="node-tools" method="get" action="#nodes">
            {kept(view, &["find", "group", "page", "node"])}
            <label class="field search">
                <Icon glyph=Glyph::Search size=14/>
                <input
                    type="search"
                    name="find"
                    aria-label=lang.find_a_node()
                    placeholder=lang.find_a_node()
                    value=view.find.clone()
                />
            </label>
            <label class="field">
                <span>{lang.group_by()}</span>
                <select name="group">{groups}</select>
            </label>
            <button class="button">{lang.apply()}</button>
        </form>
        <form class="segments" method="get" action="#nodes" role="group" aria-label=lang.node_view()>
            {kept(view, &["view", "page", "node"])}
            {side(false, lang.view_board())}
            {side(true, lang.view_table())}
        </form>
    }
}

/// What a form keeps of the address, without what it sets itself.
fn kept(view: &View, without: &[&str]) -> impl IntoView + use<> {
    view.parts()
        .into_iter()
        .filter(|(name, value)| !value.is_empty() && !without.contains(name))
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect_view()
}

fn shown(context: &Context, seen: &Nodes, now: Time) -> impl IntoView + use<> {
    let (lang, view) = (context.lang, &context.view);
    let mut cells: Vec<&Cell> = seen.board.cells.iter().collect();
    if view.state == Some(NodeState::Excluded) {
        cells = seen.board.excluded.iter().collect();
    }
    cells.retain(|cell| view.shows(cell));
    let chosen = view.node.as_deref().and_then(|node| seen.board.cell(node));
    let notices = notices(context, seen, now);
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
        {chips(context, seen)}
        <div class="nodes-body" class:has-card=chosen.is_some()>
            <div class="nodes-main">{body}</div>
            {chosen.map(|cell| card::card(context, cell, now))}
        </div>
    }
}

/// States that are always offered; others only where a node is in them.
const ALWAYS: [NodeState; 4] = [
    NodeState::NewFailing,
    NodeState::NewAvailable,
    NodeState::OldAvailable,
    NodeState::NewStarting,
];

/// Trouble first, as it is looked for.
const CHIPS: [NodeState; 14] = [
    NodeState::NewFailing,
    NodeState::NewNotReady,
    NodeState::NewUnscheduled,
    NodeState::Missing,
    NodeState::OldUnavailable,
    NodeState::Excess,
    NodeState::Misscheduled,
    NodeState::NewAvailable,
    NodeState::NewReadyWaiting,
    NodeState::NewStarting,
    NodeState::Surging,
    NodeState::Terminating,
    NodeState::OldAvailable,
    NodeState::Excluded,
];

fn chips(context: &Context, seen: &Nodes) -> impl IntoView + use<> {
    let (lang, view) = (context.lang, &context.view);
    let tally = seen.board.by_state();
    let chip = |state: Option<NodeState>, name: &'static str, count: u32| {
        view! {
            <button
                class="filter-chip"
                class:is-zero=count == 0
                name="state"
                value=state.map_or("", NodeState::slug)
                aria-pressed=(view.state == state).to_string()
            >
                {state.map(mark)}
                <span>{name}</span>
                <b>{lang.number(count)}</b>
            </button>
        }
    };
    let states = CHIPS
        .into_iter()
        .filter_map(|state| {
            let count = tally.get(&state).copied().unwrap_or_default();
            let wanted = count > 0 || ALWAYS.contains(&state) || view.state == Some(state);
            wanted.then(|| chip(Some(state), context.state(state), count))
        })
        .collect_view();
    view! {
        <form
            class="filter-chips node-chips"
            method="get"
            action="#nodes"
            role="group"
            aria-label=lang.filter_by_node_state()
        >
            {kept(view, &["state", "page", "node"])}
            {chip(None, lang.all(), size(&seen.board))}
            {states}
        </form>
    }
}

/// What keeps the board from being the whole truth.
fn notices(context: &Context, seen: &Nodes, now: Time) -> impl IntoView + use<> {
    let lang = context.lang;
    let stale = [&seen.pods, &seen.nodes]
        .into_iter()
        .find_map(|health| match health {
            Health::Stale { since, .. } => Some(*since),
            _ => None,
        })
        .map(|since| lang.nodes_stale(&time::to_second(lang, since, now)));
    let blind = (!seen.board.nodes_known).then(|| lang.nodes_unknown().to_owned());
    let told = seen.disagreement.as_ref();
    let lags = told.and_then(|told| disagreement(lang, told));
    let all = [stale, blind, lags].into_iter().flatten();
    all.map(notice).collect_view()
}

/// What tells most, first.
const COUNTERS: [(Counter, &str); 6] = [
    (Counter::Updated, "updatedNumberScheduled"),
    (Counter::Available, "numberAvailable"),
    (Counter::Ready, "numberReady"),
    (Counter::Desired, "desiredNumberScheduled"),
    (Counter::Scheduled, "currentNumberScheduled"),
    (Counter::Misscheduled, "numberMisscheduled"),
];

/// That board and status do not say the same, and which of them is behind.
fn disagreement(lang: Lang, told: &Disagreement) -> Option<String> {
    COUNTERS.into_iter().find_map(|(counter, field)| {
        let one = told.differs.iter().find(|one| one.counter == counter)?;
        let (board, status) = (one.board, one.status);
        match told.lags {
            Lags::Status => Some(lang.status_lags(field, board, status)),
            Lags::Board => Some(lang.board_lags(field, board, status)),
            // Events are still on their way: that is no news.
            Lags::Either => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use domain::board::Differs;

    use super::*;

    #[test]
    fn the_most_telling_counter_is_told_once_it_is_clear_who_is_behind() {
        let differs = |counter, status, board| Differs {
            counter,
            status,
            board,
        };
        let mut told = Disagreement {
            differs: vec![
                differs(Counter::Desired, 4, 3),
                differs(Counter::Updated, 2, 3),
            ],
            lags: Lags::Status,
        };
        let words = disagreement(Lang::En, &told).unwrap_or_default();
        let begin = "updatedNumberScheduled: 3 on the board, 2 in the status. The status is behind";
        assert!(words.starts_with(begin), "{words}");
        told.lags = Lags::Either;
        assert_eq!(disagreement(Lang::En, &told), None);
    }
}
