//! Sentences with something in them.

use super::{Lang, catalogue, nodes};

/// `memory` as it begins a line.
pub(super) fn capital(name: &str) -> String {
    let mut chars = name.chars();
    chars
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(chars)
        .collect()
}

fn s(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

catalogue! {
    // Words that came with a page of their own
    refused = "Refused", "被拒绝";
    added = "added", "新增";
    removed = "removed", "移除";
    changed = "changed", "变更";
    pod = "Pod", "Pod";
    area_container = "Container", "容器";
    area_init_container = "Init container", "Init 容器";
    area_request = "Request", "资源请求";
    area_limit = "Limit", "资源限制";
    area_tolerations = "Toleration", "容忍";
    area_order = "Order", "顺序";
    area_restart = "Restart", "重启";
    namespace_word = "namespace", "命名空间";
    renumbered = "renumbered", "已重新编号";
    state_done = "done", "已完成";
    state_now = "in progress", "进行中";
    state_waiting = "waiting", "等待中";
    note_not_ready = "No rollout is running.", "没有正在进行的发布。";
    note_on_delete = "A pod is replaced when someone deletes it.", "只有删除 Pod 后才会替换。";
    note_no_nodes = "No node should run it.", "没有应运行它的节点。";
    history_pending = "The controller has not handled the latest change yet, so no revision is marked as current.", "控制器尚未处理最新变更，因此没有标记当前修订版本。";
    history_not_recorded = "The live template is not among the recorded revisions yet.", "线上模板尚未记录为修订版本。";
    history_none = "The controller has not recorded a revision yet.", "控制器尚未记录任何修订版本。";
    rolled_back_to_earlier = "Rolled back to an earlier template", "已回滚到更早的模板";
    gone_pruned = "No longer in Kubernetes: pruned by the history limit, renumbered or deleted.", "Kubernetes 中已不存在：被历史上限清理、重新编号或删除。";
    strip_server = "Rollbook itself has been silent. What you see may be old. Rollback is off until it is live again.", "Rollbook 没有响应，所见数据可能过时。恢复实时之前不能回滚。";
    stale = "Stale", "数据过时";
    off_deleting = "Off: the workload is being deleted.", "不可用：该工作负载正在删除。";
    error_starting = "Rollbook has just started and awaits the first answer of the cluster.", "Rollbook 刚启动，正在等待集群的首个响应。";
    generation_invalid = "In the address, generation must be a whole number above 0.", "地址中的 generation 必须是大于 0 的整数。";
    address_invalid = "The address cannot be read", "地址无法解析";
    becomes_unclear = "Kubernetes gives the template the next free number. Which one is not known yet: the controller has not recorded the live template.", "Kubernetes 会为该模板分配下一个编号。控制器尚未记录线上模板，因此编号未知。";
    off_identical = "It is the same template as the live one.", "与线上模板相同。";
    off_read_only = "This server was started read only.", "此服务器以只读方式启动。";
    off_gone = "Off: the workload no longer exists.", "不可用：该工作负载已不存在。";
    off_not_live = "Off while the page is not live.", "页面非实时状态时不可用。";
    nothing_different = "No kept revision differs from the live template by more than a restart.", "保留的修订版本与线上模板仅有重启差异。";
    becomes_because = "Kubernetes never goes back in numbers: it re-uses the template and gives it the next one.", "Kubernetes 的编号只会递增：复用模板并赋予下一个编号。";
    dry_run_accepted = "Server dry run accepted", "服务器试运行通过";
    dry_run_equal = "The template that comes back equals the target; nothing changed it on the way in.", "返回的模板与目标一致，途中未被修改。";
    dry_run_mutated = "The cluster would change the template", "集群会修改模板";
    dry_run_mutated_words = "Admission or newer defaults change it on the way in, so the controller would record it as a new revision.", "准入控制或新的默认值会在途中修改模板，控制器会将其记录为新的修订版本。";
    dry_run_refused = "Server dry run refused", "服务器试运行被拒绝";
    applied_title = "kubectl apply remembers the newer template", "kubectl apply 记住的是较新的模板";
    applied_words = "Its last-applied note is not updated by a rollback. The next apply can bring the newer template back.", "回滚不会更新 last-applied 记录，下次 apply 可能恢复较新的模板。";
    on_delete_title = "No pod will move by itself", "Pod 不会自动更新";
    untouched = "untouched: they run this template already", "不受影响：已运行此模板";
    wait_for_a_person = "wait until someone deletes their pod", "等待手动删除 Pod";
    reach_unclear = "Nodes that run the target already are left alone. The counters alone do not tell how many do.", "已运行目标模板的节点不受影响，仅凭计数无法得知数量。";
    observed_title = "The controller has handled the latest change", "控制器已处理最新变更";
    pending_words = "The controller has not handled the latest change. It may be down.", "控制器尚未处理最新变更，可能未在运行。";
    refused_if_changed = "Refused if the workload changes before it arrives.", "若工作负载在送达前发生变化，将被拒绝。";
    same_as_kubectl = "Same effect as", "等同于";
    plus_the_lock = "with a lock on what you saw.", "并锁定你所看到的内容。";
    mutated_words = "Admission or newer defaults changed the template on the way in, so what runs is not exactly the target's.", "准入控制或新的默认值在途中修改了模板，因此运行的模板与目标不完全相同。";
    event_missing = "The rollback was written; the Kubernetes Event about it was not. Rollbook may need the right to create events.", "回滚已写入，但相关 Kubernetes 事件未能写入。Rollbook 可能需要创建 events 的权限。";
    not_live_without_scripts = "Without scripts this page does not move by itself.", "未启用脚本时，此页面不会自动更新。";
    progress_sent = "Sent. Waiting for the controller", "已发送，等待控制器处理";
    progress_overtaken = "Overtaken by a newer change", "已被更新的变更取代";
    by_hand_words = "The strategy is OnDelete: Kubernetes replaces a pod only when someone deletes it.", "策略为 OnDelete：只有删除 Pod 后 Kubernetes 才会替换。";
    refused_one_call = "The cluster refused one call.", "集群拒绝了一次调用。";
    diff_foot = "Noise: hash labels and restartedAt. Values of names that look like secrets are hidden.", "噪声：哈希标签与 restartedAt。疑似密钥的值已隐藏。";
}

catalogue! {
    // The frame
    seconds(n: i64) = format!("{n} s"), format!("{n} 秒");
    strip_cluster(cluster: &str, at: &str) =
        format!("The API server of {cluster} does not answer. You see data from {at} UTC. Rollback is off until it is live again."),
        format!("{cluster} 的 API 服务器没有响应。当前数据来自 {at} UTC。恢复实时之前不能回滚。");
    strip_watch(cluster: &str, words: &str, at: &str) =
        format!("Rollbook cannot follow {cluster}: {words}. You see data from {at} UTC. Rollback is off until it is live again."),
        format!("Rollbook 无法跟踪 {cluster}：{words}。当前数据来自 {at} UTC。恢复实时之前不能回滚。");
    strip_refused(verb: &str, resource: &str) =
        format!("The cluster does not let these credentials {verb} {resource} any more. What you see is old. Rollback is off."),
        format!("集群不再允许该凭据对 {resource} 执行 {verb}。所见数据已过时，不能回滚。");
    missing_scope(place: &str, verb: &str, resource: &str) =
        format!("Not shown: {place}. These credentials may not {verb} {resource} there."),
        format!("未显示：{place}。该凭据无权在其中对 {resource} 执行 {verb}。");
    strip_gone(at: &str) =
        format!("This workload no longer exists. It was gone at {at} UTC; the page shows what was seen last. Actions are off. Loaded again, it shows what the record keeps."),
        format!("该工作负载已不存在，{at} UTC 时已消失。页面显示最后看到的内容，操作已停用。重新加载可查看记录中保留的内容。");
    in_namespace(namespace: &str) = format!("in namespace {namespace}"), format!("命名空间 {namespace}");
    as_user(user: &str) = format!("as {user}"), format!("身份 {user}");
    may_not_see(resource: &str) = format!("You may not see {resource}"), format!("无权查看 {resource}");

    // The list
    list_headline(n: usize, namespaces: usize) =
        format!("{n} DaemonSet{} in {namespaces} namespace{} of", s(n), s(namespaces)),
        format!("{namespaces} 个命名空间中的 {n} 个 DaemonSet，集群");
    showing(n: usize, of: usize) = format!("Showing {n} of {of}"), format!("显示 {n} / {of}");
    changed_order(n: usize) = format!("{n} changed"), format!("{n} 项有变化");
    nothing_matches(q: &str) =
        if q.is_empty() { "Nothing matches the filter".to_owned() } else { format!("Nothing matches “{q}”") },
        if q.is_empty() { "没有符合筛选的内容".to_owned() } else { format!("没有匹配“{q}”的内容") };
    hidden_by_filter(n: usize) =
        format!("{n} DaemonSet{} hidden by this filter.", if n == 1 { " is" } else { "s are" }),
        format!("{n} 个 DaemonSet 被筛选隐藏。");
    more_containers(n: usize) = format!("+{n} container{}", s(n)), format!("+{n} 个容器");
    bar_label(updated: u32, desired: u32, missing: u32) = {
        let text = format!("{updated} of {desired} updated");
        if missing > 0 { format!("{text}, {missing} not available") } else { text }
    }, {
        let text = format!("{updated} / {desired} 已更新");
        if missing > 0 { format!("{text}，{missing} 不可用") } else { text }
    };
    revision_number(n: i64) = format!("revision {n}"), format!("修订版本 {n}");
    ago(span: &str) = format!("{span} ago"), format!("{span}前");
    started_ago(span: &str) = format!("started {span} ago"), format!("{span}前开始");

    // Verdict notes
    note_stuck(span: &str) = format!("No node finished for {span}."), format!("{span}内没有节点完成。");
    note_stuck_watched(span: &str) = format!("No node finished in the {span} that Rollbook has watched."), format!("Rollbook 观察的{span}内没有节点完成。");
    note_slow(span: &str, longest: &str) = format!("No node finished for {span}; at most {longest} passed between nodes before."), format!("{span}内没有节点完成，此前相邻节点最多间隔{longest}。");
    note_watching(span: &str) = format!("Watched for {span}, no node finished in that time."), format!("已观察{span}，期间没有节点完成。");
    note_started(span: &str) = format!("Changed {span} ago, no node finished since."), format!("{span}前变更，此后没有节点完成。");
    note_moved(span: &str) = format!("Last node finished {span} ago."), format!("最近一个节点于 {span}前完成。");
    note_last_nodes(n: u32) = format!("{n} {} not available yet.", nodes(n)), format!("还有 {n} 个节点不可用。");
    note_not_observed(generation: i64, observed: i64) =
        format!("Generation {observed} of {generation} handled."), format!("已处理第 {observed} / {generation} 代。");
    note_deleting(span: &str) = format!("For {span}. Its controller no longer acts."), format!("已 {span}，控制器不再处理。");

    // The workload
    rolling_unavailable(n: u32) = format!("RollingUpdate, {n} at a time"), format!("RollingUpdate，每次 {n} 个");
    rolling_surge(n: u32) = format!("RollingUpdate, {n} extra at a time"), format!("RollingUpdate，每次额外 {n} 个");
    of_nodes(n: u32, of: u32) = format!("{n} of {of}"), format!("{n} / {of}");
    of_desired(n: u32) = format!("of {n} desired"), format!("期望 {n}");
    roll_back_to_number(n: i64) = format!("Roll back to {n}"), format!("回滚到 {n}");
    roll_back_to_this_of(n: i64) = format!("Roll back to this: {n}"), format!("回滚到此：{n}");
    compare_of(n: i64) = format!("Compare {n}"), format!("对比 {n}");
    history_headline(kept: usize, renumbered: usize, gone: i64) = {
        let mut text = format!("{kept} revision{} in Kubernetes", s(kept));
        if renumbered > 0 { text = format!("{text}, {renumbered} renumbered"); }
        if gone > 0 { text = format!("{text}, {gone} number{} gone", if gone == 1 { "" } else { "s" }); }
        text
    }, {
        let mut text = format!("Kubernetes 中 {kept} 个");
        if renumbered > 0 { text = format!("{text}，{renumbered} 个重新编号"); }
        if gone > 0 { text = format!("{text}，{gone} 个编号已不存在"); }
        text
    };
    was(n: i64) = format!("was {n}"), format!("原为 {n}");
    now(n: i64) = format!("now {n}"), format!("现为 {n}");
    rolled_back_to(n: i64) = format!("Rolled back to the template of {n}"), format!("回滚到 {n} 的模板");
    renumbered_because(was: i64, now: i64) =
        format!("Kubernetes renumbered {was} to {now}: revisions only move forward."),
        format!("Kubernetes 将 {was} 重新编号为 {now}：修订号只会递增。");
    unreadable_hint(problem: &str) =
        format!("The stored data is not a pod template: {problem}. Rollback is off."),
        format!("存储的数据不是 Pod 模板：{problem}。不能回滚。");
    same_content_as(n: i64) = format!("same content as {n}"), format!("内容与 {n} 相同");
    against(n: i64) = format!("against {n}"), format!("相对于 {n}");
    quoted(text: &str) = format!("“{text}”"), format!("“{text}”");
    cause_same_as(n: i64) = format!("same words as {n}, so it may be copied"), format!("与 {n} 相同，可能是沿用");
    created_at(at: &str) = format!("created {at}"), format!("创建于 {at}");
    since(at: &str) = format!("since {at}"), format!("自 {at}");
    gone_renumbered(n: i64, now: i64) =
        format!("The number {n} no longer exists. The same template lives on as {now}."),
        format!("编号 {n} 已不存在，同一模板现为 {now}。");

    // One revision
    revision_of(n: i64, name: &str) = format!("Revision {n} of {name}"), format!("{name} 的修订版本 {n}");
    bytes(n: usize) = format!("{n} bytes"), format!("{n} 字节");
    values_hidden(n: usize) = format!("{n} value{} hidden", s(n)), format!("{n} 个值已隐藏");

    // Compare
    limit_of(name: &str) = format!("{} limit", capital(name)), format!("{name} 限制");
    request_of(name: &str) = format!("{} request", capital(name)), format!("{name} 请求");
    live_template_of(n: i64) = format!("live template, revision {n}"), format!("线上模板，修订版本 {n}");
    changes_count(n: usize) = format!("{n} change{}", s(n)), format!("{n} 处变更");
    going(from: &str, to: &str) = format!("going from {from} to {to}"), format!("从 {from} 到 {to}");
    hidden_value_differs(chars: usize) = format!("hidden, {chars} characters, differs"), format!("已隐藏，{chars} 个字符，有差异");
    hidden_value(chars: usize) = format!("hidden, {chars} characters"), format!("已隐藏，{chars} 个字符");
    fold(n: usize, names: &str) = format!("{n} unchanged lines: {names}"), format!("{n} 行未变：{names}");
    show_noise_of(n: usize) = format!("Show noise ({n})"), format!("显示噪声（{n}）");

    // Roll back
    rollback_of(name: &str) = format!("Roll back {name}"), format!("回滚 {name}");
    roll_back_title(name: &str, n: i64) = format!("Roll back {name} to the template of {n}"), format!("将 {name} 回滚到 {n} 的模板");
    in_namespace_of(namespace: &str, cluster: &str) = format!("in namespace {namespace} of {cluster}"), format!("{cluster} 的命名空间 {namespace}");
    becomes(n: i64, next: i64) = format!("Revision {n} becomes {next}."), format!("修订版本 {n} 将变为 {next}。");
    range(least: &str, most: &str) = format!("{least} to {most}"), format!("{least} 至 {most}");
    desired_nodes(n: u32) = format!("{n} {} desired", nodes(n)), format!("期望 {n} 个节点");
    restart_at_a_time(n: u32) = format!("restart, {n} at a time"), format!("重启，每次 {n} 个");
    surge_at_a_time(n: u32) = format!("get a new pod beside the old one, {n} at a time"), format!("先启动新 Pod，每次 {n} 个");
    nodes_missing(n: u32) = format!("{n} {} have no available pod right now. Pods that are already broken are replaced at once, outside the budget.", nodes(n)), format!("当前有 {n} 个节点没有可用的 Pod。已损坏的 Pod 会立即替换，不占预算。");
    checks_counted(failed: usize, warnings: usize, passed: usize) = {
        let mut parts = Vec::new();
        if failed > 0 { parts.push(format!("{failed} failed")); }
        if warnings > 0 { parts.push(format!("{warnings} warning{}", s(warnings))); }
        parts.push(format!("{passed} passed"));
        parts.join(", ")
    }, {
        let mut parts = Vec::new();
        if failed > 0 { parts.push(format!("{failed} 项失败")); }
        if warnings > 0 { parts.push(format!("{warnings} 项警告")); }
        parts.push(format!("{passed} 项通过"));
        parts.join("，")
    };
    on_delete_words(n: u32) = format!("The strategy is OnDelete: the template is set, and up to {n} {} wait for someone to delete their pods.", nodes(n)), format!("策略为 OnDelete：模板会更新，最多 {n} 个节点需手动删除 Pod。");

    moved_meanwhile(seen: i64, now: i64) = format!("It changed since this page was made: generation {seen} is now {now}. Sent as it is, the rollback would be refused."), format!("此页面生成后工作负载已变更：第 {seen} 代现为第 {now} 代。按现状发送将被拒绝。");

    // Progress
    ended_not_ready(n: u32) = format!("Rolled out. {n} {} not ready now", nodes(n)), format!("已完成，目前有 {n} 个节点未就绪");
    still_this_one(mine: i64, now: i64) = format!("The spec was changed since (generation {mine} is now {now}), and the template is still this one."), format!("此后规格有变更（第 {mine} 代现为第 {now} 代），模板仍为此版本。");
    quarter(percent: u32) = format!("{percent} % of the nodes"), format!("{percent}% 的节点");
    all_nodes_run(n: u32, revision: Option<i64>) = match revision {
        Some(r) => format!("All {n} {} run revision {r}.", nodes(n)),
        None => format!("All {n} {} run the live template.", nodes(n)),
    }, match revision {
        Some(r) => format!("全部 {n} 个节点运行修订版本 {r}。"),
        None => format!("全部 {n} 个节点运行线上模板。"),
    };
    rollout_of(name: &str) = format!("Rollout of {name}"), format!("{name} 的发布");
    progress_behind(n: i64) = format!("Generation {n} has not been seen yet"), format!("尚未看到第 {n} 代");
    behind_words(now: i64) = format!("The workload is at generation {now}. A write shows up within a second; if it does not, the link is wrong."), format!("工作负载现为第 {now} 代。写入通常在一秒内出现，否则链接有误。");
    progress_nodes(n: u32, of: u32) = format!("Rolling back, {n} of {of} nodes"), format!("回滚中，{n} / {of} 个节点");
    progress_forward(n: u32, of: u32) = format!("Rolling out, {n} of {of} nodes"), format!("更新中，{n} / {of} 个节点");
    progress_by_hand(n: u32, of: u32) = format!("Template set. {n} of {of} nodes run it"), format!("模板已设置，{n} / {of} 个节点已运行");
    overtaken_words(mine: i64, now: i64) = format!("This link follows generation {mine}; the workload is at {now}."), format!("此链接跟踪第 {mine} 代，工作负载现为第 {now} 代。");
    now_revision(was: i64, now: i64) = format!("The template of {was} is now revision {now}."), format!("{was} 的模板现为修订版本 {now}。");
    generation(n: i64) = format!("generation {n}"), format!("第 {n} 代");
    observed(n: i64) = format!("observed {n}"), format!("已处理 {n}");
    as_of(at: &str) = format!("as of {at} UTC"), format!("截至 {at} UTC");
    open_workload(name: &str) = format!("Open {name}"), format!("打开 {name}");

    // Errors
    error_no_workload(kind: &str, namespace: &str, name: &str) =
        format!("There is no {kind} {name} in namespace {namespace}. It may have been deleted, or the address is wrong."),
        format!("命名空间 {namespace} 中没有 {kind} {name}。可能已被删除，或地址有误。");
    error_no_revision(name: &str, revision: &str) =
        format!("{name} has no ControllerRevision {revision}. Kubernetes may have pruned it."),
        format!("{name} 没有 ControllerRevision {revision}，可能已被 Kubernetes 清理。");
    error_not_kept(name: &str, digest: &str) =
        format!("The record keeps no template {digest} of {name}: Rollbook never saw it there, or it was removed with age."),
        format!("记录中没有 {name} 的模板 {digest}：Rollbook 未曾见过，或已因过期删除。");
    error_not_recorded(name: &str) =
        format!("The record has nothing on {name}: nobody watched it while it was there."),
        format!("记录中没有 {name}：它存在期间无人观察。");
    error_unreadable(revision: &str, problem: &str) =
        format!("{revision} holds no pod template: {problem}. It cannot be compared or rolled back to."),
        format!("{revision} 不含 Pod 模板：{problem}。无法对比或回滚。");
    error_not_ready(words: &str) =
        if words.is_empty() { Lang::En.error_starting().to_owned() } else { format!("Nothing is known yet, so nothing is shown: {words}. Rollbook keeps trying.") },
        if words.is_empty() { Lang::Zh.error_starting().to_owned() } else { format!("暂无数据，因此不显示内容：{words}。Rollbook 会继续重试。") };
}
