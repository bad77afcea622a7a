//! The services of a life: they count strictly, answer late, break, refuse and move, all by the seed of the life and
//! by how often a place was written to, so that a life can be lived again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::time::{Instant, sleep};
use whimbrel_fanout::{
    Bundle, Channel, Content, Destination, Learned, Limit, Limits, Nonce, Part, Refusal, SendError, Sent,
    Service, Style, Window,
};
use whimbrel_news::{Event, digest};
use whimbrel_world::documents::Numbers;

use super::deaths::Deaths;

/// Events in a message.
const EVENTS_A_MESSAGE: usize = 10;

/// How long a service remembers nonces, where it does.
const KNOWN_AGAIN: Duration = Duration::from_mins(5);

/// After the program was killed it does not know what it sent; the longest window is a minute, and a wait it was told
/// is as long.
const FORGIVEN: Duration = Duration::from_mins(3);

/// Whoever is killed so soon after a message was accepted may not have heard that: an answer is under way for a quarter of a
/// second at most. What is written down then takes no time here.
const HEARD: Duration = Duration::from_secs(1);

/// Whose turn has come leaves once few enough others wait for an answer, which takes them a fifth of a second.
const TURN: Duration = Duration::from_secs(1);

/// A message that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    /// Which place, whatever its address is now.
    pub(super) place: usize,
    /// The body, line by line.
    pub(super) body: String,
    pub(super) nonce: u64,
    /// Since the beginning of the life.
    pub(super) at: Duration,
    /// When it came last, to a service that knows it again.
    last: Duration,
    /// That it was accepted may never have been heard: what it tells may be told again.
    pub(super) is_in_doubt: bool,
}

/// What one party sent lately.
#[derive(Default)]
struct Log {
    sent: VecDeque<Instant>,
    told: Option<Instant>,
}

/// All that the services know.
pub(super) struct State {
    seed: u64,
    start: Instant,
    /// Where each place is now.
    pub(super) places: Vec<Destination>,
    pub(super) messages: Vec<Message>,
    calls: BTreeMap<u64, u64>,
    overall: [Log; 2],
    each: BTreeMap<usize, Log>,
    /// Nothing gets through until then.
    pub(super) down: [Option<Instant>; 2],
    /// When it was last heard that a service is in trouble, and until when it shall be left alone.
    troubles: [Option<(Instant, Instant)>; 2],
    /// The token is refused.
    pub(super) strange: [bool; 2],
    /// These refuse us.
    pub(super) blocked: BTreeSet<usize>,
    /// When the program was last killed.
    killed: Option<Instant>,
    /// Everything works.
    pub(super) healed: bool,
    /// Answers that were lost, by place: a message that comes again is no wonder.
    pub(super) lost: BTreeMap<usize, usize>,
    /// What nobody may do.
    pub(super) violations: Vec<String>,
}

/// The services together.
#[derive(Clone)]
pub(super) struct Town(Arc<Mutex<State>>, Deaths);

/// One of them.
pub(super) struct Gate {
    service: Service,
    town: Town,
}

fn index(service: Service) -> usize {
    usize::from(service == Service::Discord)
}

