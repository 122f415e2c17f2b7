//! What the panel says of a rollout that does not come to its end.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use domain::board::{Board, Budget, Cell, Use};
use domain::findings::{ImageTrouble, Next, Object};
use domain::progress::Moved;
use domain::workload::{AtATime, Counts, Key, Kind};

use super::steps::Plan;
use super::*;
use crate::components::board::query::View;
use crate::i18n::findings::tests::{finding, image};

const NOW: i64 = 1_800_000_000;

fn at(second: i64) -> Time {
    Time::from_second(NOW + second)
}

fn cell(node: &str, state: NodeState) -> Cell {
    let hash = match state {
        NodeState::Missing => None,
        NodeState::OldAvailable | NodeState::OldUnavailable => Some("old".to_owned()),
        _ => Some("new".to_owned()),
    };
    Cell {
        node: node.into(),
        zone: None,
        state,
        since: None,
        pod: None,
        pod_uid: None,
        revision_hash: hash,
        restarts: 0,
        reason: None,
        message: None,
        cordoned: false,
        node_ready: Some(true),
        left: false,
    }
}

fn uses(node: &str, ready: bool) -> Use {
    Use {
        node: node.into(),
        state: NodeState::NewFailing,
        node_ready: Some(ready),
        left: false,
    }
}

/// Nodes 1 and 2 fail, 3 is done, 4 to 6 wait.
fn nodes(findings: Vec<Finding>) -> Nodes {
    let states = [
        NodeState::NewFailing,
        NodeState::NewFailing,
        NodeState::NewAvailable,
        NodeState::OldAvailable,
        NodeState::OldAvailable,
        NodeState::OldAvailable,
    ];
    let cells = states
        .into_iter()
        .enumerate()
        .map(|(n, state)| cell(&format!("node-{}", n + 1), state));
    Nodes {
        uid: "u".into(),
        drawn: String::new(),
        board: Board {
            cells: cells.collect(),
            excluded: vec![],
            unplaced: vec![],
            counts: counts(),
            budget: Budget {
                allowed: AtATime::Unavailable(2),
                used: 2,
                not_ready: 0,
                by: vec![uses("node-1", true), uses("node-2", true)],
            },
            nodes_known: true,
        },
        disagreement: None,
        findings,
        pods: Health::Live,
        nodes: Health::Live,
    }
}

fn counts() -> Counts {
    Counts {
        desired: 6,
        scheduled: 6,
        updated: 3,
        ready: 4,
        available: 4,
        ..Counts::default()
    }
}

fn line(verdict: Verdict) -> Line {
    Line {
        namespace: "ns".into(),
        kind: Kind::DaemonSet,
        name: "foo".into(),
        uid: "u".into(),
        verdict,
        revision: Some(10),
        from_revision: Some(9),
        images: vec![],
        counts: counts(),
        created_at: at(-9999),
        current_since: None,
        moved_at: at(-999),
        moved_by: Moved::default(),
        started_at: None,
        pace: None,
        change_cause: None,
        owner: None,
        generation: 4,
    }
}

fn stuck() -> Line {
    line(Verdict::Stuck {
        since: at(-999),
        updated: 3,
        desired: 6,
        why: None,
    })
}

fn rolling() -> Line {
    line(Verdict::Rolling {
        updated: 3,
        desired: 6,
    })
}

fn not_found() -> Finding {
    let mut found = finding(image(ImageTrouble::NotFound), Next::CheckImageName, 2);
    found.evidence.last_at = Some(at(-38));
    found.evidence.message = "Failed to pull image \"i:1\": not found".into();
    found.since = Some(at(-18 * 60));
    found
}

fn context(lang: Lang) -> Context {
    let numbers = [("old".to_owned(), 9), ("new".to_owned(), 10)];
    Context {
        lang,
        view: View::of(Key::daemon_set("ns", "foo"), |_| None),
        numbers: BTreeMap::from(numbers),
        rolling: true,
    }
}

