//! The revision history as a ledger: newest first, with the rail and the arcs
//! that show which template came back under which number.

mod actions;

use domain::history::{CurrentState, History, Row};
use domain::ledger::Gone;
use domain::rail::{self, Entry, Part, Piece};
use domain::time::Time;
use leptos::prelude::*;

use super::back::Off;
use super::icon::{Glyph, Icon};
use super::{image, told};
use crate::i18n::Lang;
use crate::{time, urls};
use actions::actions;

/// What a ledger needs beside the history.
#[derive(Clone)]
pub struct Context {
    /// Language.
    pub lang: Lang,
    /// The apiserver's time.
    pub now: Time,
    /// Whether nothing can be rolled back at the moment.
    pub off: Off,
    /// The reason of Rollbook's last rollback, if it still holds.
    pub reason: Option<String>,
}

/// The head line; what stands between the changes and the period differs.
pub fn columns(lang: Lang, why: &'static str) -> impl IntoView {
    view! {
        <div class="ledger-head" aria-hidden="true">
            <span></span>
            <span>{lang.column_revision()}</span>
            <span>{lang.column_what_changed()}</span>
            <span>{why}</span>
            <span>{lang.column_current()}</span>
            <span></span>
        </div>
    }
}

/// The head line and the list.
pub fn ledger(context: &Context, history: &History) -> impl IntoView + use<> {
    let lang = context.lang;
    let lines = rail::lines(history)
        .into_iter()
        .map(|line| match line.entry {
            Entry::Revision(row) => revision_line(context, history, row, &line.pieces).into_any(),
            Entry::Gone(gone) => gone_line(lang, gone, &line.pieces).into_any(),
        })
        .collect_view();
    view! {
        <div class="ledger">
            {columns(lang, lang.column_cause())}
            <ol aria-label=lang.revision_history()>{lines}</ol>
        </div>
    }
}

/// One sentence on what the history holds.
pub fn headline(lang: Lang, history: &History) -> String {
    let renumbered = history.revisions.iter().filter(|row| row.returned).count();
    let gone: i64 = history
        .gone
        .iter()
        .filter(|gone| gone.now.is_none())
        .map(|gone| gone.last - gone.first + 1)
        .sum();
    lang.history_headline(history.revisions.len(), renumbered, gone)
}

/// What is said when the current revision is not known.
pub fn state_notice(lang: Lang, history: &History) -> Option<String> {
    match history.current_state {
        CurrentState::Recorded => None,
        CurrentState::Pending => Some(lang.history_pending().to_owned()),
        CurrentState::NotRecorded => Some(lang.history_not_recorded().to_owned()),
        CurrentState::NoHistory => Some(lang.history_none().to_owned()),
    }
}

/// Lanes that the style sheet draws apart.
const LANES: usize = 6;

fn arcs(pieces: &[Piece]) -> impl IntoView + use<> {
    pieces
        .iter()
        .map(|piece| {
            let part = match piece.part {
                Part::Start => "start",
                Part::Through => "through",
                Part::End => "end",
            };
            let class = format!("arc arc-{part} lane-{}", piece.lane.min(LANES - 1));
            view! { <span class=class></span> }
        })
        .collect_view()
}

fn dot(row: &Row) -> (&'static str, Option<Glyph>) {
    match () {
        () if row.problem.is_some() => ("dot dot-red", Some(Glyph::Failed)),
        () if row.current && row.returned => ("dot dot-violet dot-ring", Some(Glyph::Back)),
        () if row.current => ("dot dot-ring", None),
        () if row.returned => ("dot dot-violet", Some(Glyph::Back)),
        () if row.restart_only => ("dot dot-restart", Some(Glyph::Restart)),
        () => ("dot dot-disc", None),
    }
}

fn revision_line(
    context: &Context,
    history: &History,
    row: &Row,
    pieces: &[Piece],
) -> impl IntoView + use<> {
    let lang = context.lang;
    let key = &history.key();
    let (dot_class, dot_glyph) = dot(row);
    let url = urls::revision(key, &row.name);
    let class = match (row.current, row.returned) {
        (true, _) => "line is-current",
        (_, true) => "line is-returned",
        _ => "line",
    };
    let number_label = lang.revision_number(row.revision);
    view! {
        <li class=class data-line="" data-revision=row.name.clone() data-number=row.revision id=format!("r-{}", row.name)>
            <span class="rail" aria-hidden="true">
                {arcs(pieces)} <span class=dot_class>
                    {dot_glyph.map(|glyph| view! { <Icon glyph size=11/> })}
                </span>
            </span>
            <span class="number">
                <a href=url aria-label=number_label>
                    {row.revision}
                </a>
                {row.current.then(|| view! { <span class="mark mark-ink">{lang.current()}</span> })}
                {row
                    .was
                    .map(|was| {
                        view! { <span class="mark mark-violet">{lang.was(was.revision)}</span> }
                    })}
                {(row.returned && row.was.is_none())
                    .then(|| view! { <span class="mark mark-violet">{lang.renumbered()}</span> })}
            </span>
            <div class="changed">{what_changed(lang, history, row)}</div>
            <div class="cause">{cause(context, row)}</div>
            <div class="period">{period(context, row)}</div>
            <div class="line-actions">{actions(context, key, row)}</div>
        </li>
    }
}

