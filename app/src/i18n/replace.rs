//! Words of the page that replaces old pods, and what became of an order.

use domain::replace::{Order, Reason};

use super::{Lang, catalogue, nodes};

catalogue! {
    replace_open = "Replace old pods", "替换旧 Pod";
    replace_open_hint = "One node after another, each waited for.", "逐个节点进行，每个都等待就绪。";
    replace_nothing_moves = "Nothing moves by itself.", "不会自动更新。";
    replace_rule = "Rollbook waits until the new pod is available before it deletes the next one, and stops at the first that fails.",
        "Rollbook 会等新 Pod 可用后再删除下一个，遇到第一个失败即停止。";
    replace_tab = "This page does it: closing it stops after the pods already deleted.", "由此页面执行：关闭页面后，除已删除的 Pod 外不再继续。";
    nodes_on_old = "Nodes on the old template", "仍为旧模板的节点";
    column_note = "Note", "备注";
    choose = "Select", "选择";
    choose_none = "none", "不选";
    choose_all = "all ready to go", "全部可替换";
    choose_some = "one by one", "逐个选择";
    busy_replacing = "Off while pods are being replaced.", "正在替换 Pod 时不可用。";
    lost_server = "Stopped: this server does not answer. No more pods are deleted.", "已停止：此服务器没有响应，不再删除 Pod。";
    choose_first = "Select nodes first.", "请先选择节点。";
    at_a_time = "At a time", "每次";
    // The browser puts in how many are chosen, and how many go at a time.
    selected = "{n} selected", "已选 {n} 个";
    delete_one = "Delete 1 pod", "删除 1 个 Pod";
    delete_singly = "Delete {n} pods, one at a time", "删除 {n} 个 Pod，每次 1 个";
    delete_several = "Delete {n} pods, {k} at a time", "删除 {n} 个 Pod，每次 {k} 个";
    delete_pod = "Delete pod", "删除 Pod";
    stop = "Stop", "停止";
    being_replaced = "being replaced", "替换中";
    replace_first = "safe to replace first", "可优先替换";
    waits_for_node = "node not ready, so not replaced from here", "节点未就绪，暂不能在此替换";
    node_events = "Node events", "节点事件";
    not_done = "Not done", "未执行";
    refused_by_the_cluster = "The cluster refused it", "集群拒绝了请求";
    deleted_or_not = "It is not known whether the pod was deleted", "不确定 Pod 是否已删除";
    back_to_the_nodes = "Back to the nodes", "返回节点列表";
    no_answer = "no answer", "没有响应";
    see_why = "See why", "查看原因";
    nothing_by_hand = "Nothing to do by hand", "无需手动操作";
    no_old_pods = "No node runs an old pod", "没有节点运行旧 Pod";
    ended_changed = "Stopped: the workload was changed since you began. Load the page again before you go on.",
        "已停止：开始之后工作负载已变更。请重新加载页面后再继续。";
    ended_stale = "Stopped: the cluster is not seen right now. No more pods are deleted.", "已停止：目前看不到集群，不再删除 Pod。";

    comma = ", ", "，";

    replace_of(name: &str) = format!("Replace old pods of {name}"), format!("替换 {name} 的旧 Pod");
    replace_headline(n: u32, of: u32, old: u32) = format!("Template set. {n} of {of} nodes run it, {old} {} for you", if old == 1 { "waits" } else { "wait" }),
        format!("模板已设置，{n} / {of} 个节点已运行，{old} 个等待你处理");
    replace_all_set(n: u32, of: u32) = format!("Template set. {n} of {of} nodes run it, none waits"),
        format!("模板已设置，{n} / {of} 个节点已运行，没有节点等待");
    still_old(n: u32) = match n {
        0 => "No node still runs the old template".to_owned(),
        1 => "1 node still runs the old template".to_owned(),
        n => format!("{n} {} still run the old template", nodes(n)),
    }, if n == 0 { "没有节点仍运行旧模板".to_owned() } else { format!("{n} 个节点仍运行旧模板") };
    some_fail(n: u32) = format!("{n} {} the new template and {}. See why before you replace more.", if n == 1 { "node runs" } else { "nodes run" }, if n == 1 { "fails" } else { "fail" }),
        format!("{n} 个节点运行新模板但失败。继续替换前请先查看原因。");
    not_on_delete(strategy: &str) = format!("The strategy is {strategy}: Kubernetes replaces pods by itself."), format!("策略为 {strategy}：Kubernetes 会自动替换 Pod。");
    needs_right(verb: &str, resource: &str) = format!("needs {verb} {resource}"), format!("需要 {verb} {resource} 权限");
    select_node(node: &str) = format!("Select {node}"), format!("选择 {node}");
    delete_pod_on(node: &str) = format!("Delete pod on {node}"), format!("删除 {node} 上的 Pod");
    replaced_of(n: u32, of: u32) = format!("{n} of {of} replaced"), format!("已替换 {n} / {of}");
    log_deleted(node: &str, pod: &str) = format!("{node}: {pod} deleted, waiting for the new pod"), format!("{node}：{pod} 已删除，等待新 Pod");
    log_gone(node: &str, pod: &str) = format!("{node}: {pod} was deleted already, waiting for the new pod"), format!("{node}：{pod} 先前已删除，等待新 Pod");
    log_available(node: &str) = format!("{node}: new pod available"), format!("{node}：新 Pod 可用");
    ended_done(n: u32, of: u32) = format!("Done: {n} of {of} replaced."), format!("完成：已替换 {n} / {of}。");
    ended_stopped(n: u32, of: u32) = format!("Stopped: {n} of {of} replaced. No more pods are deleted."), format!("已停止：已替换 {n} / {of}，不再删除 Pod。");
    ended_failed(node: &str, words: &str) = format!("Stopped: the new pod on {node} does not work. {words}"), format!("已停止：{node} 上的新 Pod 不正常。{words}");
    ended_gone(node: &str) = format!("Stopped: {node} is gone, or should not run it any more."), format!("已停止：{node} 已不存在，或不应再运行它。");
    ended_old_again(node: &str) = format!("Stopped: {node} has a pod of an old template again."), format!("已停止：{node} 又有了旧模板的 Pod。");
    ended_refused(node: &str, words: &str) = format!("Stopped at {node}: {words}"), format!("已停止于 {node}：{words}");
    after_old(node: &str) = format!("{node} still shows its old pod. Its end is on its way, or was not asked for."), format!("{node} 仍显示旧 Pod：删除尚未生效，或并未请求。");
    after_available(node: &str) = format!("{node} has its new pod, and it is available."), format!("{node} 的新 Pod 已可用。");
    after_now(node: &str, state: &str) = format!("{node} gets its new pod. Now: {state}."), format!("{node} 正在更换 Pod，当前：{state}。");
}

