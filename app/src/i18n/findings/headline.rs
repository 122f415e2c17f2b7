//! What completes `Stuck because …`, a few words each.

use domain::findings::{Cause, Clock, ConfigTrouble, ImageTrouble, Lack, Refusal, StartTrouble};

use domain::text::{shorten, visible};

use super::{Two, two};

/// Longest word of the cluster in a headline, in characters.
const WORD_MAX: usize = 40;

/// A word of the cluster: a headline has no backticks.
fn word(text: &str) -> String {
    shorten(&visible(text), WORD_MAX).into_owned()
}

/// The headline; `many` nodes have it.
#[expect(clippy::too_many_lines, reason = "a text each")]
pub(super) fn headline(cause: &Cause, many: bool) -> Two {
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
