//! Which bot items of feeds lead to, and from when on. Services say who the bots are a moment after the start, or not at
//! all while they are away; what readers have read must not change with that. So it is written down beside the state, and
//! counts for news that is recorded from then on.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_web::{Lead, LeadBot};

use crate::samples::write_whole;

/// It counts from so much later than it is learnt: until then it is written down and known, so that no item was ever shown
/// without it that has it afterwards.
const AHEAD: TimeDelta = TimeDelta::seconds(3);

/// Feeds are made of what was known so long ago at most.
const SHOWN: TimeDelta = TimeDelta::seconds(2);

/// Bots change seldom; of more than so many changes the oldest are forgotten.
const KEPT: usize = 100;

/// Where items lead, as is written down.
pub(crate) struct Leads {
    file: PathBuf,
    known: Mutex<Vec<Lead>>,
}

impl Leads {
    /// Those written down beside the state.
    pub(crate) fn beside(state: &Path) -> Self {
        let file = state.join(whimbrel_store::LEADS);
        let known = match read(&file) {
            Ok(known) => known,
            Err(error) => {
                // Somebody may mend it; what is written next does not take its place.
                let aside = file.with_extension("json.unreadable");
                let kept = fs::rename(&file, &aside)
                    .map_or_else(|error| error.to_string(), |()| aside.display().to_string());
                tracing::warn!(
                    kept,
                    "{error:#}: items of feeds lead to no bot until it is known again; what was there is kept beside it"
                );
                Vec::new()
            }
        };
        Self { file, known: Mutex::new(known) }
    }

    /// All of them, in the order of time.
    pub(crate) fn all(&self) -> Vec<Lead> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on items lead to this bot; to none where it is switched off. Blocks; durable when it returns.
    pub(crate) fn note(
        &self,
        bot: Option<&LeadBot>,
        clock: impl Fn() -> DateTime<Utc>,
    ) -> anyhow::Result<()> {
        let mut leads = self.all();
        if leads.last().and_then(|lead| lead.bot.as_ref()) == bot {
            return Ok(());
        }
        leads.drain(..leads.len().saturating_sub(KEPT - 1));
        let mut ahead = AHEAD;
        loop {
            let since = clock() + ahead;
            leads.push(Lead { since, bot: bot.cloned() });
            let text = serde_json::to_vec_pretty(&leads)?;
            write_whole(&self.file, &text).with_context(|| format!("writing {}", self.file.display()))?;
            if clock() + SHOWN < since {
                break;
            }
            // The disk took so long that something may have been shown without it.
            leads.pop();
            ahead = ahead * 2;
        }
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = leads;
        Ok(())
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<Lead>> {
    let text = match fs::read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("reading {}", file.display())),
    };
    serde_json::from_slice(&text).with_context(|| format!("reading {}", file.display()))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn bot(name: &str) -> LeadBot {
        LeadBot { service: "Telegram".into(), chat: format!("https://t.me/{name}") }
    }

    /// A clock that goes on by so many milliseconds whenever it is read.
    fn clock(from: i64, step: i64) -> impl Fn() -> DateTime<Utc> {
        let now = Cell::new(from * 1000);
        move || DateTime::from_timestamp_millis(now.replace(now.get() + step)).unwrap()
    }

    #[test]
    fn a_bot_counts_from_when_it_was_known_whatever_is_restarted() {
        let folder = tempfile::tempdir().unwrap();
        let since = || -> Vec<i64> {
            Leads::beside(folder.path()).all().iter().map(|lead| lead.since.timestamp()).collect()
        };
        for (known, at, wanted) in [
            (None, 10, vec![]),
            (Some(bot("marsh_bot")), 20, vec![23]),
            (Some(bot("marsh_bot")), 30, vec![23]),
            (None, 40, vec![23, 43]),
            (None, 50, vec![23, 43]),
            (Some(bot("fen_bot")), 60, vec![23, 43, 63]),
        ] {
            Leads::beside(folder.path()).note(known.as_ref(), clock(at, 1)).unwrap();
            assert_eq!(since(), wanted);
        }
    }

    #[test]
    fn what_is_written_slowly_counts_later() {
        let folder = tempfile::tempdir().unwrap();
        let leads = Leads::beside(folder.path());
        // Written at 103, which was to count from 103; then at 109, to count from 112.
        leads.note(Some(&bot("marsh_bot")), clock(100, 3000)).unwrap();
        let known = leads.all();
        assert_eq!(known.iter().map(|lead| lead.since.timestamp()).collect::<Vec<_>>(), [112]);
        assert_eq!(Leads::beside(folder.path()).all(), known);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_none_and_few_changes_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(whimbrel_store::LEADS), "{").unwrap();
        let leads = Leads::beside(folder.path());
        assert_eq!(leads.all(), []);
        let aside = folder.path().join(whimbrel_store::LEADS).with_extension("json.unreadable");
        assert_eq!(fs::read_to_string(aside).unwrap(), "{");
        for n in 0..150 {
            leads.note(Some(&bot(&n.to_string())), clock(n, 1)).unwrap();
        }
        assert_eq!((leads.all().len(), leads.all().pop().unwrap().bot), (100, Some(bot("149"))));
        assert_eq!(Leads::beside(folder.path()).all(), leads.all());
        fs::remove_dir_all(folder.path()).unwrap();
        assert!(leads.note(None, clock(200, 1)).is_err());
        assert_eq!(
            leads.all().pop().unwrap().bot,
            Some(bot("149")),
            "what is not written down does not count"
        );
    }
}
