//! The page that asks before it goes back: what will change, on how many
//! nodes, what the cluster says to it, and a plain form.

use std::sync::Arc;

use domain::note::REASON_MAX;
use domain::rollback::{Order, Outcome, Report};
use domain::workload::{AtATime, Key, UpdateStrategy};
use leptos::prelude::*;

use crate::cluster::Cluster;
use crate::components::changes;
use crate::components::head::{Breadcrumb, Title};
use crate::components::icon::{Glyph, Icon};
use crate::components::panel::{ErrorPage, StatePanel};
use crate::error::ApiError;
use crate::i18n::Lang;
use crate::islands::submit::SubmitOnce;
use crate::model::{self, Comparison, DiffOptions, Workload};
use crate::urls;

/// What the form's handler leaves for the page when an order did not lead to a
/// write.
#[derive(Clone, Debug)]
pub struct Submitted {
    /// The order.
    pub order: Order,
    /// What became of it.
    pub report: Report,
}

/// All that the page shows.
struct Proposal {
    model: Workload,
    comparison: Comparison,
    order: Order,
}

/// The page.
#[component]
pub fn RollbackPage() -> impl IntoView {
    let frame = super::frame();
    let lang = frame.lang;
    let key = super::key_of_route();
    let submitted = use_context::<Submitted>();
    let to = submitted
        .as_ref()
        .map(|s| s.order.to.clone())
        .or_else(|| super::query_part("to"));
    let refused = submitted.as_ref().map(|s| refusal(lang, &key, s));
    let content = match super::lookup(|cluster| propose(cluster, &key, to.as_deref())) {
        Ok(Some(proposal)) => {
            let reason = submitted
                .as_ref()
                .map(|s| s.order.reason().to_owned())
                .unwrap_or_default();
            view! { <Confirm proposal reason/> }.into_any()
        }
        Ok(None) => view! { <NothingToGoBackTo key=key.clone() lang/> }.into_any(),
        Err(error) if submitted.is_some() => {
            // The refusal above says it better than a second error.
            let _ = error;
            ().into_any()
        }
        Err(error) => {
            super::status(error.http_status());
            view! { <ErrorPage error lang/> }.into_any()
        }
    };
    view! {
        <Title text=lang.rollback_of(&key.name)/>
        <Breadcrumb key lang below=true/>
        {refused}
        {content}
    }
}

/// The target: the one asked for, else the newest that is different.
fn propose(
    cluster: &dyn Cluster,
    key: &Key,
    to: Option<&str>,
) -> Result<Option<Proposal>, ApiError> {
    let model = model::workload(cluster, key)?;
    let to = match to {
        Some(to) => to.to_owned(),
        None => match &model.history.previous_different {
            Some(name) => name.clone(),
            None => return Ok(None),
        },
    };
    let comparison = model::comparison(cluster, key, "live", &to, DiffOptions::default())?;
    let row = model.history.row(&to);
    let order = Order {
        namespace: key.namespace.clone(),
        kind: key.kind,
        name: key.name.clone(),
        to_uid: row.map(|r| r.uid.clone()),
        to_revision: row.map(|r| r.revision),
        uid: Some(model.line.uid.clone()),
        generation: Some(model.line.generation),
        to,
        reason: None,
        dry_run: false,
    };
    Ok(Some(Proposal {
        model,
        comparison,
        order,
    }))
}

#[component]
fn NothingToGoBackTo(key: Key, lang: Lang) -> impl IntoView {
    view! {
        <StatePanel glyph=Glyph::Void tone="tone-slate" title=lang.up_to_date_nothing()>
            <p class="muted">{lang.nothing_different()}</p>
            <p class="actions">
                <a class="button button-ink" href=urls::workload(&key)>
                    {lang.see_the_history()}
                </a>
            </p>
        </StatePanel>
    }
}

/// What became of the order, told so that nobody has to guess what changed.
fn refusal(lang: Lang, key: &Key, submitted: &Submitted) -> impl IntoView + use<> {
    let report = &submitted.report;
    let (title, tone, glyph) = match report.outcome {
        Outcome::AlreadyThere => (lang.already_there(), "tone-green", Glyph::Healthy),
        Outcome::Unknown => (lang.not_known_whether(), "tone-amber", Glyph::NotReady),
        _ => (lang.not_sent(), "tone-red", Glyph::Failed),
    };
    let unchanged = (report.changed == Some(false)).then(|| lang.nothing_changed());
    let again = urls::rollback(key, Some(&submitted.order.to));
    view! {
        <section class="panel refusal" role="alert">
            <span class=tone>
                <Icon glyph size=24/>
            </span>
            <div>
                <h2>{title}</h2>
                <p>{report.message.clone()} " " <b>{unchanged}</b></p>
                <p class="actions">
                    <a class="button button-ink" href=again>
                        {lang.review_again()}
                    </a>
                    <a class="button" href=urls::workload(key)>
                        {lang.see_the_history()}
                    </a>
                </p>
            </div>
        </section>
    }
}

