//! One WebSocket, from its greeting to its end.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;
use futures::{SinkExt, StreamExt};
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::super::shared::{Everything, Shared};
use super::{Line, Order, Session};
use crate::listener::reset;

/// Longer messages of an application are not read.
const LONGEST: usize = 4096;
const GUILDS: u64 = 1;

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// Makes a WebSocket of a connection.
pub(in super::super) fn upgrade(
    shared: Arc<Shared>,
    mut request: Request<Incoming>,
    socket: Arc<OwnedFd>,
) -> Response<Full<Bytes>> {
    let refuse = |status: u16| {
        let answer = Response::builder().status(status).body(Full::new(Bytes::new()));
        answer.unwrap_or_else(|error| panic!("the stand-in wrote a bad answer: {error}"))
    };
    if shared.lock().gateway.closed {
        return refuse(503);
    }
    let Some(key) = request.headers().get("sec-websocket-key").cloned() else { return refuse(400) };
    let query = request.uri().query().unwrap_or_default().to_owned();
    tokio::spawn(async move {
        // A client that goes away before it is one is an ordinary end.
        let Ok(upgraded) = hyper::upgrade::on(&mut request).await else { return };
        let config = WebSocketConfig::default().max_message_size(Some(1 << 20));
        let io = TokioIo::new(upgraded);
        let stream = WebSocketStream::from_raw_socket(io, Role::Server, Some(config)).await;
        Connection::new(shared, stream, socket).run(&query).await;
    });
    let answer = Response::builder()
        .status(101)
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-accept", derive_accept_key(key.as_bytes()))
        .body(Full::new(Bytes::new()));
    answer.unwrap_or_else(|error: http::Error| panic!("the stand-in wrote a bad answer: {error}"))
}

struct Connection {
    shared: Arc<Shared>,
    stream: Socket,
    socket: Arc<OwnedFd>,
    number: u64,
    orders: UnboundedReceiver<Order>,
    heartbeat: Duration,
    silent: bool,
}

/// Why a connection ends: with a code, or without a word.
type End = Option<u16>;

impl Connection {
    fn new(shared: Arc<Shared>, stream: Socket, socket: Arc<OwnedFd>) -> Self {
        let (sender, orders) = unbounded_channel();
        let mut all = shared.lock();
        all.gateway.next += 1;
        let (number, heartbeat) = (all.gateway.next, all.gateway.heartbeat);
        all.gateway.lines.push(Line { number, orders: sender });
        drop(all);
        Self { shared, stream, socket, number, orders, heartbeat, silent: false }
    }

    async fn run(mut self, query: &str) {
        let end = if asks_for(query, "v", "10") && asks_for(query, "encoding", "json") {
            self.listen().await
        } else {
            Some(4012)
        };
        if let Some(code) = end {
            let frame = CloseFrame { code: code.into(), reason: "".into() };
            // Whoever is gone does not hear why.
            let _ = self.stream.close(Some(frame)).await;
        }
        let mut all = self.shared.lock();
        all.gateway.lines.retain(|line| line.number != self.number);
        // Sessions end where nobody may come back to them.
        let ended = end.is_some_and(|code| matches!(code, 1000 | 1001 | 4004 | 4007 | 4009..=4014));
        all.gateway.sessions.retain_mut(|session| {
            if session.line == Some(self.number) {
                session.line = None;
                return !ended && !session.id.is_empty();
            }
            true
        });
    }

    /// Greets, and does what comes until the end.
    async fn listen(&mut self) -> End {
        let hello = json!({ "op": 10, "d": { "heartbeat_interval": self.heartbeat.as_millis() as u64 } });
        self.say(hello.to_string()).await;
        let mut patience = Instant::now() + self.heartbeat * 2;
        let mut sends: VecDeque<Instant> = VecDeque::new();
        loop {
            tokio::select! {
                biased; // what the story orders counts before what comes after it
                order = self.orders.recv() => match order {
                    Some(Order::Send(text)) => {
                        if !self.silent {
                            self.say(text).await;
                        }
                    }
                    Some(Order::Close(code)) => return Some(code),
                    Some(Order::Silent) => self.silent = true,
                    Some(Order::Break) | None => {
                        reset(&self.socket);
                        return None;
                    }
                },
                heard = self.stream.next() => {
                    let Some(Ok(message)) = heard else { return None };
                    if self.silent {
                        continue;
                    }
                    if let Message::Close(frame) = &message {
                        self.left(frame.as_ref().map(|frame| frame.code.into()));
                        return None;
                    }
                    if !(message.is_text() || message.is_binary()) {
                        continue;
                    }
                    sends.push_back(Instant::now());
                    sends.retain(|at| at.elapsed() < Duration::from_mins(1));
                    if sends.len() > self.shared.lock().limits.sends as usize {
                        self.shared.lock().journal.object("more than 120 messages a minute to the gateway");
                        return Some(4008);
                    }
                    match self.hear(&message.into_data()) {
                        Ok(answers) => {
                            for answer in answers {
                                self.say(answer.to_string()).await;
                            }
                        }
                        Err(code) => return Some(code),
                    }
                    patience = Instant::now() + self.heartbeat * 2;
                }
                () = sleep_until(patience), if !self.silent => return Some(4009),
            }
        }
    }

    async fn say(&mut self, text: String) {
        // Whoever is gone is noticed when nothing comes any more.
        let _ = self.stream.send(Message::text(text)).await;
    }

    /// A goodbye of the application: with 1000 and 1001 it says that it will not come back.
    fn left(&self, code: Option<u16>) {
        if matches!(code, Some(1000 | 1001)) {
            let mut all = self.shared.lock();
            all.gateway.sessions.retain(|session| session.line != Some(self.number));
        }
    }

