//! What may be said of a period, a revision and a rollout from what was seen;
//! pure functions of the memory and of one look.

use std::collections::{BTreeMap, HashMap};

use super::super::{
    Bounds, By, CUT, Cause, Fact, Held, Kept, Known, Last, Period, Rollout, STANDSTILL, Watch,
};
use super::{Memory, went};
use crate::fleet::Entry;
use crate::revision::Revision;
use crate::status::status;
use crate::template::Template;
use crate::time::Time;
use crate::workload::{UpdateStrategy, Workload, Writer};

/// The memory of a workload that was never seen before.
pub(super) fn first_seen(
    workload: &Workload,
    generation: i64,
    watch: Option<&Watch>,
    now: Time,
) -> Memory {
    // Its spec was never changed, or its template never.
    let new = workload.generation == 1 || generation == 1;
    // Each change of a template is one of the spec: it brought the rest.
    let least = generation - workload.generation + 1;
    let first = if new { generation } else { least.max(1) };
    let start = if new {
        Bounds::dated(workload.created_at)
    } else {
        Bounds {
            not_before: workload.created_at.min(now),
            not_after: now,
        }
    };
    let mut period = Period::new(&workload.uid, generation, start);
    period.template = Some(workload.template.digest());
    // Its time is cut to the second in which the watch may have begun.
    let within = |watch: &Watch| workload.created_at.after(CUT) >= watch.from;
    period.watched = new && watch.is_some_and(within);
    period.cause = cause(workload, period.watched.then_some(true), now);
    if period.watched {
        period.by = manager(&[], workload);
    }
    Memory {
        known: Known {
            first: (new || least > 1).then_some(first),
            seen: Some(now),
            ..Known::new(&workload.uid, workload.key.clone(), workload.created_at)
        },
        whole_period: period.watched,
        period,
        fresh: now,
        watched: false,
        rolling: false,
        behind: false,
        moved: None,
        whole: now,
        cause: None,
        writers: Vec::new(),
        before: 0,
        kept: HashMap::new(),
    }
}

/// The period after the one that is remembered.
pub(super) fn following(
    memory: &Memory,
    workload: &Workload,
    generation: i64,
    now: Time,
) -> Period {
    let start = Bounds {
        not_before: memory.fresh.min(now),
        not_after: now,
    };
    let mut period = Period::new(&workload.uid, generation, start);
    let next = generation == memory.period.generation + 1;
    period.watched = memory.watched && next;
    period.template = Some(workload.template.digest());
    // What was there before may be about another template. What is new came
    // with this one only where that was seen.
    let own = if memory.cause == workload.change_cause {
        Some(false)
    } else {
        period.watched.then_some(true)
    };
    period.cause = cause(workload, own, now);
    if period.watched {
        period.by = manager(&memory.writers, workload);
    }
    period
}

/// Another template comes: was the latest period's rollout watched from its
/// beginning, and never done?
pub(super) fn overtaken(memory: &mut Memory) -> bool {
    let period = &mut memory.period;
    period.overtaken = memory.whole_period && period.rollout.seen_done.is_none();
    period.overtaken
}

pub(super) fn cause(workload: &Workload, own: Option<bool>, at: Time) -> Option<Cause> {
    let text = workload.change_cause.clone()?;
    Some(Cause { at, text, own })
}

/// Who wrote since: the one manager that was not among the writers before, or
/// has another time now. One that only took something away is not in
/// managedFields at all, and then it is not known.
pub(super) fn manager(before: &[Writer], workload: &Workload) -> Option<By> {
    let mut since = workload.writers.iter().filter(|w| !before.contains(w));
    match (since.next(), since.next()) {
        (Some(writer), None) => Some(By::Manager {
            name: writer.manager.clone(),
        }),
        _ => None,
    }
}

/// Rollbook's own order, while its note speaks of this template.
pub(super) fn noted(workload: &Workload) -> Option<By> {
    let note = workload.note()?;
    if note.generation > workload.generation {
        return None;
    }
    Some(By::Rollbook {
        order: note.id.clone(),
        to: note.to.clone(),
        to_revision: note.to_revision,
        reason: note.reason.clone(),
    })
}

/// How far the rollout has come. Nothing is said of one that was not seen
/// unfinished: it may have been done long before.
pub(super) fn rolled(rollout: &mut Rollout, memory: &mut Memory, workload: &Workload, now: Time) {
    let done = status(workload).done;
    let (observed, counts) = (workload.observed(), workload.counts);
    // A node without a pod may be new: only a pod of another template is not.
    memory.behind = observed && counts.updated < counts.scheduled.min(counts.desired);
    let was_done = rollout.seen_done.is_some();
    if done {
        rollout.seen_done.get_or_insert(now);
    }
    memory.rolling |= memory.watched && (memory.behind || memory.whole_period);
    if was_done {
        return;
    }
    rollout.on_delete |= !done && workload.strategy == UpdateStrategy::OnDelete;
    if memory.rolling || memory.behind {
        stepped(rollout, memory, workload, now);
    }
    if !memory.rolling {
        return;
    }
    let seen = |at: &mut Option<Time>, is_so: bool| {
        if is_so {
            at.get_or_insert(now);
        }
    };
    // These may have been long before the watch began.
    let whole = observed && memory.whole_period;
    seen(&mut rollout.observed, whole);
    seen(&mut rollout.first_node, whole && counts.updated > 0);
    seen(
        &mut rollout.all_nodes,
        observed && counts.updated >= counts.desired,
    );
    seen(&mut rollout.done, done);
}

