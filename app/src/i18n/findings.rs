//! Words for what keeps a rollout: a headline that completes `Stuck because …`,
//! what happened and what it blocks, and a reason of few words for a verdict.
//!
//! Names come from the cluster and may be anything: they are made inert and
//! stand between backticks, which pages show as code. Headlines and reasons have
//! no backticks.

use domain::findings::{
    Cause, Certainty, Clock, ConfigTrouble, Finding, ImageTrouble, Lack, Object, Refusal,
    StartTrouble,
};
use domain::text::{shorten, visible};

use super::{Lang, catalogue, nodes};

mod next;
#[cfg(test)]
pub(crate) mod tests;

/// Longest name that is told, in characters.
const NAME_MAX: usize = 80;
/// Longest reason of few words that the cluster gives, in characters.
const WORD_MAX: usize = 40;

catalogue! {
    finding_nodes = "Nodes", "节点";
    finding_further = "Also found", "另外发现";
    finding_steps = "What to do", "处理步骤";
    finding_node_not_ready = "node not ready", "节点未就绪";
    finding_node_left = "node is gone", "节点已不存在";
    finding_budget_end = "No other node starts before one of them is available.", "其中一个恢复可用之前，其他节点不会开始。";
    back_by_hand = "No pod is replaced by itself: someone has to delete it.", "Pod 不会自动替换，需要有人删除。";

    stuck_because(words: &str) = format!("Stuck because {words}"), format!("卡住原因：{words}");
    stuck_probably(words: &str) = format!("Stuck, probably because {words}"), format!("卡住，可能的原因：{words}");
    delayed_because(words: &str) = format!("May be delayed because {words}"), format!("可能延迟的原因：{words}");
    delayed_probably(words: &str) = format!("May be delayed, probably because {words}"), format!("可能延迟，可能的原因：{words}");
    waits_because(words: &str) = format!("Waits because {words}"), format!("等待原因：{words}");
    not_ready_because(words: &str) = format!("Not ready because {words}"), format!("未就绪原因：{words}");
    not_ready_probably(words: &str) = format!("Not ready, probably because {words}"), format!("未就绪，可能的原因：{words}");
    probably(words: &str) = format!("Probably {words}"), format!("可能：{words}");
    finding_on(word: &str, n: u32) = format!("{word} on {n} {}", nodes(n)), format!("{n} 个节点{}{word}", gap(word));
    finding_for(span: &str) = format!("for {span}"), format!("已持续 {span}");
    evidence_event(reason: &str) = format!("event {reason}"), format!("事件 {reason}");
    evidence_times(n: &str, span: &str) = format!("×{n}, last {span} ago"), format!("×{n}，最近一次 {span}前");
    budget_these(n: u32, of: u32) =
        if n == 1 {
            format!("This node uses the whole budget: {of} may be unavailable at a time.")
        } else {
            format!("These {n} nodes use the whole budget: {of} may be unavailable at a time.")
        },
        format!("这 {n} 个节点用完了全部额度：同时最多 {of} 个不可用。");
    budget_these_surge(n: u32, of: u32) =
        if n == 1 {
            format!("This node uses the whole budget: {of} may have a second pod at a time.")
        } else {
            format!("These {n} nodes use the whole budget: {of} may have a second pod at a time.")
        },
        format!("这 {n} 个节点用完了全部额度：同时最多 {of} 个可有第二个 Pod。");
    budget_spent(n: u32, of: u32) =
        format!("{of} {} may be unavailable at a time, and all of that is used by {n}:", nodes(of)),
        format!("同时最多 {of} 个节点不可用，已被 {n} 个节点用完：");
    budget_spent_surge(n: u32, of: u32) =
        format!("{of} {} may have a second pod at a time, and all of that is used by {n}:", nodes(of)),
        format!("同时最多 {of} 个节点可有第二个 Pod，已被 {n} 个节点用完：");
    back_at_once(n: u32) =
        if n == 1 { "1 pod that is not available is replaced at once".to_owned() }
        else { format!("{n} pods that are not available are replaced at once") },
        format!("{n} 个不可用的 Pod 立即替换");
    back_made(n: u32) =
        if n == 1 { "1 node without a pod gets one at once".to_owned() }
        else { format!("{n} nodes without a pod get one at once") },
        format!("{n} 个没有 Pod 的节点立即创建");
    back_follow(n: u32, at: u32) = {
        let pods = if n == 1 { "1 available pod follows".to_owned() } else { format!("{n} available pods follow") };
        if n > at { format!("{pods} {at} at a time") } else { pods }
    }, {
        let pods = format!("{n} 个可用的 Pod 随后替换");
        if n > at { format!("{pods}，每次 {at} 个") } else { pods }
    };
    back_untouched(n: u32, revision: i64) =
        if n == 1 { format!("1 node runs {revision} already") } else { format!("{n} nodes run {revision} already") },
        format!("{n} 个节点已在运行 {revision}");
    back_unclear(at: u32) =
        format!("Pods that are not available are replaced at once, the others follow {at} at a time."),
        format!("不可用的 Pod 立即替换，其余的每次替换 {at} 个。");
}

