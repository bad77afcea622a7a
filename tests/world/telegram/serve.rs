//! The listener: takes connections on a port of this machine, can be stopped and started again on the same one, and
//! breaks connections off where a fault says so.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, stream};
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
use super::came::Came;
use super::faults::Fault;
use super::shared::Shared;

/// The most a request may bring: an album of ten large pictures.
const QUESTION_BYTES: usize = 50 << 20;

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
        let runtime = threads.worker_threads(1).thread_name("telegram").enable_all().build()?;
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

    /// Runs something beside the requests.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.runtime {
            runtime.spawn(task);
        }
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
    let _ = http.pipeline_flush(true).serve_connection(TokioIo::new(stream), service).await;
}

async fn respond(
    shared: Arc<Shared>,
    request: Request<Incoming>,
    socket: &OwnedFd,
) -> Result<Response<UnsyncBoxBody<Bytes, Broken>>, Broken> {
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
            reset(socket);
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
            reset(socket);
            return Err(Broken);
        }
        Some(Fault::BrokenOff) => {
            came.done(None);
            reset(socket);
            return Ok(broken_off(answer));
        }
        _ => came.done(Some(&answer)),
    }
    Ok(build(answer, |body| Full::new(body).map_err(|never: Infallible| match never {}).boxed_unsync()))
}

/// Makes the end of a connection a reset, as a server that falls over leaves it.
fn reset(socket: &OwnedFd) {
    // Where it does not work the connection still ends early.
    let _ = rustix::net::sockopt::set_socket_linger(socket, Some(Duration::ZERO));
}

/// The length of the whole is said, half of it comes.
fn broken_off(mut answer: Answer) -> Response<UnsyncBoxBody<Bytes, Broken>> {
    answer.headers.push(("content-length", answer.body.len().max(2).to_string()));
    build(answer, |body| {
        let half = stream::once(async move { Ok(Frame::data(body.slice(..body.len() / 2))) });
        let end = stream::once(async {
            // What came before is on its way by then.
            tokio::time::sleep(Duration::from_millis(20)).await;
            Err(Broken)
        });
        StreamBody::new(half.chain(end)).boxed_unsync()
    })
}

fn build(
    answer: Answer,
    body: impl FnOnce(Bytes) -> UnsyncBoxBody<Bytes, Broken>,
) -> Response<UnsyncBoxBody<Bytes, Broken>> {
    let mut response = Response::builder().status(answer.status).header("server", "nginx");
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    let response = response.body(body(answer.body));
    response.unwrap_or_else(|error| panic!("the stand-in wrote a bad header line: {error}"))
}
