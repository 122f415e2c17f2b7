//! The one error that crosses the wire: a stable code, an HTTP status, and
//! what a sentence for people is made of.

use domain::health::Missing;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};
use serde::{Deserialize, Serialize};

use crate::i18n::Lang;

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "code"
)]
pub enum ApiError {
    /// No such workload.
    #[error("there is no {kind} {namespace}/{name}")]
    NoWorkload {
        /// Kind asked for.
        kind: String,
        /// Namespace asked for.
        namespace: String,
        /// Name asked for.
        name: String,
    },
    /// The workload has no such revision.
    #[error("{name} has no revision {revision}")]
    NoRevision {
        /// The workload's name.
        name: String,
        /// ControllerRevision asked for.
        revision: String,
    },
    /// The revision holds no pod template.
    #[error("{revision} cannot be read: {problem}")]
    Unreadable {
        /// The ControllerRevision.
        revision: String,
        /// Why, in Kubernetes' field names.
        problem: String,
    },
    /// The cluster refused to show it.
    #[error("{}", .missing.words)]
    Forbidden {
        /// The permission that is missing.
        missing: Missing,
    },
    /// The cluster has not answered yet.
    #[error("the cluster has not answered yet: {words}")]
    NotReady {
        /// What the connection said.
        words: String,
    },
    /// The record cannot be read.
    #[error("{words}")]
    NoRecord {
        /// Why.
        words: String,
    },
    /// The record knows nothing of it.
    #[error("the record has nothing on {name}")]
    NotRecorded {
        /// The workload's name.
        name: String,
    },
    /// The record keeps no such template of the workload.
    #[error("the record keeps no template {digest} of {name}")]
    NotKept {
        /// The workload's name.
        name: String,
        /// Digest asked for.
        digest: String,
    },
    /// The question cannot be read.
    #[error("{words}")]
    Invalid {
        /// What is wrong with it.
        words: String,
    },
}

impl ApiError {
    /// HTTP status of an answer with this error.
    pub fn http_status(&self) -> u16 {
        match self {
            Self::NoWorkload { .. }
            | Self::NoRevision { .. }
            | Self::NotRecorded { .. }
            | Self::NotKept { .. } => 404,
            Self::Unreadable { .. } => 422,
            Self::Forbidden { .. } => 403,
            Self::NotReady { .. } | Self::NoRecord { .. } => 503,
            Self::Invalid { .. } => 400,
        }
    }

    /// May it pass by itself: the cluster answers, or a role is granted?
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Forbidden { .. } | Self::NotReady { .. } | Self::NoRecord { .. }
        )
    }

    /// The sentence for people.
    pub fn sentence(&self, lang: Lang) -> String {
        match self {
            Self::NoWorkload {
                kind,
                namespace,
                name,
            } => lang.error_no_workload(kind, namespace, name),
            Self::NoRevision { name, revision } => lang.error_no_revision(name, revision),
            Self::Unreadable { revision, problem } => lang.error_unreadable(revision, problem),
            Self::Forbidden { missing } => missing.words.clone(),
            Self::NotReady { words } => lang.error_not_ready(words),
            Self::NotKept { name, digest } => lang.error_not_kept(name, digest),
            Self::NotRecorded { name } => lang.error_not_recorded(name),
            Self::Invalid { words } | Self::NoRecord { words } => words.clone(),
        }
    }
}

impl FromServerFnError for ApiError {
    type Encoder = ErrorJson;

    fn from_server_fn_error(value: ServerFnErrorErr) -> Self {
        let words = match value {
            ServerFnErrorErr::Args(words) | ServerFnErrorErr::Deserialization(words) => words,
            ServerFnErrorErr::MissingArg(name) => format!("missing field `{name}`"),
            other => other.to_string(),
        };
        Self::Invalid {
            words: format!("The request cannot be read: {words}. Nothing was changed."),
        }
    }
}

/// An error as JSON: its code, its particulars, and `message`, a sentence.
pub struct ErrorJson;

impl ContentType for ErrorJson {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for ErrorJson {
    const FORMAT_TYPE: Format = Format::Text;
}

impl Encodes<ApiError> for ErrorJson {
    type Error = serde_json::Error;

    fn encode(error: &ApiError) -> Result<Bytes, Self::Error> {
        let mut value = serde_json::to_value(error)?;
        if let Some(fields) = value.as_object_mut() {
            fields.insert("message".into(), error.sentence(lang_of_request()).into());
        }
        serde_json::to_vec(&value).map(Bytes::from)
    }
}

/// The language that the program asks for; English outside of a request.
fn lang_of_request() -> Lang {
    #[cfg(feature = "ssr")]
    return crate::pages::frame().lang;
    #[cfg(not(feature = "ssr"))]
    return Lang::En;
}

impl Decodes<ApiError> for ErrorJson {
    type Error = serde_json::Error;

    fn decode(bytes: Bytes) -> Result<ApiError, Self::Error> {
        serde_json::from_slice(&bytes)
    }
}
