//! Each sign of an owner (semantics.md 8.18), the false friends among them included.

#![expect(
    clippy::unwrap_used,
    clippy::too_many_lines,
    clippy::unnecessary_wraps,
    reason = "a table is as long as it is"
)]

use super::*;

fn signals(
    labels: &[(&str, &str)],
    annotations: &[(&str, &str)],
    managers: &[(&str, &str)],
) -> Signals {
    let map = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    };
    Signals {
        namespace: "logging".into(),
        group_kind: "apps/DaemonSet".into(),
        name: "fluentd".into(),
        labels: map(labels),
        annotations: map(annotations),
        managers: managers
            .iter()
            .map(|(m, o)| ((*m).to_owned(), (*o).to_owned()))
            .collect(),
        controller: None,
    }
}

fn found(signals: &Signals) -> Option<(OwnerKind, Option<String>, Revert)> {
    owner_of(signals).map(|o| (o.kind, o.name, o.revert))
}

fn some(
    kind: OwnerKind,
    name: &str,
    revert: Revert,
) -> Option<(OwnerKind, Option<String>, Revert)> {
    Some((
        kind,
        Some(name).filter(|n| !n.is_empty()).map(ToOwned::to_owned),
        revert,
    ))
}

#[test]
fn each_row_of_the_table() {
    use OwnerKind::{
        AddonManager, ArgoCd, ConfigSync, Eks, FluxHelm, FluxKustomize, Helm, KubectlApply,
    };
    type Pairs = &'static [(&'static str, &'static str)];
    let rows: [(Pairs, Pairs, Pairs, _); 16] = [
        (
            &[],
            &[(
                "argocd.argoproj.io/tracking-id",
                "stack:apps/DaemonSet:logging/fluentd",
            )],
            &[],
            some(ArgoCd, "stack", Revert::May),
        ),
        (
            &[("argocd.argoproj.io/instance", "stack")],
            &[],
            &[],
            some(ArgoCd, "stack", Revert::May),
        ),
        (
            &[("app.kubernetes.io/instance", "stack")],
            &[],
            &[("argocd-controller", "Apply")],
            some(ArgoCd, "stack", Revert::May),
        ),
        (
            &[("kustomize.toolkit.fluxcd.io/name", "apps")],
            &[],
            &[],
            some(FluxKustomize, "apps", Revert::Will),
        ),
        (
            &[("kustomize.toolkit.fluxcd.io/name", "apps")],
            &[("kustomize.toolkit.fluxcd.io/reconcile", "disabled")],
            &[],
            some(FluxKustomize, "apps", Revert::May),
        ),
        (
            &[],
            &[],
            &[("kustomize-controller", "Apply")],
            some(FluxKustomize, "", Revert::Will),
        ),
        (
            &[("helm.toolkit.fluxcd.io/name", "rel")],
            &[("meta.helm.sh/release-name", "rel")],
            &[],
            some(FluxHelm, "rel", Revert::May),
        ),
        (
            &[],
            &[("meta.helm.sh/release-name", "rel")],
            &[],
            some(Helm, "rel", Revert::May),
        ),
        (&[], &[], &[("helm", "Update")], some(Helm, "", Revert::May)),
        (
            &[],
            &[(LAST_APPLIED, "{}")],
            &[],
            some(KubectlApply, "", Revert::May),
        ),
        (
            &[],
            &[],
            &[("kubectl", "Apply")],
            some(KubectlApply, "", Revert::May),
        ),
        (&[], &[], &[("eks", "Apply")], some(Eks, "", Revert::May)),
        (
            &[("addonmanager.kubernetes.io/mode", "Reconcile")],
            &[(LAST_APPLIED, "{}")],
            &[],
            some(AddonManager, "", Revert::Will),
        ),
        (
            &[("addonmanager.kubernetes.io/mode", "EnsureExists")],
            &[],
            &[],
            some(AddonManager, "", Revert::Not),
        ),
        (
            &[],
            &[("components.gke.io/component-name", "x")],
            &[],
            some(AddonManager, "x", Revert::Will),
        ),
        (
            &[],
            &[("configmanagement.gke.io/managed", "enabled")],
            &[],
            some(ConfigSync, "", Revert::Will),
        ),
    ];
    for (labels, annotations, managers, expected) in rows {
        assert_eq!(
            found(&signals(labels, annotations, managers)),
            expected,
            "{labels:?} {annotations:?} {managers:?}"
        );
    }
}

#[test]
fn weak_and_foreign_signals_name_nobody() {
    for (labels, annotations, managers) in [
        (vec![("app.kubernetes.io/instance", "x")], vec![], vec![]),
        (
            vec![("app.kubernetes.io/managed-by", "Helm")],
            vec![],
            vec![],
        ),
        (
            vec![],
            vec![(
                "argocd.argoproj.io/tracking-id",
                "stack:apps/DaemonSet:logging/other",
            )],
            vec![],
        ),
        (
            vec![],
            vec![("argocd.argoproj.io/tracking-id", "nonsense")],
            vec![],
        ),
        (
            vec![],
            vec![],
            vec![("kubectl", "Update"), ("kube-controller-manager", "Update")],
        ),
    ] {
        assert_eq!(found(&signals(&labels, &annotations, &managers)), None);
    }
}

#[test]
fn a_controller_reference_is_the_strongest() {
    let mut with = signals(&[], &[("meta.helm.sh/release-name", "rel")], &[]);
    with.controller = Some(("Installation".into(), "default".into()));
    assert_eq!(
        found(&with),
        some(OwnerKind::Operator, "Installation/default", Revert::Will)
    );
}

#[test]
fn words_of_the_object_are_inert_and_short() {
    let long = format!("\u{202e}{}", "x".repeat(1000));
    let signals = Signals {
        annotations: [("meta.helm.sh/release-name".to_owned(), long)].into(),
        ..Signals::default()
    };
    let owner = owner_of(&signals).unwrap();
    assert!(owner.name.unwrap().starts_with("⟨U+202E⟩xxx"));
    assert!(owner.evidence.chars().count() <= 300);
}

#[test]
fn both_ways_of_kubectl_apply_are_seen() {
    let by = |manager: &str, operation: &str| Signals {
        managers: vec![(manager.to_owned(), operation.to_owned())],
        ..Signals::default()
    };
    assert!(by("kubectl", "Apply").applied());
    assert!(by("kubectl-client-side-apply", "Update").applied());
    assert!(!by("kubectl", "Update").applied());
    assert!(!by("kubectl-edit", "Update").applied());
}
