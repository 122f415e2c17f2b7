//! Words for what keeps a rollout: a headline that completes `Stuck because …`,
//! what happened and what it blocks, and what to do.
//!
//! Names come from the cluster and may be anything: they are made inert and
//! stand between backticks, which pages show as code. Headlines have no
//! backticks.

use domain::findings::{Certainty, Finding, Object};
use domain::text::{shorten, visible};

use super::sentences::capital;
use super::{Lang, catalogue, nodes};

mod explanation;
mod headline;
mod next;
#[cfg(test)]
pub(crate) mod tests;

/// Longest name that is told, in characters.
const NAME_MAX: usize = 80;

catalogue! {
    finding_further = "Also found", "另外发现";
    finding_steps = "What to do", "处理步骤";
    finding_node_left = "node is gone", "节点已不存在";
    finding_budget_end = "No other node starts before one of them is available.", "其中一个恢复可用之前，其他节点不会开始。";
    back_by_hand = "No pod is replaced by itself: someone has to delete it.", "Pod 不会自动替换，需要有人删除。";

    stuck_because(words: &str) = format!("Stuck because {words}"), format!("卡住原因：{words}");
    stuck_probably(words: &str) = format!("Stuck, probably because {words}"), format!("卡住，可能的原因：{words}");
    delayed_because(words: &str) = format!("May be delayed because {words}"), format!("可能延迟的原因：{words}");
    delayed_probably(words: &str) = format!("May be delayed, probably because {words}"), format!("可能延迟，可能的原因：{words}");
    waits_because(words: &str) = format!("Waits because {words}"), format!("等待原因：{words}");
    not_ready_because(words: &str) = format!("Not ready because {words}"), format!("未就绪原因：{words}");
    not_ready_probably(words: &str) = format!("Not ready, probably because {words}"), format!("未就绪，可能的原因：{words}");
    probably(words: &str) = format!("Probably {words}"), format!("可能：{words}");
    finding_for(span: &str) = format!("for {span}"), format!("已持续 {span}");
    evidence_event(reason: &str) = format!("event {reason}"), format!("事件 {reason}");
    evidence_times(n: &str, span: &str) = format!("×{n}, last {span} ago"), format!("×{n}，最近一次 {span}前");
    budget_these(n: u32, of: u32) =
        if n == 1 {
            format!("This node uses the whole budget: {of} may be unavailable at a time.")
        } else {
            format!("These {n} nodes use the whole budget: {of} may be unavailable at a time.")
        },
        format!("这 {n} 个节点用完了全部额度：同时最多 {of} 个不可用。");
    budget_these_surge(n: u32, of: u32) =
        if n == 1 {
            format!("This node uses the whole budget: {of} may have a second pod at a time.")
        } else {
            format!("These {n} nodes use the whole budget: {of} may have a second pod at a time.")
        },
        format!("这 {n} 个节点用完了全部额度：同时最多 {of} 个可有第二个 Pod。");
    budget_spent(n: u32, of: u32) =
        format!("{of} {} may be unavailable at a time, and all of that is used by {n}:", nodes(of)),
        format!("同时最多 {of} 个节点不可用，已被 {n} 个节点用完：");
    budget_spent_surge(n: u32, of: u32) =
        format!("{of} {} may have a second pod at a time, and all of that is used by {n}:", nodes(of)),
        format!("同时最多 {of} 个节点可有第二个 Pod，已被 {n} 个节点用完：");
    back_at_once(n: u32) =
        if n == 1 { "1 pod that is not available is replaced at once".to_owned() }
        else { format!("{n} pods that are not available are replaced at once") },
        format!("{n} 个不可用的 Pod 立即替换");
    back_made(n: u32) =
        if n == 1 { "1 node without a pod gets one at once".to_owned() }
        else { format!("{n} nodes without a pod get one at once") },
        format!("{n} 个没有 Pod 的节点立即创建");
    back_follow(n: u32, at: u32) = {
        let pods = if n == 1 { "1 available pod follows".to_owned() } else { format!("{n} available pods follow") };
        if n > at { format!("{pods} {at} at a time") } else { pods }
    }, {
        let pods = format!("{n} 个可用的 Pod 随后替换");
        if n > at { format!("{pods}，每次 {at} 个") } else { pods }
    };
    back_untouched(n: u32, revision: i64) =
        if n == 1 { format!("1 node runs {revision} already") } else { format!("{n} nodes run {revision} already") },
        format!("{n} 个节点已在运行 {revision}");
    back_unclear(at: u32) =
        format!("Pods that are not available are replaced at once, the others follow {at} at a time."),
        format!("不可用的 Pod 立即替换，其余的每次替换 {at} 个。");
}

/// A text in both languages.
type Two = (String, String);

fn two(en: &str, zh: &str) -> Two {
    (en.to_owned(), zh.to_owned())
}

/// Between a Chinese word and one in Latin letters stands a space.
fn gap(word: &str) -> &'static str {
    if word.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        " "
    } else {
        ""
    }
}

/// A name of the cluster in a sentence.
pub(super) fn name(text: &str) -> String {
    shorten(&visible(text), NAME_MAX).replace('`', "'")
}

/// Two sentences in a row.
fn then((en, zh): Two, (en_more, zh_more): Two) -> Two {
    let zh_gap = gap(&zh_more);
    let zh_gap = if zh.ends_with(['。', '：']) {
        ""
    } else {
        zh_gap
    };
    (format!("{en} {en_more}"), format!("{zh}{zh_gap}{zh_more}"))
}

#[cfg_attr(not(feature = "ssr"), allow(dead_code))]
impl Lang {
    fn pick(self, (en, zh): Two) -> String {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }

    /// What completes `Stuck because …`.
    pub(crate) fn finding_headline(self, finding: &Finding) -> String {
        let many = finding.nodes.count > 1;
        self.pick(headline::headline(&finding.cause, many))
    }

    /// The headline by itself, with how sure it is.
    pub(crate) fn finding_title(self, finding: &Finding) -> String {
        let words = self.finding_headline(finding);
        match finding.certainty {
            Certainty::Sure if self == Self::Zh => words,
            Certainty::Sure => capital(&words),
            Certainty::Likely => self.probably(&words),
        }
    }

    /// What happened, and what it blocks.
    pub(crate) fn finding_words(self, finding: &Finding) -> String {
        self.pick(explanation::explanation(finding))
    }

    /// What to do, in the imperative. `namespace` is the workload's.
    pub(crate) fn finding_next(self, finding: &Finding, namespace: &str) -> String {
        let words = self.pick(next::next(finding, namespace));
        // A name that ends a part of a Chinese sentence.
        words.replace(" ，", "，").replace(" 。", "。")
    }

    /// Where the evidence is written: `status.conditions[Ready]`, or an event.
    pub(crate) fn evidence_field(self, field: &str) -> String {
        match field.strip_prefix("event ") {
            Some(reason) => self.evidence_event(reason),
            None => field.to_owned(),
        }
    }
}

/// The kind as Kubernetes writes it.
#[cfg_attr(not(feature = "ssr"), allow(dead_code))]
pub(crate) fn kind(object: Object) -> &'static str {
    match object {
        Object::DaemonSet => "DaemonSet",
        Object::Pod => "Pod",
        Object::Node => "Node",
    }
}

/// Names between backticks.
pub(super) fn listed(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|one| format!("`{}`", name(one))).collect();
    names.join(", ")
}
