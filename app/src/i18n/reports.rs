//! Sentences that are put together from more than one fact: what became of an
//! order, who may undo it, which revision a line of a picker is.

use domain::history::Row;
use domain::owner::{Owner, OwnerKind, Revert};
use domain::rollback::{Order, Reason, Report};

use super::Lang;

impl Lang {
    /// A revision in a list to choose from: number, marks, image, cause, age.
    pub fn picker(self, row: &Row, created: &str) -> String {
        let mut parts = vec![row.revision.to_string()];
        if row.current {
            parts.push(self.current().to_owned());
        }
        if let Some(was) = row.was {
            parts.push(self.was(was.revision));
        }
        if let Some(image) = row.images.first() {
            let short = image.image.rsplit('/').next().unwrap_or(&image.image);
            parts.push(short.to_owned());
        }
        if let Some(cause) = &row.change_cause {
            let visible = domain::text::visible(cause);
            parts.push(domain::text::shorten(&visible, 40).into_owned());
        }
        parts.push(self.created_at(created));
        parts.join(" · ")
    }

    /// Title and words of the warning that somebody may undo a rollback.
    pub fn owner_warning(self, owner: &Owner) -> Option<(String, String)> {
        if owner.kind == OwnerKind::KubectlApply {
            // Said by the warning on apply itself.
            return None;
        }
        let who = crate::components::owner::name(owner.kind);
        let title = match (self, owner.revert) {
            (_, Revert::Not) => return None,
            (Self::En, Revert::Will) => format!("{who} will put it back"),
            (Self::En, Revert::May) => format!("{who} may put it back"),
            (Self::Zh, Revert::Will) => format!("{who} 会将其恢复"),
            (Self::Zh, Revert::May) => format!("{who} 可能将其恢复"),
        };
        let manager = match &owner.name {
            Some(name) => format!("{who} {name}"),
            None => who.to_owned(),
        };
        let evidence = &owner.evidence;
        let words = match self {
            Self::En => format!(
                "{manager} manages this workload ({evidence}). Change it there too, or the rollback will not last."
            ),
            Self::Zh => {
                format!(
                    "{manager} 管理此工作负载（{evidence}）。请同时在那里修改，否则回滚不会持久。"
                )
            }
        };
        Some((title, words))
    }

    /// The sentence on what became of an order.
    pub fn report(self, order: &Order, report: &Report) -> String {
        let name = &order.name;
        let to = &order.to;
        let mut text = match self {
            Self::En => report_en(name, to, &report.reason),
            Self::Zh => report_zh(name, to, &report.reason),
        };
        if let Some(problem) = &report.event_problem {
            let more = match self {
                Self::En => format!(" The Event about it could not be written: {problem}."),
                Self::Zh => format!("相关事件未能写入：{problem}。"),
            };
            text.push_str(&more);
        }
        text
    }
}

fn report_en(name: &str, to: &str, reason: &Reason) -> String {
    match reason {
        Reason::RolledBack { mutated: false } => format!("{name} has the template of {to}."),
        Reason::RolledBack { mutated: true } => format!("{name} was rolled back to {to}, but admission or newer defaults changed the template on the way in."),
        Reason::DryRun { mutated: false } => format!("The cluster would accept it: {name} with the template of {to}. Nothing was written."),
        Reason::DryRun { mutated: true } => "The cluster would accept it, but admission or newer defaults would change the template on the way in. Nothing was written.".to_owned(),
        Reason::AlreadyThere => format!("{name} has the template of {to} already."),
        Reason::Invalid { field } => format!("The order cannot be used: look at {field}."),
        Reason::ReadOnly => "This server was started read only.".to_owned(),
        Reason::Stale => "Rollbook does not see the cluster right now, so it does not write. Try again when the page is live.".to_owned(),
        Reason::Moved { seen, now } => format!("{name} was changed since you looked: generation {seen} is now {now}. Look at it again before you decide."),
        Reason::Replaced => format!("{name} was deleted and created anew since you looked. Its history is another one."),
        Reason::WorkloadGone => format!("{name} no longer exists."),
        Reason::Deleting => format!("{name} is being deleted; its controller would not act on a rollback."),
        Reason::Pruned => format!("The revision {to} no longer exists: Kubernetes pruned it, or someone deleted it."),
        Reason::NotKept => format!("The record keeps no template {to} of {name}: Rollbook never saw it there, or it was removed with age."),
        Reason::NoRecord { words } => format!("Kubernetes keeps this template no more, and the record that does cannot be read: {words}."),
        Reason::TargetReplaced => format!("Another revision has the name {to} now."),
        Reason::Renumbered { seen, now } => format!("The revision {to} was {seen} when you looked and is {now} now."),
        Reason::NotOwned => format!("The revision {to} does not belong to {name}."),
        Reason::Unreadable { problem } => format!("The revision {to} holds no pod template: {problem}."),
        Reason::Denied { words } => format!("Admission refused it: {words}"),
        Reason::InvalidTemplate { words } => format!("The template is not valid under today's rules: {words}"),
        Reason::Forbidden { words, verb, resource } => format!("You may not {verb} {resource}: {words}"),
        Reason::Unauthorized => "The cluster does not accept the credentials any more. Renew them and try again.".to_owned(),
        Reason::Unreachable { words } => format!("The cluster does not answer, so nothing was sent: {words}"),
        Reason::ServerError { words } => format!("The cluster could not do it: {words}"),
        Reason::NoAnswer { words } => format!("It was sent, but the answer was lost ({words}). Look at the workload: if the rollback arrived, it is there. Ordering it again is safe."),
    }
}

