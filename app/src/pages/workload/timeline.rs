//! What ran when, as far as it is known: the staircase, and a line for each
//! period.

use std::sync::Arc;

use domain::record::By;
use domain::record::timeline::{Gap, Grade, Moment, Outcome, Row, Rule, Timeline};
use domain::time::Time;
use domain::workload::Key;
use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::components::{changes, image, ledger, staircase};
use crate::i18n::Lang;
use crate::record::{Failure, Record, State};
use crate::{time, urls};

/// The panel.
#[component]
pub fn TimelinePanel(key: Key, uid: String, now: Time, lang: Lang) -> impl IntoView {
    let record = use_context::<Arc<dyn Record>>();
    let before = crate::pages::query_part("before").and_then(|text| text.parse().ok());
    let told = Resource::new_blocking(
        || (),
        move |()| {
            let (record, key, uid) = (record.clone(), key.clone(), uid.clone());
            async move {
                let record = record?;
                let told = record.timeline(&key, Some(&uid), before, now).await;
                Some(Told(told, record.state()))
            }
        },
    );
    view! {
        <section id="timeline" class="panel timeline" aria-labelledby="timeline-head">
            <Suspense fallback=|| ()>
                {move || Suspend::new(async move {
                    told.await.map(|told| panel(lang, &told, before.is_some(), now))
                })}
            </Suspense>
        </section>
    }
}

/// What the record said. It never leaves the server.
#[derive(Clone, Debug)]
struct Told(Result<Option<Timeline>, Failure>, State);

impl serde::Serialize for Told {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de> serde::Deserialize<'de> for Told {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <()>::deserialize(deserializer)?;
        Ok(Self(Ok(None), State::Off))
    }
}

fn panel(lang: Lang, told: &Told, part: bool, now: Time) -> impl IntoView + use<> {
    let Told(answer, state) = told;
    let behind = match state {
        State::Behind(since, failure) => {
            Some(lang.record_behind(&time::absolute(lang, *since, now), &failure.to_string()))
        }
        _ => None,
    };
    let (timeline, notice) = match answer {
        Ok(Some(timeline)) => (Some(timeline), None),
        Ok(None) => (None, Some(lang.timeline_empty().to_owned())),
        Err(Failure::Off) => (None, Some(lang.timeline_off().to_owned())),
        Err(Failure::Opening) => (None, Some(lang.timeline_opening().to_owned())),
        Err(_) if behind.is_some() => (None, None),
        Err(failure) => (None, Some(lang.record_unreadable(&failure.to_string()))),
    };
    let notices = [behind, notice]
        .into_iter()
        .flatten()
        .map(|words| {
            view! {
                <p class="notice">
                    <Icon glyph=Glyph::NotObserved/>
                    <span>{words}</span>
                </p>
            }
        })
        .collect_view();
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
        {timeline.and_then(|timeline| staircase::picture(lang, timeline, now))}
        {timeline.map(|timeline| lines(lang, timeline, now))}
        {timeline.map(|timeline| parts(lang, timeline, part))}
    }
}

