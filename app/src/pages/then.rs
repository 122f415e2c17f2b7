//! What ran at one moment, so that "it broke at 02:50" has an answer.

use domain::record::changes::{Changes, Window};
use domain::record::timeline::Grade;
use domain::time::Time;
use jiff::SignedDuration;
use leptos::prelude::*;

use crate::components::head::Title;
use crate::components::icon::{Glyph, Icon};
use crate::components::panel::ErrorPage;
use crate::components::{image, told};
use crate::error::ApiError;
use crate::i18n::Lang;
use crate::model::{LIVE, Then, ThenLine};
use crate::{time, urls};

mod changed;

use changed::Span;

/// The page.
#[component]
pub fn ThenPage() -> impl IntoView {
    let frame = super::frame();
    let (lang, now) = (frame.lang, frame.now);
    let at = super::query_part("at");
    let span = Span::of(super::query_part("span").as_deref());
    let given = at.is_some();
    let asked = Resource::new_blocking(
        || (),
        move |()| {
            let at = at.clone();
            async move { ask(at.as_deref(), span).await }
        },
    );
    view! {
        <Title text=lang.what_ran_then()/>
        <div class="head">
            <h1>{lang.what_ran_then()}</h1>
        </div>
        <Suspense fallback=|| ()>
            {move || Suspend::new(async move { page(lang, now, given, span, asked.await) })}
        </Suspense>
    }
}

/// What ran at the moment, and what changed in the span before it.
async fn ask(at: Option<&str>, span: Span) -> Result<(Then, Changes), ApiError> {
    let then = super::then(at).await?;
    let from = then.at.after(-span.length());
    let changes = super::changed_in(Window { from, to: then.at }).await?;
    Ok((then, changes))
}

/// What is said while the record does not take what is seen.
fn behind(lang: Lang, now: Time) -> impl IntoView {
    let state = super::record().ok()?.state();
    let words = told::behind(lang, &state, now)?;
    Some(view! {
        <p class="panel notice">
            <Icon glyph=Glyph::NotObserved/>
            <span>{words}</span>
        </p>
    })
}

/// `given` tells whether the address has a moment.
fn page(
    lang: Lang,
    now: Time,
    given: bool,
    span: Span,
    asked: Result<(Then, Changes), ApiError>,
) -> impl IntoView {
    match asked {
        Ok((then, changes)) => view! {
            {moments(lang, then.at, span, now)}
            {behind(lang, now)}
            {changed::panel(lang, &changes, given.then_some(then.at), span, now)}
            {table(lang, &then, now)}
        }
        .into_any(),
        Err(error) => {
            super::status(error.http_status());
            let invalid = matches!(error, ApiError::Invalid { .. });
            let form = invalid.then(|| moments(lang, now, span, now));
            view! {
                {form}
                <ErrorPage error lang/>
            }
            .into_any()
        }
    }
}

/// The moment, and shorter ways to others.
fn moments(lang: Lang, at: Time, span: Span, now: Time) -> impl IntoView {
    // As the field wants it, to the minute.
    let value: String = at.to_string().chars().take(16).collect();
    let most: String = now.to_string().chars().take(16).collect();
    let back = |hours: i64| {
        let at = now.after(SignedDuration::from_hours(-hours));
        urls::then(Some(at), span.slug())
    };
    view! {
        <form class="panel row" method="get" action="/then">
            <label for="at">{lang.then_moment()}</label>
            <input id="at" name="at" type="datetime-local" value=value max=most/>
            <input type="hidden" name="span" value=span.slug()/>
            <button class="button">{lang.then_show()}</button>
            <a class="button" href=back(1)>{lang.then_hour()}</a>
            <a class="button" href=back(24)>{lang.then_day()}</a>
            <a class="button" href=back(24 * 7)>{lang.then_week()}</a>
        </form>
    }
}

