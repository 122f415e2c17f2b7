//! One call to the apiserver, and what its answer means: whether it was reached,
//! whether a write may have been taken all the same, and why it said no.

use std::time::Duration;

use kube::Error;
use kube::core::response::Status;

use super::health::words;
use super::watches;

/// Time for a read.
pub const READ: Duration = Duration::from_secs(5);
/// Time for a write. Admission webhooks may take 10 s by default.
pub const WRITE: Duration = Duration::from_secs(12);
/// Looks after a lost answer, and the time between them.
pub const LOOKS: (u32, Duration) = (5, Duration::from_millis(700));

/// What a call came to.
pub enum Failed {
    /// The apiserver answered.
    Api(Box<Status>),
    /// It was not reached, or its answer was lost.
    Lost(String),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        match error {
            Error::Api(status) => Self::Api(status),
            other => Self::Lost(words(&other)),
        }
    }
}

/// Waits for an answer, but not for ever.
///
/// # Errors
/// When it failed, or none came in time.
pub async fn within<T>(
    limit: Duration,
    call: impl Future<Output = Result<T, Error>>,
) -> Result<T, Failed> {
    match tokio::time::timeout(limit, call).await {
        Ok(result) => result.map_err(Failed::from),
        Err(_) => Err(Failed::Lost(format!(
            "no answer within {} s",
            limit.as_secs()
        ))),
    }
}

/// Does this answer to a write leave open whether it was written? A server
/// error may come from a proxy, or after etcd took the write. Only admission is
/// known to come before it.
pub fn leaves_open(status: &Status) -> bool {
    status.code >= 500
        && !status.message.contains("failed calling webhook")
        && !is_denial(&status.message)
}

/// Did admission say no? A webhook chooses its code itself, so only the words
/// tell.
fn is_denial(words: &str) -> bool {
    words.contains("denied the request") || words.contains("denied request")
}

/// Why the apiserver said no, in its own words.
pub enum No {
    /// Admission.
    Denied(String),
    /// The credentials are not accepted.
    Unauthorized,
    /// The credentials may not.
    Forbidden {
        words: String,
        verb: String,
        resource: String,
    },
    /// There is none.
    Gone,
    /// It would not be valid.
    Invalid(String),
    /// Something else.
    Other(String),
}

impl From<&Status> for No {
    fn from(status: &Status) -> Self {
        let words = domain::text::said(&status.message);
        match status.code {
            _ if is_denial(&status.message) => Self::Denied(words),
            401 => Self::Unauthorized,
            403 if words.contains(" cannot ") => {
                let missing = watches::missing(status);
                Self::Forbidden {
                    words,
                    verb: missing.verb,
                    resource: missing.resource,
                }
            }
            // Built-in admission plugins (quota, ServiceAccount) say 403 in words
            // of their own.
            403 => Self::Denied(words),
            422 => Self::Invalid(words),
            404 => Self::Gone,
            _ => Self::Other(words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_error_may_come_after_the_write() {
        let open = |code, message: &str| {
            leaves_open(&Status {
                code,
                message: message.into(),
                ..Status::default()
            })
        };
        assert!(open(500, "etcdserver: request timed out"));
        assert!(open(502, "bad gateway"));
        assert!(open(
            504,
            "Timeout: request did not complete within the allotted time"
        ));
        assert!(!open(429, "too many requests"));
        assert!(!open(403, "no"));
        assert!(!open(500, "admission webhook \"x\" denied the request: no"));
        assert!(!open(
            500,
            "Internal error occurred: failed calling webhook \"x\""
        ));
    }
}
