//! Words and short phrases: names of things, headings, buttons.

use super::{catalogue, nodes};

catalogue! {
    // The frame
    skip = "Skip to content", "跳到内容";
    nav_main = "Main", "主导航";
    nav_breadcrumb = "Breadcrumb", "面包屑";
    workloads = "Workloads", "工作负载";
    cluster = "Cluster", "集群";
    live = "Live", "实时";
    deleted = "Deleted", "已删除";
    starting = "Starting", "启动中";
    jump_to = "Jump to", "跳转";
    jump_label = "Jump to a workload", "跳转到工作负载";
    theme_dark = "Switch to dark theme", "切换到深色主题";
    theme_light = "Switch to light theme", "切换到浅色主题";
    language_switch = "切换到中文", "Switch to English";
    language_name = "EN", "中文";
    read_only = "Read only", "只读";
    try_now = "Try now", "立即重试";
    all_keys = "All keys", "所有按键";

    // The list
    filter_by_verdict = "Filter by verdict", "按结论筛选";
    filter_workloads = "Filter workloads", "筛选工作负载";
    filter_placeholder = "Name, image or change-cause", "名称、镜像或 change-cause";
    namespace = "Namespace", "命名空间";
    owner = "Owner", "所有者";
    sort = "Sort", "排序";
    all = "All", "全部";
    any = "any", "任意";
    apply = "Apply", "应用";
    group_stuck = "Stuck", "卡住";
    no_record = "Not in the record", "记录中没有";
    group_not_ready = "Not ready", "未就绪";
    group_on_delete = "OnDelete", "OnDelete";
    group_not_observed = "Not observed", "未处理";
    group_rolling = "Rolling", "更新中";
    group_healthy = "Healthy", "健康";
    group_other = "Other", "其他";
    sort_attention = "needs attention first", "需关注优先";
    sort_name = "name", "名称";
    sort_namespace = "namespace", "命名空间";
    sort_nodes = "most nodes first", "节点最多优先";
    column_verdict = "Verdict", "结论";
    column_name = "Name", "名称";
    column_revision_image = "Revision and image", "修订版本与镜像";
    column_nodes = "Nodes: new, old, ready", "节点：新、旧、就绪";
    column_live_since = "Live since", "生效自";
    none_seen = "none seen", "未发现";
    not_yet = "not yet", "尚未";
    not_known = "not known", "未知";
    unknown = "unknown", "未知";
    clear_filter = "Clear filter", "清除筛选";
    no_daemonsets = "No DaemonSets here yet", "这里还没有 DaemonSet";
    no_daemonsets_hint = "New ones show up here by themselves.", "新建的会自动显示在这里。";
    ready = "ready", "就绪";

    // The workload
    copy_link = "Copy link", "复制链接";
    copied = "Copied", "已复制";
    compare_revisions = "Compare revisions", "对比修订版本";
    roll_back_menu = "Roll back…", "回滚…";
    rollout = "Rollout", "发布状态";
    revision_history = "Revision history", "修订历史";
    controller_revisions = "ControllerRevisions", "ControllerRevisions";
    controller_revisions_hint = "as kubectl prints them", "与 kubectl 输出一致";
    fact_ready = "Ready", "就绪";
    fact_time_left = "Time left", "剩余时间";
    fact_running_for = "Running for", "已进行";
    nothing_finishes = "no node finishes", "没有节点完成";
    fact_budget = "At a time", "每次";
    fact_template_created = "Template created", "模板创建于";
    fact_kubectl = "kubectl rollout status", "kubectl rollout status";
    column_revision = "Revision", "修订版本";
    column_what_changed = "What changed", "变更内容";
    column_cause = "Change cause", "变更原因";
    column_current = "Current", "生效时段";
    current = "current", "当前";
    restart_only = "restart only", "仅重启";
    identical_to_current = "= identical to current", "= 与当前相同";
    cannot_be_read = "cannot be read", "无法读取";
    open_raw = "Open raw", "查看原始数据";
    compare = "Compare", "对比";
    roll_back_to_this = "Roll back to this", "回滚到此";
    no_cause = "no change cause given", "未填写变更原因";
    first_known = "oldest revision kept", "保留的最早修订版本";
    counting = "and counting", "至今";
    up_to_date_nothing = "Nothing to roll back to", "没有可回滚的版本";
    updated_available = "Updated, available", "已更新，可用";
    old_available = "Old, available", "旧，可用";
    not_available = "Not available", "不可用";

    // One revision
    as_yaml = "YAML", "YAML";
    copy_yaml = "Copy YAML", "复制 YAML";
    show_hidden = "Show hidden values", "显示隐藏的值";
    hide_values = "Hide values", "隐藏值";
    labels = "Labels", "标签";
    annotations = "Annotations", "注解";
    ephemeral_container = "Ephemeral container", "临时容器";
    image = "Image", "镜像";
    command = "Command", "命令";
    arguments = "Arguments", "参数";
    ports = "Ports", "端口";
    environment = "Environment", "环境变量";
    mounts = "Mounts", "挂载";
    resources = "Resources", "资源";
    probes = "Probes", "探针";
    liveness = "Liveness", "存活探针";
    readiness = "Readiness", "就绪探针";
    startup = "Startup", "启动探针";
    lifecycle = "Lifecycle", "生命周期";
    security = "Security", "安全";
    volumes = "Volumes", "卷";
    scheduling = "Scheduling", "调度";
    none = "none", "无";

    // Compare
    from = "From", "从";
    to = "To", "到";
    swap_sides = "Swap sides", "交换两侧";
    summary_of_changes = "Summary of changes", "变更摘要";
    template_diff = "Template diff", "模板差异";
    yaml_diff = "YAML diff", "YAML 差异";
    diff_layout = "Diff layout", "差异布局";
    unified = "Unified", "合并";
    split = "Split", "分栏";
    hide_noise = "Hide noise", "隐藏噪声";
    live_template = "live template", "线上模板";
    identical = "The two templates mean the same to Kubernetes.", "这两个模板对 Kubernetes 来说完全相同。";
    value_hidden = "value hidden", "值已隐藏";

    // Roll back
    what_changes = "What changes", "将变更什么";
    which_nodes = "Which nodes", "涉及哪些节点";
    checks = "Checks", "检查";
    preflight_checks = "Preflight checks", "预检";
    your_rollback = "Your rollback", "你的回滚";
    full_diff = "Full diff", "完整差异";
    form_roll_back = "Roll back", "回滚";
    reason = "Reason", "原因";
    reason_hint = "Kept on the DaemonSet with the rollback, and in an Event. Optional.", "随回滚记录在 DaemonSet 和事件中。可选。";
    roll_back_now = "Roll back now", "立即回滚";
    cancel = "Cancel", "取消";
    what_is_sent = "What is sent", "发送内容";
    review_again = "Review again", "重新查看";
    nothing_changed = "Nothing was changed.", "未做任何更改。";
    not_sent = "The rollback was not sent", "回滚未发送";
    refused_by_cluster = "The cluster refused the rollback", "集群拒绝了回滚";
    not_known_whether = "It is not known whether the rollback was written", "不确定回滚是否已写入";
    already_there = "Nothing to do", "无需操作";

    // Progress
    rollback_region = "Rollback", "回滚";
    rollback_steps = "Rollback steps", "回滚步骤";
    step_sent = "Sent", "已发送";
    step_seen = "Seen by the controller", "控制器已处理";
    step_nodes = "Nodes", "节点";
    step_by_hand = "Pods deleted by hand", "手动删除 Pod";
    step_done = "Done", "完成";
    successfully = "Successfully rolled out", "已成功完成";
    what_now = "What now", "接下来";
    see_the_change = "See the change", "查看变更";
    see_the_history = "See the history", "查看历史";
    see_the_history_hint = "Which template came back under which number, and what there is to go to.", "哪个模板以哪个编号返回，以及可回滚到哪里。";
    fact_current_since = "Current since", "成为当前版本于";
    refresh = "Refresh", "刷新";

    // States
    not_found = "Page not found", "页面不存在";
    not_found_hint = "The address leads nowhere here. The list of workloads is a good place to start.", "此地址无内容。可以从工作负载列表开始。";
    no_such_workload = "No such DaemonSet", "没有这个 DaemonSet";
    no_such_revision = "No such revision", "没有这个修订版本";
    back_to_workloads = "Back to workloads", "返回工作负载";
    try_again = "Try again", "重试";
    ask_for_rule = "Ask for the built-in role view, or for this rule:", "请申请内置角色 view，或以下规则：";
    copy_for_admin = "Copy for your admin", "复制给管理员";
    cluster_silent = "The cluster does not answer", "集群没有响应";
    close = "Close", "关闭";
    key_jump = "Jump or search", "跳转或搜索";
    key_workloads = "Workloads", "工作负载";
    key_help = "This help", "本帮助";
    key_board = "Move on the board", "在节点图中移动";
    key_troubled = "Next, previous node in trouble", "下一个、上一个有问题的节点";
    key_view = "Board or table", "节点图或表格";
    key_move = "Move in a list", "在列表中移动";
    key_open = "Open", "打开";
    selecting = "Revision {} is selected. Press x on another one to compare, or on this one to let go.", "已选择修订版本 {}。在另一个上按 x 进行对比，或在此按 x 取消。";
    key_select = "Select for compare", "选择对比";
    key_compare = "Compare", "对比";
    key_roll_back = "Roll back (opens the page, never executes)", "回滚（只打开页面，不会执行）";
    key_letters = "Single-letter keys", "单字母按键";
}

