//! Carrying out an order: read afresh, hold the order against it, send one
//! request that fails if anything moved, and read what its answer means.

use domain::fleet::Fleet;
use domain::record::kept::KeptTemplate;
use domain::revision::Revision;
use domain::rollback::{Order, Plan, Reason, Report, Target, arrived, check_order, plan};
use domain::workload::Workload;
use domain::{history, rollback};
use kube::api::{Patch, PatchParams};
use kube::core::response::Status;
use kube::{Api, Client};

use super::calls::{Failed, LOOKS, No, READ, WRITE, leaves_open, within};
use super::partial::{DaemonSetPart, RevisionPart};
use super::{events, map, random_id};

/// The workload and the target as they are now.
struct Now {
    live: Option<Workload>,
    target: Option<Revision>,
}

struct Run<'a> {
    client: &'a Client,
    order: &'a Order,
    current: Option<Revision>,
    /// The wanted template, where no ControllerRevision is to hold it.
    kept: Option<KeptTemplate>,
    id: String,
}

/// Carries out an order.
pub async fn run(
    client: &Client,
    fleet: &Fleet,
    order: &Order,
    kept: Option<KeptTemplate>,
) -> Report {
    if let Err(reason) = check_order(order) {
        return Report::unchanged(reason, None);
    }
    let current = fleet
        .entries
        .get(&order.key())
        .and_then(|entry| history::current(&entry.workload, &entry.own()).1.cloned());
    let run = Run {
        client,
        order,
        current,
        kept,
        id: random_id(),
    };
    run.go().await
}

