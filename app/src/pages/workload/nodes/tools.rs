//! What is shown of the nodes is chosen with forms, so that it stands in the
//! address and needs no script.

use std::collections::BTreeMap;

use domain::board::{Board, NodeState};
use leptos::prelude::*;

use super::size;
use crate::components::board::query::{Group, View};
use crate::components::board::{Context, mark};
use crate::components::icon::{Glyph, Icon};

/// What is found, how it is grouped, and how it is shown.
pub(super) fn tools(context: &Context) -> impl IntoView + use<> {
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

/// Nodes by state: one shows those alone.
pub(super) fn chips(context: &Context, board: &Board) -> impl IntoView + use<> {
    let (lang, view) = (context.lang, &context.view);
    let tally = board.by_state();
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
            {chip(None, lang.all(), size(board))}
            {states}
        </form>
    }
}

/// Nodes by the revision of their pod, where there is more than one.
pub(super) fn revisions(context: &Context, board: &Board) -> Option<impl IntoView + use<>> {
    let (lang, view) = (context.lang, &context.view);
    let mut counts: BTreeMap<i64, u32> = BTreeMap::new();
    for number in board.cells.iter().filter_map(|cell| context.number(cell)) {
        *counts.entry(number).or_default() += 1;
    }
    if counts.len() < 2 && view.revision.is_none() {
        return None;
    }
    // One that no node runs any more can be let go of.
    counts.extend(
        view.revision
            .filter(|n| !counts.contains_key(n))
            .map(|n| (n, 0)),
    );
    let chips = counts
        .into_iter()
        .rev()
        .map(|(number, count)| {
            let chosen = view.revision == Some(number);
            let value = Some(number.to_string()).filter(|_| !chosen);
            view! {
                <button
                    class="filter-chip"
                    name="revision"
                    value=value.unwrap_or_default()
                    aria-pressed=chosen.to_string()
                >
                    <span>{lang.revision_number(number)}</span>
                    <b>{lang.number(count)}</b>
                </button>
            }
        })
        .collect_view();
    Some(view! {
        <form
            class="filter-chips node-chips"
            method="get"
            action="#nodes"
            role="group"
            aria-label=lang.filter_by_revision()
        >
            {kept(view, &["revision", "page", "node"])}
            {chips}
        </form>
    })
}
