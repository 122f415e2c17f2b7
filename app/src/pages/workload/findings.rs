//! Why the rollout does not come to its end: what happened and what it blocks,
//! where that is written, on which nodes, and what a person can do.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::board::{Budget, NodeState, Use};
use domain::findings::{Cause, Certainty, Evidence, Finding};
use domain::fleet::Line;
use domain::health::Health;
use domain::time::Time;
use domain::verdict::Verdict;
use domain::workload::AtATime;
use jiff::SignedDuration;
use leptos::prelude::*;

use super::nodes::numbers;
use crate::cluster::Cluster;
use crate::components::back::{BackLink, Off};
use crate::components::board::query::View;
use crate::components::board::{Context, mark};
use crate::components::icon::{Glyph, Icon};
use crate::i18n::Lang;
use crate::i18n::findings::kind;
use crate::model::{self, Nodes};
use crate::pages::{Frame, Here};
use crate::{time, urls};

/// Nodes that use the budget are named up to so many.
const USES: usize = 5;
/// What began just now is not said to last.
const TOLD_AFTER: SignedDuration = SignedDuration::from_mins(1);
/// Further findings are told up to so many.
const FURTHER: usize = 8;

/// A way back to a revision of another template.
#[derive(Clone, Debug)]
pub struct Back {
    /// Its number.
    pub revision: i64,
    /// The page that goes there.
    pub url: String,
    /// Whether nothing can be rolled back at the moment.
    pub off: Off,
}

/// What there is to ask for.
type Asked = Here<(Arc<Nodes>, Line)>;

/// The panel; nothing while there is nothing to say.
#[component]
pub fn FindingsPanel(
    view: View,
    rolling: bool,
    frame: Frame,
    /// Number and name of the previous revision that differs.
    previous: Option<(i64, String)>,
) -> impl IntoView {
    let cluster = use_context::<Arc<dyn Cluster>>();
    let key = view.key.clone();
    let back = previous.map(|(revision, name)| Back {
        revision,
        url: urls::rollback(&key, Some(&name)),
        off: frame.off(),
    });
    let context = Context {
        lang: frame.lang,
        numbers: numbers(&view),
        view,
        rolling,
    };
    let seen = Resource::new_blocking(
        || (),
        move |()| {
            let (cluster, key) = (cluster.clone(), key.clone());
            async move {
                let cluster = cluster?;
                let nodes = cluster.nodes(&key).await?;
                // Of the same moment, as far as that goes.
                let line = model::workload(cluster.as_ref(), &key).ok()?.line;
                Some(Here((nodes, line)))
            }
        },
    );
    let now = frame.now;
    view! {
        <Suspense fallback=|| ()>
            {move || {
                let (context, back) = (context.clone(), back.clone());
                Suspend::new(async move {
                    let seen: Option<Asked> = seen.await;
                    let seen = seen.map(|Here(seen)| seen);
                    let drawn = seen.as_ref().map(|(nodes, _)| nodes.drawn.clone());
                    let panel = seen
                        .and_then(|(nodes, line)| findings(&context, &nodes, &line, now, back));
                    view! {
                        <div id="why" data-drawn=drawn.unwrap_or_else(|| "n".to_owned())>
                            {panel}
                        </div>
                    }
                })
            }}
        </Suspense>
    }
}

/// What is found, the most decisive in full and the others in a line each.
pub fn findings(
    context: &Context,
    nodes: &Nodes,
    line: &Line,
    now: Time,
    back: Option<Back>,
) -> Option<impl IntoView + use<>> {
    let lang = context.lang;
    if matches!(nodes.pods, Health::Refused { .. }) || nodes.uid != line.uid {
        return None;
    }
    let (first, further) = nodes.findings.split_first()?;
    let tone = tone(first, &line.verdict);
    let (glyph, class) = match tone {
        Tone::Stuck => (Glyph::Stuck, "findings-head tone-red"),
        Tone::Waits => (Glyph::OnDelete, "findings-head tone-amber"),
        Tone::NotReady | Tone::Delayed => (Glyph::NotReady, "findings-head tone-amber"),
    };
    let head = head(lang, tone, first);
    let back = back.filter(|_| first.cause.is_of_template());
    let words = marked(&lang.finding_words(first));
    Some(view! {
        <section id="findings" class="panel findings" aria-labelledby="findings-head">
            <div class="findings-body">
                <div class="findings-why">
                    <div class=class>
                        <Icon glyph=glyph size=18/>
                        <h2 id="findings-head">{head}</h2>
                    </div>
                    <p class="findings-words">{words}</p>
                    {budget(context, nodes, first)}
                    {evidence(lang, &first.evidence, now)}
                    {on_nodes(context, nodes, first, now)}
                </div>
                {steps(context, nodes, first, back)}
            </div>
            {(!further.is_empty()).then(|| others(context, further))}
        </section>
    })
}

