//! From what was heard to an answer: where it is about, who asks, whether they may.

use chrono::Utc;
use serde_json::json;
use tokio::sync::oneshot;
use whimbrel_commands::{
    Admission, Asked, Command, Commands, How, Place, Press as Pressed, Reply, What as Wanted, Who, elsewhere,
};
use whimbrel_fanout::Destination;

use super::Bot;
use super::call::{Failure, call};
use super::heard::{Heard, Press, Speaker, Spot, What};
use super::rights::may_post;
use super::turns::{Queue, Turn};
use super::words;

impl Bot {
    /// Begins to handle what was heard, after what came before in its chat; `None` where somebody goes on asking after
    /// they were told to wait.
    pub(super) fn begin(&self, number: i64, heard: Heard) -> Option<Turn> {
        if let What::Inline(speaker, _) = &heard.what
            && !self.0.commands.admits_letter(&speaker.name(), Utc::now())
        {
            return None;
        }
        let wanted = heard.wanted();
        let admission = wanted.as_ref().map_or(Admission::Answer, |(spot, speaker, wanted)| {
            let among = (!spot.private).then_some(&spot.destination);
            self.0.commands.admit(&speaker.name(), among, wanted, Utc::now())
        });
        let refusal = match admission {
            Admission::Answer => None,
            Admission::Refusal => wanted.as_ref().map(|(.., wanted)| Commands::refusal(wanted)),
            Admission::Silence => return None,
        };
        let is = |so: fn(&Wanted) -> bool| wanted.as_ref().is_some_and(|(.., wanted)| so(wanted));
        // A question changes nothing: the service need not wait until it is answered to hear that we have it. The chat
        // does, for answers come in order; not where a stranger's server may take minutes.
        let asks = is(Wanted::looks_up) || matches!(heard.what, What::Inline(..));
        let queue = if is(Wanted::asks_elsewhere) { Queue::Beside } else { Queue::Chat(heard.chat) };
        let bot = self.clone();
        Some(self.0.turns.begin(queue, |decided| {
            let mut decided = Some(decided);
            if asks {
                decided.take().map(|decided| decided.send(()));
            }
            async move {
                bot.respond(number, heard, refusal, decided).await;
                bot.blocking(move |bot| bot.0.seen.write(number)).await;
            }
        }))
    }

    /// Handles what was heard; says when all it changes is written down. From then on it is not done again, also where a
    /// kill comes before the answer.
    async fn respond(
        &self,
        number: i64,
        heard: Heard,
        refusal: Option<Reply>,
        decided: Option<oneshot::Sender<()>>,
    ) {
        let decide = async {
            if let Some(decided) = decided {
                self.blocking(move |bot| bot.0.seen.write(number)).await;
                let _ = decided.send(());
            }
        };
        match heard.what {
            What::Typed(spot, speaker, text) => {
                let reply = match refusal {
                    Some(reply) => reply,
                    None => self.typed(&spot, &speaker, text).await,
                };
                decide.await;
                self.say(&spot.destination, None, &reply).await;
            }
            What::Showed(spot, speaker, channel) => {
                let wanted = Wanted::Called(Command::Subscribe(None));
                let reply = self.about(channel.to_string(), &speaker, wanted).await;
                decide.await;
                self.say(&spot.destination, None, &reply).await;
            }
            What::Pressed(spot, speaker, press) => {
                let reply = match refusal {
                    Some(reply) => reply,
                    None => self.pressed(&spot, &speaker, &press).await,
                };
                decide.await;
                let answered = self.answer_press(&press.query, reply.notice.as_deref());
                let said = self.say(&spot.destination, press.message, &reply);
                futures::join!(answered, said);
            }
            What::Inline(_, inline) => {
                self.propose(&inline).await;
            }
            What::Moved { from, to } => {
                let chat = |chat| Destination::Telegram { chat, topic: None };
                self.moved(&chat(from), &chat(to)).await;
            }
            What::Standing(standing) => self.stands(heard.chat, standing).await,
        }
    }

    async fn typed(&self, spot: &Spot, speaker: &Speaker, text: String) -> Reply {
        if spot.private
            && let Some((chat, line)) = elsewhere(&text)
        {
            return self.about(chat, speaker, Wanted::Typed(line)).await;
        }
        self.ask(spot, speaker, Wanted::Typed(text)).await
    }

