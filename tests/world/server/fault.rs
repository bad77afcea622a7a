//! What can go wrong between a server and one who asks it.

use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures::stream::{self, Stream, StreamExt};
use http::header::{CONTENT_LENGTH, HeaderValue};
use tokio::sync::Notify;
use tokio::time::sleep;

/// So long a piece of an answer has to arrive: a reset takes away what was not read yet.
const ON_THE_WAY: Duration = Duration::from_millis(50);

/// One thing that goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The answer is this late.
    Delay(Duration),
    /// The connection is reset before anything of the answer was sent.
    ResetBefore,
    /// The connection is reset in the middle of the answer, after its headers.
    ResetAfter,
    /// The answer comes in pieces of so many bytes with this pause before each.
    SlowBody {
        /// Bytes at a time, at least one.
        piece: usize,
        /// Before each piece.
        pause: Duration,
    },
    /// After the answer come more bytes, and more, for ever.
    EndlessBody,
    /// Headers, then nothing more.
    Silent,
}

/// A connection that is to be cut.
#[derive(Clone, Default)]
pub(super) struct Cut(Arc<Notify>);

impl Cut {
    pub(super) async fn asked_for(&self) {
        self.0.notified().await;
    }

    /// Asks for it and does not come back.
    async fn now<T>(&self) -> T {
        self.0.notify_one();
        pending().await
    }
}

impl Fault {
    /// What happens before the request is looked at.
    pub(super) async fn before(self, cut: &Cut) {
        match self {
            Self::Delay(delay) => sleep(delay).await,
            Self::ResetBefore => cut.now().await,
            Self::ResetAfter | Self::SlowBody { .. } | Self::EndlessBody | Self::Silent => {}
        }
    }

    /// What happens to the answer.
    pub(super) async fn after(self, response: Response, cut: &Cut) -> anyhow::Result<Response> {
        if matches!(self, Self::Delay(_) | Self::ResetBefore) {
            return Ok(response);
        }
        let (mut head, body) = response.into_parts();
        let whole = axum::body::to_bytes(body, usize::MAX).await?;
        if self == Self::EndlessBody {
            head.headers.remove(CONTENT_LENGTH);
        } else {
            head.headers.insert(CONTENT_LENGTH, HeaderValue::from(whole.len()));
        }
        let body = match self {
            Self::ResetAfter => {
                let cut = cut.clone();
                let half = whole.slice(..whole.len() / 2);
                Body::from_stream(once(half).chain(stream::once(async move {
                    sleep(ON_THE_WAY).await;
                    cut.now().await
                })))
            }
            Self::SlowBody { piece, pause } => Body::from_stream(slowly(whole, piece.max(1), pause)),
            Self::EndlessBody => endless(whole),
            Self::Silent | Self::Delay(_) | Self::ResetBefore => stalled(Bytes::new()),
        };
        Ok(Response::from_parts(head, body))
    }
}

/// A body that begins like this and never goes on.
pub fn stalled(begin: impl Into<Bytes>) -> Body {
    Body::from_stream(once(begin.into()).chain(stream::pending()))
}

/// A body that begins like this and never ends.
pub fn endless(begin: impl Into<Bytes>) -> Body {
    let more = Bytes::from_static(&[b' '; 16 * 1024]);
    Body::from_stream(once(begin.into()).chain(stream::repeat(Ok(more))))
}

fn once(piece: Bytes) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    stream::iter([Ok(piece)])
}

fn slowly(
    whole: Bytes,
    piece: usize,
    pause: Duration,
) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    stream::unfold(whole, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        sleep(pause).await;
        let next = rest.split_to(piece.min(rest.len()));
        Some((Ok(next), rest))
    })
}