/// A text in both languages.
type Two = (String, String);

fn two(en: &str, zh: &str) -> Two {
    (en.to_owned(), zh.to_owned())
}

/// Between a Chinese word and one in Latin letters stands a space.
fn gap(word: &str) -> &'static str {
    if word.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        " "
    } else {
        ""
    }
}

/// A name of the cluster in a sentence.
pub(super) fn name(text: &str) -> String {
    shorten(&visible(text), NAME_MAX).replace('`', "'")
}

/// A word of the cluster in a reason.
fn word(text: &str) -> String {
    shorten(&visible(text), WORD_MAX).into_owned()
}

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

/// Two sentences in a row.
fn then((en, zh): Two, (en_more, zh_more): Two) -> Two {
    let zh_gap = gap(&zh_more);
    let zh_gap = if zh.ends_with(['。', '：']) {
        ""
    } else {
        zh_gap
    };
    (format!("{en} {en_more}"), format!("{zh}{zh_gap}{zh_more}"))
}

#[cfg_attr(not(feature = "ssr"), allow(dead_code))]
impl Lang {
    fn pick(self, (en, zh): Two) -> String {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }

    /// What completes `Stuck because …`.
    pub(crate) fn finding_headline(self, finding: &Finding) -> String {
        let many = finding.nodes.count > 1;
        self.pick(headline(&finding.cause, many))
    }

    /// The headline by itself, with how sure it is.
    pub(crate) fn finding_title(self, finding: &Finding) -> String {
        let words = self.finding_headline(finding);
        match finding.certainty {
            Certainty::Sure if self == Self::Zh => words,
            Certainty::Sure => {
                let mut chars = words.chars();
                let first = chars.next().map(|c| c.to_ascii_uppercase());
                first.into_iter().chain(chars).collect()
            }
            Certainty::Likely => self.probably(&words),
        }
    }

    /// What happened, and what it blocks.
    pub(crate) fn finding_words(self, finding: &Finding) -> String {
        self.pick(explanation(finding))
    }

    /// What to do, in the imperative. `namespace` is the workload's.
    pub(crate) fn finding_next(self, finding: &Finding, namespace: &str) -> String {
        let words = self.pick(next::next(finding, namespace));
        // A name that ends a part of a Chinese sentence.
        words.replace(" ，", "，").replace(" 。", "。")
    }

    /// A reason of few words, as `ImagePullBackOff on 3 nodes`. The cluster's own
    /// word stays where it has one.
    pub fn short(self, finding: &Finding) -> String {
        let n = finding.nodes.count;
        if matches!(finding.cause, Cause::DeadNodes { .. }) && n > 0 {
            return self.verdict_not_ready(n);
        }
        let word = self.pick(reason(finding));
        let whole = matches!(
            finding.cause,
            Cause::Deleting
                | Cause::EmptySelector
                | Cause::ControllerBehind { .. }
                | Cause::ClockSkew {
                    clock: Clock::Controller
                }
        );
        if n == 0 || whole {
            word
        } else {
            self.finding_on(&word, n)
        }
    }

    /// Where the evidence is written: `status.conditions[Ready]`, or an event.
    pub(crate) fn evidence_field(self, field: &str) -> String {
        match field.strip_prefix("event ") {
            Some(reason) => self.evidence_event(reason),
            None => field.to_owned(),
        }
    }
}

