//! A rollback arriving: the four steps, the bar, kubectl's own words.

use domain::status::{Following, following};
use domain::text::visible;
use domain::time::Time;
use domain::verdict::Verdict;
use leptos::prelude::*;

use crate::components::bar::{NodesBar, legend};
use crate::components::icon::{Glyph, Icon};
use crate::components::moving::{part, text};
use crate::components::verdict;
use crate::i18n::Lang;
use crate::live::live;
use crate::model::{Followed, Given};
use crate::{time, urls};

/// How far a write has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The server's picture does not have this generation yet.
    Behind,
    /// The controller has not handled it.
    Sent,
    /// Nodes move.
    Nodes,
    /// `OnDelete`: nodes wait for a person.
    ByHand,
    /// All nodes run it.
    Done,
    /// All nodes ran it, and since then some are not ready.
    Ended,
    /// The spec was changed again.
    Overtaken,
}

fn stage(model: &Followed, generation: i64) -> Stage {
    let status = &model.status;
    // Other parts of the spec may change while the template stays.
    let ours = model
        .note
        .as_ref()
        .is_some_and(|note| note.generation == generation);
    match following(status, generation) {
        Following::Behind => Stage::Behind,
        Following::Overtaken if !ours => Stage::Overtaken,
        _ if status.observed_generation < generation => Stage::Sent,
        _ if status.done => Stage::Done,
        _ if status.on_delete => Stage::ByHand,
        _ if matches!(model.line.verdict, Verdict::NotReady { .. }) => Stage::Ended,
        _ => Stage::Nodes,
    }
}

/// The part that lives.
#[island]
pub fn ProgressLive(
    /// As the page was rendered.
    initial: Given<Followed>,
    /// The generation that the write returned.
    generation: i64,
    /// The apiserver's time then.
    now: Time,
    /// Language.
    lang: Lang,
) -> impl IntoView {
    let live = live();
    let (fresh, beat) = (live.workload, live.beat);
    let model = Memo::new(move |_| fresh.get().unwrap_or_else(|| initial.0.clone()));
    let now = Signal::derive(move || beat.get().map_or(now, |beat| beat.now));
    let headline = Memo::new(move |_| {
        let model = model.get();
        head_words(lang, &model, generation)
    });
    // Spoken when it is another state, and with every quarter of the nodes.
    let spoken = Memo::new(move |_| {
        let model = model.get();
        match stage(&model, generation) {
            Stage::Nodes => {
                let counts = model.line.counts;
                let quarters = counts.updated.min(counts.desired) * 4 / counts.desired.max(1);
                lang.quarter(quarters * 25)
            }
            _ => head_words(lang, &model, generation),
        }
    });
    view! {
        <section class="panel progress" aria-label=lang.rollback_region()>
            <div class="progress-head">
                {part(move || {
                    let model = model.get();
                    let (glyph, tone) = look(&model, stage(&model, generation));
                    view! {
                        <span class=tone>
                            <Icon glyph size=32/>
                        </span>
                    }
                })}
                <div>
                    <h2 class="moment">{text(move || headline.get())}</h2>
                    <p class="visually-hidden" aria-live="polite">
                        {text(move || spoken.get())}
                    </p>
                    <p class="muted">{text(move || sub_words(lang, &model.get(), generation))}</p>
                </div>
            </div>
            {part(move || view! { <NodesBar counts=model.get().line.counts lang/> })}
            {part(move || legend(lang, model.get().line.counts))}
            {part(move || steps(lang, &model.get(), generation))}
            {part(move || {
                let model = model.get();
                // kubectl's words are about what is there, whoever wrote it.
                let stage = stage(&model, generation);
                (!matches!(stage, Stage::Behind | Stage::Overtaken))
                    .then(|| {
                        view! {
                            <p class="evidence mono" role="note" aria-label=lang.fact_kubectl()>
                                {model.status.message}
                            </p>
                        }
                    })
            })}
            <p class="muted small">
                {text(move || lang.as_of(&time::clock(now.get())))}
            </p>
        </section>
        {part(move || next(lang, &model.get(), generation))}
    }
}

fn look(model: &Followed, stage: Stage) -> (Glyph, &'static str) {
    match stage {
        Stage::Done => (Glyph::Healthy, "tone-green"),
        Stage::ByHand => (Glyph::OnDelete, "tone-amber"),
        Stage::Overtaken | Stage::Ended => (Glyph::NotReady, "tone-amber"),
        Stage::Behind | Stage::Sent => (Glyph::NotObserved, "tone-slate"),
        Stage::Nodes if matches!(model.line.verdict, Verdict::Stuck { .. }) => {
            (Glyph::Stuck, "tone-red")
        }
        Stage::Nodes if !model.back => (Glyph::Rolling, "tone-blue"),
        Stage::Nodes => (Glyph::RollingBack, "tone-violet"),
    }
}

