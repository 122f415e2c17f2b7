//! Who manages a workload, and so may undo a rollback (semantics.md 8.18).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::text::{shorten, visible};

/// Kinds of owners.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OwnerKind {
    /// Argo CD.
    ArgoCd,
    /// Flux, by a Kustomization.
    FluxKustomize,
    /// Flux, by a HelmRelease.
    FluxHelm,
    /// Helm.
    Helm,
    /// `kubectl apply`.
    KubectlApply,
    /// An EKS add-on.
    Eks,
    /// The cluster's addon-manager.
    AddonManager,
    /// Config Sync.
    ConfigSync,
    /// A controller that the workload has as owner reference.
    Operator,
}

impl OwnerKind {
    /// The letter of its badge.
    pub fn letter(self) -> char {
        match self {
            Self::ArgoCd => 'A',
            Self::FluxKustomize | Self::FluxHelm => 'F',
            Self::Helm => 'H',
            Self::KubectlApply => 'K',
            Self::Eks => 'E',
            Self::AddonManager | Self::ConfigSync | Self::Operator => 'O',
        }
    }
}

/// Will a rollback be undone?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Revert {
    /// By itself, soon.
    Will,
    /// At the next sync, upgrade or apply, or by itself if so configured.
    May,
    /// It only makes the object anew when it is gone.
    Not,
}

/// An owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Owner {
    /// What it is.
    pub kind: OwnerKind,
    /// Application, release, kustomization or controller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Will it undo a rollback?
    pub revert: Revert,
    /// The object's own words for it: a label, an annotation, a manager.
    pub evidence: String,
}

/// What the rules look at.
#[derive(Clone, Debug, Default)]
pub struct Signals {
    /// Namespace of the workload.
    pub namespace: String,
    /// Kind and group as Argo CD writes it: `apps/DaemonSet`.
    pub group_kind: String,
    /// Name of the workload.
    pub name: String,
    /// `metadata.labels`.
    pub labels: BTreeMap<String, String>,
    /// `metadata.annotations`.
    pub annotations: BTreeMap<String, String>,
    /// Managers and operations of `metadata.managedFields`.
    pub managers: Vec<(String, String)>,
    /// Kind and name of the owner reference with `controller: true`.
    pub controller: Option<(String, String)>,
}

/// The annotation of `kubectl apply`.
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

impl Signals {
    fn label(&self, key: &str) -> Option<&str> {
        self.labels.get(key).map(String::as_str)
    }

    fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.get(key).map(String::as_str)
    }

    /// The evidence that a manager of this name wrote it.
    fn manager(&self, name: &str) -> Option<String> {
        let found = self.managers.iter().any(|(manager, _)| manager == name);
        found.then(|| format!("field manager {name}"))
    }

    /// `kubectl apply` wrote it, from the client or on the server.
    pub fn applied(&self) -> bool {
        let by_manager = |(manager, operation): &(String, String)| {
            manager == "kubectl-client-side-apply" || (manager == "kubectl" && operation == "Apply")
        };
        self.annotations.contains_key(LAST_APPLIED) || self.managers.iter().any(by_manager)
    }
}

/// Names and evidence are the object's own words: made inert and cut.
fn owner(kind: OwnerKind, name: Option<&str>, revert: Revert, evidence: String) -> Owner {
    let inert = |text: &str| shorten(&visible(text), WORDS_MAX).into_owned();
    Owner {
        kind,
        name: name.map(inert),
        revert,
        evidence: inert(&evidence),
    }
}

/// Longest name or evidence, in characters.
const WORDS_MAX: usize = 300;

/// The owner that the strongest signal names.
pub fn owner_of(signals: &Signals) -> Option<Owner> {
    controller(signals)
        .or_else(|| argo_cd(signals))
        .or_else(|| flux(signals))
        .or_else(|| addon(signals))
        .or_else(|| helm(signals))
        .or_else(|| kubectl(signals))
}

fn controller(signals: &Signals) -> Option<Owner> {
    if let Some((kind, name)) = &signals.controller {
        let name = format!("{kind}/{name}");
        let evidence = format!("ownerReferences: {name}");
        return Some(owner(
            OwnerKind::Operator,
            Some(&name),
            Revert::Will,
            evidence,
        ));
    }
    (signals.annotation("configmanagement.gke.io/managed") == Some("enabled")).then(|| {
        owner(
            OwnerKind::ConfigSync,
            None,
            Revert::Will,
            "configmanagement.gke.io/managed: enabled".into(),
        )
    })
}

