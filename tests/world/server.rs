//! The server half of every stand-in: a port of this machine, a journal of what was asked, and faults on demand.
//!
//! It works on a thread of its own, so that it answers while a test waits for something else, and ends when it is
//! dropped. What it answers is the stand-in's business: a router, whose handlers find the request as the journal has
//! it in [`Asked`] (`Extension<Asked>`).

mod asked;
mod fault;
#[cfg(test)]
mod tests;

use std::net::{SocketAddr, TcpListener};
use std::os::fd::AsFd;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio::sync::oneshot;

pub use asked::Asked;
pub use fault::{Fault, endless, stalled};

use fault::Cut;

/// Says for each request what goes wrong with it.
type Mood = Box<dyn FnMut(&Asked) -> Option<Fault> + Send>;

/// A running server.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    journal: Mutex<Vec<Asked>>,
    mood: Mutex<Option<Mood>>,
}

impl Server {
    /// Serves what is made for its base address, on a free port of this machine.
    pub fn start(router: impl FnOnce(&str) -> Router) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        listener.set_nonblocking(true).expect("a socket can be asked not to block");
        let address = listener.local_addr().expect("it listens");
        let router = router(&base(address));
        let shared = Arc::new(Shared::default());
        let (stop, stopped) = oneshot::channel();
        let its = Arc::clone(&shared);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime can be made");
        let thread = std::thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, router, its) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, shared, stop: Some(stop), thread: Some(thread) }
    }

    /// The address of a path; of everything with an empty one.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", base(self.address))
    }

    /// Every request so far, oldest first.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.journal().clone()
    }

    /// From now on asks for each request what goes wrong with it.
    pub fn misbehave(&self, mood: impl FnMut(&Asked) -> Option<Fault> + Send + 'static) {
        *self.shared.mood() = Some(Box::new(mood));
    }

    /// From now on nothing goes wrong any more.
    pub fn behave(&self) {
        *self.shared.mood() = None;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join)
            && !std::thread::panicking()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

impl Shared {
    fn journal(&self) -> MutexGuard<'_, Vec<Asked>> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mood(&self) -> MutexGuard<'_, Option<Mood>> {
        self.mood.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a request down; hands back its place in the journal and what goes wrong with it.
    fn note(&self, asked: &Asked) -> (usize, Option<Fault>) {
        let fault = self.mood().as_mut().and_then(|mood| mood(asked));
        let mut journal = self.journal();
        journal.push(asked.clone());
        (journal.len() - 1, fault)
    }
}

fn base(address: SocketAddr) -> String {
    format!("http://{address}")
}

async fn accept(listener: TcpListener, router: Router, shared: Arc<Shared>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("it does not block");
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(connection(stream, router.clone(), Arc::clone(&shared)));
        }
    }
}

async fn connection(stream: TcpStream, router: Router, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true); // pieces of an answer leave when they are written
    let Ok(twin) = stream.as_fd().try_clone_to_owned() else { return };
    let cut = Cut::default();
    let service = service_fn(|request| answer(request, &router, &shared, &cut));
    let mut connection = pin!(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        biased; // what was written before a cut is sent before it
        _ = connection.as_mut() => {}
        () = cut.asked_for() => {
            // Without lingering, the end of a connection is a reset and no orderly goodbye.
            let _ = rustix::net::sockopt::set_socket_linger(&twin, Some(std::time::Duration::ZERO));
        }
    }
    // The twin first: the socket ends with the connection, in the way it was told to.
    drop(twin);
}

async fn answer(
    request: http::Request<Incoming>,
    router: &Router,
    shared: &Shared,
    cut: &Cut,
) -> Result<Response, anyhow::Error> {
    let (asked, request) = Asked::take(request).await?;
    let (place, fault) = shared.note(&asked);
    if let Some(fault) = &fault {
        fault.before(cut).await;
    }
    let response = TowerToHyperService::new(router.clone()).call(request).await?;
    shared.journal()[place].status = Some(response.status().as_u16());
    Ok(match fault {
        None => response,
        Some(fault) => fault.after(response, cut).await?,
    })
}

/// An answer with these header lines.
pub fn build(status: u16, headers: &[(&str, &str)], body: impl Into<Body>) -> Response {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(body.into()).expect("the headers are written by hand")
}

/// A strong validator made from the text.
pub fn etag(text: &str) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}
