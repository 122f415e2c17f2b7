//! One workload: what state its rollout is in, and its history.

use domain::health::Health;
use domain::history::History;
use domain::time::Time;
use domain::verdict::Verdict;
use leptos::prelude::*;

use crate::components::bar::{NodesBar, legend};
use crate::components::head::Particulars;
use crate::components::icon::{Glyph, Icon};
use crate::components::ledger::{self, back_link};
use crate::components::moving::{maybe, part, text};
use crate::components::verdict::{self, VerdictLine};
use crate::i18n::Lang;
use crate::islands::copy::CopyButton;
use crate::live::{live, off_reason};
use crate::model::{Given, Workload};
use crate::{time, urls};

/// The part that lives.
#[island]
pub fn WorkloadLive(
    /// As the page was rendered.
    initial: Given<Workload>,
    /// The apiserver's time then.
    now: Time,
    /// Language.
    lang: Lang,
    /// How fresh the page was then.
    health: Given<Health>,
    /// Nothing may be written.
    read_only: bool,
    /// What stands still, between the rollout and the history.
    children: Children,
) -> impl IntoView {
    let live = live();
    let off = off_reason(&live, health.0, read_only, lang);
    let (fresh, beat) = (live.workload, live.beat);
    let model = Memo::new(move |_| fresh.get().unwrap_or_else(|| initial.0.clone()));
    let now = Signal::derive(move || beat.get().map_or(now, |beat| beat.now));
    let history = Memo::new(move |_| {
        let model = model.get();
        (
            model.history,
            model
                .note
                .map(|note| note.reason)
                .filter(|reason| !reason.is_empty()),
        )
    });
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let line = model.with(|m| m.line.clone());
        let sentence = verdict::sentence(lang, &line.verdict);
        document().set_title(&format!("{}: {sentence} · Rollbook", line.name));
    });
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        history.track();
        request_animation_frame(crate::islands::keys::mark_selected);
    });
    // Spoken when it is another state, not with every node.
    let state = Memo::new(move |_| model.with(|m| m.line.verdict.group()));
    view! {
        {part(move || head(lang, &model.get(), off))}
        <p class="visually-hidden" aria-live="polite">
            {text(move || verdict::group_name(lang, state.get()).to_owned())}
        </p>
        <section class="panel rollout" aria-label=lang.rollout()>
            {part(move || rollout(lang, &model.get(), now))}
        </section>
        {children()}
        <section class="panel" aria-label=lang.revision_history()>
            {part(move || {
                let (history, reason) = history.get();
                let context = ledger::Context {
                    lang,
                    now,
                    off,
                    reason,
                };
                history_panel(&context, &history)
            })}
        </section>
        <section class="panel" aria-labelledby="crs">
            <div class="panel-head">
                <h2 id="crs">{lang.controller_revisions()}</h2>
                <span class="muted">{lang.controller_revisions_hint()}</span>
            </div>
            {part(move || controller_revisions(&history.get().0, now))}
        </section>
    }
}

fn head(lang: Lang, model: &Workload, off: Signal<Option<String>>) -> impl IntoView + use<> {
    let key = &model.line.key();
    let history = &model.history;
    let previous = history
        .previous_different
        .as_ref()
        .and_then(|name| history.row(name));
    let compare = previous.map(|row| urls::compare(key, "live", &row.name));
    let why = previous
        .is_none()
        .then(|| lang.up_to_date_nothing().to_owned());
    let about = previous.map(|row| lang.roll_back_to_number(row.revision));
    let url = urls::rollback(key, previous.map(|row| row.name.as_str()));
    view! {
        <div class="head">
            <div>
                <h1>{key.name.clone()}</h1>
                <Particulars
                    key=key.clone()
                    owner=model.line.owner.clone()
                    strategy=model.strategy.clone()
                    at_a_time=model.at_a_time
                    lang
                />
            </div>
            <div class="head-actions bottom-bar">
                <CopyButton
                    text=String::new()
                    label=lang.copy_link().to_owned()
                    done=lang.copied().to_owned()
                />
                {compare
                    .map(|url| {
                        view! {
                            <a class="button" role="button" href=url data-key="c">
                                <Icon glyph=Glyph::Compare size=14/>
                                {lang.compare_revisions()}
                            </a>
                        }
                    })}
                <span class="primary-back">
                    {back_link(lang.roll_back_menu(), None, about, url, why, off)}
                </span>
            </div>
        </div>
    }
}

