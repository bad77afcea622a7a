//! Updates that came already: the service delivers one again when it did not hear that we have it, and after a kill it did
//! not hear that of the last ones. What was seen to is written down, so that it is not seen to twice.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use whimbrel_commands::Notebook;

/// So many are remembered. The service tries the same ones again first.
const REMEMBERED: usize = 4_096;

/// Stands in the file before the number of the bot whose updates these are.
const BOT: &str = "bot ";

/// Whether an update came before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// It is new; whoever is told so sees to it.
    New,
    /// Somebody sees to it.
    UnderWay,
    /// It was seen to.
    Done,
}

/// The newest updates, by their numbers.
#[derive(Default)]
pub(super) struct Seen(Mutex<Known>);

#[derive(Default)]
struct Known {
    done: HashMap<i64, State>,
    order: VecDeque<i64>,
    bot: Option<i64>,
    file: Notebook,
}

/// How far an update is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    UnderWay,
    Done,
    /// That it is done stands in the file.
    Written,
}

impl Seen {
    /// Knows what stands in a file, and writes there from now on. Blocks.
    pub(super) fn keep_in(&self, file: &Path) -> io::Result<()> {
        let (file, lines) = Notebook::open(file)?;
        let mut known = self.lock();
        known.file = file;
        for line in &lines {
            if let Some(bot) = line.strip_prefix(BOT) {
                known.bot = bot.parse().ok();
            } else if let Ok(number) = line.parse() {
                known.note(number, State::Written);
            }
        }
        Ok(())
    }

    /// It is this bot's updates that come; another one counts its own. Blocks.
    pub(super) fn of(&self, bot: i64) {
        let mut known = self.lock();
        if known.bot == Some(bot) {
            return;
        }
        let file = std::mem::take(&mut known.file);
        *known = Known { bot: Some(bot), file, ..Known::default() };
        known.write_anew();
    }

    /// An update comes.
    pub(super) fn begin(&self, number: i64) -> Came {
        let mut known = self.lock();
        match known.done.get(&number) {
            Some(State::Done | State::Written) => Came::Done,
            Some(State::UnderWay) => Came::UnderWay,
            None => {
                known.note(number, State::UnderWay);
                Came::New
            }
        }
    }

    /// An update was seen to.
    pub(super) fn done(&self, number: i64) {
        if let Some(state) = self.lock().done.get_mut(&number).filter(|state| **state == State::UnderWay) {
            *state = State::Done;
        }
    }

    /// An update was seen to as far as it changes anything, or was answered: also after a kill it is not seen to again.
    /// Blocks.
    pub(super) fn write(&self, number: i64) {
        let mut known = self.lock();
        // One that came so long ago that it is forgotten does not come again.
        let Some(state) = known.done.get_mut(&number).filter(|state| **state != State::Written) else {
            return;
        };
        *state = State::Written;
        if known.file.lines() >= 2 * REMEMBERED {
            known.write_anew();
        } else if let Err(error) = known.file.add(&number.to_string()) {
            tracing::warn!("after a kill, what was asked on Telegram may be answered twice: {error}");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn note(&mut self, number: i64, state: State) {
        if self.order.len() >= REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.done.remove(&oldest);
        }
        if self.done.insert(number, state).is_none() {
            self.order.push_back(number);
        }
    }

    fn write_anew(&mut self) {
        let Self { done, order, bot, file } = self;
        let written = order.iter().filter(|number| done.get(number) == Some(&State::Written));
        let lines = bot.iter().map(|bot| format!("{BOT}{bot}")).chain(written.map(ToString::to_string));
        if let Err(error) = file.write_anew(lines) {
            tracing::warn!("after a kill, what was asked on Telegram may be answered twice: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_seen_to_once_and_the_oldest_are_forgotten() {
        let seen = Seen::default();
        assert_eq!((seen.begin(1), seen.begin(1)), (Came::New, Came::UnderWay));
        seen.done(1);
        assert_eq!(seen.begin(1), Came::Done);
        for number in 2..=REMEMBERED as i64 + 1 {
            assert_eq!(seen.begin(number), Came::New);
        }
        assert_eq!(seen.begin(1), Came::New, "it came too long ago");
        assert_eq!(seen.lock().done.len(), REMEMBERED);
        seen.of(7);
        assert_eq!(seen.begin(1), Came::New);
    }

    #[test]
    fn what_was_seen_to_is_known_after_a_kill_and_to_the_same_bot_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("updates.txt");
        let open = |bot| {
            let seen = Seen::default();
            seen.keep_in(&file).unwrap();
            seen.of(bot);
            seen
        };
        let before = open(7);
        let last = 3 * REMEMBERED as i64;
        for number in 1..=last {
            before.begin(number);
            before.write(number);
            before.write(number);
        }
        for number in [last + 1, last + 2] {
            before.begin(number);
        }
        before.done(last + 1);
        let lines = std::fs::read_to_string(&file).unwrap().lines().count();
        assert!((REMEMBERED..=2 * REMEMBERED + 1).contains(&lines), "{lines}");
        let after = open(7);
        let came = [last - 100, last, last + 1, last + 2].map(|number| after.begin(number));
        assert_eq!(
            came,
            [Came::Done, Came::Done, Came::New, Came::New],
            "what is not written down comes again"
        );
        assert_eq!(open(8).begin(last), Came::New);
        assert_eq!(open(7).begin(last), Came::New, "the file was the other bot's by then");
    }
}
