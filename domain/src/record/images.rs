//! Where an image runs and ran: the periods whose templates name it.

use serde::{Deserialize, Serialize};

use super::timeline::{Moment, begun, ended, ordered};
use super::{Known, Period};
use crate::template::ContainerImage;
use crate::time::Time;
use crate::workload::Key;

/// Hits on one page.
pub const PAGE: usize = 50;

/// Hits that are counted and told at most: those that run now, then the newest.
pub const MOST: usize = 10_000;

/// Longest text that is looked for, in characters. An image is shorter: a name
/// of 255, a tag of 128 and a digest of 71 (OCI distribution spec).
const LONGEST: usize = 512;

/// One period in which a workload had a template with this image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Use {
    /// As written in the template.
    pub image: String,
    /// The containers that have it, in the template's order.
    pub containers: Vec<String>,
    /// Which workload.
    #[serde(flatten)]
    pub key: Key,
    /// Its uid.
    pub uid: String,
    /// Template generation.
    pub generation: i64,
    /// The number that the template had then, as far as it was seen.
    pub revision: Option<i64>,
    /// When the period began.
    pub start: Moment,
    /// When it ended; `null` for what goes on.
    pub end: Option<Moment>,
    /// The workload has this template now, and is there.
    pub current: bool,
    /// The workload has not been deleted.
    pub there: bool,
}

/// An image that runs now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Running {
    /// As written in the templates.
    pub image: String,
    /// So many workloads have it now.
    pub workloads: usize,
}

/// One page of what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Images {
    /// What was looked for; empty where nothing was.
    pub query: String,
    /// Since when the record keeps what was seen of all that is told; what came and went while
    /// nobody watched is not known.
    pub recorded_since: Option<Time>,
    /// So many were found, on all pages: at most [`MOST`].
    pub total: usize,
    /// There are more than that; the rest is not told.
    #[serde(default)]
    pub total_is_least: bool,
    /// Which page this is, from 1.
    pub page: usize,
    /// How many there are, at least 1.
    pub pages: usize,
    /// What runs now first, then the newest first; empty without a query.
    pub uses: Vec<Use>,
    /// What runs now, by name; empty with a query.
    pub running: Vec<Running>,
}

/// What a query looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// Nothing: show what runs now.
    Empty,
    /// No image can have this in it.
    Hopeless,
    /// Images with this in them, as a pattern of SQL's `LIKE` with `\` as its
    /// escape.
    Like(String),
}

/// Reads a query. What `LIKE` would take for a wildcard is meant as it stands.
pub fn query(text: &str) -> Query {
    let text = text.trim();
    if text.is_empty() {
        return Query::Empty;
    }
    // What is stored was made inert: it has no control characters.
    if text.chars().count() > LONGEST || text.contains(char::is_control) {
        return Query::Hopeless;
    }
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    Query::Like(pattern)
}

/// Which page is shown, and of how many: the last one, where so many are not
/// there.
pub fn page(asked: usize, total: usize) -> (usize, usize) {
    let pages = total.div_ceil(PAGE).max(1);
    (asked.clamp(1, pages), pages)
}

/// What runs now first, then the newest.
pub fn sort(uses: &mut [Use]) {
    uses.sort_by(|a, b| {
        let newest = |one: &Use| (one.current, one.start.at, one.generation);
        newest(b)
            .cmp(&newest(a))
            .then_with(|| (&a.key, &a.image).cmp(&(&b.key, &b.image)))
    });
}

