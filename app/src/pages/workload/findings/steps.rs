//! What a person can do, and what going back would do to the nodes.

use domain::board::NodeState;
use domain::findings::Finding;
use domain::workload::AtATime;
use leptos::prelude::*;

use super::{Back, marked};
use crate::components::back::BackLink;
use crate::components::board::Context;
use crate::i18n::Lang;
use crate::model::Nodes;

/// What to do, the surest first.
pub(super) fn steps(
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
pub(super) enum Plan {
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
    /// Of the nodes as they are, going back to this revision.
    pub(super) fn of(context: &Context, nodes: &Nodes, revision: i64) -> Self {
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