fn back() -> Back {
    Back {
        revision: 9,
        url: "/back?to=foo-9".into(),
        off: Off::No,
    }
}

/// The HTML, without what Leptos marks places with.
fn html(lang: Lang, nodes: &Nodes, line: &Line, back: Option<Back>) -> Option<String> {
    let owner = Owner::new();
    owner.with(|| {
        let panel = findings(&context(lang), nodes, line, at(0), back)?;
        Some(panel.to_html().replace("<!>", ""))
    })
}

/// What a reader reads.
fn text(html: &str) -> String {
    let mut out = String::new();
    for part in html.split('<') {
        out.push_str(part.split_once('>').map_or(part, |(_, text)| text));
    }
    out
}

#[test]
fn an_image_that_is_not_there() {
    let html = html(Lang::En, &nodes(vec![not_found()]), &stuck(), Some(back())).unwrap();
    let text = text(&html);
    for part in [
        r#"<section id="findings" aria-labelledby="findings-head" class="panel findings">"#,
        r#"<h2 id="findings-head">Stuck because the image cannot be pulled</h2>"#,
        r#"<pre class="evidence">"#,
        r#"href="/ns/ns/daemonsets/foo?node=node-1#nodes""#,
        r#"data-state="new-failing""#,
        r#"href="/back?to=foo-9""#,
        "button-back",
        "of container <code>c</code> under",
    ] {
        assert!(html.contains(part), "{part}\n{html}");
    }
    for part in [
        "The pods on 2 nodes cannot start.",
        "These 2 nodes use the whole budget: 2 may be unavailable at a time. No other node starts",
        "Pod foo-x event Failed ×14, last 38 s ago\nFailed to pull image &quot;i:1&quot;: not found",
        "node-2",
        "for 18 min",
        "Roll back to 9. 2 pods that are not available are replaced at once, 1 available pod follows, 3 nodes run 9 already.",
        "Push the image, or correct its name or tag for container c.",
    ] {
        let raw = part.replace("&quot;", "\"");
        assert!(text.contains(part) || text.contains(&raw), "{part}\n{text}");
    }
    assert!(!html.contains("findings-further") && !html.contains("findings-lag"));
    let steps = html.matches("<li><p>").count();
    assert_eq!(steps, 2, "back, and the next step");
}

