//! Words of what is looked for in the record: images, and what changed when.

use super::catalogue;

fn s(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

catalogue! {
    images_place = "Images", "镜像";
    images_title = "Where did this image run", "此镜像在何处运行过";
    images_label = "Image, tag or digest", "镜像、标签或摘要";
    images_find = "Find", "查找";
    images_help = "Any part of an image as a template has it: a name, a tag or a digest. Capitals do not matter.",
        "输入模板中镜像的任意部分：名称、标签或摘要，不区分大小写。";
    images_running = "Images of the current templates", "当前模板的镜像";
    images_none_run = "No image of a workload that is there is recorded yet.", "尚无现有工作负载的镜像记录。";
    runs_now = "current", "当前";
    column_image = "Image", "镜像";
    column_workload = "Workload", "工作负载";
    column_ran = "Ran", "运行时间";
    pages_of_hits = "Pages", "分页";
    earlier_page = "Previous page", "上一页";
    later_page = "Next page", "下一页";
    no_record_since = "not recorded yet", "尚无记录";
    page_of(page: usize, pages: usize) =
        format!("Page {page} of {pages}"), format!("第 {page} 页，共 {pages} 页");
    images_found(n: &str, many: bool, query: &str) =
        format!("{n} period{} with “{query}”", if many { "s" } else { "" }),
        format!("{n} 个时段含有“{query}”");
    images_found_more(n: &str, query: &str) =
        format!("More than {n} periods with “{query}”"),
        format!("超过 {n} 个时段含有“{query}”");
    images_none(query: &str) =
        format!("No recorded template has an image with “{query}” in it."),
        format!("没有已记录的模板含有“{query}”的镜像。");
    images_scope(since: &str) =
        format!("The record begins {since}: what ran before and was gone by then, or came and went while nobody watched, is not known."),
        format!("记录始于 {since}：此前运行且已消失的，或在无人观察期间出现又消失的，均未知。");
    in_workloads(n: usize) = format!("{n} workload{}", s(n)), format!("{n} 个工作负载");
    find_image(image: &str) = format!("Where {image} runs and ran"), format!("{image} 在何处运行");

    changed_title = "What changed", "发生了哪些变更";
    changed_span = "Span", "时间范围";
    changed_hour = "1 h", "1 小时";
    changed_day = "24 h", "24 小时";
    changed_week = "7 d", "7 天";
    changed_quarter = "90 d", "90 天";
    changed_nothing = "Nothing that was seen changed in this span.", "此时间范围内未见任何变更。";
    changed_hint = "Point at a mark, or go to it with Tab, to read it", "指向标记或用 Tab 选中即可查看";
    what_created = "created", "创建";
    what_changed = "changed", "变更";
    what_back = "went back", "回退";
    what_restarted = "restarted", "重启";
    what_deleted = "deleted", "删除";
    legend_several = "several", "多项";
    legend_bounds = "somewhere between", "介于其间";
    changed_from_to(from: &str, to: &str) =
        format!("{from} to {to}"), format!("{from} 至 {to}");
    changed_count(n: usize, workloads: usize) =
        format!("{n} change{} in {workloads} workload{}", s(n), s(workloads)),
        format!("{workloads} 个工作负载的 {n} 项变更");
    changed_rest(n: usize) =
        format!("{n} more workload{} did not change.", s(n)),
        format!("另有 {n} 个工作负载未变更。");
    changed_unsure(n: usize) =
        format!("Of {n} it is not known: {} there when Rollbook first looked, or nobody looked since.", if n == 1 { "it was" } else { "they were" }),
        format!("另有 {n} 个无法得知：Rollbook 首次查看时已存在，或此后无人查看。");
    changed_forgotten(n: usize) =
        format!("Of {n} the record no longer keeps all of this span."),
        format!("另有 {n} 个在此范围内的记录已不再完整保留。");
    changed_more(n: usize) =
        format!("{n} older change{} in this span not shown. Choose a shorter span, or an earlier moment.", if n == 1 { " is" } else { "s are" }),
        format!("此范围内另有 {n} 项更早的变更未显示。请选择更短的范围或更早的时刻。");
    changed_undrawn(n: usize) =
        format!("{n} more workload{} only in the list", if n == 1 { " is" } else { "s are" }),
        format!("另有 {n} 个工作负载仅见于列表");
    changed_blind(spans: &str) = format!("Nobody watched: {spans}."), format!("无人观察：{spans}。");
    in_container(names: &str) = format!("container {names}"), format!("容器 {names}");
    changed_all(n: usize) = format!("{n} older in this span"), format!("此范围内更早的 {n} 项");
    changed_several(n: usize, first: &str) =
        format!("{n} changes, the last: {first}"), format!("{n} 项变更，最近一项：{first}");
    changed_picture(all: &str) = format!("Changes, newest first: {all}"), format!("变更，最新在前：{all}");
    and_more(n: usize) = format!("and {n} more"), format!("以及另外 {n} 项");
    changed_backwards = "That span ends before it begins.", "该时间范围的结束早于开始。";
}
