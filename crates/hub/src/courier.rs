//! The seam to the network: who carries a call to an address a stranger chose.

use bytes::Bytes;
use futures::future::BoxFuture;
use url::Url;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Where to.
    pub to: Url,
    /// What is posted; `None` for a question.
    pub post: Option<Post>,
    /// Bytes of the answer that are read; the rest is left.
    pub read: usize,
}

/// What is posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Its header lines.
    pub headers: Vec<(&'static str, String)>,
    /// Its body.
    pub body: Bytes,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The status.
    pub status: u16,
    /// The beginning of the body, one byte more than was to be read when there is more.
    pub body: Vec<u8>,
}

/// Why nothing was answered, in words without the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unheard {
    /// Nobody there may be called: it is inside a private network.
    Forbidden,
    /// It could not be reached, or did not answer in time.
    Silent(String),
}

/// Carries calls: without following redirects, within a bounded time, and never into a private network, whatever the
/// name of the host resolves to.
pub trait Courier: Send + Sync {
    /// False for an address that leads into a private network by what is written in it alone.
    fn may(&self, to: &Url) -> bool;

    /// Makes the call.
    fn carry(&self, call: Call) -> BoxFuture<'static, Result<Heard, Unheard>>;
}
