//! What a refusal says, and how long is waited.

use super::*;

#[test]
fn a_refusal_is_taken_apart() {
    let status = Status {
        message: "controllerrevisions.apps is forbidden: User \"system:serviceaccount:a:b\" cannot list resource \"controllerrevisions\" in API group \"apps\" in the namespace \"logging\"".into(),
        code: 403,
        ..Status::default()
    };
    let missing = missing(&status);
    assert_eq!(missing.verb, "list");
    assert_eq!(missing.resource, "controllerrevisions.apps");
    assert_eq!(missing.namespace.as_deref(), Some("logging"));
    assert_eq!(missing.user.as_deref(), Some("system:serviceaccount:a:b"));
}

#[test]
fn who_asks_for_time_is_given_some() {
    let patience = |code: u16, asked: u32| {
        let status = serde_json::json!({"code": code, "details": {"retryAfterSeconds": asked}});
        patience(&serde_json::from_value(status).unwrap_or_default())
    };
    assert_eq!(patience(500, 0), Duration::ZERO);
    assert_eq!(patience(429, 0), BUSY);
    assert_eq!(patience(503, 3), Duration::from_secs(3));
    assert_eq!(patience(504, 1), Duration::from_secs(1));
    assert_eq!(patience(429, 600), BACKOFF.1, "it may be well again before");
}

#[test]
fn waits_stay_within_their_bounds() {
    for _ in 0..100 {
        let wait = jitter(Duration::from_secs(1));
        assert!(wait >= Duration::from_millis(500) && wait <= Duration::from_secs(1));
    }
}