/// What a cause does to the workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tone {
    /// No node finishes.
    Stuck,
    /// Somebody chose that it waits.
    Waits,
    /// No rollout runs, and pods are not available.
    NotReady,
    /// It may come right by itself.
    Delayed,
}

fn tone(finding: &Finding, verdict: &Verdict) -> Tone {
    match (verdict, &finding.cause) {
        (_, Cause::WaitsForPerson) => Tone::Waits,
        (Verdict::NotReady { .. }, _) => Tone::NotReady,
        (Verdict::Stuck { .. }, _) => Tone::Stuck,
        _ if finding.stands() => Tone::Stuck,
        _ => Tone::Delayed,
    }
}

/// `Stuck because …`, or what else the workload does because of it.
fn head(lang: Lang, tone: Tone, finding: &Finding) -> String {
    let words = lang.finding_headline(finding);
    match (tone, finding.certainty) {
        (Tone::Waits, _) => lang.waits_because(&words),
        (Tone::NotReady, Certainty::Sure) => lang.not_ready_because(&words),
        (Tone::NotReady, Certainty::Likely) => lang.not_ready_probably(&words),
        (Tone::Stuck, Certainty::Sure) => lang.stuck_because(&words),
        (Tone::Stuck, Certainty::Likely) => lang.stuck_probably(&words),
        (Tone::Delayed, Certainty::Sure) => lang.delayed_because(&words),
        (Tone::Delayed, Certainty::Likely) => lang.delayed_probably(&words),
    }
}

/// A text whose names stand between backticks.
fn marked(words: &str) -> impl IntoView + use<> {
    words
        .split('`')
        .enumerate()
        .map(|(at, part)| {
            let part = part.to_owned();
            match at % 2 {
                0 => part.into_any(),
                _ => view! { <code>{part}</code> }.into_any(),
            }
        })
        .collect_view()
}

/// Where it is written and what it says.
fn evidence(lang: Lang, evidence: &Evidence, now: Time) -> impl IntoView + use<> {
    let times = evidence.count.zip(evidence.last_at).map(|(count, at)| {
        let span = time::duration(lang, time::span(at, now));
        format!(" {}", lang.evidence_times(&lang.number(count), &span))
    });
    let is_event = evidence.count.is_some();
    let message = Some(&evidence.message).filter(|message| !message.is_empty());
    view! {
        <pre class="evidence">
            <span class="evidence-at">
                {format!("{} {} ", kind(evidence.kind), evidence.name)}
                <b class:tone-red=is_event>{lang.evidence_field(&evidence.field)}</b>
                {times}
            </span>
            {message.map(|message| format!("\n{message}"))}
        </pre>
    }
}

/// The nodes by name, with what state they are in, and for how long it is so.
fn on_nodes(
    context: &Context,
    nodes: &Nodes,
    finding: &Finding,
    now: Time,
) -> Option<impl IntoView + use<>> {
    let lang = context.lang;
    let lasted = finding
        .since
        .filter(|since| now.since(*since) >= TOLD_AFTER)
        .map(|since| lang.finding_for(&time::duration(lang, time::span(since, now))));
    let on = &finding.nodes;
    if on.count == 0 && lasted.is_none() {
        return None;
    }
    let named = on.names.len();
    let more = usize::try_from(on.count).map_or(0, |count| count.saturating_sub(named));
    let words = match (on.count, named) {
        (0, _) => None,
        (count, 0) => Some(lang.node_count(count)),
        _ => Some(lang.finding_nodes().to_owned()),
    };
    let chips = on
        .names
        .iter()
        .map(|node| view! { <li>{chip(context, nodes, node)}</li> })
        .collect_view();
    Some(view! {
        <div class="findings-nodes">
            {words.map(|words| view! { <span class="muted">{words}</span> })}
            {(named > 0).then(|| view! { <ul aria-label=lang.finding_nodes()>{chips}</ul> })}
            {(more > 0 && named > 0).then(|| view! { <span class="muted">{lang.more_nodes(more)}</span> })}
            {lasted.map(|lasted| view! { <span class="muted">{lasted}</span> })}
        </div>
    })
}