/// The counters, and when a node came along last; what is seen anew counts from
/// then. Where nothing moves by itself nothing stands still.
fn stepped(rollout: &mut Rollout, memory: &mut Memory, workload: &Workload, now: Time) {
    let (observed, counts) = (workload.observed(), workload.counts);
    let last = (counts.updated, counts.desired);
    if observed && rollout.last.map(|l| (l.updated, l.desired)) != Some(last) {
        rollout.last = Some(Last {
            at: now,
            updated: counts.updated,
            desired: counts.desired,
        });
    }
    if rollout.on_delete {
        return;
    }
    let most = (counts.updated, counts.available);
    match memory.moved {
        Some((before, _)) if !observed || most <= before => {}
        Some((_, at)) => {
            if now.since(at) >= STANDSTILL {
                rollout.stalls.insert(at, now);
            }
            memory.moved = Some((most, now));
        }
        // Before the controller has handled it the counters are of another one.
        None if observed => memory.moved = Some((most, now)),
        None => {}
    }
    rollout.moved = memory.moved.map(|(_, at)| at).max(rollout.moved);
}

/// Which revisions came, went and changed their numbers.
pub(super) fn revisions(memory: &mut Memory, entry: &Entry, now: Time, facts: &mut Vec<Fact>) {
    let workload = &entry.workload;
    let mut there = HashMap::new();
    for revision in &entry.revisions {
        let mut kept = kept(workload, revision, now);
        match memory.kept.remove(&kept.uid) {
            Some(before) if before.numbers.contains_key(&revision.number) => kept = before,
            Some(before) => {
                kept.join(before);
                facts.push(Fact::Revision(kept.clone()));
            }
            None => {
                facts.push(Fact::Revision(kept.clone()));
                facts.extend(told_by(workload, revision, memory, now).map(Fact::Period));
            }
        }
        there.insert(kept.uid.clone(), kept);
    }
    let gone = std::mem::replace(&mut memory.kept, there);
    let alone = gone.len() == 1;
    for mut kept in gone.into_values() {
        kept.gone = Some(Bounds {
            not_before: memory.whole.min(now),
            not_after: now,
        });
        // One that was released only lost its controller.
        if memory.watched && !entry.released.contains(&kept.uid) {
            kept.why = went::why(&kept, &memory.kept, workload, alone);
        }
        facts.push(Fact::Revision(kept));
    }
}

/// The current revision holds the template of this period.
pub(super) fn held(period: &mut Period, workload: &Workload, current: &Revision, now: Time) {
    period.held = Some(Held {
        name: current.name.clone(),
        uid: current.uid.clone(),
    });
    period.numbers.entry(current.number).or_insert(now);
    let made_for_it = current.template_generation == Some(period.generation);
    if made_for_it && current.created_at >= workload.created_at {
        let created = Bounds::dated(current.created_at);
        let latest = created.not_after.max(period.start.not_before);
        if latest <= period.start.not_after {
            period.start.not_after = latest;
            period.recorded = true;
        }
    }
}

pub(super) fn kept(workload: &Workload, revision: &Revision, now: Time) -> Kept {
    Kept {
        uid: revision.uid.clone(),
        workload: workload.uid.clone(),
        name: revision.name.clone(),
        created_at: revision.created_at,
        generation: revision.template_generation,
        template: revision.template().map(Template::digest),
        cause: revision.change_cause.clone(),
        numbers: BTreeMap::from([(revision.number, now)]),
        seen: Some(now),
        gone: None,
        why: None,
    }
}

/// An earlier period that a ControllerRevision tells of. One that is older than
/// the workload was adopted, and counts from another beginning.
pub(super) fn told_by(
    workload: &Workload,
    revision: &Revision,
    memory: &Memory,
    now: Time,
) -> Option<Period> {
    let generation = revision.template_generation?;
    let template = revision.template()?;
    if generation >= memory.period.generation
        || generation < memory.known.first()
        || revision.created_at < workload.created_at
    {
        return None;
    }
    let first = memory.known.first();
    let start = if generation == first {
        Bounds::dated(workload.created_at)
    } else {
        let missed = generation > memory.before;
        Bounds {
            not_before: if missed {
                memory.period.start.not_before
            } else {
                workload.created_at
            },
            not_after: Bounds::dated(revision.created_at).not_after.min(now),
        }
    };
    // It was created before what is known to have come before it.
    if start.not_before > start.not_after {
        return None;
    }
    let mut period = Period::new(&workload.uid, generation, start);
    period.template = Some(template.digest());
    period.recorded = generation > first;
    period.held = Some(Held {
        name: revision.name.clone(),
        uid: revision.uid.clone(),
    });
    period.cause = revision.change_cause.clone().map(|text| Cause {
        at: revision.created_at,
        text,
        // It may have been given before a controller that was late came by.
        own: None,
    });
    Some(period)
}
