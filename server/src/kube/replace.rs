//! Carrying out an order to replace a pod: read afresh, hold the order against
//! it, send one deletion that fails if the pod is another one or was changed, and
//! read what its answer means.

use domain::fleet::Fleet;
use domain::pod::Pod;
use domain::replace::{Found, Order, Reason, Report, check, check_order};
use domain::workload::Workload;
use kube::api::{DeleteParams, ListParams, Preconditions};
use kube::core::response::Status;
use kube::{Api, Client};

use super::calls::{Failed, LOOKS, No, READ, WRITE, leaves_open, within};
use super::map;
use super::partial::{DaemonSetPart, PodPart};

/// A pod whose status is written all the time is looked at again so often.
const TRIES: u32 = 5;

/// Workload and pod as they are now.
struct Now {
    live: Option<Workload>,
    hash: Option<String>,
    /// `None` where there is no such pod.
    pod: Option<PodNow>,
}

struct PodNow {
    /// `None` for one that nobody controls.
    pod: Option<Pod>,
    version: Option<String>,
}

impl Now {
    fn check(&self, order: &Order) -> Result<(), Reason> {
        let found = match &self.pod {
            None => Found::Nothing,
            Some(PodNow { pod: None, .. }) => Found::Stray,
            Some(PodNow { pod: Some(pod), .. }) => Found::Pod(pod),
        };
        check(order, self.live.as_ref(), self.hash.as_deref(), found)
    }
}

struct Run<'a> {
    client: &'a Client,
    fleet: &'a Fleet,
    order: &'a Order,
}

/// Carries out an order.
pub async fn run(client: &Client, fleet: &Fleet, order: &Order) -> Report {
    let run = Run {
        client,
        fleet,
        order,
    };
    match check_order(order) {
        Ok(()) => Report::from(run.go().await.unwrap_or_else(|reason| reason)),
        Err(reason) => Report::from(reason),
    }
}

impl Run<'_> {
    fn pods(&self) -> Api<PodPart> {
        Api::namespaced(self.client.clone(), &self.order.namespace)
    }

    async fn read(&self) -> Result<Now, Reason> {
        let workloads: Api<DaemonSetPart> =
            Api::namespaced(self.client.clone(), &self.order.namespace);
        let live = within(READ, workloads.get_opt(&self.order.name)).await;
        let live = live.map_err(unread)?.and_then(map::workload);
        // Whoever watches pods may list them; to get one is another right.
        let one = ListParams::default().fields(&format!("metadata.name={}", self.order.pod));
        let pods = within(READ, self.pods().list(&one)).await.map_err(unread)?;
        Ok(Now {
            hash: live.as_ref().and_then(|live| self.hash(live)),
            live,
            pod: pods.items.into_iter().next().map(|part| PodNow {
                version: part.metadata.resource_version.clone(),
                pod: map::pod(part),
            }),
        })
    }

    /// The hash of the live template, if that is the one that is watched.
    fn hash(&self, live: &Workload) -> Option<String> {
        let entry = self.fleet.entries.get(&self.order.key())?;
        let same =
            entry.workload.uid == live.uid && entry.workload.template.same_as(&live.template);
        let (_, current) = entry.current();
        let hash = current.filter(|_| same)?.hash()?;
        Some(hash.to_owned())
    }

    async fn go(&self) -> Result<Reason, Reason> {
        let mut last = String::new();
        for _ in 0..TRIES {
            let now = self.read().await?;
            now.check(self.order)?;
            match self.delete(now.pod.and_then(|pod| pod.version)).await {
                Ok(()) if self.order.dry_run => return Ok(Reason::DryRun),
                Ok(()) => return Ok(Reason::Deleted),
                // It was changed since it was read, or is gone: that shows when it
                // is read again.
                Err(Failed::Api(status)) if matches!(status.code, 404 | 409) => {
                    last.clone_from(&status.message);
                }
                Err(Failed::Api(status)) if leaves_open(&status) => {
                    return Err(self.lost(domain::text::said(&status.message)).await);
                }
                Err(Failed::Api(status)) => return Err(reason_of(&status)),
                Err(Failed::Lost(words)) => return Err(self.lost(words).await),
            }
        }
        let words = domain::text::said(&last);
        Err(Reason::ServerError { words })
    }

    async fn delete(&self, version: Option<String>) -> Result<(), Failed> {
        let params = DeleteParams {
            dry_run: self.order.dry_run,
            preconditions: Some(Preconditions {
                uid: Some(self.order.pod_uid.clone()),
                resource_version: version,
            }),
            ..DeleteParams::default()
        };
        let pods = self.pods();
        within(WRITE, pods.delete(&self.order.pod, &params)).await?;
        Ok(())
    }

    /// No answer came. The pod itself tells whether the deletion arrived.
    async fn lost(&self, words: String) -> Reason {
        if self.order.dry_run {
            return Reason::Unreachable { words };
        }
        for look in 0..LOOKS.0 {
            if look > 0 {
                tokio::time::sleep(LOOKS.1).await;
            }
            let Ok(now) = self.read().await else { continue };
            let ours = |pod: &Pod| pod.uid == self.order.pod_uid && pod.deletion.is_none();
            let still = now.pod.and_then(|now| now.pod);
            if !still.as_ref().is_some_and(ours) {
                return Reason::Deleted;
            }
        }
        Reason::NoAnswer { words }
    }
}

/// A read that failed; nothing was sent.
fn unread(failed: Failed) -> Reason {
    match failed {
        Failed::Api(status) => reason_of(&status),
        Failed::Lost(words) => Reason::Unreachable { words },
    }
}

/// What an error status of the apiserver means.
fn reason_of(status: &Status) -> Reason {
    match No::from(status) {
        No::Denied(words) => Reason::Denied { words },
        No::Unauthorized => Reason::Unauthorized,
        No::Forbidden {
            words,
            verb,
            resource,
        } => Reason::Forbidden {
            words,
            verb,
            resource,
        },
        No::Gone => Reason::WorkloadGone,
        No::Invalid(words) | No::Other(words) => Reason::ServerError { words },
    }
}
