//! The listener of the stand-ins for whole services: takes connections on a port of this machine, can be stopped and
//! started again on the same one, and breaks connections off as servers do that fall over.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, stream};
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::task::{JoinHandle, JoinSet};

/// Pieces of a body that comes slowly.
const PIECES: usize = 16;

/// A connection that ends without a proper answer.
#[derive(Debug)]
pub(crate) struct Broken;

/// A body that may break off.
pub(crate) type Body = UnsyncBoxBody<Bytes, Broken>;

/// What a request comes to, given also who asks and the socket the answer leaves by.
type Respond = Arc<
    dyn Fn(Request<Incoming>, Caller) -> BoxFuture<'static, Result<Response<Body>, Broken>> + Send + Sync,
>;

/// Who asks.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) peer: SocketAddr,
    pub(crate) socket: Arc<OwnedFd>,
}

/// The listener and the threads it runs on, apart from those of the test.
pub(crate) struct Listener {
    runtime: Option<Runtime>,
    running: Mutex<Option<JoinHandle<()>>>,
    respond: Respond,
    pub(crate) address: SocketAddr,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("the connection is broken off on purpose")
    }
}

impl std::error::Error for Broken {}

impl Listener {
    /// Listens on this port, or on any that is free where it is 0; its thread has this name.
    pub(crate) fn start<F>(
        name: &str,
        port: u16,
        respond: impl Fn(Request<Incoming>, Caller) -> F + Send + Sync + 'static,
    ) -> std::io::Result<Self>
    where
        F: Future<Output = Result<Response<Body>, Broken>> + Send + 'static,
    {
        let listener = std::net::TcpListener::bind(("127.0.0.1", port))?;
        let address = listener.local_addr()?;
        let mut threads = tokio::runtime::Builder::new_multi_thread();
        let runtime = threads.worker_threads(1).thread_name(name).enable_all().build()?;
        let respond: Respond = Arc::new(move |request, caller| respond(request, caller).boxed());
        let this = Self { runtime: Some(runtime), running: Mutex::default(), respond, address };
        this.listen(listener)?;
        Ok(this)
    }

    /// Ends every connection and answers no more.
    pub(crate) async fn stop(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(running) = running {
            running.abort();
            // It was aborted: there is nothing to learn from how it ended.
            let _ = running.await;
        }
    }

    /// Listens again on the same port.
    pub(crate) fn start_again(&self) -> std::io::Result<()> {
        self.listen(std::net::TcpListener::bind(self.address)?)
    }

    /// Runs something beside the requests.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.runtime {
            runtime.spawn(task);
        }
    }

    fn listen(&self, listener: std::net::TcpListener) -> std::io::Result<()> {
        listener.set_nonblocking(true)?;
        let runtime = self.runtime.as_ref().expect("it ends with the listener");
        let entered = runtime.enter();
        let listener = TcpListener::from_std(listener)?;
        drop(entered);
        let respond = Arc::clone(&self.respond);
        let running = runtime.spawn(async move {
            // Connections end with the listener.
            let mut connections = JoinSet::new();
            loop {
                let Ok((stream, peer)) = listener.accept().await else { continue };
                connections.spawn(connection(Arc::clone(&respond), stream, peer));
                while connections.try_join_next().is_some() {}
            }
        });
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(running);
        Ok(())
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn connection(respond: Respond, stream: TcpStream, peer: SocketAddr) {
    // Answers are small and wanted at once; without it, it is only slower.
    let _ = stream.set_nodelay(true);
    let Ok(socket) = stream.as_fd().try_clone_to_owned() else { return };
    let caller = Caller { peer, socket: Arc::new(socket) };
    let service = service_fn(move |request| respond(request, caller.clone()));
    let mut http = hyper::server::conn::http1::Builder::new();
    // A client that goes away, or a connection broken off on purpose, is an ordinary end.
    let _ = http.pipeline_flush(true).serve_connection(TokioIo::new(stream), service).with_upgrades().await;
}

/// Makes the end of a connection a reset, as a server that falls over leaves it.
pub(crate) fn reset(socket: &OwnedFd) {
    // Where it does not work the connection still ends early.
    let _ = rustix::net::sockopt::set_socket_linger(socket, Some(Duration::ZERO));
}

/// A body that comes as it should.
pub(crate) fn whole(body: Bytes) -> Body {
    Full::new(body).map_err(|never: Infallible| match never {}).boxed_unsync()
}

/// Half of a body, and the end of the connection.
pub(crate) fn half(body: Bytes) -> Body {
    let half = stream::once(async move { Ok(Frame::data(body.slice(..body.len() / 2))) });
    let end = stream::once(async {
        // What came before is on its way by then.
        tokio::time::sleep(Duration::from_millis(20)).await;
        Err(Broken)
    });
    StreamBody::new(half.chain(end)).boxed_unsync()
}

/// A body in pieces, with this pause before each.
pub(crate) fn slow(body: &Bytes, pause: Duration) -> Body {
    let size = body.len().div_ceil(PIECES).max(1);
    let pieces = (0..body.len()).step_by(size);
    let pieces: Vec<Bytes> = pieces.map(|at| body.slice(at..body.len().min(at + size))).collect();
    let pieces = stream::iter(pieces).then(move |piece| async move {
        tokio::time::sleep(pause).await;
        Ok(Frame::data(piece))
    });
    StreamBody::new(pieces).boxed_unsync()
}

/// A body, and after it spaces without end.
pub(crate) fn endless(body: Bytes) -> Body {
    let more = stream::repeat(Bytes::from_static(&[b' '; 1024])).then(|piece| async move {
        tokio::time::sleep(Duration::from_millis(1)).await;
        piece
    });
    let pieces = stream::iter([body]).chain(more).map(|piece| Ok(Frame::data(piece)));
    StreamBody::new(pieces).boxed_unsync()
}