fn report_zh(name: &str, to: &str, reason: &Reason) -> String {
    match reason {
        Reason::RolledBack { mutated: false } => format!("{name} 已使用 {to} 的模板。"),
        Reason::RolledBack { mutated: true } => {
            format!("{name} 已回滚到 {to}，但准入控制或新的默认值修改了模板。")
        }
        Reason::DryRun { mutated: false } => {
            format!("集群会接受：{name} 使用 {to} 的模板。未写入任何内容。")
        }
        Reason::DryRun { mutated: true } => {
            "集群会接受，但准入控制或新的默认值会修改模板。未写入任何内容。".to_owned()
        }
        Reason::AlreadyThere => format!("{name} 已经是 {to} 的模板。"),
        Reason::Invalid { field } => format!("请求无法使用，请检查 {field}。"),
        Reason::ReadOnly => "此服务器以只读方式启动。".to_owned(),
        Reason::Stale => "Rollbook 目前看不到集群，因此不写入。请在页面恢复实时后重试。".to_owned(),
        Reason::Moved { seen, now } => {
            format!("你查看之后 {name} 已变更：第 {seen} 代现为第 {now} 代。请重新查看后再决定。")
        }
        Reason::Replaced => format!("你查看之后 {name} 已被删除并重建，历史已不同。"),
        Reason::WorkloadGone => format!("{name} 已不存在。"),
        Reason::Deleting => format!("{name} 正在删除，控制器不会处理回滚。"),
        Reason::Pruned => format!("修订版本 {to} 已不存在：被 Kubernetes 清理或被删除。"),
        Reason::NotKept => {
            format!("记录中没有 {name} 的模板 {to}：Rollbook 未曾见过，或已因过期删除。")
        }
        Reason::NoRecord { words } => {
            format!("Kubernetes 已不再保存此模板，而保存它的记录无法读取：{words}。")
        }
        Reason::TargetReplaced => format!("{to} 现在是另一个修订版本。"),
        Reason::Renumbered { seen, now } => {
            format!("你查看时修订版本 {to} 的编号为 {seen}，现为 {now}。")
        }
        Reason::NotOwned => format!("修订版本 {to} 不属于 {name}。"),
        Reason::Unreadable { problem } => format!("修订版本 {to} 不含 Pod 模板：{problem}。"),
        Reason::Denied { words } => format!("准入控制拒绝：{words}"),
        Reason::InvalidTemplate { words } => format!("按当前规则模板无效：{words}"),
        Reason::Forbidden {
            words,
            verb,
            resource,
        } => format!("无权对 {resource} 执行 {verb}：{words}"),
        Reason::Unauthorized => "集群不再接受该凭据。请更新后重试。".to_owned(),
        Reason::Unreachable { words } => format!("集群没有响应，未发送任何内容：{words}"),
        Reason::ServerError { words } => format!("集群无法完成：{words}"),
        Reason::NoAnswer { words } => format!(
            "已发送但未收到答复（{words}）。请查看工作负载确认回滚是否到达。重复提交是安全的。"
        ),
    }
}
