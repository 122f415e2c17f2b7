//! What happened, and what it blocks.

use domain::findings::{Cause, Certainty, Clock, Finding};

mod causes;

use super::{Two, listed, name, then, two};
use crate::i18n::nodes;
use causes::{config, crash, dead, image, never_ends, refusal, slow, unschedulable, without_pod};

/// What does not happen to a pod.
#[derive(Clone, Copy)]
enum Held {
    Start,
    Ready,
    Schedule,
}

/// What is blocked: the pods on so many nodes.
fn held(n: u32, held: Held) -> Two {
    let (en, zh) = match held {
        Held::Start => ("cannot start", "无法启动"),
        Held::Ready => ("cannot become ready", "无法就绪"),
        Held::Schedule => ("cannot start", "无法调度"),
    };
    match n {
        0 => two(&format!("Its pods {en}."), &format!("其 Pod {zh}。")),
        1 => two(
            &format!("The pod on 1 node {en}."),
            &format!("1 个节点上的 Pod {zh}。"),
        ),
        n => two(
            &format!("The pods on {n} nodes {en}."),
            &format!("{n} 个节点上的 Pod {zh}。"),
        ),
    }
}

/// The explanation, a sentence or two.
#[expect(clippy::too_many_lines, reason = "a text each")]
pub(super) fn explanation(finding: &Finding) -> Two {
    let n = finding.nodes.count;
    let many = n > 1;
    match &finding.cause {
        Cause::Deleting => two(
            "Its controller no longer acts on it: no pod is created or replaced.",
            "控制器不再处理它：不会创建或替换 Pod。",
        ),
        Cause::EmptySelector => two(
            "It would take all pods of the namespace, so the controller does nothing at all.",
            "它会选中命名空间内的所有 Pod，因此控制器什么都不做。",
        ),
        Cause::ControllerBehind {
            generation,
            observed,
        } => two(
            &format!(
                "It has handled generation {observed} of {generation}. Until it catches up, no node gets the change."
            ),
            &format!(
                "它已处理第 {observed} / {generation} 代。在它赶上之前，没有节点会得到该变更。"
            ),
        ),
        Cause::WaitsForPerson => {
            let strategy = name(&finding.evidence.message);
            let verb = if many { "keep" } else { "keeps" };
            two(
                &format!(
                    "With the strategy `{strategy}`, Kubernetes replaces no pod by itself. {n} {} {verb} the old template.",
                    nodes(n)
                ),
                &format!(
                    "策略为 `{strategy}`，Kubernetes 不会自动替换 Pod。{n} 个节点保持旧模板。"
                ),
            )
        }
        Cause::CannotCreate { why } => {
            let words = then(refusal(*why), without_pod(n));
            match finding.certainty {
                Certainty::Sure => words,
                Certainty::Likely => then(
                    words,
                    two(
                        "Other pods have been created since, so it is not always so.",
                        "此后有其他 Pod 创建成功，因此并非总是如此。",
                    ),
                ),
            }
        }
        Cause::Image { container, why } => {
            then(image(&name(container), *why), held(n, Held::Start))
        }
        Cause::Config { container, why } => {
            then(config(&name(container), *why), held(n, Held::Start))
        }
        Cause::OutOfMemory { container } => {
            let container = name(container);
            then(
                two(
                    &format!(
                        "Container `{container}` was killed at its memory limit (`OOMKilled`), and starts again each time."
                    ),
                    &format!(
                        "容器 `{container}` 达到内存上限后被终止（`OOMKilled`），并反复重启。"
                    ),
                ),
                held(n, Held::Ready),
            )
        }
        Cause::Crash {
            container,
            exit_code,
        } => then(crash(&name(container), *exit_code), held(n, Held::Ready)),
        Cause::DeadNodes { blocks } => dead(n, *blocks),
        Cause::Unschedulable { lacks } => unschedulable(n, lacks),
        Cause::Refused { reason } => {
            let reason = name(reason);
            then(
                two(
                    &format!(
                        "It ended with `{reason}`. The controller deletes it and makes another, which may end the same way."
                    ),
                    &format!("它以 `{reason}` 结束。控制器会删除它并重新创建，结果可能相同。"),
                ),
                held(n, Held::Ready),
            )
        }
        Cause::Evicted => then(
            two(
                "The node ran short of something. The controller makes another pod, which may be evicted, too.",
                "节点资源不足。控制器会重新创建 Pod，但可能再次被驱逐。",
            ),
            held(n, Held::Ready),
        ),
        Cause::NeverEnds { finalizers } => never_ends(many, finalizers),
        Cause::ClockSkew { clock: Clock::Node } => two(
            "Its pod became ready in the future, by the clock of the API server. With `minReadySeconds` it counts as available later than it should.",
            "按 API 服务器的时钟，其 Pod 在未来才就绪。设置 `minReadySeconds` 后，它会比应有时间更晚计为可用。",
        ),
        Cause::ClockSkew {
            clock: Clock::Controller,
        } => {
            let pods = if many { "pods are" } else { "pod is" };
            two(
                &format!(
                    "By the clock of the API server {n} more {pods} available than the status says. The rollout waits for the status."
                ),
                &format!("按 API 服务器的时钟，可用的 Pod 比状态多 {n} 个。更新在等待状态。"),
            )
        }
        Cause::SlowStart { why } => then(slow(*why), held(n, Held::Start)),
        Cause::NotReady { container } => {
            let which = match container {
                Some(container) => {
                    let container = name(container);
                    two(
                        &format!(
                            "Container `{container}` runs, and its pod does not report ready. Most often its readiness probe fails."
                        ),
                        &format!(
                            "容器 `{container}` 在运行，但 Pod 未报告就绪，多半是就绪探针失败。"
                        ),
                    )
                }
                None => two(
                    "The pod runs and does not report ready. Most often a readiness probe fails.",
                    "Pod 在运行但未报告就绪，多半是就绪探针失败。",
                ),
            };
            then(which, held(n, Held::Ready))
        }
        Cause::NodePressure { conditions } => {
            let conditions = listed(conditions);
            let verb = if many { "They report" } else { "It reports" };
            two(
                &format!(
                    "{verb} {conditions}. Pods there may be refused, evicted or slow to start."
                ),
                &format!("节点报告 {conditions}。那里的 Pod 可能被拒绝、驱逐或启动缓慢。"),
            )
        }
    }
}
