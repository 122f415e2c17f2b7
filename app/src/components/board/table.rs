//! The same as the board, as tables: for those who read rather than look.

use domain::board::Cell;
use domain::time::Time;
use leptos::prelude::*;

use super::card::{condition, lasted};
use super::query::View;
use super::{Context, mark};

/// Rows of a page.
const PAGE: usize = 100;
/// Rows of those that need attention.
const TROUBLED: usize = 10;

/// All nodes that are shown, a page at a time.
pub fn table(context: &Context, cells: &[&Cell], now: Time) -> impl IntoView + use<> {
    let lang = context.lang;
    let pages = cells.len().div_ceil(PAGE).max(1);
    let page = context.view.page.min(pages);
    let from = (page - 1) * PAGE;
    let shown: Vec<&Cell> = cells.iter().skip(from).take(PAGE).copied().collect();
    let to = from + shown.len();
    let rows = shown
        .iter()
        .map(|cell| row(context, cell, now))
        .collect_view();
    let step = |page: usize, words: &'static str| {
        let url = View {
            page,
            node: None,
            ..context.view.clone()
        }
        .url();
        view! { <a class="button button-small" href=url>{words}</a> }
    };
    view! {
        <table class="nodes-table" aria-label=lang.nodes_heading() aria-rowcount=cells.len() + 1>
            <thead>
                <tr>
                    <th scope="col">{lang.column_state()}</th>
                    <th scope="col">{lang.column_node()}</th>
                    <th scope="col">{lang.column_zone()}</th>
                    <th scope="col">{lang.column_revision()}</th>
                    <th scope="col">{lang.column_pod()}</th>
                    <th scope="col">{lang.reason()}</th>
                    <th scope="col">{lang.column_restarts()}</th>
                    <th scope="col">{lang.column_for()}</th>
                    <th scope="col">{lang.column_condition()}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        <p class="table-foot muted">
            <span>{lang.rows_shown(if to == 0 { 0 } else { from + 1 }, to, cells.len())}</span>
            <span class="spacer"></span>
            {(page > 1).then(|| step(page - 1, lang.page_before()))}
            {(page < pages).then(|| step(page + 1, lang.page_after()))}
        </p>
    }
}

fn row(context: &Context, cell: &Cell, now: Time) -> impl IntoView + use<> {
    let lang = context.lang;
    let revision = match context.number(cell) {
        Some(n) => view! {
            <span class="revision" role="img" aria-label=lang.revision_number(n)>
                {n}
            </span>
        }
        .into_any(),
        None if cell.pod.is_some() => lang.unknown().into_any(),
        None => lang.none().into_any(),
    };
    let chosen = context.view.node.as_ref() == Some(&cell.node);
    view! {
        <tr class:is-chosen=chosen>
            <td>
                <span class="with-mark">{mark(cell.state)} {context.state(cell.state)}</span>
            </td>
            <th scope="row">
                <a class="mono" href=context.view.at_node(&cell.node)>{cell.node.clone()}</a>
            </th>
            <td>{cell.zone.clone()}</td>
            <td>{revision}</td>
            <td class="mono">{cell.pod.clone().unwrap_or_else(|| lang.no_pod().to_owned())}</td>
            <td>{cell.reason.clone()}</td>
            <td>{cell.pod.is_some().then(|| lang.number(cell.restarts))}</td>
            <td>{lasted(context, cell, now)}</td>
            <td>{condition(context, cell)}</td>
        </tr>
    }
}

/// The few that somebody has to look at; `None` when there are none.
pub fn troubled(context: &Context, cells: &[&Cell], now: Time) -> Option<impl IntoView + use<>> {
    let lang = context.lang;
    let all: Vec<&&Cell> = cells
        .iter()
        .filter(|cell| cell.state.needs_attention())
        .collect();
    if all.is_empty() {
        return None;
    }
    let rows = all
        .iter()
        .take(TROUBLED)
        .map(|cell| {
            view! {
                <tr>
                    <th scope="row">
                        <span class="with-mark">
                            {mark(cell.state)}
                            <a href=context.view.at_node(&cell.node)>{cell.node.clone()}</a>
                        </span>
                    </th>
                    <td>{context.state(cell.state)}</td>
                    <td>{cell.reason.clone()}</td>
                    <td>{lasted(context, cell, now)}</td>
                </tr>
            }
        })
        .collect_view();
    let more = all.len().saturating_sub(TROUBLED);
    Some(view! {
        <table class="nodes-table nodes-troubled" aria-label=lang.nodes_attention()>
            <thead>
                <tr>
                    <th scope="col">{lang.column_attention()}</th>
                    <th scope="col">{lang.column_state()}</th>
                    <th scope="col">{lang.reason()}</th>
                    <th scope="col">{lang.column_for()}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        {(more > 0).then(|| view! { <p class="table-foot muted">{lang.more_nodes(more)}</p> })}
    })
}
