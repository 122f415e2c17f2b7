//! Who uses the budget of the rollout, where others wait for it.

use std::collections::BTreeSet;

use domain::board::{Budget, NodeState, Use};
use domain::findings::{Cause, Finding};
use domain::workload::AtATime;
use leptos::prelude::*;

use crate::components::board::Context;
use crate::i18n::Lang;
use crate::model::Nodes;

/// Nodes that use the budget are named up to so many.
const USES: usize = 5;

/// Who uses the budget, where it is spent and others wait for it.
pub(super) fn budget(context: &Context, nodes: &Nodes, finding: &Finding) -> Option<AnyView> {
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
        } => Some(lang.node_not_ready()),
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