fn head_words(lang: Lang, model: &Followed, generation: i64) -> String {
    let stage = stage(model, generation);
    let counts = model.line.counts;
    let updated = counts.updated.min(counts.desired);
    match stage {
        Stage::Behind => lang.progress_behind(generation),
        Stage::Sent => lang.progress_sent().to_owned(),
        Stage::Done => lang.successfully().to_owned(),
        Stage::Ended => lang.ended_not_ready(counts.desired.saturating_sub(counts.available)),
        Stage::ByHand => lang.progress_by_hand(updated, counts.desired),
        Stage::Overtaken => lang.progress_overtaken().to_owned(),
        Stage::Nodes => match &model.line.verdict {
            stuck @ Verdict::Stuck { .. } => verdict::sentence(lang, stuck),
            // The link may follow any change, not only a rollback.
            _ if !model.back => lang.progress_forward(updated, counts.desired),
            _ => lang.progress_nodes(updated, counts.desired),
        },
    }
}

fn sub_words(lang: Lang, model: &Followed, generation: i64) -> String {
    match stage(model, generation) {
        Stage::Overtaken => lang.overtaken_words(generation, model.status.generation),
        Stage::ByHand => lang.by_hand_words().to_owned(),
        Stage::Done | Stage::Ended | Stage::Nodes => {
            let revision = model.line.revision;
            let all = (stage(model, generation) == Stage::Done)
                .then(|| lang.all_nodes_run(model.status.desired, revision));
            let back = match (&model.note, revision) {
                (Some(note), Some(now)) if note.to_revision > 0 && now != note.to_revision => {
                    Some(lang.now_revision(note.to_revision, now))
                }
                _ => None,
            };
            let reason = model
                .note
                .as_ref()
                .filter(|note| !note.reason.is_empty())
                .map(|note| lang.quoted(&visible(&note.reason)));
            let now = model.status.generation;
            let later = (now > generation).then(|| lang.still_this_one(generation, now));
            let parts: Vec<String> = [all, back, reason, later].into_iter().flatten().collect();
            if parts.is_empty() {
                lang.generation(generation)
            } else {
                parts.join(" ")
            }
        }
        Stage::Behind => lang.behind_words(model.status.generation),
        Stage::Sent => lang.generation(generation),
    }
}

fn steps(lang: Lang, model: &Followed, generation: i64) -> impl IntoView + use<> {
    let stage = stage(model, generation);
    let counts = model.line.counts;
    let reached = match stage {
        Stage::Behind => 0,
        Stage::Sent => 1,
        Stage::Nodes | Stage::ByHand | Stage::Overtaken => 2,
        Stage::Done | Stage::Ended => 4,
    };
    let third = if model.status.on_delete {
        lang.step_by_hand()
    } else {
        lang.step_nodes()
    };
    let of = lang.of_nodes(counts.updated.min(counts.desired), counts.desired);
    let names = [
        (lang.step_sent(), lang.generation(generation)),
        (
            lang.step_seen(),
            lang.observed(model.status.observed_generation),
        ),
        (third, of),
        (lang.step_done(), String::new()),
    ];
    let items = names
        .into_iter()
        .enumerate()
        .map(|(index, (name, detail))| {
            let (class, state) = match index {
                i if i < reached => ("step step-done", lang.state_done()),
                i if i == reached => ("step step-now", lang.state_now()),
                _ => ("step", lang.state_waiting()),
            };
            view! {
                <li class=class>
                    <span class="step-dot" role="img" aria-label=state>
                        {(index < reached).then(|| view! { <Icon glyph=Glyph::Healthy size=18/> })}
                    </span>
                    <b>{name}</b>
                    <span class="muted small">{detail}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <ol class="steps" aria-label=lang.rollback_steps()>
            {items}
        </ol>
    }
}

/// What a person may want next; only when something ended.
fn next(lang: Lang, model: &Followed, generation: i64) -> Option<impl IntoView + use<>> {
    let stage = stage(model, generation);
    matches!(
        stage,
        Stage::Done | Stage::Ended | Stage::Overtaken | Stage::ByHand
    )
    .then(|| {
        let key = model.line.key();
        let name = lang.open_workload(&key.name);
        let by_hand = (stage == Stage::ByHand).then(|| {
            view! {
                <div class="row next-step">
                    <Icon glyph=Glyph::OnDelete size=16/>
                    <p>
                        <b>{lang.replace_open()}</b>
                        <br/>
                        <span class="muted">{lang.replace_open_hint()}</span>
                    </p>
                    <span class="spacer"></span>
                    <a class="button button-ink" href=urls::replace(&key)>
                        {lang.replace_open()}
                    </a>
                </div>
            }
        });
        view! {
            <section class="panel" aria-labelledby="next">
                <div class="panel-head">
                    <h2 id="next">{lang.what_now()}</h2>
                </div>
                {by_hand}
                <div class="row next-step">
                    <Icon glyph=Glyph::Compare size=16/>
                    <p>
                        <b>{lang.see_the_history()}</b>
                        <br/>
                        <span class="muted">{lang.see_the_history_hint()}</span>
                    </p>
                    <span class="spacer"></span>
                    <a class="button" href=urls::workload(&key)>
                        {name}
                    </a>
                </div>
            </section>
        }
    })
}