fn chip(context: &Context, nodes: &Nodes, node: &str) -> impl IntoView + use<> {
    let state = nodes.board.cell(node).map(|cell| cell.state);
    let title = state.map(|state| context.state(state));
    view! {
        <a
            class="node-chip"
            href=context.view.at_node(node)
            title=title
            data-state=state.map(NodeState::slug)
        >
            {state.map(mark)}
            <span>{node.to_owned()}</span>
        </a>
    }
}

/// Who uses the budget, where it is spent and others wait for it.
fn budget(context: &Context, nodes: &Nodes, finding: &Finding) -> Option<AnyView> {
    let lang = context.lang;
    let board = &nodes.board;
    let budget = &board.budget;
    let waits = |state| matches!(state, NodeState::OldAvailable);
    let waiting = board.cells.iter().any(|cell| waits(cell.state));
    if budget.used == 0 || !budget.is_spent() || !waiting {
        return None;
    }
    if is_all_of_it(budget, finding) {
        let words = match budget.allowed {
            AtATime::Unavailable(of) => lang.budget_these(budget.used, of),
            AtATime::Surge(of) => lang.budget_these_surge(budget.used, of),
            AtATime::None => return None,
        };
        let words = format!("{words}{}{}", space(lang), lang.finding_budget_end());
        return Some(view! { <p class="findings-words">{words}</p> }.into_any());
    }
    let words = match budget.allowed {
        AtATime::Unavailable(of) => lang.budget_spent(budget.used, of),
        AtATime::Surge(of) => lang.budget_spent_surge(budget.used, of),
        AtATime::None => return None,
    };
    let shown = budget.by.len().min(USES);
    let names = budget.by.iter().take(USES).enumerate().map(|(at, one)| {
        let comma = (at > 0).then(|| if lang == Lang::Zh { "、" } else { ", " });
        view! {
            {comma}
            {used_by(context, one)}
        }
    });
    let names = names.collect_view();
    let more = usize::try_from(budget.used).map_or(0, |used| used.saturating_sub(shown));
    let more = (more > 0).then(|| format!("{}{}", space(lang), lang.more_nodes(more)));
    let end = if lang == Lang::Zh { "。" } else { ". " };
    Some(
        view! {
            <p class="findings-words">
                {words} {(lang == Lang::En).then_some(" ")} {names} {more} {end} {lang.finding_budget_end()}
            </p>
        }
        .into_any(),
    )
}

/// Between two sentences.
fn space(lang: Lang) -> &'static str {
    match lang {
        Lang::En => " ",
        Lang::Zh => "",
    }
}

/// The nodes of the finding and no others use the budget.
fn is_all_of_it(budget: &Budget, finding: &Finding) -> bool {
    let by: BTreeSet<&str> = budget.by.iter().map(|one| one.node.as_str()).collect();
    let named = finding.nodes.names.iter();
    // A dead node is named as such, unless all the finding is about that.
    let plain = budget.not_ready == 0 || matches!(finding.cause, Cause::DeadNodes { .. });
    plain
        && budget.used == finding.nodes.count
        && !finding.nodes.names.is_empty()
        && named.into_iter().all(|name| by.contains(name.as_str()))
}

fn used_by(context: &Context, one: &Use) -> impl IntoView + use<> {
    let lang = context.lang;
    let why = match one {
        Use { left: true, .. } => Some(lang.finding_node_left()),
        Use {
            node_ready: Some(false),
            ..
        } => Some(lang.finding_node_not_ready()),
        _ => None,
    };
    let why = why.map(|why| match lang {
        Lang::En => format!(" ({why})"),
        Lang::Zh => format!("（{why}）"),
    });
    view! {
        <a class="strong" href=context.view.at_node(&one.node)>{one.node.clone()}</a>
        {why}
    }
}

/// What to do, the surest first.
fn steps(
    context: &Context,
    nodes: &Nodes,
    finding: &Finding,
    back: Option<Back>,
) -> impl IntoView + use<> {
    let lang = context.lang;
    let next = marked(&lang.finding_next(finding, &context.view.key.namespace));
    let back = back.map(|back| {
        let words = Plan::of(context, nodes, back.revision).words(lang, back.revision);
        view! {
            <li>
                <p>
                    <b>{sentence(lang, &lang.roll_back_to_number(back.revision))}</b>
                    {(lang == Lang::En).then_some(" ")}
                    {words}
                </p>
                <span class="primary-back">
                    <BackLink
                        name=lang.roll_back_to_number(back.revision)
                        url=back.url
                        off=back.off
                    />
                </span>
            </li>
        }
    });
    view! {
        <div class="findings-todo">
            <h3 id="findings-steps">{lang.finding_steps()}</h3>
            <ol class="findings-steps" aria-labelledby="findings-steps">
                {back}
                <li>
                    <p>{next}</p>
                </li>
            </ol>
        </div>
    }
}