/// A period as a hit: with the periods before and after it, which bound it.
pub fn found(
    image: String,
    images: &[ContainerImage],
    known: &Known,
    before: Option<Period>,
    period: Period,
    next: Option<Period>,
) -> Use {
    let place = usize::from(before.is_some());
    let mut periods: Vec<Period> = [before, Some(period), next].into_iter().flatten().collect();
    ordered(&mut periods);
    let (period, next) = (&periods[place], periods.get(place + 1));
    let has = |one: &&ContainerImage| one.image == image;
    let containers = images.iter().filter(has).map(|one| one.container.clone());
    Use {
        containers: containers.collect(),
        image,
        key: known.key.clone(),
        uid: known.uid.clone(),
        generation: period.generation,
        revision: period.numbers.keys().next_back().copied(),
        start: begun(period, known),
        end: ended(period, next, known),
        current: next.is_none() && known.gone.is_none(),
        there: known.gone.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Bounds;
    use crate::record::timeline::Grade;

    fn at(second: i64) -> Time {
        Time::from_second(second)
    }

    fn known() -> Known {
        Known {
            seen_gone: true,
            ..Known::new("u", Key::daemon_set("ns", "a"), at(0))
        }
    }

    fn period(generation: i64, not_before: i64, not_after: i64) -> Period {
        let start = Bounds {
            not_before: at(not_before),
            not_after: at(not_after),
        };
        Period::new("u", generation, start)
    }

    fn images() -> Vec<ContainerImage> {
        [("a", "i:1"), ("b", "j:1"), ("c", "i:1")]
            .map(|(container, image)| ContainerImage {
                container: container.into(),
                image: image.into(),
            })
            .to_vec()
    }

    #[test]
    fn wildcards_are_meant_as_they_stand() {
        assert_eq!(query("  "), Query::Empty);
        assert_eq!(query(" Nginx:1 "), Query::Like("%Nginx:1%".into()));
        assert_eq!(query(r"50%_\"), Query::Like(r"%50\%\_\\%".into()));
        assert_eq!(query("a\0b"), Query::Hopeless);
        assert_eq!(query(&"x".repeat(513)), Query::Hopeless);
    }

    #[test]
    fn a_page_that_is_not_there_is_the_last() {
        assert_eq!(page(1, 0), (1, 1));
        assert_eq!(page(0, 50), (1, 1));
        assert_eq!(page(2, 51), (2, 2));
        assert_eq!(page(usize::MAX, 1000), (20, 20));
    }

    #[test]
    fn a_hit_is_told_as_the_timeline_tells_it() {
        let mut next = period(3, 90, 100);
        next.watched = true;
        let hit = |next: Option<Period>| {
            let before = Some(period(1, 0, 1));
            found(
                "i:1".into(),
                &images(),
                &known(),
                before,
                period(2, 5, 60),
                next,
            )
        };
        let last = hit(None);
        assert_eq!(last.containers, ["a", "c"]);
        assert_eq!((last.start.grade, last.start.at), (Grade::NotKnown, at(60)));
        assert!(last.current && last.end.is_none());
        let past = hit(Some(next.clone()));
        assert!(!past.current);
        assert_eq!(past.end.map(|end| end.grade), Some(Grade::Observed));
        // One that nobody saw came between: when this ended is not known.
        next.generation = 4;
        let end = hit(Some(next)).end;
        assert_eq!(end.map(|end| end.grade), Some(Grade::NotKnown));
    }

    #[test]
    fn the_first_period_is_as_old_as_its_workload_and_comes_last() {
        let hit =
            |period: Period, next| found("i:1".into(), &images(), &known(), None, period, next);
        // What Kubernetes dates may have happened two seconds later.
        let first = hit(period(1, 0, 2), Some(period(2, 1, 3)));
        let second = hit(period(2, 1, 1), Some(period(3, 8, 9)));
        let mut uses = vec![first, second, hit(period(3, 8, 9), None)];
        sort(&mut uses);
        let order: Vec<i64> = uses.iter().map(|one| one.generation).collect();
        assert_eq!(order, [3, 2, 1]);
    }

    #[test]
    fn what_is_deleted_does_not_run() {
        let mut known = known();
        known.gone = Some(Bounds {
            not_before: at(70),
            not_after: at(71),
        });
        let hit = found(
            "i:1".into(),
            &images(),
            &known,
            None,
            period(2, 60, 60),
            None,
        );
        assert!(!hit.current);
        assert_eq!(hit.end.map(|end| end.at), Some(at(71)));
    }
}