    async fn pressed(&self, spot: &Spot, speaker: &Speaker, press: &Press) -> Reply {
        let wanted = Wanted::Pressed(press.action.clone());
        let about = Pressed::parse(&press.action).and_then(|pressed| pressed.about);
        let reply = match about {
            Some(Destination::Telegram { chat, .. }) => self.about(chat.to_string(), speaker, wanted).await,
            _ => return self.ask(spot, speaker, wanted).await,
        };
        // A word of ours in place of what was pressed would lose the buttons.
        if reply.how == How::New
            && reply.buttons.is_empty()
            && reply.notice.is_none()
            && reply.bundle.is_none()
        {
            Reply { how: How::Nothing, ..Reply::default() }.noting(&reply.plain())
        } else {
            reply
        }
    }

    /// Asks about the chat itself.
    async fn ask(&self, spot: &Spot, speaker: &Speaker, wanted: Wanted) -> Reply {
        let Destination::Telegram { chat, .. } = spot.destination else { return Reply::default() };
        let may_change = if speaker.trusted || !wanted.changes() {
            speaker.trusted
        } else {
            match self.0.rights.is_admin(&self.0.telegram, chat, speaker.id).await {
                Ok(is) => is,
                Err(failure) => return unsure(&failure, &wanted),
            }
        };
        let place = Place {
            destination: spot.destination.clone(),
            title: spot.title.clone(),
            private: spot.private,
            remote: false,
        };
        self.answer(place, speaker, may_change, wanted).await
    }

    /// Asks about another chat, which must be theirs.
    async fn about(&self, named: String, speaker: &Speaker, wanted: Wanted) -> Reply {
        match self.remote(named, speaker, &wanted).await {
            Ok(Ok(place)) => self.answer(place, speaker, true, wanted).await,
            Ok(Err(refusal)) => Reply::default().say(refusal),
            Err(failure) => unsure(&failure, &wanted),
        }
    }

    /// The chat somebody names, or what stands against asking about it.
    async fn remote(
        &self,
        named: String,
        speaker: &Speaker,
        wanted: &Wanted,
    ) -> Result<Result<Place, &'static str>, Failure> {
        let telegram = &self.0.telegram;
        let found = match call(telegram, "getChat", &json!({ "chat_id": named }), None).await {
            Ok(found) => found,
            Err(Failure::Refused(_)) => return Ok(Err(words::NOT_THERE)),
            Err(failure) => return Err(failure),
        };
        let kind = found["type"].as_str().unwrap_or_default();
        let Some(chat) = found["id"].as_i64().filter(|_| kind != "private") else {
            return Ok(Err(words::NOT_THERE));
        };
        let bot = self.me().as_ref().map_or(0, |me| me.id);
        if wanted.changes() && !may_post(telegram, chat, bot, kind == "channel").await? {
            return Ok(Err(words::MAY_NOT_POST));
        }
        if !self.0.rights.is_admin(telegram, chat, speaker.id).await? {
            return Ok(Err(words::NOT_ADMIN));
        }
        let title = found["title"].as_str().map(str::to_owned);
        let destination = Destination::Telegram { chat, topic: None };
        Ok(Ok(Place { destination, title, private: false, remote: true }))
    }

    async fn answer(&self, place: Place, speaker: &Speaker, may_change: bool, what: Wanted) -> Reply {
        let who = Who { id: speaker.name(), may_change, language: speaker.language.clone() };
        self.0.commands.answer(Asked { place, who, what }, Utc::now()).await
    }

    /// We may write in a chat again, or may not.
    async fn stands(&self, chat: i64, standing: Result<(), &'static str>) {
        for place in self.0.fanout.topics_of(chat) {
            let now = Utc::now();
            let changed = match standing {
                Ok(()) => self.0.fanout.unpark(&place, now).await,
                Err(reason) => self.0.fanout.park(&place, reason, now).await,
            };
            match (changed, standing) {
                (Ok(0), _) => {}
                (Ok(_), Ok(())) => tracing::info!("{place} takes news again"),
                (Ok(_), Err(reason)) => tracing::info!("{place} takes no news any more: {reason}"),
                (Err(error), _) => tracing::error!("whether {place} takes news is not written down: {error}"),
            }
        }
    }
}

/// Whether they may is not known.
fn unsure(failure: &Failure, wanted: &Wanted) -> Reply {
    tracing::warn!("who may change what in a chat could not be found out: {failure}");
    let pressed = matches!(wanted, Wanted::Pressed(_));
    if pressed {
        Reply { how: How::Nothing, ..Reply::default() }.noting(words::UNSURE)
    } else {
        Reply::default().say(words::UNSURE)
    }
}
