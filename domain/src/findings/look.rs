//! One pod and what is said of it: why it does not work.

use jiff::SignedDuration;

use super::collect::Case;
use super::lack::Lack;
use super::words::{ConfigTrouble, ImageTrouble, StartTrouble};
use super::{Cause, Certainty, Clock, Event, Evidence, Object, PATIENCE};
use crate::board::Seen;
use crate::pod::{Phase, Pod, Trouble};
use crate::time::Time;

/// A pod may be unready for so long after it began to run.
const NOT_READY_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// A start may take so long if an event tells of trouble.
const TROUBLED_START: SignedDuration = SignedDuration::from_mins(1);

/// A start may take so long if nothing does: images are large.
const SLOW_START: SignedDuration = SignedDuration::from_mins(5);

/// A container that ended badly so often crashes, whatever it does just now.
const CRASHES: u32 = 2;

/// Seconds of timestamps are cut off, and clocks are never quite alike.
const SKEW: SignedDuration = SignedDuration::from_secs(5);

/// One pod and what was said of it.
pub(super) struct Look<'s, 'a> {
    pub seen: &'s Seen<'a>,
    pub pod: &'a Pod,
    pub events: &'s [&'a Event],
}

impl<'a> Look<'_, 'a> {
    /// The first cause that fits. A ready pod only waits for minReadySeconds;
    /// any other ended, has no node, has a broken container, starts, or runs.
    pub fn case(&self) -> Option<Case<'a>> {
        if self.pod.is_ready() {
            return self.clock();
        }
        self.ended()
            .or_else(|| self.unscheduled())
            .or_else(|| self.broken())
            .or_else(|| self.starting())
            .or_else(|| self.unready())
    }

    fn make(&self, cause: Cause, evidence: Evidence, since: Option<Time>) -> Case<'a> {
        Case {
            cause,
            evidence,
            since,
            certainty: Certainty::Sure,
            node: self.pod.node.as_deref(),
        }
    }

    fn field(&self, field: &str, message: &str) -> Evidence {
        Evidence::field(Object::Pod, &self.pod.name, field, message)
    }

    /// The latest event with one of these reasons.
    fn event(&self, reasons: &[&str]) -> Option<&'a Event> {
        let events = self.events.iter().copied();
        events
            .filter(|event| reasons.contains(&event.reason.as_str()))
            .max_by_key(|event| event.last_at)
    }

    fn is_older_than(&self, since: Option<Time>, span: SignedDuration) -> bool {
        since.is_none_or(|since| self.seen.now.since(since) >= span)
    }

    fn ready_since(&self) -> Option<Time> {
        let ready = self.pod.ready.as_ref().and_then(|ready| ready.since);
        ready.or(Some(self.pod.created_at))
    }

    fn ended(&self) -> Option<Case<'a>> {
        let pod = self.pod;
        if !pod.is_terminal() {
            return None;
        }
        let (reason, message) = match pod.failed.as_deref() {
            Some(failed) => (failed.reason.as_str(), failed.message.as_str()),
            None => ("", ""),
        };
        let cause = match (reason, pod.phase) {
            ("Evicted", _) => Cause::Evicted,
            ("", Phase::Succeeded) => Cause::Refused {
                reason: "Succeeded".into(),
            },
            ("", _) => Cause::Refused {
                reason: "Failed".into(),
            },
            (reason, _) => Cause::Refused {
                reason: reason.into(),
            },
        };
        let message = if message.is_empty() { reason } else { message };
        let evidence = self.field("status.message", message);
        Some(self.make(cause, evidence, self.ready_since()))
    }

    /// No node: the scheduler says why, or nobody says anything.
    fn unscheduled(&self) -> Option<Case<'a>> {
        let pod = self.pod;
        if pod.bound {
            return None;
        }
        let Some(why) = pod.unscheduled.as_deref() else {
            let case = self.make(
                Cause::Unschedulable { lacks: Vec::new() },
                self.field("spec.nodeName", ""),
                Some(pod.created_at),
            );
            let late = self.is_older_than(case.since, TROUBLED_START);
            return late.then_some(Case {
                certainty: Certainty::Likely,
                ..case
            });
        };
        let since = why.since.unwrap_or(pod.created_at);
        let lacks = Lack::all(&why.reason, &why.message);
        let evidence = self.field("status.conditions[PodScheduled]", &why.message);
        self.is_older_than(Some(since), PATIENCE)
            .then(|| self.make(Cause::Unschedulable { lacks }, evidence, Some(since)))
    }

    /// It is ready since a moment that has not come.
    fn clock(&self) -> Option<Case<'a>> {
        let since = self.pod.ready.as_ref()?.since?;
        if since <= self.seen.now.after(SKEW) {
            return None;
        }
        let clock = Clock::Node;
        let field = "status.conditions[Ready].lastTransitionTime";
        Some(self.make(
            Cause::ClockSkew { clock },
            self.field(field, &since.to_string()),
            None,
        ))
    }

    fn broken(&self) -> Option<Case<'a>> {
        let trouble = self.pod.trouble.as_deref()?;
        let waiting = trouble.waiting.as_ref().filter(|w| w.is_broken());
        let crashes =
            self.pod.restarts >= CRASHES && trouble.exit.as_ref().is_some_and(|e| e.code != 0);
        let (reason, message) = match waiting {
            Some(waiting) => (waiting.reason.as_str(), waiting.message.as_str()),
            None if crashes => ("CrashLoopBackOff", ""),
            None => return None,
        };
        // Of several events the longest says most; `Error: ErrImagePull` only
        // repeats the reason.
        let events = self.events.iter().copied();
        let failed = events
            .filter(|event| event.reason == "Failed")
            .max_by_key(|event| event.message.len());
        let told = failed.map_or("", |event| event.message.as_str());
        let cause = cause(trouble, reason, [message, told]);
        // Of a crash the container's own words are in its log.
        let evidence = match failed.filter(|_| matches!(cause, Cause::Image { .. })) {
            Some(event) => Evidence::event(Object::Pod, event),
            None => self.state(trouble, reason, message),
        };
        Some(self.make(cause, evidence, self.ready_since()))
    }

    /// The state of the container to blame.
    fn state(&self, trouble: &Trouble, reason: &str, message: &str) -> Evidence {
        let list = if trouble.init {
            "initContainerStatuses"
        } else {
            "containerStatuses"
        };
        let field = format!("status.{list}[{}].state", trouble.container);
        if message.is_empty() {
            self.field(&field, reason)
        } else {
            self.field(&field, &format!("{reason}: {message}"))
        }
    }

    fn starting(&self) -> Option<Case<'a>> {
        if !self.pod.is_starting() {
            return None;
        }
        let event = self.event(&[
            "FailedMount",
            "FailedAttachVolume",
            "FailedMapVolume",
            "FailedCreatePodSandBox",
            "NetworkNotReady",
        ]);
        let since = Some(self.pod.created_at);
        let (span, certainty) = match event {
            Some(_) => (TROUBLED_START, Certainty::Sure),
            None => (SLOW_START, Certainty::Likely),
        };
        let why = event.and_then(|event| StartTrouble::of(&event.reason));
        let waiting = self.pod.trouble.as_ref().and_then(|t| t.waiting.as_ref());
        let words = waiting.map_or("Pending", |waiting| waiting.reason.as_str());
        let evidence = match event {
            Some(event) => Evidence::event(Object::Pod, event),
            None => self.field("status.phase", words),
        };
        let cause = Cause::SlowStart {
            why: why.unwrap_or(StartTrouble::Unknown),
        };
        self.is_older_than(since, span).then(|| Case {
            certainty,
            ..self.make(cause, evidence, since)
        })
    }

    fn unready(&self) -> Option<Case<'a>> {
        let since = self.ready_since();
        if self.pod.is_starting() || !self.is_older_than(since, NOT_READY_AFTER) {
            return None;
        }
        let reason = self.pod.ready.as_ref().and_then(|r| r.reason.as_deref());
        let evidence = match self.event(&["Unhealthy"]) {
            Some(event) => Evidence::event(Object::Pod, event),
            None => self.field("status.conditions[Ready]", reason.unwrap_or("False")),
        };
        let container = self.pod.trouble.as_ref().map(|t| t.container.clone());
        Some(self.make(Cause::NotReady { container }, evidence, since))
    }
}