/// The kind as Kubernetes writes it.
#[cfg_attr(not(feature = "ssr"), allow(dead_code))]
pub(crate) fn kind(object: Object) -> &'static str {
    match object {
        Object::DaemonSet => "DaemonSet",
        Object::Pod => "Pod",
        Object::Node => "Node",
    }
}

#[expect(clippy::too_many_lines, reason = "a text each")]
fn headline(cause: &Cause, many: bool) -> Two {
    match cause {
        Cause::Deleting => two("the workload is being deleted", "该工作负载正在删除"),
        Cause::EmptySelector => two("its selector is empty", "selector 为空"),
        Cause::ControllerBehind { .. } => two("the controller is not running", "控制器未在运行"),
        Cause::WaitsForPerson => two(
            "old pods are only replaced when someone deletes them",
            "只有有人删除旧 Pod 后才会替换",
        ),
        Cause::CannotCreate { why } => match why {
            Refusal::Quota => two("a quota does not allow the pods", "配额不允许创建 Pod"),
            Refusal::Limits => two("a LimitRange forbids the pods", "LimitRange 禁止创建 Pod"),
            Refusal::Admission => two(
                "an admission policy rejects the pods",
                "准入策略拒绝创建 Pod",
            ),
            Refusal::WebhookDown => two(
                "an admission webhook does not answer",
                "准入 webhook 没有响应",
            ),
            Refusal::PodSecurity => two("the pods violate Pod Security", "Pod 违反 Pod Security"),
            Refusal::ServiceAccount => {
                two("the ServiceAccount does not exist", "ServiceAccount 不存在")
            }
            Refusal::PriorityClass => {
                two("the PriorityClass does not exist", "PriorityClass 不存在")
            }
            Refusal::Other => two(
                "the API server refuses to create the pods",
                "API 服务器拒绝创建 Pod",
            ),
        },
        Cause::Image { why, .. } => match why {
            ImageTrouble::InvalidName => two("the name of the image is not valid", "镜像名称无效"),
            ImageTrouble::NeverPull => two(
                "the image is not on the node and may not be pulled",
                "节点上没有镜像，且不允许拉取",
            ),
            ImageTrouble::NotFound | ImageTrouble::Other => {
                two("the image cannot be pulled", "镜像无法拉取")
            }
            ImageTrouble::Denied => two("the registry denies the image", "镜像仓库拒绝提供镜像"),
            ImageTrouble::RateLimited => two(
                "the registry limits how much is pulled",
                "镜像仓库限制拉取次数",
            ),
            ImageTrouble::Unreachable => two("the registry cannot be reached", "无法连接镜像仓库"),
        },
        Cause::Config { why, .. } => match why {
            ConfigTrouble::ObjectMissing => two(
                "a Secret or ConfigMap does not exist",
                "Secret 或 ConfigMap 不存在",
            ),
            ConfigTrouble::KeyMissing => two(
                "a Secret or ConfigMap lacks a key",
                "Secret 或 ConfigMap 缺少键",
            ),
            ConfigTrouble::RunsAsRoot => two(
                "the container must not run as root, and would",
                "容器不得以 root 运行，但镜像会以 root 运行",
            ),
            ConfigTrouble::Command => two(
                "the command of the container cannot be run",
                "容器的命令无法执行",
            ),
            ConfigTrouble::Other => two("the container cannot be created", "容器无法创建"),
        },
        Cause::OutOfMemory { .. } => two(
            "a container uses more memory than its limit",
            "容器内存超过上限",
        ),
        Cause::Crash { exit_code, .. } => match exit_code {
            Some(0) => two(
                "a container ends and should keep running",
                "容器本应持续运行却已结束",
            ),
            _ => two("a container keeps crashing", "容器反复崩溃"),
        },
        Cause::DeadNodes { blocks: true } => two(
            "nodes that are not ready use the whole budget",
            "未就绪的节点用完了全部额度",
        ),
        Cause::DeadNodes { blocks: false } if many => two("nodes are not ready", "节点未就绪"),
        Cause::DeadNodes { blocks: false } => two("a node is not ready", "节点未就绪"),
        Cause::Unschedulable { lacks } => lack_headline(lacks, many),
        Cause::Refused { reason } => match reason.as_str() {
            "Succeeded" => two(
                "the pod ended and should keep running",
                "Pod 本应持续运行却已结束",
            ),
            "Failed" | "FailedDaemonPod" => two("the pod failed", "Pod 失败"),
            _ => two("the kubelet refused the pod", "kubelet 拒绝了 Pod"),
        },
        Cause::Evicted => two("the kubelet evicted the pod", "kubelet 驱逐了 Pod"),
        Cause::NeverEnds { finalizers } => match (finalizers.len(), many) {
            (0, true) => two("old pods do not end", "旧 Pod 没有结束"),
            (0, false) => two("an old pod does not end", "旧 Pod 没有结束"),
            (1, true) => two("a finalizer holds old pods", "finalizer 阻止旧 Pod 结束"),
            (1, false) => two("a finalizer holds an old pod", "finalizer 阻止旧 Pod 结束"),
            (_, true) => two("finalizers hold old pods", "finalizer 阻止旧 Pod 结束"),
            (_, false) => two("finalizers hold an old pod", "finalizer 阻止旧 Pod 结束"),
        },
        Cause::ClockSkew { clock: Clock::Node } if many => {
            two("the clocks of nodes are ahead", "节点的时钟偏快")
        }
        Cause::ClockSkew { clock: Clock::Node } => {
            two("the clock of a node is ahead", "节点的时钟偏快")
        }
        Cause::ClockSkew {
            clock: Clock::Controller,
        } => two("the clock of the controller is behind", "控制器的时钟偏慢"),
        Cause::SlowStart { why } => match why {
            StartTrouble::Volume => two("a volume cannot be mounted", "卷无法挂载"),
            StartTrouble::Network => two("the pod gets no network", "Pod 没有获得网络"),
            StartTrouble::Unknown if many => two("pods take long to start", "Pod 启动时间过长"),
            StartTrouble::Unknown => two("a pod takes long to start", "Pod 启动时间过长"),
        },
        Cause::NotReady { .. } => two("a container runs and is not ready", "容器在运行但未就绪"),
        Cause::NodePressure { conditions } => {
            let (en, zh) = match conditions.as_slice() {
                [one] if one == "MemoryPressure" => ("memory", "内存不足"),
                [one] if one == "DiskPressure" => ("disk space", "磁盘空间不足"),
                [one] if one == "PIDPressure" => ("process IDs", "进程号不足"),
                _ => ("resources", "资源不足"),
            };
            let who = if many { "nodes run" } else { "a node runs" };
            two(&format!("{who} short of {en}"), &format!("节点{zh}"))
        }
    }
}

