//! Every cause and every step has words, in both languages.

#![expect(clippy::unwrap_used, clippy::too_many_lines, reason = "tests")]

use std::collections::HashSet;
use std::mem::discriminant;

use domain::findings::{
    Cause, Clock, ConfigTrouble, Evidence, ImageTrouble, Lack, Next, Nodes, Refusal, StartTrouble,
};
use domain::time::Time;

use super::*;

/// Words that Kubernetes has no Chinese for, or that stand in the API.
const TERMS: [&str; 15] = [
    "Pod Security",
    "Pod",
    "LimitRange",
    "ServiceAccount",
    "PriorityClass",
    "ConfigMap",
    "Secret",
    "Kubernetes",
    "kubelet",
    "webhook",
    "finalizer",
    "selector",
    "root",
    "DNS",
    "API",
];

/// A finding on so many nodes.
pub fn finding(cause: Cause, next: Next, n: u32) -> Finding {
    let (field, message) = match &cause {
        Cause::WaitsForPerson => ("spec.updateStrategy.type", "OnDelete"),
        Cause::Config { .. } => ("status.containerStatuses[c].state", "RunContainerError: x"),
        _ => ("event Failed", "words of the cluster"),
    };
    Finding {
        cause,
        evidence: Evidence {
            kind: Object::Pod,
            name: "foo-x".into(),
            field: field.into(),
            message: message.into(),
            count: Some(14),
            last_at: Some(Time::from_second(1000)),
        },
        since: Some(Time::from_second(0)),
        nodes: Nodes {
            count: n,
            names: (1..=n.min(5)).map(|n| format!("node-{n}")).collect(),
        },
        certainty: Certainty::Sure,
        next,
    }
}

pub fn image(why: ImageTrouble) -> Cause {
    let container = "c".into();
    Cause::Image { container, why }
}

fn lacking(lacks: &[Lack]) -> Cause {
    let lacks = lacks.to_vec();
    Cause::Unschedulable { lacks }
}

fn cpu() -> Lack {
    Lack::Resource { name: "cpu".into() }
}

fn taint() -> Lack {
    let taint = "a: b".into();
    Lack::Taint { taint }
}

