//! How requests are answered, and how connections are broken off where a fault says so. A connection that wants to be a
//! WebSocket becomes one of the gateway.

use std::sync::Arc;

use http::{Request, Response};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;

use super::answer::Answer;
use super::exchange::Came;
use super::faults::Fault;
use super::gateway;
use super::shared::Shared;
use crate::listener::{self, Body, Broken, Caller, Listener, reset};

/// Larger questions are none.
const QUESTION_BYTES: usize = super::body::MOST_BYTES + (1 << 20);

/// Listens on this port, or on any that is free.
pub(super) fn start(shared: &Arc<Shared>, port: u16) -> std::io::Result<Listener> {
    let shared = Arc::clone(shared);
    Listener::start("discord", port, move |request, caller| respond(Arc::clone(&shared), request, caller))
}

async fn respond(
    shared: Arc<Shared>,
    request: Request<Incoming>,
    caller: Caller,
) -> Result<Response<Body>, Broken> {
    if request.headers().contains_key("sec-websocket-key") {
        let answer = gateway::upgrade(shared, request, caller.socket);
        return Ok(answer.map(|body| body.map_err(|never| match never {}).boxed_unsync()));
    }
    let (head, body) = request.into_parts();
    let body = Limited::new(body, QUESTION_BYTES).collect().await.map_err(|_| Broken)?.to_bytes();
    let mut came = Came::new(shared, head, body);
    let fault = came.meet();
    match &fault {
        Some(Fault::Timeout) => {
            came.done(None);
            std::future::pending::<()>().await;
        }
        Some(Fault::ResetBeforeHeaders) => {
            came.done(None);
            reset(&caller.socket);
            return Err(Broken);
        }
        _ => {}
    }
    let answer = came.answer(fault.as_ref());
    let lost = matches!(fault, Some(Fault::AnswerLost | Fault::AnswerNever));
    // It is done: the journal has it, also where the client goes away meanwhile.
    came.done((!lost).then_some(&answer));
    let wait = came.wait(fault.as_ref());
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    match fault {
        Some(Fault::AnswerLost) => {
            reset(&caller.socket);
            return Err(Broken);
        }
        Some(Fault::AnswerNever) => std::future::pending::<()>().await,
        Some(Fault::ResetAfterHeaders) => reset(&caller.socket),
        _ => {}
    }
    Ok(build(answer, fault.as_ref()))
}

fn build(answer: Answer, fault: Option<&Fault>) -> Response<Body> {
    let mut response = Response::builder().status(answer.status);
    let body = answer.body;
    if fault == Some(&Fault::ResetAfterHeaders) {
        // The length of the whole is said, half of it comes.
        response = response.header("content-length", body.len().max(2));
    }
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    let body = match fault {
        Some(Fault::ResetAfterHeaders) => listener::half(body),
        Some(&Fault::SlowBody(pause)) => listener::slow(&body, pause),
        Some(Fault::EndlessBody) => listener::endless(body),
        _ => listener::whole(body),
    };
    response.body(body).unwrap_or_else(|error| panic!("the stand-in wrote a bad header line: {error}"))
}