fn lack_headline(lacks: &[Lack], many: bool) -> Two {
    let node = if many { "the nodes" } else { "the node" };
    match lacks {
        [] => two("no scheduler has taken the pod", "没有调度器处理该 Pod"),
        [Lack::Resource { name: resource }] => {
            let resource = word(resource);
            two(
                &format!("there is not enough {resource} on {node}"),
                &format!("节点上的 {resource} 不足"),
            )
        }
        [Lack::Pods] => two(
            &format!("there are too many pods on {node}"),
            "节点上的 Pod 过多",
        ),
        [Lack::Ports] => two(
            &format!("a port is taken on {node}"),
            "节点上的端口已被占用",
        ),
        [Lack::Volume] => two(
            &format!("a volume cannot be used on {node}"),
            "卷无法在节点上使用",
        ),
        [Lack::Taint { .. }] => two("the pod does not tolerate a taint", "Pod 不容忍某个污点"),
        [Lack::Gate] => two("a scheduling gate is not removed", "调度门控尚未移除"),
        _ => two("the pod cannot be scheduled", "Pod 无法调度"),
    }
}

/// What a node lacks, as a part of a list.
fn lack(lack: &Lack) -> Two {
    match lack {
        Lack::Resource { name: resource } => {
            let resource = name(resource);
            two(&format!("`{resource}`"), &format!("`{resource}`"))
        }
        Lack::Pods => two("room for one more pod", "再容纳一个 Pod 的余量"),
        Lack::Ports => two("a free port", "空闲端口"),
        Lack::Volume => two("a volume that can be used there", "可用的卷"),
        Lack::Taint { taint } => {
            let taint = name(taint);
            two(
                &format!("a toleration of the taint `{taint}`"),
                &format!("对污点 `{taint}` 的容忍"),
            )
        }
        Lack::Gate => two("the removal of a scheduling gate", "移除调度门控"),
    }
}

