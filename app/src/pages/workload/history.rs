//! The revision history, and what `kubectl get controllerrevisions` says of the
//! same. Drawn by the server only; the tab fetches them again (`live::browser`).

use domain::history::History;
use domain::time::Time;
use leptos::prelude::*;

use crate::components::back::Off;
use crate::components::panel::notice;
use crate::components::{ledger, told};
use crate::i18n::Lang;
use crate::model::Workload;
use crate::{time, urls};

/// The ledger.
#[component]
pub fn HistoryPanel(
    model: Workload,
    /// Whether nothing can be rolled back at the moment.
    off: Off,
    now: Time,
    lang: Lang,
) -> impl IntoView {
    let drawn = model.drawn();
    let history = model.history;
    let notice = ledger::state_notice(lang, &history).map(notice);
    let reason = model.note.map(|note| note.reason);
    let context = ledger::Context {
        lang,
        now,
        off,
        reason,
    };
    view! {
        <section id="history" class="panel" aria-label=lang.revision_history() data-drawn=drawn>
            <div class="panel-head">
                <h2>{lang.revision_history()}</h2>
                <span class="muted">{ledger::headline(lang, &history)}</span>
            </div>
            {notice}
            {(!history.revisions.is_empty()).then(|| ledger::ledger(&context, &history))}
        </section>
    }
}

/// `kubectl get controllerrevisions`, for this workload.
#[component]
pub fn RevisionsPanel(model: Workload, now: Time, lang: Lang) -> impl IntoView {
    let rows = table(&model.history, now);
    view! {
        <section
            id="controller-revisions"
            class="panel"
            aria-labelledby="crs"
            data-drawn=model.drawn()
        >
            <div class="panel-head">
                <h2 id="crs">{lang.controller_revisions()}</h2>
                <span class="muted">{lang.controller_revisions_hint()}</span>
            </div>
            <table class="mono plain" aria-labelledby="crs">
                <thead>
                    <tr>
                        <th scope="col">"NAME"</th>
                        <th scope="col">"CONTROLLER"</th>
                        <th scope="col">"REVISION"</th>
                        <th scope="col">"AGE"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}

fn table(history: &History, now: Time) -> impl IntoView + use<> {
    let controller = format!("daemonset.apps/{}", history.name);
    let rows = history.revisions.iter().map(|row| {
        let age = time::kubectl_age(time::span(row.created_at, now));
        view! {
            <tr>
                <td>
                    <a href=urls::revision(&history.key(), &row.name)>{row.name.clone()}</a>
                </td>
                <td>{controller.clone()}</td>
                <td>{row.revision}</td>
                <td>{told::aged(row.created_at, age)}</td>
            </tr>
        }
    });
    rows.collect_view()
}