#[test]
fn the_same_in_chinese() {
    let html = html(Lang::Zh, &nodes(vec![not_found()]), &stuck(), Some(back())).unwrap();
    let text = text(&html);
    for part in [
        "卡住原因：镜像无法拉取",
        "2 个节点上的 Pod 无法启动。",
        "这 2 个节点用完了全部额度：同时最多 2 个不可用。其中一个恢复可用之前",
        "事件 Failed ×14，最近一次 38 秒前",
        "已持续 18 分钟",
        "回滚到 9。2 个不可用的 Pod 立即替换，1 个可用的 Pod 随后替换，3 个节点已在运行 9。",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn nothing_found_is_nothing_shown() {
    assert_eq!(html(Lang::En, &nodes(vec![]), &stuck(), Some(back())), None);
    let mut refused = nodes(vec![not_found()]);
    refused.uid = "another".into();
    assert_eq!(html(Lang::En, &refused, &stuck(), Some(back())), None);
}

#[test]
fn the_heading_says_what_the_cause_does() {
    let dead = finding(
        Cause::DeadNodes { blocks: false },
        Next::RepairOrRemoveNodes,
        1,
    );
    let likely = Finding {
        certainty: Certainty::Likely,
        ..dead.clone()
    };
    let by_hand = finding(Cause::WaitsForPerson, Next::DeleteOldPods, 3);
    let ill = line(Verdict::NotReady {
        nodes: 1,
        why: None,
    });
    let chosen = line(Verdict::OnDelete { old: 3 });
    for (found, line, words) in [
        (&not_found(), rolling(), "Stuck because the image cannot"),
        (&not_found(), ill.clone(), "Not ready because the image"),
        (
            &dead,
            rolling(),
            "May be delayed because a node is not ready",
        ),
        (&dead, stuck(), "Stuck because a node is not ready"),
        (
            &likely,
            rolling(),
            "May be delayed, probably because a node",
        ),
        (&likely, stuck(), "Stuck, probably because a node"),
        (&likely, ill, "Not ready, probably because a node"),
        (&by_hand, chosen, "Waits because old pods are only replaced"),
    ] {
        let said = head(Lang::En, tone(found, &line.verdict), found);
        assert!(said.starts_with(words), "{said}");
    }
}

#[test]
fn the_way_back_is_for_what_a_template_causes() {
    let dead = finding(
        Cause::DeadNodes { blocks: true },
        Next::RepairOrRemoveNodes,
        2,
    );
    let html = html(Lang::En, &nodes(vec![dead]), &stuck(), Some(back())).unwrap();
    assert!(!html.contains("Roll back to"));
    let none = tests::html(Lang::En, &nodes(vec![not_found()]), &stuck(), None).unwrap();
    assert!(!none.contains("Roll back to"));
}

#[test]
fn who_uses_the_budget_is_named() {
    let mut other = nodes(vec![not_found()]);
    other.board.budget.used = 8;
    other.board.budget.not_ready = 1;
    other.board.budget.by = vec![uses("node-9", false), uses("node-1", true)];
    let html = html(Lang::En, &other, &stuck(), None).unwrap();
    let text = text(&html);
    let words = "2 nodes may be unavailable at a time, and all of that is used by 8: node-9 (node not ready), node-1 and 6 more. No other node starts";
    assert!(text.contains(words), "{text}");
    other.board.cells.truncate(3);
    let done = tests::html(Lang::En, &other, &stuck(), None).unwrap();
    assert!(!done.contains("at a time"), "nobody waits for it");
}

#[test]
fn going_back_is_told_by_the_rules() {
    let plan = |nodes: &Nodes| Plan::of(&context(Lang::En), nodes, 9);
    let mut seen = nodes(vec![]);
    seen.board.cells.push(cell("n-7", NodeState::Missing));
    let mut dead = cell("n-8", NodeState::NewFailing);
    dead.node_ready = Some(false);
    seen.board.cells.push(dead);
    let known = Plan::Known {
        at_once: 2,
        made: 1,
        follow: 1,
        untouched: 3,
        at: 2,
    };
    assert_eq!(plan(&seen), known);
    seen.board.cells[4].revision_hash = None;
    assert_eq!(plan(&seen), Plan::Unclear { at: 2 });
    seen.board.budget.allowed = AtATime::None;
    assert_eq!(plan(&seen), Plan::ByHand);
}

#[test]
fn further_findings_have_a_line_each() {
    let dead = finding(
        Cause::DeadNodes { blocks: false },
        Next::RepairOrRemoveNodes,
        1,
    );
    let html = html(Lang::En, &nodes(vec![not_found(), dead]), &stuck(), None).unwrap();
    let (_, further) = html.split_once("findings-further").unwrap();
    let text = text(further);
    for part in [
        "A node is not ready",
        "1 node",
        "Repair node node-1, or remove it",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn hostile_words_are_plain_text() {
    let evil = "<script>alert(1)</script>";
    let mut found = not_found();
    found.cause = Cause::Image {
        container: evil.into(),
        why: ImageTrouble::NotFound,
    };
    found.evidence.message = evil.into();
    found.evidence.name = evil.into();
    found.evidence.kind = Object::Node;
    found.nodes.names = vec![evil.into(), "\"x".into()];
    let html = html(Lang::En, &nodes(vec![found]), &stuck(), Some(back())).unwrap();
    assert!(!html.contains("<script"), "{html}");
    assert!(html.contains("?node=%3Cscript%3E"), "{html}");
}
