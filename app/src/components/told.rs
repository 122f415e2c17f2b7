//! Facts of the record as they are told everywhere: when, by whom and why, each
//! with how it is known.

use domain::record::timeline::{Grade, Moment, Rule};
use domain::record::{By, Cause};
use domain::text::visible;
use domain::time::Time;
use leptos::prelude::*;

use crate::i18n::Lang;
use crate::record::{Failure, State};
use crate::time;

/// Who began a period, and why.
pub fn who(lang: Lang, by: Option<&By>, cause: Option<&Cause>) -> impl IntoView + use<> {
    let reason = match by {
        Some(By::Rollbook { reason, .. }) => Some(reason).filter(|r| !r.is_empty()),
        _ => None,
    };
    let known = if by.is_some() { "strong" } else { "faint" };
    let reason = reason.map(|reason| {
        let words = lang.quoted(&visible(reason));
        view! { <p class="cause-text">{words}</p> }
    });
    let cause = cause.map(|cause| {
        let text = visible(&cause.text).into_owned();
        match cause.own {
            Some(true) => view! { <p class="cause-text">{text}</p> }.into_any(),
            Some(false) => view! { <p class="muted small">{lang.cause_copied()}</p> }.into_any(),
            None => view! {
                <p class="cause-text">{text}</p>
                <p class="muted small">{lang.cause_unsure()}</p>
            }
            .into_any(),
        }
    });
    view! {
        <p class=known>{author(lang, by)}</p>
        {reason}
        {cause}
    }
}

/// `by kubectl-patch`.
pub fn author(lang: Lang, by: Option<&By>) -> String {
    match by {
        Some(By::Rollbook { .. }) => lang.by_rollbook().to_owned(),
        Some(By::Manager { name }) => lang.by_manager(&visible(name)),
        None => lang.who_not_known().to_owned(),
    }
}

/// How long a period was, from when until when, and how that is known.
pub fn period(
    lang: Lang,
    start: Moment,
    end: Option<Moment>,
    current: bool,
    now: Time,
) -> impl IntoView + use<> {
    let known = start.grade != Grade::NotKnown && end.is_none_or(|e| e.grade != Grade::NotKnown);
    let head = if known {
        let span = time::span(start.at, end.map_or(now, |end| end.at));
        let span = time::lasted(lang, span);
        if current {
            let span = counted(start.at, span);
            view! {
                <p class="strong">
                    {span} <span class="normal">" " {lang.counting()}</span>
                </p>
            }
            .into_any()
        } else {
            view! { <p class="strong">{span}</p> }.into_any()
        }
    } else {
        view! { <p class="strong">{lang.not_known()}</p> }.into_any()
    };
    let from_to = from_to(lang, start, end, now);
    view! {
        {head}
        <p class="muted small">{from_to}</p>
        {how(lang, start, now).map(|how| view! { <p class="muted small">{how}</p> })}
    }
}

/// How long since then; the tab counts on where it also draws the panel anew
/// (`live::browser`).
pub fn counted(since: Time, span: String) -> impl IntoView {
    view! { <span data-since=since.to_string()>{span}</span> }
}

/// As [`counted`], in kubectl's words.
pub fn aged(since: Time, age: String) -> impl IntoView {
    view! { <span data-since=since.to_string() data-age="kubectl">{age}</span> }
}

/// From when until when, as far as that is known.
pub fn from_to(lang: Lang, start: Moment, end: Option<Moment>, now: Time) -> String {
    let known = |moment: Moment| moment.grade != Grade::NotKnown;
    match end {
        Some(end) if known(start) && known(end) => time::from_to(lang, start.at, end.at, now),
        Some(end) => lang.between(&said(lang, start, now), &said(lang, end, now)),
        None => lang.since(&said(lang, start, now)),
    }
}

/// How the moment is known, where it was not seen.
pub fn how(lang: Lang, moment: Moment, now: Time) -> Option<String> {
    match (moment.grade, moment.rule) {
        (_, Some(Rule::Created)) => Some(lang.inferred_created().to_owned()),
        (_, Some(Rule::Recorded)) => Some(lang.inferred_recorded().to_owned()),
        (_, Some(Rule::Between)) => Some(lang.inferred_between().to_owned()),
        (Grade::NotKnown, None) => {
            let span = time::from_to(lang, moment.not_before, moment.at, now);
            Some(lang.began_between(&span))
        }
        _ => None,
    }
}

/// A moment, or the latest that it can have been.
pub fn said(lang: Lang, moment: Moment, now: Time) -> String {
    let at = time::absolute(lang, moment.at, now);
    match moment.grade {
        Grade::NotKnown => lang.by_then(&at),
        _ => at,
    }
}

/// Why there is no record to tell from.
pub fn why_none(lang: Lang, failure: &Failure) -> String {
    match failure {
        Failure::Off => lang.timeline_off().to_owned(),
        Failure::Opening => lang.timeline_opening().to_owned(),
        other => lang.record_unreadable(&other.to_string()),
    }
}

/// What is said while the record does not take what is seen.
pub fn behind(lang: Lang, state: &State, now: Time) -> Option<String> {
    match state {
        State::Behind(since, failure) => {
            let (since, words) = (time::absolute(lang, *since, now), failure.to_string());
            Some(match failure {
                Failure::Unfit { .. } | Failure::Damaged { .. } => {
                    lang.record_set_aside(&since, &words)
                }
                _ => lang.record_behind(&since, &words),
            })
        }
        State::Closed(since, failure) => {
            let since = time::absolute(lang, *since, now);
            Some(lang.record_closed(&since, &failure.to_string()))
        }
        State::Off | State::Opening | State::Fine => None,
    }
}
