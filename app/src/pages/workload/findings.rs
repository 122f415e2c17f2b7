//! Why the rollout does not come to its end: what happened and what it blocks,
//! where that is written, on which nodes, and what a person can do.

use domain::board::NodeState;
use domain::findings::{Cause, Certainty, Evidence, Finding};
use domain::fleet::Line;
use domain::health::Health;
use domain::time::Time;
use domain::verdict::Verdict;
use jiff::SignedDuration;
use leptos::prelude::*;

use super::seen::{Seen, drawn};
use crate::components::back::Off;
use crate::components::board::{Context, mark};
use crate::components::icon::{Glyph, Icon};
use crate::i18n::Lang;
use crate::i18n::findings::kind;
use crate::model::Nodes;
use crate::pages::Here;
use crate::time;

mod budget;
mod steps;

use budget::budget;
use steps::steps;

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

/// The panel; nothing while there is nothing to say.
#[component]
pub fn FindingsPanel(
    seen: Resource<Seen>,
    context: Context,
    back: Option<Back>,
    now: Time,
) -> impl IntoView {
    view! {
        <Suspense fallback=|| ()>
            {move || {
                let (context, back) = (context.clone(), back.clone());
                Suspend::new(async move {
                    let seen = seen.await.map(|Here(seen)| seen);
                    let mut drawn = drawn(seen.as_ref().map(|(nodes, _)| nodes.as_ref()));
                    // The verdict has a say in the heading.
                    if let Some((_, line)) = &seen {
                        drawn = format!("{drawn}+{}", line.verdict.group().slug());
                    }
                    let panel = seen
                        .and_then(|(nodes, line)| findings(&context, &nodes, &line, now, back));
                    view! {
                        <div id="why" data-drawn=drawn>
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
        _ => Some(lang.nodes_heading().to_owned()),
    };
    let chips = on
        .names
        .iter()
        .map(|node| view! { <li>{chip(context, nodes, node)}</li> })
        .collect_view();
    Some(view! {
        <div class="findings-nodes">
            {words.map(|words| view! { <span class="muted">{words}</span> })}
            {(named > 0).then(|| view! { <ul aria-label=lang.nodes_heading()>{chips}</ul> })}
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
