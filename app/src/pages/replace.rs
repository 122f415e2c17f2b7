//! The page that replaces old pods under `OnDelete`: the nodes that wait, and the
//! way through them.

mod guide;
mod guided;
mod table;

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::board::{Board, NodeState};
use domain::health::Health;
use domain::replace::{Order, Outcome, Reason, Report, is_old, may_go};
use domain::verdict::Verdict;
use domain::workload::{Key, UpdateStrategy};
use leptos::prelude::*;

use super::Here;
use crate::cluster::Cluster;
use crate::components::bar::{NodesBar, legend};
use crate::components::board::Context;
use crate::components::board::query::View;
use crate::components::head::{Breadcrumb, Particulars, Title, strategy_words};
use crate::components::icon::{Glyph, Icon};
use crate::components::panel::{ErrorPage, StatePanel, notice};
use crate::i18n::Lang;
use crate::islands::copy::CopyButton;
use crate::islands::replace::GuideRun;
use crate::model::{self, Nodes, Workload};
use crate::urls;

pub use guided::{Ask, Guided, guided};

/// What the form's handler leaves for the page when no pod was deleted.
#[derive(Clone, Debug)]
pub struct Submitted {
    /// What became of the order.
    pub report: Report,
}

/// The nodes, and what the cluster said to deleting the first old pod.
type Seen = Option<Here<(Arc<Nodes>, Option<Reason>)>>;

/// The page.
#[component]
pub fn ReplacePage() -> impl IntoView {
    let lang = super::frame().lang;
    let key = super::key_of_route();
    let submitted = use_context::<Submitted>();
    let body = match super::lookup(|cluster| model::workload(cluster, &key)) {
        Ok(model) => {
            let refused = submitted.as_ref().map(|s| refusal(lang, &key, &s.report));
            let rest = if model.strategy == UpdateStrategy::OnDelete {
                view! { <Waiting model=model.clone() still=submitted.is_some() lang/> }.into_any()
            } else {
                view! { <NotOnDelete model=model.clone() lang/> }.into_any()
            };
            view! {
                <Head model lang/>
                {refused}
                {rest}
            }
            .into_any()
        }
        Err(error) => {
            super::status(error.http_status());
            view! { <ErrorPage error lang/> }.into_any()
        }
    };
    view! {
        <Title text=lang.replace_of(&key.name)/>
        <Breadcrumb key lang below=true/>
        {body}
    }
}

#[component]
fn Head(model: Workload, lang: Lang) -> impl IntoView {
    let key = model.line.key();
    view! {
        <div class="head">
            <div>
                <h1>{lang.replace_of(&key.name)}</h1>
                <Particulars
                    key=key.clone()
                    owner=model.line.owner
                    strategy=model.strategy
                    at_a_time=model.at_a_time
                    lang
                />
            </div>
            <div class="head-actions">
                <CopyButton
                    text=String::new()
                    label=lang.copy_link().to_owned()
                    done=lang.copied().to_owned()
                />
                <a class="button" href=urls::workload(&key)>
                    {lang.see_the_history()}
                </a>
            </div>
        </div>
    }
}

#[component]
fn NotOnDelete(model: Workload, lang: Lang) -> impl IntoView {
    let strategy = strategy_words(lang, &model.strategy, model.at_a_time);
    view! {
        <StatePanel glyph=Glyph::Void tone="tone-slate" title=lang.nothing_by_hand()>
            <p class="muted">{lang.not_on_delete(&strategy)}</p>
        </StatePanel>
    }
}

/// Asks for the nodes, and whether a pod could be deleted: without the right each
/// click would come to nothing.
fn ask(model: &Workload, may_write: bool) -> Resource<Seen> {
    let cluster = use_context::<Arc<dyn Cluster>>();
    let (key, generation) = (model.line.key(), model.line.generation);
    Resource::new_blocking(
        || (),
        move |()| {
            let (cluster, key) = (cluster.clone(), key.clone());
            async move {
                let cluster = cluster?;
                let nodes = cluster.nodes(&key).await?;
                let first = nodes.board.cells.iter().find(|cell| may_go(cell));
                let order = first.filter(|_| may_write).map(|cell| Order {
                    namespace: key.namespace.clone(),
                    kind: key.kind,
                    name: key.name.clone(),
                    uid: nodes.uid.clone(),
                    generation,
                    node: cell.node.clone(),
                    pod: cell.pod.clone().unwrap_or_default(),
                    pod_uid: cell.pod_uid.clone().unwrap_or_default(),
                    dry_run: true,
                    ..Order::default()
                });
                let said = match order {
                    Some(order) => Some(cluster.replace(order).await.reason),
                    None => None,
                };
                Some(Here((nodes, said)))
            }
        },
    )
}

