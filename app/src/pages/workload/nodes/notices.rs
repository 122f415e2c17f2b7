//! What keeps the board from being the whole truth.

use domain::board::{Counter, Disagreement, Lags};
use domain::health::Health;
use domain::time::Time;
use leptos::prelude::*;

use crate::components::board::Context;
use crate::components::panel::notice;
use crate::i18n::Lang;
use crate::model::Nodes;
use crate::time;

/// A notice each.
pub(super) fn notices(context: &Context, seen: &Nodes, now: Time) -> impl IntoView + use<> {
    let lang = context.lang;
    let stale = [&seen.pods, &seen.nodes]
        .into_iter()
        .find_map(|health| match health {
            Health::Stale { since, .. } => Some(*since),
            _ => None,
        })
        .map(|since| lang.nodes_stale(&time::to_second(lang, since, now)));
    let blind = (!seen.board.nodes_known).then(|| lang.nodes_unknown().to_owned());
    let told = seen.disagreement.as_ref();
    let lags = told.and_then(|told| disagreement(lang, told));
    let all = [stale, blind, lags].into_iter().flatten();
    all.map(notice).collect_view()
}

/// What tells most, first.
const COUNTERS: [(Counter, &str); 6] = [
    (Counter::Updated, "updatedNumberScheduled"),
    (Counter::Available, "numberAvailable"),
    (Counter::Ready, "numberReady"),
    (Counter::Desired, "desiredNumberScheduled"),
    (Counter::Scheduled, "currentNumberScheduled"),
    (Counter::Misscheduled, "numberMisscheduled"),
];

/// That board and status do not say the same, and which of them is behind.
fn disagreement(lang: Lang, told: &Disagreement) -> Option<String> {
    COUNTERS.into_iter().find_map(|(counter, field)| {
        let one = told.differs.iter().find(|one| one.counter == counter)?;
        let (board, status) = (one.board, one.status);
        match told.lags {
            Lags::Status => Some(lang.status_lags(field, board, status)),
            Lags::Board => Some(lang.board_lags(field, board, status)),
            // Events are still on their way: that is no news.
            Lags::Either => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use domain::board::Differs;

    use super::*;

    #[test]
    fn the_most_telling_counter_is_told_once_it_is_clear_who_is_behind() {
        let differs = |counter, status, board| Differs {
            counter,
            status,
            board,
        };
        let mut told = Disagreement {
            differs: vec![
                differs(Counter::Desired, 4, 3),
                differs(Counter::Updated, 2, 3),
            ],
            lags: Lags::Status,
        };
        let words = disagreement(Lang::En, &told).unwrap_or_default();
        let begin = "updatedNumberScheduled: 3 on the board, 2 in the status. The status is behind";
        assert!(words.starts_with(begin), "{words}");
        told.lags = Lags::Either;
        assert_eq!(disagreement(Lang::En, &told), None);
    }
}
