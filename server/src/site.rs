//! The built site, embedded: hashed names, compressed ahead, cached for ever.

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::state::AppState;

/// What was built.
pub struct Manifest {
    /// Name of script and module, with the content hash.
    pub output: &'static str,
    /// Path of the style sheet.
    pub css: &'static str,
    files: &'static [File],
}

/// One file in all its encodings.
struct File {
    path: &'static str,
    content_type: &'static str,
    etag: &'static str,
    immutable: bool,
    plain: Option<&'static [u8]>,
    br: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/site.rs"));

/// What was built.
pub fn manifest() -> &'static Manifest {
    &SITE
}

/// A route for each file.
pub fn router() -> Router<AppState> {
    SITE.files.iter().fold(Router::new(), |router, file| {
        router.route(
            file.path,
            get(move |headers: HeaderMap| async move { serve(file, &headers) }),
        )
    })
}

/// Does the client take this encoding? `q=0` refuses (RFC 9110 12.5.3).
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|part| {
            let (name, parameters) = part.split_once(';').unwrap_or((part, ""));
            let refused = parameters
                .trim()
                .strip_prefix("q=")
                .and_then(|q| q.trim().parse::<f32>().ok())
                .is_some_and(|q| q <= 0.0);
            name.trim().eq_ignore_ascii_case(encoding) && !refused
        })
}

fn serve(file: &File, headers: &HeaderMap) -> Response {
    let (encoding, bytes) = match (file.br, file.gzip, file.plain) {
        (Some(bytes), _, _) if accepts(headers, "br") => (Some("br"), bytes),
        (_, Some(bytes), _) if accepts(headers, "gzip") => (Some("gzip"), bytes),
        (_, _, Some(bytes)) => (None, bytes),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    // Each encoding is a representation of its own and so is its tag.
    let tag = format!(
        "\"{}{}\"",
        file.etag,
        encoding.map(|e| format!("-{e}")).unwrap_or_default()
    );
    let known = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|value| value.trim().trim_start_matches("W/") == tag || value.trim() == "*");
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        bytes.into_response()
    };
    let out = response.headers_mut();
    let cache = if file.immutable {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    out.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Ok(value) = HeaderValue::from_str(&tag) {
        out.insert(ETAG, value);
    }
    if known {
        out.remove(CONTENT_TYPE);
    } else {
        out.insert(CONTENT_TYPE, HeaderValue::from_static(file.content_type));
        if let Some(encoding) = encoding {
            out.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
    }
    response
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const FILE: File = File {
        path: "/pkg/x.js",
        content_type: "text/javascript",
        etag: "abc",
        immutable: true,
        plain: Some(b"plain"),
        br: Some(b"br"),
        gzip: Some(b"gz"),
    };

    fn get(pairs: &[(http::HeaderName, &str)]) -> Response {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, value.parse().unwrap());
        }
        serve(&FILE, &headers)
    }

    fn header(response: &Response, name: http::HeaderName) -> Option<&str> {
        response.headers().get(name).map(|v| v.to_str().unwrap())
    }

    #[test]
    fn the_best_encoding_that_is_taken() {
        let of = |accept| {
            header(&get(&[(ACCEPT_ENCODING, accept)]), CONTENT_ENCODING).map(ToOwned::to_owned)
        };
        assert_eq!(of("gzip, deflate, br").as_deref(), Some("br"));
        assert_eq!(of("gzip;q=1, br;q=0").as_deref(), Some("gzip"));
        assert_eq!(of("identity"), None);
        assert_eq!(of("GZIP").as_deref(), Some("gzip"));
    }

    #[test]
    fn it_is_sent_once() {
        let first = get(&[(ACCEPT_ENCODING, "br")]);
        assert_eq!(header(&first, ETAG), Some("\"abc-br\""));
        assert_eq!(
            header(&first, CACHE_CONTROL),
            Some("public, max-age=31536000, immutable")
        );
        assert_eq!(header(&first, VARY), Some("Accept-Encoding"));
        let again = get(&[(ACCEPT_ENCODING, "br"), (IF_NONE_MATCH, "\"abc-br\"")]);
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let other = get(&[(ACCEPT_ENCODING, "gzip"), (IF_NONE_MATCH, "\"abc-br\"")]);
        assert_eq!(other.status(), StatusCode::OK);
    }
}
