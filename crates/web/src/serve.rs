//! The loop that accepts connections: limits on everything a stranger could hold on to, and a graceful end.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

/// A client that needs longer to say what it wants is cut off; this also ends idle connections.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// More header than any browser or proxy sends.
const HEAD_BYTES: usize = 32 * 1024;
/// More header lines than any browser or proxy sends.
const HEAD_LINES: usize = 64;
/// A connection in use this long is asked to end after its current answer, so that nobody holds one for ever.
const CONNECTION_AGE: Duration = Duration::from_mins(10);
/// What an ending connection gets for its last answer; shorter than the five seconds the program has to stop.
const LAST_ANSWER: Duration = Duration::from_secs(3);

/// Serves until `shutdown` completes, then lets running answers finish for a few seconds.
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
        tokio::spawn(async move {
            connection(stream, router, ended).await;
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

async fn connection(stream: TcpStream, router: Router, mut ended: watch::Receiver<bool>) {
    let _ = stream.set_nodelay(true); // answers are written whole; waiting to fill a packet only costs time
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_headers(HEAD_LINES)
        .max_buf_size(HEAD_BYTES)
        .pipeline_flush(true)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return, // a client that leaves early is no event of ours
        _ = ended.wait_for(|ended| *ended) => {}
        () = sleep(CONNECTION_AGE) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(LAST_ANSWER, connection).await;
}