#[expect(clippy::too_many_lines, reason = "a text each")]
fn explanation(finding: &Finding) -> Two {
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

/// Names between backticks.
pub(super) fn listed(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|one| format!("`{}`", name(one))).collect();
    names.join(", ")
}

fn without_pod(n: u32) -> Two {
    match n {
        0 => two("Nodes stay without a new pod.", "节点没有新的 Pod。"),
        1 => two("1 node stays without a new pod.", "1 个节点没有新的 Pod。"),
        n => two(
            &format!("{n} nodes stay without a new pod."),
            &format!("{n} 个节点没有新的 Pod。"),
        ),
    }
}

fn refusal(why: Refusal) -> Two {
    match why {
        Refusal::Quota => two(
            "A `ResourceQuota` of the namespace refuses new pods.",
            "命名空间的 `ResourceQuota` 拒绝新的 Pod。",
        ),
        Refusal::Limits => two(
            "What the template requests or limits is outside what a `LimitRange` of the namespace allows.",
            "模板的资源请求或限制超出命名空间 `LimitRange` 允许的范围。",
        ),
        Refusal::Admission => two(
            "A webhook or policy of the cluster does not accept pods of this template.",
            "集群的 webhook 或策略不接受此模板的 Pod。",
        ),
        Refusal::WebhookDown => two(
            "The API server must ask it about each new pod, and gets no answer.",
            "API 服务器创建每个 Pod 前必须询问它，但没有得到响应。",
        ),
        Refusal::PodSecurity => two(
            "The template asks for more than the Pod Security level of the namespace allows.",
            "模板要求的权限超出命名空间的 Pod Security 级别。",
        ),
        Refusal::ServiceAccount => two(
            "The template names a `ServiceAccount` that the namespace does not have.",
            "模板引用的 `ServiceAccount` 在命名空间中不存在。",
        ),
        Refusal::PriorityClass => two(
            "The template names a `PriorityClass` that the cluster does not have.",
            "模板引用的 `PriorityClass` 在集群中不存在。",
        ),
        Refusal::Other => two("What it says is below.", "具体信息见下方。"),
    }
}

fn image(container: &str, why: ImageTrouble) -> Two {
    match why {
        ImageTrouble::InvalidName => two(
            &format!(
                "What container `{container}` gives as its image is not the name of an image."
            ),
            &format!("容器 `{container}` 的镜像不是有效的镜像名称。"),
        ),
        ImageTrouble::NeverPull => two(
            &format!(
                "Container `{container}` has `imagePullPolicy: Never`, and its image is not on the node."
            ),
            &format!("容器 `{container}` 设置了 `imagePullPolicy: Never`，而节点上没有该镜像。"),
        ),
        ImageTrouble::NotFound => two(
            &format!(
                "The registry does not have the image of container `{container}` under this name and tag."
            ),
            &format!("镜像仓库中没有容器 `{container}` 所用名称和标签的镜像。"),
        ),
        ImageTrouble::Denied => two(
            &format!(
                "The registry does not give the image of container `{container}` to this cluster. Some registries say the same of an image that does not exist."
            ),
            &format!(
                "镜像仓库不向此集群提供容器 `{container}` 的镜像。有些仓库对不存在的镜像也这样回答。"
            ),
        ),
        ImageTrouble::RateLimited => two(
            &format!(
                "Too much was pulled lately, so the image of container `{container}` has to wait."
            ),
            &format!("近期拉取过多，容器 `{container}` 的镜像需要等待。"),
        ),
        ImageTrouble::Unreachable => two(
            &format!(
                "The node does not reach the registry that has the image of container `{container}`."
            ),
            &format!("节点无法连接容器 `{container}` 的镜像所在的仓库。"),
        ),
        ImageTrouble::Other => two(
            &format!(
                "The node has not got the image of container `{container}`. The reason is not known yet."
            ),
            &format!("节点没有取得容器 `{container}` 的镜像，原因尚不清楚。"),
        ),
    }
}