/// Verdict, progress and facts.
fn rollout(lang: Lang, model: &Workload, now: Signal<Time>) -> impl IntoView + use<> {
    let line = model.line.clone();
    let counts = line.counts;
    let current = model.history.current().cloned();
    let noted = line.clone();
    view! {
        <div class="rollout-main">
            <h2 class="verdict-head">
                <VerdictLine verdict=line.verdict.clone() lang size=22/>
            </h2>
            <p class="muted verdict-note">
                {maybe(move || match noted.verdict {
                    Verdict::Healthy => Some(lang.all_nodes_run(noted.counts.desired, noted.revision)),
                    _ => verdict::note(lang, &noted, now.get()),
                })}
            </p>
            <div class="steps-line">
                {from_to(lang, model)}
                <span class="spacer"></span>
                <b>{lang.of_nodes(counts.updated.min(counts.desired), counts.desired)}</b>
            </div>
            <NodesBar counts lang/>
            {legend(lang, counts)}
        </div>
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
                    <b>{budget(lang, model)}</b>
                    <span class="small">{budget_field(model)}</span>
                </dd>
            </div>
            {current
                .map(|row| {
                    let created = row.created_at;
                    view! {
                        <div>
                            <dt>{lang.fact_template_created()}</dt>
                            <dd>
                                <b>{text(move || time::absolute(lang, created, now.get()))}</b>
                                <span class="small">
                                    {text(move || {
                                        lang.ago(&time::duration(lang, time::span(created, now.get())))
                                    })}
                                </span>
                            </dd>
                        </div>
                    }
                })}
            {line
                .current_since
                .map(|at| {
                    view! {
                        <div>
                            <dt>{lang.fact_current_since()}</dt>
                            <dd>
                                <b>{text(move || time::absolute(lang, at, now.get()))}</b>
                                <span class="small">
                                    {text(move || {
                                        lang.ago(&time::duration(lang, time::span(at, now.get())))
                                    })}
                                </span>
                            </dd>
                        </div>
                    }
                })}
            <div class="fact-wide">
                <dt class="mono">{lang.fact_kubectl()}</dt>
                <dd class="mono small">{model.status.message.clone()}</dd>
            </div>
        </dl>
    }
}

fn budget(lang: Lang, model: &Workload) -> String {
    use domain::workload::AtATime;
    match model.at_a_time {
        AtATime::Unavailable(n) | AtATime::Surge(n) => lang.number(n),
        AtATime::None => lang.none().to_owned(),
    }
}

fn budget_field(model: &Workload) -> String {
    use domain::workload::{AtATime, UpdateStrategy};
    match (&model.strategy, model.at_a_time) {
        (UpdateStrategy::RollingUpdate { max_surge, .. }, AtATime::Surge(_)) => {
            format!("maxSurge {max_surge}")
        }
        (
            UpdateStrategy::RollingUpdate {
                max_unavailable, ..
            },
            _,
        ) => format!("maxUnavailable {max_unavailable}"),
        (UpdateStrategy::OnDelete, _) => "OnDelete".to_owned(),
        (UpdateStrategy::Other { name }, _) => name.clone(),
    }
}

/// `9 → 10` while a rollout runs, and what that changes.
fn from_to(lang: Lang, model: &Workload) -> impl IntoView + use<> {
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
    let current = model.history.current();
    let change = current
        .filter(|row| row.base.is_some() && line.from_revision.is_some())
        .map(|row| crate::components::changes::chips(lang, &row.changes));
    let images = change.is_none().then(|| {
        view! { <crate::components::image::Images images=line.images.clone() lang/> }
    });
    view! {
        {from}
        {chip(line.revision, current_class)}
        {change}
        {images}
    }
}

fn history_panel(context: &ledger::Context, history: &History) -> impl IntoView + use<> {
    let lang = context.lang;
    let notice = ledger::state_notice(lang, history);
    view! {
        <div class="panel-head">
            <h2>{lang.revision_history()}</h2>
            <span class="muted">{ledger::headline(lang, history)}</span>
        </div>
        {notice
            .map(|notice| {
                view! {
                    <p class="notice">
                        <Icon glyph=Glyph::NotObserved/>
                        {notice}
                    </p>
                }
            })}
        {(!history.revisions.is_empty()).then(|| ledger::ledger(context, history))}
    }
}

/// `kubectl get controllerrevisions`, for this workload.
fn controller_revisions(history: &History, now: Signal<Time>) -> impl IntoView + use<> {
    let controller = format!("daemonset.apps/{}", history.name);
    let rows = history
        .revisions
        .iter()
        .map(|row| {
            let created = row.created_at;
            let controller = controller.clone();
            view! {
                <tr>
                    <td>
                        <a href=urls::revision(&history.key(), &row.name)>{row.name.clone()}</a>
                    </td>
                    <td>{controller}</td>
                    <td>{row.revision}</td>
                    <td>{text(move || time::kubectl_age(time::span(created, now.get())))}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="mono plain" aria-labelledby="crs">
            <thead>
                <tr>
                    <th scope="col">"NAME"</th>
                    <th scope="col">"CONTROLLER"</th>
                    <th scope="col">"REVISION"</th>
                    <th scope="col">"AGE"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}
