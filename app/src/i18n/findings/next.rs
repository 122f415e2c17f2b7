//! What a person can do about a finding, in one sentence.

use domain::findings::{
    Cause, Clock, ConfigTrouble, Finding, ImageTrouble, Lack, Next, Object, Refusal,
};

use domain::text::visible;

use super::{Two, listed, name, two};

/// The container that the cause is about.
fn container(cause: &Cause) -> Option<String> {
    match cause {
        Cause::Image { container, .. }
        | Cause::Config { container, .. }
        | Cause::OutOfMemory { container }
        | Cause::Crash { container, .. }
        | Cause::NotReady {
            container: Some(container),
        } => Some(name(container)),
        _ => None,
    }
}

/// `container`, or `the container` where it is not known.
fn of_container(cause: &Cause) -> Two {
    match container(cause) {
        Some(name) => two(&format!("container `{name}`"), &format!("容器 `{name}` ")),
        None => two("the container", "容器"),
    }
}

/// `node`, as far as one is meant.
fn the_node(finding: &Finding) -> Two {
    match (finding.nodes.count, finding.nodes.names.as_slice()) {
        (0 | 1, [node]) => {
            let node = name(node);
            two(&format!("node `{node}`"), &format!("节点 `{node}` "))
        }
        (0 | 1, _) => two("the node", "节点"),
        _ => two("the nodes", "这些节点"),
    }
}