impl Town {
    pub(super) fn new(seed: u64, places: Vec<Destination>, deaths: Deaths) -> Self {
        let state = State {
            seed,
            start: Instant::now(),
            places,
            messages: Vec::new(),
            calls: BTreeMap::new(),
            overall: Default::default(),
            each: BTreeMap::new(),
            down: [None; 2],
            troubles: [None; 2],
            strange: [false; 2],
            blocked: BTreeSet::new(),
            killed: None,
            healed: false,
            lost: BTreeMap::new(),
            violations: Vec::new(),
        };
        Self(Arc::new(Mutex::new(state)), deaths)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn gates(&self) -> Vec<Arc<dyn Channel>> {
        let gate = |service| Arc::new(Gate { service, town: self.clone() }) as Arc<dyn Channel>;
        vec![gate(Service::Telegram), gate(Service::Discord)]
    }
}

fn line(event: &Event) -> String {
    let name = event.news.subject().map_or("-", |subject| subject.name.as_str());
    format!("{} {name}", event.kind())
}

/// The lines of a digest, sorted.
fn in_digest(digest: &whimbrel_news::Digest) -> Vec<String> {
    let parts = digest.projects.iter().chain(digest.catalogs.iter().flat_map(|catalog| &catalog.parts));
    let mut lines: Vec<String> = parts
        .flat_map(|part| match part {
            digest::Part::Events { events, .. } => events.iter().map(line).collect(),
            digest::Part::Sweep { kind, names, .. } => {
                names.iter().map(|name| format!("{kind} {name}")).collect()
            }
            digest::Part::Releases { kind, .. } => vec![format!("{kind} -")],
        })
        .collect();
    lines.sort();
    lines
}

impl Channel for Gate {
    fn service(&self) -> Service {
        self.service
    }

    fn render(&self, _to: &Destination, bundle: &Bundle, style: Style) -> Vec<Part> {
        let style = if style == Style::Plain { "plain" } else { "rich" };
        let head = |what: &str| format!("{what} {style} dropped={}\n", bundle.dropped);
        let bodies = match &bundle.content {
            Content::News(events) => {
                let lines: Vec<String> = events.iter().map(line).collect();
                lines.chunks(EVENTS_A_MESSAGE).map(|some| head("news") + &some.join("\n")).collect()
            }
            Content::Digest { digest, from, to, catch_up, .. } => {
                let what = if *catch_up { "catch-up" } else { "digest" };
                let span = format!("{what} {} {}", from.timestamp(), to.timestamp());
                vec![head(&span) + &in_digest(digest).join("\n")]
            }
        };
        bodies.into_iter().map(|body| Part { body, uploads: vec![] }).collect()
    }

    fn send<'a>(&'a self, to: &'a Destination, part: &'a Part, nonce: Nonce) -> BoxFuture<'a, Sent> {
        async move {
            let call = self.town.state().call(self.service, to);
            self.town.1.survives("leaves").await;
            sleep(call.there).await;
            let back = call.back;
            let sent = self.town.state().takes(self.service, to, part, nonce, call);
            self.town.1.survives("arrives").await;
            sleep(back).await;
            sent
        }
        .boxed()
    }
}

/// How a message travels.
struct Call {
    there: Duration,
    back: Duration,
    /// Whatever else is left to chance.
    dice: Numbers,
}

/// What happens to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Luck {
    Good,
    Fails,
    Lost,
    Waits(u64),
    Trouble(u64),
    Content,
}

impl State {
    fn call(&mut self, service: Service, to: &Destination) -> Call {
        self.must_not_leave(service);
        // What goes to a former address counts together.
        let place = self.place(to).map_or(0, |place| place as u64 + 1);
        let count = self.calls.entry(place).or_default();
        *count += 1;
        let mut dice = Numbers::new(self.seed ^ (*count << 20) ^ (place << 50));
        let mut way = || Duration::from_millis(10 + dice.below(200) as u64);
        let (there, back) = (way(), way());
        let slow = !self.healed && dice.below(100) == 0;
        let there = there + if slow { Duration::from_secs(20) } else { Duration::ZERO };
        Call { there, back, dice }
    }

    fn place(&self, to: &Destination) -> Option<usize> {
        self.places.iter().position(|place| place == to)
    }

    fn luck(&self, dice: &mut Numbers) -> Luck {
        match dice.below(if self.healed { 1 } else { 100 }) {
            1 | 2 => Luck::Fails,
            3 => Luck::Lost,
            4 => Luck::Waits(1 + dice.below(90) as u64),
            5 => Luck::Content,
            6 => Luck::Trouble(1 + dice.below(90) as u64),
            _ => Luck::Good,
        }
    }