/// Each cause with each of its reasons, and what the domain has a person do.
fn all() -> Vec<(Cause, Next)> {
    let container = || "c".to_owned();
    let config = |why| Cause::Config {
        container: container(),
        why,
    };
    let cannot = |why| Cause::CannotCreate { why };
    let crash = |exit_code| Cause::Crash {
        container: container(),
        exit_code,
    };
    let refused = |reason: &str| Cause::Refused {
        reason: reason.into(),
    };
    let ends = |finalizers: &[&str]| Cause::NeverEnds {
        finalizers: finalizers.iter().map(|&f| f.into()).collect(),
    };
    let slow = |why| Cause::SlowStart { why };
    let pressure = |conditions: &[&str]| Cause::NodePressure {
        conditions: conditions.iter().map(|&c| c.into()).collect(),
    };
    let behind = Cause::ControllerBehind {
        generation: 4,
        observed: 3,
    };
    vec![
        (Cause::Deleting, Next::LetItGo),
        (Cause::EmptySelector, Next::Recreate),
        (behind, Next::CheckController),
        (Cause::WaitsForPerson, Next::DeleteOldPods),
        (cannot(Refusal::Quota), Next::RaiseQuota),
        (cannot(Refusal::Limits), Next::ChangeTemplate),
        (cannot(Refusal::Admission), Next::MeetPolicy),
        (cannot(Refusal::WebhookDown), Next::RepairWebhook),
        (cannot(Refusal::PodSecurity), Next::MeetPolicy),
        (cannot(Refusal::ServiceAccount), Next::CreateMissing),
        (cannot(Refusal::PriorityClass), Next::CreateMissing),
        (cannot(Refusal::Other), Next::ChangeTemplate),
        (image(ImageTrouble::InvalidName), Next::CheckImageName),
        (image(ImageTrouble::NeverPull), Next::CheckImageName),
        (image(ImageTrouble::NotFound), Next::CheckImageName),
        (image(ImageTrouble::Denied), Next::GiveRegistryAccess),
        (image(ImageTrouble::RateLimited), Next::CheckRegistry),
        (image(ImageTrouble::Unreachable), Next::CheckRegistry),
        (image(ImageTrouble::Other), Next::CheckRegistry),
        (config(ConfigTrouble::ObjectMissing), Next::CreateMissing),
        (config(ConfigTrouble::KeyMissing), Next::CreateMissing),
        (config(ConfigTrouble::RunsAsRoot), Next::ChangeTemplate),
        (config(ConfigTrouble::Command), Next::ChangeTemplate),
        (config(ConfigTrouble::Other), Next::ChangeTemplate),
        (
            Cause::OutOfMemory {
                container: container(),
            },
            Next::RaiseMemoryLimit,
        ),
        (crash(None), Next::ReadPreviousLog),
        (crash(Some(0)), Next::ReadPreviousLog),
        (crash(Some(1)), Next::ReadPreviousLog),
        (Cause::DeadNodes { blocks: true }, Next::RepairOrRemoveNodes),
        (
            Cause::DeadNodes { blocks: false },
            Next::RepairOrRemoveNodes,
        ),
        (lacking(&[]), Next::CheckScheduler),
        (lacking(&[cpu()]), Next::MakeRoom),
        (lacking(&[Lack::Pods]), Next::MakeRoom),
        (lacking(&[Lack::Ports]), Next::MakeRoom),
        (lacking(&[Lack::Volume]), Next::CheckVolumes),
        (lacking(&[taint()]), Next::Tolerate),
        (lacking(&[Lack::Gate]), Next::CheckScheduler),
        (lacking(&[cpu(), Lack::Ports, taint()]), Next::MakeRoom),
        (refused("OutOfcpu"), Next::CheckNode),
        (refused("Succeeded"), Next::CheckNode),
        (refused("Failed"), Next::CheckNode),
        (refused("FailedDaemonPod"), Next::CheckNode),
        (Cause::Evicted, Next::MakeRoom),
        (ends(&[]), Next::CheckNode),
        (ends(&["example.com/a"]), Next::CheckFinalizers),
        (ends(&["example.com/a", "b"]), Next::CheckFinalizers),
        (Cause::ClockSkew { clock: Clock::Node }, Next::SetClocks),
        (
            Cause::ClockSkew {
                clock: Clock::Controller,
            },
            Next::SetClocks,
        ),
        (slow(StartTrouble::Volume), Next::CheckVolumes),
        (slow(StartTrouble::Network), Next::CheckNetwork),
        (slow(StartTrouble::Unknown), Next::CheckNode),
        (Cause::NotReady { container: None }, Next::CheckProbe),
        (
            Cause::NotReady {
                container: Some(container()),
            },
            Next::CheckProbe,
        ),
        (pressure(&["MemoryPressure"]), Next::CheckNode),
        (pressure(&["DiskPressure"]), Next::CheckNode),
        (pressure(&["PIDPressure"]), Next::CheckNode),
        (
            pressure(&["MemoryPressure", "DiskPressure"]),
            Next::CheckNode,
        ),
    ]
}

/// Each of them on none, one and some nodes, sure and likely.
fn findings() -> Vec<Finding> {
    let mut out = Vec::new();
    for (cause, next) in all() {
        for n in [0, 1, 3] {
            let sure = finding(cause.clone(), next, n);
            let likely = Finding {
                certainty: Certainty::Likely,
                ..sure.clone()
            };
            out.extend([sure, likely]);
        }
    }
    out
}

/// Without what stands between backticks.
fn plain(words: &str) -> String {
    assert_eq!(words.matches('`').count() % 2, 0, "{words}");
    words.split('`').step_by(2).collect()
}

#[test]
fn nothing_is_left_out() {
    let causes: HashSet<_> = all().iter().map(|(cause, _)| discriminant(cause)).collect();
    let steps: HashSet<Next> = all().iter().map(|(_, next)| *next).collect();
    assert_eq!((causes.len(), steps.len()), (18, 24));
}

