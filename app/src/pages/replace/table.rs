//! The nodes that are not done, a row each, and a button for each that can go.

use domain::board::{Cell, NodeState};
use domain::replace::{MOST, is_old, may_go};
use leptos::prelude::*;

use crate::components::board::{Context, mark};
use crate::i18n::Lang;

/// Name of the form that the buttons belong to. Nothing else does: a key in a field
/// or a box must never send it.
pub const FORM: &str = "replace-pod";

/// The table, and how much of it is shown: no more than can be chosen at once.
pub fn table(context: &Context, cells: &[Cell], off: bool) -> impl IntoView + use<> {
    let lang = context.lang;
    let open = cells
        .iter()
        .filter(|cell| cell.state != NodeState::NewAvailable);
    let all = open.clone().count();
    if all == 0 {
        return view! { <p class="empty muted">{lang.no_old_pods()}</p> }.into_any();
    }
    let rows = open
        .take(MOST)
        .map(|cell| row(context, cell, off))
        .collect_view();
    view! {
        <table class="nodes-table old-table" aria-label=lang.nodes_on_old()>
            <thead>
                <tr>
                    <td class="needs-script"></td>
                    <th scope="col">{lang.column_node()}</th>
                    <th scope="col">{lang.column_zone()}</th>
                    <th scope="col">{lang.column_state()}</th>
                    <th scope="col">{lang.column_revision()}</th>
                    <th scope="col">{lang.column_note()}</th>
                    <td></td>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        <p class="table-foot muted">{lang.showing(all.min(MOST), all)}</p>
    }
    .into_any()
}

fn row(context: &Context, cell: &Cell, off: bool) -> impl IntoView + use<> {
    let lang = context.lang;
    let revision = match (context.number(cell), &cell.pod) {
        (Some(n), _) => view! {
            <span class="revision" role="img" aria-label=lang.revision_number(n)>
                {n}
            </span>
        }
        .into_any(),
        (None, Some(_)) => lang.unknown().into_any(),
        (None, None) => lang.none().into_any(),
    };
    let chosen = (may_go(cell) && !off).then(|| {
        view! {
            <input
                type="checkbox"
                value=cell.node.clone()
                data-zone=cell.zone.clone().unwrap_or_default()
                aria-label=lang.select_node(&cell.node)
            />
        }
    });
    view! {
        <tr>
            <td class="needs-script">{chosen}</td>
            <th scope="row" class="mono">
                {cell.node.clone()}
            </th>
            <td>{cell.zone.clone()}</td>
            <td>
                <span class="with-mark">{mark(cell.state)} {context.state(cell.state)}</span>
            </td>
            <td>{revision}</td>
            <td>{note(lang, cell)}</td>
            <td>{is_old(cell).then(|| button(lang, cell, off))}</td>
        </tr>
    }
}

/// Why it is as it is, and what that means here.
fn note(lang: Lang, cell: &Cell) -> String {
    let means = match cell.state {
        _ if is_old(cell) && !may_go(cell) => Some(lang.waits_for_node()),
        NodeState::OldUnavailable => Some(lang.replace_first()),
        NodeState::Terminating | NodeState::Missing | NodeState::NewStarting => {
            Some(lang.being_replaced())
        }
        _ => None,
    };
    let reason = cell.reason.as_deref();
    let cordoned = cell.cordoned.then(|| lang.node_cordoned());
    let parts: Vec<&str> = [reason, means, cordoned].into_iter().flatten().collect();
    parts.join(lang.comma())
}

/// Deletes this one pod: by the form, or with scripts by the same way as many.
fn button(lang: Lang, cell: &Cell, off: bool) -> impl IntoView + use<> {
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    let value = format!("{}/{}/{}", cell.node, part(&cell.pod), part(&cell.pod_uid));
    view! {
        <button
            type=if off { "button" } else { "submit" }
            form=FORM
            name="pod"
            value=value
            class="button small-button"
            data-delete=(!off).then(|| cell.node.clone())
            aria-label=lang.delete_pod_on(&cell.node)
            aria-disabled=off.then_some("true")
            aria-describedby=off.then_some("off-reason")
        >
            {lang.delete_pod()}
        </button>
    }
}
