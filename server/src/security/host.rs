//! The Host allow-list: a page of another site that rebinds its name to this
//! address (DNS rebinding) must get nothing.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::HOST;
use http::{HeaderMap, StatusCode};

use crate::problem::refuse;

/// Names that this server answers to, with their ports.
#[derive(Clone, Debug)]
pub struct Hosts {
    names: Vec<String>,
}

impl Hosts {
    /// The loopback names with the port that is listened on, and `more`.
    pub fn new(bound: SocketAddr, more: &[String]) -> Self {
        let port = bound.port();
        let own = ["127.0.0.1", "localhost", "[::1]"]
            .into_iter()
            .flat_map(|name| {
                let bare = (port == 80).then(|| name.to_owned());
                std::iter::once(format!("{name}:{port}")).chain(bare)
            });
        Self {
            names: own
                .chain(std::iter::once(bound.to_string()))
                .chain(more.iter().map(|name| name.to_ascii_lowercase()))
                .collect(),
        }
    }

    /// Is this one of them?
    pub fn knows(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        self.names.contains(&host)
    }
}

/// The one host a request names; `None` where there is none or several.
pub fn host_of(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(HOST).iter();
    match (all.next(), all.next()) {
        (Some(host), None) => host.to_str().ok(),
        _ => None,
    }
}

/// Refuses requests for other names.
pub async fn check(State(hosts): State<Arc<Hosts>>, request: Request, next: Next) -> Response {
    match host_of(request.headers()) {
        Some(host) if hosts.knows(host) => next.run(request).await,
        _ => refuse(
            StatusCode::MISDIRECTED_REQUEST,
            "This server does not answer to that host name. Start it with --allow-host if it should.\n",
        ),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn only_own_names_with_the_own_port() {
        let hosts = Hosts::new("127.0.0.1:7777".parse().unwrap(), &["Book.Example".into()]);
        for host in [
            "127.0.0.1:7777",
            "localhost:7777",
            "LOCALHOST:7777",
            "[::1]:7777",
            "book.example",
        ] {
            assert!(hosts.knows(host), "{host}");
        }
        for host in [
            "127.0.0.1",
            "localhost:7778",
            "evil.example:7777",
            "127.0.0.1:7777.evil.example",
            "",
        ] {
            assert!(!hosts.knows(host), "{host}");
        }
    }

    #[test]
    fn two_hosts_are_none() {
        let mut headers = HeaderMap::new();
        assert_eq!(host_of(&headers), None);
        headers.append(HOST, "a".parse().unwrap());
        assert_eq!(host_of(&headers), Some("a"));
        headers.append(HOST, "b".parse().unwrap());
        assert_eq!(host_of(&headers), None);
    }
}
