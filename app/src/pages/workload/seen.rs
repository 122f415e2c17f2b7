//! The nodes of the workload, asked for once for all parts of the page that are
//! made of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::fleet::{Entry, Line};
use leptos::prelude::*;

use crate::cluster::Cluster;
use crate::components::board::Context;
use crate::components::board::query::View;
use crate::i18n::Lang;
use crate::model::{self, Nodes};
use crate::pages::Here;

/// What the cluster said: the nodes, and the workload's line of the same moment.
/// `None` while its pods were not seen.
pub type Seen = Option<Here<(Arc<Nodes>, Line)>>;

/// Asks. Whoever renders of it waits for it.
pub fn ask(view: &View) -> Resource<Seen> {
    let cluster = use_context::<Arc<dyn Cluster>>();
    let key = view.key.clone();
    Resource::new_blocking(
        || (),
        move |()| {
            let (cluster, key) = (cluster.clone(), key.clone());
            async move {
                let cluster = cluster?;
                let nodes = cluster.nodes(&key).await?;
                let line = model::workload(cluster.as_ref(), &key).ok()?.line;
                Some(Here((nodes, line)))
            }
        },
    )
}

/// Marks a part of the page that is drawn of it, see [`Nodes::drawn`].
pub fn drawn(nodes: Option<&Nodes>) -> String {
    nodes.map_or_else(|| "n".to_owned(), |nodes| nodes.drawn.clone())
}

/// What its parts have in common. The revisions of `entry` have numbers.
pub fn context(lang: Lang, view: View, entry: Option<&Entry>, rolling: bool) -> Context {
    let revisions = entry.map_or(&[][..], |entry| &entry.revisions);
    let numbers: BTreeMap<String, i64> = revisions
        .iter()
        .filter_map(|revision| Some((revision.hash()?.to_owned(), revision.number)))
        .collect();
    Context {
        lang,
        view,
        numbers,
        rolling,
    }
}