fn config(container: &str, why: ConfigTrouble) -> Two {
    match why {
        ConfigTrouble::ObjectMissing => two(
            &format!(
                "Container `{container}` needs a `Secret` or `ConfigMap` that the namespace does not have."
            ),
            &format!("容器 `{container}` 需要的 `Secret` 或 `ConfigMap` 在命名空间中不存在。"),
        ),
        ConfigTrouble::KeyMissing => two(
            &format!(
                "Container `{container}` needs a key that the `Secret` or `ConfigMap` does not have."
            ),
            &format!("容器 `{container}` 需要的键在 `Secret` 或 `ConfigMap` 中不存在。"),
        ),
        ConfigTrouble::RunsAsRoot => two(
            &format!(
                "Container `{container}` has `runAsNonRoot`, and its image would run as root."
            ),
            &format!("容器 `{container}` 设置了 `runAsNonRoot`，但其镜像会以 root 运行。"),
        ),
        ConfigTrouble::Command => two(
            &format!(
                "The runtime cannot run the command of container `{container}`: it is not in the image, or not for this kind of machine."
            ),
            &format!(
                "运行时无法执行容器 `{container}` 的命令：镜像中没有该命令，或与机器架构不符。"
            ),
        ),
        ConfigTrouble::Other => two(
            &format!("Container `{container}` cannot be made from what the template says."),
            &format!("无法按模板创建容器 `{container}`。"),
        ),
    }
}

fn crash(container: &str, exit_code: Option<i32>) -> Two {
    match exit_code {
        Some(code) => two(
            &format!("Container `{container}` ends again and again, last with exit code {code}."),
            &format!("容器 `{container}` 反复结束，最近一次退出码为 {code}。"),
        ),
        None => two(
            &format!("Container `{container}` ends again and again."),
            &format!("容器 `{container}` 反复结束。"),
        ),
    }
}

fn dead(n: u32, blocks: bool) -> Two {
    match (blocks, n > 1) {
        (true, true) => two(
            "A node that is not ready counts as unavailable. These alone use all that may be unavailable at a time, so no other node can start.",
            "未就绪的节点计为不可用。仅这些节点就用完了同时允许不可用的数量，因此其他节点无法开始。",
        ),
        (true, false) => two(
            "A node that is not ready counts as unavailable. This one alone uses all that may be unavailable at a time, so no other node can start.",
            "未就绪的节点计为不可用。仅此节点就用完了同时允许不可用的数量，因此其他节点无法开始。",
        ),
        (false, true) => two(
            "Their pods cannot be replaced or become available until the nodes are back.",
            "在节点恢复之前，其 Pod 无法替换，也无法变为可用。",
        ),
        (false, false) => two(
            "Its pod cannot be replaced or become available until the node is back.",
            "在节点恢复之前，其 Pod 无法替换，也无法变为可用。",
        ),
    }
}

fn unschedulable(n: u32, lacks: &[Lack]) -> Two {
    if lacks.is_empty() {
        return then(
            two(
                "The scheduler has not taken the pod, and does not say why it would not.",
                "调度器没有处理该 Pod，也没有说明原因。",
            ),
            held(n, Held::Schedule),
        );
    }
    let (en, zh): (Vec<String>, Vec<String>) = lacks.iter().map(lack).unzip();
    then(
        two(
            &format!(
                "The scheduler does not give the pod to its node. Missing: {}.",
                en.join(", ")
            ),
            &format!("调度器没有将 Pod 分配到其节点。缺少：{}。", zh.join("、")),
        ),
        held(n, Held::Schedule),
    )
}

