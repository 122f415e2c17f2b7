//! One workload: what state its rollout is in.

use domain::fleet::Line;
use domain::progress::finished;
use domain::time::Time;
use domain::verdict::Verdict;
use jiff::SignedDuration;
use leptos::prelude::*;

use crate::components::bar::{NodesBar, legend};
use crate::components::moving::{maybe, part, text};
use crate::components::verdict::{self, VerdictLine};
use crate::i18n::Lang;
use crate::live::live;
use crate::model::{Followed, Given};
use crate::{time, urls};

/// The part that lives.
#[island]
pub fn WorkloadLive(
    /// As the page was rendered.
    initial: Given<Followed>,
    /// The apiserver's time then.
    now: Time,
    /// Language.
    lang: Lang,
    /// Which revisions it goes from and to: drawn by the server.
    children: Children,
) -> impl IntoView {
    let live = live();
    let (fresh, beat) = (live.workload, live.beat);
    let model = Memo::new(move |_| fresh.get().unwrap_or_else(|| initial.0.clone()));
    let now = Signal::derive(move || beat.get().map_or(now, |beat| beat.now));
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let line = model.with(|m| m.line.clone());
        let sentence = verdict::sentence(lang, &line.verdict);
        let words = format!("{}: {sentence}", line.name);
        crate::live::browser::tab(&words, verdict::tone(&line.verdict));
    });
    // Spoken when it is another state, not with every node.
    let state = Memo::new(move |_| model.with(|m| m.line.verdict.group()));
    view! {
        <p class="visually-hidden" aria-live="polite">
            {text(move || verdict::group_name(lang, state.get()).to_owned())}
        </p>
        <section class="panel rollout" aria-label=lang.rollout()>
            <div class="rollout-main">
                {part(move || said(lang, &model.get(), now))}
                <div class="steps-line">
                    {children()} <span class="spacer"></span>
                    <b>{text(move || model.with(|m| of_nodes(lang, m)))}</b>
                </div>
                {part(move || {
                    let counts = model.with(|m| m.line.counts);
                    view! { <NodesBar counts lang/> {legend(lang, counts)} }
                })}
            </div>
            {part(move || facts(lang, &model.get(), now))}
        </section>
    }
}

fn of_nodes(lang: Lang, model: &Followed) -> String {
    let counts = model.line.counts;
    lang.of_nodes(counts.updated.min(counts.desired), counts.desired)
}

/// Verdict and a word on it.
fn said(lang: Lang, model: &Followed, now: Signal<Time>) -> impl IntoView + use<> {
    let line = model.line.clone();
    let waits = matches!(line.verdict, Verdict::OnDelete { .. });
    let by_hand = waits.then(|| {
        view! {
            <p class="verdict-way">
                <a class="button button-ink" href=urls::replace(&line.key())>
                    {lang.replace_open()}
                </a>
            </p>
        }
    });
    view! {
        <h2 class="verdict-head">
            <VerdictLine verdict=line.verdict.clone() lang size=22/>
        </h2>
        <p class="muted verdict-note">
            {maybe(move || match line.verdict {
                Verdict::Healthy => Some(lang.all_nodes_run(line.counts.desired, line.revision)),
                _ => verdict::note(lang, &line, now.get()),
            })}
        </p>
        {by_hand}
    }
}

fn facts(lang: Lang, model: &Followed, now: Signal<Time>) -> impl IntoView + use<> {
    let counts = model.line.counts;
    let (n, field) = model.budget.clone();
    let rolling = model.line.from_revision.is_some();
    let moments = [
        (lang.fact_template_created(), model.created_at),
        (lang.fact_current_since(), model.line.current_since),
    ];
    let moment = |name: &'static str, at: Time| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>
                    <b>{text(move || time::absolute(lang, at, now.get()))}</b>
                    <span class="small">
                        {text(move || lang.ago(&time::duration(lang, time::span(at, now.get()))))}
                    </span>
                </dd>
            </div>
        }
    };
    let moments = if rolling {
        pace(lang, &model.line, now).into_any()
    } else {
        moments
            .map(|(name, at)| at.map(|at| moment(name, at)))
            .into_any()
    };
    view! {
        <dl class="facts">
            <div>
                <dt>{lang.fact_ready()}</dt>
                <dd>
                    <b>{lang.number(counts.ready)}</b>
                    <span class="small">{lang.of_desired(counts.desired)}</span>
                </dd>
            </div>
            <div>
                <dt>{lang.fact_budget()}</dt>
                <dd>
                    <b>{n.map_or_else(|| lang.none().to_owned(), |n| lang.number(n))}</b>
                    <span class="small">{field}</span>
                </dd>
            </div>
            {moments}
            <div class="fact-wide">
                <dt class="mono">{lang.fact_kubectl()}</dt>
                <dd class="mono small">{model.status.message.clone()}</dd>
            </div>
        </dl>
    }
}

/// How long it will take, by what, and how long it took so far.
fn pace(lang: Lang, line: &Line, now: Signal<Time>) -> impl IntoView + use<> {
    let counts = line.counts;
    let left = counts.desired.saturating_sub(finished(counts));
    // A pace that came to its end says nothing of what is to come.
    let stuck = matches!(line.verdict, Verdict::Stuck { .. });
    let pace = line.pace.filter(|_| !stuck);
    let span = move |span: SignedDuration| time::duration(lang, span);
    let (words, by) = match pace {
        Some(pace) => (
            text(move || lang.about(&span(pace.time_left(left, now.get())))),
            text(move || lang.by_pace(&span(pace.time_left(1, now.get())), pace.nodes)),
        ),
        None => (
            text(move || lang.unknown().to_owned()),
            text(move || lang.nothing_finishes().to_owned()),
        ),
    };
    let running = line.started_at.map(|at| {
        view! {
            <div>
                <dt>{lang.fact_running_for()}</dt>
                <dd>
                    <b>{text(move || span(time::span(at, now.get())))}</b>
                </dd>
            </div>
        }
    });
    view! {
        <div>
            <dt>{lang.fact_time_left()}</dt>
            <dd>
                <b>{words}</b>
                <span class="small">{by}</span>
            </dd>
        </div>
        {running}
    }
}