/// With its full stop.
fn sentence(lang: Lang, words: &str) -> String {
    match lang {
        Lang::En => format!("{words}."),
        Lang::Zh => format!("{words}。"),
    }
}

/// What going back would do to the nodes, by the controller's rules
/// (semantics.md 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plan {
    /// Nothing is replaced by itself.
    ByHand,
    /// It is not known of each node what it runs.
    Unclear { at: u32 },
    /// So many nodes each.
    Known {
        at_once: u32,
        made: u32,
        follow: u32,
        untouched: u32,
        at: u32,
    },
}

impl Plan {
    fn of(context: &Context, nodes: &Nodes, revision: i64) -> Self {
        let at = match nodes.board.budget.allowed {
            AtATime::Unavailable(at) | AtATime::Surge(at) => at,
            AtATime::None => return Self::ByHand,
        };
        let (mut at_once, mut made, mut follow, mut untouched) = (0, 0, 0, 0);
        for cell in &nodes.board.cells {
            // A dead node does nothing.
            if cell.left || cell.node_ready == Some(false) {
                continue;
            }
            let number = context.number(cell);
            match cell.state {
                NodeState::Missing => made += 1,
                NodeState::Terminating
                | NodeState::Misscheduled
                | NodeState::Excess
                | NodeState::Excluded => {}
                NodeState::OldAvailable | NodeState::OldUnavailable if number.is_none() => {
                    return Self::Unclear { at };
                }
                NodeState::OldAvailable | NodeState::OldUnavailable if number == Some(revision) => {
                    untouched += 1;
                }
                NodeState::NewAvailable | NodeState::OldAvailable => follow += 1,
                NodeState::NewReadyWaiting
                | NodeState::NewStarting
                | NodeState::NewNotReady
                | NodeState::NewUnscheduled
                | NodeState::NewFailing
                | NodeState::OldUnavailable
                | NodeState::Surging => at_once += 1,
            }
        }
        Self::Known {
            at_once,
            made,
            follow,
            untouched,
            at,
        }
    }

    fn words(self, lang: Lang, revision: i64) -> String {
        let (at_once, made, follow, untouched, at) = match self {
            Self::ByHand => return lang.back_by_hand().to_owned(),
            Self::Unclear { at } => return lang.back_unclear(at),
            Self::Known {
                at_once,
                made,
                follow,
                untouched,
                at,
            } => (at_once, made, follow, untouched, at),
        };
        let parts = [
            (at_once, lang.back_at_once(at_once)),
            (made, lang.back_made(made)),
            (follow, lang.back_follow(follow, at)),
            (untouched, lang.back_untouched(untouched, revision)),
        ];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|(n, _)| *n > 0)
            .map(|(_, words)| words)
            .collect();
        if parts.is_empty() {
            return String::new();
        }
        let comma = if lang == Lang::Zh { "，" } else { ", " };
        sentence(lang, &parts.join(comma))
    }
}

/// What else is found: in a line each.
fn others(context: &Context, further: &[Finding]) -> impl IntoView + use<> {
    let lang = context.lang;
    let lines = further
        .iter()
        .take(FURTHER)
        .map(|finding| {
            let on = &finding.nodes;
            let count = (on.count > 0).then(|| lang.node_count(on.count));
            let on = count.map(|count| match on.names.first() {
                Some(node) => {
                    let url = context.view.at_node(node);
                    view! { <a href=url>{count}</a> }.into_any()
                }
                None => view! { <span class="muted">{count}</span> }.into_any(),
            });
            view! {
                <li>
                    <p>
                        <b>{lang.finding_title(finding)}</b>
                        {on}
                    </p>
                    <p class="muted">
                        {marked(&lang.finding_next(finding, &context.view.key.namespace))}
                    </p>
                </li>
            }
        })
        .collect_view();
    let more = further.len().saturating_sub(FURTHER);
    view! {
        <div class="findings-further">
            <h3 id="findings-further">{lang.finding_further()}</h3>
            <ul aria-labelledby="findings-further">
                {lines}
                {(more > 0).then(|| view! { <li><p class="muted">{lang.and_more(more)}</p></li> })}
            </ul>
        </div>
    }
}

#[cfg(test)]
mod tests;