    /// Does what an application says; hands back what it is told.
    fn hear(&self, bytes: &[u8]) -> Result<Vec<Value>, u16> {
        let shared = Arc::clone(&self.shared);
        let mut all = shared.lock();
        if bytes.len() > LONGEST {
            all.journal.object("more than 4096 bytes to the gateway at once");
            return Err(4002);
        }
        let message: Value = serde_json::from_slice(bytes).map_err(|_| 4002_u16)?;
        let place = all.gateway.sessions.iter().position(|session| session.line == Some(self.number));
        let (op, data) = (message["op"].as_u64(), &message["d"]);
        let name = match op {
            Some(1) => "heartbeat",
            Some(2) => "identify",
            Some(6) => "resume",
            _ => "other",
        };
        all.gateway.heard.push(name.to_owned());
        match op {
            Some(1) => Ok(vec![json!({ "op": 11 })]),
            Some(2 | 6) if place.is_some() => Err(4005),
            Some(2) => self.identify(&mut all, data),
            Some(6) => self.resume(&mut all, data),
            Some(3 | 4 | 8) if place.is_some() => Ok(Vec::new()),
            Some(3 | 4 | 8) => Err(4003),
            _ => Err(4001),
        }
    }

    fn identify(&self, all: &mut Everything, data: &Value) -> Result<Vec<Value>, u16> {
        let now = self.shared.clock.now();
        let token = data["token"].as_str().unwrap_or_default();
        if !all.tokens.contains(token.strip_prefix("Bot ").unwrap_or(token)) {
            return Err(4004);
        }
        let Some(intents) = data["intents"].as_u64() else { return Err(4013) };
        if intents >= 1 << 26 {
            return Err(4013);
        }
        if intents & all.gateway.privileged != 0 {
            all.journal.object("privileged intents, which were not granted");
            return Err(4014);
        }
        if !data["properties"].is_object() {
            return Err(4002);
        }
        let shard = match &data["shard"] {
            Value::Null => (0, 1),
            shard => match (shard[0].as_u64(), shard[1].as_u64()) {
                (Some(shard), Some(of)) if shard < of => (shard, of),
                _ => return Err(4010),
            },
        };
        if all.state.guilds.len() as u64 / shard.1 > 2_500 {
            return Err(4011);
        }
        let recent = all.gateway.begun_within(TimeDelta::seconds(5), now);
        if recent >= all.limits.identifies as usize {
            all.journal.object("more sessions were begun in five seconds than may be");
            return Ok(vec![json!({ "op": 9, "d": false })]);
        }
        if all.gateway.begun_within(TimeDelta::days(1), now) >= all.limits.sessions as usize {
            all.journal.object("a thousand sessions in a day: the token is taken away");
            all.tokens.clear();
            return Err(4004);
        }
        all.gateway.begun.push_back(now);
        all.gateway.next += 1;
        let id = format!("{:032x}", all.gateway.next);
        all.gateway.sessions.push(Session {
            id: id.clone(),
            shard,
            intents,
            seq: 0,
            sent: VecDeque::new(),
            line: Some(self.number),
        });
        let place = all.gateway.sessions.len() - 1;
        let state = &all.state;
        let mine = state
            .guilds
            .values()
            .filter(|guild| guild.members.contains_key(&state.bot) && (guild.id >> 22) % shard.1 == shard.0);
        let guilds: Vec<Value> = mine.map(|guild| state.guild_whole(guild)).collect();
        let ids = guilds.iter().map(|guild| json!({ "id": guild["id"], "unavailable": true }));
        let ready = json!({ "v": 10, "user": state.users.get(&state.bot).map(super::super::state::User::json),
            "guilds": ids.collect::<Vec<_>>(), "session_id": id, "shard": [shard.0, shard.1],
            "resume_gateway_url": self.shared.api().replacen("http", "ws", 1),
            "application": { "id": state.application.to_string(), "flags": 0 },
            "private_channels": [], "_trace": [] });
        all.gateway.tell(place, "READY", &ready);
        if intents & GUILDS != 0 {
            for guild in &guilds {
                all.gateway.tell(place, "GUILD_CREATE", guild);
            }
        }
        Ok(Vec::new())
    }

    fn resume(&self, all: &mut Everything, data: &Value) -> Result<Vec<Value>, u16> {
        let token = data["token"].as_str().unwrap_or_default();
        if !all.tokens.contains(token.strip_prefix("Bot ").unwrap_or(token)) {
            return Err(4004);
        }
        let id = data["session_id"].as_str().unwrap_or_default();
        let found = all.gateway.sessions.iter().position(|it| !it.id.is_empty() && it.id == id);
        let Some(place) = found else { return Ok(vec![json!({ "op": 9, "d": false })]) };
        let session = &mut all.gateway.sessions[place];
        let seen = data["seq"].as_u64().unwrap_or(0);
        if seen > session.seq {
            return Err(4007);
        }
        session.line = Some(self.number);
        let missed: Vec<String> =
            session.sent.iter().filter(|(seq, _)| *seq > seen).map(|(_, text)| text.clone()).collect();
        for text in missed {
            all.gateway.order(self.number, Order::Send(text));
        }
        all.gateway.tell(place, "RESUMED", &json!({ "_trace": [] }));
        Ok(Vec::new())
    }
}

/// Whether the address asks for this, or leaves it open.
fn asks_for(query: &str, name: &str, value: &str) -> bool {
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(key, _)| key == name).is_none_or(|(_, asked)| asked == value)
}
