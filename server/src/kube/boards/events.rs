//! Events of a workload and of the pods that are in trouble: the apiserver keeps
//! them an hour, and only they say why a pod cannot be created. They are asked for
//! while there is trouble, and never watched: a cluster has very many.

use std::time::Duration;

use domain::board::{Board, NodeState};
use domain::findings::Event;
use domain::pod;
use domain::time::Time;
use domain::workload::Key;
use k8s_openapi::api::core::v1::Event as ApiEvent;
use kube::api::ListParams;
use kube::{Api, Client};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Time between two questions.
const AGAIN: Duration = Duration::from_secs(10);
/// And where nobody looks.
const SELDOM: Duration = Duration::from_mins(1);
/// What happened just now is in an event a moment later.
const SOON: Duration = Duration::from_millis(500);
/// Time for an answer.
const LIMIT: Duration = Duration::from_secs(3);
/// So many pods are asked about.
const PODS: usize = 5;
/// So many events of each object.
const EACH: u32 = 50;

/// Kind and name of an object.
type Object = (&'static str, String);

/// What is asked about, and whether somebody looks.
#[derive(Clone, Default, PartialEq, Eq)]
struct Asked {
    objects: Vec<Object>,
    viewed: bool,
}

/// The events, as last asked for.
pub struct Events {
    ask: watch::Sender<Asked>,
    found: watch::Receiver<Vec<Event>>,
    name: String,
    _stop: DropGuard,
}

impl Events {
    /// Of one workload; asked for once [`Self::about`] tells of trouble.
    pub fn follow(client: &Client, key: &Key, stop: &CancellationToken) -> Self {
        let stop = stop.child_token();
        let (ask, asked) = watch::channel(Asked::default());
        let (tell, found) = watch::channel(Vec::new());
        let api = Api::namespaced(client.clone(), &key.namespace);
        let end = stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = end.cancelled() => {}
                () = run(api, asked, tell) => {}
            }
        });
        Self {
            ask,
            found,
            name: key.name.clone(),
            _stop: stop.drop_guard(),
        }
    }

    /// Those that were found.
    pub fn all(&self) -> Vec<Event> {
        self.found.borrow().clone()
    }

    /// Waits for others.
    pub async fn changed(&mut self) {
        if self.found.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// What there is to ask about: nothing while all is well; seldom where it is not
    /// `viewed`.
    pub fn about(&self, board: &Board, viewed: bool) {
        // One that waits for minReadySeconds has nothing to say.
        let troubled =
            |state: NodeState| !state.is_settled() && state != NodeState::NewReadyWaiting;
        let cells = board.cells.iter().filter(|cell| troubled(cell.state));
        let mut objects: Vec<Object> = Vec::new();
        for cell in cells {
            if objects.is_empty() {
                objects.push(("DaemonSet", self.name.clone()));
            }
            objects.extend(cell.pod.clone().map(|pod| ("Pod", pod)));
            if objects.len() > PODS {
                break;
            }
        }
        let asked = Asked { objects, viewed };
        self.ask.send_if_modified(|last| {
            let differs = *last != asked;
            *last = asked;
            differs
        });
    }
}

async fn run(
    api: Api<ApiEvent>,
    mut asked: watch::Receiver<Asked>,
    tell: watch::Sender<Vec<Event>>,
) {
    loop {
        let Asked { objects, viewed } = asked.borrow_and_update().clone();
        if objects.is_empty() {
            tell.send_if_modified(|last| !std::mem::take(last).is_empty());
            if asked.changed().await.is_err() {
                return;
            }
            sleep(SOON).await;
            continue;
        }
        let mut found = Vec::new();
        for object in &objects {
            found.extend(of(&api, object).await);
        }
        tell.send_if_modified(|last| {
            let differs = *last != found;
            *last = found;
            differs
        });
        // At most so often, however the board changes meanwhile.
        sleep(AGAIN).await;
        if !viewed {
            let soon = |asked: &Asked| asked.viewed || asked.objects.is_empty();
            // Over in time, or because there is more to do.
            let _ = timeout(SELDOM, asked.wait_for(soon)).await;
        }
    }
}

/// Events of one object. Where they may not be read, findings do without.
async fn of(api: &Api<ApiEvent>, (kind, name): &Object) -> Vec<Event> {
    let fields = format!("involvedObject.kind={kind},involvedObject.name={name}");
    let list = ListParams::default().fields(&fields).limit(EACH);
    match timeout(LIMIT, api.list(&list)).await {
        Ok(Ok(list)) => list.items.into_iter().filter_map(event).collect(),
        _ => Vec::new(),
    }
}

/// An event; `None` where it does not say when it was.
fn event(event: ApiEvent) -> Option<Event> {
    let series = event.series.as_ref();
    let last_at: Time = match (
        series.and_then(|s| s.last_observed_time.as_ref()),
        &event.event_time,
    ) {
        (Some(at), _) => at.0.into(),
        (None, Some(at)) if event.last_timestamp.is_none() => at.0.into(),
        _ => event.last_timestamp.as_ref()?.0.into(),
    };
    let count = series.and_then(|s| s.count).or(event.count).unwrap_or(1);
    Some(Event {
        reason: event.reason.unwrap_or_default(),
        message: pod::kept(event.message.as_deref().unwrap_or_default()),
        kind: event.involved_object.kind.unwrap_or_default(),
        name: event.involved_object.name.unwrap_or_default(),
        count: u32::try_from(count).unwrap_or(1),
        last_at,
    })
}
