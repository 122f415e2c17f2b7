//! The page that asks before it goes back: what will change, on how many
//! nodes, what the cluster says to it, and a plain form.

use domain::history::CurrentState;
use domain::reach::{Reach, reach};
use domain::record::kept::KeptTemplate;
use domain::rollback::{Order, Outcome, Reason, Report};
use domain::verdict::Verdict;
use domain::workload::Key;
use leptos::prelude::*;

use crate::cluster::Cluster;
use crate::components::changes;
use crate::components::head::{Breadcrumb, Title};
use crate::components::icon::{Glyph, Icon};
use crate::components::panel::{ErrorPage, StatePanel};
use crate::error::ApiError;
use crate::i18n::Lang;
use crate::model::{self, Comparison, DiffOptions, LIVE, Workload};
use crate::urls;

mod checks;
mod form;
mod nodes;

use checks::Checks;
use form::{OrderForm, Sent};
use nodes::Nodes;

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
    reach: Reach,
    /// Only the record keeps the template.
    kept: bool,
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
    // What is live is no place to go back to.
    let to = to.filter(|to| to != LIVE);
    let to = to.map(|to| super::in_cluster(&key, to));
    let names: Vec<String> = to.clone().into_iter().collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let content = {
        let own = key.clone();
        let page = move |kept| page(&own, to.as_deref(), kept, submitted.as_ref(), lang);
        super::with_kept(&key, &names, page)
    };
    view! {
        <Title text=lang.rollback_of(&key.name)/>
        <Breadcrumb key lang below=true/>
        {refused}
        {content}
    }
}

fn page(
    key: &Key,
    to: Option<&str>,
    kept: Result<Vec<KeptTemplate>, ApiError>,
    submitted: Option<&Submitted>,
    lang: Lang,
) -> AnyView {
    let found = kept.and_then(|kept| {
        let kept = kept.into_iter().next();
        super::lookup(|cluster| {
            model::entry(cluster, key)?;
            if let Some(other) = kept.as_ref().filter(|kept| !super::own(key, kept)) {
                return Err(super::not_kept(key, &other.digest.to_string()));
            }
            propose(cluster, key, to, kept)
        })
    });
    match found {
        Ok(Some(proposal)) => {
            let reason = submitted.map(|s| s.order.reason()).unwrap_or_default();
            view! { <Confirm proposal reason/> }.into_any()
        }
        Ok(None) => view! { <NothingToGoBackTo key=key.clone() lang/> }.into_any(),
        // The refusal above says it better than a second error; the page still
        // has a name.
        Err(_) if submitted.is_some() => {
            view! { <h1>{lang.rollback_of(&key.name)}</h1> }.into_any()
        }
        Err(error) => {
            super::status(error.http_status());
            view! { <ErrorPage error lang/> }.into_any()
        }
    }
}