/// Nothing but the time of a restart changed.
pub fn restart_chip(lang: Lang) -> impl IntoView {
    view! {
        <span class="chip chip-blue">
            <Icon glyph=Glyph::Restart size=12/>
            {lang.restart_only()}
        </span>
    }
}

fn what_changed(lang: Lang, history: &History, row: &Row) -> impl IntoView + use<> {
    let returned = row.returned.then(|| {
        let sentence = match row.was {
            Some(was) => lang.rolled_back_to(was.revision),
            None => lang.rolled_back_to_earlier().to_owned(),
        };
        let why = row
            .was
            .map(|was| lang.renumbered_because(was.revision, row.revision));
        view! {
            <p class="strong">{sentence}</p>
            {why.map(|why| view! { <p class="muted small">{why}</p> })}
        }
    });
    let problem = row.problem.clone().map(|problem| {
        view! {
            <span class="mark mark-red">{lang.cannot_be_read()}</span>
            <p class="muted small">{lang.unreadable_hint(&problem)}</p>
        }
    });
    let identical = row.identical_to_current.then(|| {
        view! { <span class="chip chip-line">{lang.identical_to_current()}</span> }
    });
    let restart = row.restart_only.then(|| restart_chip(lang));
    let same = row.base.as_ref().filter(|_| row.restart_only).map(
        |base| view! { <span class="muted small">{lang.same_content_as(base.revision)}</span> },
    );
    let changes = (!row.restart_only).then(|| changes(lang, history, row));
    view! {
        {returned}
        {problem}
        <p class="chips">{restart} {same} {changes} {identical}</p>
    }
}

/// Image first, then a few chips; the oldest revision shows what it runs.
fn changes(lang: Lang, history: &History, row: &Row) -> impl IntoView + use<> {
    if row.base.is_none() {
        let first = row.problem.is_none().then(|| {
            let images = row
                .images
                .iter()
                .map(|i| {
                    let (name, tag) = image::parts(&i.image);
                    view! {
                        <span class="mono" title=i.image.clone()>
                            {name} " " {tag}
                        </span>
                    }
                })
                .take(3)
                .collect_view();
            view! {
                {images}
                <span class="muted small">{lang.first_known()}</span>
            }
        });
        return first.into_any();
    }
    let gap = row
        .base
        .as_ref()
        .filter(|base| base.revision + 1 < row.revision || !contiguous(history, row))
        .map(|base| view! { <span class="muted small">{lang.against(base.revision)}</span> });
    view! {
        {super::changes::chips(lang, &row.changes)}
        {gap}
    }
    .into_any()
}

/// The base is the very revision before it.
fn contiguous(history: &History, row: &Row) -> bool {
    row.base.as_ref().is_none_or(|base| {
        history
            .revisions
            .iter()
            .skip_while(|r| r.name != row.name)
            .nth(1)
            .is_some_and(|r| r.name == base.name)
    })
}

fn cause(context: &Context, row: &Row) -> impl IntoView + use<> {
    let lang = context.lang;
    let reason = context
        .reason
        .clone()
        .filter(|reason| row.current && row.returned && !reason.is_empty())
        .map(|reason| {
            let reason = domain::text::visible(&reason).into_owned();
            view! { <p class="strong">{lang.quoted(&reason)}</p> }
        });
    let words = match &row.change_cause {
        Some(cause) => {
            view! { <p class="cause-text">{domain::text::visible(cause).into_owned()}</p> }
                .into_any()
        }
        None => view! { <p class="faint">{lang.no_cause()}</p> }.into_any(),
    };
    let copied = row.cause_same_as.map(|of| {
        view! { <p class="muted small">{lang.cause_same_as(of)}</p> }
    });
    view! {
        {reason}
        {words}
        {copied}
    }
}

fn period(context: &Context, row: &Row) -> impl IntoView + use<> {
    let lang = context.lang;
    let now = context.now;
    let created = lang.created_at(&time::absolute(lang, row.created_at, now));
    let head = match row.current_since {
        Some(since) => view! {
            <p class="strong">
                {told::counted(since, time::duration(lang, time::span(since, now)))} " "
                <span class="normal">{lang.counting()}</span>
            </p>
            <p class="muted small">{lang.since(&time::absolute(lang, since, now))}</p>
        }
        .into_any(),
        None => view! { <p class="strong">{lang.not_known()}</p> }.into_any(),
    };
    view! {
        {head}
        <p class="muted small">{created}</p>
    }
}

fn gone_line(lang: Lang, gone: &Gone, pieces: &[Piece]) -> impl IntoView + use<> {
    let numbers = if gone.first == gone.last {
        gone.first.to_string()
    } else {
        format!("{}–{}", gone.first, gone.last)
    };
    let (words, mark) = match gone.now {
        Some(now) => (
            lang.gone_renumbered(gone.first, now),
            Some(view! { <span class="mark mark-violet">{lang.now(now)}</span> }),
        ),
        None => (lang.gone_pruned().to_owned(), None),
    };
    let dot = if gone.now.is_some() {
        "dot dot-gone"
    } else {
        "dot dot-pruned"
    };
    view! {
        <li class="line is-gone">
            <span class="rail" aria-hidden="true">
                {arcs(pieces)} <span class=dot></span>
            </span>
            <span class="number">
                <s>{numbers}</s>
                {mark}
            </span>
            <p class="changed muted small gone-words">{words}</p>
        </li>
    }
}