impl Run<'_> {
    fn daemon_sets(&self) -> Api<DaemonSetPart> {
        Api::namespaced(self.client.clone(), &self.order.namespace)
    }

    /// The target first: a number that was raised belongs to a template that the
    /// workload, read after it, has already. The other way round the second of
    /// two clicks could be told that its target was renumbered.
    async fn read(&self) -> Result<Now, Reason> {
        let revisions: Api<RevisionPart> =
            Api::namespaced(self.client.clone(), &self.order.namespace);
        let target = match self.kept {
            Some(_) => Ok(None),
            None => within(READ, revisions.get_opt(&self.order.to)).await,
        };
        let workloads = self.daemon_sets();
        let live = within(READ, workloads.get_opt(&self.order.name)).await;
        Ok(Now {
            live: live.map_err(unread)?.and_then(map::workload),
            target: target.map_err(unread)?.and_then(map::revision),
        })
    }

    fn plan(&self, now: &Now) -> Result<Plan, Reason> {
        // A note of an earlier current revision says less, never something
        // wrong: it is only given when it still is the live template's.
        let current = self.current.as_ref().filter(|revision| {
            now.live.as_ref().is_some_and(|live| {
                revision
                    .template()
                    .is_some_and(|t| t.same_as(&live.template))
            })
        });
        let kept = self.kept.as_ref().map(Target::Kept);
        plan(
            self.order,
            now.live.as_ref(),
            kept.or(now.target.as_ref().map(Target::Revision)),
            current,
            &self.id,
        )
    }

    async fn go(&self) -> Report {
        let now = match self.read().await {
            Ok(now) => now,
            Err(reason) => return Report::unchanged(reason, None),
        };
        let generation = now.live.as_ref().map(|live| live.generation);
        let plan = match self.plan(&now) {
            Ok(plan) => plan,
            Err(reason) => return Report::unchanged(reason, generation),
        };
        match self.patch(&plan).await {
            Ok(after) => self.answered(&plan, after).await,
            Err(Failed::Api(status)) if leaves_open(&status) && !self.order.dry_run => {
                self.lost(&plan, domain::text::said(&status.message)).await
            }
            Err(Failed::Api(status)) => self.refused(&plan, &status).await,
            Err(Failed::Lost(words)) => self.lost(&plan, words).await,
        }
    }

    async fn patch(&self, plan: &Plan) -> Result<DaemonSetPart, Failed> {
        let params = PatchParams {
            dry_run: self.order.dry_run,
            field_manager: Some(rollback::FIELD_MANAGER.to_owned()),
            ..PatchParams::default()
        };
        let operations: Patch<()> = match serde_json::from_value(plan.patch.clone()) {
            Ok(operations) => Patch::Json(operations),
            Err(error) => return Err(Failed::Lost(error.to_string())),
        };
        let api = self.daemon_sets();
        within(WRITE, api.patch(&self.order.name, &params, &operations)).await
    }

    async fn answered(&self, plan: &Plan, after: DaemonSetPart) -> Report {
        let Some(after) = map::workload(after) else {
            return self.lost(plan, "the answer cannot be read".into()).await;
        };
        if self.order.dry_run {
            let mutated = !after.template.same_as(&plan.target);
            return Report::unchanged(Reason::DryRun { mutated }, Some(plan.generation));
        }
        self.written(plan, &after).await
    }

    /// It is there: told in an Event, and reported.
    async fn written(&self, plan: &Plan, after: &Workload) -> Report {
        let mutated = !after.template.same_as(&plan.target);
        let event_problem = events::rolled_back(self.client, self.order, after, plan)
            .await
            .err();
        let reason = Reason::RolledBack { mutated };
        Report {
            outcome: reason.outcome(),
            reason,
            message: String::new(),
            changed: Some(true),
            generation: Some(after.generation),
            event_problem,
        }
    }

    /// The apiserver said no. When it was one of our own tests that failed it
    /// does not say which (AP applyJSPatch), so what is there now explains it.
    async fn refused(&self, plan: &Plan, status: &Status) -> Report {
        let generation = Some(plan.generation);
        let own_test = status.code == 422
            && status
                .message
                .contains("the server rejected our request due to an error in our request");
        let told = reason_of(status);
        let moved = own_test || matches!(status.code, 404 | 409);
        if !moved || matches!(told, Reason::Denied { .. }) {
            return Report::unchanged(told, generation);
        }
        match self.read().await {
            Ok(now) => {
                let generation = now.live.as_ref().map(|live| live.generation);
                match self.plan(&now) {
                    Err(reason) => Report::unchanged(reason, generation),
                    // Nothing differs from what the order says, as it said
                    // nothing of the generation, which moved meanwhile.
                    Ok(again) if again.generation != plan.generation => Report::unchanged(
                        Reason::Moved {
                            seen: plan.generation,
                            now: again.generation,
                        },
                        generation,
                    ),
                    // Nothing differs at all: only the apiserver's own words
                    // can tell why.
                    Ok(_) => Report::unchanged(
                        Reason::ServerError {
                            words: domain::text::said(&status.message),
                        },
                        generation,
                    ),
                }
            }
            Err(reason) => Report::unchanged(reason, None),
        }
    }

    /// No answer came. The workload itself tells whether the write arrived.
    async fn lost(&self, plan: &Plan, words: String) -> Report {
        if self.order.dry_run {
            return Report::unchanged(Reason::Unreachable { words }, Some(plan.generation));
        }
        for look in 0..LOOKS.0 {
            if look > 0 {
                tokio::time::sleep(LOOKS.1).await;
            }
            let Ok(now) = self.read().await else { continue };
            // Gone or replaced: what it was last can no longer be read.
            let Some(after) = now.live.filter(|live| live.uid == plan.uid) else {
                break;
            };
            match arrived(&after, plan) {
                Some(true) => return self.written(plan, &after).await,
                Some(false) => {
                    let reason = Reason::Moved {
                        seen: plan.generation,
                        now: after.generation,
                    };
                    return Report::unchanged(reason, Some(after.generation));
                }
                None => {}
            }
        }
        Report::unchanged(Reason::NoAnswer { words }, None)
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
        No::Invalid(words) => Reason::InvalidTemplate { words },
        No::Other(words) => Reason::ServerError { words },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(code: u16, message: &str) -> Status {
        Status {
            code,
            message: message.into(),
            ..Status::default()
        }
    }

    #[test]
    fn each_no_has_its_own_name() {
        let code = |code, message: &str| {
            serde_json::to_value(reason_of(&status(code, message))).unwrap_or_default()["code"]
                .clone()
        };
        assert_eq!(code(401, "Unauthorized"), "unauthorized");
        assert_eq!(
            code(401, "admission webhook \"x\" denied the request: no"),
            "denied"
        );
        assert_eq!(
            code(
                403,
                "daemonsets.apps \"x\" is forbidden: User \"u\" cannot patch resource \"daemonsets\" in API group \"apps\" in the namespace \"n\""
            ),
            "forbidden"
        );
        assert_eq!(
            code(403, "admission webhook \"x\" denied the request: no"),
            "denied"
        );
        assert_eq!(
            code(
                422,
                "daemonsets.apps \"x\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no"
            ),
            "denied"
        );
        assert_eq!(
            code(403, "pods \"x\" is forbidden: exceeded quota"),
            "denied"
        );
        assert_eq!(
            code(
                422,
                "DaemonSet.apps \"x\" is invalid: spec.template.spec.containers[0].image: Required value"
            ),
            "invalidTemplate"
        );
        assert_eq!(code(429, "too many requests"), "serverError");
        assert_eq!(
            code(500, "Internal error occurred: failed calling webhook \"x\""),
            "serverError"
        );
    }
}
