//! Rows that a pod tells, or an event about it.

use super::*;

#[test]
fn unschedulable_says_what_is_missing() {
    let message = "0/3 nodes are available: 1 Insufficient cpu, 1 Insufficient memory, 2 node(s) \
        didn't satisfy plugin(s) [NodeAffinity]. preemption: 0/3 nodes are available";
    let found = only(&one(unscheduled(new("n1"), message)), &[]);
    let resource = |name: &str| Lack::Resource { name: name.into() };
    assert_eq!(
        found.cause,
        Cause::Unschedulable {
            lacks: vec![resource("cpu"), resource("memory")]
        }
    );
    assert_eq!(found.next, Next::MakeRoom);
    assert_eq!(found.since, Some(at(0)));
    assert_eq!(found.nodes.names, ["n1"]);
    assert_eq!(found.evidence.field, "status.conditions[PodScheduled]");
    assert!(!found.stands(), "room may come");
    for (message, lack) in [
        (
            "1 Insufficient ephemeral-storage.",
            resource("ephemeral-storage"),
        ),
        (
            "1 Insufficient nvidia.com/gpu. preemption: x",
            resource("nvidia.com/gpu"),
        ),
        ("1 Too many pods.", Lack::Pods),
        (
            "1 node(s) didn't have free ports for the requested pod ports.",
            Lack::Ports,
        ),
        ("1 node(s) had volume node affinity conflict", Lack::Volume),
        (
            "1 node(s) had untolerated taint {gpu: yes}.",
            Lack::Taint {
                taint: "gpu: yes".into(),
            },
        ),
        (
            "1 node(s) had taint {gpu: }, that the pod didn't tolerate",
            Lack::Taint {
                taint: "gpu".into(),
            },
        ),
    ] {
        assert_eq!(Lack::all("Unschedulable", message), [lack], "{message}");
    }
    assert_eq!(Lack::all("SchedulingGated", "x"), [Lack::Gate]);
}

#[test]
fn nobody_schedules() {
    let mut pod = unscheduled(new("n1"), "");
    pod.unscheduled = None;
    let found = only(&one(pod), &[]);
    assert_eq!(found.cause, Cause::Unschedulable { lacks: vec![] });
    assert_eq!(found.next, Next::CheckScheduler);
    assert_eq!(found.certainty, Certainty::Likely);
}

#[test]
fn the_kubelet_refuses() {
    for reason in ["OutOfcpu", "OutOfmemory", "OutOfpods", "NodeAffinity"] {
        let found = only(
            &one(failed(new("n1"), reason, "Node didn't have enough")),
            &[],
        );
        assert_eq!(
            found.cause,
            Cause::Refused {
                reason: reason.into()
            }
        );
        assert_eq!(found.evidence.message, "Node didn't have enough");
    }
    let found = only(
        &one(failed(new("n1"), "Evicted", "The node was low on")),
        &[],
    );
    assert_eq!((found.cause, found.next), (Cause::Evicted, Next::MakeRoom));
    // The controller was quicker: only its event is left.
    let text = "Found failed daemon pod ns/foo-x on node n1, will try to kill it";
    let killed = [event("DaemonSet", "foo", "FailedDaemonPod", text)];
    let found = only(&Cluster::new(2).with([new("n2")]), &killed);
    assert_eq!(found.nodes.names, ["n1"]);
    assert_eq!(found.certainty, Certainty::Likely);
    assert_eq!(look(&one(new("n1")), &killed), [], "it runs again");
}

#[test]
fn images_that_cannot_be_had() {
    for (reason, message, why, stands) in [
        (
            "InvalidImageName",
            "couldn't parse image",
            ImageTrouble::InvalidName,
            true,
        ),
        (
            "ErrImageNeverPull",
            "not present with pull policy of Never",
            ImageTrouble::NeverPull,
            true,
        ),
        (
            "ErrImagePull",
            "code = NotFound desc = failed to resolve: x:1: not found",
            ImageTrouble::NotFound,
            true,
        ),
        (
            "ErrImagePull",
            "manifest unknown",
            ImageTrouble::NotFound,
            true,
        ),
        (
            "ErrImagePull",
            "unexpected status: 401 Unauthorized",
            ImageTrouble::Denied,
            true,
        ),
        (
            "ErrImagePull",
            "pull access denied, repository does not exist",
            ImageTrouble::Denied,
            true,
        ),
        (
            "ErrImagePull",
            "429 Too Many Requests - toomanyrequests",
            ImageTrouble::RateLimited,
            false,
        ),
        (
            "ErrImagePull",
            "dial tcp: lookup r.example: no such host",
            ImageTrouble::Unreachable,
            false,
        ),
        (
            "ImagePullBackOff",
            "Back-off pulling image \"x:1\"",
            ImageTrouble::Other,
            false,
        ),
        ("RegistryUnavailable", "", ImageTrouble::Unreachable, false),
    ] {
        let found = only(&one(waiting(new("n1"), reason, message)), &[]);
        let container = "c".to_owned();
        assert_eq!(found.cause, Cause::Image { container, why }, "{message}");
        assert_eq!(found.stands(), stands, "{message}");
        assert_eq!(found.evidence.field, "status.containerStatuses[c].state");
    }
    // The event says more than the container does.
    let events = [
        event("Pod", "new-n1", "Failed", "Error: ImagePullBackOff"),
        event(
            "Pod",
            "new-n1",
            "Failed",
            "Failed to pull image \"x:1\": x:1: not found",
        ),
    ];
    let found = only(
        &one(waiting(new("n1"), "ImagePullBackOff", "Back-off")),
        &events,
    );
    assert_eq!(found.next, Next::CheckImageName);
    assert_eq!(found.evidence.field, "event Failed");
}

