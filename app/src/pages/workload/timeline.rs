//! What ran when, as far as it is known: the staircase, a line for each period,
//! and others that had the name.

use std::sync::Arc;

use domain::record::timeline::{Gap, Grade, Outcome, Row, Timeline};
use domain::record::{By, Why};
use domain::staircase::Staircase;
use domain::template::Digest;
use domain::text::visible;
use domain::time::Time;
use domain::workload::Key;
use jiff::SignedDuration;
use leptos::prelude::*;

use crate::components::back::Off;
use crate::components::icon::{Glyph, Icon};
use crate::components::panel::notice;
use crate::components::{changes, image, ledger, staircase, told};
use crate::i18n::Lang;
use crate::pages::{Here, Part};
use crate::record::{Failure, Record, State};
use crate::{time, urls};

mod actions;

use actions::actions;

/// So many others of the name are named.
const OTHERS: usize = 10;
/// So many images of a template.
const IMAGES: usize = 3;
/// So many spans of a period in which nobody watched.
const GAPS: usize = 3;

/// The panel.
#[component]
pub fn TimelinePanel(
    key: Key,
    uid: String,
    /// Digest of the live template.
    live: Digest,
    /// Whether nothing can be rolled back at the moment.
    off: Off,
    now: Time,
    lang: Lang,
) -> impl IntoView {
    let record = use_context::<Arc<dyn Record>>();
    let part = Part::of_route();
    let told = Resource::new_blocking(
        || (),
        move |()| {
            let (record, key, uid) = (record.clone(), key.clone(), uid.clone());
            async move {
                let record = record?;
                let told = part.of(record.as_ref(), &key, Some(&uid), now).await;
                Some(Here((told, record.state())))
            }
        },
    );
    view! {
        <section id="timeline" class="panel timeline" aria-labelledby="timeline-head" data-drawn="">
            <Suspense fallback=|| ()>
                {move || {
                    let live = Some((live, off.clone()));
                    Suspend::new(async move {
                        told.await.map(|told| panel(lang, &told, live, now))
                    })
                }}
            </Suspense>
        </section>
    }
}

/// What the record said.
pub type Told = Here<(Result<Option<Timeline>, Failure>, State)>;

/// The digest of the template that a workload has now, and whether nothing can be
/// rolled back at the moment.
pub type Live = (Digest, Off);

/// What is in it. `live` is there where the workload is.
pub fn panel(lang: Lang, answered: &Told, live: Option<Live>, now: Time) -> impl IntoView + use<> {
    let Here((answer, state)) = answered;
    let behind = told::behind(lang, state, now);
    let (timeline, why_none) = match answer {
        Ok(Some(timeline)) => (Some(timeline), None),
        Ok(None) => (None, Some(lang.timeline_empty().to_owned())),
        Err(_) if behind.is_some() => (None, None),
        Err(failure) => (None, Some(told::why_none(lang, failure))),
    };
    let notices = [behind, why_none].into_iter().flatten();
    let notices = notices.map(notice).collect_view();
    let stairs = timeline.and_then(|timeline| domain::staircase::staircase(timeline, now));
    let since = timeline.and_then(|t| t.recorded_since).map(|since| {
        let since = lang.recorded_since(&time::absolute(lang, since, now));
        view! { <span class="muted">{since}</span> }
    });
    view! {
        <div class="panel-head">
            <h2 id="timeline-head">{lang.timeline()}</h2>
            {since}
        </div>
        {notices}
        {timeline.zip(stairs.as_ref()).map(|(timeline, stairs)| {
            let before = |generation| urls::timeline_before(&timeline.key, gone(timeline), generation);
            staircase::picture(lang, timeline, stairs, before, now)
        })}
        {timeline.map(|timeline| lines(lang, timeline, stairs.as_ref(), live.as_ref(), now))}
        {timeline.map(|timeline| parts(lang, timeline))}
        {timeline.map(|timeline| others(lang, timeline, live.is_some(), now))}
    }
}

/// Others that had the name, each with a history of its own. Where the one that
/// is told is there, none of them is.
fn others(lang: Lang, timeline: &Timeline, there: bool, now: Time) -> impl IntoView + use<> {
    let lines = timeline.others.iter().take(OTHERS).map(|life| {
        let gone = (there || life.gone.is_some()).then_some(life.uid.as_str());
        let url = format!("{}#timeline", urls::life(&timeline.key, gone));
        let created = time::absolute(lang, life.created_at, now);
        let span = match life.gone {
            Some(gone) => lang.created_and_deleted(&created, &told::said(lang, gone, now)),
            None if there => lang.created_and_gone(&created),
            None => lang.created_and_there(&created),
        };
        view! {
            <li>
                <a href=url>{span}</a>
            </li>
        }
    });
    let lines = lines.collect_view();
    let more = timeline.others.len().saturating_sub(OTHERS);
    let more = (more > 0).then(|| view! { <li class="muted">{lang.others_more(more)}</li> });
    (!timeline.others.is_empty()).then(|| {
        view! {
            <nav class="row others" aria-labelledby="others">
                <h3 id="others">{lang.others_of_the_name(&timeline.key.name)}</h3>
                <ul>{lines} {more}</ul>
            </nav>
        }
    })
}

