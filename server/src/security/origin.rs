//! Requests that write or stream must come from this server's own pages, or
//! from a program that is no browser.
//!
//! A browser always says where a cross-site request comes from, by `Origin` or
//! by `Sec-Fetch-Site`; either one that is foreign refuses. A request with
//! neither is let through only if no page could have sent it: with a JSON body
//! (a cross-site form cannot), or as a plain read.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::{CONTENT_TYPE, ORIGIN};
use http::{HeaderMap, Method, StatusCode};

use super::host::host_of;
use crate::problem::refuse;

/// Where a request comes from, as far as it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    Own,
    Foreign,
    Unsaid,
}

fn from(headers: &HeaderMap) -> From {
    let origin = headers.get(ORIGIN).map(|origin| {
        let own =
            host_of(headers).map(|host| [format!("http://{host}"), format!("https://{host}")]);
        match (origin.to_str(), own) {
            (Ok(origin), Some(own)) if own.iter().any(|o| o == origin) => From::Own,
            _ => From::Foreign,
        }
    });
    let site = headers
        .get("sec-fetch-site")
        .map(|site| match site.as_bytes() {
            b"same-origin" | b"none" => From::Own,
            _ => From::Foreign,
        });
    // Under `no-referrer` browsers send `Origin: null` with a form of one's own
    // page; `Sec-Fetch-Site`, which no page can set, then decides.
    let null = headers.get(ORIGIN).is_some_and(|origin| origin == "null");
    match (origin, site) {
        (Some(From::Foreign), Some(From::Own)) if null => From::Own,
        (Some(From::Foreign), _) | (_, Some(From::Foreign)) => From::Foreign,
        (None, None) => From::Unsaid,
        _ => From::Own,
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// Why a request is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum No {
    /// Another site's page asks.
    Foreign,
    /// Nobody says who asks, and a page of another site could have sent it.
    NotJson,
}

fn judge(method: &Method, path: &str, headers: &HeaderMap) -> Result<(), No> {
    let reads = *method == Method::GET || *method == Method::HEAD;
    let open = reads && path != "/live" && !path.starts_with("/api/");
    match from(headers) {
        From::Own => Ok(()),
        // No route takes them: the router says so, and preflights get no CORS.
        _ if *method != Method::POST && !reads => Ok(()),
        From::Foreign if open => Ok(()),
        From::Foreign => Err(No::Foreign),
        From::Unsaid if reads || is_json(headers) => Ok(()),
        From::Unsaid => Err(No::NotJson),
    }
}

/// Refuses what another site's page may not ask for.
pub async fn check(request: Request, next: Next) -> Response {
    match judge(request.method(), request.uri().path(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(No::Foreign) => refuse(
            StatusCode::FORBIDDEN,
            "Refused: the request comes from another site. Nothing was changed.\n",
        ),
        Err(No::NotJson) => refuse(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Refused: a program sends `content-type: application/json`; a form is sent by a page of \
             this server, with its Origin. Nothing was changed.\n",
        ),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use http::HeaderName;

    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("host", "127.0.0.1:7777".parse().unwrap());
        for (name, value) in pairs {
            headers.insert(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        headers
    }

    fn may(method: &Method, path: &str, pairs: &[(&str, &str)]) -> bool {
        judge(method, path, &headers(pairs)).is_ok()
    }

    #[test]
    fn writes_come_from_own_pages_or_programs() {
        let post = |pairs: &[(&str, &str)]| may(&Method::POST, "/api/rollback", pairs);
        assert!(post(&[("origin", "http://127.0.0.1:7777")]));
        assert!(post(&[
            ("origin", "http://127.0.0.1:7777"),
            ("sec-fetch-site", "same-origin")
        ]));
        assert!(post(&[
            ("origin", "null"),
            ("sec-fetch-site", "same-origin")
        ]));
        assert!(!post(&[
            ("origin", "null"),
            ("sec-fetch-site", "cross-site")
        ]));
        assert!(post(&[("content-type", "application/json; charset=utf-8")]));
        assert!(!post(&[]));
        assert!(!post(&[(
            "content-type",
            "application/x-www-form-urlencoded"
        )]));
        assert!(!post(&[("content-type", "text/plain")]));
        for origin in [
            "null",
            "http://evil.example",
            "http://127.0.0.1:7778",
            "http://127.0.0.1:7777.evil.example",
            "",
        ] {
            assert!(
                !post(&[("origin", origin), ("content-type", "application/json")]),
                "{origin}"
            );
        }
        for site in ["cross-site", "same-site", "x"] {
            assert!(
                !post(&[
                    ("origin", "http://127.0.0.1:7777"),
                    ("sec-fetch-site", site)
                ]),
                "{site}"
            );
        }
    }

    #[test]
    fn a_program_is_told_what_it_forgot() {
        let post = |pairs: &[(&str, &str)]| judge(&Method::POST, "/api/rollback", &headers(pairs));
        assert_eq!(post(&[]), Err(No::NotJson));
        assert_eq!(post(&[("sec-fetch-site", "cross-site")]), Err(No::Foreign));
        let foreign = [("origin", "http://evil.example")];
        assert_eq!(
            judge(&Method::OPTIONS, "/api/rollback", &headers(&foreign)),
            Ok(()),
            "the router answers it, without CORS"
        );
    }

    #[test]
    fn pages_may_be_linked_to_and_streams_may_not() {
        let foreign = [("sec-fetch-site", "cross-site")];
        assert!(may(&Method::GET, "/", &foreign));
        assert!(!may(&Method::GET, "/live", &foreign));
        assert!(!may(&Method::GET, "/api/workloads", &foreign));
        assert!(may(&Method::GET, "/live", &[]));
        assert!(may(
            &Method::GET,
            "/live",
            &[("sec-fetch-site", "same-origin")]
        ));
    }
}
