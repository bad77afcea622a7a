//! Further addresses that other parts of the program answer: webhooks, interactions, metrics.

use std::fmt;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use tokio::sync::Semaphore;

use crate::api::who;
use crate::trouble::plain;

/// Bodies that are taken at one address at the same time: who sends many slowly must not fill the memory.
const BODIES: usize = 16;

/// A body has to come within this time.
const PATIENCE: Duration = Duration::from_secs(10);

const TEXT: &str = "text/plain; charset=utf-8";

/// An address, how much may be sent to it, and who answers.
#[derive(Clone)]
pub struct Route {
    path: &'static str,
    method: MethodFilter,
    body_bytes: usize,
    answer: Arc<dyn Fn(Option<IpAddr>, HeaderMap, Bytes) -> Answering + Send + Sync>,
}

type Answering = Pin<Box<dyn Future<Output = RouteAnswer> + Send>>;

/// What such an address answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteAnswer {
    /// The status.
    pub status: StatusCode,
    /// The kind of the body, such as `application/json`.
    pub media: &'static str,
    /// The body.
    pub body: Bytes,
    /// When it may be asked again, where that is to be said.
    pub again: Option<Duration>,
}

impl RouteAnswer {
    /// An answer that says nothing of asking again.
    pub fn new(status: StatusCode, media: &'static str, body: impl Into<Bytes>) -> Self {
        Self { status, media, body: body.into(), again: None }
    }
}

impl Route {
    /// An address others send to; bodies of more than `body_bytes` are refused unread.
    pub fn post<F, A>(path: &'static str, body_bytes: usize, answer: F) -> Self
    where
        F: Fn(HeaderMap, Bytes) -> A + Send + Sync + 'static,
        A: Future<Output = RouteAnswer> + Send + 'static,
    {
        Self::new(path, MethodFilter::POST, body_bytes, move |_, headers, body| answer(headers, body))
    }

    /// The same where it matters who sends; of the newer protocol that is a network.
    pub fn post_by<F, A>(path: &'static str, body_bytes: usize, answer: F) -> Self
    where
        F: Fn(Option<IpAddr>, HeaderMap, Bytes) -> A + Send + Sync + 'static,
        A: Future<Output = RouteAnswer> + Send + 'static,
    {
        Self::new(path, MethodFilter::POST, body_bytes, answer)
    }

    /// An address that is read.
    pub fn get<F, A>(path: &'static str, answer: F) -> Self
    where
        F: Fn(HeaderMap, Bytes) -> A + Send + Sync + 'static,
        A: Future<Output = RouteAnswer> + Send + 'static,
    {
        Self::new(path, MethodFilter::GET, 0, move |_, headers, body| answer(headers, body))
    }

    fn new<F, A>(path: &'static str, method: MethodFilter, body_bytes: usize, answer: F) -> Self
    where
        F: Fn(Option<IpAddr>, HeaderMap, Bytes) -> A + Send + Sync + 'static,
        A: Future<Output = RouteAnswer> + Send + 'static,
    {
        Self {
            path,
            method,
            body_bytes,
            answer: Arc::new(move |who, headers, body| Box::pin(answer(who, headers, body))),
        }
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route")
            .field("path", &self.path)
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

/// Adds the address to the site's own.
pub(crate) fn add(router: Router, route: &Route) -> Router {
    let (answer, limit) = (route.answer.clone(), route.body_bytes);
    let places = Arc::new(Semaphore::new(BODIES));
    let handler = move |request: Request| {
        let (answer, places) = (answer.clone(), Arc::clone(&places));
        async move {
            let (parts, body) = request.into_parts();
            let Ok(_place) = places.try_acquire() else {
                let text = "Too much is being sent here at the moment. Try again in a minute.\n".to_owned();
                return plain(StatusCode::SERVICE_UNAVAILABLE, TEXT, text);
            };
            let body = match tokio::time::timeout(PATIENCE, to_bytes(body, limit)).await {
                Ok(Ok(body)) => body,
                Ok(Err(_)) => {
                    let text = format!("The body is larger than the {limit} bytes that are taken here.\n");
                    return plain(StatusCode::PAYLOAD_TOO_LARGE, TEXT, text);
                }
                Err(_) => {
                    let text = format!("The body did not come within {PATIENCE:?}.\n");
                    return plain(StatusCode::REQUEST_TIMEOUT, TEXT, text);
                }
            };
            let answered = answer(who(&parts), parts.headers, body).await;
            let mut response = Response::new(Body::from(answered.body));
            *response.status_mut() = answered.status;
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(answered.media));
            if let Some(wait) = answered.again {
                // Whole seconds, of which none is missing.
                let secs = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(secs));
            }
            response
        }
    };
    router.route(route.path, on(route.method, handler))
}
