//! How requests are answered, and how connections are broken off where a fault says so.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;

use super::answer::Answer;
use super::came::Came;
use super::faults::Fault;
use super::shared::Shared;
use crate::listener::{self, Body, Broken, Caller, Listener, reset};

/// The most a request may bring: an album of ten large pictures.
const QUESTION_BYTES: usize = 50 << 20;

/// Listens on this port, or on any that is free.
pub(super) fn start(shared: &Arc<Shared>, port: u16) -> std::io::Result<Listener> {
    let shared = Arc::clone(shared);
    Listener::start("telegram", port, move |request, caller| respond(Arc::clone(&shared), request, caller))
}

async fn respond(
    shared: Arc<Shared>,
    request: Request<Incoming>,
    caller: Caller,
) -> Result<Response<Body>, Broken> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, QUESTION_BYTES).collect().await.map_err(|_| Broken)?.to_bytes();
    let came = Came::new(shared, &head, &body);
    let fault = came.fault().cloned();
    match fault {
        Some(Fault::Hang) => {
            came.done(None);
            std::future::pending::<()>().await;
        }
        Some(Fault::Reset) => {
            came.done(None);
            reset(&caller.socket);
            return Err(Broken);
        }
        _ => {}
    }
    let answer = came.answer().await;
    match fault {
        Some(Fault::LostInSilence) => {
            came.done(None);
            std::future::pending::<()>().await;
        }
        Some(Fault::Lost) => {
            came.done(None);
            reset(&caller.socket);
            return Err(Broken);
        }
        Some(Fault::BrokenOff) => {
            came.done(None);
            reset(&caller.socket);
            return Ok(broken_off(answer));
        }
        _ => came.done(Some(&answer)),
    }
    Ok(build(answer, listener::whole))
}

/// The length of the whole is said, half of it comes.
fn broken_off(mut answer: Answer) -> Response<Body> {
    answer.headers.push(("content-length", answer.body.len().max(2).to_string()));
    build(answer, listener::half)
}

fn build(answer: Answer, body: impl FnOnce(Bytes) -> Body) -> Response<Body> {
    let mut response = Response::builder().status(answer.status).header("server", "nginx");
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    let response = response.body(body(answer.body));
    response.unwrap_or_else(|error| panic!("the stand-in wrote a bad header line: {error}"))
}