/// The tracking id must name this very object, for it is copied along with
/// other annotations. `app.kubernetes.io/instance` alone says nothing: most
/// charts set it.
fn argo_cd(signals: &Signals) -> Option<Owner> {
    const TRACKING: &str = "argocd.argoproj.io/tracking-id";
    if let Some(id) = signals.annotation(TRACKING)
        && let Some((app, rest)) = id.split_once(':')
    {
        let own = format!(
            "{}:{}/{}",
            signals.group_kind, signals.namespace, signals.name
        );
        if rest == own {
            let evidence = format!("{TRACKING}: {id}");
            return Some(owner(OwnerKind::ArgoCd, Some(app), Revert::May, evidence));
        }
    }
    let by_label = signals.label("argocd.argoproj.io/instance");
    if let Some(app) = by_label {
        let evidence = format!("argocd.argoproj.io/instance: {app}");
        return Some(owner(OwnerKind::ArgoCd, Some(app), Revert::May, evidence));
    }
    let evidence = signals.manager("argocd-controller")?;
    let app = signals.label("app.kubernetes.io/instance");
    Some(owner(OwnerKind::ArgoCd, app, Revert::May, evidence))
}

fn flux(signals: &Signals) -> Option<Owner> {
    let disabled = signals.annotation("kustomize.toolkit.fluxcd.io/reconcile") == Some("disabled");
    for (prefix, kind, manager) in [
        (
            "kustomize.toolkit.fluxcd.io",
            OwnerKind::FluxKustomize,
            "kustomize-controller",
        ),
        (
            "helm.toolkit.fluxcd.io",
            OwnerKind::FluxHelm,
            "helm-controller",
        ),
    ] {
        let revert = match kind {
            OwnerKind::FluxKustomize if !disabled => Revert::Will,
            _ => Revert::May,
        };
        if let Some(name) = signals.label(&format!("{prefix}/name")) {
            let evidence = format!("{prefix}/name: {name}");
            return Some(owner(kind, Some(name), revert, evidence));
        }
        if let Some(evidence) = signals.manager(manager) {
            return Some(owner(kind, None, revert, evidence));
        }
    }
    None
}

fn addon(signals: &Signals) -> Option<Owner> {
    const MODE: &str = "addonmanager.kubernetes.io/mode";
    if let Some(evidence) = signals.manager("eks") {
        return Some(owner(OwnerKind::Eks, None, Revert::May, evidence));
    }
    if let Some(mode) = signals.label(MODE) {
        let revert = match mode {
            "Reconcile" => Revert::Will,
            "EnsureExists" => Revert::Not,
            _ => Revert::May,
        };
        let evidence = format!("{MODE}: {mode}");
        return Some(owner(OwnerKind::AddonManager, None, revert, evidence));
    }
    if let Some(name) = signals.annotation("components.gke.io/component-name") {
        let evidence = format!("components.gke.io/component-name: {name}");
        return Some(owner(
            OwnerKind::AddonManager,
            Some(name),
            Revert::Will,
            evidence,
        ));
    }
    (signals.label("kubernetes.io/cluster-service") == Some("true")).then(|| {
        owner(
            OwnerKind::AddonManager,
            None,
            Revert::May,
            "kubernetes.io/cluster-service: true".into(),
        )
    })
}

/// The label `managed-by: Helm` alone is weak: rendered templates carry it too.
fn helm(signals: &Signals) -> Option<Owner> {
    const RELEASE: &str = "meta.helm.sh/release-name";
    if let Some(name) = signals.annotation(RELEASE) {
        let evidence = format!("{RELEASE}: {name}");
        return Some(owner(OwnerKind::Helm, Some(name), Revert::May, evidence));
    }
    let evidence = signals.manager("helm")?;
    Some(owner(OwnerKind::Helm, None, Revert::May, evidence))
}

fn kubectl(signals: &Signals) -> Option<Owner> {
    if signals.annotations.contains_key(LAST_APPLIED) {
        return Some(owner(
            OwnerKind::KubectlApply,
            None,
            Revert::May,
            LAST_APPLIED.into(),
        ));
    }
    signals.applied().then(|| {
        owner(
            OwnerKind::KubectlApply,
            None,
            Revert::May,
            "field manager kubectl".into(),
        )
    })
}

#[cfg(test)]
mod tests;