/// The uid in addresses of what is told, where that is gone.
fn gone(timeline: &Timeline) -> Option<&str> {
    timeline.gone.map(|_| timeline.uid.as_str())
}

fn lines(
    lang: Lang,
    timeline: &Timeline,
    stairs: Option<&Staircase>,
    live: Option<&Live>,
    now: Time,
) -> impl IntoView + use<> {
    let rows = timeline.periods.iter().enumerate().map(|(at, row)| {
        let bar = staircase::bar_of(stairs, row);
        line(lang, timeline, at, bar, live, now)
    });
    let rows = rows.collect_view();
    let whole = timeline.earlier == 0;
    let missing = timeline.missing_before;
    let before = (missing > 0 && whole).then(|| {
        unknown(if timeline.missing_before_at_most {
            lang.unknown_before_at_most(missing)
        } else {
            lang.unknown_before(missing)
        })
    });
    let forgotten = timeline
        .forgotten
        .filter(|_| whole)
        .map(|past| unknown(lang.forgotten_before(&time::absolute(lang, past.until, now))));
    view! {
        <div class="ledger periods">
            {ledger::columns(lang, lang.column_who())}
            <ol aria-label=lang.timeline()>{rows} {before} {forgotten}</ol>
        </div>
    }
}

/// Ways to the other parts of a long history.
fn parts(lang: Lang, timeline: &Timeline) -> impl IntoView + use<> {
    // The newest part ends where the workload does, or goes on.
    let first = timeline.periods.first();
    let over = first.is_some_and(|row| row.end.is_some() && row.end != timeline.gone);
    let newest = over.then(|| {
        let url = format!("{}#timeline", urls::life(&timeline.key, gone(timeline)));
        view! { <a class="button" href=url>{lang.newest_periods()}</a> }
    });
    let last = timeline.periods.last().filter(|_| timeline.earlier > 0);
    let earlier = last.map(|last| {
        let url = urls::timeline_before(&timeline.key, gone(timeline), last.generation);
        view! { <a class="button" href=url>{lang.earlier_periods(timeline.earlier)}</a> }
    });
    (newest.is_some() || earlier.is_some()).then(|| view! { <p class="row">{newest} {earlier}</p> })
}

/// A place where nothing is known.
fn unknown(words: String) -> impl IntoView {
    view! {
        <li class="line is-gone">
            <span class="rail" aria-hidden="true">
                <span class="dot dot-pruned"></span>
            </span>
            <span class="number">"?"</span>
            <p class="changed muted small gone-words">{words}</p>
        </li>
    }
}

fn line(
    lang: Lang,
    timeline: &Timeline,
    at: usize,
    bar: Option<usize>,
    live: Option<&Live>,
    now: Time,
) -> Option<impl IntoView + use<>> {
    let row = timeline.periods.get(at)?;
    let missing = (row.missing_after > 0).then(|| unknown(lang.unknown_periods(row.missing_after)));
    let (dot, glyph) = match row {
        Row {
            back_to: Some(_), ..
        } => ("dot dot-violet", Some(Glyph::Back)),
        Row { current: true, .. } => ("dot dot-ring", None),
        Row {
            restart_only: true, ..
        } => ("dot dot-restart", Some(Glyph::Restart)),
        _ => ("dot dot-disc", None),
    };
    let class = if row.current {
        "line is-current"
    } else {
        "line"
    };
    let number = staircase::number(row);
    let label = row.revision.map_or_else(
        || lang.number_not_known().to_owned(),
        |n| lang.revision_number(n),
    );
    let number = if row.in_cluster {
        view! { <b role="img" aria-label=label>{number}</b> }.into_any()
    } else {
        view! { <s role="img" aria-label=label>{number}</s> }.into_any()
    };
    let mark = match row {
        Row { current: true, .. } => Some(("mark mark-ink", lang.current().to_owned())),
        Row { now: Some(now), .. } => Some(("mark mark-violet", lang.now(*now))),
        _ => None,
    };
    Some(view! {
        {missing}
        <li class=class id=format!("p-{}", row.generation) data-bar=bar>
            <span class="rail" aria-hidden="true">
                <span class=dot>{glyph.map(|glyph| view! { <Icon glyph size=11/> })}</span>
            </span>
            <span class="number">
                {number} {mark.map(|(class, words)| view! { <span class=class>{words}</span> })}
            </span>
            <div class="changed">{changed(lang, timeline, at, row)}</div>
            <div class="cause">{told::who(lang, row.by.as_ref(), row.cause.as_ref())}</div>
            <div class="period">{told::period(lang, row.start, row.end, row.current, now)} {gaps(lang, timeline, row, now)}</div>
            <div class="line-actions">{actions(lang, timeline, at, row, live)}</div>
        </li>
    })
}

