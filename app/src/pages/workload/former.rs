//! A workload that is not in the cluster any more: what the record keeps of it.

use domain::record::timeline::{Grade, Moment, Timeline};
use domain::time::Time;
use domain::workload::Key;
use leptos::prelude::*;

use super::timeline;
use crate::components::head::{Breadcrumb, Title};
use crate::components::icon::{Glyph, Icon};
use crate::components::panel::ErrorPage;
use crate::components::told;
use crate::error::ApiError;
use crate::i18n::Lang;
use crate::pages::{self, Here, Part};
use crate::record::State;
use crate::{time, urls};

/// The page: of the one with this uid, else of the latest of the name.
#[component]
pub fn FormerPage(
    key: Key,
    uid: Option<String>,
    /// Why the cluster does not show it, where none of the name is there.
    missing: Option<ApiError>,
) -> impl IntoView {
    let frame = pages::frame();
    let (lang, now) = (frame.lang, frame.now);
    let part = Part::of_route();
    let asked = {
        let key = key.clone();
        Resource::new_blocking(
            || (),
            move |()| {
                let (key, uid) = (key.clone(), uid.clone());
                async move { Here(pages::timeline(&key, uid.as_deref(), part).await) }
            },
        )
    };
    let name = key.name.clone();
    view! {
        <Breadcrumb key lang/>
        <Suspense fallback=|| ()>
            {move || {
                let (missing, name) = (missing.clone(), name.clone());
                Suspend::new(async move {
                    match (asked.await.0, missing) {
                        (Ok(told), missing) => {
                            // It was here, and is no more.
                            if missing.is_some() {
                                pages::status(410);
                            }
                            let title = format!("{name}: {}", lang.was_deleted());
                            view! {
                                <Title text=title/>
                                {page(lang, unwritten(told, now), now)}
                            }
                            .into_any()
                        }
                        // That the workload is not there is what one asked first.
                        (Err(error), missing) => {
                            let error = missing.unwrap_or(error);
                            pages::status(error.http_status());
                            view! {
                                <Title text=name/>
                                <ErrorPage error lang/>
                            }
                            .into_any()
                        }
                    }
                })
            }}
        </Suspense>
    }
}

/// That it is gone may not be written down yet.
fn unwritten(mut told: Timeline, now: Time) -> Timeline {
    if told.gone.is_none() {
        told.gone = Some(Moment {
            at: now,
            not_before: told.created_at,
            grade: Grade::NotKnown,
            rule: None,
        });
        for row in &mut told.periods {
            row.current = false;
            row.end = row.end.or(told.gone);
        }
    }
    told
}

fn page(lang: Lang, told: Timeline, now: Time) -> impl IntoView {
    let key = told.key.clone();
    let created = time::absolute(lang, told.created_at, now);
    let deleted = told
        .gone
        .map(|gone| lang.deleted_when(&told::said(lang, gone, now)));
    let there = told.others.iter().any(|life| life.gone.is_none());
    let namesake = there.then(|| {
        view! {
            <a class="button" href=urls::workload(&key)>
                {lang.namesake()}
            </a>
        }
    });
    let state = pages::record().map_or(State::Off, |record| record.state());
    let uid = told.uid.clone();
    let answered = Here((Ok(Some(told)), state));
    view! {
        // Read by the browser's part: there is nothing to follow.
        <div data-error="lasting">
            <div class="head">
                <div>
                    <h1>{key.name.clone()}</h1>
                    <p class="particulars">
                        <span class="mark mark-ink">{lang.was_deleted()}</span>
                        <span class="chip chip-line">{key.kind.to_string()}</span>
                        <span>{lang.namespace_word()} " " <b>{key.namespace.clone()}</b></span>
                        <span>{lang.created_at(&created)}</span>
                        {deleted.map(|words| view! { <span>{words}</span> })}
                        <span class="muted mono small">{uid}</span>
                    </p>
                </div>
                <div class="head-actions">{namesake}</div>
            </div>
            <p class="panel notice">
                <Icon glyph=Glyph::NotObserved/>
                <span>{lang.was_deleted_words()}</span>
            </p>
            <section id="timeline" class="panel timeline" aria-labelledby="timeline-head">
                {timeline::panel(lang, &answered, None, now)}
            </section>
        </div>
    }
}
