//! Causes that have many faces, each in a room of its own.

use domain::findings::{ConfigTrouble, ImageTrouble, Lack, Refusal, StartTrouble};

use super::{Held, held};
use crate::i18n::findings::{Two, listed, name, then, two};

pub(super) fn without_pod(n: u32) -> Two {
    match n {
        0 => two("Nodes stay without a new pod.", "节点没有新的 Pod。"),
        1 => two("1 node stays without a new pod.", "1 个节点没有新的 Pod。"),
        n => two(
            &format!("{n} nodes stay without a new pod."),
            &format!("{n} 个节点没有新的 Pod。"),
        ),
    }
}

pub(super) fn refusal(why: Refusal) -> Two {
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

pub(super) fn image(container: &str, why: ImageTrouble) -> Two {
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

pub(super) fn config(container: &str, why: ConfigTrouble) -> Two {
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

pub(super) fn crash(container: &str, exit_code: Option<i32>) -> Two {
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

pub(super) fn dead(n: u32, blocks: bool) -> Two {
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

pub(super) fn unschedulable(n: u32, lacks: &[Lack]) -> Two {
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

pub(super) fn never_ends(many: bool, finalizers: &[String]) -> Two {
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

pub(super) fn slow(why: StartTrouble) -> Two {
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
