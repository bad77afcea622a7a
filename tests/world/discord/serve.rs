//! The listener: takes connections on a port of this machine, can be stopped and started again on the same one, and
//! breaks connections off where a fault says so. A connection that wants to be a WebSocket becomes one of the gateway.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream;
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, Limited, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::task::{JoinHandle, JoinSet};

use super::answer::Answer;
use super::exchange::Came;
use super::faults::Fault;
use super::gateway;
use super::shared::Shared;

/// Larger questions are none.
const QUESTION_BYTES: usize = super::body::MOST_BYTES + (1 << 20);
/// Pieces of a body that comes slowly.
const PIECES: usize = 16;

/// A connection that ends without a proper answer.
#[derive(Debug)]
pub(super) struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("the connection is broken off on purpose")
    }
}

impl std::error::Error for Broken {}

/// The listener and the threads it runs on, apart from those of the test.
pub(super) struct Server {
    runtime: Option<Runtime>,
    running: Mutex<Option<JoinHandle<()>>>,
    pub(super) address: SocketAddr,
}

impl Server {
    /// Listens on this port, or on any that is free.
    pub(super) fn start(shared: &Arc<Shared>, port: u16) -> std::io::Result<Self> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", port))?;
        let address = listener.local_addr()?;
        let mut threads = tokio::runtime::Builder::new_multi_thread();
        let runtime = threads.worker_threads(1).thread_name("discord").enable_all().build()?;
        let server = Self { runtime: Some(runtime), running: Mutex::default(), address };
        server.listen(shared, listener)?;
        Ok(server)
    }

    /// Ends every connection and answers no more.
    pub(super) async fn stop(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(running) = running {
            running.abort();
            // It was aborted: there is nothing to learn from how it ended.
            let _ = running.await;
        }
    }

    /// Listens again on the same port.
    pub(super) fn start_again(&self, shared: &Arc<Shared>) -> std::io::Result<()> {
        self.listen(shared, std::net::TcpListener::bind(self.address)?)
    }

    fn listen(&self, shared: &Arc<Shared>, listener: std::net::TcpListener) -> std::io::Result<()> {
        listener.set_nonblocking(true)?;
        let shared = Arc::clone(shared);
        let runtime = self.runtime.as_ref().expect("it ends with the server");
        let entered = runtime.enter();
        let listener = TcpListener::from_std(listener)?;
        drop(entered);
        let running = runtime.spawn(async move {
            // Connections end with the listener.
            let mut connections = JoinSet::new();
            loop {
                let Ok((stream, _)) = listener.accept().await else { continue };
                connections.spawn(connection(Arc::clone(&shared), stream));
                while connections.try_join_next().is_some() {}
            }
        });
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(running);
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn connection(shared: Arc<Shared>, stream: TcpStream) {
    // Answers are small and wanted at once; without it, it is only slower.
    let _ = stream.set_nodelay(true);
    let Ok(socket) = stream.as_fd().try_clone_to_owned() else { return };
    let socket = Arc::new(socket);
    let service = service_fn(move |request| {
        let (shared, socket) = (Arc::clone(&shared), Arc::clone(&socket));
        async move { respond(shared, request, &socket).await }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    // A client that goes away, or a connection broken off on purpose, is an ordinary end.
    let _ = http.pipeline_flush(true).serve_connection(TokioIo::new(stream), service).with_upgrades().await;
}

async fn respond(
    shared: Arc<Shared>,
    request: Request<Incoming>,
    socket: &Arc<OwnedFd>,
) -> Result<Response<UnsyncBoxBody<Bytes, Broken>>, Broken> {
    if request.headers().contains_key("sec-websocket-key") {
        let answer = gateway::upgrade(shared, request, Arc::clone(socket));
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
            reset(socket);
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
            reset(socket);
            return Err(Broken);
        }
        Some(Fault::AnswerNever) => std::future::pending::<()>().await,
        Some(Fault::ResetAfterHeaders) => reset(socket),
        _ => {}
    }
    Ok(build(answer, fault.as_ref()))
}

/// Makes the end of a connection a reset, as a server that falls over leaves it.
pub(super) fn reset(socket: &OwnedFd) {
    // Where it does not work the connection still ends early.
    let _ = rustix::net::sockopt::set_socket_linger(socket, Some(Duration::ZERO));
}

fn build(answer: Answer, fault: Option<&Fault>) -> Response<UnsyncBoxBody<Bytes, Broken>> {
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
        Some(Fault::ResetAfterHeaders) => {
            let half = stream::once(async move { Ok(Frame::data(body.slice(..body.len() / 2))) });
            let end = stream::once(async {
                // What came before is on its way by then.
                tokio::time::sleep(Duration::from_millis(20)).await;
                Err(Broken)
            });
            StreamBody::new(half.chain(end)).boxed_unsync()
        }
        Some(&Fault::SlowBody(pause)) => {
            let size = body.len().div_ceil(PIECES).max(1);
            let pieces = (0..body.len()).step_by(size);
            let pieces: Vec<Bytes> = pieces.map(|at| body.slice(at..body.len().min(at + size))).collect();
            let pieces = stream::iter(pieces).then(move |piece| async move {
                tokio::time::sleep(pause).await;
                Ok(Frame::data(piece))
            });
            StreamBody::new(pieces).boxed_unsync()
        }
        Some(Fault::EndlessBody) => {
            let more = stream::repeat(Bytes::from_static(&[b' '; 1024])).then(|piece| async move {
                tokio::time::sleep(Duration::from_millis(1)).await;
                piece
            });
            let pieces = stream::iter([body]).chain(more).map(|piece| Ok(Frame::data(piece)));
            StreamBody::new(pieces).boxed_unsync()
        }
        _ => Full::new(body).map_err(|never: Infallible| match never {}).boxed_unsync(),
    };
    response.body(body).unwrap_or_else(|error| panic!("the stand-in wrote a bad header line: {error}"))
}