#[component]
fn Waiting(
    model: Workload,
    /// What was refused is read: the page stays as it is.
    still: bool,
    lang: Lang,
) -> impl IntoView {
    let frame = super::frame();
    let deleting = matches!(model.line.verdict, Verdict::Deleting { .. });
    let off = match () {
        () if frame.read_only => Some(lang.off_read_only()),
        () if deleting => Some(lang.off_deleting()),
        () => None,
    };
    let node = super::query_part("node");
    let guided = use_context::<Guided>();
    // Whoever goes through the nodes asked before.
    let may_write = off.is_none() && frame.health.is_live() && guided.is_none();
    let seen = ask(&model, may_write);
    let known = StoredValue::new((model, guided, node));
    view! {
        <Suspense fallback=|| ()>
            {move || Suspend::new(async move {
                let seen = seen.await;
                known
                    .with_value(|(model, guided, node)| {
                        let Some(Here((nodes, said))) = seen else {
                            return notice(lang.nodes_waiting().to_owned()).into_any();
                        };
                        if matches!(nodes.pods, Health::Refused { .. }) {
                            return notice(lang.pods_refused().to_owned()).into_any();
                        }
                        let off = off.map(ToOwned::to_owned).or_else(|| lacks(lang, said));
                        let context = context(lang, model);
                        let after = node.as_ref().and_then(|node| after(&context, &nodes, node));
                        view! {
                            <super::Refresh moving=!still && is_moving(&nodes.board, node.as_deref()) lang/>
                            {after
                                .map(|words| {
                                    view! {
                                        <p class="panel notice no-script-only" role="status">
                                            <Icon glyph=Glyph::OnDelete/>
                                            <span>{words}</span>
                                        </p>
                                    }
                                })}
                            {headline(lang, &nodes)}
                            {guide::panel(&context, model, &nodes, off, guided.as_ref())}
                            <GuideRun/>
                        }
                            .into_any()
                    })
            })}
        </Suspense>
    }
}

/// The right that is missing, as a reason.
fn lacks(lang: Lang, said: Option<Reason>) -> Option<String> {
    match said? {
        Reason::Forbidden { verb, resource, .. } => Some(lang.needs_right(&verb, &resource)),
        reason @ Reason::Unauthorized => Some(lang.replaced(&Order::default(), &reason)),
        _ => None,
    }
}

fn context(lang: Lang, model: &Workload) -> Context {
    let key = model.line.key();
    let entry = super::lookup(|cluster| model::entry(cluster, &key)).ok();
    let revisions = entry.iter().flat_map(|entry| &entry.revisions);
    let numbers: BTreeMap<String, i64> = revisions
        .filter_map(|revision| Some((revision.hash()?.to_owned(), revision.number)))
        .collect();
    Context {
        lang,
        view: View::of(key, |_| None),
        numbers,
        rolling: true,
    }
}

/// Some node is on its way from one pod to the next; the one whose pod was just
/// deleted is, even if that is not seen yet.
fn is_moving(board: &Board, deleted: Option<&str>) -> bool {
    board.cells.iter().any(|cell| {
        let just_now = is_old(cell) && deleted == Some(&cell.node);
        just_now
            || matches!(
                cell.state,
                NodeState::Terminating
                    | NodeState::Missing
                    | NodeState::NewStarting
                    | NodeState::NewReadyWaiting
            )
    })
}

/// How the node stands whose pod the form asked to delete.
fn after(context: &Context, nodes: &Nodes, node: &str) -> Option<String> {
    let lang = context.lang;
    let state = nodes.board.cell(node)?.state;
    Some(match state {
        NodeState::OldAvailable | NodeState::OldUnavailable => lang.after_old(node),
        NodeState::NewAvailable => lang.after_available(node),
        state => lang.after_now(node, context.state(state)),
    })
}

/// What the rollout as a whole stands at.
fn headline(lang: Lang, nodes: &Nodes) -> impl IntoView + use<> {
    let counts = nodes.board.counts;
    let new = counts.updated.min(counts.desired);
    let old = still_old(&nodes.board);
    let (glyph, tone, words) = match old {
        0 => (
            Glyph::Healthy,
            "tone-green",
            lang.replace_all_set(new, counts.desired),
        ),
        old => (
            Glyph::OnDelete,
            "tone-amber",
            lang.replace_headline(new, counts.desired, old),
        ),
    };
    view! {
        <section
            id="replace-head"
            class="panel progress"
            aria-label=lang.rollout()
            data-drawn=nodes.drawn.clone()
        >
            <div class="progress-head">
                <span class=tone>
                    <Icon glyph size=32/>
                </span>
                <div>
                    <h2 class=format!("moment {tone}")>{words}</h2>
                    <p class="muted">{lang.by_hand_words()} " " {lang.replace_nothing_moves()}</p>
                </div>
            </div>
            <NodesBar counts lang/>
            {legend(lang, counts)}
        </section>
    }
}

/// How many nodes still run an old pod.
fn still_old(board: &Board) -> u32 {
    count(board.cells.iter().filter(|cell| is_old(cell)).count())
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// What became of the order, told so that nobody has to guess what changed.
fn refusal(lang: Lang, key: &Key, report: &Report) -> impl IntoView + use<> {
    let by_cluster = matches!(
        report.reason,
        Reason::Denied { .. } | Reason::Forbidden { .. } | Reason::ServerError { .. }
    );
    let (title, tone, glyph) = match report.outcome {
        Outcome::Unknown => (lang.deleted_or_not(), "tone-amber", Glyph::NotReady),
        _ if by_cluster => (lang.refused_by_the_cluster(), "tone-red", Glyph::Failed),
        _ => (lang.not_done(), "tone-red", Glyph::Failed),
    };
    let unchanged = (report.changed == Some(false)).then(|| lang.nothing_changed());
    view! {
        <section class="panel refusal" role="alert">
            <span class=tone>
                <Icon glyph size=24/>
            </span>
            <div>
                <h2>{title}</h2>
                <p>{report.message.clone()} " " <b>{unchanged}</b></p>
                <p class="actions">
                    <a class="button button-ink" href=urls::replace(key)>
                        {lang.back_to_the_nodes()}
                    </a>
                </p>
            </div>
        </section>
    }
}