fn table(lang: Lang, then: &Then, now: Time) -> impl IntoView + use<> {
    let missing = missing(lang, then, now);
    if then.workloads.is_empty() {
        let nothing = if missing.is_empty() {
            lang.then_none()
        } else {
            lang.then_nothing()
        };
        let words = [vec![nothing.to_owned()], missing].concat().join(" ");
        return view! { <p class="panel notice">{words}</p> }.into_any();
    }
    let of = |kind: Kind| {
        then.workloads
            .iter()
            .filter(move |line| Kind::of(line) == kind)
    };
    let headline = lang.then_at(
        &time::absolute(lang, then.at, now),
        of(Kind::Other).count(),
        then.workloads.len(),
        of(Kind::Unsure).count(),
        of(Kind::Unknown).count(),
    );
    let since = then.reach.recorded_since.map_or_else(
        || lang.no_record_since().to_owned(),
        |since| lang.recorded_since(&time::absolute(lang, since, now)),
    );
    let missing = (!missing.is_empty())
        .then(|| view! { <p class="row tone-amber small">{missing.join(" ")}</p> });
    // What differs is what one came for.
    let rows = of(Kind::Other)
        .chain(of(Kind::Unsure))
        .chain(of(Kind::Unknown))
        .chain(of(Kind::Same))
        .map(|line| row(lang, line, now))
        .collect_view();
    view! {
        <section class="panel" aria-labelledby="then-head">
            <div class="panel-head">
                <h2 id="then-head">{headline}</h2>
                <span class="muted">{since}</span>
            </div>
            {missing}
            <table class="plain then" aria-label=lang.what_ran_then()>
                <thead>
                    <tr>
                        <th scope="col">{lang.workloads()}</th>
                        <th scope="col">{lang.column_revision()}</th>
                        <th scope="col">{lang.then_ran()}</th>
                        <th scope="col">{lang.then_now()}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

/// Why a workload may be missing from the list, a sentence each.
fn missing(lang: Lang, then: &Then, now: Time) -> Vec<String> {
    let at = |moment| time::absolute(lang, moment, now);
    let reach = &then.reach;
    let removed = reach.kept_since.filter(|kept| then.at <= *kept);
    let begins = match reach.recorded_since {
        None => Some(lang.then_before_any().to_owned()),
        Some(since) if then.at < since && removed.is_none() => Some(lang.then_before(&at(since))),
        Some(_) => None,
    };
    // Before the record begins, that says it.
    let unwatched = !reach.watched && begins.is_none();
    [
        removed.map(|kept| lang.then_removed(&at(kept))),
        begins,
        unwatched.then(|| lang.then_unwatched().to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// How a line compares with now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Another template, or no workload any more.
    Other,
    /// It may have run something else than is told, or have been gone.
    Unsure,
    /// What it ran then is not known.
    Unknown,
    /// The same template.
    Same,
}

impl Kind {
    fn of(line: &ThenLine) -> Self {
        if !line.ran.certain && line.ran.template.is_some() {
            return Self::Unsure;
        }
        match (line.same_now, line.there) {
            (Some(true), _) => Self::Same,
            (Some(false), _) => Self::Other,
            (None, Some(false)) if line.ran.template.is_some() => Self::Other,
            (None, _) => Self::Unknown,
        }
    }
}

fn row(lang: Lang, line: &ThenLine, now: Time) -> impl IntoView + use<> {
    let ran = &line.ran;
    let gone = (line.there == Some(false)).then_some(ran.uid.as_str());
    let url = line.there.map(|_| urls::life(&ran.key, gone));
    let name = view! { <a href=url><b>{ran.key.name.clone()}</b></a> };
    let images = ran
        .images
        .iter()
        .take(3)
        .map(|image| {
            let (name, tag) = image::parts(image);
            let url = urls::images(image, 1);
            view! { <a class="mono quiet" href=url title=image.clone()>{name} " " {tag}</a> " " }
        })
        .collect_view();
    let unknown = ran
        .images
        .is_empty()
        .then(|| view! { <span class="muted">{lang.template_not_known()}</span> });
    let number = ran
        .revision
        .map_or_else(|| lang.number_not_known().to_owned(), |n| n.to_string());
    let since = ran.since.map(|since| {
        let at = time::absolute(lang, since, now);
        let since = match ran.grade {
            Some(Grade::NotKnown) => lang.then_since_at_most(&at),
            _ => lang.then_since(&at),
        };
        view! { <p class="muted small">{since}</p> }
    });
    let unsure = (!ran.certain).then(|| {
        let words = if ran.may_be_gone {
            lang.then_may_be_gone()
        } else if ran.generation.is_some() {
            lang.then_uncertain()
        } else if ran.forgotten {
            lang.then_forgotten()
        } else {
            lang.then_unknown()
        };
        view! { <p class="tone-amber small">{words}</p> }
    });
    let (class, words) = match line.same_now {
        Some(true) => ("muted", lang.then_same()),
        Some(false) if ran.certain => ("strong", lang.then_other()),
        Some(false) => ("muted", lang.then_other()),
        None if ran.may_be_gone => ("muted", lang.then_deleted()),
        None if line.there == Some(false) => ("muted", lang.then_gone()),
        None => ("muted", lang.then_not_known()),
    };
    let compare = ran
        .template
        .filter(|_| line.same_now == Some(false))
        .map(|template| {
            let url = urls::compare(&ran.key, &template.to_string(), LIVE);
            let label = format!("{} {}", lang.compare(), ran.key.name);
            view! { <a class="button small-button" href=url aria-label=label>{lang.compare()}</a> }
        });
    view! {
        <tr>
            <td>{name} <p class="muted small">{ran.key.namespace.clone()}</p></td>
            <td>{number}</td>
            <td>
                {images} {unknown}
                {since}
                {unsure}
            </td>
            <td>
                <span class=class>{words}</span> " " {compare}
            </td>
        </tr>
    }
}