    /// A message arrives.
    fn takes(
        &mut self,
        service: Service,
        to: &Destination,
        part: &Part,
        nonce: Nonce,
        mut call: Call,
    ) -> Sent {
        let now = Instant::now();
        let retry = |reason: &str| Err(SendError::Retry { reason: reason.to_owned() });
        let plain = |result| Sent { result, learned: Learned::default() };
        if self.down[index(service)].is_some_and(|until| now < until) && !self.healed {
            return plain(retry("nobody answers"));
        }
        if self.strange[index(service)] {
            return plain(Err(SendError::Unauthorized { reason: "who are you?".to_owned() }));
        }
        let Some(place) = self.place(to) else {
            if let Some(to) = self.moved(to) {
                return plain(Err(SendError::Moved { to }));
            }
            self.violations.push(format!("{to} was never subscribed"));
            return plain(retry("nobody is there"));
        };
        if let Some(told) = self.too_fast(service, place, now) {
            return told;
        }
        if self.blocked.contains(&place) {
            let reason = "bot was blocked by the user".to_owned();
            return plain(Err(SendError::Refused { refusal: Refusal::Blocked, reason }));
        }
        let luck = self.luck(&mut call.dice);
        match luck {
            Luck::Fails => return plain(retry("Bad Gateway")),
            Luck::Waits(secs) => {
                let wait = Duration::from_secs(secs);
                self.each.entry(place).or_default().told = Some(now + wait);
                let learned = Learned { wait: Some((Limit::Destination, wait)), ..Learned::default() };
                return Sent { result: retry("Too Many Requests"), learned };
            }
            Luck::Trouble(secs) => {
                let (heard, wait) = (now + call.back, Duration::from_secs(secs));
                let learned = Learned { wait: Some((Limit::Nobodys, wait)), ..Learned::default() };
                let trouble = self.troubles[index(service)].filter(|(_, until)| *until > heard);
                let (since, until) = trouble.unwrap_or((heard, heard));
                self.troubles[index(service)] = Some((since, until.max(heard + wait)));
                return Sent { result: retry("Service Unavailable"), learned };
            }
            // What was accepted once is sound: only its answer never came to us.
            Luck::Content if !self.has_taken(place, &part.body) => {
                let reason = "can't parse entities".to_owned();
                return plain(Err(SendError::Content { reason }));
            }
            Luck::Good | Luck::Lost | Luck::Content => {}
        }
        let learned = self.counts(service, place, now);
        let at = now - self.start;
        let is_in_doubt = luck == Luck::Lost;
        let mut known = self
            .messages
            .iter_mut()
            .rev()
            .take_while(|message| to.knows_again() && at.saturating_sub(message.at) < KNOWN_AGAIN);
        if let Some(message) = known.find(|message| message.place == place && message.nonce == nonce.0) {
            (message.last, message.is_in_doubt) = (at, is_in_doubt);
        } else {
            let (body, nonce) = (part.body.clone(), nonce.0);
            self.messages.push(Message { place, body, nonce, at, last: at, is_in_doubt });
        }
        if luck == Luck::Lost {
            *self.lost.entry(place).or_default() += 1;
            return Sent { result: retry("the answer is lost"), learned };
        }
        Sent { result: Ok("1".to_owned()), learned }
    }

    /// The program was just killed.
    pub(super) fn dies(&mut self) {
        let now = Instant::now();
        self.killed = Some(now);
        self.troubles = [None; 2];
        let at = now - self.start;
        for message in &mut self.messages {
            message.is_in_doubt |= at.saturating_sub(message.last) < HEARD;
        }
    }

    fn has_taken(&self, place: usize, body: &str) -> bool {
        self.messages.iter().any(|message| message.place == place && message.body == body)
    }

    /// Where a place that moved away is now: groups become supergroups, whose numbers are these of theirs.
    fn moved(&self, from: &Destination) -> Option<Destination> {
        let Destination::Telegram { chat, .. } = from else { return None };
        let to = supergroup(*chat);
        self.places.contains(&to).then_some(to)
    }