/// The target: the one asked for, else the newest that is different.
fn propose(
    cluster: &dyn Cluster,
    key: &Key,
    to: Option<&str>,
    kept: Option<KeptTemplate>,
) -> Result<Option<Proposal>, ApiError> {
    let model = model::workload(cluster, key)?;
    let to = match (to, &kept, &model.history.previous_different) {
        (_, Some(kept), _) => kept.digest.to_string(),
        (Some(to), ..) => to.to_owned(),
        (None, _, Some(name)) => name.clone(),
        (None, _, None) => return Ok(None),
    };
    let options = DiffOptions::default();
    let comparison = model::comparison(cluster, key, LIVE, &to, kept.as_slice(), options)?;
    let row = model.history.row(&to);
    let entry = model::entry(cluster, key)?;
    let target = entry.revision(&to);
    let reach = reach(&entry.workload, &entry.own(), target);
    let number = kept.as_ref().map(|kept| kept.number.unwrap_or_default());
    let order = Order {
        namespace: key.namespace.clone(),
        kind: key.kind,
        name: key.name.clone(),
        to_uid: row.map(|r| r.uid.clone()),
        to_revision: row.map(|r| r.revision).or(number),
        uid: Some(model.line.uid.clone()),
        generation: Some(model.line.generation),
        to,
        reason: None,
        ..Order::default()
    };
    Ok(Some(Proposal {
        model,
        comparison,
        order,
        reach,
        kept: kept.is_some(),
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
        _ if by_cluster(&report.reason) => (lang.refused_by_cluster(), "tone-red", Glyph::Failed),
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

/// It was sent, and the cluster said no.
fn by_cluster(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::Denied { .. }
            | Reason::InvalidTemplate { .. }
            | Reason::Forbidden { .. }
            | Reason::ServerError { .. }
    )
}

#[component]
fn Confirm(proposal: Proposal, reason: String) -> impl IntoView {
    let frame = super::frame();
    let lang = frame.lang;
    let Proposal {
        model,
        comparison,
        order,
        reach,
        kept,
    } = proposal;
    let key = model.line.key();
    let number = order.to_revision.unwrap_or_default();
    let full_diff = urls::compare(&key, LIVE, &order.to);
    // The number it will get is only sure while the live template has its own.
    let recorded = model.history.current_state == CurrentState::Recorded;
    let current = model.history.current().map(|row| row.revision);
    let next = current.filter(|_| recorded).map(|current| current + 1);
    let identical = comparison.changes.is_empty();
    let in_place = model
        .history
        .row(&order.to)
        .is_some_and(|row| row.identical_to_current || row.current);
    let deleting = matches!(model.line.verdict, Verdict::Deleting { .. });
    let off = off_reason(lang, &frame, in_place, deleting);
    let dry_run = checks::dry_run(&order);
    let title = match (kept, number) {
        (true, 0) => lang.restore_title(&key.name),
        (_, number) => lang.roll_back_title(&key.name, number),
    };
    view! {
        <div class="head">
            <div>
                <h1>{title}</h1>
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
                    {becomes(lang, number, current, next, kept)}
                    {if identical {
                        view! { <p class="row muted">{lang.identical()}</p> }.into_any()
                    } else {
                        changes::summary(lang, &comparison.changes).into_any()
                    }}
                </section>
                <Nodes model=model.clone() reach lang/>
                <Checks model=model.clone() dry_run reach lang/>
            </div>
            <div class="stack">
                <OrderForm order=order.clone() reason off dry_run health=frame.health lang/>
                <Sent order model kept lang/>
            </div>
        </div>
    }
}

/// `3 → 4  Revision 2 becomes 4`, and why.
fn becomes(
    lang: Lang,
    number: i64,
    current: Option<i64>,
    next: Option<i64>,
    kept: bool,
) -> impl IntoView + use<> {
    let chip = |n: i64, class: &'static str| {
        view! {
            <span class=class role="img" aria-label=lang.revision_number(n)>
                {n}
            </span>
        }
    };
    let why = match next {
        _ if kept => lang.restore_because(),
        Some(_) => lang.becomes_because(),
        None => lang.becomes_unclear(),
    };
    view! {
        <p class="row becomes">
            {current
                .zip(next)
                .map(|(current, next)| {
                    view! {
                        {chip(current, "revision revision-current")}
                        <span class="arrow" aria-hidden="true">
                            "→"
                        </span>
                        {chip(next, "revision revision-back")}
                    }
                })}
            <span>
                {next
                    .map(|next| {
                        let words = if kept {
                            lang.becomes_new(next)
                        } else {
                            lang.becomes(number, next)
                        };
                        view! { <b>{words}</b> " " }
                    })}
                <span class="muted">{why}</span>
            </span>
        </p>
    }
}

/// What no waiting cures.
fn off_reason(
    lang: Lang,
    frame: &super::Frame,
    in_place: bool,
    deleting: bool,
) -> Option<&'static str> {
    match () {
        () if frame.read_only => Some(lang.off_read_only()),
        () if deleting => Some(lang.off_deleting()),
        () if in_place => Some(lang.off_identical()),
        () => None,
    }
}
