//! Credentials and connections.

use std::time::Duration;

use k8s_openapi::api::core::v1::Namespace;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config as KubeConfig};
use sha2::{Digest as _, Sha256};

use super::watches;
use crate::config::Config;

/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(3);

/// How a name begins that only says where the cluster was found.
pub const ADDRESS: &str = "address-";

/// There is no usable way to a cluster.
#[derive(Debug, thiserror::Error)]
pub enum NoCluster {
    /// The kubeconfig cannot be used.
    #[error("cannot use the kubeconfig: {0}. Name one with --kubeconfig, or set KUBECONFIG")]
    Kubeconfig(String),
    /// The client cannot be built from it.
    #[error("cannot use the credentials: {0}")]
    Client(String),
}

/// A client and what the kubeconfig calls its cluster.
#[derive(Clone)]
pub struct Connection {
    /// For questions and writes.
    pub client: Client,
    /// For lists and watches: it gives up a connection on which nothing comes.
    pub watching: Client,
    /// Name of the cluster, for people.
    pub name: String,
    /// Its address; inside of a cluster, where that is the same in each, with what
    /// its certificates are signed with.
    pub address: Vec<u8>,
}

/// What tells the cluster from all others, as a file name: for an account that may
/// not read that, where it is.
///
/// # Errors
/// With the cluster's words, while it does not answer.
pub async fn identity(connection: &Connection) -> Result<String, String> {
    let namespaces: Api<Namespace> = Api::all(connection.client.clone());
    match namespaces.get_metadata("kube-system").await {
        Ok(namespace) => namespace
            .metadata
            .uid
            .ok_or_else(|| "the namespace kube-system has no uid".to_owned()),
        Err(kube::Error::Api(status)) if status.is_forbidden() || status.is_not_found() => {
            let digest = Sha256::digest(&connection.address);
            let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            Ok(format!("{ADDRESS}{}", &hex[..16]))
        }
        Err(error) => Err(domain::text::said(&error.to_string())),
    }
}

/// Reads the kubeconfig as kubectl does; inside a cluster, the pod's account.
///
/// # Errors
/// When neither is there or it cannot be used.
pub async fn connect(config: &Config) -> Result<Connection, NoCluster> {
    let unusable = |error: kube::config::KubeconfigError| NoCluster::Kubeconfig(error.to_string());
    let kubeconfig = match &config.kubeconfig {
        Some(path) => Kubeconfig::read_from(path),
        None => Kubeconfig::read(),
    };
    let mut signed = Vec::new();
    let (mut kube_config, name) = match kubeconfig {
        Ok(kubeconfig) => {
            let options = KubeConfigOptions {
                context: config.context.clone(),
                ..KubeConfigOptions::default()
            };
            let name = cluster_name(&kubeconfig, config.context.as_deref());
            let built = KubeConfig::from_custom_kubeconfig(kubeconfig, &options)
                .await
                .map_err(unusable)?;
            (built, name)
        }
        Err(error) => match KubeConfig::incluster() {
            Ok(built) => {
                signed = built.root_cert.clone().unwrap_or_default();
                (built, "in-cluster".to_owned())
            }
            Err(_) => return Err(unusable(error)),
        },
    };
    kube_config.connect_timeout = Some(CONNECT);
    // A write must not be repeated behind our back; reads repeat by themselves.
    kube_config.default_retry = false;
    let build = |config: KubeConfig| {
        Client::try_from(config).map_err(|error| NoCluster::Client(error.to_string()))
    };
    let mut address = kube_config.cluster_url.to_string().into_bytes();
    address.extend(signed.into_iter().flatten());
    let client = build(kube_config.clone())?;
    kube_config.read_timeout = Some(watches::SILENCE);
    let watching = build(kube_config)?;
    Ok(Connection {
        client,
        watching,
        name,
        address,
    })
}

/// The cluster of the chosen context.
fn cluster_name(kubeconfig: &Kubeconfig, context: Option<&str>) -> String {
    let wanted = context.or(kubeconfig.current_context.as_deref());
    kubeconfig
        .contexts
        .iter()
        .find(|named| Some(named.name.as_str()) == wanted)
        .and_then(|named| named.context.as_ref())
        .map_or_else(
            || "kubernetes".to_owned(),
            |context| context.cluster.clone(),
        )
}
