//! Where an image runs and ran: found by any part of it.

use domain::record::images::{Images, Running, Use};
use domain::text::visible;
use domain::time::Time;
use leptos::prelude::*;

use crate::components::head::Title;
use crate::components::icon::{Glyph, Icon};
use crate::components::panel::ErrorPage;
use crate::components::told;
use crate::error::ApiError;
use crate::i18n::Lang;
use crate::record::State;
use crate::{time, urls};

use super::Here;

/// The page.
#[component]
pub fn ImagesPage() -> impl IntoView {
    let frame = super::frame();
    let (lang, now) = (frame.lang, frame.now);
    let text = super::query_part("q").unwrap_or_default();
    let page = super::query_part("page").and_then(|page| page.parse().ok());
    let found = {
        let text = text.clone();
        Resource::new_blocking(
            || (),
            move |()| {
                let text = text.clone();
                async move {
                    let found = super::images(&text, page.unwrap_or(1)).await;
                    let state = super::record().map_or(State::Opening, |record| record.state());
                    Here((found, state))
                }
            },
        )
    };
    view! {
        <Title text=lang.images_title()/>
        <div class="head">
            <h1>{lang.images_title()}</h1>
        </div>
        {form(lang, &text)}
        <Suspense fallback=|| ()>
            {move || Suspend::new(async move {
                let Here((found, state)) = found.await;
                let behind = told::behind(lang, &state, now);
                let found = match found {
                    Ok(found) if found.query.is_empty() => running(lang, &found, now).into_any(),
                    Ok(found) => uses(lang, &found, now).into_any(),
                    Err(ApiError::NoRecord { words }) => {
                        super::status(503);
                        // Why is told by what it is behind with.
                        let why = behind.is_none().then(|| none(lang, &state, &words));
                        why.map(notice).into_any()
                    }
                    Err(error) => {
                        super::status(error.http_status());
                        view! { <ErrorPage error lang/> }.into_any()
                    }
                };
                view! { {behind.map(notice)} {found} }
            })}
        </Suspense>
    }
}

/// Why there is no record to tell from.
fn none(lang: Lang, state: &State, words: &str) -> String {
    match state {
        State::Off => lang.timeline_off().to_owned(),
        State::Opening => lang.timeline_opening().to_owned(),
        _ => lang.record_unreadable(words),
    }
}

fn form(lang: Lang, text: &str) -> impl IntoView + use<> {
    view! {
        <form class="panel row find" method="get" action="/images" role="search">
            <label for="q">{lang.images_label()}</label>
            <input
                id="q"
                name="q"
                type="search"
                value=text.to_owned()
                maxlength="512"
                autocomplete="off"
                spellcheck="false"
                autocapitalize="none"
                aria-describedby="find-help"
            />
            <button class="button">{lang.images_find()}</button>
            <p id="find-help" class="muted small">
                {lang.images_help()}
            </p>
        </form>
    }
}

fn notice(words: String) -> impl IntoView {
    view! {
        <p class="panel notice">
            <Icon glyph=Glyph::NotObserved/>
            <span>{words}</span>
        </p>
    }
}

/// Since when the record exists.
fn since(lang: Lang, found: &Images, now: Time) -> String {
    found.recorded_since.map_or_else(
        || lang.no_record_since().to_owned(),
        |since| lang.recorded_since(&time::absolute(lang, since, now)),
    )
}

/// What runs now, each a way to where.
fn running(lang: Lang, found: &Images, now: Time) -> impl IntoView + use<> {
    let since = since(lang, found, now);
    let rows = found
        .running
        .iter()
        .map(|one| run(lang, one))
        .collect_view();
    let none = found
        .running
        .is_empty()
        .then(|| view! { <p class="notice">{lang.images_none_run()}</p> });
    view! {
        <section class="panel" aria-labelledby="found-head">
            <div class="panel-head">
                <h2 id="found-head">{lang.images_running()}</h2>
                <span class="muted">{since}</span>
            </div>
            {none}
            <ul class="running" aria-labelledby="found-head">
                {rows}
            </ul>
            {pages(lang, found)}
        </section>
    }
}

fn run(lang: Lang, one: &Running) -> impl IntoView + use<> {
    let url = urls::images(&one.image, 1);
    view! {
        <li class="row">
            <a class="mono" href=url>
                {one.image.clone()}
            </a>
            <span class="muted">{lang.in_workloads(one.workloads)}</span>
        </li>
    }
}