#[component]
fn Confirm(proposal: Proposal, reason: String) -> impl IntoView {
    let frame = super::frame();
    let lang = frame.lang;
    let Proposal {
        model,
        comparison,
        order,
    } = proposal;
    let key = model.line.key.clone();
    let number = order.to_revision.unwrap_or_default();
    let full_diff = urls::compare(&key, "live", &order.to);
    let next = model
        .history
        .revisions
        .iter()
        .map(|row| row.revision)
        .max()
        .unwrap_or_default()
        + 1;
    let current = model.history.current().map(|row| row.revision);
    let identical = comparison.changes.is_empty();
    let in_place = model
        .history
        .row(&order.to)
        .is_some_and(|row| row.identical_to_current || row.current);
    let off = off_reason(lang, &frame, in_place);
    view! {
        <div class="head">
            <div>
                <h1>{lang.roll_back_title(&key.name, number)}</h1>
                <p class="muted">
                    {lang.in_namespace_of(&key.namespace, &frame.cluster)}
                </p>
            </div>
        </div>
        <div class="two">
            <div class="stack">
                <section class="panel" aria-labelledby="what">
                    <div class="panel-head">
                        <h2 id="what">{lang.what_changes()}</h2>
                        <span class="spacer"></span>
                        <a href=full_diff>{lang.full_diff()}</a>
                    </div>
                    <p class="row becomes">
                        {current
                            .map(|n| {
                                view! {
                                    <span class="revision revision-current">{n}</span>
                                    <span class="arrow" aria-hidden="true">
                                        "→"
                                    </span>
                                }
                            })} <span class="revision revision-back">{next}</span>
                        <span>
                            <b>{lang.becomes(number, next)}</b>
                            " "
                            <span class="muted">{lang.becomes_because()}</span>
                        </span>
                    </p>
                    {if identical {
                        view! { <p class="row muted">{lang.identical()}</p> }.into_any()
                    } else {
                        changes::summary(lang, &comparison.changes).into_any()
                    }}
                </section>
                <Nodes model=model.clone() lang/>
                <Checks model=model.clone() order=order.clone() lang/>
            </div>
            <div class="stack">
                <OrderForm order=order.clone() reason off lang/>
                <Sent order model lang/>
            </div>
        </div>
    }
}

fn off_reason(lang: Lang, frame: &super::Frame, in_place: bool) -> Option<String> {
    if frame.read_only {
        Some(lang.off_read_only().to_owned())
    } else if !frame.health.is_live() {
        Some(lang.off_not_live().to_owned())
    } else if in_place {
        Some(lang.off_identical().to_owned())
    } else {
        None
    }
}

/// On how many nodes, and how many at a time.
#[component]
fn Nodes(model: Workload, lang: Lang) -> impl IntoView {
    let desired = model.line.counts.desired;
    let words = match (&model.strategy, model.at_a_time) {
        (UpdateStrategy::OnDelete | UpdateStrategy::Other { .. }, _) | (_, AtATime::None) => {
            lang.nodes_on_delete(desired)
        }
        (_, AtATime::Unavailable(n)) => lang.nodes_rolling(desired, n),
        (_, AtATime::Surge(n)) => lang.nodes_surge(desired, n),
    };
    let missing = desired.saturating_sub(model.line.counts.available);
    view! {
        <section class="panel" aria-labelledby="nodes">
            <div class="panel-head">
                <h2 id="nodes">{lang.which_nodes()}</h2>
                <span class="muted">
                    {crate::components::head::strategy_words(lang, &model.strategy, model.at_a_time)}
                </span>
            </div>
            <p class="row">{words}</p>
            {(missing > 0).then(|| view! { <p class="row muted">{lang.nodes_missing(missing)}</p> })}
        </section>
    }
}

/// What the cluster says to it, and what may undo it.
#[component]
fn Checks(model: Workload, order: Order, lang: Lang) -> impl IntoView {
    let dry_run = Resource::new_blocking(|| (), {
        let cluster = use_context::<Arc<dyn Cluster>>();
        let order = Order {
            dry_run: true,
            ..order
        };
        move |()| {
            let (cluster, order) = (cluster.clone(), order.clone());
            async move {
                let report = match cluster {
                    Some(cluster) => Some(cluster.rollback(order.clone()).await),
                    None => None,
                };
                report.map(|report| (order, report))
            }
        }
    });
    let warnings = warnings(lang, &model);
    view! {
        <section class="panel" aria-labelledby="checks">
            <div class="panel-head">
                <h2 id="checks">{lang.checks()}</h2>
            </div>
            <ul class="checks" aria-label=lang.preflight_checks()>
                <Suspense fallback=|| ()>
                    {move || Suspend::new(async move {
                        dry_run
                            .await
                            .map(|(order, report)| dry_run_line(lang, &order, &report))
                    })}
                </Suspense>
                {warnings
                    .into_iter()
                    .map(|(title, words)| {
                        check_line("check check-warn", Glyph::NotReady, title, words)
                    })
                    .collect_view()}
            </ul>
        </section>
    }
}

