//! What people asked for, in a small file beside the database: no source could rebuild it.
//!
//! Lines of JSON, the newest of a lane counts. Every change appends a line and syncs it; once there are twice as many
//! lines as lanes, and at every start, the file is written anew.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::rows::{self, Asked};
use super::types::{Lane, LaneId};
use crate::disk::files;
use crate::engine::Order;
use crate::keys::{Key, Kind, just_after};
use crate::outcome::StoreError;
use crate::store::Inner;
use crate::wide;

/// Its name in the folder of the store.
const NAME: &str = "subscriptions.json";

/// So many lines may be superfluous before it is written anew.
const SURPLUS: usize = 1000;

/// Lanes read at a time.
const STRIDE: usize = 256;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line<'a> {
    Lane(Cow<'a, Asked<'a>>),
    Removed(LaneId),
}

/// The file, as far as it was written.
pub(crate) struct SubscriptionFile {
    path: PathBuf,
    /// Lines in it; `None` when it has to be written anew.
    lines: Option<usize>,
    /// Lanes in it when it was last written anew.
    lanes: usize,
}

impl SubscriptionFile {
    /// The file of a store in this folder.
    pub(crate) fn in_folder(root: &Path) -> Self {
        Self { path: root.join(NAME), lines: None, lanes: 0 }
    }

    /// The lanes it names; `None` when there is no file. A line that cannot be read is passed over: better some than
    /// none.
    pub(crate) fn read(&self) -> Result<Option<Vec<Asked<'static>>>, StoreError> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(files::at(&self.path)(error)),
        };
        let mut lanes: BTreeMap<LaneId, Asked<'static>> = BTreeMap::new();
        for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            match serde_json::from_slice::<Line<'static>>(line) {
                Ok(Line::Lane(asked)) => {
                    let asked = asked.into_owned();
                    lanes.insert(asked.id, asked);
                }
                Ok(Line::Removed(id)) => {
                    lanes.remove(&id);
                }
                Err(error) => {
                    tracing::warn!(%error, file = %self.path.display(), "a line of the subscriptions cannot be read");
                }
            }
        }
        Ok(Some(lanes.into_values().collect()))
    }

    fn append(&mut self, asked: &[&Lane], removed: &[LaneId]) -> Result<(), StoreError> {
        let mut text = Vec::new();
        for lane in asked {
            write_line(&mut text, &Line::Lane(Cow::Owned(Asked::of(lane))))?;
        }
        for id in removed {
            write_line(&mut text, &Line::Removed(*id))?;
        }
        let append = || {
            let mut file = OpenOptions::new().append(true).open(&self.path)?;
            file.write_all(&text)?;
            file.sync_data()
        };
        append().map_err(files::at(&self.path))
    }

    /// Writes it anew.
    fn write(&mut self, lanes: usize, text: &[u8]) -> Result<(), StoreError> {
        // What is the same already need not be written.
        if !fs::read(&self.path).is_ok_and(|old| old == text) {
            files::write_whole(&self.path, text)?;
        }
        (self.lines, self.lanes) = (Some(lanes), lanes);
        Ok(())
    }
}

fn write_line(text: &mut Vec<u8>, line: &Line<'_>) -> Result<(), StoreError> {
    text.extend(crate::rows::json_bytes(line)?);
    text.push(b'\n');
    Ok(())
}

impl Inner {
    /// The file follows a commit; with `erase` it has nothing but what counts now. The commit stands whatever becomes of
    /// the file.
    pub(crate) fn follow_lanes(&self, asked: &[&Lane], removed: &[LaneId], erase: bool) {
        if asked.is_empty() && removed.is_empty() && !erase {
            return;
        }
        let Some(home) = &self.home else { return };
        let mut file = home.subscriptions();
        let more = asked.len() + removed.len();
        let appended = match file.lines {
            Some(lines) if !erase && lines + more <= 2 * file.lanes + SURPLUS => {
                file.append(asked, removed).map(|()| file.lines = Some(lines + more))
            }
            _ => self.write_subscriptions(&mut file),
        };
        if let Err(error) = appended {
            file.lines = None;
            tracing::error!(%error, "the subscriptions could not be written to their own file, the database has them");
        }
    }

    /// Takes the lanes from the file, where there is one: always, or only where there are none.
    pub(crate) fn restore_lanes(&self, always: bool) -> Result<(), StoreError> {
        let Some(home) = &self.home else { return Ok(()) };
        let some = !self.engine.scan(&Key::of(Kind::Lane).range(), Order::Rising, 1)?.is_empty();
        match home.subscriptions().read()? {
            Some(lanes) if always || !some => self.replace_lanes(&lanes),
            _ => Ok(()),
        }
    }

    /// Brings the file up to date at a start.
    pub(crate) fn begin_subscriptions(&self) {
        let Some(home) = &self.home else { return };
        if let Err(error) = self.write_subscriptions(&mut home.subscriptions()) {
            tracing::error!(%error, "the subscriptions could not be written to their own file, the database has them");
        }
    }

    /// Writes the file anew from the rows. Nothing is written where there is nothing to say.
    pub(crate) fn write_subscriptions(&self, file: &mut SubscriptionFile) -> Result<(), StoreError> {
        let (mut text, mut lanes) = (Vec::new(), 0);
        let mut range = Key::of(Kind::Lane).range();
        loop {
            let _view = self.reading();
            let found = self.engine.scan(&range, Order::Rising, STRIDE)?;
            let Some((last, _)) = found.last() else { break };
            range.from = just_after(last);
            for (key, row) in found {
                let (version, body) = wide::join(&*self.engine, &key, row)?;
                write_line(&mut text, &Line::Lane(Cow::Owned(rows::asked(version, &body)?)))?;
                lanes += 1;
            }
        }
        if lanes == 0 && !file.path.exists() {
            return Ok(());
        }
        file.write(lanes, &text)
    }
}
