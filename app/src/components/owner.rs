//! Who manages a workload: a boxed letter and a name, no logos.

use domain::owner::{Owner, OwnerKind};
use leptos::prelude::*;

use crate::i18n::Lang;

/// All kinds, in the order the filter offers them, with their names in a URL.
pub const KINDS: [(OwnerKind, &str); 9] = [
    (OwnerKind::ArgoCd, "argo-cd"),
    (OwnerKind::FluxKustomize, "flux-kustomize"),
    (OwnerKind::FluxHelm, "flux-helm"),
    (OwnerKind::Helm, "helm"),
    (OwnerKind::KubectlApply, "kubectl-apply"),
    (OwnerKind::Eks, "eks"),
    (OwnerKind::AddonManager, "addon-manager"),
    (OwnerKind::ConfigSync, "config-sync"),
    (OwnerKind::Operator, "operator"),
];

/// The product's own name; not translated.
pub fn name(kind: OwnerKind) -> &'static str {
    match kind {
        OwnerKind::ArgoCd => "Argo CD",
        OwnerKind::FluxKustomize => "Flux",
        OwnerKind::FluxHelm => "Flux Helm",
        OwnerKind::Helm => "Helm",
        OwnerKind::KubectlApply => "kubectl apply",
        OwnerKind::Eks => "EKS add-on",
        OwnerKind::AddonManager => "addon-manager",
        OwnerKind::ConfigSync => "Config Sync",
        OwnerKind::Operator => "operator",
    }
}

/// Badge and name; `none seen` where there is none.
#[component]
pub fn OwnerBadge(
    /// The owner.
    owner: Option<Owner>,
    /// Language.
    lang: Lang,
    /// Also the application, release or controller.
    #[prop(optional)]
    full: bool,
) -> impl IntoView {
    match owner {
        Some(owner) => {
            let of = owner.name.clone().filter(|_| full);
            view! {
                <span class="owner">
                    <span class="badge" aria-hidden="true">
                        {owner.kind.letter().to_string()}
                    </span>
                    <span>
                        {name(owner.kind)} {of.map(|of| view! { ": " <b>{of}</b> })}
                    </span>
                </span>
            }
            .into_any()
        }
        None => view! { <span class="faint">{lang.none_seen()}</span> }.into_any(),
    }
}