fn uses(lang: Lang, found: &Images, now: Time) -> impl IntoView + use<> {
    let query = visible(&found.query).into_owned();
    if found.total == 0 {
        let scope = found.recorded_since.map_or_else(
            || lang.timeline_opening().to_owned(),
            |since| lang.images_scope(&time::absolute(lang, since, now)),
        );
        return notice(format!("{} {scope}", lang.images_none(&query))).into_any();
    }
    let total = i64::try_from(found.total).unwrap_or(i64::MAX);
    let total = lang.number(total);
    let headline = if found.total_is_least {
        lang.images_found_more(&total, &query)
    } else {
        lang.images_found(&total, found.total != 1, &query)
    };
    let since = since(lang, found, now);
    let rows = found
        .uses
        .iter()
        .map(|one| row(lang, one, &found.query, now))
        .collect_view();
    view! {
        <section class="panel" aria-labelledby="found-head">
            <div class="panel-head">
                <h2 id="found-head">{headline}</h2>
                <span class="muted">{since}</span>
            </div>
            <table class="plain found" aria-labelledby="found-head">
                <thead>
                    <tr>
                        <th scope="col">{lang.column_workload()}</th>
                        <th scope="col">{lang.column_image()}</th>
                        <th scope="col">{lang.column_revision()}</th>
                        <th scope="col">{lang.column_ran()}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {pages(lang, found)}
        </section>
    }
    .into_any()
}

fn row(lang: Lang, one: &Use, query: &str, now: Time) -> impl IntoView + use<> {
    let gone = (!one.there).then_some(one.uid.as_str());
    let url = urls::life(&one.key, gone);
    let deleted = gone.map(|_| view! { " " <span class="muted">{lang.then_gone()}</span> });
    let name = view! { <a href=url><b>{one.key.name.clone()}</b></a> {deleted} };
    let mark = one
        .current
        .then(|| view! { <span class="mark mark-ink">{lang.runs_now()}</span> });
    let number = one
        .revision
        .map_or_else(|| lang.number_not_known().to_owned(), |n| n.to_string());
    let url = urls::period(&one.key, gone, one.generation);
    let label = one
        .revision
        .map_or_else(|| number.clone(), |n| lang.revision_number(n));
    let label = format!("{}: {label}", one.key.name);
    let number = view! { <a href=url aria-label=label>{number}</a> };
    let containers = (!one.containers.is_empty()).then(|| {
        let words = lang.in_container(&one.containers.join(", "));
        view! { <p class="muted small">{words}</p> }
    });
    view! {
        <tr>
            <td>{name} <p class="muted small">{one.key.namespace.clone()}</p></td>
            <td>
                <span class="mono">{marked(&one.image, query)}</span>
                {containers}
            </td>
            <td>{number} " " {mark}</td>
            <td>{told::period(lang, one.start, one.end, one.current, now)}</td>
        </tr>
    }
}

/// The image with what was looked for set off.
fn marked(image: &str, query: &str) -> impl IntoView + use<> {
    let lower = image.to_ascii_lowercase();
    let at = lower.find(&query.to_ascii_lowercase());
    let end = at.map(|at| at + query.len());
    let (before, hit, after) = match (at, end) {
        (Some(at), Some(end)) => (
            image.get(..at).unwrap_or(image),
            image.get(at..end).unwrap_or_default(),
            image.get(end..).unwrap_or_default(),
        ),
        _ => (image, "", ""),
    };
    let hit = (!hit.is_empty()).then(|| view! { <mark>{hit.to_owned()}</mark> });
    view! { {before.to_owned()} {hit} {after.to_owned()} }
}

/// The ways to other pages.
fn pages(lang: Lang, found: &Images) -> Option<impl IntoView + use<>> {
    let url = |page: usize| urls::images(&found.query, page);
    let earlier = (found.page > 1).then(|| {
        let url = url(found.page - 1);
        view! { <a class="button" rel="prev" href=url>{lang.earlier_page()}</a> }
    });
    let later = (found.page < found.pages).then(|| {
        let url = url(found.page + 1);
        view! { <a class="button" rel="next" href=url>{lang.later_page()}</a> }
    });
    (found.pages > 1).then(|| {
        view! {
            <nav class="row" aria-label=lang.pages_of_hits()>
                {earlier}
                <span>{lang.page_of(found.page, found.pages)}</span>
                {later}
            </nav>
        }
    })
}