fn lines(lang: Lang, timeline: &Timeline, now: Time) -> impl IntoView + use<> {
    let rows = timeline
        .periods
        .iter()
        .enumerate()
        .map(|(at, row)| line(lang, timeline, at, row, now))
        .collect_view();
    let whole = timeline.earlier == 0;
    let before = (timeline.missing_before > 0 && whole)
        .then(|| unknown(lang.unknown_before(timeline.missing_before)));
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
fn parts(lang: Lang, timeline: &Timeline, part: bool) -> impl IntoView + use<> {
    let newest = part.then(|| {
        let url = format!("{}#timeline", urls::workload(&timeline.key));
        view! { <a class="button" href=url>{lang.newest_periods()}</a> }
    });
    let last = timeline.periods.last().filter(|_| timeline.earlier > 0);
    let earlier = last.map(|last| {
        let url = urls::timeline_before(&timeline.key, last.generation);
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

fn line(lang: Lang, timeline: &Timeline, at: usize, row: &Row, now: Time) -> impl IntoView + use<> {
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
    view! {
        {missing}
        <li class=class id=format!("p-{}", row.generation) data-period=at>
            <span class="rail" aria-hidden="true">
                <span class=dot>{glyph.map(|glyph| view! { <Icon glyph size=11/> })}</span>
            </span>
            <span class="number">
                {number} {mark.map(|(class, words)| view! { <span class=class>{words}</span> })}
            </span>
            <div class="changed">{changed(lang, timeline, row)}</div>
            <div class="cause">{who(lang, row)}</div>
            <div class="period">{period(lang, timeline, row, now)}</div>
            <div class="line-actions">{compare(lang, timeline, row)}</div>
        </li>
    }
}

fn changed(lang: Lang, timeline: &Timeline, row: &Row) -> impl IntoView + use<> {
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
            .take(3)
            .map(|i| {
                let (name, tag) = image::parts(&i.image);
                view! { <span class="mono" title=i.image.clone()>{name} " " {tag}</span> }
            })
            .collect_view()
    });
    let unknown = row
        .template
        .is_none()
        .then(|| view! { <span class="muted">{lang.template_not_known()}</span> });
    let chips = (!row.restart_only).then(|| changes::chips(lang, &row.changes));
    let outcome = match (row.outcome, row.rollout.done) {
        (Outcome::Done, Some(done)) if row.start.grade != Grade::NotKnown => {
            let span = time::duration(lang, time::span(row.start.at, done));
            Some(("muted small", lang.outcome_done(&span)))
        }
        (Outcome::Overtaken, _) => Some(("muted small", lang.outcome_overtaken().to_owned())),
        (Outcome::PutBack, _) => Some(("tone-red small", lang.outcome_put_back().to_owned())),
        (Outcome::Running, _) => Some(("tone-blue small", lang.outcome_running().to_owned())),
        _ => None,
    };
    let gone = (!row.in_cluster && row.template.is_some() && row.name.is_some())
        .then(|| view! { <p class="muted small">{lang.archived()}</p> });
    view! {
        {back}
        <p class="chips">{restart} {images} {unknown} {chips}</p>
        {outcome.map(|(class, words)| view! { <p class=class>{words}</p> })}
        {gone}
    }
}

fn who(lang: Lang, row: &Row) -> impl IntoView + use<> {
    let (who, reason) = match &row.by {
        Some(By::Rollbook { reason, .. }) => (
            lang.by_rollbook().to_owned(),
            Some(reason).filter(|r| !r.is_empty()),
        ),
        Some(By::Manager { name }) => {
            let name = domain::text::visible(name);
            (lang.by_manager(&name), None)
        }
        None => (lang.who_not_known().to_owned(), None),
    };
    let known = if row.by.is_some() { "strong" } else { "faint" };
    let reason = reason.map(|reason| {
        let words = lang.quoted(&domain::text::visible(reason));
        view! { <p class="cause-text">{words}</p> }
    });
    let cause = row.cause.as_ref().map(|cause| {
        let text = domain::text::visible(&cause.text).into_owned();
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
        <p class=known>{who}</p>
        {reason}
        {cause}
    }
}

fn period(lang: Lang, timeline: &Timeline, row: &Row, now: Time) -> impl IntoView + use<> {
    let known = row.start.grade != Grade::NotKnown
        && row.end.is_none_or(|end| end.grade != Grade::NotKnown);
    let head = if known {
        let span = staircase::span(lang, row, now);
        let counting = row
            .current
            .then(|| view! { <span class="normal">" " {lang.counting()}</span> });
        view! { <p class="strong">{span} {counting}</p> }.into_any()
    } else {
        view! { <p class="strong">{lang.not_known()}</p> }.into_any()
    };
    let from_to = match row.end {
        Some(end) if known => time::from_to(lang, row.start.at, end.at, now),
        Some(end) => lang.between(&said(lang, row.start, now), &said(lang, end, now)),
        None => lang.since(&said(lang, row.start, now)),
    };
    let how = match (row.start.grade, row.start.rule) {
        (_, Some(Rule::Created)) => Some(lang.inferred_created().to_owned()),
        (_, Some(Rule::Recorded)) => Some(lang.inferred_recorded().to_owned()),
        (Grade::NotKnown, None) => {
            let (from, to) = (row.start.not_before, row.start.at);
            Some(lang.began_between(&time::from_to(lang, from, to, now)))
        }
        _ => None,
    };
    let within = |gap: &&Gap| gap.from < row.end.map_or(now, |end| end.at) && gap.to > row.start.at;
    let gaps = timeline
        .gaps
        .iter()
        .filter(within)
        .map(|gap| {
            let span = time::from_to(lang, gap.from, gap.to, now);
            view! { <p class="muted small">{lang.nobody_watched()} " " {span}</p> }
        })
        .take(3)
        .collect_view();
    view! {
        {head}
        <p class="muted small">{from_to}</p>
        {how.map(|how| view! { <p class="muted small">{how}</p> })}
        {gaps}
    }
}

/// A moment, or the latest that it can have been.
fn said(lang: Lang, moment: Moment, now: Time) -> String {
    let at = time::absolute(lang, moment.at, now);
    match moment.grade {
        Grade::NotKnown => lang.by_then(&at),
        _ => at,
    }
}

/// The way to what it differs in from what is live.
fn compare(lang: Lang, timeline: &Timeline, row: &Row) -> impl IntoView + use<> {
    let name = row
        .name
        .as_ref()
        .filter(|_| row.in_cluster && !row.current)?;
    let url = urls::compare(&timeline.key, name, "live");
    let number = row.revision?;
    Some(view! {
        <a class="button small-button" href=url aria-label=lang.compare_then(number)>
            {lang.compare()}
        </a>
    })
}
