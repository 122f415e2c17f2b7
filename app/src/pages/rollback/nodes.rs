//! On how many nodes, and how many at a time.

use domain::reach::Reach;
use domain::workload::{AtATime, Counts, UpdateStrategy};
use leptos::prelude::*;

use crate::components::bar::NodesBar;
use crate::components::head::strategy_words;
use crate::i18n::Lang;
use crate::model::Workload;

/// The panel.
#[component]
pub fn Nodes(model: Workload, reach: Reach, lang: Lang) -> impl IntoView {
    let by_hand = matches!(
        model.strategy,
        UpdateStrategy::OnDelete | UpdateStrategy::Other { .. }
    );
    let counts = model.line.counts;
    let restart = if reach.is_exact() {
        lang.number(reach.least)
    } else {
        lang.range(&lang.number(reach.least), &lang.number(reach.most))
    };
    let how = match model.at_a_time {
        _ if by_hand => lang.wait_for_a_person().to_owned(),
        AtATime::Unavailable(n) => lang.restart_at_a_time(n),
        AtATime::Surge(n) => lang.surge_at_a_time(n),
        AtATime::None => lang.wait_for_a_person().to_owned(),
    };
    let untouched = reach.desired - reach.most.min(reach.desired);
    let unclear = (!reach.is_exact()).then(|| lang.reach_unclear());
    let missing = counts.desired.saturating_sub(counts.available);
    // Drawn as the bar of a rollout is: what moves, and what stays.
    let drawn = Counts {
        updated: reach.most,
        available: reach.desired,
        ..counts
    };
    view! {
        <section class="panel" aria-labelledby="nodes">
            <div class="panel-head">
                <h2 id="nodes">{lang.which_nodes()}</h2>
                <span class="muted">
                    {lang.desired_nodes(counts.desired)} ", "
                    {strategy_words(lang, &model.strategy, model.at_a_time)}
                </span>
            </div>
            <div class="reach">
                <NodesBar counts=drawn label=format!("{restart} {how}") lang/>
                <dl>
                    <div>
                        <dt>{how}</dt>
                        <dd>{restart}</dd>
                    </div>
                    {(untouched > 0)
                        .then(|| {
                            view! {
                                <div>
                                    <dt>{lang.untouched()}</dt>
                                    <dd>{lang.number(untouched)}</dd>
                                </div>
                            }
                        })}
                </dl>
                {unclear.map(|words| view! { <p class="muted small">{words}</p> })}
                {(missing > 0 && !by_hand)
                    .then(|| view! { <p class="muted small">{lang.nodes_missing(missing)}</p> })}
            </div>
        </section>
    }
}