impl Lang {
    /// The sentence on what became of an order to replace a pod.
    pub fn replaced(self, order: &Order, reason: &Reason) -> String {
        match self {
            Self::En => replaced_en(order, reason),
            Self::Zh => replaced_zh(order, reason),
        }
    }
}

fn replaced_en(order: &Order, reason: &Reason) -> String {
    let Order {
        name, node, pod, ..
    } = order;
    match reason {
        Reason::Deleted => format!("{pod} on {node} is deleted; the controller of {name} makes the new pod."),
        Reason::DryRun => format!("The cluster would delete {pod} on {node}. Nothing was deleted."),
        Reason::PodGone => format!("{pod} is gone already."),
        Reason::PodEnding => format!("{pod} on {node} is ending already."),
        Reason::Invalid { field } => format!("The order cannot be used: look at {field}."),
        Reason::ReadOnly => "This server was started read only.".to_owned(),
        Reason::Stale => "Rollbook does not see the cluster right now, so it deletes nothing. Try again when the page is live.".to_owned(),
        Reason::Moved { seen, now } => format!("{name} was changed since you looked: generation {seen} is now {now}. Look at it again before you decide."),
        Reason::Recreated => format!("{name} was deleted and created anew since you looked."),
        Reason::WorkloadGone => format!("{name} no longer exists."),
        Reason::Deleting => format!("{name} is being deleted; its controller would make no new pod."),
        Reason::NotOnDelete { strategy } => format!("The strategy of {name} is {strategy}: its controller replaces pods by itself."),
        Reason::NotObserved => format!("The controller has not handled the latest change of {name}, and would make another old pod."),
        Reason::PodReplaced => format!("Another pod has the name {pod} now."),
        Reason::NotOwned => format!("{pod} does not belong to {name}."),
        Reason::OtherNode { node: Some(other) } => format!("{pod} is on {other}, not on {node}."),
        Reason::OtherNode { node: None } => format!("{pod} is on no node, so not on {node}."),
        Reason::UpToDate => format!("{pod} on {node} has the live template already."),
        Reason::Denied { words } => format!("Admission refused it: {words}"),
        Reason::Forbidden { words, verb, resource } => format!("You may not {verb} {resource}: {words}"),
        Reason::Unauthorized => "The cluster does not accept the credentials any more. Renew them and try again.".to_owned(),
        Reason::Unreachable { words } => format!("The cluster does not answer, so nothing was sent: {words}"),
        Reason::ServerError { words } => format!("The cluster could not do it: {words}"),
        Reason::NoAnswer { words } => format!("It was sent, but the answer was lost ({words}). Look at {node}: if it arrived, {pod} is ending. Ordering it again is safe."),
    }
}