fn never_ends(many: bool, finalizers: &[String]) -> Two {
    let waits = if many {
        two(
            "No new pod can start on these nodes before they are gone.",
            "在它们消失之前，这些节点无法启动新的 Pod。",
        )
    } else {
        two(
            "No new pod can start on this node before it is gone.",
            "在它消失之前，该节点无法启动新的 Pod。",
        )
    };
    let (told, time) = if many {
        ("They were", "their")
    } else {
        ("It was", "its")
    };
    let what = if finalizers.is_empty() {
        two(
            &format!("{told} told to end, and {time} time is over."),
            "已要求结束，但超过了宽限期。",
        )
    } else {
        let names = listed(finalizers);
        two(
            &format!("{told} told to end, and {time} time is over. Held by {names}."),
            &format!("已要求结束，但超过了宽限期。由 {names} 阻止。"),
        )
    };
    then(what, waits)
}

fn slow(why: StartTrouble) -> Two {
    match why {
        StartTrouble::Volume => two(
            "The node cannot attach or mount a volume that the template asks for.",
            "节点无法附加或挂载模板要求的卷。",
        ),
        StartTrouble::Network => two(
            "The network plugin of the node does not set up the pod.",
            "节点的网络插件未能设置 Pod 的网络。",
        ),
        StartTrouble::Unknown => two(
            "Nothing says why. A large image or a slow volume are the usual reasons.",
            "没有说明原因。常见原因是镜像较大或卷较慢。",
        ),
    }
}

/// The cluster's word for it, or a few of ours.
fn reason(finding: &Finding) -> Two {
    let evidence = &finding.evidence;
    let same = |text: &str| two(&word(text), &word(text));
    let event = || evidence.field.strip_prefix("event ");
    // `ErrImagePull: rpc error …` in the state of a container.
    let state = || {
        let written = evidence.field.strip_suffix(".state").is_some();
        let first = evidence.message.split([':', ' ']).next();
        let is_word =
            |text: &&str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric());
        first.filter(|_| written).filter(is_word)
    };
    match &finding.cause {
        Cause::Deleting => two("being deleted", "正在删除"),
        Cause::EmptySelector => two("empty selector", "selector 为空"),
        Cause::ControllerBehind { .. } => two("controller behind", "控制器滞后"),
        Cause::WaitsForPerson => same(&evidence.message),
        Cause::CannotCreate { .. } => same("FailedCreate"),
        Cause::Image { why, .. } => match (why, state()) {
            (ImageTrouble::InvalidName, _) => same("InvalidImageName"),
            (ImageTrouble::NeverPull, _) => same("ErrImageNeverPull"),
            // It takes turns with the other.
            (_, Some("ErrImagePull") | None) => same("ImagePullBackOff"),
            (_, Some(word)) => same(word),
        },
        Cause::Config { .. } => same(state().unwrap_or("CreateContainerError")),
        Cause::OutOfMemory { .. } => same("OOMKilled"),
        Cause::Crash { .. } => same("CrashLoopBackOff"),
        Cause::DeadNodes { .. } => two("nodes not ready", "节点未就绪"),
        Cause::Unschedulable { lacks } => match lacks.first() {
            Some(Lack::Resource { name }) => same(&format!("Insufficient {name}")),
            Some(Lack::Pods) => same("Too many pods"),
            Some(Lack::Gate) => same("SchedulingGated"),
            Some(Lack::Ports | Lack::Volume | Lack::Taint { .. }) => same("Unschedulable"),
            None => two("pods not scheduled", "Pod 未调度"),
        },
        Cause::Refused { reason } => match reason.as_str() {
            "Succeeded" => two("pods ended", "Pod 已结束"),
            "Failed" => two("pods failed", "Pod 失败"),
            reason => same(reason),
        },
        Cause::Evicted => same("Evicted"),
        Cause::NeverEnds { finalizers } if finalizers.is_empty() => {
            two("pods do not end", "Pod 未结束")
        }
        Cause::NeverEnds { .. } => two("pods held by a finalizer", "Pod 被 finalizer 阻止"),
        Cause::ClockSkew { clock: Clock::Node } => two("clock ahead", "时钟偏快"),
        Cause::ClockSkew {
            clock: Clock::Controller,
        } => two("controller clock behind", "控制器时钟偏慢"),
        Cause::SlowStart { .. } => match event() {
            Some(reason) => same(reason),
            None => two("slow start", "启动缓慢"),
        },
        Cause::NotReady { .. } => two("pods not ready", "Pod 未就绪"),
        Cause::NodePressure { conditions } => same(&conditions.join(", ")),
    }
}