fn check_line(
    class: &'static str,
    glyph: Glyph,
    title: String,
    words: String,
) -> impl IntoView + use<> {
    view! {
        <li class=class>
            <Icon glyph size=18/>
            <div>
                <b>{title}</b>
                <p class="muted">{words}</p>
            </div>
        </li>
    }
}

fn dry_run_line(lang: Lang, order: &Order, report: &Report) -> impl IntoView + use<> {
    use domain::rollback::Reason;
    let words = lang.report(order, report);
    match &report.reason {
        Reason::DryRun { mutated: false } => check_line(
            "check check-ok",
            Glyph::Healthy,
            lang.dry_run_accepted().to_owned(),
            lang.dry_run_equal().to_owned(),
        ),
        Reason::DryRun { mutated: true } => check_line(
            "check check-warn",
            Glyph::NotReady,
            lang.dry_run_mutated().to_owned(),
            lang.dry_run_mutated_words().to_owned(),
        ),
        Reason::AlreadyThere => check_line(
            "check check-warn",
            Glyph::NotReady,
            lang.already_there().to_owned(),
            words,
        ),
        _ => check_line(
            "check check-failed",
            Glyph::Failed,
            lang.dry_run_refused().to_owned(),
            words,
        ),
    }
}

/// What a careful colleague would say before the click.
fn warnings(lang: Lang, model: &Workload) -> Vec<(String, String)> {
    let mut all = Vec::new();
    if let Some(owner) = &model.line.owner {
        all.extend(lang.owner_warning(owner));
    }
    if model.applied {
        all.push((
            lang.applied_title().to_owned(),
            lang.applied_words().to_owned(),
        ));
    }
    if model.at_a_time == AtATime::None {
        all.push((
            lang.on_delete_title().to_owned(),
            lang.on_delete_words(model.line.counts.desired),
        ));
    }
    if model.history.current_state == domain::history::CurrentState::Pending {
        all.push((lang.verdict_not_observed(), lang.pending_words().to_owned()));
    }
    all
}

/// The form. It posts to its own address and works without scripts.
#[component]
fn OrderForm(order: Order, reason: String, off: Option<String>, lang: Lang) -> impl IntoView {
    let key = order.key();
    let action = urls::rollback(&key, Some(&order.to));
    let text = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
    let is_off = off.is_some();
    view! {
        <section class="panel your-rollback" aria-labelledby="yours">
            <h2 id="yours">{lang.your_rollback()}</h2>
            <form action=action method="post" aria-label=lang.form_roll_back() id="rollback-form">
                <input type="hidden" name="to" value=order.to.clone()/>
                <input type="hidden" name="toUid" value=order.to_uid.clone()/>
                <input type="hidden" name="toRevision" value=text(order.to_revision)/>
                <input type="hidden" name="uid" value=order.uid.clone()/>
                <input type="hidden" name="generation" value=text(order.generation)/>
                <label class="block" for="reason">
                    {lang.reason()}
                </label>
                <textarea
                    id="reason"
                    name="reason"
                    rows="3"
                    maxlength=REASON_MAX.to_string()
                    aria-describedby="reason-hint"
                >
                    {reason}
                </textarea>
                <p class="muted small" id="reason-hint">
                    {lang.reason_hint()}
                </p>
                <SubmitOnce label=lang.roll_back_now().to_owned() off=off.clone() lang/>
                {is_off
                    .then(|| view! { <p class="off-reason small" id="off-reason">{off.clone()}</p> })}
                <a class="button wide" href=urls::workload(&key)>
                    {lang.cancel()}
                </a>
                <p class="muted small">{lang.refused_if_changed()}</p>
            </form>
        </section>
    }
}

/// The request, in short, and its kubectl equal.
#[component]
fn Sent(order: Order, model: Workload, lang: Lang) -> impl IntoView {
    let short = |uid: &str| {
        let end: String = uid
            .chars()
            .rev()
            .take(4)
            .collect::<Vec<_>>()
            .iter()
            .rev()
            .collect();
        format!("{}…{end}", uid.chars().take(4).collect::<String>())
    };
    let lines = format!(
        "PATCH daemonsets/{}\ntest uid {}\ntest generation {}\nreplace spec.template from\n{}",
        order.name,
        short(&model.line.uid),
        model.line.generation,
        order.to
    );
    let kubectl = format!(
        "kubectl rollout undo -n {} ds/{} --to-revision={}",
        order.namespace,
        order.name,
        order.to_revision.unwrap_or_default()
    );
    view! {
        <section class="panel sent" aria-labelledby="sent">
            <h2 id="sent">{lang.what_is_sent()}</h2>
            <pre class="evidence">{lines}</pre>
            <p class="muted small">
                {lang.same_as_kubectl()} " " <code>{kubectl}</code> " " {lang.plus_the_lock()}
            </p>
        </section>
    }
}
