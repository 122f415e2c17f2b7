//! Choosing nodes, and how far the way through them is. The browser's part
//! (`live::browser::guide`) knows this markup by its `data-` attributes.

use domain::board::{Cell, NodeState};
use domain::replace::{End, Event, Failure, MOST, may_go};
use leptos::prelude::*;

use super::guided::Guided;
use super::{count, still_old, table};
use crate::components::board::Context;
use crate::components::icon::{Glyph, Icon};
use crate::i18n::Lang;
use crate::model::{Nodes, Workload};
use crate::urls;

/// The panel: what is chosen, what happens, and the nodes.
pub fn panel(
    context: &Context,
    model: &Workload,
    nodes: &Nodes,
    off: Option<String>,
    guided: Option<&Guided>,
) -> impl IntoView + use<> {
    let lang = context.lang;
    let key = model.line.key();
    let drawn = nodes.drawn.clone();
    let fails = nodes.board.cells.iter();
    let fails = count(fails.filter(|c| c.state == NodeState::NewFailing).count());
    let why = format!("{}#nodes", urls::workload(&key));
    let is_off = off.is_some();
    view! {
        <section
            id="guide"
            class="panel replace"
            aria-labelledby="old-nodes"
            data-uid=nodes.uid.clone()
            data-generation=model.line.generation
            data-not-live=lang.off_not_live()
            data-busy=lang.busy_replacing()
        >
            <div class="panel-head">
                <h2 id="old-nodes" data-drawn=drawn.clone()>
                    {lang.still_old(still_old(&nodes.board))}
                </h2>
                <span class="spacer"></span>
                {(!is_off).then(|| controls(lang, &nodes.board.cells))}
            </div>
            <p class="replace-rule needs-script">{lang.replace_rule()} " " {lang.replace_tab()}</p>
            {off.map(|off| view! { <p class="replace-note off-reason" id="off-reason">{off}</p> })}
            <div id="replace-fails" data-drawn=drawn.clone()>
                {(fails > 0)
                    .then(|| {
                        view! {
                            <p class="replace-note tone-amber">
                                <Icon glyph=Glyph::NotReady/>
                                <span>
                                    {lang.some_fail(fails)} " " <a href=why>{lang.see_why()}</a>
                                </span>
                            </p>
                        }
                    })}
            </div>
            <p class="visually-hidden" role="status" data-guide="said"></p>
            <p class="replace-note tone-red hidden" data-guide="lost">
                {lang.lost_server()}
            </p>
            {run(lang, guided)}
            <form id=table::FORM method="post" action=urls::replace(&key)>
                <input type="hidden" name="uid" value=nodes.uid.clone()/>
                <input type="hidden" name="generation" value=model.line.generation/>
            </form>
            <div id="nodes" data-drawn=drawn>
                {table::table(context, &nodes.board.cells, is_off)}
            </div>
        </section>
    }
}

/// Zones with nodes that can go; one for all is no choice.
fn zones(cells: &[Cell]) -> Vec<Option<&str>> {
    let mut zones: Vec<Option<&str>> = Vec::new();
    for cell in cells.iter().filter(|cell| may_go(cell)) {
        if !zones.contains(&cell.zone.as_deref()) {
            zones.push(cell.zone.as_deref());
        }
    }
    if zones.len() > 1 { zones } else { Vec::new() }
}

/// Before it begins the choice, while it goes on the way to stop it.
fn controls(lang: Lang, cells: &[Cell]) -> impl IntoView + use<> {
    let zones = zones(cells)
        .into_iter()
        .map(|zone| {
            let name = zone.map_or_else(|| lang.no_zone().to_owned(), |zone| lang.zone_named(zone));
            let value = format!("zone {}", zone.unwrap_or_default());
            view! { <option value=value>{name}</option> }
        })
        .collect_view();
    view! {
        <div class="replace-controls needs-script">
            <span class="replace-idle muted" data-guide="selected" data-words=lang.selected()></span>
            <span class="replace-idle">
                <label for="choose">{lang.choose()}</label>
                <select id="choose" data-guide="choose">
                    <option value="none">{lang.choose_none()}</option>
                    <option value="all">{lang.choose_all()}</option>
                    {zones}
                    <option value="some" hidden>
                        {lang.choose_some()}
                    </option>
                </select>
            </span>
            <span class="replace-idle">
                <label for="pace">{lang.at_a_time()}</label>
                <input id="pace" type="number" min="1" max=MOST value="1" data-guide="pace"/>
            </span>
            <button
                type="button"
                class="button button-ink replace-idle"
                data-guide="start"
                data-none=lang.choose_first()
                data-one=lang.delete_one()
                data-singly=lang.delete_singly()
                data-several=lang.delete_several()
            >
                {lang.choose_first()}
            </button>
            <b class="replace-busy" data-guide="progress"></b>
            <button type="button" class="button button-ink replace-busy" data-guide="stop">
                {lang.stop()}
            </button>
        </div>
    }
}

/// How far it is: for people, and for the tab that goes on from there.
fn run(lang: Lang, guided: Option<&Guided>) -> impl IntoView + use<> {
    let Some(Guided {
        guide,
        orders,
        done,
    }) = guided
    else {
        return view! { <div id="run"></div> }.into_any();
    };
    let progress = lang.replaced_of(count(*done), count(guide.chosen().len()));
    let ended = guide
        .ended()
        .map(|end| ended(lang, end, count(*done), count(guide.chosen().len())));
    let lines = guide
        .log()
        .iter()
        .map(|event| {
            let words = match event {
                Event::Deleted(target) => lang.log_deleted(&target.node, &target.pod),
                Event::DeletedBefore(target) => lang.log_gone(&target.node, &target.pod),
                Event::Back(node) => lang.log_available(node),
            };
            view! { <li>{words}</li> }
        })
        .collect_view();
    // A map with text for keys is always written.
    let state = serde_json::to_string(guide).unwrap_or_default();
    let orders = orders
        .iter()
        .map(|order| {
            let order = serde_json::to_string(order).unwrap_or_default();
            view! { <span hidden data-order=order></span> }
        })
        .collect_view();
    let tone = match guide.ended() {
        Some(End::Done) => "replace-note strong tone-green",
        Some(End::Stopped) | None => "replace-note strong",
        Some(_) => "replace-note strong tone-red",
    };
    let told = ended
        .clone()
        .map(|words| view! { <p class=tone>{words}</p> });
    view! {
        <div id="run" data-run=state data-progress=progress data-ended=ended.clone()>
            {told}
            <div
                class="replace-log mono"
                role="log"
                aria-live="off"
                aria-label=lang.node_events()
                tabindex="0"
            >
                <ul>{lines}</ul>
            </div>
            {orders}
        </div>
    }
    .into_any()
}

/// How it ended, for people.
fn ended(lang: Lang, end: &End, done: u32, of: u32) -> String {
    match end {
        End::Done => lang.ended_done(done, of),
        End::Stopped => lang.ended_stopped(done, of),
        End::Changed => lang.ended_changed().to_owned(),
        End::Stale => lang.ended_stale().to_owned(),
        End::Refused { node, words } => lang.ended_refused(node, words),
        End::Failed { node, why, words } => match why {
            Failure::Trouble => lang.ended_failed(node, words.as_deref().unwrap_or_default()),
            Failure::Gone => lang.ended_gone(node),
            Failure::OldAgain => lang.ended_old_again(node),
        },
    }
}
