//! Words of the record: what ran when.

use super::catalogue;

fn s(n: i64) -> &'static str {
    if n == 1 { "" } else { "s" }
}

/// `, 2 not known`.
fn so_many(n: usize, what: &str) -> String {
    match n {
        0 => String::new(),
        n => format!(", {n} {what}"),
    }
}

fn so_many_zh(n: usize, what: &str) -> String {
    match n {
        0 => String::new(),
        n => format!("，{n} 个{what}"),
    }
}

catalogue! {
    what_ran_then = "What ran then", "当时运行的版本";
    then_moment = "Moment, UTC", "时刻（UTC）";
    then_show = "Show", "显示";
    then_hour = "1 hour ago", "1 小时前";
    then_day = "1 day ago", "1 天前";
    then_week = "1 week ago", "1 周前";
    then_nothing = "Nothing is recorded of that moment.", "该时刻没有记录。";
    then_none = "No workload was there at that moment.", "该时刻没有工作负载。";
    then_before(at: &str) =
        format!("The record of all that is shown begins {at}: what was gone by then may be missing."),
        format!("所示内容的完整记录始于 {at}：在此之前已消失的可能缺失。");
    then_before_any = "It is not recorded yet.", "尚无记录。";
    then_removed(at: &str) =
        format!("What ended before {at} may have been removed: --record-age and --record-size limit the record."),
        format!("{at} 之前结束的内容可能已被移除：记录受 --record-age 与 --record-size 限制。");
    then_unwatched = "Nobody watched at that moment: a workload that came and went meanwhile is not listed.",
        "该时刻无人观察：期间出现又消失的工作负载未列出。";
    then_same = "the same now", "与现在相同";
    then_other = "another one now", "现在不同";
    then_gone = "deleted since", "此后已删除";
    then_uncertain = "not certain: the next one may have come by then", "不确定：此时可能已换成下一个";
    then_may_be_gone = "not certain: it may have been deleted by then", "不确定：此时可能已被删除";
    then_deleted = "deleted", "已删除";
    then_forgotten = "the record no longer keeps what it had then", "记录不再保留当时的模板";
    then_ran = "Current then", "当时的模板";
    then_now = "Now", "现在";
    then_invalid(text: &str) =
        format!("“{text}” is no moment: give it as 2026-03-17T02:50:00Z."),
        format!("“{text}” 不是有效时刻：请使用 2026-03-17T02:50:00Z 的形式。");
    then_future(at: &str) =
        format!("{at} is still to come: the record tells what was."),
        format!("{at} 尚未到来：记录只能说明过去。");
    then_at(at: &str, changed: usize, all: usize, unsure: usize, unknown: usize) =
        format!("At {at}: {changed} of {all} workloads ran something else than now{}{}", so_many(unsure, "not certain"), so_many(unknown, "not known")),
        format!("{at}：{all} 个工作负载中有 {changed} 个当时运行的与现在不同{}{}", so_many_zh(unsure, "不确定"), so_many_zh(unknown, "未知"));
    then_unknown = "it was there, and which template it had is not known",
        "当时存在，但其模板未知";
    then_not_known = "not known whether it is the same", "是否与现在相同未知";
    then_since(at: &str) = format!("since {at}"), format!("自 {at}");
    then_since_at_most(at: &str) = format!("since {at} at the latest"), format!("最晚自 {at}");
    at_least(span: &str) = format!("at least {span}"), format!("至少 {span}");
    timeline = "Timeline", "时间线";
    timeline_off = "No record is kept: this server was started with --record none. What Kubernetes forgets stays unknown.",
        "未保存记录：服务器以 --record none 启动。Kubernetes 遗忘的内容无法得知。";
    timeline_empty = "Nothing is recorded of this workload yet.", "尚无此工作负载的记录。";
    timeline_opening = "The record is being opened.", "正在打开记录。";
    recorded_since(at: &str) = format!("recorded since {at}"), format!("自 {at} 起记录");
    record_behind(at: &str, words: &str) =
        format!("The record is behind since {at}: {words}. What is seen meanwhile is kept in memory and written when the database takes it."),
        format!("记录自 {at} 起滞后：{words}。期间所见保存在内存中，数据库恢复后写入。");
    record_set_aside(at: &str, words: &str) =
        format!("Some of what was seen since {at} is not in the record: {words}. The rest is written, and is not certain without it. This is kept in memory until the server stops, and tried again every minute, in case somebody mends it."),
        format!("自 {at} 起所见的部分内容不在记录中：{words}。其余已写入，但缺少这部分便不确定。这部分保存在内存中直至服务器停止，并每分钟重试一次，以待修复。");
    record_closed(at: &str, words: &str) =
        format!("Nothing is recorded since {at}: {words}. What is live is shown all the same; what happens until this is mended will be a gap in the record."),
        format!("自 {at} 起没有记录：{words}。实时页面不受影响；在此期间发生的事在记录中将是空白。");
    record_unreadable(words: &str) =
        format!("The record cannot be read: {words}."),
        format!("无法读取记录：{words}。");
    wider_means_longer = "Wider means longer, not to scale", "越宽表示越久，非等比";
    templates_oldest_below = "Templates, oldest below", "模板，最早的在下";
    column_who = "Who and why", "谁与为何";
    nodes_still_old = "nodes still on this template", "仍使用此模板的节点";
    under_a_second = "< 1 s", "不到 1 秒";
    same_template = "same template", "同一模板";
    nobody_watched = "nobody watched", "无人观察";
    between(from: &str, to: &str) = format!("{from} to {to}"), format!("{from} 至 {to}");
    by_then(at: &str) = format!("not known, at the latest {at}"), format!("未知，最晚 {at}");
    began_between(span: &str) =
        format!("began somewhere in {span}: nobody watched"),
        format!("开始于 {span} 之间：无人观察");
    inferred_created = "as old as the workload", "与工作负载同时创建";
    inferred_recorded = "by when the controller recorded it", "依据控制器记录的时间";
    inferred_between = "it was seen shortly before and shortly after", "依据此前与此后不久所见";
    by_manager(name: &str) = format!("by {name}"), format!("由 {name}");
    by_rollbook = "by Rollbook", "由 Rollbook";
    who_not_known = "who: not known", "谁：未知";
    cause_copied = "change cause copied from before, not shown as its own", "变更原因沿用自之前，不视为本版本的说明";
    cause_unsure = "may be about another template", "可能属于其他模板";
    unknown_periods(n: i64) =
        format!("{n} template{} in between not known: nobody watched", s(n)),
        format!("其间 {n} 个模板未知：无人观察");
    unknown_before(n: i64) =
        format!("{n} earlier template{} not known: Rollbook was not there", s(n)),
        format!("更早的 {n} 个模板未知：当时没有 Rollbook");
    unknown_before_at_most(n: i64) =
        format!("at most {n} earlier template{} not known: Rollbook was not there", s(n)),
        format!("更早的至多 {n} 个模板未知：当时没有 Rollbook");
    earlier_periods(n: i64) = format!("{n} earlier"), format!("更早的 {n} 个");
    newest_periods = "The newest", "最新的";
    forgotten_before(at: &str) =
        format!("what was before {at} is no longer kept: --record-age and --record-size limit the record"),
        format!("{at} 之前的内容不再保留：记录受 --record-age 与 --record-size 限制");
    template_not_known = "template not known", "模板未知";
    back_to_template(n: &str) = format!("Back to the template of {n}"), format!("回到 {n} 的模板");
    back_to_earlier_template = "Back to an earlier template", "回到更早的模板";
    compare_then(n: &str) = format!("Compare what ran as {n} with live"), format!("将当时的 {n} 与现状对比");
    outcome_done(span: &str) = format!("rolled out in {span}"), format!("{span} 内完成更新");
    outcome_stalled(span: &str) = format!("{span} without a step"), format!("{span} 没有进展");
    outcome_overtaken = "overtaken before it was done", "完成前被取代";
    outcome_put_back = "put back by somebody else", "被他人改回";
    outcome_put_back_by(name: &str) = format!("put back by {name}"), format!("被 {name} 改回");
    outcome_running = "rolling out", "更新中";
    outcome_on_delete(ran: u32, of: u32, current: bool) =
        format!("OnDelete: template set, {ran} of {of} nodes {} it", if current { "run" } else { "ran" }),
        format!("OnDelete：模板已设置，{of} 个节点中{} {ran} 个使用", if current { "有" } else { "曾有" });
    outcome_on_delete_unknown = "OnDelete: template set, how many nodes ran it is not known", "OnDelete：模板已设置，使用它的节点数未知";
    number_not_known = "number not known", "编号未知";
    archived = "no longer in Kubernetes among its ControllerRevisions", "在 Kubernetes 中已不在其 ControllerRevision 之列";
    went_pruned = "no longer in Kubernetes: pruned by the history limit", "Kubernetes 中已不存在：因历史数量上限被清理";
    went_duplicate = "no longer in Kubernetes: a duplicate that the controller removed", "Kubernetes 中已不存在：作为重复项被控制器移除";
    went_by_hand = "no longer in Kubernetes: removed by hand, for fewer are left than the history limit keeps", "Kubernetes 中已不存在：被手动移除，余下的少于历史数量上限";
    others_of_the_name(name: &str) = format!("Others named {name}"), format!("其他名为 {name} 的工作负载");
    others_more(n: usize) = format!("and {n} more before"), format!("以及更早的 {n} 个");
    created_and_deleted(from: &str, to: &str) =
        format!("created {from}, deleted {to}"),
        format!("创建于 {from}，删除于 {to}");
    created_and_gone(from: &str) = format!("created {from}, gone since"), format!("创建于 {from}，此后消失");
    created_and_there(from: &str) = format!("created {from}, there now"), format!("创建于 {from}，现在存在");
    compare_before(n: &str) = format!("Compare the template of {n} with the one before"), format!("比较 {n} 的模板与此前的模板");
    was_deleted = "Deleted", "已删除";
    was_deleted_words = "This workload is not in the cluster any more. This is what the record keeps of it; nothing here can be rolled back.",
        "该工作负载已不在集群中。以下是记录中保留的内容；无法回滚。";
    deleted_when(at: &str) = format!("deleted {at}"), format!("删除于 {at}");
    namesake = "The workload that has its name now", "现在使用该名称的工作负载";
    kept_of_other = "A workload of this name that was deleted had this template. The one that is there now can be compared with it, not rolled back to it.",
        "同名的已删除工作负载拥有此模板。可与现有工作负载比较，但不能回滚到它。";
    kept_more = "There may be earlier periods with it.", "更早的时段也可能使用过它。";
    kept_of_deleted = "The workload that had this template was deleted. The record keeps it, to be read and compared.",
        "拥有此模板的工作负载已被删除。记录保留了它，供查看和比较。";
    back_to_then(n: &str) = format!("Roll back to what ran as {n}"), format!("回滚到当时的 {n}");
    open_kept = "Open", "打开";
    restore = "Restore", "恢复";
    open_kept_of(n: &str) = format!("Open the template of {n} from the record"), format!("从记录中打开 {n} 的模板");
    restore_of(n: &str) = format!("Restore the template of {n} from the record"), format!("从记录中恢复 {n} 的模板");
    kept_template = "a template from the record", "记录中的模板";
    kept_template_of(n: i64) = format!("{n}, from the record"), format!("{n}（记录）");
    kept_title(name: &str, n: i64) = format!("Template of {n} of {name}, from the record"), format!("{name} 的 {n} 的模板（记录）");
    kept_title_unnumbered(name: &str) = format!("A template of {name}, from the record"), format!("{name} 的模板（记录）");
    kept_words = "No ControllerRevision of this workload holds this template any more. Rollbook kept a copy when it saw it.",
        "该工作负载已没有 ControllerRevision 保存此模板。Rollbook 在看到它时保存了副本。";
    kept_never_held = "No ControllerRevision is known that ever held this template: it may have been replaced before the controller came by. Rollbook kept a copy when it saw it.",
        "未发现曾保存此模板的 ControllerRevision：它可能在控制器处理之前已被取代。Rollbook 在看到它时保存了副本。";
    kept_ran = "When it ran", "运行时段";
    kept_never = "It is not known when it ran.", "运行时段未知。";
    kept_ran_as(n: &str) = format!("as {n}"), format!("编号 {n}");
    restore_title(name: &str) = format!("Restore a template of {name} from the record"), format!("从记录中恢复 {name} 的模板");
    restore_because = "No ControllerRevision holds this template, so Kubernetes numbers it as new. Rollbook takes it from its record; the locks, the dry run and the rollout are those of every rollback.",
        "没有 ControllerRevision 保存此模板，因此 Kubernetes 会将其作为新版本编号。Rollbook 从记录中取出；锁、试运行与更新过程与任何回滚相同。";
    becomes_new(next: i64) = format!("It will be revision {next}."), format!("它将成为修订版本 {next}。");
    no_kubectl = "kubectl cannot do this: no ControllerRevision holds this template.", "kubectl 无法做到：没有 ControllerRevision 保存此模板。";
    show_earlier(n: usize) = format!("Show {n} earlier"), format!("显示更早的 {n} 个");
    periods_drawn = "Periods, drawn", "时段图";
    not_kept_before = "earlier ones are kept no more", "更早的已不再保留";
    stair_unknown(n: i64) = format!("{n} template{} not known", s(n)), format!("{n} 个模板未知");
    stair_unknown_at_most(n: i64) =
        format!("at most {n} template{} not known", s(n)),
        format!("至多 {n} 个模板未知");
    stair_blind(n: usize) =
        if n == 1 { "nobody watched in one span".to_owned() } else { format!("nobody watched in {n} spans") },
        format!("{n} 段时间无人观察");
    stair_first(number: &str, span: &str) = format!("{number} for {span}"), format!("{number}，{span}");
    stair_back(number: &str, to: &str, span: &str) =
        format!("back to the template of {to} as {number} for {span}"),
        format!("以 {number} 回到 {to} 的模板，{span}");
    stair_back_earlier(number: &str, span: &str) =
        format!("back to an earlier template as {number} for {span}"),
        format!("以 {number} 回到更早的模板，{span}");
    staircase_of(steps: &str) = format!("Periods in time order: {steps}"), format!("按时间顺序：{steps}");
}
