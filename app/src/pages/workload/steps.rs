//! `9 → 10` while a rollout runs, and what that changes. Drawn by the server only;
//! the tab fetches it again with the history (`live::browser`).

use leptos::prelude::*;

use crate::components::changes;
use crate::components::image::Images;
use crate::i18n::Lang;
use crate::model::Workload;

/// A part of the rollout panel's line.
#[component]
pub fn Steps(model: Workload, lang: Lang) -> impl IntoView {
    let line = &model.line;
    let chip = |n: Option<i64>, class: &'static str| {
        let label = n.map_or_else(|| lang.unknown().to_owned(), |n| lang.revision_number(n));
        let text = n.map_or_else(|| "?".to_owned(), |n| n.to_string());
        view! { <span class=class role="img" aria-label=label>{text}</span> }
    };
    let from = line.from_revision.map(|n| {
        view! {
            {chip(Some(n), "revision")}
            <span class="arrow" aria-hidden="true">"→"</span>
        }
    });
    let current_class = match line.revision {
        Some(_) => "revision revision-current",
        None => "revision revision-unknown",
    };
    let change = model
        .history
        .current()
        .filter(|row| row.base.is_some() && line.from_revision.is_some())
        .map(|row| changes::chips(lang, &row.changes));
    let images = change
        .is_none()
        .then(|| view! { <Images images=line.images.clone() lang/> });
    view! {
        <span id="steps" class="contents" data-drawn=model.drawn()>
            {from}
            {chip(line.revision, current_class)}
            {change}
            {images}
        </span>
    }
}
