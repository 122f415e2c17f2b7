//! Who manages a workload, and so may undo a rollback (semantics.md 8.18).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

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
    /// Something else.
    Other,
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
            Self::AddonManager | Self::ConfigSync | Self::Operator | Self::Other => 'O',
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

    fn manager(&self, name: &str) -> Option<Owner> {
        self.managers.iter().any(|(m, _)| m == name).then(|| Owner {
            kind: OwnerKind::Other,
            name: None,
            revert: Revert::May,
            evidence: format!("field manager {name}"),
        })
    }
}

fn owner(kind: OwnerKind, name: Option<&str>, revert: Revert, evidence: String) -> Owner {
    Owner {
        kind,
        name: name.map(ToOwned::to_owned),
        revert,
        evidence,
    }
}

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
    let found = signals.manager("argocd-controller")?;
    Some(Owner {
        kind: OwnerKind::ArgoCd,
        name: signals
            .label("app.kubernetes.io/instance")
            .map(ToOwned::to_owned),
        ..found
    })
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
        if let Some(found) = signals.manager(manager) {
            return Some(Owner {
                kind,
                revert,
                ..found
            });
        }
    }
    None
}

fn addon(signals: &Signals) -> Option<Owner> {
    const MODE: &str = "addonmanager.kubernetes.io/mode";
    if let Some(found) = signals.manager("eks") {
        return Some(Owner {
            kind: OwnerKind::Eks,
            ..found
        });
    }
    if let Some(mode) = signals.label(MODE) {
        let revert = if mode == "Reconcile" {
            Revert::Will
        } else {
            Revert::May
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
    signals.manager("helm").map(|found| Owner {
        kind: OwnerKind::Helm,
        ..found
    })
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
    let applied = signals
        .managers
        .iter()
        .any(|(m, op)| m == "kubectl-client-side-apply" || (m == "kubectl" && op == "Apply"));
    applied.then(|| {
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