#[test]
fn crash_out_of_memory_and_a_command_that_is_not_there() {
    let c = || "c".to_owned();
    let found = only(&one(crashing("Error", 3)), &[]);
    let exit_code = Some(3);
    assert_eq!(
        found.cause,
        Cause::Crash {
            container: c(),
            exit_code
        }
    );
    assert!(!found.stands(), "what it waits for may come");
    assert!(found.cause.is_of_template());
    assert_eq!(found.next, Next::ReadPreviousLog);
    let found = only(&one(crashing("OOMKilled", 137)), &[]);
    assert_eq!(found.cause, Cause::OutOfMemory { container: c() });
    assert!(found.stands());
    let found = only(&one(crashing("StartError", 128)), &[]);
    let why = ConfigTrouble::Command;
    assert_eq!(
        found.cause,
        Cause::Config {
            container: c(),
            why
        }
    );
    // Between two waits it ends, or runs for a moment.
    let mut running = crashing("Error", 3);
    running.trouble.as_mut().unwrap().waiting = None;
    assert_eq!(only(&one(running), &[]).next, Next::ReadPreviousLog);
    let mut init = crashing("Error", 1);
    init.trouble.as_mut().unwrap().init = true;
    let found = only(&one(init), &[]);
    assert_eq!(
        found.evidence.field,
        "status.initContainerStatuses[c].state"
    );
}

#[test]
fn what_the_template_names_is_not_there() {
    for (reason, message, why) in [
        (
            "CreateContainerConfigError",
            "secret \"a\" not found",
            ConfigTrouble::ObjectMissing,
        ),
        (
            "CreateContainerConfigError",
            "configmap \"a\" not found",
            ConfigTrouble::ObjectMissing,
        ),
        (
            "CreateContainerConfigError",
            "couldn't find key k in Secret ns/a",
            ConfigTrouble::KeyMissing,
        ),
        (
            "CreateContainerConfigError",
            "container has runAsNonRoot and image will run as root",
            ConfigTrouble::RunsAsRoot,
        ),
        (
            "RunContainerError",
            "exec: \"x\": executable file not found in $PATH",
            ConfigTrouble::Command,
        ),
        (
            "CreateContainerError",
            "context deadline exceeded",
            ConfigTrouble::Other,
        ),
        ("PostStartHookError", "", ConfigTrouble::Other),
    ] {
        let found = only(&one(waiting(new("n1"), reason, message)), &[]);
        let container = "c".to_owned();
        assert_eq!(found.cause, Cause::Config { container, why }, "{message}");
        assert_eq!(found.stands(), why != ConfigTrouble::Other, "{message}");
    }
}

#[test]
fn running_and_not_ready() {
    let told = event(
        "Pod",
        "new-n1",
        "Unhealthy",
        "Readiness probe failed: HTTP 503",
    );
    let cluster = one(unready(new("n1"), 40));
    let found = only(&cluster, &[told]);
    assert_eq!(found.cause, Cause::NotReady { container: None });
    assert_eq!(found.evidence.message, "Readiness probe failed: HTTP 503");
    assert_eq!(found.since, Some(at(40)));
    assert_eq!(only(&cluster, &[]).evidence.message, "ContainersNotReady");
}

#[test]
fn a_start_that_takes_long() {
    let told = event("Pod", "new-n1", "FailedMount", "MountVolume.SetUp failed");
    let found = only(&one(starting(new("n1"), 30)), std::slice::from_ref(&told));
    let why = StartTrouble::Volume;
    assert_eq!(found.cause, Cause::SlowStart { why });
    assert_eq!(look(&one(starting(new("n1"), 50)), &[told]), []);
    let found = only(&one(starting(new("n1"), -300)), &[]);
    assert_eq!(found.certainty, Certainty::Likely);
}
