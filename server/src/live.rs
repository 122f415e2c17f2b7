//! The live stream: one a tab. A full snapshot at each connect, then deltas,
//! and a beat that proves that the stream is alive.

mod nodes;

use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Duration;

use app::error::ApiError;
use app::model::{self, Delta, Followed};
use axum::extract::{Query, State};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use domain::fleet::Line;
use domain::workload::Key;
use futures::Stream;
use http::{HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use crate::state::AppState;
use nodes::NodesShown;

/// Time between beats; the browser calls five seconds of silence stale.
const BEAT: Duration = Duration::from_secs(2);
/// A viewer is sent at most ten updates a second.
const PACE: Duration = Duration::from_millis(100);

/// What a tab looks at.
#[derive(Clone, Debug, Deserialize)]
pub struct Asked {
    view: String,
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    name: String,
    /// Its nodes too.
    #[serde(default)]
    nodes: bool,
}

enum View {
    Health,
    List(HashMap<String, Line>),
    One(Key, Shown),
}

/// What the tab of one workload was sent last.
enum Shown {
    Nothing,
    Workload(Box<Followed>),
    Gone,
}

/// `GET /live?view=workloads|workload|health`
pub async fn stream(State(state): State<AppState>, Query(asked): Query<Asked>) -> Response {
    let key = Key::daemon_set(asked.namespace, asked.name);
    let boards = &state.changes.boards;
    let nodes = asked
        .nodes
        .then(|| NodesShown::new(boards.clone(), key.clone()));
    let view = match asked.view.as_str() {
        "health" => View::Health,
        "workloads" => View::List(HashMap::new()),
        "workload" => View::One(key, Shown::Nothing),
        _ => {
            return (
                StatusCode::BAD_REQUEST,
                "view must be workloads, workload or health\n",
            )
                .into_response();
        }
    };
    let mut response = Sse::new(events(state, view, nodes)).into_response();
    // Proxies that buffer would hold the stream back.
    response
        .headers_mut()
        .insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

fn event(name: &str, data: &impl Serialize) -> Option<Event> {
    Event::default().event(name).json_data(data).ok()
}

struct Tab {
    state: AppState,
    view: View,
    nodes: Option<NodesShown>,
    fleet: tokio::sync::watch::Receiver<std::sync::Arc<domain::fleet::Fleet>>,
    health: tokio::sync::watch::Receiver<domain::health::Health>,
    beat: tokio::time::Interval,
    ready: Vec<Event>,
    /// When the last update went out; `None` before the first look.
    last: Option<Instant>,
}

fn events(
    state: AppState,
    view: View,
    nodes: Option<NodesShown>,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let mut beat = interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let tab = Tab {
        fleet: state.changes.fleet.clone(),
        health: state.changes.health.clone(),
        state,
        view,
        nodes,
        beat,
        ready: Vec::new(),
        last: None,
    };
    futures::stream::unfold(tab, |mut tab| async move {
        loop {
            if let Some(event) = tab.ready.pop() {
                return Some((Ok(event), tab));
            }
            if !tab.wait().await {
                return None;
            }
        }
    })
}

/// Another picture of the nodes, where they are followed.
async fn changed(nodes: Option<&mut NodesShown>) {
    match nodes {
        Some(nodes) => nodes.changed().await,
        None => std::future::pending().await,
    }
}

impl Tab {
    /// Waits for something to say; `false` when the server stops.
    async fn wait(&mut self) -> bool {
        let Some(last) = self.last else {
            self.look();
            return true;
        };
        let stop = self.state.stop.clone();
        tokio::select! {
            () = stop.cancelled() => return false,
            _ = self.beat.tick() => {}
            Ok(()) = self.health.changed() => {}
            () = changed(self.nodes.as_mut()) => sleep_until(last + PACE).await,
            Ok(()) = self.fleet.changed() => {
                // News after a quiet time goes out at once.
                sleep_until(last + PACE).await;
                self.fleet.mark_unchanged();
            }
        }
        self.look();
        true
    }

    /// Collects what changed; the last pushed is sent first.
    fn look(&mut self) {
        let cluster = self.state.cluster.as_ref();
        let beat = model::beat(cluster);
        let update = match &mut self.view {
            View::Health => None,
            View::List(known) => model::workloads(cluster).ok().and_then(|list| {
                if known.is_empty() {
                    *known = by_uid(&list.workloads);
                    return event("workloads", &list);
                }
                delta(known, list.workloads, list.now).and_then(|delta| event("delta", &delta))
            }),
            View::One(key, shown) => {
                match model::workload(cluster, key).map(|workload| workload.followed()) {
                    Ok(model) if matches!(shown, Shown::Workload(last) if **last == model) => None,
                    Ok(model) => {
                        let update = event("workload", &model);
                        *shown = Shown::Workload(Box::new(model));
                        update
                    }
                    // What the page still shows is then the past.
                    Err(ApiError::NoWorkload { .. }) if !matches!(shown, Shown::Gone) => {
                        *shown = Shown::Gone;
                        event("gone", &beat.now)
                    }
                    Err(_) => None,
                }
            }
        };
        let nodes = self.nodes.as_mut().and_then(NodesShown::news);
        let nodes = nodes.and_then(|drawn| event("nodes", &drawn));
        // A beat is no update: it must not hold news back.
        if update.is_some() || nodes.is_some() || self.last.is_none() {
            self.last = Some(Instant::now());
        }
        self.ready.extend(event("health", &beat));
        self.ready.extend(update);
        self.ready.extend(nodes);
    }
}

fn by_uid(lines: &[Line]) -> HashMap<String, Line> {
    lines
        .iter()
        .map(|line| (line.uid.clone(), line.clone()))
        .collect()
}

/// What differs from what this tab knows; `None` when nothing does.
fn delta(
    known: &mut HashMap<String, Line>,
    lines: Vec<Line>,
    now: domain::time::Time,
) -> Option<Delta> {
    let fresh = by_uid(&lines);
    let changed: Vec<Line> = lines
        .into_iter()
        .filter(|line| known.get(&line.uid) != Some(line))
        .collect();
    let removed: Vec<String> = known
        .keys()
        .filter(|uid| !fresh.contains_key(*uid))
        .cloned()
        .collect();
    *known = fresh;
    (!changed.is_empty() || !removed.is_empty()).then_some(Delta {
        changed,
        removed,
        now,
    })
}
