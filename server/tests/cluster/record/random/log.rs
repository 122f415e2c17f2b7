//! What the cluster itself went through, event by event.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use domain::template::{Digest, Template};
use domain::time::Time;
use futures::TryStreamExt as _;
use futures::future::join;
use k8s_openapi::api::apps::v1::{ControllerRevision, DaemonSet};
use kube::runtime::watcher::{Config, Event, watcher};
use kube::{Api, ResourceExt as _};

use super::SLACK;
use crate::rig::Rig;

/// A ControllerRevision as it was from a moment on.
struct Was {
    at: Time,
    until: Option<Time>,
    owner: String,
    name: String,
    digest: Digest,
    number: i64,
}

/// All that was seen.
#[derive(Default)]
pub struct Log {
    was: RefCell<Vec<Was>>,
    latest: RefCell<HashMap<String, usize>>,
    /// uid and template generation of the rollouts that were done by kubectl's
    /// rule.
    done: RefCell<HashSet<(String, i64)>>,
}

impl Log {
    /// Follows the cluster; never ends by itself.
    pub async fn follow(&self, rig: &Rig) {
        let revisions: Api<ControllerRevision> = Api::namespaced(rig.client.clone(), "default");
        let workloads: Api<DaemonSet> = Api::namespaced(rig.client.clone(), "default");
        let revisions = watcher(revisions, Config::default()).try_for_each(async |event| {
            match event {
                Event::Apply(own) | Event::InitApply(own) => self.revision(&own, rig.port.now()),
                Event::Delete(own) => self.ends(&own.uid().unwrap(), rig.port.now()),
                Event::Init | Event::InitDone => {}
            }
            Ok(())
        });
        let workloads = watcher(workloads, Config::default()).try_for_each(async |event| {
            if let Event::Apply(own) | Event::InitApply(own) = event {
                self.workload(&own);
            }
            Ok(())
        });
        let (revisions, workloads) = join(revisions, workloads).await;
        revisions.and(workloads).unwrap();
    }

    fn ends(&self, uid: &str, at: Time) {
        if let Some(place) = self.latest.borrow_mut().remove(uid) {
            self.was.borrow_mut()[place].until = Some(at);
        }
    }

    fn revision(&self, revision: &ControllerRevision, at: Time) {
        let uid = revision.uid().unwrap();
        self.ends(&uid, at);
        let data = &revision.data.0["spec"]["template"];
        let mut data = data.clone();
        data.as_object_mut().unwrap().remove("$patch");
        let mut owners = revision.owner_references().iter();
        let owner = owners.find(|owner| owner.controller == Some(true));
        let mut was = self.was.borrow_mut();
        self.latest.borrow_mut().insert(uid, was.len());
        was.push(Was {
            at,
            until: None,
            owner: owner.map(|owner| owner.uid.clone()).unwrap_or_default(),
            name: revision.name_any(),
            digest: Template::new(data).unwrap().digest(),
            number: revision.revision.unwrap_or_default(),
        });
    }

    fn workload(&self, workload: &DaemonSet) {
        let Some(status) = &workload.status else {
            return;
        };
        let desired = status.desired_number_scheduled;
        let observed = status.observed_generation >= workload.metadata.generation;
        let updated = status.updated_number_scheduled.unwrap_or(0) >= desired;
        let available = status.number_available.unwrap_or(0) >= desired;
        if observed && updated && available {
            let generation = &workload.annotations()["deprecated.daemonset.template.generation"];
            let key = (workload.uid().unwrap(), generation.parse().unwrap());
            self.done.borrow_mut().insert(key);
        }
    }

    /// Was that rollout ever done?
    pub fn done(&self, uid: &str, generation: i64) -> bool {
        self.done.borrow().contains(&(uid.to_owned(), generation))
    }

    /// Had the workload a ControllerRevision of that name, template and number
    /// in the span?
    pub fn carried(
        &self,
        uid: &str,
        name: &str,
        digest: Digest,
        number: Option<i64>,
        (from, to): (Time, Time),
    ) -> bool {
        self.was.borrow().iter().any(|was| {
            let number = number.is_none_or(|number| number == was.number);
            let within = was.at <= to.after(SLACK)
                && was.until.is_none_or(|until| until.after(SLACK) >= from);
            was.owner == uid && was.name == name && was.digest == digest && number && within
        })
    }

    /// The number of the one that it has of that name and template now.
    pub fn carries(&self, uid: &str, name: &str, digest: Digest) -> Option<i64> {
        let was = self.was.borrow();
        let mut now = was.iter().filter(|was| was.until.is_none());
        let own = |was: &&Was| was.owner == uid && was.name == name && was.digest == digest;
        now.find(own).map(|was| was.number)
    }
}