/// What a broken container means: by what the kubelet says of it, and where
/// that is not enough by what an event says.
fn cause(trouble: &Trouble, reason: &str, words: [&str; 2]) -> Cause {
    let container = trouble.container.clone();
    let exit = trouble.exit.as_ref();
    let ended = exit.map_or("", |exit| exit.reason.as_str());
    match reason {
        "ErrImagePull"
        | "ImagePullBackOff"
        | "InvalidImageName"
        | "ErrImageNeverPull"
        | "ImageInspectError"
        | "RegistryUnavailable"
        | "SignatureValidationFailed" => Cause::Image {
            container,
            why: words
                .into_iter()
                .map(|words| ImageTrouble::of(reason, words))
                .find(|why| *why != ImageTrouble::Other)
                .unwrap_or(ImageTrouble::Other),
        },
        "CrashLoopBackOff" if ended == "OOMKilled" => Cause::OutOfMemory { container },
        // It never ran: the runtime could not start its command.
        "CrashLoopBackOff" if matches!(ended, "StartError" | "ContainerCannotRun") => {
            Cause::Config {
                container,
                why: ConfigTrouble::Command,
            }
        }
        "CrashLoopBackOff" => Cause::Crash {
            container,
            exit_code: exit.map(|exit| exit.code),
        },
        _ => Cause::Config {
            container,
            why: words
                .into_iter()
                .map(ConfigTrouble::of)
                .find(|why| *why != ConfigTrouble::Other)
                .unwrap_or(ConfigTrouble::Other),
        },
    }
}
