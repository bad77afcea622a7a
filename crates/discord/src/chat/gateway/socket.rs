//! The WebSocket below a connection. Nothing here waits without end but for the next message.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use reqwest::header::{HeaderValue, USER_AGENT};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use crate::send::AGENT;

/// A connection that is not there by then will not be.
const CONNECT: Duration = Duration::from_secs(10);
/// What cannot be sent by then is stuck.
const SEND: Duration = Duration::from_secs(5);
/// What a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(1);
/// Longer messages are not read. All we hear of is much shorter.
const LONGEST: usize = 8 << 20;

/// An open WebSocket.
pub(super) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What came over it.
pub(super) enum Came {
    /// A message.
    Text(Utf8Bytes),
    /// Its end, with a code where Discord gave one.
    End(Option<u16>),
}

impl Socket {
    /// Connects to the gateway at this address; what went wrong is said without it.
    pub(super) async fn open(url: &str) -> Result<Self, String> {
        let url = format!("{}/?v=10&encoding=json", url.trim_end_matches('/'));
        let mut request = url.into_client_request().map_err(|_| "its address is none".to_owned())?;
        request.headers_mut().insert(USER_AGENT, HeaderValue::from_static(AGENT));
        let limits = WebSocketConfig::default().max_message_size(Some(LONGEST)).max_frame_size(Some(LONGEST));
        match timeout(CONNECT, connect_async_with_config(request, Some(limits), true)).await {
            Ok(Ok((stream, _))) => Ok(Self(stream)),
            Ok(Err(Error::Http(answer))) => Err(format!("it answered with {}", answer.status().as_u16())),
            Ok(Err(Error::Tls(_))) => Err("there is no secure connection".to_owned()),
            Ok(Err(_)) => Err("it is out of reach".to_owned()),
            Err(_) => Err("it did not answer in time".to_owned()),
        }
    }

    /// Sends a message; whether it went out.
    pub(super) async fn say(&mut self, message: &Value) -> bool {
        let sent = timeout(SEND, self.0.send(Message::text(message.to_string()))).await;
        matches!(sent, Ok(Ok(())))
    }

    /// Waits for the next message. After the end nothing comes, and is not to be waited for.
    pub(super) async fn hear(&mut self) -> Came {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return Came::Text(text),
                Some(Ok(Message::Close(frame))) => return Came::End(frame.map(|frame| frame.code.into())),
                // Pings are answered by the library; binary messages are none of this protocol's.
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Came::End(None),
            }
        }
    }

    /// Says goodbye with this code; 1000 ends the session as well.
    pub(super) async fn leave(mut self, code: u16) {
        let frame = CloseFrame { code: code.into(), reason: Utf8Bytes::default() };
        // Whoever is gone hears no goodbye.
        let _ = timeout(GOODBYE, self.0.close(Some(frame))).await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn what_is_no_secure_gateway_is_said_in_words() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let other = tokio::spawn(async move {
            for _ in 0..2 {
                let (mut stream, _) = listener.accept().await.unwrap();
                stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await.unwrap();
            }
        });
        for (scheme, words) in [
            ("wss", ["it is out of reach", "there is no secure connection"]),
            ("ws", ["it answered with 404"; 2]),
        ] {
            let said = Socket::open(&format!("{scheme}://{at}")).await.err().unwrap_or_default();
            assert!(words.contains(&said.as_str()), "{scheme}: {said}");
        }
        other.await.unwrap();
        for nowhere in ["", "wss://", "https://127.0.0.1:9", "ws://127.0.0.1:9"] {
            let said = Socket::open(nowhere).await.err();
            assert!(said.is_some_and(|said| !said.contains("127")), "{nowhere}");
        }
    }

    #[tokio::test]
    async fn a_message_that_is_too_long_ends_the_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}", listener.local_addr().unwrap());
        let other = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = tokio_tungstenite::accept_async(stream).await.unwrap();
            for bytes in [1_000, LONGEST, LONGEST + 1] {
                // Whoever does not read on hangs up.
                let _ = stream.send(Message::text("x".repeat(bytes))).await;
            }
        });
        let mut socket = Socket::open(&url).await.unwrap();
        for bytes in [1_000, LONGEST] {
            assert!(matches!(socket.hear().await, Came::Text(text) if text.len() == bytes));
        }
        assert!(matches!(socket.hear().await, Came::End(None)));
        drop(socket);
        other.await.unwrap();
    }
}
