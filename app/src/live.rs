//! What all islands of a tab share: the one stream from the server, and what
//! it last said.
//!
//! The server sends a full snapshot at each connect and small deltas after, so
//! a lost event never matters. Islands start from what the page was rendered
//! with and take over when the first snapshot is there.

#[cfg(feature = "hydrate")]
pub mod browser;

use domain::fleet::Line;
use domain::health::Health;
use domain::time::Time;
use leptos::prelude::*;

use crate::i18n::Lang;
use crate::model::{Beat, Delta, Followed, Workloads};

/// Header of a request for the drawn parts of a page: what was told to be there. Who
/// sends the same is given the same.
pub const DRAWN_HEADER: &str = "x-rollbook-drawn";

/// How the tab is connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Connection {
    /// As the server says.
    Server(Health),
    /// The server itself has been silent for this many seconds.
    Silent(i64),
    /// The workload of this page is no more, seen by the apiserver's time.
    Gone(Time),
}

impl Connection {
    /// May anything be written?
    pub fn is_live(&self) -> bool {
        matches!(self, Self::Server(health) if health.is_live())
    }

    /// What the page shows is from some time ago.
    pub fn is_old(&self) -> bool {
        matches!(self, Self::Silent(_) | Self::Server(Health::Stale { .. }))
    }

    /// Why nothing can be rolled back, if so.
    pub fn off_reason(&self, lang: Lang) -> Option<&'static str> {
        match self {
            Self::Gone(_) => Some(lang.off_gone()),
            _ if !self.is_live() => Some(lang.off_not_live()),
            _ => None,
        }
    }
}

/// Brings a list up to date; returns whether any line came or went.
pub fn merge(lines: &mut Vec<Line>, delta: Delta) -> bool {
    let mut reshaped = false;
    lines.retain(|line| {
        let keep = !delta.removed.contains(&line.uid);
        reshaped |= !keep;
        keep
    });
    for changed in delta.changed {
        if let Some(line) = lines.iter_mut().find(|line| line.uid == changed.uid) {
            *line = changed;
        } else {
            lines.push(changed);
            reshaped = true;
        }
    }
    reshaped
}

/// Signals that islands read. On the server they keep what they start with.
#[derive(Clone)]
pub struct Live {
    /// The connection and the apiserver's time; `None` until the first word.
    pub connection: ArcRwSignal<Option<Connection>>,
    /// The last beat.
    pub beat: ArcRwSignal<Option<Beat>>,
    /// The workload of this page is gone since.
    pub gone: ArcRwSignal<Option<Time>>,
    /// The list, on its page.
    pub workloads: ArcRwSignal<Option<Workloads>>,
    /// The workload, on its pages.
    pub workload: ArcRwSignal<Option<Followed>>,
}

impl Live {
    /// Nothing heard yet.
    pub fn new() -> Self {
        Self {
            connection: ArcRwSignal::new(None),
            beat: ArcRwSignal::new(None),
            gone: ArcRwSignal::new(None),
            workloads: ArcRwSignal::new(None),
            workload: ArcRwSignal::new(None),
        }
    }

    /// How the tab is connected; until the first word as the page, which was
    /// `rendered` with this health, has it.
    pub fn connection_from(&self, rendered: Health) -> impl Fn() -> Connection + Clone + use<> {
        let (connection, rendered) = (self.connection.clone(), Connection::Server(rendered));
        move || connection.get().unwrap_or_else(|| rendered.clone())
    }
}

impl Default for Live {
    fn default() -> Self {
        Self::new()
    }
}

/// Why nothing can be rolled back at the moment, in the browser and on the
/// server alike. `rendered` is the health that the page was rendered with.
pub fn off_reason(live: &Live, rendered: Health, lang: Lang) -> Signal<Option<String>> {
    let connection = live.connection_from(rendered);
    Signal::derive(move || connection().off_reason(lang).map(str::to_owned))
}

/// The tab's signals; in the browser the first call opens the stream.
pub fn live() -> Live {
    #[cfg(feature = "hydrate")]
    return browser::live();
    #[cfg(not(feature = "hydrate"))]
    return Live::new();
}

#[cfg(test)]
mod tests {
    use domain::progress::Moved;
    use domain::time::Time;
    use domain::verdict::Verdict;
    use domain::workload::{Counts, Kind};

    use super::*;

    fn line(uid: &str, generation: i64) -> Line {
        Line {
            namespace: "ns".into(),
            kind: Kind::DaemonSet,
            name: uid.into(),
            moved_by: Moved::default(),
            started_at: None,
            pace: None,
            uid: uid.into(),
            verdict: Verdict::Healthy,
            revision: None,
            from_revision: None,
            images: vec![],
            counts: Counts::default(),
            created_at: Time::EPOCH,
            current_since: None,
            moved_at: Time::EPOCH,
            change_cause: None,
            owner: None,
            generation,
        }
    }

    fn delta(changed: Vec<Line>, removed: &[&str]) -> Delta {
        Delta {
            changed,
            removed: removed.iter().map(|uid| (*uid).to_owned()).collect(),
            now: Time::EPOCH,
        }
    }

    #[test]
    fn a_delta_changes_adds_and_removes() {
        let mut lines = vec![line("a", 1), line("b", 1)];
        assert!(!merge(&mut lines, delta(vec![line("a", 2)], &[])));
        assert_eq!(lines[0].generation, 2);
        assert!(merge(&mut lines, delta(vec![line("c", 1)], &["b"])));
        let uids: Vec<_> = lines.iter().map(|l| l.uid.as_str()).collect();
        assert_eq!(uids, ["a", "c"]);
    }
}