    /// Nobody writes to a service that said it is in trouble, but those whose turn had come when that was heard.
    fn must_not_leave(&mut self, service: Service) {
        let now = Instant::now();
        let Some((heard, until)) = self.troubles[index(service)] else { return };
        if heard + TURN < now && now < until {
            let at = now - self.start;
            self.violations
                .push(format!("{service} was written to at {at:?}, when it was known to be in trouble"));
        }
    }

    /// The windows of a service, and of a place of it.
    fn windows(&self, service: Service, place: usize) -> (Vec<Window>, Vec<Window>) {
        let limits = match service {
            Service::Telegram => Limits::telegram(),
            Service::Discord => Limits::discord(),
        };
        let private = matches!(self.places[place], Destination::Telegram { chat, .. } if chat > 0);
        (limits.overall, if private { limits.private } else { limits.group })
    }

    /// What is said to a message that comes too early.
    fn too_fast(&mut self, service: Service, place: usize, now: Instant) -> Option<Sent> {
        let (overall, each) = self.windows(service, place);
        let log = self.each.entry(place).or_default();
        let told = log.told.filter(|told| now < *told).map(|told| told - now);
        let full = if service == Service::Discord { log.fixed(&each, now) } else { log.sliding(&each, now) };
        let waits = [
            told.map(|wait| (Limit::Destination, wait, "was told to wait")),
            full.map(|wait| (Limit::Destination, wait, "takes no more")),
            self.overall[index(service)].sliding(&overall, now).map(|wait| (Limit::Service, wait, "is full")),
        ];
        let (limit, wait, what) = waits.into_iter().flatten().next()?;
        if self.killed.is_none_or(|killed| now - killed > FORGIVEN) {
            let at = now - self.start;
            self.violations.push(format!("{} {what} for {wait:?}, at {at:?}", self.places[place]));
        }
        let learned = Learned { wait: Some((limit, wait)), ..Learned::default() };
        Some(Sent { result: Err(SendError::Retry { reason: "Too Many Requests".to_owned() }), learned })
    }

    /// Counts a message; what the answer says about the pace.
    fn counts(&mut self, service: Service, place: usize, now: Instant) -> Learned {
        let (_, each) = self.windows(service, place);
        self.overall[index(service)].sent.push_back(now);
        let log = self.each.entry(place).or_default();
        log.sent.push_back(now);
        let (Service::Discord, Some(window), Some(first)) = (service, each.first(), log.sent.front()) else {
            return Learned::default();
        };
        Learned {
            remaining: Some(window.messages - log.sent.len() as u32),
            reset_after: Some((*first + window.within).saturating_duration_since(now)),
            wait: None,
        }
    }
}

impl Log {
    /// How long until one more fits into every stretch of this length.
    fn sliding(&mut self, windows: &[Window], now: Instant) -> Option<Duration> {
        let longest = windows.iter().map(|window| window.within).max().unwrap_or_default();
        while self.sent.front().is_some_and(|sent| now - *sent >= longest) {
            self.sent.pop_front();
        }
        let leaves = |window: &Window| {
            let index = self.sent.len().checked_sub(window.messages as usize)?;
            (*self.sent.get(index)? + window.within).checked_duration_since(now)
        };
        windows.iter().filter_map(leaves).max().filter(|wait| !wait.is_zero())
    }

    /// The same for a window that begins with the first message and is whole again at its end.
    fn fixed(&mut self, windows: &[Window], now: Instant) -> Option<Duration> {
        let window = windows.first()?;
        if self.sent.front().is_some_and(|first| *first + window.within <= now) {
            self.sent.clear();
        }
        let first = *self.sent.front()?;
        (self.sent.len() >= window.messages as usize).then(|| first + window.within - now)
    }
}

/// What a group becomes.
pub(super) fn supergroup(chat: i64) -> Destination {
    Destination::Telegram { chat: chat - 1_000_000_000_000, topic: None }
}