#[expect(clippy::too_many_lines, reason = "a text each")]
pub(super) fn next(finding: &Finding, namespace: &str) -> Two {
    let cause = &finding.cause;
    let (of, of_zh) = of_container(cause);
    let (node, node_zh) = the_node(finding);
    match finding.next {
        Next::LetItGo => two(
            "Let it go, or see which finalizer holds it if it stays.",
            "等待删除完成；若一直存在，查看是哪个 finalizer 阻止了它。",
        ),
        Next::Recreate => two(
            "Create it anew with a selector: the selector of a workload cannot be changed.",
            "用正确的 selector 重新创建：工作负载的 selector 无法修改。",
        ),
        Next::CheckController => two(
            "Check that `kube-controller-manager` runs, and read its log.",
            "检查 `kube-controller-manager` 是否在运行，并查看其日志。",
        ),
        Next::DeleteOldPods => two(
            "Delete the old pods one by one; each comes back with the new template.",
            "逐个删除旧 Pod；每个都会以新模板重建。",
        ),
        Next::RaiseQuota => two(
            "Raise the `ResourceQuota` of the namespace, or request less in the template.",
            "提高命名空间的 `ResourceQuota`，或在模板中减少资源请求。",
        ),
        Next::MeetPolicy => match cause {
            Cause::CannotCreate {
                why: Refusal::PodSecurity,
            } => two(
                "Remove from the template what the message names, or allow more in the namespace.",
                "从模板中移除消息所指的内容，或放宽命名空间的级别。",
            ),
            _ => two(
                "Change the template so that the policy accepts it, or change the policy.",
                "修改模板以符合策略，或修改策略。",
            ),
        },
        Next::RepairWebhook => two(
            "Repair the admission webhook that the message names, or remove its configuration if nobody needs it.",
            "修复消息所指的准入 webhook，若已不需要，则移除其配置。",
        ),
        Next::CreateMissing => missing(cause),
        Next::ChangeTemplate => change(cause, &of, &of_zh),
        Next::CheckImageName => match cause {
            Cause::Image {
                why: ImageTrouble::InvalidName,
                ..
            } => two(
                &format!("Correct the name of the image of {of}."),
                &format!("修正{of_zh}的镜像名称。"),
            ),
            Cause::Image {
                why: ImageTrouble::NeverPull,
                ..
            } => two(
                &format!("Load the image onto {node}, or change the `imagePullPolicy` of {of}."),
                &format!("将镜像加载到{node_zh}，或修改{of_zh}的 `imagePullPolicy`。"),
            ),
            _ => two(
                &format!(
                    "Push the image, or correct its name or tag for {of}. The kubelet tries again by itself, at most 5 min apart."
                ),
                &format!(
                    "推送镜像，或修正{of_zh}的镜像名称或标签。kubelet 会自动重试，间隔最多 5 分钟。"
                ),
            ),
        },
        Next::GiveRegistryAccess => two(
            "Check that the image exists, and give the pods `imagePullSecrets` that the registry accepts.",
            "确认镜像存在，并为 Pod 配置镜像仓库接受的 `imagePullSecrets`。",
        ),
        Next::CheckRegistry => match cause {
            Cause::Image {
                why: ImageTrouble::RateLimited,
                ..
            } => two(
                "Wait, or pull with an account or through a mirror that allows more.",
                "等待，或使用限额更高的账号或镜像代理拉取。",
            ),
            Cause::Image {
                why: ImageTrouble::Unreachable,
                ..
            } => two(
                &format!("Check the way from {node} to the registry: DNS, network, certificates."),
                &format!("检查{node_zh}到镜像仓库的连接：DNS、网络、证书。"),
            ),
            _ => two(
                &format!("Check the name of the image, and that {node} can reach the registry."),
                &format!("检查镜像名称，以及{node_zh}能否连接镜像仓库。"),
            ),
        },
        Next::RaiseMemoryLimit => two(
            &format!("Raise the memory limit of {of}, or make it use less."),
            &format!("提高{of_zh}的内存上限，或减少其用量。"),
        ),
        Next::ReadPreviousLog => log(finding, namespace),
        Next::RepairOrRemoveNodes => {
            let it = if finding.nodes.count > 1 {
                "them"
            } else {
                "it"
            };
            two(
                &format!("Repair {node}, or remove {it} from the cluster."),
                &format!("修复{node_zh}，或将其从集群中移除。"),
            )
        }
        Next::MakeRoom => room(cause, &node, &node_zh),
        Next::Tolerate => tolerate(cause, &node, &node_zh),
        Next::CheckScheduler => match cause {
            Cause::Unschedulable { lacks } if lacks.contains(&Lack::Gate) => two(
                "See who should remove the scheduling gate of the pod.",
                "查看应由谁移除 Pod 的调度门控。",
            ),
            _ => two(
                "Check that the scheduler of the pod runs, and read its log.",
                "检查 Pod 的调度器是否在运行，并查看其日志。",
            ),
        },
        Next::CheckNode => two(
            &format!("Look at {node} and at the log of the kubelet there."),
            &format!("检查{node_zh}及其 kubelet 日志。"),
        ),
        Next::CheckFinalizers => {
            let names = match cause {
                Cause::NeverEnds { finalizers } => listed(finalizers),
                _ => String::new(),
            };
            two(
                &format!("Find out what {names} waits for: who set it should remove it."),
                &format!("查明 {names} 在等待什么：应由设置者移除。"),
            )
        }
        Next::SetClocks => match cause {
            Cause::ClockSkew {
                clock: Clock::Controller,
            } => two(
                "Set the clock of the machine that runs `kube-controller-manager`.",
                "校准运行 `kube-controller-manager` 的机器的时钟。",
            ),
            _ => two(
                &format!("Set the clock of {node}."),
                &format!("校准{node_zh}的时钟。"),
            ),
        },
        Next::CheckVolumes => two(
            &format!("Check the volumes of the pod, and their driver on {node}."),
            &format!("检查 Pod 的卷及其在{node_zh}上的驱动。"),
        ),
        Next::CheckNetwork => two(
            &format!("Check the network plugin on {node}."),
            &format!("检查{node_zh}上的网络插件。"),
        ),
        Next::CheckProbe => two(
            &format!("Check the readiness probe of {of}, and what it asks."),
            &format!("检查{of_zh}的就绪探针及其请求的内容。"),
        ),
    }
}