catalogue! {
    verdict_stuck() = "Stuck: no node finishes".to_owned(), "卡住：没有节点完成".to_owned();
    verdict_stuck_on(why: &str) = format!("Stuck: {why}"), format!("卡住：{why}");
    titled_stuck(words: &str, n: usize) = format!("{words}: {n} stuck"), format!("{words}：{n} 个卡住");
    about(span: &str) = format!("about {span}"), format!("约 {span}");
    by_pace(span: &str, n: u32) = format!("{span} a node, the last {n}"), format!("每个节点 {span}（最近 {n} 个）");
    word_on(word: &str, n: u32) = format!("{word} on {n} {}", nodes(n)), format!("{n} 个节点 {word}");
    verdict_slow(back: bool, done: &str, of: &str) =
        format!("{} {done} of {of}", if back { "Rolling back slowly" } else { "Rolling slowly" }),
        format!("{} {done} / {of}", if back { "缓慢回滚中" } else { "缓慢更新中" });
    verdict_not_ready(n: u32) = format!("{n} {} not ready", nodes(n)), format!("{n} 个节点未就绪");
    verdict_on_delete(n: u32) = format!("OnDelete: {n} {} old", nodes(n)), format!("OnDelete：{n} 个节点为旧版本");
    verdict_not_observed() = "Not observed yet".to_owned(), "控制器尚未处理".to_owned();
    verdict_deleting() = "Being deleted".to_owned(), "正在删除".to_owned();
    verdict_rolling_back(done: &str, of: &str) = format!("Rolling back {done} of {of}"), format!("回滚中 {done} / {of}");
    verdict_rolling(done: &str, of: &str) = format!("Rolling {done} of {of}"), format!("更新中 {done} / {of}");
    verdict_no_nodes() = "No nodes match".to_owned(), "没有匹配的节点".to_owned();
    verdict_healthy() = "Healthy".to_owned(), "健康".to_owned();
}
