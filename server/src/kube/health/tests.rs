//! How fresh the picture is, by what was answered and when.

use super::*;

fn missing() -> Missing {
    Missing {
        verb: "list".into(),
        resource: "daemonsets.apps".into(),
        namespace: Some("b".into()),
        user: None,
        words: "no".into(),
    }
}

/// Two scopes, the apiserver answering.
fn monitor() -> Monitor {
    let monitor = Monitor::new(4);
    monitor.with(|inner| inner.probed = Some(Instant::now()));
    monitor
}

#[test]
fn an_empty_picture_is_never_live() {
    let monitor = monitor();
    assert_eq!(monitor.health(), Health::Starting);
    for watch in 0..3 {
        monitor.fine(watch);
    }
    monitor.broken(3, "no".into(), Duration::ZERO);
    assert_eq!(monitor.health(), Health::Starting, "one was never complete");
    monitor.with(|inner| inner.watches[3].said = Said::Starting);
    monitor.broken(3, "no".into(), STALE_AFTER * 2);
    assert!(matches!(monitor.health(), Health::Stale { .. }));
    assert!(!monitor.complete());
    monitor.fine(3);
    assert_eq!(monitor.health(), Health::Live);
}

#[test]
fn a_short_break_is_not_told_and_silence_is_at_once() {
    let monitor = monitor();
    for watch in 0..4 {
        monitor.fine(watch);
    }
    monitor.broken(0, "closed".into(), Duration::ZERO);
    assert_eq!(monitor.health(), Health::Live);
    monitor.broken(1, "nothing came".into(), STALE_AFTER * 2);
    let stale = monitor.health();
    assert!(
        matches!(&stale, Health::Stale { words, silent: false, .. } if words == "nothing came"),
        "{stale:?}"
    );
    assert!(monitor.complete(), "the old picture is still whole");
}

#[test]
fn one_refused_scope_does_not_hide_the_other() {
    let monitor = monitor();
    monitor.fine(0);
    monitor.fine(1);
    monitor.refused(2, missing());
    monitor.fine(3);
    assert_eq!(monitor.health(), Health::Live);
    assert_eq!(monitor.missing(), [missing()]);
    monitor.refused(1, missing());
    assert!(matches!(monitor.health(), Health::Refused { .. }));
}
