//! The staircase in one sentence.

use domain::record::timeline::{Row, Timeline};
use domain::staircase::Staircase;
use domain::time::Time;

use super::{lost, number, span};
use crate::i18n::Lang;

/// Its steps, the oldest first.
pub(super) fn sentence(
    lang: Lang,
    timeline: &Timeline,
    stairs: &Staircase,
    rows: &[&Row],
    now: Time,
) -> String {
    let mut steps: Vec<String> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let unknown = stairs.unknown.iter().find(|block| block.before == at);
        steps.extend(unknown.map(|block| lost(lang, block.lost)));
        let (number, span) = (number(row), span(lang, row, now));
        let of = |generation| timeline.periods.iter().find(|r| r.generation == generation);
        steps.push(match row.back_to.map(of) {
            Some(Some(earlier)) => lang.stair_back(&number, &self::number(earlier), &span),
            Some(None) => lang.stair_back_earlier(&number, &span),
            None => lang.stair_first(&number, &span),
        });
    }
    let blind = stairs.blind.len();
    steps.extend((blind > 0).then(|| lang.stair_blind(blind)));
    lang.staircase_of(&steps.join(", "))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    /// A timeline of three periods, of which the last went back to this one.
    fn told(back_to: i64) -> Timeline {
        let at = |second: i64| Time::from_second(1_800_000_000 + second);
        let moment = |second| serde_json::json!({"at": at(second), "notBefore": at(second), "grade": "observed"});
        let row = |generation: i64, back_to: Option<i64>| {
            serde_json::json!({
                "generation": generation, "revision": generation, "inCluster": true,
                "template": format!("sha256:{generation:064x}"), "images": [],
                "restartOnly": false, "backTo": back_to, "start": moment(generation * 60),
                "end": moment(generation * 60 + 60), "current": false, "rollout": {},
                "outcome": "done",
            })
        };
        let periods = [row(9, Some(back_to)), row(8, None), row(7, None)];
        let told = serde_json::json!({
            "namespace": "a", "kind": "DaemonSet", "name": "b", "uid": "u", "createdAt": at(0),
            "gone": moment(600), "recordedSince": at(0), "periods": periods, "gaps": [],
            "missingBefore": 0, "earlier": 6,
        });
        serde_json::from_value(told).unwrap()
    }

    fn aloud(back_to: i64) -> String {
        let timeline = told(back_to);
        let now = Time::from_second(1_800_001_000);
        let stairs = domain::staircase::staircase(&timeline, now).unwrap();
        let rows: Vec<&Row> = timeline.periods.iter().rev().collect();
        sentence(Lang::En, &timeline, &stairs, &rows, now)
    }

    #[test]
    fn a_rollback_is_told_as_one_also_where_what_it_went_back_to_is_not() {
        assert!(aloud(7).contains("back to the template of 7 as 9"));
        assert!(aloud(2).contains("back to an earlier template as 9"));
    }
}
