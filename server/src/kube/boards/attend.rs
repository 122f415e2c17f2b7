//! Workloads in trouble are looked at although nobody has their page open: why
//! they are is in their pods, and the list says it, too.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use domain::fleet::{Entry, Fleet};
use domain::health::Health;
use domain::workload::{Key, UpdateStrategy};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::{Boards, Looking};

/// Between two rounds. A workload that is in trouble in two of them is looked at.
const ROUND: Duration = Duration::from_secs(1);
/// Looked at like this at once. Of those beyond the list knows the counters.
const MOST: usize = 20;
/// Wait before pods of a namespace that may not be watched are tried again.
const REFUSED: Duration = Duration::from_mins(1);

/// Looks until the server stops.
pub async fn attend(boards: Boards) {
    let stop = boards.0.stop.clone();
    let mut attended: BTreeMap<Key, Looking> = BTreeMap::new();
    let mut before: Vec<Key> = Vec::new();
    let mut refused: HashMap<String, Instant> = HashMap::new();
    let mut round = interval(ROUND);
    round.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = round.tick() => {}
        }
        let fleet = boards.0.fleet.borrow().clone();
        let troubled = in_trouble(&fleet);
        refused.retain(|_, at| at.elapsed() < REFUSED);
        attended.retain(|key, looking| {
            if is_refused(looking) {
                refused.insert(key.namespace.clone(), Instant::now());
            }
            // Closed is the board of one that went, or was replaced.
            let open = looking.board.has_changed().is_ok();
            open && !refused.contains_key(&key.namespace)
        });
        let may = |key: &&Key| before.contains(key) && !refused.contains_key(&key.namespace);
        let wanted: Vec<&Key> = troubled.iter().filter(may).take(MOST).collect();
        attended.retain(|key, _| wanted.contains(&key));
        for key in wanted {
            if !attended.contains_key(key) {
                let looking = boards.attend(key);
                attended.extend(looking.map(|looking| (key.clone(), looking)));
            }
        }
        before = troubled;
    }
}

fn is_refused(looking: &Looking) -> bool {
    let shown = looking.board.borrow();
    let health = shown.as_ref().map(|shown| &shown.pods);
    matches!(health, Some(Health::Refused { .. }))
}

/// Those in trouble. A rollout comes before pods that are not available, which one
/// dead node is enough for in every workload.
fn in_trouble(fleet: &Fleet) -> Vec<Key> {
    let all = fleet.entries.iter();
    let mut found: Vec<_> = all.filter(|(_, entry)| is_in_trouble(entry)).collect();
    found.sort_by_key(|(_, entry)| !entry.progress.rolling);
    found.into_iter().map(|(key, _)| key.clone()).collect()
}

/// Its status says that nodes are behind or not available. With OnDelete being
/// behind is no trouble.
fn is_in_trouble(entry: &Entry) -> bool {
    let (workload, counts) = (&entry.workload, entry.workload.counts);
    let rolls = matches!(workload.strategy, UpdateStrategy::RollingUpdate { .. });
    let behind = rolls && entry.progress.rolling;
    workload.deleting_since.is_none()
        && counts.desired > 0
        && (behind || counts.available < counts.desired)
}
