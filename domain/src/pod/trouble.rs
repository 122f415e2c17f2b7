//! Which container of a pod is to blame. A pod has many, and a cell has room
//! for one.

use crate::time::Time;

/// One container as `status` tells, only read to find the [`Trouble`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// It is one of `initContainerStatuses`.
    pub init: bool,
    /// `ready`; of an init container that it ended well.
    pub ready: bool,
    /// `state.running` is set.
    pub running: bool,
    /// `state.waiting`.
    pub waiting: Option<Waiting>,
    /// `state.terminated`, else `lastState.terminated`.
    pub exit: Option<Exit>,
}

/// `state.waiting` of a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// As `ImagePullBackOff`.
    pub reason: String,
    /// What the kubelet said, see [`super::kept`].
    pub message: String,
}

impl Waiting {
    /// It waits because something went wrong. All that the kubelet reports but
    /// the two reasons of a normal start are errors (semantics.md 7.5 names
    /// eight; there are more, as `ImageInspectError`).
    pub fn is_broken(&self) -> bool {
        !matches!(
            self.reason.as_str(),
            "" | "ContainerCreating" | "PodInitializing"
        )
    }
}

/// How a container ended (`terminated`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exit {
    /// Exit code.
    pub code: i32,
    /// As `Error` or `OOMKilled`.
    pub reason: String,
    /// `finishedAt`.
    pub at: Option<Time>,
}

/// The container that keeps a pod from being ready.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trouble {
    /// Its name.
    pub container: String,
    /// It is an init container.
    pub init: bool,
    /// What it waits for; `None` while it runs or right after it ended.
    pub waiting: Option<Waiting>,
    /// How it ended last.
    pub exit: Option<Exit>,
    /// It runs now.
    pub started: bool,
}

impl Trouble {
    /// The container to blame: the first that is broken, else that ended
    /// badly, else that waits, else that runs without being ready. Containers
    /// come in the order of the status, init containers first.
    pub fn first(containers: &[Container]) -> Option<Self> {
        let broken = |c: &&Container| c.waiting.as_ref().is_some_and(Waiting::is_broken);
        let ended = |c: &&Container| !c.ready && c.exit.as_ref().is_some_and(|e| e.code != 0);
        let waits = |c: &&Container| c.waiting.is_some();
        let unready = |c: &&Container| !c.ready && !c.init;
        let found = containers
            .iter()
            .find(broken)
            .or_else(|| containers.iter().find(ended))
            .or_else(|| containers.iter().find(waits))
            .or_else(|| containers.iter().find(unready))?;
        Some(Self {
            container: found.name.clone(),
            init: found.init,
            waiting: found.waiting.clone(),
            exit: found.exit.clone(),
            started: found.running,
        })
    }

    /// It waits because something went wrong, see [`Waiting::is_broken`].
    pub fn is_broken(&self) -> bool {
        self.waiting.as_ref().is_some_and(Waiting::is_broken)
    }
}
