//! One node in detail: what it does with the workload, and why.

use domain::board::Cell;
use domain::time::Time;
use leptos::prelude::*;

use super::{Context, mark};
use crate::time;

/// How long a cell has been in its state.
pub fn lasted(context: &Context, cell: &Cell, now: Time) -> Option<String> {
    let since = cell.since?;
    Some(time::duration(context.lang, time::span(since, now)))
}

/// What there is to say of the node itself.
pub fn condition(context: &Context, cell: &Cell) -> String {
    let lang = context.lang;
    let ready = match cell.node_ready {
        _ if cell.left => lang.node_left(),
        Some(true) => lang.ready(),
        Some(false) => lang.node_not_ready(),
        None => lang.not_known(),
    };
    if cell.cordoned {
        format!("{ready}, {}", lang.node_cordoned())
    } else {
        ready.to_owned()
    }
}

/// The card.
pub fn card(context: &Context, cell: &Cell, now: Time) -> impl IntoView + use<> {
    let lang = context.lang;
    let row = |name: &'static str, value: AnyView| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{value}</dd>
            </div>
        }
    };
    let revision = context.number(cell).map(|n| {
        row(
            lang.column_revision(),
            view! {
                <span class="revision" role="img" aria-label=lang.revision_number(n)>
                    {n}
                </span>
            }
            .into_any(),
        )
    });
    let since = cell.since.map(|since| {
        let at = time::to_second(lang, since, now);
        let ago = lang.ago(&time::duration(lang, time::span(since, now)));
        row(lang.state_since(), format!("{at}, {ago}").into_any())
    });
    let closed = super::query::View {
        node: None,
        ..context.view.clone()
    };
    view! {
        <aside class="node-card" aria-label=lang.node_details() id="node">
            <div class="node-card-head">
                {mark(cell.state)}
                <div>
                    <h3 class="mono">{cell.node.clone()}</h3>
                    <p>{context.state(cell.state)}</p>
                </div>
                <a class="button button-small" href=closed.url()>{lang.close()}</a>
            </div>
            <dl>
                {cell.reason.clone().map(|reason| row(lang.reason(), view! { <b>{reason}</b> }.into_any()))}
                {since}
                {revision}
                {row(
                    lang.column_pod(),
                    match cell.pod.clone() {
                        Some(pod) => view! { <span class="mono">{pod}</span> }.into_any(),
                        None => lang.no_pod().into_any(),
                    },
                )}
                {cell.zone.clone().map(|zone| row(lang.column_zone(), zone.into_any()))}
                {cell.pod.is_some().then(|| row(lang.column_restarts(), lang.number(cell.restarts).into_any()))}
                {row(lang.column_node(), condition(context, cell).into_any())}
            </dl>
            {cell.message.clone().map(|message| view! { <pre class="evidence">{message}</pre> })}
        </aside>
    }
}
