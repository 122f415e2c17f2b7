//! Words of the node board.

use super::{catalogue, nodes};

catalogue! {
    nodes_heading = "Nodes", "节点";
    nodes_attention = "Nodes that need attention", "需要关注的节点";
    node_details = "Node details", "节点详情";
    filter_by_node_state = "Filter by node state", "按节点状态筛选";
    filter_by_revision = "Filter by revision", "按修订版本筛选";
    find_a_node = "Find a node", "查找节点";
    group_by = "Group", "分组";
    group_by_zone = "zone", "可用区";
    group_by_revision = "revision", "修订版本";
    group_by_state = "state", "状态";
    group_by_none = "none", "不分组";
    node_view = "View", "视图";
    view_board = "Board", "面板";
    view_table = "Table", "表格";
    column_state = "State", "状态";
    column_node = "Node", "节点";
    column_zone = "Zone", "可用区";
    column_pod = "Pod", "Pod";
    column_restarts = "Restarts", "重启次数";
    column_for = "For", "持续";
    column_condition = "Condition", "状况";
    column_attention = "Needs attention", "需要关注";
    state_since = "Since", "自";
    page_before = "Previous", "上一页";
    page_after = "Next", "下一页";
    no_pod = "no pod", "无 Pod";
    no_zone = "no zone", "无可用区";
    node_cordoned = "cordoned", "已停止调度";
    node_not_ready = "node not ready", "节点未就绪";
    node_left = "the node is gone", "节点已不存在";
    no_node_matches = "No node matches.", "没有匹配的节点。";
    nodes_none = "No node should run it, and none does.", "没有应运行或正在运行它的节点。";
    nodes_waiting = "The pods are being read. Load the page again in a moment.", "正在读取 Pod，请稍后重新加载。";
    nodes_unknown = "Nodes may not be seen with these credentials, so nodes without a pod are not on the board.",
        "此凭据无法查看节点，因此没有 Pod 的节点不在面板上。";
    pods_refused = "Pods may not be seen with these credentials, so the board is empty.",
        "此凭据无法查看 Pod，因此面板为空。";
    legend_small = "small square: old revision", "小方块：旧版本";
    legend_full = "full square: new revision", "大方块：新版本";
    legend_mark = "a mark inside: needs attention", "内有标记：需要关注";

    state_new_available = "New, available", "新，可用";
    state_current_available = "Current, available", "当前，可用";
    state_new_ready_waiting = "New, ready, waiting minReadySeconds", "新，就绪，等待 minReadySeconds";
    state_new_starting = "New, starting", "新，启动中";
    state_new_not_ready = "New, not ready", "新，未就绪";
    state_new_unscheduled = "New, cannot be scheduled", "新，无法调度";
    state_new_failing = "New, failing", "新，失败";
    state_old_unavailable = "Old, unavailable", "旧，不可用";
    state_terminating = "Old, terminating", "旧，终止中";
    state_surging = "Surging: old and new side by side", "扩增：新旧并存";
    state_missing = "Missing: no pod", "缺失：无 Pod";
    state_misscheduled = "Misscheduled", "不应调度";
    state_excess = "Excess: two pods", "多余：两个 Pod";
    state_excluded = "Excluded", "已排除";

    node_count(n: u32) = format!("{n} {}", nodes(n)), format!("{n} 个节点");
    board_zone(zone: &str) = format!("Node board, zone {zone}"), format!("节点面板，可用区 {zone}");
    board_group(name: &str) = format!("Node board, {name}"), format!("节点面板，{name}");
    zone_named(zone: &str) = format!("Zone {zone}"), format!("可用区 {zone}");
    of_nodes_new(new: u32, all: u32) = format!("{new} of {all} on the new one"), format!("{all} 个中 {new} 个为新版本");
    of_nodes_current(new: u32, all: u32) = format!("{new} of {all} on the current one"), format!("{all} 个中 {new} 个为当前版本");
    need_attention(n: u32) = format!("{n} need{} attention", if n == 1 { "s" } else { "" }), format!("{n} 个需要关注");
    cell_label(node: &str, state: &str, revision: &str) = format!("{node}: {state}{revision}"), format!("{node}：{state}{revision}");
    cell_revision(n: i64) = format!(", revision {n}"), format!("，修订版本 {n}");
    rows_shown(from: usize, to: usize, of: usize) = format!("Rows {from} to {to} of {of}"), format!("第 {from} 至 {to} 行，共 {of} 行");
    nodes_stale(at: &str) = format!("What is shown of the nodes is from {at}: the watch is broken and is opened again."),
        format!("所示节点数据截至 {at}：监视已中断，正在重新建立。");
    status_lags(what: &str, board: u32, status: u32) =
        format!("{what}: {board} on the board, {status} in the status. The status is behind: the controller writes it only when it has something to do."),
        format!("{what}：面板上为 {board}，状态中为 {status}。状态落后：控制器仅在有事可做时更新状态。");
    board_lags(what: &str, board: u32, status: u32) =
        format!("{what}: {board} on the board, {status} in the status. The board is behind: a watch is broken."),
        format!("{what}：面板上为 {board}，状态中为 {status}。面板落后：监视已中断。");
    more_nodes(n: usize) = format!("and {n} more"), format!("另有 {n} 个");
}