#[test]
fn each_has_words_in_both_languages() {
    for finding in findings() {
        for lang in [Lang::En, Lang::Zh] {
            let sentences = [
                lang.finding_words(&finding),
                lang.finding_next(&finding, "ns"),
            ];
            for words in &sentences {
                let end = words.chars().last().unwrap();
                assert!(matches!(end, '.' | '。' | '`'), "{words}");
            }
            let short = [
                lang.finding_headline(&finding),
                lang.finding_title(&finding),
            ];
            for words in &short {
                assert!(
                    !words.is_empty() && !words.contains(['`', '.', '。']),
                    "{words}"
                );
                assert!(words.chars().count() < 70, "{words}");
            }
            for words in sentences.iter().chain(&short) {
                let doubled = ["  ", "!", "！", " ，", " 。", " .", "``"];
                assert!(!doubled.iter().any(|bad| words.contains(bad)), "{words}");
            }
        }
    }
}

#[test]
fn chinese_has_no_english_but_kubernetes_own() {
    for finding in findings() {
        let lang = Lang::Zh;
        for words in [
            lang.finding_words(&finding),
            lang.finding_next(&finding, "ns"),
            lang.finding_headline(&finding),
            lang.finding_title(&finding),
        ] {
            let mut rest = plain(&words).replace("cpu", "");
            for term in TERMS {
                rest = rest.replace(term, "");
            }
            assert!(!rest.contains(|c: char| c.is_ascii_alphabetic()), "{words}");
        }
    }
}

#[test]
fn one_is_one_and_many_are_many() {
    for finding in findings() {
        let lang = Lang::En;
        let all = [
            lang.finding_words(&finding),
            lang.finding_next(&finding, "ns"),
            lang.finding_title(&finding),
        ];
        for words in all {
            for bad in [
                "1 nodes",
                "1 pods",
                "3 node ",
                "3 pod ",
                "3 node.",
                "1 more pods",
            ] {
                assert!(!words.contains(bad), "{words}");
            }
        }
    }
    let of = |n| finding(image(ImageTrouble::NotFound), Next::CheckImageName, n);
    assert!(
        Lang::En
            .finding_words(&of(1))
            .ends_with("The pod on 1 node cannot start.")
    );
    assert!(
        Lang::En
            .finding_words(&of(3))
            .ends_with("The pods on 3 nodes cannot start.")
    );
}

#[test]
fn what_is_likely_is_said_so() {
    let mut found = finding(lacking(&[]), Next::CheckScheduler, 1);
    assert_eq!(
        Lang::En.finding_title(&found),
        "No scheduler has taken the pod"
    );
    found.certainty = Certainty::Likely;
    assert_eq!(
        Lang::En.finding_title(&found),
        "Probably no scheduler has taken the pod"
    );
    assert_eq!(Lang::Zh.finding_title(&found), "可能：没有调度器处理该 Pod");
}

#[test]
fn hostile_names_are_inert() {
    let name = format!("a`<b>\u{202e}{}", "x".repeat(200));
    let container = name.clone();
    let crash = Cause::Crash {
        container,
        exit_code: Some(1),
    };
    let mut found = finding(crash, Next::ReadPreviousLog, 1);
    found.evidence.name.clone_from(&name);
    for lang in [Lang::En, Lang::Zh] {
        let said = lang.finding_words(&found);
        assert!(
            said.contains("`a'<b>⟨U+202E⟩x") && said.contains("…`"),
            "{said}"
        );
        let log = lang.finding_next(&found, "ns");
        assert_eq!(log.matches('`').count(), 2, "{log}");
        assert!(!log.contains('\u{202e}'));
    }
    let lacks = lacking(&[Lack::Resource { name: name.clone() }]);
    let found = finding(lacks, Next::MakeRoom, 1);
    let short = Lang::En.finding_headline(&found);
    assert!(
        short.chars().count() < 80 && !short.contains('\u{202e}'),
        "{short}"
    );
}

#[test]
fn the_command_is_whole() {
    let mut found = finding(
        Cause::Crash {
            container: "c".into(),
            exit_code: None,
        },
        Next::ReadPreviousLog,
        1,
    );
    let pod = "p".repeat(200);
    found.evidence.name.clone_from(&pod);
    assert_eq!(
        Lang::En.finding_next(&found, "ns"),
        format!("Read the log of its last run: `kubectl logs -n ns {pod} -c c --previous`")
    );
}