fn replaced_zh(order: &Order, reason: &Reason) -> String {
    let Order {
        name, node, pod, ..
    } = order;
    match reason {
        Reason::Deleted => format!("{node} 上的 {pod} 已删除，{name} 的控制器将创建新 Pod。"),
        Reason::DryRun => format!("集群会删除 {node} 上的 {pod}。未删除任何内容。"),
        Reason::PodGone => format!("{pod} 已不存在。"),
        Reason::PodEnding => format!("{node} 上的 {pod} 已在终止。"),
        Reason::Invalid { field } => format!("请求无法使用，请检查 {field}。"),
        Reason::ReadOnly => "此服务器以只读方式启动。".to_owned(),
        Reason::Stale => {
            "Rollbook 目前看不到集群，因此不删除任何内容。请在页面恢复实时后重试。".to_owned()
        }
        Reason::Moved { seen, now } => {
            format!("你查看之后 {name} 已变更：第 {seen} 代现为第 {now} 代。请重新查看后再决定。")
        }
        Reason::Recreated => format!("你查看之后 {name} 已被删除并重建。"),
        Reason::WorkloadGone => format!("{name} 已不存在。"),
        Reason::Deleting => format!("{name} 正在删除，控制器不会创建新 Pod。"),
        Reason::NotOnDelete { strategy } => {
            format!("{name} 的策略为 {strategy}：控制器会自动替换 Pod。")
        }
        Reason::NotObserved => {
            format!("控制器尚未处理 {name} 的最新变更，会再次创建旧 Pod。")
        }
        Reason::PodReplaced => format!("{pod} 现在是另一个 Pod。"),
        Reason::NotOwned => format!("{pod} 不属于 {name}。"),
        Reason::OtherNode { node: Some(other) } => format!("{pod} 在 {other} 上，不在 {node} 上。"),
        Reason::OtherNode { node: None } => format!("{pod} 不在任何节点上，因此不在 {node} 上。"),
        Reason::UpToDate => format!("{node} 上的 {pod} 已是线上模板。"),
        Reason::Denied { words } => format!("准入控制拒绝：{words}"),
        Reason::Forbidden {
            words,
            verb,
            resource,
        } => format!("无权对 {resource} 执行 {verb}：{words}"),
        Reason::Unauthorized => "集群不再接受该凭据。请更新后重试。".to_owned(),
        Reason::Unreachable { words } => format!("集群没有响应，未发送任何内容：{words}"),
        Reason::ServerError { words } => format!("集群无法完成：{words}"),
        Reason::NoAnswer { words } => format!(
            "已发送但未收到答复（{words}）。请查看 {node}：若已到达，{pod} 正在终止。重复提交是安全的。"
        ),
    }
}