fn changed(lang: Lang, timeline: &Timeline, at: usize, row: &Row) -> impl IntoView + use<> {
    let back = row.back_to.map(|earlier| {
        let number = timeline
            .periods
            .iter()
            .find(|other| other.generation == earlier)
            .and_then(|other| other.revision);
        let words = match number {
            Some(number) => lang.back_to_template(&number.to_string()),
            None => lang.back_to_earlier_template().to_owned(),
        };
        view! { <p class="strong">{words}</p> }
    });
    let restart = row.restart_only.then(|| ledger::restart_chip(lang));
    let bare = row.changes.images.is_empty() && row.changes.chips.is_empty();
    let images = (bare && !row.restart_only).then(|| {
        row.images
            .iter()
            .take(IMAGES)
            .map(|i| {
                let (name, tag) = image::parts(&i.image);
                let url = urls::images(&i.image, 1);
                view! { <a class="mono quiet" href=url title=lang.find_image(&i.image)>{name} " " {tag}</a> }
            })
            .collect_view()
    });
    let more = row.images.len().saturating_sub(IMAGES);
    let more = (images.is_some() && more > 0)
        .then(|| view! { <span class="muted">{lang.and_more(more)}</span> });
    let unknown = row
        .template
        .is_none()
        .then(|| view! { <span class="muted">{lang.template_not_known()}</span> });
    let chips = (!row.restart_only).then(|| changes::chips(lang, &row.changes));
    let outcome = match (row.outcome, row.rollout.done) {
        (Outcome::PutBack, _) => Some(("tone-red small", put_back(lang, timeline, at))),
        _ if row.rollout.on_delete => Some(("muted small", on_delete(lang, row))),
        (Outcome::Done, Some(done)) if row.start.grade != Grade::NotKnown => {
            let span = time::duration(lang, time::span(row.start.at, done));
            Some(("muted small", lang.outcome_done(&span)))
        }
        (Outcome::Overtaken, _) => Some(("muted small", lang.outcome_overtaken().to_owned())),
        (Outcome::Running, _) => Some(("tone-blue small", lang.outcome_running().to_owned())),
        _ => None,
    };
    let stalled = (row.stood_still > 0).then(|| {
        let span = time::duration(lang, SignedDuration::from_secs(row.stood_still));
        view! { <p class="tone-amber small">{lang.outcome_stalled(&span)}</p> }
    });
    let gone = went(lang, timeline, row).map(|words| view! { <p class="muted small">{words}</p> });
    view! {
        {back}
        <p class="chips">{restart} {images} {more} {unknown} {chips}</p>
        {outcome.map(|(class, words)| view! { <p class=class>{words}</p> })}
        {stalled}
        {gone}
    }
}

/// Nothing rolls by itself: how many nodes somebody had let have the template.
fn on_delete(lang: Lang, row: &Row) -> String {
    match (row.outcome, row.rollout.last) {
        (Outcome::NotKnown, _) | (_, None) => lang.outcome_on_delete_unknown().to_owned(),
        (Outcome::Done, Some(last)) => {
            lang.outcome_on_delete(last.desired, last.desired, row.current)
        }
        (_, Some(last)) => lang.outcome_on_delete(last.updated, last.desired, row.current),
    }
}

/// Who took the template away again, with the period after it.
fn put_back(lang: Lang, timeline: &Timeline, at: usize) -> String {
    let next = at
        .checked_sub(1)
        .and_then(|next| timeline.periods.get(next));
    match next.and_then(|next| next.by.as_ref()) {
        Some(By::Manager { name }) => lang.outcome_put_back_by(&visible(name)),
        _ => lang.outcome_put_back().to_owned(),
    }
}

/// What became of its ControllerRevision, where that is gone before its workload.
fn went(lang: Lang, timeline: &Timeline, row: &Row) -> Option<&'static str> {
    let held = row.template.is_some() && row.name.is_some();
    if row.in_cluster || !held || timeline.gone.is_some() {
        return None;
    }
    Some(match row.went.and_then(|went| went.why) {
        Some(Why::Pruned) => lang.went_pruned(),
        Some(Why::Duplicate) => lang.went_duplicate(),
        Some(Why::Deleted) => lang.went_by_hand(),
        None => lang.archived(),
    })
}

/// The last few spans in it in which nobody watched.
fn gaps(lang: Lang, timeline: &Timeline, row: &Row, now: Time) -> impl IntoView + use<> {
    let within = |gap: &&Gap| gap.from < row.end.map_or(now, |end| end.at) && gap.to > row.start.at;
    let all: Vec<&Gap> = timeline.gaps.iter().filter(within).collect();
    let more = all.len().saturating_sub(GAPS);
    let more = (more > 0).then(|| view! { <p class="muted small">{lang.and_more(more)}</p> });
    let spans = all.iter().rev().take(GAPS).map(|gap| {
        let span = time::from_to(lang, gap.from, gap.to, now);
        view! { <p class="muted small">{lang.nobody_watched()} " " {span}</p> }
    });
    let spans = spans.collect_view();
    view! {
        {spans}
        {more}
    }
}