fn missing(cause: &Cause) -> Two {
    match cause {
        Cause::CannotCreate {
            why: Refusal::PriorityClass,
        } => two(
            "Create the `PriorityClass`, or correct its name in the template.",
            "创建该 `PriorityClass`，或在模板中修正其名称。",
        ),
        Cause::CannotCreate { .. } => two(
            "Create the `ServiceAccount`, or correct its name in the template.",
            "创建该 `ServiceAccount`，或在模板中修正其名称。",
        ),
        Cause::Config {
            why: ConfigTrouble::KeyMissing,
            ..
        } => two(
            "Add the key that the message names, or correct it in the template.",
            "添加消息所指的键，或在模板中修正。",
        ),
        _ => two(
            "Create the object that the message names, or correct its name in the template.",
            "创建消息所指的对象，或在模板中修正其名称。",
        ),
    }
}

fn change(cause: &Cause, of: &str, of_zh: &str) -> Two {
    match cause {
        Cause::CannotCreate {
            why: Refusal::Limits,
        } => two(
            "Change requests and limits in the template to what the `LimitRange` allows.",
            "将模板中的资源请求和限制改为 `LimitRange` 允许的值。",
        ),
        Cause::Config {
            why: ConfigTrouble::RunsAsRoot,
            ..
        } => two(
            &format!("Set `runAsUser` for {of}, or use an image that does not run as root."),
            &format!("为{of_zh}设置 `runAsUser`，或使用不以 root 运行的镜像。"),
        ),
        Cause::Config {
            why: ConfigTrouble::Command,
            ..
        } => two(
            &format!("Correct the command of {of}, or use an image that has it."),
            &format!("修正{of_zh}的命令，或使用包含该命令的镜像。"),
        ),
        _ => two(
            "Change in the template what the message names.",
            "在模板中修改消息所指的内容。",
        ),
    }
}

/// With the command, where the pod is known.
fn log(finding: &Finding, namespace: &str) -> Two {
    let pod = (finding.evidence.kind == Object::Pod).then_some(&finding.evidence.name);
    match (pod, container(&finding.cause)) {
        (Some(pod), Some(container)) => {
            // A command has to be whole.
            let whole = |text: &str| visible(text).replace('`', "'");
            let (pod, namespace) = (whole(pod), whole(namespace));
            let command = format!("kubectl logs -n {namespace} {pod} -c {container} --previous");
            two(
                &format!("Read the log of its last run: `{command}`"),
                &format!("查看上次运行的日志：`{command}`"),
            )
        }
        _ => two(
            "Read the log of the container's last run.",
            "查看容器上次运行的日志。",
        ),
    }
}

fn room(cause: &Cause, node: &str, node_zh: &str) -> Two {
    let lacks = match cause {
        Cause::Unschedulable { lacks } => lacks.as_slice(),
        _ => &[],
    };
    let resources: Vec<String> = lacks
        .iter()
        .filter_map(|lack| match lack {
            Lack::Resource { name } => Some(name.clone()),
            _ => None,
        })
        .collect();
    match lacks.first() {
        Some(Lack::Resource { .. }) => {
            let resources = listed(&resources);
            two(
                &format!("Make room on {node}, or request less {resources} in the template."),
                &format!("在{node_zh}上腾出空间，或在模板中减少 {resources} 的请求。"),
            )
        }
        Some(Lack::Ports) => two(
            &format!("Free the port on {node}, or use another `hostPort` in the template."),
            &format!("释放{node_zh}上的端口，或在模板中改用其他 `hostPort`。"),
        ),
        Some(Lack::Pods) => two(
            &format!("Move other pods away from {node}, or allow more pods there."),
            &format!("将其他 Pod 移出{node_zh}，或允许更多 Pod。"),
        ),
        _ => two(
            &format!("Make room on {node}, or let the pods there use less."),
            &format!("在{node_zh}上腾出空间，或减少那里 Pod 的用量。"),
        ),
    }
}

fn tolerate(cause: &Cause, node: &str, node_zh: &str) -> Two {
    let taints: Vec<String> = match cause {
        Cause::Unschedulable { lacks } => lacks
            .iter()
            .filter_map(|lack| match lack {
                Lack::Taint { taint } => Some(taint.clone()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    let taints = listed(&taints);
    two(
        &format!("Tolerate {taints} in the template, or take the taint from {node}."),
        &format!("在模板中容忍 {taints}，或从{node_zh}移除该污点。"),
    )
}
