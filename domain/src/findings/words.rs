//! What is meant is often only in a message. Here messages of Kubernetes are
//! told apart by the words they are made of; what is not known stays `Other`.

use serde::{Deserialize, Serialize};

use super::Next;

/// Why the apiserver did not create a pod (event `FailedCreate`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Refusal {
    /// A `ResourceQuota` is used up.
    Quota,
    /// A `LimitRange` forbids it.
    Limits,
    /// An admission webhook or policy said no.
    Admission,
    /// An admission webhook did not answer.
    WebhookDown,
    /// Pod Security admission said no.
    PodSecurity,
    /// The ServiceAccount does not exist.
    ServiceAccount,
    /// The PriorityClass does not exist.
    PriorityClass,
    /// Something else.
    Other,
}

impl Refusal {
    /// From the message. Webhooks come first: they may say anything.
    pub(super) fn of(message: &str) -> Self {
        let has = |words: &str| message.contains(words);
        if has("failed calling webhook") {
            Self::WebhookDown
        } else if has("admission webhook") || has("ValidatingAdmissionPolicy") {
            Self::Admission
        } else if has("violates PodSecurity") {
            Self::PodSecurity
        } else if has("security context constraint") || has("PodSecurityPolicy") {
            Self::Admission
        } else if has("exceeded quota") || has("failed quota") {
            Self::Quota
        } else if has("per Container is") || has("per Pod is") {
            Self::Limits
        } else if has("error looking up service account") {
            Self::ServiceAccount
        } else if has("no PriorityClass with name") {
            Self::PriorityClass
        } else {
            Self::Other
        }
    }

    pub(super) fn next(self) -> Next {
        match self {
            Self::Quota => Next::RaiseQuota,
            Self::Limits | Self::Other => Next::ChangeTemplate,
            Self::Admission | Self::PodSecurity => Next::MeetPolicy,
            Self::WebhookDown => Next::RepairWebhook,
            Self::ServiceAccount | Self::PriorityClass => Next::CreateMissing,
        }
    }
}

/// Why an image cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ImageTrouble {
    /// The name is not the name of an image.
    InvalidName,
    /// It may not be pulled (`imagePullPolicy: Never`), and is not on the node.
    NeverPull,
    /// The registry does not have it.
    NotFound,
    /// The registry does not give it to this node.
    Denied,
    /// The registry gave too much already.
    RateLimited,
    /// The registry was not reached.
    Unreachable,
    /// It cannot be told yet, or is something else.
    Other,
}

impl ImageTrouble {
    /// From the reason of the waiting container and all that is said about it.
    /// Docker answers alike for an image that is not there and one that may not
    /// be seen ("may require authorization"); that counts as denied.
    pub(super) fn of(reason: &str, message: &str) -> Self {
        let message = message.to_lowercase();
        let has = |all: &[&str]| all.iter().any(|words| message.contains(words));
        match reason {
            "InvalidImageName" => Self::InvalidName,
            "ErrImageNeverPull" => Self::NeverPull,
            _ if has(&["toomanyrequests", "too many requests", "rate limit"]) => Self::RateLimited,
            _ if has(&[
                "unauthorized",
                "denied",
                "forbidden",
                "authentication required",
                "authorization failed",
                "no basic auth",
            ]) =>
            {
                Self::Denied
            }
            _ if has(&[
                "no such host",
                "i/o timeout",
                "connection refused",
                "deadline exceeded",
                "tls: ",
                "x509: ",
                "network is unreachable",
                "no route to host",
                "connection reset",
            ]) =>
            {
                Self::Unreachable
            }
            _ if has(&["not found", "manifest unknown", "no match for platform"]) => Self::NotFound,
            "RegistryUnavailable" => Self::Unreachable,
            _ => Self::Other,
        }
    }

    pub(super) fn next(self) -> Next {
        match self {
            Self::InvalidName | Self::NeverPull | Self::NotFound => Next::CheckImageName,
            Self::Denied => Next::GiveRegistryAccess,
            Self::RateLimited | Self::Unreachable | Self::Other => Next::CheckRegistry,
        }
    }
}

/// Why a container cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ConfigTrouble {
    /// A Secret or ConfigMap does not exist.
    ObjectMissing,
    /// It exists, and lacks a key.
    KeyMissing,
    /// It must not run as root, and its image would.
    RunsAsRoot,
    /// Its command cannot be run.
    Command,
    /// Something else.
    Other,
}

impl ConfigTrouble {
    /// From all that is said about it.
    pub(super) fn of(message: &str) -> Self {
        let has = |words: &str| message.contains(words);
        let object = has("secret \"") || has("configmap \"");
        if has("couldn't find key")
            || has("references non-existent secret key")
            || has("references non-existent config key")
        {
            Self::KeyMissing
        } else if object && has("not found") {
            Self::ObjectMissing
        } else if has("runAsNonRoot") || has("run as root") || has("running as root") {
            Self::RunsAsRoot
        } else if has("executable file not found")
            || has("exec: \"")
            || has("exec format error")
            || has("no command specified")
        {
            Self::Command
        } else {
            Self::Other
        }
    }

    pub(super) fn next(self) -> Next {
        match self {
            Self::ObjectMissing | Self::KeyMissing => Next::CreateMissing,
            Self::RunsAsRoot | Self::Command | Self::Other => Next::ChangeTemplate,
        }
    }
}

/// Why a pod is being started for a long time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StartTrouble {
    /// A volume cannot be attached or mounted.
    Volume,
    /// The pod gets no network.
    Network,
    /// Nothing says why.
    Unknown,
}

impl StartTrouble {
    /// From the reason of an event about the pod.
    pub(super) fn of(reason: &str) -> Option<Self> {
        match reason {
            "FailedMount" | "FailedAttachVolume" | "FailedMapVolume" => Some(Self::Volume),
            "FailedCreatePodSandBox" | "NetworkNotReady" => Some(Self::Network),
            _ => None,
        }
    }

    pub(super) fn next(self) -> Next {
        match self {
            Self::Volume => Next::CheckVolumes,
            Self::Network => Next::CheckNetwork,
            Self::Unknown => Next::CheckNode,
        }
    }
}
