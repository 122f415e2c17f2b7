//! Many who look at one page ask the same when it changes, and all at once: its
//! drawn parts are rendered and compressed once for all of them.

use std::sync::Arc;
use std::time::Duration;

use app::live::DRAWN_HEADER;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT_ENCODING, ACCEPT_LANGUAGE, AUTHORIZATION, COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use moka::future::Cache;

/// For so long an answer is the answer. Whoever asks names what was told to be
/// there: what was made for another picture is no answer.
const FOR: Duration = Duration::from_millis(250);
/// All answers together, in bytes.
const MOST: u64 = 8 * 1024 * 1024;
/// One answer, in bytes, before it is compressed for the wire.
const LARGEST: usize = 32 * 1024 * 1024;

/// All that an answer depends on, beside the state of the server.
const SAME: [HeaderName; 4] = [COOKIE, AUTHORIZATION, ACCEPT_LANGUAGE, ACCEPT_ENCODING];

#[derive(PartialEq, Eq, Hash)]
struct Question {
    uri: String,
    picture: HeaderValue,
    headers: Vec<Vec<HeaderValue>>,
}

impl Question {
    /// `None` for all that is not asked for the drawn parts of a workload's page.
    fn of(request: &Request) -> Option<Self> {
        if request.method() != Method::GET || !request.uri().path().starts_with("/ns/") {
            return None;
        }
        let headers = request.headers();
        let same = |name| headers.get_all(name).iter().cloned().collect();
        Some(Self {
            uri: request.uri().to_string(),
            picture: headers.get(DRAWN_HEADER)?.clone(),
            headers: SAME.iter().map(same).collect(),
        })
    }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    async fn of(response: Response) -> Arc<Self> {
        let (parts, body) = response.into_parts();
        let answer = match to_bytes(body, LARGEST).await {
            Ok(body) => Self {
                status: parts.status,
                headers: parts.headers,
                body,
            },
            Err(_) => Self {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                headers: HeaderMap::new(),
                body: Bytes::new(),
            },
        };
        Arc::new(answer)
    }
}

/// The answers of the last moment.
#[derive(Clone)]
pub struct Answers(Cache<Question, Arc<Answer>>);

impl Answers {
    /// None yet.
    pub fn new() -> Self {
        let weight = |_: &Question, answer: &Arc<Answer>| {
            u32::try_from(answer.body.len()).unwrap_or(u32::MAX)
        };
        let cache = Cache::builder()
            .time_to_live(FOR)
            .max_capacity(MOST)
            .weigher(weight);
        Self(cache.build())
    }
}

/// Answers a question that was just asked with the same.
pub async fn answer(State(answers): State<Answers>, request: Request, next: Next) -> Response {
    let Some(question) = Question::of(&request) else {
        return next.run(request).await;
    };
    let make = async move { Answer::of(next.run(request).await).await };
    let answer = answers.0.get_with(question, make).await;
    let body = Body::from(answer.body.clone());
    (answer.status, answer.headers.clone(), body).into_response()
}
