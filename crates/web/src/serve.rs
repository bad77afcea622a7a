//! The loop that accepts connections: limits on everything a stranger could hold on to, and a graceful end.

use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use http::header::CONNECTION;
use http::{HeaderValue, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep, timeout};
use tracing::Instrument as _;

use crate::asked;

/// A client that needs longer to say what it wants is cut off; this also ends idle connections.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// More header than any browser or proxy sends.
const HEAD_BYTES: usize = 32 * 1024;
/// More header lines than any browser or proxy sends.
const HEAD_LINES: usize = 64;
/// The first answer after so long says that it is the connection's last one, so that nobody holds one for ever. One that
/// was simply closed would take a request with it that is on its way.
const CONNECTION_AGE: Duration = Duration::from_mins(10);
/// Who takes longer than this over that answer is cut off.
const FAREWELL: Duration = Duration::from_mins(1);
/// What an ending connection gets for its last answer; shorter than the five seconds the program has to stop.
const LAST_ANSWER: Duration = Duration::from_secs(3);

/// Who is at the other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Serves a router until `shutdown` completes, then lets running answers finish for a few seconds.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    max_connections: usize,
    shutdown: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(max_connections.clamp(1, Semaphore::MAX_PERMITS)));
    let (ending, _) = watch::channel(false);
    let mut shutdown = pin!(shutdown);
    loop {
        let next = async {
            let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
            (accept(&listener).await, place)
        };
        let (stream, place) = tokio::select! {
            () = &mut shutdown => break,
            next = next => next,
        };
        let router = router.clone();
        let ended = ending.subscribe();
        let _ = stream.set_nodelay(true); // answers are written whole; waiting to fill a packet only costs time
        let peer = stream.peer_addr().ok().map(|address| Peer(address.ip()));
        tokio::spawn(async move {
            connection(stream, router, peer, ended).await;
            drop(place);
        });
    }
    drop(listener);
    ending.send_replace(true);
    // Every connection holds a receiver; when all are gone nothing is left to wait for.
    if timeout(LAST_ANSWER + Duration::from_millis(500), ending.closed()).await.is_err() {
        tracing::warn!("some connections did not end in time and were cut off");
    }
}

/// The next connection. Running out of file handles is waited out, not taken for an end.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted now: {error}; trying again in a second");
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn connection<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    router: Router,
    peer: Option<Peer>,
    mut ended: watch::Receiver<bool>,
) {
    let router = TowerToHyperService::new(router);
    let old = Instant::now() + CONNECTION_AGE;
    let service = service_fn(move |mut request| {
        if let Some(peer) = peer {
            let request: &mut Request<Incoming> = &mut request;
            request.extensions_mut().insert(peer);
        }
        let span = asked::span(&request);
        let answering = router.call(request).instrument(span.clone());
        async move {
            answering.await.map(|mut answer| {
                asked::answered(&span, answer.status());
                if Instant::now() >= old {
                    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                }
                answer
            })
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_headers(HEAD_LINES)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return, // a client that leaves early is no event of ours
        _ = ended.wait_for(|ended| *ended) => {}
        () = sleep(CONNECTION_AGE + FAREWELL) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(LAST_ANSWER, connection).await;
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::oneshot;

    use super::*;

    /// A served router, its address, and what ends it.
    async fn served(
        max_connections: usize,
    ) -> (std::net::SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let router = Router::new().route("/", get(|| async { "here" }));
        let task = tokio::spawn(serve(listener, router, max_connections, async { drop(stopped.await) }));
        (address, stop, task)
    }

    async fn answer(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), request: &str) -> String {
        let _ = stream.write_all(request.as_bytes()).await;
        let (mut text, mut part) = (String::new(), [0; 4096]);
        while !text.contains("\r\n\r\n") {
            let read = stream.read(&mut part).await.unwrap_or(0);
            if read == 0 {
                break;
            }
            text.push_str(&String::from_utf8_lossy(&part[..read]));
        }
        text
    }

    #[tokio::test]
    async fn an_idle_connection_does_not_delay_the_end() {
        let (address, stop, task) = served(8).await;
        let mut idle = TcpStream::connect(address).await.unwrap();
        let text = answer(&mut idle, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert!(text.starts_with("HTTP/1.1 200"), "{text}");
        drop(stop);
        timeout(LAST_ANSWER, task).await.expect("it ends at once").unwrap();
        assert_eq!(idle.read(&mut [0; 16]).await.unwrap(), 0, "the connection was closed");
        assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    }

    #[tokio::test(start_paused = true)]
    async fn an_old_connection_ends_with_an_answer_that_says_so() {
        let (mut stream, served) = tokio::io::duplex(64 * 1024);
        let router = Router::new().route("/", get(|| async { "here" }));
        let (_goes_on, ended) = watch::channel(false);
        tokio::spawn(connection(served, router, None, ended));
        let begun = Instant::now();
        loop {
            let text = answer(&mut stream, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
            assert!(text.starts_with("HTTP/1.1 200"), "{text}");
            assert_eq!(text.contains("connection: close"), begun.elapsed() >= CONNECTION_AGE, "{text}");
            if begun.elapsed() >= CONNECTION_AGE {
                break;
            }
            tokio::time::advance(HEAD_TIMEOUT / 2).await;
        }
        assert_eq!(stream.read(&mut [0; 16]).await.unwrap(), 0, "it was closed");
    }

    #[tokio::test]
    async fn endless_headers_are_refused() {
        let (address, _stop, _task) = served(8).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        let long = format!("GET / HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n\r\n", "x".repeat(4 * HEAD_BYTES));
        // The connection is cut while we still send, so the refusal itself may be lost on the way.
        let text = answer(&mut stream, &long).await;
        assert!(text.is_empty() || text.starts_with("HTTP/1.1 431"), "{text}");
        let mut stream = TcpStream::connect(address).await.unwrap();
        let many = format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "x-many: 1\r\n".repeat(HEAD_LINES));
        let text = answer(&mut stream, &many).await;
        assert!(text.starts_with("HTTP/1.1 431"), "{text}");
    }

    #[tokio::test]
    async fn connections_beyond_the_limit_wait_for_a_place() {
        let (address, _stop, _task) = served(1).await;
        let request = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        let first = TcpStream::connect(address).await.unwrap();
        let second = tokio::spawn(async move {
            let mut second = TcpStream::connect(address).await.unwrap();
            answer(&mut second, request).await
        });
        drop(first);
        assert!(second.await.unwrap().starts_with("HTTP/1.1 200"));
    }
}
