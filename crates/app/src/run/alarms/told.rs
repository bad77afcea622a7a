//! Which problems were told, and when: a small file beside the database, so that a restart repeats nothing.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};

/// A problem that lasts is told again after this.
const AGAIN: TimeDelta = TimeDelta::days(1);

/// What was told within the last day.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Told(BTreeMap<String, DateTime<Utc>>);

impl Told {
    /// What the file says. One that is not there, or that nobody can read, says nothing; a time to come is a clock
    /// that was wrong.
    pub(super) fn read(file: &Path, now: DateTime<Utc>) -> Self {
        let told = fs::read(file).ok().and_then(|text| serde_json::from_slice(&text).ok());
        let mut told: BTreeMap<String, DateTime<Utc>> = told.unwrap_or_default();
        told.retain(|_, at| *at <= now && now - *at < AGAIN);
        Self(told)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    pub(super) fn add(&mut self, keys: impl IntoIterator<Item = String>, now: DateTime<Utc>) {
        self.0.extend(keys.into_iter().map(|key| (key, now)));
    }

    pub(super) fn remove<'a>(&mut self, keys: impl IntoIterator<Item = &'a str>) {
        for key in keys {
            self.0.remove(key);
        }
    }

    /// Durable when it returns.
    pub(super) fn write(&self, file: &Path) -> io::Result<()> {
        let beside = file.with_extension("json.new");
        let mut new = File::create(&beside)?;
        new.write_all(&serde_json::to_vec(&self.0)?)?;
        new.sync_all()?;
        fs::rename(&beside, file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_told_again_after_a_day_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("alarms.json");
        let now: DateTime<Utc> = "2026-11-20T12:00:00Z".parse().unwrap();
        assert_eq!(Told::read(&file, now), Told::default());
        let mut told = Told::default();
        told.add(["a".to_owned(), "b".to_owned()], now);
        told.remove(["b"]);
        told.write(&file).unwrap();
        assert!(Told::read(&file, now).has("a") && !Told::read(&file, now).has("b"));
        assert!(Told::read(&file, now + AGAIN - TimeDelta::seconds(1)).has("a"));
        assert!(!Told::read(&file, now + AGAIN).has("a"));
        assert!(!Told::read(&file, now - TimeDelta::days(400)).has("a"), "a clock that was a year ahead");
        fs::write(&file, "{").unwrap();
        assert_eq!(Told::read(&file, now), Told::default());
    }
}
